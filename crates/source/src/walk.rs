//! A folder on disk to a list of artifacts.
//!
//! Follows links only inside their bounds, enters nothing twice on one way, opens nothing but small
//! files that may be Git LFS pointers, and never blocks. Version control (`.git`, `.hg`, `.svn`), the
//! bookkeeping of the hub client (`.cache/huggingface`) and litter of operating systems (`.DS_Store`,
//! `._*`, `__MACOSX`, `Thumbs.db`, `desktop.ini`) are no part of a release and are passed over.

use crate::file::FileBytes;
use crate::{caps, lfs};
use candor_facts::{Algorithm, Artifact, ArtifactPath, Digest, GapReason, Origin, ReadAt as _, read_all};
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

/// What a folder holds.
#[derive(Default)]
pub(crate) struct Walk {
    pub(crate) entries: Vec<Artifact>,
    pub(crate) gaps: Vec<(ArtifactPath, GapReason)>,
    /// Whether something in the folder is not among the entries.
    pub(crate) left_out: bool,
}

/// Where links may lead.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'a> {
    /// The real path under which everything must lie.
    pub(crate) inside: &'a Path,
    /// Whether it is a snapshot of a hub cache, whose links are named after the digests of their blobs.
    pub(crate) cache: bool,
}

/// A folder that was entered: its real path, and the folder from which it was.
struct Entered {
    real: PathBuf,
    from: Option<usize>,
}

/// List a folder. `root` is a real path.
///
/// # Errors
/// When the folder itself cannot be read.
pub(crate) fn walk(root: &Path, bounds: Bounds<'_>) -> io::Result<Walk> {
    let mut walker = Walker { bounds, found: Walk::default(), more_gaps: 0, entered: Vec::new(), waiting: Vec::new() };
    walker.enter(String::new(), root.to_owned(), None, 0)?;
    while let Some((prefix, real, from, depth)) = walker.waiting.pop() {
        if let Err(error) = walker.enter(prefix.clone(), real, Some(from), depth) {
            walker.gap(&prefix, GapReason::Unreachable { what: error.to_string() });
        }
    }
    Ok(walker.finish())
}

struct Walker<'a> {
    bounds: Bounds<'a>,
    found: Walk,
    more_gaps: usize,
    entered: Vec<Entered>,
    waiting: Vec<(String, PathBuf, usize, usize)>,
}

