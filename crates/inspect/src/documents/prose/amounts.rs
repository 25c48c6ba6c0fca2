//! How many tokens, how many parameters: figures that a publisher states of its training.
//!
//! Only figures of billions and trillions count, so that lengths of contexts and sizes of vocabularies do not. A figure
//! is what the publisher says, never an observation.

use super::{Reader, Said, Topic};
use candor_facts::{Amount, Basis, Claim, Stage};

const TRAINED: &[&str] = &["train*", "pretrain*", "pre train*", "saw", "seen"];
const OTHER: &[&str] = &[
    "context", "vocabulary", "tokenizer", "evaluat*", "benchmark*", "per second", "price", "cost", "throughput",
    "latency",
];
const POST: &[&str] =
    &["fine tun*", "finetun*", "sft", "post train*", "posttrain*", "rlhf", "dpo", "preference", "instruction tun*"];
const PRE: &[&str] = &["pretrain*", "pre train*", "from scratch", "base model", "foundation model"];

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    if matches!(said.topic, Topic::Evaluation | Topic::Citation | Topic::License) || said.words.denies() {
        return;
    }
    let words: Vec<&str> = said.words.iter().collect();
    let training = said.words.any(TRAINED) || said.label.any(TRAINED) || said.lead.any(TRAINED);
    for (at, value, next) in figures(&words) {
        let after: Vec<&str> = words.iter().skip(next).take(3).copied().collect();
        let is = |set: &[&str]| after.iter().any(|word| set.contains(word));
        let first = after.first().copied().unwrap_or_default();
        let of = if matches!(first, "token" | "tokens") || first == "training" && is(&["tokens"]) {
            if !training || said.words.any(OTHER) {
                continue;
            }
            Amount::TrainingTokens
        } else if matches!(first, "active" | "activated")
            || is(&["active", "activated"]) && is(&["parameters", "params"])
        {
            Amount::ActiveParameters
        } else if matches!(first, "total" | "parameters" | "params") {
            Amount::TotalParameters
        } else {
            continue;
        };
        let before = |phrases: &[&str]| {
            let window: Vec<&str> = words.iter().take(at).rev().take(3).copied().collect();
            phrases.iter().any(|phrase| window.contains(phrase))
        };
        let more =
            before(&["over", "than", "least", "exceeding"]) || plus(&said.statement.text, words.get(at).copied());
        let less = before(&["up", "most", "under", "fewer"]) && !more;
        let claim =
            Claim::Amount { of, low: if less { 0 } else { value }, high: (!more).then_some(value), stage: stage(said) };
        reader.say(Basis::Declared, said, claim);
    }
}

/// Numbers of billions or trillions: place of the number, value, place of the word behind it.
fn figures(words: &[&str]) -> Vec<(usize, u64, usize)> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let digits: String = word.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let unit = word.get(digits.len()..).unwrap_or_default();
        let (unit, next) =
            if unit.is_empty() { (words.get(at + 1).copied().unwrap_or_default(), at + 2) } else { (unit, at + 1) };
        let scale: u64 = match unit {
            "b" | "bn" | "billion" => 1_000_000_000,
            "t" | "tn" | "trillion" => 1_000_000_000_000,
            _ => continue,
        };
        if let Some(value) = scaled(&digits, scale) {
            found.push((at, value, next));
        }
    }
    found
}

/// `3.5` of a trillion, in whole arithmetic; nothing for what is no such number or is beyond belief.
fn scaled(digits: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || whole.len() > 5 || fraction.len() > 6 || fraction.contains('.') {
        return None;
    }
    let part = match fraction {
        "" => 0,
        digits => {
            digits.parse::<u64>().ok()?.checked_mul(scale)? / 10u64.checked_pow(u32::try_from(digits.len()).ok()?)?
        }
    };
    whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(part)
}

/// Whether a plus sign stands behind a number: `15T+`, `15+ trillion`.
fn plus(text: &str, word: Option<&str>) -> bool {
    let Some(word) = word else { return false };
    let lower = text.to_lowercase();
    lower.match_indices(word).any(|(at, _)| lower.get(at + word.len()..).is_some_and(|rest| rest.starts_with('+')))
}

fn stage(said: &Said<'_>) -> Stage {
    let (pre, post) = (said.words.any(PRE), said.words.any(POST));
    match (pre, post) {
        (true, false) => Stage::Base,
        (false, true) => Stage::End,
        (false, false) if said.headings.any(PRE) && !said.headings.any(POST) => Stage::Base,
        (false, false) if said.headings.any(POST) => Stage::End,
        _ => Stage::Unstated,
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::card::INSPECTOR;
    use crate::testing::{fixture, inspect};
    use candor_facts::Claim;

    /// What a card with one sentence states, as `of low..high stage`.
    fn stated(sentence: &str) -> Vec<String> {
        let sheet = inspect(&INSPECTOR, &fixture(&format!("//- README.md\n# Model\n\n{sentence}\n")));
        let one = |claim: &Claim| match claim {
            Claim::Amount { of, low, high, stage } => {
                Some(format!("{of} {low}..{} {stage}", high.map_or("?".to_owned(), |high| high.to_string())))
            }
            _ => None,
        };
        sheet.facts().filter_map(|(_, fact)| one(&fact.claim)).collect()
    }

    #[test]
    fn figures_of_training() {
        let t = "000000000000";
        for (sentence, expected) in [
            (
                "The model was pre-trained on 3.5 trillion tokens.",
                vec![format!("training-tokens 3500000000000..3500000000000 base")],
            ),
            ("We trained it on 15T+ tokens of text.", vec![format!("training-tokens 15{t}..? unstated")]),
            ("It was trained on over 2 trillion tokens.", vec![format!("training-tokens 2{t}..? unstated")]),
            ("Models are trained on up to 4T tokens.", vec![format!("training-tokens 0..4{t} unstated")]),
            (
                "Fine-tuned on 20B tokens of dialogue, training for two epochs.",
                vec!["training-tokens 20000000000..20000000000 end".to_owned()],
            ),
            (
                "It has 671B total parameters with 37B activated for each token.",
                vec![
                    "total-parameters 671000000000..671000000000 unstated".to_owned(),
                    "active-parameters 37000000000..37000000000 unstated".to_owned(),
                ],
            ),
            ("A context window of 128k tokens was used in training.", vec![]),
            ("The price of 1B tokens is low, and training is separate.", vec![]),
            ("It was not trained on 15 trillion tokens.", vec![]),
            ("Trained on 9999999 trillion tokens.", vec![]),
        ] {
            assert_eq!(stated(sentence), expected, "{sentence}");
        }
    }
}
