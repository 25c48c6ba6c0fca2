//! What a declared licence means: SPDX expressions, platform tags, common spellings, addresses.
//!
//! A family name without a version ("gpl", "cc", "openrail") is not resolved: nobody can tell which terms
//! are meant. The reason is given in words for the reader.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::catalogue::catalogue;
use crate::expression::{Expression, LicenseId};
use crate::urls;

/// How a declaration was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It is an SPDX id or expression.
    SpdxId,
    /// It is a licence tag of the Hugging Face Hub.
    HubTag,
    /// It is a common way to write a licence's name.
    Spelling,
    /// It is an address that names a licence.
    Url,
    /// Something is declared, and we do not know which licence is meant.
    Unrecognised,
    /// Nothing is declared: empty, "other", "unknown".
    Unstated,
}

impl How {
    /// A word for files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SpdxId => "spdx-id",
            Self::HubTag => "hub-tag",
            Self::Spelling => "spelling",
            Self::Url => "url",
            Self::Unrecognised => "unrecognised",
            Self::Unstated => "unstated",
        }
    }
}

/// A declared licence, as written and as understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// What was written.
    pub written: String,
    /// What it means, if that is certain enough.
    pub expression: Option<Expression>,
    /// How it was understood.
    pub how: How,
    /// Why, for the reader.
    pub reason: &'static str,
}

/// Longest declaration looked at.
const LENGTH_CAP: usize = 4096;

/// Names of families: several licences with different terms.
const FAMILIES: &[&str] = &[
    "gpl", "lgpl", "agpl", "gfdl", "cc", "bsd", "openrail", "openrail-m", "rail", "creative-commons", "odc", "cdla",
    "llama", "gnu", "cecill", "eupl", "artistic", "osl", "afl", "epl", "fdl", "gnu-gpl", "gnu-lgpl", "bigscience",
];

const UNSTATED: &[&str] = &[
    "", "other", "unknown", "none", "null", "n/a", "na", "tbd", "todo", "-", "~", "noassertion", "unspecified",
    "not specified", "undefined", "see license file", "custom", "proprietary",
];

/// What a declared licence means. Never guesses a version.
///
/// ```
/// use candor_license::{How, resolve};
/// let declared = resolve("Apache 2.0");
/// assert_eq!(declared.expression.unwrap().to_string(), "Apache-2.0");
/// assert_eq!(declared.how, How::Spelling);
/// assert_eq!(resolve("gpl").expression, None);
/// ```
pub fn resolve(written: &str) -> Declared {
    let text = written.trim().trim_matches(|c| c == '"' || c == '\'').trim();
    let text = text.get(..LENGTH_CAP).unwrap_or(text);
    let (expression, how, reason) = understand(text);
    Declared { written: written.to_owned(), expression, how, reason }
}

/// "BSD style", "MIT-like". Some licences have "old style" in their names.
fn resembles(lower: &str) -> bool {
    const WORDS: &[&str] = &["style", "styled", "like", "similar", "compatible", "inspired", "type"];
    !lower.contains("old style") && lower.split(|c: char| !c.is_alphanumeric()).any(|w| WORDS.contains(&w))
}

fn understand(text: &str) -> (Option<Expression>, How, &'static str) {
    let lower = text.to_ascii_lowercase();
    if UNSTATED.contains(&lower.as_str()) {
        return (None, How::Unstated, "no licence is named");
    }
    if let Some(id) = catalogue().tags.get(lower.as_str()) {
        let reason = match lower.as_str() {
            "gemma" => "the Hub's tag for the Gemma terms; the tag names no date, the first published terms are taken",
            "gpl-2.0" | "gpl-3.0" | "lgpl-2.1" | "lgpl-3.0" | "agpl-3.0" => {
                "the Hub's tag; it does not say whether later versions are allowed, so this version is taken"
            }
            "odbl" | "odc-by" | "pddl" | "gfdl" => "the Hub's tag; only one version is in use",
            _ => "the Hub's tag for this licence",
        };
        return (LicenseId::parse(id).map(Expression::Id), How::HubTag, reason);
    }
    if FAMILIES.contains(&lower.as_str()) {
        return (None, How::Unrecognised, "names a family of licences with different terms, and no version");
    }
    if let Ok(expression) = Expression::parse(text) {
        return (Some(expression), How::SpdxId, "an SPDX expression");
    }
    if lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("www.") {
        return match urls::license_of(&lower) {
            Some(id) => (Some(Expression::Id(id)), How::Url, "an address that names this licence"),
            None => (None, How::Unrecognised, "an address we do not know; its text must be read"),
        };
    }
    if resembles(&lower) {
        return (None, How::Unrecognised, "says what it resembles, not what it is");
    }
    if let Some(expression) = by_name(text) {
        return (Some(expression), How::Spelling, "a common way to write this licence's name");
    }
    let several = split_choice(text);
    if let Some(expression) = several {
        return (Some(expression), How::Spelling, "several names joined");
    }
    if FAMILIES.contains(&key(text).as_str()) {
        return (None, How::Unrecognised, "names a family of licences with different terms, and no version");
    }
    (None, How::Unrecognised, "no licence we know is written like this")
}

