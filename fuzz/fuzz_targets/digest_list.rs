//! Any bytes as each list of digests: no panic, and what is accepted stays inside its folder.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| candor_verify::fuzzing::digest_list(bytes));
