//! What one user demands of the models they use: a policy, held against an assessment.
//!
//! A policy judges no openness; it compares. What it lists is allowed, and everything else of that kind is denied.
//! What cannot be told is neither: it is undetermined, and the policy says what that means.

mod read;

use crate::assess::Assessment;
use crate::inventory::Presence;
use crate::status::Status;
use crate::verdict::Trust;
use candor_facts::{Component, Digest, TermKind};
use candor_license::{Expression, LicenseId};

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

    fn trust(&self) -> Trust {
        if self.trust_publisher { Trust::Declared } else { Trust::Confirmed }
    }

    fn standings(&self, assessment: &Assessment<'_>, judgement: &mut Judgement) {
        for (framework, wanted) in &self.minimum {
            let key = format!("minimum:{framework}");
            if let Some(standing) = assessment.standings.iter().find(|standing| standing.framework == *framework) {
                let held = if self.trust_publisher { &standing.declared } else { &standing.confirmed };
                let rank = standing.rank(Some(wanted));
                if rank == 0 {
                    let what = format!("`{framework}` has no level `{wanted}`; it has {}", standing.ladder.join(", "));
                    judgement.say(&key, Severity::Undetermined, what);
                } else if standing.rank(Some(&standing.possible)) < rank {
                    let what = format!("stands at most at {}, and {wanted} is demanded", standing.possible);
                    judgement.say(&key, Severity::Violated, what);
                } else if standing.rank(held.as_deref()) < rank {
                    let now = held.as_deref().unwrap_or("unknown");
                    let basis = if self.trust_publisher { "by the publisher's word" } else { "confirmed" };
                    let what = format!("stands at {now} ({basis}); {wanted} is demanded and not ruled out");
                    judgement.say(&key, Severity::Undetermined, what);
                }
                continue;
            }
            let reading = assessment.readings.iter().find(|readings| readings.framework == *framework);
            match reading.and_then(|readings| readings.statuses.iter().find(|(name, _, _)| name == wanted)) {
                Some((_, confirmed, declared)) => {
                    let status = if self.trust_publisher { *declared } else { *confirmed };
                    judgement.status(&key, status, &format!("the reading `{wanted}`"));
                }
                None => {
                    judgement.say(&key, Severity::Undetermined, format!("there is no `{framework}` with `{wanted}`"))
                }
            }
        }
    }

    fn terms(
        &self,
        assessment: &Assessment<'_>,
        locator: &str,
        digest: &dyn Fn(&str) -> Option<Digest>,
        judgement: &mut Judgement,
    ) {
        let Some(terms) = assessment.inventory.model_terms() else { return };
        let clear = terms.unread.is_empty() && !terms.texts.is_empty();
        let clarified = self.clarify.iter().find(|clarify| {
            !clear && matches(&clarify.model, locator) && digest(&clarify.path).as_ref() == Some(&clarify.sha256)
        });
        if let Some(clarify) = clarified {
            judgement.used_clarifications.push(clarify.line);
        }
        let known = clarified.and_then(|clarify| Expression::parse(&clarify.license).ok());
        if let Some(allowed) = &self.licenses {
            let concluded = known.clone().or_else(|| terms.concluded.clone());
            match concluded {
                None => {
                    let what = "no licence of the weights is known; clarify it, or choose another model".to_owned();
                    judgement.say("license:unknown", Severity::Undetermined, what);
                }
                Some(expression) => {
                    let key = format!("license:{expression}");
                    if !permits(&expression, allowed) {
                        judgement.say(
                            &key,
                            Severity::Violated,
                            format!("the licence {expression} is not among those allowed"),
                        );
                    } else if known.is_none() && terms.texts.is_empty() && !self.trust_publisher {
                        let what = format!("the licence {expression} is only named; no text of it was read");
                        judgement.say(&key, Severity::Undetermined, what);
                    }
                }
            }
            if terms.conflict.is_some() && known.is_none() {
                let what = "two statements on the licence do not agree; the stricter counts".to_owned();
                judgement.say("license:conflict", Severity::Undetermined, what);
            }
        }
        if let Some(allowed) = &self.restrictions {
            let mut kinds: Vec<TermKind> = Vec::new();
            let mut found: Vec<(TermKind, String)> =
                terms.restrictions.iter().map(|term| (term.kind, term.note.clone())).collect();
            for id in known.iter().flat_map(Expression::ids) {
                let coded =
                    candor_license::license(id).map(|license| license.restrictions.as_slice()).unwrap_or_default();
                let coded =
                    coded.iter().filter_map(|one| Some((TermKind::parse(one.kind.as_str())?, one.note.to_string())));
                found.extend(coded);
            }
            for (kind, note) in found.into_iter().filter(|(kind, _)| !allowed.contains(kind)) {
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                    let what = format!("the terms restrict ({kind}): {note}");
                    judgement.say(&format!("restriction:{kind}"), Severity::Violated, what);
                }
            }
            if known.is_none() && !terms.unread.is_empty() {
                let what = "some of the terms are words that nobody has judged; read them, and clarify".to_owned();
                judgement.say("restriction:unread", Severity::Undetermined, what);
            } else if known.is_none()
                && terms.texts.is_empty()
                && terms.declared.is_empty()
                && terms.restrictions.is_empty()
            {
                judgement.say("restriction:unknown", Severity::Undetermined, "no terms were found".to_owned());
            }
        }
    }

    fn component(&self, assessment: &Assessment<'_>, component: Component, judgement: &mut Judgement) {
        let key = format!("component:{component}");
        let (presence, basis, _) = assessment.inventory.presence(component);
        let title = component.title();
        match presence {
            Presence::Available if basis == "observed" || self.trust_publisher => {}
            Presence::Available => {
                judgement.say(
                    &key,
                    Severity::Undetermined,
                    format!("{title}: elsewhere, by the publisher's word; not looked at"),
                );
            }
            Presence::Absent => {
                judgement.say(&key, Severity::Violated, format!("{title}: not there, where all was looked at"))
            }
            Presence::Partial | Presence::Described => {
                judgement.say(&key, Severity::Undetermined, format!("{title}: only {} is shown", presence.as_str()));
            }
            Presence::Unknown => {
                judgement.say(&key, Severity::Undetermined, format!("{title}: not found in the places searched"))
            }
        }
    }

    fn requirement(&self, assessment: &Assessment<'_>, requirement: &str, judgement: &mut Judgement) {
        let key = format!("requirement:{requirement}");
        match assessment.verdicts.find(requirement) {
            Some((_, verdict)) => judgement.status(&key, verdict.status(self.trust()), &verdict.title),
            None => judgement.say(&key, Severity::Undetermined, format!("there is no requirement `{requirement}`")),
        }
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

/// Whether an expression is allowed: `AND` needs all of its licences, `OR` one.
fn permits(expression: &Expression, allowed: &[String]) -> bool {
    let listed = |id: &LicenseId| allowed.iter().any(|known| known.eq_ignore_ascii_case(id.as_str()));
    match expression {
        Expression::Id(id) => listed(id),
        Expression::With(inner, _) => {
            permits(inner, allowed) || allowed.iter().any(|known| *known == expression.to_string())
        }
        Expression::And(parts) => parts.iter().all(|part| permits(part, allowed)),
        Expression::Or(parts) => parts.iter().any(|part| permits(part, allowed)),
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

    #[test]
    fn expressions_are_allowed_part_by_part() {
        let allowed = ["Apache-2.0".to_owned(), "MIT".to_owned()];
        for (text, fine) in [
            ("MIT", true),
            ("Apache-2.0 AND MIT", true),
            ("Apache-2.0 AND GPL-3.0-only", false),
            ("Apache-2.0 OR GPL-3.0-only", true),
            ("LicenseRef-llama-3.1", false),
            ("LicenseRef-modified-MIT", false),
        ] {
            let expression = Expression::parse(text).expect("an expression");
            assert_eq!(permits(&expression, &allowed), fine, "{text}");
        }
    }
}
