//! CycloneDX 1.6 and 1.7: a machine learning bill of materials, verdicts as declarations with their evidence.
//!
//! Deterministic: the serial number follows from the fact sheet; a time stands in it only if one was given.
//!
//! Long because one document is laid out in one place, as its schema is.

use crate::bill::{self, Bill, Declared, OURS};
use crate::content::{Content, Made};
use crate::format::{Excerpt, Format, Options, Several, Subject};
use crate::{gist, links, safe, words};
use candor_assess::{Holds, Scope, Status, Terms};
use candor_facts::{Claim, Covers, DataUse, Evidence, Place, Role};
use serde_json::{Map, Value, json};

/// Version 1.6.
pub(crate) const V1_6: Format = Format {
    id: "cyclonedx",
    media_type: "application/vnd.cyclonedx+json; version=1.6",
    ends: ".cdx.json",
    purpose: "CycloneDX 1.6 bill of materials, verdicts as declarations",
    people: false,
    several: Several::No,
    assess: Some(|subjects, options| {
        subjects.iter().map(|subject| document(subject, options, Version::V1_6)).collect()
    }),
    compare: None,
    explain: None,
};

/// Version 1.7.
pub(crate) const V1_7: Format = Format {
    id: "cyclonedx-1.7",
    media_type: "application/vnd.cyclonedx+json; version=1.7",
    ends: "",
    purpose: "CycloneDX 1.7 bill of materials",
    people: false,
    several: Several::No,
    assess: Some(|subjects, options| {
        subjects.iter().map(|subject| document(subject, options, Version::V1_7)).collect()
    }),
    compare: None,
    explain: None,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V1_6,
    V1_7,
}

struct Writer<'w, 'a> {
    content: &'w Content<'w, 'a>,
    bill: Bill,
    excerpt: &'w Excerpt<'w>,
    version: Version,
}

fn document(subject: &Subject<'_, '_>, options: &Options<'_>, version: Version) -> String {
    let content = Content::new(subject.sheet, subject.assessment);
    let writer = Writer { content: &content, bill: Bill::new(subject.sheet), excerpt: subject.excerpt, version };
    let number = match version {
        Version::V1_6 => "1.6",
        Version::V1_7 => "1.7",
    };
    let mut metadata = json!({
        "tools": {"components": [{"type": "application", "name": "Candor", "version": options.version}]},
        "component": writer.model(),
    });
    if let (Some(date), Some(map)) = (options.date, metadata.as_object_mut()) {
        map.insert("timestamp".to_owned(), json!(format!("{date}T00:00:00Z")));
    }
    let components = writer.components();
    let depends: Vec<Value> = components.iter().filter_map(|component| component.get("bom-ref").cloned()).collect();
    let complete =
        subject.sheet.gaps().is_empty() && subject.sheet.own_parts().iter().all(|part| part.listing.complete);
    let value = json!({
        "$schema": format!("http://cyclonedx.org/schema/bom-{number}.schema.json"),
        "bomFormat": "CycloneDX",
        "specVersion": number,
        "serialNumber": format!("urn:uuid:{}", writer.bill.uuid),
        "version": 1,
        "metadata": metadata,
        "components": components,
        "dependencies": [{"ref": RELEASE, "dependsOn": depends}],
        "compositions": [{"aggregate": if complete { "complete" } else { "incomplete" }, "assemblies": [RELEASE]}],
        "definitions": {"standards": writer.standards(subject)},
        "declarations": writer.declarations(subject),
    });
    value.to_string()
}

/// The reference of the model.
const RELEASE: &str = "release";

