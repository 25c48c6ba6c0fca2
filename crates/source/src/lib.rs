//! Locators to snapshots: folders, hub caches, release bundles.
//!
//! A source says which files a release has, which of them are at hand, and opens those. It reads no
//! file for what it means: it never emits a fact and never judges. What it cannot look at becomes a
//! gap; only a locator that leads nowhere, or a bundle that is wrong in itself, is an error.
//!
//! ```no_run
//! let request = candor_source::Request { locator: "./model".to_owned(), complete: false, with: Vec::new() };
//! let snapshot = candor_source::resolve(&request)?;
//! println!("{}: {} parts", snapshot.release.id, snapshot.release.parts.len());
//! # Ok::<(), candor_source::SourceError>(())
//! ```

mod bundle;
pub mod caps;
mod error;
mod file;
mod hub_cache;
mod lfs;
mod listing;
mod local;
mod locator;
mod snapshot;
mod tree;
mod walk;

#[cfg(test)]
mod testing;

pub use error::SourceError;
pub use locator::Locator;
pub use snapshot::{Request, Snapshot, resolve};
pub use tree::Folder;
