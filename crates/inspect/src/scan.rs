//! Files to fact sheet: offer each artifact to each inspector, collect facts and gaps.

use crate::inspector::{Input, PartInput, Reading, Reads};
use crate::inspectors::INSPECTORS;
use candor_facts::{FactSheet, Files, Gap, Release};

/// Read a release. `gaps` are those that the source already met.
pub fn scan(release: Release, files: &dyn Files, gaps: Vec<Gap>) -> FactSheet {
    let mut all = Reading { facts: Vec::new(), gaps };
    for (index, part) in release.parts() {
        let at = PartInput { release: &release, index, part, files };
        for inspector in INSPECTORS {
            match inspector.reads {
                Reads::Part(read) => all.absorb(read(&at)),
                Reads::Artifact { wants, read } => {
                    for artifact in part.listing.entries().iter().filter(|artifact| wants(part, artifact)) {
                        match at.open(artifact) {
                            Ok(bytes) => all.absorb(read(&Input::new(at, artifact, &*bytes))),
                            Err(gap) => all.gap(gap),
                        }
                    }
                }
            }
        }
    }
    let inspectors = INSPECTORS.iter().map(|inspector| (inspector.id.to_owned(), inspector.version)).collect();
    FactSheet::new(release, all.facts, all.gaps, inspectors)
}
