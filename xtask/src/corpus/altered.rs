//! Copies of the corpus releases with the same meaning in other words: the standings must stay.
//!
//! Each variant rewrites every page of a release by a fixed rule. The rewritten pages live in a temporary folder.

use super::Check;
use super::releases::read;
use candor_assess::{Framework, assess};
use std::path::{Path, PathBuf};

/// A way to say the same otherwise.
type Rewrite = fn(&str) -> String;

const VARIANTS: &[(&str, Rewrite)] = &[
    ("sections reordered", reorder),
    ("headings reworded", headings),
    ("licence statements reworded", licences),
    ("data statements reworded", data),
    ("front matter reordered", front_matter_order),
    ("front matter in prose", front_matter_prose),
    ("weights and code reworded", weights),
    ("all of these at once", all),
];

/// Score all variants of all releases.
pub(crate) fn score(corpus: &Path, frameworks: &[Framework]) -> anyhow::Result<Vec<Check>> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(corpus.join("releases"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    folders.sort();
    let scratch = std::env::temp_dir().join(format!("candor-altered-{}", std::process::id()));
    let mut checks = Vec::new();
    for folder in folders.iter().filter(|path| path.join("truth.json").is_file()) {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let before = standings(folder, frameworks)?;
        for (variant, rewrite) in VARIANTS {
            let copy = scratch.join(&name);
            copy_folder(folder, &copy, *rewrite)?;
            let after = standings(&copy, frameworks)?;
            checks.push(Check::new(&format!("altered: {variant}"), &name, before == after, || {
                format!("{before} became {after}")
            }));
            std::fs::remove_dir_all(&copy)?;
        }
    }
    let _ = std::fs::remove_dir_all(&scratch);
    Ok(checks)
}

fn standings(folder: &Path, frameworks: &[Framework]) -> anyhow::Result<String> {
    let sheet = read(folder)?;
    let assessment = assess(&sheet, frameworks);
    let words = assessment.standings.iter().filter(|standing| standing.framework == "spectrum").map(|standing| {
        let level = |level: &Option<String>| level.clone().unwrap_or_else(|| "unknown".to_owned());
        format!("{} / {} / {}", level(&standing.confirmed), level(&standing.declared), standing.possible)
    });
    Ok(words.collect::<Vec<_>>().join("; "))
}

fn copy_folder(from: &Path, to: &Path, rewrite: Rewrite) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_folder(&path, &target, rewrite)?;
        } else if path.extension().is_some_and(|extension| extension == "md")
            && !path.to_string_lossy().contains("LICENSE")
            && !path.to_string_lossy().contains("USE_POLICY")
        {
            let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
            std::fs::write(&target, rewrite(&text))?;
        } else {
            std::fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

fn all(text: &str) -> String {
    front_matter_prose(&weights(&data(&licences(&headings(&reorder(text))))))
}

/// Front matter with its fences, and the rest.
fn split(text: &str) -> (&str, &str) {
    let Some(rest) = text.strip_prefix("---\n") else { return ("", text) };
    match rest.find("\n---\n") {
        Some(at) => text.split_at(at + 9),
        None => ("", text),
    }
}

/// Lines outside code blocks, rewritten one by one.
fn lines(text: &str, change: impl Fn(&str) -> String) -> String {
    let mut fenced = false;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        out.push_str(&if fenced || fence { line.to_owned() } else { change(line) });
    }
    out
}

fn body(text: &str, change: impl Fn(&str) -> String) -> String {
    let (head, rest) = split(text);
    format!("{head}{}", lines(rest, change))
}

/// Sections of the second level in the opposite order.
fn reorder(text: &str) -> String {
    let (head, rest) = split(text);
    let mut sections: Vec<String> = vec![String::new()];
    let mut fenced = false;
    for line in rest.split_inclusive('\n') {
        fenced ^= line.trim_start().starts_with("```");
        if !fenced && line.starts_with("## ") {
            sections.push(String::new());
        }
        if let Some(last) = sections.last_mut() {
            last.push_str(line);
            if !line.ends_with('\n') {
                last.push('\n');
            }
        }
    }
    let first = sections.remove(0);
    sections.reverse();
    format!("{head}{first}{}", sections.concat())
}

