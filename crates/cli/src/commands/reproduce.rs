//! `candor reproduce`: whether a recipe gives again what was published.

mod recipe;
mod sandbox;
mod told;

use crate::Outcome;
use crate::args::Format;
use crate::disk;
use crate::load;
use crate::output::Output;
use anyhow::{Context, anyhow, bail, ensure};
use candor_source::Folder;
use candor_verify::caps;
use candor_verify::reproduce::{self, Replicas};
use candor_verify::signature::{PrivateKey, sign_statement};
use clap::Args;
use recipe::Recipe;
use sandbox::{Job, Sandbox, Work};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What `reproduce --help` shows.
pub(crate) const HELP: &str = "\
RECIPE is a file, or a folder with `reproduce.toml` in it. Without --run the plan is printed and nothing is executed.
A run has no network and writes to one folder only: in bubblewrap, or in namespaces of Linux; where there is neither
it is refused, unless --no-sandbox is said. What is produced is compared with what was published:

  R5 byte-identical   R4 tensor-identical   R3 within the noise of the recipe's own runs
  R2 log within the band of other seeds     R1 evaluated within a stated interval   R0 not comparable

A folder without a recipe is answered with what is missing.

Exit codes:
  0  the plan; or the run reaches what the recipe claims
  1  it does not; or the release cannot be reproduced
  2  a mistake in the call or the recipe, or no sandbox
  3  whether it can be reproduced is unknown

Example:
  candor reproduce examples/open-source";

/// The name of a recipe in a folder.
const NAME: &str = "reproduce.toml";

/// Arguments of `reproduce`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A recipe, a folder that holds one, or a release
    recipe: String,
    /// Execute it
    #[arg(long)]
    run: bool,
    /// Execute it without a sandbox: it can then do all that you can
    #[arg(long, requires = "run")]
    no_sandbox: bool,
    /// Where a program of the recipe lies
    #[arg(long, value_name = "NAME=PATH")]
    program: Vec<String>,
    /// Keep what was produced in this folder, which is not there yet; of a run that was stopped nothing is kept
    #[arg(long, value_name = "DIR", requires = "run")]
    keep: Option<PathBuf>,
    /// Write the result as an in-toto statement
    #[arg(long, value_name = "FILE", requires = "run")]
    statement: Option<PathBuf>,
    /// Sign the statement with this key; PEM: P-256, P-384 or P-521, not encrypted
    #[arg(long, value_name = "PEM", requires = "statement")]
    key: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let path = Path::new(&options.recipe);
    let file = if path.is_dir() { path.join(NAME) } else { path.to_owned() };
    if !file.is_file() || file.extension().is_none_or(|ending| ending != "toml") {
        return missing(options, output);
    }
    let programs = options.program.iter().map(|said| {
        let (name, path) = said.split_once('=').with_context(|| format!("`--program {said}`: write NAME=PATH"))?;
        Ok((name.to_owned(), PathBuf::from(path)))
    });
    let programs: Vec<_> = programs.collect::<anyhow::Result<_>>()?;
    let recipe = Recipe::read(&file, &programs)?;
    let key = options.key.as_deref().map(private_key).transpose()?;
    let work = Work::new()?;
    let sandbox = Sandbox::find(&work.0);
    if !options.run {
        output.show(&match options.format {
            Format::Json => told::plan_json(&recipe, sandbox).to_string(),
            Format::Human => told::plan(&recipe, sandbox, &file),
        })?;
        return Ok(Outcome::Answered);
    }
    let sandbox = match (sandbox, options.no_sandbox) {
        (_, true) => Sandbox::None,
        (Some(sandbox), false) => sandbox,
        (None, false) => bail!(
            "no sandbox works here: neither `bwrap` (bubblewrap) nor `unshare` with user namespaces; install one, or \
             say --no-sandbox if you trust the recipe with all that you may do"
        ),
    };
    if let Some(keep) = &options.keep {
        ensure!(!keep.exists(), "`{}` is there already; name a folder that is not", keep.display());
    }
    let materials = told::materials(&recipe)?;
    let produced = work.0.join("run");
    let stopped = execute(&recipe, sandbox, &work.0, &produced)?;
    let comparison = match &stopped {
        Some(_) => None,
        None => Some(compare(&recipe, &produced)?),
    };
    let result = told::Result { recipe: &recipe, sandbox, stopped, comparison, materials };
    match options.format {
        Format::Json => output.print(&result.json().to_string())?,
        Format::Human => output.show(&result.human())?,
    }
    // What a run that was stopped left may look like more than it is.
    if let Some(keep) = options.keep.as_ref().filter(|_| result.stopped.is_none()) {
        keep_whole(&produced.join("out"), keep)?;
    }
    if let Some(path) = &options.statement {
        let statement = result.statement()?;
        let text = key.map_or_else(|| statement.to_string(), |key| sign_statement(&statement, &key));
        disk::write(path, text.as_bytes())?;
    }
    Ok(if result.holds() { Outcome::Answered } else { Outcome::Refuted })
}

