//! Reading and writing of the safetensors format, as far as this program needs it.
//!
//! A file is the length of the header (eight bytes, little endian), the header (JSON, padded with
//! spaces to a multiple of eight bytes), and the numbers without gaps.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::params::Parameters;

/// One array of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Extent of each dimension.
    pub shape: Vec<usize>,
    /// The numbers.
    pub values: Vec<f32>,
}

/// Arrays by name, and strings about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The `__metadata__` of the header.
    pub metadata: BTreeMap<String, String>,
    /// The arrays.
    pub arrays: BTreeMap<String, Array>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

#[derive(Serialize, Deserialize, Default)]
struct Header {
    #[serde(rename = "__metadata__", default)]
    metadata: BTreeMap<String, String>,
    #[serde(flatten)]
    entries: BTreeMap<String, Entry>,
}

impl Contents {
    /// Adds all tensors of `params`, each name preceded by `prefix`.
    pub fn insert(&mut self, prefix: &str, params: &Parameters) {
        for tensor in params.tensors() {
            let array = Array { shape: tensor.shape.clone(), values: tensor.values.clone() };
            self.arrays.insert(format!("{prefix}{}", tensor.name), array);
        }
    }

    /// Fills `params` with the arrays whose names begin with `prefix`.
    pub fn fill(&self, prefix: &str, params: &mut Parameters) -> Result<()> {
        for tensor in params.tensors_mut() {
            let name = format!("{prefix}{}", tensor.name);
            let array = self.arrays.get(&name).with_context(|| format!("no tensor {name}"))?;
            ensure!(array.shape == tensor.shape, "shape of {name} is {:?}", array.shape);
            tensor.values.copy_from_slice(&array.values);
        }
        Ok(())
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut header = Header { metadata: self.metadata.clone(), ..Header::default() };
        let mut numbers = Vec::new();
        for (name, array) in &self.arrays {
            let start = numbers.len();
            numbers.extend(array.values.iter().flat_map(|value| value.to_le_bytes()));
            let data_offsets = [start, numbers.len()];
            let entry = Entry { dtype: "F32".to_owned(), shape: array.shape.clone(), data_offsets };
            header.entries.insert(name.clone(), entry);
        }
        let mut json = serde_json::to_vec(&header)?;
        json.resize(json.len().next_multiple_of(8), b' ');
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend(json);
        bytes.extend(numbers);
        Ok(bytes)
    }

    /// Reads the bytes of a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (length, rest) = bytes.split_first_chunk::<8>().context("shorter than its header")?;
        let length = usize::try_from(u64::from_le_bytes(*length))?;
        ensure!(length <= rest.len(), "shorter than its header");
        let (json, numbers) = rest.split_at(length);
        let header: Header = serde_json::from_slice(json).context("in the header")?;
        let mut contents = Self { metadata: header.metadata, ..Self::default() };
        for (name, entry) in header.entries {
            if entry.dtype != "F32" {
                bail!("{name} is {}, not F32", entry.dtype);
            }
            let [start, end] = entry.data_offsets;
            let part = numbers.get(start..end).with_context(|| format!("{name} is outside"))?;
            let count = entry.shape.iter().try_fold(1usize, |all, &one| all.checked_mul(one));
            ensure!(
                count.and_then(|count| count.checked_mul(4)) == Some(part.len()),
                "{name} has {} bytes for the shape {:?}",
                part.len(),
                entry.shape
            );
            let (quads, _) = part.as_chunks::<4>();
            let values = quads.iter().map(|quad| f32::from_le_bytes(*quad)).collect();
            contents.arrays.insert(name, Array { shape: entry.shape, values });
        }
        Ok(contents)
    }

    /// Writes a file.
    pub fn write(&self, path: &Path) -> Result<()> {
        fs::write(path, self.to_bytes()?).with_context(|| format!("writing {}", path.display()))
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        Self::from_bytes(&bytes).with_context(|| format!("in {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Sizes;

    fn sample() -> (Parameters, Contents) {
        let params = Parameters::initial(Sizes { embedding_size: 2, hidden_size: 3 }, 5);
        let mut contents = Contents::default();
        contents.metadata.insert("format".to_owned(), "pt".to_owned());
        contents.insert("", &params);
        (params, contents)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (params, contents) = sample();
        let bytes = contents.to_bytes().unwrap();
        let read = Contents::from_bytes(&bytes).unwrap();
        assert_eq!(read, contents);
        let mut filled = Parameters::zeros(params.sizes());
        read.fill("", &mut filled).unwrap();
        assert_eq!(filled, params);
    }

    #[test]
    fn the_header_is_aligned_and_the_numbers_have_no_gaps() {
        let (params, contents) = sample();
        let bytes = contents.to_bytes().unwrap();
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        assert_eq!(length % 8, 0);
        assert!(bytes[8..].starts_with(b"{\"__metadata__\":{\"format\":\"pt\"},\"embedding.weight\""));
        assert_eq!(bytes.len(), 8 + length + 4 * params.count());
    }

    #[test]
    fn damaged_files_are_refused() {
        let bytes = sample().1.to_bytes().unwrap();
        assert!(Contents::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(Contents::from_bytes(&bytes[..40]).is_err());
        assert!(Contents::from_bytes(b"").is_err());
    }
}
