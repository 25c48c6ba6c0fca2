//! A locator and what is added to it, resolved: the release, what is at hand of it, and what is not.

use crate::bundle::{self, BundlePart};
use crate::bundle_files::BundleFiles;
use crate::http::Client;
use crate::listing::{self, Listed};
use crate::source::{Backing, Nothing, SOURCES, SourcePart, Wanted, World};
use crate::walk::{Bounds, Walk, walk};
use crate::{Locator, Settings, SourceError, caps};
use candor_facts::{
    Artifact, ArtifactPath, Files, Gap, GapReason, Listing, OpenError, Part, PartIndex, ReadAt, Release, Role, TreeFile,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

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

/// A run: its settings, and one budget of requests and bytes for all that is opened in it.
#[derive(Debug)]
pub struct Session {
    world: World,
}

/// A release as it stands at one moment, with its bytes.
#[derive(Debug)]
pub struct Snapshot {
    /// The release: its parts and their listings.
    pub release: Release,
    /// What could not be looked at while listing it.
    pub gaps: Vec<Gap>,
    backings: Vec<Backed>,
}

/// The bytes of one part.
#[derive(Debug)]
struct Backed {
    backing: Box<dyn Backing>,
    answers: BTreeMap<ArtifactPath, Vec<u8>>,
}

/// Find what a locator names on this machine, without any connection. See [`Session::open`].
///
/// # Errors
/// Those of [`Session::open`].
pub fn resolve(request: &Request) -> Result<Snapshot, SourceError> {
    Session::new(Settings::local()).open(request)
}

impl Session {
    /// A run with its settings.
    pub fn new(settings: Settings) -> Self {
        let client = Client::new(&settings);
        Self { world: World { settings: Arc::new(settings), client: Arc::new(client) } }
    }

    /// A run in which nobody waits.
    #[cfg(test)]
    pub(crate) fn with_clock(settings: Settings, clock: Arc<dyn crate::http::limits::Clock>) -> Self {
        let client = Client::with_clock(&settings, clock);
        Self { world: World { settings: Arc::new(settings), client: Arc::new(client) } }
    }

    /// Requests made and bytes fetched so far.
    pub fn spent(&self) -> (u64, u64) {
        self.world.client.spent()
    }

    /// Find what a locator names, and list it. Files are opened later, one by one.
    ///
    /// # Errors
    /// When a locator is of no known form, of one that this version does not follow, or leads nowhere; when a
    /// platform cannot be reached; and when a bundle is wrong in itself. What is wrong *inside* a release is a gap of
    /// the snapshot.
    pub fn open(&self, request: &Request) -> Result<Snapshot, SourceError> {
        let locator = parse(&request.locator)?;
        let release = Release { id: String::new(), subject: Vec::new(), parts: Vec::new() };
        let mut snapshot = Snapshot { release, gaps: Vec::new(), backings: Vec::new() };
        if let Some(file) = bundle_of(&locator) {
            if request.complete {
                let why = "a bundle says itself which parts are complete; leave `--complete` out".to_owned();
                return Err(SourceError::Usage { locator: request.locator.clone(), why });
            }
            let bundle = bundle::load(&file)?;
            snapshot.release.id = bundle.id;
            snapshot.release.subject = bundle.subject;
            for part in bundle.parts {
                snapshot.add(bundled(&bundle.folder, part)?);
            }
        } else {
            let wanted = Wanted { text: &request.locator, complete: request.complete, role: None };
            let part = self.part(&locator, &wanted)?;
            snapshot.release.id = part.label.clone();
            snapshot.add(part);
        }
        for (role, locator) in &request.with {
            self.add(&mut snapshot, *role, locator)?;
        }
        Ok(snapshot)
    }

    /// Add a part to a release.
    ///
    /// # Errors
    /// Those of [`Session::open`]; and when the locator is a bundle, which is a whole release.
    pub fn add(&self, snapshot: &mut Snapshot, role: Role, locator: &str) -> Result<PartIndex, SourceError> {
        let parsed = parse(locator)?;
        if bundle_of(&parsed).is_some() {
            let why = "a bundle is a whole release and cannot be a part of one; give the folder of the part".to_owned();
            return Err(SourceError::Usage { locator: locator.to_owned(), why });
        }
        let part = self.part(&parsed, &Wanted { text: locator, complete: false, role: Some(role) })?;
        Ok(snapshot.add(part))
    }

    fn part(&self, locator: &Locator, wanted: &Wanted<'_>) -> Result<SourcePart, SourceError> {
        let opened = SOURCES.iter().find_map(|source| (source.open)(&self.world, locator, wanted));
        opened.unwrap_or_else(|| Err(locator.not_yet(wanted.text)))
    }
}

fn parse(locator: &str) -> Result<Locator, SourceError> {
    Locator::parse(locator, |path| path.symlink_metadata().is_ok())
}

/// The bundle file that a locator names, or that lies in the folder that it names.
fn bundle_of(locator: &Locator) -> Option<std::path::PathBuf> {
    let Locator::Path(path) = locator else { return None };
    let metadata = std::fs::metadata(path).ok()?;
    match () {
        () if metadata.is_file() && bundle::is_named(path) => Some(path.clone()),
        () if metadata.is_dir() => bundle::in_folder(path),
        () => None,
    }
}

/// A part of a bundle: its listing and the files that are here, joined.
fn bundled(folder: &Path, part: BundlePart) -> Result<SourcePart, SourceError> {
    let mut gaps = Vec::new();
    let mut found = Walk::default();
    let mut notes = BTreeMap::new();
    if let Some(files) = &part.files {
        found = walk(files, Bounds { inside: files, cache: false })
            .map_err(|error| SourceError::Unreadable { path: files.clone(), why: error.to_string() })?;
        gaps.append(&mut found.gaps);
    }
    let (complete, entries) = match part.listing {
        None => {
            if part.files.is_none() {
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
            gaps.extend(listed.kept);
            notes = listed.notes;
            let entries = join(listed.entries, found.entries, &mut gaps);
            (listed.complete && !found.left_out, entries)
        }
    };
    let listing = Listing::new(complete, entries);
    let backing: Box<dyn Backing> = if part.files.is_none() && notes.is_empty() {
        Box::new(Nothing)
    } else {
        Box::new(BundleFiles::new(folder, part.files, notes))
    };
    let part = Part { role: part.role, locator: part.locator, revision: part.revision, listing };
    Ok(SourcePart { label: String::new(), part, backing, answers: Vec::new(), gaps })
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
    fn add(&mut self, part: SourcePart) -> PartIndex {
        let index = PartIndex(u32::try_from(self.backings.len()).unwrap_or(u32::MAX));
        self.gaps.extend(part.gaps.into_iter().map(|(path, reason)| Gap { part: index, path, reason }));
        self.release.parts.push(part.part);
        self.backings.push(Backed { backing: part.backing, answers: part.answers.into_iter().collect() });
        index
    }

    /// Fetch at once what will be read whole, so that it comes before anything that may be left out. `wants` says for
    /// each file of a part whether it will be.
    pub fn fetch_ahead(&self, wants: &dyn Fn(&Part, &Artifact) -> bool) {
        for (part, backed) in self.release.parts.iter().zip(&self.backings) {
            for artifact in part.listing.entries().iter().filter(|artifact| wants(part, artifact)) {
                if !backed.answers.contains_key(&artifact.path) {
                    backed.backing.fetch_ahead(artifact);
                }
            }
        }
    }
}

impl Snapshot {
    /// Open an artifact as a file that knows whether it changes. Only files on this machine are such.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn open_file(&self, part: PartIndex, path: &ArtifactPath) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        let (artifact, backed) = self.backed(part, path)?;
        backed.backing.open_file(artifact)
    }

    fn backed(&self, part: PartIndex, path: &ArtifactPath) -> Result<(&Artifact, &Backed), OpenError> {
        let known = self.release.part(part).and_then(|part| part.listing.get(path.as_str()));
        known.zip(self.backings.get(part.0 as usize)).ok_or(OpenError::NotFetched)
    }
}

impl Files for Snapshot {
    fn open(&self, part: PartIndex, path: &ArtifactPath) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        let (artifact, backed) = self.backed(part, path)?;
        match backed.answers.get(path) {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => backed.backing.open(artifact),
        }
    }
}

#[cfg(test)]
mod tests;
