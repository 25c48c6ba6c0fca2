//! Inference: new names, one character after the other.

use anyhow::{Result, ensure};

use crate::network::{Network, softmax};
use crate::params::Parameters;
use crate::rng::{Purpose, Rng};
use crate::vocab;

/// Settings of generation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the names begin; may be empty.
    pub prompt: String,
    /// How many names.
    pub count: usize,
    /// Below one, likely characters become likelier.
    pub temperature: f32,
    /// A name ends here if it has not ended before.
    pub longest: usize,
    /// Seed of the random choices.
    pub seed: u64,
}

/// Invents names. The same settings and the same parameters always give the same names.
pub fn generate(params: &Parameters, settings: &Settings) -> Result<Vec<String>> {
    ensure!(settings.temperature > 0.0, "the temperature must be above 0");
    let prompt = vocab::encode(&settings.prompt)?;
    let network = Network::new(params);
    let name = |index: usize| {
        let mut rng = Rng::stream(settings.seed, Purpose::Sampling, index as u64);
        let mut state = network.start();
        let mut name = settings.prompt.clone();
        let mut scores = network.read(vocab::END, &mut state);
        for &token in &prompt {
            scores = network.read(token, &mut state);
        }
        while name.len() < settings.longest {
            let token = draw(&mut scores, settings.temperature, &mut rng);
            let Some(character) = vocab::character(token) else {
                break;
            };
            name.push(character);
            scores = network.read(token, &mut state);
        }
        name
    };
    Ok((0..settings.count).map(name).collect())
}

/// Draws a token by its score.
fn draw(scores: &mut [f32], temperature: f32, rng: &mut Rng) -> usize {
    scores.iter_mut().for_each(|score| *score /= temperature);
    softmax(scores);
    let mut left = rng.unit();
    for (token, &probability) in scores.iter().enumerate() {
        if left < probability {
            return token;
        }
        left -= probability;
    }
    vocab::END
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Sizes;

    #[test]
    fn names_follow_the_seed_and_keep_the_prompt() {
        let params = Parameters::initial(Sizes { embedding_size: 4, hidden_size: 4 }, 1);
        let mut settings = Settings { prompt: "GNU ".to_owned(), count: 3, temperature: 1.0, longest: 30, seed: 1 };
        let names = generate(&params, &settings).unwrap();
        assert_eq!(names, generate(&params, &settings).unwrap());
        assert!(names.iter().all(|name| name.starts_with("GNU ") && name.len() <= 30));
        settings.seed = 2;
        assert_ne!(names, generate(&params, &settings).unwrap());
    }
}