impl Writer<'_, '_> {
    fn model(&self) -> Value {
        let sheet = self.content.sheet;
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
        put("type", json!("machine-learning-model"));
        put("bom-ref", json!(RELEASE));
        put("name", json!(sheet.release.id));
        if let Some((_, part)) = bill::main_part(sheet).filter(|(_, part)| part.role == Role::Model) {
            if let Some(revision) = &part.revision {
                put("version", json!(revision));
            }
            if let Some(owner) = bill::owner(part) {
                put("supplier", json!({"name": owner}));
            }
            if let Some(purl) = bill::purl(part) {
                put("purl", json!(purl));
            }
        }
        let licenses = self.licenses(
            self.content.assessment.inventory.scope(Scope::Model),
            &[Covers::Model, Covers::Unstated, Covers::Documents],
        );
        if !licenses.is_empty() {
            put("licenses", Value::Array(licenses));
        }
        put("externalReferences", Value::Array(self.references(Role::Model)));
        put("modelCard", self.model_card());
        if !self.bill.parents.is_empty() {
            let parents = self.bill.parents.iter().map(|parent| {
                let mut value = json!({
                    "type": "machine-learning-model", "name": parent.name,
                    "properties": [property("relation", parent.relation.as_str())],
                    "evidence": {"occurrences": self.occurrences(&parent.places)},
                });
                if let (true, Some(map)) = (is_repository(&parent.name), value.as_object_mut()) {
                    map.insert("purl".to_owned(), json!(format!("pkg:huggingface/{}", parent.name)));
                }
                value
            });
            put("pedigree", json!({"ancestors": parents.collect::<Vec<_>>()}));
        }
        let weights =
            self.content.components.iter().filter(|held| held.component.group() == candor_facts::Group::Weights);
        let mut places: Vec<Evidence> = Vec::new();
        for evidence in weights.flat_map(|held| &held.evidence).filter_map(|number| self.content.evidence.get(*number))
        {
            if !places.contains(evidence) {
                places.push(evidence.clone());
            }
        }
        let occurrences = self.occurrences(&places);
        if !occurrences.is_empty() {
            put("evidence", json!({"occurrences": occurrences}));
        }
        let mut properties: Vec<Value> =
            bill::remarks(self.content).iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        properties.extend(self.bill.others.iter().map(|claim| property("claim", claim)));
        put("properties", Value::Array(properties));
        let files = self
            .bill
            .files
            .iter()
            .enumerate()
            .filter(|(_, file)| sheet.release.part(file.part).is_some_and(|part| part.role == Role::Model));
        let files: Vec<Value> = files.map(|(at, file)| file_component(at, file)).collect();
        if !files.is_empty() {
            put("components", Value::Array(files));
        }
        Value::Object(map)
    }

    fn model_card(&self) -> Value {
        let mut parameters = Map::new();
        let mut properties = Vec::new();
        for (_, fact) in self.content.sheet.own_facts() {
            if let Claim::Architecture { model_type, architectures } = &fact.claim {
                if let Some(family) = model_type {
                    parameters.entry("architectureFamily").or_insert_with(|| json!(family));
                }
                if let Some(architecture) = architectures.first() {
                    parameters.entry("modelArchitecture").or_insert_with(|| json!(architecture));
                }
            }
        }
        if let Some((count, _)) = self.content.assessment.inventory.weights.parameters {
            properties.push(property("parameters", &count.to_string()));
        }
        let training = self.bill.datasets.iter().enumerate().filter(|(_, data)| data.used_for == DataUse::Training);
        let training: Vec<Value> = training.map(|(at, _)| json!({"ref": data_ref(at)})).collect();
        if !training.is_empty() {
            parameters.insert("datasets".to_owned(), Value::Array(training));
        }
        json!({"modelParameters": parameters, "properties": properties})
    }

    /// Declared and concluded licences. 1.6 takes either licences or one expression, so an expression of several
    /// licences stands there as a name.
    fn licenses(&self, terms: Option<&Terms>, covers: &[Covers]) -> Vec<Value> {
        let mut list = Vec::new();
        for declared in self.bill.licenses.iter().filter(|declared| covers.contains(&declared.covers)) {
            let properties = vec![property("written", &declared.written), property("covers", declared.covers.as_str())];
            // A name that is no identifier must not be given as one: schemas refuse it, and it would be a lie.
            let id = declared.expression.as_deref();
            list.push(self.license(id, written(declared), "declared", properties));
        }
        if let Some(concluded) = terms.and_then(bill::concluded) {
            list.push(self.license(Some(&concluded), &concluded, "concluded", Vec::new()));
        }
        list
    }

    fn license(&self, id: Option<&str>, name: &str, acknowledgement: &str, properties: Vec<Value>) -> Value {
        let several = id.filter(|id| [" AND ", " OR ", " WITH "].iter().any(|word| id.contains(word)));
        let mut value = match id.and_then(bill::spdx_id) {
            Some(id) => json!({"id": id, "acknowledgement": acknowledgement}),
            None if several.is_some() && self.version == Version::V1_7 => {
                let mut value = json!({"expression": several, "acknowledgement": acknowledgement});
                if let (false, Some(map)) = (properties.is_empty(), value.as_object_mut()) {
                    map.insert("properties".to_owned(), Value::Array(properties));
                }
                return value;
            }
            None => json!({"name": name, "acknowledgement": acknowledgement}),
        };
        if let (false, Some(map)) = (properties.is_empty(), value.as_object_mut()) {
            map.insert("properties".to_owned(), Value::Array(properties));
        }
        json!({"license": value})
    }

