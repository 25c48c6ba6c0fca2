//! What the program prints is what its schemas say; and what they forbid, they refuse.

use candor_facts::{Component, OpennessClaim, TermKind, Tree};
use candor_inspect::tensors::Dtype;
use candor_verify::making::{self, Made};
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
    let (success, text) = told(args, input);
    assert!(success, "candor {}: {text}", args.join(" "));
    text
}

/// The same, also where it exits with another code than 0.
fn told(args: &[&str], input: &str) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(args)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
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

/// A model, and what others make of it: every kind of change, files that are cut, zeros and what is not finite.
fn models() -> (String, Vec<String>) {
    let (first, second) = (making::model(1, 32, 1), making::model(2, 32, 1));
    let folder = |name: &str, memory: &making::Memory| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema").join("models").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for entry in memory.entries() {
            let bytes = candor_facts::read_all(&*memory.open(entry).unwrap(), u64::MAX).unwrap().unwrap();
            std::fs::write(folder.join(&entry.path), bytes).unwrap();
        }
        folder.display().to_string()
    };
    let stored = |tensors: &[Made]| making::safetensors(tensors, Dtype::F32);
    let card = ("README.md".to_owned(), b"---\nbase_model: some/base\n---\n".to_vec());
    let mut odd = first.clone();
    odd[0].values.fill(0.0);
    odd[1].values[0] = f32::NAN;
    odd[2].name = "other".to_owned();
    let whole = stored(&first);
    let model = "model.safetensors".to_owned();
    let files = |files: Vec<(String, Vec<u8>)>| making::Memory::new(files);
    let base = folder("base", &files(vec![(model.clone(), whole.clone())]));
    let mut others: Vec<String> = making::changes()
        .iter()
        .enumerate()
        .map(|(at, change)| folder(&format!("change-{at}"), &(change.made)(&first, &second)))
        .collect();
    others.push(folder("odd", &files(vec![(model.clone(), stored(&odd)), card])));
    others.push(folder("other", &files(vec![(model.clone(), stored(&second))])));
    others.push(folder("cut", &files(vec![(model, whole[..whole.len() - 64].to_vec())])));
    (base, others)
}

#[test]
fn comparisons() {
    let (diffs, lineages) = (validator("diff"), validator("lineage"));
    let (base, others) = models();
    let mut kinds = std::collections::BTreeSet::new();
    for other in &others {
        for [a, b] in [[&base, other], [other, &base]] {
            let document: Value = serde_json::from_str(&told(&["diff", a, b, "--format", "json"], "").1).unwrap();
            check(&diffs, &document);
            kinds.extend(document["kinds"].as_object().unwrap().keys().cloned());
        }
        let (_, text) = told(&["lineage", other, &base, &others[0], "--format", "json"], "");
        check(&lineages, &serde_json::from_str(&text).unwrap());
    }
    assert!(kinds.len() >= 8, "{kinds:?}");
    let right: Value = serde_json::from_str(&told(&["diff", &base, &others[7], "--format", "json"], "").1).unwrap();
    check(&diffs, &right);
    for (at, wrong) in [
        ("/outcome", json!("equal")),
        ("/kinds", json!({"other": {"tensors": 1, "elements": 1}})),
        ("/tensors/0/kind", json!("low-rank")),
        ("/tensors/0/relative_l2", json!(-1)),
        ("/tensors/0/dtypes", json!(["F32"])),
        ("/a/tensors", json!(-1)),
    ] {
        let mut document = right.clone();
        *document.pointer_mut(at).unwrap_or_else(|| panic!("{at}")) = wrong;
        assert!(!diffs.is_valid(&document), "{at}");
    }
    let mut document = right.clone();
    document["tensors"][0].as_object_mut().unwrap().remove("cosine");
    assert!(!diffs.is_valid(&document), "half of the figures");
    let right: Value = serde_json::from_str(&told(&["lineage", &others[0], &base, "--format", "json"], "").1).unwrap();
    check(&lineages, &right);
    for (at, wrong) in [
        ("/parents/0/answer", json!("independent")),
        ("/parents/0/kind", json!("unknown")),
        ("/parents/0/finding", json!({"kind": "undeclared-base"})),
        ("/merge", json!({"parents": ["a"], "shares": [1]})),
    ] {
        let mut document = right.clone();
        *document.pointer_mut(at).unwrap_or_else(|| panic!("{at}")) = wrong;
        assert!(!lineages.is_valid(&document), "{at}");
    }
}

