//! Sprout: a character-level language model that invents names of licences.
//!
//! The crate holds everything that made the model: processing of the text ([`corpus`]), the
//! network ([`network`]), training ([`train`]), validation and evaluation ([`evaluate`],
//! [`ngram`]) and inference ([`generate`]). Two runs of one recipe give the same bytes on every
//! machine: arithmetic is scalar `f32` in a fixed order, functions come from `libm`, random
//! numbers from [`rng`], and nothing depends on time, threads or the order of a hash table.

pub mod checkpoint;
pub mod corpus;
pub mod evaluate;
pub mod generate;
pub mod network;
pub mod ngram;
pub mod optimizer;
pub mod params;
pub mod recipe;
pub mod rng;
pub mod safetensors;
pub mod train;
pub mod vocab;
