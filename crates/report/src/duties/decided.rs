//! The decision of a framework of law: the outcomes still open, what was answered, and what would change them.

use super::Page;
use candor_assess::{Decided, Doubt, Reach, Reason, Status, Verdict};

impl Page<'_, '_> {
    pub(super) fn decided(&mut self, decided: &Decided) {
        self.heading(&decided.name);
        let (confirmed, declared) = (&decided.confirmed, &decided.declared);
        let head = if confirmed == declared { "" } else { "With the publisher's statements taken as true:" };
        self.outcomes(decided, declared, head);
        let more: Vec<String> = confirmed
            .outcomes
            .iter()
            .filter(|id| !declared.outcomes.contains(id))
            .map(|id| id.replace('-', " "))
            .collect();
        if !more.is_empty() {
            let text = format!("On what was observed or attested alone, also open: {}.", more.join(", "));
            self.line_at(2, "", &text);
            for id in confirmed.outcomes.iter().filter(|id| !declared.outcomes.contains(id)) {
                self.outcome(decided, id, "- ");
            }
        }
        let answered: Vec<&str> = decided
            .questions
            .iter()
            .filter(|id| !declared.open.iter().any(|open| id.ends_with(&format!(".{}", open.question))))
            .map(String::as_str)
            .collect();
        let known: Vec<&Verdict> = answered
            .into_iter()
            .filter_map(|id| self.assessment.verdicts.find(id))
            .map(|(_, verdict)| verdict)
            .filter(|verdict| verdict.declared != Status::Unknown)
            .collect();
        if !known.is_empty() {
            self.out.push('\n');
            self.line_at(2, "", "Answered:");
            for verdict in known {
                self.answered(verdict);
            }
        }
        if !declared.open.is_empty() {
            self.out.push('\n');
            self.line_at(2, "", "Open, and able to change the outcome:");
            for open in &declared.open {
                let id = format!("{}.{}", decided.framework, open.question);
                self.open(&id, &declared.outcomes, &open.if_yes, &open.if_no);
            }
        }
    }

    fn outcomes(&mut self, decided: &Decided, reach: &Reach, head: &str) {
        if !head.is_empty() {
            self.line_at(2, "", head);
        }
        let decides = reach.outcomes.len() == 1;
        if !decides {
            self.line_at(2, "", "Not decided. These outcomes are still open:");
        }
        for id in &reach.outcomes {
            self.outcome(decided, id, if decides { "= " } else { "- " });
        }
    }

    fn outcome(&mut self, decided: &Decided, id: &str, mark: &str) {
        let Some(outcome) = decided.outcome(id) else { return };
        let note = if outcome.note.is_empty() { String::new() } else { format!("; {}", outcome.note) };
        let text = format!("{}: {}{note}.", id.replace('-', " "), outcome.title);
        self.line_at(4, &format!("  {mark}"), &text);
    }

    fn answered(&mut self, verdict: &Verdict) {
        let word = match verdict.declared {
            Status::Met => "yes",
            Status::NotMet => "no",
            _ => "does not arise",
        };
        let said = if verdict.confirmed == verdict.declared { "" } else { ", by the publisher's word" };
        let mut leaves = Vec::new();
        self.leaves(&verdict.requirement, &mut leaves);
        let deciding: Vec<&Verdict> = leaves.into_iter().filter(|leaf| leaf.declared != Status::Unknown).collect();
        let mut places: Vec<String> = Vec::new();
        let mut notes: Vec<String> = Vec::new();
        for leaf in &deciding {
            if let Reason::Probed { confirmed, declared, .. } = &leaf.reason {
                let finding = if confirmed.status() == leaf.declared { confirmed } else { declared };
                places.extend(self.places(finding));
                if !finding.explanation().is_empty() {
                    notes.push(finding.explanation().to_owned());
                }
            }
        }
        places.dedup();
        notes.dedup();
        let note = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
        let reading =
            if verdict.reading.is_empty() { String::new() } else { format!("  Our reading: {}", verdict.reading) };
        let shown: Vec<String> = places.iter().take(2).cloned().collect();
        let at = if shown.is_empty() { String::new() } else { format!("  [{}]", shown.join(", ")) };
        self.line_at(4, "  · ", &format!("{}: {word}{said}{note}{at}{reading}", verdict.title));
    }

    fn open(&mut self, id: &str, now: &[String], if_yes: &[String], if_no: &[String]) {
        let Some((_, verdict)) = self.assessment.verdicts.find(id) else { return };
        let out = |then: &[String]| {
            let gone: Vec<String> = now.iter().filter(|id| !then.contains(id)).map(|id| id.replace('-', " ")).collect();
            gone.join(", ")
        };
        let rules = match (out(if_yes), out(if_no)) {
            (yes, no) if yes.is_empty() && no.is_empty() => "matters only together with other answers".to_owned(),
            (yes, no) if yes.is_empty() => format!("no rules out {no}"),
            (yes, no) if no.is_empty() => format!("yes rules out {yes}"),
            (yes, no) => format!("yes rules out {yes}; no rules out {no}"),
        };
        let title = format!("{}?  ({rules})", verdict.title);
        let mut lines: Vec<String> = Vec::new();
        let mut leaves = Vec::new();
        self.leaves(id, &mut leaves);
        for leaf in leaves {
            let Reason::Probed { declared, .. } = &leaf.reason else { continue };
            if leaf.declared != Status::Unknown {
                if !declared.explanation().is_empty() && leaf.requirement != verdict.requirement {
                    let word = if leaf.declared == Status::Met { "yes" } else { "no" };
                    let said = if leaf.confirmed == leaf.declared { "" } else { ", by the publisher's word" };
                    lines.push(format!("{}: {word}{said} ({})", leaf.title, declared.explanation()));
                }
                continue;
            }
            let missing = declared.doubts().iter().find_map(|doubt| match doubt {
                Doubt::NotFound(what) => Some(what.clone()),
                _ => None,
            });
            let told =
                if declared.explanation().is_empty() { missing } else { Some(declared.explanation().to_owned()) };
            lines.extend(told);
            let places = self.places(declared);
            if !places.is_empty() {
                lines.push(format!("see {}", places.iter().take(2).cloned().collect::<Vec<_>>().join(", ")));
            }
            let ask = if leaf.note.ask.is_empty() { &verdict.note.ask } else { &leaf.note.ask };
            if !ask.is_empty() {
                lines.push(format!("ask {ask}"));
            }
        }
        lines.dedup();
        self.line_at(4, "  ? ", &title);
        for line in lines {
            self.line_at(6, "      ", &line);
        }
    }
}
