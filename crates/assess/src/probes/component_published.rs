//! Is this component in the release, whole and readable?

use crate::inventory::{Inventory, Presence};
use crate::probe::{Param, Params, Probe};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "component-published",
    question: "Is the {component} published?",
    doc: "Met when it stands in the release, or when the publisher says where it lies. A part of it, or a description, \
          leaves it unknown. Not met when the publisher says that it is kept back. Not found is not absent: it may lie elsewhere.",
    params: &[Param::Component],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let component = params.component();
    let holding = inventory.holding(component);
    if let Some(because) = NonEmpty::of(inventory.trusted(&holding.whole, trust)) {
        return Finding::met(because);
    }
    let final_weights = component == Component::WeightsEndFinal
        || component == Component::WeightsBaseFinal && !inventory.lineage.derives();
    if final_weights && let Some(because) = inventory.weights.absence(inventory.view).and_then(NonEmpty::of) {
        return Finding::not_met(because).note("every model part has a complete listing, and no final weights stand in any");
    }
    if let Some(because) = NonEmpty::of(holding.withheld.iter().map(|id| Ground::Fact(*id)).collect()) {
        return Finding::not_met(because).note("the publisher says that it is not released");
    }
    if let Some(because) = NonEmpty::of(inventory.trusted(&holding.elsewhere, trust)) {
        return Finding::met(because);
    }
    let mut doubts: Vec<Doubt> = holding.elsewhere.iter().chain(&holding.whole).map(|id| Doubt::OnlyDeclared(*id)).collect();
    doubts.extend(holding.partial.iter().chain(&holding.described).map(|id| Doubt::Incomplete(*id)));
    if doubts.is_empty() {
        let (presence, _, _) = inventory.presence(component);
        let searched = if presence == Presence::Absent { "the complete listings here" } else { "what was looked at" };
        doubts.push(Doubt::NotFound(format!("{} was not found in {searched}; it may lie elsewhere", component.title())));
    }
    match NonEmpty::of(doubts) {
        Some(doubts) => Finding::unknown(doubts),
        None => Finding::unknown(NonEmpty::one(Doubt::NotFound(component.title().to_owned()))),
    }
}
