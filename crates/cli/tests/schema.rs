//! What the program prints is what its schemas say; and what they forbid, they refuse.

use candor_facts::{Component, OpennessClaim, TermKind};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const EXAMPLES: [&str; 4] = ["closed", "open-weights", "open-weights-data-info", "open-source"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Run the program at the root of the repository; what it prints.
fn candor(args: &[&str], input: &str) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(args)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success(), "candor {}: {}", args.join(" "), output.status);
    String::from_utf8(output.stdout).unwrap()
}

fn schema(of: &str) -> Value {
    serde_json::from_str(&candor(&["schema", of], "")).unwrap()
}

fn validator(of: &str) -> Validator {
    let schema = schema(of);
    jsonschema::draft202012::meta::validate(&schema).expect("a schema of draft 2020-12");
    jsonschema::draft202012::new(&schema).unwrap()
}

#[track_caller]
fn check(validator: &Validator, document: &Value) {
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{}", errors.join("\n"), serde_json::to_string_pretty(document).unwrap());
}

/// A file of ours in a folder of this test.
fn file(name: &str, bytes: &[u8]) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

/// Files that are whole, broken, restrictive, changed, empty.
fn files() -> Vec<String> {
    let apache = std::fs::read_to_string(root().join("LICENSE")).unwrap();
    let changed = apache.replace("perpetual,", "perpetual (outside of hospitals),");
    assert_ne!(apache, changed);
    let card = "---\nlicense: llama3.1\nbase_model: [a/b, c/d]\ndatasets:\n- e/f\n---\n# A model\n\nAn open source model, trained on [e/f](https://x.example/e/f). You may not use it commercially.\n";
    let header = br#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#;
    let weights = [&(header.len() as u64).to_le_bytes()[..], header, &[0; 16]].concat();
    vec![
        file("LICENSE", apache.as_bytes()),
        file("LICENSE-changed.txt", changed.as_bytes()),
        file(
            "TERMS.txt",
            b"You may use the model for research only. You must not make other models with its output.\n",
        ),
        file("README.md", card.as_bytes()),
        file("broken.md", b"---\nlicense: [mit\n---\n"),
        file("config.json", br#"{"model_type": "llama", "architectures": ["A"], "_name_or_path": "g/h"}"#),
        file("broken.json", b"{"),
        file("model.safetensors", &weights),
        file("short.safetensors", &weights[..20]),
        file("empty.txt", b""),
    ]
}

#[test]
fn assessments() {
    let validator = validator("assessment");
    for name in EXAMPLES {
        let text = candor(&["assess", &format!("examples/{name}"), "--format", "json"], "");
        check(&validator, &serde_json::from_str(&text).unwrap());
    }
    for path in files() {
        let text = candor(&["assess", &path, "--format", "json"], "");
        check(&validator, &serde_json::from_str(&text).unwrap());
    }
    let several = candor(&["compare", "examples/closed", "examples/open-source", "--format", "json"], "");
    for document in serde_json::from_str::<Vec<Value>>(&several).unwrap() {
        check(&validator, &document);
    }
}

#[test]
fn single_files() {
    for command in ["license", "inspect"] {
        let validator = validator(command);
        for path in files() {
            check(&validator, &serde_json::from_str(&candor(&[command, &path, "--format", "json"], "")).unwrap());
        }
        for name in ["README.md", "model.safetensors", "config.json", "LICENSE"] {
            let path = format!("examples/open-weights/{name}");
            check(&validator, &serde_json::from_str(&candor(&[command, &path, "--format", "json"], "")).unwrap());
        }
        let lines = candor(&[command, "--files-from", "-", "--format", "json"], "LICENSE\nno such file\n");
        let documents: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(documents.len(), 2);
        assert!(documents[1]["error"].is_string());
        documents.iter().for_each(|document| check(&validator, document));
    }
}

#[test]
fn what_is_wrong_is_refused() {
    let validator = validator("assessment");
    let right: Value =
        serde_json::from_str(&candor(&["assess", "examples/open-source", "--format", "json"], "")).unwrap();
    check(&validator, &right);
    let probed = |status: &str| {
        let list = right["requirements"].as_array().unwrap();
        let found = list.iter().position(|one| one["probe"].is_string() && (one["status"] == status));
        format!("/requirements/{}", found.unwrap_or_else(|| panic!("no `{status}`")))
    };
    let met = probed("met");
    for (at, wrong) in [
        ("/schema".to_owned(), json!("candor/assessment/2")),
        ("/standings/spectrum/confirmed".to_owned(), json!("rather open")),
        ("/standings/spectrum/possible".to_owned(), json!("unknown")),
        ("/standings/osaid/strict".to_owned(), json!(0.7)),
        ("/components/0/id".to_owned(), json!("weights.other")),
        ("/evidence/0/part".to_owned(), json!(-1)),
        ("/answers/0/answer".to_owned(), json!("perhaps")),
        (format!("{met}/evidence"), json!([])),
        (format!("{met}/status"), json!("unknown")),
    ] {
        let mut document = right.clone();
        *document.pointer_mut(&at).unwrap_or_else(|| panic!("{at}")) = wrong;
        assert!(!validator.is_valid(&document), "{at}");
    }
}

/// The closed lists of the schemas are those of the program.
#[test]
fn words() {
    let (assessment, inspect) = (schema("assessment"), schema("inspect"));
    let components: Vec<&str> = Component::ALL.iter().map(|component| component.id()).collect();
    assert_eq!(assessment["$defs"]["component"]["enum"], json!(components));
    assert_eq!(inspect["$defs"]["component"]["enum"], json!(components));
    let (restrict, ask): (Vec<&TermKind>, Vec<&TermKind>) = TermKind::ALL.iter().partition(|kind| kind.restricts());
    for schema in [&assessment, &schema("license")] {
        assert_eq!(schema["$defs"]["restriction"]["enum"], json!(restrict));
        assert_eq!(schema["$defs"]["condition"]["enum"], json!(ask));
    }
    let properties = &assessment["properties"];
    assert_eq!(properties["claims"]["items"]["properties"]["claim"]["enum"], json!(OpennessClaim::ALL));
    let questions: Vec<&str> = candor_assess::QUESTIONS.iter().map(|(id, _)| *id).collect();
    assert_eq!(properties["answers"]["items"]["properties"]["question"]["enum"], json!(questions));
    for framework in candor_assess::shipped().unwrap() {
        let levels: Vec<&str> = framework.bottom.iter().chain(&framework.ladder).map(String::as_str).collect();
        if !framework.ladder.is_empty() {
            let possible = &properties["standings"]["properties"][&framework.short]["properties"]["possible"]["enum"];
            assert_eq!(*possible, json!(levels), "{}", framework.id);
        }
    }
}
