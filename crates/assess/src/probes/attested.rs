//! Has a reviewer stated what no file can show?

use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};

pub(crate) const PROBE: Probe = Probe {
    id: "attested",
    question: "Has a reviewer stated this: {what}?",
    doc: "No file shows it. Unknown until a reviewer's statement, pinned to a digest, says so.",
    params: &[Param::What],
    ask,
};

fn ask(_: &Inventory<'_>, params: &Params, _: Trust) -> Finding {
    Finding::unknown(NonEmpty::one(Doubt::NeedsAttestation(params.what().to_owned())))
}
