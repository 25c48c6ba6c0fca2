//! Findings, verdicts, standings: answers that cannot exist without a ground or a stated doubt.

use crate::regulation::Note;
use crate::status::Status;
use candor_facts::{Evidence, FactId, Gap};

/// One or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonEmpty<T> {
    first: T,
    rest: Vec<T>,
}

impl<T> NonEmpty<T> {
    /// Exactly one.
    pub fn one(first: T) -> Self {
        Self { first, rest: Vec::new() }
    }

    /// All of a list, or `None` when it is empty.
    pub fn of(list: Vec<T>) -> Option<Self> {
        let mut items = list.into_iter();
        let first = items.next()?;
        Some(Self { first, rest: items.collect() })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

/// What a definite answer rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A fact of the sheet.
    Fact(FactId),
    /// A place of its own: a clause of a text, or a listing in which something was sought and is not.
    Place(Evidence),
}

/// Why an answer is not definite.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Only the publisher says so.
    OnlyDeclared(FactId),
    /// There is some of it; whether that is all cannot be said.
    Incomplete(FactId),
    /// Words that nobody has judged.
    Unread(FactId),
    /// Two facts that do not agree.
    Conflict(FactId, FactId),
    /// Something could not be looked at.
    NotSeen(Gap),
    /// It was not found in the places searched; it may lie elsewhere.
    NotFound(String),
    /// No file can show it.
    NeedsAttestation(String),
}

/// The answer of a probe. Only these constructors exist: no status without evidence or doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    status: Status,
    grounds: Vec<Ground>,
    doubts: Vec<Doubt>,
    note: String,
}

impl Finding {
    /// It holds, because of these.
    pub fn met(because: NonEmpty<FactId>) -> Self {
        Self::definite(Status::Met, because.iter().map(|fact| Ground::Fact(*fact)).collect())
    }

    /// It does not hold, because of these.
    pub fn not_met(because: NonEmpty<Ground>) -> Self {
        Self::definite(Status::NotMet, because.iter().cloned().collect())
    }

    /// It holds because something was sought everywhere and is not there.
    pub fn met_by_absence(because: NonEmpty<Ground>) -> Self {
        Self::definite(Status::Met, because.iter().cloned().collect())
    }

    /// It cannot be said, because of these.
    pub fn unknown(because: NonEmpty<Doubt>) -> Self {
        let doubts = because.iter().cloned().collect();
        Self { status: Status::Unknown, grounds: Vec::new(), doubts, note: String::new() }
    }

    /// The question does not arise, because of these.
    pub fn not_applicable(because: NonEmpty<FactId>) -> Self {
        Self::definite(Status::NotApplicable, because.iter().map(|fact| Ground::Fact(*fact)).collect())
    }

    /// Several answers to one question, all of which must hold: what decides is kept.
    pub(crate) fn all(findings: NonEmpty<Self>) -> Self {
        let status = Status::all(findings.iter().map(Self::status));
        let mut all = Self { status, grounds: Vec::new(), doubts: Vec::new(), note: String::new() };
        for finding in findings.iter().filter(|finding| finding.status == status) {
            all.grounds.extend(finding.grounds.iter().cloned());
            all.doubts.extend(finding.doubts.iter().cloned());
            if all.note.is_empty() {
                all.note.clone_from(&finding.note);
            }
        }
        all
    }

    fn definite(status: Status, grounds: Vec<Ground>) -> Self {
        Self { status, grounds, doubts: Vec::new(), note: String::new() }
    }

    /// The same finding with a word of explanation, in our words.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The same finding with two facts that do not agree, and a word on it.
    pub(crate) fn in_conflict(mut self, one: FactId, other: FactId, note: &str) -> Self {
        self.doubts.push(Doubt::Conflict(one, other));
        self.note_more(note)
    }

    /// The same finding with a further sentence.
    pub(crate) fn note_more(mut self, more: &str) -> Self {
        self.note = if self.note.is_empty() { more.to_owned() } else { format!("{}; {more}", self.note) };
        self
    }

    /// The same finding with further grounds.
    pub(crate) fn and(mut self, facts: &[FactId]) -> Self {
        self.grounds.extend(facts.iter().map(|fact| Ground::Fact(*fact)));
        self
    }

    /// The answer.
    pub fn status(&self) -> Status {
        self.status
    }

    /// What it rests on.
    pub fn grounds(&self) -> &[Ground] {
        &self.grounds
    }

    /// What keeps it from being definite.
    pub fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    /// The explanation; may be empty.
    pub fn explanation(&self) -> &str {
        &self.note
    }
}

/// Which facts count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// What was observed or attested.
    Confirmed,
    /// The publisher's own statements too, except where an observation refutes them.
    Declared,
}

/// Index of a verdict in its [`Verdicts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerdictId(pub usize);

