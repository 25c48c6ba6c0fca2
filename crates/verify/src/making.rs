//! Models made from models, for tests of `diff` and `lineage`: files of each format, and what people do to weights.
//! Not for other use.
#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used, reason = "input is that of tests")]

mod changes;
mod files;

pub use changes::{Change, LINEAGES, UNRELATED, changes, unrelated};
pub use files::{gguf, pytorch, safetensors};

use crate::weights::{Room, Weights};
use candor_facts::{OpenError, ReadAt, Standing, Tree, TreeEntry, TreeFile};

/// A tensor in memory.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its name.
    pub name: String,
    /// The outermost dimension first.
    pub shape: Vec<u64>,
    /// Its numbers.
    pub values: Vec<f32>,
}

impl Made {
    /// Rows, where it is a matrix worth changing.
    pub fn matrix(&self) -> Option<(usize, usize)> {
        match self.shape.as_slice() {
            [rows, columns] if *rows >= 8 && *columns >= 8 => Some((*rows as usize, *columns as usize)),
            _ => None,
        }
    }
}

/// A private key and its public key, as PEM, made from a number: for tests only.
pub fn keys(number: u8) -> (String, String) {
    use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
    let private = p256::SecretKey::from_slice(&[number; 32]).expect("a key");
    let public = private.public_key().to_public_key_pem(LineEnding::LF).expect("PEM");
    (private.to_pkcs8_pem(LineEnding::LF).expect("PEM").to_string(), public)
}

/// A folder in memory.
#[derive(Clone, Default)]
pub struct Memory {
    entries: Vec<TreeEntry>,
    bytes: Vec<Vec<u8>>,
    /// Whether each file says that it was changed while it was read.
    pub restless: bool,
}

impl Memory {
    /// A folder of these files.
    pub fn new(mut files: Vec<(String, Vec<u8>)>) -> Self {
        files.sort();
        let entry = |(path, bytes): &(String, Vec<u8>)| TreeEntry {
            path: path.clone(),
            size: bytes.len() as u64,
            modified: 1,
            standing: Standing::File,
        };
        let entries = files.iter().map(entry).collect();
        Self { entries, bytes: files.into_iter().map(|(_, bytes)| bytes).collect(), restless: false }
    }

    /// A folder of one file.
    pub fn one(path: &str, bytes: Vec<u8>) -> Self {
        Self::new(vec![(path.to_owned(), bytes)])
    }
}

struct Bytes<'m>(&'m [u8], bool);

impl ReadAt for Bytes<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read_at(offset, buffer)
    }
}

impl TreeFile for Bytes<'_> {
    fn unchanged(&self) -> std::io::Result<bool> {
        Ok(!self.1)
    }
}

impl Tree for Memory {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }
    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        let at = self.entries.iter().position(|other| other == entry).ok_or(OpenError::NotFetched)?;
        Ok(Box::new(Bytes(&self.bytes[at], self.restless)))
    }
}

/// The floating tensors of a folder.
pub fn read(tree: &dyn Tree) -> Vec<Made> {
    let weights = Weights::open(tree);
    let floats = weights.tensors.iter().filter(|one| one.tensor.dtype.is_float());
    floats
        .map(|one| {
            let mut room = Room::default();
            weights.values(one, 0..one.tensor.elements, &mut room).expect("numbers");
            let values = room.values.iter().map(|value| *value as f32).collect();
            Made { name: one.name.clone(), shape: one.tensor.shape.to_vec(), values }
        })
        .collect()
}

/// Numbers without end, the same for a seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Any bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    /// From 0 to 1.
    pub fn even(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// With the distribution of Gauss, nearly: the sum of twelve even numbers.
    pub fn normal(&mut self) -> f32 {
        ((0..12).map(|_| self.even()).sum::<f64>() - 6.0) as f32
    }

    /// Numbers in any order.
    pub fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for at in (1..count).rev() {
            order.swap(at, (self.bits() % (at as u64 + 1)) as usize);
        }
        order
    }
}

/// A small model in the shape of a transformer.
pub fn model(seed: u64, width: u64, layers: u64) -> Vec<Made> {
    let mut random = Random::new(seed);
    let mut all = Vec::new();
    let mut add = |name: String, shape: &[u64], spread: f32| {
        let count: u64 = shape.iter().product();
        // Norms begin near one, as they do in models.
        let middle = if name.contains("norm") { 1.0 } else { 0.0 };
        let values = (0..count).map(|_| middle + random.normal() * spread).collect();
        all.push(Made { name, shape: shape.to_vec(), values });
    };
    add("model.embed_tokens.weight".into(), &[width * 4, width], 0.05);
    for layer in 0..layers {
        let at = |name: &str| format!("model.layers.{layer}.{name}.weight");
        for name in ["q_proj", "k_proj", "v_proj", "o_proj"] {
            add(at(&format!("self_attn.{name}")), &[width, width], 0.04);
        }
        add(at("mlp.up_proj"), &[width * 4, width], 0.03);
        add(at("mlp.down_proj"), &[width, width * 4], 0.03);
        add(at("input_layernorm"), &[width], 0.01);
    }
    add("model.norm.weight".into(), &[width], 0.01);
    all
}
