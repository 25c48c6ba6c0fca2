//! The pages under docs/concepts say nothing that is not checked: every paragraph carries `<!-- check: … -->`.
//!
//! A check names a requirement of a framework file, an example, or a release of the corpus and what must hold of it.
//! Where the corpus is absent, its checks say that they did not run.

#![allow(clippy::print_stdout, reason = "a check that did not run is said")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("workspace")
}

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("CANDOR_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    Some(shared.join("corpus/releases")).filter(|path| path.is_dir())
}

fn assess(path: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(["assess", "--format", "json"])
        .arg(path)
        .output()
        .expect("candor runs");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}: {}", path.display(), String::from_utf8_lossy(&output.stderr)))
}

fn find<'v>(list: &'v Value, key: &str, wanted: &str) -> Option<&'v Value> {
    list.as_array()?.iter().find(|item| item[key] == wanted)
}

/// Whether a check holds of an assessment.
fn holds(assessment: &Value, check: &[&str]) -> bool {
    let spectrum = &assessment["standings"]["spectrum"];
    match check {
        ["declared", level] => spectrum["declared"] == *level,
        ["confirmed", level] => spectrum["confirmed"] == *level,
        ["possible" | "possible-at-most", level] => spectrum["possible"] == *level,
        ["g7-confirmed", level] => assessment["standings"]["g7"]["confirmed"] == *level,
        ["restriction", kind] => find(&assessment["restrictions"], "kind", kind).is_some(),
        ["no-restriction", kind] => find(&assessment["restrictions"], "kind", kind).is_none(),
        ["condition", kind] => find(&assessment["conditions"], "kind", kind).is_some(),
        ["threshold", number] => {
            let found = find(&assessment["restrictions"], "kind", "user-threshold");
            found.is_some_and(|term| term["value"].as_u64() == number.parse().ok())
        }
        ["terms", "none"] => {
            let weights = find(&assessment["components"], "id", "weights.end_final");
            weights.is_some_and(|weights| weights["license"]["concluded"].is_null())
        }
        ["requirement", id, status] => {
            find(&assessment["requirements"], "id", id).is_some_and(|found| found["status"] == *status)
        }
        ["answer", question, word] => {
            find(&assessment["answers"], "question", question).is_some_and(|found| found["answer"] == *word)
        }
        other => panic!("no such check: {other:?}"),
    }
}

#[test]
fn every_statement_is_checked() {
    let mut seen: BTreeMap<PathBuf, Value> = BTreeMap::new();
    let example = assess(&root().join("examples/open-source"));
    let (mut run, mut not_run, mut wrong) = (0, 0, Vec::new());
    for entry in std::fs::read_dir(root().join("docs/concepts")).expect("concepts") {
        let path = entry.expect("entry").path();
        let text = std::fs::read_to_string(&path).expect("page");
        let mut introduced = false;
        for block in text.split("\n\n").filter(|block| !block.trim().is_empty() && !block.trim_start().starts_with('#'))
        {
            let place = format!("{}: {}", path.display(), block.lines().next().unwrap_or_default());
            let checks: Vec<&str> =
                block.split("<!-- check: ").skip(1).filter_map(|rest| rest.split(" -->").next()).collect();
            // The first paragraph of a page says what the page is about.
            assert!(!checks.is_empty() || !std::mem::replace(&mut introduced, true), "no check: {place}");
            for check in checks {
                let words: Vec<&str> = check.split_whitespace().collect();
                let fine = match words.as_slice() {
                    ["requirement", id] => find(&example["requirements"], "id", id).is_some(),
                    ["example", name, rest @ ..] => {
                        let folder = root().join("examples").join(name);
                        holds(seen.entry(folder.clone()).or_insert_with(|| assess(&folder)), rest)
                    }
                    ["corpus", name, rest @ ..] => match corpus() {
                        None => {
                            not_run += 1;
                            continue;
                        }
                        Some(corpus) => {
                            let folder = corpus.join(name);
                            holds(seen.entry(folder.clone()).or_insert_with(|| assess(&folder)), rest)
                        }
                    },
                    other => panic!("no such check: {other:?} in {place}"),
                };
                run += 1;
                if !fine {
                    wrong.push(format!("{check}\n    in {place}"));
                }
            }
        }
    }
    if not_run > 0 {
        println!(
            "corpus checks did not run: {not_run} statements of docs/concepts rest on ../shared, which is not here"
        );
    }
    assert!(run > 20, "only {run} checks ran");
    assert!(wrong.is_empty(), "these do not hold:\n{}", wrong.join("\n"));
}
