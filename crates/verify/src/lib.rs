//! Are these the published bytes: signatures, digests, reproduction; what changed between two models, and whether one
//! is made from the other.
//!
//! Bytes come through [`candor_facts::Tree`] and [`candor_facts::ReadAt`], time is an argument; this crate reads no
//! disk and no clock. It streams: memory does not grow with the size of files. What it hashes, it hashes on as many
//! threads as it is given.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod buffer;
pub mod caps;
pub mod diff;
pub mod digests;
#[doc(hidden)]
pub mod fuzzing;
mod hash;
pub mod lineage;
#[doc(hidden)]
pub mod making;
pub mod reproduce;
pub mod signature;
mod values;
mod weights;
mod work;

pub use hash::{HashType, sha256};
pub use work::{Counter, Progress};
