//! The cache of the Hugging Face client: `models--org--name/{blobs,refs,snapshots/<commit>}`.
//!
//! A snapshot is a folder of links into `blobs`; a repository folder stands for what `refs/main` names.

use crate::SourceError;
use crate::file::FileBytes;
use crate::http::limits::RealClock;
use crate::store::{self, Lock};
use candor_facts::{Artifact, Digest, ReadAt as _, Role};
use std::fs;
use std::path::{Path, PathBuf};

/// A snapshot in a hub cache.
#[derive(Debug)]
pub(crate) struct Cached {
    /// The folder with the files.
    pub(crate) snapshot: PathBuf,
    /// The folder of the repository, inside which links may lead.
    pub(crate) repository: PathBuf,
    /// `org/name`.
    pub(crate) id: String,
    /// `hf:org/name` or `hf:datasets/org/name`.
    pub(crate) locator: String,
    pub(crate) role: Role,
    pub(crate) revision: String,
}

/// Recognise a snapshot, a folder in one, or a repository folder by its real path; `None` when it is none of them.
///
/// # Errors
/// When it is a repository folder that has no snapshot to choose.
pub(crate) fn detect(real: &Path) -> Result<Option<Cached>, SourceError> {
    for folder in real.ancestors() {
        let Some(repository) = folder.parent().filter(|parent| parent.ends_with("snapshots")).and_then(Path::parent)
        else {
            continue;
        };
        if let Some(found) = cached(repository, folder) {
            return Ok(Some(Cached { snapshot: real.to_owned(), ..found }));
        }
    }
    let is_repository = names(real).is_some() && real.join("snapshots").is_dir();
    if !is_repository {
        return Ok(None);
    }
    let snapshot = current(real)?;
    Ok(cached(real, &snapshot))
}

fn cached(repository: &Path, snapshot: &Path) -> Option<Cached> {
    let (role, id) = names(repository)?;
    let revision = snapshot.file_name()?.to_str()?.to_owned();
    let prefix = if role == Role::Data { "hf:datasets/" } else { "hf:" };
    let locator = format!("{prefix}{id}");
    Some(Cached { snapshot: snapshot.to_owned(), repository: repository.to_owned(), id, locator, role, revision })
}

fn names(repository: &Path) -> Option<(Role, String)> {
    let name = repository.file_name()?.to_str()?;
    let (role, rest) = match name.split_once("--")? {
        ("models", rest) => (Role::Model, rest),
        ("datasets", rest) => (Role::Data, rest),
        _ => return None,
    };
    (!rest.is_empty()).then(|| (role, rest.replacen("--", "/", 1)))
}

/// The snapshot that `refs/main` names, or the only one there is.
fn current(repository: &Path) -> Result<PathBuf, SourceError> {
    let snapshots = repository.join("snapshots");
    let unreadable = |why: String| SourceError::Unreadable { path: repository.to_owned(), why };
    let mut all = Vec::new();
    for entry in fs::read_dir(&snapshots).map_err(|error| unreadable(error.to_string()))?.flatten().take(1000) {
        // A snapshot is a real folder here: a link would lead its files elsewhere.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            all.push(entry.path());
        }
    }
    all.sort();
    let main = repository.join("refs").join("main");
    let is_small_file = fs::symlink_metadata(&main).is_ok_and(|metadata| metadata.is_file() && metadata.len() < 1024);
    if is_small_file && let Ok(revision) = fs::read_to_string(&main) {
        let named = snapshots.join(revision.trim());
        if all.contains(&named) {
            return Ok(named);
        }
    }
    match all.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(unreadable("this cache folder holds no snapshot: download the model again".to_owned())),
        _ => Err(unreadable(format!(
            "this cache folder holds {} snapshots and `refs/main` names none of them: give one of {}/<commit>",
            all.len(),
            snapshots.display()
        ))),
    }
}

