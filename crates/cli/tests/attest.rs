//! `candor attest` and `--reviews`: what statements of reviewers change, and when they count for nothing.

mod common;

use common::{Run, Temp, candor};
use serde_json::Value;
use std::path::Path;

/// Make a statement on a copy of an example; what `explain` then says of the requirement.
fn attest(folder: &Path, about: &str, more: &[&str]) -> Run {
    let folder = folder.display().to_string();
    let call = ["attest", folder.as_str(), about, "--by", "J. Doe", "--because", "looked it up"];
    candor(call.iter().chain(more))
}

fn requirement(folder: &Path, id: &str, more: &[&str]) -> Value {
    let folder = folder.display().to_string();
    let run = candor(["assess", folder.as_str(), "--format", "json"].iter().chain(more));
    let document = run.json();
    let found = document["requirements"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned();
    let mut found = found.unwrap_or_else(|| panic!("no {id}"));
    found["gaps"] = document["gaps"].clone();
    found
}

#[test]
fn a_statement_settles_what_is_unknown_until_the_release_changes() {
    let (temp, folder) = Temp::copy_of("open-weights");
    let id = "eu-exemption.designated";
    assert_eq!(requirement(&folder, id, &[])["status"], "unknown");
    let run = attest(&folder, id, &["--refutes", "--evidence", "https://acme.example/list", "--date", "2026-01-31"]);
    assert_eq!(run.code, 0, "{run:?}");
    // It stands beside the folder, not in it: what lies in a release is the publisher's word.
    let reviews = temp.join("open-weights.candor-reviews.toml");
    assert!(reviews.is_file() && !folder.join("candor-reviews.toml").exists());
    let found = requirement(&folder, id, &[]);
    assert_eq!(found["status"], "not-met");
    assert_eq!(found["why"], "attested: looked it up");
    let elsewhere = temp.join("reviews.toml");
    std::fs::rename(&reviews, &elsewhere).expect("moved");
    assert_eq!(requirement(&folder, id, &[])["status"], "unknown");
    let file = elsewhere.display().to_string();
    assert_eq!(requirement(&folder, id, &["--reviews", &file])["status"], "not-met");
    std::fs::write(folder.join("another.md"), "something new\n").expect("written");
    let stale = requirement(&folder, id, &["--reviews", &file]);
    assert_eq!(stale["status"], "unknown");
    assert!(stale["gaps"].as_array().unwrap().iter().any(|gap| gap["why"] == "stale"), "{stale}");
}

/// The file may have any name; what is added to it leaves the statements that it holds alone.
#[test]
fn several_statements_stand_in_one_file() {
    let (temp, folder) = Temp::copy_of("open-weights");
    let file = temp.join("ours.toml").display().to_string();
    let there = ["--reviews", file.as_str()];
    for (id, holds) in [("eu-exemption.designated", false), ("osaid.data-complete", true), ("osaid.data-scope", true)] {
        let run = attest(&folder, id, &[&there[..], if holds { &[] } else { &["--refutes"] }].concat());
        assert_eq!(run.code, 0, "{run:?}");
    }
    for (id, status) in
        [("eu-exemption.designated", "not-met"), ("osaid.data-complete", "met"), ("osaid.data-scope", "met")]
    {
        let found = requirement(&folder, id, &there);
        assert_eq!(found["status"], status, "{id}: {found}");
    }
}

#[test]
fn a_file_of_reviews_inside_a_release_counts_for_nothing() {
    let (temp, folder) = Temp::copy_of("open-weights");
    let id = "eu-exemption.designated";
    assert_eq!(attest(&folder, id, &["--refutes"]).code, 0);
    let beside = temp.join("open-weights.candor-reviews.toml");
    std::fs::rename(&beside, folder.join("candor-reviews.toml")).expect("moved");
    assert_eq!(requirement(&folder, id, &[])["status"], "unknown");
}

#[test]
fn a_statement_never_erases_an_observation() {
    let (_temp, folder) = Temp::copy_of("open-source");
    let run = attest(&folder, "osaid.parameters-terms", &["--refutes"]);
    assert!(run.code == 0 && run.out.contains("stands against this statement"), "{run:?}");
    let found = requirement(&folder, "osaid.parameters-terms", &[]);
    assert_eq!(found["status"], "met");
    assert!(found["why"].as_str().is_some_and(|why| why.contains("a reviewer states the contrary")), "{found}");
}

#[test]
fn statements_that_cannot_be_made_are_refused() {
    let (_temp, folder) = Temp::copy_of("open-source");
    for (about, more, words) in [
        ("osaid.nothing", &[][..], "no requirement or component"),
        ("osaid.code", &[], "composed of others"),
        ("data.pretraining", &["--refutes"], "cannot be attested"),
        ("eu-exemption.designated", &["--at", "no-such-file"], "no part of the release"),
        ("eu-exemption.designated", &["--date", "yesterday"], "2026-01-31"),
    ] {
        let run = attest(&folder, about, more);
        assert!(run.code == 2 && run.err.contains(words), "{about}: {run:?}");
    }
}
