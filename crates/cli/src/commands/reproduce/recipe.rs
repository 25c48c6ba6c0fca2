//! A recipe: what goes into a run, what is run, what is expected of it.

use anyhow::{Context, bail, ensure};
use candor_verify::reproduce::{Evaluation, Expected, Level, Log, Stage};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longest recipe, in bytes.
const LONGEST: u64 = 1 << 20;

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: u32,
    name: String,
    /// What the publisher says that a run reaches: `R5`.
    claim: String,
    #[serde(default)]
    seeds: Vec<u64>,
    /// Seconds.
    timeout: Option<u64>,
    #[serde(default)]
    program: Vec<Program>,
    #[serde(default)]
    input: Vec<Input>,
    step: Vec<Step>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    expect: Expect,
    #[serde(default)]
    replica: Vec<Replica>,
}

/// A program that is built before.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    /// The name that commands use: `{trainer}`.
    pub(super) name: String,
    /// Where it lies, from the folder of the recipe.
    pub(super) path: PathBuf,
    /// How it is built, for people.
    pub(super) build: String,
}

/// A file or folder that the run reads.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// The name that commands use: `{data}`.
    pub(super) name: String,
    /// Where it lies, from the folder of the recipe.
    pub(super) path: PathBuf,
}

/// One command.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// Words; `{name}` stands for a program, an input, or `{out}`, the folder for what is produced.
    pub(super) command: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// Where what was published lies.
    folder: PathBuf,
    files: Vec<String>,
    #[serde(default)]
    weights: Vec<Weights>,
    log: Option<RawLog>,
    evaluation: Option<RawEvaluation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weights {
    file: String,
    step: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLog {
    file: String,
    step: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvaluation {
    file: String,
    key: String,
    interval: [f64; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replica {
    folder: PathBuf,
    /// Whether its seeds are others.
    #[serde(default)]
    other_seed: bool,
}

/// A recipe, ready to be run.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) name: String,
    pub(super) claim: Level,
    pub(super) seeds: Vec<u64>,
    pub(super) timeout: u64,
    pub(super) programs: Vec<Program>,
    pub(super) inputs: Vec<Input>,
    pub(super) steps: Vec<Step>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) published: PathBuf,
    pub(super) expected: Expected,
    /// Folders of other runs, and whether their seeds are others.
    pub(super) replicas: Vec<(PathBuf, bool)>,
    /// The bytes of the file.
    pub(super) bytes: Vec<u8>,
}

impl Recipe {
    /// Read a recipe; paths in it are from its folder. `programs` says where programs lie: name and path.
    pub(super) fn read(path: &Path, programs: &[(String, PathBuf)]) -> anyhow::Result<Self> {
        let bytes = crate::disk::read(path, LONGEST)?;
        let shown = path.display();
        let text = std::str::from_utf8(&bytes).with_context(|| format!("`{shown}` is not UTF-8"))?;
        let raw: Raw = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = 1 + text.get(..at).unwrap_or_default().matches('\n').count();
            let what = error.message().replace('\n', ", ");
            anyhow::anyhow!("{shown}:{line}: {what}; the guide on reproduction shows a recipe")
        })?;
        ensure!(raw.format == 1, "`{shown}` is of format {}; this program reads format 1", raw.format);
        let Some(claim) = Level::parse(&raw.claim).filter(|level| *level != Level::NotComparable) else {
            bail!("`{shown}`: the claim `{}` is none of R1 to R5", raw.claim)
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let real = |path: &Path| folder.join(path);
        let mut recipe = Self {
            name: raw.name,
            claim,
            seeds: raw.seeds,
            timeout: raw.timeout.unwrap_or(3600),
            programs: raw.program,
            inputs: raw.input,
            steps: raw.step,
            environment: raw.environment,
            published: real(&raw.expect.folder),
            expected: Expected {
                files: raw.expect.files,
                stages: raw.expect.weights.into_iter().map(|one| Stage { step: one.step, file: one.file }).collect(),
                log: raw.expect.log.map(|log| Log { file: log.file, step: log.step, value: log.value }),
                evaluation: raw.expect.evaluation.map(|one| Evaluation {
                    file: one.file,
                    key: one.key,
                    interval: one.interval,
                }),
            },
            replicas: raw.replica.iter().map(|replica| (real(&replica.folder), replica.other_seed)).collect(),
            bytes: bytes.clone(),
        };
        for input in &mut recipe.inputs {
            input.path = real(&input.path);
        }
        for program in &mut recipe.programs {
            let said = programs.iter().find(|(name, _)| *name == program.name);
            program.path = said.map_or_else(|| real(&program.path), |(_, path)| path.clone());
        }
        if let Some((name, _)) = programs.iter().find(|(name, _)| !recipe.programs.iter().any(|one| one.name == *name))
        {
            bail!("`--program {name}=…`: `{shown}` names no such program");
        }
        recipe.check().with_context(|| format!("`{shown}`"))?;
        Ok(recipe)
    }

    fn check(&self) -> anyhow::Result<()> {
        ensure!(!self.expected.files.is_empty(), "no files are expected, so that nothing could be compared");
        ensure!(!self.steps.is_empty(), "there is no step to run");
        let mut names = vec!["out"];
        let mine = self.programs.iter().map(|one| &one.name).chain(self.inputs.iter().map(|one| &one.name));
        for name in mine {
            ensure!(!names.contains(&name.as_str()), "the name `{name}` is given twice");
            names.push(name);
        }
        let files = self.expected.files.iter().chain(self.expected.stages.iter().map(|stage| &stage.file));
        for file in files {
            let plain = Path::new(file).components().all(|part| matches!(part, std::path::Component::Normal(_)));
            ensure!(plain, "`{file}` is no path inside of the folder of what is produced");
        }
        for step in &self.steps {
            ensure!(!step.command.is_empty(), "a step has no command");
            for word in &step.command {
                self.fill(word, |_| String::new())?;
            }
        }
        Ok(())
    }

    /// A word of a command with its names filled in.
    pub(super) fn fill(&self, word: &str, path: impl Fn(&str) -> String) -> anyhow::Result<String> {
        let mut out = String::new();
        let mut rest = word;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) =
                after.split_once('}').with_context(|| format!("`{word}` has a `{{` without its `}}`"))?;
            let known = name == "out"
                || self.programs.iter().any(|one| one.name == name)
                || self.inputs.iter().any(|one| one.name == name);
            ensure!(known, "`{{{name}}}` in `{word}` is no program, no input and not `{{out}}`");
            out.push_str(before);
            out.push_str(&path(name));
            rest = after;
        }
        Ok(out + rest)
    }
}
