//! The caps that keep a hostile folder or listing from costing more than it is worth, in one place.

/// Most files of one part. What comes after is not seen; the part is then not complete.
pub const LISTING_ENTRIES: usize = 200_000;
/// Longest listing file that is read. Bytes.
pub const LISTING_BYTES: u64 = 64 << 20;
/// Most gaps that one listing file or folder may give; the rest is counted in one more.
pub const GAPS: usize = 200;
/// Deepest folder that is entered.
pub const DEPTH: usize = 64;
/// Longest bundle file. Bytes.
pub const BUNDLE_BYTES: u64 = 1 << 20;
/// Longest file that may be a Git LFS pointer: the limit of its specification. Bytes.
pub const LFS_POINTER: u64 = 1024;
