//! Did the modification take more than a third of what the base model took?

use super::compute_above::beside;
use crate::compute::{Operations, base, own};
use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};

pub(crate) const PROBE: Probe = Probe {
    id: "modification-above",
    question: "Did the modification take more than a third of the compute of its base (where that is unknown, a third of {threshold}, or of {high} for a base with systemic risk)?",
    doc: "The compute of the further training, as an interval, against one third of the base model's where the base is at \
          hand and its compute told. Where it is not, a third of the first threshold stands for it, or of the second if \
          the base has systemic risk; since that is not known either, between the two it is unknown. Unknown where the \
          tokens of the further training are not told.",
    params: &[Param::Threshold, Param::High],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let silent = || {
        let what = "how many tokens the modification took is not told in the places searched";
        Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
    };
    if !inventory.lineage.derives() {
        let what = "no parent model of another publisher was found, so there is nothing to compare with";
        return Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())));
    }
    let Some(mut compute) = own(inventory, trust) else {
        let told = own(inventory, Trust::Declared);
        let doubts = told.map(|told| told.facts.into_iter().map(Doubt::OnlyDeclared).collect()).unwrap_or_default();
        return NonEmpty::of(doubts).map_or_else(silent, Finding::unknown);
    };
    match base(inventory, trust) {
        Some(base) => {
            compute.facts.extend(base.facts);
            let most = base.high.map_or(Operations(u128::MAX), Operations::third);
            let note = format!("a third of what the base took is {} or more", base.low.third());
            beside(compute, base.low.third(), most).note_more(&note)
        }
        None => {
            let (least, most) = (params.threshold().third(), params.high().third());
            let note = format!(
                "what the base took is not known here; a third of {} is {least}, of {} {most}",
                params.threshold(),
                params.high()
            );
            beside(compute, least, most).note_more(&note)
        }
    }
}
