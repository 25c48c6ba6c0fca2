//! Any bytes as a page with front matter: no panic, and every place lies in the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let report = candor_inspect::inspect_file("README.md", &bytes);
    for (_, fact) in report.sheet.facts() {
        for evidence in fact.places() {
            if let candor_facts::Place::Span { start, end, .. } = &evidence.place {
                assert!(start <= end && *end <= bytes.len() as u64);
            }
        }
    }
});
