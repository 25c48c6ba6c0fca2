//! Do the terms leave out these kinds of restriction?

use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::terms::{Scope, Term};
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::{Claim, TermKind};

pub(crate) const PROBE: Probe = Probe {
    id: "terms-clear",
    question: "Are the terms of the {of} free of these restrictions: {kinds}?",
    doc: "Not met by a restriction of such a kind, whether read, known from the named licence, or inherited from the base \
          model. Met when the terms were read and their content is known. Words that nobody has judged leave it unknown; a \
          licence that is only named counts as the publisher's statement.",
    params: &[Param::Scope, Param::Kinds],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    find(inventory, params.of(), params.kinds(), trust)
}

/// The restrictions of the kinds asked for.
pub(super) fn carried(inventory: &Inventory<'_>, scope: Scope, kinds: &[TermKind]) -> Vec<Term> {
    let terms = inventory.scope(scope).map(|terms| terms.restrictions.clone()).unwrap_or_default();
    terms.into_iter().filter(|term| kinds.contains(&term.kind)).collect()
}

/// The finding of this probe, for probes that build on it.
pub(super) fn find(inventory: &Inventory<'_>, scope: Scope, kinds: &[TermKind], trust: Trust) -> Finding {
    let none = || {
        let what = "no terms were found in the places searched";
        Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
    };
    let carried = carried(inventory, scope, kinds);
    if !carried.is_empty() {
        let mut notes: Vec<&str> = carried.iter().map(|term| term.note.as_str()).collect();
        notes.dedup();
        let note = format!("restricted: {}", notes.join("; "));
        let grounds = carried.iter().map(|term| term.clause.clone().map_or(Ground::Fact(term.fact), Ground::Place));
        return NonEmpty::of(grounds.collect()).map_or_else(none, Finding::not_met).note(note);
    }
    let Some(terms) = inventory.scope(scope) else { return none() };
    if let Some(doubts) = NonEmpty::of(terms.unread.iter().map(|id| Doubt::Unread(*id)).collect()) {
        return Finding::unknown(doubts);
    }
    let coded = |expression: &Option<String>| {
        let parsed = expression.as_deref().and_then(|text| candor_license::Expression::parse(text).ok());
        parsed.is_some_and(|parsed| {
            let uncoded = |freedom: &candor_license::Freedom| {
                candor_license::grants(&parsed, *freedom) == candor_license::Grant::Unread
            };
            !candor_license::Freedom::ALL.iter().any(uncoded)
        })
    };
    let (mut known, mut uncoded) = (Vec::new(), Vec::new());
    for id in terms.texts.iter().chain(&terms.declared) {
        let Some(Claim::LicenseText { expression, .. } | Claim::LicenseDeclared { expression, .. }) =
            inventory.fact(*id).map(|fact| &fact.claim)
        else {
            continue;
        };
        if coded(expression) {
            known.push(*id);
        } else if expression.is_some() {
            uncoded.push(Doubt::Unread(*id));
        }
    }
    if let Some(doubts) = NonEmpty::of(uncoded) {
        return Finding::unknown(doubts);
    }
    let read = known.iter().copied().filter(|id| terms.texts.contains(id)).collect();
    match (NonEmpty::of(read), NonEmpty::of(known.clone())) {
        (Some(because), _) => Finding::met(because),
        (None, Some(because)) if trust == Trust::Declared => Finding::met(because),
        (None, Some(_)) => NonEmpty::of(known.into_iter().map(Doubt::OnlyDeclared).collect()).map_or_else(none, Finding::unknown),
        (None, None) => none(),
    }
}
