//! The releases that ship with Candor: the founding table, and how they are asked for.

mod common;

use common::candor;

/// Level by the publisher's word, and the level at least confirmed.
const FOUNDING: &[(&str, &str, &str)] = &[
    ("gpt-4", "closed", "unknown"),
    ("claude", "closed", "unknown"),
    ("llama-3", "open-weights", "unknown"),
    ("llama-3.1", "open-weights", "open-weights"),
    ("llama-4", "open-weights", "unknown"),
    ("mistral-7b", "open-weights", "open-weights"),
    ("gemma-2", "open-weights", "unknown"),
    ("falcon-2", "open-weights-data-info", "open-weights"),
    ("olmo-2", "open-source", "open-weights"),
    ("pythia", "open-source", "open-weights-data-info"),
];

#[test]
fn founding_table() {
    for (name, declared, confirmed) in FOUNDING {
        let document = candor(["assess", name, "--format", "json"]).json();
        let spectrum = &document["standings"]["spectrum"];
        assert_eq!(spectrum["declared"], *declared, "{name}");
        assert_eq!(spectrum["confirmed"], *confirmed, "{name}");
        let by_prefix = candor(["assess", &format!("catalogue:{name}"), "--format", "json"]).json();
        assert_eq!(by_prefix, document, "{name}");
    }
}

#[test]
fn names_that_are_not_there_lead_to_those_that_are() {
    let run = candor(["assess", "llama"]);
    assert_eq!(run.code, 2);
    for part in ["no path `llama` is here", "llama-3", "llama-3.1", "llama-4"] {
        assert!(run.err.contains(part), "{}", run.err);
    }
    let run = candor(["assess", "olmo-2", "--with", "code=."]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("`--with`"), "{}", run.err);
}

#[test]
fn the_list_filters() {
    let names = |args: &[&str]| -> Vec<String> {
        let mut all = vec!["catalogue", "--format", "json"];
        all.extend(args);
        let list = candor(&all).json();
        list.as_array().expect("array").iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(&["--makes", "images", "black"]), ["flux-1"]);
    assert_eq!(names(&["META", "3.1"]), ["llama-3.1"]);
    assert_eq!(names(&["--level", "open-source"]), ["olmo-2", "pythia"]);
    assert!(names(&["no such words"]).is_empty());
    assert!(names(&[]).len() >= 28);
}
