//! The weight files of a part, grouped into sets: what belongs together, and whether it is whole.

use super::headers::{self, Looked};
use super::index::{self, Index};
use super::names::{self, Name, Shard, What};
use super::settings::Settings;
use crate::caps;
use crate::inspector::{PartInput, Reading};
use candor_facts::{Artifact, ArtifactPath, Evidence, Fact, Gap, GapReason, Whole};
use std::collections::{BTreeMap, BTreeSet};

/// Files that make up one set of parameters.
pub(crate) struct Set<'a> {
    pub(crate) what: What,
    pub(crate) format: &'static str,
    pub(crate) folder: String,
    pub(crate) stem: String,
    pub(crate) variant: String,
    /// The folder or file that is a state on the way.
    pub(crate) checkpoint: Option<String>,
    pub(crate) quantised: bool,
    pub(crate) files: Vec<&'a Artifact>,
    /// Paths that are needed and not listed.
    pub(crate) missing: Vec<String>,
    pub(crate) whole: Whole,
    /// Whether headers contradict the set that names make.
    pub(crate) doubtful: bool,
    /// The bytes that name the files, where an index does.
    pub(crate) named_by: Option<Evidence>,
}

/// All that was found of weights in a part.
#[derive(Default)]
pub(crate) struct Found<'a> {
    pub(crate) sets: Vec<Set<'a>>,
    pub(crate) optimizer: Vec<&'a Artifact>,
    /// Files that may hold weights, or anything else.
    pub(crate) unclear: Vec<&'a Artifact>,
    /// All weight files, with what was seen of each.
    pub(crate) looked: BTreeMap<&'a ArtifactPath, Looked>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) gaps: Vec<Gap>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    folder: &'a str,
    format: &'static str,
    stem: String,
    variant: String,
    of: Option<u32>,
    what: What,
}

struct Group<'a> {
    files: Vec<&'a Artifact>,
    shards: Vec<Shard>,
    quantised: bool,
}

/// Group, look at and judge the weight files of a part.
pub(crate) fn find<'a>(at: &PartInput<'a>, settings: &mut Settings) -> Found<'a> {
    let mut found = Found::default();
    let mut groups: BTreeMap<Key<'a>, Group<'a>> = BTreeMap::new();
    let mut indexes = Vec::new();
    let mut budget = caps::HEADERS_TOTAL;
    let mut read = Reading::default();
    for artifact in at.part.listing.entries() {
        if let Some(name) = index::about(&artifact.path) {
            indexes.push((artifact, name));
            continue;
        }
        let Some(name) = names::classify(&artifact.path) else {
            headers::pickles(at, artifact, &mut budget, &mut read);
            continue;
        };
        if matches!(name.what, What::Optimizer | What::Unclear) {
            headers::pickles(at, artifact, &mut budget, &mut read);
        }
        match name.what {
            What::Optimizer => found.optimizer.push(artifact),
            What::Unclear => found.unclear.push(artifact),
            What::Model | What::Adapter | What::Auxiliary => {
                let looked = headers::look(at, artifact, name.format, &mut budget, &mut read);
                let (mut what, mut quantised) = (name.what, name.quantised);
                if let Looked::Sound(summary) = &looked {
                    if summary.low_rank {
                        what = What::Adapter;
                    }
                    quantised |= summary.quantised && what == What::Model;
                }
                found.looked.insert(&artifact.path, looked);
                let Name { format, stem, variant, shard, .. } = name;
                let of = shard.as_ref().and_then(|shard| shard.of);
                let key = Key { folder: artifact.path.folder(), format, stem, variant, of, what };
                let group = groups.entry(key).or_insert_with(|| Group { files: vec![], shards: vec![], quantised });
                group.quantised |= quantised;
                group.files.push(artifact);
                group.shards.extend(shard);
            }
        }
    }
    found.facts.append(&mut read.facts);
    found.gaps.append(&mut read.gaps);
    for (artifact, name) in indexes {
        match index::read(at, artifact) {
            Ok(index) => found.sets.push(indexed(at, artifact, name, index, &mut groups)),
            Err(gap) => found.gaps.push(gap),
        }
    }
    found.sets.extend(groups.into_iter().map(|(key, group)| by_name(at, key, group)));
    for set in &mut found.sets {
        set.quantised |= set.what == What::Model && settings.of(at, &set.folder).quantised;
        external(at, set, &found.looked, &mut found.gaps);
        set.whole = whole(set, at.part.listing.complete, &found.looked);
        if let Some(gap) = split(at, set, &found.looked) {
            found.gaps.push(gap);
            set.whole = Whole::Unknown;
            set.doubtful = true;
        }
    }
    shorten_gaps(at, &mut found.gaps);
    found
}

