//! Commands that write are ended at any moment, or find the disk full: what looks whole afterwards is whole, or is what
//! was there before.

mod common;

use candor_verify::making::{self, Random};
use common::{Temp, candor_ended, candor_on_full_disk, candor_with, copy, example, files_in};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// Moments at which each command is ended.
const KILLS: usize = 14;

/// A command that writes below `{out}`; `{in}` holds a model, keys, a recipe and a project.
struct Case {
    name: &'static str,
    words: &'static [&'static str],
    /// What lies in `{out}` before: copied from there.
    before: Option<&'static str>,
}

const CASES: &[Case] = &[
    Case { name: "assess", words: &["assess", "{in}/model", "--format", "html", "-o", "{out}/r.html"], before: None },
    Case { name: "snapshot", words: &["snapshot", "{in}/model", "-o", "{out}/bundle"], before: None },
    Case { name: "draft", words: &["draft", "model-card", "{in}/model", "-o", "{out}/card.md"], before: None },
    Case { name: "docx", words: &["draft", "ab-2013", "{in}/model", "-o", "{out}/form.docx"], before: None },
    Case { name: "init", words: &["init", "{out}"], before: None },
    Case { name: "manual", words: &["manual", "{out}"], before: None },
    Case {
        name: "manifest",
        words: &["verify", "digests", "{in}/model", "--write-manifest", "{out}/manifest.json"],
        before: None,
    },
    Case {
        name: "sign",
        words: &["sign", "{in}/model", "--key", "{in}/key.pem", "-o", "{out}/model.sig"],
        before: None,
    },
    Case { name: "diff", words: &["diff", "{in}/model", "{in}/other", "--svg", "{out}/strip.svg"], before: None },
    Case {
        name: "reproduce",
        words: &[
            "reproduce", "{in}", "--run", "--no-sandbox", "--keep", "{out}/kept", "--statement", "{out}/run.json",
            "--key", "{in}/key.pem",
        ],
        before: None,
    },
    Case {
        name: "attest",
        words: &[
            "attest", "{in}/model", "osaid.data-complete", "--by", "A", "--because", "so", "--date", "2026-11-27",
            "--reviews", "{out}/reviews.toml",
        ],
        before: Some("reviews"),
    },
    Case { name: "check", words: &["check", "{in}/model", "--project", "{out}", "--update"], before: Some("project") },
];

/// A model, another one, keys, a recipe, a project with a lock, and a file of reviews.
fn inputs() -> Temp {
    let temp = Temp::new();
    copy(&example("open-weights"), &temp.join("model"));
    copy(&example("open-source").join("model"), &temp.join("other"));
    temp.write("key.pem", making::keys(7).0);
    temp.write("work.sh", "cp \"$1\"/*.safetensors \"$2\"\n");
    temp.write(
        "reproduce.toml",
        "format = 1\nname = \"copy\"\nclaim = \"R5\"\n[[program]]\nname = \"script\"\npath = \"work.sh\"\nbuild = \"a script\"\n\
         [[input]]\nname = \"model\"\npath = \"model\"\n[[step]]\n\
         command = [\"/bin/sh\", \"{script}\", \"{model}\", \"{out}\"]\n[expect]\nfolder = \"model\"\n\
         files = [\"model.safetensors\"]\n",
    );
    temp.write("project/candor.toml", "version = 1\n");
    temp.write("project/candor.lock", "# An older lock.\nversion = 1\n");
    temp.write("reviews/reviews.toml", "# Statements of reviewers.\nformat = 1\n");
    temp
}

fn words(case: &Case, inputs: &Path, out: &Path) -> Vec<String> {
    let fill = |word: &&str| {
        word.replace("{in}", inputs.to_str().expect("UTF-8")).replace("{out}", out.to_str().expect("UTF-8"))
    };
    case.words.iter().map(fill).collect()
}

