//! Which data was the model trained on, where is it, and what is told of it?

use super::{Leads, PageKind, Reader, Said, Topic, gazetteer};
use crate::documents::words::Words;
use candor_facts::{Basis, Claim, Component, DataAspect, DataUse, Extent, Stage};

const TRAINED_ON: &[&str] = &[
    "trained on", "pre trained on", "pretrained on", "training data", "training dataset*", "training corpus",
    "training corpora", "training set", "training sets", "pretraining data", "pre training data",
    "pretraining dataset*", "pre training dataset*", "pretraining corpus", "pre training corpus", "training mix*",
    "data mix*", "used for training", "train on", "trained using", "data used to train", "data for training",
    "pretraining mix*", "trained with data", "data family", "dataset for training", "data sources", "learned from",
    "dataset for training", "datasets for training", "data for pretraining", "data source", "trained upon",
    "datasets were being used", "dataset we created",
];
const POST: &[&str] = &[
    "fine tun*", "finetun*", "sft", "instruction*", "instruct", "preference", "dpo", "rlhf", "reward", "alignment",
    "post training", "posttraining", "chat data", "human feedback",
];
const PROCESSED: &[&str] = &[
    "filter*", "dedup*", "clean*", "preprocess*", "pre process*", "decontaminat*", "removed", "removing", "remove",
    "dropped", "excluded", "normalis*", "normaliz*", "processed", "pipeline*", "pii", "discard*", "shuffled",
    "truncated",
];
const SELECTED: &[&str] = &[
    "selected", "sampled", "chosen", "mixture", "weighted", "subset*", "crawl*", "collected", "scraped", "obtained",
    "extracted", "gathered", "downloaded", "taken from", "drawn from", "upsampl*", "selection", "comes from",
];
const UNITS: &[&str] = &[
    "tokens", "gb", "tb", "languages", "words", "documents", "images", "examples", "hours", "pairs", "lines",
    "records", "names", "characters", "samples", "rows", "files", "pages", "terabytes", "gigabytes", "entries",
    "sentences", "bytes",
];

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    let card = reader.kind == PageKind::DataCard;
    if matches!(said.topic, Topic::Evaluation | Topic::Citation | Topic::License | Topic::Limits) && !card {
        return;
    }
    let words = &said.words;
    if words.any(&[
        "evaluat*", "benchmark*", "zero shot", "test set", "leaderboard", "not trained on", "tokenizer was trained",
        "held out",
    ]) {
        return;
    }
    let speaks = words.any(TRAINED_ON)
        || said.lead.any(TRAINED_ON)
        || said.topic == Topic::Data
        || said.label.any(&["data", "dataset*", "training data", "corpus"]);
    if !speaks && !card {
        return;
    }
    let stage = stage(reader, said);
    let tied = card
        || words.any(TRAINED_ON)
        || said.lead.any(TRAINED_ON)
        || said.headings.any(TRAINED_ON)
        || training_heading(said)
        || said.label.any(TRAINED_ON);
    if tied {
        name_datasets(reader, said, stage);
    }
    if tied || said.topic == Topic::Data {
        describe(reader, said, stage);
    }
}

/// Whether the headings speak of training data, or of data as such.
fn training_heading(said: &Said<'_>) -> bool {
    said.topic == Topic::Data
        && !said.headings.any(&["test*", "format", "preparation", "loading", "your own", "custom"])
        || said.headings.any(&["training"]) && said.words.any(&["dataset*", "data", "corpus"])
}

fn stage(reader: &Reader<'_>, said: &Said<'_>) -> Stage {
    let path = Words::of(reader.input.artifact.path.as_str());
    if said.words.any(&["pre train*", "pretrain*", "stage 1", "first stage"]) && !said.words.any(POST) {
        Stage::Base
    } else if said.words.any(POST) || said.headings.any(POST) || path.any(POST) {
        Stage::End
    } else if said.headings.any(&["pre train*", "pretrain*"]) {
        Stage::Base
    } else {
        Stage::Unstated
    }
}

fn name_datasets(reader: &mut Reader<'_>, said: &Said<'_>, stage: Stage) {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for link in &said.statement.links {
        let words = Words::of(&link.text);
        let named = match Leads::of(link) {
            Leads::HubData(name) => Some((name.clone(), format!("hf:datasets/{name}"))),
            Leads::Web
                if !is_generic(&words)
                    && (is_data_place(&link.url)
                        || words.any(&["dataset", "corpus"])
                        || gazetteer::find(&words).next().is_some()) =>
            {
                Some((link.text.clone(), link.url.clone()))
            }
            Leads::Code(name)
                if !is_generic(&words)
                    && Words::of(name.rsplit('/').next().unwrap_or_default())
                        .any(&["data", "dataset", "datasets", "corpus", "pile", "corpora"]) =>
            {
                Some((link.text.clone(), format!("github:{name}")))
            }
            _ => None,
        };
        if let Some((name, url)) = named {
            found.push((name, Some(url)));
        }
    }
    for known in gazetteer::find(&said.words) {
        let linked = found.iter().any(|(name, url)| {
            gazetteer::find(&Words::of(name))
                .chain(gazetteer::find(&Words::of(url.as_deref().unwrap_or_default())))
                .any(|other| other.name == known.name)
        });
        if !linked {
            found.push((known.name.to_owned(), Some(known.url.to_owned())));
        }
    }
    for (name, url) in found {
        reader.say(Basis::Observed, said, Claim::Dataset { name, url, used_for: DataUse::Training, stage });
    }
}

