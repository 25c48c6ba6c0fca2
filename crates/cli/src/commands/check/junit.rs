//! Results of `check` as JUnit XML: a suite a model, a test a demand that does not fit, or one that holds.

use super::{Checked, Report, Severity, word};
use std::fmt::Write as _;

/// The document.
pub(super) fn document(report: &Report) -> String {
    let count =
        |wanted: &[Severity]| report.problems().filter(|(_, problem)| wanted.contains(&problem.severity)).count();
    let suites: Vec<(String, usize)> = report.checked.iter().map(suite).collect();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"candor check\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        suites.iter().map(|(_, tests)| tests).sum::<usize>(),
        count(&[Severity::Violated]),
        count(&[Severity::Undetermined]),
    );
    for (text, _) in &suites {
        out.push_str(text);
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(one: &Checked) -> (String, usize) {
    let count = |wanted: Severity| one.judgement.problems.iter().filter(|problem| problem.severity == wanted).count();
    let tests = one.judgement.problems.len().max(1);
    let skipped = count(Severity::Warning) + count(Severity::Excepted);
    let mut out = format!(
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\" skipped=\"{skipped}\">\n",
        escaped(&one.model),
        count(Severity::Violated),
        count(Severity::Undetermined),
    );
    if one.judgement.problems.is_empty() {
        let _ = writeln!(out, "    <testcase classname=\"{}\" name=\"policy\"/>", escaped(&one.model));
    }
    for problem in &one.judgement.problems {
        let element = match problem.severity {
            Severity::Violated => "failure",
            Severity::Undetermined => "error",
            Severity::Warning | Severity::Excepted => "skipped",
        };
        let places: Vec<String> =
            one.references.iter().map(|reference| format!("{}:{}", reference.path, reference.line)).collect();
        let _ = writeln!(
            out,
            "    <testcase classname=\"{}\" name=\"{}\"><{element} message=\"{}\">{}</{element}></testcase>",
            escaped(&one.model),
            escaped(&problem.key),
            escaped(&format!("{}: {}", word(problem.severity), problem.what)),
            escaped(&places.join(", ")),
        );
    }
    out.push_str("  </testsuite>\n");
    (out, tests)
}

/// A text for XML: marks written out, and what XML cannot hold left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn texts_are_escaped() {
        assert_eq!(super::escaped("a<b & \"c\"\u{1}"), "a&lt;b &amp; &quot;c&quot;\u{fffd}");
    }
}
