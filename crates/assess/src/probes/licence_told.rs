//! Is a licence of the weights told?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};

pub(crate) const PROBE: Probe = Probe {
    id: "licence-told",
    question: "Is the licence of the weights told?",
    doc: "Met by a text of terms that was found; a licence that is only named is a declaration. What the licence allows is \
          asked elsewhere.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let silent = || {
        let what = "no licence text and no licence name were found in the places searched";
        Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
    };
    let Some(terms) = inventory.model_terms() else { return silent() };
    if let Some(because) = NonEmpty::of(terms.texts.clone()) {
        return Finding::met(because);
    }
    match NonEmpty::of(terms.declared.clone()) {
        Some(because) if trust == Trust::Declared => Finding::met(because),
        _ => {
            let doubts = terms.declared.iter().map(|id| Doubt::OnlyDeclared(*id));
            let doubts = doubts.chain(terms.unread.iter().map(|id| Doubt::Unread(*id)));
            NonEmpty::of(doubts.collect()).map_or_else(silent, Finding::unknown)
        }
    }
}
