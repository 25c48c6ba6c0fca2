//! The fact sheet by component: what is here, what is told, what is only said, and what is kept back.

use crate::data::TrainingData;
use crate::lineage::Lineage;
use crate::terms::{Scope, Terms};
use crate::verdict::Trust;
use crate::weights::Weights;
use candor_facts::{Claim, Component, Extent, Fact, FactId, FactSheet, Role};
use std::collections::BTreeMap;

/// What there is of one component.
#[derive(Clone, Debug, Default)]
pub struct Holding {
    /// Facts that show all of it.
    pub whole: Vec<FactId>,
    /// Facts that show some of it.
    pub partial: Vec<FactId>,
    /// Facts that tell of it.
    pub described: Vec<FactId>,
    /// Facts by which the publisher says that it lies elsewhere.
    pub elsewhere: Vec<FactId>,
    /// Facts by which the publisher says that it is kept back.
    pub withheld: Vec<FactId>,
}

/// Where a component stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// It is here, or said to lie at a place that was not looked at.
    Available,
    /// Some of it is.
    Partial,
    /// It is documented, not published.
    Described,
    /// Looked for in complete listings, and not there; or kept back by the publisher's own word.
    Absent,
    /// Not known.
    Unknown,
}

impl Presence {
    /// The word used in JSON and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Partial => "partial",
            Self::Described => "described",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
        }
    }
}

/// A fact sheet, sorted for those who ask.
pub struct Inventory<'a> {
    /// The facts.
    pub sheet: &'a FactSheet,
    /// The weights.
    pub weights: Weights,
    /// Where the model comes from.
    pub lineage: Lineage,
    /// What is told of the training data.
    pub data: TrainingData,
    holdings: BTreeMap<Component, Holding>,
    terms: BTreeMap<Scope, Terms>,
}

impl<'a> Inventory<'a> {
    /// Sort a fact sheet.
    pub fn new(sheet: &'a FactSheet) -> Self {
        let lineage = Lineage::new(sheet);
        let data = TrainingData::new(sheet, &lineage);
        let weights = Weights::new(sheet);
        let mut holdings: BTreeMap<Component, Holding> = BTreeMap::new();
        for (id, fact) in sheet.facts() {
            match &fact.claim {
                Claim::Provides { component, extent, .. } => {
                    let holding = holdings.entry(*component).or_default();
                    match extent {
                        Extent::Whole => holding.whole.push(id),
                        Extent::Partial => holding.partial.push(id),
                        Extent::Described => holding.described.push(id),
                        Extent::Elsewhere => holding.elsewhere.push(id),
                    }
                }
                Claim::Withholds { component } => holdings.entry(*component).or_default().withheld.push(id),
                Claim::BaseModel { .. } => holdings.entry(Component::LineageBaseModel).or_default().described.push(id),
                _ => {}
            }
        }
        let end = holdings.entry(Component::WeightsEndFinal).or_default();
        end.whole.extend(&weights.whole);
        end.partial.extend(&weights.unclear);
        end.elsewhere.extend(&weights.adapters);
        if !lineage.derives() {
            let base = end.clone();
            holdings.insert(Component::WeightsBaseFinal, base);
        }
        if lineage.derives() {
            // What a derived model says of "the training code" and "the training data" is about its own tuning.
            for (base, own) in [
                (Component::CodePretraining, Component::CodePosttraining),
                (Component::DataPretraining, Component::DataSft),
            ] {
                if let Some(moved) = holdings.remove(&base) {
                    holdings.entry(own).or_default().absorb(moved);
                }
            }
        }
        holdings.entry(Component::DataPretraining).or_default().elsewhere.extend(data.located_base());
        holdings.entry(Component::DataSft).or_default().elsewhere.extend(data.located_end());
        holdings.retain(|_, holding| !holding.is_empty());
        let terms =
            Scope::of(sheet).into_iter().map(|scope| (scope, Terms::new(sheet, scope, &lineage, &weights))).collect();
        Self { sheet, weights, lineage, data, holdings, terms }
    }

    /// What there is of a component.
    pub fn holding(&self, component: Component) -> Holding {
        self.holdings.get(&component).cloned().unwrap_or_default()
    }

