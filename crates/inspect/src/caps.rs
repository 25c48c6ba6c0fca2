//! The caps that keep hostile input from costing more than it is worth, in one place.

/// Longest document that is read: cards, licences, plain text. Bytes.
pub const DOCUMENT: u64 = 4 << 20;
/// Longest front matter. Bytes.
pub const FRONT_MATTER: usize = 1 << 20;
/// Longest JSON or YAML configuration. Bytes.
pub const CONFIG: u64 = 8 << 20;
/// Longest shard index. Bytes.
pub const SHARD_INDEX: u64 = 64 << 20;
/// Longest safetensors header: the cap of the format itself. Bytes.
pub const SAFETENSORS_HEADER: u64 = 100_000_000;
/// Deepest nesting followed in JSON and YAML.
pub const DEPTH: usize = 64;
