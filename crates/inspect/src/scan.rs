//! Files to fact sheet: offer each artifact to each inspector, collect facts and gaps.

use crate::caps;
use crate::derived::derived;
use crate::documents::config;
use crate::inspector::{Input, Inspector, PartInput, Reading, Reads};
use crate::inspectors::INSPECTORS;
use candor_facts::{Artifact, ArtifactPath, FactSheet, Files, Gap, GapReason, Part, Release, Role};

/// Read a release. `gaps` are those that the source already met.
pub fn scan(release: Release, files: &dyn Files, gaps: Vec<Gap>) -> FactSheet {
    scan_more(release, files, Reading { facts: Vec::new(), gaps })
}

/// Read a release of which something is known already.
pub(crate) fn scan_more(release: Release, files: &dyn Files, mut all: Reading) -> FactSheet {
    for (index, part) in release.parts() {
        let at = PartInput { release: &release, index, part, files };
        for inspector in INSPECTORS {
            match inspector.reads {
                Reads::Part(read) => all.absorb(read(&at)),
                Reads::Artifact { wants, read } => artifacts(&at, wants, read, &mut all),
            }
        }
    }
    let derived = derived(&all);
    all.facts.extend(derived);
    let inspectors = INSPECTORS.iter().map(|inspector| (inspector.id.to_owned(), inspector.version)).collect();
    FactSheet::new(release, all.facts, all.gaps, inspectors)
}

/// Whether an inspector will read a file whole: for those who fetch files, so that these come first. Decided by path
/// and size alone, and no promise: a file that is not named may be read too.
pub fn reads_whole(part: &Part, artifact: &Artifact) -> bool {
    let wanted = |inspector: &Inspector| match inspector.reads {
        Reads::Artifact { wants, .. } => wants(part, artifact),
        Reads::Part(_) => false,
    };
    let settings = part.role == Role::Model && config::is_settings(&artifact.path);
    settings || artifact.path.as_str().ends_with(".index.json") || INSPECTORS.iter().any(wanted)
}

/// Offer the artifacts that an inspector wants, those nearest the root first, as far as its budget goes.
fn artifacts(
    at: &PartInput<'_>,
    wants: fn(&Part, &Artifact) -> bool,
    read: fn(&Input<'_>) -> Reading,
    all: &mut Reading,
) {
    let mut wanted: Vec<&Artifact> =
        at.part.listing.entries().iter().filter(|artifact| wants(at.part, artifact)).collect();
    wanted.sort_by_cached_key(|artifact| artifact.path.as_str().matches('/').count());
    let (mut spent, mut more) = (0, 0);
    let before = all.facts.len();
    for artifact in wanted {
        match at.open(artifact) {
            Ok(_) if spent >= caps::READ_TOTAL || all.facts.len() - before >= caps::FACTS => {
                more += 1;
                if more <= caps::FAULTS {
                    all.gap(at.gap(&artifact.path, GapReason::TooLarge { cap: caps::READ_TOTAL }));
                }
            }
            Ok(bytes) => {
                spent += bytes.len();
                all.absorb(read(&Input::new(*at, artifact, &*bytes)));
            }
            Err(gap) => all.gap(gap),
        }
    }
    if more > caps::FAULTS {
        let what =
            format!("{} more files, beyond {} bytes or {} facts", more - caps::FAULTS, caps::READ_TOTAL, caps::FACTS);
        all.gap(at.gap(&ArtifactPath::listing(), GapReason::Unsupported { what }));
    }
}
