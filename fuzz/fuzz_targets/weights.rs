//! Any bytes as weights, compared: no panic, and no memory on the word of a header.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| candor_verify::fuzzing::weights(bytes));
