//! The pass of [`super::stats`] over numbers that 32-bit floats hold exactly: most tensors of most models.
//!
//! Elements are taken in blocks that stay in the nearest cache, in loops without branches over lanes of fixed number,
//! which a compiler turns into instructions over many elements. Sums go on in 64-bit floats, lane by lane, in an order
//! that is the same on every processor; so are the figures.
//!
//! Long because the loops share their lanes and are read beside each other.
#![allow(clippy::indexing_slicing, reason = "lanes of arrays of fixed length; keys are masked")]

use super::rank::Sketch;
use super::stats::{Ask, BINS, Stats};
use crate::caps::SKETCH;
use crate::values::Grid;
use candor_inspect::tensors::Dtype;

/// Elements of a block.
pub(crate) const BLOCK: usize = 2048;
/// Elements that are read at once.
pub(crate) const PIECE: usize = 32 * BLOCK;
const HALF: usize = BLOCK / 2;
const LANES: usize = 64;
/// Elements that a lane adds up before they join the others of the lane.
const DEEP: usize = 8;
/// Bits of a bin in a key of two.
const BITS: u32 = 6;
const KEYS: usize = 1 << (2 * BITS);
const TABLES: usize = 4;

/// An element type whose numbers are 32-bit floats, or widen to them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Narrow {
    F32,
    F16,
    BF16,
}

impl Narrow {
    fn of(dtype: Dtype) -> Option<Self> {
        Some(match dtype {
            Dtype::F32 => Self::F32,
            Dtype::F16 => Self::F16,
            Dtype::BF16 => Self::BF16,
            _ => return None,
        })
    }

    /// Bytes of an element.
    fn width(self) -> usize {
        if self == Self::F32 { 4 } else { 2 }
    }
}

/// The grid of a type over the bits of 32-bit floats.
#[derive(Clone, Copy)]
struct Places {
    /// Bits that are too fine.
    shift: u32,
    /// Bits from which numbers are normal ones of the type.
    normal: u32,
    /// What the place of a normal number is too large by.
    less: u32,
}

/// A pass over a pair, and its room.
pub(crate) struct Pass {
    types: [Narrow; 2],
    places: Places,
    sides: [Box<[f32; BLOCK]>; 2],
    keys: Box<[u16; HALF]>,
    /// How often two bins came together; several tables, since the next key is often the same, and counting in one place
    /// again has to wait.
    counts: [Box<[u32; KEYS]>; TABLES],
    sums: Box<[[f64; LANES]; 6]>,
    signs: Vec<f32>,
    columns: u64,
    features: Features,
}

#[derive(Clone, Copy)]
enum Features {
    Any,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Features {
    fn here() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512cd")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("fma")
            {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Any
    }
}

impl Pass {
    /// A pass over these types; `None` for those that need wider numbers. `signs` are those of the
    /// columns, where a sketch is wanted.
    pub(crate) fn new(types: [Dtype; 2], ask: &Ask<'_>, signs: &[f64], columns: u64) -> Option<Self> {
        let [Some(a), Some(b)] = types.map(Narrow::of) else { return None };
        let places = Places::of(ask.grid?)?;
        Some(Self {
            types: [a, b],
            places,
            sides: [Box::new([0.0; BLOCK]), Box::new([0.0; BLOCK])],
            keys: Box::new([0; HALF]),
            counts: std::array::from_fn(|_| Box::new([0; KEYS])),
            sums: Box::new([[0.0; LANES]; 6]),
            signs: signs.iter().map(|sign| *sign as f32).collect(),
            columns,
            features: Features::here(),
        })
    }

