//! Doors for fuzzing: readers that are private, with what must hold for any bytes. Not for other use.

use crate::json::{self, Reader};
use crate::scan;
use crate::tensors::Table;
use crate::weights::{gguf, onnx, pytorch, safetensors};
use candor_facts::{
    Artifact, ArtifactPath, Digest, Files, Listing, OpenError, Origin, Part, PartIndex, Place, ReadAt, Release, Role,
    read_exact,
};

/// Any bytes as a safetensors file: places lie in the file, and what has no fault covers its data exactly.
pub fn safetensors(bytes: &[u8]) {
    let Ok(header) = safetensors::read(&bytes) else { return };
    let sum = table(bytes, &header);
    if header.faults.is_empty() {
        let data = bytes.len() as u64 - header.head.map_or(0, |(range, _)| range.end);
        assert_eq!(sum, data, "bytes that belong to no tensor, or to two");
    }
}

/// Any bytes as a GGUF file: as for safetensors, and values that are kept stand where they are said to.
pub fn gguf(bytes: &[u8]) {
    let Ok(gguf) = gguf::read(&bytes) else { return };
    table(bytes, &gguf.table);
    for pair in &gguf.pairs {
        let there = usize::try_from(pair.at).ok().and_then(|at| bytes.get(at..at.checked_add(pair.raw.len())?));
        assert_eq!(there, Some(pair.raw.as_slice()));
    }
}

/// Any bytes as an ONNX model: as for safetensors, and no path leaves its folder.
pub fn onnx(bytes: &[u8]) {
    let Ok(model) = onnx::read(&bytes) else { return };
    table(bytes, &model.table);
    for tensor in &model.table.tensors {
        let inside = |path: &str| !path.starts_with('/') && !path.split('/').any(|segment| segment == "..");
        assert!(tensor.data.file().is_none_or(inside), "a path that leaves its folder");
    }
    assert!(model.said.iter().all(|said| said.bytes.start <= said.bytes.end && said.bytes.end <= bytes.len() as u64));
}

/// Any bytes as a file that may hold pickles: whatever is inert was read to its end, and places lie in the bytes.
pub fn pytorch(bytes: &[u8]) {
    let size = bytes.len() as u64;
    for named in [true, false] {
        let Ok(Some(contents)) = pytorch::read(&bytes, named) else { continue };
        table(bytes, &contents.table);
        if let Some(charge) = &contents.verdict.offence {
            assert!(charge.bytes.start <= charge.bytes.end && charge.bytes.end <= size, "an offence outside the file");
        }
        assert!(contents.verdict.streams.iter().all(|stream| stream.start <= stream.end && stream.end <= size));
    }
}

/// What holds for every table; the bytes that belong to tensors come back.
fn table(bytes: &[u8], table: &Table) -> u64 {
    let size = bytes.len() as u64;
    assert!(table.faults.iter().all(|fault| fault.at <= size), "a fault outside the file");
    let mut sum = 0;
    for tensor in &table.tensors {
        assert!(tensor.entry.start < tensor.entry.end && tensor.entry.end <= size);
        if let (true, Some(range), None) = (table.faults.is_empty(), &tensor.data.bytes, tensor.data.file()) {
            assert!(range.start <= range.end && range.end <= size, "a tensor outside the file");
            sum += range.end - range.start;
        }
    }
    sum
}

/// What a file of a release may be called, and what is read of it by that: one name for each reader of text.
const NAMES: &[(&str, Role)] = &[
    ("@answers/info.json", Role::Model),
    ("@answers/info.json", Role::Data),
    ("@answers/refs.json", Role::Model),
    ("README.md", Role::Data),
    ("README.md", Role::Code),
    ("LICENSE", Role::Model),
    ("config.json", Role::Model),
    ("model_index.json", Role::Model),
    ("adapter_config.json", Role::Model),
    ("generation_config.json", Role::Model),
    ("checkpoint-10/trainer_state.json", Role::Model),
    ("model.safetensors.index.json", Role::Model),
    ("train/config.yaml", Role::Code),
    ("CITATION.cff", Role::Code),
    ("codemeta.json", Role::Code),
    ("PKG-INFO", Role::Code),
    ("bom.cdx.json", Role::Model),
    ("model.spdx.json", Role::Document),
];

/// Any bytes as one of these, chosen by the first byte: every place can be read again, with its digest.
pub fn named(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let Some((name, role)) = NAMES.get(usize::from(*choice) % NAMES.len()) else { return };
    one_file(name, *role, bytes);
}

/// Any bytes as the platform's answer on a repository: as for [`named`].
pub fn answers(bytes: &[u8]) {
    for (name, role) in NAMES.iter().filter(|(name, _)| name.starts_with('@')) {
        one_file(name, *role, bytes);
    }
}

/// A release of one file.
struct Alone<'a>(&'a [u8]);

impl Files for Alone<'_> {
    fn open(&self, _: PartIndex, _: &ArtifactPath) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        Ok(Box::new(self.0))
    }
}

fn one_file(name: &str, role: Role, bytes: &[u8]) {
    let Some(path) = ArtifactPath::new(name) else { return };
    let origin = match name.starts_with('@') {
        true => Origin::Answer { of: "https://hub.example/api/models/org/name".to_owned() },
        false => Origin::Published,
    };
    let size = Some(bytes.len() as u64);
    let entry = Artifact { path, size, declared_digest: None, at_hand: true, origin };
    let part = Part { role, locator: None, revision: None, listing: Listing::new(true, vec![entry]) };
    let release = Release { id: "fuzzed".to_owned(), subject: Vec::new(), parts: vec![part] };
    let sheet = scan(release, &Alone(bytes), Vec::new());
    for (_, fact) in sheet.facts() {
        for evidence in fact.places() {
            if let Place::Span { start, end, digest, .. } = &evidence.place {
                let length = end.checked_sub(*start).and_then(|length| usize::try_from(length).ok());
                let again = length.and_then(|length| read_exact(&bytes, *start, length).ok());
                assert_eq!(again.map(|bytes| Digest::of(&bytes)).as_ref(), Some(digest), "a place that is not there");
            }
        }
    }
}

/// Any bytes as JSON: tokens lie in the text one after the other, and every member can be read again.
pub fn json(bytes: &[u8]) {
    for mut reader in [Reader::new(bytes), Reader::relaxed(bytes)] {
        let mut end = 0;
        loop {
            match reader.next() {
                Ok(Some(token)) => {
                    assert!(end <= token.span.start && token.span.start < token.span.end);
                    end = token.span.end;
                    assert!(end <= bytes.len());
                }
                Ok(None) => break,
                Err(problem) => {
                    assert!(problem.at <= bytes.len(), "a problem outside the text");
                    break;
                }
            }
        }
    }
    for member in json::object(bytes).unwrap_or_default() {
        assert!(bytes.get(member.span.clone()).is_some_and(|span| span.starts_with(b"\"")));
        json::object_at(bytes, &member.value);
        json::array_at(bytes, &member.value);
    }
}
