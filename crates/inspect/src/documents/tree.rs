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
pub(crate) const INSPECTOR: Inspector = Inspector { id: "tree", version: 2, reads: Reads::Part(read) };

const CODE: &[&str] =
    &["py", "rs", "cpp", "cc", "c", "cu", "jl", "go", "java", "sh", "ipynb", "slurm", "swift", "ts", "js"];
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
    if !holds_data(input.part) {
        found.remove(&Component::DataPretraining);
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

/// Folders whose code shows how something is done rather than doing it for this model.
const ASIDE: &[&str] = &[
    "tutorial*", "example", "examples", "colab", "colabs", "docs", "doc", "notebooks", "demo", "demos", "sdk", "client",
];

/// Which components a file is part of, by its path.
fn components(part: &Part, artifact: &Artifact, subject: &Subject) -> Vec<Component> {
    let path = artifact.path.as_str();
    let lower = path.to_ascii_lowercase();
    let hidden = |segment: &str| segment.starts_with('.') && segment.len() > 1;
    let foreign =
        |segment: &str| matches!(segment, "node_modules" | "third_party" | "vendor" | "site-packages" | "dependencies");
    if part.role == Role::Document || lower.split('/').any(|segment| hidden(segment) || foreign(segment)) {
        return if part.role == Role::Document {
            documents(&Words::of(&lower), &lower, &artifact.path.extension(), part.role)
        } else {
            Vec::new()
        };
    }
    let words = Words::of(&path.replace(['_', '-'], " "));
    if subject.is_other(&words) {
        return Vec::new();
    }
    let extension = artifact.path.extension();
    let mut found = Vec::new();
    if CODE.contains(&extension.as_str()) {
        let name = Words::of(&artifact.path.name().replace(['_', '-'], " "));
        found.extend(code(&words, &name, artifact.path.folder(), part.role));
    }
    found.extend(documents(&words, &lower, &extension, part.role));
    if part.role == Role::Data && is_data_file(&lower, &extension) {
        found.push(Component::DataPretraining);
    }
    found
}

/// The kind of code that a file is, by its name first and its folders second.
fn code(words: &Words, name: &Words, folder: &str, role: Role) -> Option<Component> {
    let folders = Words::of(&folder.replace(['_', '-'], " "));
    if words.any(&["test", "tests", "conftest", "unittest", "unittests"]) {
        return Some(Component::CodeValidationTesting);
    }
    if name.any(&["eval", "evals", "evaluate", "evaluation", "evaluator", "benchmark", "benchmarks"])
        || folders.any(&["eval", "evals", "evaluation", "benchmarks"])
    {
        return Some(Component::CodeEvaluation);
    }
    let serving = folders.any(&["models", "model", "inference", "serving", "serve"]) || words.any(ASIDE);
    let data = ["data", "dataset", "datasets", "corpus", "corpora"];
    let treats = [
        "dedup*", "preprocess*", "tokenize*", "tokenise*", "decontaminat*", "filter*", "prepare*", "crawl*", "clean*",
        "process", "processing", "build", "pii", "unshard*", "mixture*",
    ];
    let stem: Vec<&str> = name.iter().collect();
    let plainly = matches!(stem.as_slice(), ["data" | "dataset" | "corpus", _]);
    if !serving
        && (plainly
            || role == Role::Data
            || words.any(&data) && words.any(&treats)
            || name.any(&["dedup*", "decontaminat*", "preprocess", "prepare data"]))
    {
        return Some(Component::CodeDataProcessing);
    }
    if name.any(&["train", "training", "trainer", "pretrain*", "finetune*"])
        || folders.any(&["training", "training scripts", "pretraining", "train"])
    {
        if words.any(ASIDE) || folders.any(&data) && !folders.any(&["training", "training scripts"]) {
            return None;
        }
        return Some(if words.any(POST) { Component::CodePosttraining } else { Component::CodePretraining });
    }
    // A module named only for adapters loads them as often as it trains them.
    let adapters = matches!(stem.as_slice(), ["lora" | "peft", _]);
    let projects: &[&str] =
        if adapters { &["scripts", "recipes", "projects"] } else { &["scripts", "recipes", "src", "projects"] };
    if name.any(POST) && !words.any(ASIDE) && folders.any(projects) {
        return Some(Component::CodePosttraining);
    }
    if words.any(&["sdk", "client", "types"]) {
        return None;
    }
    let runs = [
        "inference", "generate", "generation", "sample", "sampling", "infer", "predict", "chat", "completion", "run",
        "transcribe", "synthesize", "synthesise", "translate",
    ];
    if name.any(&runs) && !folders.any(&data) || folders.any(&["inference"]) {
        return Some(Component::CodeInference);
    }
    let models = folders.any(&["models", "model", "modeling", "modelling"]);
    let named = name
        .any(&["model", "models", "modeling", "modelling", "transformer", "network", "architecture", "configuration"]);
    let helper =
        name.any(&["spawn", "download", "convert", "utils", "card", "metadata", "get", "upload"]) || folders.any(&data);
    ((models && !name.any(&["init"]) || named) && !helper).then_some(Component::CodeArchitecture)
}

const POST: &[&str] = &[
    "sft", "dpo", "rlhf", "ppo", "grpo", "orpo", "kto", "finetun*", "fine tun*", "fine tune", "instruct*", "reward*",
    "peft", "lora", "alignment",
];

/// Whether a data part is a data set: a repository of code that makes one holds samples at most.
fn holds_data(part: &Part) -> bool {
    let (mut data, mut code) = (0_usize, 0_usize);
    for artifact in part.listing.entries() {
        let extension = artifact.path.extension();
        code += usize::from(CODE.contains(&extension.as_str()));
        data += usize::from(is_data_file(&artifact.path.as_str().to_ascii_lowercase(), &extension));
    }
    data > code
}

/// Whether a file of a data part is data rather than something beside it: by its format, and for loose formats by its name.
fn is_data_file(lower: &str, extension: &str) -> bool {
    let firm = matches!(extension, "parquet" | "arrow" | "tfrecord");
    let loose = matches!(extension, "jsonl" | "csv" | "tsv" | "zst" | "txt" | "gz" | "tar" | "json" | "bin" | "npy");
    let name = lower.rsplit('/').next().unwrap_or_default();
    let stem: String = name.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    let telling = [
        "train", "training", "valid", "validation", "val", "test", "data", "corpus", "part", "shard", "chunk", "split",
    ];
    let folder = lower.split('/').next().unwrap_or_default();
    let placed = lower.contains('/') && matches!(folder, "data" | "train" | "training" | "corpus" | "shards");
    firm || loose && (telling.contains(&stem.as_str()) || placed)
}

fn documents(words: &Words, lower: &str, extension: &str, role: Role) -> Vec<Component> {
    let mut found = Vec::new();
    if extension == "pdf" && (words.any(&["paper", "report", "tech", "technical"]) || role == Role::Document) {
        found.push(Component::DocTechReport);
    }
    let logs = ["training log", "train log", "training logs", "log", "logs", "loss", "metrics", "log history"];
    let log = matches!(extension, "jsonl" | "csv" | "log" | "json" | "tsv")
        && words.any(&logs)
        && !words.any(&["changelog", "data", "config"]);
    if log || lower.contains("tfevents") {
        found.push(Component::DocTrainingLogs);
    }
    let results = ["evaluation", "eval results", "evaluation results", "results", "benchmark results"];
    if matches!(extension, "json" | "csv" | "md" | "txt" | "yaml")
        && words.any(&results)
        && !words.any(&["config", "test", "tests"])
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

#[cfg(test)]
mod tests {
    use super::*;
    use candor_facts::{ArtifactPath, Listing, Origin, Release};

    /// The components of a path in a part of a role, for a release called `Llama 3.1`.
    fn of(role: Role, path: &str) -> Vec<&'static str> {
        let path = ArtifactPath::new(path).unwrap();
        let artifact = Artifact { path, size: None, declared_digest: None, at_hand: false, origin: Origin::Published };
        let part = Part { role, locator: None, revision: None, listing: Listing::new(true, Vec::new()) };
        let subject =
            Subject::of(&Release { id: "x".to_owned(), subject: vec!["Llama 3.1".to_owned()], parts: Vec::new() });
        components(&part, &artifact, &subject).into_iter().map(Component::id).collect()
    }

    #[test]
    fn names_tell_what_code_is() {
        for (path, expected) in [
            ("olmo/train.py", "code.pretraining"),
            ("scripts/dpo.py", "code.posttraining"),
            ("scripts/lora.py", "code.posttraining"),
            ("src/sprout/modules/lora.py", ""),
            ("training_scripts/70B/70b.sh", "code.pretraining"),
            ("tutorials/train_a_model.ipynb", ""),
            ("text/data/edu/train_classifier.py", ""),
            ("models/llama4/preprocess.py", ""),
            ("models/preprocess.py", "code.architecture"),
            ("src/content_filters.py", ""),
            ("scripts/prepare_data.py", "code.data_processing"),
            ("generate.py", "code.inference"),
            ("acorn/transcribe.py", "code.inference"),
            ("src/sdk/types/evaluation_event.py", "code.evaluation"),
            ("src/model.rs", "code.architecture"),
            ("auto/spawn-model.py", ""),
        ] {
            assert_eq!(of(Role::Code, path).join(","), expected, "{path}");
        }
        for (path, expected) in [
            ("pii/gibberish_data/big.txt", ""),
            ("analysis/datasets.txt", ""),
            ("train.txt", "data.pretraining"),
            ("data/en.jsonl", "data.pretraining"),
            ("x/train-00000-of-00002.parquet", "data.pretraining"),
            ("requirements.txt", "code.supporting_libs"),
        ] {
            assert_eq!(of(Role::Data, path).join(","), expected, "{path}");
        }
    }
}
