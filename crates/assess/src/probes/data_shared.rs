//! Is the training data that may be shared really published?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "data-shared",
    question: "Is the training data published?",
    doc: "Met when the data stands in the release; by declaration when the publisher names where it can be downloaded. Not \
          met when the publisher says that it is kept back.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    if inventory.lineage.derives() && !inventory.bases.is_empty() {
        let own: Vec<_> = inventory.data.located_end().collect();
        return inventory.through_bases(&PROBE, params, Some(&own), trust);
    }
    let data = inventory.holding(Component::DataPretraining);
    if let Some(because) = NonEmpty::of(inventory.trusted(&data.whole, trust)) {
        return Finding::met(because);
    }
    if let Some(because) = NonEmpty::of(data.withheld.iter().map(|id| Ground::Fact(*id)).collect()) {
        return Finding::not_met(because).note("the publisher says that the training data is not released");
    }
    match NonEmpty::of(data.elsewhere.clone()) {
        Some(because) if trust == Trust::Declared => Finding::met(because),
        _ => match NonEmpty::of(data.elsewhere.into_iter().map(Doubt::OnlyDeclared).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => Finding::unknown(NonEmpty::one(Doubt::NotFound("no training data was found in what was looked at".to_owned()))),
        },
    }
}
