//! Reading bytes without knowing where they come from.

use crate::{ArtifactPath, Digest, PartIndex, Sha256Writer};
use std::fmt;
use std::io;
use std::ops::Range;

/// Random access to the bytes of one artifact.
pub trait ReadAt {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Fill `buffer` from `offset`; returns how many bytes were read, fewer only at the end.
    ///
    /// # Errors
    /// Those of the medium.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Whether many small reads at scattered places are cheap: not where each of them is a request.
    fn is_near(&self) -> bool {
        true
    }

    /// All of these bytes will be read, piece by piece. A medium that is paid by the request fetches them in one, and one
    /// that can fetch ahead begins.
    ///
    /// # Errors
    /// When the medium will not give so many.
    fn need(&self, _range: Range<u64>) -> io::Result<()> {
        Ok(())
    }

    /// Whether there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ReadAt for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(<[u8]>::len(self));
        let rest = self.get(start..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }
}

/// Read exactly `length` bytes from `offset`.
///
/// # Errors
/// `UnexpectedEof` when there are fewer; else those of the medium.
pub fn read_exact(bytes: &dyn ReadAt, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let end = offset.checked_add(length as u64);
    if end.is_none_or(|end| end > bytes.len()) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut buffer = vec![0; length];
    let mut filled = 0;
    while filled < length {
        let rest = buffer.get_mut(filled..).unwrap_or_default();
        match bytes.read_at(offset + filled as u64, rest)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => filled += count,
        }
    }
    Ok(buffer)
}

/// Read exactly the first `length` bytes; their digest. They are shown to `seen` in order, piece by piece, while the
/// medium can fetch what follows. It says how many of the bytes shown it needs no more; the others it sees again, with
/// the next piece behind them. What it needs to the end comes back.
///
/// # Errors
/// As [`read_exact`].
pub fn read_start(
    bytes: &dyn ReadAt,
    length: u64,
    mut seen: impl FnMut(&[u8]) -> usize,
) -> io::Result<(Vec<u8>, Digest)> {
    const PIECE: usize = 32 << 10;
    if length > bytes.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    bytes.need(0..length)?;
    let (mut buffer, mut digest) = (Vec::new(), Sha256Writer::default());
    let (mut held, mut read) = (0, 0);
    while read < length {
        let wanted = usize::try_from(length - read).unwrap_or(PIECE).min(PIECE);
        if buffer.len() < held + wanted {
            buffer.resize(held + wanted, 0);
        }
        let piece = buffer.get_mut(held..held + wanted).unwrap_or_default();
        let count = bytes.read_at(read, piece)?.min(wanted);
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        digest.update(piece.get(..count).unwrap_or_default());
        (held, read) = (held + count, read + count as u64);
        let done = seen(buffer.get(..held).unwrap_or_default()).min(held);
        if done > 0 {
            buffer.copy_within(done..held, 0);
            held -= done;
        }
    }
    buffer.truncate(held);
    Ok((buffer, digest.finish()))
}

/// Read all bytes, if they are at most `cap`; `None` when there are more.
///
/// # Errors
/// Those of the medium.
pub fn read_all(bytes: &dyn ReadAt, cap: u64) -> io::Result<Option<Vec<u8>>> {
    if bytes.len() > cap {
        return Ok(None);
    }
    read_exact(bytes, 0, usize::try_from(bytes.len()).unwrap_or(usize::MAX)).map(Some)
}

/// Why an artifact that a listing names cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// It exists, and was not fetched.
    NotFetched,
    /// Access must be asked for.
    Gated,
    /// The medium failed; the text says how.
    Failed(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFetched => f.write_str("listed, and not fetched"),
            Self::Gated => f.write_str("access must be asked for"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

/// The bytes behind a release: the seam between those who fetch and those who read.
pub trait Files {
    /// Open an artifact of a part.
    ///
    /// # Errors
    /// Says why there are no bytes; the reader records it as a gap.
    fn open(&self, part: PartIndex, path: &ArtifactPath) -> Result<Box<dyn ReadAt + '_>, OpenError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is let go of on the way, each byte is seen in its turn, and what was kept comes back.
    #[test]
    fn a_start_is_seen_in_order_and_the_rest_comes_back() {
        let bytes: Vec<u8> = (0..200_000u32).map(|at| (at % 251) as u8).collect();
        for (length, keep) in [(0, 0), (1, 0), (150_000, 0), (200_000, 7), (200_000, 70_000), (200_000, 200_000)] {
            let mut taken = Vec::new();
            let (rest, digest) = read_start(&bytes.as_slice(), length as u64, |held| {
                let done = held.len().saturating_sub(keep);
                taken.extend_from_slice(&held[..done]);
                done
            })
            .expect("they are there");
            assert_eq!(rest.len(), keep.min(length));
            assert_eq!([taken, rest].concat(), bytes[..length]);
            assert_eq!(digest, Digest::of(&bytes[..length]));
        }
        let beyond = read_start(&bytes.as_slice(), 200_001, |held| held.len());
        assert_eq!(beyond.expect_err("too many").kind(), io::ErrorKind::UnexpectedEof);
    }
}
