//! What every format tells: the judged release laid out once, with places and doubts numbered.
//!
//! Formats lay this out and add nothing, so that none of them can lose a requirement or a place that another has.
//! It decides nothing.

use crate::evidence::{EvidenceTable, doubt_facts, doubt_words};
use candor_assess::{Answer, Assessment, ClaimHeld, Doubt, Inventory, Presence, Reason, Status, Term, Terms, Verdict};
use candor_facts::{Component, Evidence, Fact, FactSheet, Group, Kind};
use std::collections::BTreeMap;

/// The content of a report. Numbers are indices into `evidence` and `doubts`.
pub(crate) struct Content<'c, 'a> {
    pub(crate) sheet: &'c FactSheet,
    pub(crate) assessment: &'c Assessment<'a>,
    pub(crate) components: Vec<Held<'c>>,
    pub(crate) restrictions: Vec<Cited<&'c Term>>,
    pub(crate) conditions: Vec<Cited<&'c Term>>,
    pub(crate) answers: Vec<Cited<&'c Answer>>,
    pub(crate) claims: Vec<Cited<&'c ClaimHeld>>,
    pub(crate) pickles: Vec<Cited<&'c Fact>>,
    pub(crate) requirements: Vec<Demand<'c>>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) doubts: Vec<Doubted>,
}

/// Something with its places.
pub(crate) struct Cited<T> {
    pub(crate) item: T,
    pub(crate) evidence: Vec<usize>,
}

/// A component and where it stands.
pub(crate) struct Held<'c> {
    pub(crate) component: Component,
    pub(crate) presence: Presence,
    pub(crate) basis: &'static str,
    pub(crate) evidence: Vec<usize>,
    /// The terms over it, where terms matter.
    pub(crate) terms: Option<&'c Terms>,
}

/// A requirement and how its verdict came about.
pub(crate) struct Demand<'c> {
    pub(crate) verdict: &'c Verdict,
    pub(crate) made: Made<'c>,
    /// The requirement that exempts.
    pub(crate) unless: Option<&'c str>,
    pub(crate) evidence: Vec<usize>,
    pub(crate) doubts: Vec<usize>,
}

impl<'c> Demand<'c> {
    /// The requirements that it follows from, the exempting one last.
    pub(crate) fn parts(&self) -> impl DoubleEndedIterator<Item = &'c str> {
        let composed: &[&'c str] = match &self.made {
            Made::Composed { parts, .. } => parts,
            Made::Probed { .. } => &[],
        };
        composed.iter().copied().chain(self.unless)
    }
}

/// From other requirements, or from a probe.
pub(crate) enum Made<'c> {
    Composed { rule: &'static str, parts: Vec<&'c str> },
    Probed { probe: &'static str, question: &'c str, why: Option<&'c str> },
}

/// A doubt in one word and one sentence.
pub(crate) struct Doubted {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    pub(crate) evidence: Vec<usize>,
}

impl<'c, 'a> Content<'c, 'a> {
    pub(crate) fn new(sheet: &'c FactSheet, assessment: &'c Assessment<'a>) -> Self {
        let mut numbers = Numbers {
            inventory: &assessment.inventory,
            evidence: EvidenceTable::default(),
            doubts: Vec::new(),
            seen: BTreeMap::new(),
        };
        let components = numbers.components();
        let (restrictions, conditions) = match assessment.inventory.model_terms() {
            Some(terms) => (numbers.terms(&terms.restrictions), numbers.terms(&terms.conditions)),
            None => (Vec::new(), Vec::new()),
        };
        let answers = assessment.answers.iter();
        let answers = answers
            .map(|answer| Cited {
                item: answer,
                evidence: numbers.evidence.grounds(&assessment.inventory, &answer.grounds),
            })
            .collect();
        let claims = assessment.claims.iter();
        let claims = claims
            .map(|claim| Cited { item: claim, evidence: numbers.evidence.facts(&assessment.inventory, &claim.facts) })
            .collect();
        let held = assessment.inventory.weights.pickles.iter();
        let held = held.filter_map(|id| Some((*id, sheet.fact(*id)?)));
        let pickles = held
            .map(|(id, fact)| Cited { item: fact, evidence: numbers.evidence.facts(&assessment.inventory, &[id]) })
            .collect();
        let requirements = numbers.requirements(assessment);
        Self {
            pickles,
            sheet,
            assessment,
            components,
            restrictions,
            conditions,
            answers,
            claims,
            requirements,
            evidence: numbers.evidence.list().to_vec(),
            doubts: numbers.doubts,
        }
    }