fn private_key(path: &Path) -> anyhow::Result<PrivateKey> {
    let pem = disk::read(path, caps::PEM_BYTES)?;
    PrivateKey::from_pem(&pem).map_err(|why| anyhow!("`{}`: {why}", path.display()))
}

/// A release without a recipe: what its own answer says.
fn missing(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    ensure!(
        !options.run,
        "`{}` is no recipe, and no folder with `{NAME}` in it: there is nothing to run",
        options.recipe
    );
    let frameworks = load::frameworks(&crate::args::Judging::default())?;
    let loaded = load::load(&options.recipe, &crate::args::Reading::default())?;
    let assessment = candor_assess::assess(&loaded.sheet, &frameworks);
    let answer = assessment.answers.iter().find(|answer| answer.question == "reproduce");
    let answer = answer.context("there is no answer on reproduction")?;
    match options.format {
        Format::Json => output.print(&told::missing_json(&options.recipe, answer).to_string())?,
        Format::Human => output.show(&told::missing(&options.recipe, answer))?,
    }
    Ok(told::missing_outcome(answer))
}

/// Run the steps; what stopped them, if anything did.
fn execute(recipe: &Recipe, sandbox: Sandbox, work: &Path, produced: &Path) -> anyhow::Result<Option<String>> {
    let out = produced.join("out");
    let logs = work.join("logs");
    for folder in [produced, &out, &logs] {
        std::fs::create_dir(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    }
    let mut places = std::collections::BTreeMap::from([("out".to_owned(), out)]);
    for program in &recipe.programs {
        let path = program.path.canonicalize().with_context(|| {
            format!("program `{}` is not at `{}`; build it: {}", program.name, program.path.display(), program.build)
        })?;
        places.insert(program.name.clone(), path);
    }
    for input in &recipe.inputs {
        let path =
            input.path.canonicalize().with_context(|| format!("input `{}`: `{}`", input.name, input.path.display()))?;
        places.insert(input.name.clone(), path);
    }
    let reads: Vec<PathBuf> = places.iter().filter(|(name, _)| *name != "out").map(|(_, path)| path.clone()).collect();
    let environment: Vec<(String, String)> = recipe.environment.clone().into_iter().collect();
    for (number, step) in (1..).zip(&recipe.steps) {
        let word = |word: &String| {
            recipe.fill(word, |name| places.get(name).map(|path| path.display().to_string()).unwrap_or_default())
        };
        let words: Vec<String> = step.command.iter().map(word).collect::<anyhow::Result<_>>()?;
        let job = Job {
            work: produced,
            reads: &reads,
            words: &words,
            environment: &environment,
            logs: &logs,
            timeout: Duration::from_secs(recipe.timeout),
        };
        let ended = sandbox.run(&job)?;
        let how = match ended.status {
            None => format!("did not end within {} s and was stopped", recipe.timeout),
            Some(status) if status.success() => continue,
            Some(status) => format!("failed ({status})"),
        };
        let said = if ended.said.is_empty() { "it said nothing".to_owned() } else { ended.said };
        return Ok(Some(format!("step {number} (`{}`) {how}:\n{said}", step.command.join(" "))));
    }
    Ok(None)
}

fn compare(recipe: &Recipe, produced: &Path) -> anyhow::Result<reproduce::Comparison> {
    let open = |path: &Path| Folder::open(path).with_context(|| format!("`{}`", path.display()));
    let (published, produced) = (open(&recipe.published)?, open(&produced.join("out"))?);
    let folders: Vec<(Folder, bool)> =
        recipe.replicas.iter().map(|(path, other)| Ok((open(path)?, *other))).collect::<anyhow::Result<_>>()?;
    let mut replicas = Replicas::default();
    for (folder, other) in &folders {
        if *other { &mut replicas.seeds } else { &mut replicas.same }.push(folder);
    }
    Ok(reproduce::compare(&recipe.expected, &published, &produced, &replicas, disk::threads()))
}

/// Copy a folder under a name of its own, then give it its name.
fn keep_whole(from: &Path, to: &Path) -> anyhow::Result<()> {
    let name = to.file_name().with_context(|| format!("`{}` names no folder", to.display()))?;
    let part = to.with_file_name(format!(".{}.part", name.to_string_lossy()));
    let cannot = || format!("`{}` cannot be written", to.display());
    if part.exists() {
        std::fs::remove_dir_all(&part).with_context(cannot)?;
    }
    copy(from, &part).with_context(cannot)?;
    std::fs::rename(&part, to).with_context(cannot)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        // What a run leaves that is neither is not taken along: a link may lead anywhere.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
