//! One model held against what a policy demands, demand by demand.

use super::{Judgement, Policy, Severity, matches};
use crate::assess::Assessment;
use crate::inventory::Presence;
use crate::terms::Terms;
use crate::verdict::Trust;
use candor_facts::{Component, Digest, TermKind};
use candor_license::{Expression, LicenseId};

impl Policy {
    fn trust(&self) -> Trust {
        if self.trust_publisher { Trust::Declared } else { Trust::Confirmed }
    }

    pub(super) fn standings(&self, assessment: &Assessment<'_>, judgement: &mut Judgement) {
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

    pub(super) fn terms(
        &self,
        assessment: &Assessment<'_>,
        locator: &str,
        digest: &dyn Fn(&str) -> Option<Digest>,
        judgement: &mut Judgement,
    ) {
        let none = Terms::default();
        let terms = assessment.inventory.model_terms().unwrap_or(&none);
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

    pub(super) fn component(&self, assessment: &Assessment<'_>, component: Component, judgement: &mut Judgement) {
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

    pub(super) fn requirement(&self, assessment: &Assessment<'_>, requirement: &str, judgement: &mut Judgement) {
        let key = format!("requirement:{requirement}");
        match assessment.verdicts.find(requirement) {
            Some((_, verdict)) => judgement.status(&key, verdict.status(self.trust()), &verdict.title),
            None => judgement.say(&key, Severity::Undetermined, format!("there is no requirement `{requirement}`")),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
