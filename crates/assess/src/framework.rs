//! Framework files: what is required, in TOML. Parsed twice: syntax first, then meaning, with all errors at once.

mod read;

use crate::decision::OutcomeRule;
use crate::probe::{Params, Probe};
use crate::regulation::{self, Regulation};
use crate::status::Status;
use std::collections::BTreeMap;
use std::fmt;

/// A framework, checked.
#[derive(Debug, Default)]
pub struct Framework {
    /// `osaid-1.0`.
    pub id: String,
    /// `osaid`: the id without its version, used in requirement ids.
    pub short: String,
    /// Its full name.
    pub name: String,
    /// Where it was read, and when.
    pub source: Source,
    /// Levels, lowest first; each names a requirement.
    pub ladder: Vec<String>,
    /// The level below the ladder; names a requirement that, when met, puts the release there.
    pub bottom: Option<String>,
    /// Requirements reported side by side where there is no ladder.
    pub readings: Vec<String>,
    /// Requirements that are judged and reported, and that no level needs.
    pub also: Vec<String>,
    /// The grades of dimensions, lowest first; empty where nothing is graded.
    pub scale: Vec<String>,
    /// What is graded, each by itself.
    pub dimensions: Vec<Dimension>,
    /// Requirements by name.
    pub requirements: BTreeMap<String, Requirement>,
    /// What a framework of law has beside requirements: a decision, dates, what must be asked.
    pub regulation: Option<Regulation>,
    /// Byte of the id in the file.
    at: usize,
    /// Bytes of the names in lists.
    named_at: Vec<(String, usize)>,
}

/// Something that is graded on the framework's scale.
#[derive(Debug)]
pub struct Dimension {
    /// Its id in the source.
    pub id: String,
    /// What it belongs to in the source.
    pub group: String,
    /// In our words.
    pub title: String,
    /// For every grade above the lowest the requirement that reaches it, if one can.
    pub grades: Vec<Option<Reference>>,
}

/// Where a framework stands.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Its address.
    pub url: String,
    /// The day it was read, `YYYY-MM-DD`.
    pub read: String,
}

/// One demand.
#[derive(Debug)]
pub struct Requirement {
    /// In our words.
    pub title: String,
    /// Exactly where it stands.
    pub cite: String,
    /// Our interpretation.
    pub reading: String,
    /// What is asked.
    pub rule: Rule,
    /// A requirement that exempts.
    pub unless: Option<Reference>,
    /// Byte at which it begins in the file.
    pub(crate) at: usize,
}

/// What is asked.
#[derive(Debug)]
pub enum Rule {
    /// All of these.
    All(Vec<Reference>),
    /// One of these.
    Any(Vec<Reference>),
    /// None of these.
    None(Vec<Reference>),
    /// So many of these.
    AtLeast(usize, Vec<Reference>),
    /// What a probe answers.
    Probe(&'static Probe, Params),
    /// The decision of this file ends in one of these outcomes.
    Outcome(OutcomeRule),
}

/// A requirement of this framework, or of another one (`osaid:parameters`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Short name of the other framework.
    pub framework: Option<String>,
    /// The requirement.
    pub requirement: String,
    /// Byte at which it is named in the file.
    pub(crate) at: usize,
}

/// What is wrong with a framework file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkError {
    /// Line from 1.
    pub line: usize,
    /// Column from 1.
    pub column: usize,
    /// What is wrong, with the next step.
    pub what: String,
}

impl fmt::Display for FrameworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.what)
    }
}

impl Framework {
    /// Read a framework file that stands alone or refers to frameworks which are checked elsewhere.
    ///
    /// # Errors
    /// All that is wrong with it: unknown keys, unknown probes, wrong parameters, a missing title or citation,
    /// references that lead nowhere, circles, and requirements that no level or reading reaches.
    pub fn parse(text: &str) -> Result<Self, Vec<FrameworkError>> {
        let (mut framework, mut wrong) = read::framework(text);
        if wrong.is_empty() {
            let attached = regulation::attach(text, &mut framework);
            wrong.extend(attached.into_iter().map(|(at, what)| Wrong { at, what }));
        }
        if wrong.is_empty() {
            wrong = framework.check();
        }
        settle(text, framework, wrong)
    }