/// How a verdict came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// From other verdicts.
    Composed {
        /// `all`, `any`, `none`, `at-least`, `decision`.
        rule: &'static str,
        /// The verdicts composed.
        parts: Vec<VerdictId>,
    },
    /// From a probe: what it found on what was observed, and with the publisher's word.
    Probed {
        /// The probe's id.
        probe: &'static str,
        /// The question, with its parameters filled in.
        question: String,
        /// On what was observed or attested.
        confirmed: Finding,
        /// With the publisher's statements.
        declared: Finding,
    },
}

/// The answer to one requirement of one framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `framework.requirement`, with the framework's short name.
    pub requirement: String,
    /// The demand, in our words.
    pub title: String,
    /// Where it stands in the source.
    pub cite: String,
    /// Our interpretation, when there is one.
    pub reading: String,
    /// On what was observed or attested.
    pub confirmed: Status,
    /// With the publisher's statements.
    pub declared: Status,
    /// How it came about.
    pub reason: Reason,
    /// The requirement that exempts, if there is one.
    pub exemption: Option<VerdictId>,
    /// Whether it belongs to a framework of law.
    pub law: bool,
    /// For a duty of law: what must be asked, and what openness can never show.
    pub note: Note,
}

impl Verdict {
    /// The status under a trust.
    pub fn status(&self, trust: Trust) -> Status {
        match trust {
            Trust::Confirmed => self.confirmed,
            Trust::Declared => self.declared,
        }
    }
}

/// All verdicts of an assessment: an arena, parts before the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    list: Vec<Verdict>,
}

impl Verdicts {
    /// Add a verdict.
    pub(crate) fn push(&mut self, verdict: Verdict) -> VerdictId {
        self.list.push(verdict);
        VerdictId(self.list.len() - 1)
    }

    /// One verdict.
    pub fn get(&self, id: VerdictId) -> Option<&Verdict> {
        self.list.get(id.0)
    }

    /// The verdict on a requirement, by `framework.requirement`.
    pub fn find(&self, requirement: &str) -> Option<(VerdictId, &Verdict)> {
        self.iter().find(|(_, verdict)| verdict.requirement == requirement)
    }

    /// All verdicts, parts before the whole.
    pub fn iter(&self) -> impl Iterator<Item = (VerdictId, &Verdict)> {
        self.list.iter().enumerate().map(|(at, verdict)| (VerdictId(at), verdict))
    }
}

/// The place of a release on a framework's ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The framework's short name.
    pub framework: String,
    /// What holds on what was observed or attested; `None`: unknown.
    pub confirmed: Option<String>,
    /// What holds if the publisher's statements are true; `None`: unknown.
    pub declared: Option<String>,
    /// The highest level that nothing yet refutes.
    pub possible: String,
    /// The levels, lowest first, the bottom before them.
    pub ladder: Vec<String>,
}

impl Standing {
    /// The rank of a level on this ladder; unknown ranks below all.
    pub fn rank(&self, level: Option<&str>) -> usize {
        level.and_then(|level| self.ladder.iter().position(|known| known == level)).map_or(0, |at| at + 1)
    }
}

/// The three readings or other named answers of a framework that has no ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readings {
    /// The framework's short name.
    pub framework: String,
    /// Name of the reading, the status on what was observed, the status with the publisher's statements.
    pub statuses: Vec<(String, Status, Status)>,
}

/// A framework's grades, one a dimension, and what they add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scorecard {
    /// The framework's short name.
    pub framework: String,
    /// The grades, lowest first. A grade is worth its place: the lowest nothing, the next one.
    pub scale: Vec<String>,
    /// The dimensions, in the order of the framework.
    pub graded: Vec<Graded>,
}

/// One dimension's grade, as an interval where it is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graded {
    /// The dimension's id.
    pub dimension: String,
    /// What it belongs to.
    pub group: String,
    /// In our words.
    pub title: String,
    /// Place on the scale of what is shown; `None`: unknown.
    pub confirmed: Option<usize>,
    /// The same with the publisher's statements.
    pub declared: Option<usize>,
    /// The highest grade that nothing refutes.
    pub possible: usize,
    /// The requirements that reach grades, lowest first.
    pub requirements: Vec<String>,
}

impl Scorecard {
    /// What is shown, what is said, and what nothing refutes, each added up over the dimensions.
    pub fn tally(&self) -> (usize, usize, usize) {
        let sum = |of: fn(&Graded) -> usize| self.graded.iter().map(of).sum();
        let shown = |one: &Graded| one.confirmed.unwrap_or_default();
        let said = |one: &Graded| one.declared.max(one.confirmed).unwrap_or_default();
        (sum(shown), sum(said), sum(|one| one.possible))
    }

    /// The most that can be reached.
    pub fn of(&self) -> usize {
        self.graded.len() * self.scale.len().saturating_sub(1)
    }

    /// A grade's word; `unknown` for none.
    pub fn word(&self, grade: Option<usize>) -> &str {
        grade.and_then(|at| self.scale.get(at)).map_or("unknown", String::as_str)
    }
}
