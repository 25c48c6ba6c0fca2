//! `candor check` and `init` on a project of our own: references with their lines, exit codes, formats, what has
//! changed since.

mod common;

use common::{Run, Temp, candor, candor_in, copy, example};
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
    let document = raw(run);
    if document["schema"] == "candor/check/1" {
        let schema: Value = serde_json::from_str(&candor(["schema", "check"]).answer()).expect("a schema");
        let validator = jsonschema::draft202012::new(&schema).expect("a schema of draft 2020-12");
        let wrong: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), run.out);
    }
    document
}

fn raw(run: &Run) -> Value {
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
fn what_no_framework_has_is_a_mistake_of_the_policy() {
    for (policy, words) in [
        ("[minimum]\nspectrum = \"open\"", "candor.toml:3:12: `spectrum` has no level `open`"),
        ("[minimum]\nspectre = \"open-source\"", "there is no framework `spectre`"),
        ("require = [\"osaid.parameters-term\"]", "candor.toml:2:12: there is no requirement `osaid.parameters-term`"),
    ] {
        let run = check(project(policy).path(), &[]);
        assert!(run.code == 2 && run.err.contains(words), "{policy}: {run:?}");
    }
}

/// A model without any statement on its terms is not let pass by a list of licences.
#[test]
fn no_terms_at_all_are_not_allowed_terms() {
    for policy in ["allow-licenses = [\"MIT\"]", "allow-restrictions = []"] {
        let temp = project(policy);
        let bare = temp.join("vendor/sprout");
        std::fs::remove_dir_all(&bare).expect("removed");
        temp.write("vendor/sprout/config.json", "{\"model_type\": \"llama\"}\n");
        let run = check(temp.path(), &["--format", "json"]);
        assert_eq!(run.code, 3, "{policy}: {run:?}");
        assert!(run.out.contains(":unknown\""), "{policy}: {run:?}");
    }
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
    // Without a day it is the day of the clock, whatever that is.
    for (end, code) in [("1999-12-31", 1), ("9999-12-31", 0)] {
        let temp = project(&format!("allow-licenses = [\"MIT\"]\n{}", policy.replace("2026-06-30", end)));
        let run = check(temp.path(), &[]);
        assert_eq!(run.code, code, "{end}: {run:?}");
    }
    let temp = project(policy);
    let run = check(temp.path(), &["--as-of", "2026-01-01"]);
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

/// Code scanning reads paths from where the program runs, not from the folder of the project.
#[test]
fn sarif_of_a_project_below_names_its_folder() {
    let temp = project("allow-licenses = [\"MIT\"]\n[[exceptions]]\nmodel = \"x\"\nallow = [\"*\"]\nreason = \"r\"");
    let name = temp.path().file_name().expect("a name").to_str().expect("UTF-8").to_owned();
    let above = temp.path().parent().expect("a parent").display().to_string();
    let run = candor_in(Path::new(&above), ["check", "--project", &name, "--format", "sarif"]);
    let results = raw(&run)["runs"][0]["results"].as_array().expect("results").clone();
    assert!(results.len() > 1, "{run:?}");
    for result in results {
        let path = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a file");
        assert!(Path::new(&above).join(path).is_file(), "{path}");
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
