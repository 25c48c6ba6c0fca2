//! A folder with everything in it, or a part of a release, for those who judge integrity. Unlike [`walk`](crate::walk) it passes over nothing.

use crate::file::FileBytes;
use crate::{Snapshot, SourceError, caps, hub_cache};
use candor_facts::{ArtifactPath, OpenError, PartIndex, ReadAt, Standing, Tree, TreeEntry, TreeFile};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A folder of this machine.
#[derive(Debug)]
pub struct Folder {
    /// The real path.
    root: PathBuf,
    /// Inside which links may lead: the folder itself, or the repository of a hub cache.
    inside: PathBuf,
    entries: Vec<TreeEntry>,
}

impl Folder {
    /// List a folder. Folders that are links are not entered: what they lead to is refused.
    ///
    /// # Errors
    /// When it is not there, is no folder, cannot be read, or holds more than can be listed.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let unreadable = |why: String| SourceError::Unreadable { path: path.to_owned(), why };
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SourceError::Missing { path: path.to_owned() });
            }
            Err(error) => return Err(unreadable(error.to_string())),
        };
        if !metadata.is_dir() {
            return Err(unreadable("it is no folder; give the folder of the model".to_owned()));
        }
        let real = path.canonicalize().map_err(|error| unreadable(error.to_string()))?;
        let cached = hub_cache::detect(&real)?;
        let root = cached.as_ref().map_or(&real, |cached| &cached.snapshot).clone();
        let store = cached.map(|cached| cached.repository.join("blobs"));
        let inside = store.as_ref().and_then(|store| store.parent()).unwrap_or(&root).to_owned();
        let mut listed = Listed { root: &root, store: store.as_deref(), entries: Vec::new(), seen: 0 };
        listed.folder("", &root, 0).map_err(|error| unreadable(error.to_string()))?;
        let mut entries = listed.entries;
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { root, inside, entries })
    }

    /// A single file as a folder that holds nothing else.
    ///
    /// # Errors
    /// When it is not there, or is no regular file.
    pub fn of_file(path: &Path) -> Result<Self, SourceError> {
        let unreadable = |why: String| SourceError::Unreadable { path: path.to_owned(), why };
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SourceError::Missing { path: path.to_owned() });
            }
            Err(error) => return Err(unreadable(error.to_string())),
        };
        if !metadata.is_file() {
            return Err(unreadable("it is no regular file".to_owned()));
        }
        // The name that was given tells the format; what it links to, as in a hub cache, has another.
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| unreadable("its name is not UTF-8".to_owned()))?;
        let real = path.canonicalize().map_err(|error| unreadable(error.to_string()))?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let root = parent.canonicalize().map_err(|error| unreadable(error.to_string()))?;
        let inside = real.parent().unwrap_or(&root).to_owned();
        let entry = TreeEntry {
            path: name.to_owned(),
            size: metadata.len(),
            modified: modified(&metadata),
            standing: Standing::File,
        };
        Ok(Self { root, inside, entries: vec![entry] })
    }

    /// Its real path.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Tree for Folder {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        if let Standing::Refused(why) = &entry.standing {
            return Err(OpenError::Failed(why.clone()));
        }
        let bytes = FileBytes::open(&self.root.join(&entry.path), &self.inside).map_err(OpenError::Failed)?;
        Ok(Box::new(bytes))
    }
}

/// One part of a release, as far as its files lie on this machine.
#[derive(Debug)]
pub struct PartTree<'s> {
    snapshot: &'s Snapshot,
    part: PartIndex,
    entries: Vec<TreeEntry>,
}

impl<'s> PartTree<'s> {
    /// A part. What does not lie here is refused, with the reason.
    pub fn new(snapshot: &'s Snapshot, part: PartIndex) -> Self {
        let artifacts = snapshot.release.part(part).map(|part| part.listing.entries()).unwrap_or_default();
        let here = artifacts.iter().filter(|artifact| artifact.at_hand);
        let entries = here.map(|artifact| {
            let (size, standing) = match snapshot.open_file(part, &artifact.path) {
                Ok(file) => (file.len(), Standing::File),
                Err(error) => (0, Standing::Refused(error.to_string())),
            };
            TreeEntry { path: artifact.path.to_string(), size, modified: 0, standing }
        });
        Self { snapshot, part, entries: entries.collect() }
    }
}

impl Tree for PartTree<'_> {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        let path = ArtifactPath::new(&entry.path).ok_or(OpenError::NotFetched)?;
        self.snapshot.open_file(self.part, &path)
    }
}

struct Listed<'a> {
    root: &'a Path,
    store: Option<&'a Path>,
    entries: Vec<TreeEntry>,
    seen: usize,
}

