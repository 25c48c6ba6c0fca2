//! Is a number told for the training data?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::{Claim, DataAspect, FactId, Stage};

pub(crate) const PROBE: Probe = Probe {
    id: "size-told",
    question: "Is a number told for the training data?",
    doc: "A number of training tokens, stated by the publisher, is what can be recognised. A text that tells the scope of the \
          data in other words leaves it unknown: whether it gives a number is for a reader to say.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let own = if inventory.lineage.derives() { Stage::End } else { Stage::Base };
    let counted = |(id, fact): (FactId, &candor_facts::Fact)| match &fact.claim {
        Claim::TrainingTokens { stage, .. } if *stage == own || *stage == Stage::Unstated => Some(id),
        _ => None,
    };
    let facts: Vec<FactId> = inventory.view.facts().filter_map(counted).collect();
    if let Some(because) = NonEmpty::of(inventory.trusted(&facts, trust)) {
        return Finding::met(because);
    }
    let mut doubts: Vec<Doubt> = facts.into_iter().map(Doubt::OnlyDeclared).collect();
    doubts.extend(inventory.data.aspect(DataAspect::Scope).iter().map(|id| Doubt::Incomplete(*id)));
    match NonEmpty::of(doubts) {
        Some(doubts) => Finding::unknown(doubts),
        None => {
            let what = "no number of tokens, rows or files was found in the places searched";
            Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
        }
    }
}
