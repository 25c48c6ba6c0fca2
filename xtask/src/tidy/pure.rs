//! Pure crates do no I/O and read no clock or environment; only three crates define what is written out.

use super::{Repo, source};

/// Crates between a snapshot and a report.
const PURE: &[&str] = &["facts", "license", "inspect", "assess", "report", "verify"];
/// Those that may start threads all the same: hashing pays for it, and gives the same on any number of them.
const THREADED: &[&str] = &["verify"];
/// What a pure crate does not name.
const WORLD: &[&str] = &["std::fs", "std::net", "std::env", "std::process", "SystemTime", "Instant", "std::thread"];
/// What its `clippy.toml` disallows, so that a name brought in by another way is found too.
const DISALLOWED: &[&str] = &[
    "std::fs::read", "std::fs::read_to_string", "std::fs::File::open", "std::env::var", "std::time::SystemTime::now",
    "std::time::Instant::now",
];
/// Crates that define wire formats.
const WRITERS: &[&str] = &["facts", "report", "cli"];
/// What stands above a `Serialize` elsewhere.
const REASON: &str = "// Serialize because ";

pub(super) fn check(repo: &Repo) -> Vec<String> {
    let mut complaints = Vec::new();
    for name in PURE {
        let config = format!("crates/{name}/clippy.toml");
        match repo.text(&config) {
            None => complaints.push(format!("{config}: not there; copy it from another pure crate")),
            Some(text) => complaints.extend(
                DISALLOWED
                    .iter()
                    .filter(|method| !text.contains(&format!("\"{method}\"")))
                    .map(|method| format!("{config}: does not disallow `{method}`")),
            ),
        }
        let folder = format!("crates/{name}/src/");
        for (path, text) in repo.ending(".rs").filter(|(path, _)| path.starts_with(&folder)) {
            let mut group = false;
            for (line, code) in source::code(repo, path, text) {
                // `use std::{fs, io};` names `std::fs`, over several lines too.
                group |= code.contains("std::{");
                let grouped =
                    |word: &str| group && word.strip_prefix("std::").is_some_and(|module| names(code, module));
                let threads = |word: &str| word == "std::thread" && THREADED.contains(name);
                for word in WORLD.iter().filter(|word| (names(code, word) || grouped(word)) && !threads(word)) {
                    complaints
                        .push(format!("{path}:{line}: names `{word}`; `{name}` is pure: let the shell hand it in"));
                }
                group &= !code.contains(';');
            }
        }
    }
    complaints
}

pub(super) fn serialize(repo: &Repo) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in repo.ending(".rs") {
        let Some(name) = path.strip_prefix("crates/").and_then(|rest| rest.split('/').next()) else { continue };
        if WRITERS.contains(&name) {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        for (line, code) in source::code(repo, path, text) {
            let derived = names(code, "Serialize") && !code.trim_start().starts_with("use ");
            let reason = lines.iter().take(line).rev().take(4).any(|line| line.trim_start().starts_with(REASON));
            if derived && !reason {
                complaints.push(format!(
                    "{path}:{line}: `Serialize` outside {}; write `{REASON}…` above it, or drop it",
                    WRITERS.join(", ")
                ));
            }
        }
    }
    complaints
}

/// Whether a line names a path or type as a whole word: `Instant`, not `InstantName`.
fn names(code: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word)
        .any(|(at, _)| !part(code[..at].chars().next_back()) && !part(code[at + word.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn what_touches_the_world_is_found() {
        let mut repo = String::new();
        let all: String = DISALLOWED.iter().map(|method| format!("{{ path = \"{method}\" }}\n")).collect();
        for name in PURE.iter().filter(|name| **name != "license") {
            repo.push_str(&format!("//- crates/{name}/clippy.toml\n{all}"));
        }
        let repo = repo.replacen("std::env::var", "std::env::vars", 1)
            + "//- crates/assess/src/a.rs\n// std::fs in a comment\nuse std::fs;\nuse std::{\n    env,\n    io,\n};\nlet fs = 1;\nfn now() -> Instant { Instants }\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n"
            + "//- crates/source/src/b.rs\nuse std::fs;\n";
        expect![[r#"
            crates/facts/clippy.toml: does not disallow `std::env::var`
            crates/license/clippy.toml: not there; copy it from another pure crate
            crates/assess/src/a.rs:2: names `std::fs`; `assess` is pure: let the shell hand it in
            crates/assess/src/a.rs:4: names `std::env`; `assess` is pure: let the shell hand it in
            crates/assess/src/a.rs:8: names `Instant`; `assess` is pure: let the shell hand it in"#]]
        .assert_eq(&check(&Repo::of(&repo)).join("\n"));
    }

    #[test]
    fn serialize_needs_a_reason() {
        let repo = "//- crates/assess/src/a.rs\nuse serde::Serialize;\n#[derive(Serialize)]\nstruct A;\n\n\n// Serialize because others read it.\n#[derive(Serialize)]\nstruct B;\n//- crates/facts/src/a.rs\n#[derive(Serialize)]\nstruct A;\n";
        expect!["crates/assess/src/a.rs:2: `Serialize` outside facts, report, cli; write `// Serialize because …` above it, or drop it"]
            .assert_eq(&serialize(&Repo::of(repo)).join("\n"));
    }
}
