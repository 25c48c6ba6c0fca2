//! Doors for fuzzing: readers that are private, with what must hold for any bytes. Not for other use.

pub use crate::signature::fuzzing::{bundle, certificate, pem, statement};

use crate::making::Memory;
use crate::{Progress, diff, digests, lineage};
use candor_facts::ArtifactPath;

/// Any bytes as the statement of a run: no panic, and what is accepted is about some file.
pub fn run_statement(bytes: &[u8]) {
    crate::reproduce::fuzz(bytes);
}

/// Any bytes as each list of digests: no panic, and no path that leaves the folder.
pub fn digest_list(bytes: &[u8]) {
    let lists = ["SHA256SUMS", "a.cdx.json", "m.safetensors.index.json", "candor-manifest.json", "p.dist-info/RECORD"];
    let beside = lists.map(|name| digests::beside(&Memory::one(name, bytes.to_vec())));
    for source in beside.iter().flatten().chain(&digests::read_list("list", bytes)) {
        assert!(source.files.keys().all(|path| ArtifactPath::new(path).is_some()));
    }
}

/// Any bytes as weights beside a small model: no panic, and no figure of numbers that were not read.
pub fn weights(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let name = ["m.safetensors", "m.gguf", "m.bin"].get(usize::from(*first) % 3).copied().unwrap_or("m.gguf");
    let other = Memory::one(name, rest.to_vec());
    let base = Memory::one(name, rest.iter().rev().copied().collect());
    // The same tensors with other numbers, where the numbers stand behind their table.
    let behind = rest.len() - rest.len() / 4;
    let changed =
        rest.iter().enumerate().map(|(at, byte)| if at >= behind { byte.wrapping_mul(29) ^ 1 } else { *byte });
    let changed = Memory::one(name, changed.collect());
    for (a, b) in [(&other, &other), (&other, &base), (&other, &changed)] {
        let found = diff::diff(a, b, true, 1, Progress::none());
        for numbers in found.tensors.iter().filter_map(|one| one.numbers.as_ref()) {
            assert!(numbers.changed.0 <= numbers.changed.1);
        }
    }
    let named = |tree| lineage::Named { tree, name: String::new() };
    lineage::lineage(&named(&other), &[named(&other)], 1, Progress::none());
}
