//! A buffer that begins where a line of the cache does. What the system copies into such a one takes two thirds of the
//! time that it takes at the places where large allocations begin.

use std::ops::{Deref, DerefMut, Range};

/// Bytes of a line of the cache.
const LINE: usize = 64;

/// Bytes that are filled again and again.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    used: Range<usize>,
}

impl Buffer {
    /// A buffer of so many bytes.
    pub(crate) fn new(length: usize) -> Self {
        let mut buffer = Self::default();
        buffer.resize(length);
        buffer
    }

    /// Give it another length. What is in it then is of no meaning.
    pub(crate) fn resize(&mut self, length: usize) {
        if self.bytes.len() < length.saturating_add(LINE) {
            self.bytes = vec![0; length.saturating_add(LINE)];
        }
        let start = self.bytes.as_ptr().align_offset(LINE).min(LINE);
        self.used = start..start + length;
    }

    /// Keep the first bytes only.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.used.end = self.used.end.min(self.used.start + length);
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(self.used.clone()).unwrap_or_default()
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.used.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_begins_with_a_line_whatever_its_length() {
        let mut buffer = Buffer::default();
        assert!(buffer.is_empty());
        for length in [1, 64, 1000, 3, 1 << 20, 0, 65] {
            buffer.resize(length);
            assert_eq!((buffer.len(), buffer.as_ptr().align_offset(LINE)), (length, 0));
            buffer.fill(7);
            buffer.truncate(2);
            assert_eq!(&*buffer, &[7u8; 2][..length.min(2)]);
        }
    }
}
