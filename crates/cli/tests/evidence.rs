//! Every statement ends in bytes that can be read again, or in a named doubt.

mod common;

use common::{EXAMPLES, all_releases, assessed, candor, each, example};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_requirement_ends_in_evidence_or_a_doubt() {
    each(&all_releases(), |release| {
        let json = assessed(release);
        let requirements = list(&json, "requirements");
        let at = release.display();
        assert!(!requirements.is_empty(), "{at}");
        for requirement in &requirements {
            let id = text(requirement, "id");
            if requirement.get("rule").is_some() {
                let mut leaves = Vec::new();
                gather(&requirements, requirement, &mut leaves, 0);
                assert!(!leaves.is_empty(), "{at}: {id} is made of nothing");
                continue;
            }
            let (evidence, doubts) = (list(requirement, "evidence"), list(requirement, "doubts"));
            let status = text(requirement, "status");
            assert!(!evidence.is_empty() || !doubts.is_empty(), "{at}: {id} ({status}) rests on nothing");
            // A definite answer rests on places; an unknown one names what is in doubt.
            assert!(status == "unknown" || !evidence.is_empty(), "{at}: {id} is {status} without evidence");
            assert!(status != "unknown" || !doubts.is_empty(), "{at}: {id} is unknown without a doubt");
        }
        for doubt in list(&json, "doubts") {
            assert!(!text(&doubt, "doubt").is_empty() && !text(&doubt, "text").is_empty(), "{at}: {doubt}");
        }
    });
}

/// The probed requirements below one that is composed of others.
fn gather(all: &[Value], of: &Value, leaves: &mut Vec<String>, depth: usize) {
    assert!(depth < 32, "requirements run in a circle");
    let parts = list(of, "parts").into_iter().chain(of.get("unless").cloned());
    for name in parts {
        let found = all.iter().find(|requirement| requirement["id"] == name);
        let found = found.unwrap_or_else(|| panic!("no requirement {name}"));
        match found.get("rule") {
            Some(_) => gather(all, found, leaves, depth + 1),
            None => leaves.push(text(found, "id")),
        }
    }
}

#[test]
fn every_number_leads_somewhere() {
    each(&all_releases(), |release| {
        let json = assessed(release);
        let at = release.display();
        let (evidence, doubts) = (list(&json, "evidence").len(), list(&json, "doubts").len());
        let parts = list(&json["release"], "parts").len();
        let mut used = BTreeSet::new();
        for key in ["components", "restrictions", "conditions", "answers", "claims", "requirements", "doubts"] {
            for thing in list(&json, key) {
                for number in list(&thing, "evidence") {
                    let number = usize::try_from(number.as_u64().expect("a number")).expect("a small one");
                    assert!(number < evidence, "{at}: {key} points to evidence {number} of {evidence}");
                    used.insert(number);
                }
            }
        }
        for requirement in list(&json, "requirements") {
            for number in list(&requirement, "doubts") {
                assert!((number.as_u64().expect("a number") as usize) < doubts, "{at}: doubt {number} of {doubts}");
            }
        }
        assert_eq!(used.len(), evidence, "{at}: places that nothing points to");
        for thing in list(&json, "evidence").into_iter().chain(list(&json, "gaps")) {
            assert!((thing["part"].as_u64().expect("a part") as usize) < parts, "{at}: {thing}");
        }
    });
}

