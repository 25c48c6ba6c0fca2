//! What a bill of materials lists, before it takes the form of one standard: data sets, parents, licences, files.
//!
//! What the publisher declares and a standard has a place for goes there; all other declarations travel as they
//! are, so that a reader of ours gets the same declared facts back.

use crate::content::Content;
use crate::links;
use crate::words;
use candor_assess::Terms;
use candor_facts::{
    Algorithm, Basis, Claim, Covers, DataUse, Digest, Evidence, FactSheet, Part, PartIndex, Relation, Role, Stage,
};

/// Prefix of what we add to a standard's own words.
pub(crate) const OURS: &str = "candor:";

pub(crate) struct Bill {
    pub(crate) datasets: Vec<Dataset>,
    pub(crate) parents: Vec<Parent>,
    pub(crate) licenses: Vec<Declared>,
    /// Other declarations, each as the JSON of its claim.
    pub(crate) others: Vec<String>,
    pub(crate) files: Vec<File>,
    /// Same sheet, same number: 32 hexadecimal digits in the groups of a UUID (version 8, RFC 9562).
    pub(crate) uuid: String,
}

pub(crate) struct Dataset {
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    pub(crate) used_for: DataUse,
    pub(crate) stage: Stage,
    pub(crate) places: Vec<Evidence>,
}

pub(crate) struct Parent {
    pub(crate) name: String,
    pub(crate) relation: Relation,
    pub(crate) places: Vec<Evidence>,
}

pub(crate) struct Declared {
    pub(crate) covers: Covers,
    pub(crate) written: String,
    pub(crate) expression: Option<String>,
}

/// A file of a listing whose digest the platform states.
pub(crate) struct File {
    pub(crate) part: PartIndex,
    pub(crate) path: String,
    pub(crate) size: Option<u64>,
    pub(crate) sha256: String,
}

impl Bill {
    pub(crate) fn new(sheet: &FactSheet) -> Self {
        let mut bill = Self {
            datasets: Vec::new(),
            parents: Vec::new(),
            licenses: Vec::new(),
            others: Vec::new(),
            files: files(sheet),
            uuid: uuid(&sheet.digest()),
        };
        for (_, fact) in sheet.own_facts() {
            let place = fact.evidence.clone();
            match &fact.claim {
                Claim::Dataset { name, url, used_for, stage } => {
                    let same = |known: &&mut Dataset| {
                        (&known.name, &known.url, known.used_for, known.stage) == (name, url, *used_for, *stage)
                    };
                    match bill.datasets.iter_mut().find(same) {
                        Some(known) => known.places.push(place),
                        None => bill.datasets.push(Dataset {
                            name: name.clone(),
                            url: url.clone(),
                            used_for: *used_for,
                            stage: *stage,
                            places: vec![place],
                        }),
                    }
                }
                Claim::BaseModel { name, relation } => {
                    let same = |known: &&mut Parent| (&known.name, known.relation) == (name, *relation);
                    match bill.parents.iter_mut().find(same) {
                        Some(known) => known.places.push(place),
                        None => {
                            bill.parents.push(Parent { name: name.clone(), relation: *relation, places: vec![place] })
                        }
                    }
                }
                Claim::LicenseDeclared { covers, written, expression } => {
                    let known = bill.licenses.iter().any(|known| {
                        (known.covers, &known.written, &known.expression) == (*covers, written, expression)
                    });
                    if !known {
                        bill.licenses.push(Declared {
                            covers: *covers,
                            written: written.clone(),
                            expression: expression.clone(),
                        });
                    }
                }
                claim if fact.evidence.basis == Basis::Declared => {
                    let mut claim = claim.clone();
                    if let Claim::Restricted { term, .. } = &mut claim {
                        // Bytes of a file that the bill is not.
                        term.bytes = None;
                    }
                    let json = serde_json::to_string(&claim).unwrap_or_default();
                    if !bill.others.contains(&json) {
                        bill.others.push(json);
                    }
                }
                _ => {}
            }
        }
        bill
    }
}