    /// Where the parts of a role lie.
    fn references(&self, role: Role) -> Vec<Value> {
        let kind = match role {
            Role::Model | Role::Data => "distribution",
            Role::Code => "vcs",
            Role::Document => "documentation",
        };
        let parts = self.content.sheet.own_parts().iter().filter(|part| part.role == role);
        let addresses =
            parts.filter_map(|part| links::folder(part).or_else(|| links::repository(part.locator.as_deref()?)));
        addresses.map(|address| json!({"type": kind, "url": address})).collect()
    }

    fn components(&self) -> Vec<Value> {
        let sheet = self.content.sheet;
        let mut list = Vec::new();
        let (mut code, mut data) = (false, false);
        let main = bill::main_part(sheet).map(|(at, _)| at);
        for (at, part) in sheet.own_parts().iter().enumerate().filter(|(at, _)| Some(*at) != main) {
            let mut map = Map::new();
            let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
            put("bom-ref", json!(format!("part-{at}")));
            put("name", json!(words::part_name(part)));
            put(
                "properties",
                json!([property("role", part.role.as_str()), property("listing", &part.listing.digest().to_string())]),
            );
            if let Some(revision) = &part.revision {
                put("version", json!(revision));
            }
            if let Some(purl) = bill::purl(part) {
                put("purl", json!(purl));
            }
            if let Some(address) = links::folder(part) {
                put(
                    "externalReferences",
                    json!([{"type": if part.role == Role::Code { "vcs" } else { "distribution" }, "url": address}]),
                );
            }
            let (kind, licenses) = match part.role {
                Role::Code if !code => {
                    code = true;
                    (
                        "application",
                        self.licenses(self.content.assessment.inventory.scope(Scope::Code), &[Covers::Code]),
                    )
                }
                Role::Code => ("application", Vec::new()),
                Role::Data if !data => {
                    data = true;
                    ("data", self.licenses(self.content.assessment.inventory.scope(Scope::Data), &[Covers::Data]))
                }
                Role::Data | Role::Document => ("data", Vec::new()),
                Role::Model => ("machine-learning-model", Vec::new()),
            };
            put("type", json!(kind));
            if kind == "data" {
                let of = if part.role == Role::Data { "dataset" } else { "other" };
                put("data", json!([{"type": of, "name": words::part_name(part)}]));
            }
            if !licenses.is_empty() {
                put("licenses", Value::Array(licenses));
            }
            let files = self
                .bill
                .files
                .iter()
                .enumerate()
                .filter(|(_, file)| file.part.0 as usize == at && part.role != Role::Model);
            let files: Vec<Value> = files.map(|(at, file)| file_component(at, file)).collect();
            if !files.is_empty() {
                put("components", Value::Array(files));
            }
            list.push(Value::Object(map));
        }
        // What is declared of code and data that is no part of its own keeps its place too.
        for (scope, covers, there, name) in
            [(Scope::Code, Covers::Code, code, "code"), (Scope::Data, Covers::Data, data, "data")]
        {
            let licenses = self.licenses(self.content.assessment.inventory.scope(scope), &[covers]);
            if !there && !licenses.is_empty() {
                let kind = if scope == Scope::Code { "application" } else { "data" };
                list.push(json!({"type": kind, "bom-ref": name, "name": format!("{} of {}", name, self.content.sheet.release.id),
                                 "licenses": licenses, "properties": [property("role", name)]}));
            }
        }
        for (at, dataset) in self.bill.datasets.iter().enumerate() {
            let mut data = json!({"type": "dataset", "name": dataset.name});
            let mut properties =
                vec![property("used-for", dataset.used_for.as_str()), property("stage", dataset.stage.as_str())];
            if let (Some(url), Some(map)) = (&dataset.url, data.as_object_mut()) {
                let address = bill::iri(url);
                if address != *url {
                    properties.push(property("url", url));
                }
                map.insert("contents".to_owned(), json!({"url": address}));
            }
            list.push(json!({
                "type": "data", "bom-ref": data_ref(at), "name": dataset.name, "data": [data], "properties": properties,
                "evidence": {"occurrences": self.occurrences(&dataset.places)},
            }));
        }
        list
    }

