//! How many tokens a model was trained on, where a sentence says so.

use super::{Reader, Said, Topic};
use candor_facts::{Basis, Claim, Stage};

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    let trained = ["trained", "pretrained", "training", "pretraining", "pre training", "pre trained"];
    let words = &said.words;
    let about = words.any(&trained) || said.label.any(&["training tokens", "token count", "pretraining tokens"]);
    let aside = matches!(said.topic, Topic::Evaluation | Topic::Limits | Topic::Citation | Topic::License);
    let other =
        ["context", "per second", "window", "batch", "vocabulary", "up to", "less than", "fewer than", "maximum"];
    if !about || aside || !reader.in_model_part() || !words.any(&["tokens"]) || words.any(&other) || !said.affirms() {
        return;
    }
    let list: Vec<&str> = words.iter().collect();
    let mut found = list.iter().enumerate().filter(|(_, word)| **word == "tokens").filter_map(|(at, _)| {
        let before = list.get(at.saturating_sub(4)..at)?;
        amount(before)
    });
    let (Some((lower, upper)), None) = (found.next(), found.next()) else { return };
    // Of what is told as more than a number there is no upper end.
    let more = words.any(&["over", "more than", "at least", "exceeding", "upwards of"]);
    let upper = (!more).then_some(upper);
    let stage = if words.any(&["fine tun*", "finetun*", "sft", "post train*", "instruction*", "further", "continued"]) {
        Stage::End
    } else if words.any(&["pretrain*", "pre train*"]) {
        Stage::Base
    } else {
        Stage::Unstated
    };
    reader.say(Basis::Declared, said, Claim::TrainingTokens { lower, upper, stage });
}

/// The amount that the words before `tokens` tell, as an interval by its rounding: `15 trillion`, `1.5t`, `300 b`, with
/// at most two words of another kind after it.
fn amount(before: &[&str]) -> Option<(u64, u64)> {
    for skipped in 0..3 {
        let end = before.len().checked_sub(skipped)?;
        let words = before.get(..end)?;
        let (number, unit) = match words {
            [.., number, unit] if power(unit).is_some() => (*number, power(unit)?),
            [.., word] => {
                let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                let Some(unit) = power(word.get(digits.len()..)?) else { continue };
                (digits, unit)
            }
            [] => return None,
        };
        // Of a number in groups (`2,000 billion`) the last group alone would be read.
        let count = if power(words.last()?).is_some() { 2 } else { 1 };
        let first = words.len().checked_sub(count + 1).and_then(|at| words.get(at));
        if first.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit())) {
            return None;
        }
        return interval(number, unit);
    }
    None
}

fn power(unit: &str) -> Option<u32> {
    match unit {
        "trillion" | "t" | "tn" => Some(12),
        "billion" | "b" | "bn" => Some(9),
        "million" | "m" => Some(6),
        _ => None,
    }
}

fn interval(number: &str, power: u32) -> Option<(u64, u64)> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let decimals = u32::try_from(fraction.len()).ok().filter(|decimals| *decimals <= 4 && whole.len() <= 6)?;
    let digits: u64 = format!("{whole}{fraction}").parse().ok().filter(|digits| *digits > 0)?;
    let unit = 10u64.checked_pow(power.checked_sub(decimals)?)?;
    let value = digits.checked_mul(unit)?;
    Some((value - unit / 2, value.checked_add(unit / 2)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (text, expected) in [
            ("on 15 trillion", Some((14_500_000_000_000, 15_500_000_000_000))),
            ("of 1.5t", Some((1_450_000_000_000, 1_550_000_000_000))),
            ("300b high quality", Some((299_500_000_000, 300_500_000_000))),
            ("2 000 billion", None),
            ("on 15", None),
            ("many", None),
            ("0 billion", None),
        ] {
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(amount(&words), expected, "{text}");
        }
    }
}
