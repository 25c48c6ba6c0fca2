//! Sweeping statements: "all models, data and code are released".

use super::{Leads, Reader, Said, Topic};
use crate::documents::words::Words;
use candor_facts::{Basis, Claim, Component, Extent};

const RELEASED: &[&str] = &[
    "released", "release", "releasing", "publicly available", "open sourced", "open source", "opensourced",
    "made available", "make available", "we share", "published", "sharing", "reproduce", "available",
];

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    let words = &said.words;
    if matches!(said.topic, Topic::Citation | Topic::Evaluation | Topic::Limits | Topic::License) {
        return;
    }
    let rest = without_announced(&said.statement.text).map(|text| Words::of(&text));
    let words = rest.as_ref().unwrap_or(words);
    if withheld(reader, said) || words.denies() || words.announces() || !words.any(RELEASED) {
        return;
    }
    let sweeping = words.any(&["all", "every", "everything", "complete", "full", "entire", "fully"]);
    let training = words.any(&["training", "pretraining", "train", "pre training", "reproduce", "reproducing"]);
    let mut found: Vec<Component> = Vec::new();
    let training_code = training && words.then("training", "code", 40);
    if sweeping && words.has("code") && !training_code || words.has("everything") && training {
        found.push(Component::CodePretraining);
        found.push(Component::CodeDataProcessing);
        found.push(Component::CodeInference);
    } else if training_code {
        found.push(Component::CodePretraining);
    }
    if words.any(&["complete framework", "full framework"]) && training {
        found.push(Component::CodePretraining);
        found.push(Component::CodeInference);
    }
    if words.any(&["data preparation", "data processing", "data curation code", "preprocessing"]) {
        found.push(Component::CodeDataProcessing);
    }
    if (sweeping || training) && data_released(said, sweeping) {
        found.push(Component::DataPretraining);
    }
    if words.any(&["checkpoints"]) && (sweeping || words.any(&["intermediate", "several", "154", "partially trained"]))
    {
        found.push(Component::WeightsIntermediate);
    }
    if words.any(&["models", "weights", "checkpoints"]) && sweeping {
        found.push(Component::WeightsEndFinal);
    }
    if words.any(&["evaluation"]) && words.any(&["code", "framework", "everything", "scripts"]) {
        found.push(Component::CodeEvaluation);
    }
    if words.any(&[
        "training configs", "training logs", "hyperparameters", "details of training", "training details", "configs",
        "configurations", "configuration",
    ]) {
        found.push(Component::ConfigHyperparameters);
    }
    if words.any(&["training logs", "logs"]) {
        found.push(Component::DocTrainingLogs);
    }
    for component in found {
        reader.say(Basis::Declared, said, Claim::Provides { component, extent: Extent::Elsewhere, target: None });
    }
}

/// The text without things that are only announced: of `code, logs (coming soon), and data` the logs are left out.
fn without_announced(text: &str) -> Option<String> {
    const LATER: &[&str] = &["(coming soon)", "(soon)", "(to be released)", "(tba)", "(upcoming)", "(planned)"];
    let lower = text.to_ascii_lowercase();
    let (at, mark) = LATER.iter().find_map(|mark| Some((lower.find(mark)?, mark)))?;
    let before = text.get(..at)?.trim_end();
    let thing = before.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |space| space + 1);
    Some(format!("{}{}", text.get(..thing)?, text.get(at + mark.len()..)?))
}

/// Whether the statement says that this publisher released the data: `we release … the training data`, `the
/// training data is released`. Of data that is merely called publicly available it tells where that came from.
fn data_released(said: &Said<'_>, sweeping: bool) -> bool {
    const VERBS: &[&str] = &[
        "we release", "we also release", "we have released", "we are releasing", "we open source", "we share",
        "we publish", "we provide", "we make", "we opensource", "releasing", "sharing", "open sourcing",
    ];
    const DONE: &[&str] = &[
        "released", "open sourced", "opensourced", "published", "publicly released", "openly released",
        "made available", "made public", "made publicly available", "shared",
    ];
    const NOUNS: &[&str] = &[
        "training data", "pretraining data", "pre training data", "training dataset", "training datasets",
        "pretraining dataset", "pretraining datasets", "training corpus", "pretraining corpus", "training corpora",
        "training set", "data used to train", "data used for training",
    ];
    let words = &said.words;
    if words.any(&[
        "data preparation", "dataset of", "on request", "upon request", "to us", "evaluation data", "test data",
        "benchmark data", "released by", "published by", "provided by", "open source data", "from publicly",
        "consist* of", "mix of", "mixture of", "publicly available data", "publicly available dataset*",
        "publicly available source*",
    ]) {
        return false;
    }
    let linked = said.statement.links.iter().any(|link| matches!(Leads::of(link), Leads::HubData(_) | Leads::Code(_)));
    let placed = linked || words.any(&["here", "on the hub", "on hugging face", "on huggingface", "on github"]);
    let stated = |noun: &&str| {
        VERBS.iter().any(|verb| words.then(verb, noun, 100))
            || DONE.iter().any(|verb| words.then(noun, verb, 40))
            || placed && words.then(noun, "available", 40)
    };
    let bare = ["data", "dataset", "datasets", "corpus"];
    NOUNS.iter().any(stated)
        || sweeping && bare.iter().any(stated)
        || bare.iter().any(|noun| VERBS.iter().any(|verb| words.then(verb, noun, 100)))
}

/// "Training data: not released": what the publisher says is kept back, besides the weights.
fn withheld(reader: &mut Reader<'_>, said: &Said<'_>) -> bool {
    let verdicts = [
        "not released", "not public", "not published", "withheld", "not available", "not disclosed", "undisclosed",
        "not shared", "proprietary",
    ];
    let nouns: &[(&str, Component)] = &[
        ("training data", Component::DataPretraining),
        ("training code", Component::CodePretraining),
        ("code", Component::CodePretraining),
        ("dataset", Component::DataPretraining),
    ];
    let mut any = false;
    for (noun, component) in nouns {
        if verdicts.iter().any(|verdict| said.words.then(noun, verdict, 24)) {
            reader.say(Basis::Declared, said, Claim::Withholds { component: *component });
            any = true;
        }
    }
    any
}
