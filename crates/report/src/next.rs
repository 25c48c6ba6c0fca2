//! A plan for people and machines.

use crate::layout::{Paint, Style, wrap};
use candor_assess::next::{Act, Plan, TELL, Who};
use candor_facts::{Component, FactSheet};
use serde_json::{Value, json};

/// Requirements named behind an act.
const SHOWN: usize = 6;

/// The plan as text.
pub fn next(sheet: &FactSheet, plan: &Plan, paint: Paint) -> String {
    let mut out = format!(
        "{}  to {}\n",
        paint.apply(Style::Heading, &sheet.release.id),
        paint.apply(Style::Heading, &plan.target)
    );
    let mut put = |first: &str, rest: &str, text: &str| {
        for (at, line) in wrap(text, paint.width.saturating_sub(rest.chars().count()).max(20)).iter().enumerate() {
            out.push_str(format!("{}{line}", if at == 0 { first } else { rest }).trim_end());
            out.push('\n');
        }
    };
    put("", "", &format!("{}.", plan.title));
    let items = items(plan);
    match (items.len(), plan.rests.is_empty()) {
        (0, true) => {
            put("", "", "It is reached already; there is nothing to do.");
            return out;
        }
        (0, false) => put("", "", "Nothing that the publisher can do reaches it."),
        (1, true) => put("", "", "One act reaches it:"),
        (count, true) => put("", "", &format!("The smallest set of acts that reaches it, {count}:")),
        (1, false) => put("", "", "One act of the publisher is needed, and does not suffice:"),
        (count, false) => put("", "", &format!("{count} acts of the publisher are needed, and do not suffice:")),
    }
    for (at, (text, satisfies, elsewhere)) in items.iter().enumerate() {
        let number = format!("{:>3}. ", at + 1);
        put(&number, "     ", text);
        for (label, list) in [("for", satisfies), ("also for", elsewhere)] {
            if !list.is_empty() {
                put("     ", "       ", &paint.apply(Style::Faint, &format!("{label} {}", listed(list))));
            }
        }
    }
    if !plan.rests.is_empty() {
        put("", "", "Not in the publisher's hands:");
        let mut seen: Vec<&str> = Vec::new();
        for rest in &plan.rests {
            if !seen.contains(&rest.why.as_str()) {
                seen.push(&rest.why);
                let same: Vec<String> =
                    plan.rests.iter().filter(|one| one.why == rest.why).map(|one| one.requirement.clone()).collect();
                let head = if same.len() == 1 { format!("{}: ", rest.title) } else { String::new() };
                put("   - ", "     ", &format!("{head}{}", rest.why));
                put("     ", "       ", &paint.apply(Style::Faint, &format!("for {}", same.join(", "))));
            }
        }
    }
    if !plan.moves.is_empty() {
        put("", "", "Afterwards, all else as it is:");
        for (name, before, after) in &plan.moves {
            put("     ", "       ", &format!("{name}: {before} -> {after}"));
        }
    }
    out
}

/// What is numbered: an act, or all that one document about the training data can tell.
fn items(plan: &Plan) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut told: Option<usize> = None;
    for step in &plan.steps {
        let card = step.act == Act::Publish(Component::DocDataCard);
        let telling = step.text.strip_prefix(TELL).or(card.then_some(CARD));
        match (telling, told.and_then(|at| items.get_mut(at))) {
            (Some(more), Some((text, satisfies, elsewhere))) => {
                if card {
                    *text = text.replacen(TELL, "Publish a data card of its own, and tell in it ", 1);
                } else {
                    text.push_str(&format!("; {more}"));
                }
                satisfies.extend(step.satisfies.iter().cloned());
                elsewhere.extend(step.elsewhere.iter().cloned());
            }
            (telling, _) => {
                if telling.is_some() {
                    told = Some(items.len());
                }
                items.push((step.text.clone(), step.satisfies.clone(), step.elsewhere.clone()));
            }
        }
    }
    if let Some((text, _, _)) = told.and_then(|at| items.get_mut(at)) {
        *text = text.replacen(TELL, "Tell of the training data, in the card or another document: ", 1);
    }
    items
}

/// Stands for the data card among what is told.
const CARD: &str = "";

/// What to do, what it is for, what else it is for.
type Item = (String, Vec<String>, Vec<String>);

fn listed(list: &[String]) -> String {
    let shown: Vec<&str> = list.iter().take(SHOWN).map(String::as_str).collect();
    match list.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The plan as a value: schema `candor/next/1`.
pub fn next_json(sheet: &FactSheet, plan: &Plan) -> Value {
    let acts: Vec<Value> = plan
        .steps
        .iter()
        .map(|step| {
            json!({"act": step.act.as_str(), "of": step.act.of(), "text": step.text,
                   "satisfies": step.satisfies, "elsewhere": step.elsewhere})
        })
        .collect();
    let rests: Vec<Value> = plan
        .rests
        .iter()
        .map(|rest| json!({"requirement": rest.requirement, "title": rest.title, "who": rest.who.as_str(), "why": rest.why}))
        .collect();
    let moves: Vec<Value> =
        plan.moves.iter().map(|(name, before, after)| json!({"of": name, "before": before, "after": after})).collect();
    let others = plan.rests.iter().any(|rest| rest.who == Who::Base);
    json!({
        "schema": "candor/next/1",
        "release": {"id": sheet.release.id},
        "facts": sheet.digest(),
        "target": plan.target,
        "title": plan.title,
        "reached": plan.steps.is_empty() && plan.rests.is_empty(),
        "suffices": plan.rests.is_empty(),
        "depends_on_base": others,
        "acts": acts,
        "rests": rests,
        "moves": moves,
    })
}
