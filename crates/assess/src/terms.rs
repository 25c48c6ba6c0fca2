//! Which terms cover what: declared and concluded licences, restrictions, conflicts.
//!
//! A licence covers what its place and words say: in the model part the weights, in a code part the code; a
//! text written for models covers the weights wherever it stands, and a code licence covers the weights only
//! where the publisher says so. Of several candidates all are kept, and the stricter counts.
//!
//! Long because which of several texts and names decides is one judgement, made in one place.

use crate::inventory::Inventory;
use crate::lineage::{self, Lineage};
use crate::view::View;
use crate::weights::Weights;
use candor_facts::{
    Basis, Claim, Component, Covers, Evidence, Extent, Fact, FactId, Kind, LicenseKind, PartIndex, Place, Role,
    TermFound, TermKind,
};
use candor_license::{self as engine, Expression, Family, Freedom, Grant, LicenseId};

/// What terms are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The weights.
    Model,
    /// Source code.
    Code,
    /// Data sets.
    Data,
    /// Documents of one part: the licence of a repository covers what is written in it, and nothing beyond.
    Documents(PartIndex),
}

impl Scope {
    /// All scopes.
    pub fn of(view: View<'_>) -> Vec<Self> {
        let documents = view.parts().map(|(part, _)| Self::Documents(part));
        [Self::Model, Self::Code, Self::Data].into_iter().chain(documents).collect()
    }
}

/// How a restriction is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// Read in a text here.
    Text,
    /// It follows from the named licence.
    Licence,
    /// It is inherited from the base model.
    Base,
}

impl Via {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Licence => "licence",
            Self::Base => "base",
        }
    }
}

/// A restriction or condition with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is.
    pub kind: TermKind,
    /// The number of a threshold.
    pub value: Option<u64>,
    /// How it is known.
    pub via: Via,
    /// The licence it belongs to, as an id.
    pub license: String,
    /// What it means, in our words.
    pub note: String,
    /// The fact.
    pub fact: FactId,
    /// The clause, where it was read.
    pub clause: Option<Evidence>,
    /// The statement that names the base from which it is inherited, where the base is at hand.
    pub through: Option<FactId>,
}

/// The terms over one scope.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Texts that cover the scope.
    pub texts: Vec<FactId>,
    /// Statements that name a licence for it.
    pub declared: Vec<FactId>,
    /// What the texts are, or what the statements name where there is no text.
    pub concluded: Option<Expression>,
    /// What the publisher writes.
    pub written: Option<String>,
    /// Two facts that do not agree.
    pub conflict: Option<(FactId, FactId)>,
    /// What is forbidden.
    pub restrictions: Vec<Term>,
    /// What is asked in return.
    pub conditions: Vec<Term>,
    /// Texts and names that nobody has judged.
    pub unread: Vec<FactId>,
}

/// What a freedom rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freedoms {
    /// Granted by texts that were read.
    GrantedByText(Vec<FactId>),
    /// Granted by what the publisher names.
    GrantedByName(Vec<FactId>),
    /// Taken away by these.
    Restricted(Vec<Term>),
    /// Words that nobody has judged.
    Unread(Vec<FactId>),
    /// No terms were found.
    NoTerms,
}

