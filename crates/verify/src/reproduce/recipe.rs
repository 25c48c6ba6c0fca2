//! A recipe: what goes in, what is run, what must come out.

use crate::hash::unhex;
use candor_facts::ArtifactPath;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a run needs and what it must give. Paths are relative to the folder of the recipe file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The version of this form: 1.
    pub format: u32,
    /// What is reproduced.
    pub name: String,
    /// The program that is run: a name, found by whoever runs it.
    pub program: String,
    /// Its arguments. `{inputs}` stands for the folder with the inputs, `{out}` for the folder to write to.
    pub arguments: Vec<String>,
    /// Environment variables; nothing else is set but `PATH`, `HOME` and `TMPDIR`.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The longest time that it may take, in seconds.
    pub limit_seconds: u64,
    /// Seeds, for people: the run takes them from its inputs.
    #[serde(default)]
    pub seeds: BTreeMap<String, u64>,
    /// Where the program came from and how it was built, for people.
    #[serde(default)]
    pub built: Option<String>,
    /// Data, code and settings.
    #[serde(default, rename = "input")]
    pub inputs: Vec<Input>,
    /// Weights on the way and at the end.
    #[serde(default, rename = "checkpoint")]
    pub checkpoints: Vec<Checkpoint>,
    /// The log of the run.
    #[serde(default)]
    pub curve: Option<Curve>,
    /// Measurements with their intervals.
    #[serde(default, rename = "evaluation")]
    pub evaluations: Vec<Evaluation>,
}

/// Something that goes in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it is: `data`, `code`, `settings`, …
    pub role: String,
    /// A file or folder.
    pub path: String,
    /// The SHA-256 of a file. Without it any content is taken.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// Weights after a number of steps.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// After how many steps.
    pub step: u64,
    /// The published file.
    pub published: String,
    /// The file of the run, below its output folder.
    pub produced: String,
    /// The same file of other runs of this recipe, whose differences are the noise of honest repetition.
    #[serde(default)]
    pub replicas: Vec<String>,
}

/// A log with one JSON object a line, each with a `step`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// The published log.
    pub published: String,
    /// The log of the run.
    pub produced: String,
    /// The member with the loss.
    pub key: String,
    /// Logs of runs with other seeds.
    #[serde(default)]
    pub replicas: Vec<String>,
}

/// A measurement in a JSON file of the run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// The file of the run.
    pub produced: String,
    /// Where in it, as a JSON pointer: `/validation/loss`.
    pub pointer: String,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Where the interval comes from.
    pub because: String,
}

impl Recipe {
    /// Read a recipe.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub fn read(text: &str) -> Result<Self, String> {
        let recipe: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        recipe.check()?;
        Ok(recipe)
    }

    fn check(&self) -> Result<(), String> {
        if self.format != 1 {
            return Err(format!("it is of format {}; this version reads format 1", self.format));
        }
        if self.program.is_empty() || self.program.contains('/') {
            return Err("`program` is a name; say where it is with `--program PATH`".to_owned());
        }
        if self.limit_seconds == 0 {
            return Err("`limit_seconds` is 0; give the run some time".to_owned());
        }
        let word = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if let Some(name) = self.environment.keys().find(|name| !word(name)) {
            return Err(format!("`{name}` is no name of an environment variable"));
        }
        for path in self.all_paths() {
            if ArtifactPath::new(path).is_none() {
                return Err(format!("`{path}` is no path inside the release"));
            }
        }
        for input in &self.inputs {
            if input.sha256.as_ref().is_some_and(|hex| unhex(hex).is_none_or(|bytes| bytes.len() != 32)) {
                return Err(format!("the `sha256` of `{}` is not 64 lower-case hexadecimal digits", input.path));
            }
            // Who can read the answer needs no training.
            for result in self.results() {
                let below = |path: &str, of: &str| {
                    path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                if below(result, &input.path) || below(&input.path, result) {
                    return Err(format!(
                        "the input `{}` holds the result `{result}`; a run must not see it",
                        input.path
                    ));
                }
            }
        }
        if !self.checkpoints.is_sorted_by(|a, b| a.step < b.step) {
            return Err("the checkpoints are not in the order of their steps".to_owned());
        }
        Ok(())
    }

    /// Published files that a run is compared with.
    fn results(&self) -> impl Iterator<Item = &str> {
        let weights = self.checkpoints.iter().flat_map(|one| one.replicas.iter().chain([&one.published]));
        let logs = self.curve.iter().flat_map(|curve| curve.replicas.iter().chain([&curve.published]));
        weights.chain(logs).map(String::as_str)
    }

    fn all_paths(&self) -> impl Iterator<Item = &str> {
        let produced = self.checkpoints.iter().map(|one| &one.produced);
        let logs = self.curve.iter().map(|curve| &curve.produced);
        let rest = self.inputs.iter().map(|input| &input.path).chain(self.evaluations.iter().map(|one| &one.produced));
        self.results().chain(produced.chain(logs).chain(rest).map(String::as_str))
    }

    /// What is missing for a run, in words; empty when nothing is.
    pub fn lacking(&self) -> Vec<&'static str> {
        let has = |role: &str| self.inputs.iter().any(|input| input.role == role);
        let mut lacking = Vec::new();
        if !has("data") {
            lacking.push("the training data");
        }
        if !has("code") && self.built.is_none() {
            lacking.push("the training code");
        }
        if self.checkpoints.is_empty() {
            lacking.push("published weights to compare with");
        }
        lacking
    }

    /// The arguments with the folders put in.
    pub fn arguments(&self, inputs: &str, out: &str) -> Vec<String> {
        self.arguments.iter().map(|argument| argument.replace("{inputs}", inputs).replace("{out}", out)).collect()
    }
}