    /// Where a component stands, the basis word, and the facts that say so.
    pub fn presence(&self, component: Component) -> (Presence, &'static str, Vec<FactId>) {
        let holding = self.holding(component);
        let weights = matches!(component, Component::WeightsEndFinal | Component::WeightsBaseFinal);
        if !holding.whole.is_empty() {
            let (confirmed, declared): (Vec<FactId>, Vec<FactId>) =
                holding.whole.iter().partition(|id| self.confirms(**id));
            return if confirmed.is_empty() {
                (Presence::Available, "declared", declared)
            } else {
                (Presence::Available, "observed", confirmed)
            };
        }
        if weights && let Some(facts) = self.weights.absent(self.sheet) {
            return (Presence::Absent, "observed", facts);
        }
        if !holding.withheld.is_empty() {
            return (Presence::Absent, "declared", holding.withheld);
        }
        if !holding.partial.is_empty() {
            let presence =
                if component.kind() == candor_facts::Kind::Document { Presence::Described } else { Presence::Partial };
            return (presence, "observed", holding.partial);
        }
        if !holding.elsewhere.is_empty() {
            return (Presence::Available, "declared", holding.elsewhere);
        }
        if !holding.described.is_empty() {
            let basis = if holding.described.iter().any(|id| self.confirms(*id)) { "observed" } else { "declared" };
            return (Presence::Described, basis, holding.described);
        }
        if self.searched(component) {
            (Presence::Absent, "observed", Vec::new())
        } else {
            (Presence::Unknown, "observed", Vec::new())
        }
    }

    /// Whether the parts in which such a component would stand are all here with complete listings.
    fn searched(&self, component: Component) -> bool {
        use candor_facts::Group;
        let roles: &[Role] = match component.group() {
            Group::Weights => &[Role::Model],
            Group::Code => &[Role::Model, Role::Code],
            Group::Data => &[Role::Model, Role::Data],
            Group::Documents => &[Role::Model],
        };
        let mut any = false;
        for (_, part) in self.sheet.release.parts().filter(|(_, part)| roles.contains(&part.role)) {
            if !part.listing.complete {
                return false;
            }
            any = true;
        }
        let artifact = matches!(component.kind(), candor_facts::Kind::Code | candor_facts::Kind::Data);
        any && artifact && roles.iter().all(|role| self.sheet.release.parts.iter().any(|part| part.role == *role))
    }

    /// The terms over a component.
    pub fn terms(&self, component: Component) -> Option<&Terms> {
        use candor_facts::Group;
        match component.group() {
            Group::Weights => self.terms.get(&Scope::Model),
            Group::Code => self.terms.get(&Scope::Code),
            Group::Data if component.kind() == candor_facts::Kind::Data => self.terms.get(&Scope::Data),
            Group::Data | Group::Documents => None,
        }
    }

    /// The terms that cover a component: those of code, weights or data; for documents, those of each part in which
    /// it stands.
    pub fn covering(&self, component: Component) -> Vec<&Terms> {
        use candor_facts::{Group, Kind};
        let scopes = match (component.kind(), component.group()) {
            (Kind::Code, _) => vec![Scope::Code],
            (Kind::Data, Group::Weights) => vec![Scope::Model],
            (Kind::Data, Group::Data) => vec![Scope::Data],
            _ => {
                let part = |id: &FactId| self.fact(*id).map(|fact| Scope::Documents(fact.part()));
                let mut parts: Vec<Scope> = self.holding(component).whole.iter().filter_map(part).collect();
                parts.sort();
                parts.dedup();
                parts
            }
        };
        scopes.into_iter().filter_map(|scope| self.scope(scope)).collect()
    }

    /// The terms over the weights.
    pub fn model_terms(&self) -> Option<&Terms> {
        self.terms.get(&Scope::Model)
    }

    /// The terms of one scope.
    pub fn scope(&self, scope: Scope) -> Option<&Terms> {
        self.terms.get(&scope)
    }

    /// Facts by which the publisher says that the model is reached through an interface only.
    pub fn interface_only(&self) -> Vec<FactId> {
        let says = |(id, fact): (FactId, &Fact)| matches!(fact.claim, Claim::InterfaceOnly).then_some(id);
        self.sheet.facts().filter_map(says).collect()
    }

    /// A fact.
    pub fn fact(&self, id: FactId) -> Option<&Fact> {
        self.sheet.fact(id)
    }

    /// Whether a fact counts for what is confirmed.
    pub fn confirms(&self, id: FactId) -> bool {
        self.fact(id).is_some_and(Fact::confirms)
    }

    /// The facts of a list that count under a trust.
    pub fn trusted(&self, facts: &[FactId], trust: Trust) -> Vec<FactId> {
        facts.iter().copied().filter(|id| trust == Trust::Declared || self.confirms(*id)).collect()
    }
}

impl Holding {
    fn absorb(&mut self, other: Self) {
        self.whole.extend(other.whole);
        self.partial.extend(other.partial);
        self.described.extend(other.described);
        self.elsewhere.extend(other.elsewhere);
        self.withheld.extend(other.withheld);
    }

    fn is_empty(&self) -> bool {
        self.whole.is_empty()
            && self.partial.is_empty()
            && self.described.is_empty()
            && self.elsewhere.is_empty()
            && self.withheld.is_empty()
    }
}
