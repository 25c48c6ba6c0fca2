//! What is told of the training data, by stage.

use crate::lineage::Lineage;
use crate::view::View;
use candor_facts::{Claim, DataAspect, DataUse, FactId, Stage};
use std::collections::BTreeMap;

/// The data sets and particulars that a release tells of.
#[derive(Clone, Debug, Default)]
pub struct TrainingData {
    /// Data sets of the base stage that can be found, each with whether it has a page of its own.
    base: Vec<(FactId, bool)>,
    /// Data sets of the base stage named without a place.
    pub base_unplaced: Vec<FactId>,
    /// Data sets of later stages.
    end: Vec<FactId>,
    aspects: BTreeMap<DataAspect, Vec<FactId>>,
}

impl TrainingData {
    /// Sort the facts about data. What a derived model says of data without naming the stage is about its own tuning.
    pub fn new(view: View<'_>, lineage: &Lineage) -> Self {
        let mut data = Self::default();
        let base_stage = |stage: Stage| match stage {
            Stage::Base => true,
            Stage::Unstated => !lineage.derives(),
            Stage::End => false,
        };
        // A list in the front matter does not say what the data was for. It counts for the base only where a text
        // tells of the base's data too.
        let told = view.facts().any(|(_, fact)| {
            let stage = match &fact.claim {
                Claim::Dataset { stage, .. } | Claim::DataDescribed { stage, .. } => *stage,
                _ => return false,
            };
            fact.confirms() && base_stage(stage)
        });
        for (id, fact) in view.facts() {
            let listed_only = !fact.confirms() && !told;
            match &fact.claim {
                Claim::Dataset { used_for: DataUse::Training, stage: Stage::Unstated, .. } if listed_only => {
                    data.end.push(id)
                }
                Claim::Dataset { url, used_for: DataUse::Training, stage, .. } => {
                    if !base_stage(*stage) {
                        data.end.push(id);
                    } else if let Some(url) = url {
                        data.base.push((id, url.starts_with("hf:datasets/")));
                    } else {
                        data.base_unplaced.push(id);
                    }
                }
                Claim::DataDescribed { aspect, stage } if base_stage(*stage) => {
                    data.aspects.entry(*aspect).or_default().push(id);
                }
                _ => {}
            }
        }
        data
    }

    /// Data sets of the base stage that can be found.
    pub fn located_base(&self) -> impl Iterator<Item = FactId> {
        self.base.iter().map(|(id, _)| *id)
    }

    /// Those of them that have a page of their own, which describes them.
    pub fn documented_base(&self) -> impl Iterator<Item = FactId> {
        self.base.iter().filter(|(_, page)| *page).map(|(id, _)| *id)
    }

    /// Data sets of later stages.
    pub fn located_end(&self) -> impl Iterator<Item = FactId> {
        self.end.iter().copied()
    }

    /// Facts that tell a particular of the base-stage data.
    pub fn aspect(&self, aspect: DataAspect) -> &[FactId] {
        self.aspects.get(&aspect).map_or(&[], Vec::as_slice)
    }
}
