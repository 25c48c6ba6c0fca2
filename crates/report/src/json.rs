//! The JSON of an assessment: schema `candor/assessment/1`. Its own structs; the core's may change.

use crate::content::{Cited, Content, Made};
use crate::evidence::Wire;
use crate::format::{Format, Several, Subject};
use candor_assess::{Assessment, Decided, Reach, Reason, Term, VerdictId};
use candor_facts::{Claim, Component, Fact, FactSheet};
use serde_json::{Map, Value, json};

/// One document; of several releases, an array of them.
pub(crate) const FORMAT: Format = Format {
    id: "json",
    media_type: "application/json",
    ends: ".json",
    purpose: "One JSON document with everything; several releases give an array",
    people: false,
    several: Several::Yes,
    assess: Some(|subjects, _| documents(subjects.iter().map(|subject| subject.value()).collect())),
    compare: Some(|subjects, _| documents(subjects.iter().map(|subject| subject.value()).collect())),
    explain: Some(|subject, roots, _| explanation(subject, roots).to_string()),
};

/// Name and version of the wire form.
pub const SCHEMA: &str = "candor/assessment/1";
/// Name and version of the wire form of an explanation.
const EXPLANATION: &str = "candor/explanation/1";

impl Subject<'_, '_> {
    fn value(&self) -> Value {
        json_value(self.sheet, self.assessment)
    }
}

/// The only document of a list, or the list.
fn documents(mut documents: Vec<Value>) -> String {
    match (documents.len(), documents.pop()) {
        (1, Some(only)) => only.to_string(),
        (_, last) => {
            documents.extend(last);
            Value::Array(documents).to_string()
        }
    }
}

