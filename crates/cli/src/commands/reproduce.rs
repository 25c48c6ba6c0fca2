//! `candor reproduce`: a released recipe, run again and laid beside what was published.

mod sandbox;

use crate::Outcome;
use crate::args::{Format, Reading};
use crate::disk;
use crate::load::{frameworks, load};
use crate::output::Output;
use anyhow::{Context, anyhow, bail, ensure};
use candor_assess::assess;
use candor_facts::Tree;
use candor_report::Style;
use candor_source::Folder;
use candor_verify::digests::{self, Job, Wanted};
use candor_verify::reproduce::{Level, Recipe, Run, Verdict, compare, statement};
use candor_verify::signature::{PrivateKey, sign_statement};
use candor_verify::{Progress, caps};
use clap::Args;
use sandbox::{Ended, Sandbox, Shut};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What `reproduce --help` shows.
pub(crate) const HELP: &str = "\
Without `--run` the plan is printed: what goes in, what is run, what is compared. With it the program runs in a
sandbox without network that sees the inputs and the libraries of the system, and writes to one folder; it never
sees the published weights. The verdict is a level, and never a tolerance:
  R5  byte for byte
  R4  every tensor bit for bit, in other files
  R3  tensors differ no more than repetitions of the same recipe do
  R2  the curve stays in the band of runs with other seeds
  R1  measurements lie in the declared interval
  R0  not comparable
Exit 0 from R3 on, 1 below.

Example:
  cargo build -p sprout-trainer
  candor reproduce examples/open-source --run --program target/debug/sprout-trainer";

/// The file of a recipe in a release.
const NAME: &str = "reproduce.toml";
/// Longest recipe. Bytes.
const RECIPE_BYTES: u64 = 1 << 20;

/// Arguments of `reproduce`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A recipe, or a release with a `reproduce.toml`
    recipe: PathBuf,
    /// Run it
    #[arg(long)]
    run: bool,
    /// The program that the recipe names, built beforehand; without this it is sought beside candor and in PATH
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    /// Run it without a sandbox, with your rights: only what you trust
    #[arg(long, conflicts_with = "sandbox")]
    no_sandbox: bool,
    /// Shut it in this way, and no other; without this, in the first that works
    #[arg(long, value_enum, value_name = "HOW")]
    sandbox: Option<Sandbox>,
    /// Keep what the run writes in this folder, which must be empty or new
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Write the outcome as an in-toto statement about the published weights
    #[arg(long, value_name = "FILE", requires = "run")]
    statement: Option<PathBuf>,
    /// Sign the statement with this private key, as PEM
    #[arg(long, value_name = "PEM", requires = "statement")]
    key: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    ensure!(options.recipe.exists(), "`{}` is not there", options.recipe.display());
    let path = if options.recipe.is_dir() { options.recipe.join(NAME) } else { options.recipe.clone() };
    if !path.exists() {
        return impossible(options, output);
    }
    let bytes = disk::read(&path, RECIPE_BYTES)?;
    let text = std::str::from_utf8(&bytes).with_context(|| format!("`{}` is not UTF-8", path.display()))?;
    let recipe = Recipe::read(text).map_err(|why| anyhow!("`{}`: {why}", path.display()))?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let release = Folder::open(parent)?;
    let inputs = inputs(&recipe, &release)?;
    let lacking = recipe.lacking();
    if !lacking.is_empty() {
        bail!("`{}` cannot be run: it lacks {}", path.display(), lacking.join(", "));
    }
    if !options.run {
        show_plan(options, output, &recipe, &inputs)?;
        return Ok(Outcome::Answered);
    }
    let program = program(options, &recipe)?;
    let sandbox = if options.no_sandbox {
        Sandbox::None
    } else {
        Sandbox::find(options.sandbox).context(
            "there is no sandbox here: neither bubblewrap nor namespaces for users work. Install bubblewrap, or run \
             it with your own rights by `--no-sandbox` if you trust it",
        )?
    };
    let scratch = match &options.keep {
        Some(folder) => Scratch::keep(folder)?,
        None => Scratch::new()?,
    };
    let (seen_inputs, seen_out) = sandbox.places(release.root(), scratch.path());
    let arguments = recipe.arguments(&seen_inputs, &seen_out);
    let places: Vec<(PathBuf, String)> =
        recipe.inputs.iter().map(|input| (release.root().join(&input.path), input.path.clone())).collect();
    let shut = Shut { sandbox, program: &program, inputs: &places, out: scratch.path() };
    let variables: Vec<(String, String)> = recipe.environment.clone().into_iter().collect();
    match shut.run(&arguments, &variables, Duration::from_secs(recipe.limit_seconds))? {
        Ended::Well => {}
        Ended::Badly(status) => return failed(options, output, &recipe, &format!("the run ended with {status}")),
        Ended::Late => {
            let why = format!("the run took longer than {} s and was stopped", recipe.limit_seconds);
            return failed(options, output, &recipe, &why);
        }
    }
    let produced = Folder::open(scratch.path())?;
    let verdict = compare(&recipe, &release, &produced);
    let run =
        Ran { recipe: &recipe, bytes: &bytes, inputs: &inputs, program: &program, arguments: &arguments, sandbox };
    let document = run.statement(&release, &verdict)?;
    if let Some(path) = &options.statement {
        let text = match &options.key {
            None => serde_json::to_string_pretty(&document)? + "\n",
            Some(key) => {
                let pem = disk::read(key, caps::PEM_BYTES)?;
                let key = PrivateKey::from_pem(&pem).map_err(|why| anyhow!("`{}`: {why}", key.display()))?;
                sign_statement(&document, &key)
            }
        };
        disk::write(path, text.as_bytes())?;
    }
    match options.format {
        Format::Json => output.print(&document["predicate"].to_string())?,
        Format::Human => output.show(&human(&recipe, &verdict, sandbox, output))?,
    }
    Ok(if verdict.reproduced() { Outcome::Answered } else { Outcome::Refuted })
}

