//! Is the model built on that of another publisher?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::{Claim, Component, FactId, Stage};

pub(crate) const PROBE: Probe = Probe {
    id: "built-on-other",
    question: "Is the model built on a model of another publisher?",
    doc: "Met when a parent of another family or publisher is named; since the publisher alone names it, that is a \
          declaration. Not met when the release tells of its own pre-training, or names a parent of its own family. A card \
          that names no parent does not show that there is none.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let parents = inventory.lineage.grounds();
    if inventory.lineage.derives() {
        // What a publisher says to its own burden is believed.
        return NonEmpty::of(parents).map_or_else(silent, Finding::met);
    }
    let own = |(id, fact): (FactId, &candor_facts::Fact)| {
        let base = matches!(
            fact.claim,
            Claim::DataDescribed { stage: Stage::Base, .. }
                | Claim::Dataset { stage: Stage::Base, .. }
                | Claim::TrainingTokens { stage: Stage::Base, .. }
        );
        base.then_some(id)
    };
    let mut facts: Vec<FactId> = inventory.view.facts().filter_map(own).collect();
    facts.extend(inventory.holding(Component::CodePretraining).whole);
    facts.extend(&inventory.lineage.kin);
    let trusted = inventory.trusted(&facts, trust);
    if let Some(because) = NonEmpty::of(trusted.into_iter().map(Ground::Fact).collect()) {
        return Finding::not_met(because).note("the release tells of its own pre-training, or of a parent of its own family");
    }
    match NonEmpty::of(facts.into_iter().map(Doubt::OnlyDeclared).collect()) {
        Some(doubts) => Finding::unknown(doubts),
        None => silent(),
    }
}

fn silent() -> Finding {
    let what = "no parent model is named, and no pre-training of its own is told, in the places searched";
    Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
}
