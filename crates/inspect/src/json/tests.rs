//! Against `serde_json` as an oracle, and by hand where positions matter.

use super::*;
use expect_test::{Expect, expect};
use proptest::prelude::*;

fn read(text: &[u8], mut reader: Reader<'_>) -> Result<usize, Problem> {
    let mut tokens = 0;
    while let Some(token) = reader.next()? {
        assert!(token.span.start < token.span.end && token.span.end <= text.len());
        tokens += 1;
    }
    Ok(tokens)
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&match read(text.as_bytes(), Reader::new(text.as_bytes())) {
        Ok(tokens) => format!("{tokens} tokens"),
        Err(problem) => format!("{}: {}", problem.at, problem.what),
    });
}

#[test]
fn faults_and_their_places() {
    check("", expect!["0: the text ends too early"]);
    check("{", expect!["1: the text ends too early"]);
    check(r#"{"a": 1, }"#, expect!["9: expected a name in quotes"]);
    check(r#"{"a" 1}"#, expect!["5: expected `:`"]);
    check("[1 2]", expect!["3: expected `,` or `]`"]);
    check("[1}", expect!["2: expected `,` or `]`"]);
    check("[01]", expect!["1: a wrong number"]);
    check("[-]", expect!["1: a wrong number"]);
    check("[1.]", expect!["1: a wrong number"]);
    check("[NaN]", expect!["1: expected a value"]);
    check("[1] 2", expect!["4: more text after the end of the value"]);
    check("\"\\ud800\"", expect!["1: a wrong escape in a string"]);
    check("\"\\x\"", expect!["1: a wrong escape in a string"]);
    check("\"a\nb\"", expect!["2: a control character in a string"]);
    check("\u{feff}{}", expect!["0: expected a value"]);
    check(&"[".repeat(100_000), expect!["64: nested deeper than 64"]);
    check(r#" {"a": [1, {"b": null}], "c": "d"} "#, expect!["12 tokens"]);
    let bad = b"{\"a\xff\": 1}";
    assert_eq!(read(bad, Reader::new(bad)), Err(Problem { at: 3, what: "not UTF-8".to_owned() }));
}

#[test]
fn what_python_writes() {
    for text in ["[NaN, -Infinity, Infinity, 1e-5]", r#"{"grad_norm": NaN}"#] {
        assert!(read(text.as_bytes(), Reader::relaxed(text.as_bytes())).is_ok(), "{text}");
        assert!(read(text.as_bytes(), Reader::new(text.as_bytes())).is_err(), "{text}");
    }
}

#[test]
fn members_and_their_bytes() {
    let text = br#"{"a\u0062": {"x": [1, "\ud83d\ude00"]}, "b": 7, "b": 8}"#;
    let members = object(text).unwrap();
    assert_eq!(members[0].name, "ab");
    assert_eq!(&text[members[1].span.clone()], br#""b": 7"#);
    assert_eq!(twice(&members).unwrap().span.start, members[2].span.start);
    assert_eq!(member(&members, "b"), None);
    let inner = object_at(text, &members[0].value);
    let array = array_at(text, &inner[0].value);
    assert_eq!(natural(text, &array[0].span), Some(1));
    assert_eq!(unquote(text, &array[1].span), "\u{1f600}");
    assert_eq!(object(b"[]").unwrap_err().what, "not an object");
    assert_eq!((object_at(text, &(0..0)), array_at(text, &members[1].value)), (vec![], vec![]));
}

proptest! {
    #[test]
    fn agrees_with_serde_json(text in r#"[\[\]{},: "\\a-c0-9.eE+truefalsn-]{0,24}"#) {
        let ours = read(text.as_bytes(), Reader::new(text.as_bytes())).is_ok();
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn strings_come_back(text in "\\PC{0,12}|[\u{0}-\u{1f}\"\\\\]{0,6}") {
        let quoted = serde_json::to_string(&text).unwrap();
        let tokens = read(quoted.as_bytes(), Reader::new(quoted.as_bytes()));
        prop_assert_eq!(tokens, Ok(1));
        prop_assert_eq!(unquote(quoted.as_bytes(), &(0..quoted.len())), text);
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = read(&bytes, Reader::new(&bytes));
        let _ = read(&bytes, Reader::relaxed(&bytes));
        let _ = object(&bytes);
    }
}
