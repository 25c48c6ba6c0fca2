//! Texts of terms, and names of terms: what the licence engine makes of them, as facts.
//!
//! The engine judges words; this file only decides which bytes it gets, and what the name and place of a
//! text say about the thing it covers.

use super::markdown::Link;
use super::prose::Said;
use super::words::Words;
use crate::caps;
use crate::inspector::{Input, Inspector, Reading, Reads};
use candor_facts::{Artifact, Basis, Claim, Covers, Evidence, Fact, GapReason, LicenseKind, Part, TermFound, TermKind};
use candor_license as engine;

/// Reads files of terms.
pub(crate) const INSPECTOR: Inspector =
    Inspector { id: "license", version: 1, reads: Reads::Artifact { wants, read: read_file } };

const STEMS: &[&str] = &["license", "licence", "copying", "unlicense", "copyright", "eula"];
const ELSEWHERE: &[&str] = &[
    "use_policy", "usage_policy", "acceptable_use_policy", "use-policy", "aup", "terms", "terms_of_use",
    "terms_of_service", "notice",
];

fn wants(_: &Part, artifact: &Artifact) -> bool {
    let path = artifact.path.as_str().to_ascii_lowercase();
    if path
        .split('/')
        .any(|segment| matches!(segment, "node_modules" | "third_party" | "vendor" | "tests" | "licenses-3rd"))
    {
        return false;
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let text = !matches!(
        artifact.path.extension().as_str(),
        "py" | "rs" | "js" | "json" | "yaml" | "yml" | "toml" | "sh" | "png" | "pdf" | "jpg" | "c" | "h"
    );
    let folder =
        path.split('/').rev().nth(1).is_some_and(|folder| matches!(folder, "licenses" | "model_licenses" | "licences"));
    let named = STEMS.iter().any(|known| {
        stem.starts_with(known) || stem.ends_with(&format!("-{known}")) || stem.ends_with(&format!("_{known}"))
    });
    text && (named || folder || ELSEWHERE.contains(&stem)) && !name.contains("header")
}

fn read_file(input: &Input<'_>) -> Reading {
    let bytes = match input.read(caps::DOCUMENT) {
        Ok(bytes) => bytes,
        Err(gap) => return gap.into(),
    };
    let mut reading = Reading::default();
    if let Err(error) = std::str::from_utf8(&bytes) {
        let what = "text of terms is not UTF-8".to_owned();
        reading.gap(input.gap(GapReason::Malformed { at: error.valid_up_to() as u64, what }));
    }
    let name = input.artifact.path.as_str();
    text_facts(input, &bytes, 0, covers_by_name(name), &mut reading);
    reading
}

/// What a file of terms covers, by its name and folder.
fn covers_by_name(path: &str) -> Covers {
    let words = Words::of(path);
    if words.any(&["model", "weights", "models", "model licenses"]) && !words.any(&["code"])
        || words.any(&["use policy", "aup", "acceptable use policy"])
    {
        Covers::Model
    } else if words.any(&["code"]) {
        Covers::Code
    } else if words.any(&["data", "dataset"]) {
        Covers::Data
    } else {
        Covers::Unstated
    }
}

/// Facts of a text of terms that begins at `offset` of its artifact.
pub(crate) fn text_facts(input: &Input<'_>, bytes: &[u8], offset: usize, covers: Covers, reading: &mut Reading) {
    let found = engine::identify(bytes.get(offset..).unwrap_or_default());
    let shift = |range: &std::ops::Range<usize>| ((range.start + offset) as u64, (range.end + offset) as u64);
    let kind = match found.matches.first().map(|best| best.kind) {
        Some(engine::MatchKind::Exact) => LicenseKind::Exact,
        Some(engine::MatchKind::Modified) => LicenseKind::Modified,
        Some(engine::MatchKind::Notice) => LicenseKind::Notice,
        Some(engine::MatchKind::Mention) | None if found.custom => LicenseKind::Custom,
        Some(engine::MatchKind::Mention) => LicenseKind::Notice,
        None => LicenseKind::Unrecognised,
    };
    let mut terms: Vec<TermFound> = Vec::new();
    for term in &found.restrictions {
        if let Some(kind) = TermKind::parse(term.kind.as_str()) {
            terms.push(TermFound {
                kind,
                value: term.value,
                bytes: term.bytes.as_ref().map(&shift),
                note: term.note.clone(),
            });
        }
    }
    for term in &found.conditions {
        if let Some(kind) = TermKind::parse(term.kind.as_str()) {
            terms.push(TermFound {
                kind,
                value: None,
                bytes: term.bytes.as_ref().map(&shift),
                note: term.note.clone(),
            });
        }
    }
    terms.sort();
    terms.dedup();
    let residue = found.matches.first().map(|best| best.residue.iter().map(&shift).collect()).unwrap_or_default();
    let expression = found.expression.as_ref().map(ToString::to_string);
    let mut fact = Fact::new(
        Claim::LicenseText { covers, kind, expression, terms, residue },
        input.span(Basis::Observed, bytes, offset..bytes.len(), ""),
    );
    fact.also = clause_places(input, bytes, &fact.claim);
    reading.facts.push(fact);
}

/// Places of clauses and of words that differ, kept beside the text as a whole.
const CLAUSES: usize = 64;

fn clause_places(input: &Input<'_>, bytes: &[u8], claim: &Claim) -> Vec<Evidence> {
    let Claim::LicenseText { terms, residue, .. } = claim else { return Vec::new() };
    let clauses = terms.iter().filter_map(|term| Some((term.bytes?, term.kind.as_str())));
    let differing = residue.iter().map(|bytes| (*bytes, "differs"));
    let place = |((start, end), route): ((u64, u64), &str)| {
        let range = usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
        input.span(Basis::Observed, bytes, range, route)
    };
    clauses.chain(differing).take(CLAUSES).map(place).collect()
}

/// A licence named in a statement.
pub(crate) struct Named {
    pub(crate) written: String,
    pub(crate) expression: Option<String>,
}

/// A part of a statement that speaks of one licence: `the code is under MIT`, `the weights under CC-BY-NC`.
pub(crate) struct Clause<'a> {
    pub(crate) text: &'a str,
    pub(crate) words: Words,
    links: Vec<&'a Link>,
}