impl Listed<'_> {
    fn folder(&mut self, prefix: &str, real: &Path, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(real)? {
            let entry = entry?;
            self.seen += 1;
            if self.seen > caps::LISTING_ENTRIES {
                return Err(io::Error::other(format!(
                    "it holds more than {} files and folders; name a smaller folder",
                    caps::LISTING_ENTRIES
                )));
            }
            let os_name = entry.file_name();
            let shown = os_name.to_string_lossy();
            let path = if prefix.is_empty() { shown.to_string() } else { format!("{prefix}/{shown}") };
            if os_name.to_str().is_none() {
                self.refuse(path, "its name is not UTF-8");
                continue;
            }
            let kind = match entry.file_type() {
                Ok(kind) => kind,
                Err(error) => {
                    self.refuse(path, &error.to_string());
                    continue;
                }
            };
            if kind.is_symlink() {
                self.link(path, &entry.path());
            } else if kind.is_file() {
                match entry.metadata() {
                    Ok(metadata) => self.push(path, &metadata, Standing::File),
                    Err(error) => self.refuse(path, &error.to_string()),
                }
            } else if !kind.is_dir() {
                self.refuse(path, "a pipe, socket or device");
            } else if depth + 1 > caps::DEPTH {
                self.refuse(path, &format!("it lies deeper than {} folders", caps::DEPTH));
            } else if let Err(error) = self.folder(&path, &entry.path(), depth + 1) {
                if self.seen > caps::LISTING_ENTRIES {
                    return Err(error);
                }
                self.refuse(path, &format!("a folder that cannot be entered: {error}"));
            }
        }
        Ok(())
    }

    fn link(&mut self, path: String, link: &Path) {
        let real = match link.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.refuse(path, "a link that leads nowhere");
            }
            Err(error) => return self.refuse(path, &format!("a link that cannot be followed: {error}")),
        };
        let blob = self.store.and_then(|store| real.strip_prefix(store).ok()).and_then(Path::to_str);
        let standing = match blob {
            Some(blob) if !blob.contains('/') => Standing::StoreLink { blob: blob.to_owned() },
            _ if real.starts_with(self.root) => Standing::Link,
            _ => return self.refuse(path, "a link that leads out of its folder"),
        };
        match fs::symlink_metadata(&real) {
            Ok(metadata) if metadata.is_file() => self.push(path, &metadata, standing),
            Ok(metadata) if metadata.is_dir() => self.refuse(path, "a link to a folder"),
            Ok(_) => self.refuse(path, "a link to a pipe, socket or device"),
            Err(error) => self.refuse(path, &error.to_string()),
        }
    }

    fn push(&mut self, path: String, metadata: &Metadata, standing: Standing) {
        let size = metadata.len();
        self.entries.push(TreeEntry { path, size, modified: modified(metadata), standing });
    }

    fn refuse(&mut self, path: String, why: &str) {
        self.entries.push(TreeEntry { path, size: 0, modified: 0, standing: Standing::Refused(why.to_owned()) });
    }
}

/// Last change in nanoseconds since 1970; 0 where the system does not say.
pub(crate) fn modified(metadata: &Metadata) -> i128 {
    let Ok(time) = metadata.modified() else { return 0 };
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => i128::try_from(before.duration().as_nanos()).map_or(i128::MIN, |nanos| -nanos),
    }
}

impl TreeFile for FileBytes {
    fn unchanged(&self) -> io::Result<bool> {
        let metadata = self.metadata()?;
        Ok(metadata.len() == self.len() && modified(&metadata) == self.opened_at())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use expect_test::expect;

    fn show(folder: &Path) -> String {
        let tree = Folder::open(folder).expect("a folder");
        let line = |entry: &TreeEntry| {
            let opened = tree.open(entry).map(|file| file.len());
            format!("{} {:?} {}\n", entry.path, entry.standing, opened.map_or("-".to_owned(), |len| len.to_string()))
        };
        tree.entries().iter().map(line).collect()
    }

    #[test]
    fn everything_is_listed_and_links_stay_inside() {
        let outside = testing::Folder::new();
        outside.write("secret", b"x");
        let folder = testing::Folder::new();
        for name in [".git/HEAD", ".DS_Store", "a/b", "a.txt"] {
            folder.write(name, b"12");
        }
        folder.link(&folder.path().join("a.txt"), "in");
        folder.link(&outside.path().join("secret"), "out");
        folder.link(Path::new("nowhere"), "broken");
        folder.link(&folder.path().join("a"), "folder");
        folder.fifo("pipe");
        expect![[r#"
            .DS_Store File 2
            .git/HEAD File 2
            a.txt File 2
            a/b File 2
            broken Refused("a link that leads nowhere") -
            folder Refused("a link to a folder") -
            in Link 2
            out Refused("a link that leads out of its folder") -
            pipe Refused("a pipe, socket or device") -
        "#]]
        .assert_eq(&show(folder.path()));
    }

    #[test]
    fn a_hub_cache_leads_into_its_store() {
        let folder = testing::Folder::new();
        folder.write("models--a--b/blobs/abcd", b"123");
        folder.link(Path::new("../../blobs/abcd"), "models--a--b/snapshots/c0ffee/config.json");
        expect![[r#"
            config.json StoreLink { blob: "abcd" } 3
        "#]]
        .assert_eq(&show(&folder.path().join("models--a--b/snapshots/c0ffee")));
    }

    #[test]
    fn a_file_that_changes_is_noticed() {
        let folder = testing::Folder::new();
        let path = folder.write("a", b"1234");
        let tree = Folder::open(folder.path()).expect("a folder");
        let file = tree.open(&tree.entries()[0]).expect("open");
        assert!(file.unchanged().expect("look"));
        fs::write(&path, b"12345").expect("write");
        assert!(!file.unchanged().expect("look"));
    }
}
