//! A well-formed statement beside the folder: each file signed, changed, missing, ignored, unsigned.

use super::files;
use super::refusal::{Point, Refusal, named, shorten};
use super::statement::{Method, NEVER_SIGNED, Range, Statement, within};
use crate::hash;
use crate::work::{self, Progress};
use candor_facts::{Standing, Tree, TreeEntry};
use std::collections::{BTreeMap, BTreeSet};

/// Which files a signature covers, and how they stand. Each list is sorted, and no file stands in two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Signed, and the bytes are those that were signed.
    pub signed: Vec<String>,
    /// Left out by the signer, by the format, or because it is the signature itself.
    pub ignored: Vec<String>,
    /// Neither signed nor ignored.
    pub unsigned: Vec<String>,
    /// Signed, and not there.
    pub missing: Vec<String>,
    /// Signed, and other bytes are there.
    pub changed: Vec<String>,
    /// Empty files that shards could not sign and that mean nothing to a loader.
    pub empty: Vec<String>,
    /// Signed, and could not be read to the end.
    pub unread: Vec<String>,
}

/// What a folder says to a statement.
pub(crate) struct Compared {
    pub(crate) coverage: Coverage,
    pub(crate) refusals: Vec<Refusal>,
    pub(crate) notes: Vec<String>,
}

/// How to compare.
pub(crate) struct How<'a> {
    /// Where in the folder the signature itself lies.
    pub(crate) signature: Option<&'a str>,
    pub(crate) allow_unsigned: bool,
    pub(crate) threads: usize,
    pub(crate) progress: &'a Progress<'a>,
}

/// One signed range, read.
enum Read {
    Same,
    Other,
    /// It was not read; says why.
    Failed(String),
}

pub(crate) fn compare(statement: &Statement, tree: &dyn Tree, how: &How<'_>) -> Compared {
    let mut found = Compared { coverage: Coverage::default(), refusals: Vec::new(), notes: Vec::new() };
    let mut jobs: Vec<(&TreeEntry, &Range)> = Vec::new();
    let mut here: BTreeSet<&str> = BTreeSet::new();
    let mut links: Vec<&str> = Vec::new();
    let mut refused: BTreeMap<&str, &str> = BTreeMap::new();
    let mut lengths: Vec<&str> = Vec::new();
    for entry in tree.entries() {
        let path = entry.path.as_str();
        here.insert(path);
        let ignored = statement.ignored.iter().any(|ignored| within(path, ignored));
        let never = NEVER_SIGNED.iter().any(|never| within(path, never)) || files::is_bookkeeping(path);
        match statement.files.get(path) {
            Some(_) if how.signature == Some(path) => found.refusals.push(Refusal {
                point: Point::Name,
                why: format!("the statement signs {}, which is the signature itself", shorten(path)),
            }),
            Some(_) if ignored => found.refusals.push(Refusal {
                point: Point::Ignored,
                why: format!("the statement both signs and ignores {}", shorten(path)),
            }),
            None if ignored || never || how.signature == Some(path) => found.coverage.ignored.push(path.to_owned()),
            None if shard_gap(statement, entry) => found.coverage.empty.push(path.to_owned()),
            None => found.coverage.unsigned.push(path.to_owned()),
            Some(ranges) => match &entry.standing {
                Standing::Refused(why) => drop(refused.insert(path, why)),
                Standing::Link if !statement.links_allowed => links.push(path),
                Standing::File | Standing::Link | Standing::StoreLink { .. } => {
                    let length = ranges.last().and_then(|range| range.end);
                    if length.is_some_and(|length| length != entry.size) {
                        lengths.push(path);
                    } else {
                        jobs.extend(ranges.iter().map(|range| (entry, range)));
                    }
                }
            },
        }
    }
    found.coverage.missing = statement.files.keys().filter(|path| !here.contains(path.as_str())).cloned().collect();
    let read = read(statement, tree, &jobs, how);
    let mut bad: BTreeMap<&str, &Read> = BTreeMap::new();
    for ((entry, _), outcome) in jobs.iter().zip(&read) {
        // One range that differs decides, whatever could not be read.
        if matches!(outcome, Read::Other)
            || matches!(outcome, Read::Failed(_)) && !bad.contains_key(entry.path.as_str())
        {
            bad.insert(&entry.path, outcome);
        }
    }
    found.judge_signed(statement, &jobs, &bad, &links, &refused, &lengths);
    found.judge_rest(tree, how.allow_unsigned);
    found
}

/// Whether it is an empty file under shards that no loader cares for: see the policy in `docs/concepts`.
fn shard_gap(statement: &Statement, entry: &TreeEntry) -> bool {
    let empty = entry.size == 0 && entry.standing == Standing::File;
    empty && matches!(statement.method, Method::Shards(_)) && files::is_inert_when_empty(&entry.path)
}

fn read(statement: &Statement, tree: &dyn Tree, jobs: &[(&TreeEntry, &Range)], how: &How<'_>) -> Vec<Read> {
    let size = |(entry, range): &(&TreeEntry, &Range)| range.end.unwrap_or(entry.size).saturating_sub(range.start);
    how.progress.expect(jobs.iter().map(size).sum());
    work::map(jobs, how.threads, |(entry, range)| {
        let file = match tree.open(entry) {
            Ok(file) => file,
            Err(error) => return Read::Failed(error.to_string()),
        };
        let end = range.end.unwrap_or_else(|| file.len());
        if range.end.is_some_and(|_| file.len() < end) {
            return Read::Other;
        }
        let digest = hash::range(&*file, range.start, end, statement.hash, &|bytes| how.progress.add(bytes));
        match (digest, file.unchanged()) {
            (Ok(_), Ok(false)) => {
                Read::Failed("it was written to while it was read; try again when it rests".to_owned())
            }
            (Ok(digest), Ok(true)) if digest == range.digest => Read::Same,
            (Ok(_), Ok(true)) => Read::Other,
            (Err(error), _) | (_, Err(error)) => Read::Failed(error.to_string()),
        }
    })
}

