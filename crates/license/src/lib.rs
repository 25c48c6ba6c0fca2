//! Licence identification and terms, usable alone.
//!
//! Four questions, each answered with where it stands: what a declared licence means ([`resolve`]), what a
//! text is and what differs ([`identify`]), what prose restricts ([`clauses`]), and what a licence or an
//! expression grants ([`license`](fn@license), [`grants`]).
//!
//! Identification is by design, not by similarity: a text is *exact* when every word of it is accounted for,
//! and *modified* otherwise, with the differing spans in the user's own bytes. The crate does no I/O, uses no
//! floating point, and never panics on any bytes. It refuses to guess: a family name without a version
//! resolves to nothing, a licence whose terms nobody coded grants nothing, and no legal advice is given.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::float_arithmetic, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod align;
mod bodies;
mod candidates;
mod catalogue;
mod conclude;
mod creative;
mod declared;
mod decode;
mod denial;
mod detect;
mod evidence;
mod expression;
mod fingerprint;
mod identify;
mod listed;
mod markup;
mod names;
mod notices;
mod outside;
mod prose;
mod residue;
mod rules;
mod spelling;
mod terms;
mod urls;
mod word_hash;
pub mod words;

pub use catalogue::{license, licenses};
pub use declared::{Declared, How, resolve, resolve_named};
pub use expression::{Expression, ExpressionError, LicenseId};
#[doc(hidden)]
pub use fingerprint::layout as fingerprint_layout;
pub use identify::{Found, FoundCondition, Identification, Match, MatchKind, clauses, identify};
#[doc(hidden)]
pub use listed::{filter_bit as names_filter_bit, layout as names_layout};
pub use terms::{Condition, ConditionKind, Family, Freedom, Grant, License, Mof, Restriction, RestrictionKind, grants};