/// The document as a value.
fn json_value(sheet: &FactSheet, assessment: &Assessment<'_>) -> Value {
    let content = Content::new(sheet, assessment);
    let parts = sheet.release.parts().map(|(index, part)| {
        let mut value = json!({"role": part.role, "locator": part.locator, "revision": part.revision,
            "files": part.listing.entries().len(), "complete": part.listing.complete, "listing": part.listing.digest()});
        if let (Some(base), Some(map)) = (sheet.bases.iter().find(|base| base.owns(index)), value.as_object_mut()) {
            map.insert("base".to_owned(), json!({"name": base.name, "found": base.found}));
        }
        value
    });
    let gaps = sheet.gaps().iter().map(|gap| {
        let mut value =
            json!({"part": gap.part, "path": gap.path, "why": gap.reason.as_str(), "text": gap.reason.to_string()});
        if let (candor_facts::GapReason::Malformed { at, .. }, Some(map)) = (&gap.reason, value.as_object_mut()) {
            map.insert("at".to_owned(), json!(at));
        }
        value
    });
    let answers = content.answers.iter().map(|cited| {
        json!({"question": cited.item.question, "answer": cited.item.answer.as_str(), "why": cited.item.why,
               "evidence": cited.evidence})
    });
    let claims = content.claims.iter().map(|cited| {
        let mut claim = json!({"claim": cited.item.claim, "holds": cited.item.holds.as_str(), "why": cited.item.why,
                               "evidence": cited.evidence});
        if !cited.item.note.is_empty() {
            claim["note"] = json!(cited.item.note);
        }
        claim
    });
    let doubts = content.doubts.iter();
    let doubts = doubts.map(|doubt| json!({"doubt": doubt.kind, "text": doubt.text, "evidence": doubt.evidence}));
    let parameters = assessment.inventory.weights.parameters.map(|(count, _)| count);
    json!({
        "schema": SCHEMA,
        "release": {"id": sheet.release.id, "subject": sheet.release.subject, "parts": parts.collect::<Vec<_>>(),
                    "parameters": parameters},
        "facts": sheet.digest(),
        "standings": standings(assessment),
        "components": components(&content),
        "restrictions": content.restrictions.iter().map(|cited| term(cited, true)).collect::<Vec<_>>(),
        "conditions": content.conditions.iter().map(|cited| term(cited, false)).collect::<Vec<_>>(),
        "answers": answers.collect::<Vec<_>>(),
        "claims": claims.collect::<Vec<_>>(),
        "pickles": pickles(&content),
        "decisions": decisions(assessment),
        "requirements": requirements(&content),
        "evidence": content.evidence.iter().map(Wire::of).collect::<Vec<_>>(),
        "doubts": doubts.collect::<Vec<_>>(),
        "gaps": gaps.collect::<Vec<_>>(),
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
    for card in &assessment.scorecards {
        let (least, declared, most) = card.tally();
        let mut dimensions = Map::new();
        for one in &card.graded {
            let value = json!({
                "confirmed": card.word(one.confirmed),
                "declared": card.word(one.declared),
                "possible": card.word(Some(one.possible)),
            });
            dimensions.insert(one.dimension.clone(), value);
        }
        let tally = json!({"least": least, "declared": declared, "most": most, "of": card.of()});
        map.insert(card.framework.clone(), json!({"tally": tally, "dimensions": dimensions}));
    }
    Value::Object(map)
}

fn components(content: &Content<'_, '_>) -> Vec<Value> {
    let held = content.components.iter().map(|held| {
        let mut value = json!({"id": held.component, "status": held.presence.as_str(), "basis": held.basis,
                               "evidence": held.evidence});
        if let (Some(terms), Some(map)) = (held.terms, value.as_object_mut()) {
            let concluded = terms.concluded.as_ref().map(ToString::to_string);
            map.insert(
                "license".to_owned(),
                json!({"declared": terms.written, "concluded": concluded, "conflict": terms.conflict.is_some()}),
            );
        }
        value
    });
    held.collect()
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

fn term(cited: &Cited<&Term>, restriction: bool) -> Value {
    let term = cited.item;
    let mut value = json!({"kind": term.kind, "component": Component::WeightsEndFinal, "license": term.license,
                           "note": term.note, "evidence": cited.evidence});
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

/// Files that hold pickles, with what makes them not provably inert.
fn pickles(content: &Content<'_, '_>) -> Vec<Value> {
    let told = |cited: &Cited<&Fact>| match &cited.item.claim {
        Claim::Pickle { inert, container, imports, offence } => Some(json!({
            "inert": inert, "container": container, "imports": imports, "offence": offence,
            "part": cited.item.part(), "path": cited.item.evidence.place.path(), "evidence": cited.evidence,
        })),
        _ => None,
    };
    content.pickles.iter().filter_map(told).collect()
}

fn requirements(content: &Content<'_, '_>) -> Vec<Value> {
    let demand = content.requirements.iter().map(|demand| {
        let verdict = demand.verdict;
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
        put("id", json!(verdict.requirement));
        put("title", json!(verdict.title));
        put("cite", json!(verdict.cite));
        put("status", json!(verdict.confirmed.as_str()));
        put("declared", json!(verdict.declared.as_str()));
        put("evidence", json!(demand.evidence));
        put("doubts", json!(demand.doubts));
        if !verdict.reading.is_empty() {
            put("reading", json!(verdict.reading));
        }
        for (key, text) in [("ask", &verdict.note.ask), ("never", &verdict.note.never)] {
            if !text.is_empty() {
                put(key, json!(text));
            }
        }
        if let Some(exempt) = demand.unless {
            put("unless", json!(exempt));
        }
        if verdict.note.beyond_weights {
            put("beyond_weights", json!(true));
        }
        match &demand.made {
            Made::Composed { rule, parts } => {
                put("rule", json!(rule));
                put("parts", json!(parts));
            }
            Made::Probed { probe, question, why } => {
                put("probe", json!(probe));
                put("question", json!(question));
                if let Some(why) = why {
                    put("why", json!(why));
                }
            }
        }
        Value::Object(map)
    });
    demand.collect()
}

/// The JSON of an assessment with only some requirements and what they are made of.
fn explanation(subject: &Subject<'_, '_>, roots: &[String]) -> Value {
    let verdicts = &subject.assessment.verdicts;
    let mut wanted: Vec<&str> = roots.iter().map(String::as_str).collect();
    let mut at = 0;
    while let Some(id) = wanted.get(at).copied() {
        at += 1;
        let Some((_, verdict)) = verdicts.find(id) else { continue };
        let parts: &[VerdictId] = match &verdict.reason {
            Reason::Composed { parts, .. } => parts,
            Reason::Probed { .. } => &[],
        };
        for part in parts.iter().chain(&verdict.exemption).filter_map(|part| verdicts.get(*part)) {
            if !wanted.contains(&part.requirement.as_str()) {
                wanted.push(&part.requirement);
            }
        }
    }
    let mut whole = subject.value();
    if let Some(map) = whole.as_object_mut() {
        if let Some(list) = map.get_mut("requirements").and_then(Value::as_array_mut) {
            list.retain(|requirement| requirement["id"].as_str().is_some_and(|id| wanted.contains(&id)));
        }
        map.insert("schema".to_owned(), json!(EXPLANATION));
        for key in ["components", "answers", "claims", "restrictions", "conditions", "pickles"] {
            map.remove(key);
        }
    }
    whole
}
