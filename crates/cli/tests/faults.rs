//! A hub that fails in every way: a run of the program ends, tells what it could not see, and gives no better verdict
//! than with all there.

mod common;
#[path = "common/platform.rs"]
mod platform;

use common::{Run, candor_with, example};
use platform::hub::{Hub, Repository};
use platform::served;
use platform::server::{Answer, Ask, Manner};
use serde_json::{Value, json};
use std::sync::Mutex;

/// What a fault leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Exit 3: nothing could be judged.
    Nothing,
    /// Exit 2: it is not there.
    NotThere,
    /// An answer with a gap of this path or listing.
    Gap(&'static str),
    /// The answer, whole: what failed was asked again.
    Whole,
}

type Change = fn(&Ask, Answer) -> Answer;

/// Name, which addresses, how often, what happens, and what it leads to.
const FAULTS: &[(&str, &str, usize, Change, End)] = &[
    ("silent", "/api/models/org/name?", 99, |_, a| a.sent(Manner::Hang), End::Nothing),
    ("cut", "/api/models/org/name?", 99, |_, a| a.sent(Manner::Cut(30)), End::Nothing),
    ("dropped", "/api/models/org/name?", 99, |_, a| a.sent(Manner::Drop), End::Nothing),
    ("garbage", "/api/models/org/name?", 99, |_, a| a.sent(Manner::Garbage), End::Nothing),
    ("once dropped", "/api/models/org/name?", 1, |_, a| a.sent(Manner::Drop), End::Whole),
    ("longer than said", "/api/models/org/name?", 99, |_, a| a.sent(Manner::Off(-7)), End::Nothing),
    ("shorter than said", "/api/models/org/name?", 99, |_, a| a.sent(Manner::Off(7)), End::Nothing),
    ("endless", "/api/models/org/name?", 99, |_, a| a.sent(Manner::Off(1 << 50)), End::Nothing),
    ("500", "/api/models/org/name?", 99, |_, _| Answer::new(500, "{}"), End::Nothing),
    ("503 and well", "/api/models/org/name?", 1, |_, _| Answer::new(503, "").with("retry-after", "0"), End::Whole),
    ("429 and well", "/api/", 2, |_, _| Answer::new(429, "").with("retry-after", "1"), End::Whole),
    (
        "429 for an hour",
        "/api/models/org/name?",
        99,
        |_, _| Answer::new(429, "").with("retry-after", "3600"),
        End::Nothing,
    ),
    ("no JSON", "/api/models/org/name?", 99, |_, _| Answer::new(200, "<html>"), End::Nothing),
    ("deep JSON", "/api/models/org/name?", 99, |_, _| Answer::new(200, "[".repeat(1 << 20)), End::Nothing),
    ("no commit", "/api/models/org/name?", 99, |_, _| Answer::new(200, "{}"), End::Nothing),
    (
        "redirected in a circle",
        "/api/models/org/name?",
        99,
        |ask, _| Answer::new(307, "").with("location", ask.target.clone()),
        End::Nothing,
    ),
    (
        "redirected to nowhere",
        "/api/models/org/name?",
        99,
        |_, _| Answer::new(302, "").with("location", "http://127.0.0.1:1/"),
        End::Nothing,
    ),
    (
        "redirected to a file",
        "/api/models/org/name?",
        99,
        |_, _| Answer::new(302, "").with("location", "file:///etc/passwd"),
        End::Nothing,
    ),
    ("gone", "/api/models/org/name?", 99, |_, _| Answer::new(404, "{}"), End::NotThere),
    (
        "hidden",
        "/api/models/org/name?",
        99,
        |_, _| Answer::new(401, r#"{"error":"Invalid username or password."}"#),
        End::NotThere,
    ),
    (
        "shut",
        "/api/models/org/name?",
        99,
        |_, _| Answer::new(403, "").with("x-error-code", "GatedRepo"),
        End::Gap("@listing"),
    ),
    ("no tree", "/tree/", 99, |_, _| Answer::new(500, ""), End::Gap("@listing")),
    ("half a tree", "cursor=", 99, |_, _| Answer::new(500, ""), End::Gap("@listing")),
    (
        "pages in a circle",
        "cursor=",
        99,
        |ask, a| {
            let next = format!("<http://{}{}>; rel=\"next\"", ask.header("host").unwrap_or_default(), ask.target);
            a.with("link", next)
        },
        End::Gap("@listing"),
    ),
    (
        "pages elsewhere",
        "/tree/",
        99,
        |_, a| a.with("link", "<http://127.0.0.1:1/x>; rel=\"next\""),
        End::Gap("@listing"),
    ),
    ("lying sizes", "/tree/", 99, |_, a| resized(a), End::Gap("README.md")),
    ("no branches", "/refs", 99, |_, _| Answer::new(500, ""), End::Gap("@answers/refs.json")),
    ("file silent", "/LICENSE", 99, |_, a| a.sent(Manner::Hang), End::Gap("LICENSE")),
    ("file cut", "/LICENSE", 99, |_, a| a.sent(Manner::Cut(100)), End::Gap("LICENSE")),
    ("file other", "/LICENSE", 99, |_, a| Answer { body: vec![b'x'; a.body.len()], ..a }, End::Gap("LICENSE")),
    ("file shorter", "/LICENSE", 99, |_, a| Answer { body: a.body[..99].to_vec(), ..a }, End::Gap("LICENSE")),
    ("file gone", "/LICENSE", 99, |_, _| Answer::new(404, ""), End::Gap("LICENSE")),
    ("file shut", "/LICENSE", 99, |_, _| Answer::new(403, "").with("x-error-code", "GatedRepo"), End::Gap("LICENSE")),
    (
        "file of another commit",
        "/LICENSE",
        99,
        |_, a| replaced(a, "x-repo-commit", &"b".repeat(40)),
        End::Gap("LICENSE"),
    ),
    // The branch moved, and with it went the commit that was asked for.
    (
        "commit gone in mid-run",
        "/resolve/",
        99,
        |_, _| Answer::new(404, "").with("x-error-code", "RevisionNotFound"),
        End::Gap("LICENSE"),
    ),
    ("weights silent", "/model.safetensors", 99, |_, a| a.sent(Manner::Hang), End::Gap("model.safetensors")),
    (
        "weights of another size",
        "/model.safetensors",
        99,
        |_, a| replaced(a, "x-linked-size", "5"),
        End::Gap("model.safetensors"),
    ),
    (
        "weights other",
        "/model.safetensors",
        99,
        |_, a| Answer { body: vec![0; a.body.len()], ..a },
        End::Gap("model.safetensors"),
    ),
];

fn replaced(mut answer: Answer, name: &str, value: &str) -> Answer {
    answer.headers.retain(|(known, _)| known != name);
    answer.with(name, value)
}

/// A tree in which every file is said to be one byte longer.
fn resized(mut answer: Answer) -> Answer {
    let mut page: Value = serde_json::from_slice(&answer.body).expect("a tree");
    for entry in page.as_array_mut().expect("a list") {
        entry["size"] = json!(entry["size"].as_u64().expect("a size") + 1);
    }
    answer.body = page.to_string().into_bytes();
    answer
}

/// A release of which the listing comes in pages.
fn release() -> Repository {
    let mut repository = Repository { sized: false, page: 3, ..served("org/name", 'a', &example("open-weights")) };
    for file in &mut repository.files {
        file.lfs = file.path.ends_with(".safetensors");
    }
    repository
}

fn assess(hub: &Hub, arguments: &[&str]) -> Run {
    let environment = [("HF_ENDPOINT", hub.address()), ("HF_HUB_DOWNLOAD_TIMEOUT", "1")];
    candor_with(&environment, [&["assess", "hf:org/name", "--format", "json"], arguments].concat())
}

#[test]
fn every_fault_ends_in_a_gap_or_without_an_answer() {
    let whole = assess(&Hub::start(vec![release()]), &[]).json();
    assert_eq!(whole["gaps"], json!([]));
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for (name, on, times, change, end) in FAULTS {
            let (whole, failed) = (&whole, &failed);
            scope.spawn(move || {
                let hub = Hub::start(vec![release()]);
                hub.fault(on, *times, change);
                let run = assess(&hub, &[]);
                if let Err(why) = ended(&run, *end, whole) {
                    failed.lock().expect("list").push(format!("{name}: {why}: {} {}", run.code, run.err));
                }
            });
        }
    });
    let failed = failed.into_inner().expect("list");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Whether a run ended as it must.