fn replace_all(text: &str, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn headings(text: &str) -> String {
    let pairs = [
        ("Training Data", "What the model learned from"),
        ("Training data", "What the model learned from"),
        ("Training Procedure", "How it was made"),
        ("License", "Conditions of use"),
        ("Evaluation", "How well it does"),
        ("Benchmarks", "How well it does"),
        ("Download", "Getting the files"),
        ("Limitations", "Known weaknesses"),
        ("Usage", "Running it"),
        ("Datasets", "Data used"),
        ("Dataset", "Data used"),
    ];
    body(text, |line| if line.starts_with('#') { replace_all(line, &pairs) } else { line.to_owned() })
}

fn licences(text: &str) -> String {
    let pairs = [
        ("licensed under", "made available under the terms of"),
        ("released under", "distributed under"),
        ("is subject to", "is governed by"),
        ("**License:**", "**Licence:**"),
        ("License: [", "Licence: ["),
        ("License(s):", "Licence:"),
    ];
    body(text, |line| replace_all(line, &pairs))
}

fn data(text: &str) -> String {
    let pairs = [
        ("pre-trained on", "pre-trained using"),
        ("pretrained on", "pretrained using"),
        ("trained on", "trained using data from"),
        ("Training data:", "Data used for training:"),
        ("training data", "data used for training"),
        ("filtered and deduplicated", "deduplicated and cleaned"),
    ];
    body(text, |line| replace_all(line, &pairs))
}

fn weights(text: &str) -> String {
    let pairs = [
        ("model weights", "parameters of the model"),
        ("Model weights", "Parameters of the model"),
        ("download the weights", "fetch the weights"),
        ("To download", "To get"),
        ("training code", "code for training"),
        ("publicly released", "released to the public"),
        ("checkpoints on", "snapshots on"),
    ];
    body(text, |line| replace_all(line, &pairs))
}

/// The keys of the front matter in the opposite order.
fn front_matter_order(text: &str) -> String {
    let (head, rest) = split(text);
    if head.is_empty() {
        return text.to_owned();
    }
    let inner = head.trim_start_matches("---\n").trim_end_matches("---\n");
    let mut entries: Vec<String> = Vec::new();
    for line in inner.split_inclusive('\n') {
        let starts = !line.starts_with([' ', '-', '\t', '#', '\n']);
        match entries.last_mut() {
            Some(last) if !starts => last.push_str(line),
            _ => entries.push(line.to_owned()),
        }
    }
    entries.reverse();
    format!("---\n{}---\n{rest}", entries.concat())
}

/// What the front matter says of licence, data and base, said in sentences instead.
fn front_matter_prose(text: &str) -> String {
    let (head, rest) = split(text);
    if head.is_empty() {
        return text.to_owned();
    }
    let mut sentences = String::new();
    let (mut key, mut gate) = (String::new(), false);
    let mut data: Vec<String> = Vec::new();
    let value = |line: &str| {
        line.split_once(':').map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned()).unwrap_or_default()
    };
    let (mut license, mut name) = (String::new(), String::new());
    for line in head.lines() {
        if !line.starts_with([' ', '-', '\t']) {
            key = line.split(':').next().unwrap_or_default().to_owned();
        }
        gate |= key.starts_with("extra_gated");
        match key.as_str() {
            "license" if line.starts_with("license:") => license = value(line),
            "license_name" => name = value(line),
            "datasets" => {
                if let Some(item) = line.trim().strip_prefix("- ") {
                    data.push(item.trim_matches(['"', '\'']).to_owned());
                }
            }
            "base_model" if line.starts_with("base_model:") && !value(line).is_empty() => {
                sentences.push_str(&format!(
                    "This model is a fine-tuned version of [{0}](https://huggingface.co/{0}).\n\n",
                    value(line)
                ));
            }
            _ => {}
        }
    }
    let license = if license == "other" && !name.is_empty() { name } else { license };
    if !license.is_empty() && license != "other" && license != "unknown" {
        sentences.push_str(&format!("The model is licensed under {license}.\n\n"));
    }
    for item in data {
        sentences.push_str(&format!("The model was trained on [{item}](https://huggingface.co/datasets/{item}).\n\n"));
    }
    if gate {
        sentences.push_str("Access to the model weights must be requested: accept the license first.\n\n");
    }
    let library = head.lines().any(|line| line.starts_with("library_name:") || line.starts_with("pipeline_tag:"));
    if library {
        sentences.push_str("The model weights are available in this repository.\n\n");
    }
    format!("{sentences}{rest}")
}
