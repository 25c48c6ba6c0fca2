//! Any text as an address to which a server leads: no panic, and no other scheme.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| candor_source::fuzzing::address(text));