impl Terms {
    /// Collect the terms of a scope.
    pub fn new(
        view: View<'_>,
        scope: Scope,
        lineage: &Lineage,
        weights: &Weights,
        bases: &[(FactId, Inventory<'_>)],
    ) -> Self {
        let mut terms = Self::default();
        for (id, fact) in view.facts() {
            terms.take(view, scope, id, fact);
        }
        terms.conclude(view);
        if scope == Scope::Model {
            terms.inherit(view, lineage, bases);
            terms.missing(view, weights);
        }
        terms.restrictions.sort_by_key(|a| (a.kind, a.via, a.value, a.fact));
        terms.restrictions.dedup_by(|later, first| later.kind == first.kind && later.license == first.license);
        terms.conditions.sort_by_key(|a| (a.kind, a.via, a.fact));
        terms.conditions.dedup_by(|later, first| later.kind == first.kind && later.license == first.license);
        terms
    }

    fn take(&mut self, view: View<'_>, scope: Scope, id: FactId, fact: &Fact) {
        match &fact.claim {
            Claim::LicenseText { covers, kind, expression, terms, .. } => {
                let parsed = expression.as_deref().and_then(|text| Expression::parse(text).ok());
                let policy = parsed.as_ref().is_some_and(|expression| expression.ids().all(is_policy));
                if !covers_scope(view, scope, *covers, fact, parsed.as_ref()) {
                    return;
                }
                let name = expression.clone().unwrap_or_else(|| "a text of its own".to_owned());
                for found in terms {
                    let clause = found.bytes.and_then(|bytes| clause(fact, bytes));
                    let via = if clause.is_some() { Via::Text } else { Via::Licence };
                    self.hold(found, via, &name, id, clause);
                }
                if policy {
                    return;
                }
                match kind {
                    LicenseKind::Exact | LicenseKind::Notice if parsed.is_some() => self.texts.push(id),
                    LicenseKind::Modified | LicenseKind::Custom => {
                        self.texts.push(id);
                        self.unread.push(id);
                    }
                    LicenseKind::Unrecognised if is_license_file(fact) => self.unread.push(id),
                    _ => {}
                }
            }
            Claim::LicenseDeclared { covers, expression, written } => {
                let parsed = expression.as_deref().and_then(|text| Expression::parse(text).ok());
                if !covers_scope(view, scope, *covers, fact, parsed.as_ref()) {
                    return;
                }
                self.declared.push(id);
                match parsed {
                    Some(expression) => self.follow(&expression, Via::Licence, id),
                    None if written.eq_ignore_ascii_case("unknown") => {}
                    None => self.unread.push(id),
                }
            }
            Claim::Restricted { covers, term } if covers_scope(view, scope, *covers, fact, None) => {
                self.hold(term, Via::Text, "", id, Some(fact.evidence.clone()));
            }
            _ => {}
        }
    }

    fn hold(&mut self, found: &TermFound, via: Via, license: &str, fact: FactId, clause: Option<Evidence>) {
        let term = Term {
            kind: found.kind,
            value: found.value,
            via,
            license: license.to_owned(),
            note: found.note.clone(),
            fact,
            clause,
            through: None,
        };
        if found.kind.restricts() { self.restrictions.push(term) } else { self.conditions.push(term) }
    }

    /// Restrictions and conditions that follow from a licence by name.
    fn follow(&mut self, expression: &Expression, via: Via, fact: FactId) {
        for id in expression.ids() {
            let Some(license) = engine::license(id) else { continue };
            for restriction in &license.restrictions {
                if let Some(kind) = TermKind::parse(restriction.kind.as_str()) {
                    let found =
                        TermFound { kind, value: restriction.value, bytes: None, note: restriction.note.to_owned() };
                    self.hold(&found, via, id.as_str(), fact, None);
                }
            }
            for condition in &license.conditions {
                if let Some(kind) = TermKind::parse(condition.kind.as_str()) {
                    let found = TermFound { kind, value: None, bytes: None, note: condition.note.to_owned() };
                    self.hold(&found, via, id.as_str(), fact, None);
                }
            }
        }
    }

    fn conclude(&mut self, view: View<'_>) {
        let expression = |id: &FactId| -> Option<Expression> {
            match &view.fact(*id)?.claim {
                Claim::LicenseText { expression, .. } | Claim::LicenseDeclared { expression, .. } => {
                    Expression::parse(expression.as_deref()?).ok()
                }
                _ => None,
            }
        };
        let distinct = |facts: &[FactId]| -> Vec<Expression> {
            let mut list: Vec<Expression> = Vec::new();
            for found in facts.iter().filter_map(expression) {
                if !list.iter().any(|known| known.to_string() == found.to_string()) {
                    list.push(found);
                }
            }
            list
        };
        let from_texts = distinct(&self.texts);
        let from_names = distinct(&self.declared);
        let first = |facts: &[FactId]| facts.iter().find(|id| expression(id).is_some()).copied();
        if let (Some(text), Some(name)) = (first(&self.texts), first(&self.declared)) {
            let ids = |list: &[Expression]| -> Vec<String> {
                list.iter().flat_map(|e| e.ids().map(ToString::to_string).collect::<Vec<_>>()).collect()
            };
            let (texts, names) = (ids(&from_texts), ids(&from_names));
            if names.iter().any(|name| !texts.contains(name)) {
                let odd = self
                    .declared
                    .iter()
                    .find(|id| expression(id).is_some_and(|e| e.ids().any(|id| !texts.contains(&id.to_string()))));
                self.conflict = Some((text, odd.copied().unwrap_or(name)));
            }
        } else if from_names.len() > 1 {
            let mut named = self.declared.iter().filter(|id| expression(id).is_some());
            if let (Some(one), Some(other)) = (named.next(), named.next_back()) {
                self.conflict = Some((*one, *other));
            }
        }
        self.concluded = Expression::all(if from_texts.is_empty() { from_names } else { from_texts });
        self.written = self.declared.iter().find_map(|id| match &view.fact(*id)?.claim {
            Claim::LicenseDeclared { written, .. } => Some(written.clone()),
            _ => None,
        });
    }

    /// The base model's terms reach what is made of it: those read of a base at hand, else those of the licence
    /// that it is known by.
    fn inherit(&mut self, view: View<'_>, lineage: &Lineage, bases: &[(FactId, Inventory<'_>)]) {
        for id in &lineage.outside {
            let Some(Claim::BaseModel { name, .. }) = view.fact(*id).map(|fact| &fact.claim) else {
                // Weights that are those of another model, and neither says who came first: its terms may reach here.
                self.unread.push(*id);
                continue;
            };
            let theirs = match bases.iter().find(|(said, _)| said == id).and_then(|(_, base)| base.model_terms()) {
                Some(terms) => {
                    self.take_over(*id, terms);
                    terms.concluded.clone()
                }
                None => {
                    let known = lineage::base_license(name).and_then(LicenseId::parse).map(Expression::Id);
                    known.iter().for_each(|license| self.follow(license, Via::Base, *id));
                    known
                }
            };
            let Some(theirs) = theirs else {
                // Who does not know the base's terms does not know what may be done with what is made of it.
                self.unread.push(*id);
                continue;
            };
            let ids = |e: &Expression| e.ids().map(ToString::to_string).collect::<Vec<_>>();
            let ours: Vec<String> = self.concluded.iter().flat_map(ids).collect();
            let limited =
                theirs.ids().any(|id| engine::license(id).is_some_and(|known| !known.restrictions.is_empty()));
            if self.conflict.is_none()
                && limited
                && !ours.is_empty()
                && !ids(&theirs).iter().any(|id| ours.contains(id))
                && let Some(own) = self.texts.first().or(self.declared.first())
            {
                self.conflict = Some((*own, *id));
            }
        }
    }

