//! Where a statement stands, and who makes it.

use crate::{ArtifactPath, Digest, PartIndex};
use serde::{Deserialize, Serialize};

/// Who says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// We looked at the thing itself.
    Observed,
    /// The publisher says so.
    Declared,
    /// A reviewer says so, pinned to what was reviewed.
    Attested {
        /// Who reviewed.
        by: String,
    },
}

impl Basis {
    /// The word used in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Declared => "declared",
            Self::Attested { .. } => "attested",
        }
    }

    /// Whether it counts for what is confirmed: observed or attested, not merely declared.
    pub fn confirms(&self) -> bool {
        !matches!(self, Self::Declared)
    }
}

/// How the place inside an artifact is called by those who work with its format.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Route(pub String);

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "place", rename_all = "kebab-case")]
pub enum Place {
    /// Bytes of an artifact.
    Span {
        /// The part that holds the artifact.
        part: PartIndex,
        /// The artifact.
        path: ArtifactPath,
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
        /// Line of the first byte, from 1; 0 in artifacts that have no lines.
        line: u32,
        /// SHA-256 of exactly these bytes.
        digest: Digest,
        /// Key path, tensor name, heading or clause.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        route: Option<Route>,
    },
    /// A path that stands in a listing.
    Listed {
        /// The part whose listing it is.
        part: PartIndex,
        /// The path.
        path: ArtifactPath,
        /// Digest of the listing.
        listing: Digest,
    },
    /// We looked for this in that listing, and it was not there.
    Absent {
        /// The part whose listing was searched.
        part: PartIndex,
        /// What was sought, as a glob or in words.
        sought: String,
        /// Digest of the listing searched.
        listing: Digest,
        /// Whether the listing names all there is; if not, nothing follows from the absence.
        complete: bool,
    },
}

impl Place {
    /// The part in which the place lies.
    pub fn part(&self) -> PartIndex {
        match self {
            Self::Span { part, .. } | Self::Listed { part, .. } | Self::Absent { part, .. } => *part,
        }
    }

    /// The same, to change it.
    pub(crate) fn part_mut(&mut self) -> &mut PartIndex {
        match self {
            Self::Span { part, .. } | Self::Listed { part, .. } | Self::Absent { part, .. } => part,
        }
    }

    /// The artifact, where the place is in or at one.
    pub fn path(&self) -> Option<&ArtifactPath> {
        match self {
            Self::Span { path, .. } | Self::Listed { path, .. } => Some(path),
            Self::Absent { .. } => None,
        }
    }
}

/// A place and who makes the statement there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// Who says so.
    pub basis: Basis,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
}
