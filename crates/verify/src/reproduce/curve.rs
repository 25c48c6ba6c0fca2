//! Numbers in documents of a run: a log with one value a step, a result of evaluation.

use super::{Evaluation, Log, entry};
use crate::caps;
use candor_facts::{Tree, read_all};
use serde_json::Value;
use std::collections::BTreeMap;

/// The values of a log by step.
///
/// # Errors
/// Says what is missing or wrong, with the line.
pub(super) fn read(tree: &dyn Tree, log: &Log) -> Result<BTreeMap<u64, f64>, String> {
    let text = text(tree, &log.file)?;
    let mut values = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let entry: Value = serde_json::from_str(line).map_err(|error| format!("`{}`:{number}: {error}", log.file))?;
        // Other events stand in the same log.
        let (step, value) =
            (entry.get(&log.step).and_then(Value::as_u64), entry.get(&log.value).and_then(Value::as_f64));
        if let (Some(step), Some(value)) = (step, value) {
            values.insert(step, value);
        }
    }
    match values.is_empty() {
        true => Err(format!("`{}` has no line with `{}` and `{}`", log.file, log.step, log.value)),
        false => Ok(values),
    }
}

/// The number that an evaluation gave.
///
/// # Errors
/// Says what is missing or wrong.
pub(super) fn evaluated(tree: &dyn Tree, evaluation: &Evaluation) -> Result<f64, String> {
    let text = text(tree, &evaluation.file)?;
    let whole: Value = serde_json::from_str(&text).map_err(|error| format!("`{}`: {error}", evaluation.file))?;
    let found = evaluation.key.split('.').try_fold(&whole, |value, key| value.get(key));
    found.and_then(Value::as_f64).ok_or_else(|| format!("`{}` has no number `{}`", evaluation.file, evaluation.key))
}

fn text(tree: &dyn Tree, path: &str) -> Result<String, String> {
    let entry = entry(tree, path).ok_or_else(|| format!("`{path}` is not there"))?;
    let file = tree.open(entry).map_err(|error| format!("`{path}`: {error}"))?;
    let bytes = read_all(&*file, caps::RUN_DOCUMENT).map_err(|error| format!("`{path}`: {error}"))?;
    let bytes = bytes.ok_or_else(|| format!("`{path}` is longer than {} bytes", caps::RUN_DOCUMENT))?;
    String::from_utf8(bytes).map_err(|_| format!("`{path}` is not UTF-8"))
}
