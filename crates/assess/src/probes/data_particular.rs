//! Is this particular of the training data told?

use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::{Component, DataAspect};

pub(crate) const PROBE: Probe = Probe {
    id: "data-particular",
    question: "Is the {aspect} of the training data told?",
    doc: "Met by a text here that tells it. Data sets that are named with their places tell the provenance. A linked page of a data set tells it by declaration.",
    params: &[Param::Aspect],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let aspect = params.aspect();
    let mut facts = inventory.data.aspect(aspect).to_vec();
    if aspect == DataAspect::Provenance { facts.extend(inventory.data.located_base()) }
    if let Some(because) = NonEmpty::of(inventory.trusted(&facts, trust)) {
        return Finding::met(because);
    }
    if inventory.lineage.derives() && !inventory.bases.is_empty() {
        return inventory.through_bases(&PROBE, params, None, trust);
    }
    let mut linked: Vec<_> = inventory.data.documented_base().collect();
    let published = inventory.holding(Component::DataPretraining);
    linked.extend(published.elsewhere.iter().chain(&published.whole));
    if aspect == DataAspect::Processing {
        linked.extend(inventory.holding(Component::CodeDataProcessing).whole);
    }
    linked.dedup();
    match NonEmpty::of(linked.clone()) {
        Some(because) if trust == Trust::Declared => Finding::met(because),
        _ => match NonEmpty::of(linked.into_iter().map(Doubt::OnlyDeclared).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => Finding::unknown(NonEmpty::one(Doubt::NotFound(format!("no text read here tells the {aspect} of the data")))),
        },
    }
}
