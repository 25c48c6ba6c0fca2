//! Which code is said to exist: for training, for running, for measuring, for preparing data?

use super::{Leads, Reader, Said, Topic};
use crate::documents::markdown::Code;
use crate::documents::words::Words;
use candor_facts::{Basis, Claim, Component, Extent, Role};

/// A kind of code, and the words by which a link or label names it.
const KINDS: &[(Component, &[&str])] = &[
    (
        Component::CodePosttraining,
        &[
            "fine tuning code", "finetuning code", "fine tuning script*", "post training code", "sft code",
            "rlhf code", "instruction tuning code",
        ],
    ),
    (
        Component::CodePretraining,
        &[
            "training code", "pretraining code", "pre training code", "training scripts", "training script",
            "training framework", "code to train", "training recipe*", "code used to train", "train the model",
            "training library", "training repository",
        ],
    ),
    (
        Component::CodeDataProcessing,
        &[
            "data processing code", "preprocessing code", "data preparation code", "processing scripts",
            "data pipeline", "data code", "data preparation scripts", "code to prepare", "code used to build",
            "preprocessing script*", "data processing scripts",
        ],
    ),
    (
        Component::CodeEvaluation,
        &["evaluation code", "evaluation scripts", "eval code", "evaluation framework", "evaluation suite"],
    ),
    (
        Component::CodeInference,
        &[
            "inference code", "reference implementation", "example code for loading", "demo code", "code to run",
            "run inference",
        ],
    ),
];

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    if !said.affirms() || matches!(said.topic, Topic::Citation | Topic::Limits) {
        return;
    }
    for (component, phrases) in KINDS {
        if !said.words.any(phrases) && !said.label.any(phrases) && !names_repository(said, *component) {
            continue;
        }
        let link = said.statement.links.iter().find_map(|link| match Leads::of(link) {
            Leads::Code(name) => Some(format!("github:{name}")),
            Leads::Here(path) if !path.starts_with('#') => Some(path),
            _ => None,
        });
        let here = reader.input.at.part.role == Role::Code
            && said.words.any(&["this repository", "this repo", "here", "contains", "provide*"]);
        if link.is_some() || here {
            reader.say(
                Basis::Declared,
                said,
                Claim::Provides { component: *component, extent: Extent::Elsewhere, target: link },
            );
        }
    }
}

/// Whether it names a repository for what this kind of code does: `core repo (training, inference): …`.
fn names_repository(said: &Said<'_>, component: Component) -> bool {
    let does: &[&str] = match component {
        Component::CodePretraining => &["training", "pretraining", "pre training"],
        Component::CodeInference => &["inference"],
        Component::CodeEvaluation => &["evaluation"],
        _ => return false,
    };
    let few = said.words.iter().count() <= 16;
    few && said.label.any(&["repo", "repository", "repos", "codebase"]) && said.label.any(does)
}

/// Commands in code blocks: how training, evaluation or inference is started.
pub(super) fn read_block(reader: &mut Reader<'_>, block: &Code) {
    let headings = reader.page.headings(block.section);
    let inner = headings.last().map(|heading| Words::of(heading)).unwrap_or_default();
    if reader.subject.is_other(&inner) {
        return;
    }
    let mut offset = 0;
    let mut seen = Vec::new();
    for line in block.text.lines() {
        offset += line.len() + 1;
        let Some(component) = command(line) else { continue };
        if seen.contains(&component) {
            continue;
        }
        seen.push(component);
        let shown = std::str::from_utf8(reader.text.get(block.range.clone()).unwrap_or_default()).unwrap_or_default();
        let range = match shown.find(line) {
            Some(at) => block.range.start + at..block.range.start + at + line.len(),
            None => block.range.clone(),
        };
        let evidence = reader.at(Basis::Observed, range, block.section);
        let instructions = Claim::Provides { component, extent: Extent::Described, target: None };
        reader.out.fact(instructions, evidence);
    }
    let _ = offset;
}

/// What a command line starts, when its script's name tells.
fn command(line: &str) -> Option<Component> {
    let words = Words::of(line);
    let starts = words.any(&[
        "torchrun", "python", "python3", "deepspeed", "accelerate", "srun", "sbatch", "bash", "mpirun", "cargo",
        "corenet train", "t5 mesh transformer",
    ]);
    if !starts || words.any(&["pip install", "download"]) {
        return None;
    }
    if words.any(&["sft*", "dpo*", "finetun*", "fine tune", "fine tuning", "rlhf", "orpo", "peft", "lora"]) {
        Some(Component::CodePosttraining)
    } else if words
        .any(&["train", "pretrain*", "training", "train.py", "corenet train", "run clm", "t5 mesh transformer"])
    {
        Some(Component::CodePretraining)
    } else if words.any(&["eval*", "lm eval", "benchmark"]) {
        Some(Component::CodeEvaluation)
    } else if words.any(&["preprocess*", "tokenize*", "prepare data", "data prep*", "dedup*"]) {
        Some(Component::CodeDataProcessing)
    } else if words.any(&["generate*", "inference", "sample", "chat", "run.py", "demo", "completion"]) {
        Some(Component::CodeInference)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_tell_what_they_start() {
        for (line, expected) in [
            ("torchrun --nproc_per_node=8 scripts/train.py config.yaml", Some(Component::CodePretraining)),
            ("accelerate launch scripts/sft.py recipe.yaml", Some(Component::CodePosttraining)),
            ("python generate.py --prompt x", Some(Component::CodeInference)),
            ("pip install train-tools", None),
            ("ls", None),
        ] {
            assert_eq!(command(line), expected, "{line}");
        }
    }
}
