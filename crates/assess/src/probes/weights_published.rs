//! Are the final weights of the model that users meet published whole?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "weights-published",
    question: "Are the final weights published, whole?",
    doc: "Every file that an index or a numbered name calls for must be in the listing. An adapter counts together with a \
          published base. A publisher's link to where the weights lie is a declaration. Weights that stand in a listing \
          refute a statement that they are withheld.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let weights = &inventory.weights;
    if let Some(because) = NonEmpty::of(weights.whole.clone()) {
        return Finding::met(because);
    }
    if let Some(because) = weights.absence(inventory.view).and_then(NonEmpty::of) {
        return Finding::not_met(because).note("every model part has a complete listing, and no final weights stand in any");
    }
    let holding = inventory.holding(Component::WeightsEndFinal);
    let kept_back = holding.withheld.iter().chain(&inventory.interface_only()).map(|id| crate::verdict::Ground::Fact(*id)).collect();
    if weights.unclear.is_empty()
        && weights.adapters.is_empty()
        && let Some(because) = NonEmpty::of(kept_back)
    {
        return Finding::not_met(because).note("the publisher says that the weights are not released");
    }
    let links: Vec<_> = holding.elsewhere.iter().filter(|id| !weights.adapters.contains(id)).copied().collect();
    let based = if inventory.lineage.grounds().is_empty() { Vec::new() } else { weights.adapters.clone() };
    let said: Vec<_> = links.into_iter().chain(based).chain(weights.unclear.iter().copied()).collect();
    if trust == Trust::Declared
        && let Some(because) = NonEmpty::of(said.clone())
    {
        return Finding::met(because);
    }
    let mut doubts: Vec<Doubt> = said.iter().filter(|id| !weights.unclear.contains(id)).map(|id| Doubt::OnlyDeclared(*id)).collect();
    doubts.extend(weights.unclear.iter().chain(&weights.adapters).chain(&weights.broken).map(|id| Doubt::Incomplete(*id)));
    match NonEmpty::of(doubts) {
        Some(doubts) => Finding::unknown(doubts),
        None => Finding::unknown(NonEmpty::one(Doubt::NotFound("no weights were found in what was looked at; they may lie elsewhere".to_owned()))),
    }
}
