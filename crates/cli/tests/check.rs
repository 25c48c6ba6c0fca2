//! `candor check`, `init` and `attest` on a project of our own: references with their lines, exit codes, formats,
//! what has changed since, statements of reviewers.

mod common;

use common::{Run, Temp, candor, copy, example};
use serde_json::Value;
use std::path::Path;

/// Eight kinds of references, each to a model of the examples.
const PROJECT: &[(&str, &str)] = &[
    (
        "app/run.py",
        "from transformers import AutoModel, pipeline\nfrom huggingface_hub import hf_hub_download, snapshot_download\n\nNAME = \"acme/sprout\"\nmodel = AutoModel.from_pretrained(NAME)\nhf_hub_download(repo_id=\"acme/sprout\", filename=\"x\")\nsnapshot_download(\"acme/sprout\")\npipe = pipeline(\"text-generation\", model=\"acme/sprout\")\n",
    ),
    ("conf/train.yaml", "train:\n  model: acme/sprout\n"),
    ("conf/serve.json", "{\n  \"model_id\": \"acme/sprout\"\n}\n"),
    ("Dockerfile", "FROM python:3.12\nRUN hf download acme/sprout --local-dir /m\n"),
    ("Modelfile", "FROM hf.co/acme/sprout\n"),
    ("models.toml", "[[model]]\nlocator = \"hf:acme/sprout\"\n"),
    (
        "notes.ipynb",
        "{\"cells\": [\n {\"cell_type\": \"code\", \"source\": [\n  \"m = A.from_pretrained('acme/sprout')\\n\"\n ]}\n]}\n",
    ),
];

/// Kind, file and line of each reference above.
const PLACES: &[(&str, &str, u64)] = &[
    ("Dockerfile", "Dockerfile", 2),
    ("Modelfile", "Modelfile", 1),
    ("from_pretrained", "app/run.py", 5),
    ("hf_hub_download", "app/run.py", 6),
    ("snapshot_download", "app/run.py", 7),
    ("pipeline", "app/run.py", 8),
    ("json", "conf/serve.json", 2),
    ("yaml", "conf/train.yaml", 2),
    ("models.toml", "models.toml", 2),
    ("notebook", "notes.ipynb", 3),
];

const FORMATS: [&str; 5] = ["human", "json", "sarif", "junit", "markdown"];

/// A project with a policy, and the example `open-source` as the model that it names.
fn project(policy: &str) -> Temp {
    let temp = Temp::new();
    for (path, text) in PROJECT {
        temp.write(path, text);
    }
    copy(&example("open-source"), &temp.join("vendor/sprout"));
    let model = "[[models]]\nname = \"hf:acme/sprout\"\nlocator = \"vendor/sprout\"\n";
    temp.write("candor.toml", format!("version = 1\n{policy}\n{model}"));
    temp
}

fn check(project: &Path, more: &[&str]) -> Run {
    let project = project.display().to_string();
    candor(["check", "--project", project.as_str()].iter().chain(more))
}

/// The JSON document, whatever the exit code.
fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn every_kind_of_reference_has_file_and_line() {
    let temp = project("allow-licenses = [\"Apache-2.0\", \"CC0-1.0\"]");
    let run = check(temp.path(), &["--format", "json"]);
    let document = json(&run);
    let [model] = document["models"].as_array().expect("models").as_slice() else { panic!("{}", run.out) };
    assert_eq!(model["model"], "hf:acme/sprout");
    let found: Vec<(&str, &str, u64)> = model["references"]
        .as_array()
        .expect("references")
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["path"].as_str().unwrap(), one["line"].as_u64().unwrap()))
        .collect();
    for place in PLACES {
        assert!(found.contains(place), "{place:?} is not in {found:?}");
    }
    assert_eq!(found.len(), PLACES.len(), "{found:?}");
}

/// Policy lines, and the exit code that they give; the same for every format.
#[test]
fn exit_codes_are_the_same_for_every_format() {
    let cases: &[(&str, i32)] = &[
        ("[minimum]\nspectrum = \"open-weights\"", 0),
        ("allow-licenses = [\"MIT\"]", 1),
        ("require = [\"eu-exemption.designated\"]", 3),
        ("unknown = \"warn\"\nrequire = [\"eu-exemption.designated\"]", 0),
        ("allow-licences = [\"MIT\"]", 2),
        (
            "allow-licenses = [\"MIT\"]\n[[exceptions]]\nmodel = \"hf:acme/*\"\nallow = [\"license:*\"]\nreason = \"ours\"",
            0,
        ),
    ];
    for (policy, code) in cases {
        let temp = project(policy);
        for format in FORMATS {
            let run = check(temp.path(), &["--format", format]);
            assert_eq!(run.code, *code, "{policy} as {format}: {run:?}");
            assert_eq!(run.out.is_empty(), *code == 2, "{policy} as {format}: {run:?}");
        }
    }
}

#[test]
fn wrong_policies_name_all_places() {
    let temp = project("allow-licences = []\nunknown = \"maybe\"");
    let run = check(temp.path(), &[]);
    assert_eq!(run.code, 2, "{run:?}");
    for words in ["candor.toml:2:1:", "candor.toml:3:11:", "in 2 places"] {
        assert!(run.err.contains(words), "{words}: {run:?}");
    }
    let none = Temp::new();
    let run = check(none.path(), &[]);
    assert!(run.code == 2 && run.err.contains("candor init"), "{run:?}");
}

