//! A record's declarations held against a release: supported, refuted, or verified by nothing here.

use super::{Class, Component, Evaluation, Judged};
use crate::assess::Assessment;
use crate::status::Status;
use crate::terms::{Freedoms, Terms};
use crate::verdict::{Ground, Reason, Verdict};
use candor_facts::{Claim, FactId};
use candor_license::{Expression, resolve};

/// What a release says of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// The release shows it.
    Supported,
    /// The release shows otherwise.
    Refuted,
    /// What was read shows neither.
    Unverified,
}

impl Support {
    /// The word used in JSON and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Refuted => "refuted",
            Self::Unverified => "unverified",
        }
    }
}

/// One declaration and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// What is declared, in words.
    pub says: String,
    /// What the release says to it.
    pub support: Support,
    /// Why, in our words.
    pub because: String,
    /// What it rests on.
    pub grounds: Vec<Ground>,
}

/// A component of the record, held against a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The component.
    pub component: &'static Component,
    /// That it is published; `None` where the record does not declare it, though the release shows it.
    pub published: Option<Claimed>,
    /// That it comes under the licence named, where one is named.
    pub license: Option<Claimed>,
    /// Where the release shows a component that the record does not declare.
    pub undeclared: Vec<Ground>,
}

/// Hold a record against a release. The first answer is about its class.
pub fn hold(evaluation: &Evaluation, assessment: &Assessment<'_>) -> (Claimed, Vec<Held>) {
    let mut held = Vec::new();
    for judged in &evaluation.components {
        let component = judged.component;
        if judged.status.declared() {
            let published = published(component, assessment);
            let license = license(judged, assessment);
            held.push(Held { component, published: Some(published), license, undeclared: Vec::new() });
        } else if let Some(undeclared) = shown(component, assessment) {
            held.push(Held { component, published: None, license: None, undeclared });
        }
    }
    (class(evaluation.class, assessment, &held), held)
}

fn class(class: Class, assessment: &Assessment<'_>, held: &[Held]) -> Claimed {
    let says = class.name().to_owned();
    let claimed = |support, because: String| Claimed { says, support, because, grounds: Vec::new() };
    let refuted = held.iter().any(|one| {
        let required = one.component.required && one.component.class <= class;
        let no = |claimed: &Option<Claimed>| claimed.as_ref().is_some_and(|one| one.support == Support::Refuted);
        required && (no(&one.published) || no(&one.license))
    });
    let Some(standing) = assessment.standings.iter().find(|standing| standing.framework == "mof") else {
        return claimed(Support::Unverified, "the release was not judged by the framework".to_owned());
    };
    let wanted = standing.rank(Some(class.level()));
    let possible = standing.rank(Some(&standing.possible));
    if class == Class::Unclassified {
        claimed(Support::Unverified, "the record claims no class".to_owned())
    } else if standing.rank(standing.confirmed.as_deref()) >= wanted {
        claimed(Support::Supported, "the release shows every component of it under open terms".to_owned())
    } else if possible < wanted {
        claimed(Support::Refuted, format!("the release can reach no more than `{}`", standing.possible))
    } else if refuted {
        claimed(Support::Refuted, "a declaration that the class rests on is refuted".to_owned())
    } else {
        claimed(Support::Unverified, "what was read shows neither that the class holds nor that it does not".to_owned())
    }
}

fn verdict<'v>(assessment: &'v Assessment<'_>, component: &Component, end: &str) -> Option<&'v Verdict> {
    assessment.verdicts.find(&format!("mof.{}{end}", component.requirement)).map(|(_, verdict)| verdict)
}

/// Where a release shows a component; a data card may stand in another document.
fn shown(component: &Component, assessment: &Assessment<'_>) -> Option<Vec<Ground>> {
    let own = verdict(assessment, component, "-published").filter(|verdict| verdict.confirmed == Status::Met);
    let whole = verdict(assessment, component, "").filter(|verdict| verdict.confirmed == Status::Met);
    let met = own.or(whole)?;
    let mut grounds = Vec::new();
    gather(met, assessment, &mut grounds);
    Some(grounds)
}

fn gather(verdict: &Verdict, assessment: &Assessment<'_>, grounds: &mut Vec<Ground>) {
    match &verdict.reason {
        Reason::Probed { confirmed, .. } => grounds.extend(confirmed.grounds().iter().cloned()),
        Reason::Composed { parts, .. } => {
            let met = parts.iter().filter_map(|part| assessment.verdicts.get(*part));
            met.filter(|part| part.confirmed == Status::Met).for_each(|part| gather(part, assessment, grounds));
        }
    }
}

fn published(component: &Component, assessment: &Assessment<'_>) -> Claimed {
    let says = "published".to_owned();
    let claimed = |support, because: &str, grounds| Claimed { says, support, because: because.to_owned(), grounds };
    if let Some(grounds) = shown(component, assessment) {
        return claimed(Support::Supported, "it stands in the release", grounds);
    }
    let Some(Verdict { reason: Reason::Probed { confirmed, declared, .. }, .. }) =
        verdict(assessment, component, "-published")
    else {
        return claimed(Support::Unverified, "the release was not judged by the framework", Vec::new());
    };
    for finding in [confirmed, declared] {
        if finding.status() == Status::NotMet {
            let because = if finding.explanation().is_empty() {
                "the release shows that it is not"
            } else {
                finding.explanation()
            };
            return claimed(Support::Refuted, because, finding.grounds().to_vec());
        }
    }
    if declared.status() == Status::Met {
        let because = "the publisher says so; the thing itself was not looked at";
        return claimed(Support::Unverified, because, declared.grounds().to_vec());
    }
    claimed(Support::Unverified, "it was not found in what was looked at; it may lie elsewhere", Vec::new())
}

