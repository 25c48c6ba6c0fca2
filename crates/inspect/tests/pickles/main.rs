//! Hostile and benign pickles: none that is hostile is called inert, and none that is benign is accused.
#![allow(missing_docs, unreachable_pub, reason = "a test")]

mod made;
mod zips;

use candor_facts::{Claim, Place};
use candor_inspect::inspect_file;
use std::collections::BTreeSet;

/// What is said of a file's pickles: whether they are inert, and where and why not.
fn verdict(file: &str, bytes: &[u8]) -> Option<(bool, String)> {
    let report = inspect_file(file, &bytes);
    for (_, fact) in report.sheet.facts() {
        if let Claim::Pickle { inert, offence, .. } = &fact.claim {
            if let Place::Span { start, end, .. } = &fact.evidence.place {
                assert!(start <= end && *end <= bytes.len() as u64, "a place outside the file");
            }
            assert_eq!(*inert, offence.is_none());
            let why = offence.as_ref().map_or_else(String::new, |o| format!("{} {} {}", o.at, o.opcode, o.what));
            return Some((*inert, why));
        }
    }
    None
}

#[test]
fn hostile_is_never_inert_and_benign_is() {
    let cases = made::cases();
    let mut wrong = Vec::new();
    for case in &cases {
        let found = verdict(&case.file, &case.bytes);
        let right = match &found {
            Some((inert, _)) => *inert != case.hostile,
            // No statement at all is fine where nothing could be loaded.
            None => case.hostile && case.bytes.is_empty(),
        };
        if !right {
            wrong.push(format!("{} ({}, hostile: {}): {found:?}", case.name, case.file, case.hostile));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    let hostile = cases.iter().filter(|case| case.hostile).count();
    assert!(hostile >= 200 && cases.len() - hostile >= 60, "{hostile} hostile, {} benign", cases.len() - hostile);
    let names: BTreeSet<(bool, &str)> = cases.iter().map(|case| (case.hostile, case.name.as_str())).collect();
    assert_eq!(names.len(), cases.len(), "names are unique");
}

/// Every opcode of the specification stands in a case.
#[test]
fn every_opcode_is_met() {
    let known: Vec<u8> = (0x80..=0x98).chain(*b"(.012FIJKLMNPQRSTUVXabcdegh}]ijlopqrst)uGBC").collect();
    let cases = made::cases();
    for code in known {
        assert!(cases.iter().any(|case| case.bytes.contains(&code)), "{code:#04x} stands in no case");
    }
}

/// Cut anywhere, a stream that attacks at its end is not called inert.
#[test]
fn cut_files_are_not_called_inert() {
    // Of other files what stands before the attack may be a whole file, and fine.
    for case in made::cases().iter().filter(|case| case.hostile && case.name.contains("called, protocol")) {
        for cut in 1..case.bytes.len() {
            if let Some((inert, _)) = verdict(&case.file, &case.bytes[..cut]) {
                assert!(!inert, "{} cut at {cut}", case.name);
            }
        }
    }
}
