//! What a text is.

use std::ops::Range;

use crate::catalogue;
use crate::expression::{Expression, LicenseId};
use crate::fingerprint;
use crate::terms::{ConditionKind, RestrictionKind};
use crate::words;

/// How a text matches a known licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchKind {
    /// Every word is accounted for: it is this licence.
    Exact,
    /// It resembles the licence and differs by words that matter.
    Modified,
    /// A header, tag or sentence that grants the named licence.
    Notice,
    /// The licence is named; nothing says that it applies.
    Mention,
}

impl MatchKind {
    /// The contract's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Modified => "modified",
            Self::Notice => "notice",
            Self::Mention => "mention",
        }
    }
}

/// One licence found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Which.
    pub id: LicenseId,
    /// How.
    pub kind: MatchKind,
    /// Where.
    pub bytes: Range<usize>,
    /// Spans of the user's bytes that differ from the licence.
    pub residue: Vec<Range<usize>>,
    /// How many words of the licence are absent here.
    pub missing: usize,
}

/// A restriction found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its kind.
    pub kind: RestrictionKind,
    /// The number of a threshold.
    pub value: Option<u64>,
    /// The clause in the user's text.
    pub bytes: Option<Range<usize>>,
    /// Read in this text; otherwise it follows from the licence named.
    pub via_text: bool,
    /// What it says, in our words.
    pub note: String,
}

/// A condition found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCondition {
    /// Its kind.
    pub kind: ConditionKind,
    /// The clause in the user's text.
    pub bytes: Option<Range<usize>>,
    /// Read in this text; otherwise it follows from the licence named.
    pub via_text: bool,
    /// What it says, in our words.
    pub note: String,
}

/// What a text is, what differs, and what it forbids and demands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identification {
    /// The licence concluded; `None`: no licence recognised.
    pub expression: Option<Expression>,
    /// What was recognised, best first.
    pub matches: Vec<Match>,
    /// What restricts.
    pub restrictions: Vec<Found>,
    /// What is demanded in return.
    pub conditions: Vec<FoundCondition>,
    /// The text reads like a licence but is none we know.
    pub custom: bool,
}

/// Identifies a licence text.
pub fn identify(bytes: &[u8]) -> Identification {
    let words = words::words(bytes);
    let Some(known) = fingerprint::load().and_then(|f| f.exact(words::whole(&words), words.len())) else {
        return Identification::default();
    };
    let id = known.id();
    let whole = 0..bytes.len();
    let license = catalogue::license(&id);
    let found = Match { id: id.clone(), kind: MatchKind::Exact, bytes: whole, residue: Vec::new(), missing: 0 };
    Identification {
        expression: Some(Expression::Id(id)),
        matches: vec![found],
        restrictions: license.map(named_restrictions).unwrap_or_default(),
        conditions: license.map(named_conditions).unwrap_or_default(),
        custom: false,
    }
}

/// Restrictions that prose states.
pub fn clauses(_bytes: &[u8]) -> Vec<Found> {
    Vec::new()
}

fn named_restrictions(license: &crate::License) -> Vec<Found> {
    let restrictions = license.restrictions.iter();
    restrictions
        .map(|r| Found { kind: r.kind, value: r.value, bytes: None, via_text: true, note: r.note.to_owned() })
        .collect()
}

fn named_conditions(license: &crate::License) -> Vec<FoundCondition> {
    let conditions = license.conditions.iter();
    conditions.map(|c| FoundCondition { kind: c.kind, bytes: None, via_text: true, note: c.note.to_owned() }).collect()
}
