//! Hostile bytes against every inspector: none panics, and every span can be read again.

use crate::INSPECTORS;
use crate::inspector::{PartInput, Reads};
use crate::testing::{fixture, show};
use crate::weights;
use candor_facts::{
    Artifact, ArtifactPath, Claim, Files, Listing, OpenError, Origin, Part, PartIndex, ReadAt, Release, Role,
};
use proptest::prelude::*;
use std::cell::Cell;

const RELEASE: &str = r#"//= model complete
//- README.md
---
license: mit
---
# Model
//- config.json
{"model_type": "llama", "architectures": ["L"], "tie_word_embeddings": true, "auto_map": {"A": "m.B"}}
//- adapter_config.json
{"base_model_name_or_path": "org/base", "peft_type": "LORA"}
//- model.safetensors.index.json
{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
//- model-00001-of-00002.safetensors safetensors data=4
{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}
//- model-00002-of-00002.safetensors safetensors data=2
{"b":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}
//- model_index.json
{"_class_name": "P", "unet": ["diffusers", "U"]}
//- unet/diffusion_pytorch_model.safetensors listed
//- trainer_state.json
{"log_history": [{"loss": NaN}]}
//- LICENSE
Permission is hereby granted, free of charge
//- bom.json
{"bomFormat": "CycloneDX", "components": [{"type": "machine-learning-model", "name": "m", "licenses": [{"expression": "MIT"}], "pedigree": {"ancestors": [{"name": "b"}]}}]}
//- model.spdx.json
{"@context": "https://spdx.org/rdf/3.0.1/c", "@graph": [{"type": "ai_AIPackage", "spdxId": "u:m", "name": "m"}, {"type": "Relationship", "from": "u:m", "to": ["u:m"], "relationshipType": "trainedOn"}]}
"#;

proptest! {
    #[test]
    fn mutated_releases(edits in proptest::collection::vec((0..14usize, 0..200usize, any::<u8>(), any::<bool>()), 1..5)) {
        let mut release = fixture(RELEASE);
        for (file, at, byte, cut) in edits {
            release.edit(file, |bytes| {
                let at = at.min(bytes.len());
                match bytes.get_mut(at) {
                    Some(there) if !cut => *there = byte,
                    _ => bytes.truncate(at),
                }
            });
        }
        for inspector in INSPECTORS {
            show(inspector, &release);
        }
    }

    #[test]
    fn any_names(names in proptest::collection::vec("[a-z0-9._/-]{1,12}(checkpoint-[0-9]|-0000[0-3]-of-0000[0-3])?[.](safetensors|bin|gguf|pt|index[.]json|data-0-of-1)", 0..6), complete in any::<bool>()) {
        let headings: String = names
            .iter()
            .filter(|name| ArtifactPath::new(name).is_some())
            .map(|name| format!("//- {name} listed\n"))
            .collect();
        let release = fixture(&format!("//= model {}\n{headings}", if complete { "complete" } else { "" }));
        for inspector in INSPECTORS {
            show(inspector, &release);
        }
    }
}

/// Files of a header each and as much data as they say; counts what is read.
struct Sparse {
    shards: Vec<Vec<u8>>,
    data: u64,
    read: Cell<u64>,
}

struct Shard<'a> {
    header: &'a [u8],
    length: u64,
    read: &'a Cell<u64>,
}

impl ReadAt for Shard<'_> {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.read.set(self.read.get() + buffer.len() as u64);
        buffer.fill(0);
        (&self.header).read_at(offset, buffer)?;
        Ok(buffer.len())
    }
}

impl Files for Sparse {
    fn open(&self, _: PartIndex, path: &ArtifactPath) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        let number: usize = path.as_str()[6..11].parse().unwrap();
        let header = self.shards[number - 1].as_slice();
        let length = header.len() as u64 + self.data;
        Ok(Box::new(Shard { header, length, read: &self.read }))
    }
}

#[test]
fn of_140_gigabytes_only_headers_are_read() {
    const EACH: u64 = 2_400_000_000;
    let shard = |number: u64| {
        let half = EACH / 2;
        let entry = |name: &str, at: u64| {
            format!(
                r#""{number}.{name}":{{"dtype":"BF16","shape":[{}],"data_offsets":[{at},{}]}}"#,
                half / 2,
                at + half
            )
        };
        let header = format!("{{{},{}}}", entry("a", 0), entry("b", half));
        [(header.len() as u64).to_le_bytes().as_slice(), header.as_bytes()].concat()
    };
    let files = Sparse { shards: (1..=60).map(shard).collect(), data: EACH, read: Cell::new(0) };
    let headers: u64 = files.shards.iter().map(|header| header.len() as u64).sum();
    let entry = |number: usize| Artifact {
        path: ArtifactPath::new(&format!("model-{number:05}-of-00060.safetensors")).unwrap(),
        size: Some(files.shards[number - 1].len() as u64 + EACH),
        declared_digest: None,
        at_hand: true,
        origin: Origin::Published,
    };
    let listing = Listing::new(true, (1..=60).map(entry).collect());
    let part = Part { role: Role::Model, locator: None, revision: None, listing };
    let release = Release { id: "large".to_owned(), subject: Vec::new(), parts: vec![part] };
    let at = PartInput { release: &release, index: PartIndex(0), part: &release.parts[0], files: &files };
    let Reads::Part(read) = weights::INSPECTOR.reads else { panic!("weights are read by part") };
    let reading = read(&at);
    assert!(reading.gaps.is_empty());
    let totals = reading.facts.iter().find_map(|fact| match &fact.claim {
        Claim::Tensors { count, parameters, .. } => Some((*count, *parameters)),
        _ => None,
    });
    assert_eq!(totals, Some((120, 60 * EACH / 2)));
    // Each file: its header once, its length once more, and the bytes that show what kind of file it is.
    assert!(files.read.get() <= headers + 60 * (8 + 8 + 64), "{} bytes read", files.read.get());
}
