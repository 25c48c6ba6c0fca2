//! Any bytes as a platform's answer: no panic, and every place can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| candor_inspect::fuzzing::answers(bytes));
