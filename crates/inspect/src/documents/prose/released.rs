//! Sweeping statements: "all models, data and code are released".

use super::{Reader, Said, Topic};
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
    if withheld(reader, said) || !said.affirms() || !words.any(RELEASED) {
        return;
    }
    let sweeping = words.any(&["all", "every", "everything", "complete", "full", "entire", "fully"]);
    let training = words.any(&["training", "pretraining", "train", "pre training", "reproduce", "reproducing"]);
    let mut found: Vec<Component> = Vec::new();
    if sweeping && words.has("code")
        || training && words.then("training", "code", 40)
        || words.has("everything") && training
    {
        found.push(Component::CodePretraining);
        found.push(Component::CodeDataProcessing);
        found.push(Component::CodeInference);
    }
    if words.any(&["complete framework", "full framework"]) && training {
        found.push(Component::CodePretraining);
        found.push(Component::CodeInference);
    }
    if words.any(&["data preparation", "data processing", "data curation code", "preprocessing"]) {
        found.push(Component::CodeDataProcessing);
    }
    if (sweeping || training)
        && words.any(&["data", "dataset", "datasets", "training data", "corpus"])
        && !words.any(&["data preparation", "dataset of"])
    {
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
