//! The caps that keep a hostile signature or folder from costing more than it is worth, in one place.

/// Longest signature bundle. Bytes.
pub const BUNDLE_BYTES: u64 = 256 << 20;
/// Longest file with keys or certificates. Bytes.
pub const PEM_BYTES: u64 = 1 << 20;
/// Most resources of one statement. A file of 1 TB in shards of 1 MB has a million.
pub const RESOURCES: usize = 2_000_000;
/// Most certificates of one bundle or one file of roots. The roots of a system are about 150.
pub const CERTIFICATES: usize = 1024;
/// Most certificates from the signer's to a root, both counted.
pub const CHAIN: usize = 8;
/// Most signatures of certificates that are checked for one bundle, so that many of one name cost little.
pub const CHAIN_CHECKS: usize = 256;
/// Shortest RSA modulus that is trusted. Bits.
pub const RSA_BITS: usize = 2048;
/// Bytes read at once while hashing.
pub const READ_BYTES: usize = 1 << 20;
/// Most paths that one sentence names.
pub const NAMED: usize = 3;
