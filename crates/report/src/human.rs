//! The verdict on one screen.
//!
//! Long because one screen is laid out in one place.

use crate::layout::{Paint, Style, beside, wrap};
use crate::words;
use candor_assess::{Assessment, Holds, Presence, QUESTIONS, Reason, Scope, Standing, Status, Term, Terms, Verdict};
use candor_facts::{Component, FactSheet, GapReason, Group, OpennessClaim, Place, Role};
use std::collections::BTreeMap;

/// Column at which texts begin.
const LABEL: usize = 16;
/// Components that are shown even when nothing is known of them.
const ALWAYS: &[Component] = &[
    Component::WeightsEndFinal,
    Component::WeightsIntermediate,
    Component::CodePretraining,
    Component::CodeInference,
    Component::CodeDataProcessing,
    Component::CodeEvaluation,
    Component::ConfigHyperparameters,
    Component::DataPretraining,
    Component::DatainfoDescription,
    Component::DocDataCard,
    Component::DocModelCard,
    Component::DocTechReport,
    Component::DocEvalResults,
    Component::DocTrainingLogs,
];

/// How much to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The standings alone.
    Brief,
    /// The whole verdict on one screen.
    Screen,
    /// And what the screen leaves out: every component and every gap.
    All,
}

/// The report that a terminal shows.
pub fn human(sheet: &FactSheet, assessment: &Assessment<'_>, paint: Paint, detail: Detail) -> String {
    let mut page = Page { sheet, assessment, paint, out: String::new() };
    page.title();
    page.standings();
    if detail == Detail::Brief {
        return page.out;
    }
    let details = detail == Detail::All;
    page.decides();
    page.components(details);
    page.terms();
    page.claims();
    page.answers();
    if details {
        page.law();
    }
    page.unseen(details);
    page.out
}

struct Page<'p, 'a> {
    sheet: &'p FactSheet,
    assessment: &'p Assessment<'a>,
    paint: Paint,
    out: String,
}

impl Page<'_, '_> {
    fn line(&mut self, label: &str, text: &str) {
        let label = self.paint.apply(Style::Heading, label);
        beside(&mut self.out, &label, LABEL, text, self.paint.width);
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn title(&mut self) {
        let release = &self.sheet.release;
        let mut title = self.paint.apply(Style::Heading, &release.id);
        let model = release.parts.iter().find(|part| part.role == Role::Model && part.revision.is_some());
        if let Some(part) = model {
            let revision: String = part.revision.iter().flat_map(|text| text.chars()).take(8).collect();
            title.push_str(&format!(" @ {revision}"));
        }
        if let Some((count, _)) = self.assessment.inventory.weights.parameters {
            title.push_str(&format!("   {} parameters", words::parameters(count)));
        }
        for line in wrap(&title.replace("   ", " \u{a0} "), self.paint.width) {
            self.out.push_str(&line.replace('\u{a0}', " "));
            self.out.push('\n');
        }
        self.blank();
    }

    fn standings(&mut self) {
        for standing in &self.assessment.standings {
            let text = standing_words(standing, self.paint);
            self.line(words::framework(&standing.framework), &text);
        }
        for readings in &self.assessment.readings {
            let part = |(name, confirmed, declared): &(String, Status, Status)| {
                let (word, style) = words::status(*confirmed);
                let word = self.paint.apply(style, word);
                let said = *confirmed == Status::Unknown && *declared == Status::Met;
                if said { format!("{name} {word} (met by the publisher's word)") } else { format!("{name} {word}") }
            };
            let text: Vec<String> = readings.statuses.iter().map(part).collect();
            self.line(words::framework(&readings.framework), &text.join(" · "));
        }
    }

    /// What keeps the release from the next level.
    fn decides(&mut self) {
        let Some(standing) = self.assessment.standings.iter().find(|standing| standing.framework == "spectrum") else {
            return;
        };
        let top = standing.ladder.last().cloned().unwrap_or_default();
        if standing.confirmed.as_deref() == Some(top.as_str()) {
            return;
        }
        let next = standing.rank(standing.confirmed.as_deref()).max(1);
        let closed = standing.possible == standing.ladder.first().cloned().unwrap_or_default();
        let root = if closed { Some("closed".to_owned()) } else { standing.ladder.get(next).cloned() };
        let Some(root) = root else { return };
        let mut reasons: Vec<(Status, String)> = Vec::new();
        self.leaves(&format!("spectrum.{root}"), closed, &mut reasons);
        self.blank();
        if let Some(kinds) = self.but_for_terms() {
            self.line("Open source", &format!("but for its terms ({kinds}): all else that the top level asks is met, at least by the publisher's word."));
        }
        let said = standing.rank(standing.declared.as_deref()) > standing.rank(standing.confirmed.as_deref());
        let label = match (closed, said) {
            (true, _) => "Why",
            (false, true) => "To confirm",
            (false, false) => "Next level",
        };
        let head = match (closed, said) {
            (true, _) => String::new(),
            (false, true) => format!("{}; only said so far, or not shown:", words::level(&root)),
            (false, false) => format!("{}; not shown yet:", words::level(&root)),
        };
        let mut first = true;
        if !head.is_empty() {
            self.line(label, &head);
            first = false;
        }
        for (status, text) in reasons.iter().take(6) {
            let mark = if *status == Status::NotMet {
                self.paint.apply(Style::Bad, "×")
            } else {
                self.paint.apply(Style::Doubt, "?")
            };
            let mark = if closed { String::new() } else { format!("{mark} ") };
            self.line(if first { label } else { "" }, &format!("{mark}{text}"));
            first = false;
        }
    }

    /// What alone keeps the release from the top level, when that is its terms: the kinds of restriction.
    fn but_for_terms(&self) -> Option<String> {
        let mut leaves = Vec::new();
        self.probed("spectrum.open-source", &mut leaves);
        let failing: Vec<&Verdict> = leaves.into_iter().filter(|verdict| verdict.declared != Status::Met).collect();
        let terms = |verdict: &&Verdict| {
            verdict.declared == Status::NotMet
                && (verdict.requirement.ends_with("-terms") || verdict.requirement.ends_with("licence"))
        };
        if failing.is_empty() || !failing.iter().all(terms) {
            return None;
        }
        let notes = failing.iter().filter_map(|verdict| match &verdict.reason {
            Reason::Probed { declared, .. } => {
                Some(declared.explanation().trim_start_matches("restricted: ").to_owned())
            }
            Reason::Composed { .. } => None,
        });
        Some(notes.collect::<Vec<_>>().join("; "))
    }

    fn probed<'v>(&'v self, root: &str, out: &mut Vec<&'v Verdict>) {
        let Some((_, verdict)) = self.assessment.verdicts.find(root) else { return };
        match &verdict.reason {
            Reason::Composed { parts, .. } => {
                for part in parts.iter().filter_map(|part| self.assessment.verdicts.get(*part)) {
                    self.probed(&part.requirement, out);
                }
            }
            Reason::Probed { .. } => out.push(verdict),
        }
    }

