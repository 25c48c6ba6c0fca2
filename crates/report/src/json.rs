//! The JSON of an assessment: schema `candor/assessment/1`. Its own structs; the core's may change.

use crate::evidence::{EvidenceTable, Wire, doubt_facts, doubt_words};
use candor_assess::{Assessment, Decided, Doubt, Inventory, Reach, Reason, Status, Term};
use candor_facts::{Component, FactSheet, Group, Kind};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Name and version of the wire form.
pub const SCHEMA: &str = "candor/assessment/1";

/// The document as text, one line.
pub fn json(sheet: &FactSheet, assessment: &Assessment<'_>) -> String {
    json_value(sheet, assessment).to_string()
}

/// The document as a value.
pub fn json_value(sheet: &FactSheet, assessment: &Assessment<'_>) -> Value {
    let mut writer = Writer {
        inventory: &assessment.inventory,
        evidence: EvidenceTable::default(),
        doubts: Vec::new(),
        seen: BTreeMap::new(),
    };
    let standings = standings(assessment);
    let components = writer.components();
    let (restrictions, conditions) = (writer.terms(true), writer.terms(false));
    let answers: Vec<Value> = assessment
        .answers
        .iter()
        .map(|answer| {
            let evidence = writer.evidence.grounds(&assessment.inventory, &answer.grounds);
            json!({"question": answer.question, "answer": answer.answer.as_str(), "why": answer.why, "evidence": evidence})
        })
        .collect();
    let claims: Vec<Value> = assessment
        .claims
        .iter()
        .map(|claim| {
            let evidence = writer.evidence.facts(&assessment.inventory, &claim.facts);
            json!({"claim": claim.claim.as_str(), "holds": claim.holds.as_str(), "why": claim.why, "evidence": evidence})
        })
        .collect();
    let requirements = writer.requirements(assessment);
    let evidence: Vec<Wire> = writer.evidence.list().iter().map(Wire::of).collect();
    let gaps: Vec<Value> = sheet
        .gaps()
        .iter()
        .map(|gap| {
            let mut value =
                json!({"part": gap.part, "path": gap.path, "why": gap.reason.as_str(), "text": gap.reason.to_string()});
            if let (candor_facts::GapReason::Malformed { at, .. }, Some(map)) = (&gap.reason, value.as_object_mut()) {
                map.insert("at".to_owned(), json!(at));
            }
            value
        })
        .collect();
    let parts: Vec<Value> = sheet
        .release
        .parts
        .iter()
        .map(|part| {
            json!({"role": part.role, "locator": part.locator, "revision": part.revision, "files": part.listing.entries().len(),
                   "complete": part.listing.complete, "listing": part.listing.digest()})
        })
        .collect();
    let parameters = assessment.inventory.weights.parameters.map(|(count, _)| count);
    json!({
        "schema": SCHEMA,
        "release": {"id": sheet.release.id, "subject": sheet.release.subject, "parts": parts, "parameters": parameters},
        "facts": sheet.digest(),
        "standings": standings,
        "components": components,
        "restrictions": restrictions,
        "conditions": conditions,
        "answers": answers,
        "claims": claims,
        "decisions": decisions(assessment),
        "requirements": requirements,
        "evidence": evidence,
        "doubts": writer.doubts,
        "gaps": gaps,
    })
}

fn standings(assessment: &Assessment<'_>) -> Value {
    let mut map = Map::new();
    for standing in &assessment.standings {
        let level = |level: &Option<String>| level.clone().unwrap_or_else(|| "unknown".to_owned());
        let value = json!({"confirmed": level(&standing.confirmed), "declared": level(&standing.declared), "possible": standing.possible});
        map.insert(standing.framework.clone(), value);
    }
    for readings in &assessment.readings {
        let mut value = Map::new();
        let mut declared = Map::new();
        for (name, confirmed, said) in &readings.statuses {
            value.insert(name.clone(), json!(confirmed.as_str()));
            declared.insert(name.clone(), json!(said.as_str()));
        }
        value.insert("declared".to_owned(), Value::Object(declared));
        map.insert(readings.framework.clone(), Value::Object(value));
    }
    Value::Object(map)
}

/// Decisions of law: the outcomes that can still be reached, and the questions that would narrow them.
fn decisions(assessment: &Assessment<'_>) -> Vec<Value> {
    let reach = |reach: &Reach| {
        let open = reach
            .open
            .iter()
            .map(|open| json!({"question": open.question, "if-yes": open.if_yes, "if-no": open.if_no}));
        json!({"outcomes": reach.outcomes, "open": open.collect::<Vec<_>>()})
    };
    let one = |decided: &Decided| json!({"framework": decided.framework, "confirmed": reach(&decided.confirmed), "declared": reach(&decided.declared)});
    assessment.decisions.iter().map(one).collect()
}

struct Writer<'w, 'a> {
    inventory: &'w Inventory<'a>,
    evidence: EvidenceTable,
    doubts: Vec<Value>,
    seen: BTreeMap<Doubt, usize>,
}

