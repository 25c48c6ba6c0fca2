//! The verdict on one screen.

use crate::format::{Format, Options, Several, Subject};
use crate::gist::{self, Ask};
use crate::layout::{Paint, Style, beside, wrap};
use crate::words;
use candor_assess::{Assessment, Holds, QUESTIONS, Scope, Status};
use candor_facts::{Claim, FactSheet, Group, OpennessClaim, Role};

/// Text for people: the verdict on one screen.
pub(crate) const FORMAT: Format = Format {
    id: "human",
    media_type: "text/plain; charset=utf-8",
    ends: "",
    purpose: "Text for people",
    people: true,
    several: Several::Yes,
    assess: Some(assess),
    compare: Some(crate::compare::compare),
    explain: Some(crate::explain::explain),
};

/// Column at which texts begin.
const LABEL: usize = 16;
/// Column at which texts begin where the screen is narrow.
const NARROW_LABEL: usize = 4;
/// Reasons shown on one screen.
const SHOWN: usize = 6;
/// Screens below this width put labels above texts.
const NARROW: usize = 60;

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

fn assess(subjects: &[Subject<'_, '_>], options: &Options<'_>) -> String {
    let texts = subjects.iter().map(|subject| human(subject.sheet, subject.assessment, options.paint, options.detail));
    texts.collect::<Vec<_>>().join("\n")
}

