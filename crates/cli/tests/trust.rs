//! What was verified as evidence of an assessment: statements of runs, and weights held against those of other models.

mod common;

use candor_facts::{Tree, read_all};
use candor_inspect::tensors::Dtype;
use candor_verify::making::{self, Made};
use common::{Run, Temp, candor, copy, example};
use serde_json::{Value, json};
use std::path::Path;

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn answer<'a>(assessment: &'a Value, question: &str) -> (&'a str, &'a str) {
    let answers = assessment["answers"].as_array().expect("answers");
    let one = answers.iter().find(|one| one["question"] == question).expect("the question");
    (one["answer"].as_str().expect("a word"), one["why"].as_str().expect("a reason"))
}

/// A copy of the open-source example, with a recipe whose run copies its weights, and keys to sign with.
struct Ran {
    temp: Temp,
}

impl Ran {
    fn new(claim: &str, script: &str) -> Self {
        let temp = Temp::new();
        copy(&example("open-source"), &temp.join("release"));
        temp.write("work.sh", script);
        temp.write(
            "reproduce.toml",
            format!(
                "format = 1\nname = \"copy\"\nclaim = \"{claim}\"\n[[program]]\nname = \"script\"\npath = \"work.sh\"\n\
                 build = \"a script\"\n[[input]]\nname = \"model\"\npath = \"release/model\"\n[[step]]\n\
                 command = [\"/bin/sh\", \"{{script}}\", \"{{model}}\", \"{{out}}\"]\n[expect]\n\
                 folder = \"release/model\"\nfiles = [\"config.json\"]\nweights = [{{ file = \"model.safetensors\" }}]\n"
            ),
        );
        for (number, name) in [(7, "key"), (8, "other")] {
            let (private, public) = making::keys(number);
            temp.write(&format!("{name}.pem"), private);
            temp.write(&format!("{name}.pub.pem"), public);
        }
        let ran = Self { temp };
        ran.state("plain.json", &[]);
        ran.state("signed.json", &["--key", path(&ran.temp.join("key.pem"))]);
        ran
    }

    fn state(&self, name: &str, more: &[&str]) {
        let statement = self.temp.join(name);
        let words = ["reproduce", path(self.temp.path()), "--run", "--no-sandbox", "--statement", path(&statement)];
        let run = candor([&words[..], more].concat());
        assert!(run.code <= 1 && statement.is_file(), "{run:?}");
    }

    fn assess(&self, statement: &str, keys: &[&str]) -> Value {
        self.assess_with(statement, keys, &[])
    }

    fn assess_with(&self, statement: &str, keys: &[&str], more: &[&str]) -> Value {
        let (release, statement) = (self.temp.join("release"), self.temp.join(statement));
        let keys: Vec<String> = keys.iter().map(|key| self.temp.join(key).display().to_string()).collect();
        let mut words = vec!["assess", path(&release), "--format", "json", "--reviews", path(&statement)];
        words.extend(keys.iter().flat_map(|key| ["--trusted-key", key.as_str()]));
        words.extend(more);
        candor(words).json()
    }
}

/// The gaps about a statement.
fn gaps(assessment: &Value) -> Vec<String> {
    let gaps = assessment["gaps"].as_array().expect("gaps").iter().map(|gap| gap.to_string());
    gaps.filter(|gap| gap.contains("statement") || gap.contains(".json\"")).collect()
}

const SAME: &str = "cp -r \"$1\"/. \"$2\"\n";

