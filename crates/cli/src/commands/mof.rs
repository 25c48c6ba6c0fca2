//! `candor mof`: a record of the Model Openness Framework, evaluated; and, beside a release, what becomes of its claims.

use crate::Outcome;
use crate::args::{Format, Judging, Reading};
use crate::load::{Loaded, frameworks, load};
use crate::output::Output;
use anyhow::{Context, anyhow, bail, ensure};
use candor_assess::assess;
use candor_assess::mof::{Claimed, Class, Compat, Evaluation, Judged, LONGEST_RECORD, Status, Support, evaluate, hold};
use candor_report::{Detail, Style};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What `mof --help` says of records.
pub(crate) const HELP: &str = "\
Components, with exactly these names:
  Class III  Model architecture, Model parameters (Final), Technical report, Evaluation results,
             Model card, Data card, Sample model outputs
  Class II   Training code, Inference code, Evaluation code, Evaluation data,
             Supporting libraries and tools
  Class I    Datasets, Data preprocessing code, Model parameters (Intermediate), Research paper,
             Model metadata

A licence may be an id in any common spelling, an SPDX expression, or a list of licences that all apply.
`contained_in: Model card` says that a component is part of another document.

Examples:
  candor mof record.yml --compat mot
  candor mof record.yml --with model=examples/open-source";

/// Arguments of `mof`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A record, as YAML
    pub file: PathBuf,
    /// Say exactly what another tool says, its faults included: `mot` is the Model Openness Tool
    #[arg(long, value_enum, value_name = "TOOL")]
    pub compat: Option<MofCompat>,
    /// Hold the record's claims against a release: `--with model=LOCATOR`, and further parts of it
    #[arg(long, value_name = "ROLE=LOCATOR")]
    pub with: Vec<String>,
    /// The folder of the model is the whole release: a file that is not in it does not exist
    #[arg(long)]
    pub complete: bool,
    /// Exit 3 when a claim could not be verified
    #[arg(long)]
    pub strict: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Tools that `mof` can equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MofCompat {
    /// The Model Openness Tool.
    Mot,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let text = read(&options.file)?;
    let compat = match options.compat {
        Some(MofCompat::Mot) => Compat::Mot,
        None => Compat::Mended,
    };
    let evaluation = evaluate(&text, compat).map_err(|error| anyhow!("`{}`: {error}", options.file.display()))?;
    let Some(beside) = beside(options)? else {
        match options.format {
            Format::Json => output.print(&document(&evaluation, compat)?.to_string())?,
            Format::Human => output.show(&human(&evaluation, compat, output))?,
        }
        return Ok(Outcome::Answered);
    };
    let frameworks = frameworks(&Judging::default())?;
    let assessment = assess(&beside.sheet, &frameworks);
    let (class, held) = hold(&evaluation, &assessment);
    match options.format {
        Format::Json => {
            let mut document = document(&evaluation, compat)?;
            if let Some(map) = document.as_object_mut() {
                let (claims, evidence) = candor_report::claims_json(&assessment, &class, &held);
                map.insert("release".to_owned(), json!({"id": beside.sheet.release.id}));
                map.insert("claims".to_owned(), claims);
                map.insert("evidence".to_owned(), evidence);
            }
            output.print(&document.to_string())?;
        }
        Format::Human => {
            let mut text = human(&evaluation, compat, output);
            if output.detail != Detail::Brief {
                text.push('\n');
                text.push_str(&candor_report::claims(&beside.sheet, &assessment, &class, &held, output.paint));
            }
            output.show(&text)?;
        }
    }
    let open = |claimed: &Option<Claimed>| claimed.as_ref().is_some_and(|one| one.support == Support::Unverified);
    let unverified = held.iter().any(|one| open(&one.published) || open(&one.license));
    Ok(if options.strict && unverified { Outcome::Undetermined } else { Outcome::Answered })
}

/// The release that a record is held against.
fn beside(options: &Options) -> anyhow::Result<Option<Loaded>> {
    if options.with.is_empty() {
        ensure!(!options.complete, "`--complete` speaks of a release: name it with `--with model=LOCATOR`");
        return Ok(None);
    }
    let mut with = options.with.clone();
    let model = with.iter().position(|text| text.starts_with("model="));
    let Some(at) = model else {
        bail!("`--with` names no model: a record is held against a release, which begins with `--with model=LOCATOR`");
    };
    let locator = with.remove(at).trim_start_matches("model=").to_owned();
    ensure!(!locator.is_empty(), "`--with model=`: name a locator behind it");
    let reading = Reading { complete: options.complete, with, strict: options.strict, ..Reading::default() };
    load(&locator, &reading).map(Some)
}

fn read(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("`{}` cannot be read", path.display());
    let file = File::open(path).with_context(cannot)?;
    ensure!(!file.metadata().with_context(cannot)?.is_dir(), "`{}` is a folder; name one record", path.display());
    let mut bytes = Vec::new();
    let cap = u64::try_from(LONGEST_RECORD)?;
    file.take(cap + 1).read_to_end(&mut bytes).with_context(cannot)?;
    ensure!(bytes.len() <= LONGEST_RECORD, "`{}` is longer than {cap} bytes; no record is", path.display());
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..at).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = 1 + String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count();
        anyhow!("`{}`: line {line}, column {column}: this is not UTF-8; save the record as UTF-8", path.display())
    })
}

