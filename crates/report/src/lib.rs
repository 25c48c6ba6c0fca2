//! Assessments as text people read and documents machines read.
//!
//! Every format renders the same verdicts from the same evidence. This crate formats; it decides nothing,
//! reads no file and knows no terminal.
#![deny(clippy::float_arithmetic)]

mod badge;
mod bill;
mod claims;
mod compare;
mod content;
mod csv;
mod cyclonedx;
mod docx;
mod draft;
mod duties;
mod evidence;
mod explain;
mod format;
mod gist;
mod html;
mod human;
mod json;
mod layout;
mod links;
mod markdown;
mod next;
mod record;
mod rows;
mod safe;
mod sarif;
mod spdx;
mod words;

pub use claims::{claims, claims_json};
pub use docx::docx;
pub use draft::{At, Document, Entered, Row, draft_markdown, lay_out};
pub use duties::duties;
pub use format::{Excerpt, FORMATS, Format, Options, Several, Subject};
pub use human::Detail;
pub use json::SCHEMA;
pub use layout::{Paint, Style};
pub use next::{next, next_json};
pub use record::record;
pub use safe::tricks;
