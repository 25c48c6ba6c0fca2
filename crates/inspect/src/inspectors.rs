//! THE LIST of inspectors: one line each.

use crate::documents::config;
use crate::inspector::Inspector;
use crate::weights;

/// All inspectors, in the order in which they are asked. The order leaves no trace in the facts.
pub const INSPECTORS: &[Inspector] = &[config::INSPECTOR, weights::INSPECTOR];