    /// Read a user's framework file, which may refer to those given.
    ///
    /// # Errors
    /// Those of [`Framework::parse`]; references that lead nowhere in the other frameworks; an id that is taken.
    pub fn parse_among(text: &str, others: &[Self]) -> Result<Self, Vec<FrameworkError>> {
        let framework = Self::parse(text)?;
        let wrong = framework.check_among(others);
        settle(text, framework, wrong)
    }

    /// The requirement names that levels and readings start from.
    pub fn roots(&self) -> impl Iterator<Item = &str> {
        self.roots_at().map(|(name, _)| name)
    }

    /// The same with their places in the file.
    fn roots_at(&self) -> impl Iterator<Item = (&str, usize)> {
        let graded = self.dimensions.iter().flat_map(|dimension| dimension.grades.iter().flatten());
        let graded = graded.map(|grade| (grade.requirement.as_str(), grade.at));
        let named = self.ladder.iter().chain(&self.bottom).chain(&self.readings).chain(&self.also);
        let at = |name: &str| self.named_at.iter().find(|(known, _)| known == name).map_or(self.at, |(_, at)| *at);
        named.map(move |name| (name.as_str(), at(name))).chain(graded)
    }

    fn check(&self) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let mut reached = Vec::new();
        for (root, at) in self.roots_at() {
            self.walk(root, at, &mut Vec::new(), &mut reached, &mut wrong);
        }
        for (name, requirement) in &self.requirements {
            if !reached.contains(name) {
                let what = "no level, reading or grade reaches this requirement; name it in one, or drop it";
                wrong.push(Wrong { at: requirement.at, what: format!("[{name}] {what}") });
            }
        }
        for pair in self.ladder.windows(2) {
            let [below, above] = pair else { continue };
            let Some(requirement) = self.requirements.get(above) else { continue };
            let direct = matches!(&requirement.rule, Rule::All(parts) if parts.iter().any(|part| part.framework.is_none() && part.requirement == *below));
            if !direct {
                let what = format!("[{above}] a level requires the one below: add \"{below}\" to its `all`");
                wrong.push(Wrong { at: requirement.at, what });
            }
        }
        wrong
    }

    /// What is wrong only beside other frameworks.
    fn check_among(&self, others: &[Self]) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if let Some(taken) = others.iter().find(|other| other.short == self.short) {
            let what = format!("`id`: `{}` is the short name of `{}` already; choose another id", self.short, taken.id);
            wrong.push(Wrong { at: self.at, what });
        }
        for part in self.requirements.values().flat_map(Requirement::parts) {
            let Some(short) = part.framework.as_deref().filter(|short| *short != self.short) else { continue };
            let name = &part.requirement;
            match others.iter().find(|other| other.short == *short) {
                None => {
                    let known: Vec<&str> = others.iter().map(|other| other.short.as_str()).collect();
                    let what = format!("there is no framework `{short}`; there are {}", known.join(", "));
                    wrong.push(Wrong { at: part.at, what });
                }
                Some(other) if !other.requirements.contains_key(name) => {
                    let what =
                        format!("`{short}` has no requirement `{name}`; `candor frameworks show {short}` lists them");
                    wrong.push(Wrong { at: part.at, what });
                }
                Some(_) => {}
            }
        }
        wrong
    }

    fn walk(&self, name: &str, at: usize, path: &mut Vec<String>, reached: &mut Vec<String>, wrong: &mut Vec<Wrong>) {
        if path.iter().any(|above| above == name) {
            wrong.push(Wrong { at, what: format!("[{name}] circle: {} -> {name}", path.join(" -> ")) });
            return;
        }
        if reached.iter().any(|known| known == name) {
            return;
        }
        let Some(requirement) = self.requirements.get(name) else {
            wrong.push(Wrong { at, what: format!("there is no requirement `{name}`; write a table `[{name}]`") });
            return;
        };
        path.push(name.to_owned());
        for part in requirement.parts().filter(|part| part.framework.is_none()) {
            self.walk(&part.requirement, part.at, path, reached, wrong);
        }
        path.pop();
        reached.push(name.to_owned());
    }
}

