//! Any bytes: no panic, and every span lies in the input. `cargo fuzz run license_identify`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let answer = candor_license::identify(bytes);
    for found in &answer.matches {
        assert!(bytes.get(found.bytes.clone()).is_some());
        for span in &found.residue {
            assert!(bytes.get(span.clone()).is_some());
        }
    }
    for found in answer.restrictions.iter().filter_map(|r| r.bytes.clone()) {
        assert!(bytes.get(found).is_some());
    }
    for found in answer.conditions.iter().filter_map(|c| c.bytes.clone()) {
        assert!(bytes.get(found).is_some());
    }
    for found in candor_license::clauses(bytes) {
        assert!(found.bytes.is_none_or(|r| bytes.get(r).is_some()));
    }
});