/// Whether the words of a link name nothing: `here`, `this dataset`, a badge.
fn is_generic(words: &Words) -> bool {
    words.iter().all(|word| {
        matches!(
            word,
            "here"
                | "this"
                | "the"
                | "link"
                | "dataset"
                | "datasets"
                | "data"
                | "see"
                | "page"
                | "training"
                | "corpus"
                | "card"
                | "cards"
                | "more"
                | "our"
                | "and"
        )
    })
}

fn is_data_place(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    if lower.contains("shields.io") || lower.contains("/badge") {
        return false;
    }
    [
        "commoncrawl.org", "kaggle.com/datasets", "zenodo.org", "tensorflow.org/datasets", "/datasets/", "/dataset/",
        "dumps.wikimedia", "data.", "corpus", "laion.ai", "crates.io/crates", "openslr.org", "image-net.org",
        "academictorrents", "archive.org/details",
    ]
    .iter()
    .any(|place| lower.contains(place))
}

/// Whether a statement only says that another document tells it: `[the data card](…) documents how …`.
fn refers(said: &Said<'_>) -> bool {
    let text = said.statement.text.trim_start();
    said.statement.links.iter().filter(|link| !link.text.is_empty()).any(|link| {
        let rest = text.trim_start_matches("The ").trim_start_matches("the ").strip_prefix(link.text.as_str());
        let verb = rest.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
        matches!(verb, "documents" | "describes" | "details" | "explains" | "tells" | "covers" | "lists" | "has")
    })
}

fn describe(reader: &mut Reader<'_>, said: &Said<'_>, stage: Stage) {
    let words = &said.words;
    if words.any(&["issue", "issues", "pull request", "tag", "milestone", "install"]) {
        return;
    }
    let disclosing = ["released", "publish*", "disclos*", "not available", "not shared"];
    if words.denies() && words.any(&disclosing) {
        return;
    }
    let mut aspects = Vec::new();
    let number = words.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    // A heading that names the particular, with something said beneath it.
    let headed = |phrases: &[&str]| said.inner.any(phrases) && words.iter().count() >= 4;
    if headed(&["processing", "preprocessing", "filtering", "cleaning", "deduplication"])
        || words.any(PROCESSED) && !words.any(&["no filter*", "not filtered", "accept the license"])
    {
        aspects.push((DataAspect::Processing, Component::DatainfoDescription));
    }
    if headed(&["collection", "selection", "obtained", "selected", "sampling"]) || words.any(SELECTED) {
        aspects.push((DataAspect::Selection, Component::DatainfoDescription));
    }
    if number && words.any(UNITS) {
        aspects.push((DataAspect::Scope, Component::DatainfoComposition));
    }
    if words.any(&[
        "annotat*", "labelled", "labeled", "labelling", "labeling", "labels are", "labels were", "no labels",
        "human written",
    ]) {
        aspects.push((DataAspect::Labelling, Component::DatainfoLabelling));
    }
    if words.any(&["provenance", "come from", "sourced from", "origin", "published by", "taken from", "source of"]) {
        aspects.push((DataAspect::Provenance, Component::DatainfoDescription));
    }
    if words.any(&[
        "cannot be shared", "cannot be released", "cannot be redistributed", "can not be shared", "cannot share",
    ]) {
        aspects.push((DataAspect::Unshareable, Component::DatainfoUnshareable));
    }
    let basis = if refers(said) { Basis::Declared } else { Basis::Observed };
    for (aspect, component) in aspects {
        reader.say(basis.clone(), said, Claim::DataDescribed { aspect, stage });
        let whole = if component == Component::DatainfoDescription { Extent::Partial } else { Extent::Whole };
        reader.say(basis.clone(), said, Claim::Provides { component, extent: whole, target: None });
    }
    let extra: &[(Component, &[&str])] = &[
        (Component::DatainfoSynthetic, &["synthetic", "generated by gpt*", "synthesized"]),
        (Component::DatainfoPersonalData, &["personal data", "personal information", "pii", "identifiable"]),
        (Component::DatainfoCrawlOptout, &["robots.txt", "robots", "opt out", "opt outs", "copyright policy"]),
    ];
    for (component, phrases) in extra {
        if words.any(phrases) {
            reader.say(
                Basis::Observed,
                said,
                Claim::Provides { component: *component, extent: Extent::Partial, target: None },
            );
        }
    }
}
