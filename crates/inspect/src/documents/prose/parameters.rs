//! How many parameters a model has, where a sentence says so.

use super::amount::{before, first};
use super::{Reader, Said, Topic};
use candor_facts::{Basis, Claim};

const NAMES: &[&str] = &["parameters", "parameter", "params"];

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    let words = &said.words;
    let aside = matches!(said.topic, Topic::Evaluation | Topic::Limits | Topic::Citation | Topic::License);
    // Of other models, of parts, of sizes that are only compared with.
    let other = [
        "draft", "teacher", "reward", "larger", "smaller", "less than", "fewer than", "more than", "up to", "compar*",
        "outperform*", "than", "embedding*", "trainable", "lora", "adapter*", "vocabulary", "range*", "ranging",
        "from", "between", "per", "every", "sizes", "unique", "excluding", "default", "temperature",
    ];
    if aside || !reader.about_the_model(said) || !said.affirms() || said.statement.text.contains(['<', '>']) {
        return;
    }
    if words.any(&other) || said.headings.any(&["hyperparameter*", "sampling", "generation"]) {
        return;
    }
    let list: Vec<&str> = words.iter().collect();
    let at = list.iter().enumerate().filter(|(_, word)| NAMES.contains(word));
    let mut found: Vec<((u64, u64), bool)> = at
        .filter_map(|(at, _)| {
            let (rest, active) = match list.get(at.saturating_sub(6)..at)? {
                [rest @ .., "active" | "activated" | "live" | "activation"] => (rest, true),
                [rest @ .., "total" | "model"] => (rest, false),
                // `36B parameters are active`.
                rest => (rest, list.get(at + 1..at + 3) == Some(&["are", "active"])),
            };
            // Nothing between the amount and what it counts.
            let ends = rest.last().is_some_and(|word| ends_an_amount(word));
            before(rest, &said.statement.text).filter(|_| ends).map(|amount| (amount, active))
        })
        .collect();
    let labels = ["parameters", "number of parameters", "total parameters", "params", "parameter count", "model size"];
    if found.is_empty() && said.label.any(&labels) {
        let active = said.label.any(&["activ*"]);
        found.extend(first(said.rest).map(|amount| (amount, active)));
    }
    for ((lower, upper), active) in found {
        // Layers, heads and dimensions are counted in such numbers, models are not.
        if upper >= 100_000 {
            reader.say(Basis::Declared, said, Claim::ParametersTold { lower, upper, active });
        }
    }
}

fn ends_an_amount(word: &str) -> bool {
    matches!(word, "billion" | "million" | "trillion" | "b" | "m" | "t" | "bn")
        || word.starts_with(|c: char| c.is_ascii_digit())
}
