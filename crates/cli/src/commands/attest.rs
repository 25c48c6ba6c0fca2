//! `candor attest`: a reviewer's statement, pinned to digests, in a file of reviews.

use crate::Outcome;
use crate::args::{Judging, Reading};
use crate::load::{Loaded, beside, frameworks, load};
use crate::output::Output;
use anyhow::{Context, bail, ensure};
use candor_assess::{Assessment, Reason, Status, assess};
use candor_facts::{Component, Evidence, FactId, Place};
use candor_inspect::reviews::pinned;
use candor_source::Snapshot;
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;

/// What `attest --help` adds.
pub(crate) const HELP: &str = "\
A statement settles what files leave unknown, and refutes what only the publisher says. It never erases an
observation: where they disagree the observation stands, and the conflict is shown. When what was reviewed
changes, the statement is stale: it counts for nothing until it is made again.

Example:
  candor attest examples/open-source eu-exemption.designated --refutes --by 'J. Doe' \\
    --because 'not on the list of the Commission' --date 2026-01-31";

/// Most places that one statement is pinned to.
const PINS: usize = 20;

/// Arguments of `attest`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A folder, a hub cache snapshot, a release bundle, or one file
    pub locator: String,
    /// A requirement that a probe answers, such as `eu-exemption.designated`, or a component such as `data.pretraining`
    #[arg(value_name = "FACT")]
    pub about: String,
    /// Who states it
    #[arg(long, value_name = "WHO")]
    pub by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub because: String,
    /// Where that can be seen
    #[arg(long, value_name = "URL")]
    pub evidence: Option<String>,
    /// State that the requirement does not hold
    #[arg(long)]
    pub refutes: bool,
    /// Pin to this file of the release, instead of to the places that the verdict names
    #[arg(long, value_name = "PATH")]
    pub at: Option<String>,
    /// The day of the statement
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = crate::args::day)]
    pub date: Option<String>,
    /// How to read it; the statement is added to the file of `--reviews`, or to the one beside the release.
    #[command(flatten)]
    pub reading: Reading,
    /// By what to judge.
    #[command(flatten)]
    pub judging: Judging,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    for (name, text) in [("--by", &options.by), ("--because", &options.because)] {
        ensure!(!text.trim().is_empty(), "`{name}` is empty; a statement says by whom it is made, and why");
    }
    let file = target(options)?;
    // Earlier statements are read too, so that the verdict shown below is the one that results.
    let mut reading = options.reading.clone();
    reading.reviews = if file.is_file() { vec![file.clone()] } else { Vec::new() };
    let loaded = load(&options.locator, &reading)?;
    let frameworks = frameworks(&options.judging)?;
    let assessment = assess(&loaded.sheet, &frameworks);
    let about = about(options, &frameworks, &assessment)?;
    let Some(snapshot) = &loaded.snapshot else {
        bail!(
            "a statement is pinned to files, and `{}` of the catalogue has none here; name a folder or bundle",
            options.locator
        );
    };
    let pins = pins(options, &loaded, snapshot, &assessment, &about, &file)?;
    let entry = entry(options, &about, &pins);
    write(&file, &entry)?;
    reading.reviews = vec![file.clone()];
    let after = load(&options.locator, &reading)?;
    let after_assessment = assess(&after.sheet, &frameworks);
    let mut text = format!(
        "{}: {about} {}, by {}, pinned to {} {}\n",
        file.display(),
        if options.refutes { "does not hold" } else { "holds" },
        options.by,
        pins.len(),
        if pins.len() == 1 { "place" } else { "places" }
    );
    if let Some((_, verdict)) = after_assessment.verdicts.find(&about) {
        writeln!(text, "  {}: {}", verdict.title, verdict.confirmed.as_str())?;
        let wanted = if options.refutes { Status::NotMet } else { Status::Met };
        if verdict.confirmed != wanted {
            writeln!(text, "  what was observed stands against this statement; reports show both")?;
        }
    }
    output.show(&text)?;
    Ok(Outcome::Answered)
}

/// The file that the statement goes to.
fn target(options: &Options) -> anyhow::Result<PathBuf> {
    match options.reading.reviews.as_slice() {
        [] => beside(&options.locator).with_context(|| {
            format!("`{}` has no place beside it for reviews; name a file with `--reviews FILE`", options.locator)
        }),
        [file] => Ok(file.clone()),
        _ => bail!("`attest` writes to one file of reviews; give `--reviews` once"),
    }
}

/// What is meant: a component, or a requirement that a probe answers, by its full name.
fn about(
    options: &Options,
    frameworks: &[candor_assess::Framework],
    assessment: &Assessment<'_>,
) -> anyhow::Result<String> {
    let asked = options.about.as_str();
    if Component::parse(asked).is_some() {
        ensure!(
            !options.refutes,
            "that `{asked}` does not exist cannot be attested; attest a requirement that asks for it"
        );
        return Ok(asked.to_owned());
    }
    let named = frameworks.iter().find_map(|framework| {
        asked.strip_prefix(&format!("{}.", framework.id)).map(|rest| format!("{}.{rest}", framework.short))
    });
    let id = named.unwrap_or_else(|| asked.to_owned());
    let Some((_, verdict)) = assessment.verdicts.find(&id) else {
        bail!(
            "there is no requirement or component `{asked}`; `candor explain {} FRAMEWORK` shows those of a framework",
            options.locator
        );
    };
    match &verdict.reason {
        Reason::Probed { .. } => Ok(id),
        Reason::Composed { parts, .. } => {
            let names: Vec<&str> = parts
                .iter()
                .filter_map(|part| assessment.verdicts.get(*part))
                .map(|part| part.requirement.as_str())
                .collect();
            bail!("`{id}` is composed of others; attest those: {}", names.join(", "))
        }
    }
}

