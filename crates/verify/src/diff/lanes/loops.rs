//! The loops of a pass, each without a branch over one block, so that a compiler makes wide instructions of them.
#![allow(clippy::indexing_slicing, reason = "lanes of arrays of fixed length")]

use super::{BITS, BLOCK, DEEP, HALF, LANES};
use crate::caps::SKETCH;
use crate::diff::rank::Sketch;
use crate::values::Grid;
use candor_inspect::tensors::Dtype;

/// An element type whose numbers are 32-bit floats, or widen to them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Narrow {
    F32,
    F16,
    BF16,
}

impl Narrow {
    pub(super) fn of(dtype: Dtype) -> Option<Self> {
        Some(match dtype {
            Dtype::F32 => Self::F32,
            Dtype::F16 => Self::F16,
            Dtype::BF16 => Self::BF16,
            _ => return None,
        })
    }

    /// Bytes of an element.
    pub(super) fn width(self) -> usize {
        if self == Self::F32 { 4 } else { 2 }
    }
}

/// The grid of a type over the bits of 32-bit floats.
#[derive(Clone, Copy)]
pub(super) struct Places {
    /// Bits that are too fine.
    pub(super) shift: u32,
    /// Bits from which numbers are normal ones of the type.
    normal: u32,
    /// What the place of a normal number is too large by.
    less: u32,
}

/// The elements of a whole block where they stand, if they are numbers of this machine there.
#[inline(always)]
pub(super) fn as_they_stand(from: Narrow, bytes: &[u8]) -> Option<&[f32; BLOCK]> {
    let native = from == Narrow::F32 && cfg!(target_endian = "little");
    let numbers: &[f32] = bytemuck::try_cast_slice(bytes).ok().filter(|_| native)?;
    numbers.try_into().ok()
}

/// Widen elements into a block; what is left of it becomes zero.
#[inline(always)]
pub(super) fn load<'b>(from: Narrow, bytes: &[u8], block: &'b mut [f32; BLOCK]) -> &'b [f32; BLOCK] {
    let (words, pairs) = (bytes.as_chunks::<4>().0, bytes.as_chunks::<2>().0);
    let wide = |word: &[u8; 2]| f32::from_bits(u32::from(u16::from_le_bytes(*word)) << 16);
    match from {
        Narrow::F32 => block.iter_mut().zip(words).for_each(|(to, word)| *to = f32::from_le_bytes(*word)),
        Narrow::BF16 => block.iter_mut().zip(pairs).for_each(|(to, word)| *to = wide(word)),
        Narrow::F16 => block.iter_mut().zip(pairs).for_each(|(to, word)| *to = half(u16::from_le_bytes(*word))),
    }
    let length = if from == Narrow::F32 { words.len() } else { pairs.len() };
    let length = length.min(BLOCK);
    block[length..].fill(0.0);
    block
}

/// [`crate::values::f16`] without a branch.
#[inline(always)]
fn half(bits: u16) -> f32 {
    let (sign, rest) = (u32::from(bits & 0x8000) << 16, u32::from(bits & 0x7fff));
    let special = if rest >= 0x7c00 { 112 << 23 } else { 0 };
    let normal = (rest << 13) + (112 << 23) + special;
    // The float `2^-14` with the bits of a small number behind, less `2^-14`.
    let small = (f32::from_bits((rest << 13) + (113 << 23)) - f32::from_bits(113 << 23)).to_bits();
    f32::from_bits(sign | if rest < 0x400 { small } else { normal })
}

/// What one look at a block shows.
pub(super) struct Glance {
    /// Bits of the largest number on either side, without signs.
    pub(super) size: u32,
    /// Largest change, rounded to 32 bits.
    pub(super) largest: f32,
    /// Elements that differ as numbers.
    pub(super) changed: u32,
    /// Those of them that became zero.
    pub(super) zeroed: u32,
}

impl Glance {
    pub(super) fn is_finite(&self) -> bool {
        self.size < 0x7f80_0000
    }
}