/// The snapshot of a revision in a cache, when it is there.
pub(crate) fn find(folder: &Path, dataset: bool, name: &str, revision: &str) -> Option<PathBuf> {
    let repository = folder.join(repository_folder(dataset, name));
    let named = |commit: &str| {
        let snapshot = repository.join("snapshots").join(commit);
        (crate::hub::is_commit(commit) && snapshot.is_dir()).then_some(snapshot)
    };
    if crate::hub::is_commit(revision) {
        return named(&revision.to_ascii_lowercase());
    }
    let safe = revision.split('/').all(|segment| !matches!(segment, "" | "." | ".."));
    let reference = repository.join("refs").join(revision);
    let small = safe && fs::symlink_metadata(&reference).is_ok_and(|data| data.is_file() && data.len() < 1024);
    small.then(|| fs::read_to_string(reference).ok())?.and_then(|text| named(text.trim()))
}

fn repository_folder(dataset: bool, name: &str) -> String {
    let kind = if dataset { "datasets" } else { "models" };
    format!("{kind}--{}", name.replace('/', "--"))
}

/// One commit of a repository in the cache, to be read and added to.
#[derive(Debug)]
pub(crate) struct Cache {
    /// `models--org--name`.
    repository: PathBuf,
    locks: PathBuf,
    commit: String,
}

impl Cache {
    pub(crate) fn new(folder: &Path, dataset: bool, name: &str, commit: &str) -> Self {
        let repository = repository_folder(dataset, name);
        Self {
            locks: folder.join(".locks").join(&repository),
            repository: folder.join(repository),
            commit: commit.to_owned(),
        }
    }

    fn place(&self, artifact: &Artifact) -> Option<PathBuf> {
        // Names that mean something else on some systems are not written.
        let plain = !artifact.path.as_str().contains(['\\', ':']);
        plain.then(|| self.repository.join("snapshots").join(&self.commit).join(artifact.path.as_str()))
    }

    /// A file that is here, if it is the one that the listing means.
    pub(crate) fn open(&self, artifact: &Artifact) -> Option<FileBytes> {
        let inside = self.repository.canonicalize().ok()?;
        let place = self.place(artifact)?;
        let blob = place.canonicalize().ok()?;
        let same = |declared: &Digest| blob.file_name().is_some_and(|name| name == declared.hex());
        // Where links cannot be made the file is a copy, without a name that says what it is.
        let linked = fs::symlink_metadata(&place).ok()?.is_symlink();
        if linked && !artifact.declared_digest.as_ref().is_none_or(same) {
            return None;
        }
        let bytes = FileBytes::open(&place, &inside).ok()?;
        artifact.size.is_none_or(|size| size == bytes.len()).then_some(bytes)
    }

    /// Keep a whole file whose digest was checked. What cannot be written is fetched again another time.
    pub(crate) fn keep(&self, artifact: &Artifact, bytes: &[u8]) {
        let (Some(digest), Some(place)) = (&artifact.declared_digest, self.place(artifact)) else { return };
        let lock = self.locks.join(format!("{}.lock", digest.hex()));
        let _lock = Lock::take(&lock, &RealClock);
        let blob = self.repository.join("blobs").join(digest.hex());
        if store::write(&blob, bytes).is_err() {
            return;
        }
        let _ = link(&blob, &place, artifact.path.as_str().matches('/').count() + 2);
    }

    /// Note that a branch or tag stands at this commit. A note that leads to another commit whose files are here
    /// stays: other tools find whole models by it, and what is fetched here is only what is read.
    pub(crate) fn name(&self, revision: &str) {
        if crate::hub::is_commit(revision) || revision.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return;
        }
        let reference = self.repository.join("refs").join(revision);
        let leads = fs::read_to_string(&reference)
            .is_ok_and(|commit| self.repository.join("snapshots").join(commit.trim()).is_dir());
        if !leads {
            let _ = store::replace(&reference, self.commit.as_bytes());
        }
    }
}

#[cfg(unix)]
fn link(blob: &Path, place: &Path, depth: usize) -> std::io::Result<()> {
    let name = blob.file_name().unwrap_or_default();
    let target = Path::new(&"../".repeat(depth)).join("blobs").join(name);
    fs::create_dir_all(place.parent().unwrap_or(place))?;
    let temporary = store::temporary(place);
    std::os::unix::fs::symlink(target, &temporary)?;
    let renamed = fs::rename(&temporary, place);
    if renamed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

#[cfg(not(unix))]
fn link(blob: &Path, place: &Path, _: usize) -> std::io::Result<()> {
    store::write(place, &fs::read(blob)?)
}
