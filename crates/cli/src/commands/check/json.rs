//! Results of `check` as one JSON document.

use super::references::Reference;
use super::{Checked, Report, verdict, word};
use candor_assess::policy::Problem;
use serde_json::{Value, json};

/// The document.
pub(super) fn document(report: &Report) -> Value {
    let reference = |one: &Reference| json!({"path": one.path, "line": one.line, "column": one.column, "kind": one.kind, "written": one.written});
    let problem =
        |one: &Problem| json!({"key": one.key, "rule": one.rule(), "severity": word(one.severity), "what": one.what});
    let model = |one: &Checked| {
        json!({
            "model": one.model,
            "revision": one.revision,
            "verdict": verdict(one.judgement.worst()),
            "facts": one.facts.as_ref().map(ToString::to_string),
            "references": one.references.iter().map(reference).collect::<Vec<_>>(),
            "problems": one.judgement.problems.iter().map(problem).collect::<Vec<_>>(),
        })
    };
    json!({
        "schema": "candor/check/1",
        "verdict": verdict(report.worst()),
        "policy": report.policy,
        "models": report.checked.iter().map(model).collect::<Vec<_>>(),
        "warnings": report.idle.iter().map(|(line, what)| json!({"path": report.policy, "line": line, "what": what})).collect::<Vec<_>>(),
        "not-searched": report.unread.iter().map(|(path, why)| json!({"path": path, "why": why})).collect::<Vec<_>>(),
    })
}
