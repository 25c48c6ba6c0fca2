//! SPDX 3 (JSON-LD): elements of type `ai_AIPackage` and what relationships say of them.

use super::{Document, ListedModel, Model, Said, license, travelled, weights_at};
use crate::caps;
use crate::json::{Member, member};
use candor_facts::{Claim, Covers, DataUse, Relation as Kinship, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// All AI packages.
pub(super) fn models(document: &Document<'_>) -> Vec<Model> {
    let mut models = Vec::new();
    for node in document.list(&document.root, "@graph") {
        let members = document.members(&node);
        if document.string(&members, "type").is_none_or(|(kind, _)| kind != "ai_AIPackage") {
            continue;
        }
        let reference = document.string(&members, "spdxId").map(|(id, _)| id).unwrap_or_default();
        let name = document.string(&members, "name").map_or_else(|| reference.clone(), |(name, _)| name);
        models.push(Model { listed: ListedModel { reference, name }, node, main: false });
        if models.len() >= caps::LISTED_MODELS {
            break;
        }
    }
    models
}

/// Elements by identifier, each with its members and its place.
type Elements = BTreeMap<String, (Vec<Member>, Range<usize>)>;

/// A relationship, its ends by identifier.
struct Relation {
    from: String,
    kind: String,
    to: Vec<String>,
    comment: String,
    at: Range<usize>,
}

impl Relation {
    fn of(document: &Document<'_>, members: &[Member], at: Range<usize>) -> Option<Self> {
        Some(Self {
            from: document.string(members, "from")?.0,
            kind: document.string(members, "relationshipType")?.0,
            to: document.list(members, "to").iter().filter_map(|span| document.text_at(span)).collect(),
            comment: document.string(members, "comment").map(|(comment, _)| comment).unwrap_or_default(),
            at,
        })
    }
}

/// What the document says of a model.
pub(super) fn read(document: &Document<'_>, model: &Model) -> Vec<Said> {
    let mut elements = Elements::new();
    let mut relations: Vec<Relation> = Vec::new();
    let mut notes: Vec<(Vec<Member>, Range<usize>)> = Vec::new();
    for node in document.list(&document.root, "@graph") {
        let members = document.members(&node);
        match document.string(&members, "type").map(|(kind, _)| kind).as_deref() {
            Some("Relationship") => relations.extend(Relation::of(document, &members, node)),
            Some("Annotation") => notes.push((members, node)),
            _ => {
                if let Some((id, _)) = document.string(&members, "spdxId") {
                    elements.insert(id, (members, node));
                }
            }
        }
    }
    let me = &model.listed.reference;
    let mut said = Vec::new();
    let own = document.members(&model.node);
    let location = document.string(&own, "software_downloadLocation");
    let purl = document.string(&own, "software_packageUrl").filter(|(purl, _)| purl.starts_with("pkg:huggingface/"));
    if let Some((target, at)) = location.or(purl) {
        said.push(Said { claim: weights_at(&target), at, route: "software_downloadLocation" });
    }
    // The parts whose licences are of this release: the model, and what it is made with.
    let mut holders: BTreeMap<String, Covers> = BTreeMap::from([(me.clone(), Covers::Model)]);
    for relation in relations.iter().filter(|relation| relation.from == *me) {
        let covers = match relation.comment.as_str() {
            "code part" => Covers::Code,
            "data part" => Covers::Data,
            _ => continue,
        };
        for part in &relation.to {
            holders.entry(part.clone()).or_insert(covers);
        }
    }
    let written = written(document, &notes, &holders, &mut said);
    for relation in &relations {
        let targets = relation.to.iter().filter_map(|id| elements.get(id));
        if relation.kind == "hasDeclaredLicense" {
            let Some(covers) = holders.get(&relation.from).filter(|_| !written.contains(&relation.from)) else {
                continue;
            };
            for (members, at) in targets {
                if let Some((expression, _)) = document.string(members, "simplelicensing_licenseExpression") {
                    let claim = license(*covers, &expression, true, None);
                    said.push(Said { claim, at: at.clone(), route: "hasDeclaredLicense" });
                }
            }
        } else if relation.kind == "ancestorOf" {
            // The parent says it of the child.
            let parent = elements.get(&relation.from).filter(|_| relation.to.contains(me));
            said.extend(parent.and_then(|(parent, _)| base(document, parent, &relation.comment, &relation.at)));
        } else if relation.from == *me {
            for (target, at) in targets {
                match relation.kind.as_str() {
                    "descendantOf" => said.extend(base(document, target, &relation.comment, at)),
                    "trainedOn" => said.extend(dataset(document, target, DataUse::Training, &relation.comment, at)),
                    "testedOn" => said.extend(dataset(document, target, DataUse::Evaluation, &relation.comment, at)),
                    _ => {}
                }
            }
        }
    }
    said
}

/// Notes of Candor's own about these elements: claims, and licences as they were written. Gives the elements
/// whose licences are told there.
fn written(
    document: &Document<'_>,
    notes: &[(Vec<Member>, Range<usize>)],
    holders: &BTreeMap<String, Covers>,
    said: &mut Vec<Said>,
) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for (members, node) in notes {
        let Some((subject, _)) = document.string(members, "subject") else { continue };
        let Some(covers) = holders.get(&subject) else { continue };
        let Some((statement, _)) = document.string(members, "statement") else { continue };
        let Ok(statement) = serde_json::from_str::<serde_json::Value>(&statement) else { continue };
        let list = |key: &str| statement.get(key).and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        match statement.get("candor").and_then(serde_json::Value::as_str) {
            Some("claims") => {
                let claims =
                    list("claims").iter().filter_map(|claim| travelled(&claim.to_string())).collect::<Vec<_>>();
                said.extend(claims.into_iter().map(|claim| Said { claim, at: node.clone(), route: "statement" }));
            }
            Some("licenses") => {
                for one in list("licenses") {
                    let text = |key: &str| one.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
                    let covers = text("covers").and_then(|word| Covers::parse(&word)).unwrap_or(*covers);
                    let Some(name) = text("written") else { continue };
                    let claim = match text("expression") {
                        Some(expression) => license(covers, &expression, true, Some(name)),
                        None => license(covers, &name, false, Some(name.clone())),
                    };
                    said.push(Said { claim, at: node.clone(), route: "statement" });
                }
                told.insert(subject);
            }
            _ => {}
        }
    }
    told
}

fn base(document: &Document<'_>, parent: &[Member], comment: &str, at: &Range<usize>) -> Option<Said> {
    let (name, _) = document.string(parent, "name")?;
    let relation = comment.strip_prefix("candor:relation=").and_then(Kinship::parse).unwrap_or(Kinship::Unstated);
    Some(Said { claim: Claim::BaseModel { name, relation }, at: at.clone(), route: "descendantOf" })
}

fn dataset(
    document: &Document<'_>,
    data: &[Member],
    used_for: DataUse,
    comment: &str,
    at: &Range<usize>,
) -> Option<Said> {
    // A part of the release is no data set that somebody names.
    if comment == "data part" || member(data, "name").is_none() {
        return None;
    }
    let (name, _) = document.string(data, "name")?;
    let url =
        document.string(data, "software_sourceInfo").or_else(|| document.string(data, "software_downloadLocation"));
    let stage = comment.strip_prefix("candor:stage=").and_then(Stage::parse).unwrap_or(Stage::Unstated);
    let claim = Claim::Dataset { name, url: url.map(|(url, _)| url), used_for, stage };
    let route = if used_for == DataUse::Training { "trainedOn" } else { "testedOn" };
    Some(Said { claim, at: at.clone(), route })
}
