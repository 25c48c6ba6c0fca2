//! Any bytes as a file of settings, citation, packaging, bill or terms: no panic, and every place can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| candor_inspect::fuzzing::named(bytes));
