//! Locators to snapshots: folders, hub caches, release bundles; hubs, code repositories, local stores.
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
mod bundle_files;
mod bundle_write;
pub mod caps;
mod error;
mod file;
#[doc(hidden)]
pub mod fuzzing;
mod git;
mod github;
mod hash;
mod http;
mod hub;
mod hub_cache;
mod lfs;
mod listing;
mod local;
mod locator;
mod memory;
mod ollama;
mod ranges;
mod settings;
mod snapshot;
mod source;
mod store;
mod tree;
mod walk;

#[cfg(test)]
mod testing;

pub use bundle_write::{Recording, Written, write_bundle};
pub use error::SourceError;
pub use locator::Locator;
pub use settings::{Listener, Note, Secret, Settings};
pub use snapshot::{Request, Session, Snapshot, resolve};
pub use tree::{Folder, PartTree};
