//! Can the model generate language, images or video?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use candor_facts::Claim;

pub(crate) const PROBE: Probe = Probe {
    id: "generates",
    question: "Can the model generate language, or images or video from text?",
    doc: "Met by a configuration whose architecture generates: a causal or conditional language model, an image or video \
          pipeline. Other architectures leave it unknown.",
    params: &[],
    ask,
};

const GENERATING: &[&str] =
    &["forcausallm", "lmheadmodel", "forconditionalgeneration", "diffusionpipeline", "fluxpipeline", "lmheadmodel"];

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let generating = |name: &String| {
        let name = name.to_lowercase();
        GENERATING.iter().any(|end| name.ends_with(end))
    };
    let facts: Vec<_> = inventory
        .view
        .facts()
        .filter(|(_, fact)| {
            matches!(&fact.claim, Claim::Architecture { architectures, .. } if architectures.iter().any(generating))
        })
        .map(|(id, _)| id)
        .collect();
    match NonEmpty::of(inventory.trusted(&facts, trust)) {
        Some(because) => Finding::met(because),
        None => {
            let what = "no configuration that names a generating architecture was found in the places searched";
            Finding::unknown(NonEmpty::one(Doubt::NotFound(what.to_owned())))
        }
    }
}
