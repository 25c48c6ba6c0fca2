//! Evaluation: prediction of held-out names beside simple baselines, and a look at new names.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::Serialize;

use crate::corpus;
use crate::generate::{Settings, generate};
use crate::network::Network;
use crate::ngram::Ngram;
use crate::params::Parameters;
use crate::recipe::Recipe;
use crate::vocab;

/// Mean surprise per character (and line end) of a text, in bits.
pub fn bits_per_character(params: &Parameters, lines: &[Vec<usize>]) -> f64 {
    let network = Network::new(params);
    let nats: f64 = lines.iter().map(|line| network.surprise(line)).sum();
    let targets: usize = lines.iter().map(|line| line.len() + 1).sum();
    nats / targets as f64 / std::f64::consts::LN_2
}

/// How well a text is predicted.
#[derive(Clone, Debug, Serialize)]
pub struct Prediction {
    bits_per_character: f64,
    perplexity: f64,
}

impl Prediction {
    fn new(bits: f64) -> Self {
        Self { bits_per_character: rounded(bits), perplexity: rounded(libm::exp2(bits)) }
    }
}

/// Figures of the validation text.
#[derive(Clone, Debug, Serialize)]
pub struct Baselines {
    uniform: Prediction,
    unigram: Prediction,
    bigram: Prediction,
    trigram: Prediction,
    fivegram: Prediction,
}

/// What generated names look like, as shares of all of them.
#[derive(Clone, Debug, Serialize)]
pub struct Samples {
    count: usize,
    temperature: f32,
    seed: u64,
    well_formed: f64,
    distinct: f64,
    in_training_text: f64,
    in_validation_text: f64,
}

/// The results, as they are written into `evaluation.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    model: String,
    method: &'static str,
    validation_lines: usize,
    validation_targets: usize,
    validation: Prediction,
    training: Prediction,
    validation_baselines: Baselines,
    samples: Samples,
}

/// Six decimal places are enough for a figure that people read.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// Whether a name ends as every name of the list does: with an identifier in parentheses.
fn well_formed(name: &str) -> bool {
    let Some((title, id)) = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")) else {
        return false;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'+');
    !title.is_empty() && !id.is_empty() && id.bytes().all(plain)
}

/// Evaluates a model; also gives the names that it generated.
pub fn evaluate(
    params: &Parameters,
    recipe: &Recipe,
    training: &[String],
    validation: &[String],
) -> Result<(Results, Vec<String>)> {
    let (train, valid) = (corpus::encode(training)?, corpus::encode(validation)?);
    let baseline = |order| Prediction::new(Ngram::new(order, &train).bits_per_character(&valid));
    let settings = Settings {
        prompt: String::new(),
        count: recipe.evaluation.samples,
        temperature: recipe.evaluation.temperature,
        longest: recipe.data.longest_line,
        seed: recipe.evaluation.seed,
    };
    let names = generate(params, &settings)?;
    let share = |condition: &dyn Fn(&String) -> bool| {
        let count = names.iter().filter(|name| condition(name)).count();
        rounded(count as f64 / names.len().max(1) as f64)
    };
    let distinct: BTreeSet<&String> = names.iter().collect();
    let results = Results {
        model: recipe.name.clone(),
        method: "mean negative log2 probability per character, line ends included",
        validation_lines: valid.len(),
        validation_targets: valid.iter().map(|line| line.len() + 1).sum(),
        validation: Prediction::new(bits_per_character(params, &valid)),
        training: Prediction::new(bits_per_character(params, &train)),
        validation_baselines: Baselines {
            uniform: Prediction::new(libm::log2(vocab::SIZE as f64)),
            unigram: baseline(1),
            bigram: baseline(2),
            trigram: baseline(3),
            fivegram: baseline(5),
        },
        samples: Samples {
            count: names.len(),
            temperature: settings.temperature,
            seed: settings.seed,
            well_formed: share(&|name| well_formed(name)),
            distinct: rounded(distinct.len() as f64 / names.len().max(1) as f64),
            in_training_text: share(&|name| training.contains(name)),
            in_validation_text: share(&|name| validation.contains(name)),
        },
    };
    Ok((results, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Sizes;

    #[test]
    fn well_formed_names_end_with_an_identifier() {
        assert!(well_formed("Apache License 2.0 (Apache-2.0)"));
        assert!(!well_formed("Apache License 2.0"));
        assert!(!well_formed("Apache License (two words)"));
        assert!(!well_formed(" ()"));
    }

    #[test]
    fn an_untrained_model_is_close_to_guessing() {
        let params = Parameters::initial(Sizes { embedding_size: 4, hidden_size: 4 }, 1);
        let lines = corpus::encode(&["MIT License (MIT)".to_owned()]).unwrap();
        let bits = bits_per_character(&params, &lines);
        assert!((bits - libm::log2(96.0)).abs() < 0.5, "{bits}");
    }
}
