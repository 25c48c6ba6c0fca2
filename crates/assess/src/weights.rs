//! The weights of a release: whole, unclear, adapters, or absent from every listing that could hold them.

use crate::verdict::Ground;
use crate::view::View;
use candor_facts::{Basis, Claim, Evidence, FactId, PartIndex, Place, Role, WeightForm, Whole};

/// The weight sets of a release.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// Sets that are whole.
    pub whole: Vec<FactId>,
    /// Sets of which it cannot be said.
    pub unclear: Vec<FactId>,
    /// Sets of which a file is missing.
    pub broken: Vec<FactId>,
    /// Adapters: they need a base.
    pub adapters: Vec<FactId>,
    /// What makes the weights run.
    pub runnable: Vec<FactId>,
    /// Number of parameters, by the headers.
    pub parameters: Option<(u64, FactId)>,
    /// Digests published beside the files.
    pub digests: Vec<FactId>,
    /// What was found of files that run code when they are loaded, or may.
    pub pickles: Vec<FactId>,
}

impl Weights {
    /// Sort the facts about weights.
    pub fn new(view: View<'_>) -> Self {
        let mut weights = Self::default();
        for (id, fact) in view.facts() {
            match &fact.claim {
                Claim::Weights { form: WeightForm::Adapter, whole, .. } if *whole != Whole::No => {
                    weights.adapters.push(id)
                }
                Claim::Weights { form: WeightForm::Full | WeightForm::Quantised, whole, .. } => match whole {
                    Whole::Yes => weights.whole.push(id),
                    Whole::Unknown => weights.unclear.push(id),
                    Whole::No => weights.broken.push(id),
                },
                Claim::Runnable { .. } => weights.runnable.push(id),
                Claim::DigestsPublished { .. } => weights.digests.push(id),
                Claim::Pickle { .. } => weights.pickles.push(id),
                Claim::Tensors { parameters, .. } if weights.parameters.is_none_or(|(most, _)| most < *parameters) => {
                    weights.parameters = Some((*parameters, id));
                }
                _ => {}
            }
        }
        if view.facts().any(|(_, fact)| matches!(fact.claim, Claim::DeltaWeights)) {
            // Differences run no more than an adapter does.
            weights.adapters.append(&mut weights.whole);
        }
        weights
    }

    /// The facts that show that no final weights stand in any model part; `None` unless every model part has a
    /// complete listing without them.
    pub fn absent(&self, view: View<'_>) -> Option<Vec<FactId>> {
        // Files that are here and damaged are neither whole nor absent: what was published cannot be seen.
        let damaged = self.broken.iter().any(|id| {
            matches!(view.fact(*id).map(|fact| &fact.claim), Some(Claim::Weights { missing, .. }) if missing.is_empty())
        });
        if damaged || !self.whole.is_empty() || !self.unclear.is_empty() || !self.adapters.is_empty() {
            return None;
        }
        let models: Vec<PartIndex> =
            view.parts().filter(|(_, part)| part.role == Role::Model).map(|(index, _)| index).collect();
        let complete = models.iter().all(|index| view.part(*index).is_some_and(|part| part.listing.complete));
        if models.is_empty() || !complete {
            return None;
        }
        let absences = view.facts().filter(|(_, fact)| matches!(fact.claim, Claim::Absent { .. })).map(|(id, _)| id);
        Some(absences.chain(self.broken.iter().copied()).collect())
    }

    /// The grounds of an absence.
    pub fn absence(&self, view: View<'_>) -> Option<Vec<Ground>> {
        let facts = self.absent(view)?;
        let mut grounds: Vec<Ground> = facts.into_iter().map(Ground::Fact).collect();
        if grounds.is_empty() {
            for (index, part) in view.parts().filter(|(_, part)| part.role == Role::Model) {
                let place = Place::Absent {
                    part: index,
                    sought: "weight files".to_owned(),
                    listing: part.listing.digest().clone(),
                    complete: true,
                };
                grounds.push(Ground::Place(Evidence { basis: Basis::Observed, place }));
            }
        }
        Some(grounds)
    }
}