    /// The terms of a base at hand, each with its own place and with the statement that names the base.
    fn take_over(&mut self, said: FactId, theirs: &Self) {
        let inherited = |term: &Term| Term { via: Via::Base, through: Some(said), ..term.clone() };
        self.restrictions.extend(theirs.restrictions.iter().map(inherited));
        self.conditions.extend(theirs.conditions.iter().map(inherited));
        self.unread.extend(&theirs.unread);
    }

    /// Weights that are here, in a complete listing, without any terms: no permission was found.
    fn missing(&mut self, view: View<'_>, weights: &Weights) {
        let none = self.texts.is_empty() && self.declared.is_empty() && self.unread.is_empty();
        let Some(fact) = weights.whole.first().filter(|_| none) else { return };
        let Some(part) = view.fact(*fact).map(Fact::part) else { return };
        let complete = view.part(part).is_some_and(|part| part.listing.complete);
        // Terms that stand deeper, or say another thing, may be meant for all: then nobody knows.
        let said = |(_, fact): (FactId, &Fact)| {
            matches!(fact.claim, Claim::LicenseText { .. } | Claim::LicenseDeclared { .. }) && fact.part() == part
        };
        if view.facts().any(said) {
            return;
        }
        let unseen = view.gaps().any(|gap| gap.part == part && is_terms_path(gap.path.name()));
        let Some(listing) = view.part(part).map(|part| part.listing.digest().clone()).filter(|_| complete && !unseen)
        else {
            return;
        };
        let place =
            Place::Absent { part, sought: "LICENSE*, or a licence named in a card".to_owned(), listing, complete };
        let clause = Evidence { basis: Basis::Observed, place };
        let found = TermFound {
            kind: TermKind::NoLicense,
            value: None,
            bytes: None,
            note: "no permission of any kind was found".to_owned(),
        };
        self.hold(&found, Via::Text, "", *fact, Some(clause));
    }

