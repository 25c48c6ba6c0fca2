//! The files of one part of a bundle: whole ones in a folder, and parts of large ones.

use crate::bundle;
use crate::file::FileBytes;
use crate::listing::FileNote;
use crate::source::Backing;
use candor_facts::{Artifact, ArtifactPath, OpenError, ReadAt};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The files of one part.
#[derive(Debug)]
pub(crate) struct BundleFiles {
    /// The real folder of the bundle.
    folder: PathBuf,
    files: Option<PathBuf>,
    notes: BTreeMap<ArtifactPath, FileNote>,
}

impl BundleFiles {
    pub(crate) fn new(folder: &Path, files: Option<PathBuf>, notes: BTreeMap<ArtifactPath, FileNote>) -> Self {
        Self { folder: folder.to_owned(), files, notes }
    }
}

impl Backing for BundleFiles {
    fn open(&self, artifact: &Artifact) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        let note = self.notes.get(&artifact.path);
        if let Some(failed) = note.and_then(|note| note.failed.clone()) {
            return Err(failed);
        }
        if !artifact.at_hand {
            return Err(OpenError::NotFetched);
        }
        if let (Some(note), Some(length)) = (note.filter(|note| !note.excerpts.is_empty()), artifact.size) {
            let mut pieces = Vec::new();
            for (at, file) in &note.excerpts {
                let path = bundle::inside(&self.folder, "file", file, false).map_err(OpenError::Failed)?;
                pieces.push((*at, FileBytes::open(&path, &self.folder).map_err(OpenError::Failed)?));
            }
            return Ok(Box::new(Excerpts { length, pieces }));
        }
        let Some(files) = &self.files else { return Err(OpenError::NotFetched) };
        let path = files.join(artifact.path.as_str());
        if path.symlink_metadata().is_err() {
            return Err(OpenError::NotFetched);
        }
        Ok(Box::new(FileBytes::open(&path, files).map_err(OpenError::Failed)?))
    }
}

/// A file of which some parts are here.
struct Excerpts {
    length: u64,
    pieces: Vec<(u64, FileBytes)>,
}

impl ReadAt for Excerpts {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = rest.min(buffer.len());
        let mut filled = 0;
        while filled < wanted {
            let at = offset + filled as u64;
            let piece = self.pieces.iter().find(|(start, bytes)| *start <= at && at - start < bytes.len());
            let Some((start, bytes)) = piece else {
                let what = format!("byte {at} is not in the bundle: it was not read when the bundle was made");
                return Err(io::Error::other(what));
            };
            filled += bytes.read_at(at - start, &mut buffer[filled..wanted])?;
        }
        Ok(filled)
    }
}
