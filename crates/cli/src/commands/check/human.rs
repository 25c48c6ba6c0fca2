//! Results of `check` for a terminal.

use super::{Report, Severity, verdict, word};
use crate::output::Output;
use candor_report::Style;

/// The text.
pub(super) fn document(report: &Report, output: &Output) -> String {
    let paint = output.paint;
    let mut out = String::new();
    for one in &report.checked {
        let worst = one.judgement.worst();
        let style = match worst {
            Some(Severity::Violated) => Style::Bad,
            Some(_) => Style::Doubt,
            None => Style::Good,
        };
        let revision = one.revision.as_ref().map(|revision| format!(" @ {revision}")).unwrap_or_default();
        out.push_str(&format!(
            "{}{revision}: {}\n",
            paint.apply(Style::Heading, &one.model),
            paint.apply(style, verdict(worst))
        ));
        for reference in &one.references {
            let at = format!("{}:{}:{}", reference.path, reference.line, reference.column);
            out.push_str(&format!("  named at {at} ({})\n", reference.kind));
        }
        for problem in &one.judgement.problems {
            let style = match problem.severity {
                Severity::Violated => Style::Bad,
                Severity::Undetermined | Severity::Warning => Style::Doubt,
                Severity::Excepted => Style::Faint,
            };
            out.push_str(&format!(
                "  {} {}: {}\n",
                paint.apply(style, word(problem.severity)),
                problem.key,
                problem.what
            ));
        }
    }
    for (line, what) in &report.idle {
        out.push_str(&format!("{} {}:{line}: {what}\n", paint.apply(Style::Doubt, "warning"), report.policy));
    }
    for (path, why) in &report.unread {
        out.push_str(&format!("{} {path}: {why}\n", paint.apply(Style::Doubt, "not searched")));
    }
    let count = |wanted: Severity| report.problems().filter(|(_, problem)| problem.severity == wanted).count();
    if report.checked.is_empty() {
        out.push_str(&format!("no model is named in the {} files that were searched\n", report.searched));
    }
    out.push_str(&format!(
        "{} {}: policy {}; violated {}, undetermined {}, warnings {}, let pass {}\n",
        report.checked.len(),
        if report.checked.len() == 1 { "model" } else { "models" },
        verdict(report.worst()),
        count(Severity::Violated),
        count(Severity::Undetermined),
        count(Severity::Warning) + report.idle.len(),
        count(Severity::Excepted),
    ));
    out
}