    /// Whether these terms grant some freedoms.
    pub fn grant(&self, freedoms: &[Freedom], view: View<'_>) -> Freedoms {
        let limiting: Vec<Term> = self
            .restrictions
            .iter()
            .filter(|term| {
                let kind = engine::RestrictionKind::parse(term.kind.as_str());
                kind.is_some_and(|kind| freedoms.iter().any(|freedom| kind.limits(*freedom)))
            })
            .cloned()
            .collect();
        if !limiting.is_empty() {
            return Freedoms::Restricted(limiting);
        }
        if !self.unread.is_empty() {
            return Freedoms::Unread(self.unread.clone());
        }
        let granted = |id: &FactId| {
            let expression = match view.fact(*id).map(|fact| &fact.claim) {
                Some(Claim::LicenseText { expression, .. } | Claim::LicenseDeclared { expression, .. }) => {
                    expression.as_deref()
                }
                _ => None,
            };
            expression.and_then(|text| Expression::parse(text).ok()).is_some_and(|expression| {
                freedoms.iter().all(|freedom| engine::grants(&expression, *freedom) == Grant::Granted)
            })
        };
        let all = || self.texts.iter().chain(&self.declared);
        let stated = |id: &&FactId| {
            !matches!(view.fact(**id).map(|fact| &fact.claim), Some(Claim::LicenseDeclared { expression: None, .. }))
        };
        let ungranted: Vec<FactId> = all().filter(stated).filter(|id| !granted(id)).copied().collect();
        let named: Vec<FactId> = all().filter(|id| granted(id)).copied().collect();
        if !ungranted.is_empty() {
            Freedoms::Unread(ungranted)
        } else if named.is_empty() {
            Freedoms::NoTerms
        } else if self.texts.is_empty() {
            Freedoms::GrantedByName(named)
        } else {
            Freedoms::GrantedByText(self.texts.clone())
        }
    }

    /// Whether all of these terms are open for a kind of component, as the Model Openness Framework counts it.
    pub fn open(&self, kind: crate::mof::Kind, view: View<'_>) -> Freedoms {
        match self.grant(&Freedom::ALL, view) {
            restricted @ (Freedoms::Restricted(_) | Freedoms::NoTerms) => return restricted,
            _ if !self.unread.is_empty() => return Freedoms::Unread(self.unread.clone()),
            _ => {}
        }
        let expression = |id: &FactId| match view.fact(*id).map(|fact| &fact.claim) {
            Some(Claim::LicenseText { expression, .. } | Claim::LicenseDeclared { expression, .. }) => {
                expression.as_deref().and_then(|text| Expression::parse(text).ok())
            }
            _ => None,
        };
        let named: Vec<FactId> =
            self.texts.iter().chain(&self.declared).filter(|id| expression(id).is_some()).copied().collect();
        let closed: Vec<FactId> = named
            .iter()
            .filter(|id| !expression(id).is_some_and(|expression| crate::mof::accepts(&expression, kind)))
            .copied()
            .collect();
        match (closed.is_empty(), named.is_empty(), self.texts.is_empty()) {
            (false, _, _) => Freedoms::Unread(closed),
            (true, true, _) => Freedoms::NoTerms,
            (true, false, true) => Freedoms::GrantedByName(named),
            (true, false, false) => Freedoms::GrantedByText(self.texts.clone()),
        }
    }

    /// Whether every licence concluded is approved by the OSI; `None` when there is none.
    pub fn osi(&self) -> Option<bool> {
        let expression = self.concluded.as_ref()?;
        Some(approved(expression))
    }
}

/// Whether an expression is approved: `AND` needs all, `OR` one.
fn approved(expression: &Expression) -> bool {
    match expression {
        Expression::Id(id) => engine::license(id).is_some_and(|license| license.osi),
        Expression::With(inner, _) => approved(inner),
        Expression::And(parts) => parts.iter().all(approved),
        Expression::Or(parts) => parts.iter().any(approved),
    }
}

