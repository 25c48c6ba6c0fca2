//! Pages: model cards, data cards, introductions of repositories. Front matter and prose.

use super::frontmatter::{self, Value};
use super::license;
use super::markdown;
use super::prose::{PageKind, Reader};
use super::subject::Subject;
use super::words::Words;
use crate::caps;
use crate::inspector::{Input, Inspector, Reading, Reads};
use candor_facts::{
    Artifact, Basis, Claim, Component, Covers, DataUse, Extent, GapReason, Part, Relation, Role, Stage, TermFound,
    TermKind,
};
use candor_license as engine;

/// Reads pages.
pub(crate) const INSPECTOR: Inspector = Inspector { id: "card", version: 2, reads: Reads::Artifact { wants, read } };

const SKIPPED: &[&str] = &[
    "contributing", "code_of_conduct", "security", "changelog", "support", "governance", "codeowners",
    "pull_request_template",
];

/// Pages of prose. What a repository says of how to contribute to it says nothing of the model.
fn wants(_: &Part, artifact: &Artifact) -> bool {
    let name = artifact.path.name().to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    let page = matches!(artifact.path.extension().as_str(), "md" | "markdown" | "mdx" | "rst")
        || matches!(name.as_str(), "readme" | "readme.txt");
    let terms = ["license", "licence", "copying", "use_policy", "acceptable_use_policy"]
        .iter()
        .any(|word| stem.starts_with(word));
    let hidden = artifact.path.as_str().split('/').any(|segment| segment.starts_with('.') || segment == "node_modules");
    page && !terms && !hidden && !SKIPPED.contains(&stem)
}

fn kind(part: &Part, artifact: &Artifact, body: &str) -> PageKind {
    let words = Words::of(artifact.path.name());
    let title = Words::of(body.lines().find(|line| line.starts_with('#')).unwrap_or_default());
    let named = |phrases: &[&str]| words.any(phrases) || title.any(phrases);
    if named(&["data card", "datacard", "datasheet", "dataset card", "data sheet", "data statement", "data readme"]) {
        PageKind::DataCard
    } else if words.any(&["model card", "modelcard"])
        || words.has("readme") && part.role == Role::Model && artifact.path.folder().is_empty()
    {
        PageKind::ModelCard
    } else if part.role == Role::Data && words.has("readme") && artifact.path.folder().is_empty() {
        PageKind::DataCard
    } else {
        PageKind::Other
    }
}

fn read(input: &Input<'_>) -> Reading {
    let bytes = match input.read(caps::DOCUMENT) {
        Ok(bytes) => bytes,
        Err(gap) => return gap.into(),
    };
    let mut reading = Reading::default();
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            reading.gap(input.gap(GapReason::Malformed {
                at: at as u64,
                what: "text is not UTF-8; what stands before was read".to_owned(),
            }));
            bytes.get(..at).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
        }
    };
    let head = frontmatter::split(text);
    let body = head.as_ref().map_or(0, |head| head.body);
    let body_text = text.get(body..).unwrap_or_default();
    let kind = kind(input.at.part, input.artifact, body_text);
    match head.map(|head| head.value) {
        Some(Ok(value)) => front_matter(input, &bytes, &value, kind, &mut reading),
        Some(Err(reason)) => reading.gap(input.gap(reason)),
        None if frontmatter::misplaced(text).is_some() => {
            let what = "front matter that does not stand at the very start; no platform reads it".to_owned();
            reading.gap(input.gap(GapReason::Unsupported { what }));
        }
        None => {}
    }
    if !body_text.trim().is_empty() {
        page_itself(input, &bytes, body, kind, &mut reading);
        let page = markdown::parse(body_text, body);
        if let Some(at) = page.cut {
            let what = format!("a page of more than {} statements: what stands after byte {at}", caps::STATEMENTS);
            reading.gap(input.gap(GapReason::Unsupported { what }));
        }
        let subject = Subject::of(input.at.release);
        let reader = Reader { input, text: &bytes, page: &page, subject: &subject, kind, out: Reading::default() };
        reading.absorb(reader.read());
        whole_page_terms(input, &bytes, body, &mut reading);
    }
    reading
}

/// The page as a document: that it is here.
fn page_itself(input: &Input<'_>, bytes: &[u8], body: usize, kind: PageKind, reading: &mut Reading) {
    let component = match kind {
        PageKind::ModelCard => Component::DocModelCard,
        PageKind::DataCard => Component::DocDataCard,
        PageKind::Other if input.at.part.role == Role::Code => Component::DocCodeDocs,
        PageKind::Other => return,
    };
    let evidence = input.span(Basis::Observed, bytes, body..bytes.len(), "");
    reading.fact(Claim::Provides { component, extent: Extent::Whole, target: None }, evidence);
}

/// Some pages are themselves the terms: a README that holds a whole licence.
fn whole_page_terms(input: &Input<'_>, bytes: &[u8], body: usize, reading: &mut Reading) {
    let found = engine::identify(bytes.get(body..).unwrap_or_default());
    let whole = found.matches.first().is_some_and(|best| {
        let most = best.bytes.len() * 2 > bytes.len() - body;
        most && matches!(best.kind, engine::MatchKind::Exact | engine::MatchKind::Modified)
    });
    if whole {
        license::text_facts(input, bytes, body, Covers::Unstated, reading);
    }
}

