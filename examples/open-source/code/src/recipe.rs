//! The recipe: every setting of a run, read from one TOML file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// Everything that decides what a run produces.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the model, written into the header of the weights.
    pub name: String,
    /// How the text is selected and split.
    pub data: Data,
    /// Sizes of the network.
    pub model: Sizes,
    /// How it is trained.
    pub training: Training,
    /// How it is evaluated.
    pub evaluation: Evaluation,
}

/// Selection and split of the text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Version of the SPDX License List that must be found in the `spdx` crate.
    pub list_version: String,
    /// Lines with more characters are dropped.
    pub longest_line: usize,
    /// One family of licences in this many is held out for validation.
    pub validation_one_in: u64,
}

/// Sizes of the network; the size of the vocabulary is fixed by [`crate::vocab`].
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Numbers per embedded character.
    pub embedding_size: usize,
    /// Units of the recurrent layer.
    pub hidden_size: usize,
}

/// Optimisation and record keeping.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Seed of every random choice of the run.
    pub seed: u64,
    /// Number of updates.
    pub steps: u64,
    /// Lines per update.
    pub batch_lines: usize,
    /// Highest learning rate.
    pub learning_rate: f32,
    /// Steps over which the learning rate rises to its highest value.
    pub warmup_steps: u64,
    /// Decoupled weight decay, applied to matrices.
    pub weight_decay: f32,
    /// Decay of the mean of the gradients.
    pub beta1: f32,
    /// Decay of the mean of their squares.
    pub beta2: f32,
    /// Keeps the division of the update finite.
    pub epsilon: f32,
    /// Longest gradient; a longer one is scaled down to it.
    pub gradient_clip: f32,
    /// Share of activations that are set to zero in training.
    pub dropout: f32,
    /// Steps between two entries of the log.
    pub log_every: u64,
    /// Steps between two validations.
    pub validate_every: u64,
    /// Steps after which parameters and optimiser are kept; the last step always is.
    pub checkpoints: Vec<u64>,
}

/// Sampling for the evaluation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// Number of names to generate.
    pub samples: usize,
    /// Seed of the sampling.
    pub seed: u64,
    /// Sharpness of the sampling: below one, likely characters become likelier.
    pub temperature: f32,
}

impl Recipe {
    /// Reads and checks a recipe.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let recipe: Self = toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        recipe.check().with_context(|| format!("in {}", path.display()))?;
        Ok(recipe)
    }

    fn check(&self) -> Result<()> {
        let training = &self.training;
        ensure!(self.model.embedding_size > 0 && self.model.hidden_size > 0, "sizes must not be 0");
        ensure!(self.data.validation_one_in > 1, "validation_one_in must be at least 2");
        ensure!(training.batch_lines > 0, "batch_lines must not be 0");
        ensure!(training.log_every > 0 && training.validate_every > 0, "intervals must not be 0");
        ensure!((0.0..1.0).contains(&training.dropout), "dropout must be in [0, 1)");
        ensure!(self.evaluation.temperature > 0.0, "temperature must be above 0");
        Ok(())
    }
}
