//! Results of `check` as Markdown, for the summary of a build.

use super::{Report, verdict, word};
use std::fmt::Write as _;

/// The document.
pub(super) fn document(report: &Report) -> String {
    let mut out = format!("## Models: policy {}\n\n", verdict(report.worst()));
    if report.checked.is_empty() {
        let _ = writeln!(out, "No model is named in the {} files that were searched.\n", report.searched);
    } else {
        out.push_str("| model | verdict | what | named at |\n|---|---|---|---|\n");
    }
    for one in &report.checked {
        let places: Vec<String> =
            one.references.iter().map(|reference| format!("`{}:{}`", cell(&reference.path), reference.line)).collect();
        let problems: Vec<String> = one
            .judgement
            .problems
            .iter()
            .map(|problem| format!("{}: `{}` {}", word(problem.severity), cell(&problem.key), cell(&problem.what)))
            .collect();
        let what = if problems.is_empty() { "fits".to_owned() } else { problems.join("<br>") };
        let _ = writeln!(
            out,
            "| `{}` | {} | {what} | {} |",
            cell(&one.model),
            verdict(one.judgement.worst()),
            places.join(", ")
        );
    }
    for (line, what) in &report.idle {
        let _ = writeln!(out, "\n- warning, `{}:{line}`: {}", cell(&report.policy), cell(what));
    }
    for (path, why) in &report.unread {
        let _ = writeln!(out, "\n- not searched, `{}`: {}", cell(path), cell(why));
    }
    out
}

/// A text that stays in its cell and is no markup.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' => out.push_str("\\|"),
            '<' => out.push_str("&lt;"),
            '`' => out.push('\''),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