/// The report that a terminal shows.
fn human(sheet: &FactSheet, assessment: &Assessment<'_>, paint: Paint, detail: Detail) -> String {
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
    page.compute();
    page.pickles();
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
    /// A label and a text beside it; on a narrow screen, the text below the label.
    fn line(&mut self, label: &str, text: &str) {
        let head = self.paint.apply(Style::Heading, label);
        if self.paint.width >= NARROW {
            beside(&mut self.out, &head, LABEL, text, self.paint.width);
            return;
        }
        if !label.is_empty() {
            self.out.push_str(&head);
            self.out.push('\n');
        }
        beside(&mut self.out, "", NARROW_LABEL, text, self.paint.width);
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn title(&mut self) {
        let release = &self.sheet.release;
        let mut title = self.paint.apply(Style::Heading, &release.id);
        let model = self.sheet.own_parts().iter().find(|part| part.role == Role::Model && part.revision.is_some());
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
            let words = gist::standing(standing);
            let mut text = self.paint.apply(Style::Heading, &words.level);
            if !words.by.is_empty() {
                text.push_str(&format!(" ({})", words.by));
            }
            for (at, rest) in words.rest.iter().enumerate() {
                text.push_str(if at == 0 && words.by.is_empty() { ": " } else { "; " });
                text.push_str(rest);
            }
            self.line(words::framework(&standing.framework), &text);
        }
        for card in &self.assessment.scorecards {
            let (shown, rest) = gist::tally(card);
            let text = format!("{} ({rest})", self.paint.apply(Style::Heading, &shown));
            self.line(words::framework(&card.framework), &text);
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
        let Some(next) = gist::next(self.assessment) else { return };
        self.blank();
        if let Some(kinds) = &next.but_for {
            self.line("Open source", &format!("but for its terms ({kinds}): all else that the top level asks is met, at least by the publisher's word."));
        }
        let level = words::level(&next.level);
        let (label, head) = match next.ask {
            Ask::Closed => ("Why", String::new()),
            Ask::Confirm => ("To confirm", format!("{level}; only said so far, or not shown:")),
            Ask::Higher => ("Next level", format!("{level}; not shown yet:")),
        };
        let mut first = true;
        if !head.is_empty() {
            self.line(label, &head);
            first = false;
        }
        for reason in next.reasons.iter().take(SHOWN) {
            let mark = match (next.ask, reason.status) {
                (Ask::Closed, _) => String::new(),
                (_, Status::NotMet) => format!("{} ", self.paint.apply(Style::Bad, "×")),
                _ => format!("{} ", self.paint.apply(Style::Doubt, "?")),
            };
            let place = reason.place.as_ref().map(|place| format!("  [{}]", words::place(self.sheet, place)));
            self.line(if first { label } else { "" }, &format!("{mark}{}{}", reason.text, place.unwrap_or_default()));
            first = false;
        }
        if next.reasons.len() > SHOWN {
            let more = next.reasons.len() - SHOWN;
            self.line("", &format!("and {more} more; `candor explain … spectrum.{}` shows all", next.level));
        }
    }

    fn components(&mut self, details: bool) {
        self.blank();
        let pairs = words::LEGEND.split("  ").map(|pair| pair.replace(' ', "\u{a0}"));
        let legend = pairs.collect::<Vec<_>>().join("\u{a0} ");
        self.line("Components", &self.paint.apply(Style::Faint, &legend));
        for group in Group::ALL {
            let mut cells = Vec::new();
            for component in gist::group(group) {
                let (presence, basis, _) = self.assessment.inventory.presence(component);
                if details || gist::shown(component, presence) {
                    let (mark, style) = words::mark(presence, basis);
                    let name = gist::short(component).replace(' ', "\u{a0}");
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
            let text = match gist::terms(self.sheet, self.assessment, terms) {
                Some(text) => text,
                None if scope == Scope::Model => "none found".to_owned(),
                None => continue,
            };
            self.line(&format!("Terms: {name}"), &text);
        }
        for (at, term) in gist::restrictions(self.assessment).into_iter().enumerate() {
            let place = term.clause.as_ref().map(|place| format!("  [{}]", words::place(self.sheet, place)));
            let kind = self.paint.apply(Style::Bad, term.kind.as_str());
            let text = format!("{kind}: {}{}", gist::restriction(term), place.unwrap_or_default());
            self.line(if at == 0 { "Restrictions" } else { "" }, &text);
        }
    }

    /// The computing of training, where it can be told: the statement with the most.
    fn compute(&mut self) {
        let told = self.sheet.own_facts().filter_map(|(_, fact)| match &fact.claim {
            Claim::Compute { lower, upper, formula, .. } => Some((*lower, *upper, formula, &fact.evidence)),
            _ => None,
        });
        let Some((lower, upper, formula, place)) = told.max_by_key(|(lower, ..)| *lower) else { return };
        let amount = match upper {
            Some(upper) if upper == lower => format!("{lower} FLOP"),
            Some(upper) => format!("{lower} to {upper} FLOP"),
            None => format!("at least {lower} FLOP"),
        };
        let (formula, place) = (formula.split(':').next().unwrap_or_default(), words::place(self.sheet, place));
        self.line("Compute", &format!("{amount} ({formula})  [{place}]"));
    }

    /// Files that may run code when they are loaded; one line each, and one for all that are inert.
    fn pickles(&mut self) {
        let (mut inert, mut others) = (0, Vec::new());
        for fact in self.assessment.inventory.weights.pickles.iter().filter_map(|id| self.sheet.fact(*id)) {
            match &fact.claim {
                Claim::Pickle { offence: None, .. } => inert += 1,
                Claim::Pickle { offence: Some(offence), .. } => others.push((offence, &fact.evidence)),
                _ => {}
            }
        }
        let mut label = "Pickles";
        for (offence, place) in others.iter().take(3) {
            let mark = self.paint.apply(Style::Bad, "not provably inert");
            let place = words::place(self.sheet, place);
            let text = format!(
                "{mark}: loading it may run code; {} at {}: {}  [{place}]",
                offence.opcode, offence.at, offence.what
            );
            self.line(label, &text);
            label = "";
        }
        if others.len() > 3 {
            self.line(label, &format!("and {} more files that are not provably inert", others.len() - 3));
            label = "";
        }
        if inert > 0 {
            let files = if inert == 1 { "1 file is".to_owned() } else { format!("{inert} files are") };
            self.line(label, &format!("{files} inert: loading builds values and runs nothing else"));
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
                (Holds::No, Some(why)) if claim.claim != OpennessClaim::CommercialUse.as_str() => {
                    format!(": see {why}")
                }
                _ if !claim.note.is_empty() => format!(": {}", claim.note),
                _ => String::new(),
            };
            if first {
                self.blank();
            }
            // What it calls itself stands in its own words; what it names as its bases, in ours.
            let said = if claim.note.is_empty() { format!("\"{}\"", claim.claim) } else { claim.claim.clone() };
            let text = format!("{said} {verdict}{why}  [{}]", places.join(", "));
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
        let inventory = &self.assessment.inventory;
        if inventory.view.gaps().next().is_none() {
            return;
        }
        self.blank();
        let unseen = gist::unseen(self.sheet);
        let mut others = unseen.others;
        let mut not_fetched = unseen.not_fetched;
        if details {
            others.extend(not_fetched.drain(..).map(|path| format!("{path}: listed, not fetched")));
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
        if !not_fetched.is_empty() {
            let count = not_fetched.len();
            let files = if count == 1 { "file is" } else { "files are" };
            let text = format!("{count} {files} listed and not here; `-v` names them");
            self.line(if first { "Not seen" } else { "" }, &text);
        }
    }
}
