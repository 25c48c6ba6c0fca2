//! THE LIST of inspectors: one line each.

use crate::answers::hub;
use crate::documents::{bom, card, config, license, metadata, settings, tree};
use crate::inspector::Inspector;
use crate::weights;

/// All inspectors, in the order in which they are asked. The order leaves no trace in the facts.
pub const INSPECTORS: &[Inspector] = &[
    weights::INSPECTOR,
    config::INSPECTOR,
    card::INSPECTOR,
    license::INSPECTOR,
    tree::INSPECTOR,
    settings::INSPECTOR,
    metadata::INSPECTOR,
    hub::INSPECTOR,
    bom::INSPECTOR,
];
