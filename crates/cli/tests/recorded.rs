//! Answers of the real hub, as they were recorded, from a server on the loopback. They are no part of the repository.

mod common;
#[path = "common/platform.rs"]
mod platform;

use common::{Run, candor_with, corpus};
use platform::server::{Answer, Server};
use serde_json::Value;
use std::path::Path;

/// An answer that was recorded.
struct Recorded {
    status: u16,
    headers: Vec<(String, String)>,
    body: Value,
}

fn recorded(folder: &Path, name: &str) -> Recorded {
    let text = std::fs::read_to_string(folder.join(name)).expect("a recorded answer");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    // Some were kept without what surrounds them.
    let Some(status) = value["status"].as_u64() else {
        return Recorded { status: 200, headers: Vec::new(), body: value };
    };
    let headers = value["headers"].as_object().into_iter().flatten();
    let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
    Recorded { status: u16::try_from(status).expect("a status"), headers, body: value["body"].clone() }
}

impl Recorded {
    fn answer(&self) -> Answer {
        let body = if self.body.is_null() { String::new() } else { self.body.to_string() };
        self.headers
            .iter()
            .fold(Answer::new(self.status, body), |answer, (name, value)| answer.with(name, value.as_str()))
    }
}

/// A listing, for answers that were recorded without one.
const TREE: &str = r#"[
    {"type": "file", "oid": "8c7881bfa01acbc38c7881bfa01acbc38c7881bf", "size": 5174, "path": "README.md"},
    {"type": "file", "oid": "03fcf8c0a7ed666903fcf8c0a7ed666903fcf8c0", "size": 826, "path": "config.json"},
    {"type": "file", "oid": "a155d2e4be27a3a155d2e4be27a3a155d2e4be27", "size": 16000000000, "path": "model.safetensors"}
]"#;

/// Assess a repository of which the information is a recorded answer and every file is another.
fn assess(information: Vec<(&str, Recorded)>, file: Recorded, locator: &str) -> Run {
    let known: Vec<(String, Answer)> =
        information.iter().map(|(name, recorded)| (format!("/api/models/{name}"), recorded.answer())).collect();
    let file = file.answer();
    let server = Server::start(move |ask| {
        let path = ask.path();
        let found = known.iter().find(|(known, _)| path == *known || path.starts_with(&format!("{known}/revision/")));
        match found {
            Some((_, answer)) => answer.clone(),
            None if path.contains("/resolve/") => file.clone(),
            None if path.contains("/tree/") => Answer::new(200, TREE),
            None => Answer::new(404, ""),
        }
    });
    candor_with(&[("HF_ENDPOINT", &server.address)], ["assess", locator, "--format", "json"])
}

fn words(value: &Value, key: &str) -> Vec<String> {
    let all = value.as_array().expect("a list").iter();
    all.map(|one| one[key].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn recorded_answers() {
    let Some(folder) = corpus("ecosystem/hf-api") else { return };
    let of = |name: &str| recorded(&folder, name);
    let (gated, missing) = ("recorded.commits-gated.401.json", "recorded.model-not-found.401.json");
    let llama = "recorded.model-llama-3.1-8b.json";

    // Gated: the platform's description is public, the files are not.
    for (locator, more) in [
        ("hf:meta-llama/Llama-3.1-8B", None),
        ("hf:meta-llama/Meta-Llama-3.1-8B", Some("recorded.redirect-renamed.307.json")),
    ] {
        let mut information = vec![("meta-llama/Llama-3.1-8B", of(llama))];
        information.extend(more.map(|name| ("meta-llama/Meta-Llama-3.1-8B", of(name))));
        let run = assess(information, of(gated), locator);
        assert_eq!(run.err.contains("is now called `meta-llama/Llama-3.1-8B`"), more.is_some(), "{}", run.err);
        let release = run.json();
        assert_eq!(release["release"]["parts"][0]["locator"], "hf:meta-llama/Llama-3.1-8B");
        assert!(words(&release["gaps"], "why").contains(&"gated".to_owned()), "{}", release["gaps"]);
        let kinds = words(&release["restrictions"], "kind");
        assert!(["gated", "user-threshold"].iter().all(|kind| kinds.contains(&(*kind).to_owned())), "{kinds:?}");
    }

    // Disabled: it still carries the tag of a free licence, and from that nothing follows.
    let release = assess(
        vec![("ykilcher/gpt-4chan", of("recorded.model-gpt-4chan.disabled.json"))],
        of(gated),
        "hf:ykilcher/gpt-4chan",
    )
    .json();
    assert!(!words(&release["gaps"], "text").is_empty());
    let commercial = &release["answers"][0];
    assert!(commercial["answer"] != "yes" && commercial["answer"] != "limits", "{commercial}");
    assert!(
        !["open-weights", "open-source"].iter().any(|level| release["standings"]["spectrum"]["declared"] == *level)
    );

    // Not there, or not to be seen.
    let run = assess(vec![("no/thing", of(missing))], of(missing), "hf:no/thing");
    assert!(run.code == 2 && run.err.contains("HF_TOKEN"), "{run:?}");

    // Nothing but information: what can be said is said from it, and the rest is not known.
    for (name, file, commercial) in [
        ("TheBloke/Llama-2-7B-GGUF", "recorded.model-llama-2-7b-gguf.json", "with-limits"),
        ("google-bert/bert-base-uncased", "model-info.google-bert--bert-base-uncased.json", "yes"),
        ("ggerganov/whisper.cpp", "model-info-blobs.ggerganov--whisper.cpp.excerpt.json", "unknown"),
    ] {
        let release = assess(vec![(name, of(file))], of(missing), &format!("hf:{name}")).json();
        assert!(release["gaps"].as_array().is_some_and(|gaps| !gaps.is_empty()), "{name}");
        let answer = &release["answers"][0];
        assert_eq!(answer["answer"], commercial, "{name}");
        let places = answer["evidence"].as_array().expect("places").iter();
        let paths: Vec<&Value> = places
            .map(|at| &release["evidence"][usize::try_from(at.as_u64().expect("index")).expect("small")]["path"])
            .collect();
        assert!(paths.iter().all(|path| **path == "@answers/info.json"), "{name}: {paths:?}");
        assert_eq!(paths.is_empty(), commercial == "unknown", "{name}");
    }
}
