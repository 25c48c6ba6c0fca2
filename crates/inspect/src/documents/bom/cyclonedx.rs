//! CycloneDX: components of type `machine-learning-model`, their licences, data sets and ancestors.

use super::{Document, ListedModel, Model, Said, license, travelled, weights_at};
use crate::caps;
use crate::json::{Member, member};
use candor_facts::{Claim, Covers, DataUse, Relation, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// All models, the main component first.
pub(super) fn models(document: &Document<'_>) -> Vec<Model> {
    let mut models = Vec::new();
    let mut left: Vec<(Range<usize>, bool)> = Vec::new();
    let main = member(&document.root, "metadata").map(|metadata| document.members(&metadata.value));
    let main = main.and_then(|metadata| member(&metadata, "component").map(|component| component.value.clone()));
    left.extend(document.list(&document.root, "components").into_iter().rev().map(|span| (span, false)));
    left.extend(main.map(|span| (span, true)));
    while let Some((node, main)) = left.pop() {
        if models.len() >= caps::LISTED_MODELS {
            break;
        }
        let members = document.members(&node);
        left.extend(document.list(&members, "components").into_iter().rev().map(|span| (span, false)));
        if document.string(&members, "type").is_some_and(|(kind, _)| kind == "machine-learning-model")
            && let Some((name, _)) = document.string(&members, "name")
        {
            let reference =
                document.string(&members, "bom-ref").map_or_else(|| name.clone(), |(reference, _)| reference);
            models.push(Model { listed: ListedModel { reference, name }, node, main });
        }
    }
    models
}

/// What the bill says of a model.
pub(super) fn read(document: &Document<'_>, model: &Model, models: usize) -> Vec<Said> {
    let members = document.members(&model.node);
    let mut said = Vec::new();
    licenses(document, &members, Covers::Model, &mut said);
    origin(document, &members, &mut said);
    let used = datasets(document, &members, &mut said);
    for (claim, at) in document.properties(&members, "claim") {
        said.extend(travelled(&claim).map(|claim| Said { claim, at, route: "properties" }));
    }
    if let Some(pedigree) = member(&members, "pedigree") {
        for span in document.list(&document.members(&pedigree.value), "ancestors") {
            let ancestor = document.members(&span);
            let relation = document.property(&ancestor, "relation").and_then(|(word, _)| Relation::parse(&word));
            if let Some((name, _)) = document.string(&ancestor, "name") {
                let relation = relation.unwrap_or(Relation::Unstated);
                said.push(Said { claim: Claim::BaseModel { name, relation }, at: span, route: "pedigree.ancestors" });
            }
        }
    }
    // In a bill about one model, the other components belong to it.
    if model.main || models == 1 {
        for span in document.list(&document.root, "components") {
            let component = document.members(&span);
            let kind = document.string(&component, "type").map(|(kind, _)| kind).unwrap_or_default();
            let role = document.property(&component, "role").map(|(role, _)| role).unwrap_or_default();
            match (kind.as_str(), role.as_str()) {
                ("application", "code") => licenses(document, &component, Covers::Code, &mut said),
                ("data", "data") => licenses(document, &component, Covers::Data, &mut said),
                ("data", _) if !used.contains(&span.start) && document.property(&component, "used-for").is_some() => {
                    said.extend(dataset(document, &component, &span));
                }
                _ => {}
            }
        }
    }
    said
}

fn licenses(document: &Document<'_>, members: &[Member], covers: Covers, said: &mut Vec<Said>) {
    let mut concluded = Vec::new();
    let mut declared = false;
    for span in document.list(members, "licenses") {
        let choice = document.members(&span);
        let inner = member(&choice, "license").map(|license| document.members(&license.value));
        let of = inner.as_deref().unwrap_or(&choice);
        let id = document.string(of, "id").or_else(|| document.string(of, "expression"));
        let Some((stated, is_expression)) =
            id.map(|(id, _)| (id, true)).or_else(|| document.string(of, "name").map(|(name, _)| (name, false)))
        else {
            continue;
        };
        let written = document.property(of, "written").map(|(written, _)| written);
        let covers = document.property(of, "covers").and_then(|(word, _)| Covers::parse(&word)).unwrap_or(covers);
        let claim = license(covers, &stated, is_expression, written);
        let one = Said { claim, at: span, route: "licenses" };
        if document.string(of, "acknowledgement").is_some_and(|(word, _)| word == "concluded") {
            concluded.push(one);
        } else {
            declared = true;
            said.push(one);
        }
    }
    // Somebody's conclusion is still somebody's word, where there is no other.
    if !declared {
        said.extend(concluded);
    }
}

/// Where the model can be had.
fn origin(document: &Document<'_>, members: &[Member], said: &mut Vec<Said>) {
    for span in document.list(members, "externalReferences") {
        let reference = document.members(&span);
        let kind = document.string(&reference, "type").map(|(kind, _)| kind);
        if let (Some("distribution"), Some((url, _))) = (kind.as_deref(), document.string(&reference, "url")) {
            said.push(Said { claim: weights_at(&url), at: span, route: "externalReferences" });
            return;
        }
    }
    if let Some((purl, at)) = document.string(members, "purl").filter(|(purl, _)| purl.starts_with("pkg:huggingface/"))
    {
        said.push(Said { claim: weights_at(&purl), at, route: "purl" });
    }
}

/// The data sets of the model card; gives where the components begin that it refers to.
fn datasets(document: &Document<'_>, members: &[Member], said: &mut Vec<Said>) -> BTreeSet<usize> {
    let mut used = BTreeSet::new();
    let card = member(members, "modelCard").map(|card| document.members(&card.value)).unwrap_or_default();
    let parameters = member(&card, "modelParameters").map(|found| document.members(&found.value)).unwrap_or_default();
    let mut components: BTreeMap<String, Range<usize>> = BTreeMap::new();
    for component in document.list(&document.root, "components") {
        if let Some((reference, _)) = document.string(&document.members(&component), "bom-ref") {
            components.entry(reference).or_insert(component);
        }
    }
    for span in document.list(&parameters, "datasets") {
        let entry = document.members(&span);
        let Some((reference, _)) = document.string(&entry, "ref") else {
            let name = document.string(&entry, "name").map(|(name, _)| name).or_else(|| url(document, &entry));
            if let Some(name) = name {
                let claim = Claim::Dataset {
                    name,
                    url: url(document, &entry),
                    used_for: DataUse::Training,
                    stage: Stage::Unstated,
                };
                said.push(Said { claim, at: span, route: "modelCard.modelParameters.datasets" });
            }
            continue;
        };
        if let Some(component) = components.get(&reference).filter(|component| used.insert(component.start)) {
            said.extend(dataset(document, &document.members(component), component));
        }
    }
    used
}

fn dataset(document: &Document<'_>, members: &[Member], at: &Range<usize>) -> Option<Said> {
    let (name, _) = document.string(members, "name")?;
    let data = document.list(members, "data").first().map(|first| document.members(first)).unwrap_or_default();
    let written = document.property(members, "url").map(|(url, _)| url);
    let used_for = document.property(members, "used-for").and_then(|(word, _)| DataUse::parse(&word));
    let stage = document.property(members, "stage").and_then(|(word, _)| Stage::parse(&word));
    let claim = Claim::Dataset {
        name,
        url: written.or_else(|| url(document, &data)),
        used_for: used_for.unwrap_or(DataUse::Training),
        stage: stage.unwrap_or(Stage::Unstated),
    };
    Some(Said { claim, at: at.clone(), route: "components" })
}

fn url(document: &Document<'_>, data: &[Member]) -> Option<String> {
    let contents = member(data, "contents").map(|contents| document.members(&contents.value))?;
    document.string(&contents, "url").map(|(url, _)| url)
}
