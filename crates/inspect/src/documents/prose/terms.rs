//! Which licence is said to cover what, and what is asked before access is given?

use super::{PageKind, Reader, Said, Topic};
use crate::documents::license;
use crate::documents::markdown::Code;
use crate::documents::words::Words;
use candor_facts::{Basis, Claim, Covers, TermFound, TermKind};

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    gate(reader, said);
    if said.topic == Topic::Citation
        || said.words.any(&["dependency", "dependencies", "third party", "dataset licenses", "each individual dataset"])
    {
        return;
    }
    let words = &said.words;
    let labelled = said.label.any(&["license", "licence", "licensing", "licenses"]);
    let granting = words.any(&[
        "licensed under", "released under", "distributed under", "available under", "governed by", "is subject to",
        "licensed as", "under the terms of", "are licensed", "is licensed", "license applies", "licence applies",
        "license is", "use of",
    ]);
    let named = words.any(&["license", "licence", "licensed", "licenses"]);
    let speaks = labelled || granting && (named || words.has("under")) || named && said.topic == Topic::License;
    if !speaks
        || words.any(&["accept the", "agree to", "please read", "you must", "request", "see the license for"])
            && said.label.is_empty()
            && said.topic != Topic::License
    {
        return;
    }
    let sure = labelled || granting || said.topic == Topic::License;
    let clauses = license::clauses_of(said);
    let mut any = false;
    for clause in &clauses {
        let covers = match reader.kind {
            // What it tells of code is not about the data.
            PageKind::DataCard if of_code_only(&clause.words) => continue,
            PageKind::DataCard => vec![Covers::Data],
            _ if clauses.len() > 1 => covers_words(&clause.words, &Words::default()),
            _ => covers_words(&said.words, &said.label),
        };
        for named in license::named_in(said, clause, sure) {
            any = true;
            for covers in &covers {
                let claim = Claim::LicenseDeclared {
                    covers: *covers,
                    written: named.written.clone(),
                    expression: named.expression.clone(),
                };
                reader.say(Basis::Declared, said, claim);
            }
        }
    }
    if let Some(named) = license::unknown_name(said, &clauses).filter(|_| sure && !any && !license::denied(&clauses)) {
        let covers = match reader.kind {
            PageKind::DataCard if of_code_only(&said.words) => Vec::new(),
            PageKind::DataCard => vec![Covers::Data],
            _ => covers_words(&said.words, &said.label),
        };
        for covers in covers {
            let claim = Claim::LicenseDeclared { covers, written: named.written.clone(), expression: None };
            reader.say(Basis::Declared, said, claim);
        }
    }
    if said.topic == Topic::License || said.label.any(&["license", "licence"]) {
        for term in license::clauses_in(said) {
            reader.say(Basis::Declared, said, Claim::Restricted { covers: Covers::Unstated, term });
        }
    }
}

/// A notice in a block of its own under a heading about terms; what it covers stands in the sentence before.
pub(super) fn read_block(reader: &mut Reader<'_>, block: &Code) {
    let headings = reader.page.headings(block.section);
    if Topic::of(headings) != Topic::License {
        return;
    }
    let before = reader
        .page
        .statements
        .iter()
        .rfind(|statement| statement.section == block.section && statement.range.end <= block.range.start);
    let words = before.map(|statement| Words::of(&statement.text)).unwrap_or_default();
    if words.any(&["example", "cite", "header to", "your own"]) {
        return;
    }
    for named in license::granted_in(&block.text) {
        for covers in covers_words(&words, &Words::default()) {
            let claim =
                Claim::LicenseDeclared { covers, written: named.written.clone(), expression: named.expression.clone() };
            let evidence = reader.at(Basis::Declared, block.range.clone(), block.section);
            reader.out.fact(claim, evidence);
        }
    }
}

/// Whether the words name code, and neither data nor the repository that both may stand in.
fn of_code_only(words: &Words) -> bool {
    words.any(&["code", "source code", "scripts", "library", "codebase", "sdk", "client", "package", "crate"])
        && !words.any(&["dataset", "datasets", "data", "corpus", "repository", "repo", "card", "text", "texts"])
}

/// What the words say that a licence covers; unstated when they do not say.
fn covers_words(words: &Words, label: &Words) -> Vec<Covers> {
    let mut found = Vec::new();
    if words.any(&["weights", "checkpoints", "model weights", "model parameters"])
        || words.any(&[
            "model is", "models are", "the model", "models", "this model", "model license", "model licence", "use of",
        ]) && !words.any(&["model code", "code repository"])
        || label.any(&["model license", "model licence", "weights"])
    {
        found.push(Covers::Model);
    }
    if words.any(&[
        "code", "repository", "source code", "scripts", "library", "repo", "codebase", "sdk", "client", "package",
    ]) {
        found.push(Covers::Code);
    }
    if words.any(&["dataset", "datasets", "data", "corpus"]) {
        found.push(Covers::Data);
    }
    if found.is_empty() {
        found.push(Covers::Unstated);
    }
    found
}

/// Access that must be asked for.
fn gate(reader: &mut Reader<'_>, said: &Said<'_>) {
    let words = &said.words;
    let asks = words.any(&[
        "request access", "access request", "requires manual approval", "request is approved", "once your request",
        "approval", "gated model", "gated repository", "gated repo", "is gated", "gated access", "access form",
        "fill the form", "fill out the form", "accept the license", "accept our license", "accept the licence",
        "agree to the license", "acknowledge the license",
    ]) || words.has("access to the model")
        && words
            .any(&["request*", "grant*", "apply", "require*", "restricted", "limited", "subject", "agree*", "accept*"]);
    let thing =
        words.any(&["weights", "download*", "model", "models", "access", "signed url", "hugging face", "huggingface"]);
    if asks
        && thing
        && !words.denies()
        && matches!(said.topic, Topic::Weights | Topic::Unknown | Topic::Use | Topic::License | Topic::Training)
    {
        let note = "access to the weights must be asked for, or terms accepted first";
        let term = TermFound { kind: TermKind::Gated, value: None, bytes: None, note: note.to_owned() };
        reader.say(Basis::Declared, said, Claim::Restricted { covers: Covers::Model, term });
    }
}
