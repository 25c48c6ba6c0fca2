//! SPDX 3.0.1 as JSON-LD: the model as an AI package, data sets, licences, verdicts as annotations.
//!
//! Deterministic: identifiers follow from the fact sheet. The standard wants a time of creation; where none was
//! given it is the beginning of its calendar, and a comment says so. A profile is claimed only where all that it
//! demands is known: validators do not check that, readers rely on it.
//!
//! Long because one graph is laid out in one place.

use crate::bill::{self, Bill};
use crate::content::{Content, Made};
use crate::format::{Format, Options, Several, Subject};
use crate::{gist, links, safe, words};
use candor_assess::{Scope, Terms};
use candor_facts::{Claim, Covers, DataUse, Part, Role};
use serde_json::{Map, Value, json};

/// JSON-LD.
pub(crate) const FORMAT: Format = Format {
    id: "spdx",
    media_type: "application/spdx+json",
    ends: ".spdx.json",
    purpose: "SPDX 3.0.1 bill of materials (AI and data sets), JSON-LD",
    people: false,
    several: Several::No,
    assess: Some(|subjects, options| subjects.iter().map(|subject| document(subject, options)).collect()),
    compare: None,
    explain: None,
};

const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
const NO_ASSERTION: &str = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense";
/// The time of a document that was given none.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

struct Graph<'g, 'a> {
    content: &'g Content<'g, 'a>,
    bill: Bill,
    /// All elements.
    list: Vec<Value>,
    relations: usize,
}

fn document(subject: &Subject<'_, '_>, options: &Options<'_>) -> String {
    let content = Content::new(subject.sheet, subject.assessment);
    let mut graph = Graph { content: &content, bill: Bill::new(subject.sheet), list: Vec::new(), relations: 0 };
    let created = options.date.map_or(NO_TIME.to_owned(), |date| format!("{date}T00:00:00Z"));
    let mut creation = json!({"type": "CreationInfo", "@id": "_:creation", "specVersion": "3.0.1", "created": created,
                              "createdBy": [graph.id("candor")]});
    if let (None, Some(map)) = (options.date, creation.as_object_mut()) {
        map.insert("comment".to_owned(), json!("No time of creation was given; the one stated means none."));
    }
    graph.element(
        "SoftwareAgent",
        "candor",
        json!({"name": "Candor", "description": format!("version {}", options.version)}),
    );
    let complete = graph.model(options);
    graph.parts();
    graph.parents();
    graph.datasets();
    graph.files();
    graph.verdicts(subject);
    graph.remarks();
    let mut profiles = vec!["core", "software", "simpleLicensing"];
    let mut missing = Vec::new();
    if complete {
        profiles.push("ai");
    } else {
        missing.push("ai (place, revision, supplier or day of release of the model is not known)");
    }
    let datasets = graph.list.iter().any(|element| element["type"] == "dataset_DatasetPackage");
    if datasets {
        missing.push("dataset (days and makers of the data sets are not known)");
    }
    let comment = if missing.is_empty() { String::new() } else { format!("Not claimed: {}.", missing.join("; ")) };
    let elements: Vec<Value> = graph.list.iter().filter_map(|element| element.get("spdxId").cloned()).collect();
    let mut about = json!({"name": format!("Openness of {}", subject.sheet.release.id), "rootElement": [graph.id("model")],
                           "element": elements, "profileConformance": profiles});
    if let (false, Some(map)) = (comment.is_empty(), about.as_object_mut()) {
        map.insert("comment".to_owned(), json!(comment));
    }
    graph.element("SpdxDocument", "document", about);
    graph.list.insert(0, creation);
    json!({"@context": CONTEXT, "@graph": graph.list}).to_string()
}

impl Graph<'_, '_> {
    /// The identifier of an element.
    fn id(&self, name: &str) -> String {
        format!("urn:uuid:{}#{}", self.bill.uuid, safe::address(name).replace('/', "%2F"))
    }

