//! `candor license`: which licence a text is, what differs, what it forbids.

use super::{files, print_json};
use crate::Outcome;
use crate::args::{Format, Texts};
use crate::output::Output;
use anyhow::Context;
use candor_license::{Identification, Match, MatchKind, identify, license};
use candor_report::Style;
use serde_json::{Value, json};
use std::ops::Range;
use std::path::Path;

/// Longest text that is read. Bytes.
const CAP: u64 = 64 << 20;
/// Differing spans shown before the rest is counted.
const SHOWN: usize = 6;
/// Licences of one file listed before the rest is counted.
const LISTED: usize = 16;

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

/// One file's answer for people.
struct Page<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    found: &'a Identification,
    output: &'a Output,
}

fn human(path: &Path, bytes: &[u8], found: &Identification, output: &Output) -> String {
    let page = Page { path, bytes, found, output };
    let mut out = format!("{}: {}\n", path.display(), page.head());
    page.matches(&mut out);
    page.terms(&mut out);
    out
}

impl Page<'_> {
    fn head(&self) -> String {
        let Some(expression) = &self.found.expression else {
            return match self.found.matches.first() {
                _ if self.bytes.trim_ascii().is_empty() => "the file is empty: no licence".to_owned(),
                _ if self.found.custom => "terms of its own, no known licence: read them".to_owned(),
                Some(_) => "licences are named, none is granted".to_owned(),
                None => "no licence recognised".to_owned(),
            };
        };
        let expression = self.output.paint.apply(Style::Heading, &expression.to_string());
        match self.found.matches.as_slice() {
            [] => format!("{expression}  terms of its own, no known licence: read them"),
            [best, ..] if self.texts() < 2 => {
                let name = license(&best.id).map(|license| license.name.clone()).unwrap_or_default();
                format!("{expression}  {name}: {}", how(best.kind))
            }
            _ => format!("{expression}  several licences in one file"),
        }
    }

    /// How many whole or changed texts are in the file.
    fn texts(&self) -> usize {
        self.found.matches.iter().filter(|m| matches!(m.kind, MatchKind::Exact | MatchKind::Modified)).count()
    }

    fn at(&self, range: &Range<usize>) -> String {
        let before = self.bytes.get(..range.start).unwrap_or_default();
        format!("{}:{}", self.path.display(), 1 + before.iter().filter(|byte| **byte == b'\n').count())
    }

    /// What was recognised, and in changed texts what differs.
    fn matches(&self, out: &mut String) {
        let all = &self.found.matches;
        // One text is told by the headline; of several each has its line.
        let told = usize::from(self.texts() < 2);
        if let Some(best) = all.first().filter(|_| told == 1) {
            self.differences(best, out);
        }
        for (n, other) in all.iter().enumerate().skip(told) {
            if n > LISTED {
                out.push_str(&format!("  and {} more; `--format json` has them all\n", all.len() - n));
                break;
            }
            let lead = if told == 1 { "also " } else { "" };
            out.push_str(&format!("  {lead}{}: {}  [{}]\n", other.id, how(other.kind), self.at(&other.bytes)));
            self.differences(other, out);
        }
    }

    fn differences(&self, changed: &Match, out: &mut String) {
        if changed.kind != MatchKind::Modified {
            return;
        }
        for span in changed.residue.iter().take(SHOWN) {
            let differs = self.output.paint.apply(Style::Bad, "differs");
            out.push_str(&format!("    {differs}: {}  [{}]\n", self.in_context(span), self.at(span)));
        }
        if changed.residue.len() > SHOWN {
            out.push_str(&format!("    and in {} more places\n", changed.residue.len() - SHOWN));
        }
        if changed.missing > 0 {
            out.push_str(&format!("    {} words of the published text are absent here\n", changed.missing));
        }
    }

    /// The words of a span between the words around them.
    fn in_context(&self, span: &Range<usize>) -> String {
        let words = |range: Range<usize>| {
            let text = String::from_utf8_lossy(self.bytes.get(range).unwrap_or_default()).into_owned();
            text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        let before = words(span.start.saturating_sub(60)..span.start);
        let after = words(span.end..(span.end + 60).min(self.bytes.len()));
        let inside: String = words(span.clone()).join(" ");
        let cut = if inside.chars().count() > 200 { " …" } else { "" };
        let inside: String = inside.chars().take(200).collect();
        let before = before.get(before.len().saturating_sub(4)..).unwrap_or_default().join(" ");
        let after = after.get(..after.len().min(4)).unwrap_or_default().join(" ");
        format!("{before} «{inside}{cut}» {after}").trim().to_owned()
    }

    fn terms(&self, out: &mut String) {
        let place = |bytes: &Option<Range<usize>>| {
            bytes.as_ref().map_or_else(|| "known of this licence; not located here".to_owned(), |range| self.at(range))
        };
        for term in &self.found.restrictions {
            let kind = self.output.paint.apply(Style::Bad, &format!("restricts ({}):", term.kind.as_str()));
            out.push_str(&format!("  {kind} {}  [{}]\n", term.note, place(&term.bytes)));
        }
        for term in &self.found.conditions {
            out.push_str(&format!("  asks ({}): {}  [{}]\n", term.kind.as_str(), term.note, place(&term.bytes)));
        }
        if self.found.restrictions.is_empty() && self.found.expression.is_some() {
            let doubt = if self.found.custom { "; what differs or is unknown may still restrict" } else { "" };
            out.push_str(&format!("  no restriction found{doubt}\n"));
        }
    }
}

fn how(kind: MatchKind) -> &'static str {
    match kind {
        MatchKind::Exact => "the published text",
        MatchKind::Modified => "a known text with words that differ: read them, they may restrict",
        MatchKind::Notice => "a notice that grants this licence",
        MatchKind::Mention => "only mentioned",
    }
}