/// Look at a block.
#[inline(always)]
pub(super) fn glance(a: &[f32; BLOCK], b: &[f32; BLOCK]) -> Glance {
    const WIDTH: usize = 16;
    let (mut size, mut largest, mut changed, mut zeroed) = ([0u32; WIDTH], [0f32; WIDTH], [0u32; WIDTH], [0u32; WIDTH]);
    for (a, b) in a.as_chunks::<WIDTH>().0.iter().zip(b.as_chunks::<WIDTH>().0) {
        for lane in 0..WIDTH {
            let (x, y) = (a[lane], b[lane]);
            size[lane] = size[lane].max(x.to_bits() & 0x7fff_ffff).max(y.to_bits() & 0x7fff_ffff);
            let change = (y - x).abs();
            largest[lane] = if change > largest[lane] { change } else { largest[lane] };
            changed[lane] += u32::from(x != y);
            zeroed[lane] += u32::from(x != y) & u32::from(y == 0.0);
        }
    }
    Glance {
        size: size.into_iter().fold(0, u32::max),
        largest: largest.into_iter().fold(0.0, f32::max),
        changed: changed.iter().sum(),
        zeroed: zeroed.iter().sum(),
    }
}

/// A sum and a product. That of two 32-bit floats is exact, so that it is the same in one step and in two.
#[inline(always)]
fn plus<const FUSED: bool>(sum: f64, a: f64, b: f64) -> f64 {
    if FUSED { a.mul_add(b, sum) } else { sum + a * b }
}

/// Add to the sums of [`crate::diff::stats::Stats`], lane by lane. Lanes are many, and each takes a few elements in a
/// row, so that a compiler sees a loop over lanes and not a chain of sums.
#[inline(always)]
pub(super) fn sums<const FUSED: bool>(a: &[f32; BLOCK], b: &[f32; BLOCK], lanes: &mut [[f64; LANES]; 6]) {
    let [sum_a, sum_b, square_a, square_b, product, change] = lanes;
    let (a, b) = (a.as_chunks::<LANES>().0.as_chunks::<DEEP>().0, b.as_chunks::<LANES>().0.as_chunks::<DEEP>().0);
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            let mut own = [0.0f64; 6];
            for (a, b) in a.iter().zip(b) {
                let (x, y) = (f64::from(a[lane]), f64::from(b[lane]));
                let change = y - x;
                own[0] += x;
                own[1] += y;
                own[2] = plus::<FUSED>(own[2], x, x);
                own[3] = plus::<FUSED>(own[3], y, y);
                own[4] = plus::<FUSED>(own[4], x, y);
                own[5] += change * change;
            }
            sum_a[lane] += own[0];
            sum_b[lane] += own[1];
            square_a[lane] += own[2];
            square_b[lane] += own[3];
            product[lane] += own[4];
            change[lane] += own[5];
        }
    }
}

impl Places {
    pub(super) fn of(grid: Grid) -> Option<Self> {
        let (mantissa, least) = grid.parts();
        let shift = u32::try_from(23 - mantissa).ok()?;
        let above = u32::try_from(least + 126).ok()?;
        // Where the exponents are those of `f32`, bits are counted as they stand.
        let normal = if above == 0 { 0 } else { (above + 1) << 23 };
        Some(Self { shift, normal, less: above << (23 - shift) })
    }

    /// The place of a number on the grid, with its sign. `SMALL` says that small numbers are denser in `f32`.
    #[inline(always)]
    fn place<const SMALL: bool>(self, value: f32) -> i32 {
        let bits = value.to_bits();
        let size = bits & 0x7fff_ffff;
        let mut place = (size >> self.shift).wrapping_sub(self.less);
        if SMALL {
            let finer = ((self.normal >> 23).wrapping_sub(size >> 23)).wrapping_add(self.shift).min(31);
            let small = (size & 0x7f_ffff | 0x80_0000) >> finer;
            place = if size < self.normal { small } else { place };
        }
        let (place, sign) = (place.cast_signed(), bits.cast_signed() >> 31);
        (place ^ sign).wrapping_sub(sign)
    }

