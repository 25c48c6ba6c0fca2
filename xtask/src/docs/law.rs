//! Reference pages about frameworks of law: decisions, dates, what is left out, and each row of our list.

use super::BANNER;
use candor_assess::Framework;
use std::collections::BTreeMap;

/// The decision, dates and omissions of a framework of law.
pub(super) fn law(framework: &Framework) -> String {
    let Some(regulation) = &framework.regulation else { return String::new() };
    let mut text = String::new();
    if let Some(decision) = &regulation.decision {
        text.push_str(
            "\n## The decision\n\nThe first step that applies decides. What is unknown is followed both ways.\n\n",
        );
        for (number, step) in (1..).zip(&decision.steps) {
            let alternative = |all: &Vec<(String, bool)>| {
                let one =
                    |(name, yes): &(String, bool)| format!("[{name}](#{name}) is {}", if *yes { "yes" } else { "no" });
                all.iter().map(one).collect::<Vec<_>>().join(" and ")
            };
            let when = match step.any.as_slice() {
                [] => "otherwise".to_owned(),
                any => format!("if {}", any.iter().map(alternative).collect::<Vec<_>>().join(", or ")),
            };
            text.push_str(&format!("{number}. {when}: **{}** ({})\n", step.outcome, step.cite));
        }
        text.push_str("\nOutcomes:\n\n");
        for outcome in &decision.outcomes {
            let note = if outcome.note.is_empty() { String::new() } else { format!("; {}", outcome.note) };
            text.push_str(&format!("- **{}**: {}{note}\n", outcome.id, outcome.title));
        }
    }
    if !regulation.dates.is_empty() {
        text.push_str("\n## Dates\n\n");
        for date in &regulation.dates {
            text.push_str(&format!("- {}: {} ({})\n", date.on, date.what, date.cite));
        }
    }
    if !regulation.outside.is_empty() {
        text.push_str("\n## Left out\n\n");
        for outside in &regulation.outside {
            text.push_str(&format!("- {} ({}): {}\n", outside.row, outside.cite, outside.why));
        }
    }
    text
}

/// Which requirement answers each row of our list of duties of law.
pub(super) fn regulation_page(frameworks: &[Framework]) -> String {
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    let (mut asked, mut left) = (0, 0);
    for framework in frameworks {
        let Some(regulation) = &framework.regulation else { continue };
        for (name, requirement) in &framework.requirements {
            for row in framework.note(name).rows {
                let line = format!("[{name}](frameworks/{}.md#{name}) | {}", framework.id, requirement.cite);
                rows.entry(row)
                    .and_modify(|known| known.push_str(&format!("; {line}").replace(" | ", ", ")))
                    .or_insert(line);
            }
        }
        for outside in &regulation.outside {
            left += 1;
            rows.insert(outside.row.clone(), format!("left out: {} | {}", outside.why, outside.cite));
        }
    }
    asked += rows.len() - left;
    let mut page = format!(
        "{BANNER}# Duties of law, row by row\n\nOur list of requirements for general-purpose models in the European Union and of \
         California's AB 2013. {asked} rows are asked by a requirement, {left} are left out with the reason.\n\n\
         | row | asked by | where it stands |\n|---|---|---|\n"
    );
    for (row, line) in rows {
        page.push_str(&format!("| {row} | {line} |\n"));
    }
    page
}
