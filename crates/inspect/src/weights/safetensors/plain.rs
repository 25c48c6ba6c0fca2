//! An entry in the one form that writers use, read at a glance.

use crate::caps;
use crate::tensors::{Dtype, Shape};

/// The element types that the format knows.
pub(super) fn dtype(name: &str) -> Option<Dtype> {
    use Dtype::*;
    match name {
        "BF16" => return Some(BF16),
        "F32" => return Some(F32),
        "F16" => return Some(F16),
        _ => {}
    }
    Dtype::parse(name)
        .filter(|dtype| !dtype.is_blocked() && !matches!(dtype, C32 | C128 | U2 | I2 | U4 | I4 | QI8 | QU8 | QI32))
}

/// An entry as all writers write it: no blanks, the members in this order, no escapes. Anything else is
/// left to the reader of JSON, which sees what is wrong with it.
pub(super) struct Plain<'a> {
    pub(super) name: &'a str,
    pub(super) dtype: Dtype,
    pub(super) shape: Shape,
    pub(super) offsets: [u64; 2],
    /// Where the offsets stand, from the quote of the name.
    pub(super) offsets_at: usize,
    /// Bytes of the entry, its name among them.
    pub(super) length: usize,
}

impl<'a> Plain<'a> {
    /// What begins a text, with the quote of its name; `None` where it is not of this form.
    pub(super) fn read(whole: &'a str) -> Option<Self> {
        let text = whole.as_bytes();
        let rest = text.strip_prefix(b"\"")?;
        let (name, rest) = rest.split_at_checked(memchr::memchr2(b'"', b'\\', rest)?)?;
        let name = whole.get(1..name.len() + 1)?;
        if name.bytes().fold(false, |control, byte| control | (byte < 0x20)) || name == "__metadata__" {
            return None;
        }
        let rest = rest.strip_prefix(br#"":{"dtype":""#)?;
        let length = rest.iter().take(16).position(|byte| *byte == b'"')?;
        let at = text.len() - rest.len();
        let dtype = dtype(whole.get(at..at + length)?)?;
        let mut rest = rest.get(length..)?.strip_prefix(br#"","shape":["#)?;
        let mut shape = Shape::new();
        if let Some(after) = rest.strip_prefix(b"]") {
            rest = after;
        } else {
            loop {
                let (number, after) = number(rest)?;
                if shape.len() >= caps::DIMENSIONS {
                    return None;
                }
                shape.push(number);
                match after.split_first()? {
                    (b',', after) => rest = after,
                    (b']', after) => {
                        rest = after;
                        break;
                    }
                    _ => return None,
                }
            }
        }
        let rest = rest.strip_prefix(br#","data_offsets":"#)?;
        let offsets_at = text.len() - rest.len();
        let (begin, rest) = number(rest.strip_prefix(b"[")?)?;
        let (end, rest) = number(rest.strip_prefix(b",")?)?;
        let rest = rest.strip_prefix(b"]}")?;
        Some(Self { name, dtype, shape, offsets: [begin, end], offsets_at, length: text.len() - rest.len() })
    }
}

/// A number that begins a text, by the rules of JSON, and what follows; at most 19 digits, which fit.
#[inline(always)]
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let (mut value, mut length) = (0u64, 0);
    while let Some(digit) = text.get(length).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        if length == 19 || length == 1 && value == 0 {
            return None;
        }
        value = value * 10 + u64::from(digit);
        length += 1;
    }
    if length == 0 {
        return None;
    }
    Some((value, text.get(length..)?))
}
