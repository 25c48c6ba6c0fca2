//! Listings, right and wrong, and what is made of them.

use super::*;
use expect_test::{Expect, expect};
use std::fmt::Write as _;

fn check(json: &str, expected: Expect) {
    let listed = read("l.json", json.as_bytes());
    let mut text = format!("complete: {}\n", listed.complete);
    for entry in &listed.entries {
        let digest = entry.declared_digest.as_ref().map(|digest| digest.algorithm().as_str());
        writeln!(text, "{} {:?} {digest:?}", entry.path, entry.size).expect("write");
    }
    for gap in &listed.gaps {
        writeln!(text, "gap: {gap}").expect("write");
    }
    expected.assert_eq(&text);
}

#[test]
fn what_a_listing_says() {
    let hex = "a".repeat(64);
    let blob = "b".repeat(40);
    check(
        &format!(
            r#"{{"complete": true, "total": 3, "entries": [
            {{"path": "a", "size": 3, "sha256": "{hex}", "git_blob": "{blob}"}},
            {{"path": "b/c", "size_displayed": "4.98 GB", "git_blob": "{blob}"}}, {{"path": "d", "more": [1]}}], "more": {{}}}}"#
        ),
        expect![[r#"
            complete: true
            a Some(3) Some("sha256")
            b/c None Some("git-blob")
            d None None
        "#]],
    );
    check(r#"{"entries": [], "complete": false, "total": 7}"#, expect!["complete: false\n"]);
}

#[test]
fn wrong_entries_are_gaps_with_their_place() {
    check(
        r#"{"complete": true, "entries": [{"path": "a"}, {"path": "../b"}, {"size": 1}, 7,
            {"path": "c", "size": -1}, {"path": "d", "sha256": "zz"}, {"path": "e"}]}"#,
        expect![[r#"
            complete: false
            a None None
            c None None
            d None None
            e None None
            gap: malformed at byte 46: l.json: an entry whose path leaves the part or is empty: `../b`
            gap: malformed at byte 64: l.json: an entry without `path`
            gap: malformed at byte 77: l.json: an entry without `path`
            gap: malformed at byte 92: l.json: the size of `c` is no number of bytes
            gap: malformed at byte 119: l.json: the `sha256` of `d` is no digest
        "#]],
    );
}

#[test]
fn what_was_read_before_the_fault_stays() {
    check(
        r#"{"complete": true, "entries": [{"path": "a"}, {"path": "#,
        expect![[r#"
            complete: false
            a None None
            gap: malformed at byte 54: l.json: not a listing: EOF while parsing a value at line 1 column 55
        "#]],
    );
    check(
        "",
        expect![[r#"
        complete: false
        gap: malformed at byte 0: l.json: not a listing: EOF while parsing a value at line 1 column 0
    "#]],
    );
    check(
        "[]",
        expect![[r#"
        complete: false
        gap: malformed at byte 0: l.json: not a listing: invalid type: sequence, expected an object with `complete` and `entries` at line 1 column 1
    "#]],
    );
    check(
        r#"{"complete": 1, "entries": []}"#,
        expect![[r#"
        complete: false
        gap: malformed at byte 14: l.json: not a listing: invalid type: integer `1`, expected a boolean at line 1 column 15
    "#]],
    );
    check(
        r#"{"entries": [{"path": "a"}]} {}"#,
        expect![[r#"
        complete: false
        a None None
        gap: malformed at byte 29: l.json: not a listing: trailing characters at line 1 column 30
    "#]],
    );
}

#[test]
fn what_contradicts_itself_is_not_complete() {
    check(
        r#"{"complete": true, "total": 9, "entries": [{"path": "a", "size": 1}, {"path": "a", "size": 2}]}"#,
        expect![[r#"
            complete: false
            a Some(1) None
            a Some(2) None
            gap: malformed at byte 0: l.json: `a` is listed more than once
            gap: malformed at byte 0: l.json: it says complete and 9 entries, and has 2
        "#]],
    );
    check(
        "{}",
        expect![[r#"
        complete: false
        gap: malformed at byte 0: l.json: there are no `entries`
        gap: malformed at byte 0: l.json: it does not say whether it is `complete`
    "#]],
    );
}

#[test]
fn deep_nesting_is_a_gap() {
    let json = format!(r#"{{"complete": true, "entries": [{{"path": "a"}}, {}"#, "[".repeat(100_000));
    let listed = read("l.json", json.as_bytes());
    assert_eq!((listed.complete, listed.entries.len(), listed.gaps.len()), (false, 1, 1));
}

/// A listing that never ends, as a stream: neither its length nor its gaps may grow without bound.
struct Endless {
    entry: &'static [u8],
    at: usize,
    started: bool,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let text: &[u8] = if self.started { self.entry } else { br#"{"complete": true, "entries": ["# };
        let rest = &text[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        if self.at == text.len() {
            (self.at, self.started) = (0, true);
        }
        Ok(count)
    }
}

#[test]
fn endless_listings_end() {
    let endless = |entry: &'static str| read("l.json", Endless { entry: entry.as_bytes(), at: 0, started: false });
    let long = endless(r#"{"path": "a/b.safetensors", "size": 12345},"#);
    assert_eq!(long.entries.len(), caps::LISTING_ENTRIES);
    assert_eq!(long.gaps, [GapReason::TooLarge { cap: caps::LISTING_ENTRIES as u64 }]);
    assert!(!long.complete);
    let wrong = endless("7,");
    assert_eq!(wrong.gaps.len(), caps::GAPS + 2);
    assert!(wrong.gaps.contains(&GapReason::TooLarge { cap: caps::LISTING_ENTRIES as u64 }));
}
