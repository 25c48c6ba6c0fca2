//! What a publisher can do, as a change of the facts.
//!
//! Long because every kind of act is applied to a fact sheet in one place.

use crate::inventory::Inventory;
use crate::lineage::{Lineage, base_license};
use crate::terms::{Scope, covers_scope};
use crate::view::View;
use candor_facts::{
    ArtifactPath, Basis, Claim, Component, Covers, DataAspect, DataUse, Evidence, Extent, Fact, FactId, FactSheet,
    Group, Kind, LicenseKind, PartIndex, Place, Role, Stage, TermKind, WeightForm, Whole,
};
use candor_license::{Expression, Freedom, Grant, LicenseId, grants};

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Put the text of a licence that is named already into the part that names it: part, what it covers, licence.
    AddText(PartIndex, Covers, String),
    /// Let the weights be had without asking.
    OpenGate,
    /// Tell a particular of the training data.
    Tell(DataAspect),
    /// Name the sources of the training data, with where to find them.
    NameSources,
    /// Tell how the training is started.
    TellTraining,
    /// Put something under an open licence, with its text.
    License(Terms),
    /// Publish a component.
    Publish(Component),
}

/// What a licence is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Terms {
    /// The weights.
    Weights,
    /// The code.
    Code,
    /// The data.
    Data,
    /// The documents.
    Documents,
}

impl Terms {
    const ALL: [Self; 4] = [Self::Weights, Self::Code, Self::Data, Self::Documents];

    /// The word in texts and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Code => "code",
            Self::Data => "data",
            Self::Documents => "documents",
        }
    }

    fn covers(self) -> Covers {
        match self {
            Self::Weights => Covers::Model,
            Self::Code => Covers::Code,
            Self::Data => Covers::Data,
            Self::Documents => Covers::Documents,
        }
    }

    /// A licence that fits, as an example.
    fn fitting(self) -> &'static str {
        match self {
            Self::Weights | Self::Code => "Apache-2.0",
            Self::Data | Self::Documents => "CC-BY-4.0",
        }
    }

    fn scopes(self, sheet: &FactSheet) -> Vec<Scope> {
        match self {
            Self::Weights => vec![Scope::Model],
            Self::Code => vec![Scope::Code],
            Self::Data => vec![Scope::Data],
            Self::Documents => sheet.release.parts().map(|(part, _)| Scope::Documents(part)).collect(),
        }
    }
}

impl Act {
    /// How much work it is, roughly: of sets of one size the lighter is shown.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::AddText(..) | Self::OpenGate => 1,
            Self::Tell(_) | Self::NameSources | Self::TellTraining => 2,
            Self::License(_) => 4,
            Self::Publish(component) => match (component.kind(), component.group()) {
                (Kind::Document, _) | (Kind::Data, Group::Code) => 3,
                (Kind::Code, _) => 5,
                (_, Group::Data) => 8,
                _ => 9,
            },
        }
    }

    /// The word in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AddText(..) => "add-licence-text",
            Self::OpenGate => "open-gate",
            Self::Tell(_) | Self::NameSources | Self::TellTraining => "document",
            Self::License(_) => "license",
            Self::Publish(_) => "publish",
        }
    }

    /// What it is done to: a component, a kind of thing, or a particular.
    pub fn of(&self) -> &'static str {
        match self {
            Self::AddText(_, covers, _) => covers.as_str(),
            Self::License(terms) => terms.as_str(),
            Self::OpenGate => Component::WeightsEndFinal.id(),
            Self::Tell(aspect) => aspect.as_str(),
            Self::NameSources => "sources",
            Self::TellTraining => Component::CodePretraining.id(),
            Self::Publish(component) => component.id(),
        }
    }
}

/// Components that belong to the base: whoever only tunes a model cannot publish them.
const BASE_STAGE: &[Component] = &[Component::WeightsBaseFinal, Component::CodePretraining, Component::DataPretraining];

