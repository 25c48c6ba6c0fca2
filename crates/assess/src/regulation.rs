//! What a framework of law has beside requirements: a decision, dates, what must be asked, what is left out.
//!
//! It stands in the same file. The loader of frameworks passes these keys over; they are read here.

use crate::decision::{Decision, Outcome, Step};
use crate::framework::{Framework, Rule};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Top-level tables that are no requirements.
pub(crate) const TABLES: &[&str] = &["step", "outcome", "date", "outside"];
/// Keys of a requirement that are no parameters.
pub(crate) const NOTES: &[&str] = &["ask", "never", "publicity", "rows", "beyond-weights"];

/// What a framework of law has beside requirements.
#[derive(Clone, Debug, Default)]
pub struct Regulation {
    /// The decision of this file, if it has one.
    pub decision: Option<Arc<Decision>>,
    /// Days on which something begins to apply, in order.
    pub dates: Vec<Dated>,
    /// What the source asks and this file leaves out, with the reason.
    pub outside: Vec<Outside>,
    notes: BTreeMap<String, Note>,
}

/// A day on which something begins to apply.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dated {
    /// `YYYY-MM-DD`.
    pub on: String,
    /// What begins then.
    pub what: String,
    /// Where that stands.
    pub cite: String,
}

impl Dated {
    /// Whether it has begun on a day, both as `YYYY-MM-DD`.
    pub fn begun(&self, as_of: &str) -> bool {
        self.on.as_str() <= as_of
    }
}

/// Something that the source asks and that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// Its row in our list of requirements.
    pub row: String,
    /// Where it stands.
    pub cite: String,
    /// Why it is left out.
    pub why: String,
}

/// Who must be able to see that a duty is met; absence proves something only for what must be public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publicity {
    /// It must be public.
    Public,
    /// It is owed to those who build on the model.
    Integrators,
    /// It is kept, and shown to authorities on request.
    OnRequest,
}

/// What a duty needs to be told well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Note {
    /// What must be asked, and of whom.
    pub ask: String,
    /// What openness can never show.
    pub never: String,
    /// Who must be able to see it.
    pub publicity: Option<Publicity>,
    /// Rows of our list of requirements that it stands for.
    pub rows: Vec<String>,
    /// Whether weights alone can never satisfy it.
    pub beyond_weights: bool,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    step: Vec<toml::Spanned<RawStep>>,
    #[serde(default)]
    outcome: BTreeMap<String, toml::Spanned<RawOutcome>>,
    #[serde(default)]
    date: Vec<toml::Spanned<Dated>>,
    #[serde(default)]
    outside: Vec<Outside>,
    #[serde(flatten)]
    requirements: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    #[serde(default)]
    any: Vec<BTreeMap<String, String>>,
    outcome: String,
    cite: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOutcome {
    title: String,
    #[serde(default)]
    note: String,
    order: u32,
}

impl Framework {
    /// What must be told of a requirement beside its verdict.
    pub fn note(&self, requirement: &str) -> Note {
        let note = self.regulation.as_ref().and_then(|regulation| regulation.notes.get(requirement));
        note.cloned().unwrap_or_default()
    }
}