/// A release without a recipe: what is missing, by its assessment.
fn impossible(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let reading = Reading { complete: false, with: Vec::new(), strict: false };
    let loaded = load(&options.recipe.display().to_string(), &reading)?;
    let assessment = assess(&loaded.sheet, &frameworks()?);
    let answer = assessment.answers.iter().find(|answer| answer.question == "reproduce");
    let why = answer.map_or(String::new(), |answer| answer.why.clone());
    let why = format!("there is no recipe (`{NAME}`); {why}");
    match options.format {
        Format::Json => output.print(&json!({"level": null, "reproduced": false, "why": why}).to_string())?,
        Format::Human => output.show(&format!("{}: cannot be reproduced: {why}\n", options.recipe.display()))?,
    }
    Ok(Outcome::Undetermined)
}

fn failed(options: &Options, output: &Output, recipe: &Recipe, why: &str) -> anyhow::Result<Outcome> {
    match options.format {
        Format::Json => output.print(&json!({"level": null, "reproduced": false, "why": why}).to_string())?,
        Format::Human => {
            let word = output.paint.apply(Style::Bad, "not reproduced");
            output.show(&format!("{}: {word}: {why}\n", recipe.name))?;
        }
    }
    Ok(Outcome::Refuted)
}

/// Every file that goes in, with its SHA-256; those that the recipe pins must have it.
fn inputs(recipe: &Recipe, release: &Folder) -> anyhow::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for input in &recipe.inputs {
        let below =
            |path: &str| path.strip_prefix(&input.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let files: Vec<_> = release.entries().iter().filter(|entry| below(&entry.path)).collect();
        ensure!(!files.is_empty(), "the input `{}` is not there: {}", input.path, input.role);
        let found = hash(release, &files.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>())?;
        if let Some(pinned) = &input.sha256 {
            let same = found.iter().all(|(path, sha256)| *path == input.path && sha256 == pinned);
            ensure!(
                same,
                "the input `{}` is not the one of the recipe: its SHA-256 is another than {pinned}",
                input.path
            );
        }
        all.extend(found);
    }
    Ok(all)
}

fn hash(tree: &Folder, paths: &[&str]) -> anyhow::Result<Vec<(String, String)>> {
    let wanted = Wanted { sha256: true, ..Wanted::default() };
    let files: Vec<_> = tree
        .entries()
        .iter()
        .filter(|entry| paths.contains(&entry.path.as_str()))
        .map(|entry| (entry, wanted))
        .collect();
    let before = BTreeMap::new();
    let progress = Progress::none();
    let job = Job { tree, before: &before, done: &|_, _| {}, threads: disk::threads(), progress };
    let mut found = Vec::new();
    for ((entry, _), digests) in files.iter().zip(digests::compute(&job, &files)) {
        let digests = digests.map_err(|why| anyhow!("`{}`: {why}", entry.path))?;
        found.push((entry.path.clone(), digests.sha256.unwrap_or_default()));
    }
    Ok(found)
}

fn program(options: &Options, recipe: &Recipe) -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name(&recipe.program));
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&paths).map(|folder| folder.join(&recipe.program));
    let found = match &options.program {
        Some(path) => Some(path.clone()),
        None => beside.into_iter().chain(in_path).find(|path| path.is_file()),
    };
    let built = recipe.built.as_deref().map(|built| format!(" ({built})")).unwrap_or_default();
    let found = found.with_context(|| {
        format!(
            "the program `{}` is not here; build it{built} and say where it is with `--program PATH`",
            recipe.program
        )
    })?;
    found.canonicalize().with_context(|| format!("the program `{}` cannot be used", found.display()))
}

