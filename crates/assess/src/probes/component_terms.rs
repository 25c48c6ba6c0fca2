//! Are the terms over this component open for its kind?

use crate::inventory::Inventory;
use crate::mof;
use crate::probe::{Param, Params, Probe};
use crate::terms::Freedoms;
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::Kind;

pub(crate) const PROBE: Probe = Probe {
    id: "component-terms",
    question: "Is the {component} under an open licence?",
    doc: "Open is a licence that the OSI or the FSF approves, that conforms to the Open Definition, or that the Model \
          Openness Framework lists for such a component and that grants all four freedoms. Code, weights and data come \
          under the terms that cover them; a document comes under terms that speak of documents, or under the licence of \
          the repository that it stands in. Every licence that covers it must be open. A licence that is only named counts \
          as the publisher's statement; a document that lies elsewhere has terms that nobody here read.",
    params: &[Param::Component],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let component = params.component();
    let kind = match component.kind() {
        Kind::Code => mof::Kind::Code,
        Kind::Data => mof::Kind::Data,
        Kind::Document => mof::Kind::Document,
    };
    let answers: Vec<Freedoms> = inventory
        .covering(component)
        .into_iter()
        .map(|terms| terms.open(kind, inventory.view))
        .collect();
    let granted = |answer: &Freedoms| match answer {
        Freedoms::GrantedByText(facts) => Some(facts.clone()),
        Freedoms::GrantedByName(facts) if trust == Trust::Declared => Some(facts.clone()),
        _ => None,
    };
    if let Some(because) = answers.iter().find_map(granted).and_then(NonEmpty::of) {
        return Finding::met(because);
    }
    let all_restricted = answers.iter().all(|answer| matches!(answer, Freedoms::Restricted(_)));
    let limits: Vec<_> = answers.iter().flat_map(|answer| if let Freedoms::Restricted(terms) = answer { terms.as_slice() } else { &[] }).collect();
    if all_restricted {
        let grounds = limits.iter().map(|term| term.clause.clone().map_or(Ground::Fact(term.fact), Ground::Place)).collect();
        let mut kinds: Vec<&str> = limits.iter().map(|term| term.kind.as_str()).collect();
        kinds.dedup();
        if let Some(because) = NonEmpty::of(grounds) {
            return Finding::not_met(because).note(format!("restricted: {}", kinds.join(", ")));
        }
    }
    let doubts = answers.iter().flat_map(|answer| match answer {
        Freedoms::GrantedByName(facts) => facts.iter().map(|id| Doubt::OnlyDeclared(*id)).collect::<Vec<_>>(),
        Freedoms::Unread(facts) => facts.iter().map(|id| Doubt::Unread(*id)).collect(),
        _ => Vec::new(),
    });
    match NonEmpty::of(doubts.collect()) {
        Some(doubts) => Finding::unknown(doubts),
        None => Finding::unknown(NonEmpty::one(Doubt::NotFound(format!("no terms over the {} were found", component.title())))),
    }
}
