//! The hub as it answers, well and badly.
//!
//! Long because the platform and all its faults are one table.

use super::*;
use crate::testing::Folder;
use crate::testing::hub::{File, Hub as FakeHub, Repository, json_answer, safetensors};
use crate::testing::server::{Answer, Manner, Server};
use crate::{Request, Secret, Session, Settings, Snapshot};
use candor_facts::{Files, OpenError, PartIndex, read_all, read_exact};
use expect_test::{Expect, expect};
use serde_json::json;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

pub(crate) fn settings(hub: &str) -> Settings {
    Settings { offline: false, hub: hub.to_owned(), patience: Duration::from_millis(300), ..Settings::local() }
}

pub(crate) fn open(settings: Settings, locator: &str) -> Result<Snapshot, SourceError> {
    let request = Request { locator: locator.to_owned(), complete: false, with: Vec::new() };
    let clock = crate::http::tests::TestClock::new(Duration::ZERO);
    Session::with_clock(settings, clock).open(&request)
}

/// The snapshot and what opening each file gives, as text; `HOST` is the address of the server.
pub(crate) fn show(host: &str, outcome: &Result<Snapshot, SourceError>) -> String {
    let mut text = String::new();
    match outcome {
        Err(error) => {
            writeln!(text, "{}: {error}", if error.is_network() { "network" } else { "error" }).expect("text")
        }
        Ok(snapshot) => {
            for (index, part) in snapshot.release.parts() {
                let complete = if part.listing.complete { "complete" } else { "incomplete" };
                let revision = part.revision.as_deref().map_or("-", |revision| &revision[..4]);
                writeln!(text, "{} {} {revision} {complete}", part.role, part.locator.as_deref().unwrap_or("-"))
                    .expect("text");
                for entry in part.listing.entries() {
                    let shown = match snapshot.open(index, &entry.path) {
                        Ok(bytes) => match read_all(&*bytes, 64) {
                            Ok(Some(bytes)) => format!("{:?}", String::from_utf8_lossy(&bytes)),
                            Ok(None) => format!("{} bytes", bytes.len()),
                            Err(error) => format!("read: {error}"),
                        },
                        Err(error) => error.to_string(),
                    };
                    writeln!(text, "  {} | {shown}", entry.path).expect("text");
                }
            }
            for gap in &snapshot.gaps {
                writeln!(text, "gap {}: {}", gap.path, gap.reason).expect("text");
            }
        }
    }
    text.replace(host, "HOST")
}

fn model() -> Repository {
    Repository::new("org/name", 'a').file("README.md", "A card").file("sub/é #1.txt", "text").large(
        "m.bin",
        "GGUF",
        1 << 30,
    )
}

#[track_caller]
fn check(hub: &FakeHub, locator: &str, expected: Expect) {
    expected.assert_eq(&show(hub.address(), &open(settings(hub.address()), locator)));
}

