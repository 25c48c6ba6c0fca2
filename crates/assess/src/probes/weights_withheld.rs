//! Are the weights kept back, or nowhere to be found where all was looked at?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "weights-withheld",
    question: "Are the weights withheld?",
    doc: "Met when every model part has a complete listing without final weights, or when the publisher says that weights \
          are withheld or that access is by interface only. Weights in a listing refute such a statement.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let weights = &inventory.weights;
    if let Some(because) = NonEmpty::of(weights.whole.iter().map(|id| Ground::Fact(*id)).collect()) {
        return Finding::not_met(because).note("weights stand in a listing");
    }
    if let Some(because) = weights.absence(inventory.view).and_then(NonEmpty::of) {
        return Finding::met_by_absence(because).note("every model part has a complete listing, and no final weights stand in any");
    }
    let holding = inventory.holding(Component::WeightsEndFinal);
    let mut said = inventory.interface_only();
    said.extend(holding.withheld);
    let contradicted = !weights.unclear.is_empty() || !weights.adapters.is_empty();
    if trust == Trust::Declared && !contradicted {
        if let Some(because) = NonEmpty::of(said.clone()) {
            return Finding::met(because);
        }
        if let Some(because) = NonEmpty::of(holding.elsewhere.iter().map(|id| Ground::Fact(*id)).collect()) {
            return Finding::not_met(because).note("the publisher says where the weights lie");
        }
    }
    let doubts: Vec<Doubt> = said.into_iter().chain(holding.elsewhere).map(Doubt::OnlyDeclared).chain(weights.unclear.iter().map(|id| Doubt::Incomplete(*id))).collect();
    match NonEmpty::of(doubts) {
        Some(doubts) => Finding::unknown(doubts),
        None => Finding::unknown(NonEmpty::one(Doubt::NotFound("nothing says that the weights are withheld".to_owned()))),
    }
}
