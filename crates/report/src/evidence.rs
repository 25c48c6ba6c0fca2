//! Every place that an assessment points to, once, numbered.

use candor_assess::{Doubt, Ground, Inventory};
use candor_facts::{Evidence, FactId, PartIndex, Place};
use serde::Serialize;
use std::collections::BTreeMap;

/// A numbered list of places.
#[derive(Debug, Default)]
pub(crate) struct EvidenceTable {
    list: Vec<Evidence>,
    numbers: BTreeMap<Evidence, usize>,
}

impl EvidenceTable {
    /// The number of a place; the same place has one number.
    pub(crate) fn number(&mut self, evidence: &Evidence) -> usize {
        if let Some(at) = self.numbers.get(evidence) {
            return *at;
        }
        let at = self.list.len();
        self.list.push(evidence.clone());
        self.numbers.insert(evidence.clone(), at);
        at
    }

    /// The numbers of the deciding places of some facts.
    pub(crate) fn facts(&mut self, inventory: &Inventory<'_>, facts: &[FactId]) -> Vec<usize> {
        let mut numbers: Vec<usize> =
            facts.iter().filter_map(|id| inventory.fact(*id)).map(|fact| self.number(&fact.evidence)).collect();
        numbers.dedup();
        numbers
    }

    /// The numbers of what a definite answer rests on.
    pub(crate) fn grounds(&mut self, inventory: &Inventory<'_>, grounds: &[Ground]) -> Vec<usize> {
        let mut numbers: Vec<usize> = grounds
            .iter()
            .filter_map(|ground| ground_place(inventory, ground))
            .map(|place| self.number(&place))
            .collect();
        numbers.dedup();
        numbers
    }

    /// All places, by number.
    pub(crate) fn list(&self) -> &[Evidence] {
        &self.list
    }
}

/// The place of a ground.
pub(crate) fn ground_place(inventory: &Inventory<'_>, ground: &Ground) -> Option<Evidence> {
    match ground {
        Ground::Fact(id) => inventory.fact(*id).map(|fact| fact.evidence.clone()),
        Ground::Place(place) => Some(place.clone()),
    }
}

/// The facts behind a doubt.
pub(crate) fn doubt_facts(doubt: &Doubt) -> Vec<FactId> {
    match doubt {
        Doubt::OnlyDeclared(id) | Doubt::Incomplete(id) | Doubt::Unread(id) => vec![*id],
        Doubt::Conflict(one, other) => vec![*one, *other],
        Doubt::NotSeen(_) | Doubt::NotFound(_) | Doubt::NeedsAttestation(_) => Vec::new(),
    }
}

/// A doubt in one word and one sentence.
pub(crate) fn doubt_words(doubt: &Doubt) -> (&'static str, String) {
    match doubt {
        Doubt::OnlyDeclared(_) => ("only-declared", "the publisher says so; it was not looked at".to_owned()),
        Doubt::Incomplete(_) => ("incomplete", "there is some of it; whether that is all cannot be said".to_owned()),
        Doubt::Unread(_) => ("unread", "words that nobody has judged".to_owned()),
        Doubt::Conflict(..) => ("conflict", "two statements do not agree".to_owned()),
        Doubt::NotSeen(gap) => ("not-seen", format!("{}: {}", gap.path, gap.reason)),
        Doubt::NotFound(what) => ("not-found", what.clone()),
        Doubt::NeedsAttestation(what) => ("needs-attestation", format!("no file can show it: {what}")),
    }
}

/// What fixes a place, beside its path: the bytes with their digest, or the listing.
pub(crate) fn place_words(evidence: &Evidence) -> String {
    match &evidence.place {
        Place::Span { start, end, digest, .. } => format!("bytes {start} to {end}, `{digest}`"),
        Place::Listed { listing, .. } => format!("in listing `{listing}`"),
        Place::Absent { listing, .. } => format!("searched listing `{listing}`"),
    }
}

/// The wire form of a place.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Wire {
    Span {
        part: PartIndex,
        path: String,
        bytes: [u64; 2],
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        route: Option<String>,
        basis: &'static str,
        sha256: String,
    },
    Listed {
        part: PartIndex,
        path: String,
        listed: bool,
        listing: String,
        basis: &'static str,
    },
    Absent {
        part: PartIndex,
        absent: String,
        listing: String,
        complete: bool,
        basis: &'static str,
    },
}

impl Wire {
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let basis = evidence.basis.as_str();
        match &evidence.place {
            Place::Span { part, path, start, end, line, digest, route } => Self::Span {
                part: *part,
                path: path.to_string(),
                bytes: [*start, *end],
                line: (*line > 0).then_some(*line),
                route: route.as_ref().map(|route| route.0.clone()),
                basis,
                sha256: digest.hex().to_owned(),
            },
            Place::Listed { part, path, listing } => {
                Self::Listed { part: *part, path: path.to_string(), listed: true, listing: listing.to_string(), basis }
            }
            Place::Absent { part, sought, listing, complete } => Self::Absent {
                part: *part,
                absent: sought.clone(),
                listing: listing.to_string(),
                complete: *complete,
                basis,
            },
        }
    }
}
