//! Was more than so much training compute used?

use crate::compute::{Compute, Operations, cumulative};
use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};

pub(crate) const PROBE: Probe = Probe {
    id: "compute-above",
    question: "Was the model trained with more than {threshold} operations?",
    doc: "About six operations a parameter and token, 30 % to either side, as an interval: met when its lower end lies \
          above the threshold, not met when its upper end does not, unknown between. Tokens are the publisher's figures; \
          parameters are those of weight headers. Of a mixture of experts the active parameters count. What the base of a \
          derived model took counts too. Without figures it is unknown, never below.",
    params: &[Param::Threshold],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let threshold = params.threshold();
    let Some(compute) = cumulative(inventory, trust) else {
        let told = cumulative(inventory, Trust::Declared);
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
    beside(compute, threshold, threshold)
}

/// Whether an interval lies above a threshold of which only an interval is known too.
pub(super) fn beside(compute: Compute, least: Operations, most: Operations) -> Finding {
    let silent = || Finding::unknown(NonEmpty::one(Doubt::NotFound("no figures were found".to_owned())));
    let note = compute.tell();
    let (above, below) = (compute.low > most, compute.high.is_some_and(|high| high <= least));
    let finding = match (above, below) {
        (true, _) => NonEmpty::of(compute.facts).map_or_else(silent, Finding::met),
        (_, true) => {
            let grounds = compute.facts.into_iter().map(Ground::Fact).collect();
            NonEmpty::of(grounds).map_or_else(silent, Finding::not_met)
        }
        _ => {
            let doubts = compute.facts.into_iter().map(Doubt::Incomplete).collect();
            NonEmpty::of(doubts).map_or_else(silent, Finding::unknown)
        }
    };
    finding.note(note)
}