fn ended(run: &Run, end: End, whole: &Value) -> Result<(), String> {
    if run.err.contains("panicked") {
        return Err("a panic".to_owned());
    }
    let silent = |code: i32| match run.code == code && run.out.is_empty() && run.err.starts_with("error: `hf:org/name`")
    {
        true => Ok(()),
        false => Err(format!("expected exit {code} and a message")),
    };
    let path = match end {
        End::Nothing => return silent(3),
        End::NotThere => return silent(2),
        End::Gap(path) => Some(path),
        End::Whole => None,
    };
    let mut found: Value = serde_json::from_str(&run.out).map_err(|error| error.to_string())?;
    // In the facts stands which hub was asked.
    found["facts"] = whole["facts"].clone();
    match path {
        None if found != *whole => return Err("another answer than with all there".to_owned()),
        Some(path) if !found["gaps"].as_array().is_some_and(|gaps| gaps.iter().any(|gap| gap["path"] == path)) => {
            return Err(format!("no gap of {path}: {}", found["gaps"]));
        }
        _ => {}
    }
    // What could not be seen makes nothing better, and nothing that is there absent.
    let ladder = ["unknown", "closed", "api-only", "open-weights"];
    let standing = &found["standings"]["spectrum"];
    for bound in ["confirmed", "declared"] {
        if !ladder.iter().any(|level| standing[bound] == *level) {
            return Err(format!("{bound}: {}", standing[bound]));
        }
    }
    for requirement in found["requirements"].as_array().expect("requirements") {
        let same =
            whole["requirements"].as_array().expect("requirements").iter().find(|r| r["id"] == requirement["id"]);
        let before = same.map(|same| &same["status"]);
        let flipped = [("not-met", "met"), ("met", "not-met")];
        if flipped.iter().any(|(from, to)| before == Some(&json!(from)) && requirement["status"] == *to) {
            return Err(format!("{} from {before:?} to {}", requirement["id"], requirement["status"]));
        }
    }
    Ok(())
}
