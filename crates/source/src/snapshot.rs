//! A locator and what is added to it, resolved: the release, what is at hand of it, and what is not.

use crate::bundle::{self, BundlePart};
use crate::file::FileBytes;
use crate::listing::{self, Listed};
use crate::local::{self, Backing, LocalPart};
use crate::walk::{Bounds, Walk, walk};
use crate::{Locator, SourceError, caps};
use candor_facts::{
    Artifact, ArtifactPath, Files, Gap, GapReason, Listing, OpenError, Part, PartIndex, ReadAt, Release, Role, TreeFile,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where the release lies.
    pub locator: String,
    /// Whether the folder is stated to be the whole release.
    pub complete: bool,
    /// Further parts, each with its role.
    pub with: Vec<(Role, String)>,
}

/// A release as it stands at one moment, with its bytes.
#[derive(Debug)]
pub struct Snapshot {
    /// The release: its parts and their listings.
    pub release: Release,
    /// What could not be looked at while listing it.
    pub gaps: Vec<Gap>,
    backings: Vec<Backing>,
}

/// Find what a locator names, and list it. Files are opened later, one by one.
///
/// # Errors
/// When a locator is of no known form, of one that this version does not follow, or leads nowhere; and
/// when a bundle is wrong in itself. What is wrong *inside* a release is a gap of the snapshot.
pub fn resolve(request: &Request) -> Result<Snapshot, SourceError> {
    let path = local_path(&request.locator)?;
    let metadata = std::fs::metadata(&path).ok();
    let is_file = metadata.as_ref().is_some_and(std::fs::Metadata::is_file);
    let is_folder = metadata.as_ref().is_some_and(std::fs::Metadata::is_dir);
    let bundle = match () {
        () if is_file && bundle::is_named(&path) => Some(path.clone()),
        () if is_folder => bundle::in_folder(&path),
        () => None,
    };
    let release = Release { id: String::new(), subject: Vec::new(), parts: Vec::new() };
    let mut snapshot = Snapshot { release, gaps: Vec::new(), backings: Vec::new() };
    if let Some(file) = bundle {
        if request.complete {
            let why = "a bundle says itself which parts are complete; leave `--complete` out".to_owned();
            return Err(SourceError::Usage { locator: request.locator.clone(), why });
        }
        let bundle = bundle::load(&file)?;
        snapshot.release.id = bundle.id;
        snapshot.release.subject = bundle.subject;
        for part in bundle.parts {
            snapshot.add(bundled(part)?);
        }
    } else {
        let part = local::open(&path, request.complete, None)?;
        snapshot.release.id = part.label.clone();
        snapshot.add(part);
    }
    for (role, locator) in &request.with {
        let path = local_path(locator)?;
        if bundle::is_named(&path) || bundle::in_folder(&path).is_some() {
            let why = "a bundle is a whole release and cannot be a part of one; give the folder of the part".to_owned();
            return Err(SourceError::Usage { locator: locator.clone(), why });
        }
        snapshot.add(local::open(&path, false, Some(*role))?);
    }
    Ok(snapshot)
}

fn local_path(locator: &str) -> Result<std::path::PathBuf, SourceError> {
    let parsed = Locator::parse(locator, |path| path.symlink_metadata().is_ok())?;
    match (parsed.not_yet(locator), parsed) {
        (None, Locator::Path(path)) => Ok(path),
        (Some(error), _) => Err(error),
        (None, _) => Err(SourceError::BadLocator { locator: locator.to_owned(), why: "expected a path".to_owned() }),
    }
}

