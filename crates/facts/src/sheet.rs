//! The fact sheet: everything that was found in a release, and everything that could not be looked at.

use crate::{ArtifactPath, Claim, Digest, Evidence, Part, PartIndex, Release};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Name and version of the stored form.
pub const SCHEMA: &str = "candor/facts/1";

/// Index of a [`Fact`] in its sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactId(pub u32);

/// A statement with its evidence. Never without.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fact {
    /// What is said.
    #[serde(flatten)]
    pub claim: Claim,
    /// Where it stands: the place that decides.
    pub evidence: Evidence,
    /// Further places.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub also: Vec<Evidence>,
}

impl Fact {
    /// A statement with one place.
    pub fn new(claim: Claim, evidence: Evidence) -> Self {
        Self { claim, evidence, also: Vec::new() }
    }

    /// All places, the deciding one first.
    pub fn places(&self) -> impl Iterator<Item = &Evidence> {
        std::iter::once(&self.evidence).chain(&self.also)
    }

    /// Whether it counts for what is confirmed.
    pub fn confirms(&self) -> bool {
        self.evidence.basis.confirms()
    }

    /// The part of the deciding place.
    pub fn part(&self) -> PartIndex {
        self.evidence.place.part()
    }
}

/// Why something could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum GapReason {
    /// It exists, and its bytes were not fetched.
    NotFetched,
    /// Access must be asked for.
    Gated,
    /// It is larger than we read.
    TooLarge {
        /// The cap, in bytes or entries.
        cap: u64,
    },
    /// The format is not one that we read.
    Unsupported {
        /// What it is.
        what: String,
    },
    /// It is not what its name says.
    Malformed {
        /// Byte at which that shows.
        at: u64,
        /// What is wrong.
        what: String,
    },
    /// The medium failed.
    Unreachable {
        /// How.
        what: String,
    },
    /// It was said of something that has changed since.
    Stale {
        /// What changed.
        what: String,
    },
    /// It points out of its root, in a circle, or is no regular file.
    Unsafe {
        /// What it is.
        what: String,
    },
}

impl GapReason {
    /// The word used in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotFetched => "not-fetched",
            Self::Gated => "gated",
            Self::TooLarge { .. } => "too-large",
            Self::Unsupported { .. } => "unsupported",
            Self::Malformed { .. } => "malformed",
            Self::Unreachable { .. } => "unreachable",
            Self::Stale { .. } => "stale",
            Self::Unsafe { .. } => "unsafe",
        }
    }

    /// Whether another attempt may see what this one could not.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFetched => f.write_str("listed, not fetched"),
            Self::Gated => f.write_str("gated: access must be asked for"),
            Self::TooLarge { cap } => write!(f, "larger than the cap of {cap}"),
            Self::Unsupported { what } => write!(f, "not read: {what}"),
            Self::Malformed { at, what } => write!(f, "malformed at byte {at}: {what}"),
            Self::Unreachable { what } => write!(f, "could not be read: {what}"),
            Self::Stale { what } => write!(f, "stale: {what}"),
            Self::Unsafe { what } => write!(f, "refused: {what}"),
        }
    }
}

/// Something that we could not look at, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// The part.
    pub part: PartIndex,
    /// The artifact.
    pub path: ArtifactPath,
    /// Why.
    #[serde(flatten)]
    pub reason: GapReason,
}

/// What was found in a release, in canonical order: the hinge between looking and judging.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactSheet {
    schema: String,
    /// What was looked at.
    pub release: Release,
    facts: Vec<Fact>,
    gaps: Vec<Gap>,
    /// Inspectors and their versions, sorted.
    pub inspectors: Vec<(String, u32)>,
    /// The models that this one is made from, as far as they are at hand. Their parts stand after its own.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub bases: Vec<Base>,
}

