//! Why a signature does not verify: one point of the format or of our policy, and a sentence.

use crate::caps;
use std::fmt;

/// What a refusal is about. The word stands in JSON, so that a reader can tell points apart without reading prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// The bundle cannot be read, or is not of the form that it must have.
    Bundle,
    /// The payload is of another type than an in-toto statement.
    PayloadType,
    /// The signature does not hold under the key.
    Signature,
    /// The key is not the one that the bundle names, or the bundle is signed in another way.
    Key,
    /// No chain of certificates leads to a root that was given.
    Chain,
    /// A certificate is expired or not yet valid.
    Validity,
    /// A certificate may not be used so: no code signing, no digital signature, no authority to issue.
    Usage,
    /// The payload is not an in-toto statement of version 1.
    StatementType,
    /// The statement is no model signature of version 1.0.
    PredicateType,
    /// The statement is not of the form that it must have.
    Statement,
    /// The digest of the whole does not follow from the digests of its parts.
    Subject,
    /// A hash function that the specification does not know, or digests that are not of the one named.
    HashType,
    /// No resource is signed.
    EmptyResources,
    /// A name that leaves the model or is not in its plain form.
    Name,
    /// The same name twice.
    Duplicate,
    /// Names out of order.
    Order,
    /// Byte ranges that leave a gap, overlap, or are cut otherwise than stated.
    Ranges,
    /// Paths that the signer left out in a way that hides what is loaded.
    Ignored,
    /// A link where the signer saw files.
    Link,
    /// Bytes that are not those that were signed.
    Changed,
    /// Files that were signed and are not there.
    Missing,
    /// Files that nobody signed.
    Unsigned,
    /// Empty files, which shards cannot sign.
    ZeroByte,
    /// A file that could not be read, or was written to meanwhile.
    Unreadable,
    /// A method or algorithm that this version cannot check.
    Unsupported,
}

impl Point {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::PayloadType => "payload-type",
            Self::Signature => "signature",
            Self::Key => "key",
            Self::Chain => "certificate-chain",
            Self::Validity => "certificate-validity",
            Self::Usage => "certificate-usage",
            Self::StatementType => "statement-type",
            Self::PredicateType => "predicate-type",
            Self::Statement => "statement",
            Self::Subject => "subject-digest",
            Self::HashType => "hash-type",
            Self::EmptyResources => "empty-resources",
            Self::Name => "resource-name",
            Self::Duplicate => "duplicate-name",
            Self::Order => "unsorted",
            Self::Ranges => "shard-ranges",
            Self::Ignored => "ignored-paths",
            Self::Link => "symlink",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Unsigned => "unsigned",
            Self::ZeroByte => "zero-byte-file",
            Self::Unreadable => "unreadable",
            Self::Unsupported => "unsupported",
        }
    }

    /// Whether the question stays open instead of being answered by no.
    pub fn leaves_open(self) -> bool {
        matches!(self, Self::Unreadable | Self::Unsupported)
    }
}

/// A reason against a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it is about.
    pub point: Point,
    /// What is wrong, where, and what to do.
    pub why: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// A refusal as the error of a step.
pub(crate) fn refuse<T>(point: Point, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { point, why: why.into() })
}

/// Some of many paths: `a, b, c and 5 more`.
pub(crate) fn named<'a>(paths: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = paths.len();
    let shown: Vec<String> = paths.take(caps::NAMED).map(shorten).collect();
    match count.saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What others wrote, in code style and no longer than a line.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}