impl Walker<'_> {
    fn enter(&mut self, prefix: String, real: PathBuf, from: Option<usize>, depth: usize) -> io::Result<()> {
        if self.full() {
            return Ok(());
        }
        let entries = fs::read_dir(&real)?;
        let here = self.entered.len();
        self.entered.push(Entered { real, from });
        for entry in entries {
            if self.full() {
                break;
            }
            match entry {
                Ok(entry) => self.take(&prefix, &entry, here, depth),
                Err(error) => self.gap(&prefix, GapReason::Unreachable { what: error.to_string() }),
            }
        }
        Ok(())
    }

    /// Whether the cap is reached; files and folders count alike, so that empty folders cost no more.
    fn full(&self) -> bool {
        self.found.entries.len() + self.entered.len() + self.waiting.len() > caps::LISTING_ENTRIES
    }

    fn take(&mut self, prefix: &str, entry: &DirEntry, here: usize, depth: usize) {
        let os_name = entry.file_name();
        let join = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        let Some(name) = os_name.to_str() else {
            let what = "its name is not UTF-8".to_owned();
            return self.gap(&join(&os_name.to_string_lossy()), GapReason::Unsafe { what });
        };
        let path = join(name);
        if passed_over(&path, name) {
            return;
        }
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) => return self.gap(&path, GapReason::Unreachable { what: error.to_string() }),
        };
        if kind.is_symlink() {
            self.link(path, entry, here, depth);
        } else if kind.is_dir() {
            self.folder(path, entry.path(), here, depth);
        } else if kind.is_file() {
            self.file(path, &entry.path(), None);
        } else {
            self.gap(&path, GapReason::Unsafe { what: "a pipe, socket or device".to_owned() });
        }
    }

    fn folder(&mut self, path: String, real: PathBuf, here: usize, depth: usize) {
        if depth + 1 > caps::DEPTH {
            return self.gap(&path, GapReason::TooLarge { cap: caps::DEPTH as u64 });
        }
        self.waiting.push((path, real, here, depth + 1));
    }

    fn link(&mut self, path: String, entry: &DirEntry, here: usize, depth: usize) {
        let refuse = |what: &str| GapReason::Unsafe { what: what.to_owned() };
        let target = fs::read_link(entry.path()).unwrap_or_default();
        let blob = self.bounds.cache.then(|| blob_digest(&target)).flatten();
        let real = match entry.path().canonicalize() {
            Ok(real) => real,
            // In a hub cache a link without its blob is a file that exists and was not (or no longer) fetched.
            Err(error) if error.kind() == io::ErrorKind::NotFound && blob.is_some() => {
                return self.push(path, None, blob, false);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.gap(&path, refuse("a link that leads nowhere"));
            }
            Err(error) => return self.gap(&path, refuse(&format!("a link that cannot be followed: {error}"))),
        };
        if !real.starts_with(self.bounds.inside) {
            return self.gap(&path, refuse("a link that leads out of its folder"));
        }
        match fs::symlink_metadata(&real) {
            Ok(metadata) if metadata.is_file() => self.file(path, &real, blob),
            Ok(metadata) if metadata.is_dir() => {
                if self.is_above(here, &real) {
                    return self.gap(&path, refuse("a link that leads in a circle"));
                }
                self.folder(path, real, here, depth);
            }
            Ok(_) => self.gap(&path, refuse("a link to a pipe, socket or device")),
            Err(error) => self.gap(&path, GapReason::Unreachable { what: error.to_string() }),
        }
    }

    fn is_above(&self, here: usize, real: &Path) -> bool {
        let mut at = Some(here);
        while let Some(entered) = at.and_then(|at| self.entered.get(at)) {
            if entered.real == real {
                return true;
            }
            at = entered.from;
        }
        false
    }

    fn file(&mut self, path: String, real: &Path, digest: Option<Digest>) {
        let size = match fs::symlink_metadata(real) {
            Ok(metadata) => metadata.len(),
            Err(error) => return self.gap(&path, GapReason::Unreachable { what: error.to_string() }),
        };
        if let Some(pointer) = pointer(&path, real, size, self.bounds.inside) {
            return self.push(path, pointer.size, pointer.digest, false);
        }
        self.push(path, Some(size), digest, true);
    }

    fn push(&mut self, path: String, size: Option<u64>, declared_digest: Option<Digest>, at_hand: bool) {
        if let Some(path) = ArtifactPath::new(&path) {
            self.found.entries.push(Artifact { path, size, declared_digest, at_hand, origin: Origin::Published });
        }
    }

    fn gap(&mut self, path: &str, reason: GapReason) {
        self.found.left_out = true;
        if self.found.gaps.len() < caps::GAPS {
            self.found.gaps.push((ArtifactPath::new(path).unwrap_or_else(ArtifactPath::listing), reason));
        } else {
            self.more_gaps += 1;
        }
    }

    fn finish(mut self) -> Walk {
        if self.full() {
            self.found.left_out = true;
            let cap = caps::LISTING_ENTRIES as u64;
            self.found.gaps.push((ArtifactPath::listing(), GapReason::TooLarge { cap }));
        }
        if self.more_gaps > 0 {
            let what = format!("{} more files or folders that could not be looked at", self.more_gaps);
            self.found.gaps.push((ArtifactPath::listing(), GapReason::Unsupported { what }));
        }
        self.found
    }
}

pub(crate) fn passed_over(path: &str, name: &str) -> bool {
    matches!(name, ".git" | ".hg" | ".svn" | ".DS_Store" | "__MACOSX" | "Thumbs.db" | "desktop.ini")
        || name.starts_with("._")
        || path == ".cache/huggingface"
}

/// The digest that a blob of a hub cache is named after: SHA-256 of large files, the git blob of small ones.
fn blob_digest(target: &Path) -> Option<Digest> {
    let in_blobs = target.parent()?.file_name()? == "blobs";
    let name = target.file_name()?.to_str()?;
    in_blobs
        .then(|| Digest::from_hex(Algorithm::Sha256, name).or_else(|| Digest::from_hex(Algorithm::GitBlob, name)))?
}

fn pointer(path: &str, real: &Path, size: u64, inside: &Path) -> Option<lfs::Pointer> {
    if size == 0 || size > caps::LFS_POINTER || !lfs::may_be(path) {
        return None;
    }
    let bytes = FileBytes::open(real, inside).ok()?;
    // Its length may have changed since; the cap holds for what is read.
    (bytes.len() <= caps::LFS_POINTER)
        .then(|| read_all(&bytes, caps::LFS_POINTER).ok().flatten())?
        .and_then(|b| lfs::parse(&b))
}
