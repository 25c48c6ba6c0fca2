//! Badges: an SVG in the common flat style, and the JSON that a badge server reads.
//!
//! A badge says whose word it goes by: a level that only the publisher states is marked `(declared)`.

use crate::format::{Format, Options, Several, Subject};
use crate::{safe, words};
use candor_facts::Role;
use serde_json::json;

/// The drawing.
pub(crate) const SVG: Format = Format {
    id: "badge",
    media_type: "image/svg+xml",
    ends: ".svg",
    purpose: "A badge as SVG: level, revision, and the date given with --date",
    people: false,
    several: Several::No,
    assess: Some(|subjects, options| subjects.iter().map(|subject| drawing(&Badge::new(subject, options))).collect()),
    compare: None,
    explain: None,
};

/// What a badge server reads.
pub(crate) const ENDPOINT: Format = Format {
    id: "badge-json",
    media_type: "application/json",
    ends: "",
    purpose: "A badge as JSON for the endpoint of a badge server (shields.io)",
    people: false,
    several: Several::No,
    assess: Some(|subjects, options| subjects.iter().map(|subject| endpoint(&Badge::new(subject, options))).collect()),
    compare: None,
    explain: None,
};

const LABEL: &str = "openness";

struct Badge {
    message: String,
    colour: &'static str,
    /// What the badge says in a sentence.
    title: String,
}

impl Badge {
    fn new(subject: &Subject<'_, '_>, options: &Options<'_>) -> Self {
        let standing = subject.assessment.standings.iter().find(|standing| standing.framework == "spectrum");
        let confirmed = standing.and_then(|standing| standing.confirmed.as_deref());
        let declared = standing.and_then(|standing| standing.declared.as_deref());
        // What is only declared never looks like what is confirmed, and never hides it.
        let (level, title) = match (confirmed, declared) {
            (None, None) => ("unknown".to_owned(), "nothing supports any level".to_owned()),
            (Some(level), said) if said.is_none() || said == Some(level) => {
                (words::level(level), format!("{} (confirmed)", words::level(level)))
            }
            (None, Some(said)) => (
                format!("{} (declared)", words::level(said)),
                format!("{} by the publisher's word; nothing confirmed", words::level(said)),
            ),
            (Some(level), said) => {
                let said = words::level(said.unwrap_or("unknown"));
                (words::level(level), format!("{} confirmed; {said} by the publisher's word", words::level(level)))
            }
        };
        let colour = match confirmed {
            Some("open-source") => "#1a7f37",
            Some("open-weights-data-info") => "#3d7a10",
            Some("open-weights") => "#8a6100",
            Some("closed") => "#a12622",
            _ => "#5f6670",
        };
        let revision = subject.sheet.own_parts().iter().find(|part| part.role == Role::Model);
        let revision: String =
            revision.and_then(|part| part.revision.as_deref()).unwrap_or_default().chars().take(8).collect();
        let mut message = level;
        if !revision.is_empty() {
            message.push_str(&format!(" @ {}", safe::plain(&revision)));
        }
        if let Some(date) = options.date {
            message.push_str(&format!(" · {date}"));
        }
        let title = format!("{}: {title}", safe::plain(&subject.sheet.release.id));
        Self { message, colour, title }
    }
}

fn endpoint(badge: &Badge) -> String {
    // No further key is allowed by those who read it.
    json!({"schemaVersion": 1, "label": LABEL, "message": badge.message, "color": badge.colour}).to_string()
}

/// The flat style, 20 pixels high. Lengths of texts are set, so that they fit in whatever font is at hand.
fn drawing(badge: &Badge) -> String {
    let (left, right) = (tenths(LABEL) / 10, tenths(&badge.message) / 10);
    let (split, width) = (left + 10, left + right + 20);
    let title = safe::html(&badge.title);
    let text = |middle: usize, length: usize, words: &str| {
        let words = safe::html(words);
        format!(
            "<text aria-hidden=\"true\" x=\"{middle}\" y=\"15\" fill=\"#010101\" fill-opacity=\".3\" textLength=\"{length}\">{words}</text>\
             <text x=\"{middle}\" y=\"14\" fill=\"#fff\" textLength=\"{length}\">{words}</text>"
        )
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"20\" role=\"img\" aria-label=\"{title}\">\
         <title>{title}</title>\
         <linearGradient id=\"s\" x2=\"0\" y2=\"100%\"><stop offset=\"0\" stop-color=\"#bbb\" stop-opacity=\".1\"/><stop offset=\"1\" stop-opacity=\".1\"/></linearGradient>\
         <clipPath id=\"r\"><rect width=\"{width}\" height=\"20\" rx=\"3\" fill=\"#fff\"/></clipPath>\
         <g clip-path=\"url(#r)\"><rect width=\"{split}\" height=\"20\" fill=\"#3c4149\"/>\
         <rect x=\"{split}\" width=\"{}\" height=\"20\" fill=\"{}\"/><rect width=\"{width}\" height=\"20\" fill=\"url(#s)\"/></g>\
         <g text-anchor=\"middle\" font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" font-size=\"11\" text-rendering=\"geometricPrecision\">{}{}</g></svg>\n",
        right + 10,
        badge.colour,
        text(split / 2, left, LABEL),
        text(split + (right + 10) / 2, right, &badge.message),
    )
}

/// About how wide a text is at 11 pixels, in tenths of a pixel: rounded widths of a humanist sans.
fn tenths(text: &str) -> usize {
    let one = |c: char| match c {
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' | '·' => 34,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '-' => 46,
        'm' | 'w' | 'M' | 'W' | '@' => 104,
        'A'..='Z' => 78,
        c if c.is_ascii() => 68,
        _ => 110,
    };
    text.chars().map(one).sum::<usize>()
}
