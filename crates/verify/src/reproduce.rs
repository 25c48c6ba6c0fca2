//! Whether a recipe gives again what was published: from bytes down to behaviour, never by a bare tolerance.
//!
//! Levels are those of our notes on reproduction: R5 byte-identical, R4 tensor-identical, R3 within the noise of runs
//! of the same recipe, R2 a loss curve within the band of runs with other seeds, R1 evaluated within a stated interval,
//! R0 not comparable. What reaches none of them is refuted. Where a run has checkpoints or a log, the first step that
//! differs is named.

mod curve;
mod judge;
mod statement;

use crate::diff::{self, Diff};
use crate::work::Progress;
use candor_facts::{OpenError, Tree, TreeEntry, TreeFile};
pub use judge::{Comparison, Divergence, Level, LogResult, StageResult, compare};
pub(crate) use statement::fuzz;
pub use statement::{PREDICATE, Terms, is_statement, stated};

/// What a run is expected to give.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Files that are compared byte by byte.
    pub files: Vec<String>,
    /// Weights along the way, in order; the last are the final ones. Compared tensor by tensor.
    pub stages: Vec<Stage>,
    /// A log of one number a step.
    pub log: Option<Log>,
    /// A result of evaluation.
    pub evaluation: Option<Evaluation>,
}

/// Weights after a step.
#[derive(Clone, Debug)]
pub struct Stage {
    /// After which step, where that is told.
    pub step: Option<u64>,
    /// The file.
    pub file: String,
}

/// A log in lines of JSON.
#[derive(Clone, Debug)]
pub struct Log {
    /// The file.
    pub file: String,
    /// Key of the step.
    pub step: String,
    /// Key of the number that is compared.
    pub value: String,
}

/// A number that an evaluation gives.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// A JSON file.
    pub file: String,
    /// Where the number stands: keys with dots between.
    pub key: String,
    /// The interval that the publisher states for it.
    pub interval: [f64; 2],
}

/// Runs that show how much runs differ by themselves.
#[derive(Default)]
pub struct Replicas<'a> {
    /// Of the same recipe, seeds included: they give the noise floor of R3. Two at least.
    pub same: Vec<&'a dyn Tree>,
    /// Of the same recipe with other seeds: they give the band of R2. Three at least.
    pub seeds: Vec<&'a dyn Tree>,
}

/// One file of a folder as a folder.
struct Only<'a> {
    tree: &'a dyn Tree,
    entries: Vec<TreeEntry>,
}

impl<'a> Only<'a> {
    fn of(tree: &'a dyn Tree, path: &str) -> Self {
        Self { tree, entries: entry(tree, path).cloned().into_iter().collect() }
    }
}

impl Tree for Only<'_> {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        self.tree.open(entry)
    }
}

fn entry<'t>(tree: &'t dyn Tree, path: &str) -> Option<&'t TreeEntry> {
    tree.entries().iter().find(|entry| entry.path == path && entry.readable())
}

fn tensors(a: &dyn Tree, b: &dyn Tree, path: &str, threads: usize) -> Diff {
    diff::diff(&Only::of(a, path), &Only::of(b, path), false, threads, Progress::none())
}

#[cfg(test)]
mod tests;
