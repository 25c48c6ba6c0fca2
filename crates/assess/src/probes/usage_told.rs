//! Is it told how the model is used?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "usage-told",
    question: "Is information on usage public: modalities, capabilities, limitations, means of integration?",
    doc: "Names the model card and the instructions that were found. Whether they tell enough is a judgement, so it stays \
          unknown until a reviewer speaks.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, _: Trust) -> Finding {
    let mut doubts = Vec::new();
    for component in [Component::DocModelCard, Component::CodeInference] {
        let holding = inventory.holding(component);
        let first = holding.whole.iter().chain(&holding.partial).chain(&holding.described).chain(&holding.elsewhere).next();
        doubts.extend(first.map(|id| Doubt::Incomplete(*id)));
    }
    match NonEmpty::of(doubts) {
        Some(doubts) => Finding::unknown(doubts).note("documents were found; whether they tell enough is for a person to judge"),
        None => {
            let what = "no model card and no instructions were found in the places searched";
            Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
        }
    }
}
