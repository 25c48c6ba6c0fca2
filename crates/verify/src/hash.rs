//! The hash functions of signatures, over a range of bytes.

use crate::buffer::Buffer;
use crate::caps;
use candor_facts::ReadAt;
use sha2::Digest as _;
use std::io;

/// A hash function that model signatures may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashType {
    /// SHA-256, FIPS 180-4.
    Sha256,
    /// BLAKE2b with 64 bytes, RFC 7693.
    Blake2b,
    /// BLAKE3 with 32 bytes.
    Blake3,
}

impl HashType {
    /// All of them, in the order of the specification.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Blake2b, Self::Blake3];

    /// The word of the specification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Blake2b => "blake2b",
            Self::Blake3 => "blake3",
        }
    }

    /// The hash function of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.as_str() == word)
    }

    /// Length of a digest in bytes.
    pub fn length(self) -> usize {
        match self {
            Self::Sha256 | Self::Blake3 => 32,
            Self::Blake2b => 64,
        }
    }
}

/// A hash over bytes that arrive in pieces.
pub(crate) enum Hasher {
    Sha256(sha2::Sha256),
    Blake2b(Box<blake2::Blake2b512>),
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    pub(crate) fn new(hash: HashType) -> Self {
        match hash {
            HashType::Sha256 => Self::Sha256(sha2::Sha256::new()),
            HashType::Blake2b => Self::Blake2b(Box::new(blake2::Blake2b512::new())),
            HashType::Blake3 => Self::Blake3(Box::new(blake3::Hasher::new())),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Blake2b(hasher) => hasher.update(bytes),
            Self::Blake3(hasher) => drop(hasher.update(bytes)),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
            Self::Blake2b(hasher) => hasher.finalize().to_vec(),
            Self::Blake3(hasher) => hasher.finalize().as_bytes().to_vec(),
        }
    }
}

/// The digest of the bytes `start..end`. `read` is told how many bytes were read since it was last told.
///
/// # Errors
/// `UnexpectedEof` when there are fewer bytes; else those of the medium.
pub(crate) fn range(
    bytes: &dyn ReadAt,
    start: u64,
    end: u64,
    hash: HashType,
    read: &(dyn Fn(u64) + Sync),
) -> io::Result<Vec<u8>> {
    let mut hasher = Hasher::new(hash);
    let mut at = start;
    let whole = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
    let mut buffer = Buffer::new(whole.min(caps::READ_BYTES));
    while at < end {
        let wanted = usize::try_from(end - at).unwrap_or(usize::MAX).min(buffer.len());
        let Some(room) = buffer.get_mut(..wanted) else { break };
        let count = bytes.read_at(at, room)?;
        let Some(got) = room.get(..count).filter(|got| !got.is_empty()) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        hasher.update(got);
        at += count as u64;
        read(count as u64);
    }
    Ok(hasher.finish())
}

/// SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// `UnexpectedEof` when it ends before its length; else those of the medium.
pub fn sha256(bytes: &dyn ReadAt) -> io::Result<String> {
    range(bytes, 0, bytes.len(), HashType::Sha256, &|_| {}).map(|digest| hex(&digest))
}

/// Hexadecimal digits, lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of lower-case hexadecimal digits; `None` for anything else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?)).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_abc() {
        for (hash, expected) in [
            (HashType::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                HashType::Blake2b,
                "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            ),
            (HashType::Blake3, "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"),
        ] {
            let digest = range(&&b"zabcz"[..], 1, 4, hash, &|_| {}).unwrap();
            assert_eq!(hex(&digest), expected);
            assert_eq!(digest.len(), hash.length());
            assert_eq!(unhex(expected), Some(digest));
            assert!(range(&&b"abc"[..], 1, 4, hash, &|_| {}).is_err());
        }
        for bad in ["0", "AA", "zz", "0x"] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }
}
