//! What a text is.

use std::ops::Range;

use crate::bodies;
use crate::conclude::{Text, conclude};
use crate::detect;
use crate::evidence;
use crate::expression::{Expression, LicenseId};
use crate::fingerprint::{self, Role};
use crate::notices::{self, Notice};
use crate::outside;
use crate::prose;
use crate::terms::{ConditionKind, RestrictionKind};
use crate::words::{self, Word};

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
    let bodies =
        fingerprint::load().map(|known| bodies::bodies(&known, &words, &words::windows(&words))).unwrap_or_default();
    let clauses = detect::detect(&words, bytes);
    let stated: Vec<Range<usize>> = clauses.iter().filter(|c| c.restricts()).map(|c| c.words.clone()).collect();
    let outside = outside::outside(bytes, &words, &bodies, &stated);
    let inside = |word: usize| bodies.iter().any(|b| b.is_text() && b.explains(word));
    let notices = notices::notices(bytes, &words, &inside);
    let mut texts = Vec::new();
    for (n, body) in bodies.iter().enumerate() {
        if body.document.role == Role::Header && !header_holds(&words, body, &notices) {
            continue;
        }
        let mut residue: Vec<Range<usize>> = body.difference.extra.clone();
        residue.extend(outside.residue_of(n));
        residue.sort_by_key(|r| r.start);
        let mut residue: Vec<Range<usize>> = residue.iter().filter_map(|r| byte_span(&words, r)).collect();
        let whole = residue.is_empty() && body.difference.missing == 0;
        if residue.is_empty() {
            residue.extend(body.difference.holes.iter().filter_map(|h| hole(&words, *h)));
        }
        let kind = match (body.document.role, whole) {
            (Role::Header, _) => MatchKind::Notice,
            (_, true) => MatchKind::Exact,
            (_, false) => MatchKind::Modified,
        };
        let bytes = byte_span(&words, &body.words).unwrap_or_default();
        let found = Match { id: body.document.id(), kind, bytes, residue, missing: body.difference.missing };
        texts.push(Text { body, found });
    }
    let kinds: Vec<(usize, LicenseId, MatchKind)> = texts
        .iter()
        .filter_map(|t| Some((bodies.iter().position(|b| std::ptr::eq(b, t.body))?, t.found.id.clone(), t.found.kind)))
        .collect();
    let (expression, matches) = conclude(texts, notices);
    let reads_as_license = matches.iter().all(|m| m.kind == MatchKind::Mention) && prose::reads_as_license(&words);
    let mut told = Told::default();
    tell(&words, &clauses, &bodies, &kinds, &matches, outside.code, reads_as_license, &mut told);
    let custom = reads_as_license || matches.iter().any(|m| m.kind == MatchKind::Modified);
    let expression = match expression {
        None if reads_as_license && (matches.is_empty() || !told.restrictions.is_empty()) => {
            Some(Expression::Id(LicenseId::known("LicenseRef-custom")))
        }
        other => other,
    };
    Identification { expression, matches, restrictions: told.restrictions, conditions: told.conditions, custom }
}

#[derive(Default)]
struct Told {
    restrictions: Vec<Found>,
    conditions: Vec<FoundCondition>,
}

/// The terms of the licences found, each with its clause here; and the clauses of what no known text explains.
#[allow(clippy::too_many_arguments, reason = "the parts of one identification, used here alone")]
fn tell(
    words: &[Word],
    clauses: &[detect::Clause],
    bodies: &[bodies::Body],
    kinds: &[(usize, LicenseId, MatchKind)],
    matches: &[Match],
    code: bool,
    reads_as_license: bool,
    told: &mut Told,
) {
    for (n, id, kind) in kinds {
        let Some(body) = bodies.get(*n) else { continue };
        let inside: Vec<&detect::Clause> = clauses.iter().filter(|c| evidence::within(c, body)).collect();
        evidence::terms_of(id, *kind, &inside, words, &mut told.restrictions, &mut told.conditions);
    }
    for m in matches.iter().filter(|m| m.kind == MatchKind::Notice && !kinds.iter().any(|(_, id, _)| *id == m.id)) {
        evidence::terms_of(&m.id, m.kind, &[], words, &mut told.restrictions, &mut told.conditions);
    }
    let whole_text = kinds.iter().any(|(_, _, k)| matches!(k, MatchKind::Exact | MatchKind::Modified));
    for clause in clauses {
        // A clause that a known text explains word for word is covered by that licence's coded terms.
        let explained = bodies
            .iter()
            .zip(0..)
            .any(|(b, n)| kinds.iter().any(|(k, _, _)| *k == n) && clause.words.clone().all(|w| b.explains(w)));
        if explained {
            continue;
        }
        if let Some(found) = evidence::restriction(clause, words) {
            evidence::add(&mut told.restrictions, found);
        }
        if let Some(found) = evidence::condition(clause, words).filter(|_| whole_text && !code || reads_as_license)
            && told.conditions.iter().all(|c| c.kind != found.kind)
        {
            told.conditions.push(found);
        }
    }
    told.restrictions.sort_by_key(|r| r.kind);
    told.conditions.sort_by_key(|c| c.kind);
}

/// A standard header that differs counts only if no other licence is named in it.
fn header_holds(words: &[Word], body: &bodies::Body, notices: &[Notice]) -> bool {
    let id = body.document.id();
    let Some(span) = byte_span(words, &body.words) else {
        return false;
    };
    let near = |n: &&Notice| n.bytes.start + 300 > span.start && n.bytes.start < span.end + 100 && n.strength != 30;
    let mut named = notices.iter().filter(near).peekable();
    named.peek().is_none() && body.is_whole() || named.any(|n| n.ids().any(|i| *i == id))
}

/// The bytes of a range of words.
fn byte_span(words: &[Word], range: &Range<usize>) -> Option<Range<usize>> {
    let inside = words.get(range.clone())?;
    let (first, last) = (inside.first()?, inside.last()?);
    Some(first.start as usize..last.end as usize)
}

/// Where words are missing: the words on both sides.
fn hole(words: &[Word], at: usize) -> Option<Range<usize>> {
    byte_span(words, &(at.saturating_sub(1)..(at + 1).min(words.len())))
}

/// Restrictions that prose states, each with its sentence.
pub fn clauses(bytes: &[u8]) -> Vec<Found> {
    let words = words::words(bytes);
    let found = detect::detect(&words, bytes);
    found.iter().filter_map(|c| evidence::restriction(c, &words)).collect()
}
