//! A framework of law for people: the decision, then article by article what was found, what must be asked, and what
//! openness can never show.
//!
//! Wording is fixed here. A status of a duty tells what was found, so nothing in this file says that a duty is
//! fulfilled; "not found" names where was searched; "cannot be satisfied by weights alone" stands only where the
//! framework file says so.

mod decided;

use crate::evidence::{doubt_facts, ground_place};
use crate::format::Subject;
use crate::layout::{Paint, Style, beside, wrap};
use crate::words;
use candor_assess::{Assessment, Decided, Doubt, Finding, Framework, Publicity, Reason, Status, Verdict, VerdictId};
use candor_facts::{Evidence, FactSheet, Place};
use std::collections::BTreeSet;

/// Column at which the texts of a duty begin.
const LABEL: usize = 14;
/// Places named under one duty.
const SHOWN: usize = 4;
/// What the word means, said once on every page.
const FOUND: &str = "names places where something of the kind stands; whether it is enough is for a reader to judge";
/// Said once on every page.
const NO_ADVICE: &str = "This is a report of what was found, with the rules as they were read on the day named; it is not legal \
                         advice, and no line of it says that a duty is fulfilled.";

/// The page of a framework of law; `None` for a framework that has nothing of law. `as_of` is a day, `YYYY-MM-DD`.
pub fn duties(subject: &Subject<'_, '_>, framework: &Framework, as_of: Option<&str>, paint: Paint) -> Option<String> {
    let (sheet, assessment) = (subject.sheet, subject.assessment);
    let regulation = framework.regulation.as_ref()?;
    let mut page = Page { sheet, assessment, paint, out: String::new() };
    page.head(framework);
    if let Some(decided) = assessment.decisions.iter().find(|decided| decided.framework == framework.short) {
        page.decided(decided);
    } else {
        let others: BTreeSet<&str> = framework
            .requirements
            .values()
            .filter_map(|requirement| requirement.unless.as_ref()?.framework.as_deref())
            .collect();
        for decided in assessment.decisions.iter().filter(|decided| others.contains(decided.framework.as_str())) {
            page.decided(decided);
        }
        for root in &framework.also {
            page.duty(&format!("{}.{root}", framework.short));
        }
    }
    page.dates(framework, as_of);
    if !regulation.outside.is_empty() {
        page.heading("Left out here");
        for outside in &regulation.outside {
            page.line("", &format!("{}: {}", outside.cite, outside.why));
        }
    }
    page.out.push('\n');
    page.line_at(0, "", NO_ADVICE);
    Some(page.out)
}

/// A decision in one sentence, for the screen of a verdict.
pub(crate) fn decision_sentence(decided: &Decided) -> String {
    let reach = &decided.declared;
    match reach.outcomes.as_slice() {
        [one] => decided.outcome(one).map(|outcome| outcome.title.clone()).unwrap_or_default(),
        several => format!(
            "not decided; still open: {}; {} {}",
            several.iter().map(|id| id.replace('-', " ")).collect::<Vec<_>>().join(", "),
            reach.open.len(),
            if reach.open.len() == 1 { "question" } else { "questions" },
        ),
    }
}

struct Page<'p, 'a> {
    sheet: &'p FactSheet,
    assessment: &'p Assessment<'a>,
    paint: Paint,
    out: String,
}

impl Page<'_, '_> {
    fn line_at(&mut self, columns: usize, label: &str, text: &str) {
        beside(&mut self.out, label, columns, text, self.paint.width);
    }

