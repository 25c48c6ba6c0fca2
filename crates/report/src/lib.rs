//! Assessments as text people read and documents machines read.
//!
//! Every format renders the same verdicts from the same evidence. This crate formats; it decides nothing,
//! reads no file and knows no terminal.
#![deny(clippy::float_arithmetic)]

mod claims;
mod compare;
mod evidence;
mod explain;
mod human;
mod json;
mod layout;
mod next;
mod record;
mod words;

pub use claims::{claims, claims_json};
pub use compare::compare;
pub use evidence::EvidenceTable;
pub use explain::{Excerpt, explain};
pub use human::{Detail, human};
pub use json::{SCHEMA, json, json_value};
pub use layout::{Paint, Style};
pub use next::{next, next_json};
pub use record::record;
