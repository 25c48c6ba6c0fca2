//! Is the architecture told?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::{Claim, Component};

pub(crate) const PROBE: Probe = Probe {
    id: "architecture-told",
    question: "Is the architecture told by a configuration or by code?",
    doc: "Met by a configuration that names the architecture, by architecture code, or by a weight format that describes \
          itself. Whether that is clear enough for a given purpose is for a reader to say.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let named = inventory.view.facts().filter(|(_, fact)| match &fact.claim {
        Claim::Architecture { model_type, architectures } => model_type.is_some() || !architectures.is_empty(),
        Claim::Runnable { by } => by == "self-describing",
        _ => false,
    });
    let mut facts: Vec<_> = named.map(|(id, _)| id).collect();
    let code = inventory.holding(Component::CodeArchitecture);
    facts.extend(code.whole);
    if let Some(because) = NonEmpty::of(inventory.trusted(&facts, trust)) {
        return Finding::met(because);
    }
    facts.extend(code.elsewhere);
    match NonEmpty::of(facts.clone()) {
        Some(because) if trust == Trust::Declared => Finding::met(because),
        _ => match NonEmpty::of(facts.into_iter().map(Doubt::OnlyDeclared).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => {
                let what = "no configuration and no architecture code were found in the places searched";
                Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
            }
        },
    }
}