/// Every act worth trying for a release. What belongs to a base model is its publisher's to do.
pub(super) fn candidates(inventory: &Inventory<'_>) -> Vec<Act> {
    let derived = inventory.lineage.derives();
    let mut acts = Vec::new();
    for (_, fact) in inventory.sheet.facts() {
        if let Claim::LicenseDeclared { covers, expression: Some(named), .. } = &fact.claim {
            acts.push(Act::AddText(fact.part(), *covers, named.clone()));
        }
    }
    let fixed = bound(inventory.sheet);
    acts.extend(Terms::ALL.into_iter().filter(|terms| !(fixed && *terms == Terms::Weights)).map(Act::License));
    acts.push(Act::OpenGate);
    if !derived {
        acts.extend(DataAspect::ALL.iter().map(|aspect| Act::Tell(*aspect)));
        acts.extend([Act::NameSources, Act::TellTraining]);
    }
    // Who they are made of is no act; and what is quantised is another model.
    let none = [Component::LineageBaseModel, Component::WeightsQuantisedVariants];
    let publishable = |component: &&Component| !(none.contains(component) || derived && BASE_STAGE.contains(component));
    acts.extend(Component::ALL.iter().filter(publishable).map(|component| Act::Publish(*component)));
    acts.sort();
    acts.dedup();
    acts
}

/// Whether the terms of the weights are bound by those of a base model that are not known to be open: whoever
/// made the derived model cannot relicense it.
fn bound(sheet: &FactSheet) -> bool {
    let lineage = Lineage::new(View::of(sheet));
    let grants_all = |id: LicenseId| {
        let expression = Expression::Id(id);
        Freedom::ALL.iter().all(|freedom| grants(&expression, *freedom) == Grant::Granted)
    };
    let open = |id: &FactId| match sheet.fact(*id).map(|fact| &fact.claim) {
        Some(Claim::BaseModel { name, .. }) => base_license(name).and_then(LicenseId::parse).is_some_and(grants_all),
        _ => false,
    };
    lineage.derives() && (lineage.outside.is_empty() || !lineage.outside.iter().all(open))
}

/// The facts after some acts.
pub(super) fn apply(sheet: &FactSheet, acts: &[Act]) -> FactSheet {
    let mut facts: Vec<Fact> = sheet.facts().map(|(_, fact)| fact.clone()).collect();
    for act in acts {
        one(sheet, act, &mut facts);
    }
    FactSheet::new(sheet.release.clone(), facts, sheet.gaps().to_vec(), sheet.inspectors.clone())
}

fn one(sheet: &FactSheet, act: &Act, facts: &mut Vec<Fact>) {
    let mut add = |facts: &mut Vec<Fact>, roles: &[Role], claim: Claim| {
        facts.push(Fact::new(claim, evidence(sheet, roles, act)));
    };
    let text = |covers, expression: &str| Claim::LicenseText {
        covers,
        kind: LicenseKind::Exact,
        expression: Some(expression.to_owned()),
        terms: Vec::new(),
        residue: Vec::new(),
    };
    match act {
        Act::AddText(part, covers, named) => {
            let mut evidence = evidence(sheet, &[], act);
            if let Place::Listed { part: place, .. } = &mut evidence.place {
                *place = *part;
            }
            facts.push(Fact::new(text(*covers, named), evidence));
        }
        Act::License(terms) => {
            let scopes = terms.scopes(sheet);
            let fixed = bound(sheet);
            // In its place: what the old text covered besides comes under the new one too, as in life.
            facts.retain_mut(|fact| {
                let parsed = |text: &Option<String>| text.as_deref().and_then(|text| Expression::parse(text).ok());
                let (covers, expression) = match &fact.claim {
                    Claim::LicenseText { covers, expression, .. }
                    | Claim::LicenseDeclared { covers, expression, .. } => (*covers, parsed(expression)),
                    Claim::Restricted { term, .. } if term.kind == TermKind::Gated => return true,
                    Claim::Restricted { covers, .. } => (*covers, None),
                    _ => return true,
                };
                if fixed && covers_scope(View::of(sheet), Scope::Model, covers, fact, expression.as_ref()) {
                    return true;
                }
                if !scopes.iter().any(|scope| covers_scope(View::of(sheet), *scope, covers, fact, expression.as_ref()))
                {
                    return true;
                }
                if matches!(fact.claim, Claim::Restricted { .. }) {
                    return false;
                }
                fact.claim = text(covers, "Apache-2.0");
                fact.evidence.basis = Basis::Observed;
                true
            });
            add(facts, roles(*terms), text(terms.covers(), terms.fitting()));
        }
        Act::OpenGate => {
            facts.retain(|fact| !matches!(&fact.claim, Claim::Restricted { term, .. } if term.kind == TermKind::Gated));
        }
        Act::Tell(aspect) => {
            add(facts, &[Role::Model], Claim::DataDescribed { aspect: *aspect, stage: Stage::Base });
        }
        Act::NameSources => {
            let claim = Claim::Dataset {
                name: "the sources".to_owned(),
                url: Some("the place of each".to_owned()),
                used_for: DataUse::Training,
                stage: Stage::Base,
            };
            add(facts, &[Role::Model], claim);
        }
        Act::TellTraining => {
            let claim =
                Claim::Provides { component: Component::CodePretraining, extent: Extent::Described, target: None };
            add(facts, &[Role::Code, Role::Model], claim);
        }
        Act::Publish(component) => publish(*component, facts, &mut add),
    }
}

