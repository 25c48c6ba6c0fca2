//! What is told of a text: the terms of the licences found, each with its clause in the user's bytes, and the
//! clauses of what is not known.

use crate::bodies::Body;
use crate::catalogue;
use crate::detect::Clause;
use crate::expression::LicenseId;
use crate::identify::{Found, FoundCondition, MatchKind};
use crate::rules::Kind;
use crate::terms::{ConditionKind, RestrictionKind};
use crate::words::Word;

/// A clause as a restriction.
pub(crate) fn restriction(clause: &Clause, words: &[Word]) -> Option<Found> {
    let Kind::Restriction(kind) = clause.kind else {
        return None;
    };
    Some(Found {
        kind,
        value: clause.value,
        bytes: span(clause, words),
        via_text: true,
        note: describe(kind).to_owned(),
    })
}

/// A clause as a condition.
pub(crate) fn condition(clause: &Clause, words: &[Word]) -> Option<FoundCondition> {
    let Kind::Condition(kind) = clause.kind else {
        return None;
    };
    let note = describe_condition(kind).to_owned();
    Some(FoundCondition { kind, bytes: span(clause, words), via_text: true, note })
}

fn span(clause: &Clause, words: &[Word]) -> Option<std::ops::Range<usize>> {
    let (first, last) = (words.get(clause.words.start)?, words.get(clause.words.end.checked_sub(1)?)?);
    Some(first.start as usize..last.end as usize)
}

/// Adds the terms of one licence, with the clauses of this text that state them.
pub(crate) fn terms_of(
    id: &LicenseId,
    kind: MatchKind,
    clauses: &[&Clause],
    words: &[Word],
    restrictions: &mut Vec<Found>,
    conditions: &mut Vec<FoundCondition>,
) {
    let Some(license) = catalogue::license(id) else {
        return;
    };
    let here = matches!(kind, MatchKind::Exact | MatchKind::Modified);
    for r in &license.restrictions {
        let mut said = clauses.iter().filter(|c| c.kind == Kind::Restriction(r.kind));
        let clause = match r.value {
            Some(v) => said.clone().find(|c| c.value == Some(v)).or_else(|| said.next()),
            None => said.next(),
        };
        let bytes = clause.filter(|_| here).and_then(|c| span(c, words));
        let via_text = here && bytes.is_some();
        // In a changed text a number may be another one than the licence's.
        let read = clause.filter(|_| kind == MatchKind::Modified).and_then(|c| c.value);
        let note = if read.is_some_and(|v| Some(v) != r.value) { describe(r.kind) } else { r.note };
        let found = Found { kind: r.kind, value: read.or(r.value), bytes, via_text, note: note.to_owned() };
        add(restrictions, found);
    }
    for c in &license.conditions {
        let clause = clauses.iter().find(|x| x.kind == Kind::Condition(c.kind));
        let bytes = clause.filter(|_| here).and_then(|x| span(x, words));
        let via_text = here && bytes.is_some();
        if conditions.iter().all(|x| x.kind != c.kind) {
            conditions.push(FoundCondition { kind: c.kind, bytes, via_text, note: c.note.to_owned() });
        }
    }
}

/// One restriction of a kind and value is told once, with its place if any has one.
pub(crate) fn add(restrictions: &mut Vec<Found>, found: Found) {
    match restrictions.iter_mut().find(|r| r.kind == found.kind && r.value == found.value) {
        Some(known) if known.bytes.is_none() && found.bytes.is_some() => *known = found,
        Some(_) => {}
        None => restrictions.push(found),
    }
}

/// Whether the clauses lie among the words of a body.
pub(crate) fn within(clause: &Clause, body: &Body) -> bool {
    clause.words.start < body.words.end && clause.words.end > body.words.start
}

fn describe(kind: RestrictionKind) -> &'static str {
    match kind {
        RestrictionKind::NoLicense => "no permission is given",
        RestrictionKind::FieldOfUse => "some purposes are forbidden, here or in a policy referred to",
        RestrictionKind::NonCommercial => "commercial use is forbidden or needs a separate permission",
        RestrictionKind::UserThreshold => "above this number of users another licence is needed",
        RestrictionKind::RevenueThreshold => "above this revenue another licence or a payment is needed",
        RestrictionKind::NoCompetingModels => "it or its outputs may not be used to make or improve other models",
        RestrictionKind::Geographic => "not licensed to people in, or for use in, some places",
        RestrictionKind::NoRedistribution => "it may not be passed on",
        RestrictionKind::NoModification => "it may not be changed, or changed copies may not be passed on",
        RestrictionKind::RemoteRestriction => "the publisher may restrict use from afar",
        RestrictionKind::UpdateDuty => "the latest version must be used or followed",
        RestrictionKind::MutableTerms => "the publisher may change the terms or a policy that is part of them",
        RestrictionKind::Revocable => "the licence may be withdrawn",
        RestrictionKind::Royalty => "a payment is due",
        RestrictionKind::Indemnity => "the user must indemnify the publisher",
        RestrictionKind::Gated => "access is given on request or acceptance",
    }
}

fn describe_condition(kind: ConditionKind) -> &'static str {
    match kind {
        ConditionKind::Attribution => "the authors must be named",
        ConditionKind::Naming => "derived models must carry a given name",
        ConditionKind::Display => "a given mark or sentence must be shown",
        ConditionKind::ShareAlike => "derived works must be under the same licence",
        ConditionKind::FlowDown => "recipients must be bound by the same use restrictions",
        ConditionKind::Notice => "notices and a copy of the licence must be kept",
        ConditionKind::PatentRetaliation => "rights end for those who sue over rights in it",
    }
}
