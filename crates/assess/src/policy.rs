//! What one user demands of the models they use: a policy, held against an assessment.
//!
//! A policy judges no openness; it compares. What it lists is allowed, and everything else of that kind is denied.
//! What cannot be told is neither: it is undetermined, and the policy says what that means.

mod judge;
mod read;

use crate::assess::Assessment;
use crate::framework::Framework;
use crate::status::Status;
use candor_facts::{Component, Digest, TermKind};

/// Demands, checked for form.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The lowest standing by framework (`spectrum` → `open-weights`), or a reading that must be met.
    pub minimum: Vec<(String, String)>,
    /// Licences of the weights that are allowed; `None`: any.
    pub licenses: Option<Vec<String>>,
    /// Kinds of restriction that are allowed; `None`: any.
    pub restrictions: Option<Vec<TermKind>>,
    /// Components that must be there.
    pub components: Vec<Component>,
    /// Requirements that must be met.
    pub requirements: Vec<String>,
    /// Whether the publisher's word is enough.
    pub trust_publisher: bool,
    /// Whether what cannot be told is let pass with a warning.
    pub unknown_warns: bool,
    /// What a person says of a licence, pinned.
    pub clarify: Vec<Clarify>,
    /// What is let pass all the same.
    pub exceptions: Vec<Exception>,
    /// Where models that a project names can be read.
    pub models: Vec<Model>,
    /// Where the names of levels and requirements stand: name, line, column.
    named_at: Vec<(String, usize, usize)>,
}

/// What a person says of the licence of a model, valid as long as the file stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clarify {
    /// Which models: a locator, `*` for any run of letters.
    pub model: String,
    /// The licence, as an SPDX expression.
    pub license: String,
    /// Why.
    pub reason: String,
    /// The file that was read.
    pub path: String,
    /// Its SHA-256.
    pub sha256: Digest,
    /// Line in the policy.
    pub line: usize,
}

/// What is let pass all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Which models: a locator, `*` for any run of letters.
    pub model: String,
    /// Which problems, by key: `license:LicenseRef-x`, `restriction:non-commercial`; `*` for any run of letters.
    pub allow: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// Line in the policy.
    pub line: usize,
}

/// Where a model that a project names can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// As the project names it.
    pub name: String,
    /// A folder, bundle or address.
    pub locator: String,
}

/// What is wrong with a policy file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// Line from 1.
    pub line: usize,
    /// Column from 1.
    pub column: usize,
    /// What is wrong, with the next step.
    pub what: String,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The policy is violated.
    Violated,
    /// It cannot be told whether it is.
    Undetermined,
    /// Worth a look.
    Warning,
    /// Let pass by an exception.
    Excepted,
}

/// One thing that does not fit the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `license:Apache-2.0`, `restriction:non-commercial`, `minimum:spectrum`, `component:…`, `requirement:…`.
    pub key: String,
    /// How bad it is.
    pub severity: Severity,
    /// What does not fit, with the next step.
    pub what: String,
}

impl Problem {
    /// The kind of demand, which is the part of the key before the colon.
    pub fn rule(&self) -> &str {
        self.key.split_once(':').map_or(self.key.as_str(), |(rule, _)| rule)
    }
}

/// What a policy says of one model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What does not fit, worst first.
    pub problems: Vec<Problem>,
    /// Lines of exceptions that let something pass.
    pub used_exceptions: Vec<usize>,
    /// Lines of clarifications that were needed and fit.
    pub used_clarifications: Vec<usize>,
}

impl Policy {
    /// Read a policy file.
    ///
    /// # Errors
    /// All that is wrong with it, each with line and column.
    pub fn parse(text: &str) -> Result<Self, Vec<PolicyError>> {
        read::policy(text)
    }

    /// Levels, readings and requirements that the policy names and no framework has, each with line and column.
    pub fn misnamed(&self, frameworks: &[Framework]) -> Vec<PolicyError> {
        let mut wrong = Vec::new();
        let mut say = |name: &str, what: String| {
            let at = self.named_at.iter().find(|(known, _, _)| known == name);
            let (line, column) = at.map_or((1, 1), |(_, line, column)| (*line, *column));
            wrong.push(PolicyError { line, column, what });
        };
        for (short, wanted) in &self.minimum {
            let Some(framework) = frameworks.iter().find(|framework| framework.short == *short) else {
                let known: Vec<&str> = frameworks
                    .iter()
                    .filter(|framework| !framework.ladder.is_empty() || !framework.readings.is_empty())
                    .map(|framework| framework.short.as_str())
                    .collect();
                say(short, format!("there is no framework `{short}`; those with levels are {}", known.join(", ")));
                continue;
            };
            let levels: Vec<&str> = framework.ladder.iter().chain(&framework.readings).map(String::as_str).collect();
            if !levels.contains(&wanted.as_str()) {
                say(short, format!("`{short}` has no level `{wanted}`; it has {}", levels.join(", ")));
            }
        }
        for requirement in &self.requirements {
            let known = requirement.split_once('.').is_some_and(|(short, name)| {
                let of = |framework: &&Framework| framework.short == short;
                frameworks.iter().find(of).is_some_and(|framework| framework.requirements.contains_key(name))
            });
            if !known {
                let what = format!(
                    "there is no requirement `{requirement}`; `candor frameworks show NAME` lists those of a framework"
                );
                say(requirement, what);
            }
        }
        wrong
    }