    /// Places in the words of the standard, each once.
    fn occurrences(&self, places: &[Evidence]) -> Vec<Value> {
        let mut seen: Vec<&Evidence> = Vec::new();
        let mut list = Vec::new();
        for evidence in places {
            if seen.contains(&evidence) {
                continue;
            }
            seen.push(evidence);
            let mut value = json!({"location": words::place(self.content.sheet, evidence), "additionalContext": bill::place(self.content, evidence)});
            if let (Place::Span { start, line, .. }, Some(map)) = (&evidence.place, value.as_object_mut()) {
                if *line > 0 {
                    map.insert("line".to_owned(), json!(line));
                }
                // The schema's numbers are small where some readers keep them.
                if i32::try_from(*start).is_ok() {
                    map.insert("offset".to_owned(), json!(start));
                }
            }
            list.push(value);
        }
        list
    }

    fn standards(&self, subject: &Subject<'_, '_>) -> Vec<Value> {
        let standard = |framework: &candor_assess::Framework| {
            let mine =
                self.content.requirements.iter().filter(|demand| own(&demand.verdict.requirement, &framework.short));
            let requirements: Vec<Value> = mine
                .map(|demand| {
                    let verdict = demand.verdict;
                    let mut value = json!({"bom-ref": requirement_ref(&verdict.requirement), "identifier": verdict.requirement,
                                           "title": verdict.title});
                    if let Some(map) = value.as_object_mut() {
                        let mut told = Vec::new();
                        if !verdict.cite.is_empty() {
                            told.push(format!("Source: {}", verdict.cite));
                        }
                        if !verdict.reading.is_empty() {
                            told.push(format!("Our reading: {}", verdict.reading));
                        }
                        if let Made::Composed { rule, parts } = &demand.made {
                            told.push(format!("{rule} of {}", parts.join(", ")));
                        }
                        told.extend(demand.unless.map(|id| format!("Does not apply when this holds: {id}")));
                        map.insert("descriptions".to_owned(), json!(told));
                    }
                    value
                })
                .collect();
            let levels: Vec<Value> = framework
                .bottom
                .iter()
                .chain(&framework.ladder)
                .map(|level| {
                    let id = format!("{}.{level}", framework.short);
                    json!({"bom-ref": format!("level-{id}"), "identifier": level, "requirements": [requirement_ref(&id)]})
                })
                .collect();
            let mut value = json!({
                "bom-ref": format!("standard-{}", framework.id), "name": framework.name, "version": framework.id,
                "requirements": requirements,
                "externalReferences": [{"type": "documentation", "url": bill::iri(&framework.source.url)}],
            });
            if let (false, Some(map)) = (levels.is_empty(), value.as_object_mut()) {
                map.insert("levels".to_owned(), Value::Array(levels));
            }
            value
        };
        subject.frameworks.iter().map(standard).collect()
    }

