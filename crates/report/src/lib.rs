//! Assessments as text people read and documents machines read.
//!
//! Every format renders the same verdicts from the same evidence. This crate formats; it decides nothing,
//! reads no file and knows no terminal.
#![deny(clippy::float_arithmetic)]

mod compare;
mod docx;
mod draft;
mod duties;
mod evidence;
mod explain;
mod human;
mod json;
mod layout;
mod words;

pub use compare::compare;
pub use docx::docx;
pub use draft::{Document, Row, lay_out, markdown};
pub use duties::duties;
pub use evidence::EvidenceTable;
pub use explain::{Excerpt, explain};
pub use human::{Detail, human};
pub use json::{SCHEMA, json, json_value};
pub use layout::{Paint, Style};
