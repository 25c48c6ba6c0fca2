//! Artifacts to facts: what was published, read in place, with the bytes that say so.
//!
//! An inspector gets bytes through [`candor_facts::Files`] and answers with facts and gaps; it never
//! fails, never panics, never executes what it reads, and knows no framework. What it cannot read
//! becomes a gap with its place. Nothing is skipped in silence.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod answers;
pub mod caps;
mod derived;
mod documents;
mod file;
#[doc(hidden)]
pub mod fuzzing;
#[cfg(test)]
mod hostile;
mod inspector;
mod inspectors;
mod json;
pub mod reviews;
mod scan;
pub mod tensors;
#[cfg(test)]
mod testing;
mod weights;

pub use documents::bom::{ListedModel, listed_models};
pub use documents::card::CardValues;
pub use file::{FileReport, inspect_file};
pub use inspector::{Input, Inspector, PartInput, Reading, Reads};
pub use inspectors::INSPECTORS;
pub use scan::{reads_whole, scan};
pub use weights::{may_hold_final_weights, read_table};
