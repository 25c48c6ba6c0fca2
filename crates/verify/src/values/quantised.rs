//! Blocks of quantised numbers, as GGUF files hold them. Layouts: `ggml-common.h` of llama.cpp.
//!
//! A block has few scales and many small integers; each function unpacks one block of its type.
#![allow(clippy::indexing_slicing, reason = "the caller passes whole blocks; every index is below the length of one")]

use super::f16;
use candor_inspect::tensors::Dtype;

/// Unpacks one block.
pub(super) type Block = fn(&[u8], &mut [f64]);

/// What unpacks a type; `None` for those that are not known.
pub(super) fn of(dtype: Dtype) -> Option<Block> {
    Some(match dtype {
        Dtype::Q4_0 => q4_0,
        Dtype::Q4_1 => q4_1,
        Dtype::Q5_0 => q5_0,
        Dtype::Q5_1 => q5_1,
        Dtype::Q8_0 => q8_0,
        Dtype::Q8_1 => q8_1,
        Dtype::Q2_K => q2_k,
        Dtype::Q3_K => q3_k,
        Dtype::Q4_K => q4_k,
        Dtype::Q5_K => q5_k,
        Dtype::Q6_K => q6_k,
        Dtype::Q8_K => q8_k,
        Dtype::IQ4_NL => iq4_nl,
        _ => return None,
    })
}

fn half(bytes: &[u8], at: usize) -> f64 {
    f64::from(f16(u16::from_le_bytes([bytes[at], bytes[at + 1]])))
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn signed(byte: u8) -> f64 {
    f64::from(byte.cast_signed())
}

/// Low halves of sixteen bytes come first, then the high halves.
fn nibbles(bytes: &[u8], out: &mut [f64], value: impl Fn(usize, u8) -> f64) {
    for (at, byte) in bytes.iter().take(16).enumerate() {
        out[at] = value(at, byte & 15);
        out[at + 16] = value(at + 16, byte >> 4);
    }
}

fn q4_0(block: &[u8], out: &mut [f64]) {
    let d = half(block, 0);
    nibbles(&block[2..], out, |_, q| (f64::from(q) - 8.0) * d);
}

fn q4_1(block: &[u8], out: &mut [f64]) {
    let (d, m) = (half(block, 0), half(block, 2));
    nibbles(&block[4..], out, |_, q| f64::from(q) * d + m);
}

fn q5_0(block: &[u8], out: &mut [f64]) {
    let (d, high) = (half(block, 0), word(block, 2));
    nibbles(&block[6..], out, |at, q| (f64::from(u32::from(q) | (high >> at & 1) << 4) - 16.0) * d);
}

fn q5_1(block: &[u8], out: &mut [f64]) {
    let (d, m, high) = (half(block, 0), half(block, 2), word(block, 4));
    nibbles(&block[8..], out, |at, q| f64::from(u32::from(q) | (high >> at & 1) << 4) * d + m);
}

fn q8_0(block: &[u8], out: &mut [f64]) {
    let d = half(block, 0);
    out.iter_mut().zip(&block[2..]).for_each(|(out, q)| *out = signed(*q) * d);
}

fn q8_1(block: &[u8], out: &mut [f64]) {
    let d = half(block, 0);
    out.iter_mut().zip(&block[4..]).for_each(|(out, q)| *out = signed(*q) * d);
}

fn q8_k(block: &[u8], out: &mut [f64]) {
    let d = f64::from(f32::from_bits(word(block, 0)));
    out.iter_mut().zip(&block[4..]).for_each(|(out, q)| *out = signed(*q) * d);
}

fn iq4_nl(block: &[u8], out: &mut [f64]) {
    const LEVELS: [i8; 16] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
    let d = half(block, 0);
    nibbles(&block[2..], out, |_, q| f64::from(LEVELS[usize::from(q)]) * d);
}

fn q2_k(block: &[u8], out: &mut [f64]) {
    let (scales, quants) = (&block[..16], &block[16..80]);
    let (d, min) = (half(block, 80), half(block, 82));
    for (at, out) in out.iter_mut().enumerate() {
        let (half_block, within) = (at / 128, at % 128);
        let scale = scales[at / 16];
        let q = quants[half_block * 32 + within % 32] >> (within / 32 * 2) & 3;
        *out = d * f64::from(scale & 15) * f64::from(q) - min * f64::from(scale >> 4);
    }
}

fn q3_k(block: &[u8], out: &mut [f64]) {
    let (mask, quants, packed) = (&block[..32], &block[32..96], &block[96..108]);
    let d = half(block, 108);
    for (at, out) in out.iter_mut().enumerate() {
        let (half_block, within, group) = (at / 128, at % 128, at / 16);
        let low = if group < 8 { packed[group] & 15 } else { packed[group - 8] >> 4 };
        let scale = i32::from(low | (packed[8 + group % 4] >> (group / 4 * 2) & 3) << 4) - 32;
        let q = i32::from(quants[half_block * 32 + within % 32] >> (within / 32 * 2) & 3);
        let high = mask[within % 32] >> (half_block * 4 + within / 32) & 1;
        *out = d * f64::from(scale) * f64::from(q - if high == 1 { 0 } else { 4 });
    }
}

/// Scale and minimum of a group of 32, six bits each.
fn six_bits(packed: &[u8], group: usize) -> (f64, f64) {
    let (scale, min) = if group < 4 {
        (packed[group] & 63, packed[group + 4] & 63)
    } else {
        (packed[group + 4] & 15 | packed[group - 4] >> 6 << 4, packed[group + 4] >> 4 | packed[group] >> 6 << 4)
    };
    (f64::from(scale), f64::from(min))
}

fn q4_k(block: &[u8], out: &mut [f64]) {
    let (d, min, packed, quants) = (half(block, 0), half(block, 2), &block[4..16], &block[16..]);
    for (at, out) in out.iter_mut().enumerate() {
        let (scale, least) = six_bits(packed, at / 32);
        let q = quants[at / 64 * 32 + at % 32] >> (at / 32 % 2 * 4) & 15;
        *out = d * scale * f64::from(q) - min * least;
    }
}

fn q5_k(block: &[u8], out: &mut [f64]) {
    let (d, min, packed) = (half(block, 0), half(block, 2), &block[4..16]);
    let (high, quants) = (&block[16..48], &block[48..]);
    for (at, out) in out.iter_mut().enumerate() {
        let (scale, least) = six_bits(packed, at / 32);
        let q = quants[at / 64 * 32 + at % 32] >> (at / 32 % 2 * 4) & 15 | (high[at % 32] >> (at / 32) & 1) << 4;
        *out = d * scale * f64::from(q) - min * least;
    }
}

fn q6_k(block: &[u8], out: &mut [f64]) {
    let (low, high, scales) = (&block[..128], &block[128..192], &block[192..208]);
    let d = half(block, 208);
    for (at, out) in out.iter_mut().enumerate() {
        let (half_block, within) = (at / 128, at % 128);
        let (quarter, lane) = (within / 32, within % 32);
        let nibble = low[half_block * 64 + quarter % 2 * 32 + lane] >> (quarter / 2 * 4) & 15;
        let q = i32::from(nibble | (high[half_block * 32 + lane] >> (quarter * 2) & 3) << 4) - 32;
        *out = d * signed(scales[at / 16]) * f64::from(q);
    }
}
