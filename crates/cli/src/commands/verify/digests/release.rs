//! The parts of a release bundle as one tree, each below the number of its part, with the listings as a source.

use candor_facts::{Algorithm, OpenError, PartIndex, Tree, TreeEntry, TreeFile};
use candor_source::{Folder, PartTree, Request, Snapshot, resolve};
use candor_verify::digests::{Claimed, Digests, Source, SourceKind};
use std::collections::BTreeMap;
use std::path::Path;

/// A release bundle.
pub(super) struct Release {
    snapshot: Snapshot,
    entries: Vec<TreeEntry>,
}

impl Release {
    /// The bundle in a folder; `None` when there is none.
    pub(super) fn of(dir: &Path, folder: &Folder) -> anyhow::Result<Option<Self>> {
        let is_bundle = |path: &str| !path.contains('/') && path.starts_with("release") && path.ends_with(".toml");
        if !folder.entries().iter().any(|entry| is_bundle(&entry.path)) {
            return Ok(None);
        }
        let locator = dir.display().to_string();
        let snapshot = resolve(&Request { locator, complete: false, with: Vec::new() })?;
        let mut entries = Vec::new();
        for (index, _) in snapshot.release.parts() {
            let files = PartTree::new(&snapshot, index);
            let numbered =
                |entry: &TreeEntry| TreeEntry { path: format!("{}/{}", index.0, entry.path), ..entry.clone() };
            entries.extend(files.entries().iter().map(numbered));
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Some(Self { snapshot, entries }))
    }

    /// What the listings say of the files that are here. What was not fetched was never claimed to be here.
    pub(super) fn listing(&self) -> Option<Source> {
        let mut files = BTreeMap::new();
        for (index, part) in self.snapshot.release.parts() {
            for artifact in part.listing.entries().iter().filter(|artifact| artifact.at_hand) {
                let Some(digest) = &artifact.declared_digest else { continue };
                let hex = Some(digest.hex().to_owned());
                let digests = match digest.algorithm() {
                    Algorithm::Sha256 => Digests { sha256: hex, ..Digests::default() },
                    Algorithm::GitBlob => Digests { git_blob: hex, ..Digests::default() },
                };
                files.insert(format!("{}/{}", index.0, artifact.path), Claimed { size: artifact.size, digests });
            }
        }
        let name = "of the bundle".to_owned();
        let source = Source { kind: SourceKind::Listing, name, complete: false, files, faults: Vec::new() };
        (!source.files.is_empty()).then_some(source)
    }
}

impl Tree for Release {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        let (part, path) = entry.path.split_once('/').ok_or(OpenError::NotFetched)?;
        let part = PartIndex(part.parse().map_err(|_| OpenError::NotFetched)?);
        let path = candor_facts::ArtifactPath::new(path).ok_or(OpenError::NotFetched)?;
        self.snapshot.open_file(part, &path)
    }
}