impl Compared {
    fn refuse(&mut self, point: Point, why: String) {
        self.refusals.push(Refusal { point, why });
    }

    fn judge_signed(
        &mut self,
        statement: &Statement,
        jobs: &[(&TreeEntry, &Range)],
        bad: &BTreeMap<&str, &Read>,
        links: &[&str],
        refused: &BTreeMap<&str, &str>,
        lengths: &[&str],
    ) {
        let read: BTreeSet<&str> = jobs.iter().map(|(entry, _)| entry.path.as_str()).collect();
        let fine = read.iter().filter(|path| !bad.contains_key(*path));
        self.coverage.signed = fine.map(|path| (*path).to_owned()).collect();
        let mut changed: Vec<String> =
            lengths.iter().chain(links).chain(refused.keys()).map(|path| (*path).to_owned()).collect();
        let mut unread: Vec<(String, String)> = Vec::new();
        for (path, outcome) in bad {
            match outcome {
                Read::Failed(why) => unread.push(((*path).to_owned(), why.clone())),
                Read::Other | Read::Same => changed.push((*path).to_owned()),
            }
        }
        changed.sort();
        unread.sort();
        if !changed.is_empty() {
            let bytes: Vec<&str> = changed
                .iter()
                .map(String::as_str)
                .filter(|path| !links.contains(path) && !refused.contains_key(path))
                .collect();
            if !bytes.is_empty() {
                self.refuse(Point::Changed, format!("not the bytes that were signed: {}", named(bytes.into_iter())));
            }
            if !links.is_empty() {
                let why = format!("a link stands where a file was signed: {}", named(links.iter().copied()));
                self.refuse(Point::Link, why);
            }
            if let Some((path, what)) = refused.first_key_value() {
                let why = format!("where the file {} was signed stands something else: {what}", shorten(path));
                self.refuse(Point::Link, why);
            }
        }
        if !self.coverage.missing.is_empty() {
            let names = named(self.coverage.missing.iter().map(String::as_str));
            self.refuse(Point::Missing, format!("signed, and not there: {names}"));
        }
        if let Some((path, why)) = unread.first() {
            let more = if unread.len() > 1 { format!(" (and {} more files)", unread.len() - 1) } else { String::new() };
            self.refuse(Point::Unreadable, format!("{} could not be read: {why}{more}", shorten(path)));
        }
        self.coverage.changed = changed;
        self.coverage.unread = unread.into_iter().map(|(path, _)| path).collect();
        if matches!(statement.method, Method::Shards(_)) {
            let why = "signed by shards, which cannot sign empty files: whether one was added or taken away cannot be \
                       seen (zero-byte files; our policy refuses those that a loader reads)";
            self.notes.push(why.to_owned());
        }
    }

    fn judge_rest(&mut self, tree: &dyn Tree, allow_unsigned: bool) {
        let empty = |path: &str| {
            let entries = tree.entries();
            let at = entries.binary_search_by(|entry| entry.path.as_str().cmp(path));
            at.ok()
                .and_then(|at| entries.get(at))
                .is_some_and(|entry| entry.size == 0 && entry.standing == Standing::File)
        };
        let unsigned = self.coverage.unsigned.clone();
        let (hollow, full): (Vec<&str>, Vec<&str>) = unsigned.iter().map(String::as_str).partition(|path| empty(path));
        let hidden: Vec<String> = self.coverage.ignored.iter().filter(|path| hides(path)).cloned().collect();
        if allow_unsigned {
            if !unsigned.is_empty() {
                let names = named(unsigned.iter().map(String::as_str));
                self.notes.push(format!("nobody signed, and you allow it: {names}"));
            }
        } else {
            if !full.is_empty() {
                let why = format!("there, and signed by nobody: {}", named(full.into_iter()));
                self.refuse(Point::Unsigned, why);
            }
            if !hollow.is_empty() {
                let why = format!("empty (zero-byte) files that nobody signed: {}", named(hollow.into_iter()));
                self.refuse(Point::ZeroByte, why);
            }
            if !hidden.is_empty() {
                let names = named(hidden.iter().map(String::as_str));
                let why = format!(
                    "the signer left out what is loaded with the model: {names} (our policy; `--allow-unsigned` accepts it)"
                );
                self.refuse(Point::Ignored, why);
            }
        }
        let left = self.coverage.ignored.iter().chain(&unsigned);
        let left: Vec<(&String, &str)> =
            left.filter_map(|path| files::important(path).map(|word| (path, word))).collect();
        for word in ["licence", "card"] {
            let paths: Vec<&str> = left.iter().filter(|(_, of)| *of == word).map(|(path, _)| path.as_str()).collect();
            if !paths.is_empty() {
                self.notes.push(format!("the signature leaves out the {word}: {}", named(paths.into_iter())));
            }
        }
        if !self.coverage.empty.is_empty() {
            let names = named(self.coverage.empty.iter().map(String::as_str));
            self.notes.push(format!("empty files that no shard signs: {names}"));
        }
    }
}

/// Whether leaving a file out of the signature hides what runs. Version control and the signature itself do not run.
fn hides(path: &str) -> bool {
    let kept = NEVER_SIGNED.iter().any(|never| within(path, never)) || files::is_bookkeeping(path);
    let signature = path.ends_with(".sig") || path.ends_with(".sigstore") || path.ends_with(".sigstore.json");
    !kept && !signature && files::is_loaded(path)
}