/// A statement cut where it turns from one licence to the next; whole when it names one at most.
pub(crate) fn clauses_of<'a>(said: &'a Said<'_>) -> Vec<Clause<'a>> {
    let text = said.statement.text.as_str();
    let whole = |text: &'a str| Clause { text, words: Words::of(text), links: said.statement.links.iter().collect() };
    let names = |text: &str| {
        !engine::identify(text.as_bytes()).matches.is_empty()
            || Words::of(text).any(&["license", "licence", "licensed"])
    };
    let mut cuts: Vec<&'a str> = Vec::new();
    let mut rest = text;
    while let Some((at, length)) = [", ", "; ", " while ", " whereas ", " but ", " and remains ", " and the "]
        .iter()
        .filter_map(|turn| rest.find(turn).map(|at| (at, turn.len())))
        .min()
    {
        let (head, tail) = rest.split_at(at);
        cuts.push(head);
        rest = tail.get(length..).unwrap_or_default();
    }
    cuts.push(rest);
    let (naming, others): (Vec<&str>, Vec<&str>) = cuts.into_iter().partition(|cut| names(cut));
    if naming.len() < 2 || others.len() > naming.len() {
        return vec![whole(text)];
    }
    let inside = |cut: &'a str| {
        let links =
            said.statement.links.iter().filter(|link| !link.text.is_empty() && cut.contains(link.text.as_str()));
        Clause { text: cut, words: Words::of(cut), links: links.collect() }
    };
    naming.into_iter().map(inside).collect()
}

