//! `candor reproduce`: plans, runs in a sandbox, and what a run may not do. The programs are scripts of our own.

#![allow(clippy::print_stdout, reason = "what did not run is said")]

mod common;

use common::{Run, Temp, candor, candor_with, example};
use serde_json::Value;

/// A recipe whose one step is a script, and what it is expected to give.
fn recipe(script: &str, more: &str) -> Temp {
    let temp = Temp::new();
    temp.write("work.sh", script);
    temp.write("input.txt", "seed 7\n");
    temp.write("published/result.txt", "seed 7\n");
    temp.write("published/log.jsonl", "{\"step\":1,\"loss\":2.0}\n{\"step\":2,\"loss\":1.0}\n");
    temp.write(
        "reproduce.toml",
        format!(
            "format = 1\nname = \"copy\"\nclaim = \"R5\"\ntimeout = 30\n{more}\n[[program]]\nname = \"script\"\npath = \"work.sh\"\nbuild = \"it is a script\"\n\n[[input]]\nname = \"seed\"\npath = \"input.txt\"\n\n[[step]]\ncommand = [\"/bin/sh\", \"{{script}}\", \"{{seed}}\", \"{{out}}\"]\n\n[expect]\nfolder = \"published\"\nfiles = [\"result.txt\", \"log.jsonl\"]\nlog = {{ file = \"log.jsonl\", step = \"step\", value = \"loss\" }}\n"
        ),
    );
    temp
}

const GOOD: &str = "cat \"$1\" > \"$2/result.txt\"\nprintf '{\"step\":1,\"loss\":2.0}\\n{\"step\":2,\"loss\":1.0}\\n' > \"$2/log.jsonl\"\n";

fn reproduce(temp: &Temp, more: &[&str]) -> Run {
    let folder = temp.path().to_str().expect("UTF-8");
    candor([&["reproduce", folder], more].concat())
}

/// Whether a sandbox works on this machine; where none does, what needs one says so.
fn sandboxed(temp: &Temp) -> bool {
    let there = !reproduce(temp, &[]).out.contains("none works here");
    if !there {
        println!("no sandbox works on this machine: runs inside of one were not tried");
    }
    there
}

