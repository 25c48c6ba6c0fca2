//! Names of licences from lists, in a compiled table that is read in place.

use crate::expression::LicenseId;
use crate::names::Name;
use crate::words::{self, Word};

/// Names of the SPDX list, the catalogue and `data/names.csv`, written by `cargo xtask licenses`: a filter by the
/// first two words, then entries sorted by the hash of their first word, longest first, then the ids.
static LISTED: &[u8] = include_bytes!("../data/names.bin");

/// The layout of `names.bin`, shared with its writer.
pub mod layout {
    /// Bytes of the filter.
    pub const FILTER: usize = 1 << 12;
    /// First word u64, all words u64, number of words u32, id offset u32, id length u32, 0 u32.
    pub const ENTRY: usize = 32;
    /// Bytes of the count of entries, which follows the filter.
    pub const COUNT: usize = 4;
}

struct Entry {
    first: u64,
    whole: u64,
    words: usize,
    id: (usize, usize),
}

fn number_at(at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*LISTED.get(at..)?.first_chunk()?))
}

fn short_at(at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(*LISTED.get(at..)?.first_chunk()?) as usize)
}

fn count() -> usize {
    short_at(layout::FILTER).unwrap_or(0)
}

fn entry(n: usize) -> Option<Entry> {
    let at = layout::FILTER + layout::COUNT + n * layout::ENTRY;
    let id = (short_at(at + 20)?, short_at(at + 24)?);
    Some(Entry { first: number_at(at)?, whole: number_at(at + 8)?, words: short_at(at + 16)?, id })
}

/// The longest listed name that starts here.
pub(crate) fn listed(text: &[Word], at: usize) -> Option<Name> {
    let first = text.get(at)?.hash;
    // The first entry with this word, by halving.
    let (mut low, mut high) = (0, count());
    while low < high {
        let middle = low.midpoint(high);
        if entry(middle)?.first < first { low = middle + 1 } else { high = middle }
    }
    for n in low..count() {
        let entry = entry(n).filter(|e| e.first == first)?;
        let here = text.get(at..at + entry.words);
        if here.is_some_and(|h| words::whole(h) == entry.whole) {
            let ids = layout::FILTER + layout::COUNT + count() * layout::ENTRY;
            let id = LISTED.get(ids + entry.id.0..ids + entry.id.0 + entry.id.1)?;
            let id = LicenseId::known(std::str::from_utf8(id).ok()?);
            return Some(Name { id, words: at..at + entry.words, vague: false });
        }
    }
    None
}

/// The byte and the bit of a name's first two words in the filter of `names.bin`.
pub fn filter_bit(first: u64, second: u64) -> (usize, u8) {
    let mixed = (first.rotate_left(7) ^ second).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 49;
    ((mixed >> 3) as usize & (layout::FILTER - 1), 1 << (mixed & 7))
}

/// Whether a listed name may begin with these two words.
pub(crate) fn may_start(first: u64, second: u64) -> bool {
    let (slot, bit) = filter_bit(first, second);
    LISTED.get(slot).is_some_and(|b| b & bit != 0)
}
