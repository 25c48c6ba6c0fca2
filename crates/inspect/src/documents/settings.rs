//! Settings of a training run: files that hold a learning rate, a batch size, a number of steps.
//!
//! A name such as `config.yaml` proves nothing; the keys inside do. A file that is listed and not here tells
//! at most that there is something of the kind.

use super::frontmatter::{self, Node, Value};
use super::subject::Subject;
use super::words::Words;
use crate::caps;
use crate::inspector::{Input, Inspector, PartInput, Reading, Reads};
use candor_facts::{Artifact, Basis, Claim, Component, Extent, GapReason, Part, Relation, Role};
use std::ops::Range;

/// Reads settings of training runs.
pub(crate) const INSPECTOR: Inspector = Inspector { id: "settings", version: 1, reads: Reads::Part(read_part) };

/// Files opened for their keys, in one part.
const OPENED: usize = 400;
/// Keys of a training run; two of different kinds make one.
const KEYS: &[(&str, &[&str])] = &[
    ("rate", &["learning_rate", "lr", "max_lr", "peak_lr", "base_lr", "learning-rate"]),
    (
        "batch",
        &[
            "batch_size", "global_train_batch_size", "train_micro_batch_size_per_gpu", "per_device_train_batch_size",
            "train_batch_size", "global_batch_size", "train_batch_size0", "batch-size",
        ],
    ),
    (
        "length",
        &[
            "max_steps", "train_iters", "train-iters", "max_duration", "num_train_epochs", "epochs", "max_epochs",
            "max_iterations", "train_steps", "steps", "num_steps", "total_steps",
        ],
    ),
    (
        "optimizer",
        &[
            "optimizer", "optim", "weight_decay", "adam_beta1", "warmup_steps", "warmup_ratio", "lr_scheduler_type",
            "scheduler",
        ],
    ),
    ("seed", &["seed", "random_seed"]),
];

fn read_part(at: &PartInput<'_>) -> Reading {
    let mut reading = Reading::default();
    let subject = Subject::of(at.release);
    let mut opened = 0;
    for artifact in at.part.listing.entries().iter().filter(|artifact| wants(at.part, artifact, &subject)) {
        if !artifact.at_hand || opened >= OPENED {
            let claim = Claim::Provides {
                component: Component::ConfigHyperparameters,
                extent: Extent::Partial,
                target: Some(artifact.path.to_string()),
            };
            if named_for_training(artifact) && reading.facts.len() < OPENED {
                reading.fact(claim, at.listed(&artifact.path));
            }
            continue;
        }
        opened += 1;
        match at.open(artifact) {
            Ok(bytes) => reading.absorb(read(&Input::new(*at, artifact, &*bytes))),
            Err(gap) => reading.gap(gap),
        }
    }
    reading
}

fn wants(part: &Part, artifact: &Artifact, subject: &Subject) -> bool {
    let kind = matches!(artifact.path.extension().as_str(), "yaml" | "yml" | "json" | "toml" | "gin" | "cfg");
    let path = artifact.path.as_str().to_ascii_lowercase();
    let aside =
        path.split('/').any(|segment| segment.starts_with('.') || matches!(segment, "node_modules" | "tests" | "test"));
    let manifest = [
        "package.json", "package-lock.json", "tsconfig.json", "cargo.toml", "pyproject.toml", "mkdocs.yml",
        "tokenizer.json",
    ];
    let name = artifact.path.name().to_ascii_lowercase();
    let words = Words::of(&path.replace(['_', '-'], " "));
    let model_root = part.role == Role::Model && !named_for_training(artifact);
    kind && matches!(part.role, Role::Code | Role::Model)
        && !model_root
        && !aside
        && !manifest.contains(&name.as_str())
        && !subject.is_other(&words)
}

fn named_for_training(artifact: &Artifact) -> bool {
    let words = Words::of(&artifact.path.as_str().replace(['_', '-'], " "));
    words.any(&[
        "train", "training", "pretrain*", "sft", "dpo", "recipes", "recipe", "hparams", "hyperparameters",
        "experiment*", "stage1", "stage2",
    ])
}

fn read(input: &Input<'_>) -> Reading {
    let bytes = match input.read(caps::CONFIG) {
        Ok(bytes) => bytes,
        Err(gap) => return gap.into(),
    };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return input.gap(GapReason::Malformed { at: 0, what: "settings are not UTF-8".to_owned() }).into();
    };
    let mut reading = Reading::default();
    let mut found: Vec<(&str, Range<usize>)> = Vec::new();
    match input.artifact.path.extension().as_str() {
        "toml" | "gin" | "cfg" => lines(text, &mut found),
        _ => {
            let Ok(value) = frontmatter::parse(text, 0) else { return reading };
            walk(&value, &mut found);
            base(input, &bytes, &value, &mut reading);
        }
    }
    let mut kinds: Vec<&str> = found.iter().map(|(kind, _)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() >= 3
        && let Some((_, range)) = found.first()
    {
        let claim = Claim::Provides {
            component: Component::ConfigHyperparameters,
            extent: Extent::Whole,
            target: Some(input.artifact.path.to_string()),
        };
        reading.fact(claim, input.span(Basis::Observed, &bytes, range.clone(), ""));
    }
    reading
}

fn kind_of(key: &str) -> Option<&'static str> {
    let key = key.trim().trim_matches('"').to_ascii_lowercase();
    let last = key.rsplit('.').next().unwrap_or(&key);
    KEYS.iter().find(|(_, keys)| keys.contains(&last)).map(|(kind, _)| *kind)
}

fn walk(value: &Value, found: &mut Vec<(&'static str, Range<usize>)>) {
    match &value.node {
        Node::Map(entries) => {
            for (key, value) in entries {
                if let Some(kind) = kind_of(key) {
                    found.push((kind, value.range.clone()));
                }
                walk(value, found);
            }
        }
        Node::List(values) => values.iter().for_each(|value| walk(value, found)),
        Node::Null | Node::Scalar(_) => {}
    }
}

/// `key = value` lines of TOML, gin and INI files.
fn lines(text: &str, found: &mut Vec<(&'static str, Range<usize>)>) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some((key, _)) = line.split_once('=')
            && !line.trim_start().starts_with('#')
            && let Some(kind) = kind_of(key)
        {
            found.push((kind, at..at + line.trim_end().len()));
        }
        at += line.len();
    }
}

/// The model that a run starts from.
fn base(input: &Input<'_>, bytes: &[u8], value: &Value, reading: &mut Reading) {
    let Some(start) = value.get("model_name_or_path").or_else(|| value.get("base_model")) else { return };
    if let Some(name) = start.text().filter(|name| name.split('/').count() == 2 && !name.starts_with(['.', '/'])) {
        let claim = Claim::BaseModel { name: name.to_owned(), relation: Relation::Finetune };
        reading.fact(claim, input.span(Basis::Observed, bytes, start.range.clone(), "model_name_or_path"));
    }
}
