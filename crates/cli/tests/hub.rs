//! Releases on a hub, from the command line to the answer. The hub is a server on the loopback.

mod common;
#[path = "common/platform.rs"]
mod platform;

use common::{Run, Temp, candor_with, example};
use platform::hub::{Hub, Repository};
use platform::server::{Answer, Manner, Server};
use platform::{ask, served};
use serde_json::{Value, json};

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
    for key in [
        "/facts", "/decisions", "/release/id", "/release/parts/0/locator", "/release/parts/0/revision",
        "/release/parts/0/files",
    ] {
        *assessment.pointer_mut(key).unwrap_or_else(|| panic!("{key}")) = Value::Null;
    }
    assessment
}

/// Without what European law says of it, and the numbers of places, which that moves: a hub shows that a release is
/// offered to everybody, and a folder does not.
fn but_law(mut assessment: Value) -> Value {
    fn numbers(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(numbers),
            Value::Object(map) => {
                map.retain(|key, _| key != "evidence" && key != "doubts");
                map.values_mut().for_each(numbers);
            }
            _ => {}
        }
    }
    let of_law = |value: &Value| value["id"].as_str().is_some_and(|id| id.starts_with("eu-"));
    assessment["decisions"] = Value::Null;
    assessment["requirements"].as_array_mut().expect("requirements").retain(|one| !of_law(one));
    numbers(&mut assessment);
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
        assert_eq!(but_law(judged(there.json())), but_law(judged(here.json())));
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

/// Weights in many files, beside all that stands there as a rule.
fn large(shards: u64, bytes: u64) -> Repository {
    let (head, size) = platform::hub::safetensors(12, bytes / shards / 24 * 2);
    let mut repository = served("org/big", 'a', &example("open-weights"));
    repository.files.retain(|file| !matches!(file.path.as_str(), "model.safetensors" | "tokenizer.json"));
    let mut map = serde_json::Map::new();
    for number in 1..=shards {
        let name = format!("model-{number:05}-of-{shards:05}.safetensors");
        // Names of the same length, so that the header stays one.
        let layer = format!("shard{number:02}layer");
        for tensor in 0..12 {
            map.insert(format!("{layer}.{tensor:04}.weight"), name.as_str().into());
        }
        let text = String::from_utf8(head[8..].to_vec()).expect("JSON").replace("model.layers", &layer);
        repository = repository.large(&name, [&head[..8], text.as_bytes()].concat(), size);
    }
    let index = json!({"metadata": {"total_size": bytes}, "weight_map": map});
    repository
        .file("model.safetensors.index.json", index.to_string())
        .large("tokenizer.json", "{}", 9_085_657)
        .file("special_tokens_map.json", "{}")
        .file("USE_POLICY.md", "# Use")
        .large("original/consolidated.00.pth", "PK", 17_000_000_000)
        .large("original/tokenizer.model", "x", 2_183_982)
        .file("original/params.json", "{}")
}

#[test]
fn a_release_of_140_gigabytes_costs_ten_requests_and_four_mebibytes() {
    for shards in [1, 3, 30, 60] {
        let hub = Hub::start(vec![large(shards, 140_000_000_000)]);
        let run = ask(&hub, &["assess", "hf:org/big", "--format", "json"]);
        assert!(hub.server.asked().len() <= 10, "{:?}", hub.server.paths());
        assert!(hub.server.sent() <= 4 << 20, "{}", hub.server.sent());
        assert!(run.err.contains("headers of weight files were not all fetched"), "{}", run.err);
        let release = run.json();
        // What was not fetched is told, and costs no statement that does not rest on it.
        assert_eq!(release["standings"]["spectrum"]["confirmed"], "open-weights");
        let unfetched = release["gaps"].as_array().expect("gaps").iter().filter(|gap| gap["why"] == "not-fetched");
        assert_eq!(unfetched.count() as u64, shards + 2);
        // Asked for, the headers of all are read.
        let more = ask(&hub, &["assess", "hf:org/big", "--format", "json", "--budget", "90"]).json();
        assert!(
            more["gaps"].as_array().expect("gaps").iter().all(|gap| gap["path"] != "model-00001-of-00060.safetensors")
        );
    }
}

#[test]
fn headers_of_a_release_of_usual_size_are_read_without_being_asked() {
    // With a file that is no archive, although it begins as one: looking through it ends soon.
    for (broken, most) in [(false, 4 << 20), (true, 24 << 20)] {
        let mut repository = large(6, 24_000_000_000);
        repository.files.retain(|file| broken || !file.path.ends_with(".pth"));
        let hub = Hub::start(vec![repository]);
        let release = ask(&hub, &["assess", "hf:org/big", "--format", "json"]).json();
        assert!(hub.server.asked().len() <= 40 && hub.server.sent() <= most, "{:?}", hub.server.paths());
        let gaps = release["gaps"].as_array().expect("gaps");
        let about =
            |start: &str| gaps.iter().any(|gap| gap["path"].as_str().is_some_and(|path| path.starts_with(start)));
        assert_eq!((about("model-"), about("original/consolidated")), (false, broken), "{gaps:?}");
    }
}

