//! A record of the Model Openness Framework, written from what a release shows.
//!
//! Only what is shown is declared. What only the publisher says, and what was not found, stands in comments: a
//! record has no word for unknown.

use crate::evidence::{doubt_words, ground_place};
use crate::format::{Format, Options, Several, Subject};
use crate::safe::{plain, tricks};
use crate::words;
use candor_assess::mof::{COMPONENTS, Component, readable};
use candor_assess::{Assessment, Finding, Ground, Reason, Status, Terms, Verdict};
use candor_facts::FactSheet;

/// A record of the Model Openness Framework: what is shown, and in comments what is not.
pub(crate) const FORMAT: Format = Format {
    id: "mof",
    media_type: "application/yaml",
    ends: "",
    purpose: "A record of the Model Openness Framework, as YAML",
    people: false,
    several: Several::Yes,
    assess: Some(assess),
    compare: None,
    explain: None,
};

fn assess(subjects: &[Subject<'_, '_>], options: &Options<'_>) -> String {
    let records: Vec<String> = subjects.iter().map(|subject| record(subject.sheet, subject.assessment)).collect();
    // The record's own date is that of the release; when we looked is a remark.
    let dated = options.date.map(|date| format!("# Assessed on {}.\n", plain(date)));
    format!("{}{}", dated.unwrap_or_default(), records.join("---\n"))
}

/// The record as YAML. Its class, as the Model Openness Tool reads it, is that of the confirmed standing.
pub fn record(sheet: &FactSheet, assessment: &Assessment<'_>) -> String {
    let release = &sheet.release;
    let owner = sheet.own_parts().iter().find_map(|part| {
        let (_, path) = part.locator.as_deref()?.split_once(':')?;
        path.split_once('/').map(|(owner, _)| owner.to_owned())
    });
    let mut out = String::from(
        "# Written by Candor from what the release shows. Comments tell what is only said, and what was not found.\n",
    );
    out.push_str("framework:\n  name: Model Openness Framework\n  version: '1.0'\n  date: '2024-12-15'\nrelease:\n");
    out.push_str(&format!("  name: {}\n", quoted(&release.id)));
    let revision = sheet.own_parts().iter().find_map(|part| part.revision.as_deref());
    if let Some(revision) = revision {
        out.push_str(&format!("  version: {}\n", quoted(revision)));
    }
    out.push_str("  license:\n    distribution:\n      name: ''\n      path: ''\n");
    out.push_str(&format!("  producer: {}\n", quoted(&owner.unwrap_or_else(|| "unknown".to_owned()))));
    let (mut declared, mut silent) = (String::new(), String::new());
    for component in &COMPONENTS {
        match entry(component, sheet, assessment) {
            Ok(entry) => declared.push_str(&entry),
            Err(why) => silent.push_str(&format!("  # {}: {}\n", component.name, plain(&why))),
        }
    }
    if declared.is_empty() {
        out.push_str("  components: []\n");
    } else {
        out.push_str("  components:\n");
        out.push_str(&declared);
    }
    if !silent.is_empty() {
        out.push_str("  # Not declared:\n");
        out.push_str(&silent);
    }
    out
}