/// A model that a release is made from, at hand in the same sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Its name as the release that is made from it writes it.
    pub name: String,
    /// Its own short name.
    pub id: String,
    /// Names under which its documents speak of it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub subject: Vec<String>,
    /// Where it was found: a locator.
    pub found: String,
    /// The first of its parts.
    pub first: PartIndex,
    /// How many parts it has.
    pub parts: u32,
    /// The base, by its index in the sheet, that is made from this one; none: the release itself is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub of: Option<usize>,
}

impl Base {
    /// Whether a part belongs to it.
    pub fn owns(&self, part: PartIndex) -> bool {
        (self.first.0..self.first.0.saturating_add(self.parts)).contains(&part.0)
    }
}

impl FactSheet {
    /// A sheet; facts and gaps are sorted and repetitions dropped, so that order of discovery leaves no trace.
    pub fn new(release: Release, mut facts: Vec<Fact>, mut gaps: Vec<Gap>, mut inspectors: Vec<(String, u32)>) -> Self {
        for fact in &mut facts {
            fact.also.sort();
            fact.also.dedup();
        }
        facts.sort();
        facts.dedup();
        gaps.sort();
        gaps.dedup();
        inspectors.sort();
        Self { schema: SCHEMA.to_owned(), release, facts, gaps, inspectors, bases: Vec::new() }
    }

    /// The same sheet with a model that it is made from, whose facts keep their places. `name` is the name as
    /// written here, `found` the locator at which the base was found. Bases of the base come along.
    #[must_use]
    pub fn with_base(mut self, name: &str, found: &str, base: Self) -> Self {
        let shift = u32::try_from(self.release.parts.len()).unwrap_or(u32::MAX);
        let moved = |part: &mut PartIndex| part.0 = part.0.saturating_add(shift);
        let index = self.bases.len();
        let own = base.release.parts.len() - base.bases.iter().map(|base| base.parts as usize).sum::<usize>();
        self.bases.push(Base {
            name: name.to_owned(),
            id: base.release.id,
            subject: base.release.subject,
            found: found.to_owned(),
            first: PartIndex(shift),
            parts: u32::try_from(own).unwrap_or(u32::MAX),
            of: None,
        });
        for mut further in base.bases {
            moved(&mut further.first);
            further.of = Some(further.of.map_or(index, |of| of + index + 1));
            self.bases.push(further);
        }
        self.release.parts.extend(base.release.parts);
        for mut fact in base.facts {
            for evidence in std::iter::once(&mut fact.evidence).chain(&mut fact.also) {
                moved(evidence.place.part_mut());
            }
            self.facts.push(fact);
        }
        for mut gap in base.gaps {
            moved(&mut gap.part);
            self.gaps.push(gap);
        }
        for inspector in base.inspectors {
            if !self.inspectors.contains(&inspector) {
                self.inspectors.push(inspector);
            }
        }
        let bases = std::mem::take(&mut self.bases);
        Self { bases, ..Self::new(self.release, self.facts, self.gaps, self.inspectors) }
    }

    /// The same sheet with more that could not be looked at.
    #[must_use]
    pub fn with_gaps(mut self, gaps: impl IntoIterator<Item = Gap>) -> Self {
        self.gaps.extend(gaps);
        self.gaps.sort();
        self.gaps.dedup();
        self
    }

    /// The same sheet with more facts.
    #[must_use]
    pub fn with_facts(self, facts: impl IntoIterator<Item = Fact>) -> Self {
        let facts = self.facts.into_iter().chain(facts).collect();
        Self { bases: self.bases, ..Self::new(self.release, facts, self.gaps, self.inspectors) }
    }

    /// The release's own parts, without those of its bases, which come behind.
    pub fn own_parts(&self) -> &[Part] {
        let end = self.bases.iter().map(|base| base.first.0 as usize).min();
        self.release.parts.get(..end.unwrap_or(self.release.parts.len())).unwrap_or_default()
    }

