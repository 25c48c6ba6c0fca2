//! Assessments as text people read and documents machines read.
//!
//! Every format renders the same verdicts from the same evidence. This crate formats; it decides nothing,
//! reads no file and knows no terminal.
#![deny(clippy::float_arithmetic)]

mod badge;
mod bill;
mod compare;
mod content;
mod csv;
mod cyclonedx;
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
mod rows;
mod safe;
mod sarif;
mod spdx;
mod words;

pub use format::{Excerpt, FORMATS, Format, Options, Several, Subject};
pub use human::Detail;
pub use json::SCHEMA;
pub use layout::{Paint, Style};
pub use safe::tricks;