#[test]
fn a_run_counts_by_who_signed_it() {
    let ran = Ran::new("R5", SAME);
    let proof = |assessment: &Value| {
        let list = assessment["components"].as_array().expect("components");
        let one = list.iter().find(|one| one["id"] == "doc.reproducibility");
        one.map(|one| (one["status"].clone(), one["basis"].clone()))
    };
    for (statement, keys, why, shown) in [
        ("plain.json", &[][..], "it was run, by a statement without a trusted signature: R5", "declared"),
        ("plain.json", &["key.pub.pem"], "it was run, by a statement without a trusted signature: R5", "declared"),
        ("signed.json", &[], "it was run, by a statement without a trusted signature: R5", "declared"),
        ("signed.json", &["other.pub.pem", "key.pub.pem"], "it was run, by the P-256 key", "observed"),
    ] {
        let assessment = ran.assess(statement, keys);
        let (word, because) = answer(&assessment, "reproduce");
        assert!(word == "yes" && because.contains(why), "{statement} {keys:?}: {word} {because}");
        assert_eq!(proof(&assessment), Some((json!("available"), json!(shown))), "{statement} {keys:?}");
        assert_eq!(gaps(&assessment), Vec::<String>::new(), "{statement} {keys:?}");
    }
    let without = candor(["assess", path(&ran.temp.join("release")), "--format", "json"]).json();
    // Under a key that does not fit it counts for nothing, and that is said.
    let other = ran.assess("signed.json", &["other.pub.pem"]);
    assert_eq!(answer(&other, "reproduce"), answer(&without, "reproduce"));
    assert!(gaps(&other).concat().contains("counts for nothing"), "{other}");
}

/// Each change of the release or of the statement takes it out of the assessment, and leaves a gap.
#[test]
fn a_statement_about_other_files_is_a_gap() {
    let ran = Ran::new("R5", SAME);
    let without = candor(["assess", path(&ran.temp.join("release")), "--format", "json"]).json();
    let text = std::fs::read_to_string(ran.temp.join("plain.json")).expect("a statement");
    let statement: Value = serde_json::from_str(&text).expect("JSON");
    let change = |pointer: &str, to: Value| {
        let mut changed = statement.clone();
        *changed.pointer_mut(pointer).expect(pointer) = to;
        changed.to_string()
    };
    let signed = std::fs::read_to_string(ran.temp.join("signed.json")).expect("a statement");
    for (name, content, keys, words) in [
        ("digest", change("/subject/1/digest/sha256", json!("00")), &[][..], "another file"),
        ("missing", change("/subject/1/name", json!("other.safetensors")), &[], "is not here"),
        ("weights", change("/subject", json!([statement["subject"][0]])), &[], "says nothing of the weights"),
        ("nothing", change("/subject", json!([])), &[], "names no file"),
        ("level", change("/predicate/level", json!("R6")), &[], "none of R0 to R5"),
        ("type", change("/predicateType", json!("https://slsa.dev/provenance/v1")), &[], "those of runs"),
        ("cut", text[..text.len() / 2].to_owned(), &[], "malformed"),
        ("forged", signed.replace("\"sig\":\"M", "\"sig\":\"N"), &["key.pub.pem"], "counts for nothing"),
    ] {
        ran.temp.write("changed.json", content);
        let assessment = ran.assess("changed.json", keys);
        assert_eq!(answer(&assessment, "reproduce"), answer(&without, "reproduce"), "{name}");
        assert!(gaps(&assessment).concat().contains(words), "{name}: {}", assessment["gaps"]);
    }
    // Weights of the same name in another part are not those that were run for.
    ran.temp.write("second/model.safetensors", "other bytes");
    let second = format!("model={}", path(&ran.temp.join("second")));
    let assessment = ran.assess_with("plain.json", &[], &["--with", &second]);
    assert!(gaps(&assessment).concat().contains("`model.safetensors` is another file"), "{}", assessment["gaps"]);
    // Nor are weights of a format that no recipe of ours names.
    let extra = ran.temp.write("release/model/model.nemo", "weights");
    assert!(gaps(&ran.assess("plain.json", &[])).concat().contains("weights in `model.nemo`"));
    std::fs::remove_file(extra).expect("removed");
    // A statement of a run is no file that a reviewer's statement can be added to.
    let (release, plain) = (ran.temp.join("release"), ran.temp.join("plain.json"));
    let words = ["attest", path(&release), "data.sft", "--by", "A", "--because", "so", "--reviews", path(&plain)];
    let run = candor(words);
    assert!(run.code == 2 && run.err.contains("no file of reviews"), "{run:?}");
    assert_eq!(std::fs::read_to_string(&plain).expect("a statement"), text);
    // The release changed after the run.
    ran.temp.write("release/model/config.json", "{}");
    assert!(gaps(&ran.assess("plain.json", &[])).concat().contains("`config.json` is another file"));
}

