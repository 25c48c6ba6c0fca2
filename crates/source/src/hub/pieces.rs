//! What was fetched of a file.

use std::ops::Range;
use std::sync::Arc;

/// Runs of bytes of a file, each with its first byte.
pub(super) type Pieces = Vec<(u64, Arc<Vec<u8>>)>;

/// What pieces, which may overlap, hold from a byte on; `None` when it is in none.
fn from(pieces: &Pieces, at: u64) -> Option<&[u8]> {
    let (start, bytes) = pieces.iter().find(|(start, bytes)| *start <= at && at < start + bytes.len() as u64)?;
    bytes.get(usize::try_from(at - start).ok()?..)
}

/// Whether pieces hold all of a range.
pub(super) fn covers(pieces: &Pieces, range: &Range<u64>) -> bool {
    let mut at = range.start;
    while at < range.end {
        let Some(bytes) = from(pieces, at) else { return false };
        at += bytes.len() as u64;
    }
    true
}

/// Fill `buffer` from pieces; `None` when they do not cover it.
pub(super) fn copy(pieces: &Pieces, offset: u64, buffer: &mut [u8]) -> Option<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        let bytes = from(pieces, offset + filled as u64)?;
        let count = bytes.len().min(buffer.len() - filled);
        buffer[filled..filled + count].copy_from_slice(&bytes[..count]);
        filled += count;
    }
    Some(filled)
}
