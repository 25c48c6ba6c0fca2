//! Facts that follow from facts of several files: the computing of training.

use crate::inspector::Reading;
use candor_facts::{Claim, Fact, Flop};
use std::collections::BTreeMap;

/// What follows from all that was read. Each statement rests on the places of the facts that it follows from.
pub(crate) fn derived(all: &Reading) -> Vec<Fact> {
    let parameters = all.facts.iter().filter_map(|fact| match &fact.claim {
        Claim::Parameters { total, active: Some(active), embedding, attention, .. } => {
            Some((*total, *active, *embedding, *attention, fact))
        }
        _ => None,
    });
    let Some((_, active, embedding, attention, counted)) = parameters.max_by_key(|(total, ..)| *total) else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    for fact in &all.facts {
        let Claim::TrainingTokens { lower, upper, stage } = &fact.claim else { continue };
        // A matrix of parameters costs two operations forwards and four backwards; looking up a vector costs none.
        let least = u128::from(active.saturating_sub(embedding)) * 6 * u128::from(*lower);
        let most = upper.zip(attention).map(|(tokens, attention)| {
            (u128::from(active) * 6).saturating_add(u128::from(attention)).saturating_mul(u128::from(tokens))
        });
        let mut inputs =
            BTreeMap::from([("N".to_owned(), active), ("E".to_owned(), embedding), ("D least".to_owned(), *lower)]);
        inputs.extend(upper.map(|upper| ("D most".to_owned(), upper)));
        inputs.extend(attention.map(|attention| ("A".to_owned(), attention)));
        let claim = Claim::Compute {
            lower: Flop::floor(least),
            upper: most.map(Flop::ceil),
            formula: "6·(N−E)·D to (6·N+A)·D: N active parameters, E of them input embedding, D tokens, A attention"
                .to_owned(),
            inputs,
            stage: *stage,
        };
        let also = counted.places().cloned().collect();
        facts.push(Fact { claim, evidence: fact.evidence.clone(), also });
    }
    facts
}
