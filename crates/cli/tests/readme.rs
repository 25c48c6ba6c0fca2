//! The documents cannot lie: every `console` block of README.md and docs/ is run and compared.
//!
//! `UPDATE_EXPECT=1 cargo test -p candor --test readme` writes the present output into the documents.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("workspace")
}

fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn run(command: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    let (program, arguments) = words.split_first().expect("a command");
    assert_eq!(*program, "candor", "only candor is run: {command}");
    let output = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(arguments)
        .current_dir(root())
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .output()
        .expect("candor runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8") + &String::from_utf8(output.stderr).expect("UTF-8");
    text.trim_end().to_owned() + "\n"
}

/// A document with the output of each command put beneath it.
fn rendered(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        if line.trim_end() != "```console" {
            continue;
        }
        let command = lines.next().expect("a command after ```console");
        let asked = command.trim_end().strip_prefix("$ ").expect("a line that begins with `$ `");
        out.push_str(command);
        while lines.peek().is_some_and(|line| line.trim_end() != "```") {
            lines.next();
        }
        out.push_str(&run(asked));
    }
    out
}

#[test]
fn documents_show_what_candor_prints() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut commands = 0;
    for path in documents() {
        let text = std::fs::read_to_string(&path).expect("document");
        commands += text.matches("```console").count();
        let shown = rendered(&text);
        if update {
            std::fs::write(&path, &shown).expect("written");
        } else {
            assert_eq!(text, shown, "{} is out of date: run with UPDATE_EXPECT=1", path.display());
        }
    }
    assert!(commands >= 5, "the documents show {commands} commands only");
}