    fn element(&mut self, kind: &str, name: &str, about: Value) {
        let mut map = Map::new();
        map.insert("type".to_owned(), json!(kind));
        map.insert("spdxId".to_owned(), json!(self.id(name)));
        map.insert("creationInfo".to_owned(), json!("_:creation"));
        if let Value::Object(about) = about {
            map.extend(about.into_iter().filter(|(_, value)| !value.is_null()));
        }
        self.list.push(Value::Object(map));
    }

    fn relate(&mut self, from: &str, kind: &str, to: Vec<String>, comment: Option<String>) {
        self.relations += 1;
        let name = format!("relation-{}", self.relations);
        let from = self.id(from);
        self.element(
            "Relationship",
            &name,
            json!({"from": from, "relationshipType": kind, "to": to, "comment": comment}),
        );
    }

    /// The model; says whether all that the AI profile demands of it is known.
    fn model(&mut self, options: &Options<'_>) -> bool {
        let sheet = self.content.sheet;
        let main = bill::main_part(sheet).map(|(_, part)| part.clone());
        let mut about = self.package(main.as_ref().filter(|part| part.role == Role::Model));
        let supplier = about.get("suppliedBy").is_some();
        let mut put = |key: &str, value: Value| about.insert(key.to_owned(), value);
        put("name", json!(sheet.release.id));
        put("software_primaryPurpose", json!("model"));
        if let Some(date) = options.released {
            put("releaseTime", json!(format!("{date}T00:00:00Z")));
        }
        let mut kinds: Vec<String> = Vec::new();
        for (_, fact) in sheet.own_facts() {
            if let Claim::Architecture { model_type, architectures } = &fact.claim {
                kinds.extend(model_type.iter().chain(architectures).cloned());
            }
        }
        kinds.sort();
        kinds.dedup();
        if !kinds.is_empty() {
            put("ai_typeOfModel", json!(kinds));
        }
        if let Some((count, _)) = self.content.assessment.inventory.weights.parameters {
            let entry = json!([{"type": "DictionaryEntry", "key": "parameters", "value": count.to_string()}]);
            put("ai_hyperparameter", entry);
        }
        let held: Vec<String> = self
            .content
            .assessment
            .standings
            .iter()
            .filter_map(|standing| {
                let level = standing.confirmed.as_deref()?;
                Some(format!("{}: {} (confirmed)", words::framework(&standing.framework), words::level(level)))
            })
            .collect();
        if !held.is_empty() {
            put("ai_standardCompliance", json!(held));
        }
        self.element("ai_AIPackage", "model", Value::Object(about));
        let covers = [Covers::Model, Covers::Unstated, Covers::Documents];
        self.licenses("model", self.content.assessment.inventory.scope(Scope::Model), &covers);
        let places = main.as_ref().is_some_and(|part| part.revision.is_some() && links::folder(part).is_some());
        supplier && places && options.released.is_some()
    }

    /// What every package says of where it comes from.
    fn package(&mut self, part: Option<&Part>) -> Map<String, Value> {
        let mut about = Map::new();
        let Some(part) = part else { return about };
        if let Some(owner) = bill::owner(part) {
            let name = format!("organization-{owner}");
            let id = self.id(&name);
            if !self.list.iter().any(|element| element["spdxId"] == id.as_str()) {
                self.element("Organization", &name, json!({"name": owner}));
            }
            about.insert("suppliedBy".to_owned(), json!(id));
            about.insert("originatedBy".to_owned(), json!([id]));
        }
        if let Some(revision) = &part.revision {
            about.insert("software_packageVersion".to_owned(), json!(revision));
        }
        if let Some(address) = links::folder(part).or_else(|| links::repository(part.locator.as_deref()?)) {
            about.insert("software_downloadLocation".to_owned(), json!(address));
        }
        if let Some(purl) = bill::purl(part) {
            about.insert("software_packageUrl".to_owned(), json!(purl));
            let identifier =
                json!([{"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": purl}]);
            about.insert("externalIdentifier".to_owned(), identifier);
        }
        about
    }

