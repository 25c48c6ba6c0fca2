//! The same licence in other clothes: wrapped anew, as Markdown, as HTML, as a comment, with other list markers,
//! names and dates. Runs over the corpus when it is there, and says so when it is not.
#![allow(clippy::print_stderr, reason = "a test that did not run must say so")]
#![allow(clippy::disallowed_methods, reason = "tests read the corpus")]

use std::path::PathBuf;

use candor_license::{MatchKind, identify};

fn texts() -> Option<Vec<(String, String)>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var_os("CANDOR_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(shared.join("corpus/licenses/texts")).ok()? {
        let path = entry.ok()?.path();
        let name = path.file_stem()?.to_str()?.to_owned();
        if name.starts_with("LicenseRef-") && !name.contains("scancode")
            || name == "OpenMDW-1.1"
            || name == "Apache-2.0"
            || name == "MIT"
        {
            found.push((name, String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned()));
        }
    }
    found.sort();
    Some(found)
}

fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    let text = text.trim();
    let mut out = vec![Vec::new()];
    for line in text.lines() {
        match (line.trim().is_empty(), out.last_mut()) {
            (true, Some(last)) if !last.is_empty() => out.push(Vec::new()),
            (false, Some(last)) => last.push(line),
            _ => {}
        }
    }
    out
}

fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    for paragraph in paragraphs(text) {
        let mut column = 0;
        for word in paragraph.iter().flat_map(|l| l.split_whitespace()) {
            if column > 0 && column + word.len() > width {
                out.push('\n');
                column = 0;
            } else if column > 0 {
                out.push(' ');
            }
            out.push_str(word);
            column += word.len() + 1;
        }
        out.push_str("\n\n");
    }
    out
}

fn html(text: &str) -> String {
    let mut out =
        String::from("<!DOCTYPE html><html><head><title>Terms</title><style>p { color: red }</style></head><body>\n");
    for paragraph in paragraphs(text) {
        let inner = paragraph.join("<br/>\n").replace('&', "&amp;").replace('"', "&quot;").replace('’', "&rsquo;");
        out.push_str(&format!(
            "<p class=\"c\">{}</p>\n",
            inner.replace("&quot;Licen", "&ldquo;<b>Licen").replace("ee&quot;", "ee</b>&rdquo;")
        ));
    }
    out + "</body></html>"
}

fn markdown(text: &str) -> String {
    let mut out = String::new();
    for (n, paragraph) in paragraphs(text).iter().enumerate() {
        match paragraph.as_slice() {
            [line] if line.split_whitespace().count() < 8 && n < 40 => out.push_str(&format!("## {}\n\n", line.trim())),
            lines => out.push_str(&format!("{}\n\n", lines.join("\n").replace("Agreement", "**Agreement**"))),
        }
    }
    out
}

fn prefixed(text: &str, prefix: &str) -> String {
    text.lines().map(|l| format!("{prefix}{l}\n")).collect()
}

/// List markers at the start of lines, in another style.
fn remarked(text: &str) -> String {
    text.lines()
        .map(|line| {
            let body = line.trim_start();
            let indent = &line[..line.len() - body.len()];
            match body.split_once([' ', '\t']) {
                Some((marker, rest)) if is_marker(marker) => format!("{indent}* {rest}\n"),
                _ => format!("{line}\n"),
            }
        })
        .collect()
}

fn is_marker(word: &str) -> bool {
    let core = word.trim_matches(|c| "().*-".contains(c));
    core.len() < word.len() && core.len() <= 3 && core.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Other years and another company.
fn renamed(text: &str) -> String {
    ["2022", "2023", "2024", "2025"]
        .iter()
        .fold(text.to_owned(), |t, year| t.replace(year, "2021"))
        .replace("Inc.", "Ltd.")
}

/// A name, how to dress, and whether the text stays exact.
type Cloth = (&'static str, fn(&str) -> String, bool);

#[test]
fn clothes_do_not_matter() {
    let Some(texts) = texts() else {
        eprintln!("NOT RUN: no corpus; set CANDOR_SHARED");
        return;
    };
    let clothes: &[Cloth] = &[
        ("as is", |t| t.to_owned(), true),
        ("wrapped at 60", |t| wrapped(t, 60), true),
        ("one line a paragraph", |t| wrapped(t, 1_000_000), true),
        ("CRLF", |t| t.replace('\n', "\r\n"), true),
        ("html", html, true),
        ("markdown", markdown, true),
        ("// comment", |t| prefixed(t, "// "), true),
        (" * comment", |t| prefixed(t, " * "), true),
        ("capitals", str::to_uppercase, true),
        ("markers", remarked, false),
        ("names and dates", renamed, false),
    ];
    let mut wrong = Vec::new();
    let mut inexact = Vec::new();
    for (name, text) in &texts {
        for (cloth, dress, exact) in clothes {
            let answer = identify(dress(text).as_bytes());
            match answer.matches.first() {
                Some(m) if m.id.as_str() == name => {
                    if *exact && m.kind != MatchKind::Exact {
                        inexact.push(format!("{name} {cloth}"));
                    }
                }
                other => wrong.push(format!("{name} {cloth}: {:?}", other.map(|m| m.id.as_str()))),
            }
        }
    }
    eprintln!(
        "{} texts in {} clothes; not exact: {}: {}",
        texts.len(),
        clothes.len(),
        inexact.len(),
        inexact.join(", ")
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(inexact.len() * 20 <= texts.len() * clothes.len(), "too many are not exact");
}
