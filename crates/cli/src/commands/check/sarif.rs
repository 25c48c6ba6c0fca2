//! Results of `check` as SARIF 2.1.0: each problem at the line of the project that names the model.

use super::{Report, Severity};
use candor_facts::Digest;
use serde_json::{Value, json};

/// Rules: id, what is wrong, what helps.
const RULES: &[(&str, &str, &str)] = &[
    (
        "license",
        "The licence of a model is not allowed, or not known",
        "Choose another model, allow the licence, or clarify it in the policy.",
    ),
    (
        "restriction",
        "The terms of a model restrict what may be done",
        "Read the clause; choose another model, or allow the kind of restriction.",
    ),
    ("minimum", "A model stands below the demanded level", "`candor explain` shows what keeps it there."),
    ("component", "A component that is demanded was not found", "`candor assess` lists what was found."),
    (
        "requirement", "A requirement of a framework is not met, or not known",
        "`candor explain` shows the tree down to its evidence.",
    ),
    ("changed", "A pinned model has changed", "Look at the change, then run `candor check --update`."),
    (
        "unresolved",
        "A model that is named could not be read",
        "Write its name out, or name a copy under `[[models]]` of the policy.",
    ),
    ("policy", "An entry of the policy does nothing, or cannot be judged", "Remove it, or renew it with a reason."),
];

/// The document.
pub(super) fn document(report: &Report) -> Value {
    let mut results = Vec::new();
    for (one, problem) in report.problems() {
        let level = match problem.severity {
            Severity::Violated => "error",
            Severity::Undetermined | Severity::Warning => "warning",
            Severity::Excepted => "note",
        };
        let places: Vec<Value> = one
            .references
            .iter()
            .map(|reference| place(&below(report, &reference.path), reference.line, Some(reference.column)))
            .collect();
        let places = if places.is_empty() { vec![place(&policy(report), 1, None)] } else { places };
        let mut result = result(
            problem.rule(),
            level,
            &format!("{}: {}", one.model, problem.what),
            &places,
            &format!("{} {}", one.model, problem.key),
        );
        if problem.severity == Severity::Excepted
            && let Some(map) = result.as_object_mut()
        {
            map.insert(
                "suppressions".to_owned(),
                json!([{"kind": "external", "status": "accepted", "justification": problem.what}]),
            );
        }
        results.push(result);
    }
    for (line, what) in &report.idle {
        results.push(result("policy", "warning", what, &[place(&policy(report), *line, None)], what));
    }
    let rules: Vec<Value> = RULES
        .iter()
        .map(|(id, what, help)| json!({"id": id, "shortDescription": {"text": what}, "help": {"text": help}}))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "candor",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://github.com/candor-openness/candor",
                "rules": rules,
            }},
            "automationDetails": {"id": "candor/check/"},
            "results": results,
        }],
    })
}

fn result(rule: &str, level: &str, text: &str, places: &[Value], fingerprint: &str) -> Value {
    let index = RULES.iter().position(|(id, _, _)| *id == rule);
    let mut result = json!({
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": places.iter().take(1).collect::<Vec<_>>(),
        "partialFingerprints": {"candorProblem/v1": Digest::of(fingerprint.as_bytes()).hex()},
    });
    if let Some(map) = result.as_object_mut() {
        if let Some(index) = index {
            map.insert("ruleIndex".to_owned(), json!(index));
        }
        if places.len() > 1 {
            map.insert("relatedLocations".to_owned(), json!(places.iter().skip(1).collect::<Vec<_>>()));
        }
    }
    result
}

fn place(path: &str, line: usize, column: Option<usize>) -> Value {
    let mut region = json!({"startLine": line});
    if let (Some(column), Some(map)) = (column, region.as_object_mut()) {
        map.insert("startColumn".to_owned(), json!(column));
    }
    json!({"physicalLocation": {"artifactLocation": {"uri": uri(path)}, "region": region}})
}

/// A file of the project, from the folder in which the program runs. Of a project that was named by an absolute path
/// the folder is left out: code scanning knows no other machine.
fn below(report: &Report, path: &str) -> String {
    let project = report.project.to_string_lossy();
    match project.trim_end_matches('/') {
        "." | "" => path.to_owned(),
        _ if report.project.is_absolute() => path.to_owned(),
        folder => format!("{folder}/{path}"),
    }
}

/// The policy file in the same way.
fn policy(report: &Report) -> String {
    let path = std::path::Path::new(&report.policy);
    match path.strip_prefix(&report.project) {
        Ok(rest) if report.project.is_absolute() => rest.display().to_string(),
        _ => report.policy.clone(),
    }
}

/// A path as a relative address: what an address cannot hold is written in percent.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses() {
        for (path, expected) in [("./a b/ü.py", "a%20b/%C3%BC.py"), ("x.py", "x.py")] {
            assert_eq!(super::uri(path), expected);
        }
    }
}