/// "MIT or Apache 2.0", "GPL v2 / MIT", "MIT, Apache-2.0".
fn split_choice(text: &str) -> Option<Expression> {
    let lower = text.to_ascii_lowercase();
    if lower.contains("later") || lower.contains(" with ") {
        return None;
    }
    for (separator, any) in
        [(" or ", true), (" and ", false), (" / ", true), ("/", true), (" & ", false), (",", false), (";", false)]
    {
        if !lower.contains(separator) {
            continue;
        }
        let parts: Option<Vec<Expression>> =
            lower.split(separator).map(|p| Expression::parse(p.trim()).ok().or_else(|| by_name(p.trim()))).collect();
        let Some(parts) = parts.filter(|p| p.len() > 1) else {
            continue;
        };
        return if any { Expression::any(parts) } else { Expression::all(parts) };
    }
    None
}

/// A licence by its name in any common spelling.
pub(crate) fn by_name(text: &str) -> Option<Expression> {
    let key = key(text);
    let id = catalogue().spellings.get(key.as_str()).copied().or_else(|| NAMES.get(&key).copied())?;
    LicenseId::parse(id).map(Expression::Id)
}

/// SPDX ids and full names by their key.
static NAMES: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let mut names: BTreeMap<String, Option<&'static str>> = BTreeMap::new();
    for pass in 0..3 {
        for l in spdx::identifiers::LICENSES {
            let deprecated = l.flags & spdx::flags::IS_DEPRECATED != 0;
            let text = match pass {
                0 if !deprecated => l.name,
                1 if !deprecated => l.full_name,
                2 if deprecated => l.name,
                _ => continue,
            };
            let key = key(text);
            if key.is_empty() || FAMILIES.contains(&key.as_str()) {
                continue;
            }
            // Two licences with the same key: neither is meant for certain.
            names
                .entry(key)
                .and_modify(|e| {
                    if *e != Some(l.name) && pass == 1 {
                        *e = e.filter(|n| *n == l.name).or(*e)
                    }
                })
                .or_insert(Some(l.name));
        }
    }
    names.into_iter().filter_map(|(k, v)| v.map(|v| (k, v))).collect()
});

/// Words of names that make no difference between licences.
const FILLERS: &[&str] = &[
    "the", "license", "licence", "licensed", "agreement", "version", "ver", "v", "international", "unported",
    "generic", "a", "an", "under", "of", "for", "software", "model", "only", "public", "general", "terms", "use",
];

/// A name with letter case, punctuation and fillers removed: "The Apache License, Version 2.0" → `apache-2`.
fn key(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let lower = text.to_lowercase();
    let mut word = String::new();
    let mut previous = ' ';
    for c in lower.chars().chain([' ']) {
        let breaks = !(c.is_alphanumeric() || c == '.')
            || c.is_ascii_digit() != previous.is_ascii_digit()
                && c != '.'
                && previous != '.'
                && previous.is_alphanumeric();
        if breaks && !word.is_empty() {
            parts.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() || c == '.' {
            word.push(c);
        }
        if c == '+' {
            parts.push("or-later".to_owned());
        }
        previous = c;
    }
    let mut out: Vec<&str> = Vec::new();
    for part in &parts {
        let part = part.trim_matches('.');
        let part = match part {
            "later" => continue,
            "or" | "or-later" => "or-later",
            "attribution" | "creative" | "commons" => match part {
                "attribution" => "by",
                "creative" => "cc",
                _ => continue,
            },
            "noncommercial" => "nc",
            "noderivatives" | "noderivs" | "noderivative" => "nd",
            "sharealike" => "sa",
            "gnu" => continue,
            "lesser" | "library" => "l",
            "affero" => "a",
            other => other,
        };
        if !FILLERS.contains(&part) && !part.is_empty() {
            out.push(part);
        }
    }
    let mut joined = out.join("-");
    // "2.0" and "2" are the same version.
    while let Some(at) = joined.find(".0") {
        let after = joined.get(at + 2..at + 3).unwrap_or("-");
        if after != "-" {
            break;
        }
        joined.replace_range(at..at + 2, "");
    }
    joined
}

/// The three fields of a model card: `license`, and for "other" its name and address.
pub fn resolve_named(license: &str, name: Option<&str>, link: Option<&str>) -> Declared {
    let declared = resolve(license);
    if declared.how != How::Unstated {
        return declared;
    }
    for other in [name, link].into_iter().flatten() {
        let resolved = resolve(other);
        if resolved.expression.is_some() {
            return Declared { written: other.to_owned(), ..resolved };
        }
    }
    match name.or(link).map(str::trim).filter(|n| !n.is_empty()) {
        Some(written) => Declared { written: written.to_owned(), ..resolve(written) },
        None => declared,
    }
}

#[cfg(test)]
mod tests;