    /// Hold a model against the policy. `digest` gives the SHA-256 of a file of the release, where it can be read.
    pub fn judge(
        &self,
        assessment: &Assessment<'_>,
        locator: &str,
        digest: &dyn Fn(&str) -> Option<Digest>,
        as_of: Option<&str>,
    ) -> Judgement {
        let mut judgement = Judgement::default();
        self.standings(assessment, &mut judgement);
        self.terms(assessment, locator, digest, &mut judgement);
        for component in &self.components {
            self.component(assessment, *component, &mut judgement);
        }
        for requirement in &self.requirements {
            self.requirement(assessment, requirement, &mut judgement);
        }
        self.settle(&mut judgement, locator, as_of);
        judgement
    }

    /// Apply what the policy says of unknowns, and its exceptions.
    pub fn settle(&self, judgement: &mut Judgement, locator: &str, as_of: Option<&str>) {
        for problem in &mut judgement.problems {
            if problem.severity == Severity::Undetermined && self.unknown_warns {
                problem.severity = Severity::Warning;
            }
            if problem.severity > Severity::Undetermined {
                continue;
            }
            let fits = |exception: &&Exception| {
                let timely = match (&exception.expires, as_of) {
                    (Some(last), Some(day)) => day <= last.as_str(),
                    _ => true,
                };
                timely
                    && matches(&exception.model, locator)
                    && exception.allow.iter().any(|key| matches(key, &problem.key))
            };
            if let Some(exception) = self.exceptions.iter().find(fits) {
                problem.severity = Severity::Excepted;
                problem.what = format!("{}; let pass: {}", problem.what, exception.reason);
                if !judgement.used_exceptions.contains(&exception.line) {
                    judgement.used_exceptions.push(exception.line);
                }
            }
        }
        judgement.problems.sort_by(|a, b| (a.severity, &a.key).cmp(&(b.severity, &b.key)));
    }

    /// Exceptions and clarifications that no longer do anything, with their lines.
    pub fn idle(&self, judgements: &[&Judgement], as_of: Option<&str>) -> Vec<(usize, String)> {
        let mut idle = Vec::new();
        for exception in &self.exceptions {
            let used = judgements.iter().any(|judgement| judgement.used_exceptions.contains(&exception.line));
            let what = match (&exception.expires, as_of) {
                (Some(last), Some(day)) if day > last.as_str() => {
                    format!(
                        "the exception for `{}` ended on {last}; renew it with a reason, or remove it",
                        exception.model
                    )
                }
                (Some(last), None) if used => format!(
                    "the exception for `{}` ends on {last}, and no day was named; give `--as-of` to judge it",
                    exception.model
                ),
                _ if !used => format!("the exception for `{}` lets nothing pass; remove it", exception.model),
                _ => continue,
            };
            idle.push((exception.line, what));
        }
        for clarify in &self.clarify {
            if !judgements.iter().any(|judgement| judgement.used_clarifications.contains(&clarify.line)) {
                let what = format!(
                    "the clarification for `{}` is not used: no such model, a licence that is known anyway, or a file that \
                     has changed",
                    clarify.model
                );
                idle.push((clarify.line, what));
            }
        }
        idle
    }
}

impl Judgement {
    /// Add a problem.
    pub fn say(&mut self, key: &str, severity: Severity, what: String) {
        self.problems.push(Problem { key: key.to_owned(), severity, what });
    }

    fn status(&mut self, key: &str, status: Status, title: &str) {
        match status {
            Status::Met | Status::NotApplicable => {}
            Status::NotMet => self.say(key, Severity::Violated, format!("not met: {title}")),
            Status::Unknown => self.say(key, Severity::Undetermined, format!("unknown: {title}")),
        }
    }

    /// The worst of all problems; `None` when there is none that counts.
    pub fn worst(&self) -> Option<Severity> {
        self.problems.iter().map(|problem| problem.severity).filter(|severity| *severity < Severity::Warning).min()
    }
}

/// Whether a text fits a pattern in which `*` stands for any run of letters.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            let starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            starts.into_iter().any(|at| matches(tail, rest.get(at..).unwrap_or_default()))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, fits) in [
            ("hf:acme/*", "hf:acme/sage", true),
            ("*", "", true),
            ("license:*", "license:MIT", true),
            ("hf:acme/sage", "hf:acme/sage-2", false),
            ("*-2", "hf:acme/sage-2", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
