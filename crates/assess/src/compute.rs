//! Training compute: an interval from what is told, never a guess.
//!
//! Whole numbers only. A dense model's training takes about six operations a parameter and token; the Commission's
//! guidelines (annex A) allow 30 % to either side. Of a mixture of experts the active parameters count, so where
//! these are not told, or it is not known whether there are experts, the interval begins at nothing.

use crate::inventory::Inventory;
use crate::verdict::Trust;
use candor_facts::{Amount, Claim, FactId, Stage};
use std::fmt;

/// A number of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flop(pub u128);

impl Flop {
    /// `1e23`, `3.3e22`.
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let exponent = exponent.parse::<u32>().ok()?.checked_sub(u32::try_from(fraction.len()).ok()?)?;
        let number = format!("{whole}{fraction}").parse::<u128>().ok()?;
        Some(Self(number.checked_mul(10u128.checked_pow(exponent)?)?))
    }

    /// One third of it.
    pub fn third(self) -> Self {
        Self(self.0 / 3)
    }
}

/// Two digits and an exponent, cut.
impl fmt::Display for Flop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        match digits.as_bytes() {
            [first, second, ..] if digits.len() > 3 => {
                let (first, second) = (char::from(*first), char::from(*second));
                write!(
                    f,
                    "{first}{}e{}",
                    if second == '0' { String::new() } else { format!(".{second}") },
                    digits.len() - 1
                )
            }
            _ => f.write_str(&digits),
        }
    }
}

/// Training compute as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compute {
    /// At least.
    pub low: Flop,
    /// At most; `None` where nothing bounds it.
    pub high: Option<Flop>,
    /// How it was reckoned, with the figures.
    pub formula: String,
    /// What it rests on.
    pub facts: Vec<FactId>,
}

/// Architectures without experts, by `model_type`. Of any other it is not known here.
const DENSE: &[&str] = &[
    "apertus", "bert", "bloom", "cohere", "cohere2", "falcon", "gemma", "gemma2", "gemma3", "gemma3_text", "glm4",
    "gpt2", "gpt_bigcode", "gpt_neo", "gpt_neox", "gptj", "granite", "internlm2", "llama", "mistral", "mistral3",
    "mpt", "olmo", "olmo2", "olmo3", "openelm", "opt", "persimmon", "phi", "phi3", "qwen2", "qwen3", "smollm3",
    "stablelm", "starcoder2", "t5", "xglm",
];
/// Operations a parameter and token.
const A_TOKEN: u128 = 6;

/// The compute of a stage; `None` where the documents do not tell enough.
pub(crate) fn training(inventory: &Inventory<'_>, stage: Stage, trust: Trust) -> Option<Compute> {
    let tokens = amount(inventory, Amount::TrainingTokens, Some(stage), trust)?;
    let active = amount(inventory, Amount::ActiveParameters, None, trust);
    // An adapter's own parameters say little: training it runs through the base.
    let counted = |id: &FactId| trust == Trust::Declared || inventory.confirms(*id);
    let whole = inventory.weights.adapters.is_empty();
    let measured = inventory.weights.parameters.filter(|(_, id)| whole && counted(id));
    let total = match measured {
        Some((count, id)) => Told { low: count, high: Some(count), facts: vec![id] },
        None => amount(inventory, Amount::TotalParameters, None, trust)?,
    };
    let dense = inventory.sheet.facts().find(|(_, fact)| {
        matches!(&fact.claim, Claim::Architecture { model_type: Some(name), .. } if DENSE.contains(&name.as_str()))
    });
    let (low, high, whose) = match (&active, dense) {
        (Some(active), _) => (active.low, active.high, "active parameters"),
        (None, Some(_)) => (total.low, total.high, "parameters"),
        (None, None) => (0, total.high, "parameters at most, since it may have experts"),
    };
    let mut facts = tokens.facts.clone();
    facts.extend(active.as_ref().map_or(&total, |active| active).facts.iter().chain(dense.as_ref().map(|(id, _)| id)));
    let product = |parameters: u64, tokens: u64| {
        A_TOKEN.saturating_mul(u128::from(parameters)).saturating_mul(u128::from(tokens))
    };
    let bottom = Flop(product(low, tokens.low) / 10 * 7);
    let top = high.zip(tokens.high).map(|(parameters, tokens)| Flop(product(parameters, tokens) / 10 * 13));
    let tell = |low: u64, high: Option<u64>| match high {
        Some(high) if high == low => Flop(u128::from(low)).to_string(),
        Some(high) => format!("{} to {}", Flop(u128::from(low)), Flop(u128::from(high))),
        None => format!("{} or more", Flop(u128::from(low))),
    };
    let formula = format!(
        "6 x {} {whose} x {} tokens, 30 % to either side: {} to {}",
        tell(low, high),
        tell(tokens.low, tokens.high),
        bottom,
        top.map_or("no known end".to_owned(), |top| top.to_string())
    );
    Some(Compute { low: bottom, high: top, formula, facts })
}

struct Told {
    low: u64,
    high: Option<u64>,
    facts: Vec<FactId>,
}

/// What all statements of an amount span together.
fn amount(inventory: &Inventory<'_>, of: Amount, stage: Option<Stage>, trust: Trust) -> Option<Told> {
    let mut told: Option<Told> = None;
    for (id, fact) in inventory.sheet.facts() {
        let Claim::Amount { of: amount, low, high, stage: stated } = &fact.claim else { continue };
        let own = if inventory.lineage.derives() { Stage::End } else { Stage::Base };
        let stated = if *stated == Stage::Unstated { own } else { *stated };
        let counts = trust == Trust::Declared || fact.confirms();
        if *amount != of || stage.is_some_and(|stage| stage != stated) || !counts {
            continue;
        }
        match &mut told {
            None => told = Some(Told { low: *low, high: *high, facts: vec![id] }),
            Some(told) => {
                told.low = told.low.min(*low);
                told.high = told.high.zip(*high).map(|(one, other)| one.max(other));
                told.facts.push(id);
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_told() {
        for (text, told) in
            [("1e23", "1e23"), ("3.3e22", "3.3e22"), ("1e25", "1e25"), ("12", "12"), ("6.45e24", "6.4e24")]
        {
            assert_eq!(Flop::parse(text).map(|flop| flop.to_string()).as_deref(), Some(told), "{text}");
        }
        for bad in ["", "e", "1e", "x", "1e99", "1.25e1"] {
            assert_eq!(Flop::parse(bad), None, "{bad}");
        }
    }
}