/// A part of a bundle: its listing and the files that are here, joined.
fn bundled(part: BundlePart) -> Result<LocalPart, SourceError> {
    let mut gaps = Vec::new();
    let mut found = Walk::default();
    let mut backing = Backing::Nothing;
    if let Some(files) = part.files {
        found = walk(&files, Bounds { inside: &files, cache: false })
            .map_err(|error| SourceError::Unreadable { path: files.clone(), why: error.to_string() })?;
        gaps.append(&mut found.gaps);
        backing = Backing::Folder { root: files.clone(), inside: files };
    }
    let (complete, entries) = match part.listing {
        None => {
            if matches!(backing, Backing::Nothing) {
                gaps.push((ArtifactPath::listing(), GapReason::NotFetched));
            }
            (part.complete && !found.left_out, found.entries)
        }
        Some((path, name)) => {
            let listed = match File::open(&path) {
                Ok(file) => listing::read(&name, file),
                Err(error) => {
                    let gap = GapReason::Unreachable { what: format!("{name}: {error}") };
                    Listed { gaps: vec![gap], ..Listed::default() }
                }
            };
            gaps.extend(listed.gaps.into_iter().map(|reason| (ArtifactPath::listing(), reason)));
            let entries = join(listed.entries, found.entries, &mut gaps);
            (listed.complete && !found.left_out, entries)
        }
    };
    let listing = Listing::new(complete, entries);
    let part = Part { role: part.role, locator: part.locator, revision: part.revision, listing };
    Ok(LocalPart { label: String::new(), part, backing, gaps })
}

/// What is listed and what is here, by path. Size and digest are those of the listing, where it has them.
fn join(listed: Vec<Artifact>, here: Vec<Artifact>, gaps: &mut Vec<(ArtifactPath, GapReason)>) -> Vec<Artifact> {
    let mut all: BTreeMap<ArtifactPath, Artifact> = BTreeMap::new();
    for entry in listed {
        all.entry(entry.path.clone()).or_insert(entry);
    }
    for entry in here {
        let Some(known) = all.get_mut(&entry.path) else {
            all.insert(entry.path.clone(), entry);
            continue;
        };
        if let (true, Some(says), Some(has)) = (entry.at_hand, known.size, entry.size)
            && says != has
            && gaps.len() < caps::GAPS
        {
            let what = format!("the listing says {says} bytes, the file here has {has}");
            gaps.push((entry.path.clone(), GapReason::Malformed { at: says.min(has), what }));
        }
        known.at_hand = entry.at_hand;
        known.size = known.size.or(entry.size);
        known.declared_digest = known.declared_digest.take().or(entry.declared_digest);
    }
    all.into_values().collect()
}

impl Snapshot {
    fn add(&mut self, part: LocalPart) {
        let index = PartIndex(u32::try_from(self.backings.len()).unwrap_or(u32::MAX));
        self.gaps.extend(part.gaps.into_iter().map(|(path, reason)| Gap { part: index, path, reason }));
        self.release.parts.push(part.part);
        self.backings.push(part.backing);
    }
}

impl Snapshot {
    /// Open an artifact as a file that knows whether it changes.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn open_file(&self, part: PartIndex, path: &ArtifactPath) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        self.bytes(part, path).map(|bytes| Box::new(bytes) as Box<dyn TreeFile>)
    }

    fn bytes(&self, part: PartIndex, path: &ArtifactPath) -> Result<FileBytes, OpenError> {
        let known = self.release.part(part).and_then(|part| part.listing.get(path.as_str()));
        if !known.is_some_and(|artifact| artifact.at_hand) {
            return Err(OpenError::NotFetched);
        }
        let opened = match self.backings.get(part.0 as usize) {
            None | Some(Backing::Nothing) => return Err(OpenError::NotFetched),
            Some(Backing::Folder { root, inside }) => FileBytes::open(&root.join(path.as_str()), inside),
            Some(Backing::File(file)) => FileBytes::open(Path::new(file), file),
        };
        opened.map_err(OpenError::Failed)
    }
}

impl Files for Snapshot {
    fn open(&self, part: PartIndex, path: &ArtifactPath) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        self.bytes(part, path).map(|bytes| Box::new(bytes) as Box<dyn ReadAt>)
    }
}

#[cfg(test)]
mod tests;