#[test]
fn a_repository_by_its_information_alone() {
    let hub = FakeHub::start(vec![model()]);
    check(
        &hub,
        "hf:org/name",
        expect![[r#"
        model hf:org/name aaaa complete
          @answers/info.json | 248 bytes
          @answers/refs.json | 169 bytes
          README.md | "A card"
          m.bin | 1073741824 bytes
          sub/é #1.txt | "text"
    "#]],
    );
    let commit = "a".repeat(40);
    assert_eq!(
        hub.server.asked().iter().map(|ask| ask.target.as_str()).collect::<Vec<_>>(),
        [
            "/api/models/org/name?blobs=true",
            "/api/models/org/name/refs",
            &format!("/org/name/resolve/{commit}/README.md"),
            &format!("/org/name/resolve/{commit}/m.bin"),
            &format!("/org/name/resolve/{commit}/sub/%C3%A9%20%231.txt"),
        ]
    );
}

#[test]
fn a_data_set_by_the_pages_of_its_tree() {
    let repository = Repository { dataset: true, sized: false, page: 2, ..model() };
    let hub = FakeHub::start(vec![repository]);
    check(
        &hub,
        "hf:datasets/org/name@main",
        expect![[r#"
        data hf:datasets/org/name aaaa complete
          @answers/info.json | 248 bytes
          @answers/refs.json | 169 bytes
          README.md | "A card"
          m.bin | 1073741824 bytes
          sub/é #1.txt | "text"
    "#]],
    );
    let pages = hub.server.paths().iter().filter(|path| path.contains("/tree/")).count();
    assert_eq!(pages, 2);
}

#[test]
fn renamed_gated_disabled_missing() {
    let hub = FakeHub::start(vec![
        model(),
        Repository { gated: true, ..Repository::new("org/gated", 'b').file("README.md", "A card") },
        Repository::new("org/gone", 'c')
            .file("README.md", "x")
            .info(json!({"disabled": true, "tags": ["license:apache-2.0"]})),
    ]);
    hub.rename("org/old", "org/name");
    check(
        &hub,
        "hf:org/old",
        expect![[r#"
        model hf:org/name aaaa complete
          @answers/info.json | 248 bytes
          @answers/refs.json | 169 bytes
          README.md | "A card"
          m.bin | 1073741824 bytes
          sub/é #1.txt | "text"
    "#]],
    );
    check(
        &hub,
        "hf:org/gated",
        expect![[r#"
        model hf:org/gated bbbb complete
          @answers/info.json | 252 bytes
          @answers/refs.json | 169 bytes
          README.md | access must be asked for
    "#]],
    );
    check(
        &hub,
        "hf:org/gone",
        expect![[r#"
        model hf:org/gone cccc incomplete
          @answers/info.json | 256 bytes
          @answers/refs.json | 169 bytes
        gap @listing: could not be read: the platform has disabled this repository: nothing in it can be fetched
    "#]],
    );
    check(
        &hub,
        "hf:org/nothing",
        expect![[r#"
        error: `hf:org/nothing`: there is nothing of this name at HOST, or it is private: check the name; for a repository of your own set HF_TOKEN
    "#]],
    );
    check(
        &hub,
        "hf:org/name@v9",
        expect![[r#"
        error: `hf:org/name@v9`: `org/name` has no branch, tag or commit `v9` at HOST; check the revision
    "#]],
    );
}

/// A fault's name, the address that it strikes, how many times, what it does to the answer, and what is told.
type FaultCase = (&'static str, &'static str, usize, fn(Answer) -> Answer, &'static str);

/// Each fault, where it strikes, and what becomes of it.
#[test]
fn every_fault_ends_in_a_gap_or_an_error() {
    let cases: &[FaultCase] = &[
        (
            "cut",
            "/api/models/org/name?",
            9,
            |a| a.sent(Manner::Cut(20)),
            "network: `hf:org/name` could not be looked at: HOST/api/models/org/name: ",
        ),
        (
            "hang",
            "/api/models/org/name?",
            9,
            |a| a.sent(Manner::Hang),
            "network: `hf:org/name` could not be looked at: HOST/api/models/org/name does not answer (",
        ),
        (
            "garbage",
            "/api/models/org/name?",
            9,
            |a| a.sent(Manner::Garbage),
            "network: `hf:org/name` could not be looked at: HOST/api/models/org/name: ",
        ),
        (
            "5xx",
            "/api/models/org/name?",
            9,
            |_| Answer::new(502, ""),
            "network: `hf:org/name` could not be looked at: HOST/api/models/org/name answers 502 (4 attempts)",
        ),
        (
            "418",
            "/api/models/org/name?",
            9,
            |_| Answer::new(418, ""),
            "network: `hf:org/name` could not be looked at: HOST answers 418 on `org/name`",
        ),
        (
            "malformed",
            "/api/models/org/name?",
            9,
            |_| Answer::new(200, "{\"sha\": "),
            "network: `hf:org/name` could not be looked at: the platform's answer on `org/name` is not JSON",
        ),
        (
            "no object",
            "/api/models/org/name?",
            9,
            |_| Answer::new(200, "[]"),
            "network: `hf:org/name` could not be looked at: the platform's answer on `org/name` names no commit",
        ),
        (
            "no commit",
            "/api/models/org/name?",
            9,
            |_| Answer::new(200, "{\"sha\": \"../../x\"}"),
            "network: `hf:org/name` could not be looked at: the platform's answer on `org/name` names no commit",
        ),
        (
            "deep",
            "/api/models/org/name?",
            9,
            |_| Answer::new(200, "[".repeat(100_000)),
            "network: `hf:org/name` could not be looked at: the platform's answer on `org/name` is not JSON",
        ),
        (
            "loop",
            "/api/models/org/name?",
            9,
            |_| Answer::new(307, "").with("location", "/api/models/org/name?x"),
            "network: `hf:org/name` could not be looked at: HOST/api/models/org/name redirects more than 5 times",
        ),
        (
            "too long",
            "/api/models/org/name?",
            9,
            |a| a.sent(Manner::Off(1 << 40)),
            "network: `hf:org/name` could not be looked at: the answer is longer than the cap of 67108864 bytes",
        ),
        (
            "refs",
            "/refs",
            9,
            |_| Answer::new(404, ""),
            "gap @answers/refs.json: could not be read: branches and tags: the platform answers 404",
        ),
        (
            "file 404",
            "README.md",
            9,
            |_| Answer::new(404, ""),
            "README.md | the platform lists it and does not have it (404)",
        ),
        ("file 403", "README.md", 9, |_| Answer::new(403, ""), "README.md | the platform refuses access (403)"),
        (
            "file gated",
            "README.md",
            9,
            |_| Answer::new(403, "").with("x-error-code", "GatedRepo"),
            "README.md | access must be asked for",
        ),
        ("file cut", "README.md", 9, |a| a.sent(Manner::Cut(3)), "README.md | HOST/org/name/resolve/"),
        (
            "file short",
            "README.md",
            9,
            |_| Answer::new(200, "A ca"),
            "README.md | the listing says 6 bytes, and 4 came",
        ),
        (
            "file long",
            "README.md",
            9,
            |_| Answer::new(200, "A card and more"),
            "README.md | the listing says 6 bytes, and 15 came",
        ),
        (
            "file other",
            "README.md",
            9,
            |_| Answer::new(200, "A carb"),
            "README.md | the bytes that came are not those of the listing: git-blob:",
        ),
        (
            "moved",
            "README.md",
            9,
            |a| Answer { headers: vec![("x-repo-commit".into(), "b".repeat(40))], ..a },
            "README.md | the platform answers for commit bbbb",
        ),
        (
            "file tag",
            "README.md",
            9,
            |a| Answer { headers: vec![("etag".into(), format!("W/\"{}\"", "d".repeat(40)))], ..a },
            "README.md | the platform answers with another file (dddd",
        ),
        ("file size", "m.bin", 9, |a| a.with("x-linked-size", "7"), "m.bin | 1073741824 bytes"),
        (
            "range size",
            "m.bin",
            9,
            |a| Answer { headers: vec![("content-range".into(), "bytes 0-3/4".into())], body: b"GGUF".to_vec(), ..a },
            "m.bin | the listing says 1073741824 bytes, and the server 4",
        ),
        (
            "range wrong",
            "m.bin",
            9,
            |a| Answer {
                headers: vec![("content-range".into(), "bytes 5-8/1073741824".into())],
                body: b"GGUF".to_vec(),
                ..a
            },
            "m.bin | HOST/org/name/resolve/",
        ),
        (
            "range none",
            "m.bin",
            9,
            |_| Answer {
                status: 200,
                body: vec![0; 1 << 18],
                headers: Vec::new(),
                manner: Manner::Off((1 << 30) - (1 << 18)),
            },
            "m.bin | 1073741824 bytes",
        ),
    ];
    for (name, on, times, change, expected) in cases {
        let hub = FakeHub::start(vec![model()]);
        hub.fault(on, *times, move |_, answer| change(answer));
        let shown = show(hub.address(), &open(settings(hub.address()), "hf:org/name"));
        assert!(shown.contains(expected), "{name}: {shown}");
        let others = if on.contains("README") { "m.bin | 1073741824 bytes" } else { "README.md | \"A card\"" };
        assert!(
            *name == "file gated" || !on.contains("name?") && shown.contains(others) || shown.starts_with("network: "),
            "{name}: {shown}"
        );
    }
}

#[test]
fn trees_that_lie() {
    let entry = |path: &str| json!({"type": "file", "path": path, "size": 1});
    let page = |entries: serde_json::Value| move |_: &crate::testing::server::Ask, _: Answer| json_answer(&entries);
    let start = || FakeHub::start(vec![Repository { sized: false, ..model() }]);
    let hub = start();
    hub.fault("/tree/", 9, page(json!([entry("../x"), entry("a"), entry("a"), entry("@answers/info.json")])));
    check(
        &hub,
        "hf:org/name",
        expect![[r#"
        model hf:org/name aaaa incomplete
          @answers/info.json | 248 bytes
          @answers/refs.json | 169 bytes
          a | the platform lists it and does not have it (404)
        gap @listing: refused: the platform's listing has a path that leaves the repository: `../x`
        gap @listing: malformed at byte 0: the platform lists `a` more than once
        gap @listing: refused: the platform's listing has a path that leaves the repository: `@answers/info.json`
    "#]],
    );
    let hub = start();
    hub.fault("/tree/", 9, |ask, answer| {
        answer.with("link", format!("<http://{}{}>; rel=\"next\"", ask.header("host").unwrap_or_default(), ask.target))
    });
    let shown = show(hub.address(), &open(settings(hub.address()), "hf:org/name"));
    assert!(shown.contains("incomplete") && shown.contains("the pages of the tree lead in a circle"), "{shown}");
    let hub = start();
    hub.fault("/tree/", 9, |_, answer| answer.with("link", "<http://127.0.0.1:1/x>; rel=\"next\""));
    let shown = show(hub.address(), &open(settings(hub.address()), "hf:org/name"));
    assert!(shown.contains("incomplete") && shown.contains("lies at another host"), "{shown}");
    let hub = start();
    hub.fault("/tree/", 9, |_, _| Answer::new(500, ""));
    let shown = show(hub.address(), &open(settings(hub.address()), "hf:org/name"));
    assert!(
        shown.contains("README.md | \"A card\"")
            && shown.contains("gap @listing: could not be read: sizes and digests"),
        "{shown}"
    );
}

#[test]
fn a_revision_that_moves_in_mid_run_does_not_mix() {
    let hub = FakeHub::start(vec![model()]);
    let snapshot = open(settings(hub.address()), "hf:org/name").expect("snapshot");
    hub.edit(|repositories| {
        repositories[0].commit = "b".repeat(40);
        repositories[0].files[0].bytes = b"A else".to_vec();
    });
    let path = ArtifactPath::new("README.md").expect("path");
    let error = snapshot.open(PartIndex(0), &path).err().expect("the commit is gone");
    assert_eq!(error, OpenError::Failed("the platform lists it and does not have it (404)".to_owned()));
}

#[test]
fn a_release_of_140_gigabytes_costs_ten_requests_and_four_mebibytes() {
    let mut repository = Repository::new("org/big", 'a');
    for name in ["README.md", "LICENSE", "config.json", "generation_config.json", "model.safetensors.index.json"] {
        repository = repository.file(name, "{}");
    }
    let (head, size) = safetensors(200, 235_000_000);
    for number in 1..=3 {
        repository = repository.large(&format!("model-{number:05}-of-00003.safetensors"), head.clone(), size);
    }
    let hub = FakeHub::start(vec![repository]);
    let snapshot = open(settings(hub.address()), "hf:org/big").expect("snapshot");
    let total: u64 = snapshot.release.parts[0].listing.entries().iter().filter_map(|entry| entry.size).sum();
    assert!(total > 140_000_000_000, "{total}");
    snapshot.fetch_ahead(&|_, artifact| artifact.size.is_some_and(|size| size < 1000));
    for entry in snapshot.release.parts[0].listing.entries() {
        let bytes = snapshot.open(PartIndex(0), &entry.path).expect("open");
        let start = read_exact(&*bytes, 0, 8.min(usize::try_from(bytes.len()).expect("size").min(8))).expect("start");
        if entry.path.extension() == "safetensors" {
            let length = u64::from_le_bytes(start.try_into().expect("eight"));
            assert_eq!(read_exact(&*bytes, 8, usize::try_from(length).expect("length")).expect("header"), head[8..]);
        }
    }
    assert!(hub.server.asked().len() <= 10, "{:?}", hub.server.paths());
    assert!(hub.server.sent() <= 4 << 20, "{}", hub.server.sent());
}

/// Reading piece by piece, as headers are, costs what it costs to read at once; also while a bundle is made.
#[test]
fn a_long_header_is_fetched_in_two_requests_or_not_at_all() {
    let (head, size) = safetensors(20_000, 1_000);
    let name = "model.safetensors";
    let hub = FakeHub::start(vec![Repository::new("org/long", 'a').large(name, head.clone(), size)]);
    let path = ArtifactPath::new(name).expect("path");
    let asked = |budget: u64| {
        let settings = Settings { headers: Some((40, budget)), ..settings(hub.address()) };
        let snapshot = open(settings, "hf:org/long").expect("snapshot");
        let before = hub.server.asked().len();
        let recording = crate::Recording::new(&snapshot);
        let bytes = recording.open(PartIndex(0), &path).expect("open");
        let read = candor_facts::read_start(&*bytes, head.len() as u64, |held| held.len());
        (read.map(|(_, digest)| digest), hub.server.asked().len() - before)
    };
    assert!(head.len() > 1 << 20, "{}", head.len());
    let (read, requests) = asked(8 << 20);
    assert_eq!((read.expect("read"), requests), (candor_facts::Digest::of(&head), 2));
    let (read, requests) = asked(1 << 20);
    assert_eq!((read.is_err(), requests), (true, 1), "what cannot be read whole is not begun");
}

#[test]
fn a_set_of_more_shards_than_the_budget_has_is_told_and_not_begun() {
    let mut repository = Repository::new("org/big", 'a').file("README.md", "x");
    let (head, size) = safetensors(10, 500_000_000);
    for number in 1..=30 {
        repository = repository.large(&format!("model-{number:05}-of-00030.safetensors"), head.clone(), size);
    }
    let hub = FakeHub::start(vec![repository]);
    let notices = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&notices);
    let listener: crate::Listener = Arc::new(move |note| {
        if let Note::Notice(text) = note {
            heard.lock().expect("notices").push(text);
        }
    });
    let shown =
        show(hub.address(), &open(Settings { listener: Some(listener), ..settings(hub.address()) }, "hf:org/big"));
    assert_eq!(shown.matches("listed, and not fetched").count(), 30, "{shown}");
    assert_eq!(hub.server.asked().len(), 3);
    assert_eq!(
        *notices.lock().expect("notices"),
        [
            "headers of weight files were not all fetched: they end at 10 requests and 4194304 bytes of a release; `--budget` raises it"
        ]
    );
    let shown =
        show(hub.address(), &open(Settings { headers: Some((40, 8 << 20)), ..settings(hub.address()) }, "hf:org/big"));
    assert_eq!(shown.matches("| 5000").count(), 30, "{shown}");
}

#[test]
fn pieces_of_a_large_file_are_joined() {
    let bytes: Vec<u8> = (0..3_000_000u32).map(|n| u8::try_from(n % 251).expect("small")).collect();
    let repository = Repository::new("org/name", 'a').large("m.gguf", bytes.clone(), 20 << 20);
    let hub = FakeHub::start(vec![repository]);
    let snapshot = open(settings(hub.address()), "hf:org/name").expect("snapshot");
    let path = ArtifactPath::new("m.gguf").expect("path");
    let file = snapshot.open(PartIndex(0), &path).expect("open");
    for (at, length) in
        [(0, 8), (8, 100), (131_000, 200), (131_000, 500_000), (2_000_000, 700_000), (0, 1_000_000), (20 << 20, 0)]
    {
        let expected = &bytes[at.min(bytes.len())..(at + length).min(bytes.len())];
        assert_eq!(read_exact(&*file, at as u64, length).expect("read"), expected, "{at} {length}");
    }
    assert!(hub.server.asked().len() < 10);
    assert_eq!(
        read_exact(&*file, (20 << 20) - 1, 2).expect_err("past the end").kind(),
        std::io::ErrorKind::UnexpectedEof
    );
}

#[test]
fn a_token_is_seen_by_the_hub_alone() {
    let storage = Server::start(|_| Answer::new(206, "GGUF").with("content-range", "bytes 0-3/1073741824"));
    let hub = FakeHub::start(vec![Repository { gated: true, ..model() }]);
    let there = storage.address.clone();
    hub.fault("m.bin", 9, move |_, answer| {
        Answer { status: 302, ..answer }.with("location", format!("{there}/x?sig=1"))
    });
    let token = Secret::new("hf_TopSecret123");
    let folder = Folder::new();
    let settings = Settings {
        hub_token: token,
        cache: Some(folder.path().into()),
        hub_cache: Some(folder.path().join("hub")),
        ..settings(hub.address())
    };
    let snapshot = open(settings, "hf:org/name");
    let shown = show(hub.address(), &snapshot);
    assert!(shown.contains("README.md | \"A card\"") && shown.contains("m.bin | 1073741824 bytes"), "{shown}");
    assert!(hub.server.asked().iter().all(|ask| ask.header("authorization") == Some("Bearer hf_TopSecret123")));
    assert!(!storage.asked().is_empty() && !format!("{:?}", storage.asked()).contains("TopSecret"));
    assert!(!format!("{shown}{snapshot:?}").contains("TopSecret"));
    assert!(
        folder
            .files()
            .iter()
            .all(|(name, bytes)| !name.contains("TopSecret") && !bytes.windows(9).any(|w| w == b"TopSecret"))
    );

    let echo = Server::start(|ask| {
        json_answer(&json!({"sha": "a".repeat(40), "siblings": [],
        "author": ask.header("authorization")}))
    });
    let settings =
        Settings { hub_token: Secret::new("hf_TopSecret123"), hub: echo.address.clone(), ..super::tests::settings("") };
    let shown = show(&echo.address, &open(settings, "hf:org/name"));
    assert!(
        shown.contains("an answer of the platform that repeats a token") && !shown.contains("TopSecret"),
        "{shown}"
    );
}

#[test]
fn what_was_fetched_is_shared_and_is_enough_without_a_connection() {
    let folder = Folder::new();
    let hub = FakeHub::start(vec![model()]);
    let with = |offline: bool| Settings {
        offline,
        cache: Some(folder.path().join("candor")),
        hub_cache: Some(folder.path().join("hub")),
        ..settings(hub.address())
    };
    let online = show(hub.address(), &open(with(false), "hf:org/name"));
    let asked = hub.server.asked().len();
    assert_eq!(show(hub.address(), &open(with(true), "hf:org/name")), online);
    assert_eq!(show(hub.address(), &open(with(true), &format!("hf:org/name@{}", "a".repeat(40)))), online);
    assert_eq!(hub.server.asked().len(), asked, "offline");
    // A second run asks where the revision stands, and fetches no file again.
    assert_eq!(show(hub.address(), &open(with(false), "hf:org/name")), online);
    assert_eq!(hub.server.asked().len(), asked + 2);

    // The layout is the ecosystem's: a blob named after its digest, a link to it, a note of the branch.
    let repository = folder.path().join("hub/models--org--name");
    let (commit, blob) =
        ("a".repeat(40), File { path: String::new(), bytes: b"A card".to_vec(), size: 6, lfs: false }.digest());
    assert_eq!(std::fs::read_to_string(repository.join("refs/main")).expect("refs"), commit);
    let link = std::fs::read_link(repository.join(format!("snapshots/{commit}/README.md"))).expect("link");
    assert_eq!(link.to_str(), Some(format!("../../blobs/{blob}").as_str()));
    let link = std::fs::read_link(repository.join(format!("snapshots/{commit}/sub/é #1.txt"))).expect("link");
    assert!(link.starts_with("../../../blobs"));
    assert_eq!(std::fs::read(repository.join("blobs").join(&blob)).expect("blob"), b"A card");
    assert!(folder.path().join(format!("hub/.locks/models--org--name/{blob}.lock")).is_file());
    let seen = open(Settings::local(), repository.to_str().expect("UTF-8")).expect("a cache folder");
    assert_eq!(seen.release.parts[0].locator.as_deref(), Some("hf:org/name"));

    // What other tools left there is enough, and what is nowhere is an error without a connection.
    std::fs::remove_dir_all(folder.path().join("candor")).expect("remove");
    let shown = show(hub.address(), &open(with(true), "hf:org/name"));
    assert!(shown.starts_with("model hf:org/name aaaa incomplete\n  README.md | \"A card\""), "{shown}");
    let shown = show(hub.address(), &open(with(true), "hf:org/other"));
    assert!(shown.starts_with("network: `hf:org/other` could not be looked at: it is not in the cache"), "{shown}");
    assert_eq!(hub.server.asked().len(), asked + 2);
}

#[test]
fn two_processes_and_a_spoiled_cache() {
    let folder = Folder::new();
    let hub = FakeHub::start(vec![model()]);
    let with = || Settings {
        cache: Some(folder.path().join("candor")),
        hub_cache: Some(folder.path().join("hub")),
        ..settings(hub.address())
    };
    let shown: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| show(hub.address(), &open(with(), "hf:org/name")))).collect();
        runs.into_iter().map(|run| run.join().expect("run")).collect()
    });
    assert!(shown.iter().all(|text| *text == shown[0] && text.contains("README.md | \"A card\"")), "{shown:?}");
    assert!(folder.files().iter().all(|(name, _)| !name.ends_with(".tmp")));
    // A blob of another length is not the file; it is fetched again, and mended.
    let blob = folder.path().join("hub/models--org--name/blobs").join(model().files[0].digest());
    std::fs::write(&blob, b"# spoiled").expect("write");
    assert_eq!(show(hub.address(), &open(with(), "hf:org/name")), shown[0]);
    assert_eq!(std::fs::read(&blob).expect("blob"), b"A card");
}
