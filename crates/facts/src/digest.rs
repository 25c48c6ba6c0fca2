//! Digests: which bytes a statement is about.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;
use std::fmt;

/// The hash function of a [`Digest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256 of the bytes (FIPS 180-4).
    Sha256,
    /// SHA-1 of the git blob object: a header with the length, then the bytes.
    GitBlob,
}

impl Algorithm {
    /// The prefix used in text: `sha256` or `git-blob`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::GitBlob => "git-blob",
        }
    }
}

/// A digest with its algorithm, written `sha256:<hex>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: Algorithm,
    hex: String,
}

impl Digest {
    /// SHA-256 of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut writer = Sha256Writer::default();
        writer.update(bytes);
        writer.finish()
    }

    /// A digest from its hexadecimal form, or `None` when length or letters are wrong.
    pub fn from_hex(algorithm: Algorithm, hex: &str) -> Option<Self> {
        let wanted = match algorithm {
            Algorithm::Sha256 => 64,
            Algorithm::GitBlob => 40,
        };
        let fine = hex.len() == wanted && hex.bytes().all(|b| b.is_ascii_hexdigit());
        fine.then(|| Self { algorithm, hex: hex.to_ascii_lowercase() })
    }

    /// Parse `sha256:<hex>` or `git-blob:<hex>`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, hex) = text.split_once(':')?;
        let algorithm = match name {
            "sha256" => Algorithm::Sha256,
            "git-blob" => Algorithm::GitBlob,
            _ => return None,
        };
        Self::from_hex(algorithm, hex)
    }

    /// The hash function.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The hexadecimal digits, lower case.
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.as_str(), self.hex)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a digest")))
    }
}

/// SHA-256 over bytes that arrive in pieces.
#[derive(Default)]
pub struct Sha256Writer(sha2::Sha256);

impl Sha256Writer {
    /// Add bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes added.
    pub fn finish(self) -> Digest {
        let mut hex = String::with_capacity(64);
        for byte in self.0.finalize() {
            for nibble in [byte >> 4, byte & 15] {
                hex.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        Digest { algorithm: Algorithm::Sha256, hex }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digest_and_round_trip() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_string(), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        for bad in ["", "sha256:", "sha256:zz", "md5:00", "sha256:ba78"] {
            assert_eq!(Digest::parse(bad), None, "{bad}");
        }
    }
}
