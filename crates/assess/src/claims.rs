//! What the publisher says of its release, held against what was found: how open it calls it, and what it names as
//! its bases.

use crate::inventory::Inventory;
use crate::status::Status;
use crate::verdict::{Standing, Trust, Verdicts};
use candor_facts::{Claim, Descent, FactId, OpennessClaim, TermKind};

/// Whether a claim holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// It is shown to hold.
    Yes,
    /// It is shown not to hold.
    No,
    /// It cannot be said.
    Unknown,
}

impl Holds {
    /// The word used in JSON and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// A claim and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimHeld {
    /// What is claimed: a word of [`OpennessClaim`]; `made from NAME`; [`NAMES_BASES`].
    pub claim: String,
    /// Whether it holds.
    pub holds: Holds,
    /// The requirements that decide.
    pub why: Vec<String>,
    /// What decides it where that is no requirement; else empty.
    pub note: String,
    /// Where it is claimed, and what decides it.
    pub facts: Vec<FactId>,
}

/// The claim of a release that names some models as its bases, or none: that it is made from no others.
pub const NAMES_BASES: &str = "names what it is made from";

/// Hold each claim against the verdicts.
pub(crate) fn hold(inventory: &Inventory<'_>, standings: &[Standing], verdicts: &Verdicts) -> Vec<ClaimHeld> {
    let spectrum = standings.iter().find(|standing| standing.framework == "spectrum");
    let mut held = Vec::new();
    for claim in OpennessClaim::ALL {
        let says = |(id, fact): (FactId, &candor_facts::Fact)| {
            matches!(&fact.claim, Claim::SaysOpen { what } if what == claim).then_some(id)
        };
        let facts: Vec<FactId> = inventory.view.facts().filter_map(says).collect();
        if facts.is_empty() {
            continue;
        }
        let (holds, why) = match claim {
            OpennessClaim::OpenSource | OpennessClaim::FullyOpen => level(spectrum, verdicts, "open-source"),
            OpennessClaim::OpenWeights => level(spectrum, verdicts, "open-weights"),
            OpennessClaim::CommercialUse => commercial(inventory),
        };
        held.push(ClaimHeld { claim: claim.to_string(), holds, why, note: String::new(), facts });
    }
    held.extend(inventory.view.facts().filter_map(|(id, fact)| parentage(inventory, id, &fact.claim)));
    held
}

/// What a release names as its base, or does not name, held against its weights.
fn parentage(inventory: &Inventory<'_>, id: FactId, compared: &Claim) -> Option<ClaimHeld> {
    let Claim::WeightsCompared { with, related, kind, descent, named } = compared else { return None };
    let says = |(id, fact): (FactId, &candor_facts::Fact)| {
        matches!(&fact.claim, Claim::BaseModel { name, .. } if name == with).then_some(id)
    };
    let (claim, holds, note) = match (related, descent) {
        (true, Descent::FromIt) => (format!("made from {with}"), Holds::Yes, format!("its weights show it: {kind}")),
        (false, Descent::FromIt) => {
            (format!("made from {with}"), Holds::No, "its weights show nothing of it".to_owned())
        }
        (true, Descent::Unsaid) => {
            let names = if named.is_empty() { "no base".to_owned() } else { named.join(", ") };
            let note = format!(
                "its weights are related to those of {with} ({kind}), and it names {names}; weights do not show who \
                 came first"
            );
            (NAMES_BASES.to_owned(), Holds::Unknown, note)
        }
        (true, Descent::ToIt) | (false, _) => return None,
    };
    let facts = inventory.view.facts().filter_map(says).chain([id]).collect();
    Some(ClaimHeld { claim, holds, why: Vec::new(), note, facts })
}

fn level(spectrum: Option<&Standing>, verdicts: &Verdicts, level: &str) -> (Holds, Vec<String>) {
    let Some(standing) = spectrum else { return (Holds::Unknown, Vec::new()) };
    let wanted = standing.rank(Some(level));
    if standing.rank(standing.confirmed.as_deref()) >= wanted {
        return (Holds::Yes, vec![format!("spectrum.{level}")]);
    }
    let decided = if standing.rank(Some(&standing.possible)) < wanted { Holds::No } else { Holds::Unknown };
    let leaves = verdicts.iter().filter(|(_, verdict)| {
        let probed = matches!(verdict.reason, crate::verdict::Reason::Probed { .. });
        let relevant = verdict.requirement.starts_with("spectrum.") || verdict.requirement.starts_with("osaid.");
        let failing = verdict.confirmed == Status::NotMet || verdict.declared == Status::NotMet;
        let open = verdict.status(Trust::Confirmed) == Status::Unknown && holds_open(decided);
        probed
            && relevant
            && verdict.requirement != "spectrum.weights-withheld"
            && (failing || open)
            && verdict.requirement != "osaid.data-terms"
    });
    (decided, leaves.map(|(_, verdict)| verdict.requirement.clone()).collect())
}

fn holds_open(holds: Holds) -> bool {
    holds == Holds::Unknown
}

fn commercial(inventory: &Inventory<'_>) -> (Holds, Vec<String>) {
    let kinds = [
        TermKind::NonCommercial,
        TermKind::Royalty,
        TermKind::RevenueThreshold,
        TermKind::UserThreshold,
        TermKind::NoLicense,
    ];
    let Some(terms) = inventory.model_terms() else { return (Holds::Unknown, Vec::new()) };
    let why = vec!["osaid.parameters-terms".to_owned()];
    if terms.restrictions.iter().any(|term| kinds.contains(&term.kind)) {
        (Holds::No, why)
    } else if terms.unread.is_empty() && !terms.texts.is_empty() {
        (Holds::Yes, why)
    } else {
        (Holds::Unknown, why)
    }
}