    /// Take a block of at most [`BLOCK`] elements; `at` is the number of the first. Answers whether all are finite:
    /// otherwise nothing was taken.
    pub(crate) fn take(&mut self, stats: &mut Stats, a: &[u8], b: &[u8], at: u64, ask: &Ask<'_>) -> bool {
        match self.features {
            Features::Any => self.block::<false>(stats, a, b, at, ask),
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "the processor has the instructions: `Features::here` asked it")]
            // SAFETY: see the reason above; the functions are safe but for the instructions that they are made of.
            Features::Avx2 => unsafe { self.block_avx2(stats, a, b, at, ask) },
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "the processor has the instructions: `Features::here` asked it")]
            // SAFETY: as above.
            Features::Avx512 => unsafe { self.block_avx512(stats, a, b, at, ask) },
        }
    }

    /// The same code, made of wider instructions. Rust never joins a product and a sum into one rounding by itself, so
    /// that every number is the same; [`plus`] does where nothing is rounded.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn block_avx2(&mut self, stats: &mut Stats, a: &[u8], b: &[u8], at: u64, ask: &Ask<'_>) -> bool {
        self.block::<false>(stats, a, b, at, ask)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,avx512f,avx512bw,avx512cd,avx512dq,avx512vl,fma")]
    fn block_avx512(&mut self, stats: &mut Stats, a: &[u8], b: &[u8], at: u64, ask: &Ask<'_>) -> bool {
        self.block::<true>(stats, a, b, at, ask)
    }

    /// `WIDE` says that there are instructions for leading zeros, and for a product and a sum at once.
    #[inline(always)]
    fn block<const WIDE: bool>(&mut self, stats: &mut Stats, a: &[u8], b: &[u8], at: u64, ask: &Ask<'_>) -> bool {
        let [x, y] = &mut self.sides;
        let length = a.len().min(BLOCK * self.types[0].width()) / self.types[0].width();
        let x = as_they_stand(self.types[0], a).unwrap_or_else(|| load(self.types[0], a, x));
        let y = as_they_stand(self.types[1], b).unwrap_or_else(|| load(self.types[1], b, y));
        if !finite(x) || !finite(y) {
            return false;
        }
        let largest = sums::<WIDE>(x, y, &mut self.sums);
        if largest > stats.largest {
            stats.largest = largest;
            let first = x.iter().zip(y.iter()).position(|(x, y)| (f64::from(*y) - f64::from(*x)).abs() == largest);
            stats.largest_at = at + first.unwrap_or(0) as u64;
        }
        stats.count += length as u64;
        let (changed, zeroed) = changes(x, y);
        stats.changed += changed;
        stats.zeroed += zeroed;
        if self.places.normal == 0 {
            keys::<WIDE, false>(self.places, x, y, &mut self.keys);
        } else {
            keys::<WIDE, true>(self.places, x, y, &mut self.keys);
        }
        let [one, two, three, four] = &mut self.counts;
        for keys in self.keys.as_chunks::<TABLES>().0 {
            one[usize::from(keys[0]) % KEYS] += 1;
            two[usize::from(keys[1]) % KEYS] += 1;
            three[usize::from(keys[2]) % KEYS] += 1;
            four[usize::from(keys[3]) % KEYS] += 1;
        }
        // What fills up the block is a pair of zeros.
        if let Some(bin) = stats.ulps.first_mut() {
            *bin = bin.wrapping_sub((BLOCK - length) as u64);
        }
        let (x, y) = (&x[..length], &y[..length]);
        for (grid, took) in ask.casts.iter().zip(&mut stats.took) {
            *took = *took
                && x.iter().zip(y).all(|(x, y)| {
                    let (x, y) = (f64::from(*x), f64::from(*y));
                    if ask.swapped { grid.took(y, x) } else { grid.took(x, y) }
                });
        }
        if let Some(sketch) = &mut stats.sketch {
            fold(sketch, x, y, at, self.columns, &self.signs);
        }
        true
    }

    /// Write down the sums and the histogram of all blocks that were taken.
    pub(crate) fn finish(&mut self, stats: &mut Stats) {
        let own = stats.sum.iter_mut().chain(&mut stats.squares);
        own.zip(self.sums.iter()).for_each(|(own, lanes)| *own += lanes.iter().sum::<f64>());
        self.sums.fill([0.0; LANES]);
        for table in &mut self.counts {
            for (key, count) in table.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
                let bins = [key & ((1 << BITS) - 1), key >> BITS];
                for bin in bins {
                    if let Some(own) = stats.ulps.get_mut(bin.min(BINS - 1)) {
                        *own = own.wrapping_add(u64::from(*count));
                    }
                }
                *count = 0;
            }
        }
    }
}

/// The elements of a whole block where they stand, if they are numbers of this machine there.
#[inline(always)]
fn as_they_stand(from: Narrow, bytes: &[u8]) -> Option<&[f32; BLOCK]> {
    let native = from == Narrow::F32 && cfg!(target_endian = "little");
    let numbers: &[f32] = bytemuck::try_cast_slice(bytes).ok().filter(|_| native)?;
    numbers.try_into().ok()
}

