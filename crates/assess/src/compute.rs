//! Training compute: an interval from what is told, never a guess.
//!
//! Whole numbers only. The facts hold what follows from tokens and parameters (about six operations a parameter and
//! token, active parameters for a mixture of experts); the Commission's guidelines (annex A) allow 30 % to either side,
//! which is added here. Where active parameters are not known, the interval begins at nothing.

use crate::inventory::Inventory;
use crate::verdict::Trust;
use candor_facts::{Claim, FactId, Flop, Stage};
use std::fmt;

/// A number of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operations(pub u128);

impl Operations {
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
impl fmt::Display for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0");
        }
        let mut unit = 1u128;
        while self.0 / unit >= 100 {
            unit = unit.saturating_mul(10);
        }
        write!(f, "{}", Flop::floor(self.0 / unit * unit))
    }
}

/// Training compute as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compute {
    /// At least.
    pub low: Operations,
    /// At most; `None` where nothing bounds it.
    pub high: Option<Operations>,
    /// How it was reckoned.
    pub formula: String,
    /// What it rests on.
    pub facts: Vec<FactId>,
}

impl Compute {
    fn new(low: u128, high: Option<u128>, formula: &str, facts: Vec<FactId>) -> Self {
        let low = Operations(low / 10 * 7);
        let high = high.map(|high| Operations(high.saturating_add(9) / 10 * 13));
        Self { low, high, formula: formula.to_owned(), facts }
    }

    /// The reckoning with its result, in words.
    pub(crate) fn tell(&self) -> String {
        let high = self.high.map_or("no known end".to_owned(), |high| high.to_string());
        format!("{}; with 30 % to either side {} to {high}", self.formula, self.low)
    }

    /// Both together.
    fn and(mut self, other: Self) -> Self {
        self.low.0 = self.low.0.saturating_add(other.low.0);
        self.high = self.high.zip(other.high).map(|(one, other)| Operations(one.0.saturating_add(other.0)));
        self.formula = format!("{}, and of the base {}", self.formula, other.formula);
        self.facts.extend(other.facts);
        self
    }

    /// One of them, nobody knows which.
    fn or(mut self, other: Self) -> Self {
        self.low = self.low.min(other.low);
        self.high = self.high.zip(other.high).map(|(one, other)| one.max(other));
        self.facts.extend(other.facts);
        self
    }
}

/// The compute that a release itself spent: its pre-training, or of a derived one the further training. `None` where
/// the documents do not tell enough.
pub(crate) fn own(inventory: &Inventory<'_>, trust: Trust) -> Option<Compute> {
    let derived = inventory.lineage.derives();
    let wanted = if derived { Stage::End } else { Stage::Base };
    // Tokens of no stage, told by a derived release, may be those of its base; what its own trainer counted is not.
    let told = |id: FactId, stage: Stage, counted: bool| {
        let stage = if stage == Stage::Unstated && (counted || !derived) { wanted } else { stage };
        stage == wanted && (trust == Trust::Declared || inventory.confirms(id))
    };
    let counted = inventory.view.facts().filter_map(|(id, fact)| match &fact.claim {
        Claim::Compute { lower, upper, formula, stage, inputs } if told(id, *stage, inputs.is_empty()) => {
            Some(Compute::new(lower.value(), upper.map(Flop::value), formula, vec![id]))
        }
        _ => None,
    });
    counted.reduce(Compute::or).or_else(|| {
        let tokens = inventory.view.facts().filter_map(|(id, fact)| match &fact.claim {
            Claim::TrainingTokens { lower, upper, stage } if told(id, *stage, false) => Some((*lower, *upper, id)),
            _ => None,
        });
        let reckoned = tokens.filter_map(|(lower, upper, id)| reckon(inventory, lower, upper, id, trust));
        reckoned.reduce(Compute::or)
    })
}

/// The compute behind the weights: what the release spent itself, and what its base took.
pub(crate) fn cumulative(inventory: &Inventory<'_>, trust: Trust) -> Option<Compute> {
    if !inventory.lineage.derives() {
        return own(inventory, trust);
    }
    let base = base(inventory, trust)?;
    Some(match own(inventory, trust) {
        Some(own) => own.and(base),
        // What the modification took is not told: it took something, and no end of it is known.
        None => Compute { high: None, formula: format!("of the base {}", base.formula), ..base },
    })
}

/// What the base took, where it is the only one and at hand.
pub(crate) fn base(inventory: &Inventory<'_>, trust: Trust) -> Option<Compute> {
    let ([(said, base)], [_]) = (inventory.bases.as_slice(), inventory.lineage.outside.as_slice()) else { return None };
    let mut compute = cumulative(base, trust)?;
    compute.facts.push(*said);
    Some(compute)
}