#[test]
fn every_place_can_be_read_again() {
    each(&all_releases(), |release| {
        let json = assessed(release);
        let folders = folders(release);
        let parts = list(&json["release"], "parts");
        let at = release.display();
        // Parts of a base come behind its own, with the places of the catalogue.
        let bases = parts.get(folders.len()..).unwrap_or_else(|| panic!("{at}: parts are lost"));
        assert!(bases.iter().all(|part| text(&part["base"], "found").starts_with("catalogue:")), "{at}");
        for evidence in list(&json, "evidence") {
            let part = usize::try_from(evidence["part"].as_u64().expect("a part")).expect("a small one");
            assert!(
                ["observed", "declared", "attested"].contains(&text(&evidence, "basis").as_str()),
                "{at}: {evidence}"
            );
            if let Some(listing) = evidence.get("listing") {
                assert_eq!(*listing, parts[part]["listing"], "{at}: {evidence}");
                assert!(evidence.get("absent").is_some() || evidence["listed"] == true, "{at}: {evidence}");
                continue;
            }
            let Some(folder) = folders.get(part) else {
                let entry = text(&parts[part]["base"], "found").replace("catalogue:", "catalogue/") + ".json";
                let entry = fs::read_to_string(common::workspace().join(entry)).expect("an entry of the catalogue");
                assert!(entry.contains(&text(&evidence, "path")), "{at}: {evidence}");
                assert!(entry.contains(&text(&evidence, "sha256")), "{at}: {evidence}");
                continue;
            };
            let folder = folder.as_ref().unwrap_or_else(|| panic!("{at}: part {part} has no files: {evidence}"));
            let path = folder.join(text(&evidence, "path"));
            let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{at}: {}: {error}", path.display()));
            let bound = |index: usize| evidence["bytes"][index].as_u64().expect("a bound") as usize;
            let span = bytes.get(bound(0)..bound(1)).unwrap_or_else(|| panic!("{at}: {evidence} is outside"));
            let digest: String = Sha256::digest(span).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(text(&evidence, "sha256"), digest, "{at}: {evidence}");
            if let Some(line) = evidence.get("line").and_then(Value::as_u64) {
                let before = bytes[..bound(0)].iter().filter(|byte| **byte == b'\n').count() as u64;
                assert_eq!(line, before + 1, "{at}: {evidence}");
            }
        }
    });
}

/// The folders of the parts, as the bundle names them; for a plain folder, itself.
fn folders(release: &Path) -> Vec<Option<PathBuf>> {
    let bundle = if release.is_dir() { release.join("release.toml") } else { release.to_owned() };
    let Ok(text) = fs::read_to_string(&bundle) else { return vec![Some(release.to_owned())] };
    let table: toml::Table = text.parse().expect("a bundle");
    let root = bundle.parent().expect("a folder");
    let files = |part: &toml::Value| part.get("files").and_then(toml::Value::as_str).map(|files| root.join(files));
    table["part"].as_array().expect("parts").iter().map(files).collect()
}

/// Every requirement of a release stands in the tree of its framework, for people and for machines, with the
/// same status as in the assessment.
#[test]
fn every_requirement_can_be_explained() {
    each(&all_releases(), |release| {
        let json = assessed(release);
        let at = release.display().to_string();
        let mut told = String::new();
        let mut found: Vec<Value> = Vec::new();
        let mut ask = |what: &str, found: &mut Vec<Value>| {
            told.push_str(&candor(["explain", &at, what]).answer());
            let explained = candor(["explain", &at, what, "--format", "json"]).json();
            assert_eq!(explained["evidence"], json["evidence"], "{at}: {what}");
            found.extend(list(&explained, "requirements"));
        };
        ["osaid", "g7"].iter().for_each(|framework| ask(framework, &mut found));
        // Those that no ladder leads to are asked for one by one, from the top.
        for requirement in list(&json, "requirements").iter().rev() {
            if !found.iter().any(|other| other["id"] == requirement["id"]) {
                ask(&text(requirement, "id"), &mut found);
            }
        }
        for requirement in list(&json, "requirements") {
            let id = text(&requirement, "id");
            let same = found.iter().find(|other| other["id"] == requirement["id"]);
            assert_eq!(same, Some(&requirement), "{at}: {id}");
            assert!(told.contains(&id), "{at}: {id} is not told");
        }
    });
}

/// Asked for alone, a requirement answers alone.
#[test]
fn every_requirement_of_the_examples_can_be_asked_for() {
    for name in EXAMPLES {
        let path = example(name).display().to_string();
        let json = assessed(&example(name));
        each(&list(&json, "requirements"), |requirement| {
            let id = text(requirement, "id");
            let told = candor(["explain", &path, &id]).answer();
            assert!(told.starts_with(&id), "{name}: {id}: {told}");
            let status = text(requirement, "status").replace('-', " ");
            assert!(told.lines().next().is_some_and(|line| line.contains(&status)), "{name}: {id}: {told}");
            // Its leaves end in a place (`- path:line`) or a doubt (`? why`).
            assert!(told.contains("- ") || told.contains("? "), "{name}: {id}: {told}");
        });
    }
}

fn list(value: &Value, key: &str) -> Vec<Value> {
    value[key].as_array().cloned().unwrap_or_default()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