/// Widen elements into a block; what is left of it becomes zero.
#[inline(always)]
fn load<'b>(from: Narrow, bytes: &[u8], block: &'b mut [f32; BLOCK]) -> &'b [f32; BLOCK] {
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

#[inline(always)]
fn finite(block: &[f32; BLOCK]) -> bool {
    block.iter().fold(0, |most, value| (value.to_bits() & 0x7fff_ffff).max(most)) < 0x7f80_0000
}

/// A sum and a product. That of two 32-bit floats is exact, so that it is the same in one step and in two.
#[inline(always)]
fn plus<const WIDE: bool>(sum: f64, a: f64, b: f64) -> f64 {
    if WIDE { a.mul_add(b, sum) } else { sum + a * b }
}

/// Add to the sums of [`Stats`], lane by lane; answers the largest change. Lanes are many, and each takes a few elements
/// in a row, so that a compiler sees a loop over lanes and not a chain of sums.
#[inline(always)]
fn sums<const WIDE: bool>(a: &[f32; BLOCK], b: &[f32; BLOCK], lanes: &mut [[f64; LANES]; 6]) -> f64 {
    let mut largest = [0.0f64; LANES];
    let [sum_a, sum_b, square_a, square_b, product, change] = lanes;
    let (a, b) = (a.as_chunks::<LANES>().0.as_chunks::<DEEP>().0, b.as_chunks::<LANES>().0.as_chunks::<DEEP>().0);
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            let mut own = [0.0f64; 6];
            let mut most = largest[lane];
            for (a, b) in a.iter().zip(b) {
                let (x, y) = (f64::from(a[lane]), f64::from(b[lane]));
                let change = y - x;
                own[0] += x;
                own[1] += y;
                own[2] = plus::<WIDE>(own[2], x, x);
                own[3] = plus::<WIDE>(own[3], y, y);
                own[4] = plus::<WIDE>(own[4], x, y);
                own[5] += change * change;
                let change = change.abs();
                most = if change > most { change } else { most };
            }
            sum_a[lane] += own[0];
            sum_b[lane] += own[1];
            square_a[lane] += own[2];
            square_b[lane] += own[3];
            product[lane] += own[4];
            change[lane] += own[5];
            largest[lane] = most;
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            let other = largest[lane + width];
            largest[lane] = if other > largest[lane] { other } else { largest[lane] };
        }
        width /= 2;
    }
    largest[0]
}

/// Elements that differ as numbers, and those of them that became zero.
#[inline(always)]
fn changes(a: &[f32; BLOCK], b: &[f32; BLOCK]) -> (u64, u64) {
    let (mut changed, mut zeroed) = (0u32, 0u32);
    for (x, y) in a.iter().zip(b) {
        changed += u32::from(x != y);
        zeroed += u32::from(*x != 0.0) & u32::from(*y == 0.0);
    }
    (u64::from(changed), u64::from(zeroed))
}

impl Places {
    fn of(grid: Grid) -> Option<Self> {
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

    #[inline(always)]
    fn bin<const WIDE: bool, const SMALL: bool>(self, a: f32, b: f32) -> u16 {
        let (a, b) = (self.place::<SMALL>(a), self.place::<SMALL>(b));
        let apart = a.max(b).wrapping_sub(a.min(b)).cast_unsigned();
        if WIDE {
            return (32 - apart.leading_zeros()) as u16;
        }
        // The length of a number in bits, from the exponent of it as a float. Half of it fits into a signed number;
        // without the bit behind the leading one it is not rounded up to the next power.
        let half = (apart >> 1) & !(apart >> 2);
        let exponent = (half.cast_signed() as f32).to_bits() >> 23;
        (exponent.max(126) - 125 - u32::from(apart == 0)) as u16
    }
}

/// Bins of the distances, two in a key.
#[inline(always)]
fn keys<const WIDE: bool, const SMALL: bool>(
    places: Places,
    a: &[f32; BLOCK],
    b: &[f32; BLOCK],
    keys: &mut [u16; HALF],
) {
    for at in 0..HALF {
        let low = places.bin::<WIDE, SMALL>(a[at], b[at]);
        let high = places.bin::<WIDE, SMALL>(a[at + HALF], b[at + HALF]);
        keys[at] = low | high << BITS;
    }
}

/// Add the change to a sketch, row by row.
#[inline(always)]
fn fold(sketch: &mut Sketch, a: &[f32], b: &[f32], at: u64, columns: u64, signs: &[f32]) {
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

#[cfg(test)]
mod tests;
