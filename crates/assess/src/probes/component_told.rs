//! Is something told of this component?

use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};

pub(crate) const PROBE: Probe = Probe {
    id: "component-told",
    question: "Is something told of this: {component}?",
    doc: "Met by a text or file here that tells of it, wholly or in part; whether it tells enough is for a reader to say. A \
          link is a declaration. Not found in the places searched is never no.",
    params: &[Param::Component],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let component = params.component();
    let holding = inventory.holding(component);
    let mut here = holding.whole.clone();
    here.extend(holding.partial.iter().chain(&holding.described));
    if let Some(because) = NonEmpty::of(inventory.trusted(&here, trust)) {
        return Finding::met(because);
    }
    let said: Vec<_> = here.into_iter().chain(holding.elsewhere).collect();
    match NonEmpty::of(said.clone()) {
        Some(because) if trust == Trust::Declared => Finding::met(because),
        _ => match NonEmpty::of(said.into_iter().map(Doubt::OnlyDeclared).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => {
                let what = format!("nothing of this kind was found in the places searched: {}", component.title());
                Finding::unknown(NonEmpty::one(Doubt::NotFound(what)))
            }
        },
    }
}
