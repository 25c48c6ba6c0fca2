//! The caps that keep hostile input from costing more than it is worth, in one place.

/// Longest document that is read: cards, licences, plain text. Bytes.
pub const DOCUMENT: u64 = 4 << 20;
/// All files that one inspector reads of one part together: beyond it, they are listed and not read. Bytes.
pub const READ_TOTAL: u64 = 16 << 20;
/// Facts that one inspector finds in one part after which it reads no further file.
pub const FACTS: usize = 50_000;
/// Most values of one key of the front matter that are looked at.
pub const FRONT_VALUES: usize = 1_000;
/// Longest front matter. Bytes.
pub const FRONT_MATTER: usize = 1 << 20;
/// Longest JSON or YAML configuration. Bytes.
pub const CONFIG: u64 = 8 << 20;
/// Longest log that a trainer leaves (`trainer_state.json`). Bytes.
pub const TRAINER_STATE: u64 = 64 << 20;
/// Longest shard index. Bytes.
pub const SHARD_INDEX: u64 = 64 << 20;
/// Longest safetensors header: the cap of the format itself. Bytes.
pub const SAFETENSORS_HEADER: u64 = 100_000_000;
/// All headers of one part together: beyond it, files are listed and not opened. Bytes.
pub const HEADERS_TOTAL: u64 = 512 << 20;
/// Most tensors of one header.
pub const TENSORS: usize = 500_000;
/// Most dimensions of one tensor.
pub const DIMENSIONS: usize = 64;
/// Most sets of weight files that a part is told to have; the rest is counted.
pub const WEIGHT_SETS: usize = 2_000;
/// Most names of missing files that a fact lists.
pub const MISSING: usize = 100;
/// Most faults of one file that are told one by one; the rest is counted.
pub const FAULTS: usize = 50;
/// Most gaps of one kind that a part may give for weight files; the rest is counted.
pub const WEIGHT_GAPS: usize = 2_000;
/// Most names of one JSON object that are looked at one by one.
pub const MEMBERS: usize = 100_000;
/// Deepest nesting followed in JSON and YAML.
pub const DEPTH: usize = 64;
/// Longest statement of a page; a longer one is cut at a space. Bytes.
pub const STATEMENT: usize = 8 << 10;
/// Most links of one statement that are looked at.
pub const LINKS: usize = 200;
/// Most statements, headings and blocks of code of one page, together; what stands after is not read.
pub const STATEMENTS: usize = 10_000;
/// Longest heading, and longest head of a table, that is kept. Bytes.
pub const HEADING: usize = 512;

/// A file of reviews, in bytes.
pub(crate) const REVIEW_FILE_BYTES: u64 = 1 << 20;
/// What a review may be pinned to, in bytes.
pub(crate) const REVIEWED_BYTES: u64 = 64 << 20;