/// How a supposed claim joins the facts: at the first part that has one of the roles.
type Add<'a> = dyn FnMut(&mut Vec<Fact>, &[Role], Claim) + 'a;

fn publish(component: Component, facts: &mut Vec<Fact>, add: &mut Add) {
    let weights = matches!(component, Component::WeightsEndFinal | Component::WeightsBaseFinal);
    facts.retain(|fact| match &fact.claim {
        Claim::Withholds { component: withheld } => *withheld != component,
        Claim::InterfaceOnly | Claim::DeltaWeights => !weights,
        _ => true,
    });
    let roles: &[Role] = match component.group() {
        Group::Weights => &[Role::Model],
        Group::Code => &[Role::Code, Role::Model],
        Group::Data => &[Role::Data, Role::Model],
        Group::Documents if component == Component::DocCodeDocs => &[Role::Code, Role::Model],
        Group::Documents => &[Role::Model, Role::Document],
    };
    match component {
        Component::WeightsEndFinal => {
            let claim = Claim::Weights {
                form: WeightForm::Full,
                format: "safetensors".to_owned(),
                files: 1,
                bytes: None,
                whole: Whole::Yes,
                missing: Vec::new(),
            };
            add(facts, roles, claim);
        }
        Component::ConfigModelMetadata => add(facts, roles, Claim::Runnable { by: "config".to_owned() }),
        _ => {}
    }
    if component != Component::WeightsEndFinal {
        add(facts, roles, Claim::Provides { component, extent: Extent::Whole, target: None });
    }
}

fn roles(terms: Terms) -> &'static [Role] {
    match terms {
        Terms::Weights | Terms::Documents => &[Role::Model],
        Terms::Code => &[Role::Code, Role::Model],
        Terms::Data => &[Role::Data, Role::Model],
    }
}

/// A place for what is not there yet: the first part that would hold it, at a path that bears the act's name.
fn evidence(sheet: &FactSheet, roles: &[Role], act: &Act) -> Evidence {
    let part = roles
        .iter()
        .find_map(|role| sheet.release.parts().find(|(_, part)| part.role == *role).map(|(index, _)| index))
        .unwrap_or(PartIndex(0));
    let name = format!("{}-{}", act.as_str(), act.of().replace('.', "-"));
    let listing = sheet.release.part(part).map(|part| part.listing.digest().clone());
    let listing = listing.unwrap_or_else(|| candor_facts::Digest::of(name.as_bytes()));
    let path = ArtifactPath::new(&name).unwrap_or_else(ArtifactPath::listing);
    Evidence { basis: Basis::Observed, place: Place::Listed { part, path, listing } }
}

/// How acts begin that one document about the training data can do together.
pub const TELL: &str = "Tell of the training data ";

