//! Where a model comes from. A child stands no higher than its base on what belongs to the base.

use crate::view::View;
use candor_facts::{Claim, Component, FactId, Relation, Role};

/// The parents of a release.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    /// Facts that name a parent of another family or publisher.
    pub outside: Vec<FactId>,
    /// Facts that name a parent of the same family.
    pub kin: Vec<FactId>,
    /// Facts that show a derived form whose parent is not named: quantised, merged.
    pub unnamed: Vec<FactId>,
}

impl Lineage {
    /// Sort the facts about parents.
    pub fn new(view: View<'_>) -> Self {
        let mut names: Vec<(String, String)> = Vec::new();
        for (_, part) in view.parts().filter(|(_, part)| part.role == Role::Model) {
            if let Some((_, path)) = part.locator.as_deref().and_then(|locator| locator.split_once(':')) {
                let (owner, name) = path.split_once('/').unwrap_or(("", path));
                names.push((owner.to_lowercase(), family(name)));
            }
        }
        names.extend(view.names().map(|name| (String::new(), family(name))));
        let mut lineage = Self::default();
        for (id, fact) in view.facts() {
            match (fact.claim.parent(), &fact.claim) {
                (Some((name, relation)), _) => {
                    let bare = name.trim_start_matches("https://huggingface.co/");
                    let (owner, title) = bare.split_once('/').unwrap_or(("", bare));
                    let same_owner = names.iter().any(|(known, _)| !known.is_empty() && *known == owner.to_lowercase());
                    let same_family = names.iter().any(|(_, known)| !known.is_empty() && *known == family(title));
                    let further = matches!(relation, Relation::Finetune | Relation::Unstated);
                    // A name in common is a publisher's word for what weights alone do not tell.
                    let said = matches!(fact.claim, Claim::BaseModel { .. });
                    if same_owner || said && same_family && further && (fact.confirms() || !is_front_matter(fact)) {
                        lineage.kin.push(id);
                    } else {
                        lineage.outside.push(id);
                    }
                }
                (_, Claim::Provides { component: Component::WeightsQuantisedVariants, .. }) if fact.confirms() => {
                    lineage.unnamed.push(id);
                }
                _ => {}
            }
        }
        lineage
    }

    /// Whether base-stage statements of this release must come from its parent.
    pub fn derives(&self) -> bool {
        !self.outside.is_empty() || !self.unnamed.is_empty() && self.kin.is_empty()
    }

    /// Whether it was trained after it was taken from its base; storing at a lower precision and merging are no training.
    pub fn trained_further(&self, view: View<'_>) -> bool {
        let further = |id: &FactId| match view.fact(*id).and_then(|fact| fact.claim.parent()) {
            Some((_, relation)) => !matches!(relation, Relation::Quantised | Relation::Merge),
            None => false,
        };
        self.outside.iter().any(further)
    }

    /// The bases at hand, each with the fact that names it.
    pub(crate) fn bases<'a>(&self, view: View<'a>) -> Vec<(FactId, View<'a>)> {
        let named = |id: &FactId, name: &str| match view.fact(*id).map(|fact| &fact.claim) {
            Some(Claim::BaseModel { name: written, .. }) => written == name,
            _ => false,
        };
        let says = |name: &str| self.outside.iter().find(|id| named(id, name)).copied();
        view.bases().filter_map(|(base, of)| Some((says(&base.name)?, of))).collect()
    }

    /// The facts that say so.
    pub fn grounds(&self) -> Vec<FactId> {
        if self.outside.is_empty() { self.unnamed.clone() } else { self.outside.clone() }
    }
}

/// Whether a fact stands in the front matter of a card, where `base_model` names a parent outright.
fn is_front_matter(fact: &candor_facts::Fact) -> bool {
    matches!(&fact.evidence.place, candor_facts::Place::Span { route: Some(route), .. } if route.0 == "base_model")
}

/// The first word of a name: `Llama-2-13B` → `llama`.
fn family(name: &str) -> String {
    let lower = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !matches!(*word, "" | "meta" | "case"));
    let first = words.next().unwrap_or_default();
    first.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned()
}

/// Licences that base models are known by, looked up when nothing nearer is at hand.
const BASES: &[(&[&str], &str)] = &[
    (&["llama4", "llama 4"], "LicenseRef-llama-4"),
    (&["llama3.3", "llama 3.3"], "LicenseRef-llama-3.3"),
    (&["llama3.2", "llama 3.2"], "LicenseRef-llama-3.2"),
    (&["llama3.1", "llama 3.1"], "LicenseRef-llama-3.1"),
    (&["llama3", "llama 3"], "LicenseRef-llama-3"),
    (&["llama2", "llama 2", "codellama"], "LicenseRef-llama-2"),
    (&["gemma"], "LicenseRef-gemma-2024-04"),
    (&["mistral 7b"], "Apache-2.0"),
    (&["mixtral"], "Apache-2.0"),
    (&["pythia"], "Apache-2.0"),
    (&["olmo"], "Apache-2.0"),
];

/// The licence that a base model is known by, from its name.
pub(crate) fn base_license(name: &str) -> Option<&'static str> {
    let words: String =
        name.to_lowercase().chars().map(|c| if c.is_alphanumeric() || c == '.' { c } else { ' ' }).collect();
    let padded = format!(" {words} ");
    let holds = |call: &str| {
        padded.match_indices(call).any(|(at, _)| {
            let before = padded
                .get(..at)
                .and_then(|text| text.chars().next_back())
                .is_none_or(|c| !c.is_ascii_digit() && c != '.');
            let after = padded
                .get(at + call.len()..)
                .and_then(|text| text.chars().next())
                .is_none_or(|c| !c.is_ascii_digit() && c != '.');
            before && after
        })
    };
    BASES.iter().find(|(calls, _)| calls.iter().any(|call| holds(call))).map(|(_, license)| *license)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_licences_by_name() {
        for (name, expected) in [
            ("meta-llama/Llama-3.2-3B", Some("LicenseRef-llama-3.2")),
            ("NousResearch/Nous-Hermes-Llama2-70b", Some("LicenseRef-llama-2")),
            ("unsloth/gemma-2-9b-bnb-4bit", Some("LicenseRef-gemma-2024-04")),
            ("meta-llama/Meta-Llama-3-8B", Some("LicenseRef-llama-3")),
            ("someone/else-7b", None),
        ] {
            assert_eq!(base_license(name), expected, "{name}");
        }
    }
}
