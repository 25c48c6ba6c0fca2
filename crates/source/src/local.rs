//! A folder or file of this machine as one part of a release.

use crate::source::{Backing, Source, SourcePart, Wanted, World};
use crate::walk::{Bounds, Walk, walk};
use crate::{Locator, SourceError, file::FileBytes, hub_cache};
use candor_facts::{Artifact, ArtifactPath, Listing, OpenError, Origin, Part, ReadAt, Role, TreeFile, read_exact};
use std::fs;
use std::path::{Path, PathBuf};

/// Paths of this machine. A bundle, which is a whole release, is read by [`crate::snapshot`].
pub(crate) const SOURCE: Source = Source { id: "local", open: source };

fn source(_: &World, locator: &Locator, wanted: &Wanted<'_>) -> Option<Result<SourcePart, SourceError>> {
    let Locator::Path(path) = locator else { return None };
    Some(open(path, wanted.complete, wanted.role))
}

/// Files of a folder; links in it may lead inside `inside`.
#[derive(Debug)]
struct Folder {
    root: PathBuf,
    inside: PathBuf,
}

impl Folder {
    fn bytes(&self, artifact: &Artifact) -> Result<FileBytes, OpenError> {
        if !artifact.at_hand {
            return Err(OpenError::NotFetched);
        }
        FileBytes::open(&self.root.join(artifact.path.as_str()), &self.inside).map_err(OpenError::Failed)
    }
}

impl Backing for Folder {
    fn open(&self, artifact: &Artifact) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        Ok(Box::new(self.bytes(artifact)?))
    }

    fn open_file(&self, artifact: &Artifact) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        Ok(Box::new(self.bytes(artifact)?))
    }
}

/// One file, which was named by hand.
#[derive(Debug)]
struct OneFile(PathBuf);

impl OneFile {
    fn bytes(&self, artifact: &Artifact) -> Result<FileBytes, OpenError> {
        if !artifact.at_hand {
            return Err(OpenError::NotFetched);
        }
        FileBytes::open(&self.0, &self.0).map_err(OpenError::Failed)
    }
}

impl Backing for OneFile {
    fn open(&self, artifact: &Artifact) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        Ok(Box::new(self.bytes(artifact)?))
    }

    fn open_file(&self, artifact: &Artifact) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        Ok(Box::new(self.bytes(artifact)?))
    }
}

/// Look at a path that is no bundle.
///
/// # Errors
/// When it is not there, cannot be read, or is neither folder nor file.
pub(crate) fn open(path: &Path, complete: bool, role: Option<Role>) -> Result<SourcePart, SourceError> {
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
    Ok(SourcePart { label, part, backing: Box::new(Folder { root, inside }), answers: Vec::new(), gaps })
}

fn one_file(path: &Path, complete: bool, role: Option<Role>) -> Result<SourcePart, SourceError> {
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
    Ok(SourcePart { label, part, backing: Box::new(OneFile(real)), answers: Vec::new(), gaps: Vec::new() })
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
