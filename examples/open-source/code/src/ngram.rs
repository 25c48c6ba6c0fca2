//! Baselines: how well simple counts of the training text predict the validation text.

use std::collections::BTreeMap;

use crate::vocab;

/// Counts of characters after every context of up to a given length, smoothed by Witten and
/// Bell's method: each length is mixed with the next shorter one, in proportion to how many
/// different characters followed the context.
pub struct Ngram {
    order: usize,
    counts: BTreeMap<Vec<usize>, BTreeMap<usize, u32>>,
}

impl Ngram {
    /// Counts with contexts of up to `order - 1` characters.
    pub fn new(order: usize, lines: &[Vec<usize>]) -> Self {
        let mut counts: BTreeMap<Vec<usize>, BTreeMap<usize, u32>> = BTreeMap::new();
        for line in lines {
            for (context, next) in contexts(line, order) {
                for start in 0..=context.len() {
                    let followers = counts.entry(context[start..].to_vec()).or_default();
                    *followers.entry(next).or_default() += 1;
                }
            }
        }
        Self { order, counts }
    }

    /// The probability of a character after a context.
    fn probability(&self, context: &[usize], next: usize) -> f64 {
        let mut probability = 1.0 / vocab::SIZE as f64;
        for start in (0..=context.len()).rev() {
            let Some(followers) = self.counts.get(&context[start..]) else {
                break;
            };
            let total: u32 = followers.values().sum();
            let kinds = followers.len() as f64;
            let seen = f64::from(followers.get(&next).copied().unwrap_or(0));
            probability = (seen + kinds * probability) / (f64::from(total) + kinds);
        }
        probability
    }

    /// Mean surprise per character (and line end) of a text, in bits.
    pub fn bits_per_character(&self, lines: &[Vec<usize>]) -> f64 {
        let (mut bits, mut targets) = (0.0, 0u32);
        for line in lines {
            for (context, next) in contexts(line, self.order) {
                bits -= libm::log2(self.probability(&context, next));
                targets += 1;
            }
        }
        bits / f64::from(targets)
    }
}

/// Every character of a line and its end, each with the up to `order - 1` tokens before it.
fn contexts(line: &[usize], order: usize) -> impl Iterator<Item = (Vec<usize>, usize)> {
    let marked: Vec<usize> =
        std::iter::once(vocab::END).chain(line.iter().copied()).chain(std::iter::once(vocab::END)).collect();
    (1..marked.len()).map(move |at| {
        let start = (at + 1).saturating_sub(order);
        (marked[start..at].to_vec(), marked[at])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one() {
        let lines = [vocab::encode("abab").unwrap(), vocab::encode("abc").unwrap()];
        let ngram = Ngram::new(3, &lines);
        for context in [vec![], vec![vocab::END], vocab::encode("ab").unwrap(), vec![9, 9]] {
            let sum: f64 = (0..vocab::SIZE).map(|next| ngram.probability(&context, next)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{context:?}: {sum}");
        }
    }

    #[test]
    fn longer_contexts_help_on_the_text_itself() {
        let lines = [vocab::encode("abcabcabc").unwrap()];
        let bits = |order| Ngram::new(order, &lines).bits_per_character(&lines);
        assert!(bits(2) < bits(1));
    }
}
