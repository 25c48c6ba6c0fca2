//! Digests of bytes that came, to hold them against those that were said.

use candor_facts::{Algorithm, Digest};
use sha1::Digest as _;

/// The digest of some bytes by a hash function.
pub(crate) fn digest_of(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    match algorithm {
        Algorithm::Sha256 => Digest::of(bytes),
        Algorithm::GitBlob => {
            let mut hash = sha1::Sha1::new();
            hash.update(format!("blob {}\0", bytes.len()));
            hash.update(bytes);
            let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            // SHA-1 has forty digits.
            Digest::from_hex(Algorithm::GitBlob, &hex).unwrap_or_else(|| Digest::of(bytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_blobs() {
        // `printf hello | git hash-object --stdin`
        let digest = digest_of(Algorithm::GitBlob, b"hello");
        assert_eq!(digest.to_string(), "git-blob:b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
    }
}
