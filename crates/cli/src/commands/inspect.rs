//! `candor inspect`: what one file says.

use super::{files, print_json};
use crate::Outcome;
use crate::args::{Format, Texts};
use crate::output::Output;
use candor_facts::{Claim, Files as _, GapReason, PartIndex};
use candor_inspect::{FileReport, inspect_file};
use candor_source::{Request, resolve};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Run the command.
pub(crate) fn run(options: &Texts, output: &Output) -> anyhow::Result<Outcome> {
    let mut documents = Vec::new();
    let mut wanting = false;
    for path in files(options)? {
        let report = match read(&path) {
            Ok(report) => report,
            Err(error) if options.files_from.is_some() => {
                documents
                    .push(json!({"path": path.display().to_string(), "valid": false, "error": format!("{error:#}")}));
                wanting = true;
                continue;
            }
            Err(error) => return Err(error),
        };
        wanting |= !report.sheet.gaps().is_empty();
        match options.format {
            Format::Json => documents.push(document(&path, &report)),
            Format::Human => output.show(&human(&path, &report, output))?,
        }
    }
    if options.format == Format::Json {
        print_json(options, documents, output)?;
    }
    Ok(if options.strict && wanting { Outcome::Undetermined } else { Outcome::Answered })
}

fn read(path: &Path) -> anyhow::Result<FileReport> {
    let locator = path.display().to_string();
    if path.is_dir() {
        anyhow::bail!("`{locator}` is a folder; `candor assess {locator}` reads folders");
    }
    let snapshot = resolve(&Request { locator, complete: false, with: Vec::new() })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let entry = snapshot.release.parts.first().and_then(|part| part.listing.entries().first());
    let Some(entry) = entry else { anyhow::bail!("`{}` cannot be read as a file", path.display()) };
    let bytes =
        snapshot.open(PartIndex(0), &entry.path).map_err(|error| anyhow::anyhow!("`{}`: {error}", path.display()))?;
    Ok(inspect_file(&name, &*bytes))
}

fn document(path: &Path, report: &FileReport) -> Value {
    let mut map = Map::new();
    map.insert("path".to_owned(), json!(path.display().to_string()));
    map.insert("format".to_owned(), json!(report.format));
    map.insert("valid".to_owned(), json!(report.valid));
    if let Some(parameters) = report.parameters {
        map.insert("parameters".to_owned(), json!(parameters));
    }
    if let Some(tensors) = report.tensors {
        map.insert("tensors".to_owned(), json!(tensors));
        map.insert("dtypes".to_owned(), json!(report.dtypes));
    }
    if let Some(card) = &report.card {
        map.insert(
            "card".to_owned(),
            json!({"license": card.license, "base_model": card.base_model, "datasets": card.datasets}),
        );
    }
    let facts: Vec<Value> = report.sheet.facts().map(|(_, fact)| json!(fact)).collect();
    map.insert("facts".to_owned(), Value::Array(facts));
    let gaps: Vec<Value> = report.sheet.gaps().iter().map(|gap| gap_value(&gap.reason)).collect();
    map.insert("gaps".to_owned(), Value::Array(gaps));
    Value::Object(map)
}

fn gap_value(reason: &GapReason) -> Value {
    let mut value = json!({"why": reason.as_str(), "text": reason.to_string()});
    if let (GapReason::Malformed { at, .. }, Some(map)) = (reason, value.as_object_mut()) {
        map.insert("at".to_owned(), json!(at));
    }
    value
}

fn human(path: &Path, report: &FileReport, output: &Output) -> String {
    let mut out = format!("{}: {}{}\n", path.display(), report.format, if report.valid { "" } else { ", not valid" });
    if let (Some(parameters), Some(tensors)) = (report.parameters, report.tensors) {
        let dtypes: Vec<String> = report.dtypes.iter().map(|(dtype, count)| format!("{dtype} {count}")).collect();
        out.push_str(&format!("  {tensors} tensors, {parameters} parameters ({})\n", dtypes.join(", ")));
    }
    if let Some(card) = &report.card {
        for (key, values) in
            [("license", &card.license), ("base_model", &card.base_model), ("datasets", &card.datasets)]
        {
            if !values.is_empty() {
                out.push_str(&format!("  {key}: {}\n", values.join(", ")));
            }
        }
    }
    for gap in report.sheet.gaps() {
        out.push_str(&format!("  gap: {}\n", gap.reason));
    }
    let shown = if output.verbose { usize::MAX } else { 12 };
    let telling = |claim: &Claim| !matches!(claim, Claim::Tensors { .. });
    let facts: Vec<String> =
        report.sheet.facts().filter(|(_, fact)| telling(&fact.claim)).map(|(_, fact)| line(fact)).collect();
    for fact in facts.iter().take(shown) {
        out.push_str(&format!("  {fact}\n"));
    }
    if facts.len() > shown {
        out.push_str(&format!("  and {} more facts; `-v` shows all\n", facts.len() - shown));
    }
    out
}

/// A fact on one line: who says it, where, and what.
fn line(fact: &candor_facts::Fact) -> String {
    let claim = serde_json::to_value(&fact.claim).unwrap_or_default();
    let mut words: Vec<String> = Vec::new();
    if let Some(map) = claim.as_object() {
        words.extend(map.get("claim").and_then(Value::as_str).map(str::to_owned));
        for (key, value) in map.iter().filter(|(key, _)| *key != "claim") {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            words.push(format!("{key}={}", text.chars().take(60).collect::<String>()));
        }
    }
    let place = match &fact.evidence.place {
        candor_facts::Place::Span { line, .. } if *line > 0 => format!("line {line}"),
        candor_facts::Place::Span { start, end, .. } => format!("bytes {start}..{end}"),
        _ => "listing".to_owned(),
    };
    format!("{place} ({}): {}", fact.evidence.basis.as_str(), words.join(" "))
}