fn front_matter(input: &Input<'_>, bytes: &[u8], value: &Value, kind: PageKind, reading: &mut Reading) {
    for key in ["license", "base_model", "datasets"] {
        let count = value.get(key).map_or(0, |value| value.items().len());
        if count > caps::FRONT_VALUES {
            let what = format!("{} more values of `{key}`", count - caps::FRONT_VALUES);
            reading.gap(input.gap(GapReason::Unsupported { what }));
        }
    }
    let at = |range: &std::ops::Range<usize>, route: &str| input.span(Basis::Declared, bytes, range.clone(), route);
    let role = input.at.part.role;
    let data = role == Role::Data || kind == PageKind::DataCard;
    if let Some(license) = value.get("license") {
        let name = value.get("license_name").and_then(Value::text);
        let link = value.get("license_link").and_then(Value::text);
        for (written, range) in license.items().into_iter().take(caps::FRONT_VALUES) {
            let declared = engine::resolve_named(written, name, link);
            let covers = if data { Covers::Data } else { Covers::Unstated };
            let expression = declared.expression.as_ref().map(ToString::to_string);
            let written = match name {
                Some(name) if written.eq_ignore_ascii_case("other") => name.to_owned(),
                _ => written.to_owned(),
            };
            reading.fact(Claim::LicenseDeclared { covers, written, expression }, at(&range, "license"));
        }
    }
    if data {
        return;
    }
    if let Some(base) = value.get("base_model") {
        let relation = value.get("base_model_relation").and_then(Value::text).and_then(Relation::parse);
        for (name, range) in base.items().into_iter().take(caps::FRONT_VALUES) {
            let relation = relation.unwrap_or(Relation::Unstated);
            reading.fact(Claim::BaseModel { name: name.to_owned(), relation }, at(&range, "base_model"));
        }
    }
    let datasets = value.get("datasets").map(Value::items).unwrap_or_default();
    for (name, range) in datasets.into_iter().take(caps::FRONT_VALUES) {
        let id = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
        let url = id.then(|| format!("hf:datasets/{name}"));
        let claim = Claim::Dataset { name: name.to_owned(), url, used_for: DataUse::Training, stage: Stage::Unstated };
        reading.fact(claim, at(&range, "datasets"));
    }
    gate(input, bytes, value, reading);
    offers_weights(input, bytes, value, reading);
    if let Some(results) = value.get("model-index") {
        let claim = Claim::Provides { component: Component::DocEvalResults, extent: Extent::Whole, target: None };
        reading.fact(claim, input.span(Basis::Observed, bytes, results.range.clone(), "model-index"));
    }
    if let Some(emissions) = value.get("co2_eq_emissions") {
        let claim = Claim::Provides { component: Component::DocEnergy, extent: Extent::Described, target: None };
        reading.fact(claim, input.span(Basis::Observed, bytes, emissions.range.clone(), "co2_eq_emissions"));
    }
}

/// A card that names the library that loads the model, or that asks before it hands out files, offers weights.
fn offers_weights(input: &Input<'_>, bytes: &[u8], value: &Value, reading: &mut Reading) {
    if input.at.part.role != Role::Model || !input.artifact.path.folder().is_empty() {
        return;
    }
    let keys = ["library_name", "extra_gated_prompt", "extra_gated_fields", "pipeline_tag"];
    let Some((key, first)) = keys.iter().find_map(|key| Some((*key, value.get(key)?))) else { return };
    let target = input.at.part.locator.clone();
    let claim = Claim::Provides { component: Component::WeightsEndFinal, extent: Extent::Elsewhere, target };
    reading.fact(claim, input.span(Basis::Declared, bytes, first.range.clone(), key));
}

/// `extra_gated_*`: the Hub asks before it hands out files.
fn gate(input: &Input<'_>, bytes: &[u8], value: &Value, reading: &mut Reading) {
    let keys = ["extra_gated_prompt", "extra_gated_heading", "extra_gated_fields", "extra_gated_button_content"];
    let Some((key, first)) = keys.iter().find_map(|key| Some((*key, value.get(key)?))) else { return };
    let note = "access to the files must be asked for on the platform".to_owned();
    let term = TermFound { kind: TermKind::Gated, value: None, bytes: None, note };
    let evidence = input.span(Basis::Observed, bytes, first.range.clone(), key);
    reading.fact(Claim::Restricted { covers: Covers::Model, term }, evidence);
    if let Some(prompt) = value.get("extra_gated_prompt").filter(|prompt| prompt.text().is_some()) {
        let range = prompt.range.clone();
        for clause in engine::clauses(bytes.get(range.clone()).unwrap_or_default()) {
            let Some(kind) = TermKind::parse(clause.kind.as_str()) else { continue };
            let span = clause.bytes.map_or(range.clone(), |span| span.start + range.start..span.end + range.start);
            let term = TermFound { kind, value: clause.value, bytes: None, note: clause.note };
            let evidence = input.span(Basis::Observed, bytes, span, "extra_gated_prompt");
            reading.fact(Claim::Restricted { covers: Covers::Model, term }, evidence);
        }
    }
}

/// The values of a card's front matter as written, for those who ask about one card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardValues {
    /// `license`, as written, in order.
    pub license: Vec<String>,
    /// `base_model`, as written, in order.
    pub base_model: Vec<String>,
    /// `datasets`, as written, in order.
    pub datasets: Vec<String>,
}

/// Read the front matter of a card alone.
pub(crate) fn card_values(bytes: &[u8]) -> CardValues {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
        }
    };
    let Some(Ok(value)) = frontmatter::split(valid).map(|head| head.value) else { return CardValues::default() };
    let items = |key: &str| -> Vec<String> {
        value.get(key).map(Value::items).unwrap_or_default().into_iter().map(|(item, _)| item.to_owned()).collect()
    };
    CardValues { license: items("license"), base_model: items("base_model"), datasets: items("datasets") }
}
