//! A small pseudo-random generator with a fixed, documented sequence.

/// The SplitMix64 generator: 64 bits of state, one addition and one mix per number.
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// What a stream of random numbers is used for. Streams of one seed do not depend on each other,
/// so that a run can be taken up again at any step without storing a generator's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Initial values of the parameters.
    Initial = 1,
    /// Order of the lines within an epoch.
    Order = 2,
    /// Dropout masks of a step.
    Dropout = 3,
    /// Characters drawn when names are generated.
    Sampling = 4,
}

impl Rng {
    /// The stream of `seed` for one purpose and one index (an epoch, a step, a sample).
    pub fn stream(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut rng = Self { state: seed };
        rng.state = rng.next_u64() ^ (purpose as u64);
        rng.state = rng.next_u64() ^ index;
        rng
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number in `[0, 1)` with 24 random bits, so that it is exact in `f32`.
    pub fn unit(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 * (1.0 / 16_777_216.0)
    }

    /// A number in `[-reach, reach)`.
    pub fn symmetric(&mut self, reach: f32) -> f32 {
        (self.unit() * 2.0 - 1.0) * reach
    }

    /// An index below `bound`, which must not be zero.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next_u64()) * bound as u128) >> 64) as usize
    }

    /// Brings `items` into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_numbers_are_those_of_splitmix64() {
        let mut rng = Rng { state: 1_234_567 };
        assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn streams_differ_by_purpose_and_index() {
        let first = |purpose, index| Rng::stream(1, purpose, index).next_u64();
        assert_ne!(first(Purpose::Order, 0), first(Purpose::Dropout, 0));
        assert_ne!(first(Purpose::Order, 0), first(Purpose::Order, 1));
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        Rng::stream(1, Purpose::Order, 0).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
