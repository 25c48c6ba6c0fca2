//! Decisions: questions in a fixed order that end in named outcomes, followed over every completion of what is
//! unknown.
//!
//! What cannot be answered is answered both ways. The outcome is decided only when all ways end in the same
//! one; an unknown never takes the favourable branch.

use crate::framework::{Framework, Reference};
use crate::status::Status;
use crate::verdict::Trust;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A tree of questions with named outcomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The steps, in order; the first that applies decides.
    pub steps: Vec<Step>,
    /// The outcomes, in the order in which they are reported.
    pub outcomes: Vec<Outcome>,
}

/// One step: when one of its alternatives holds, the decision ends here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Alternatives; each holds when all its questions are answered so. None at all: the step always applies.
    pub any: Vec<Vec<(String, bool)>>,
    /// The outcome.
    pub outcome: String,
    /// Where the step stands in the source.
    pub cite: String,
}

/// One outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its name.
    pub id: String,
    /// What it says, in our words.
    pub title: String,
    /// What to do or to watch then; may be empty.
    pub note: String,
}

/// What can still be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The outcomes, in the order of the file.
    pub outcomes: Vec<String>,
    /// Questions without an answer that can still make a difference, in the order of the steps.
    pub open: Vec<Open>,
}

/// A question without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The question.
    pub question: String,
    /// What could be reached if it were answered with yes.
    pub if_yes: Vec<String>,
    /// And with no.
    pub if_no: Vec<String>,
}

type Answers<'d> = BTreeMap<&'d str, bool>;

impl Decision {
    /// The questions that the steps ask, in order.
    pub fn questions(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.steps.iter().flat_map(|step| step.any.iter().flatten()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// The outcomes reached by some completion of the answers given, and the questions that the ways there ask.
    fn follow<'d>(&'d self, answers: &mut Answers<'d>) -> (BTreeSet<&'d str>, BTreeSet<&'d str>) {
        let (mut outcomes, mut asked) = (BTreeSet::new(), BTreeSet::new());
        self.step(0, answers, &mut outcomes, &mut asked);
        (outcomes, asked)
    }

    fn step<'d>(
        &'d self,
        at: usize,
        answers: &mut Answers<'d>,
        outcomes: &mut BTreeSet<&'d str>,
        asked: &mut BTreeSet<&'d str>,
    ) {
        let Some(step) = self.steps.get(at) else { return };
        match step.settle(answers) {
            Settled::Applies => {
                outcomes.insert(&step.outcome);
            }
            Settled::Passes => self.step(at + 1, answers, outcomes, asked),
            Settled::Open(question) => {
                asked.insert(question);
                for answer in [true, false] {
                    answers.insert(question, answer);
                    self.step(at, answers, outcomes, asked);
                    answers.remove(question);
                }
            }
        }
    }

    /// What can still be reached, and by which answers it would be narrowed.
    pub fn reach(&self, status: impl Fn(&str) -> Status) -> Reach {
        let mut answers: Answers<'_> = BTreeMap::new();
        for question in self.questions() {
            if let Some(answer) = definite(status(question)) {
                answers.insert(question, answer);
            }
        }
        let ordered = |found: &BTreeSet<&str>| -> Vec<String> {
            let known = self.outcomes.iter().map(|outcome| outcome.id.as_str());
            known.filter(|id| found.contains(id)).map(str::to_owned).collect()
        };
        let (found, asked) = self.follow(&mut answers);
        let mut open = Vec::new();
        for question in self.questions().into_iter().filter(|question| asked.contains(question)) {
            let mut with = |answer: bool| {
                answers.insert(question, answer);
                let (found, _) = self.follow(&mut answers);
                answers.remove(question);
                ordered(&found)
            };
            let (if_yes, if_no) = (with(true), with(false));
            open.push(Open { question: question.to_owned(), if_yes, if_no });
        }
        Reach { outcomes: ordered(&found), open }
    }
}

/// Yes, no, or neither. A question that does not arise is not answered with yes.
fn definite(status: Status) -> Option<bool> {
    match status {
        Status::Met => Some(true),
        Status::NotMet | Status::NotApplicable => Some(false),
        Status::Unknown => None,
    }
}

enum Settled<'d> {
    Applies,
    Passes,
    Open(&'d str),
}

impl Step {
    fn settle<'d>(&'d self, answers: &Answers<'_>) -> Settled<'d> {
        if self.any.is_empty() {
            return Settled::Applies;
        }
        let mut open = None;
        for alternative in &self.any {
            let fails = |(name, wanted): &(String, bool)| answers.get(name.as_str()).is_some_and(|is| is != wanted);
            if alternative.iter().any(fails) {
                continue;
            }
            match alternative.iter().find(|(name, _)| !answers.contains_key(name.as_str())) {
                None => return Settled::Applies,
                Some((name, _)) => open = open.or(Some(name.as_str())),
            }
        }
        open.map_or(Settled::Passes, Settled::Open)
    }
}

/// A requirement that holds when the decision ends in one of some outcomes.
#[derive(Clone, Debug, Default)]
pub struct OutcomeRule {
    /// The outcomes.
    pub among: Vec<String>,
    decision: Arc<Decision>,
    questions: Vec<Reference>,
}

