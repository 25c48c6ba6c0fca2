//! A folder or file of this machine as one part of a release.

use crate::walk::{Bounds, Walk, walk};
use crate::{SourceError, file::FileBytes, hub_cache};
use candor_facts::{Artifact, ArtifactPath, GapReason, Listing, Origin, Part, ReadAt as _, Role, read_exact};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the bytes of a part lie.
#[derive(Debug)]
pub(crate) enum Backing {
    /// Nowhere here.
    Nothing,
    /// In a folder; links in it may lead inside `inside`.
    Folder { root: PathBuf, inside: PathBuf },
    /// In one file, which was named by hand.
    File(PathBuf),
}

/// A part, where its bytes lie, and what could not be looked at.
pub(crate) struct LocalPart {
    /// A label for a release made of this part alone.
    pub(crate) label: String,
    pub(crate) part: Part,
    pub(crate) backing: Backing,
    pub(crate) gaps: Vec<(ArtifactPath, GapReason)>,
}

/// Look at a path that is no bundle.
///
/// # Errors
/// When it is not there, cannot be read, or is neither folder nor file.
pub(crate) fn open(path: &Path, complete: bool, role: Option<Role>) -> Result<LocalPart, SourceError> {
    let unreadable = |why: String| SourceError::Unreadable { path: path.to_owned(), why };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(SourceError::Missing { path: path.to_owned() });
        }
        Err(error) => return Err(unreadable(error.to_string())),
    };
    if metadata.is_file() {
        return one_file(path, complete, role);
    }
    if !metadata.is_dir() {
        return Err(unreadable("it is a pipe, socket or device; give a folder or a file".to_owned()));
    }
    let real = path.canonicalize().map_err(|error| unreadable(error.to_string()))?;
    let cached = hub_cache::detect(&real)?;
    let root = cached.as_ref().map_or(&real, |cached| &cached.snapshot).clone();
    let inside = cached.as_ref().map_or(&real, |cached| &cached.repository).clone();
    let found = walk(&root, Bounds { inside: &inside, cache: cached.is_some() })
        .map_err(|error| unreadable(error.to_string()))?;
    let Walk { entries, gaps, left_out } = found;
    let listing = Listing::new(complete && !left_out, entries);
    let guessed = cached.as_ref().map_or_else(|| guess_role(&root, &listing), |cached| cached.role);
    let label = match &cached {
        Some(cached) => cached.id.clone(),
        None => name_of(&real),
    };
    let (locator, revision) = cached.map(|cached| (cached.locator, cached.revision)).unzip();
    let part = Part { role: role.unwrap_or(guessed), locator, revision, listing };
    Ok(LocalPart { label, part, backing: Backing::Folder { root, inside }, gaps })
}

fn one_file(path: &Path, complete: bool, role: Option<Role>) -> Result<LocalPart, SourceError> {
    let unreadable = |why: &str| SourceError::Unreadable { path: path.to_owned(), why: why.to_owned() };
    let real = path.canonicalize().map_err(|error| unreadable(&error.to_string()))?;
    // The name is the one that was given: in a hub cache the real name is a digest.
    let name = path.file_name().and_then(|name| name.to_str()).and_then(ArtifactPath::new);
    let Some(name) = name else { return Err(unreadable("its name is not UTF-8, or ends in `..`")) };
    let label = name.as_str().to_owned();
    let size = fs::metadata(&real).map_err(|error| unreadable(&error.to_string()))?.len();
    let pointer = small_pointer(&real, name.as_str(), size);
    let artifact = match pointer {
        Some(pointer) => Artifact {
            path: name,
            size: pointer.size,
            declared_digest: pointer.digest,
            at_hand: false,
            origin: Origin::Published,
        },
        None => {
            Artifact { path: name, size: Some(size), declared_digest: None, at_hand: true, origin: Origin::Published }
        }
    };
    let listing = Listing::new(complete, vec![artifact]);
    let part = Part { role: role.unwrap_or(Role::Model), locator: None, revision: None, listing };
    Ok(LocalPart { label, part, backing: Backing::File(real), gaps: Vec::new() })
}

fn small_pointer(real: &Path, name: &str, size: u64) -> Option<crate::lfs::Pointer> {
    if size > crate::caps::LFS_POINTER || !crate::lfs::may_be(name) {
        return None;
    }
    let bytes = FileBytes::open(real, real).ok()?;
    crate::lfs::parse(&candor_facts::read_all(&bytes, crate::caps::LFS_POINTER).ok()??)
}

/// The last component of a path: a label for people, on which no verdict rests.
fn name_of(real: &Path) -> String {
    real.file_name().map_or_else(|| "release".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// A folder is a model, unless it has the marks of a code repository and none of a model.
fn guess_role(root: &Path, listing: &Listing) -> Role {
    const MANIFESTS: &[&str] = &[
        "pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml", "package.json", "go.mod", "CMakeLists.txt",
        "Makefile", "pom.xml", "build.gradle", "Gemfile", "environment.yml", "requirements.txt",
    ];
    const WEIGHTS: &[&str] =
        &["safetensors", "gguf", "bin", "pt", "pth", "ckpt", "onnx", "h5", "msgpack", "tflite", "npz", "nemo"];
    let is_code = MANIFESTS.iter().any(|name| listing.get(name).is_some()) || root.join(".git").exists();
    let has_weights = listing.entries().iter().any(|entry| WEIGHTS.contains(&entry.path.extension().as_str()));
    let has_config =
        ["config.json", "model_index.json", "adapter_config.json"].iter().any(|name| listing.get(name).is_some());
    if is_code && !has_weights && !has_config && !has_front_matter(root) { Role::Code } else { Role::Model }
}

fn has_front_matter(root: &Path) -> bool {
    let Ok(bytes) = FileBytes::open(&root.join("README.md"), root) else { return false };
    let length = usize::try_from(bytes.len().min(8)).unwrap_or(8);
    let Ok(start) = read_exact(&bytes, 0, length) else { return false };
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    start.starts_with(b"---\n") || start.starts_with(b"---\r\n")
}