    /// The probed requirements under a root that are not met, or not known; for `closed`, those met.
    fn leaves(&self, root: &str, met: bool, out: &mut Vec<(Status, String)>) {
        let Some((_, verdict)) = self.assessment.verdicts.find(root) else { return };
        match &verdict.reason {
            Reason::Composed { parts, .. } => {
                for part in parts {
                    if let Some(part) = self.assessment.verdicts.get(*part) {
                        self.leaves(&part.requirement, met, out);
                    }
                }
            }
            Reason::Probed { confirmed, declared, .. } => {
                let wanted = if met { declared.status() == Status::Met } else { confirmed.status() != Status::Met };
                if !wanted {
                    return;
                }
                let said = !met && confirmed.status() == Status::Unknown && declared.status() == Status::Met;
                let note = [confirmed.explanation(), declared.explanation()].into_iter().find(|note| !note.is_empty());
                let mut text = if met { verdict.title.clone() } else { lower(&verdict.title) };
                if let Some(note) = note {
                    text = format!("{text} ({note})");
                } else if said {
                    text.push_str(" (only by the publisher's word)");
                }
                if met {
                    let places = declared
                        .grounds()
                        .iter()
                        .filter_map(|ground| crate::evidence::ground_place(&self.assessment.inventory, ground));
                    if let Some(place) = places.map(|place| words::place(self.sheet, &place)).next() {
                        text.push_str(&format!("  [{place}]"));
                    }
                }
                if !out.iter().any(|(_, known)| *known == text) {
                    out.push((confirmed.status(), text));
                }
                out.sort_by_key(|(status, _)| *status != Status::NotMet);
            }
        }
    }

    fn components(&mut self, details: bool) {
        self.blank();
        self.line(
            "Components",
            &self.paint.apply(Style::Faint, &words::LEGEND.replace("  ", "\u{a0} ").replace("● ", "●\u{a0}")),
        );
        for group in Group::ALL {
            let mut cells = Vec::new();
            for component in Component::ALL.iter().filter(|component| component.group() == group) {
                let (presence, basis, _) = self.assessment.inventory.presence(*component);
                let known = !matches!(presence, Presence::Unknown | Presence::Absent);
                if known || details || ALWAYS.contains(component) {
                    let (mark, style) = words::mark(presence, basis);
                    let name = short(*component).replace(' ', "\u{a0}");
                    cells.push(format!("{}\u{a0}{name}\u{a0}", self.paint.apply(style, mark)));
                }
            }
            self.line(&format!("  {}", group.as_str()), &cells.join(" "));
        }
        self.out = self.out.replace('\u{a0}', " ");
    }