/// Run the program with a hub, a token and caches.
fn with_caches(hub: &Hub, folder: &Temp, token: &str, arguments: &[&str]) -> Run {
    let (cache, own) = (folder.join("hub"), folder.join("own"));
    let environment = [
        ("HF_ENDPOINT", hub.address()),
        ("HF_TOKEN", token),
        ("HF_HUB_CACHE", cache.to_str().expect("UTF-8")),
        ("CANDOR_CACHE", own.to_str().expect("UTF-8")),
        ("HF_HUB_DOWNLOAD_TIMEOUT", "1"),
    ];
    candor_with(&environment, arguments)
}

#[test]
fn a_token_reaches_the_hub_and_nothing_else() {
    let token = "hf_NobodyMaySeeThis";
    let storage = Server::start(|_| Answer::new(200, "not the file"));
    let hub = Hub::start(vec![Repository { gated: true, ..served("org/name", 'a', &example("open-weights")) }]);
    let there = storage.address.clone();
    hub.fault("/model.safetensors", 99, move |_, answer| {
        Answer { status: 302, ..answer }.with("location", format!("{there}/x?signature=1"))
    });
    // A server that says the token again, in words and as a value.
    hub.fault("/config.json", 99, move |_, _| Answer::new(418, token).with("x-error-message", token));
    hub.fault("/README.md", 99, |ask, answer| answer.with("x-echo", ask.header("authorization").unwrap_or_default()));
    let temp = Temp::new();
    let bundle = temp.join("bundle");
    let bundle = bundle.to_str().expect("UTF-8");
    let mut said = String::new();
    for arguments in [
        &["assess", "hf:org/name", "-v"] as &[&str],
        &["assess", "hf:org/name", "--format", "json", "--follow"],
        &["snapshot", "hf:org/name", "-o", bundle, "-v"],
        &["assess", "hf:org/other"],
    ] {
        let run = with_caches(&hub, &temp, token, arguments);
        said.push_str(&run.out);
        said.push_str(&run.err);
    }
    hub.fault("/api/models/org/name?", 99, move |_, _| Answer::new(418, token).with("x-error-code", token));
    let refused = with_caches(&hub, &temp, token, &["assess", "hf:org/name"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    said.push_str(&refused.err);
    assert!(!said.contains("NobodyMaySee"), "{said}");
    assert!(hub.server.asked().iter().all(|ask| ask.header("authorization") == Some("Bearer hf_NobodyMaySeeThis")));
    assert!(!storage.asked().is_empty() && !format!("{:?}", storage.asked()).contains("NobodyMaySee"));
    let mut waiting = vec![temp.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = waiting.pop() {
        for path in common::files_in(&folder) {
            assert!(!path.display().to_string().contains("NobodyMaySee"), "{}", path.display());
            if path.is_dir() {
                waiting.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                files += 1;
                assert!(!bytes.windows(12).any(|window| window == b"NobodyMaySee"), "{}", path.display());
            }
        }
    }
    assert!(files > 10, "{files}");
}

#[test]
fn several_processes_share_a_cache() {
    let hub = Hub::start(vec![served("org/name", 'a', &example("open-weights"))]);
    let temp = Temp::new();
    let line = ["assess", "hf:org/name", "--format", "json"];
    let outputs: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| with_caches(&hub, &temp, "", &line).answer())).collect();
        runs.into_iter().map(|run| run.join().expect("a run")).collect()
    });
    assert!(outputs.iter().all(|output| *output == outputs[0]));
    let asked = hub.server.asked().len();
    assert_eq!(with_caches(&hub, &temp, "", &line).answer(), outputs[0]);
    assert_eq!(hub.server.asked().len(), asked + 2, "where the branch stands, and the branches");
    assert_eq!(with_caches(&hub, &temp, "", &[&line[..], &["--offline"]].concat()).answer(), outputs[0]);
    assert_eq!(hub.server.asked().len(), asked + 2);
}

