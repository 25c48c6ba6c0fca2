//! The fact sheet by component: what is here, what is told, what is only said, and what is kept back.

use crate::data::TrainingData;
use crate::lineage::Lineage;
use crate::probe::{Params, Probe};
use crate::terms::{Scope, Terms};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};
use crate::view::View;
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
    /// All facts, those of bases at hand among them.
    pub sheet: &'a FactSheet,
    /// Its own facts and parts.
    pub view: View<'a>,
    /// The weights.
    pub weights: Weights,
    /// Where the model comes from.
    pub lineage: Lineage,
    /// The models that it is made from, as far as they are at hand, each with the fact that names it.
    pub bases: Vec<(FactId, Inventory<'a>)>,
    /// What is told of the training data.
    pub data: TrainingData,
    holdings: BTreeMap<Component, Holding>,
    terms: BTreeMap<Scope, Terms>,
}

impl<'a> Inventory<'a> {
    /// Sort a fact sheet.
    pub fn new(sheet: &'a FactSheet) -> Self {
        Self::of(View::of(sheet))
    }

    fn of(view: View<'a>) -> Self {
        let lineage = Lineage::new(view);
        let data = TrainingData::new(view, &lineage);
        let weights = Weights::new(view);
        let bases = lineage.bases(view).into_iter().map(|(said, base)| (said, Self::of(base))).collect::<Vec<_>>();
        let mut holdings: BTreeMap<Component, Holding> = BTreeMap::new();
        for (id, fact) in view.facts() {
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
                claim if claim.parent().is_some() => {
                    holdings.entry(Component::LineageBaseModel).or_default().described.push(id)
                }
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
        let of = |scope| (scope, Terms::new(view, scope, &lineage, &weights, &bases));
        let terms = Scope::of(view).into_iter().map(of).collect();
        Self { sheet: view.sheet, view, weights, lineage, bases, data, holdings, terms }
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
        if weights && let Some(facts) = self.weights.absent(self.view) {
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
        for (_, part) in self.view.parts().filter(|(_, part)| roles.contains(&part.role)) {
            if !part.listing.complete {
                return false;
            }
            any = true;
        }
        let artifact = matches!(component.kind(), candor_facts::Kind::Code | candor_facts::Kind::Data);
        any && artifact && roles.iter().all(|role| self.view.parts().any(|(_, part)| part.role == *role))
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
        self.view.facts().filter_map(says).collect()
    }

    /// The answer of a probe about the base stage, for a model that is made from others: theirs decide. `own` are
    /// the facts that show the same of its own training, where that is asked: a model that was trained further
    /// needs some of these too.
    pub fn through_bases(&self, probe: &Probe, params: &Params, own: Option<&[FactId]>, trust: Trust) -> Finding {
        let said = |id: &FactId| self.bases.iter().find(|(said, _)| said == id);
        let grounds = self.lineage.grounds();
        let unseen: Vec<Doubt> =
            grounds.iter().filter(|id| said(id).is_none()).map(|id| Doubt::Incomplete(*id)).collect();
        let mut findings: Vec<Finding> = self.bases.iter().map(|(_, base)| (probe.ask)(base, params, trust)).collect();
        if let Some(doubts) = NonEmpty::of(unseen) {
            let note = "the model is made from another one, and what is asked is told there or nowhere";
            findings.push(Finding::unknown(doubts).note(note));
        }
        if let Some(own) = own
            && self.lineage.trained_further(self.view)
            && self.trusted(own, trust).is_empty()
        {
            let doubts = own.iter().map(|id| Doubt::OnlyDeclared(*id)).collect();
            let none = || NonEmpty::one(Doubt::NotFound("nothing was found of the training that followed".to_owned()));
            let note = "the model was trained further than its base";
            findings.push(Finding::unknown(NonEmpty::of(doubts).unwrap_or_else(none)).note(note));
        }
        let none = || NonEmpty::one(Finding::unknown(NonEmpty::one(Doubt::NotFound("no base was found".to_owned()))));
        Finding::all(NonEmpty::of(findings).unwrap_or_else(none))
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
    /// The facts by which it is here, told of, or said to lie elsewhere.
    pub fn shown(&self) -> Vec<FactId> {
        self.whole.iter().chain(&self.described).chain(&self.elsewhere).copied().collect()
    }

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
