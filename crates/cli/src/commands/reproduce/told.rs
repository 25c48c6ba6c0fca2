//! The plan and the result of a reproduction, for people, as JSON, and as an in-toto statement.

use super::NAME;
use super::recipe::Recipe;
use super::sandbox::Sandbox;
use crate::Outcome;
use crate::commands::diff::open;
use anyhow::Context;
use candor_assess::{Answer, AnswerWord};
use candor_facts::Tree;
use candor_verify::reproduce::{Comparison, Level, LogResult, PREDICATE};
use candor_verify::sha256;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// What went into a run: what it is, name, SHA-256.
pub(super) type Materials = Vec<(&'static str, String, String)>;

/// The digests of recipe, programs, inputs and replicas, taken before the run.
pub(super) fn materials(recipe: &Recipe) -> anyhow::Result<Materials> {
    let mut all = vec![("recipe", recipe.name.clone(), candor_facts::Digest::of(&recipe.bytes).hex().to_owned())];
    for program in &recipe.programs {
        // That it is not there is told by the run, with how it is built.
        if program.path.exists() {
            all.push(("program", program.name.clone(), digest(&program.path)?));
        }
    }
    for input in &recipe.inputs {
        all.push(("input", input.name.clone(), digest(&input.path)?));
    }
    for (path, _) in &recipe.replicas {
        all.push(("replica", path.display().to_string(), digest(path)?));
    }
    Ok(all)
}

/// SHA-256 of a file; of a folder that of its list, a line `SHA-256  path` for each file, sorted by path.
fn digest(path: &Path) -> anyhow::Result<String> {
    let folder = open(path)?;
    let mut lines = String::new();
    for entry in folder.entries() {
        let cannot = || format!("`{}` of `{}` cannot be read", entry.path, path.display());
        let file = folder.open(entry).map_err(|why| anyhow::anyhow!("{}: {why}", cannot()))?;
        let digest = sha256(&*file).with_context(cannot)?;
        if !path.is_dir() {
            return Ok(digest);
        }
        let _ = writeln!(lines, "{digest}  {}", entry.path);
    }
    Ok(candor_facts::Digest::of(lines.as_bytes()).hex().to_owned())
}

/// What would be done.
pub(super) fn plan(recipe: &Recipe, sandbox: Option<Sandbox>, file: &Path) -> String {
    let mut text = format!("{}: the plan; nothing was executed\n\n", recipe.name);
    let mut line = |title: &str, what: &str| {
        let _ = writeln!(text, "{title:<12}{what}");
    };
    for program in &recipe.programs {
        let there = if program.path.is_file() { "" } else { "; not there yet" };
        line("program", &format!("{}: {}{there}", program.name, program.path.display()));
        line("", &format!("built by: {}", program.build));
    }
    for input in &recipe.inputs {
        let there = if input.path.exists() { "" } else { "; not there" };
        line("reads", &format!("{}: {}{there}", input.name, input.path.display()));
    }
    for step in &recipe.steps {
        line("runs", &step.command.join(" "));
    }
    if !recipe.seeds.is_empty() {
        let seeds: Vec<String> = recipe.seeds.iter().map(ToString::to_string).collect();
        line("seeds", &seeds.join(", "));
    }
    line("expects", &format!("{} files of {}", recipe.expected.files.len(), recipe.published.display()));
    for stage in &recipe.expected.stages {
        let step = stage.step.map_or("at the end".to_owned(), |step| format!("after step {step}"));
        line("", &format!("weights {step}: {}", stage.file));
    }
    if let Some(log) = &recipe.expected.log {
        line("", &format!("`{}` at each `{}` of {}", log.value, log.step, log.file));
    }
    let (other, same): (Vec<_>, Vec<_>) = recipe.replicas.iter().partition(|(_, other)| *other);
    line("replicas", &format!("{} of the same recipe, {} with other seeds", same.len(), other.len()));
    line("claims", &format!("{}, {}", recipe.claim.id(), recipe.claim.words()));
    match sandbox {
        Some(sandbox) => line("sandbox", &format!("{}: no network, one folder to write to", sandbox.word())),
        None => line("sandbox", "none works here; a run is refused unless --no-sandbox is said"),
    }
    let _ = writeln!(text, "\n`candor reproduce {} --run` executes it.", file.display());
    text
}

/// What would be done, as JSON.
pub(super) fn plan_json(recipe: &Recipe, sandbox: Option<Sandbox>) -> Value {
    json!({
        "schema": "candor/reproduce/1", "recipe": recipe.name, "claim": recipe.claim.id(), "verdict": "planned",
        "sandbox": sandbox.map(Sandbox::word), "commands": commands(recipe), "seeds": recipe.seeds,
        "expected": recipe.expected.files,
    })
}

fn commands(recipe: &Recipe) -> Vec<&[String]> {
    recipe.steps.iter().map(|step| step.command.as_slice()).collect()
}

/// A run and what came of it.
pub(super) struct Result<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) sandbox: Sandbox,
    /// What stopped it.
    pub(super) stopped: Option<String>,
    /// What was produced beside what was published; none where the run was stopped.
    pub(super) comparison: Option<Comparison>,
    pub(super) materials: Materials,
}