/// A set as an index names it. Its files leave the groups that names alone would make.
fn indexed<'a>(
    at: &PartInput<'a>,
    artifact: &'a Artifact,
    name: Name,
    index: Index,
    groups: &mut BTreeMap<Key<'a>, Group<'a>>,
) -> Set<'a> {
    let mut files = Vec::new();
    let mut missing = Vec::new();
    for path in &index.files {
        match at.part.listing.get(path.as_str()) {
            Some(file) => files.push(file),
            None => missing.push(path.as_str().to_owned()),
        }
    }
    let named: BTreeSet<&ArtifactPath> = index.files.iter().collect();
    let (mut what, mut quantised) = (name.what, name.quantised);
    for (key, group) in groups.iter_mut() {
        let before = group.files.len();
        group.files.retain(|file| !named.contains(&file.path));
        if group.files.len() < before {
            what = what.max(key.what);
            quantised |= group.quantised;
        }
    }
    // Shards that stand beside a set under its own name, and that its index does not know, belong to no set.
    groups.retain(|key, group| {
        let left_over = key.of.is_some()
            && key.folder == artifact.path.folder()
            && (key.format, &key.stem, &key.variant) == (name.format, &name.stem, &name.variant)
            && missing.is_empty();
        !group.files.is_empty() && !left_over
    });
    let first = files.first().map_or(&artifact.path, |file| &file.path);
    Set {
        what,
        format: name.format,
        folder: artifact.path.folder().to_owned(),
        checkpoint: names::checkpoint(first).map(str::to_owned),
        stem: name.stem,
        variant: name.variant,
        quantised,
        files,
        missing,
        whole: Whole::Unknown,
        doubtful: false,
        named_by: Some(index.evidence),
    }
}

/// A set as file names make it.
fn by_name<'a>(at: &PartInput<'_>, key: Key<'a>, group: Group<'a>) -> Set<'a> {
    let missing = missing_shards(&group);
    let first = group.files.first();
    // TensorFlow and numbered sets without a total tell nothing of what comes after the last number.
    let open_end = key.of.is_none() && !group.shards.is_empty() && !at.part.listing.complete;
    Set {
        what: key.what,
        format: key.format,
        folder: key.folder.to_owned(),
        stem: key.stem,
        variant: key.variant,
        checkpoint: first.and_then(|file| names::checkpoint(&file.path)).map(str::to_owned),
        quantised: group.quantised,
        files: group.files,
        missing,
        whole: if open_end { Whole::Unknown } else { Whole::Yes },
        doubtful: false,
        named_by: None,
    }
}

/// The paths that the numbers of the names call for.
fn missing_shards(group: &Group<'_>) -> Vec<String> {
    let numbers: BTreeSet<u32> = group.shards.iter().map(|shard| shard.number).collect();
    let (Some(lowest), Some(highest)) = (numbers.first().copied(), numbers.last().copied()) else { return Vec::new() };
    let of = group.shards.first().and_then(|shard| shard.of);
    // Some count from 0 to n-1, some from 1 to n, and some from 0 to n.
    let wanted = match of {
        None => 0..=highest,
        Some(of) if lowest == 0 => 0..=if highest == of { of } else { of.saturating_sub(1) },
        Some(of) => 1..=of,
    };
    let Some((file, shard)) = group.files.first().zip(group.shards.first()) else { return Vec::new() };
    let name = file.path.name();
    let (before, after) = (name.get(..shard.digits.start), name.get(shard.digits.end..));
    let (Some(before), Some(after)) = (before, after) else { return Vec::new() };
    let width = shard.digits.len();
    let folder = file.path.folder();
    let slash = if folder.is_empty() { "" } else { "/" };
    wanted
        .filter(|number| !numbers.contains(number))
        .take(caps::MISSING)
        .map(|number| format!("{folder}{slash}{before}{number:0width$}{after}"))
        .collect()
}

