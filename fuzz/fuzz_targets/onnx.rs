//! Any bytes as an ONNX model: no panic, and every place lies in the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| candor_inspect::fuzzing::onnx(bytes));
