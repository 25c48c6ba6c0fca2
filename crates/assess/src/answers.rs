//! What openness changes for the user: seven questions, answered from the same facts.

use crate::inventory::{Inventory, Presence};
use crate::status::Status;
use crate::terms::{Freedoms, Term, Terms};
use crate::verdict::{Ground, Verdicts};
use candor_facts::{Basis, Claim, Component, FactId, TermKind};
use candor_license::Freedom;

/// The questions, in order, with how each is put to a reader.
pub const QUESTIONS: &[(&str, &str)] = &[
    ("commercial-use", "May I use it commercially?"),
    ("modify-and-share", "May I change it and pass it on?"),
    ("verify-integrity", "Can I verify that these are the published weights?"),
    ("reproduce", "Can I reproduce it from scratch?"),
    ("audit", "Can I audit what it learned from?"),
    ("build-equivalent", "Can a competitor build an equivalent?"),
    ("regulation", "Can this release serve regulatory documentation?"),
];

/// An answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerWord {
    /// Yes.
    Yes,
    /// Yes, within limits.
    WithLimits,
    /// No.
    No,
    /// It cannot be said.
    Unknown,
}

impl AnswerWord {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::WithLimits => "with-limits",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// An answer with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The id of the question.
    pub question: &'static str,
    /// The answer.
    pub answer: AnswerWord,
    /// Why, in one sentence.
    pub why: String,
    /// What it rests on.
    pub grounds: Vec<Ground>,
}

/// Answer all questions.
pub(crate) fn answer(inventory: &Inventory<'_>, verdicts: &Verdicts) -> Vec<Answer> {
    vec![
        use_commercially(inventory, verdicts),
        modify_and_share(inventory, verdicts),
        verify(inventory),
        reproduce(inventory, verdicts),
        audit(inventory, verdicts),
        equivalent(inventory, verdicts),
        regulation(inventory),
    ]
}

/// Whether there are no weights to do anything with.
fn closed(verdicts: &Verdicts) -> bool {
    verdicts.find("spectrum.closed").is_some_and(|(_, verdict)| verdict.declared == Status::Met)
}

/// The facts by which the publisher says that there is no more than an interface, or that the weights are kept back.
fn interface(inventory: &Inventory<'_>, verdicts: &Verdicts) -> Vec<Ground> {
    if !closed(verdicts) {
        return Vec::new();
    }
    let withheld = inventory.holding(Component::WeightsEndFinal).withheld;
    inventory.interface_only().into_iter().chain(withheld).map(Ground::Fact).collect()
}

/// What shows that the weights are not to be had.
fn without_weights(inventory: &Inventory<'_>, verdicts: &Verdicts) -> Vec<Ground> {
    let said = interface(inventory, verdicts);
    if said.is_empty() { inventory.weights.absence(inventory.view).unwrap_or_default() } else { said }
}

fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn grounds(terms: &[Term]) -> Vec<Ground> {
    terms.iter().map(|term| term.clause.clone().map_or(Ground::Fact(term.fact), Ground::Place)).collect()
}

