//! Writing a release bundle: what was read of a release, so that reading it again needs nothing else.
//!
//! A bundle holds whole what was read whole, parts of what was read in part, and of the rest what the listing says.
//! It is written under another name and renamed at the end: a bundle that is there is finished.

use crate::listing::{self, FileNote};
use crate::{Snapshot, SourceError, store};
use candor_facts::{ArtifactPath, Files, GapReason, OpenError, PartIndex, ReadAt};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A file up to this length is kept whole when any of it was read. Bytes.
const WHOLE: u64 = 1 << 20;

/// What was read of one file.
#[derive(Clone, Debug, Default)]
struct Seen {
    ranges: Vec<Range<u64>>,
    failed: Option<OpenError>,
}

type Seens = Mutex<BTreeMap<(PartIndex, ArtifactPath), Seen>>;

/// Files, with a record of what is read of them.
pub struct Recording<'a> {
    inner: &'a dyn Files,
    seen: Seens,
}

impl<'a> Recording<'a> {
    /// A record of what is read of some files.
    pub fn new(inner: &'a dyn Files) -> Self {
        Self { inner, seen: Mutex::default() }
    }

    fn note(&self, part: PartIndex, path: &ArtifactPath, note: impl FnOnce(&mut Seen)) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        note(seen.entry((part, path.clone())).or_default());
    }
}

impl Files for Recording<'_> {
    fn open(&self, part: PartIndex, path: &ArtifactPath) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        match self.inner.open(part, path) {
            Ok(bytes) => {
                self.note(part, path, |_| ());
                Ok(Box::new(Recorded { recording: self, part, path: path.clone(), bytes }))
            }
            Err(error) => {
                self.note(part, path, |seen| seen.failed = Some(error.clone()));
                Err(error)
            }
        }
    }
}

struct Recorded<'a> {
    recording: &'a Recording<'a>,
    part: PartIndex,
    path: ArtifactPath,
    bytes: Box<dyn ReadAt + 'a>,
}

impl ReadAt for Recorded<'_> {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let outcome = self.bytes.read_at(offset, buffer);
        self.recording.note(self.part, &self.path, |seen| match &outcome {
            Ok(count) => seen.ranges.push(offset..offset + *count as u64),
            Err(error) => seen.failed = Some(OpenError::Failed(error.to_string())),
        });
        outcome
    }

    fn need(&self, range: Range<u64>) -> io::Result<()> {
        let outcome = self.bytes.need(range);
        if let Err(error) = &outcome {
            let failed = OpenError::Failed(error.to_string());
            self.recording.note(self.part, &self.path, |seen| seen.failed = Some(failed));
        }
        outcome
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files kept whole.
    pub whole: u64,
    /// Files of which parts are kept.
    pub partial: u64,
    /// Bytes of both.
    pub bytes: u64,
}

/// Write what was read of a snapshot as a bundle into a folder that does not exist yet.
///
/// # Errors
/// When the folder is there already, or something cannot be written or read again.
pub fn write_bundle(snapshot: &Snapshot, recording: &Recording<'_>, folder: &Path) -> Result<Written, SourceError> {
    let unwritable = |path: &Path, why: &str| SourceError::Unwritable { path: path.to_owned(), why: why.to_owned() };
    if folder.symlink_metadata().is_ok() {
        return Err(unwritable(folder, "it is there already; give the name of a folder that is not"));
    }
    let name =
        folder.file_name().ok_or_else(|| unwritable(folder, "it has no name; give a folder that is not there"))?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error: io::Error| unwritable(folder, &error.to_string());
    fs::create_dir_all(parent).map_err(failed)?;
    let temporary = store::temporary(&parent.join(name));
    let outcome = write(snapshot, recording, &temporary)
        .and_then(|written| fs::rename(&temporary, folder).map(|()| written).map_err(|error| error.to_string()));
    outcome.map_err(|why| {
        let _ = fs::remove_dir_all(&temporary);
        unwritable(folder, &why)
    })
}

