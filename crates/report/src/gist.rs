//! What a person should understand in ten seconds, worked out once for every format that people read.

use crate::evidence::ground_place;
use crate::words;
use candor_assess::{Assessment, ClaimHeld, Presence, Reason, Scorecard, Standing, Status, Term, Terms, Verdict, Via};
use candor_facts::{Component, Evidence, FactSheet, GapReason, Group, Place};

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

/// Whether a component belongs to the strip: something is known of it, or people look for it.
pub(crate) fn shown(component: Component, presence: Presence) -> bool {
    !matches!(presence, Presence::Unknown | Presence::Absent) || ALWAYS.contains(&component)
}

/// The components of a group.
pub(crate) fn group(group: Group) -> impl Iterator<Item = Component> {
    Component::ALL.iter().copied().filter(move |component| component.group() == group)
}

/// Which question a [`Next`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Why it is closed.
    Closed,
    /// What is only said so far of the level that the publisher's word gives.
    Confirm,
    /// What is missing for the level above.
    Higher,
}

/// Why a release stands where it stands, and not higher.
pub(crate) struct Next {
    pub(crate) ask: Ask,
    /// The level in question; for [`Ask::Closed`], that it is closed.
    pub(crate) level: String,
    /// What decides, most decided first.
    pub(crate) reasons: Vec<Deciding>,
    /// What alone keeps it from the top level, when that is its terms: their restrictions.
    pub(crate) but_for: Option<String>,
}

/// A requirement that decides.
pub(crate) struct Deciding {
    pub(crate) status: Status,
    /// The demand, and why it is not met.
    pub(crate) text: String,
    pub(crate) requirement: String,
    /// Where that stands, for what is met.
    pub(crate) place: Option<Evidence>,
}

/// What keeps a release from the next level of the spectrum; `None` at its top.
pub(crate) fn next(assessment: &Assessment<'_>) -> Option<Next> {
    let standing = assessment.standings.iter().find(|standing| standing.framework == "spectrum")?;
    let top = standing.ladder.last().cloned().unwrap_or_default();
    if standing.confirmed.as_deref() == Some(top.as_str()) {
        return None;
    }
    let next = standing.rank(standing.confirmed.as_deref()).max(1);
    let closed = standing.possible == standing.ladder.first().cloned().unwrap_or_default();
    let root = if closed { "closed".to_owned() } else { standing.ladder.get(next).cloned()? };
    let said = standing.rank(standing.declared.as_deref()) > standing.rank(standing.confirmed.as_deref());
    let ask = match (closed, said) {
        (true, _) => Ask::Closed,
        (false, true) => Ask::Confirm,
        (false, false) => Ask::Higher,
    };
    let mut reasons = Vec::new();
    deciding(assessment, &format!("spectrum.{root}"), closed, &mut reasons);
    reasons.sort_by_key(|reason| reason.status != Status::NotMet);
    Some(Next { ask, level: root, reasons, but_for: but_for_terms(assessment) })
}

/// The probed requirements under a root that are not met, or not known; for `met`, those met.
fn deciding(assessment: &Assessment<'_>, root: &str, met: bool, out: &mut Vec<Deciding>) {
    for verdict in probed(assessment, root) {
        let Reason::Probed { confirmed, declared, .. } = &verdict.reason else { continue };
        let wanted = if met { declared.status() == Status::Met } else { confirmed.status() != Status::Met };
        if !wanted {
            continue;
        }
        let said = !met && confirmed.status() == Status::Unknown && declared.status() == Status::Met;
        let note = [confirmed.explanation(), declared.explanation()].into_iter().find(|note| !note.is_empty());
        let mut text = if met { verdict.title.clone() } else { lower(&verdict.title) };
        if let Some(note) = note {
            text = format!("{text} ({note})");
        } else if said {
            text.push_str(" (only by the publisher's word)");
        }
        let mut grounds = declared.grounds().iter().filter_map(|ground| ground_place(&assessment.inventory, ground));
        let place = if met { grounds.next() } else { None };
        if !out.iter().any(|known| known.text == text) {
            out.push(Deciding { status: confirmed.status(), text, requirement: verdict.requirement.clone(), place });
        }
    }
}

/// The probed requirements below one, in the order of the tree.
fn probed<'v>(assessment: &'v Assessment<'_>, root: &str) -> Vec<&'v Verdict> {
    let mut out: Vec<&Verdict> = Vec::new();
    let mut left = vec![root.to_owned()];
    while let Some(id) = left.pop() {
        let Some((_, verdict)) = assessment.verdicts.find(&id) else { continue };
        match &verdict.reason {
            Reason::Composed { parts, .. } => {
                let parts = parts.iter().rev().filter_map(|part| assessment.verdicts.get(*part));
                left.extend(parts.map(|part| part.requirement.clone()));
            }
            Reason::Probed { .. } if !out.iter().any(|known| known.requirement == verdict.requirement) => {
                out.push(verdict);
            }
            Reason::Probed { .. } => {}
        }
    }
    out
}