/// What is asked in return, as the end of a sentence: names that must be used or shown in full, the rest by kind.
fn conditions(terms: &Terms) -> String {
    let mut words: Vec<&str> = Vec::new();
    for term in &terms.conditions {
        let word = match term.kind {
            TermKind::Naming | TermKind::Display => term.note.as_str(),
            kind => kind.as_str(),
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() { String::new() } else { format!(", on these conditions: {}", list(&words)) }
}

/// A terms question: `freedoms` asked for, `barring` kinds that mean no, all other limits mean within limits.
fn by_terms(
    inventory: &Inventory<'_>,
    verdicts: &Verdicts,
    question: &'static str,
    freedoms: &[Freedom],
    barring: &[TermKind],
) -> Answer {
    let answer = |answer, why: String, grounds| Answer { question, answer, why, grounds };
    if closed(verdicts) {
        // What nobody has cannot be changed; what its interface may be used for stands in a contract.
        let contract = freedoms.contains(&Freedom::Use) && !interface(inventory, verdicts).is_empty();
        let (word, why) = if contract {
            (AnswerWord::Unknown, "a contract for the interface decides, which is not among what was read")
        } else {
            (AnswerWord::No, "the weights are not published")
        };
        return answer(word, why.to_owned(), without_weights(inventory, verdicts));
    }
    let Some(terms) = inventory.model_terms() else {
        return answer(AnswerWord::Unknown, "no terms over the weights were found".to_owned(), Vec::new());
    };
    match terms.grant(freedoms, inventory.view) {
        Freedoms::Restricted(limits) => {
            let bars: Vec<Term> = limits.iter().filter(|term| barring.contains(&term.kind)).cloned().collect();
            let (word, shown) = if bars.is_empty() { (AnswerWord::WithLimits, limits) } else { (AnswerWord::No, bars) };
            let mut notes: Vec<&str> = Vec::new();
            let mut kinds: Vec<TermKind> = Vec::new();
            for term in &shown {
                if !kinds.contains(&term.kind) {
                    kinds.push(term.kind);
                    notes.push(&term.note);
                }
            }
            let under = if word == AnswerWord::No { String::new() } else { conditions(terms) };
            answer(word, format!("{}{under}", notes.join("; ")), grounds(&shown))
        }
        Freedoms::GrantedByText(facts) => {
            let name = terms.concluded.as_ref().map(ToString::to_string).unwrap_or_default();
            answer(
                AnswerWord::Yes,
                format!("{name}, read here, grants it{}", conditions(terms)),
                facts.into_iter().map(Ground::Fact).collect(),
            )
        }
        Freedoms::GrantedByName(facts) => {
            let name = terms.concluded.as_ref().map(ToString::to_string).unwrap_or_default();
            answer(
                AnswerWord::Yes,
                format!("{name} grants it, by the publisher's word; its text was not read here"),
                facts.into_iter().map(Ground::Fact).collect(),
            )
        }
        Freedoms::Unread(facts) => {
            let made_from = |id: &FactId| Some(inventory.fact(*id)?.claim.parent()?.0);
            let bases: Vec<&str> = facts.iter().filter_map(made_from).collect();
            let why = if !bases.is_empty() && bases.len() == facts.len() {
                format!("the terms of {}, which may reach what is made from it, are not known here", list(&bases))
            } else {
                "some of the terms are words that nobody has judged; read them".to_owned()
            };
            answer(AnswerWord::Unknown, why, facts.into_iter().map(Ground::Fact).collect())
        }
        Freedoms::NoTerms => answer(AnswerWord::Unknown, "no terms over the weights were found".to_owned(), Vec::new()),
    }
}

fn use_commercially(inventory: &Inventory<'_>, verdicts: &Verdicts) -> Answer {
    let barring = [TermKind::NonCommercial, TermKind::NoLicense];
    by_terms(inventory, verdicts, "commercial-use", &[Freedom::Use], &barring)
}

fn modify_and_share(inventory: &Inventory<'_>, verdicts: &Verdicts) -> Answer {
    let barring = [TermKind::NoModification, TermKind::NoRedistribution, TermKind::NoLicense];
    by_terms(inventory, verdicts, "modify-and-share", &[Freedom::Modify, Freedom::Share], &barring)
}

fn verify(inventory: &Inventory<'_>) -> Answer {
    let question = "verify-integrity";
    for id in &inventory.weights.digests {
        if let Some(Claim::DigestsPublished { files, of }) = inventory.fact(*id).map(|fact| &fact.claim) {
            let (answer, why) = if *files == *of && *of > 0 {
                (AnswerWord::Yes, format!("digests of all {of} weight files are published; no signature was checked"))
            } else if *files > 0 {
                (AnswerWord::WithLimits, format!("digests of {files} of {of} weight files are published"))
            } else {
                continue;
            };
            return Answer { question, answer, why, grounds: vec![Ground::Fact(*id)] };
        }
    }
    let why = "no digests or signatures of the weights were found".to_owned();
    Answer { question, answer: AnswerWord::Unknown, why, grounds: Vec::new() }
}

const REPRODUCE: &[(&str, &[Component])] = &[
    ("the training code", &[Component::CodePretraining]),
    ("the training data", &[Component::DataPretraining]),
    ("the training settings", &[Component::ConfigHyperparameters]),
];
const AUDIT: &[(&str, &[Component])] = &[
    ("the training data", &[Component::DataPretraining]),
    ("the training logs or intermediate checkpoints", &[Component::DocTrainingLogs, Component::WeightsIntermediate]),
];

/// A question answered by which components there are: all, some, or none.
fn rebuild(
    inventory: &Inventory<'_>,
    verdicts: &Verdicts,
    question: &'static str,
    wanted: &[(&str, &[Component])],
) -> Answer {
    let (mut here, mut said, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    let mut facts: Vec<FactId> = Vec::new();
    for (name, components) in wanted {
        let best = components
            .iter()
            .map(|component| inventory.presence(*component))
            .min_by_key(|(presence, basis, _)| (*presence, *basis == "declared"));
        match best {
            Some((Presence::Available, "observed", found)) => {
                here.push(*name);
                facts.extend(found.first());
            }
            Some((Presence::Available | Presence::Partial, _, found)) => {
                said.push(*name);
                facts.extend(found.first());
            }
            _ => missing.push(*name),
        }
    }
    let kept: Vec<Ground> = [Component::DataPretraining, Component::CodePretraining]
        .iter()
        .flat_map(|component| inventory.holding(*component).withheld)
        .map(Ground::Fact)
        .chain(interface(inventory, verdicts))
        .collect();
    if !kept.is_empty() {
        let why = "the publisher says that what is needed is kept back".to_owned();
        return Answer { question, answer: AnswerWord::No, why, grounds: kept };
    }
    let grounds = facts.into_iter().map(Ground::Fact).collect();
    let (answer, why) = if missing.is_empty() && said.is_empty() {
        (AnswerWord::Yes, format!("{} are here", list(&here)))
    } else if missing.is_empty() {
        (AnswerWord::WithLimits, format!("by the publisher's word {} can be had elsewhere", list(&said)))
    } else if question == "reproduce" {
        (AnswerWord::Unknown, format!("not found: {}", list(&missing)))
    } else {
        let found: Vec<&str> = here.iter().chain(&said).copied().collect();
        match found.as_slice() {
            [] => (AnswerWord::Unknown, format!("not found: {}", list(&missing))),
            some if here.is_empty() => (
                AnswerWord::WithLimits,
                format!("elsewhere, by the publisher's word: {}; not found: {}", list(some), list(&missing)),
            ),
            some => (AnswerWord::WithLimits, format!("found: {}; not found: {}", list(some), list(&missing))),
        }
    };
    Answer { question, answer, why, grounds }
}

fn audit(inventory: &Inventory<'_>, verdicts: &Verdicts) -> Answer {
    let mut answer = rebuild(inventory, verdicts, "audit", AUDIT);
    if answer.answer == AnswerWord::Yes {
        answer.why.push_str("; nobody searched it for this report");
    }
    answer
}

/// From what is here, and from what is said of runs that were made. A run by one whose key is trusted settles what was
/// only named; it does not bring what is missing, nor what is kept back. One that gave something else is a no.
fn reproduce(inventory: &Inventory<'_>, verdicts: &Verdicts) -> Answer {
    let mut answer = rebuild(inventory, verdicts, "reproduce", REPRODUCE);
    let runs = inventory.view.facts().filter_map(|(id, fact)| match &fact.claim {
        Claim::Reproduced { level, because, .. } => Some((id, &fact.evidence.basis, level.as_deref(), because)),
        _ => None,
    });
    // What speaks against comes first, then what is attested: no number of statements outvotes one run that failed.
    let first = runs.min_by_key(|(_, basis, level, _)| (level.is_some(), !basis.confirms(), std::cmp::Reverse(*level)));
    let Some((id, basis, level, because)) = first else {
        if answer.answer == AnswerWord::Yes {
            answer.why.push_str("; nobody ran it for this report");
        }
        return answer;
    };
    let who = match basis {
        Basis::Attested { by } => format!("by {by}"),
        Basis::Observed | Basis::Declared => "by a statement without a trusted signature".to_owned(),
    };
    let (word, run) = match level {
        None => {
            let word = if basis.confirms() { AnswerWord::No } else { AnswerWord::Unknown };
            (word, format!("a run gave something else, {who}: {because}"))
        }
        Some("R0") => (AnswerWord::Unknown, format!("a run could not be compared, {who}: {because}")),
        Some(level) => {
            let exact = matches!(level, "R4" | "R5");
            let word = match answer.answer {
                AnswerWord::WithLimits if basis.confirms() && exact => AnswerWord::Yes,
                AnswerWord::Yes if basis.confirms() && !exact => AnswerWord::WithLimits,
                other => other,
            };
            (word, format!("it was run, {who}: {level}, {because}"))
        }
    };
    // No statement of a run makes a no less.
    if answer.answer != AnswerWord::No {
        answer.answer = word;
    }
    answer.why = format!("{}; {run}", answer.why);
    answer.grounds.push(Ground::Fact(id));
    answer
}

fn equivalent(inventory: &Inventory<'_>, verdicts: &Verdicts) -> Answer {
    let question = "build-equivalent";
    if let Some(terms) = inventory.model_terms().filter(|_| !closed(verdicts)) {
        let bars: Vec<Term> =
            terms.restrictions.iter().filter(|term| term.kind == TermKind::NoCompetingModels).cloned().collect();
        if !bars.is_empty() {
            let why = "the terms forbid using it to make other models".to_owned();
            return Answer { question, answer: AnswerWord::WithLimits, why, grounds: grounds(&bars) };
        }
    }
    let Some((_, verdict)) = verdicts.find("osaid.data-information") else {
        return Answer { question, answer: AnswerWord::Unknown, why: "not assessed".to_owned(), grounds: Vec::new() };
    };
    let code = verdicts.find("osaid.training-code").map_or(Status::Unknown, |(_, verdict)| verdict.confirmed);
    let code_said = verdicts.find("osaid.training-code").map_or(Status::Unknown, |(_, verdict)| verdict.declared);
    let kept = interface(inventory, verdicts);
    if !kept.is_empty() {
        let why = "the publisher says that there is an interface only".to_owned();
        return Answer { question, answer: AnswerWord::No, why, grounds: kept };
    }
    let (answer, why) = if verdict.confirmed == Status::Met && code == Status::Met {
        (AnswerWord::Yes, "data information and training code are complete here")
    } else if verdict.declared == Status::Met && code_said == Status::Met {
        (AnswerWord::WithLimits, "data information and training code are complete by the publisher's word")
    } else {
        (AnswerWord::Unknown, "data information or training code were not found complete")
    };
    Answer { question, answer, why: why.to_owned(), grounds: Vec::new() }
}

/// Which documents that duties ask for are here. No duty is judged.
fn regulation(inventory: &Inventory<'_>) -> Answer {
    let asked = [
        ("a model card", Component::DocModelCard),
        ("a description of the training data", Component::DatainfoDescription),
        ("compute", Component::DocComputeHardware),
        ("evaluation results", Component::DocEvalResults),
    ];
    let (mut here, mut missing, mut facts) = (Vec::new(), Vec::new(), Vec::new());
    for (name, component) in asked {
        match inventory.presence(component) {
            (Presence::Available | Presence::Partial | Presence::Described, _, found) => {
                here.push(name);
                facts.extend(found.first().copied());
            }
            _ => missing.push(name),
        }
    }
    let why = match (here.as_slice(), missing.as_slice()) {
        ([], _) => "none of the documents that duties ask for was found".to_owned(),
        (some, []) => format!("found: {}; a copyright policy and a training summary must be asked for", list(some)),
        (some, none) => format!("found: {}; not found: {}", list(some), list(none)),
    };
    let answer = if here.is_empty() { AnswerWord::Unknown } else { AnswerWord::WithLimits };
    Answer { question: "regulation", answer, why, grounds: facts.into_iter().map(Ground::Fact).collect() }
}