/// The licences that a clause names: by link, by label, by the verb of granting, or in its words.
///
/// A licence that is denied (`not covered by`) or only resembled (`Apache-based`) is not granted. Where the clause
/// is `sure` to name one that nobody knows, its words are kept.
pub(crate) fn named_in(said: &Said<'_>, clause: &Clause<'_>, sure: bool) -> Vec<Named> {
    let words = &clause.words;
    if words.any(DENIALS) {
        return Vec::new();
    }
    let mut found: Vec<Named> = Vec::new();
    let mut add = |written: &str| {
        let bare =
            ["The ", "the ", "an ", "a "].iter().find_map(|article| written.strip_prefix(article)).unwrap_or(written);
        let declared = engine::resolve(bare);
        if let Some(expression) = declared.expression.as_ref().map(ToString::to_string)
            && !found.iter().any(|named| named.expression.as_ref() == Some(&expression))
        {
            found.push(Named { written: written.to_owned(), expression: Some(expression) });
        }
    };
    let derived = words.any(&["based", "modified", "adapted", "derived", "similar", "inspired", "like", "variant"]);
    let away = |link: &&&Link| !link.url.starts_with('#') && !link.url.contains("badge");
    for link in clause.links.iter().filter(away) {
        add(&link.text);
        if !derived {
            add(&link.url);
        }
    }
    let labelled =
        said.label.any(&["license", "licence", "licensing", "licenses"]).then_some(said.rest.trim_end_matches('.'));
    labelled.into_iter().chain(after_verb(clause.text)).for_each(&mut add);
    for named in engine::identify(clause.text.as_bytes()).matches {
        if !derived && (named.kind != engine::MatchKind::Mention || sure) {
            add(named.id.as_str());
        }
    }
    found
}

/// Words by which a clause says that no licence covers something.
const DENIALS: &[&str] = &[
    "not covered", "not licensed", "not under", "not apply", "no license", "no licence", "does not cover", "excluded",
];

/// Whether a clause says that something is not covered.
pub(crate) fn denied(clauses: &[Clause<'_>]) -> bool {
    clauses.iter().any(|clause| clause.words.any(DENIALS))
}

/// The name of a licence that is no known one, where a statement is surely about its licence and names no other.
pub(crate) fn unknown_name(said: &Said<'_>, clauses: &[Clause<'_>]) -> Option<Named> {
    let labelled =
        said.label.any(&["license", "licence", "licensing", "licenses"]).then_some(said.rest.trim_end_matches('.'));
    let away = |link: &&&Link| !link.url.starts_with('#') && !link.url.contains("badge");
    // A link to what somebody wrote about a licence names none.
    let license = |text: &str| {
        let words = Words::of(text);
        words.any(&["license", "licence"])
            && !words.any(&["about", "article", "blog", "post", "faq", "paper", "discussion", "explained"])
    };
    let links = clauses.iter().flat_map(|clause| clause.links.iter());
    let link = links.filter(away).find(|link| license(&link.text) && link.url.contains("://"));
    let telling = |text: &&str| {
        !text.is_empty() && text.len() < 80 && !Words::of(text).any(&["none", "no", "proprietary", "not", "see"])
    };
    let written = link.map(|link| link.text.as_str()).or(labelled.filter(telling))?;
    Some(Named { written: written.chars().take(120).collect(), expression: None })
}

/// The name that follows the verb of granting: `licensed under X`, `released under the X license`.
fn after_verb(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let verbs = ["licensed under ", "released under ", "distributed under ", "available under ", "under the terms of "];
    let start = verbs.iter().filter_map(|verb| lower.find(verb).map(|at| at + verb.len())).max()?;
    let rest = text.get(start..)?.trim_start_matches("the ").trim_start_matches("an ").trim_start_matches("a ");
    let end = rest.find([',', ';', '(', '[', '\n']).unwrap_or(rest.len());
    let name = rest.get(..end)?.trim().trim_end_matches('.');
    (name.len() < 80).then_some(name)
}

/// The licences that a text grants by a notice.
pub(crate) fn granted_in(text: &str) -> Vec<Named> {
    let matches = engine::identify(text.as_bytes()).matches;
    let granting = matches.into_iter().filter(|found| found.kind != engine::MatchKind::Mention);
    granting.map(|found| Named { written: found.id.to_string(), expression: Some(found.id.to_string()) }).collect()
}

/// Restrictions that the words of a statement state.
pub(crate) fn clauses_in(said: &Said<'_>) -> Vec<TermFound> {
    let clauses = engine::clauses(said.statement.text.as_bytes());
    let term = |clause: engine::Found| {
        let kind = TermKind::parse(clause.kind.as_str())?;
        Some(TermFound { kind, value: clause.value, bytes: None, note: clause.note })
    };
    clauses.into_iter().filter_map(term).collect()
}
