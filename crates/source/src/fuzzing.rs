//! Doors for fuzzing: readers of what platforms and bundles say. Not for other use.

use crate::http::address::{next_page, origin, redirected, shown};
use crate::hub::Collected;
use crate::listing;
use serde_json::Value;

/// Any bytes as a listing file, and as a page of a platform's listing: what is written of it is read again alike.
pub fn listing(bytes: &[u8]) {
    let listed = listing::read("listing.json", bytes);
    let entries = candor_facts::Listing::new(listed.complete, listed.entries);
    let written = listing::write(&entries, &listed.kept, &|_| None);
    let again = listing::read("listing.json", written.as_slice());
    assert_eq!(candor_facts::Listing::new(again.complete, again.entries), entries, "written and read again");

    let Ok(Value::Array(page)) = serde_json::from_slice(bytes) else { return };
    let mut found = Collected::default();
    page.iter().for_each(|entry| found.take(entry));
    let (entries, gaps, complete) = found.finish();
    assert!(entries.windows(2).all(|pair| matches!(pair, [a, b] if a.path < b.path)));
    assert!(entries.len() <= page.len() && (complete || !gaps.is_empty()));
}

/// Any text as the address of a redirect or a next page: it never leads to another scheme, nor from `https` to `http`.
pub fn address(text: &str) {
    for from in ["https://hub.example/api/x?y", "http://127.0.0.1:8080/a/b"] {
        let secured = |address: &str| origin(address).map(|origin| origin.starts_with("https://"));
        if let Ok(target) = redirected(from, text) {
            let (before, after) = (secured(from), secured(&target));
            assert!(after.is_some() && (before != Some(true) || after == Some(true)), "{target}");
            assert!(!shown(&target).contains('?'));
        }
        assert!(next_page(text).is_none_or(|next| text.contains(next)));
    }
}
