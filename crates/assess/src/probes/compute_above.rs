//! Was more than so much training compute used?

use crate::compute::{Flop, training};
use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::Stage;

pub(crate) const PROBE: Probe = Probe {
    id: "compute-above",
    question: "Was the model trained with more than {threshold} operations?",
    doc: "Six operations a parameter and token, 30 % to either side, as an interval: met when its lower end lies above the \
          threshold, not met when its upper end does not, unknown between. Tokens and parameters are the publisher's \
          figures, except where weight headers give the parameters. Of a mixture of experts the active parameters count. \
          Without figures it is unknown, never below.",
    params: &[Param::Threshold],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let threshold: Flop = params.threshold();
    let stage = if inventory.lineage.derives() { Stage::End } else { Stage::Base };
    let Some(compute) = training(inventory, stage, trust).filter(|_| !inventory.lineage.derives()) else {
        let told = training(inventory, stage, Trust::Declared);
        let doubts = told.map(|told| told.facts.into_iter().map(Doubt::OnlyDeclared).collect()).unwrap_or_default();
        let what = match inventory.lineage.derives() {
            true => "the compute of the model that it is built on counts too, and is not told here",
            false => "training tokens and parameters are not both told in the places searched",
        };
        return NonEmpty::of(doubts).map_or_else(
            || Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned()))),
            |doubts| Finding::unknown(doubts).note(what),
        );
    };
    let grounds = NonEmpty::of(compute.facts.clone());
    if compute.low > threshold {
        return grounds.map_or_else(silent, Finding::met).note(compute.formula);
    }
    if compute.high.is_some_and(|high| high <= threshold) {
        let grounds = NonEmpty::of(compute.facts.into_iter().map(Ground::Fact).collect());
        return grounds.map_or_else(silent, Finding::not_met).note(compute.formula);
    }
    let doubts = NonEmpty::of(compute.facts.into_iter().map(Doubt::Incomplete).collect());
    doubts.map_or_else(silent, Finding::unknown).note(compute.formula)
}

fn silent() -> Finding {
    Finding::unknown(NonEmpty::one(Doubt::NotFound("no figures were found in the places searched".to_owned())))
}
