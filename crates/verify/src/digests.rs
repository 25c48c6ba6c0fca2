//! Digests of files: computed in one read each, and laid beside what others say that they are.
//!
//! Who says it matters: a list that came with the files guards against damage, not against whoever made both. That is
//! for the reader to weigh; each answer names its sources.

mod compute;
mod judge;
mod record;
mod sources;

pub use compute::{Digests, Wanted};
pub use judge::{Report, Wrong};
pub use sources::{Claimed, Source, SourceKind, beside, manifest, read_list};

use crate::work::{self, Progress};
use candor_facts::{Tree, TreeEntry};
use std::collections::BTreeMap;

/// Digests that were computed before, for a file that had this size and this time of change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i128,
    /// What was computed.
    pub digests: Digests,
}

/// What to compute, and what is known from an earlier run that was stopped.
pub struct Job<'a> {
    /// The folder.
    pub tree: &'a dyn Tree,
    /// By path.
    pub before: &'a BTreeMap<String, Before>,
    /// Told of each file when it is done, on any thread.
    pub done: &'a (dyn Fn(&TreeEntry, &Digests) + Sync),
    /// Threads to use.
    pub threads: usize,
    /// Where progress is counted.
    pub progress: Progress<'a>,
}

/// Compute digests of files; the error of a file says why it could not be read.
///
/// A file that is most of the work is hashed on all threads, the others one thread each.
pub fn compute(job: &Job<'_>, files: &[(&TreeEntry, Wanted)]) -> Vec<Result<Digests, String>> {
    let known = |entry: &TreeEntry, wanted: Wanted| {
        let before = job.before.get(&entry.path)?;
        // Without a time of change nothing says that it is the same file.
        let same = before.size == entry.size && before.modified == entry.modified && entry.modified != 0;
        (same && before.digests.have(wanted)).then(|| before.digests.clone())
    };
    let mut results: Vec<Option<Result<Digests, String>>> =
        files.iter().map(|(entry, wanted)| known(entry, *wanted).map(Ok)).collect();
    let mut left: Vec<usize> = (0..files.len()).filter(|at| results.get(*at).is_some_and(Option::is_none)).collect();
    let size = |at: usize| files.get(at).map_or(0, |(entry, _)| entry.size);
    left.sort_by_key(|at| (std::cmp::Reverse(size(*at)), *at));
    let mut rest: u64 = left.iter().map(|at| size(*at)).sum();
    job.progress.expect(rest);
    let one = |at: usize, threads: usize| {
        let Some((entry, wanted)) = files.get(at) else { return Err("no such file".to_owned()) };
        let digests = compute::file(job.tree, entry, *wanted, threads, &job.progress)?;
        (job.done)(entry, &digests);
        Ok(digests)
    };
    let mut alone = 0;
    for at in &left {
        // A thread a file leaves the others idle while the last large one is read.
        let share = rest / job.threads.max(1) as u64;
        if job.threads < 2 || size(*at) < compute::WORTH_SPLITTING || size(*at) <= share {
            break;
        }
        rest = rest.saturating_sub(size(*at));
        alone += 1;
        if let Some(result) = results.get_mut(*at) {
            *result = Some(one(*at, job.threads));
        }
    }
    let left = left.split_off(alone);
    for (at, done) in left.iter().zip(work::map(&left, job.threads, |at| one(*at, 1))) {
        if let Some(result) = results.get_mut(*at) {
            *result = Some(done);
        }
    }
    results.into_iter().map(|result| result.unwrap_or_else(|| Err("it was not read".to_owned()))).collect()
}

/// Verify a folder against sources.
pub fn verify(job: &Job<'_>, sources: &[Source]) -> Report {
    judge::judge(job, sources)
}

#[cfg(test)]
mod tests;
