//! Are the principal sources of the pre-training data identified, and can they be found?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "sources-identified",
    question: "Are the principal sources of the pre-training data identified and locatable?",
    doc: "A data set that is named with a place to find it, in a text that speaks of training, identifies; so does the data \
          itself. Kinds of data (`web, code`) and words such as `publicly available` identify nothing. A list in the front \
          matter of a card is a declaration. What a derived model says of its own tuning says nothing of its base.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    if inventory.lineage.derives() {
        return inventory.through_bases(&PROBE, params, None, trust);
    }
    let mut facts: Vec<_> = inventory.data.located_base().collect();
    facts.extend(inventory.holding(Component::DataPretraining).whole);
    if let Some(because) = NonEmpty::of(inventory.trusted(&facts, trust)) {
        return Finding::met(because);
    }
    let holding = inventory.holding(Component::DataPretraining);
    let doubts = facts.iter().chain(&holding.elsewhere).map(|id| Doubt::OnlyDeclared(*id));
    let doubts: Vec<Doubt> = doubts.chain(inventory.data.base_unplaced.iter().map(|id| Doubt::Incomplete(*id))).collect();
    match NonEmpty::of(doubts) {
        Some(doubts) => Finding::unknown(doubts),
        None => Finding::unknown(NonEmpty::one(Doubt::NotFound("no data set is named in what was read".to_owned()))),
    }
}
