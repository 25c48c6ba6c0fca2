//! Is it described how the training data was selected or processed?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::{Component, DataAspect};

pub(crate) const PROBE: Probe = Probe {
    id: "processing-described",
    question: "Is it described how the training data was selected or processed?",
    doc: "A text here that tells of filtering, cleaning or selection is observed documentation. A named data set with a \
          page of its own, and code that stands in a listing by its name, are taken to describe it, by declaration.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    if inventory.lineage.derives() && !inventory.bases.is_empty() {
        return inventory.through_bases(&PROBE, params, None, trust);
    }
    let mut facts: Vec<_> = inventory.data.aspect(DataAspect::Processing).to_vec();
    facts.extend(inventory.data.aspect(DataAspect::Selection));
    if let Some(because) = NonEmpty::of(inventory.trusted(&facts, trust)) {
        return Finding::met(because);
    }
    let mut linked: Vec<_> = inventory.data.documented_base().collect();
    let code = inventory.holding(Component::CodeDataProcessing);
    linked.extend(code.whole.into_iter().chain(code.elsewhere));
    match NonEmpty::of(linked.clone()) {
        Some(because) if trust == Trust::Declared => Finding::met(because),
        _ => match NonEmpty::of(linked.into_iter().map(Doubt::OnlyDeclared).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => Finding::unknown(NonEmpty::one(Doubt::NotFound("no text read here tells how the data was selected or processed".to_owned()))),
        },
    }
}
