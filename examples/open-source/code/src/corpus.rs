//! The text: selected from the SPDX License List, filtered, and split by family.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use spdx::identifiers::{LICENSES, VERSION};

use crate::recipe::Data;
use crate::vocab;

/// Counts of what was selected, dropped and written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Where the entries come from.
    pub source: &'static str,
    /// Version of the list.
    pub list_version: &'static str,
    /// Entries of the list as the crate has it.
    pub entries: usize,
    /// Dropped: placeholders that name no licence.
    pub placeholders: usize,
    /// Dropped: identifiers that the list calls deprecated.
    pub deprecated: usize,
    /// Changed: names in which an en dash became a hyphen.
    pub dashes_replaced: usize,
    /// Dropped: names with characters outside printable ASCII.
    pub other_characters: usize,
    /// Dropped: lines above the length limit.
    pub too_long: usize,
    /// Dropped: lines that occurred before.
    pub repeated: usize,
    /// Lines for training.
    pub training_lines: usize,
    /// Their characters, without line ends.
    pub training_characters: usize,
    /// Families of identifiers among them.
    pub training_families: usize,
    /// Lines for validation.
    pub validation_lines: usize,
    /// Their characters, without line ends.
    pub validation_characters: usize,
    /// Families of identifiers among them.
    pub validation_families: usize,
}

/// The lines of both splits, and how they came about.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// Lines for training, in the order of the list.
    pub training: Vec<String>,
    /// Lines for validation, in the order of the list.
    pub validation: Vec<String>,
    /// Counts.
    pub report: Report,
}

/// The family of an identifier: what stands before its first hyphen, in lower case.
fn family(id: &str) -> String {
    id.split('-').next().unwrap_or(id).to_ascii_lowercase()
}

/// The 64-bit FNV-1a hash.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// One line per licence of the list: its full name, and its identifier in parentheses.
pub fn select(settings: &Data) -> Result<Corpus> {
    ensure!(
        VERSION == settings.list_version,
        "the spdx crate holds version {VERSION} of the list, the recipe wants {}",
        settings.list_version
    );
    let mut report = Report {
        source: "crate spdx on crates.io, spdx::identifiers::LICENSES",
        list_version: VERSION,
        entries: LICENSES.len(),
        ..Report::default()
    };
    let (mut training, mut validation) = (Vec::new(), Vec::new());
    let (mut seen, mut training_families) = (BTreeSet::new(), BTreeSet::new());
    let mut validation_families = BTreeSet::new();
    for license in LICENSES {
        if matches!(license.name, "NONE" | "NOASSERTION") {
            report.placeholders += 1;
            continue;
        }
        if license.flags & spdx::flags::IS_DEPRECATED != 0 {
            report.deprecated += 1;
            continue;
        }
        let name = license.full_name.replace('\u{2013}', "-");
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        report.dashes_replaced += usize::from(license.full_name.contains('\u{2013}'));
        let line = format!("{name} ({})", license.name);
        if vocab::encode(&line).is_err() {
            report.other_characters += 1;
        } else if line.len() > settings.longest_line {
            report.too_long += 1;
        } else if !seen.insert(line.clone()) {
            report.repeated += 1;
        } else if fnv1a(&family(license.name)).is_multiple_of(settings.validation_one_in) {
            validation_families.insert(family(license.name));
            validation.push(line);
        } else {
            training_families.insert(family(license.name));
            training.push(line);
        }
    }
    report.training_lines = training.len();
    report.training_characters = training.iter().map(String::len).sum();
    report.training_families = training_families.len();
    report.validation_lines = validation.len();
    report.validation_characters = validation.iter().map(String::len).sum();
    report.validation_families = validation_families.len();
    Ok(Corpus { training, validation, report })
}

/// Writes both splits and the report into a folder.
pub fn write(corpus: &Corpus, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for (name, lines) in [("train.txt", &corpus.training), ("validation.txt", &corpus.validation)] {
        let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        fs::write(folder.join(name), text).with_context(|| format!("writing {name}"))?;
    }
    let mut report = serde_json::to_string_pretty(&corpus.report)?;
    report.push('\n');
    fs::write(folder.join("processing.json"), report).context("writing processing.json")
}

/// Reads the lines of one split as they were written.
pub fn read_lines(path: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    ensure!(!lines.is_empty(), "{} is empty", path.display());
    Ok(lines)
}

/// The tokens of every line.
pub fn encode(lines: &[String]) -> Result<Vec<Vec<usize>>> {
    lines.iter().map(|line| vocab::encode(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_never_stand_on_both_sides() {
        let settings = Data { list_version: VERSION.to_owned(), longest_line: 100, validation_one_in: 10 };
        let corpus = select(&settings).unwrap();
        let families = |lines: &[String]| -> BTreeSet<String> {
            let id = |line: &String| line[line.rfind('(').unwrap() + 1..line.len() - 1].to_owned();
            lines.iter().map(|line| family(&id(line))).collect()
        };
        let (left, right) = (families(&corpus.training), families(&corpus.validation));
        assert!(left.is_disjoint(&right));
        assert_eq!(left.len(), corpus.report.training_families);
        let Report { entries, placeholders, deprecated, .. } = corpus.report;
        let Report { other_characters, too_long, repeated, .. } = corpus.report;
        let dropped = placeholders + deprecated + other_characters + too_long + repeated;
        assert_eq!(entries - dropped, corpus.training.len() + corpus.validation.len());
    }

    #[test]
    fn another_version_of_the_list_is_refused() {
        let settings = Data { list_version: "1.0".to_owned(), longest_line: 100, validation_one_in: 10 };
        assert!(select(&settings).is_err());
    }
}
