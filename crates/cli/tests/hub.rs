//! Releases on a hub, from the command line to the answer. The hub is a server on the loopback.

mod common;
#[path = "../../source/src/testing/hub.rs"]
mod hub;
#[path = "../../source/src/testing/server.rs"]
mod server;

use common::{Run, Temp, candor_with, example};
use hub::{Hub, Repository};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A folder as a repository.
fn served(name: &str, commit: char, folder: &Path) -> Repository {
    let mut repository = Repository::new(name, commit);
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).expect("folder").flatten() {
            if entry.path().is_dir() {
                waiting.push(entry.path());
                continue;
            }
            let path = entry.path().strip_prefix(folder).expect("below").to_str().expect("UTF-8").to_owned();
            repository = repository.file(&path, fs::read(entry.path()).expect("file"));
        }
    }
    repository.files.sort_by(|a, b| a.path.cmp(&b.path));
    repository
}

/// Run the program with a hub and nothing else.
fn ask(hub: &Hub, arguments: &[&str]) -> Run {
    candor_with(&[("HF_ENDPOINT", hub.address())], arguments)
}

/// An assessment without what says where the release lies and what its listing is: its name, address and commit, and
/// the digests over the listing, in which the platform's answers stand and the digests that it states.
fn judged(mut assessment: Value) -> Value {
    fn digests(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(digests),
            Value::Object(map) => {
                map.remove("listing");
                map.values_mut().for_each(digests);
            }
            _ => {}
        }
    }
    digests(&mut assessment);
    for key in
        ["/facts", "/release/id", "/release/parts/0/locator", "/release/parts/0/revision", "/release/parts/0/files"]
    {
        *assessment.pointer_mut(key).unwrap_or_else(|| panic!("{key}")) = Value::Null;
    }
    assessment
}

#[test]
fn a_release_of_the_hub_is_judged_as_its_folder() {
    for name in ["open-weights", "closed"] {
        let folder = example(name);
        let hub = Hub::start(vec![served("org/name", 'a', &folder)]);
        let there = ask(&hub, &["assess", "hf:org/name", "--format", "json"]);
        assert_eq!(there.err, "");
        let here = candor_with(&[], ["assess", folder.to_str().expect("UTF-8"), "--complete", "--format", "json"]);
        assert_eq!(judged(there.json()), judged(here.json()));
        assert_eq!(ask(&hub, &["assess", "org/name", "--format", "json"]).out, there.out, "without `hf:`");
        assert!(hub.server.asked().len() <= 20, "{:?}", hub.server.paths());
    }
}

#[test]
fn a_bundle_says_the_same_without_a_connection() {
    let hub = Hub::start(vec![
        served("org/name", 'a', &example("open-weights")),
        Repository { gated: true, ..served("org/gated", 'b', &example("open-weights")) },
        Repository {
            dataset: true,
            ..Repository::new("org/data", 'c').file("README.md", "# Data").file("a.jsonl", "{}")
        },
    ]);
    let temp = Temp::new();
    let cases: &[(&str, &[&str])] =
        &[("hf:org/name", &[]), ("hf:org/gated", &[]), ("hf:org/name", &["--with", "data=hf:datasets/org/data"])];
    for (number, (locator, options)) in cases.iter().enumerate() {
        let folder = temp.join(&format!("bundle-{number}"));
        let folder = folder.to_str().expect("UTF-8");
        let words = |first: &[&'static str]| -> Vec<String> {
            let words = first.iter().chain([locator]).chain(*options);
            words.map(|word| (*word).to_owned()).collect()
        };
        let online = candor_with(&[("HF_ENDPOINT", hub.address())], words(&["assess", "--format", "json"]));
        let mut snapshot = words(&["snapshot"]);
        snapshot.extend(["-o", folder, "--format", "json"].map(str::to_owned));
        let written = candor_with(&[("HF_ENDPOINT", hub.address())], &snapshot).json();
        let asked = hub.server.asked().len();
        assert_eq!(ask(&hub, &["assess", folder, "--format", "json", "--offline"]).out, online.answer(), "{locator}");
        assert_eq!(hub.server.asked().len(), asked);
        assert_eq!(written["parts"], 1 + options.len() / 2);
        // What is there stays.
        let again = candor_with(&[("HF_ENDPOINT", hub.address())], &snapshot);
        assert!(again.code == 2 && again.err.contains(folder), "{again:?}");
    }
}