    fn line(&mut self, label: &str, text: &str) {
        self.line_at(LABEL, &format!("  {label}"), text);
    }

    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        for line in wrap(text, self.paint.width) {
            self.out.push_str(&self.paint.apply(Style::Heading, &line));
            self.out.push('\n');
        }
    }

    fn head(&mut self, framework: &Framework) {
        let title = format!("{}: {}", self.sheet.release.id, framework.name);
        self.out.push_str(&self.paint.apply(Style::Heading, &title));
        self.out.push('\n');
        let parts: Vec<String> = self
            .sheet
            .release
            .parts
            .iter()
            .map(|part| {
                let name = part.locator.clone().unwrap_or_else(|| format!("a {} part here", part.role));
                let whole = if part.listing.complete { "whole listing" } else { "listing not known to be whole" };
                format!("{name} ({whole})")
            })
            .collect();
        self.line_at(LABEL, "Searched", &parts.join(", "));
        self.line_at(LABEL, "Rules", &format!("{}, read on {}", framework.id, framework.source.read));
        self.line_at(LABEL, "Found", FOUND);
    }

    /// The probed requirements under one.
    fn leaves<'v>(&'v self, id: &str, out: &mut Vec<&'v Verdict>) {
        let Some((_, verdict)) = self.assessment.verdicts.find(id) else { return };
        match &verdict.reason {
            Reason::Composed { parts, .. } => {
                for part in parts.iter().filter_map(|part| self.assessment.verdicts.get(*part)) {
                    self.leaves(&part.requirement, out);
                }
            }
            Reason::Probed { .. } if !out.iter().any(|known| known.requirement == verdict.requirement) => {
                out.push(verdict)
            }
            Reason::Probed { .. } => {}
        }
    }

    fn duty(&mut self, id: &str) {
        let Some((_, verdict)) = self.assessment.verdicts.find(id) else { return };
        self.heading(&format!("{}  ({})", verdict.title, verdict.cite));
        if let Some(due) = self.due(verdict) {
            self.line("due", &due);
        }
        if !verdict.reading.is_empty() {
            self.line("reading", &format!("ours: {}", verdict.reading));
        }
        let mut leaves = Vec::new();
        self.leaves(id, &mut leaves);
        let mut told: Vec<(&str, String, Status)> = Vec::new();
        let mut asks: Vec<String> = Vec::new();
        for leaf in &leaves {
            let (word, text) = self.found(leaf, verdict.note.publicity);
            told.push((word, text, leaf.declared));
            let ask = leaf.note.ask.clone();
            if leaf.declared != Status::Met && !ask.is_empty() && !asks.contains(&ask) {
                asks.push(ask);
            }
        }
        if verdict.note.ask.is_empty() || asks.contains(&verdict.note.ask) {
        } else {
            asks.insert(0, verdict.note.ask.clone());
        }
        for wanted in ["found", "said", "not found", "not judged", "denied"] {
            let mut first = true;
            for (_, text, _) in told.iter().filter(|(word, _, _)| *word == wanted) {
                self.line(if first { wanted } else { "" }, text);
                first = false;
            }
        }
        let mut first = true;
        for ask in asks {
            self.line(if first { "to ask" } else { "" }, &ask);
            first = false;
        }
        if !verdict.note.never.is_empty() {
            self.line("not shown", &format!("by openness, ever: {}", verdict.note.never));
        }
        let beyond: Vec<&str> = self.beyond(verdict);
        if !beyond.is_empty() {
            self.line("", &format!("Cannot be satisfied by weights alone: {}.", beyond.join(", ")));
        }
    }

    /// What lies under a duty that weights alone can never satisfy, by its citation.
    fn beyond<'v>(&'v self, verdict: &'v Verdict) -> Vec<&'v str> {
        if verdict.note.beyond_weights {
            return vec![&verdict.cite];
        }
        let mut found = Vec::new();
        if let Reason::Composed { parts, .. } = &verdict.reason {
            for part in parts.iter().filter_map(|part| self.assessment.verdicts.get(*part)) {
                found.extend(self.beyond(part));
            }
        }
        found.dedup();
        found
    }

    /// Whether the duty is due, by the requirement that exempts.
    fn due(&self, verdict: &Verdict) -> Option<String> {
        let exempt = self.exempt(verdict)?;
        let because = |status: Status| match status {
            Status::Met => "not from this provider, in any outcome still open",
            Status::NotMet | Status::NotApplicable => "in every outcome still open",
            Status::Unknown => "in some of the outcomes still open",
        };
        if exempt.confirmed == exempt.declared {
            return Some(because(exempt.declared).to_owned());
        }
        let said = because(exempt.declared);
        Some(format!(
            "{said}, with the publisher's statements taken as true; {} on what was observed",
            because(exempt.confirmed)
        ))
    }

    fn exempt(&self, verdict: &Verdict) -> Option<&Verdict> {
        let exemption: VerdictId = verdict.exemption?;
        self.assessment.verdicts.get(exemption)
    }

    /// What was found of a leaf, with its places: one of a few words, and a sentence.
    fn found(&self, leaf: &Verdict, publicity: Option<Publicity>) -> (&'static str, String) {
        let Reason::Probed { confirmed, declared, .. } = &leaf.reason else {
            return ("not judged", leaf.title.clone());
        };
        let at = |finding: &Finding| {
            let places = self.places(finding);
            let more =
                if places.len() > SHOWN { format!(", and {} more", places.len() - SHOWN) } else { String::new() };
            let shown = places.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
            if shown.is_empty() { String::new() } else { format!("  [{shown}{more}]") }
        };
        let note = |finding: &Finding| {
            let note = finding.explanation();
            if note.is_empty() { String::new() } else { format!(" ({note})") }
        };
        let title = &leaf.title;
        match (confirmed.status(), declared.status()) {
            (Status::Met, _) => ("found", format!("{title}{}{}", note(confirmed), at(confirmed))),
            (_, Status::Met) => ("said", format!("{title}, by the publisher's word{}", at(declared))),
            (Status::NotMet, _) | (_, Status::NotMet) => {
                ("denied", format!("{title}{}{}", note(confirmed), at(confirmed)))
            }
            _ => {
                let asked = declared.doubts().iter().all(|doubt| matches!(doubt, Doubt::NeedsAttestation(_)));
                let absent = declared.doubts().iter().all(|doubt| matches!(doubt, Doubt::NotFound(_)));
                let closed = match publicity {
                    Some(Publicity::OnRequest | Publicity::Integrators) => {
                        "; it need not be public, so this shows nothing"
                    }
                    _ => "",
                };
                let what = declared.doubts().iter().find_map(|doubt| match doubt {
                    Doubt::NotFound(what) => Some(format!(": {what}")),
                    _ => None,
                });
                if asked {
                    ("not judged", format!("{title}: no file can show it"))
                } else if absent {
                    ("not found", format!("{title}{}{closed}", what.unwrap_or_default()))
                } else {
                    ("not judged", format!("{title}{}{}", note(declared), at(declared)))
                }
            }
        }
    }

    fn places(&self, finding: &Finding) -> Vec<String> {
        let inventory = &self.assessment.inventory;
        let grounds = finding.grounds().iter().filter_map(|ground| ground_place(inventory, ground));
        let doubts = finding.doubts().iter().flat_map(doubt_facts).filter_map(|id| inventory.fact(id));
        let mut seen = BTreeSet::new();
        grounds
            .chain(doubts.map(|fact| fact.evidence.clone()))
            .map(|evidence: Evidence| match (&evidence.place, &evidence.basis) {
                (Place::Absent { .. }, _) => words::place(self.sheet, &evidence),
                (_, candor_facts::Basis::Attested { by }) => {
                    format!("{}, by {by}", words::place(self.sheet, &evidence))
                }
                _ => words::place(self.sheet, &evidence),
            })
            .filter(|place| seen.insert(place.clone()))
            .collect()
    }

    fn dates(&mut self, framework: &Framework, as_of: Option<&str>) {
        let Some(regulation) = framework.regulation.as_ref().filter(|regulation| !regulation.dates.is_empty()) else {
            return;
        };
        self.heading(&match as_of {
            Some(day) => format!("Dates, as of {day}"),
            None => "Dates (no day was named: `--as-of` says which of them have come)".to_owned(),
        });
        for date in &regulation.dates {
            let come = match as_of {
                Some(day) if date.begun(day) => ", has come",
                Some(_) => ", not yet",
                None => "",
            };
            self.line_at(LABEL + 2, &format!("  {}", date.on), &format!("{} ({}){come}", date.what, date.cite));
        }
    }
}
