//! Code trees by their listing: which code stands in a repository, judged by names alone.
//!
//! A name says that code is there, not that it trained this model; whose code it is, is for documents and
//! settings to say, and for the judge to weigh. Nothing is executed, and most files are never opened.

use super::subject::Subject;
use super::words::Words;
use crate::inspector::{Inspector, PartInput, Reading, Reads};
use candor_facts::{Artifact, Claim, Component, Evidence, Extent, Fact, Part, Role};
use std::collections::BTreeMap;

/// Reads listings.
pub(crate) const INSPECTOR: Inspector = Inspector { id: "tree", version: 1, reads: Reads::Part(read) };

const CODE: &[&str] =
    &["py", "rs", "cpp", "cc", "c", "cu", "jl", "go", "java", "sh", "ipynb", "slurm", "swift", "ts", "js"];
const SETTINGS: &[&str] = &["yaml", "yml", "json", "toml", "gin", "cfg", "jsonnet", "sh", "slurm"];
/// Evidence kept for one component of one part; further files add nothing.
const KEPT: usize = 12;

fn read(input: &PartInput<'_>) -> Reading {
    let subject = Subject::of(input.release);
    let mut found: BTreeMap<Component, Vec<&Artifact>> = BTreeMap::new();
    for artifact in input.part.listing.entries() {
        for component in components(input.part, artifact, &subject) {
            found.entry(component).or_default().push(artifact);
        }
    }
    let mut reading = Reading::default();
    for (component, artifacts) in found {
        let mut evidence: Vec<Evidence> =
            artifacts.iter().take(KEPT).map(|artifact| input.listed(&artifact.path)).collect();
        if evidence.is_empty() {
            continue;
        }
        let first = evidence.remove(0);
        let target = artifacts.first().map(|artifact| artifact.path.to_string());
        let claim = Claim::Provides { component, extent: Extent::Whole, target };
        reading.facts.push(Fact { claim, evidence: first, also: evidence });
    }
    reading
}

/// Which components a file is part of, by its path.
fn components(part: &Part, artifact: &Artifact, subject: &Subject) -> Vec<Component> {
    let path = artifact.path.as_str();
    let lower = path.to_ascii_lowercase();
    if lower.split('/').any(|segment| {
        segment.starts_with('.') && segment.len() > 1
            || matches!(segment, "node_modules" | "third_party" | "vendor" | "site-packages")
    }) {
        return Vec::new();
    }
    let words = Words::of(&path.replace(['_', '-'], " "));
    if subject.is_other(&words) && !subject.is_named(&words) {
        return Vec::new();
    }
    let extension = artifact.path.extension();
    let is_code = CODE.contains(&extension.as_str());
    let mut found = Vec::new();
    if is_code && part.role != Role::Document {
        found.extend(code(&words, part.role));
    }
    if SETTINGS.contains(&extension.as_str()) && part.role != Role::Document && settings(&words, part.role) {
        found.push(Component::ConfigHyperparameters);
    }
    found.extend(documents(&words, &lower, &extension, part.role));
    if part.role == Role::Data
        && matches!(extension.as_str(), "parquet" | "jsonl" | "csv" | "tsv" | "arrow" | "zst" | "txt" | "gz" | "tar")
    {
        let name = artifact.path.name().to_ascii_lowercase();
        let bookkeeping = ["license", "licence", "requirements", "readme", "notice", "copying"]
            .iter()
            .any(|word| name.starts_with(word));
        if !bookkeeping {
            found.push(Component::DataPretraining);
        }
    }
    found
}

fn code(words: &Words, role: Role) -> Option<Component> {
    let post = words.any(&[
        "sft", "dpo", "rlhf", "ppo", "grpo", "orpo", "finetun*", "fine tun*", "fine tune", "instruct*", "reward*",
        "peft", "lora", "alignment", "kto",
    ]);
    let kind = if words.any(&["test", "tests", "conftest", "test.py", "unit"]) {
        Component::CodeValidationTesting
    } else if words.any(&["eval", "evals", "evaluat*", "benchmark*", "lm eval"]) {
        Component::CodeEvaluation
    } else if words.any(&[
        "dedup*", "preprocess*", "tokenize", "tokenise", "decontaminat*", "filter*", "prepare data", "data prep*",
        "prepare", "crawl*", "process data", "clean*", "pii", "data.rs", "corpus",
    ]) || words.any(&["data"]) && words.any(&["build", "process*", "make", "prep*"])
        || role == Role::Data
    {
        Component::CodeDataProcessing
    } else if words.any(&["train", "training", "trainer", "pretrain*", "train.py", "pre train"]) {
        if post { Component::CodePosttraining } else { Component::CodePretraining }
    } else if post && words.any(&["scripts", "run", "recipes"]) {
        Component::CodePosttraining
    } else if words.any(&[
        "inference", "generate", "generation", "sample", "sampling", "serve", "chat", "infer", "predict", "run.py",
        "demo", "cli",
    ]) || words.has("run") && words.has("py")
    {
        Component::CodeInference
    } else if words.any(&["model", "models", "modeling", "modelling", "network", "architecture", "transformer"]) {
        Component::CodeArchitecture
    } else {
        return None;
    };
    Some(kind)
}

fn settings(words: &Words, role: Role) -> bool {
    let folder = words.any(&[
        "configs", "config", "recipes", "recipe", "gin", "training", "train", "pretraining", "hparams", "official",
        "models",
    ]);
    role == Role::Code
        && (folder
            && words.any(&[
                "train", "training", "pretrain*", "pretraining", "stage1", "stage2", "sft", "config", "configs",
                "recipes", "official", "gin", "models",
            ]))
        && !words.any(&[
            "tsconfig", "eslint", "workflow*", "github", "mkdocs", "docker*", "package", "pre commit", "inference",
        ])
}

fn documents(words: &Words, lower: &str, extension: &str, role: Role) -> Vec<Component> {
    let mut found = Vec::new();
    if extension == "pdf" && (words.any(&["paper", "report", "tech", "technical"]) || role == Role::Document) {
        found.push(Component::DocTechReport);
    }
    let log = matches!(extension, "jsonl" | "csv" | "log" | "txt" | "json" | "tsv")
        && words.any(&["training log", "train log", "log", "logs", "training logs", "loss", "metrics"]);
    if log || lower.contains("tfevents") {
        found.push(Component::DocTrainingLogs);
    }
    if matches!(extension, "json" | "csv" | "md" | "txt" | "yaml")
        && words.any(&["evaluation", "eval results", "evaluation results", "results", "benchmarks"])
    {
        found.push(Component::DocEvalResults);
    }
    let manifest = [
        "requirements.txt", "pyproject.toml", "setup.py", "cargo.toml", "cargo.lock", "environment.yml",
        "environment.yaml", "poetry.lock", "uv.lock", "dockerfile", "setup.cfg",
    ];
    let name = lower.rsplit('/').next().unwrap_or_default();
    if manifest.contains(&name) {
        found.push(Component::CodeSupportingLibs);
    }
    found
}