#[test]
fn a_run_that_failed_speaks_against_the_release() {
    let ran = Ran::new(
        "R5",
        "cp -r \"$1\"/. \"$2\"\nprintf 'xxxxxxxx' | dd of=\"$2/model.safetensors\" bs=1 seek=90000 conv=notrunc 2>/dev/null\n",
    );
    let assessment = ran.assess("signed.json", &["key.pub.pem"]);
    let (word, why) = answer(&assessment, "reproduce");
    assert!(word == "no" && why.contains("a run gave something else, by the P-256 key"), "{word}: {why}");
    assert_eq!(answer(&ran.assess("plain.json", &[]), "reproduce").0, "unknown");
}

/// What the publisher keeps back stays a no, whatever is stated of runs.
#[test]
fn no_statement_makes_a_no_less() {
    let stopped = "exit 3\n";
    let other = "cp -r \"$1\"/. \"$2\"\nprintf 'xxxxxxxx' | dd of=\"$2/model.safetensors\" bs=1 seek=90000 conv=notrunc 2>/dev/null\n";
    for script in [SAME, stopped, other] {
        let ran = Ran::new("R5", script);
        let card = std::fs::read_to_string(ran.temp.join("release/model/README.md")).expect("a card");
        let kept = format!("{card}\n## Training data\n\nThe training data is not released.\n");
        ran.temp.write("release/model/README.md", kept);
        for (statement, keys) in [("plain.json", &[][..]), ("signed.json", &["key.pub.pem"])] {
            let assessment = ran.assess(statement, keys);
            assert_eq!(gaps(&assessment), Vec::<String>::new(), "{script}");
            let (word, why) = answer(&assessment, "reproduce");
            assert!(word == "no" && why.contains("kept back; "), "{script} {statement}: {word} {why}");
        }
    }
}

/// Models whose weights come from each other, or do not, and what their cards say.
struct Family {
    temp: Temp,
}

impl Family {
    fn new() -> Self {
        let temp = Temp::new();
        let (base, other) = (making::model(1, 64, 3), making::model(2, 64, 3));
        let tuned = making::changes().into_iter().find(|change| change.lineage == "fine-tune").expect("a change");
        let tuned = making::read(&(tuned.made)(&base, &other));
        for (name, tensors, card) in [
            ("base", &base, "license: apache-2.0"),
            ("says-base", &base, "base_model: acme/tuned\nlicense: apache-2.0"),
            ("other", &other, "license: apache-2.0"),
            ("tuned", &tuned, "license: apache-2.0"),
            ("honest", &tuned, "base_model: acme/base\nlicense: apache-2.0"),
            ("sibling", &tuned, "base_model: acme/root\nlicense: apache-2.0"),
            ("false", &other, "base_model: acme/base\nlicense: apache-2.0"),
        ] {
            let tensors: &Vec<Made> = tensors;
            temp.write(&format!("{name}/README.md"), format!("---\n{card}\n---\n# {name}\n"));
            temp.write(&format!("{name}/config.json"), "{\"model_type\": \"llama\"}");
            temp.write(&format!("{name}/model.safetensors"), making::safetensors(tensors, Dtype::F32));
        }
        Self { temp }
    }

    fn assess(&self, child: &str, parents: &[&str]) -> Run {
        let child = self.temp.join(child);
        let parents: Vec<_> = parents.iter().map(|parent| self.temp.join(parent)).collect();
        let mut words = vec!["assess", path(&child), "--format", "json"];
        words.extend(parents.iter().flat_map(|parent| ["--lineage", path(parent)]));
        candor(words)
    }
}

