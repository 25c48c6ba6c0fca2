//! The training loop: one pass after another over the lines, in an order drawn from the seed.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::checkpoint;
use crate::evaluate::bits_per_character;
use crate::network::Network;
use crate::optimizer::{Optimizer, clip, learning_rate};
use crate::params::Parameters;
use crate::recipe::{Recipe, Training};
use crate::rng::{Purpose, Rng};

/// An entry of the training log. It holds no times, so that two runs give the same log.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Entry {
    Start { step: u64, parameters: usize, training_lines: usize, validation_lines: usize },
    Train { step: u64, epoch: u64, loss: f64, learning_rate: f32, gradient_norm: f32 },
    Validate { step: u64, bits_per_character: f64 },
    Checkpoint { step: u64 },
    End { step: u64 },
}

/// Parameters and optimiser on their way.
pub struct Run<'a> {
    training: &'a Training,
    lines: &'a [Vec<usize>],
    /// The parameters now.
    pub params: Parameters,
    /// The optimiser now.
    pub optimizer: Optimizer,
    gradient: Parameters,
    order: Vec<usize>,
    order_epoch: Option<u64>,
}

/// What one update did.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// Passes over the text completed before it.
    pub epoch: u64,
    /// Mean surprise per character, in nats.
    pub loss: f64,
    /// Learning rate used.
    pub learning_rate: f32,
    /// Length of the gradient before it was clipped.
    pub gradient_norm: f32,
}

impl<'a> Run<'a> {
    /// A run that starts from, or goes on with, the given parameters and optimiser.
    pub fn new(training: &'a Training, lines: &'a [Vec<usize>], params: Parameters, optimizer: Optimizer) -> Self {
        let gradient = Parameters::zeros(params.sizes());
        let order = Vec::new();
        Self { training, lines, params, optimizer, gradient, order, order_epoch: None }
    }

    /// The numbers of the lines of the next update, and the epoch it belongs to.
    fn batch(&mut self) -> (u64, Vec<usize>) {
        let per_epoch = self.lines.len().div_ceil(self.training.batch_lines) as u64;
        let epoch = self.optimizer.steps / per_epoch;
        if self.order_epoch != Some(epoch) {
            self.order = (0..self.lines.len()).collect();
            Rng::stream(self.training.seed, Purpose::Order, epoch).shuffle(&mut self.order);
            self.order_epoch = Some(epoch);
        }
        let index = (self.optimizer.steps % per_epoch) as usize;
        let batch = self.order.chunks(self.training.batch_lines).nth(index);
        (epoch, batch.unwrap_or_default().to_vec())
    }

    /// Makes one update.
    pub fn update(&mut self) -> Update {
        let step = self.optimizer.steps;
        let (epoch, batch) = self.batch();
        let targets: usize = batch.iter().map(|&line| self.lines[line].len() + 1).sum();
        let scale = 1.0 / targets as f32;
        let mut rng = Rng::stream(self.training.seed, Purpose::Dropout, step);
        let mut surprise = 0.0;
        self.gradient.clear();
        let network = Network::new(&self.params);
        for line in batch {
            let dropout = self.training.dropout;
            let line = &self.lines[line];
            surprise += network.learn(line, scale, dropout, Some(&mut rng), &mut self.gradient);
        }
        let gradient_norm = clip(&mut self.gradient, self.training.gradient_clip);
        let rate = learning_rate(self.training, step);
        self.optimizer.update(&mut self.params, &self.gradient, rate, self.training);
        Update { epoch, loss: surprise / targets as f64, learning_rate: rate, gradient_norm }
    }
}

/// Trains by a recipe and writes everything into `out`. With `resume`, goes on from a checkpoint.
pub fn train(
    recipe: &Recipe,
    training_lines: &[Vec<usize>],
    validation_lines: &[Vec<usize>],
    out: &Path,
    resume: Option<&Path>,
) -> Result<()> {
    let training = &recipe.training;
    fs::create_dir_all(out).with_context(|| format!("making {}", out.display()))?;
    let mut log = BufWriter::new(File::create(out.join("training_log.jsonl"))?);
    let mut note = |entry: &Entry| -> Result<()> {
        serde_json::to_writer(&mut log, entry)?;
        Ok(log.write_all(b"\n")?)
    };
    let (params, optimizer) = match resume {
        Some(folder) => checkpoint::read_checkpoint(folder, recipe.model)?,
        None => {
            let params = Parameters::initial(recipe.model, training.seed);
            let optimizer = Optimizer::new(&params);
            (params, optimizer)
        }
    };
    note(&Entry::Start {
        step: optimizer.steps,
        parameters: params.count(),
        training_lines: training_lines.len(),
        validation_lines: validation_lines.len(),
    })?;
    let mut run = Run::new(training, training_lines, params, optimizer);
    let mut fresh = resume.is_none();
    loop {
        let step = run.optimizer.steps;
        let last = step >= training.steps;
        if fresh && (last || step.is_multiple_of(training.validate_every)) {
            let bits = bits_per_character(&run.params, validation_lines);
            eprintln!("step {step}: {bits:.4} bits per character on the validation text");
            note(&Entry::Validate { step, bits_per_character: bits })?;
        }
        if fresh && (last || training.checkpoints.contains(&step)) {
            checkpoint::write_checkpoint(out, &run.params, &run.optimizer, recipe)?;
            note(&Entry::Checkpoint { step })?;
        }
        if last {
            break;
        }
        let Update { epoch, loss, learning_rate, gradient_norm } = run.update();
        fresh = true;
        let step = step + 1;
        if step.is_multiple_of(training.log_every) {
            note(&Entry::Train { step, epoch, loss, learning_rate, gradient_norm })?;
        }
    }
    note(&Entry::End { step: run.optimizer.steps })?;
    let weights = out.join("model.safetensors");
    checkpoint::write_weights(&weights, &run.params, recipe, run.optimizer.steps)?;
    checkpoint::write_settings(out, recipe)?;
    Ok(log.flush()?)
}