/// Read the tables of law of a framework file and join its rules over outcomes to the decision. Answers what is
/// wrong, each with its byte in the file.
pub(crate) fn attach(text: &str, framework: &mut Framework) -> Vec<(usize, String)> {
    let raw: Raw = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => return vec![(error.span().map_or(0, |span| span.start), error.message().to_owned())],
    };
    let mut wrong = Vec::new();
    let mut notes = BTreeMap::new();
    for (name, value) in raw.requirements.iter().filter(|(name, _)| framework.requirements.contains_key(*name)) {
        let Some(table) = value.as_table().filter(|table| NOTES.iter().any(|key| table.contains_key(*key))) else {
            continue;
        };
        let kept: toml::Table = table
            .iter()
            .filter(|(key, _)| NOTES.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        match toml::Value::Table(kept).try_into::<Note>() {
            Ok(note) => {
                notes.insert(name.clone(), note);
            }
            Err(error) => {
                let at = framework.requirements.get(name).map_or(0, |known| known.at);
                wrong.push((at, format!("[{name}] {}", error.message())));
            }
        }
    }
    let decision = decision(&raw, framework, &mut wrong).map(Arc::new);
    for (name, requirement) in &mut framework.requirements {
        let at = requirement.at;
        let Rule::Outcome(rule) = &mut requirement.rule else { continue };
        let Some(decision) = &decision else {
            wrong.push((at, format!("[{name}] `outcomes` needs a decision in this file: write `[[step]]`")));
            continue;
        };
        for outcome in rule.among.iter().filter(|id| !decision.outcomes.iter().any(|known| known.id == **id)) {
            wrong.push((at, format!("[{name}] there is no outcome `{outcome}`")));
        }
        rule.join(decision);
    }
    for date in &raw.date {
        if !is_day(&date.get_ref().on) {
            wrong.push((date.span().start, format!("`on = \"{}\"`: write a day as 2026-01-31", date.get_ref().on)));
        }
    }
    let mut dates: Vec<Dated> = raw.date.into_iter().map(toml::Spanned::into_inner).collect();
    dates.sort_by(|a, b| a.on.cmp(&b.on));
    if decision.is_some() || !notes.is_empty() || !dates.is_empty() || !raw.outside.is_empty() {
        framework.regulation = Some(Regulation { decision, dates, outside: raw.outside, notes });
    }
    wrong
}

/// Whether a text is a day, `YYYY-MM-DD`.
pub fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize| {
        (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u32>().ok()).flatten()
    };
    match parts.as_slice() {
        [year, month, day] => match (number(year, 4), number(month, 2), number(day, 2)) {
            (Some(year), Some(month), Some(day)) => {
                let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
                let last = match month {
                    1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
                    4 | 6 | 9 | 11 => 30,
                    2 if leap => 29,
                    2 => 28,
                    _ => return false,
                };
                (1..=last).contains(&day)
            }
            _ => false,
        },
        _ => false,
    }
}

fn decision(raw: &Raw, framework: &Framework, wrong: &mut Vec<(usize, String)>) -> Option<Decision> {
    if raw.step.is_empty() && raw.outcome.is_empty() {
        return None;
    }
    let mut steps = Vec::new();
    for step in &raw.step {
        let at = step.span().start;
        let step = step.get_ref();
        if !raw.outcome.contains_key(&step.outcome) {
            wrong.push((at, format!("there is no outcome `{}`; write a table `[outcome.{0}]`", step.outcome)));
        }
        let mut any = Vec::new();
        for alternative in &step.any {
            let mut all = Vec::new();
            for (question, answer) in alternative {
                if !framework.requirements.contains_key(question) {
                    wrong.push((at, format!("there is no question `{question}`; write a table `[{question}]`")));
                }
                match answer.as_str() {
                    "yes" => all.push((question.clone(), true)),
                    "no" => all.push((question.clone(), false)),
                    other => wrong.push((at, format!("`{question} = \"{other}\"`: an answer is yes or no"))),
                }
            }
            any.push(all);
        }
        steps.push((at, Step { any, outcome: step.outcome.clone(), cite: step.cite.clone() }));
    }
    let last = steps.len().saturating_sub(1);
    for (number, (at, step)) in steps.iter().enumerate() {
        if step.any.is_empty() != (number == last) {
            wrong.push((
                *at,
                "the last step, and only the last, has no `any`: it applies when no other does".to_owned(),
            ));
        }
    }
    let mut outcomes: Vec<(u32, Outcome)> = Vec::new();
    for (id, outcome) in &raw.outcome {
        let at = outcome.span().start;
        if !steps.iter().any(|(_, step)| step.outcome == *id) {
            wrong.push((at, format!("no step ends in the outcome `{id}`")));
        }
        let RawOutcome { title, note, order } = outcome.get_ref();
        outcomes.push((*order, Outcome { id: id.clone(), title: title.clone(), note: note.clone() }));
    }
    outcomes.sort_by_key(|(order, _)| *order);
    let outcomes = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    Some(Decision { steps: steps.into_iter().map(|(_, step)| step).collect(), outcomes })
}
