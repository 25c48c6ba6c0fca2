//! Claims beside files: each file matching, wrong, missing, extra, unlisted, not fetched or unread.

use super::{Digests, Job, Source, SourceKind, Wanted, compute};
use crate::signature::{Outcome, is_loaded};
use candor_facts::{Standing, TreeEntry};
use std::collections::{BTreeMap, BTreeSet};

/// A file that is not what a source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The file.
    pub path: String,
    /// Who says otherwise: kind and name of the source.
    pub source: String,
    /// What it says, for instance `sha256:…` or `12 bytes`.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// What came out. The lists of paths are sorted.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Sources, each as kind and name.
    pub sources: Vec<String>,
    /// Each source agrees that has a digest of it.
    pub matching: Vec<String>,
    /// A source disagrees.
    pub wrong: Vec<Wrong>,
    /// Named by a source, and not there.
    pub missing: Vec<String>,
    /// There, and not in a source that lists all there is.
    pub extra: Vec<String>,
    /// There, and no source has a digest of it.
    pub unlisted: Vec<String>,
    /// A pointer stands in its place: its bytes were not fetched.
    pub unfetched: Vec<String>,
    /// Could not be read, with the reason.
    pub unread: Vec<(String, String)>,
    /// Entries of sources that could not be understood.
    pub faults: Vec<String>,
}

impl Report {
    /// The answer. Unlisted files refute nothing, since nobody said anything about them; but as long as a model would
    /// load one, it is not known whether it is the published model.
    pub fn outcome(&self) -> Outcome {
        if !self.wrong.is_empty() || !self.missing.is_empty() || !self.extra.is_empty() {
            Outcome::Refuted
        } else if self.matching.is_empty()
            || !self.unread.is_empty()
            || !self.unfetched.is_empty()
            || !self.faults.is_empty()
            || self.unlisted.iter().any(|path| is_loaded(path))
        {
            Outcome::Undetermined
        } else {
            Outcome::Verified
        }
    }

    /// One sentence: why the answer is as it is.
    pub fn reason(&self) -> String {
        let mut parts = Vec::new();
        let mut say = |count: usize, what: &str| {
            if count > 0 {
                let files = if count == 1 { "file" } else { "files" };
                parts.push(format!("{count} {files} {what}"));
            }
        };
        say(self.wrong.iter().map(|wrong| &wrong.path).collect::<BTreeSet<_>>().len(), "with other bytes than listed");
        say(self.missing.len(), "listed and not there");
        say(self.extra.len(), "there and not in a list of all");
        say(self.unread.len(), "not readable to the end");
        say(self.unfetched.len(), "not fetched: a pointer stands there");
        say(self.matching.len(), "as listed");
        say(self.unlisted.len(), "of which no source has a digest");
        if self.sources.is_empty() {
            return "nothing here says which digests the files should have; give a list with `--manifest`".to_owned();
        }
        if let Some(fault) = self.faults.first() {
            parts.push(format!("a source could not be understood: {fault}"));
        }
        parts.join("; ")
    }
}

pub(super) fn judge(job: &Job<'_>, sources: &[Source]) -> Report {
    let mut report = Report { sources: sources.iter().map(named).collect(), ..Report::default() };
    report.faults = sources.iter().flat_map(|source| source.faults.iter().cloned()).collect();
    let entries: BTreeMap<&str, &TreeEntry> =
        job.tree.entries().iter().map(|entry| (entry.path.as_str(), entry)).collect();
    let pointers: BTreeSet<&str> = sources
        .iter()
        .filter(|source| source.kind == SourceKind::LfsPointer)
        .flat_map(|source| source.files.keys().map(String::as_str))
        .collect();
    // A list does not list itself, nor do others that say the same of the same files.
    let lists: BTreeSet<&str> = sources
        .iter()
        .filter(|source| source.kind != SourceKind::ShardIndex)
        .map(|source| source.name.as_str())
        .collect();
    let mut missing = BTreeSet::new();
    for source in sources {
        missing.extend(source.files.keys().filter(|path| !entries.contains_key(path.as_str())).cloned());
    }
    report.missing = missing.into_iter().collect();
    let complete = sources.iter().any(|source| source.complete);
    let mut jobs = Vec::new();
    for (path, entry) in &entries {
        if pointers.contains(path) {
            report.unfetched.push((*path).to_owned());
            continue;
        }
        let wanted = wanted(path, sources);
        let named = sources.iter().any(|source| source.files.contains_key(*path));
        let kept = path.starts_with(".cache/huggingface/") || path.starts_with(".git/") || lists.contains(path);
        match (&entry.standing, wanted == Wanted::default()) {
            (Standing::Refused(why), _) if named => report.unread.push(((*path).to_owned(), why.clone())),
            (_, true) if complete && !named && !kept => report.extra.push((*path).to_owned()),
            (_, true) if !kept => report.unlisted.push((*path).to_owned()),
            (_, true) => {}
            (_, false) => jobs.push((*entry, wanted)),
        }
    }
    for ((entry, _), digests) in jobs.iter().zip(compute(job, &jobs)) {
        match digests {
            Err(why) => report.unread.push((entry.path.clone(), why)),
            Ok(digests) => {
                let wrong: Vec<Wrong> = sources.iter().filter_map(|source| differs(source, entry, &digests)).collect();
                if wrong.is_empty() {
                    report.matching.push(entry.path.clone());
                }
                report.wrong.extend(wrong);
            }
        }
    }
    report
}

fn named(source: &Source) -> String {
    format!("{} {}", source.kind.as_str(), source.name)
}

/// What has to be computed for a file: one digest of each source is enough, the fastest that it has.
fn wanted(path: &str, sources: &[Source]) -> Wanted {
    let mut wanted = Wanted::default();
    for claimed in sources.iter().filter_map(|source| source.files.get(path)) {
        let Digests { sha256, git_blob, blake3 } = &claimed.digests;
        wanted.blake3 |= blake3.is_some();
        wanted.sha256 |= blake3.is_none() && sha256.is_some();
        wanted.git_blob |= blake3.is_none() && sha256.is_none() && git_blob.is_some();
    }
    wanted
}

fn differs(source: &Source, entry: &TreeEntry, found: &Digests) -> Option<Wrong> {
    let claimed = source.files.get(&entry.path)?;
    let wrong = |expected: String, found: String| {
        Some(Wrong { path: entry.path.clone(), source: named(source), expected, found })
    };
    if let Some(size) = claimed.size.filter(|size| *size != entry.size) {
        return wrong(format!("{size} bytes"), format!("{} bytes", entry.size));
    }
    let pairs = [
        ("blake3", &claimed.digests.blake3, &found.blake3),
        ("sha256", &claimed.digests.sha256, &found.sha256),
        ("git-blob", &claimed.digests.git_blob, &found.git_blob),
    ];
    for (word, expected, found) in pairs {
        if let (Some(expected), Some(found)) = (expected, found)
            && expected != found
        {
            return wrong(format!("{word}:{expected}"), format!("{word}:{found}"));
        }
    }
    None
}
