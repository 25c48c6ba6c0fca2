//! Numbers of tensors: the bytes of any element type that is understood, as `f64`.
//!
//! Every type decodes exactly: an `f64` holds each value of the others but integers beyond 2^53.
#![allow(clippy::indexing_slicing, reason = "lengths are fixed by `chunks_exact` and tables of 256 entries")]

mod quantised;

use candor_inspect::tensors::Dtype;

/// Whether elements of a type are understood as numbers.
pub(crate) fn is_understood(dtype: Dtype, big_endian: bool) -> bool {
    use Dtype::*;
    let plain = matches!(
        dtype,
        BOOL | U8 | I8 | I16 | U16 | I32 | U32 | I64 | U64 | F16 | BF16 | F32 | F64 | F8_E4M3 | F8_E5M2
    );
    plain || !big_endian && quantised::of(dtype).is_some()
}

/// Decode whole blocks; `out` is cleared first. Nothing is decoded of types that are not understood.
pub(crate) fn decode(dtype: Dtype, big_endian: bool, bytes: &[u8], out: &mut Vec<f64>) {
    out.clear();
    if let Some(block) = quantised::of(dtype) {
        let (elements, bits) = dtype.block();
        let (elements, width) = (elements as usize, (bits / 8) as usize);
        out.resize(bytes.len() / width * elements, 0.0);
        for (from, to) in bytes.chunks_exact(width).zip(out.chunks_exact_mut(elements)) {
            block(from, to);
        }
        return;
    }
    macro_rules! numbers {
        ($type:ty, $map:expr) => {{
            const WIDTH: usize = size_of::<$type>();
            let (map, chunks) = ($map, bytes.chunks_exact(WIDTH));
            if big_endian {
                out.extend(chunks.map(|c| map(<$type>::from_be_bytes(c.try_into().unwrap_or([0; WIDTH])))));
            } else {
                out.extend(chunks.map(|c| map(<$type>::from_le_bytes(c.try_into().unwrap_or([0; WIDTH])))));
            }
        }};
    }
    match dtype {
        Dtype::F64 => numbers!(f64, |v: f64| v),
        Dtype::F32 => numbers!(f32, f64::from),
        Dtype::F16 => numbers!(u16, |v| f64::from(f16(v))),
        Dtype::BF16 => numbers!(u16, |v| f64::from(f32::from_bits(u32::from(v) << 16))),
        Dtype::F8_E5M2 => out.extend(bytes.iter().map(|v| f64::from(f16(u16::from(*v) << 8)))),
        Dtype::F8_E4M3 => out.extend(bytes.iter().map(|v| e4m3(*v))),
        Dtype::I8 => out.extend(bytes.iter().map(|v| f64::from(v.cast_signed()))),
        Dtype::U8 | Dtype::BOOL => out.extend(bytes.iter().map(|v| f64::from(*v))),
        Dtype::I16 => numbers!(i16, f64::from),
        Dtype::U16 => numbers!(u16, f64::from),
        Dtype::I32 => numbers!(i32, f64::from),
        Dtype::U32 => numbers!(u32, f64::from),
        Dtype::I64 => numbers!(i64, |v| v as f64),
        Dtype::U64 => numbers!(u64, |v| v as f64),
        _ => {}
    }
}

/// A half-precision number of IEEE 754.
pub(crate) fn f16(bits: u16) -> f32 {
    let (sign, rest) = (u32::from(bits & 0x8000) << 16, u32::from(bits & 0x7fff));
    let magnitude = match rest {
        0x7c00.. => f32::from_bits(0x7f80_0000 | (rest & 0x3ff) << 13),
        0x400.. => f32::from_bits((rest << 13) + (112 << 23)),
        _ => rest as f32 * f32::from_bits(103 << 23),
    };
    f32::from_bits(magnitude.to_bits() | sign)
}

