//! Any bytes as a listing of a bundle or a platform: no panic, and what is written is read again alike.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| candor_source::fuzzing::listing(bytes));