#[test]
fn a_plan_executes_nothing() {
    let temp = recipe("echo x > ran\n", "");
    let run = reproduce(&temp, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    for words in ["nothing was executed", "{script} {seed} {out}", "R5, byte-identical", "2 files of"] {
        assert!(run.out.contains(words), "{words}: {run:?}");
    }
    assert!(!temp.join("ran").exists());
    assert_eq!(reproduce(&temp, &["--format", "json"]).json()["verdict"], "planned");
}

#[test]
fn without_a_sandbox_a_run_is_refused() {
    let temp = recipe(GOOD, "");
    let folder = temp.path().to_str().expect("UTF-8");
    // Nothing can be found in an empty path.
    let run = candor_with(&[("PATH", "/nonexistent")], ["reproduce", folder, "--run"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("no sandbox works here") && run.err.contains("--no-sandbox"), "{run:?}");
    let run = reproduce(&temp, &["--run", "--no-sandbox"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("R5, byte-identical") && run.out.contains("nothing kept the run"), "{run:?}");
}

#[test]
fn a_run_is_compared_kept_and_stated() {
    let temp = recipe(GOOD, "");
    let statement = temp.join("statement.json");
    let kept = temp.join("kept");
    let words = ["--run", "--no-sandbox", "--format", "json", "--statement", statement.to_str().expect("UTF-8")];
    let run = reproduce(&temp, &[&words[..], &["--keep", kept.to_str().expect("UTF-8")]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.json()["level"], "R5");
    assert_eq!(std::fs::read_to_string(kept.join("result.txt")).expect("kept"), "seed 7\n");
    let stated: Value = serde_json::from_slice(&std::fs::read(&statement).expect("written")).expect("JSON");
    assert_eq!(stated["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(stated["subject"].as_array().map(Vec::len), Some(2), "{stated}");
    assert_eq!(stated["predicate"]["verdict"], "reproduced");
    let kinds: Vec<&str> = stated["predicate"]["materials"]
        .as_array()
        .expect("materials")
        .iter()
        .map(|one| one["kind"].as_str().expect("a kind"))
        .collect();
    assert_eq!(kinds, ["recipe", "program", "input"]);
    let again = reproduce(&temp, &["--run", "--no-sandbox", "--keep", kept.to_str().expect("UTF-8")]);
    assert!(again.code == 2 && again.err.contains("there already"), "{again:?}");
}

#[test]
fn another_seed_is_refuted_with_its_step() {
    let temp = recipe(&GOOD.replace("\"loss\":1.0", "\"loss\":1.5"), "");
    let run = reproduce(&temp, &["--run", "--no-sandbox", "--format", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let document: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!((&document["verdict"], &document["first-step"]), (&"refuted".into(), &2.into()), "{document}");
    assert_eq!(document["log"]["first"]["produced"], 1.5);
}

/// What a run may not do fails, and its own words are shown.
#[test]
fn network_and_other_folders_are_out_of_reach() {
    let outside = Temp::new();
    let target = outside.join("written");
    let target = target.to_str().expect("UTF-8");
    let network =
        "set -e\n[ \"$(grep -c : /proc/net/dev)\" -gt 1 ] || { echo 'no network' >&2; exit 9; }\n".to_owned() + GOOD;
    let writes = format!("set -e\necho x > {target}\n") + GOOD;
    let home = "set -e\necho x > /etc/written\n".to_owned() + GOOD;
    for (script, words) in [(network, "no network"), (writes, "step 1"), (home, "step 1")] {
        let temp = recipe(&script, "");
        if !sandboxed(&temp) {
            return;
        }
        let run = reproduce(&temp, &["--run"]);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.out.contains("stopped") && run.out.contains(words) && run.out.contains("R0"), "{run:?}");
        assert!(!outside.join("written").exists());
    }
    let temp = recipe(GOOD, "");
    let run = reproduce(&temp, &["--run"]);
    assert!(run.code == 0 && run.out.contains("R5"), "{run:?}");
}

#[test]
fn a_run_that_does_not_end_is_stopped() {
    let temp = recipe("while :; do :; done\n", "");
    let text = std::fs::read_to_string(temp.join("reproduce.toml")).expect("a recipe");
    temp.write("reproduce.toml", text.replace("timeout = 30", "timeout = 1"));
    let run = reproduce(&temp, &["--run", "--no-sandbox"]);
    assert!(run.code == 1 && run.out.contains("did not end within 1 s"), "{run:?}");
}

#[test]
fn wrong_recipes_name_the_place() {
    for (more, words) in [
        ("clame = 1", "reproduce.toml:5: unknown field `clame`"),
        ("[[input]]\nname = \"out\"\npath = \"x\"", "`out` is given twice"),
        ("[[step]]\ncommand = [\"{nothing}\"]", "in `{nothing}` is no program"),
    ] {
        let temp = recipe(GOOD, more);
        let run = reproduce(&temp, &[]);
        assert!(run.code == 2 && run.err.contains(words), "{more}: {run:?}");
    }
    let temp = recipe(GOOD, "");
    let run = reproduce(&temp, &["--program", "trainer=/bin/sh"]);
    assert!(run.code == 2 && run.err.contains("names no such program"), "{run:?}");
    std::fs::remove_file(temp.join("work.sh")).expect("removed");
    let run = reproduce(&temp, &["--run", "--no-sandbox"]);
    assert!(run.code == 2 && run.err.contains("build it: it is a script"), "{run:?}");
}

#[test]
fn a_release_without_a_recipe_is_told_what_is_missing() {
    let folder = example("open-weights");
    let run = candor(["reproduce", folder.to_str().expect("UTF-8")]);
    assert_eq!(run.code, 3, "{run:?}");
    for words in ["cannot be reproduced", "training code", "training data", "reproduce.toml"] {
        assert!(run.out.contains(words), "{words}: {run:?}");
    }
    let folder = example("open-source");
    let run = candor(["reproduce", folder.to_str().expect("UTF-8")]);
    assert!(run.code == 0 && run.out.contains("sprout-1: the plan"), "{run:?}");
}
