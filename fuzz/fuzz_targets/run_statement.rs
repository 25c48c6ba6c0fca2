//! Any bytes as the statement of a run: no panic, and what is accepted keeps its promises.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| candor_verify::fuzzing::run_statement(bytes));
