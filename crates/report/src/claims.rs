//! The declarations of a record beside what a release shows.

use crate::evidence::{EvidenceTable, Wire, ground_place};
use crate::layout::{Paint, Style, wrap};
use crate::words;
use candor_assess::mof::{Claimed, Held, Support};
use candor_assess::{Assessment, Ground};
use candor_facts::FactSheet;
use serde_json::{Value, json};

/// Places shown behind one claim.
const SHOWN: usize = 2;

/// For people: the class, then every declared component.
pub fn claims(sheet: &FactSheet, assessment: &Assessment<'_>, class: &Claimed, held: &[Held], paint: Paint) -> String {
    let mut out = paint.apply(Style::Heading, &format!("What the release `{}` says to it", sheet.release.id));
    out.push('\n');
    let mut line = |head: &str, claimed: &Claimed| {
        let (mark, style) = match claimed.support {
            Support::Supported => ("●", Style::Good),
            Support::Refuted => ("×", Style::Bad),
            Support::Unverified => ("?", Style::Doubt),
        };
        let places = places(sheet, assessment, &claimed.grounds);
        let word = paint.apply(style, claimed.support.as_str());
        let text = format!("{mark} {head}: {word}: {}{places}", claimed.because);
        for (at, line) in wrap(&text, paint.width.saturating_sub(4)).iter().enumerate() {
            out.push_str(if at == 0 { "  " } else { "    " });
            out.push_str(line);
            out.push('\n');
        }
    };
    line(&class.says, class);
    for one in held {
        let name = one.component.name;
        if let Some(published) = &one.published {
            line(&format!("{name}, published"), published);
        }
        if let Some(license) = &one.license {
            line(&format!("{name}, under {}", license.says), license);
        }
    }
    let undeclared: Vec<&Held> = held.iter().filter(|one| one.published.is_none()).collect();
    if !undeclared.is_empty() {
        out.push_str("In the release, and not in the record:\n");
        for one in undeclared {
            let text = format!("{}{}", one.component.name, places(sheet, assessment, &one.undeclared));
            for line in wrap(&text, paint.width.saturating_sub(4)) {
                out.push_str(&format!("  {line}\n"));
            }
        }
    }
    out
}

fn places(sheet: &FactSheet, assessment: &Assessment<'_>, grounds: &[Ground]) -> String {
    let mut places: Vec<String> = grounds
        .iter()
        .filter_map(|ground| ground_place(&assessment.inventory, ground))
        .map(|place| words::place(sheet, &place))
        .collect();
    places.dedup();
    let more = places.len().saturating_sub(SHOWN);
    places.truncate(SHOWN);
    match (places.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!("  [{}]", places.join(", ")),
        (false, more) => format!("  [{}, and {more} more]", places.join(", ")),
    }
}

/// For machines: the claims, and the places that they point to by number.
pub fn claims_json(assessment: &Assessment<'_>, class: &Claimed, held: &[Held]) -> (Value, Value) {
    let mut table = EvidenceTable::default();
    let mut list = Vec::new();
    let mut add = |component: Option<&str>, claim: &str, claimed: &Claimed| {
        let evidence = table.grounds(&assessment.inventory, &claimed.grounds);
        list.push(json!({
            "component": component, "claim": claim, "says": claimed.says, "support": claimed.support.as_str(),
            "because": claimed.because, "evidence": evidence,
        }));
    };
    add(None, "class", class);
    for one in held {
        let name = Some(one.component.name);
        if let Some(published) = &one.published {
            add(name, "published", published);
        }
        if let Some(license) = &one.license {
            add(name, "license", license);
        }
        if one.published.is_none() {
            let because = "it stands in the release, and the record does not declare it".to_owned();
            let grounds = one.undeclared.clone();
            add(
                name,
                "not-declared",
                &Claimed { says: "not declared".to_owned(), support: Support::Refuted, because, grounds },
            );
        }
    }
    let evidence: Vec<Wire> = table.list().iter().map(Wire::of).collect();
    (Value::Array(list), json!(evidence))
}