/// What to do, in one sentence for the publisher.
pub(super) fn text(act: &Act, inventory: &Inventory<'_>) -> String {
    match act {
        Act::AddText(part, covers, named) => {
            let role = inventory.sheet.release.part(*part).map_or("release", |part| part.role.as_str());
            let of = match covers {
                Covers::Unstated => String::new(),
                covers => format!(" for the {covers}"),
            };
            format!(
                "Put the text of {named} into the {role} part{of}: that licence is named there, and its text was not found"
            )
        }
        Act::OpenGate => "Let the weights be downloaded without asking for permission".to_owned(),
        Act::Tell(aspect) => {
            let what = match aspect {
                DataAspect::Provenance => "where it comes from",
                DataAspect::Scope => "its size, kinds and languages",
                DataAspect::Selection => "how it was obtained and selected",
                DataAspect::Labelling => "how it was labelled, or that it was not",
                DataAspect::Processing => "how it was cleaned, filtered or otherwise processed",
                DataAspect::Unshareable => "what of it cannot be shared, and why",
            };
            format!("{TELL}{what}")
        }
        Act::NameSources => format!("{TELL}its sources by name, each with where to find it"),
        Act::TellTraining => "Tell how to start the training with the published code".to_owned(),
        Act::License(terms) => license(*terms, inventory),
        Act::Publish(component) => publishing(*component, inventory),
    }
}

fn license(terms: Terms, inventory: &Inventory<'_>) -> String {
    let (name, example) = (terms.as_str(), terms.fitting());
    let scopes = terms.scopes(inventory.sheet);
    let found = scopes
        .iter()
        .filter_map(|scope| inventory.scope(*scope))
        .find(|terms| terms.concluded.is_some() || !terms.unread.is_empty() || !terms.restrictions.is_empty());
    match found {
        None => format!("Put the {name} under an open licence, for instance {example}, with its text"),
        Some(found) => {
            let now = match (&found.concluded, &found.written) {
                (Some(concluded), _) => format!("{concluded}"),
                (None, Some(written)) => format!("\"{written}\""),
                (None, None) => "terms that nobody has judged".to_owned(),
            };
            let limits = found.restrictions.iter().filter(|term| term.kind != TermKind::Gated);
            let mut kinds: Vec<&str> = limits.map(|term| term.kind.as_str()).collect();
            kinds.dedup();
            let limits = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
            format!("Relicense the {name}: an open licence, for instance {example}, in place of {now}{limits}")
        }
    }
}

fn publishing(component: Component, inventory: &Inventory<'_>) -> String {
    let holding = inventory.holding(component);
    let title = component.title();
    let mut targets: Vec<String> = holding
        .elsewhere
        .iter()
        .filter_map(|id| match &inventory.fact(*id)?.claim {
            Claim::Provides { target, .. } => target.clone(),
            Claim::Dataset { url, name, .. } => url.clone().or_else(|| Some(name.clone())),
            _ => None,
        })
        .collect();
    targets.dedup();
    // What can be looked at by its locator goes first.
    let locator = |target: &String| ["hf:", "github:", "git+"].iter().any(|scheme| target.starts_with(scheme));
    targets.sort_by_key(|target| !locator(target));
    let role = match component.group() {
        Group::Code => "code",
        Group::Data if component.kind() == Kind::Data => "data",
        Group::Weights => "model",
        _ => "document",
    };
    if !holding.withheld.is_empty() {
        return format!("Publish the {title}, which the publisher says it keeps back");
    }
    if component == Component::WeightsEndFinal && !inventory.weights.broken.is_empty() {
        return "Publish the weight files that are missing, so that the set is whole".to_owned();
    }
    let others = match targets.len() {
        0 | 1 => String::new(),
        2 => " and another place".to_owned(),
        count => format!(" and {} more places", count - 1),
    };
    match (targets.first(), holding.elsewhere.is_empty(), holding.partial.is_empty()) {
        (Some(target), _, _) => {
            let how = if locator(target) { format!("; `--with {role}={target}` looks there") } else { String::new() };
            format!(
                "Show the {title}, said to lie at {target}{others}: if it is there, nothing more need be published{how}"
            )
        }
        (None, false, _) => {
            format!(
                "Show the {title}, said to be published elsewhere: put what is there into the release, or say where it lies"
            )
        }
        (None, true, false) => format!("Complete the {title}: a part of it is here"),
        (None, true, true) if !holding.described.is_empty() => {
            format!("Publish the {title}: told of, but not here")
        }
        _ => format!("Publish the {title}"),
    }
}
