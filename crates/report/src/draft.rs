//! A draft as a list of lines that Markdown and DOCX write out, each in its way.

use crate::evidence::ground_place;
use crate::format::Subject;
use crate::safe;
use crate::words;
use candor_assess::Ground;
use candor_assess::draft::{Draft, Entry, Mark};
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
    /// What is entered.
    pub entries: Vec<Entered>,
}

/// One thing that is entered in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// How it is known.
    pub mark: Mark,
    /// What is entered.
    pub text: String,
    /// Where it stands.
    pub places: Vec<At>,
}

/// A place of evidence, with the words that stand there where they are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// File and line.
    pub place: String,
    /// The words.
    pub words: Option<String>,
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
pub fn lay_out(subject: &Subject<'_, '_>, draft: &Draft) -> Document {
    let sheet = subject.sheet;
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
            entries: field.entries.iter().map(|entry| entered(subject, entry)).collect(),
        });
    }
    Document { title: format!("{}: draft for {}", draft.title, sheet.release.id), head, rows }
}

fn entered(subject: &Subject<'_, '_>, entry: &Entry) -> Entered {
    let mut places: Vec<At> = Vec::new();
    for fact in &entry.facts {
        let Some(place) = ground_place(&subject.assessment.inventory, &Ground::Fact(*fact)) else { continue };
        // Where a person has to read what stands there, the words are shown.
        let words = (subject.excerpt)(&place).filter(|_| entry.text.ends_with(':'));
        let at = At { place: words::place(subject.sheet, &place), words };
        if !places.contains(&at) {
            places.push(at);
        }
    }
    let text = match entry.mark {
        Mark::ToAnswer => "No file that was looked at answers this.".to_owned(),
        _ => entry.text.clone(),
    };
    Entered { mark: entry.mark, text, places }
}

/// The draft as Markdown.
pub fn draft_markdown(document: &Document) -> String {
    let mut out = format!("# {}\n", safe::markdown(&document.title));
    for line in &document.head {
        let _ = write!(out, "\n{}\n", safe::markdown(line));
    }
    for row in &document.rows {
        if let Some(section) = &row.section {
            let _ = write!(out, "\n## {}\n", safe::markdown(section));
        }
        let when = if row.when.is_empty() { String::new() } else { format!(" ({})", safe::markdown(&row.when)) };
        let _ = write!(out, "\n**{}**{when} {}\n\n", safe::markdown(&row.label), safe::code(&row.name));
        for Entered { mark, text, places } in &row.entries {
            let text = if text.is_empty() { String::new() } else { format!(" {}", safe::markdown(text)) };
            let _ = writeln!(out, "- *{}*:{text}", mark.as_str());
            for At { place, words } in places {
                let words = words.as_ref().map(|words| format!(": “{}”", safe::markdown(words))).unwrap_or_default();
                let _ = writeln!(out, "  - {}{words}", safe::code(place));
            }
        }
    }
    out
}