#[test]
fn an_interrupted_fetch_goes_on_where_it_ended() {
    let mut repository = large(6, 24_000_000_000);
    repository.files.retain(|file| !file.path.starts_with("original/"));
    let whole = {
        let hub = Hub::start(vec![repository.clone()]);
        (ask(&hub, &["assess", "hf:org/big", "--format", "json"]).json(), hub.server.asked().len())
    };
    let hub = Hub::start(vec![repository]);
    // The connection ends at the fourth header, for good in this run.
    hub.fault("model-00004-of-00006", 4, |_, answer| answer.sent(Manner::Cut(10)));
    let temp = Temp::new();
    let line = ["assess", "hf:org/big", "--format", "json"];
    let first = with_caches(&hub, &temp, "", &line).json();
    assert!(
        first["gaps"].as_array().expect("gaps").iter().any(|gap| gap["path"] == "model-00004-of-00006.safetensors")
    );
    let asked = hub.server.asked().len();
    let second = with_caches(&hub, &temp, "", &line).json();
    let paths = hub.server.paths().split_off(asked);
    assert_eq!(second["gaps"], whole.0["gaps"]);
    assert_eq!(second["release"]["parameters"], whole.0["release"]["parameters"]);
    assert_eq!(paths.len(), 3, "{paths:?}");
    assert!(paths[2].ends_with("model-00004-of-00006.safetensors"), "{paths:?}");

    // A run that is ended from outside leaves a cache that the next one can use.
    let temp = Temp::new();
    hub.fault("model-00005-of-00006", 1, |_, answer| answer.sent(Manner::Hang));
    let seen = || hub.server.paths().iter().filter(|path| path.contains("model-00005-of-00006")).count();
    let before = seen();
    let by_itself = common::candor_ended(
        &[
            ("HF_ENDPOINT", hub.address()),
            ("HF_HUB_CACHE", temp.join("hub").to_str().expect("UTF-8")),
            ("CANDOR_CACHE", temp.join("own").to_str().expect("UTF-8")),
        ],
        &line,
        || seen() > before,
    );
    assert!(!by_itself, "the run waits for an answer that does not come");
    let asked = hub.server.asked().len();
    assert_eq!(with_caches(&hub, &temp, "", &line).json()["gaps"], whole.0["gaps"]);
    let paths = hub.server.paths().split_off(asked);
    assert!(paths.iter().any(|path| path.contains("model-00006")), "{paths:?}");
    assert!(!paths.iter().any(|path| path.contains("README") || path.contains("model-00001")), "{paths:?}");
}

/// What a project pinned is held against the hub again: the publisher changes the licence, then asks for an agreement.
#[test]
fn a_licence_changed_on_the_hub_fails_the_next_check() {
    let temp = Temp::new();
    temp.write("app.py", "import transformers\nmodel = AutoModel.from_pretrained('org/name')\n");
    temp.write("candor.toml", "version = 1\n");
    let project = temp.path().to_str().expect("UTF-8");
    let check = |repository: Repository, more: &[&str]| {
        let hub = Hub::start(vec![repository]);
        ask(&hub, &[&["check", "--project", project, "--format", "json"], more].concat())
    };
    let first = || served("org/name", 'a', &example("open-weights"));
    assert_eq!(check(first(), &[]).code, 0);
    assert_eq!(check(first(), &["--locked"]).code, 0, "nothing has changed");
    let mut other = served("org/name", 'b', &example("open-weights"));
    for file in &mut other.files {
        match file.path.as_str() {
            "LICENSE" => {
                file.bytes =
                    b"You may use this model for research. You may not use it for commercial purposes.\n".to_vec();
                file.size = file.bytes.len() as u64;
            }
            "README.md" => {
                let text = String::from_utf8(file.bytes.clone()).expect("UTF-8");
                file.bytes = text
                    .replace("license: apache-2.0", "license: other")
                    .replace("Apache-2.0", "see LICENSE")
                    .into_bytes();
                file.size = file.bytes.len() as u64;
            }
            _ => {}
        }
    }
    let gated = Repository { gated: true, ..first() };
    let cases: [(Repository, &[(&str, &str)]); 2] = [
        (other, &[("changed:license", "was Apache-2.0"), ("changed:files", "LICENSE was")]),
        (gated, &[("changed:gating", "access must be asked for now")]),
    ];
    for (repository, wanted) in cases {
        let run = check(repository, &["--locked"]);
        assert_eq!(run.code, 1, "{run:?}");
        let document: Value = serde_json::from_str(&run.out).expect("JSON");
        let problems = document["models"][0]["problems"].as_array().expect("problems").clone();
        for (key, words) in wanted {
            let found = problems.iter().any(|one| {
                one["key"] == *key
                    && one["what"].as_str().is_some_and(|what| what.contains(words))
                    && one["level"] != ""
            });
            assert!(found, "{key}, {words}: {}", run.out);
        }
        assert_eq!(document["models"][0]["references"][0]["line"], 2, "{}", run.out);
    }
}
