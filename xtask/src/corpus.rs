//! Scores Candor against the corpus: a table by kind, and every disagreement with its reason.
//!
//! `scoreboard.json` is committed. A kind may only rise; a case that fails without a reason beside it fails the
//! run. `--write` takes the present figures over; reasons are written by hand and kept.

mod altered;
mod files;
mod frameworks;
mod known;
mod mof;
pub(crate) mod releases;
mod signatures;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One check of one case.
pub(crate) struct Check {
    /// `releases: declared`.
    pub(crate) kind: String,
    /// What the case is called.
    pub(crate) case: String,
    /// Whether it came out as the key says.
    pub(crate) pass: bool,
    /// What was expected and found, when it did not.
    pub(crate) detail: String,
}

impl Check {
    pub(crate) fn new(kind: &str, case: &str, pass: bool, detail: impl FnOnce() -> String) -> Self {
        Self { kind: kind.to_owned(), case: case.to_owned(), pass, detail: if pass { String::new() } else { detail() } }
    }
}

#[derive(Default, Deserialize, Serialize)]
struct Scoreboard {
    /// What is here, and how to read it.
    about: String,
    /// Passed and counted, by kind.
    scores: BTreeMap<String, Score>,
    /// Why a case disagrees with its key, by `kind / case`.
    disagreements: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Default, Deserialize, Serialize)]
struct Score {
    passed: u32,
    of: u32,
}

const UNEXPLAINED: &str = "";

/// Run the task: `cargo xtask corpus [DIR] [--write] [--show KIND]`.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let write = args.iter().any(|arg| arg == "--write");
    let folder = args.iter().find(|arg| !arg.starts_with("--")).map(PathBuf::from).unwrap_or_else(crate::corpus_root);
    let folder = if folder.join("releases").is_dir() { folder } else { folder.join("corpus") };
    if !folder.join("releases").is_dir() {
        println!("corpus checks did not run: no corpus at `{}`", folder.display());
        return Ok(());
    }
    let mut checks = files::score(&folder)?;
    checks.extend(releases::score(&folder)?);
    checks.extend(known::score(&folder)?);
    checks.extend(mof::score(&folder)?);
    checks.extend(signatures::score(&folder)?);
    checks.extend(self::frameworks::score(&folder)?);
    let frameworks = candor_assess::shipped().map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    checks.extend(altered::score(&folder, &frameworks)?);
    for row in crate::corpus_licenses::score(&folder)? {
        let kind = format!("licences: {}", if row.check == "not-permissive" { "look-alike" } else { &row.kind });
        checks
            .push(Check::new(&kind, &row.path, row.pass, || format!("expected {}, found {}", row.expected, row.found)));
    }
    compare(&checks, write)
}

fn path() -> PathBuf {
    crate::workspace_root().join("scoreboard.json")
}

fn load(path: &Path) -> anyhow::Result<Scoreboard> {
    match std::fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).with_context(|| format!("`{}` is no scoreboard", path.display())),
        Err(_) => Ok(Scoreboard::default()),
    }
}

fn compare(checks: &[Check], write: bool) -> anyhow::Result<()> {
    let committed = load(&path())?;
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut disagreements: BTreeMap<String, String> = BTreeMap::new();
    for check in checks {
        let score = scores.entry(check.kind.clone()).or_default();
        score.of += 1;
        score.passed += u32::from(check.pass);
        if !check.pass {
            let key = format!("{} / {}", check.kind, check.case);
            let reason = committed.disagreements.get(&key).cloned().unwrap_or_else(|| UNEXPLAINED.to_owned());
            disagreements.insert(key, reason);
        }
    }
    println!("{:<34} {:>7} {:>6} {:>10}", "kind", "passed", "of", "committed");
    let mut fallen = Vec::new();
    for (kind, score) in &scores {
        let before = committed.scores.get(kind).map_or("-".to_owned(), |before| before.passed.to_string());
        println!("{kind:<34} {:>7} {:>6} {before:>10}", score.passed, score.of);
        if committed.scores.get(kind).is_some_and(|before| before.passed > score.passed) {
            fallen.push(kind.clone());
        }
    }
    let mut unexplained = 0;
    println!();
    for check in checks.iter().filter(|check| !check.pass) {
        let reason = disagreements.get(&format!("{} / {}", check.kind, check.case)).cloned().unwrap_or_default();
        let shown = if reason.is_empty() { "NO REASON GIVEN".to_owned() } else { reason.clone() };
        unexplained += u32::from(reason.is_empty());
        println!("- {} / {}: {}\n    {shown}", check.kind, check.case, check.detail);
    }
    if write {
        let about = "Written by `cargo xtask corpus --write`. Scores may only rise; each disagreement with a key has its reason.";
        let board = Scoreboard { about: about.to_owned(), scores, disagreements };
        std::fs::write(path(), serde_json::to_string_pretty(&board)? + "\n")?;
    } else {
        if !fallen.is_empty() {
            bail!("the score fell: {}", fallen.join(", "));
        }
        if unexplained > 0 {
            bail!("{unexplained} disagreements have no reason in scoreboard.json: explain them there, or mend them");
        }
    }
    let (passed, failed) =
        (checks.iter().filter(|check| check.pass).count(), checks.iter().filter(|check| !check.pass).count());
    println!("\ncorpus: {passed} agree with their keys, {failed} disagree");
    Ok(())
}
