//! The cache of the Hugging Face client: `models--org--name/{blobs,refs,snapshots/<commit>}`.
//!
//! A snapshot is a folder of links into `blobs`; a repository folder stands for what `refs/main` names.

use crate::SourceError;
use candor_facts::Role;
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
