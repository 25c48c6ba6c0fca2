//! Doors for fuzzing: readers that are private, with what must hold for any bytes. Not for other use.

pub use crate::signature::fuzzing::{bundle, certificate, pem, statement};
