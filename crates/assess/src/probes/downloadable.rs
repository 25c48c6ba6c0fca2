//! Are the weights listed at a public address?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::{Component, FactId};

pub(crate) const PROBE: Probe = Probe {
    id: "downloadable",
    question: "Are the weights listed at an address from which others download?",
    doc: "Met when weights stand in the listing of a part with an address on a hub or forge, gated or not. A link of the \
          publisher is a declaration. A folder alone does not show that anyone else can have it.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let weights = &inventory.weights;
    let public = |id: &FactId| {
        let part = inventory.fact(*id).and_then(|fact| inventory.view.part(fact.part()));
        let locator = part.and_then(|part| part.locator.as_deref()).unwrap_or_default();
        ["hf:", "github:", "git+"].iter().any(|scheme| locator.starts_with(scheme))
    };
    let sets = weights.whole.iter().chain(&weights.adapters).chain(&weights.unclear);
    let listed: Vec<FactId> = sets.copied().filter(public).collect();
    if let Some(because) = NonEmpty::of(listed) {
        return Finding::met(because);
    }
    let said = inventory.holding(Component::WeightsEndFinal).elsewhere;
    match NonEmpty::of(said.clone()) {
        Some(because) if trust == Trust::Declared => Finding::met(because),
        _ => match NonEmpty::of(said.into_iter().map(Doubt::OnlyDeclared).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => {
                let what = "no weights at a public address were found in the places searched";
                Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
            }
        },
    }
}
