//! One self-contained page: no script, no request, printable, every mark leads to its evidence.
//!
//! All words of others go through [`safe::html`]; the page's own policy forbids everything but its style.

mod marks;
mod proofs;
mod sections;
mod side;
mod verdict;

use crate::content::Content;
use crate::format::{Excerpt, Format, Options, Several, Subject};
use crate::safe;
use crate::words;

/// A page for browsers.
pub(crate) const FORMAT: Format = Format {
    id: "html",
    media_type: "text/html; charset=utf-8",
    ends: ".html",
    purpose: "One self-contained page, to send, print or publish",
    people: false,
    several: Several::No,
    assess: Some(assess),
    compare: Some(side::compare),
    explain: Some(explain),
};

fn assess(subjects: &[Subject<'_, '_>], options: &Options<'_>) -> String {
    subjects.iter().map(|subject| report(subject, options)).collect()
}

/// What a page is made of.
struct Page<'p, 'a> {
    content: Content<'p, 'a>,
    excerpt: &'p Excerpt<'p>,
    out: String,
}

fn page<'p, 'a>(subject: &Subject<'p, 'a>) -> Page<'p, 'a> {
    let content = Content::new(subject.sheet, subject.assessment);
    Page { content, excerpt: subject.excerpt, out: String::new() }
}

fn report(subject: &Subject<'_, '_>, options: &Options<'_>) -> String {
    let mut page = page(subject);
    page.header(options);
    page.out.push_str("<main id=\"main\">\n");
    page.verdict();
    page.next();
    page.answers();
    page.components();
    page.terms();
    page.claims();
    page.unseen();
    page.requirements(subject.frameworks, None);
    page.evidence(|_| true);
    page.out.push_str("</main>\n");
    page.footer(options);
    frame(&format!("{}: how open is it?", subject.sheet.release.id), &page.out)
}

/// The trees of some requirements, with the evidence below them.
fn explain(subject: &Subject<'_, '_>, roots: &[String], options: &Options<'_>) -> String {
    let mut page = page(subject);
    page.header(options);
    page.out.push_str("<main id=\"main\">\n");
    let wanted = page.below(roots);
    page.requirements(subject.frameworks, Some(&wanted));
    let used = page.cited(&wanted);
    page.evidence(|number| used.contains(&number));
    page.out.push_str("</main>\n");
    page.footer(options);
    frame(&format!("{}: {}", subject.sheet.release.id, roots.join(", ")), &page.out)
}

/// The page around a body.
fn frame(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"Candor\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the verdict</a>\n{}\n{body}</body>\n</html>\n",
        safe::html(title),
        include_str!("html/style.css"),
        marks::SHAPES,
    )
}

impl Page<'_, '_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A place as a link to its entry among the evidence.
    fn chip(&self, number: usize) -> String {
        let Some(evidence) = self.content.evidence.get(number) else { return String::new() };
        let place = words::place(self.content.sheet, evidence);
        format!("<a class=\"path\" href=\"#e{number}\">{}</a>", safe::html(&place))
    }

    /// Places as links, all of them, those beyond a few folded.
    fn chips(&self, numbers: &[usize]) -> String {
        const OPEN: usize = 4;
        let mut seen = Vec::new();
        for number in numbers {
            if !seen.contains(number) {
                seen.push(*number);
            }
        }
        if seen.is_empty() {
            return String::new();
        }
        let (first, more) = seen.split_at(seen.len().min(OPEN));
        let list = |numbers: &[usize]| numbers.iter().map(|at| self.chip(*at)).collect::<Vec<_>>().join(" ");
        let mut out = format!("<span class=\"places\">{}</span>", list(first));
        if !more.is_empty() {
            let count = more.len();
            let places = if count == 1 { "place" } else { "places" };
            out.push_str(&format!(
                "<details class=\"more\"><summary>{count} more {places}</summary><p class=\"places\">{}</p></details>",
                list(more)
            ));
        }
        out
    }
}