/// Six operations a parameter and token.
fn reckon(inventory: &Inventory<'_>, lower: u64, upper: Option<u64>, tokens: FactId, trust: Trust) -> Option<Compute> {
    // An adapter's own parameters say little: training it runs through the base.
    if !inventory.weights.adapters.is_empty() {
        return None;
    }
    let product = |parameters: u64, tokens: u64| 6 * u128::from(parameters) * u128::from(tokens);
    let trusted = |id: FactId| trust == Trust::Declared || inventory.confirms(id);
    let counted = inventory.view.facts().filter_map(|(id, fact)| match &fact.claim {
        Claim::Parameters { total, active, .. } => Some((*total, *active, id)),
        _ => None,
    });
    let counted = counted
        .max_by_key(|(total, ..)| *total)
        .or_else(|| inventory.weights.parameters.map(|(total, id)| (total, None, id)));
    if let Some((total, active, id)) = counted.filter(|(.., id)| trusted(*id)) {
        let formula = match active {
            Some(_) => "6 x active parameters x tokens",
            None => "6 x parameters x tokens at most, since it may have experts",
        };
        let high = upper.map(|tokens| product(active.unwrap_or(total), tokens));
        return Some(Compute::new(product(active.unwrap_or(0), lower), high, formula, vec![tokens, id]));
    }
    let (active, all) = told(inventory, trust);
    // Where a size is told without its active parameters, it may be one that uses all.
    let known = sizes(&active) >= sizes(&all).max(1);
    let (list, formula) = match known {
        true => (active, "6 x the number of active parameters that is stated x tokens"),
        false => (all, "6 x the number of parameters that is stated x tokens at most, since it may have experts"),
    };
    let most = list.iter().map(|told| told.1).max()?;
    let least = list.iter().map(|told| told.0).min().filter(|_| known).unwrap_or(0);
    let facts = std::iter::once(tokens).chain(list.iter().map(|told| told.2)).collect();
    Some(Compute::new(product(least, lower), upper.map(|tokens| product(most, tokens)), formula, facts))
}

/// How many sizes are told: statements that may mean one number count once.
fn sizes(told: &[Told]) -> usize {
    let mut intervals: Vec<(u64, u64)> = told.iter().map(|(lower, upper, _)| (*lower, *upper)).collect();
    intervals.sort_unstable();
    let mut end = None;
    let apart = intervals.iter().filter(|(lower, upper)| {
        let new = end.is_none_or(|end| *lower > end);
        end = end.max(Some(*upper));
        new
    });
    apart.count()
}

/// Least and most, as a statement of the release has it.
type Told = (u64, u64, FactId);

/// The numbers of parameters that the release states: those that one token uses, and all. A page may tell of several
/// sizes; each of them counts. Stated numbers that the bytes of the weights contradict count for nothing.
fn told(inventory: &Inventory<'_>, trust: Trust) -> (Vec<Told>, Vec<Told>) {
    let (mut active, mut all) = (Vec::new(), Vec::new());
    for (id, fact) in inventory.view.facts() {
        if trust == Trust::Declared || inventory.confirms(id) {
            match &fact.claim {
                Claim::ParametersTold { lower, upper, active: true } => active.push((*lower, *upper, id)),
                Claim::ParametersTold { lower, upper, active: false } => all.push((*lower, *upper, id)),
                _ => {}
            }
        }
    }
    let bytes = inventory.view.facts().filter_map(|(_, fact)| match &fact.claim {
        Claim::Weights { bytes, .. } => *bytes,
        _ => None,
    });
    // Nobody keeps more than eight bytes of a parameter.
    if let (Some(bytes), Some(most)) = (bytes.max(), all.iter().map(|told| told.1).max())
        && bytes / 8 > most
    {
        all.clear();
        active.clear();
    }
    (active, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_told() {
        for (text, told) in [
            ("1e23", "1e23"),
            ("3.3e22", "3.3e22"),
            ("1e25", "1e25"),
            ("12", "1.2e1"),
            ("0", "0"),
            ("6.45e24", "6.4e24"),
        ] {
            assert_eq!(Operations::parse(text).map(|found| found.to_string()).as_deref(), Some(told), "{text}");
        }
        for bad in ["", "e", "1e", "x", "1e99", "1.25e1"] {
            assert_eq!(Operations::parse(bad), None, "{bad}");
        }
    }
}
