//! Is the training code that of this model, with the settings of its run?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "code-is-own",
    question: "Is the training code that of this model, with the settings of its run?",
    doc: "Training code alone may be a library. It is this model's when settings of a run stand beside it and a document of \
          the release tells how to start it. Settings or code that are only said to exist count as declarations.",
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
    let shown: Vec<_> = if code.whole.is_empty() || settings.whole.is_empty() || code.described.is_empty() {
        Vec::new()
    } else {
        code.whole.iter().chain(&settings.whole).chain(&code.described).copied().collect()
    };
    if let Some(because) = NonEmpty::of(inventory.trusted(&shown, Trust::Confirmed)) {
        return Finding::met(because);
    }
    let said: Vec<_> =
        code.elsewhere.iter().chain(&settings.elsewhere).chain(&settings.described).copied().collect();
    let told = !code.elsewhere.is_empty() || !code.whole.is_empty() && !said.is_empty() || !code.whole.is_empty() && !code.described.is_empty();
    let facts: Vec<_> = code.whole.iter().chain(&said).copied().collect();
    match NonEmpty::of(facts.clone()) {
        Some(because) if trust == Trust::Declared && told => Finding::met(because),
        _ => match NonEmpty::of(facts.into_iter().map(Doubt::Incomplete).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => Finding::unknown(NonEmpty::one(Doubt::NotFound("no training code or settings were found; they may lie elsewhere".to_owned()))),
        },
    }
}