type Pin = (u32, Option<String>, Option<(u64, u64)>, String);

/// What the statement is pinned to: the file named, else the places of the verdict, else the listings.
fn pins(
    options: &Options,
    loaded: &Loaded,
    snapshot: &Snapshot,
    assessment: &Assessment<'_>,
    about: &str,
    file: &std::path::Path,
) -> anyhow::Result<Vec<Pin>> {
    let sheet = &loaded.sheet;
    let digest = |part: u32, path: Option<&str>, bytes: Option<(u64, u64)>| {
        pinned(sheet, snapshot, part, path, bytes)
            .map(|digest| (part, path.map(str::to_owned), bytes, digest.hex().to_owned()))
            .map_err(|what| anyhow::anyhow!("cannot pin the statement: {what}"))
    };
    if let Some(path) = &options.at {
        let mut own = sheet.release.parts().filter(|(index, _)| sheet.is_own(*index));
        let part = own.find(|(_, part)| part.listing.get(path).is_some());
        let (index, _) = part.with_context(|| format!("`--at {path}`: no part of the release has this file"))?;
        return Ok(vec![digest(index.0, Some(path), None)?]);
    }
    let mut pins: Vec<Pin> = Vec::new();
    for place in places(assessment, about) {
        if let Place::Span { part, path, start, end, .. } = &place.place
            && place.basis.as_str() != "attested"
            && sheet.is_own(*part)
            && pins.len() < PINS
        {
            let pin = digest(part.0, Some(path.as_str()), Some((*start, *end)))?;
            if !pins.contains(&pin) {
                pins.push(pin);
            }
        }
    }
    if pins.is_empty() {
        // The file that this statement goes to is a part too, and changes with it.
        let own = file.file_name().and_then(|name| name.to_str());
        let reviews = |part: &candor_facts::Part| match part.listing.entries() {
            [entry] => part.role == candor_facts::Role::Document && Some(entry.path.name()) == own,
            _ => false,
        };
        for (index, _) in sheet.release.parts().filter(|(index, part)| sheet.is_own(*index) && !reviews(part)) {
            pins.push(digest(index.0, None, None)?);
        }
    }
    Ok(pins)
}

/// The places on which a verdict rests, or which keep it open.
fn places(assessment: &Assessment<'_>, about: &str) -> Vec<Evidence> {
    let Some((_, verdict)) = assessment.verdicts.find(about) else { return Vec::new() };
    let Reason::Probed { confirmed, declared, .. } = &verdict.reason else { return Vec::new() };
    let mut places = Vec::new();
    for finding in [confirmed, declared] {
        for ground in finding.grounds() {
            match ground {
                candor_assess::Ground::Fact(id) => {
                    places.extend(assessment.inventory.fact(*id).map(|fact| fact.evidence.clone()))
                }
                candor_assess::Ground::Place(place) => places.push(place.clone()),
            }
        }
        for doubt in finding.doubts() {
            let facts: Vec<FactId> = match doubt {
                candor_assess::Doubt::OnlyDeclared(id)
                | candor_assess::Doubt::Incomplete(id)
                | candor_assess::Doubt::Unread(id) => vec![*id],
                candor_assess::Doubt::Conflict(one, other) => vec![*one, *other],
                _ => Vec::new(),
            };
            places.extend(
                facts.into_iter().filter_map(|id| assessment.inventory.fact(id)).map(|fact| fact.evidence.clone()),
            );
        }
    }
    places
}

fn entry(options: &Options, about: &str, pins: &[Pin]) -> String {
    let mut text = format!("\n[[review]]\nabout = {}\nholds = {}\n", quoted(about), !options.refutes);
    let _ = writeln!(text, "by = {}\nbecause = {}", quoted(&options.by), quoted(&options.because));
    for (key, value) in [("evidence", &options.evidence), ("on", &options.date)] {
        if let Some(value) = value {
            let _ = writeln!(text, "{key} = {}", quoted(value));
        }
    }
    text.push_str("pin = [\n");
    for (part, path, bytes, digest) in pins {
        let path = path.as_ref().map(|path| format!("path = {}, ", quoted(path))).unwrap_or_default();
        let bytes = bytes.map(|(start, end)| format!("bytes = [{start}, {end}], ")).unwrap_or_default();
        let _ = writeln!(text, "    {{ part = {part}, {path}{bytes}sha256 = \"{digest}\" }},");
    }
    text.push_str("]\n");
    text
}

/// A text as a basic string of TOML.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn write(file: &std::path::Path, entry: &str) -> anyhow::Result<()> {
    let mut text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            "# Statements of reviewers, each pinned to what was reviewed. Written by `candor attest`.\nformat = 1\n"
                .into()
        }
        Err(error) => return Err(error).with_context(|| format!("`{}` cannot be read", file.display())),
    };
    ensure!(
        toml::from_str::<toml::Table>(&text).is_ok(),
        "`{}` is no file of reviews, and is left as it is; name another file with `--reviews`",
        file.display()
    );
    text.push_str(entry);
    crate::disk::write(file, text.as_bytes())
}

#[cfg(test)]
mod tests {
    #[test]
    fn texts_are_quoted() {
        for (text, expected) in [("a", "\"a\""), ("a\"b\\c\nd\u{1}", r#""a\"b\\c\nd\u0001""#)] {
            assert_eq!(super::quoted(text), expected);
            let read: toml::Table = toml::from_str(&format!("x = {expected}")).unwrap();
            assert_eq!(read["x"].as_str(), Some(text));
        }
    }
}