    fn declarations(&self, subject: &Subject<'_, '_>) -> Value {
        let evidence = self.content.evidence.iter().enumerate().map(|(number, evidence)| {
            let mut data = json!({"name": words::place(self.content.sheet, evidence)});
            let mut contents = Map::new();
            if let Some(address) = links::place(self.content.sheet, evidence) {
                contents.insert("url".to_owned(), json!(address));
            }
            if let Some(words) = (self.excerpt)(evidence).filter(|words| !words.is_empty()) {
                contents.insert(
                    "attachment".to_owned(),
                    json!({"contentType": "text/plain", "content": safe::plain(&words)}),
                );
            }
            if let (false, Some(map)) = (contents.is_empty(), data.as_object_mut()) {
                map.insert("contents".to_owned(), Value::Object(contents));
            }
            json!({"bom-ref": evidence_ref(number), "propertyName": format!("{OURS}place"),
                   "description": bill::place(self.content, evidence), "data": [data]})
        });
        let mut claims: Vec<Value> = self.content.requirements.iter().map(|demand| self.claim(demand)).collect();
        for (number, cited) in self.content.claims.iter().enumerate() {
            let key = if cited.item.holds == Holds::No { "counterEvidence" } else { "evidence" };
            let reason = format!("{}; {}", holds(cited.item.holds), gist::decided_by(cited.item));
            claims.push(json!({
                "bom-ref": format!("claim-{}", gist::claim_id(number, cited.item)), "target": RELEASE,
                "predicate": format!("The publisher says of it: \"{}\"", cited.item.claim),
                "reasoning": reason, key: refs(&cited.evidence),
            }));
        }
        let attestation = |framework: &candor_assess::Framework| {
            let mine =
                self.content.requirements.iter().filter(|demand| own(&demand.verdict.requirement, &framework.short));
            let map: Vec<Value> = mine
                .map(|demand| {
                    let verdict = demand.verdict;
                    let claim = claim_ref(&verdict.requirement);
                    let requirement = requirement_ref(&verdict.requirement);
                    let (word, _) = words::status(verdict.confirmed);
                    let said = words::status(verdict.declared).0;
                    let rationale = format!("{word} on what was observed; {said} by the publisher's word");
                    // What is unknown has no score: none would be true.
                    match verdict.confirmed {
                        Status::Met => json!({"requirement": requirement, "claims": [claim], "conformance": {"score": 1, "rationale": rationale}}),
                        Status::NotMet => json!({"requirement": requirement, "counterClaims": [claim], "conformance": {"score": 0, "rationale": rationale}}),
                        Status::Unknown | Status::NotApplicable => json!({"requirement": requirement, "claims": [claim], "conformance": {"rationale": rationale}}),
                    }
                })
                .collect();
            let standing =
                self.content.assessment.standings.iter().find(|standing| standing.framework == framework.short);
            let summary = standing.map(|standing| {
                let said = gist::standing(standing);
                let by = if said.by.is_empty() { String::new() } else { format!(" ({})", said.by) };
                let rest: String = said.rest.iter().map(|rest| format!("; {rest}")).collect();
                format!("{}: {}{by}{rest}", framework.name, said.level)
            });
            json!({"summary": summary.unwrap_or_else(|| framework.name.clone()), "assessor": "candor", "map": map})
        };
        json!({
            "assessors": [{"bom-ref": "candor", "thirdParty": true, "organization": {"name": "Candor"}}],
            "attestations": subject.frameworks.iter().map(attestation).collect::<Vec<_>>(),
            "claims": claims,
            "evidence": evidence.collect::<Vec<_>>(),
        })
    }

    fn claim(&self, demand: &crate::content::Demand<'_>) -> Value {
        let verdict = demand.verdict;
        let (word, _) = words::status(verdict.confirmed);
        let mut reasoning = format!("{word}.");
        if let Made::Probed { why: Some(why), .. } = &demand.made {
            reasoning.push_str(&format!(" {why}."));
        }
        let doubts: Vec<_> = demand.doubts.iter().filter_map(|at| self.content.doubts.get(*at)).collect();
        for doubt in &doubts {
            reasoning.push_str(&format!(" In doubt: {}.", doubt.text));
        }
        let mut places = demand.evidence.clone();
        places.extend(doubts.iter().flat_map(|doubt| &doubt.evidence));
        let key = if verdict.confirmed == Status::NotMet { "counterEvidence" } else { "evidence" };
        json!({"bom-ref": claim_ref(&verdict.requirement), "target": RELEASE, "predicate": verdict.title,
               "reasoning": reasoning, key: refs(&places)})
    }
}

/// What a declared licence is written as: its expression where the name is known, else the name.
fn written(declared: &Declared) -> &str {
    match declared.expression.as_deref() {
        Some(expression) => expression,
        None if declared.written.is_empty() => "not named",
        None => &declared.written,
    }
}

fn holds(holds: Holds) -> &'static str {
    match holds {
        Holds::Yes => "holds",
        Holds::No => "does not hold",
        Holds::Unknown => "not shown",
    }
}

fn own(requirement: &str, short: &str) -> bool {
    requirement.split_once('.').is_some_and(|(framework, _)| framework == short)
}

fn file_component(at: usize, file: &bill::File) -> Value {
    let mut properties = Vec::new();
    if let Some(size) = file.size {
        properties.push(property("size", &size.to_string()));
    }
    json!({"type": "file", "bom-ref": format!("file-{at}"), "name": file.path,
           "hashes": [{"alg": "SHA-256", "content": file.sha256}], "properties": properties})
}

fn is_repository(name: &str) -> bool {
    links::repository(&format!("hf:{name}")).is_some() && !name.starts_with("datasets/")
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": format!("{OURS}{name}"), "value": value})
}

fn data_ref(at: usize) -> String {
    format!("data-{at}")
}

fn requirement_ref(id: &str) -> String {
    format!("requirement-{id}")
}

fn claim_ref(id: &str) -> String {
    format!("claim-{id}")
}

fn evidence_ref(number: usize) -> String {
    format!("evidence-{number}")
}

fn refs(numbers: &[usize]) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for number in numbers {
        let name = evidence_ref(*number);
        if !list.contains(&name) {
            list.push(name);
        }
    }
    list
}
