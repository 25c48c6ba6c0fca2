//! The hash of a word, and the letters and digits among eight bytes at once.

/// The hash of a word as it is read: eight bytes at a time, of lower-case letters in UTF-8.
#[derive(Clone, Copy)]
pub(crate) struct Spelling {
    hash: u64,
    block: u64,
    filled: u32,
}

impl Spelling {
    pub(crate) const fn new() -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, block: 0, filled: 0 }
    }

    /// Eight bytes, of which the last may be 0: those of a word that is shorter.
    pub(crate) const fn add_block(hash: u64, block: u64) -> u64 {
        let product = (hash ^ block) as u128 * 0x9e37_79b9_7f4a_7c15;
        (product as u64) ^ (product >> 64) as u64
    }

    pub(crate) const fn add(mut self, byte: u8) -> Self {
        self.block |= (byte as u64) << (self.filled * 8);
        self.filled += 1;
        if self.filled == 8 {
            self = Self { hash: Self::add_block(self.hash, self.block), block: 0, filled: 0 };
        }
        self
    }

    pub(crate) const fn add_letter(mut self, letter: char) -> Self {
        let mut buffer = [0; 4];
        let mut rest: &[u8] = letter.encode_utf8(&mut buffer).as_bytes();
        while let [first, tail @ ..] = rest {
            self = self.add(*first);
            rest = tail;
        }
        self
    }

    pub(crate) const fn hash(self) -> u64 {
        if self.filled == 0 { self.hash } else { Self::add_block(self.hash, self.block) }
    }
}

/// The hash of a word as the normaliser leaves it: lower-case letters and digits.
pub const fn hash(word: &str) -> u64 {
    let mut rest = word.as_bytes();
    let mut spelling = Spelling::new();
    while let [first, tail @ ..] = rest {
        spelling = spelling.add(*first);
        rest = tail;
    }
    spelling.hash()
}

/// What stands in the eight bytes from a place on, or in fewer at the end of a text.
pub(crate) struct Block {
    /// So many letters and digits come first.
    pub(crate) length: usize,
    /// These, in lower case; the first lowest.
    pub(crate) lower: u64,
    /// The high bits of those that are capitals, and of letters that are none.
    pub(crate) capitals: u64,
    pub(crate) small: u64,
}

impl Block {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let block = match bytes.first_chunk() {
            Some(block) => u64::from_le_bytes(*block),
            None => bytes.iter().rev().fold(0, |block, byte| block << 8 | u64::from(*byte)),
        };
        let lower = block | each(0x20);
        let ascii = !block & each(0x80);
        let letters = at_least(lower, b'a') & !at_least(lower, b'z' + 1) & ascii;
        let digits = at_least(block, b'0') & !at_least(block, b'9' + 1) & ascii;
        let length = ((letters | digits) ^ each(0x80)).trailing_zeros() / 8;
        let inside = u64::MAX.checked_shr(64 - length * 8).unwrap_or(0);
        // The bit in which letters of both cases differ, moved to the high bit.
        let case = block << 2;
        Self {
            length: length as usize,
            lower: lower & inside,
            capitals: letters & !case & inside,
            small: letters & case & inside,
        }
    }
}

/// The same byte eight times.
const fn each(byte: u8) -> u64 {
    byte as u64 * 0x0101_0101_0101_0101
}

/// The high bits of those of eight ASCII bytes that are at least this one.
const fn at_least(block: u64, byte: u8) -> u64 {
    (block & each(0x7f)) + each(0x80 - byte)
}