    fn parts(&mut self) {
        let sheet = self.content.sheet;
        let main = bill::main_part(sheet).map(|(at, _)| at);
        let (mut code, mut data) = (false, false);
        for (at, part) in sheet.own_parts().iter().enumerate().filter(|(at, _)| Some(*at) != main) {
            let name = format!("part-{at}");
            let mut about = self.package(Some(part));
            about.insert("name".to_owned(), json!(words::part_name(part)));
            let (kind, purpose, relation) = match part.role {
                Role::Code => ("software_Package", "source", "dependsOn"),
                Role::Data => ("dataset_DatasetPackage", "data", "trainedOn"),
                Role::Document => ("software_Package", "documentation", "hasDocumentation"),
                Role::Model => ("software_Package", "model", "contains"),
            };
            about.insert("software_primaryPurpose".to_owned(), json!(purpose));
            if part.role == Role::Data {
                about.insert("dataset_datasetType".to_owned(), json!(["noAssertion"]));
            }
            self.element(kind, &name, Value::Object(about));
            let to = vec![self.id(&name)];
            self.relate("model", relation, to, Some(format!("{} part", part.role)));
            match part.role {
                Role::Code if !code => {
                    code = true;
                    self.licenses(&name, self.content.assessment.inventory.scope(Scope::Code), &[Covers::Code]);
                }
                Role::Data => {
                    let covers: &[Covers] = if data { &[] } else { &[Covers::Data] };
                    self.licenses(
                        &name,
                        self.content.assessment.inventory.scope(Scope::Data).filter(|_| !data),
                        covers,
                    );
                    data = true;
                }
                Role::Code | Role::Document | Role::Model => {}
            }
        }
        for (scope, covers, there, name, purpose) in
            [(Scope::Code, Covers::Code, code, "code", "source"), (Scope::Data, Covers::Data, data, "data", "data")]
        {
            let terms = self.content.assessment.inventory.scope(scope);
            let declared = self.bill.licenses.iter().any(|declared| declared.covers == covers);
            if !there && (declared || terms.and_then(bill::concluded).is_some()) {
                let about = json!({"name": format!("{name} of {}", self.content.sheet.release.id), "software_primaryPurpose": purpose});
                self.element("software_Package", name, about);
                let to = vec![self.id(name)];
                self.relate("model", "dependsOn", to, Some(format!("{name} part")));
                self.licenses(name, terms, &[covers]);
            }
        }
    }

    fn parents(&mut self) {
        for at in 0..self.bill.parents.len() {
            let Some(parent) = self.bill.parents.get(at) else { continue };
            let (name, relation, written) = (format!("parent-{at}"), parent.relation, parent.name.clone());
            let purl = links::repository(&format!("hf:{written}")).filter(|_| !written.starts_with("datasets/"));
            let about = json!({"name": written, "software_primaryPurpose": "model",
                               "software_downloadLocation": purl,
                               "software_packageUrl": purl.as_ref().map(|_| format!("pkg:huggingface/{written}"))});
            self.element("software_Package", &name, about);
            let to = vec![self.id(&name)];
            self.relate("model", "descendantOf", to, Some(format!("candor:relation={}", relation.as_str())));
        }
    }

    fn datasets(&mut self) {
        for at in 0..self.bill.datasets.len() {
            let Some(data) = self.bill.datasets.get(at) else { continue };
            let name = format!("data-{at}");
            let kind = match data.used_for {
                DataUse::Training => "trainedOn",
                DataUse::Evaluation => "testedOn",
            };
            let stage = data.stage.as_str();
            let places: Vec<String> = data.places.iter().map(|place| bill::place(self.content, place)).collect();
            // An address of this standard is absolute; what else was written stays readable.
            let address = data.url.as_deref().map(bill::iri).filter(|address| address.contains("://"));
            let about = json!({
                "name": data.name, "software_primaryPurpose": "data", "dataset_datasetType": ["noAssertion"],
                "software_downloadLocation": address, "software_sourceInfo": data.url,
                "comment": format!("named at {}", places.join(" and ")),
            });
            self.element("dataset_DatasetPackage", &name, about);
            let to = vec![self.id(&name)];
            self.relate("model", kind, to, Some(format!("candor:stage={stage}")));
            self.licenses(&name, None, &[]);
        }
    }