fn whole(set: &Set<'_>, complete: bool, looked: &BTreeMap<&ArtifactPath, Looked>) -> Whole {
    let seen = |wanted: fn(&Looked) -> bool| {
        set.files.iter().any(|file| {
            looked.get(&file.path).is_some_and(wanted) || (file.size == Some(0) && wanted(&Looked::Truncated))
        })
    };
    if seen(|looked| matches!(looked, Looked::Truncated)) {
        return Whole::No;
    }
    if !set.missing.is_empty() {
        return if complete { Whole::No } else { Whole::Unknown };
    }
    if seen(|looked| matches!(looked, Looked::Broken)) {
        return Whole::Unknown;
    }
    if set.named_by.is_some() { Whole::Yes } else { set.whole }
}

/// Files that hold the data of others: they must be there, and as long as is told.
fn external(at: &PartInput<'_>, set: &mut Set<'_>, looked: &BTreeMap<&ArtifactPath, Looked>, gaps: &mut Vec<Gap>) {
    for file in set.files.clone() {
        let Some(Looked::Sound(summary)) = looked.get(&file.path) else { continue };
        for (name, reach) in &summary.external {
            let folder = file.path.folder();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            match at.part.listing.get(&path) {
                None => set.missing.push(path),
                Some(artifact) if artifact.size.is_some_and(|size| size < *reach) => {
                    let at_end = artifact.size.unwrap_or_default();
                    let what = format!("`{}` tells of data up to byte {reach}", file.path.name());
                    gaps.push(at.gap(&artifact.path, GapReason::Malformed { at: at_end, what }));
                    set.missing.push(path);
                }
                Some(_) => {}
            }
        }
    }
}

/// What the headers of a split set say of it: as many files as are there, each its own number, and all tensors.
fn split(at: &PartInput<'_>, set: &Set<'_>, looked: &BTreeMap<&ArtifactPath, Looked>) -> Option<Gap> {
    let mut numbers = BTreeSet::new();
    let (mut tensors, mut said) = (0u64, None);
    let mut first = None;
    for file in &set.files {
        let Some(Looked::Sound(summary)) = looked.get(&file.path) else { return None };
        let malformed = |what: String| Some(at.gap(&file.path, GapReason::Malformed { at: 0, what }));
        let Some(split) = &summary.split else {
            let wanted = set.format == "gguf" && set.files.len() > 1;
            return wanted.then(|| malformed("its header does not say that it is a piece of a set".to_owned()))?;
        };
        let count = set.files.len() + set.missing.len();
        if split.of != count as u64 {
            return malformed(format!("its header tells of {} files; by their names there are {count}", split.of));
        }
        if split.number >= split.of || !numbers.insert(split.number) {
            return malformed(format!("its header says that it is number {} of {}, from 0", split.number, split.of));
        }
        tensors += summary.names.len() as u64;
        said = said.or(split.tensors);
        first = first.or(Some(*file));
    }
    let (file, said) = (first?, said?);
    (set.missing.is_empty() && said != tensors).then(|| {
        let what = format!("its header tells of {said} tensors in the set, which has {tensors}");
        at.gap(&file.path, GapReason::Malformed { at: 0, what })
    })
}

/// A release of very many files gives very many gaps of one kind: those beyond the cap are counted.
fn shorten_gaps(at: &PartInput<'_>, gaps: &mut Vec<Gap>) {
    let more = gaps.len().saturating_sub(caps::WEIGHT_GAPS);
    if more > 0 {
        gaps.truncate(caps::WEIGHT_GAPS);
        let what = format!("{more} more weight files that were not read");
        gaps.push(at.gap(&ArtifactPath::listing(), GapReason::Unsupported { what }));
    }
}
