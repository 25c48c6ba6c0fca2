//! The pass of [`super::stats`] over numbers that 32-bit floats hold exactly: most tensors of most models.
//!
//! Elements are taken in blocks that stay in the nearest cache, in loops without branches over lanes of fixed number,
//! which a compiler turns into instructions over many elements. Sums go on in 64-bit floats, lane by lane, in an order
//! that is the same on every processor; so are the figures.
#![allow(clippy::indexing_slicing, reason = "a block is no longer than its arrays; keys are masked")]

mod loops;
#[cfg(target_arch = "x86_64")]
mod near;

use super::stats::{Ask, BINS, Stats};
use candor_inspect::tensors::Dtype;
use loops::{Narrow, Places, as_they_stand, fold, load};

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
    /// With products and sums in one instruction.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Features {
    fn here() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let narrow = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if narrow
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
            {
                return Self::Avx512;
            }
            if narrow {
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
            Features::Any => self.block::<false>(stats, a, b, at, ask, loops::keys_near),
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
    /// that every number is the same; the sums do where nothing is rounded.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn block_avx2(&mut self, stats: &mut Stats, a: &[u8], b: &[u8], at: u64, ask: &Ask<'_>) -> bool {
        self.block::<true>(stats, a, b, at, ask, |places, x, y, keys| near::keys(places, x, y, keys))
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]
    fn block_avx512(&mut self, stats: &mut Stats, a: &[u8], b: &[u8], at: u64, ask: &Ask<'_>) -> bool {
        self.block::<true>(stats, a, b, at, ask, |places, x, y, keys| near::keys(places, x, y, keys))
    }

    /// `FUSED` says that there is an instruction for a product and a sum; `near` finds the keys of numbers that are not
    /// too far apart.
    #[inline(always)]
    fn block<const FUSED: bool>(
        &mut self,
        stats: &mut Stats,
        a: &[u8],
        b: &[u8],
        at: u64,
        ask: &Ask<'_>,
        near: impl Fn(Places, &[f32; BLOCK], &[f32; BLOCK], &mut [u16; HALF]),
    ) -> bool {
        let [x, y] = &mut self.sides;
        let length = a.len().min(BLOCK * self.types[0].width()) / self.types[0].width();
        let x = as_they_stand(self.types[0], a).unwrap_or_else(|| load(self.types[0], a, x));
        let y = as_they_stand(self.types[1], b).unwrap_or_else(|| load(self.types[1], b, y));
        let glance = loops::glance(x, y);
        if !glance.is_finite() {
            return false;
        }
        // What was rounded to 32 bits is no smaller than the largest only if it was so before.
        if glance.largest > 0.0 && glance.largest >= stats.largest as f32 {
            let change = |(x, y): (&f32, &f32)| (f64::from(*y) - f64::from(*x)).abs();
            let largest = x.iter().zip(y).map(change).fold(0.0, f64::max);
            if largest > stats.largest {
                stats.largest = largest;
                let first = x.iter().zip(y).map(change).position(|change| change == largest);
                stats.largest_at = at + first.unwrap_or(0) as u64;
            }
        }
        loops::sums::<FUSED>(x, y, &mut self.sums);
        stats.count += length as u64;
        stats.changed += u64::from(glance.changed);
        stats.zeroed += u64::from(glance.zeroed);
        if self.places.are_near(glance.size) {
            near(self.places, x, y, &mut self.keys);
        } else {
            loops::keys(self.places, x, y, &mut self.keys);
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

#[cfg(test)]
mod tests;
