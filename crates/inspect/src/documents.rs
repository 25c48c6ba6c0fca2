//! Texts and settings that stand beside weights.

pub(crate) mod config;
