//! What reviewers state of a requirement, joined with what was found.
//!
//! A statement settles what is unknown, and refutes what only the publisher says. It never erases an observation:
//! where they disagree the observation stands, and the conflict is shown.

use crate::inventory::Inventory;
use crate::status::Status;
use crate::verdict::{Finding, Ground, NonEmpty};
use candor_facts::{Claim, FactId};

/// The findings on a requirement, on what was observed and with the publisher's word, after the reviewers' statements.
pub(crate) fn settle(inventory: &Inventory<'_>, id: &str, confirmed: Finding, declared: Finding) -> (Finding, Finding) {
    let statements: Vec<(FactId, bool, &str)> = inventory
        .view
        .facts()
        .filter_map(|(fact, found)| match &found.claim {
            Claim::Reviewed { requirement, holds, because, .. } if requirement == id => {
                Some((fact, *holds, because.as_str()))
            }
            _ => None,
        })
        .collect();
    let Some((first, holds, because)) = statements.first().copied() else { return (confirmed, declared) };
    if let Some((other, _, _)) = statements.iter().find(|(_, other, _)| *other != holds) {
        let note = "reviewers do not agree";
        return (confirmed.in_conflict(first, *other, note), declared.in_conflict(first, *other, note));
    }
    let facts: Vec<FactId> = statements.iter().map(|(fact, _, _)| *fact).collect();
    let attested = || {
        let finding = match NonEmpty::of(facts.clone()) {
            Some(facts) if holds => Finding::met(facts),
            _ => Finding::not_met(NonEmpty::one(Ground::Fact(first))),
        };
        finding.note(format!("attested: {because}"))
    };
    let stands = if holds { Status::Met } else { Status::NotMet };
    let join = |finding: Finding, by_word: bool| {
        if finding.status() == Status::Unknown {
            attested()
        } else if finding.status() == stands {
            finding.and(&facts)
        } else if by_word {
            attested()
        } else {
            let ground = finding.grounds().iter().find_map(|ground| match ground {
                Ground::Fact(fact) => Some(*fact),
                Ground::Place(_) => None,
            });
            let note = format!("a reviewer states the contrary ({because}); what was observed stands");
            finding.in_conflict(ground.unwrap_or(first), first, &note)
        }
    };
    let only_said = confirmed.status() == Status::Unknown;
    (join(confirmed, false), join(declared, only_said))
}