/// Something wrong, at a byte of the file.
struct Wrong {
    at: usize,
    what: String,
}

fn settle(text: &str, framework: Framework, wrong: Vec<Wrong>) -> Result<Framework, Vec<FrameworkError>> {
    if wrong.is_empty() {
        return Ok(framework);
    }
    let mut errors: Vec<FrameworkError> = wrong.into_iter().map(|wrong| placed(text, wrong)).collect();
    errors.sort_by_key(|error| (error.line, error.column));
    errors.dedup();
    Err(errors)
}

fn placed(text: &str, wrong: Wrong) -> FrameworkError {
    let before = text.get(..wrong.at.min(text.len())).unwrap_or_default();
    let line = 1 + before.matches('\n').count();
    let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
    FrameworkError { line, column, what: wrong.what }
}

impl Rule {
    /// The status of a composed rule from those of its parts. A probe is its own only part.
    pub fn compose(&self, parts: impl IntoIterator<Item = Status>) -> Status {
        match self {
            Self::Any(_) => Status::any(parts),
            Self::None(_) => Status::none(parts),
            Self::AtLeast(count, _) => Status::at_least(*count, parts),
            Self::Outcome(rule) => rule.compose(parts),
            Self::All(_) | Self::Probe(..) => Status::all(parts),
        }
    }
}

impl Requirement {
    /// The requirements that this one is composed of.
    pub fn parts(&self) -> impl Iterator<Item = &Reference> {
        let composed: &[Reference] = match &self.rule {
            Rule::All(parts) | Rule::Any(parts) | Rule::None(parts) | Rule::AtLeast(_, parts) => parts,
            Rule::Probe(..) => &[],
            Rule::Outcome(rule) => rule.questions(),
        };
        composed.iter().chain(&self.unless)
    }
}

/// The frameworks that ship with Candor.
const SHIPPED: &[(&str, &str)] = &[
    ("osaid-1.0", include_str!("../frameworks/osaid-1.0.toml")),
    ("spectrum", include_str!("../frameworks/spectrum.toml")),
    ("g7-2026", include_str!("../frameworks/g7-2026.toml")),
    ("mof-1.0", include_str!("../frameworks/mof-1.0.toml")),
    ("eosai-2026", include_str!("../frameworks/eosai-2026.toml")),
    ("eu-exemption", include_str!("../frameworks/eu-exemption.toml")),
    ("eu-ai-act-gpai", include_str!("../frameworks/eu-ai-act-gpai.toml")),
    ("ca-ab-2013", include_str!("../frameworks/ca-ab-2013.toml")),
];

/// The frameworks that ship with Candor, in an order in which references lead backwards.
///
/// # Errors
/// Those of [`Framework::parse`], with the file's name; a test sees to it that there are none.
pub fn shipped() -> Result<Vec<Framework>, Vec<(String, FrameworkError)>> {
    let mut frameworks = Vec::new();
    let mut wrong = Vec::new();
    for (id, text) in SHIPPED {
        match Framework::parse(text) {
            Ok(framework) => frameworks.push(framework),
            Err(errors) => wrong.extend(errors.into_iter().map(|error| ((*id).to_owned(), error))),
        }
    }
    if wrong.is_empty() { Ok(frameworks) } else { Err(wrong) }
}

#[cfg(test)]
mod tests;
