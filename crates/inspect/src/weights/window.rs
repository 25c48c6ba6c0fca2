//! A window on a file: small reads at any place, served from one piece that is held in memory.

use candor_facts::ReadAt;
use std::io;

/// Why bytes are not there.
#[derive(Debug)]
pub(crate) enum Lack {
    /// The file ends before.
    End,
    /// The medium failed.
    Medium(io::Error),
}

impl From<io::Error> for Lack {
    fn from(error: io::Error) -> Self {
        Self::Medium(error)
    }
}

/// Smallest and largest piece that is read at once. Bytes. It doubles while reading goes on.
const PIECE: (usize, usize) = (16 << 10, 256 << 10);

/// A window on a file.
pub(crate) struct Window<'a> {
    bytes: &'a dyn ReadAt,
    size: u64,
    start: u64,
    held: Vec<u8>,
    piece: usize,
}

impl<'a> Window<'a> {
    /// A window on a file, nothing read yet.
    pub(crate) fn new(bytes: &'a dyn ReadAt) -> Self {
        Self { bytes, size: bytes.len(), start: 0, held: Vec::new(), piece: PIECE.0 }
    }

    /// Length of the file in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// So many bytes from a place. Allocates only what the file holds.
    pub(crate) fn get(&mut self, at: u64, length: usize) -> Result<&[u8], Lack> {
        let end = at.checked_add(length as u64).filter(|end| *end <= self.size).ok_or(Lack::End)?;
        let held_end = self.start + self.held.len() as u64;
        if at < self.start || end > held_end {
            let follows = at >= self.start && at <= held_end;
            self.piece = if follows { (self.piece * 2).min(PIECE.1) } else { PIECE.0 };
            let wanted = (self.piece.max(length) as u64).min(self.size - at);
            self.load(at, usize::try_from(wanted).map_err(|_| Lack::End)?)?;
        }
        let offset = usize::try_from(at - self.start).map_err(|_| Lack::End)?;
        self.held.get(offset..offset + length).ok_or(Lack::End)
    }

    fn load(&mut self, at: u64, length: usize) -> Result<(), Lack> {
        self.held.clear();
        self.held.resize(length, 0);
        self.start = at;
        let mut filled = 0;
        while filled < length {
            let rest = self.held.get_mut(filled..).unwrap_or_default();
            match self.bytes.read_at(at + filled as u64, rest) {
                Ok(0) => {
                    self.held.truncate(filled);
                    return Err(Lack::Medium(io::ErrorKind::UnexpectedEof.into()));
                }
                Ok(count) => filled += count,
                Err(error) => {
                    self.held.clear();
                    return Err(Lack::Medium(error));
                }
            }
        }
        Ok(())
    }

    /// Eight lengths in a row are often asked for one by one: the bytes from a place that are held already.
    pub(crate) fn held_from(&self, at: u64) -> &[u8] {
        let Some(offset) = at.checked_sub(self.start).and_then(|offset| usize::try_from(offset).ok()) else {
            return &[];
        };
        self.held.get(offset..).unwrap_or_default()
    }
}
