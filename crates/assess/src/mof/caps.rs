//! The caps that keep a hostile record from costing more than it is worth.

/// Longest record that is read. Bytes.
pub const RECORD: usize = 1 << 20;
/// Deepest nesting followed.
pub(super) const DEPTH: usize = 32;
/// Most values of one record.
pub(super) const NODES: usize = 20_000;
/// Most events of the parser.
pub(super) const EVENTS: usize = 80_000;
/// Most anchors, and most uses of them.
pub(super) const ALIASES: usize = 100;
/// Most faults of one record that are told; the rest is counted.
pub(super) const FAULTS: usize = 20;
/// Longest stretch of the record's own words in a message. Characters.
pub(super) const QUOTED: usize = 80;