#[test]
fn what_has_changed_since_is_shown() {
    let temp = project("allow-restrictions = [\"non-commercial\"]");
    assert_eq!(check(temp.path(), &["--locked"]).code, 1, "not in the lock yet");
    assert_eq!(check(temp.path(), &[]).code, 0);
    let lock = std::fs::read_to_string(temp.join("candor.lock")).expect("a lock");
    assert!(lock.contains("model = \"hf:acme/sprout\"") && lock.contains("LICENSE"), "{lock}");
    assert_eq!(check(temp.path(), &["--locked"]).code, 0, "nothing has changed");
    // The publisher changes the terms.
    let license = temp.join("vendor/sprout/model/LICENSE");
    let text = std::fs::read_to_string(&license).expect("a licence");
    std::fs::write(&license, text.replace("perpetual,", "perpetual (outside of hospitals),")).expect("written");
    let run = check(temp.path(), &["--format", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let document = json(&run);
    let problems = document["models"][0]["problems"].as_array().expect("problems").clone();
    let of =
        |key: &str| problems.iter().find(|one| one["key"] == key).unwrap_or_else(|| panic!("no {key}: {}", run.out));
    assert!(
        of("changed:license")["what"]
            .as_str()
            .is_some_and(|what| what.contains("was Apache-2.0") && what.contains("modified")),
        "{}",
        run.out
    );
    assert!(of("changed:files")["what"].as_str().is_some_and(|what| what.contains("LICENSE was")), "{}", run.out);
    assert_eq!(
        std::fs::read_to_string(temp.join("candor.lock")).expect("a lock"),
        lock,
        "a change is never taken over in silence"
    );
    let run = check(temp.path(), &["--update", "--format", "json"]);
    assert!(!run.out.contains("changed:"), "{run:?}");
    assert!(!check(temp.path(), &["--format", "json"]).out.contains("changed:"));
}

#[test]
fn an_expired_or_idle_exception_warns() {
    let policy =
        "[[exceptions]]\nmodel = \"hf:acme/*\"\nallow = [\"license:*\"]\nreason = \"ours\"\nexpires = \"2026-06-30\"\n";
    let temp = project(&format!("allow-licenses = [\"MIT\"]\n{policy}"));
    let run = check(temp.path(), &["--as-of", "2026-06-30"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = check(temp.path(), &["--as-of", "2026-07-01"]);
    assert!(run.code == 1 && run.out.contains("ended on 2026-06-30"), "{run:?}");
    let run = check(temp.path(), &[]);
    assert!(run.code == 0 && run.out.contains("give `--as-of`"), "{run:?}");
    let temp = project(policy);
    let run = check(temp.path(), &[]);
    assert!(run.code == 0 && run.out.contains("lets nothing pass"), "{run:?}");
}

#[test]
fn sarif_points_into_the_project() {
    let temp = project("allow-licenses = [\"MIT\"]");
    let document = json(&check(temp.path(), &["--format", "sarif"]));
    let run = &document["runs"][0];
    let rules: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let results = run["results"].as_array().expect("results");
    assert!(!results.is_empty());
    for result in results {
        let rule = result["ruleId"].as_str().expect("a rule");
        assert_eq!(
            rules.iter().position(|id| *id == rule).map(|at| at as u64),
            result["ruleIndex"].as_u64(),
            "{result}"
        );
        let place = &result["locations"][0]["physicalLocation"];
        let path = place["artifactLocation"]["uri"].as_str().expect("a file");
        let line = place["region"]["startLine"].as_u64().expect("a line");
        let text = std::fs::read_to_string(temp.join(path)).expect("the file is in the project");
        assert!(text.lines().nth(line as usize - 1).is_some_and(|line| line.contains("acme/sprout")), "{path}:{line}");
        assert!(result["partialFingerprints"]["candorProblem/v1"].is_string(), "{result}");
    }
}

#[test]
fn a_model_that_cannot_be_followed_is_undetermined() {
    let temp = project("");
    temp.write("app/other.py", "x.from_pretrained(sys.argv[1])\ny.from_pretrained('acme/unseen')\n");
    let run = check(temp.path(), &["--format", "json"]);
    assert_eq!(run.code, 3, "{run:?}");
    let document = json(&run);
    let unresolved: Vec<&Value> =
        document["models"].as_array().unwrap().iter().filter(|one| one["verdict"] == "undetermined").collect();
    assert_eq!(unresolved.len(), 2, "{}", run.out);
}

#[test]
fn models_named_by_hand_are_checked_without_a_project() {
    let temp = project("[minimum]\nspectrum = \"open-source\"");
    let closed = example("closed").display().to_string();
    let run = check(temp.path(), &[closed.as_str(), "--locked", "--format", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let gone = check(temp.path(), &["no/such/folder/at/all"]);
    assert_eq!(gone.code, 2, "{gone:?}");
}

#[test]
fn init_writes_a_policy_once() {
    let temp = Temp::new();
    let path = temp.path().display().to_string();
    assert_eq!(candor(["init", path.as_str()]).code, 0);
    let again = candor(["init", path.as_str()]);
    assert!(again.code == 2 && again.err.contains("is there already"), "{again:?}");
    let run = check(temp.path(), &[]);
    assert!(run.code == 0 && run.out.contains("no model is named"), "{run:?}");
}

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
