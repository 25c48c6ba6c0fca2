//! Records of the Model Openness Framework against what the Model Openness Tool makes of them.

use super::Check;
use anyhow::Context;
use candor_assess::mof::{Compat, Evaluation, evaluate};
use serde_json::{Map, Value, json};
use std::path::Path;

/// The words of the oracle by the names of its lists.
const STATUSES: &[&str] = &["included", "optional", "invalid", "unlicensed", "missing"];

/// Score all records. The keys of the edge cases have another form than those of the records of others.
pub(crate) fn score(corpus: &Path) -> anyhow::Result<Vec<Check>> {
    let folder = corpus.join("mof");
    let mut checks = Vec::new();
    let oracle = load(&folder.join("oracle.json"))?;
    let parts = oracle["components"].as_array().context("the oracle lists no components")?.clone();
    for key in list(&oracle) {
        let set = if key["set"] == "models" { "models" } else { "test_data" };
        let components = key["components"].as_array().into_iter().flatten();
        let expected = components.map(|one| {
            let status = one["status"].as_str().unwrap_or_default();
            (name(one), word(status, &one["resolved_license"], one["not_type_appropriate_warning"] == true))
        });
        checks.extend(one(&folder.join(set), &key, expected.collect())?);
    }
    for key in list(&load(&folder.join("edge_oracle.json"))?) {
        let expected = parts.iter().map(|part| (name(part), edge_word(&key, part)));
        checks.extend(one(&folder.join("edge_cases"), &key, expected.collect())?);
    }
    Ok(checks)
}

fn load(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn list(oracle: &Value) -> Vec<Value> {
    oracle["files"].as_array().cloned().unwrap_or_default()
}

fn name(component: &Value) -> String {
    component["name"].as_str().unwrap_or_default().to_owned()
}

fn word(status: &str, license: &Value, warned: bool) -> Value {
    json!([status, license, warned])
}

/// What an edge case says of a component: its list in the widest class, and its licence.
fn edge_word(key: &Value, part: &Value) -> Value {
    let id = &part["id"];
    let holds = |list: &Value| list.as_array().is_some_and(|list| list.contains(id));
    let lists = &key["evaluation"]["1"]["components"];
    let paper = part["name"] == "Technical report";
    let unlisted = match (part["required"] == true, paper) {
        (true, true) => "waived (paper)",
        _ => "not-declared",
    };
    let status = STATUSES.iter().find(|status| holds(&lists[**status])).unwrap_or(&unlisted);
    let license = &key["resolved"][id.to_string().as_str()]["license"];
    word(status, license, holds(&key["evaluation"]["not-type-appropriate"]))
}

fn one(folder: &Path, key: &Value, expected: Map<String, Value>) -> anyhow::Result<Vec<Check>> {
    let file = key["file"].as_str().context("a key names no file")?;
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let class = |found: &Evaluation| json!(found.class.number());
    let progress = |found: &Evaluation| -> Value {
        let figure = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        found.progress.iter().map(|(class, one)| (class.number().to_string(), figure(one.percent()))).collect()
    };
    let components = |found: &Evaluation| -> Value {
        let warned = |one: &candor_assess::mof::Judged| one.status.open() && one.fits == Some(false);
        let words = found
            .components
            .iter()
            .map(|one| (one.component.name.to_owned(), word(one.status.as_str(), &json!(one.license), warned(one))));
        words.collect()
    };
    let found = evaluate(&text, Compat::Mot);
    let check = |kind: &str, expected: &Value, figure: &dyn Fn(&Evaluation) -> Value| {
        let shown = found.as_ref().map_or_else(|error| json!(error.to_string()), figure);
        // Figures are compared as printed: the last digit counts.
        let pass = shown.to_string() == expected.to_string();
        Check::new(kind, file, pass, || format!("expected {expected}, found {shown}"))
    };
    Ok(vec![
        check("mof: class", &key["class"], &class),
        check("mof: progress", &key["progress"], &progress),
        check("mof: components", &Value::Object(expected), &components),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_an_edge_case_become_words() {
        let key = json!({
            "evaluation": {"1": {"components": {"included": [3], "missing": [4]}}, "not-type-appropriate": [3]},
            "resolved": {"3": {"license": "MIT"}},
        });
        for (part, expected) in [
            (json!({"id": 3, "name": "Model card", "required": true}), json!(["included", "MIT", true])),
            (json!({"id": 4, "name": "Data card", "required": true}), json!(["missing", null, false])),
            (json!({"id": 5, "name": "Technical report", "required": true}), json!(["waived (paper)", null, false])),
            (json!({"id": 6, "name": "Model metadata", "required": false}), json!(["not-declared", null, false])),
        ] {
            assert_eq!(edge_word(&key, &part), expected);
        }
    }
}