    fn files(&mut self) {
        let main = bill::main_part(self.content.sheet).map(|(at, _)| at);
        let mut by_part: Vec<(String, Vec<String>)> = Vec::new();
        for at in 0..self.bill.files.len() {
            let Some(file) = self.bill.files.get(at) else { continue };
            let name = format!("file-{at}");
            let part = file.part.0 as usize;
            let holder = if Some(part) == main { "model".to_owned() } else { format!("part-{part}") };
            let about = json!({"name": file.path, "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": file.sha256}],
                               "comment": file.size.map(|size| format!("{size} bytes"))});
            self.element("software_File", &name, about);
            let id = self.id(&name);
            match by_part.iter_mut().find(|(known, _)| *known == holder) {
                Some((_, files)) => files.push(id),
                None => by_part.push((holder, vec![id])),
            }
        }
        for (holder, files) in by_part {
            self.relate(&holder, "contains", files, None);
        }
    }

    /// Exactly one declared and one concluded licence. Names that are no licence of the list stay in a note.
    fn licenses(&mut self, of: &str, terms: Option<&Terms>, covers: &[Covers]) {
        let declared: Vec<&bill::Declared> =
            self.bill.licenses.iter().filter(|one| covers.contains(&one.covers)).collect();
        let mut expressions: Vec<String> = Vec::new();
        for one in &declared {
            let expression =
                one.expression.clone().unwrap_or_else(|| format!("LicenseRef-declared-{}", slug(&one.written)));
            let expression = if expression.contains(" OR ") { format!("({expression})") } else { expression };
            if !expressions.contains(&expression) {
                expressions.push(expression);
            }
        }
        let written: Vec<Value> = declared
            .iter()
            .map(|one| json!({"covers": one.covers.as_str(), "written": one.written, "expression": one.expression}))
            .collect();
        let mut joined = expressions.join(" AND ");
        if let [only] = expressions.as_slice() {
            joined = only.trim_start_matches('(').trim_end_matches(')').to_owned();
            if joined.matches('(').count() != joined.matches(')').count() {
                joined.clone_from(only);
            }
        }
        let concluded = terms.and_then(bill::concluded);
        for (kind, word, expression) in [
            ("hasDeclaredLicense", "declared", Some(joined).filter(|joined| !joined.is_empty())),
            ("hasConcludedLicense", "concluded", concluded),
        ] {
            let to = match expression {
                Some(expression) => {
                    let name = format!("license-{word}-{of}");
                    self.element(
                        "simplelicensing_LicenseExpression",
                        &name,
                        json!({"simplelicensing_licenseExpression": expression}),
                    );
                    self.id(&name)
                }
                None => NO_ASSERTION.to_owned(),
            };
            self.relate(of, kind, vec![to], None);
        }
        if !written.is_empty() {
            self.note(&format!("written-{of}"), of, &json!({"candor": "licenses", "licenses": written}));
        }
    }

    /// A statement of ours about an element, for machines.
    fn note(&mut self, name: &str, of: &str, statement: &Value) {
        let subject = self.id(of);
        let about = json!({"annotationType": "other", "subject": subject, "contentType": "application/json",
                           "statement": statement.to_string()});
        self.element("Annotation", name, about);
    }

    /// Every requirement as a review of the model, every place of evidence as a note, and which rests on which.
    fn verdicts(&mut self, subject: &Subject<'_, '_>) {
        let model = self.id("model");
        for (number, evidence) in self.content.evidence.iter().enumerate() {
            let mut statement = json!({"candor": "evidence", "number": number, "place": bill::place(self.content, evidence),
                                       "at": serde_json::to_value(crate::evidence::Wire::of(evidence)).unwrap_or_default()});
            if let (Some(words), Some(map)) =
                ((subject.excerpt)(evidence).filter(|words| !words.is_empty()), statement.as_object_mut())
            {
                map.insert("words".to_owned(), json!(safe::plain(&words)));
            }
            if let (Some(address), Some(map)) = (links::place(self.content.sheet, evidence), statement.as_object_mut())
            {
                map.insert("address".to_owned(), json!(address));
            }
            self.note(&format!("evidence-{number}"), "model", &statement);
        }
        for demand in &self.content.requirements {
            let verdict = demand.verdict;
            let name = format!("requirement-{}", verdict.requirement);
            let doubts: Vec<_> = demand.doubts.iter().filter_map(|at| self.content.doubts.get(*at)).collect();
            let mut statement = json!({
                "candor": "requirement", "requirement": verdict.requirement, "title": verdict.title, "source": verdict.cite,
                "status": verdict.confirmed.as_str(), "declared": verdict.declared.as_str(),
                "doubts": doubts.iter().map(|doubt| json!({"doubt": doubt.kind, "text": doubt.text})).collect::<Vec<_>>(),
            });
            if let Some(map) = statement.as_object_mut() {
                if !verdict.reading.is_empty() {
                    map.insert("reading".to_owned(), json!(verdict.reading));
                }
                map.extend(demand.unless.map(|exempt| ("unless".to_owned(), json!(exempt))));
                match &demand.made {
                    Made::Composed { rule, parts } => {
                        map.insert("rule".to_owned(), json!(rule));
                        map.insert("parts".to_owned(), json!(parts));
                    }
                    Made::Probed { why, .. } => {
                        map.insert("why".to_owned(), json!(why));
                    }
                }
            }
            let about = json!({"annotationType": "review", "subject": model, "contentType": "application/json", "statement": statement.to_string()});
            self.element("Annotation", &name, about);
            let mut places: Vec<String> = Vec::new();
            for number in demand.evidence.iter().chain(doubts.iter().flat_map(|doubt| &doubt.evidence)) {
                let id = self.id(&format!("evidence-{number}"));
                if !places.contains(&id) {
                    places.push(id);
                }
            }
            if !places.is_empty() {
                self.relate(&name, "hasEvidence", places, None);
            }
        }
    }

    fn remarks(&mut self) {
        let remarks: Map<String, Value> = {
            let mut map: Map<String, Value> = Map::new();
            for (name, value) in bill::remarks(self.content) {
                match map.get_mut(&name) {
                    Some(Value::Array(list)) => list.push(json!(value)),
                    _ => {
                        map.insert(name, json!([value]));
                    }
                }
            }
            map
        };
        self.note("remarks", "model", &json!({"candor": "remarks", "remarks": remarks}));
        let claims: Vec<Value> = self.bill.others.iter().filter_map(|claim| serde_json::from_str(claim).ok()).collect();
        if !claims.is_empty() {
            self.note("claims", "model", &json!({"candor": "claims", "claims": claims}));
        }
        for (number, cited) in self.content.claims.iter().enumerate() {
            let name = format!("claim-{}", gist::claim_id(number, cited.item));
            let statement = json!({"candor": "claim", "claim": cited.item.claim, "holds": cited.item.holds.as_str(), "why": cited.item.why, "note": cited.item.note});
            self.note(&name, "model", &statement);
            let places: Vec<String> =
                cited.evidence.iter().map(|number| self.id(&format!("evidence-{number}"))).collect();
            if !places.is_empty() {
                self.relate(&name, "hasEvidence", places, None);
            }
        }
        let summary: Vec<String> = self
            .content
            .assessment
            .standings
            .iter()
            .map(|standing| {
                let said = gist::standing(standing);
                let by = if said.by.is_empty() { String::new() } else { format!(" ({})", said.by) };
                format!("{}: {}{by}", words::framework(&standing.framework), said.level)
            })
            .collect();
        let model = self.id("model");
        let about = json!({"annotationType": "review", "subject": model, "contentType": "text/plain", "statement": summary.join("\n")});
        self.element("Annotation", "summary", about);
    }
}

/// Letters of an SPDX identifier.
fn slug(written: &str) -> String {
    let slug: String =
        written.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' }).collect();
    if slug.is_empty() { "none".to_owned() } else { slug }
}
