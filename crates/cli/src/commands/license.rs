//! `candor license`: which licence a text is, what differs, what it forbids.

use super::{files, print_json};
use crate::Outcome;
use crate::args::{Format, Texts};
use crate::output::Output;
use anyhow::Context;
use candor_license::{Identification, MatchKind, identify, license};
use candor_report::Style;
use serde_json::{Value, json};
use std::ops::Range;
use std::path::Path;

/// Longest text that is read. Bytes.
const CAP: u64 = 64 << 20;
/// Differing spans shown before the rest is counted.
const SHOWN: usize = 6;

/// Run the command.
pub(crate) fn run(options: &Texts, output: &Output) -> anyhow::Result<Outcome> {
    let mut unrecognised = false;
    let mut documents = Vec::new();
    for path in files(options)? {
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if options.files_from.is_some() => {
                unrecognised = true;
                documents.push(json!({"path": path.display().to_string(), "error": format!("{error:#}")}));
                continue;
            }
            Err(error) => return Err(error),
        };
        let found = identify(&bytes);
        unrecognised |= found.expression.is_none();
        match options.format {
            Format::Json => documents.push(document(&path, &found)),
            Format::Human => output.show(&human(&path, &bytes, &found, output))?,
        }
    }
    if options.format == Format::Json {
        print_json(options, documents, output)?;
    }
    Ok(if options.strict && unrecognised { Outcome::Undetermined } else { Outcome::Answered })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let metadata = std::fs::metadata(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    anyhow::ensure!(metadata.is_file(), "`{}` is no file; name files, or a list with `--files-from`", path.display());
    anyhow::ensure!(metadata.len() <= CAP, "`{}` is larger than {CAP} bytes; no licence is", path.display());
    std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

fn document(path: &Path, found: &Identification) -> Value {
    let span = |range: &Range<usize>| json!([range.start, range.end]);
    let matches: Vec<Value> = found
        .matches
        .iter()
        .map(|best| {
            let residue: Vec<Value> = best.residue.iter().map(span).collect();
            json!({"id": best.id.as_str(), "kind": best.kind.as_str(), "bytes": span(&best.bytes), "residue": residue, "missing": best.missing})
        })
        .collect();
    let restrictions: Vec<Value> = found
        .restrictions
        .iter()
        .map(|term| json!({"kind": term.kind.as_str(), "value": term.value, "bytes": term.bytes.as_ref().map(span), "via": if term.via_text { "text" } else { "licence" }, "note": term.note}))
        .collect();
    let conditions: Vec<Value> = found
        .conditions
        .iter()
        .map(|term| json!({"kind": term.kind.as_str(), "bytes": term.bytes.as_ref().map(span), "note": term.note}))
        .collect();
    let expression = found.expression.as_ref().map(ToString::to_string);
    json!({"path": path.display().to_string(), "expression": expression, "custom": found.custom, "matches": matches, "restrictions": restrictions, "conditions": conditions})
}

fn human(path: &Path, bytes: &[u8], found: &Identification, output: &Output) -> String {
    let paint = output.paint;
    let mut out = String::new();
    let line = |at: usize| 1 + bytes.get(..at).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
    let at = |range: &Range<usize>| format!("{}:{}", path.display(), line(range.start));
    let head = match (&found.expression, found.matches.first()) {
        (Some(expression), Some(best)) => {
            let name = license(&best.id).map(|license| license.name.clone()).unwrap_or_default();
            let how = match best.kind {
                MatchKind::Exact => "the published text".to_owned(),
                MatchKind::Modified => "a known text with words that differ: read them, they may restrict".to_owned(),
                MatchKind::Notice => "a notice that grants this licence".to_owned(),
                MatchKind::Mention => "only mentioned".to_owned(),
            };
            format!("{}  {name}: {how}", paint.apply(Style::Heading, &expression.to_string()))
        }
        (Some(expression), None) => paint.apply(Style::Heading, &expression.to_string()),
        (None, _) if found.custom => "terms of its own, no known licence".to_owned(),
        (None, _) => "no licence recognised".to_owned(),
    };
    out.push_str(&format!("{}: {head}\n", path.display()));
    for best in found.matches.iter().skip(1).take(SHOWN) {
        out.push_str(&format!("  also {} ({}), {}\n", best.id, best.kind.as_str(), at(&best.bytes)));
    }
    if let Some(best) = found.matches.first().filter(|best| best.kind == MatchKind::Modified) {
        for span in best.residue.iter().take(SHOWN) {
            let words = String::from_utf8_lossy(bytes.get(span.clone()).unwrap_or_default())
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let words: String = words.chars().take(200).collect();
            out.push_str(&format!("  {} {}: {words}\n", paint.apply(Style::Bad, "differs"), at(span)));
        }
        if best.residue.len() > SHOWN {
            out.push_str(&format!("  and {} more places\n", best.residue.len() - SHOWN));
        }
        if best.missing > 0 {
            out.push_str(&format!("  {} words of the published text are absent here\n", best.missing));
        }
    }
    for term in &found.restrictions {
        let place = term.bytes.as_ref().map(&at).unwrap_or_else(|| "by the licence's name".to_owned());
        out.push_str(&format!(
            "  {} {}  [{place}]\n",
            paint.apply(Style::Bad, &format!("restricts ({}):", term.kind.as_str())),
            term.note
        ));
    }
    for term in &found.conditions {
        let place = term.bytes.as_ref().map(&at).unwrap_or_else(|| "by the licence's name".to_owned());
        out.push_str(&format!("  asks ({}): {}  [{place}]\n", term.kind.as_str(), term.note));
    }
    if found.restrictions.is_empty() && found.expression.is_some() {
        out.push_str("  no restriction found\n");
    }
    out
}