struct Ran<'a> {
    recipe: &'a Recipe,
    bytes: &'a [u8],
    inputs: &'a [(String, String)],
    program: &'a Path,
    arguments: &'a [String],
    sandbox: Sandbox,
}

impl Ran<'_> {
    fn statement(&self, release: &Folder, verdict: &Verdict) -> anyhow::Result<Value> {
        let weights: Vec<&str> = self.recipe.checkpoints.iter().map(|one| one.published.as_str()).collect();
        let folder = self.program.parent().context("the program stands in no folder")?;
        let program = disk::read(self.program, u64::MAX).with_context(|| folder.display().to_string())?;
        Ok(statement(
            &Run {
                recipe: &self.recipe.name,
                recipe_sha256: candor_facts::Digest::of(self.bytes).hex(),
                inputs: self.inputs,
                published: &hash(release, &weights)?,
                program: (&self.recipe.program, candor_facts::Digest::of(&program).hex()),
                arguments: self.arguments,
                sandbox: self.sandbox.as_str(),
            },
            verdict,
        ))
    }
}

fn show_plan(options: &Options, output: &Output, recipe: &Recipe, inputs: &[(String, String)]) -> anyhow::Result<()> {
    let arguments = recipe.arguments("/inputs", "/out");
    if options.format == Format::Json {
        let named = inputs.iter().map(|(path, sha256)| json!({"path": path, "sha256": sha256}));
        let compared = recipe.checkpoints.iter().map(|one| json!({"step": one.step, "published": one.published}));
        let plan = json!({
            "plan": recipe.name, "program": recipe.program, "arguments": arguments, "environment": recipe.environment,
            "seeds": recipe.seeds, "limit_seconds": recipe.limit_seconds,
            "inputs": named.collect::<Vec<_>>(), "checkpoints": compared.collect::<Vec<_>>(),
        });
        return output.print(&plan.to_string());
    }
    let mut out = format!("{}: the plan; `--run` carries it out\n", recipe.name);
    for (path, sha256) in inputs {
        out.push_str(&format!("  input     {path}  sha256:{sha256}\n"));
    }
    for (name, seed) in &recipe.seeds {
        out.push_str(&format!("  seed      {name} {seed}\n"));
    }
    out.push_str(&format!("  run       {} {}\n", recipe.program, arguments.join(" ")));
    out.push_str(&format!("  at most   {} s, in a sandbox without network\n", recipe.limit_seconds));
    for one in &recipe.checkpoints {
        out.push_str(&format!("  compare   step {}: {}\n", one.step, one.published));
    }
    output.show(&out)
}

fn human(recipe: &Recipe, verdict: &Verdict, sandbox: Sandbox, output: &Output) -> String {
    let style = if verdict.reproduced() { Style::Good } else { Style::Bad };
    let level = match verdict.level {
        Some(level) => format!("{}, {}", level.as_str(), level.meaning()),
        None => "not reproduced: none of R1 to R5 holds".to_owned(),
    };
    let mut out = format!("{}: {}\n", recipe.name, output.paint.apply(style, &level));
    out.push_str(&format!("  because   {}\n", verdict.why));
    let (segments, all) = (verdict.segments(), verdict.checkpoints.len());
    out.push_str(&format!("  way       {segments} of {all} segments between checkpoints walked again bit for bit\n"));
    if let Some(step) = verdict.first_step {
        let tensor = verdict.first_tensor.as_deref().map(|tensor| format!(", tensor `{tensor}`")).unwrap_or_default();
        out.push_str(&format!("  diverges  at step {step}{tensor}\n"));
    }
    for one in &verdict.checkpoints {
        let level = one.level.map_or("differs", Level::as_str);
        out.push_str(&format!("  step {:<5} {level:<8} {}\n", one.step, one.why));
    }
    out.push_str(&format!("  sandbox   {}\n", sandbox.as_str()));
    out
}

/// A folder for one run, removed afterwards unless it shall be kept.
struct Scratch {
    path: PathBuf,
    keep: bool,
}

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("candor-run-{}-{count}", std::process::id()));
        fs::create_dir(&path).with_context(|| format!("`{}` cannot be made", path.display()))?;
        Ok(Self { path: path.canonicalize()?, keep: false })
    }

    fn keep(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("`{}` cannot be made", path.display()))?;
        let empty = fs::read_dir(path)?.next().is_none();
        ensure!(empty, "`{}` is not empty; a run must not find what another left", path.display());
        Ok(Self { path: path.canonicalize()?, keep: true })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed stays in the folder for temporary files.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