fn files(sheet: &FactSheet) -> Vec<File> {
    let mut files = Vec::new();
    for (index, part) in (0u32..).map(PartIndex).zip(sheet.own_parts()) {
        for entry in part.listing.entries() {
            // A git blob's digest is over a header too: it is no digest of the file, and is not given as one.
            let Some(digest) = entry.declared_digest.as_ref().filter(|digest| digest.algorithm() == Algorithm::Sha256)
            else {
                continue;
            };
            files.push(File {
                part: index,
                path: entry.path.to_string(),
                size: entry.size,
                sha256: digest.hex().to_owned(),
            });
        }
    }
    files
}

/// A name-based UUID of version 8: the first 128 bits of the digest, with version and variant set.
fn uuid(digest: &Digest) -> String {
    let hex = digest.hex();
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    let variant = match hex.as_bytes().get(16).map_or(0, |digit| digit % 4) {
        0 => '8',
        1 => '9',
        2 => 'a',
        _ => 'b',
    };
    format!("{}-{}-8{}-{variant}{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
}

/// The package URL of a part, for platforms that have a type of their own.
pub(crate) fn purl(part: &Part) -> Option<String> {
    let (platform, rest) = part.locator.as_deref()?.split_once(':')?;
    links::repository(part.locator.as_deref()?)?;
    let name = rest.split_once('@').map_or(rest, |(name, _)| name);
    let version = part
        .revision
        .as_deref()
        .map(|revision| format!("@{}", crate::safe::address(&revision.to_lowercase()).replace('/', "%2F")));
    match platform {
        "hf" if !name.starts_with("datasets/") => {
            Some(format!("pkg:huggingface/{name}{}", version.unwrap_or_default()))
        }
        "github" => Some(format!("pkg:github/{}{}", name.to_lowercase(), version.unwrap_or_default())),
        _ => None,
    }
}

/// The part by which the release is known: the first model part that says where it was published, else the first.
pub(crate) fn main_part(sheet: &FactSheet) -> Option<(usize, &Part)> {
    let parts = || sheet.own_parts().iter().enumerate();
    let models = || parts().filter(|(_, part)| part.role == Role::Model);
    models().find(|(_, part)| part.locator.is_some()).or_else(|| models().next()).or_else(|| parts().next())
}

/// Who published, as far as the place of publication tells: the owner of the repository.
pub(crate) fn owner(part: &Part) -> Option<String> {
    let locator = part.locator.as_deref()?;
    links::repository(locator)?;
    let (_, rest) = locator.split_once(':')?;
    let rest = rest.strip_prefix("datasets/").unwrap_or(rest);
    rest.split('/').next().map(str::to_owned)
}

/// An address made of what somebody wrote: as it is where it is one, without what no address may hold.
pub(crate) fn iri(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    for byte in written.trim().bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte);
        if kept {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    // A percent sign that begins no escape, and a second `#`, are none of an address's.
    let digit = |at: usize, out: &str| out.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    let mut fine = String::with_capacity(out.len());
    let mut fragment = false;
    for (at, c) in out.char_indices() {
        match c {
            '%' if !(digit(at + 1, &out) && digit(at + 2, &out)) => fine.push_str("%25"),
            '#' if fragment => fine.push_str("%23"),
            '#' => {
                fragment = true;
                fine.push('#');
            }
            c => fine.push(c),
        }
    }
    fine
}

/// What was concluded from texts that were read. What follows from a name alone is declared, not concluded.
pub(crate) fn concluded(terms: &Terms) -> Option<String> {
    let expression = terms.concluded.as_ref().filter(|_| !terms.texts.is_empty())?;
    Some(expression.to_string())
}

/// Whether a licence is one identifier of the SPDX list, and which.
pub(crate) fn spdx_id(expression: &str) -> Option<&str> {
    let one = !expression.contains([' ', '(', ')']) && !expression.is_empty();
    let listed = one && !expression.starts_with("LicenseRef-") && !expression.starts_with("DocumentRef-");
    (listed && !NEWER.contains(&expression)).then_some(expression)
}

/// Identifiers that are younger than the lists that the schemas of bills of materials carry.
const NEWER: &[&str] = &[
    "BSD-2-Clause-pos-unchanged", "BSD-3-Clause-OpenWebUI", "BSD-Source-Code-no-disclaimer", "BSD-Source-alt-GPL",
    "BSD-ask-to-endorse", "Brian-Gladman-3-Clause-no-conversion", "Bugroff", "CC-BY-NC-3.0-IGO", "FDK-MPEG-H",
    "GFDL-1.1-invariants", "GFDL-1.1-no-invariants", "GFDL-1.2-invariants", "GFDL-1.2-no-invariants",
    "GFDL-1.3-invariants", "GFDL-1.3-no-invariants", "Google-Patent-WebM", "Hippocratic-3.0-core", "Informatica",
    "MVT-1.1", "OpenMDW-1.1", "atc-game",
];

/// What we add: names and values, the same for every standard. Numbers of evidence are those of the JSON.
pub(crate) fn remarks(content: &Content<'_, '_>) -> Vec<(String, String)> {
    let mut list: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| list.push((format!("{OURS}{name}"), value));
    let places = |numbers: &[usize]| numbers.iter().map(|number| format!(" evidence-{number}")).collect::<String>();
    put("facts", content.sheet.digest().to_string());
    for standing in &content.assessment.standings {
        let level = |level: &Option<String>| level.clone().unwrap_or_else(|| "unknown".to_owned());
        let value = format!(
            "confirmed {}, declared {}, possible {}",
            level(&standing.confirmed),
            level(&standing.declared),
            standing.possible
        );
        put(&format!("standing:{}", standing.framework), value);
    }
    for held in &content.components {
        let value =
            format!("{} ({}){}", words::presence(held.presence, held.basis), held.basis, places(&held.evidence));
        put(&format!("component:{}", held.component.id()), value);
    }
    for (word, terms) in [("restriction", &content.restrictions), ("condition", &content.conditions)] {
        for cited in terms {
            let number = cited.item.value.map(|value| format!(" {value}")).unwrap_or_default();
            let value = format!("{}{number}: {}{}", cited.item.license, cited.item.note, places(&cited.evidence));
            put(&format!("{word}:{}", cited.item.kind.as_str()), value);
        }
    }
    for cited in &content.answers {
        let value = format!("{}: {}{}", cited.item.answer.as_str(), cited.item.why, places(&cited.evidence));
        put(&format!("answer:{}", cited.item.question), value);
    }
    for gap in content.sheet.gaps() {
        put("gap", format!("{}: {}", words::path(content.sheet, gap.part, gap.path.as_str()), gap.reason));
    }
    list
}

/// A place of evidence in a sentence.
pub(crate) fn place(content: &Content<'_, '_>, evidence: &Evidence) -> String {
    let basis = words::basis(&evidence.basis);
    let detail = crate::evidence::place_words(evidence).replace('`', "");
    format!("{} ({basis}); {detail}", words::place(content.sheet, evidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_identifiers() {
        for (written, expected) in [
            ("https://a.example/b?c=d#e", "https://a.example/b?c=d#e"),
            ("a b", "a%20b"),
            ("100%", "100%25"),
            ("a#b#c", "a#b%23c"),
            ("<x>", "%3Cx%3E"),
            ("ü", "%C3%BC"),
        ] {
            assert_eq!(iri(written), expected);
        }
        for (expression, expected) in [
            ("MIT", Some("MIT")),
            ("LicenseRef-x", None),
            ("MIT OR Apache-2.0", None),
            ("OpenMDW-1.1", None),
            ("", None),
        ] {
            assert_eq!(spdx_id(expression), expected);
        }
        let uuid = uuid(&Digest::of(b"abc"));
        assert_eq!(uuid, "ba7816bf-8f01-8fea-8141-40de5dae2223");
    }
}
