//! Documents that duties ask for, as far as a release fills them: each field with what was found, how it is known, and
//! where it stands.
//!
//! A draft answers nothing by itself. What is not found is to be answered by the provider, and is never "no".

mod fill;

use crate::inventory::Inventory;
use candor_facts::FactId;
use serde::Deserialize;

/// How an entry of a field is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It stands in what was looked at.
    Found,
    /// The publisher says so.
    Declared,
    /// It follows from what was found or declared; the rule is told.
    Inferred,
    /// Only the provider can answer.
    ToAnswer,
}

impl Mark {
    /// The word in drafts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Declared => "declared",
            Self::Inferred => "inferred",
            Self::ToAnswer => "to be answered",
        }
    }
}

/// One thing that is entered in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// How it is known.
    pub mark: Mark,
    /// What is entered; empty where only a place is known.
    pub text: String,
    /// What it rests on.
    pub facts: Vec<FactId>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// The section that it stands in.
    pub section: String,
    /// What is asked, in our words.
    pub label: String,
    /// When, or for whom, it is asked.
    pub when: String,
    /// What is entered; never empty.
    pub entries: Vec<Entry>,
}

/// A form, filled as far as a release allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// `eu-training-summary`, …
    pub id: String,
    /// What the document is.
    pub title: String,
    /// Where it is asked for.
    pub cite: String,
    /// What a reader must know of the draft.
    pub note: String,
    /// The fields, in the order of the form.
    pub fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    id: String,
    title: String,
    cite: String,
    note: String,
    field: Vec<Asked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    name: String,
    section: String,
    label: String,
    #[serde(default)]
    when: String,
    #[serde(default)]
    fill: String,
}

/// The forms that can be drafted.
pub const FORMS: &[(&str, &str)] = &[
    ("eu-training-summary", include_str!("../forms/eu-training-summary.toml")),
    ("eu-model-documentation", include_str!("../forms/eu-model-documentation.toml")),
    ("ab-2013", include_str!("../forms/ab-2013.toml")),
    ("model-card", include_str!("../forms/model-card.toml")),
    ("data-card", include_str!("../forms/data-card.toml")),
];

/// Fill a form; `None` when there is no such form.
pub fn draft(id: &str, inventory: &Inventory<'_>) -> Option<Draft> {
    let (_, text) = FORMS.iter().find(|(known, _)| *known == id)?;
    // The forms ship with this crate; a test reads them all.
    let form: Form = toml::from_str(text).ok()?;
    let fields = form.field.into_iter().map(|asked| {
        let mut entries = fill::fill(&asked.fill, inventory).unwrap_or_default();
        if entries.is_empty() {
            entries.push(Entry { mark: Mark::ToAnswer, text: String::new(), facts: Vec::new() });
        }
        Field { name: asked.name, section: asked.section, label: asked.label, when: asked.when, entries }
    });
    Some(Draft { id: form.id, title: form.title, cite: form.cite, note: form.note, fields: fields.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_facts::{FactSheet, Release};

    /// Every form can be read, every way of filling is known, and an empty release answers nothing.
    #[test]
    fn forms_are_sound() {
        let release = Release { id: "x".to_owned(), subject: Vec::new(), parts: Vec::new() };
        let sheet = FactSheet::new(release, Vec::new(), Vec::new(), Vec::new());
        let inventory = Inventory::new(&sheet);
        for (id, text) in FORMS {
            let form: Form = toml::from_str(text).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(form.id, *id);
            for asked in &form.field {
                let known = asked.fill.is_empty() || fill::fill(&asked.fill, &inventory).is_some();
                assert!(known, "{id}: `{}` is filled by `{}`, which is unknown", asked.name, asked.fill);
            }
            let draft = draft(id, &inventory).expect("a draft");
            for field in draft.fields.iter().filter(|field| field.name != "model_names" && field.name != "model_name") {
                let open = field.entries.iter().all(|entry| entry.mark == Mark::ToAnswer);
                let named = matches!(field.name.as_str(), "system" | "name" | "used-for");
                assert!(open || named, "{id}: {field:?}");
            }
        }
    }
}
