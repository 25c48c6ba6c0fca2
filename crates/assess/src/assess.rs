//! The whole algorithm: ask every requirement of every framework, then read off the standings.

use crate::answers::{self, Answer};
use crate::claims::{self, ClaimHeld};
use crate::decision::Decided;
use crate::framework::{Framework, Reference, Rule};
use crate::inventory::Inventory;
use crate::reviewed;
use crate::status::Status;
use crate::verdict::{Graded, Readings, Reason, Scorecard, Standing, Trust, Verdict, VerdictId, Verdicts};
use candor_facts::FactSheet;
use std::collections::BTreeMap;

/// What was judged of one release.
pub struct Assessment<'a> {
    /// The facts by component.
    pub inventory: Inventory<'a>,
    /// Every requirement's verdict.
    pub verdicts: Verdicts,
    /// Places on ladders.
    pub standings: Vec<Standing>,
    /// Readings side by side.
    pub readings: Vec<Readings>,
    /// Grades on scales.
    pub scorecards: Vec<Scorecard>,
    /// Decisions: the outcomes that can still be reached.
    pub decisions: Vec<Decided>,
    /// What it changes for the user.
    pub answers: Vec<Answer>,
    /// The publisher's claims of openness, held against the verdicts.
    pub claims: Vec<ClaimHeld>,
}

impl Assessment<'_> {
    /// Whether something that files could show stayed unknown. Duties of law are apart: much of them no file can show.
    pub fn unknown(&self) -> bool {
        self.verdicts.iter().any(|(_, verdict)| verdict.confirmed == Status::Unknown && !verdict.law)
    }
}

/// Judge a fact sheet by frameworks. References between frameworks must lead to those given.
pub fn assess<'a>(sheet: &'a FactSheet, frameworks: &[Framework]) -> Assessment<'a> {
    let inventory = Inventory::new(sheet);
    let mut judge = Judge { inventory: &inventory, frameworks, done: BTreeMap::new(), verdicts: Verdicts::default() };
    let mut standings = Vec::new();
    let mut readings = Vec::new();
    let mut scorecards = Vec::new();
    let mut decisions = Vec::new();
    for framework in frameworks {
        for root in framework.roots() {
            judge.requirement(framework, root);
        }
        if !framework.ladder.is_empty() {
            standings.push(judge.standing(framework));
        }
        if !framework.readings.is_empty() {
            readings.push(judge.readings(framework));
        }
        if !framework.dimensions.is_empty() {
            scorecards.push(judge.scorecard(framework));
        }
        decisions.extend(Decided::new(framework, |question, trust| judge.status(framework, question, trust)));
    }
    let verdicts = judge.verdicts;
    let answers = answers::answer(&inventory, &verdicts);
    let claims = claims::hold(&inventory, &standings, &verdicts);
    Assessment { inventory, verdicts, standings, readings, scorecards, decisions, answers, claims }
}

struct Judge<'j, 'a> {
    inventory: &'j Inventory<'a>,
    frameworks: &'j [Framework],
    done: BTreeMap<String, VerdictId>,
    verdicts: Verdicts,
}

impl Judge<'_, '_> {
    /// The verdict on a requirement, made once. The loader has excluded circles inside a file; one that runs
    /// through several files ends here as unknown.
    fn requirement(&mut self, framework: &Framework, name: &str) -> Option<VerdictId> {
        let id = format!("{}.{name}", framework.short);
        if let Some(done) = self.done.get(&id) {
            return Some(*done);
        }
        let requirement = framework.requirements.get(name)?;
        let reason = match &requirement.rule {
            Rule::Probe(probe, params) => {
                let ask = |trust| (probe.ask)(self.inventory, params, trust);
                let (confirmed, declared) =
                    reviewed::settle(self.inventory, &id, ask(Trust::Confirmed), ask(Trust::Declared));
                Reason::Probed { probe: probe.id, question: params.fill(probe.question), confirmed, declared }
            }
            Rule::All(parts) => self.composed(framework, "all", parts),
            Rule::Any(parts) => self.composed(framework, "any", parts),
            Rule::None(parts) => self.composed(framework, "none", parts),
            Rule::AtLeast(_, parts) => self.composed(framework, "at-least", parts),
            Rule::Outcome(rule) => self.composed(framework, "decision", rule.questions()),
        };
        let exemption = requirement.unless.as_ref().and_then(|part| self.refer(framework, part));
        let status = |trust: Trust| {
            let of = |id: &VerdictId| self.verdicts.get(*id).map_or(Status::Unknown, |verdict| verdict.status(trust));
            let own = match (&reason, &requirement.rule) {
                (Reason::Probed { confirmed, declared, .. }, _) => match trust {
                    Trust::Confirmed => confirmed.status(),
                    Trust::Declared => declared.status(),
                },
                (Reason::Composed { parts, .. }, rule) => rule.compose(parts.iter().map(of)),
            };
            exemption.map_or(own, |exemption| own.unless(of(&exemption)))
        };
        let (confirmed, declared) = (status(Trust::Confirmed), status(Trust::Declared));
        let verdict = Verdict {
            requirement: id.clone(),
            title: requirement.title.clone(),
            cite: requirement.cite.clone(),
            reading: requirement.reading.clone(),
            confirmed,
            declared,
            reason,
            exemption,
            law: framework.regulation.is_some(),
            note: framework.note(name),
        };
        let done = self.verdicts.push(verdict);
        self.done.insert(id, done);
        Some(done)
    }