    /// Whether a part is the release's own, and not of one of its bases.
    pub fn is_own(&self, part: PartIndex) -> bool {
        (part.0 as usize) < self.own_parts().len()
    }

    /// All facts, in canonical order.
    pub fn facts(&self) -> impl Iterator<Item = (FactId, &Fact)> {
        (0u32..).map(FactId).zip(&self.facts)
    }

    /// Facts of the release itself, without those of its bases, in canonical order.
    pub fn own_facts(&self) -> impl Iterator<Item = (FactId, &Fact)> {
        self.facts().filter(|(_, fact)| self.is_own(fact.part()))
    }

    /// One fact.
    pub fn fact(&self, id: FactId) -> Option<&Fact> {
        self.facts.get(id.0 as usize)
    }

    /// All gaps, in canonical order.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// The stored form: one JSON document, the same bytes for the same content.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Read the stored form.
    ///
    /// # Errors
    /// When it is not a fact sheet, or of a schema that this version does not know.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let sheet: Self = serde_json::from_str(text).map_err(|error| format!("not a fact sheet: {error}"))?;
        if sheet.schema != SCHEMA {
            return Err(format!("fact sheet of schema `{}`; this version reads `{SCHEMA}`", sheet.schema));
        }
        Ok(sheet)
    }

    /// SHA-256 of the stored form.
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_json().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Artifact, Basis, Component, Extent, Listing, Origin, Part, Place, Role};
    use proptest::prelude::*;

    fn listing(paths: &[String]) -> Listing {
        let entry = |path: &String| Artifact {
            path: ArtifactPath::new(path).expect("path"),
            size: Some(path.len() as u64),
            declared_digest: None,
            at_hand: true,
            origin: Origin::Published,
        };
        Listing::new(true, paths.iter().map(entry).collect())
    }

    fn sheet(paths: &[String]) -> FactSheet {
        let listing = listing(paths);
        let fact = |path: &String| {
            let place = Place::Listed {
                part: PartIndex(0),
                path: ArtifactPath::new(path).expect("path"),
                listing: listing.digest().clone(),
            };
            let claim = Claim::Provides { component: Component::DocModelCard, extent: Extent::Whole, target: None };
            Fact::new(claim, Evidence { basis: Basis::Observed, place })
        };
        let facts = paths.iter().map(fact).collect();
        let gap = |path: &String| Gap {
            part: PartIndex(0),
            path: ArtifactPath::new(path).expect("path"),
            reason: GapReason::NotFetched,
        };
        let gaps = paths.iter().map(gap).collect();
        let part = Part { role: Role::Model, locator: None, revision: None, listing };
        let release = Release { id: "x".to_owned(), subject: Vec::new(), parts: vec![part] };
        FactSheet::new(release, facts, gaps, vec![("card".to_owned(), 1)])
    }

    proptest! {
        #[test]
        fn order_of_discovery_leaves_no_trace(mut paths in proptest::collection::vec("[a-z]{1,3}(/[a-z]{1,2})?", 0..9)) {
            let forwards = sheet(&paths);
            paths.reverse();
            let backwards = sheet(&paths);
            prop_assert_eq!(forwards.to_json(), backwards.to_json());
            let read = FactSheet::from_json(&forwards.to_json()).expect("round trip");
            prop_assert_eq!(read.digest(), forwards.digest());
        }

        #[test]
        fn paths_never_leave_their_root(path in "[a./]{0,8}") {
            if let Some(path) = ArtifactPath::new(&path) {
                prop_assert!(!path.as_str().starts_with('/'));
                prop_assert!(!path.as_str().split('/').any(|segment| segment == ".." || segment == "." || segment.is_empty()));
            }
        }
    }

    #[test]
    fn a_sheet_of_another_schema_is_refused() {
        let text = sheet(&[]).to_json().replace(SCHEMA, "candor/facts/999");
        assert!(FactSheet::from_json(&text).is_err());
    }
}
