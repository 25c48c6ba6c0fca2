//! Papers, logs, results, hardware, energy: documents beside the model, told or linked.

use super::{Leads, Reader, Said, Topic};
use crate::documents::markdown::Form;
use candor_facts::{Basis, Claim, Component, Extent};

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    let words = &said.words;
    for link in &said.statement.links {
        let leads = Leads::of(link);
        let paper = leads == Leads::Paper
            && (said.topic != Topic::Citation)
            && (words.any(&["paper", "report", "preprint", "technical report"])
                || said.label.any(&["paper", "report"]));
        let component = if paper {
            Component::DocTechReport
        } else if leads == Leads::Logs || words.any(&["tensorboard", "training logs", "training log", "loss curves"]) {
            Component::DocTrainingLogs
        } else {
            continue;
        };
        let claim = Claim::Provides { component, extent: Extent::Elsewhere, target: Some(link.url.clone()) };
        reader.say(Basis::Declared, said, claim);
    }
    let number = words.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    if said.topic == Topic::Evaluation
        && number
        && matches!(said.statement.form, Form::Row | Form::Item | Form::Prose)
        && said.affirms()
    {
        reader.say(
            Basis::Observed,
            said,
            Claim::Provides { component: Component::DocEvalResults, extent: Extent::Whole, target: None },
        );
    }
    let told: &[(Component, &[&str])] = &[
        (Component::DocComputeHardware, &["gpu hours", "gpus", "a100*", "h100*", "v100*", "tpu*", "gpu", "h800"]),
        (Component::DocEnergy, &["co2*", "carbon", "kwh", "mwh", "emissions", "tco2eq"]),
        (
            Component::ConfigHyperparameters,
            &["learning rate", "batch size", "weight decay", "adamw", "hyperparameters", "warmup", "learning_rate"],
        ),
    ];
    for (component, phrases) in told {
        if number
            && words.any(phrases)
            && matches!(said.topic, Topic::Training | Topic::Unknown | Topic::Data | Topic::Weights)
        {
            reader.say(
                Basis::Observed,
                said,
                Claim::Provides { component: *component, extent: Extent::Described, target: None },
            );
        }
    }
    if words.any(&["intermediate checkpoints", "training checkpoints", "checkpoints saved", "partially trained"])
        && said.affirms()
    {
        reader.say(
            Basis::Declared,
            said,
            Claim::Provides { component: Component::WeightsIntermediate, extent: Extent::Elsewhere, target: None },
        );
    }
}