/// The declaration of a component, or why there is none.
fn entry(component: &Component, sheet: &FactSheet, assessment: &Assessment<'_>) -> Result<String, String> {
    let find = |end: &str| assessment.verdicts.find(&format!("mof.{}{end}", component.requirement));
    let (Some((_, whole)), Some((_, published)), Some((_, terms))) = (find(""), find("-published"), find("-terms"))
    else {
        return Err("the release was not judged by the framework".to_owned());
    };
    let inventory = &assessment.inventory;
    let (at, license, contained) = if published.confirmed == Status::Met && terms.confirmed == Status::Met {
        let terms = assessment.inventory.covering(component.id);
        (first(published), open_license(&terms), false)
    } else if whole.confirmed == Status::Met {
        let card = COMPONENTS.iter().find(|one| one.requirement == "model-card");
        let terms = card.map(|card| inventory.covering(card.id)).unwrap_or_default();
        (None, open_license(&terms), true)
    } else if published.confirmed == Status::Met && terms.confirmed == Status::NotMet {
        let named = inventory.covering(component.id).into_iter().find_map(|terms| terms.concluded.clone());
        (first(published), named.map(|name| (name.to_string(), None)), false)
    } else {
        return Err(why(published, terms));
    };
    let Some((license, note)) = license else {
        return Err(format!("it stands in the release, and {}", note_of(terms).unwrap_or("no licence of it is known")));
    };
    let mut out = format!("    - name: {}\n      license: {}\n", component.name, quoted(&license));
    if contained {
        out.push_str("      description: 'Part of the model card.'\n");
    }
    if let Some(ground) = at
        && let Some(place) = ground_place(inventory, &ground)
        && let Some(path) = place.place.path()
    {
        out.push_str(&format!("      component_path: {}\n", quoted(path.as_str())));
        out.push_str(&format!("      # {}\n", plain(&words::place(sheet, &place))));
    }
    if let Some(note) = note {
        out.push_str(&format!("      # {}\n", plain(&note)));
    }
    Ok(out)
}

/// One open licence that the tool can read, and what it leaves out.
fn open_license(terms: &[&Terms]) -> Option<(String, Option<String>)> {
    let read = terms.iter().find(|terms| !terms.texts.is_empty() && terms.unread.is_empty())?;
    let whole = read.concluded.as_ref()?;
    let ids: Vec<String> = whole.ids().map(ToString::to_string).collect();
    let id = ids.iter().find(|id| readable(id)).or(ids.first())?.clone();
    let several = ids.len() > 1;
    let unknown = !readable(&id);
    let note = match (several, unknown) {
        (true, _) => Some(format!("all of it: {whole}; a record takes one id")),
        (false, true) => Some("open, and not known to the Model Openness Tool, which will call it invalid".to_owned()),
        (false, false) => None,
    };
    Some((id, note))
}

fn first(verdict: &Verdict) -> Option<Ground> {
    match &verdict.reason {
        Reason::Probed { confirmed, .. } => confirmed.grounds().first().cloned(),
        Reason::Composed { .. } => None,
    }
}

/// Why a component is not declared, in one sentence.
fn why(published: &Verdict, terms: &Verdict) -> String {
    let doubt = |finding: &Finding| finding.doubts().first().map(|doubt| doubt_words(doubt).1);
    match (published.confirmed, published.declared, &published.reason) {
        (Status::Met, _, _) => match &terms.reason {
            Reason::Probed { confirmed, .. } => {
                format!("it stands in the release; its licence: {}", doubt(confirmed).unwrap_or_default())
            }
            Reason::Composed { .. } => "it stands in the release; its licence is not known".to_owned(),
        },
        (Status::NotMet, _, _) | (_, Status::NotMet, _) => {
            note_of(published).unwrap_or("it is not published").to_owned()
        }
        (_, Status::Met, _) => "only by the publisher's word; it was not looked at".to_owned(),
        (_, _, Reason::Probed { confirmed, .. }) => doubt(confirmed).unwrap_or_else(|| "not known".to_owned()),
        _ => "not known".to_owned(),
    }
}

fn note_of(verdict: &Verdict) -> Option<&str> {
    match &verdict.reason {
        Reason::Probed { confirmed, declared, .. } => {
            [confirmed, declared].into_iter().map(Finding::explanation).find(|note| !note.is_empty())
        }
        Reason::Composed { .. } => None,
    }
}

/// A text between quotation marks; the escapes of JSON are those of YAML.
fn quoted(text: &str) -> String {
    let text = serde_json::Value::String(text.to_owned()).to_string();
    let escaped = |c: char| if tricks(c) { format!("\\U{:08x}", u32::from(c)) } else { c.to_string() };
    text.chars().map(escaped).collect()
}