/// What looks whole in a folder: each thing by its name, with the bytes of all files in it. What begins with a
/// point does not look whole.
fn whole(folder: &Path) -> BTreeMap<String, Vec<(String, Vec<u8>)>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        if name.starts_with('.') {
            continue;
        }
        let mut files = Vec::new();
        below(&entry.path(), "", &mut files);
        files.sort();
        all.insert(name, files);
    }
    all
}

fn below(path: &Path, name: &str, files: &mut Vec<(String, Vec<u8>)>) {
    if !path.is_dir() {
        files.push((name.to_owned(), std::fs::read(path).expect("a file")));
        return;
    }
    for entry in files_in(path) {
        below(&entry, &format!("{name}/{}", entry.file_name().expect("a name").display()), files);
    }
}

/// A disk that is full: the command fails, names what it could not write, and leaves what was there.
#[test]
fn a_full_disk_is_an_error_that_leaves_nothing_behind() {
    let inputs = inputs();
    for case in CASES {
        // A few statements and locks fit into one block; nothing fits into none.
        let fits = matches!(case.name, "attest" | "check" | "init");
        for blocks in if fits { 0..1 } else { 0..2 } {
            let room = Temp::new();
            let out = room.join("out");
            match case.before {
                Some(before) => copy(&inputs.join(before), &out),
                None => std::fs::create_dir_all(&out).expect("a folder"),
            }
            let before = whole(&out);
            let words = words(case, inputs.path(), &out);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let environment = [("TMPDIR", room.path().to_str().expect("UTF-8"))];
            let run = candor_on_full_disk(blocks, &environment, &words);
            assert!(run.code == 2 && run.err.starts_with("error: "), "{} {blocks}: {run:?}", case.name);
            assert!(run.err.contains(out.to_str().expect("UTF-8")), "{} {blocks}: {run:?}", case.name);
            let hidden = files_in(&out)
                .into_iter()
                .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
            assert_eq!((whole(&out), hidden.count()), (before, 0), "{} {blocks}", case.name);
        }
    }
}

#[test]
fn what_looks_whole_after_a_kill_is_whole() {
    let inputs = inputs();
    let mut random = Random::new(9);
    for case in CASES {
        let room = Temp::new();
        let prepare = |name: &str| {
            let out = room.join(name).join("out");
            match case.before {
                Some(before) => copy(&inputs.join(before), &out),
                None => std::fs::create_dir_all(&out).expect("a folder"),
            }
            out
        };
        let environment = [("TMPDIR", room.path().to_str().expect("UTF-8"))];
        // The paths are the same in each run, for some outputs name them.
        let run = |out: &Path| {
            let start = Instant::now();
            let run = candor_with(&environment, words(case, inputs.path(), out));
            assert!(run.code <= 1, "{}: {run:?}", case.name);
            start.elapsed()
        };
        // The first run may wait for the disk; moments are taken of one that does not.
        let mut out = prepare("run");
        let before = whole(&out);
        run(&out);
        std::fs::remove_dir_all(room.join("run")).expect("removed");
        out = prepare("run");
        let long = run(&out);
        let after = whole(&out);
        assert_ne!(before, after, "{} writes", case.name);
        let mut unfinished = 0;
        for kill in 0..KILLS {
            std::fs::remove_dir_all(room.join("run")).expect("removed");
            let out = prepare("run");
            // Half of them come early: a run may be quicker than the one that was measured.
            let part = random.even();
            let moment = long.mul_f64(if kill % 2 == 0 { part * part } else { part * 1.1 });
            let words = words(case, inputs.path(), &out);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let start = Instant::now();
            candor_ended(&environment, &words, || start.elapsed() >= moment);
            let now = whole(&out);
            unfinished += usize::from(now != after);
            for (name, files) in &now {
                let fine = after.get(name) == Some(files) || before.get(name) == Some(files);
                assert!(fine, "{} ended after {moment:?} of {long:?}: `{name}` is neither old nor new", case.name);
            }
            for name in before.keys() {
                assert!(now.contains_key(name), "{}: `{name}`, which was there, is lost", case.name);
            }
        }
        assert!(unfinished > 0, "{} was never ended before its end", case.name);
    }
}
