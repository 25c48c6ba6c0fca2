//! `candor check`: the models of a project, or those named, against a policy and a lock file.

mod human;
mod json;
mod junit;
mod lock;
mod markdown;
mod python;
mod references;
mod sarif;
mod settings;
mod shell;

use crate::Outcome;
use crate::args::{Judging, Reading};
use crate::load::{Loaded, frameworks, load};
use crate::output::Output;
use anyhow::{Context, bail, ensure};
use candor_assess::policy::{Judgement, Policy, Problem, Severity};
use candor_assess::{Framework, assess};
use candor_facts::{Digest, Files, read_all};
use clap::{Args, ValueEnum};
use lock::{Lock, Pinned};
use references::{Project, Reference};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What `check --help` adds.
pub(crate) const HELP: &str = "\
Without locators the project is searched for models: Python (`from_pretrained`, `hf_hub_download`,
`snapshot_download`, `pipeline`), notebooks, YAML, JSON, Dockerfiles, scripts, Modelfiles, `models.toml`.
What was seen is kept in `candor.lock`; a later run tells when terms, gating or files have changed.

Whether an exception has ended is judged on the day of the clock, or on that of `--as-of`.

Exit codes: 0 the policy holds; 1 it is violated; 2 a mistake in the call or the policy; 3 it cannot be told.

Examples:
  candor init
  candor check examples/open-source --policy candor.toml
  candor check --format sarif > candor.sarif";

/// Longest file whose digest is taken for a clarification. Bytes.
const LONGEST: u64 = 64 << 20;
/// Name of the policy where none is named.
const POLICY: &str = "candor.toml";

/// Arguments of `check`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Models; without any, those that the project names
    pub locators: Vec<String>,
    /// The policy; without this, `candor.toml` in the project
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The project
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    /// Keep what is seen now in `candor.lock`, and forget what was seen before
    #[arg(long)]
    pub update: bool,
    /// Write no `candor.lock`; a model that is not in it is a violation
    #[arg(long, conflicts_with = "update")]
    pub locked: bool,
    /// How to read the models.
    #[command(flatten)]
    pub reading: Reading,
    /// By what to judge.
    #[command(flatten)]
    pub judging: Judging,
    /// How to print
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
}

/// How `check` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// Text for people.
    Human,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for test reports.
    Junit,
    /// Markdown, for the summary of a build.
    Markdown,
}

/// One model and what the policy says of it.
pub(crate) struct Checked {
    /// Its locator, or what the project writes where that cannot be followed.
    pub(crate) model: String,
    /// The revision that is asked for.
    pub(crate) revision: Option<String>,
    /// Where the project names it.
    pub(crate) references: Vec<Reference>,
    /// What does not fit.
    pub(crate) judgement: Judgement,
    /// Digest of its fact sheet, when it could be read.
    pub(crate) facts: Option<Digest>,
}

/// What was checked.
pub(crate) struct Report {
    /// The models, in order.
    pub(crate) checked: Vec<Checked>,
    /// Warnings on the policy itself, with their lines.
    pub(crate) idle: Vec<(usize, String)>,
    /// The policy file, as it was named.
    pub(crate) policy: String,
    /// The folder of the project, as it was named.
    pub(crate) project: PathBuf,
    /// What could not be searched.
    pub(crate) unread: Vec<(String, String)>,
    /// Files searched.
    pub(crate) searched: usize,
}

