//! Parts of large files that were fetched, kept from one run to the next: the headers of weight files.
//!
//! They are named after the digest that the platform states for the whole file, so they are never out of date. What
//! is kept is not verified by that digest, just as what is fetched is not: only the whole could be.

use crate::{caps, store};
use candor_facts::Digest;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// A folder with one folder for each digest, in which `<first byte>` is a file with bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges {
    pub(crate) folder: Option<PathBuf>,
}

impl Ranges {
    fn of(&self, digest: &Digest) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{}-{}", digest.algorithm().as_str(), digest.hex())))
    }

    /// What is kept of a file, by place.
    pub(crate) fn read(&self, digest: &Digest) -> Vec<(u64, Arc<Vec<u8>>)> {
        let Some(entries) = self.of(digest).and_then(|folder| fs::read_dir(folder).ok()) else { return Vec::new() };
        let mut found = Vec::new();
        let mut total = 0;
        for entry in entries.flatten().take(1000) {
            let Some(at) = entry.file_name().to_str().and_then(|name| name.parse::<u64>().ok()) else { continue };
            let size = entry.metadata().ok().filter(std::fs::Metadata::is_file).map_or(u64::MAX, |data| data.len());
            total += size.min(caps::FETCHED);
            if total > caps::FETCHED {
                break;
            }
            if let Ok(bytes) = fs::read(entry.path()) {
                found.push((at, Arc::new(bytes)));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        found
    }

    /// Keep a part. What cannot be written is fetched again another time.
    pub(crate) fn keep(&self, digest: &Digest, at: u64, bytes: &[u8]) {
        if let Some(folder) = self.of(digest) {
            let _ = store::write(&folder.join(at.to_string()), bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn parts_come_back_in_order() {
        let folder = Folder::new();
        let ranges = Ranges { folder: Some(folder.path().to_owned()) };
        let digest = Digest::of(b"whole");
        assert_eq!(ranges.read(&digest), []);
        ranges.keep(&digest, 10, b"later");
        ranges.keep(&digest, 0, b"first");
        folder.write(&format!("sha256-{}/litter.tmp", digest.hex()), b"x");
        let back: Vec<(u64, Vec<u8>)> =
            ranges.read(&digest).into_iter().map(|(at, bytes)| (at, bytes.to_vec())).collect();
        assert_eq!(back, [(0, b"first".to_vec()), (10, b"later".to_vec())]);
        assert_eq!(Ranges::default().read(&digest), []);
    }
}