/// A plan, runs that end in each way, and releases without a recipe.
#[test]
fn reproductions() {
    let validator = validator("reproduce");
    let recipe = |more: &str, script: &str| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema").join("recipe");
        std::fs::create_dir_all(folder.join("published")).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        write("published/result.json", "{\"loss\": 1.5}");
        write("published/log.jsonl", "{\"step\": 1, \"loss\": 2.0}\n{\"step\": 2, \"loss\": 1.5}\n");
        write("work.sh", script);
        write(
            "reproduce.toml",
            &format!(
                "format = 1\nname = \"copy\"\nclaim = \"R5\"\nseeds = [7]\n[[program]]\nname = \"script\"\n\
                 path = \"work.sh\"\nbuild = \"a script\"\n[[input]]\nname = \"seed\"\npath = \"published\"\n\
                 [[step]]\ncommand = [\"/bin/sh\", \"{{script}}\", \"{{seed}}\", \"{{out}}\"]\n[expect]\n\
                 folder = \"published\"\nfiles = [\"result.json\"]\n{more}"
            ),
        );
        folder.display().to_string()
    };
    let log = "log = { file = \"log.jsonl\", step = \"step\", value = \"loss\" }\n";
    let evaluation = "evaluation = { file = \"result.json\", key = \"loss\", interval = [1.0, 2.0] }\n";
    let copy = "cp \"$1\"/* \"$2\"\n";
    let other =
        "printf '{\"step\": 1, \"loss\": 3}' > \"$2/log.jsonl\"\nprintf '{\"loss\": 1.7}' > \"$2/result.json\"\n";
    let mut verdicts = Vec::new();
    for (more, script, run) in [
        ("", copy, false),
        ("", copy, true),
        (&*format!("{log}{evaluation}"), copy, true),
        (&*format!("{log}{evaluation}"), other, true),
        (log, "printf '{}' > \"$2/result.json\"\nprintf 'no' > \"$2/log.jsonl\"\n", true),
        ("", "exit 3\n", true),
    ] {
        let folder = recipe(more, script);
        let mut words = vec!["reproduce", &*folder, "--format", "json"];
        if run {
            words.extend(["--run", "--no-sandbox"]);
        }
        let document: Value = serde_json::from_str(&told(&words, "").1).unwrap();
        check(&validator, &document);
        verdicts.push(format!("{} {}", document["verdict"], document["level"]));
        let mut wrong = document.clone();
        wrong.as_object_mut().unwrap().remove("commands");
        assert!(!validator.is_valid(&wrong), "{wrong}");
        wrong = document;
        wrong["claim"] = json!("R6");
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
    let expected = [
        "\"planned\" null", "\"reproduced\" \"R5\"", "\"reproduced\" \"R5\"", "\"refuted\" \"R1\"", "\"refuted\" null",
        "\"refuted\" \"R0\"",
    ];
    assert_eq!(verdicts, expected);
    for release in ["examples/open-weights", "examples/closed"] {
        let document = told(&["reproduce", release, "--format", "json"], "").1;
        check(&validator, &serde_json::from_str(&document).unwrap());
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
    assert_eq!(properties["claims"]["items"]["properties"]["claim"]["anyOf"][0]["enum"], json!(OpennessClaim::ALL));
    let unnamed = &properties["claims"]["items"]["properties"]["claim"]["anyOf"][1]["const"];
    assert_eq!(*unnamed, candor_assess::NAMES_BASES);
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