impl OutcomeRule {
    /// A rule over outcomes whose decision is not known yet.
    pub(crate) fn named(among: Vec<String>) -> Self {
        Self { among, ..Self::default() }
    }

    /// Join it to the decision of its file.
    pub(crate) fn join(&mut self, decision: &Arc<Decision>) {
        let refer = |name: &str| Reference { framework: None, requirement: name.to_owned(), at: 0 };
        self.questions = decision.questions().into_iter().map(refer).collect();
        self.decision = Arc::clone(decision);
    }

    /// The questions of the decision.
    pub fn questions(&self) -> &[Reference] {
        &self.questions
    }

    /// Met when every outcome still open is among those asked for; not met when none is.
    pub fn compose(&self, parts: impl IntoIterator<Item = Status>) -> Status {
        let answers: BTreeMap<&str, Status> =
            self.questions.iter().map(|part| part.requirement.as_str()).zip(parts).collect();
        let reach = self.decision.reach(|question| answers.get(question).copied().unwrap_or(Status::Unknown));
        let wanted = reach.outcomes.iter().filter(|outcome| self.among.contains(outcome)).count();
        match wanted {
            0 => Status::NotMet,
            all if all == reach.outcomes.len() => Status::Met,
            _ => Status::Unknown,
        }
    }
}

/// What became of a decision for one release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The framework's short name.
    pub framework: String,
    /// Its name.
    pub name: String,
    /// All outcomes.
    pub outcomes: Vec<Outcome>,
    /// The questions, in order, each with its id as a requirement.
    pub questions: Vec<String>,
    /// On what was observed or attested.
    pub confirmed: Reach,
    /// With the publisher's statements.
    pub declared: Reach,
}

impl Decided {
    /// Follow a framework's decision, if it has one.
    pub(crate) fn new(framework: &Framework, status: impl Fn(&str, Trust) -> Status) -> Option<Self> {
        let decision = framework.regulation.as_ref()?.decision.as_ref()?;
        Some(Self {
            framework: framework.short.clone(),
            name: framework.name.clone(),
            outcomes: decision.outcomes.clone(),
            questions: decision.questions().into_iter().map(|name| format!("{}.{name}", framework.short)).collect(),
            confirmed: decision.reach(|question| status(question, Trust::Confirmed)),
            declared: decision.reach(|question| status(question, Trust::Declared)),
        })
    }

    /// What an outcome says.
    pub fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decision() -> Decision {
        let step = |outcome: &str, any: &[&[(&str, bool)]]| Step {
            any: any
                .iter()
                .map(|all| all.iter().map(|(name, wanted)| ((*name).to_owned(), *wanted)).collect())
                .collect(),
            outcome: outcome.to_owned(),
            cite: String::new(),
        };
        let outcome = |id: &str| Outcome { id: id.to_owned(), title: id.to_owned(), note: String::new() };
        Decision {
            steps: vec![
                step("x", &[&[("a", true)]]),
                step("y", &[&[("b", true), ("c", false)], &[("d", false)]]),
                step("x", &[&[("c", true), ("e", true)]]),
                step("z", &[]),
            ],
            outcomes: vec![outcome("x"), outcome("y"), outcome("z")],
        }
    }

    /// Every completion by brute force: what `follow` must equal.
    fn by_hand(decision: &Decision, known: &BTreeMap<String, bool>) -> Vec<String> {
        let questions = decision.questions();
        let mut found = BTreeSet::new();
        for mask in 0..1u32 << questions.len() {
            let answer = |name: &str| {
                let at = questions.iter().position(|known| *known == name).expect("a question");
                known.get(name).copied().unwrap_or(mask >> at & 1 == 1)
            };
            let applies = |step: &&Step| {
                step.any.is_empty()
                    || step.any.iter().any(|all| all.iter().all(|(name, wanted)| answer(name) == *wanted))
            };
            found.extend(decision.steps.iter().find(applies).map(|step| step.outcome.clone()));
        }
        decision.outcomes.iter().map(|outcome| outcome.id.clone()).filter(|id| found.contains(id)).collect()
    }

    proptest! {
        /// The outcomes are those of all completions, and an answer more only takes some away.
        #[test]
        fn outcomes_are_those_of_all_completions(given in proptest::collection::vec(proptest::option::of(any::<bool>()), 5), more in 0usize..5, answer in any::<bool>()) {
            let decision = decision();
            let questions: Vec<String> = decision.questions().into_iter().map(str::to_owned).collect();
            let mut known: BTreeMap<String, bool> = questions.iter().cloned().zip(&given).filter_map(|(name, given)| given.map(|given| (name, given))).collect();
            let status = |known: &BTreeMap<String, bool>, name: &str| match known.get(name) {
                None => Status::Unknown,
                Some(true) => Status::Met,
                Some(false) => Status::NotMet,
            };
            let before = decision.reach(|name| status(&known, name));
            prop_assert_eq!(&before.outcomes, &by_hand(&decision, &known));
            known.entry(questions[more].clone()).or_insert(answer);
            let after = decision.reach(|name| status(&known, name));
            prop_assert!(after.outcomes.iter().all(|outcome| before.outcomes.contains(outcome)));
            prop_assert!(!after.outcomes.is_empty());
        }
    }
}