impl Report {
    /// The worst of all.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.checked.iter().filter_map(|one| one.judgement.worst()).min()
    }

    /// All problems with their models.
    pub(crate) fn problems(&self) -> impl Iterator<Item = (&Checked, &Problem)> {
        self.checked.iter().flat_map(|one| one.judgement.problems.iter().map(move |problem| (one, problem)))
    }
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let frameworks = frameworks(&options.judging)?;
    let (policy, name) = policy(options, &frameworks)?;
    let lock_path = options.project.join(lock::NAME);
    let mut lock = Lock::read(&lock_path)?;
    let known = if options.update { Lock::default() } else { lock.clone() };
    let project = if options.locators.is_empty() { references::search(&options.project) } else { Project::default() };
    let mut report = Report {
        checked: Vec::new(),
        idle: Vec::new(),
        policy: name,
        project: options.project.clone(),
        unread: project.unread,
        searched: project.searched,
    };
    let day = options.reading.as_of.clone().unwrap_or_else(today);
    for (model, revision, references) in models(options, project.references) {
        let checked = one(options, &policy, &frameworks, &known, &mut lock, &day, (model, revision, references))?;
        report.checked.push(checked);
    }
    let judgements: Vec<&Judgement> = report.checked.iter().map(|one| &one.judgement).collect();
    report.idle = policy.idle(&judgements, Some(&day));
    if !options.locked {
        lock.write(&lock_path)?;
    }
    let text = match options.format {
        CheckFormat::Human => human::document(&report, output),
        CheckFormat::Json => json::document(&report).to_string(),
        CheckFormat::Sarif => sarif::document(&report).to_string(),
        CheckFormat::Junit => junit::document(&report),
        CheckFormat::Markdown => markdown::document(&report),
    };
    match options.format {
        CheckFormat::Human | CheckFormat::Markdown => output.show(&text)?,
        _ => output.print(&text)?,
    }
    Ok(match report.worst() {
        Some(Severity::Violated) => Outcome::Refuted,
        Some(_) => Outcome::Undetermined,
        None => Outcome::Answered,
    })
}

fn policy(options: &Options, frameworks: &[Framework]) -> anyhow::Result<(Policy, String)> {
    let path = match &options.policy {
        Some(path) => path.clone(),
        None => options.project.join(POLICY),
    };
    ensure!(options.project.is_dir(), "`--project {}`: there is no such folder", options.project.display());
    if !path.is_file() {
        bail!("there is no policy `{}`; `candor init` writes one, and `--policy FILE` names another", path.display());
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let parsed = Policy::parse(&text).and_then(|policy| match policy.misnamed(frameworks) {
        wrong if wrong.is_empty() => Ok(policy),
        wrong => Err(wrong),
    });
    let policy = parsed.map_err(|errors| {
        let lines: Vec<String> = errors
            .iter()
            .map(|error| format!("{}:{}:{}: {}", path.display(), error.line, error.column, error.what))
            .collect();
        anyhow::anyhow!(
            "the policy is wrong in {} {}:\n{}",
            lines.len(),
            if lines.len() == 1 { "place" } else { "places" },
            lines.join("\n")
        )
    })?;
    Ok((policy, path.display().to_string()))
}

/// The day by the clock of this machine, in UTC: a gate that let an ended exception pass would be no gate.
fn today() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    day(since.as_secs() / 86_400)
}

