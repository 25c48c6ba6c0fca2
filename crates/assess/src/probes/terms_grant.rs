//! Do the terms grant the freedoms asked for?

use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::terms::Freedoms;
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};

pub(crate) const PROBE: Probe = Probe {
    id: "terms-grant",
    question: "Do the terms of the {of} grant {freedoms}?",
    doc: "Reads all terms that cover it. A restriction that limits one of the freedoms decides, whether read in a text, known \
          from the named licence, or inherited from the base model. Words that nobody has judged leave it unknown: a changed \
          permissive licence grants nothing. A licence that is only named counts as the publisher's statement.",
    params: &[Param::Scope, Param::Freedoms],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let none = || Finding::unknown(NonEmpty::one(Doubt::NotFound("no terms were found in what was looked at".to_owned())));
    let Some(terms) = inventory.scope(params.of()) else { return none() };
    let unknown = |doubts: Vec<Doubt>| NonEmpty::of(doubts).map_or_else(none, Finding::unknown);
    match terms.grant(params.freedoms(), inventory.view) {
        Freedoms::GrantedByText(facts) => NonEmpty::of(facts).map_or_else(none, Finding::met),
        Freedoms::GrantedByName(facts) if trust == Trust::Declared => NonEmpty::of(facts).map_or_else(none, Finding::met),
        Freedoms::GrantedByName(facts) => unknown(facts.into_iter().map(Doubt::OnlyDeclared).collect()),
        Freedoms::Unread(facts) => unknown(facts.into_iter().map(Doubt::Unread).collect()),
        Freedoms::NoTerms => none(),
        Freedoms::Restricted(terms) => {
            let mut kinds: Vec<&str> = terms.iter().map(|term| term.kind.as_str()).collect();
            kinds.dedup();
            let note = format!("restricted: {}", kinds.join(", "));
            let grounds = terms.into_iter().map(|term| term.clause.map_or(Ground::Fact(term.fact), Ground::Place)).collect();
            NonEmpty::of(grounds).map_or_else(none, Finding::not_met).note(note)
        }
    }
}