impl Writer<'_, '_> {
    fn components(&mut self) -> Vec<Value> {
        let mut list = Vec::new();
        for component in Component::ALL {
            let (presence, basis, facts) = self.inventory.presence(*component);
            let evidence = self.evidence.facts(self.inventory, &facts);
            let mut value = json!({"id": component, "status": presence.as_str(), "basis": basis, "evidence": evidence});
            let licensed =
                matches!(component.kind(), Kind::Code | Kind::Data) && presence != candor_assess::Presence::Unknown;
            let terms = self.inventory.terms(*component).filter(|_| licensed || component.group() == Group::Weights);
            if let (Some(terms), Some(map)) = (terms, value.as_object_mut()) {
                let concluded = terms.concluded.as_ref().map(ToString::to_string);
                map.insert(
                    "license".to_owned(),
                    json!({"declared": terms.written, "concluded": concluded, "conflict": terms.conflict.is_some()}),
                );
            }
            list.push(value);
        }
        list
    }

    fn terms(&mut self, restrictions: bool) -> Vec<Value> {
        let Some(terms) = self.inventory.model_terms() else { return Vec::new() };
        let list = if restrictions { &terms.restrictions } else { &terms.conditions };
        list.iter().map(|term| self.term(term, restrictions)).collect()
    }

    fn term(&mut self, term: &Term, restriction: bool) -> Value {
        let place = term.clause.clone().or_else(|| self.inventory.fact(term.fact).map(|fact| fact.evidence.clone()));
        let evidence: Vec<usize> = place.iter().map(|place| self.evidence.number(place)).collect();
        let mut value = json!({"kind": term.kind, "component": Component::WeightsEndFinal, "license": term.license, "note": term.note, "evidence": evidence});
        if let Some(map) = value.as_object_mut() {
            if let Some(number) = term.value {
                map.insert("value".to_owned(), json!(number));
            }
            if restriction {
                map.insert("via".to_owned(), json!(term.via.as_str()));
            }
        }
        value
    }

    fn requirements(&mut self, assessment: &Assessment<'_>) -> Vec<Value> {
        let mut list = Vec::new();
        for (_, verdict) in assessment.verdicts.iter() {
            let mut value = json!({
                "id": verdict.requirement,
                "title": verdict.title,
                "cite": verdict.cite,
                "status": verdict.confirmed.as_str(),
                "declared": verdict.declared.as_str(),
            });
            let Some(map) = value.as_object_mut() else { continue };
            if !verdict.reading.is_empty() {
                map.insert("reading".to_owned(), json!(verdict.reading));
            }
            for (key, text) in [("ask", &verdict.note.ask), ("never", &verdict.note.never)] {
                if !text.is_empty() {
                    map.insert(key.to_owned(), json!(text));
                }
            }
            if verdict.note.beyond_weights {
                map.insert("beyond_weights".to_owned(), json!(true));
            }
            if let Some(exempt) = verdict.exemption.and_then(|id| assessment.verdicts.get(id)) {
                map.insert("unless".to_owned(), json!(exempt.requirement));
            }
            match &verdict.reason {
                Reason::Composed { rule, parts, .. } => {
                    let names: Vec<&str> = parts
                        .iter()
                        .filter_map(|id| assessment.verdicts.get(*id))
                        .map(|part| part.requirement.as_str())
                        .collect();
                    map.insert("rule".to_owned(), json!(rule));
                    map.insert("parts".to_owned(), json!(names));
                    map.insert("evidence".to_owned(), json!([]));
                    map.insert("doubts".to_owned(), json!([]));
                }
                Reason::Probed { probe, question, confirmed, declared } => {
                    map.insert("probe".to_owned(), json!(probe));
                    map.insert("question".to_owned(), json!(question));
                    let mut evidence = self.evidence.grounds(self.inventory, confirmed.grounds());
                    if confirmed.status() == Status::Unknown {
                        evidence.extend(self.evidence.grounds(self.inventory, declared.grounds()));
                    }
                    let doubts: Vec<usize> = confirmed.doubts().iter().map(|doubt| self.doubt(doubt)).collect();
                    let note =
                        [confirmed.explanation(), declared.explanation()].into_iter().find(|note| !note.is_empty());
                    map.insert("evidence".to_owned(), json!(evidence));
                    map.insert("doubts".to_owned(), json!(doubts));
                    if let Some(note) = note {
                        map.insert("why".to_owned(), json!(note));
                    }
                }
            }
            list.push(value);
        }
        list
    }

    fn doubt(&mut self, doubt: &Doubt) -> usize {
        if let Some(at) = self.seen.get(doubt) {
            return *at;
        }
        let (kind, text) = doubt_words(doubt);
        let evidence = self.evidence.facts(self.inventory, &doubt_facts(doubt));
        self.doubts.push(json!({"doubt": kind, "text": text, "evidence": evidence}));
        let at = self.doubts.len() - 1;
        self.seen.insert(doubt.clone(), at);
        at
    }
}
