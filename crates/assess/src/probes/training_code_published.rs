//! Is the code that trained the model published?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "training-code-published",
    question: "Is the code that trained the model published?",
    doc: "Files named for training in a listing show that there is training code; that it trains this model is shown when a \
          document tells how to start it, or settings of a run stand beside it. The publisher's statement that it is released \
          is a declaration. Not met when the publisher says that it is kept back.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    if inventory.lineage.derives() && !inventory.bases.is_empty() {
        let own: Vec<_> = inventory.holding(Component::CodePosttraining).shown();
        return inventory.through_bases(&PROBE, params, Some(&own), trust);
    }
    let code = inventory.holding(Component::CodePretraining);
    let settings = inventory.holding(Component::ConfigHyperparameters);
    let beside: Vec<_> = code.described.iter().chain(&settings.whole).copied().collect();
    if !beside.is_empty() {
        let shown: Vec<_> = code.whole.iter().chain(&beside).copied().collect();
        if let (false, Some(because)) = (code.whole.is_empty(), NonEmpty::of(inventory.trusted(&shown, Trust::Confirmed))) {
            return Finding::met(because);
        }
    }
    if let Some(because) = NonEmpty::of(code.withheld.iter().map(|id| Ground::Fact(*id)).collect()) {
        return Finding::not_met(because).note("the publisher says that the training code is not released");
    }
    let told: Vec<_> = code.elsewhere.iter().chain(&code.whole).chain(&code.described).copied().collect();
    let said = !code.elsewhere.is_empty() || !code.described.is_empty();
    match NonEmpty::of(told.clone()) {
        Some(because) if trust == Trust::Declared && said => Finding::met(because),
        _ => match NonEmpty::of(told.into_iter().map(Doubt::Incomplete).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => Finding::unknown(NonEmpty::one(Doubt::NotFound("no training code was found; it may lie elsewhere".to_owned()))),
        },
    }
}