fn write(snapshot: &Snapshot, recording: &Recording<'_>, folder: &Path) -> Result<Written, String> {
    let seen = recording.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut written = Written::default();
    let mut toml = String::from("format = 1\n");
    toml.push_str(&format!("id = {}\n", quoted(&snapshot.release.id)));
    if !snapshot.release.subject.is_empty() {
        let names: Vec<String> = snapshot.release.subject.iter().map(|name| quoted(name)).collect();
        toml.push_str(&format!("subject = [{}]\n", names.join(", ")));
    }
    for (index, part) in snapshot.release.parts() {
        let number = index.0;
        let mut notes: BTreeMap<ArtifactPath, FileNote> = BTreeMap::new();
        let mut any = false;
        for artifact in part.listing.entries() {
            let Some(seen) = seen.get(&(index, artifact.path.clone())) else { continue };
            let mut note = FileNote { failed: seen.failed.clone(), ..FileNote::default() };
            if seen.failed.is_none() {
                let bytes =
                    snapshot.open(index, &artifact.path).map_err(|error| format!("{}: {error}", artifact.path))?;
                let pieces = joined(&seen.ranges, bytes.len());
                let whole = bytes.len() <= WHOLE
                    || matches!(pieces.as_slice(), [only] if *only == (0..bytes.len()))
                    || artifact.size != Some(bytes.len());
                let all = 0..bytes.len();
                let pieces = if whole { vec![all] } else { pieces };
                for (count, piece) in pieces.iter().enumerate() {
                    let name = if whole {
                        format!("files/{number}/{}", artifact.path)
                    } else {
                        format!("excerpts/{number}/{}-{count}", notes.len())
                    };
                    let length = usize::try_from(piece.end - piece.start).map_err(|error| error.to_string())?;
                    let kept = candor_facts::read_exact(&*bytes, piece.start, length)
                        .map_err(|error| format!("{}: {error}", artifact.path))?;
                    place(folder, &name, &kept)?;
                    written.bytes += kept.len() as u64;
                    if !whole {
                        note.excerpts.push((piece.start, name));
                    }
                }
                any |= whole;
                written.whole += u64::from(whole);
                written.partial += u64::from(!whole);
            }
            notes.insert(artifact.path.clone(), note);
        }
        let gaps: Vec<(ArtifactPath, GapReason)> = snapshot
            .gaps
            .iter()
            .filter(|gap| gap.part == index)
            .map(|gap| (gap.path.clone(), gap.reason.clone()))
            .collect();
        let listing = listing::write(&part.listing, &gaps, &|artifact| notes.get(&artifact.path).cloned());
        place(folder, &format!("listing/{number}.json"), &listing)?;
        toml.push_str(&format!("\n[[part]]\nrole = \"{}\"\n", part.role));
        for (key, value) in [("locator", &part.locator), ("revision", &part.revision)] {
            if let Some(value) = value {
                toml.push_str(&format!("{key} = {}\n", quoted(value)));
            }
        }
        if any {
            toml.push_str(&format!("files = \"files/{number}\"\n"));
        }
        toml.push_str(&format!("listing = \"listing/{number}.json\"\n"));
    }
    place(folder, "release.toml", toml.as_bytes())?;
    Ok(written)
}

fn place(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    let path: PathBuf = folder.join(name);
    store::replace(&path, bytes).map_err(|error| format!("{name}: {error}"))
}

/// The ranges as few as possible, in order, inside of the file.
fn joined(ranges: &[Range<u64>], length: u64) -> Vec<Range<u64>> {
    let mut sorted: Vec<Range<u64>> =
        ranges.iter().map(|range| range.start..range.end.min(length)).filter(|range| !range.is_empty()).collect();
    sorted.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in sorted {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// A string as TOML writes it: as JSON does, but for the one control character that JSON leaves as it is.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_joined() {
        assert_eq!(joined(&[8..10, 0..4, 3..6, 6..7, 20..30, 5..5], 25), [0..7, 8..10, 20..25]);
        assert_eq!(joined(&[], 5), []);
    }

    #[test]
    fn strings_are_escaped() {
        for text in ["plain", "a \"b\" \\ c", "line\nfeed\u{7f}\u{1}é"] {
            let back: toml::Table = toml::from_str(&format!("x = {}", quoted(text))).expect("TOML");
            assert_eq!(back["x"].as_str(), Some(text));
        }
    }
}
