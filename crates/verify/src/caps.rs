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
/// Longest index of shards. Bytes.
pub const INDEX: u64 = 64 << 20;
/// Most shards that a name may tell of.
pub const SHARDS: u32 = 10_000;
/// Elements of a tensor that do not lie side by side are read at once when so far from each other. Elements.
pub const NEAR: u64 = 64;
/// Longest document that is compared. Bytes.
pub const DOCUMENT: u64 = 8 << 20;
/// Bytes that are laid side by side at once: both sides stay in the cache of a core.
pub const PIECE: usize = 128 << 10;
/// Elements of a tensor that one thread takes at once.
pub const UNIT: u64 = 1 << 20;
/// Units whose results are held at once.
pub const UNITS: usize = 48;
/// Elements whose numbers are held at once by a thread.
pub const NUMBERS: u64 = 8 << 10;
/// Rows and columns of the sketch in which the rank of a change is sought.
pub const SKETCH: usize = 128;
/// Longest row that is sketched. Elements.
pub const ROW: u64 = 1 << 20;
/// Most tensors without a partner of their name of which each is held against each of the other side.
pub const STRANGERS: usize = 4_096;
/// Most differing places of one document that are told.
pub const PLACES: usize = 50;
/// A log or a result of a run is no longer. Bytes.
pub const RUN_DOCUMENT: u64 = 256 << 20;
/// Longest statement of a run. Bytes.
pub const STATEMENT: u64 = 16 << 20;
