//! `candor catalogue`: the well-known releases that ship with Candor, and where each stands.

use crate::Outcome;
use crate::args::{Format, Judging};
use crate::load::frameworks;
use crate::output::Output;
use anyhow::Context;
use candor_assess::known::{Entry, entries, sheet, with_known_bases};
use candor_assess::{Standing, assess};
use clap::Args;
use serde_json::{Value, json};

/// Arguments of `catalogue`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Only releases whose name, title or publisher holds all of these words
    pub words: Vec<String>,
    /// Only releases that make this: text, code, images, speech
    #[arg(long, value_name = "WHAT")]
    pub makes: Option<String>,
    /// Only releases at this level of the spectrum, by the publisher's word or confirmed
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// An entry with what follows from its facts.
struct Row {
    entry: &'static Entry,
    standing: Standing,
    license: Option<String>,
    restrictions: usize,
    locator: Option<String>,
    not_seen: usize,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let frameworks = frameworks(&Judging::default())?;
    let mut rows = Vec::new();
    let meant = entries().iter().filter(|entry| wanted(entry, options));
    for entry in meant {
        let sheet = with_known_bases(sheet(&entry.name).with_context(|| format!("{}: no fact sheet", entry.name))?);
        let assessment = assess(&sheet, &frameworks);
        let standing = assessment.standings.iter().find(|standing| standing.framework == "spectrum");
        let terms = assessment.inventory.model_terms();
        let row = Row {
            entry,
            standing: standing.context("the framework `spectrum` is missing")?.clone(),
            license: terms.and_then(|terms| terms.concluded.as_ref()).map(ToString::to_string),
            restrictions: terms.map_or(0, |terms| terms.restrictions.len()),
            locator: sheet.release.parts.iter().find_map(|part| part.locator.clone()),
            not_seen: assessment.inventory.view.gaps().count(),
        };
        let holds = |level: &String| {
            [&row.standing.confirmed, &row.standing.declared].into_iter().any(|held| held.as_ref() == Some(level))
        };
        if options.level.as_ref().is_none_or(holds) {
            rows.push(row);
        }
    }
    match options.format {
        Format::Json => output.print(&Value::Array(rows.iter().map(document).collect()).to_string())?,
        Format::Human => output.show(&table(&rows))?,
    }
    Ok(Outcome::Answered)
}

fn wanted(entry: &Entry, options: &Options) -> bool {
    let text = format!("{} {} {}", entry.name, entry.title, entry.publisher).to_lowercase();
    options.words.iter().all(|word| text.contains(&word.to_lowercase()))
        && options.makes.as_ref().is_none_or(|makes| entry.makes.contains(makes.as_str()))
}

fn document(row: &Row) -> Value {
    let level = |level: &Option<String>| level.clone().unwrap_or_else(|| "unknown".to_owned());
    json!({
        "name": row.entry.name, "title": row.entry.title, "publisher": row.entry.publisher, "makes": row.entry.makes,
        "looked": row.entry.looked, "locator": row.locator, "license": row.license, "restrictions": row.restrictions,
        "not_seen": row.not_seen,
        "spectrum": {"confirmed": level(&row.standing.confirmed), "declared": level(&row.standing.declared), "possible": row.standing.possible},
    })
}

fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "No release of the catalogue is meant by that; `candor catalogue` lists all.\n".to_owned();
    }
    let cells = |row: &Row| {
        let held = [(&row.standing.confirmed, ""), (&row.standing.declared, "~ ")];
        let best = held.iter().max_by_key(|(level, said)| (row.standing.rank(level.as_deref()), said.is_empty()));
        let level = best.and_then(|(level, said)| level.as_ref().map(|level| format!("{said}{level}")));
        [
            row.entry.name.clone(),
            row.entry.publisher.clone(),
            row.entry.makes.clone(),
            level.unwrap_or_else(|| "unknown".to_owned()),
            row.license.clone().unwrap_or_else(|| "no terms found".to_owned()),
        ]
    };
    let mut lines = vec![["name", "publisher", "makes", "spectrum", "terms of the weights"].map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let widest = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3, 4].map(widest);
    let mut text = String::new();
    for cells in &lines {
        let line: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    let days: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.entry.looked.as_str()).collect();
    let days = days.into_iter().collect::<Vec<_>>().join(", ");
    text.push_str(&format!("\n{} releases, looked at on {days}. ~ by the publisher's word.\n", rows.len()));
    text.push_str("`candor assess NAME` tells all, and what was not looked at.\n");
    text
}
