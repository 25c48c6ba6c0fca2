use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let shown = match Expression::parse(text) {
        Ok(e) => e.to_string(),
        Err(e) => format!("error: {e}"),
    };
    assert_eq!(shown, expected, "{text}");
}

#[test]
fn expressions() {
    check("mit", "MIT");
    check("MIT OR apache-2.0", "MIT OR Apache-2.0");
    check("MIT OR Apache-2.0 AND ISC", "MIT OR Apache-2.0 AND ISC");
    check("(MIT OR Apache-2.0) AND ISC", "(MIT OR Apache-2.0) AND ISC");
    check("gpl-2.0+", "GPL-2.0-or-later");
    check("GPL-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0");
    check("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0");
    check("LicenseRef-llama-3.1", "LicenseRef-llama-3.1");
    check("DocumentRef-x:LicenseRef-y", "LicenseRef-y");
    check("Apache-2.0+", "Apache-2.0");
    check("MIT AND MIT", "MIT");
}

#[test]
fn what_is_no_expression() {
    check("", "error: licence id expected at byte 0");
    check("MIT OR", "error: licence id expected at byte 6");
    check("my licence", "error: not an SPDX licence id at byte 0");
    check("(MIT", "error: missing ) at byte 4");
    check("MIT Apache-2.0", "error: unexpected word at byte 4");
    check(&"(".repeat(3000), "error: parentheses nest too deeply at byte 33");
    check("LicenseRef-a b", "error: unexpected word at byte 13");
    check("LicenseRef-a_b", "error: not an SPDX licence id at byte 0");
}
