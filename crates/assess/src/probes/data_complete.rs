//! Does the data information cover all of the training data?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "data-complete",
    question: "Does the data information cover all of the training data?",
    doc: "Met when the data itself is published together with a data card. A statement that all data is released, or data \
          sets that are all named with their places, is a declaration of it.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    if inventory.lineage.derives() && !inventory.bases.is_empty() {
        let own: Vec<_> = inventory.data.located_end().collect();
        return inventory.through_bases(&PROBE, params, Some(&own), trust);
    }
    let data = inventory.holding(Component::DataPretraining);
    let card = inventory.holding(Component::DocDataCard);
    if !inventory.lineage.derives()
        && let (Some(first), Some(_)) = (data.whole.first(), card.whole.first())
    {
        let facts: Vec<_> = data.whole.iter().chain(&card.whole).copied().collect();
        return Finding::met(NonEmpty::of(facts).unwrap_or(NonEmpty::one(*first)));
    }
    let all: Vec<_> = data.elsewhere.iter().chain(&data.whole).copied().collect();
    let placed = inventory.data.base_unplaced.is_empty();
    match NonEmpty::of(all.clone()) {
        Some(because) if trust == Trust::Declared && placed && !inventory.lineage.derives() => Finding::met(because),
        _ => {
            let mut doubts: Vec<Doubt> = all.into_iter().map(Doubt::OnlyDeclared).collect();
            doubts.extend(inventory.data.base_unplaced.iter().map(|id| Doubt::Incomplete(*id)));
            match NonEmpty::of(doubts) {
                Some(doubts) => Finding::unknown(doubts),
                None => Finding::unknown(NonEmpty::one(Doubt::NotFound("nothing read here claims to cover all of the data".to_owned()))),
            }
        }
    }
}
