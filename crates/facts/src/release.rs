//! What one publisher put out as one model, wherever it lies.

use crate::{Digest, Sha256Writer};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Index of a [`Part`] in its [`Release`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartIndex(pub u32);

/// What a part of a release holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Weights and what stands beside them.
    Model,
    /// A code repository.
    Code,
    /// A data set.
    Data,
    /// Papers, system cards, pages.
    Document,
}

impl Role {
    /// All roles, in the order in which they are printed.
    pub const ALL: [Self; 4] = [Self::Model, Self::Code, Self::Data, Self::Document];

    /// The word used in bundles and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Code => "code",
            Self::Data => "data",
            Self::Document => "document",
        }
    }

    /// The role named by a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A path inside a part: relative, `/` between segments, no `.` or `..` segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ArtifactPath(String);

impl ArtifactPath {
    /// A path, or `None` when it is empty, absolute, or leaves its root.
    pub fn new(path: &str) -> Option<Self> {
        let bad = path.is_empty()
            || path.starts_with('/')
            || path.contains('\0')
            || path.split('/').any(|segment| matches!(segment, "" | "." | ".."));
        (!bad).then(|| Self(path.to_owned()))
    }

    /// The path of a listing itself, which is not a file of the release.
    pub fn listing() -> Self {
        Self("@listing".to_owned())
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The folder, without a trailing slash; empty at the root.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// What follows the last dot of the name, in lower case; empty when there is none.
    pub fn extension(&self) -> String {
        self.name().rsplit_once('.').map_or(String::new(), |(_, ext)| ext.to_ascii_lowercase())
    }
}

impl fmt::Display for ArtifactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an artifact's bytes come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A file of the release.
    Published,
    /// A platform's reply, kept as bytes.
    Answer {
        /// The address asked.
        of: String,
    },
    /// A reviewer's statement.
    Review,
}

/// A file of a part, whether or not its bytes are at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// Where it stands in its part.
    pub path: ArtifactPath,
    /// Length in bytes, where the listing says it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<u64>,
    /// The digest that the publisher or platform states; not checked here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub declared_digest: Option<Digest>,
    /// Whether the bytes can be read.
    pub at_hand: bool,
    /// Where the bytes come from.
    #[serde(skip_serializing_if = "is_published", default = "published")]
    pub origin: Origin,
}

fn is_published(origin: &Origin) -> bool {
    *origin == Origin::Published
}

fn published() -> Origin {
    Origin::Published
}

/// What a part holds: its files, and whether these are all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Whether a path that is not here does not exist. Without it, an unlisted path is unknown.
    pub complete: bool,
    /// Sorted by path, without repetition.
    entries: Vec<Artifact>,
    digest: Digest,
}

impl Listing {
    /// A listing from entries in any order. Of entries with one path the first that is at hand stays.
    pub fn new(complete: bool, mut entries: Vec<Artifact>) -> Self {
        entries.sort_by(|a, b| a.path.cmp(&b.path).then(b.at_hand.cmp(&a.at_hand)));
        entries.dedup_by(|later, first| later.path == first.path);
        let mut writer = Sha256Writer::default();
        writer.update(if complete { b"complete\n" } else { b"incomplete\n" });
        for entry in &entries {
            writer.update(entry.path.as_str().as_bytes());
            writer.update(b"\0");
            if let Some(size) = entry.size {
                writer.update(size.to_string().as_bytes());
            }
            writer.update(b"\0");
            if let Some(digest) = &entry.declared_digest {
                writer.update(digest.to_string().as_bytes());
            }
            writer.update(b"\n");
        }
        Self { complete, digest: writer.finish(), entries }
    }

    /// The files, sorted by path.
    pub fn entries(&self) -> &[Artifact] {
        &self.entries
    }

    /// SHA-256 over completeness and the sorted lines `path NUL size NUL digest LF`.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The entry of a path.
    pub fn get(&self, path: &str) -> Option<&Artifact> {
        let at = self.entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok()?;
        self.entries.get(at)
    }
}

/// One repository or folder of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it holds.
    pub role: Role,
    /// Where it was published, for instance `hf:org/name`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub locator: Option<String>,
    /// The commit or digest that fixes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revision: Option<String>,
    /// Its files.
    pub listing: Listing,
}

/// What one publisher put out as one model: an immutable snapshot of one or more parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// A short name that people recognise.
    pub id: String,
    /// Names under which documents speak of this release. Empty: no such names were given.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub subject: Vec<String>,
    /// The parts, in the order given.
    pub parts: Vec<Part>,
}

impl Release {
    /// The parts with their indices.
    pub fn parts(&self) -> impl Iterator<Item = (PartIndex, &Part)> {
        (0u32..).map(PartIndex).zip(&self.parts)
    }

    /// One part.
    pub fn part(&self, index: PartIndex) -> Option<&Part> {
        self.parts.get(index.0 as usize)
    }
}
