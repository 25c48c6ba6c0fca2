//! Well-known releases whose fact sheets ship with Candor. Facts only: what follows from them is judged like any other.

use candor_facts::{Claim, FactSheet};
use serde::Deserialize;
use std::sync::OnceLock;

/// A release that ships as a fact sheet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What one types: `olmo-2`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// What it makes: `text`, `images`, `speech`, …
    pub makes: String,
    /// The bundle that the sheet is made from.
    pub bundle: Option<String>,
    /// Where there is no bundle: the package of the Python index that it is made from.
    pub package: Option<Package>,
    /// The day on which what was published was looked at, `YYYY-MM-DD`.
    pub looked: String,
    /// Repositories of this release that others are made from; a `*` at the end stands for any rest.
    #[serde(default)]
    pub bases: Vec<String>,
}

/// A file of the Python package index in which a release, or a part of it, is published.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Name of the project.
    pub project: String,
    /// Its version.
    pub version: String,
    /// Name of the file.
    pub file: String,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// What it is of the release: `model` or `code`.
    pub role: String,
    /// The folder in it that is the part; empty for all of it.
    #[serde(default)]
    pub folder: String,
}

#[derive(Deserialize)]
struct Index {
    release: Vec<Entry>,
}

macro_rules! sheets {
    ($($name:literal)*) => {
        /// THE LIST of fact sheets, in the order of the index.
        const SHEETS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../catalogue/", $name, ".json"))),)*];
    };
}

sheets! {
    "llama-3"
    "llama-3.1"
    "llama-4"
    "mistral-7b"
    "gemma-2"
    "falcon-2"
    "olmo-2"
    "pythia"
    "gpt-4"
    "claude"
    "apertus"
    "bloom"
    "dbrx"
    "deepseek-v3"
    "falcon-40b"
    "flux-1"
    "gpt-oss"
    "granite-3"
    "grok-1"
    "kimi-k2"
    "mistral-large"
    "openelm"
    "phi-2"
    "smollm2"
    "stable-diffusion-1"
    "starcoder2"
    "t5"
    "zephyr-7b"
    "whisper"
    "silero-vad"
    "minilm"
}

/// All entries, in the order of the index.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let index: Result<Index, _> = toml::from_str(include_str!("../../../catalogue/index.toml"));
        index.map(|index| index.release).unwrap_or_default()
    })
}

/// The fact sheet of a name; `None` when there is no such name.
pub fn sheet(name: &str) -> Option<FactSheet> {
    let (_, text) = SHEETS.iter().find(|(known, _)| *known == name)?;
    FactSheet::from_json(text).ok()
}

/// The entry whose release a repository such as `org/name` belongs to.
pub fn entry_of(repository: &str) -> Option<&'static Entry> {
    let bare = repository.trim_start_matches("https://huggingface.co/").to_ascii_lowercase();
    let meant = |pattern: &String| {
        let pattern = pattern.to_ascii_lowercase();
        pattern.strip_suffix('*').map_or(bare == pattern, |stem| bare.starts_with(stem))
    };
    entries().iter().find(|entry| entry.bases.iter().any(meant))
}

/// The same sheet with the well-known releases that it is made from, where nothing nearer is at hand, and theirs.
#[must_use]
pub fn with_known_bases(sheet: FactSheet) -> FactSheet {
    attach(sheet, 0)
}

/// Deepest chain of bases that is followed; known releases are no more than twice removed.
const DEEPEST: usize = 4;

fn attach(sheet: FactSheet, depth: usize) -> FactSheet {
    if depth >= DEEPEST {
        return sheet;
    }
    let named: Vec<String> = sheet
        .facts()
        .filter(|(_, fact)| sheet.is_own(fact.part()))
        .filter_map(|(_, fact)| match &fact.claim {
            Claim::BaseModel { name, .. } => Some(name.clone()),
            _ => None,
        })
        .collect();
    let mut sheet = sheet;
    for name in named {
        let known = sheet.bases.iter().any(|base| base.of.is_none() && base.name == name);
        let Some(entry) = entry_of(&name).filter(|entry| !known && entry.name != sheet.release.id) else { continue };
        if let Some(base) = self::sheet(&entry.name) {
            sheet = sheet.with_base(&name, &format!("catalogue:{}", entry.name), attach(base, depth + 1));
        }
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_and_sheets_are_one_list() {
        let names: Vec<&str> = entries().iter().map(|entry| entry.name.as_str()).collect();
        let sheets: Vec<&str> = SHEETS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, sheets);
        for entry in entries() {
            let sheet = sheet(&entry.name).unwrap_or_else(|| panic!("{}: no fact sheet", entry.name));
            assert_eq!(sheet.release.id, entry.name);
            assert!(entry.bundle.is_some() != entry.package.is_some(), "{}: one source", entry.name);
        }
    }

    #[test]
    fn repositories_lead_to_their_release() {
        for (repository, expected) in [
            ("mistralai/Mistral-7B-v0.1", Some("mistral-7b")),
            ("https://huggingface.co/meta-llama/Llama-3.1-8B", Some("llama-3.1")),
            ("meta-llama/Llama-3.2-1B", None),
            ("someone/Llama-3.1-8B-tuned", None),
            ("google/gemma-2b", None),
        ] {
            assert_eq!(entry_of(repository).map(|entry| entry.name.as_str()), expected, "{repository}");
        }
    }

    /// Whatever stands in a sheet is short, is a name of a file or a link, or was written by us.
    fn prose<'v>(key: &str, value: &'v serde_json::Value, found: &mut Vec<&'v str>) {
        match value {
            serde_json::Value::Object(map) => map.iter().for_each(|(key, value)| prose(key, value, found)),
            serde_json::Value::Array(list) => list.iter().for_each(|value| prose(key, value, found)),
            serde_json::Value::String(text) => {
                let ours = matches!(key, "note" | "what" | "by" | "sought");
                let name = matches!(key, "path" | "target" | "url") && !text.contains(". ");
                if !ours && !name && text.split_whitespace().count() > 6 {
                    found.push(text);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn no_fact_carries_prose() {
        for (name, text) in SHEETS {
            let sheet: serde_json::Value = serde_json::from_str(text).expect("JSON");
            let mut found = Vec::new();
            prose("", &sheet, &mut found);
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
}