#[test]
fn weights_are_held_against_the_bases_that_are_named() {
    let family = Family::new();
    for (child, parent, claim, holds, note, use_it) in [
        ("honest", "base", "made from acme/base", "yes", "its weights show it: fine-tune", "yes"),
        ("false", "base", "made from acme/base", "no", "show nothing of it", "unknown"),
        ("tuned", "base", "names what it is made from", "unknown", "(fine-tune), and it names no base", "unknown"),
        ("sibling", "base", "names what it is made from", "unknown", "and it names acme/root", "unknown"),
        ("other", "base", "", "", "", "yes"),
        // The other says that it is made from this one, so nothing is missing here.
        ("tuned", "says-base", "", "", "", "yes"),
    ] {
        let assessment = family.assess(child, &[parent]).json();
        let claims = assessment["claims"].as_array().expect("claims");
        let told = claims.first().map_or(json!(["", "", ""]), |one| json!([one["claim"], one["holds"], one["note"]]));
        assert_eq!((&told[0], &told[1]), (&json!(claim), &json!(holds)), "{child} {parent}: {claims:?}");
        assert!(told[2].as_str().expect("a note").contains(note), "{child} {parent}: {told}");
        assert_eq!(answer(&assessment, "commercial-use").0, use_it, "{child} {parent}");
        for one in claims {
            let places: Vec<&Value> = one["evidence"].as_array().expect("places").iter().collect();
            let place = &assessment["evidence"][places.last().expect("a place").as_u64().expect("a number") as usize];
            assert!(place["path"] == "model.safetensors" && place["basis"] == "observed", "{place}");
        }
    }
}

/// The place of a comparison is a tensor of the child, with the digest of its bytes.
#[test]
fn the_tensor_that_shows_it_can_be_checked() {
    let family = Family::new();
    let assessment = family.assess("tuned", &["base"]).json();
    let number = &assessment["claims"][0]["evidence"][0];
    let place = &assessment["evidence"][number.as_u64().expect("a number") as usize];
    let bytes = std::fs::read(family.temp.join("tuned/model.safetensors")).expect("weights");
    let at = |end: usize| place["bytes"][end].as_u64().expect("a byte") as usize;
    assert_eq!(place["sha256"], candor_facts::Digest::of(&bytes[at(0)..at(1)]).hex());
    let folder = candor_source::Folder::open(&family.temp.join("tuned")).expect("a folder");
    let entry = folder.entries().iter().find(|entry| entry.path == "model.safetensors").expect("weights");
    let file = read_all(&*folder.open(entry).expect("opens"), u64::MAX).expect("reads").expect("all");
    let table = candor_inspect::read_table("model.safetensors", &file.as_slice()).expect("a table");
    let named = table.tensors.iter().find(|tensor| place["route"] == tensor.name.as_str()).expect("the tensor");
    assert_eq!(named.data.bytes, Some(at(0) as u64..at(1) as u64));
}

#[test]
fn what_cannot_be_compared_is_a_gap_or_a_mistake() {
    let family = Family::new();
    let cut = std::fs::read(family.temp.join("base/model.safetensors")).expect("weights");
    family.temp.write("cut/model.safetensors", &cut[..40]);
    family.temp.write("cut/README.md", "# cut\n");
    let run = family.assess("tuned", &["cut"]);
    assert!(run.json()["gaps"].to_string().contains("whether the weights are related to those of cut is unknown"));
    for (words, said) in [
        (vec!["assess", "pythia", "--lineage", "examples/closed"], "those of `pythia` do not"),
        (vec!["assess", "examples/open-weights", "--lineage", "hf:acme/base"], "nothing lies there"),
        (vec!["assess", "examples/open-weights", "--trusted-key", "README.md"], "--reviews"),
        (vec!["snapshot", "examples/open-weights", "-o", "x", "--lineage", "examples/closed"], "when it is assessed"),
    ] {
        let run = candor(&words);
        assert!(run.code == 2 && run.err.contains(said), "{words:?}: {run:?}");
    }
}
