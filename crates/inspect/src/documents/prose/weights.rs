//! Are the weights offered, and where; or withheld?

use super::{Leads, Reader, Said, Topic};
use candor_facts::{Basis, Claim, Component, Extent};

const WEIGHTS: &[&str] = &["weights", "checkpoint", "checkpoints", "parameters", "model weights"];
const OFFERS: &[&str] = &[
    "download*", "available", "release", "released", "releasing", "releases", "hosted", "provide", "provided",
    "publish*", "obtain*", "open sourced", "opensourced", "find it on", "found on", "uploaded", "get the",
];

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    let words = &said.words;
    if matches!(said.topic, Topic::Citation | Topic::Data | Topic::Evaluation | Topic::Limits) && said.label.is_empty()
    {
        return;
    }
    let interface = words.any(&["api", "interface", "hosted product", "hosted service", "hosted products"]);
    let only = words.any(&["only", "solely", "exclusively"]);
    let access =
        words.any(&["access", "available", "availab*", "offered", "reached", "used through", "accessed", "accessible"]);
    if interface && only && access && !words.any(&["not only", "also"]) {
        reader.say(Basis::Declared, said, Claim::InterfaceOnly);
    }
    let delta = words.any(&[
        "delta weights", "weight delta", "weight diff", "delta model", "apply the delta", "apply delta",
        "weights delta", "diff weights",
    ]);
    if delta && reader.in_model_part() && !words.any(&["not a delta", "no delta", "instead of delta", "no longer"]) {
        reader.say(Basis::Declared, said, Claim::DeltaWeights);
    }
    if withheld(said) {
        reader.say(Basis::Declared, said, Claim::Withholds { component: Component::WeightsEndFinal });
        return;
    }
    if !said.affirms()
        || words.any(&["compared", "outperform*", "baseline*", "thank*", "inspired", "instead of", "converted by"])
    {
        return;
    }
    if let Some(target) = offered(reader, said) {
        let claim = Claim::Provides { component: Component::WeightsEndFinal, extent: Extent::Elsewhere, target };
        reader.say(Basis::Declared, said, claim);
    }
}

fn withheld(said: &Said<'_>) -> bool {
    let subject = said.words.any(WEIGHTS) || said.label.has("weights") || said.label.has("parameters");
    let verdict = [
        "not released", "not public", "not publicly", "withheld", "not available", "not published", "not shared",
        "unavailable", "proprietary", "never released", "not be released", "not distributed", "not made available",
        "kept private", "not offered", "not open",
    ];
    subject
        && !said.words.any(&[
            "optimizer", "intermediate", "teacher", "other models", "yet", "reward model", "classifier", "number of",
        ])
        && (verdict.iter().any(|phrase| ["weights", "parameters"].iter().any(|noun| said.words.then(noun, phrase, 60)))
            || said.words.any(&[
                "do not release the weights", "does not release the weights", "not release weights",
                "not releasing the weights", "without releasing the weights", "not publish the weights",
                "no weights are",
            ]))
}

/// Where the statement says the weights are; `None` when it says nothing of the kind.
fn offered(reader: &Reader<'_>, said: &Said<'_>) -> Option<Option<String>> {
    let words = &said.words;
    let columns = super::Words::of(&said.statement.columns);
    let about = words.any(WEIGHTS) || columns.any(WEIGHTS) || said.topic == Topic::Weights;
    let offers = words.any(OFFERS) || said.topic == Topic::Weights;
    for link in &said.statement.links {
        match Leads::of(link) {
            Leads::HubModel(name) if reader.subject.owns(&name) && !lineage(said) => {
                return Some(Some(format!("hf:{name}")));
            }
            Leads::HubOther if about || words.any(&["models", "model", "collection*"]) => {
                let family = reader.subject.is_named(&super::Words::of(&link.url)) || reader.subject.is_named(words);
                if family || said.topic == Topic::Weights {
                    return Some(Some(link.url.clone()));
                }
            }
            Leads::WeightFile
                if (about || offers)
                    && (reader.subject.is_named(words)
                        || reader.subject.is_named(&super::Words::of(&link.url))
                        || !reader.subject.is_stated() && about) =>
            {
                return Some(Some(link.url.clone()));
            }
            Leads::Web | Leads::HubModel(_) if about && words.any(&["download*"]) && !lineage(said) => {
                return Some(Some(link.url.clone()));
            }
            _ => {}
        }
    }
    let plain = words.any(&["weights", "checkpoints", "model weights"])
        && words.any(&["download*", "released", "release", "available", "releasing", "open sourced", "we provide"])
        && !words.any(&["if", "should", "must", "quantiz*", "convert*", "optimizer"])
        && !lineage(said);
    plain.then_some(None)
}

/// Whether the statement speaks of where this model comes from.
fn lineage(said: &Said<'_>) -> bool {
    said.words.any(&[
        "based on", "fine tuned from", "finetuned from", "fine tuned version", "initialized", "initialised",
        "quantized version", "derived from", "merge of", "version of", "trained from", "on top of", "built on",
        "distilled", "tokenizer", "teacher", "previous", "reward model",
    ])
}
