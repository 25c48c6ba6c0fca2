//! One requirement down to its evidence.

use crate::evidence::{doubt_facts, doubt_words, ground_place};
use crate::format::{Excerpt, Options, Subject};
use crate::layout::{Paint, Style, wrap};
use crate::words;
use candor_assess::{Assessment, Doubt, Finding, Reason, Verdict, VerdictId};
use candor_facts::{Evidence, FactSheet};
use std::collections::BTreeSet;

/// Places shown under one leaf.
const SHOWN: usize = 5;

/// The trees of some requirements, as text for a terminal. A requirement that there is not has no tree.
pub(crate) fn explain(subject: &Subject<'_, '_>, requirements: &[String], options: &Options<'_>) -> String {
    let Subject { sheet, assessment, excerpt, .. } = *subject;
    let trees = requirements.iter().filter_map(|requirement| {
        let (id, _) = assessment.verdicts.find(requirement)?;
        let mut tree = Tree { sheet, assessment, excerpt, paint: options.paint, seen: Vec::new(), out: String::new() };
        tree.node(id, "", "");
        Some(tree.out)
    });
    trees.collect::<Vec<_>>().join("\n")
}

struct Tree<'t, 'a> {
    sheet: &'t FactSheet,
    assessment: &'t Assessment<'a>,
    excerpt: &'t Excerpt<'t>,
    paint: Paint,
    seen: Vec<VerdictId>,
    out: String,
}

impl Tree<'_, '_> {
    fn text(&mut self, head: &str, rest: &str, text: &str) {
        let columns =
            self.paint.width.saturating_sub(crate::layout::width(head).max(crate::layout::width(rest))).max(8);
        for (at, line) in wrap(text, columns).iter().enumerate() {
            self.out.push_str(format!("{}{line}", if at == 0 { head } else { rest }).trim_end());
            self.out.push('\n');
        }
    }

    fn node(&mut self, id: VerdictId, head: &str, rest: &str) {
        let Some(verdict) = self.assessment.verdicts.get(id) else { return };
        let title = format!("{}  {}", self.paint.apply(Style::Heading, &verdict.requirement), self.status(verdict));
        self.text(head, rest, &title);
        let body = format!("{rest}   ");
        if self.seen.contains(&id) {
            self.text(&body, &body, "(shown above)");
            return;
        }
        self.seen.push(id);
        self.text(&body, &body, &format!("{}.", verdict.title));
        if !verdict.cite.is_empty() {
            self.text(&body, &body, &self.paint.apply(Style::Faint, &format!("source: {}", verdict.cite)));
        }
        if !verdict.reading.is_empty() {
            self.text(&body, &body, &format!("our reading: {}", verdict.reading));
        }
        match &verdict.reason {
            Reason::Composed { rule, parts } => {
                let joined = match *rule {
                    "any" => "one of these must hold:",
                    "none" => "none of these may hold:",
                    "at-least" => "so many of these must hold:",
                    "decision" => "what the answers to these, in order, lead to:",
                    _ => "all of these must hold:",
                };
                self.text(&body, &body, joined);
                let children: Vec<VerdictId> = parts.iter().copied().chain(verdict.exemption).collect();
                for (at, child) in children.iter().enumerate() {
                    let last = at + 1 == children.len();
                    let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                    self.node(*child, &format!("{rest}{branch}"), &format!("{rest}{below}"));
                }
            }
            Reason::Probed { question, confirmed, declared, .. } => {
                self.text(&body, &body, question);
                self.finding(confirmed, &body, "");
                if declared != confirmed && declared.status() != confirmed.status() {
                    let (word, _) = words::status(declared.status());
                    self.finding(declared, &body, &format!("by the publisher's word: {word}"));
                }
                if let Some(exempt) = verdict.exemption {
                    self.text(&body, &body, "does not apply when this holds:");
                    self.node(exempt, &format!("{rest}└─ "), &format!("{rest}   "));
                }
            }
        }
    }

    fn status(&self, verdict: &Verdict) -> String {
        let (word, style) = words::status(verdict.confirmed);
        let mut text = self.paint.apply(style, word);
        if verdict.declared != verdict.confirmed {
            let (said, _) = words::status(verdict.declared);
            text.push_str(&format!(" ({said} by the publisher's word)"));
        }
        text
    }

    fn finding(&mut self, finding: &Finding, body: &str, head: &str) {
        if !head.is_empty() {
            self.text(body, body, head);
        }
        if !finding.explanation().is_empty() {
            self.text(&format!("{body}= "), &format!("{body}  "), finding.explanation());
        }
        let places: Vec<Evidence> =
            finding.grounds().iter().filter_map(|ground| ground_place(&self.assessment.inventory, ground)).collect();
        self.places(&places, body);
        for doubt in finding.doubts().iter().take(SHOWN) {
            self.doubt(doubt, body);
        }
        if finding.doubts().len() > SHOWN {
            self.text(body, body, &format!("and {} more doubts", finding.doubts().len() - SHOWN));
        }
    }

    fn doubt(&mut self, doubt: &Doubt, body: &str) {
        let (_, text) = doubt_words(doubt);
        self.text(&format!("{body}? "), &format!("{body}  "), &text);
        let facts = doubt_facts(doubt);
        let places: Vec<Evidence> = facts
            .iter()
            .filter_map(|id| self.assessment.inventory.fact(*id))
            .map(|fact| fact.evidence.clone())
            .collect();
        self.places(&places, body);
    }

    fn places(&mut self, places: &[Evidence], body: &str) {
        let mut seen: BTreeSet<&Evidence> = BTreeSet::new();
        let shown: Vec<&Evidence> = places.iter().filter(|place| seen.insert(*place)).collect();
        for place in shown.iter().take(SHOWN) {
            let at = format!("{} ({})", words::place(self.sheet, place), words::basis(&place.basis));
            self.text(&format!("{body}- "), &format!("{body}  "), &at);
            if let Some(words) = (self.excerpt)(place) {
                let line = format!("│ {words}");
                self.text(&format!("{body}    "), &format!("{body}    │ "), &line);
            }
        }
        if shown.len() > SHOWN {
            self.text(&format!("{body}- "), &format!("{body}  "), &format!("and {} more places", shown.len() - SHOWN));
        }
    }
}