/// The 8-bit number with four bits of exponent, without infinities (OCP 8-bit Floating Point, revision 1.0).
fn e4m3(bits: u8) -> f64 {
    let (exponent, mantissa) = (i32::from(bits >> 3 & 15), f64::from(bits & 7));
    let magnitude = match (exponent, bits & 7) {
        (15, 7) => f64::NAN,
        (0, _) => mantissa * 2f64.powi(-9),
        _ => (8.0 + mantissa) * 2f64.powi(exponent - 10),
    };
    if bits & 0x80 == 0 { magnitude } else { -magnitude }
}

/// A floating type as a grid: bits of mantissa after the leading one, least exponent of a normal number, largest value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    mantissa: i32,
    least: i32,
    largest: f64,
}

/// The grid of a type; `None` for those without.
pub(crate) fn grid(dtype: Dtype) -> Option<Grid> {
    let (mantissa, least, largest) = match dtype {
        Dtype::F64 => (52, -1022, f64::MAX),
        Dtype::F32 => (23, -126, f64::from(f32::MAX)),
        Dtype::F16 => (10, -14, 65504.0),
        Dtype::BF16 => (7, -126, 3.389_531_389_251_535_5e38),
        Dtype::F8_E4M3 => (3, -6, 448.0),
        Dtype::F8_E5M2 => (2, -14, 57344.0),
        _ => return None,
    };
    Some(Grid { mantissa, least, largest })
}

impl Grid {
    /// Bits of mantissa after the leading one, least exponent of a normal number.
    pub(crate) fn parts(self) -> (i32, i32) {
        (self.mantissa, self.least)
    }

    /// Whether this type holds fewer digits than another.
    pub(crate) fn is_coarser(self, other: Self) -> bool {
        (self.mantissa, -self.least) < (other.mantissa, -other.least)
    }

    /// The distance of neighbours at a number.
    fn step(self, value: f64) -> f64 {
        let exponent = (value.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        let power = exponent.max(self.least) - self.mantissa;
        // Below the normal numbers of `f64` there is only its own smallest step.
        if power < -1022 { f64::from_bits(1) } else { f64::from_bits(((power + 1023) as u64) << 52) }
    }

    /// Representable values between two numbers, zero counted once.
    pub(crate) fn apart(self, a: f64, b: f64) -> u64 {
        if a == b {
            return 0;
        }
        if (a > 0.0) == (b > 0.0) && a != 0.0 && b != 0.0 {
            return (self.place(a) - self.place(b)).unsigned_abs();
        }
        self.place(a.abs()).unsigned_abs().saturating_add(self.place(b.abs()).unsigned_abs())
    }

    /// The place of a number among the representable ones, from zero.
    fn place(self, value: f64) -> i64 {
        let bits = value.abs().to_bits();
        let least = (self.least + 1023) as u64;
        if bits >> 52 >= least {
            let above = bits >> (52 - self.mantissa) as u32;
            return (above - (least << self.mantissa) + (1 << self.mantissa)) as i64;
        }
        // Below `2^least` numbers are counted from zero.
        if self.least == -1022 { bits as i64 } else { (value.abs() / self.step(0.0)) as i64 }
    }

    /// Whether a number of the finer type was rounded to this one: it lies on the grid, and no neighbour is nearer than
    /// one step. Truncation counts too, since converters exist that do it; what is too large is cut or infinite.
    pub(crate) fn took(self, fine: f64, coarse: f64) -> bool {
        if fine == coarse {
            return (coarse / self.step(coarse)).fract() == 0.0;
        }
        let step = self.step(coarse).max(self.step(fine));
        (coarse / self.step(coarse)).fract() == 0.0 && (fine - coarse).abs() < step
            || fine.abs() > self.largest && coarse.abs() >= self.largest && (fine > 0.0) == (coarse > 0.0)
            || fine.is_nan() && coarse.is_nan()
    }
}

#[cfg(test)]
mod tests;
