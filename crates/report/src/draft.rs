//! A draft as a list of lines that Markdown and DOCX write out, each in its way.

use crate::evidence::ground_place;
use crate::explain::Excerpt;
use crate::words;
use candor_assess::draft::{Draft, Entry, Mark};
use candor_assess::{Assessment, Ground};
use candor_facts::{Evidence, FactSheet};
use std::fmt::Write as _;

/// A field, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The section, where a new one begins.
    pub section: Option<String>,
    /// Name of the field.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// When, or for whom.
    pub when: String,
    /// What is entered: mark, text, places.
    pub entries: Vec<(Mark, String, Vec<String>)>,
}

/// A draft, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Heading.
    pub title: String,
    /// Lines below it.
    pub head: Vec<String>,
    /// The fields.
    pub rows: Vec<Row>,
}

/// Lay out a draft. `excerpt` gives the words at a place, from the user's own files.
pub fn lay_out(sheet: &FactSheet, assessment: &Assessment<'_>, draft: &Draft, excerpt: &Excerpt<'_>) -> Document {
    let count =
        |mark: Mark| draft.fields.iter().filter(|field| field.entries.iter().any(|entry| entry.mark == mark)).count();
    let head = vec![
        draft.note.clone(),
        format!("For: {}. Asked for in: {}.", sheet.release.id, draft.cite),
        format!(
            "{} fields: {} with something found, {} declared by the publisher, {} inferred, {} to be answered. Not legal advice.",
            draft.fields.len(),
            count(Mark::Found),
            count(Mark::Declared),
            count(Mark::Inferred),
            count(Mark::ToAnswer)
        ),
        "“Found” means that the words or files stand in what was looked at; “declared”, that the publisher says so elsewhere \
         or by name; “inferred”, that it follows by a rule that is told. Every entry is to be checked against its places."
            .to_owned(),
    ];
    let mut last = String::new();
    let mut rows = Vec::new();
    for field in &draft.fields {
        let section = (field.section != last).then(|| field.section.clone());
        last.clone_from(&field.section);
        rows.push(Row {
            section,
            name: field.name.clone(),
            label: field.label.clone(),
            when: field.when.clone(),
            entries: field.entries.iter().map(|entry| lines(sheet, assessment, entry, excerpt)).collect(),
        });
    }
    Document { title: format!("{}: draft for {}", draft.title, sheet.release.id), head, rows }
}

fn lines(
    sheet: &FactSheet,
    assessment: &Assessment<'_>,
    entry: &Entry,
    excerpt: &Excerpt<'_>,
) -> (Mark, String, Vec<String>) {
    let mut places = Vec::new();
    for fact in &entry.facts {
        let Some(place) = ground_place(&assessment.inventory, &Ground::Fact(*fact)) else { continue };
        let at = place_words(sheet, &place);
        let words =
            excerpt(&place).filter(|_| entry.text.ends_with(':')).map(|words| format!("{at}: “{words}”")).unwrap_or(at);
        if !places.contains(&words) {
            places.push(words);
        }
    }
    let text = match entry.mark {
        Mark::ToAnswer => "No file that was looked at answers this.".to_owned(),
        _ => entry.text.clone(),
    };
    (entry.mark, text, places)
}

fn place_words(sheet: &FactSheet, place: &Evidence) -> String {
    words::place(sheet, place)
}

/// The draft as Markdown.
pub fn markdown(document: &Document) -> String {
    let mut out = format!("# {}\n", escaped(&document.title));
    for line in &document.head {
        let _ = write!(out, "\n{}\n", escaped(line));
    }
    for row in &document.rows {
        if let Some(section) = &row.section {
            let _ = write!(out, "\n## {}\n", escaped(section));
        }
        let when = if row.when.is_empty() { String::new() } else { format!(" ({})", escaped(&row.when)) };
        let _ = write!(out, "\n**{}**{when} `{}`\n\n", escaped(&row.label), row.name);
        for (mark, text, places) in &row.entries {
            let text = if text.is_empty() { String::new() } else { format!(" {}", escaped(text)) };
            let _ = writeln!(out, "- *{}*:{text}", mark.as_str());
            for place in places {
                let _ = writeln!(out, "  - {}", escaped(place));
            }
        }
    }
    out
}

/// A text that is no markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' => {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