/// What alone keeps the release from the top level, when that is its terms: the kinds of restriction.
fn but_for_terms(assessment: &Assessment<'_>) -> Option<String> {
    let leaves = probed(assessment, "spectrum.open-source");
    let failing: Vec<&Verdict> = leaves.into_iter().filter(|verdict| verdict.declared != Status::Met).collect();
    let terms = |verdict: &&Verdict| {
        verdict.declared == Status::NotMet
            && (verdict.requirement.ends_with("-terms") || verdict.requirement.ends_with("licence"))
    };
    if failing.is_empty() || !failing.iter().all(terms) {
        return None;
    }
    let notes = failing.iter().filter_map(|verdict| match &verdict.reason {
        Reason::Probed { declared, .. } => Some(declared.explanation().trim_start_matches("restricted: ").to_owned()),
        Reason::Composed { .. } => None,
    });
    Some(notes.collect::<Vec<_>>().join("; "))
}

/// A place on a ladder in words.
pub(crate) struct StandingWords {
    /// The level that is confirmed, or else said; `unknown` when there is none.
    pub(crate) level: String,
    /// By whose word it stands there; empty when it stands nowhere.
    pub(crate) by: &'static str,
    /// What is only said, and what is still open or ruled out.
    pub(crate) rest: Vec<String>,
}

/// The place of a release on a ladder, said once where confirmed, declared and possible agree.
pub(crate) fn standing(standing: &Standing) -> StandingWords {
    let (confirmed, declared) = (standing.confirmed.as_deref(), standing.declared.as_deref());
    let say = |level: &str| words::level_of(&standing.framework, level);
    let mut rest = Vec::new();
    let (level, by) = match (confirmed, declared) {
        (None, None) => {
            rest.push("nothing here supports any level".to_owned());
            ("unknown".to_owned(), "")
        }
        (None, Some(level)) => (say(level), "by the publisher's word; nothing confirmed"),
        (Some(level), said) => {
            if said != confirmed {
                let said = said.map_or("unknown".to_owned(), say);
                rest.push(format!("{said} by the publisher's word"));
            }
            (say(level), "confirmed")
        }
    };
    let reached = standing.rank(confirmed).max(standing.rank(declared));
    if standing.rank(Some(&standing.possible)) > reached {
        rest.push(format!("up to {} not ruled out", say(&standing.possible)));
    } else if reached > 0 && reached < standing.ladder.len() {
        rest.push("higher levels are ruled out".to_owned());
    }
    StandingWords { level, by, rest }
}

/// `8 to 20 of 24`: what is shown, and what nothing refutes, of a framework's own count.
pub(crate) fn tally(card: &Scorecard) -> (String, String) {
    let (least, said, most) = card.tally();
    let of = card.of();
    let shown = if least == most { format!("{least} of {of}") } else { format!("{least} to {most} of {of}") };
    let known = card.graded.iter().filter(|one| one.confirmed == Some(one.possible)).count();
    let mut rest = format!("{known} of {} dimensions decided", card.graded.len());
    if said > least {
        rest = format!("{said} by the publisher's word; {rest}");
    }
    (shown, rest)
}

/// A claim as part of an identifier: one word of letters, digits and hyphens.
/// `number` is that of the claim, which tells claims about several bases apart.
pub(crate) fn claim_id(number: usize, claim: &ClaimHeld) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let id: String = claim.claim.chars().map(plain).collect();
    if claim.note.is_empty() { id } else { format!("{id}-{number}") }
}

/// What decides on a claim: requirements, or what was found.
pub(crate) fn decided_by(claim: &ClaimHeld) -> String {
    if claim.note.is_empty() { format!("decided by {}", claim.why.join(", ")) } else { claim.note.clone() }
}

/// Restrictions by kind, the best-evidenced of each.
pub(crate) fn restrictions<'t>(assessment: &'t Assessment<'_>) -> Vec<&'t Term> {
    let mut list: Vec<&Term> = Vec::new();
    for term in assessment.inventory.model_terms().iter().flat_map(|terms| &terms.restrictions) {
        let read = |term: &Term| matches!(term.clause.as_ref().map(|clause| &clause.place), Some(Place::Span { .. }));
        match list.iter_mut().find(|known| known.kind == term.kind) {
            Some(known) if !read(known) && read(term) => *known = term,
            Some(_) => {}
            None => list.push(term),
        }
    }
    list
}

/// What a restriction means, with its number and where it comes from.
pub(crate) fn restriction(term: &Term) -> String {
    let number = term.value.filter(|_| !term.note.chars().any(|c| c.is_ascii_digit()));
    let number = number.map(|value| format!(" ({})", words::grouped(value))).unwrap_or_default();
    let via = match term.via {
        Via::Base => " (from the base model)",
        Via::Licence if term.clause.is_none() => " (by the licence's name)",
        Via::Licence | Via::Text => "",
    };
    format!("{}{number}{via}", term.note)
}

/// The licence of a scope in words: concluded, declared, conflict. Places stand in brackets.
pub(crate) fn terms(sheet: &FactSheet, assessment: &Assessment<'_>, terms: &Terms) -> Option<String> {
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

/// What could not be seen: files that are listed and not here, and the rest, each with its reason.
pub(crate) struct Unseen {
    pub(crate) not_fetched: Vec<String>,
    pub(crate) others: Vec<String>,
}

pub(crate) fn unseen(sheet: &FactSheet) -> Unseen {
    let mut unseen = Unseen { not_fetched: Vec::new(), others: Vec::new() };
    for gap in candor_assess::View::of(sheet).gaps() {
        match gap.reason {
            GapReason::NotFetched => unseen.not_fetched.push(words::path(sheet, gap.part, gap.path.as_str())),
            _ => unseen.others.push(format!("{}: {}", words::path(sheet, gap.part, gap.path.as_str()), gap.reason)),
        }
    }
    unseen
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
