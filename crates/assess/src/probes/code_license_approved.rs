//! Is the code under licences that the Open Source Initiative approves?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::terms::{Freedoms, Scope};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_license::Freedom;

pub(crate) const PROBE: Probe = Probe {
    id: "code-license-approved",
    question: "Is the code under licences approved by the OSI?",
    doc: "Every licence text that covers code must be one that the OSI lists. A changed text is not the approved one, \
          and no approved one restricts use, study, change or sharing. A licence that is only named counts as the publisher's statement.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let none = || Finding::unknown(NonEmpty::one(Doubt::NotFound("no licence of the code was found".to_owned())));
    let Some(terms) = inventory.scope(Scope::Code) else { return none() };
    let unknown = |doubts: Vec<Doubt>| NonEmpty::of(doubts).map_or_else(none, Finding::unknown);
    if let Freedoms::Restricted(limits) = terms.grant(&[Freedom::Use, Freedom::Study, Freedom::Modify, Freedom::Share], inventory.view) {
        let grounds = limits.iter().map(|term| term.clause.clone().map_or(Ground::Fact(term.fact), Ground::Place)).collect();
        let kinds: Vec<&str> = limits.iter().map(|term| term.kind.as_str()).collect();
        return NonEmpty::of(grounds).map_or_else(none, |because| Finding::not_met(because).note(format!("restricted: {}", kinds.join(", "))));
    }
    if !terms.unread.is_empty() {
        return unknown(terms.unread.iter().map(|id| Doubt::Unread(*id)).collect());
    }
    let facts = if terms.texts.is_empty() { terms.declared.clone() } else { terms.texts.clone() };
    match terms.osi() {
        Some(true) if !terms.texts.is_empty() || trust == Trust::Declared => NonEmpty::of(facts).map_or_else(none, Finding::met),
        Some(true) => unknown(facts.into_iter().map(Doubt::OnlyDeclared).collect()),
        Some(false) => {
            let grounds = facts.into_iter().map(Ground::Fact).collect();
            let name = terms.concluded.as_ref().map(ToString::to_string).unwrap_or_default();
            NonEmpty::of(grounds).map_or_else(none, |because| Finding::not_met(because).note(format!("{name} is not on the OSI's list")))
        }
        None => none(),
    }
}
