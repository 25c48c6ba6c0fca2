//! Is there what is needed to run the weights?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::Component;

pub(crate) const PROBE: Probe = Probe {
    id: "weights-runnable",
    question: "Can the weights be run with what is published?",
    doc: "An architecture configuration, inference code, or a format that describes itself (GGUF, ONNX) is enough. \
          Weights that lie elsewhere by the publisher's word are taken to lie there with their configuration.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let mut facts = inventory.weights.runnable.clone();
    for component in [Component::CodeInference, Component::CodeArchitecture] {
        facts.extend(inventory.holding(component).whole);
    }
    if let Some(because) = NonEmpty::of(inventory.trusted(&facts, trust)) {
        return Finding::met(because);
    }
    let mut said = Vec::new();
    for component in [Component::WeightsEndFinal, Component::CodeInference, Component::CodeArchitecture] {
        let holding = inventory.holding(component);
        said.extend(holding.elsewhere.into_iter().chain(holding.described));
    }
    match NonEmpty::of(said.clone()) {
        Some(because) if trust == Trust::Declared => Finding::met(because),
        Some(_) => match NonEmpty::of(said.into_iter().map(Doubt::OnlyDeclared).collect()) {
            Some(doubts) => Finding::unknown(doubts),
            None => not_found(),
        },
        None => not_found(),
    }
}

fn not_found() -> Finding {
    let what = "no configuration, inference code or self-describing weights were found; they may lie elsewhere";
    Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
}