#[test]
fn nothing_is_asked_offline() {
    let hub = Hub::start(vec![served("org/name", 'a', &example("open-weights"))]);
    let temp = Temp::new();
    let (cache, own) = (temp.join("hub"), temp.join("own"));
    let (cache, own) = (cache.to_str().expect("UTF-8"), own.to_str().expect("UTF-8"));
    let base = [("HF_ENDPOINT", hub.address()), ("HF_HUB_CACHE", cache), ("CANDOR_CACHE", own)];
    let line = ["assess", "hf:org/name", "--format", "json"];
    let run = |more: &[(&str, &str)], options: &[&str]| candor_with(&[&base, more].concat(), [&line, options].concat());
    let ways: [(&str, &[&str]); 3] = [("", &["--offline"]), ("HF_HUB_OFFLINE", &[]), ("TRANSFORMERS_OFFLINE", &[])];
    let off = |(variable, options): (&str, &[&str])| match variable {
        "" => run(&[], options),
        name => run(&[(name, "1")], options),
    };
    for way in ways {
        let run = off(way);
        assert!(run.code == 3 && run.out.is_empty() && run.err.contains("no connection is made"), "{run:?}");
    }
    assert_eq!(hub.server.asked().len(), 0);
    let online = run(&[], &[]).answer();
    let asked = hub.server.asked().len();
    for way in ways {
        assert_eq!(off(way).answer(), online, "from the cache");
    }
    let follow = run(&[], &["--offline", "--follow"]);
    assert_eq!(follow.answer(), online, "no link to follow");
    assert_eq!(hub.server.asked().len(), asked);
}

/// A small model with a card that has some front matter.
fn model(name: &str, commit: char, front: &str) -> Repository {
    Repository::new(name, commit)
        .file("README.md", format!("---\n{front}\n---\n# A model\n"))
        .file("config.json", r#"{"architectures": ["LlamaForCausalLM"]}"#)
        .file("model.safetensors", common::safetensors(&[("w", 64)]))
}

#[test]
fn terms_of_a_base_reach_the_child_with_their_place() {
    let hub = Hub::start(vec![
        model("them/child", 'a', "license: apache-2.0\nbase_model: org/base"),
        model("org/base", 'b', "license: cc-by-nc-4.0"),
    ]);
    let alone = ask(&hub, &["assess", "hf:them/child", "--format", "json"]).json();
    assert_eq!(alone["restrictions"], serde_json::json!([]));
    let run = ask(&hub, &["assess", "hf:them/child", "--follow", "--format", "json"]);
    assert!(run.err.contains("hf:org/base (base): named as base model in README.md:3"), "{}", run.err);
    assert!(run.err.contains("in all 10 requests"), "{}", run.err);
    let child = run.json();
    let restriction = &child["restrictions"][0];
    assert_eq!((&restriction["kind"], &restriction["via"]), (&"non-commercial".into(), &"base".into()));
    let places: Vec<(&Value, &Value)> = restriction["evidence"]
        .as_array()
        .expect("places")
        .iter()
        .map(|at| &child["evidence"][usize::try_from(at.as_u64().expect("index")).expect("small")])
        .map(|place| (&place["part"], &place["path"]))
        .collect();
    assert!(places.contains(&(&1.into(), &"README.md".into())), "{places:?}");
    assert_eq!(child["release"]["parts"][1]["locator"], "hf:org/base");
}
