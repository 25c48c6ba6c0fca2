//! Did the modification take more than a third of what the base model took?

use crate::compute::{Flop, training};
use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::Stage;

pub(crate) const PROBE: Probe = Probe {
    id: "modification-above",
    question: "Did the modification take more than a third of the compute of its base (a third of {threshold} where that is unknown)?",
    doc: "The compute of the tuning, as an interval of six operations a parameter and token, against one third of the base \
          model's. What the base took is not told in a release that is built on it, so a third of the threshold stands for \
          it; that is the figure for a base without systemic risk. Unknown where the tuning's tokens are not told.",
    params: &[Param::Threshold],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let limit: Flop = params.threshold().third();
    let silent = || {
        let what = "how many tokens the modification took is not told in the places searched";
        Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
    };
    if !inventory.lineage.derives() {
        let what = "no parent model of another publisher was found, so there is nothing to compare with";
        return Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())));
    }
    let Some(compute) = training(inventory, Stage::End, trust) else {
        let told = training(inventory, Stage::End, Trust::Declared);
        let doubts = told.map(|told| told.facts.into_iter().map(Doubt::OnlyDeclared).collect()).unwrap_or_default();
        return NonEmpty::of(doubts).map_or_else(silent, Finding::unknown);
    };
    let note = format!("{}; a third of {} is {limit}", compute.formula, params.threshold());
    let facts = compute.facts.clone();
    if compute.low > limit {
        return NonEmpty::of(facts).map_or_else(silent, Finding::met).note(note);
    }
    if compute.high.is_some_and(|high| high <= limit) {
        let grounds = NonEmpty::of(facts.into_iter().map(Ground::Fact).collect());
        return grounds.map_or_else(silent, Finding::not_met).note(note);
    }
    NonEmpty::of(facts.into_iter().map(Doubt::Incomplete).collect()).map_or_else(silent, Finding::unknown).note(note)
}