/// The licence that a record names, held against texts first and names second.
fn license(judged: &Judged, assessment: &Assessment<'_>) -> Option<Claimed> {
    let written = judged.license.as_deref().filter(|word| *word != super::mot::NONE && !word.is_empty())?;
    let says = written.to_owned();
    let expression = Expression::parse(written).ok().or_else(|| resolve(written).expression);
    let inventory = &assessment.inventory;
    let covering = inventory.covering(judged.component.id);
    let answers: Vec<(Support, String, Vec<Ground>)> = match &expression {
        None => Vec::new(),
        Some(expression) => covering.iter().filter_map(|terms| against(expression, terms, assessment)).collect(),
    };
    let claimed = |support, because: String, grounds| Some(Claimed { says, support, because, grounds });
    if expression.is_none() {
        return claimed(Support::Unverified, "the record names no licence that is known".to_owned(), Vec::new());
    }
    let refuted = !answers.is_empty() && answers.iter().all(|(support, ..)| *support == Support::Refuted);
    let best = answers.into_iter().min_by_key(|(support, ..)| match (support, refuted) {
        (Support::Supported, _) => 0,
        (Support::Refuted, true) => 1,
        _ => 2,
    });
    match best {
        Some((Support::Refuted, because, grounds)) if !refuted => {
            claimed(Support::Unverified, format!("one of several terms differs: {because}"), grounds)
        }
        Some((support, because, grounds)) => claimed(support, because, grounds),
        None => claimed(Support::Unverified, "no terms over it were found in what was read".to_owned(), Vec::new()),
    }
}

/// One set of terms; `None` when it names and holds nothing.
fn against(claimed: &Expression, terms: &Terms, assessment: &Assessment<'_>) -> Option<(Support, String, Vec<Ground>)> {
    let sheet = assessment.inventory.view;
    let ids = |expression: &Expression| -> Vec<String> { expression.ids().map(|id| bare(id.as_str())).collect() };
    let of = |facts: &[FactId]| -> Vec<(FactId, Vec<String>)> {
        let expression = |id: &FactId| match &sheet.fact(*id)?.claim {
            Claim::LicenseText { expression, .. } | Claim::LicenseDeclared { expression, .. } => {
                Some((*id, ids(&Expression::parse(expression.as_deref()?).ok()?)))
            }
            _ => None,
        };
        facts.iter().filter_map(expression).collect()
    };
    let wanted = ids(claimed);
    let (texts, names) = (of(&terms.texts), of(&terms.declared));
    let list = |found: &[(FactId, Vec<String>)]| {
        let mut all: Vec<String> = found.iter().flat_map(|(_, ids)| ids.clone()).collect();
        all.sort();
        all.dedup();
        all.join(", ")
    };
    let grounds = |found: &[(FactId, Vec<String>)]| found.iter().map(|(id, _)| Ground::Fact(*id)).collect::<Vec<_>>();
    let agrees =
        |found: &[(FactId, Vec<String>)]| wanted.iter().all(|id| found.iter().any(|(_, ids)| ids.contains(id)));
    let differs = |found: &[(FactId, Vec<String>)]| {
        !found.is_empty() && found.iter().all(|(_, ids)| ids.iter().all(|id| !wanted.contains(id)))
    };
    let beyond =
        |found: &[(FactId, Vec<String>)]| found.iter().any(|(_, ids)| ids.iter().any(|id| !wanted.contains(id)));
    if agrees(&texts) && !beyond(&texts) && !differs(&names) && terms.unread.is_empty() {
        if let Freedoms::Restricted(limits) = terms.grant(&candor_license::Freedom::ALL, sheet)
            && limits.iter().any(|term| !term.license.is_empty() && !wanted.contains(&bare(&term.license)))
        {
            let grounds = limits.iter().map(|term| Ground::Fact(term.fact)).collect();
            return Some((Support::Refuted, "further terms restrict it".to_owned(), grounds));
        }
        return Some((Support::Supported, "its text was read".to_owned(), grounds(&texts)));
    }
    if differs(&texts) {
        return Some((Support::Refuted, format!("the text read is {}", list(&texts)), grounds(&texts)));
    }
    if differs(&names) {
        return Some((Support::Refuted, format!("the publisher names {}", list(&names)), grounds(&names)));
    }
    if let Some(unread) = terms.unread.first() {
        let because = "there are words over it that nobody has judged".to_owned();
        return Some((Support::Unverified, because, vec![Ground::Fact(*unread)]));
    }
    if !texts.is_empty() {
        return Some((Support::Unverified, format!("there are several terms: {}", list(&texts)), grounds(&texts)));
    }
    if agrees(&names) {
        let because = "the publisher names it too; its text was not read".to_owned();
        return Some((Support::Unverified, because, grounds(&names)));
    }
    (!names.is_empty()).then(|| (Support::Unverified, format!("the publisher names {}", list(&names)), grounds(&names)))
}

/// GNU ids with and without `-only` say the same.
fn bare(id: &str) -> String {
    id.trim_end_matches("-only").to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::COMPONENTS;

    #[test]
    fn every_component_has_its_requirement() {
        let frameworks = crate::framework::shipped().expect("shipped frameworks");
        let mof = frameworks.iter().find(|framework| framework.short == "mof").expect("the framework");
        for component in &COMPONENTS {
            for end in ["", "-published", "-terms"] {
                let name = format!("{}{end}", component.requirement);
                assert!(mof.requirements.contains_key(&name), "{name}");
            }
            assert_eq!(
                component.id.kind(),
                match component.kind {
                    super::super::Kind::Code => candor_facts::Kind::Code,
                    super::super::Kind::Data => candor_facts::Kind::Data,
                    super::super::Kind::Document => candor_facts::Kind::Document,
                }
            );
        }
    }
}