    /// Whether the distance of two places of numbers up to this size fits into a number with a sign, and places are bits
    /// as they stand.
    pub(super) fn are_near(self, size: u32) -> bool {
        self.normal == 0 && (self.shift > 0 || size < 2f32.to_bits())
    }

    /// The length in bits of the distance of two numbers.
    #[inline(always)]
    fn bin<const SMALL: bool>(self, a: f32, b: f32) -> u16 {
        let (a, b) = (self.place::<SMALL>(a), self.place::<SMALL>(b));
        let apart = a.max(b).wrapping_sub(a.min(b)).cast_unsigned();
        // From the exponent of it as a float. Half of it fits into a signed number; without the bit behind the leading one
        // it is not rounded up to the next power.
        let half = (apart >> 1) & !(apart >> 2);
        let exponent = (half.cast_signed() as f32).to_bits() >> 23;
        (exponent.max(126) - 125 - u32::from(apart == 0)) as u16
    }

    /// The same where [`Self::are_near`].
    #[inline(always)]
    fn bin_near(self, a: f32, b: f32) -> u16 {
        let apart = self.place::<false>(a).wrapping_sub(self.place::<false>(b)).wrapping_abs();
        let leading = apart & !(apart >> 1);
        (((leading as f32).to_bits() >> 23) as u16).saturating_sub(126)
    }
}

/// Bins of the distances, two in a key.
#[inline(always)]
pub(super) fn keys(places: Places, a: &[f32; BLOCK], b: &[f32; BLOCK], keys: &mut [u16; HALF]) {
    if places.normal == 0 {
        pairs(a, b, keys, |a, b| places.bin::<false>(a, b));
    } else {
        pairs(a, b, keys, |a, b| places.bin::<true>(a, b));
    }
}

/// The same where [`Places::are_near`].
#[inline(always)]
pub(super) fn keys_near(places: Places, a: &[f32; BLOCK], b: &[f32; BLOCK], keys: &mut [u16; HALF]) {
    pairs(a, b, keys, |a, b| places.bin_near(a, b));
}

/// Keys of any two elements each: of which two is all the same to a histogram.
#[inline(always)]
fn pairs(a: &[f32; BLOCK], b: &[f32; BLOCK], keys: &mut [u16; HALF], bin: impl Fn(f32, f32) -> u16) {
    for at in 0..HALF {
        keys[at] = bin(a[at], b[at]) | bin(a[at + HALF], b[at + HALF]) << BITS;
    }
}

/// Add the change to a sketch, row by row.
#[inline(always)]
pub(super) fn fold(sketch: &mut Sketch, a: &[f32], b: &[f32], at: u64, columns: u64, signs: &[f32]) {
    let mut taken = 0;
    while taken < a.len() {
        let (row, column) = ((at + taken as u64) / columns, (at + taken as u64) % columns);
        let first = usize::try_from(column).unwrap_or(0);
        let count = usize::try_from(columns - column).unwrap_or(usize::MAX).min(a.len() - taken);
        let signs = &signs[first..first + count];
        let (a, b) = (&a[taken..taken + count], &b[taken..taken + count]);
        let mut cells = [0f32; SKETCH];
        let head = (SKETCH - first % SKETCH).min(count) % SKETCH;
        let begin = first % SKETCH;
        let add = |cells: &mut [f32], a: &[f32], b: &[f32], signs: &[f32]| {
            for (((cell, a), b), sign) in cells.iter_mut().zip(a).zip(b).zip(signs) {
                *cell += (b - a) * sign;
            }
        };
        add(&mut cells[begin..begin + head], &a[..head], &b[..head], &signs[..head]);
        let (a, b, signs) = (&a[head..], &b[head..], &signs[head..]);
        let (wholes, others, all) = (a.as_chunks::<SKETCH>(), b.as_chunks::<SKETCH>(), signs.as_chunks::<SKETCH>());
        for ((a, b), signs) in wholes.0.iter().zip(others.0).zip(all.0) {
            for cell in 0..SKETCH {
                cells[cell] += (b[cell] - a[cell]) * signs[cell];
            }
        }
        add(&mut cells, wholes.1, others.1, all.1);
        sketch.add_row(row, &cells);
        taken += count;
    }
}