/// The day so many days after 1970-01-01, as `YYYY-MM-DD`.
fn day(mut days: u64) -> String {
    let leap = |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let mut year = 1970;
    while days >= if leap(year) { 366 } else { 365 } {
        days -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let mut month = 1;
    for length in [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

type Named = (Option<String>, Option<String>, Vec<Reference>);

/// The models to check: those named, or those of the project, each once.
fn models(options: &Options, references: Vec<Reference>) -> Vec<Named> {
    if !options.locators.is_empty() {
        return options.locators.iter().map(|locator| (Some(locator.clone()), None, Vec::new())).collect();
    }
    let mut models: BTreeMap<(Option<String>, Option<String>, String), Vec<Reference>> = BTreeMap::new();
    for reference in references {
        let unknown = if reference.locator.is_none() {
            format!("{} in {}", reference.written, reference.path)
        } else {
            String::new()
        };
        models.entry((reference.locator.clone(), reference.revision.clone(), unknown)).or_default().push(reference);
    }
    models.into_iter().map(|((locator, revision, _), references)| (locator, revision, references)).collect()
}

fn one(
    options: &Options,
    policy: &Policy,
    frameworks: &[Framework],
    known: &Lock,
    lock: &mut Lock,
    day: &str,
    (locator, revision, references): Named,
) -> anyhow::Result<Checked> {
    let as_of = Some(day);
    let written = references.first().map(|reference| reference.written.clone()).unwrap_or_default();
    let mut judgement = Judgement::default();
    let Some(locator) = locator else {
        let what = format!(
            "`{written}` names a model that cannot be followed; write its name out, or name it in `models.toml`"
        );
        judgement.say("unresolved", Severity::Undetermined, what);
        let at = references.first().map(|reference| reference.path.clone()).unwrap_or_default();
        policy.settle(&mut judgement, &at, as_of);
        return Ok(Checked { model: written, revision, references, judgement, facts: None });
    };
    let pinned_name = match &revision {
        Some(revision) => format!("{locator}@{revision}"),
        None => locator.clone(),
    };
    let from = place(options, policy, &locator, &pinned_name);
    match load(&from, &options.reading) {
        // A locator that was named by hand and leads nowhere is a mistake in the call.
        Err(error) if references.is_empty() => Err(error),
        Err(error) => {
            let what = format!("it could not be read: {error:#}; name a copy under `[[models]]` of the policy");
            judgement.say("unresolved", Severity::Undetermined, what);
            policy.settle(&mut judgement, &locator, as_of);
            Ok(Checked { model: locator, revision, references, judgement, facts: None })
        }
        Ok(loaded) => {
            let assessment = assess(&loaded.sheet, frameworks);
            let digest = |path: &str| file_digest(&loaded, path);
            judgement = policy.judge(&assessment, &locator, &digest, as_of);
            let now = Pinned::of(&loaded, &assessment, &pinned_name);
            let changes = match known.get(&pinned_name) {
                Some(before) => before.changes(&now),
                None if options.locked => {
                    vec![(
                        "changed:lock".to_owned(),
                        "it is not in `candor.lock`; run `candor check --update`".to_owned(),
                    )]
                }
                None => Vec::new(),
            };
            if changes.is_empty() {
                lock.put(now);
            }
            for (key, what) in changes {
                judgement.say(&key, Severity::Violated, what);
            }
            policy.settle(&mut judgement, &locator, as_of);
            Ok(Checked { model: locator, revision, references, judgement, facts: Some(loaded.sheet.digest()) })
        }
    }
}

/// Where a model can be read: where the policy says, in the project, or at its own address.
fn place(options: &Options, policy: &Policy, locator: &str, pinned: &str) -> String {
    let bare = locator.strip_prefix("hf:").unwrap_or(locator);
    let named = policy.models.iter().find(|model| model.name == pinned || model.name == locator || model.name == bare);
    let path = named.map_or(pinned, |model| model.locator.as_str());
    let here = options.project.join(path);
    let address = Path::new(path).is_absolute() || path.contains(':');
    if !address && here.exists() && (named.is_some() || options.locators.is_empty()) {
        return here.display().to_string();
    }
    path.to_owned()
}

fn file_digest(loaded: &Loaded, path: &str) -> Option<Digest> {
    let (index, part) = loaded.sheet.release.parts().find(|(_, part)| part.listing.get(path).is_some())?;
    let entry = part.listing.get(path)?;
    let bytes = loaded.snapshot.as_ref()?.open(index, &entry.path).ok()?;
    read_all(&*bytes, LONGEST).ok()?.map(|bytes| Digest::of(&bytes))
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Violated => "violated",
        Severity::Undetermined => "undetermined",
        Severity::Warning => "warning",
        Severity::Excepted => "excepted",
    }
}

fn verdict(worst: Option<Severity>) -> &'static str {
    match worst {
        Some(Severity::Violated) => "violated",
        Some(_) => "undetermined",
        None => "holds",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_counted() {
        for (days, expected) in
            [(0, "1970-01-01"), (58, "1970-02-28"), (59, "1970-03-01"), (19_782, "2024-02-29"), (20_819, "2027-01-01")]
        {
            assert_eq!(super::day(days), expected);
        }
    }
}