    fn terms(&mut self) {
        self.blank();
        for (scope, name) in [(Scope::Model, "weights"), (Scope::Code, "code"), (Scope::Data, "data")] {
            let Some(terms) = self.assessment.inventory.scope(scope) else { continue };
            let text = match terms_words(self.sheet, self.assessment, terms) {
                Some(text) => text,
                None if scope == Scope::Model => "none found".to_owned(),
                None => continue,
            };
            self.line(&format!("Terms: {name}"), &text);
        }
        let Some(terms) = self.assessment.inventory.model_terms() else { return };
        let mut first = true;
        for (kind, term) in distinct(&terms.restrictions) {
            let place = term
                .clause
                .as_ref()
                .map(|place| format!("  [{}]", words::place(self.sheet, place)))
                .unwrap_or_default();
            let via = match term.via {
                candor_assess::Via::Base => "  (from the base model)",
                candor_assess::Via::Licence if place.is_empty() => "  (by the licence's name)",
                _ => "",
            };
            let number = term.value.filter(|_| !term.note.chars().any(|c| c.is_ascii_digit()));
            let number = number.map(|value| format!(" ({})", words::parameters(value))).unwrap_or_default();
            let kind = self.paint.apply(Style::Bad, kind);
            self.line(if first { "Restrictions" } else { "" }, &format!("{kind}: {}{number}{via}{place}", term.note));
            first = false;
        }
    }

    fn claims(&mut self) {
        let mut first = true;
        for claim in &self.assessment.claims {
            let places: Vec<String> = claim
                .facts
                .iter()
                .take(2)
                .filter_map(|id| self.sheet.fact(*id))
                .map(|fact| words::place(self.sheet, &fact.evidence))
                .collect();
            let verdict = match claim.holds {
                Holds::Yes => self.paint.apply(Style::Good, "holds"),
                Holds::No => self.paint.apply(Style::Bad, "does not hold"),
                Holds::Unknown => self.paint.apply(Style::Doubt, "not shown"),
            };
            let why = match (claim.holds, claim.why.first()) {
                (Holds::No, Some(why)) if claim.claim != OpennessClaim::CommercialUse => format!(": see {why}"),
                _ => String::new(),
            };
            if first {
                self.blank();
            }
            let text = format!("\"{}\" {verdict}{why}  [{}]", claim.claim, places.join(", "));
            self.line(if first { "Claims" } else { "" }, &text);
            first = false;
        }
    }

    fn answers(&mut self) {
        self.blank();
        for answer in &self.assessment.answers {
            let question =
                QUESTIONS.iter().find(|(id, _)| *id == answer.question).map_or(answer.question, |(_, text)| text);
            let (word, style) = words::answer(answer.answer);
            let head = format!("{question} {}", self.paint.apply(style, word));
            let text = format!("{head}: {}.", answer.why.trim_end_matches('.'));
            for (at, line) in wrap(&text, self.paint.width.saturating_sub(2)).iter().enumerate() {
                self.out.push_str(if at == 0 { "" } else { "  " });
                self.out.push_str(line);
                self.out.push('\n');
            }
        }
    }

    /// Decisions of law in one sentence each, with the way to the whole page.
    fn law(&mut self) {
        for decided in &self.assessment.decisions {
            let text =
                format!("{}  (candor explain … {})", crate::duties::decision_sentence(decided), decided.framework);
            self.blank();
            self.line(words::framework(&decided.framework), &text);
        }
    }

    fn unseen(&mut self, details: bool) {
        if self.sheet.gaps().is_empty() {
            return;
        }
        self.blank();
        let mut not_fetched = 0;
        let mut others: Vec<String> = Vec::new();
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for gap in self.sheet.gaps() {
            if gap.reason == GapReason::NotFetched && !details {
                not_fetched += 1;
            } else {
                *named.entry(gap.reason.as_str()).or_default() += 1;
                others.push(format!("{}: {}", gap.path, gap.reason));
            }
        }
        let shown = if details { others.len() } else { 4 };
        let mut first = true;
        for other in others.iter().take(shown) {
            self.line(if first { "Not seen" } else { "" }, other);
            first = false;
        }
        if others.len() > shown {
            self.line("", &format!("and {} more; `-v` shows all", others.len() - shown));
        }
        if not_fetched > 0 {
            let files = if not_fetched == 1 { "file is" } else { "files are" };
            self.line(
                if first { "Not seen" } else { "" },
                &format!("{not_fetched} {files} listed and not here; `-v` names them"),
            );
        }
    }
}