impl Result<'_> {
    /// Whether the run reaches what the recipe claims.
    pub(super) fn holds(&self) -> bool {
        self.level().is_some_and(|level| level >= self.recipe.claim)
    }

    fn level(&self) -> Option<Level> {
        match &self.comparison {
            Some(comparison) => comparison.level,
            None => Some(Level::NotComparable),
        }
    }

    fn verdict(&self) -> &'static str {
        if self.holds() { "reproduced" } else { "refuted" }
    }

    pub(super) fn human(&self) -> String {
        let (name, claim) = (&self.recipe.name, self.recipe.claim);
        let reached = self.level().map_or("no level".to_owned(), |level| format!("{}, {}", level.id(), level.words()));
        let mut text = match self.holds() {
            true => format!("{name}: reproduced: {reached}\n"),
            false => format!("{name}: refuted: {reached}; the recipe claims {}, {}\n", claim.id(), claim.words()),
        };
        let sandbox = match self.sandbox {
            Sandbox::None => "none, as was asked for: nothing kept the run from the network or from other files",
            other => other.word(),
        };
        let _ = writeln!(text, "\n{:<12}{sandbox}", "sandbox");
        if let Some(stopped) = &self.stopped {
            let _ = writeln!(text, "{:<12}{}", "stopped", stopped.replace('\n', "\n            "));
        }
        let Some(found) = &self.comparison else { return text };
        let _ = writeln!(text, "{:<12}{}", "because", found.because);
        let same = found.files.iter().filter(|(_, same)| *same == Ok(true)).count();
        let _ = writeln!(text, "{:<12}{same} of {} byte for byte the same", "files", found.files.len());
        for (path, same) in found.files.iter().filter(|(_, same)| *same != Ok(true)) {
            let what = same.as_ref().err().map_or("other bytes", String::as_str);
            let _ = writeln!(text, "{:<12}{path}: {what}", "");
        }
        for stage in &found.stages {
            let step = stage.step.map_or("at the end".to_owned(), |step| format!("step {step}"));
            let what = stage
                .why
                .clone()
                .unwrap_or_else(|| format!("{} of {} tensors bit for bit the same", stage.equal, stage.tensors));
            let _ = writeln!(text, "{:<12}{step}: {what}", "weights");
            if let Some(first) = &stage.first {
                let far = first.relative.map(|far| format!(", {far:.3e} of its length away")).unwrap_or_default();
                let _ = writeln!(text, "{:<12}first that differs: {} ({}{far})", "", first.tensor, first.kind);
            }
        }
        match &found.log {
            Some(Ok(LogResult { steps, first: None })) => {
                let _ = writeln!(text, "{:<12}{steps} steps, all the same", "log");
            }
            Some(Ok(LogResult { steps, first: Some((step, published, produced)) })) => {
                let told = |value: &f64| if value.is_nan() { "nothing".to_owned() } else { value.to_string() };
                let _ = writeln!(
                    text,
                    "{:<12}first of {steps} steps that differs: {step}: {} published, {} produced",
                    "log",
                    told(published),
                    told(produced)
                );
            }
            Some(Err(why)) => {
                let _ = writeln!(text, "{:<12}not compared: {why}", "log");
            }
            None => {}
        }
        match &found.evaluation {
            Some(Ok((value, within))) => {
                let place = if *within { "within" } else { "outside of" };
                let _ = writeln!(text, "{:<12}{value}, {place} the stated interval", "evaluation");
            }
            Some(Err(why)) => {
                let _ = writeln!(text, "{:<12}not compared: {why}", "evaluation");
            }
            None => {}
        }
        if let Some(step) = found.first_step() {
            let _ = writeln!(text, "{:<12}at step {step}, as far as log and weights tell", "parts ways");
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let found = self.comparison.as_ref();
        let log = found.and_then(|found| found.log.as_ref()).map(|log| match log {
            Ok(log) => json!({
                "steps": log.steps,
                "first": log.first.map(|(step, published, produced)| json!({
                    "step": step, "published": published, "produced": produced,
                })),
            }),
            Err(why) => json!({"why": why}),
        });
        let files = found
            .map(|found| found.files.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|(path, same)| json!({"path": path, "same": same.as_ref().ok(), "why": same.as_ref().err()}));
        let stages = found.map(|found| found.stages.as_slice()).unwrap_or_default().iter().map(|stage| {
            json!({
                "path": stage.file, "step": stage.step, "tensors": stage.tensors, "equal": stage.equal,
                "first": stage.first.as_ref().map(|first| json!({
                    "tensor": first.tensor, "kind": first.kind, "relative": first.relative,
                })),
                "why": stage.why,
            })
        });
        let evaluation = found.and_then(|found| found.evaluation.as_ref()).map(|evaluation| match evaluation {
            Ok((value, within)) => json!({"value": value, "within": within}),
            Err(why) => json!({"why": why}),
        });
        let materials = self
            .materials
            .iter()
            .map(|(kind, name, digest)| json!({"kind": kind, "name": name, "digest": {"sha256": digest}}));
        json!({
            "schema": "candor/reproduce/1", "recipe": self.recipe.name, "claim": self.recipe.claim.id(),
            "verdict": self.verdict(), "level": self.level().map(Level::id),
            "because": found.map_or(self.stopped.as_deref(), |found| Some(found.because.as_str())),
            "sandbox": self.sandbox.word(), "commands": commands(self.recipe), "seeds": self.recipe.seeds,
            "first-step": found.and_then(Comparison::first_step),
            "files": files.collect::<Vec<_>>(), "weights": stages.collect::<Vec<_>>(), "log": log,
            "evaluation": evaluation, "materials": materials.collect::<Vec<_>>(),
        })
    }

    /// An in-toto statement about the published files.
    pub(super) fn statement(&self) -> anyhow::Result<Value> {
        // All that was compared: a statement is held against these files, and against no others.
        let expected = &self.recipe.expected;
        let stages = expected.stages.iter().map(|stage| &stage.file);
        let log = expected.log.iter().map(|log| &log.file);
        let paths: BTreeSet<&String> = expected.files.iter().chain(stages).chain(log).collect();
        let mut subjects = Vec::new();
        for path in paths {
            let file = self.recipe.published.join(path);
            if file.is_file() {
                subjects.push(json!({"name": path, "digest": {"sha256": digest(&file)?}}));
            }
        }
        Ok(json!({
            "_type": "https://in-toto.io/Statement/v1", "subject": subjects, "predicateType": PREDICATE,
            "predicate": self.json(),
        }))
    }
}

/// The answer for a release without a recipe.
pub(super) fn missing(locator: &str, answer: &Answer) -> String {
    let word = match answer.answer {
        AnswerWord::No => "cannot be reproduced",
        AnswerWord::Unknown => "cannot be reproduced from what was found here; whether more is published is unknown",
        AnswerWord::Yes | AnswerWord::WithLimits => "has what a reproduction needs, and no recipe that could be run",
    };
    format!(
        "{locator} {word}.\n\n{:<12}{}\n{:<12}a recipe: `{NAME}` in the folder says what is run and what is expected\n",
        "found", answer.why, "missing"
    )
}

pub(super) fn missing_json(locator: &str, answer: &Answer) -> Value {
    json!({
        "schema": "candor/reproduce/1", "release": locator, "verdict": "no-recipe", "answer": answer.answer.as_str(),
        "because": answer.why,
    })
}

pub(super) fn missing_outcome(answer: &Answer) -> Outcome {
    if answer.answer == AnswerWord::No { Outcome::Refuted } else { Outcome::Undetermined }
}
