//! Where each tensor of a safetensors file lies, for those who compare tensors.

use crate::weights::safetensors;
use candor_facts::ReadAt;
use std::ops::Range;

/// A tensor of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorPlace {
    /// Its name.
    pub name: String,
    /// Its element type, as the format calls it.
    pub dtype: &'static str,
    /// Its shape.
    pub shape: Vec<u64>,
    /// Its bytes, counted from the start of the file.
    pub bytes: Range<u64>,
}

/// The tensors of a safetensors file in the order of their names; `None` when its header has a fault.
///
/// # Errors
/// Those of the medium.
pub fn tensors(bytes: &dyn ReadAt) -> std::io::Result<Option<Vec<TensorPlace>>> {
    let header = safetensors::read(bytes)?;
    let Some((start, _)) = header.bytes.filter(|_| header.faults.is_empty() && !header.truncated) else {
        return Ok(None);
    };
    let place = |tensor: safetensors::Tensor| TensorPlace {
        name: tensor.name,
        dtype: tensor.dtype.name,
        shape: tensor.shape,
        bytes: start + tensor.range.start..start + tensor.range.end,
    };
    let mut places: Vec<TensorPlace> = header.tensors.into_iter().map(place).collect();
    places.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Some(places))
}
