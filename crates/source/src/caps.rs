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
/// Most requests of one run.
pub const REQUESTS: u64 = 300;
/// Requests and bytes of a release after which no more is fetched of headers of weight files.
pub const HEADERS: (u64, u64) = (40, 24 << 20);
/// The same for releases of [`HUGE`] bytes and more, whose headers lie in many files.
pub const HEADERS_HUGE: (u64, u64) = (10, 4 << 20);
/// What makes a release a huge one. Bytes.
pub const HUGE: u64 = 100_000_000_000;
/// Most bytes that are fetched of one file that is not fetched whole: of its header.
pub const HEADER_LONGEST: u64 = 16 << 20;
/// Most bytes of bodies of one run.
pub const FETCHED: u64 = 128 << 20;
/// Longest answer of a platform. Bytes.
pub const ANSWER: u64 = 64 << 20;
/// Longest file that is fetched whole. Bytes.
pub const FETCHED_WHOLE: u64 = 16 << 20;
/// Longest file that is fetched before anybody asks for it. Bytes.
pub const FETCHED_AHEAD: u64 = 4 << 20;
/// What is fetched at least when a part of a large file is asked for; a longer file that nobody announced is asked for
/// in parts. Bytes.
pub const READ_AHEAD: u64 = 128 << 10;
/// Attempts of one request.
pub const ATTEMPTS: u32 = 4;
/// Redirects followed for one request.
pub const REDIRECTS: u32 = 5;
/// Pages of one listing.
pub const PAGES: usize = 250;
/// Longest silence of a server.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// All waits of one run that a platform asks for together: a window of its limits is five minutes.
pub const WAITS: std::time::Duration = std::time::Duration::from_secs(310);
/// Slowest transfer that is put up with, after [`PATIENCE`] has passed. Bytes a second.
pub const SLOWEST: u64 = 16 << 10;