    fn composed(&mut self, framework: &Framework, rule: &'static str, parts: &[Reference]) -> Reason {
        let parts = parts.iter().filter_map(|part| self.refer(framework, part)).collect();
        Reason::Composed { rule, parts }
    }

    fn refer(&mut self, framework: &Framework, part: &Reference) -> Option<VerdictId> {
        let target = match &part.framework {
            None => framework,
            Some(short) => self.frameworks.iter().find(|framework| framework.short == *short)?,
        };
        self.requirement(target, &part.requirement)
    }

    fn status(&self, framework: &Framework, name: &str, trust: Trust) -> Status {
        let verdict = self.done.get(&format!("{}.{name}", framework.short)).and_then(|id| self.verdicts.get(*id));
        verdict.map_or(Status::Unknown, |verdict| verdict.status(trust))
    }

    /// The highest level that holds together with all below it; `possible` takes every unknown as met.
    fn standing(&self, framework: &Framework) -> Standing {
        let bottom = framework.bottom.clone();
        let at_bottom =
            |trust| bottom.as_deref().is_some_and(|name| self.status(framework, name, trust) == Status::Met);
        let highest =
            |holds: &dyn Fn(&str) -> bool| framework.ladder.iter().take_while(|level| holds(level)).last().cloned();
        let held = |trust: Trust| {
            let level = highest(&|level| self.status(framework, level, trust) == Status::Met);
            level.or_else(|| bottom.clone().filter(|_| at_bottom(trust)))
        };
        let open = |level: &str| {
            self.status(framework, level, Trust::Declared) != Status::NotMet
                && self.status(framework, level, Trust::Confirmed) != Status::NotMet
        };
        let bounded = at_bottom(Trust::Confirmed) || at_bottom(Trust::Declared);
        let lowest = bottom.clone().unwrap_or_else(|| "none".to_owned());
        let possible = if bounded { lowest.clone() } else { highest(&open).unwrap_or_else(|| lowest.clone()) };
        let ladder: Vec<String> = std::iter::once(lowest).chain(framework.ladder.iter().cloned()).collect();
        Standing {
            framework: framework.short.clone(),
            confirmed: held(Trust::Confirmed),
            declared: held(Trust::Declared),
            possible,
            ladder,
        }
    }

    fn readings(&self, framework: &Framework) -> Readings {
        let status = |name: &String| {
            let (confirmed, declared) =
                (self.status(framework, name, Trust::Confirmed), self.status(framework, name, Trust::Declared));
            (name.clone(), confirmed, declared)
        };
        Readings { framework: framework.short.clone(), statuses: framework.readings.iter().map(status).collect() }
    }

    /// Grades from requirements: the highest that holds, and the highest that nothing refutes.
    fn scorecard(&self, framework: &Framework) -> Scorecard {
        let graded = framework.dimensions.iter().map(|dimension| {
            let asked: Vec<(usize, &str)> = (1..)
                .zip(&dimension.grades)
                .filter_map(|(at, grade)| grade.as_ref().map(|grade| (at, grade.requirement.as_str())))
                .collect();
            let highest =
                |holds: &dyn Fn(&str) -> bool| asked.iter().rev().find(|(_, name)| holds(name)).map(|(at, _)| *at);
            let met = |trust| highest(&|name| self.status(framework, name, trust) == Status::Met);
            let (confirmed, declared) = (met(Trust::Confirmed), met(Trust::Declared));
            let unrefuted = highest(&|name| {
                self.status(framework, name, Trust::Confirmed) != Status::NotMet
                    && self.status(framework, name, Trust::Declared) != Status::NotMet
            });
            let possible = unrefuted.max(confirmed).max(declared).unwrap_or_default();
            let bounded = |grade: Option<usize>| grade.or((possible == 0).then_some(0));
            Graded {
                dimension: dimension.id.clone(),
                group: dimension.group.clone(),
                title: dimension.title.clone(),
                confirmed: bounded(confirmed),
                declared: bounded(declared),
                possible,
                requirements: asked.iter().map(|(_, name)| format!("{}.{name}", framework.short)).collect(),
            }
        });
        Scorecard { framework: framework.short.clone(), scale: framework.scale.clone(), graded: graded.collect() }
    }
}