/// `open weights` with what is confirmed, declared and possible, said once where they agree.
pub(crate) fn standing_words(standing: &Standing, paint: Paint) -> String {
    let name = |level: Option<&str>| level.map_or("unknown".to_owned(), words::level);
    let (confirmed, declared) = (standing.confirmed.as_deref(), standing.declared.as_deref());
    let bold = |text: String| paint.apply(Style::Heading, &text);
    let mut text = match (confirmed, declared) {
        (None, None) => format!("{}: nothing here supports any level", bold("unknown".to_owned())),
        (Some(level), declared) if declared == confirmed => format!("{} (confirmed)", bold(words::level(level))),
        (None, Some(level)) => format!("{} (by the publisher's word; nothing confirmed)", bold(words::level(level))),
        (Some(level), said) => {
            format!("{} (confirmed); {} by the publisher's word", bold(words::level(level)), name(said))
        }
    };
    let reached = standing.rank(confirmed).max(standing.rank(declared));
    if standing.rank(Some(&standing.possible)) > reached {
        text.push_str(&format!("; up to {} not ruled out", words::level(&standing.possible)));
    } else if reached > 0 && reached < standing.ladder.len() {
        text.push_str("; higher levels are ruled out");
    }
    text
}

fn lower(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

/// A component's name in a strip.
pub(crate) fn short(component: Component) -> &'static str {
    match component {
        Component::WeightsBaseFinal => "base",
        Component::WeightsEndFinal => "final",
        Component::WeightsIntermediate => "checkpoints",
        Component::WeightsOptimizerState => "optimizer state",
        Component::WeightsQuantisedVariants => "quantised",
        Component::CodePretraining => "pre-training",
        Component::CodePosttraining => "post-training",
        Component::CodeInference => "inference",
        Component::CodeArchitecture => "architecture",
        Component::CodeDataProcessing => "data processing",
        Component::CodeEvaluation => "evaluation",
        Component::CodeValidationTesting => "tests",
        Component::CodeSupportingLibs => "environment",
        Component::ConfigHyperparameters => "settings",
        Component::ConfigModelMetadata => "config",
        Component::DataPretraining => "pre-training data",
        Component::DataSft => "tuning data",
        Component::DatainfoDescription => "description",
        Component::DatainfoComposition => "composition",
        Component::DatainfoLabelling => "labelling",
        Component::DatainfoSynthetic => "synthetic data",
        Component::DatainfoPersonalData => "personal data",
        Component::DatainfoCrawlOptout => "opt-outs",
        Component::DatainfoUnshareable => "unshareable data",
        Component::DocComputeHardware => "compute",
        Component::DocCodeDocs => "code docs",
        other => other.title(),
    }
}

/// The licence of a scope in words: concluded, declared, conflict.
pub(crate) fn terms_words(sheet: &FactSheet, assessment: &Assessment<'_>, terms: &Terms) -> Option<String> {
    let at = |id| assessment.inventory.fact(id).map(|fact| words::place(sheet, &fact.evidence));
    let concluded = terms.concluded.as_ref().map(ToString::to_string);
    let mut text = match (&concluded, terms.texts.first(), terms.declared.first()) {
        (Some(name), Some(text), _) => format!("{name}, text read  [{}]", at(*text)?),
        (Some(name), None, Some(said)) => format!("{name}, by name only  [{}]", at(*said)?),
        _ => match (terms.written.as_ref(), terms.declared.first(), terms.unread.first()) {
            (Some(written), Some(said), _) => format!("\"{written}\", which is no known licence  [{}]", at(*said)?),
            (_, _, Some(unread)) => format!("a text of its own, judged by nobody  [{}]", at(*unread)?),
            _ => return None,
        },
    };
    if let Some((one, other)) = terms.conflict {
        text.push_str(&format!("; disagrees with [{}]", at(other).or_else(|| at(one))?));
    }
    if terms.unread.iter().any(|id| terms.texts.contains(id)) {
        text.push_str("; words in it that nobody has judged");
    }
    Some(text)
}

/// Restrictions by kind, the best-evidenced of each.
fn distinct(terms: &[Term]) -> Vec<(&'static str, &Term)> {
    let mut list: Vec<(&'static str, &Term)> = Vec::new();
    for term in terms {
        let read = |term: &Term| matches!(term.clause.as_ref().map(|clause| &clause.place), Some(Place::Span { .. }));
        match list.iter_mut().find(|(kind, _)| *kind == term.kind.as_str()) {
            Some((_, known)) if !read(known) && read(term) => *known = term,
            Some(_) => {}
            None => list.push((term.kind.as_str(), term)),
        }
    }
    list
}