    /// The requirement of a name.
    pub(crate) fn requirement(&self, id: &str) -> Option<&Demand<'c>> {
        self.requirements.iter().find(|demand| demand.verdict.requirement == id)
    }
}

struct Numbers<'n, 'a> {
    inventory: &'n Inventory<'a>,
    evidence: EvidenceTable,
    doubts: Vec<Doubted>,
    seen: BTreeMap<Doubt, usize>,
}

impl<'n> Numbers<'n, '_> {
    fn components(&mut self) -> Vec<Held<'n>> {
        let mut list = Vec::new();
        for component in Component::ALL {
            let (presence, basis, facts) = self.inventory.presence(*component);
            let evidence = self.evidence.facts(self.inventory, &facts);
            let licensed = matches!(component.kind(), Kind::Code | Kind::Data) && presence != Presence::Unknown;
            let terms = self.inventory.terms(*component).filter(|_| licensed || component.group() == Group::Weights);
            list.push(Held { component: *component, presence, basis, evidence, terms });
        }
        list
    }

    fn terms(&mut self, terms: &'n [Term]) -> Vec<Cited<&'n Term>> {
        let cited = |term: &'n Term| {
            let place = term.clause.clone();
            let place = place.or_else(|| self.inventory.fact(term.fact).map(|fact| fact.evidence.clone()));
            let mut evidence: Vec<usize> = place.iter().map(|place| self.evidence.number(place)).collect();
            evidence.extend(self.evidence.facts(self.inventory, term.through.as_slice()));
            Cited { item: term, evidence }
        };
        terms.iter().map(cited).collect()
    }

    fn requirements(&mut self, assessment: &'n Assessment<'_>) -> Vec<Demand<'n>> {
        let name = |id| assessment.verdicts.get(id).map(|verdict| verdict.requirement.as_str());
        let mut list = Vec::new();
        for (_, verdict) in assessment.verdicts.iter() {
            let (mut evidence, mut doubts) = (Vec::new(), Vec::new());
            let made = match &verdict.reason {
                Reason::Composed { rule, parts, .. } => {
                    Made::Composed { rule, parts: parts.iter().filter_map(|id| name(*id)).collect() }
                }
                Reason::Probed { probe, question, confirmed, declared } => {
                    evidence = self.evidence.grounds(self.inventory, confirmed.grounds());
                    if confirmed.status() == Status::Unknown {
                        evidence.extend(self.evidence.grounds(self.inventory, declared.grounds()));
                    }
                    doubts = confirmed.doubts().iter().map(|doubt| self.doubt(doubt)).collect();
                    let notes = [confirmed.explanation(), declared.explanation()];
                    Made::Probed { probe, question, why: notes.into_iter().find(|note| !note.is_empty()) }
                }
            };
            let unless = verdict.exemption.and_then(name);
            list.push(Demand { verdict, made, unless, evidence, doubts });
        }
        list
    }

    fn doubt(&mut self, doubt: &Doubt) -> usize {
        if let Some(at) = self.seen.get(doubt) {
            return *at;
        }
        let (kind, text) = doubt_words(doubt);
        let evidence = self.evidence.facts(self.inventory, &doubt_facts(doubt));
        self.doubts.push(Doubted { kind, text, evidence });
        let at = self.doubts.len() - 1;
        self.seen.insert(doubt.clone(), at);
        at
    }
}