fn is_policy(id: &LicenseId) -> bool {
    engine::license(id).is_some_and(|license| license.family == Family::Policy)
}

fn is_model_license(expression: &Expression) -> bool {
    expression.ids().any(|id| {
        let bare = id.as_str().replace("LicenseRef-modified-", "");
        let known = engine::license(id).or_else(|| LicenseId::parse(&bare).as_ref().and_then(engine::license));
        known.is_some_and(|license| matches!(license.family, Family::Model | Family::Policy))
    })
}

/// Whether a text or statement covers a scope, by what it says, where it stands and what it is.
pub(crate) fn covers_scope(
    view: View<'_>,
    scope: Scope,
    covers: Covers,
    fact: &Fact,
    expression: Option<&Expression>,
) -> bool {
    let role = view.part(fact.part()).map(|part| part.role);
    let depth = fact.evidence.place.path().map_or(0, |path| depth(path.as_str()));
    match (scope, covers) {
        (Scope::Model, Covers::Model) | (Scope::Code, Covers::Code) | (Scope::Data, Covers::Data) => true,
        (Scope::Model, Covers::Unstated) => {
            role == Some(Role::Model) && depth == 0
                || role == Some(Role::Document)
                    && depth == 0
                    && matches!(fact.claim, Claim::LicenseDeclared { .. } | Claim::Restricted { .. })
                || expression.is_some_and(is_model_license)
        }
        (Scope::Code, Covers::Unstated) => {
            let model_terms = expression.is_some_and(is_model_license);
            // Beside the weights it covers the code that stands there too; code elsewhere has terms of its own.
            let code_here = |(_, other): (FactId, &Fact)| {
                matches!(&other.claim, Claim::Provides { component, extent: Extent::Whole | Extent::Partial, .. }
                    if component.kind() == Kind::Code && *component != Component::CodeTokenizer)
                    && other.part() == fact.part()
            };
            (role == Some(Role::Code) && (!model_terms || depth == 0)
                || role == Some(Role::Model) && depth == 0 && view.facts().any(code_here))
                && matches!(fact.claim, Claim::LicenseText { .. } | Claim::LicenseDeclared { .. })
        }
        // The licence of a repository that makes a data set covers its code; only beside data does it cover data.
        (Scope::Data, Covers::Unstated) => {
            let here = |(_, other): (FactId, &Fact)| {
                let data = matches!(
                    &other.claim,
                    Claim::Provides { component: Component::DataPretraining, extent: Extent::Whole, .. }
                );
                data && other.part() == fact.part() && other.confirms()
            };
            role == Some(Role::Data) && view.facts().any(here)
        }
        (Scope::Documents(_), Covers::Documents) => true,
        (Scope::Documents(part), Covers::Unstated) => {
            part == fact.part()
                && depth == 0
                && matches!(fact.claim, Claim::LicenseText { .. } | Claim::LicenseDeclared { .. })
        }
        _ => false,
    }
}

/// How deep in its part a path stands. What a Python package says of itself (`NAME.dist-info/licenses/LICENSE`) it says
/// of the folder above.
fn depth(path: &str) -> usize {
    let Some((first, rest)) = path.split_once('/') else { return 0 };
    if first.ends_with(".dist-info") || first.ends_with(".egg-info") {
        return rest.strip_prefix("licenses/").unwrap_or(rest).matches('/').count();
    }
    path.matches('/').count()
}

fn is_terms_path(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["license", "licence", "copying", "readme", "terms", "unlicense"].iter().any(|stem| name.starts_with(stem))
}

fn is_license_file(fact: &Fact) -> bool {
    fact.evidence.place.path().is_some_and(|path| {
        let name = path.name().to_ascii_lowercase();
        ["license", "licence", "copying"].iter().any(|stem| name.contains(stem))
    })
}

/// The evidence of a clause among the places of a fact.
fn clause(fact: &Fact, bytes: (u64, u64)) -> Option<Evidence> {
    fact.places()
        .find(|evidence| matches!(&evidence.place, Place::Span { start, end, .. } if (*start, *end) == bytes))
        .cloned()
}
