//! Can the weights be had without asking anyone?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::TermKind;

pub(crate) const PROBE: Probe = Probe {
    id: "not-gated",
    question: "Can the weights be had without asking for permission?",
    doc: "Weights that lie in the release without a gate can be had. A gate leaves it unknown: an automatic click-through is \
          no permission, approval by a person is one, and a file seldom shows which it is.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let gates: Vec<Doubt> = inventory
        .model_terms()
        .map(|terms| terms.restrictions.iter().filter(|term| term.kind == TermKind::Gated).map(|term| Doubt::Unread(term.fact)).collect())
        .unwrap_or_default();
    if let Some(doubts) = NonEmpty::of(gates) {
        return Finding::unknown(doubts).note("whether the gate opens by itself or by a person's approval is not shown");
    }
    if let Some(because) = NonEmpty::of(inventory.weights.whole.clone()) {
        return Finding::met(because);
    }
    let said = inventory.holding(candor_facts::Component::WeightsEndFinal).elsewhere;
    match NonEmpty::of(said.clone()) {
        Some(because) if trust == Trust::Declared => Finding::met(because),
        _ => match NonEmpty::of(said.into_iter().map(Doubt::OnlyDeclared).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => Finding::unknown(NonEmpty::one(Doubt::NotFound("no weights were found".to_owned()))),
        },
    }
}
