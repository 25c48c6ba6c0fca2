//! Nothing here; see `benches/license.rs`.
