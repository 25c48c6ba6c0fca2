//! The vocabulary of Candor: what a release is, what can be said of it, and on what evidence.
//!
//! Values only. This crate knows no parser, no framework and no place that bytes come from; what
//! others exchange is defined here once. It refuses to judge: nothing in it says "open".

mod claim;
mod component;
mod digest;
mod evidence;
mod flop;
mod read;
mod release;
mod sheet;
mod tree;

pub use claim::{
    Claim, Covers, DataAspect, DataUse, Descent, Extent, LicenseKind, OpennessClaim, PickleOffence, Property, Relation,
    Stage, TermFound, TermKind, WeightForm, Whole,
};
pub use component::{Component, Group, Kind};
pub use digest::{Algorithm, Digest, Sha256Writer};
pub use evidence::{Basis, Evidence, Place, Route};
pub use flop::Flop;
pub use read::{Files, OpenError, ReadAt, read_all, read_exact, read_start};
pub use release::{Artifact, ArtifactPath, Listing, Origin, Part, PartIndex, Release, Role};
pub use sheet::{Base, Fact, FactId, FactSheet, Gap, GapReason, SCHEMA};
pub use tree::{Standing, Tree, TreeEntry, TreeFile};