fn document(evaluation: &Evaluation, compat: Compat) -> anyhow::Result<Value> {
    let mut progress = Map::new();
    for (class, one) in evaluation.progress.iter().rev() {
        progress.insert(class.number().to_string(), figure(one.percent())?);
    }
    let component = |one: &Judged| {
        let mut value = json!({"name": one.component.name, "status": one.status.as_str(), "license": one.license});
        if let (Some(fits), Some(map)) = (one.fits, value.as_object_mut()) {
            map.insert("type_appropriate".to_owned(), json!(fits));
        }
        value
    };
    let components: Vec<Value> = evaluation.components.iter().map(component).collect();
    let next = evaluation.next().map(|(class, lacking)| {
        let names: Vec<&str> = lacking.iter().map(|one| one.component.name).collect();
        json!({"class": class.number(), "missing": names})
    });
    let mut document = json!({
        "name": evaluation.name,
        "class": evaluation.class.number(),
        "label": evaluation.class.name(),
        "progress": progress,
        "components": components,
        "next": next,
    });
    let (key, value) = match compat {
        Compat::Mot => ("compat", json!("mot")),
        Compat::Mended => {
            let differences = evaluation
                .differences
                .iter()
                .map(|one| json!({"of": one.of, "mot": one.mot, "candor": one.ours, "because": one.because}));
            ("differences", Value::Array(differences.collect()))
        }
    };
    if let Some(map) = document.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
    Ok(document)
}

/// A figure as a number, to the last digit: JSON readers round otherwise than the standard library.
fn figure(text: &str) -> anyhow::Result<Value> {
    Ok(if text.contains('.') { json!(text.parse::<f64>()?) } else { json!(text.parse::<u64>()?) })
}

fn human(evaluation: &Evaluation, compat: Compat, output: &Output) -> String {
    let paint = output.paint;
    let heading = |text: &str| paint.apply(Style::Heading, text);
    let name = evaluation.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("a release without a name");
    let mut out = format!("{}: {}\n", printable(name), heading(evaluation.class.name()));
    for (class, one) in evaluation.progress {
        let percent = tenths(one.have, one.needed);
        out.push_str(&format!("  {:<30} {percent:>5} %  ({} of {})\n", class.name(), one.have, one.needed));
    }
    if output.detail == Detail::Brief {
        return out;
    }
    out.push_str(match compat {
        Compat::Mot => "As the Model Openness Tool reads the record, which says what its authors declare.\n",
        Compat::Mended => "What the authors of the record declare. Whether it is so: `--with model=LOCATOR`.\n",
    });
    for class in Class::ALL {
        out.push_str(&format!("\n{}\n", heading(class.name())));
        for one in evaluation.components.iter().filter(|one| one.component.class == class) {
            let style = match one.status {
                Status::Included | Status::Optional => Style::Good,
                Status::Invalid | Status::Unlicensed | Status::Missing => Style::Bad,
                Status::NotDeclared | Status::Waived => Style::Faint,
            };
            let status = paint.apply(style, &format!("{:<14}", one.status.as_str()));
            let license = one.license.as_deref().filter(|_| one.status != Status::Unlicensed).unwrap_or_default();
            let line = format!("  {status}  {:<31} {}", one.component.name, printable(license));
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    match evaluation.next() {
        Some((class, lacking)) => {
            out.push_str(&format!("\n{}\n", heading(&format!("What is missing for {}", class.name()))));
            for one in lacking {
                out.push_str(&format!("  {}: {}\n", one.component.name, act(one)));
            }
        }
        None => out.push_str("\nNothing is missing: there is no class above.\n"),
    }
    if compat == Compat::Mended {
        let title = if evaluation.differences.is_empty() {
            "The Model Openness Tool says the same."
        } else {
            "What the Model Openness Tool says otherwise (`--compat mot`)"
        };
        out.push_str(&format!("\n{}\n", heading(title)));
        for one in &evaluation.differences {
            let (of, mot, ours) = (&one.of, printable(&one.mot), printable(&one.ours));
            out.push_str(&format!("  {of}: {mot} there, {ours} here\n    {}\n", printable(&one.because)));
        }
    }
    out
}

/// What the publisher would have to do.
fn act(judged: &Judged) -> String {
    let license = printable(judged.license.as_deref().unwrap_or_default());
    match judged.status {
        Status::Invalid => format!("`{license}` is not known as an open licence; name one that is"),
        Status::Unlicensed => "it has no licence; give it an open one".to_owned(),
        _ => "the record does not declare it; publish it under an open licence".to_owned(),
    }
}

/// Percent with one digit behind the point, cut and never rounded up: 100 means all.
fn tenths(have: usize, needed: usize) -> String {
    let tenths = have * 1000 / needed.max(1);
    if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

/// The record's own words without what would steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_assess::mof::COMPONENTS;

    #[test]
    fn help_lists_every_component() {
        let help = HELP.split_whitespace().collect::<Vec<_>>().join(" ");
        for component in COMPONENTS {
            assert!(help.contains(component.name), "{}", component.name);
        }
    }

    #[test]
    fn percent_is_cut_and_never_rounded_up() {
        for (have, needed, expected) in [(0, 6, "0"), (5, 6, "83.3"), (13, 14, "92.8"), (6, 6, "100"), (1, 10, "10")] {
            assert_eq!(tenths(have, needed), expected);
        }
    }

    /// Tools compare the printed digits.
    #[test]
    fn figures_keep_their_last_digit() {
        for text in ["0", "100", "16.666666666666664", "7.6923076923076925", "92.85714285714286"] {
            assert_eq!(figure(text).unwrap().to_string(), text);
        }
    }
}
