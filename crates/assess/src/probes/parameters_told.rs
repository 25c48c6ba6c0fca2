//! Is the number of parameters told?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::{Claim, FactId};

pub(crate) const PROBE: Probe = Probe {
    id: "parameters-told",
    question: "Is the number of parameters told?",
    doc: "Met by weight headers, which hold the number, or by a document that tells it.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let counted = |(id, fact): (FactId, &candor_facts::Fact)| {
        let told = matches!(fact.claim, Claim::Tensors { .. } | Claim::Parameters { .. } | Claim::ParametersTold { .. });
        told.then_some(id)
    };
    let facts: Vec<FactId> = inventory.view.facts().filter_map(counted).collect();
    if let Some(because) = NonEmpty::of(inventory.trusted(&facts, trust)) {
        return Finding::met(because);
    }
    match NonEmpty::of(facts.into_iter().map(Doubt::OnlyDeclared).collect()) {
        Some(doubts) => Finding::unknown(doubts),
        None => {
            let what = "no weight headers were read, and no number of parameters was found in the places searched";
            Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
        }
    }
}
