//! Drawings: marks, the spectrum, the size. Whole numbers only; lengths along a drawing are in per mille.

use crate::words;
use candor_assess::{Presence, Standing};
use std::fmt::Write as _;

/// The shapes of all marks, once a page. They differ by shape, so that colour is not needed.
pub(super) const SHAPES: &str = concat!(
    r##"<svg width="0" height="0" class="hide" aria-hidden="true"><defs>"##,
    r##"<symbol id="m-here" viewBox="0 0 18 18"><circle cx="9" cy="9" r="7" fill="currentColor"/></symbol>"##,
    r##"<symbol id="m-part" viewBox="0 0 18 18"><circle cx="9" cy="9" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7"/><path d="M9 2.8a6.2 6.2 0 0 0 0 12.4z" fill="currentColor"/></symbol>"##,
    r##"<symbol id="m-told" viewBox="0 0 18 18"><circle cx="9" cy="9" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7"/></symbol>"##,
    r##"<symbol id="m-said" viewBox="0 0 18 18"><circle cx="9" cy="9" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7" stroke-dasharray="2.6 1.8"/><circle cx="9" cy="9" r="2.4" fill="currentColor"/></symbol>"##,
    r##"<symbol id="m-absent" viewBox="0 0 18 18"><path d="M4.5 4.5l9 9m0-9l-9 9" stroke="currentColor" stroke-width="2.1" stroke-linecap="round" fill="none"/></symbol>"##,
    r##"<symbol id="m-unknown" viewBox="0 0 18 18"><path d="M6.2 7.2a2.8 2.8 0 1 1 3.9 2.5c-.8.4-1.1.8-1.1 1.7" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/><circle cx="9" cy="13.9" r="1.1" fill="currentColor"/></symbol>"##,
    r##"<symbol id="m-yes" viewBox="0 0 18 18"><path d="M4 9.6l3.3 3.3L14 5.6" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></symbol>"##,
    r##"</defs></svg>"##,
);

/// The mark of a component: shape, colour, word.
pub(super) fn presence(presence: Presence, basis: &str) -> (&'static str, &'static str, &'static str) {
    match (presence, basis) {
        (Presence::Available, "declared") => ("m-said", "doubt", "elsewhere, as said"),
        (Presence::Available, _) => ("m-here", "good", "here"),
        (Presence::Partial, _) => ("m-part", "doubt", "in part"),
        (Presence::Described, _) => ("m-told", "doubt", "told of"),
        (Presence::Absent, "declared") => ("m-absent", "bad", "withheld"),
        (Presence::Absent, _) => ("m-absent", "bad", "absent"),
        (Presence::Unknown, _) => ("m-unknown", "faint", "unknown"),
    }
}

/// All marks with what they mean, for the legend.
pub(super) const LEGEND: &[(&str, &str, &str)] = &[
    ("m-here", "good", "here"),
    ("m-part", "doubt", "in part"),
    ("m-told", "doubt", "told of, not published"),
    ("m-said", "doubt", "elsewhere, as the publisher says"),
    ("m-absent", "bad", "absent"),
    ("m-unknown", "faint", "unknown"),
];

/// A mark, beside a text that says the same.
pub(super) fn dot(shape: &str, colour: &str) -> String {
    format!("<svg class=\"dot {colour}\" aria-hidden=\"true\" focusable=\"false\"><use href=\"#{shape}\"/></svg>")
}

/// Where a level lies on the drawing, in per mille of its width.
fn at(rank: usize, levels: usize) -> usize {
    1000 * (2 * rank + 1) / (2 * levels.max(1))
}

/// Per mille as per cent.
fn percent(mille: usize) -> String {
    format!("{}.{}%", mille / 10, mille % 10)
}

/// The spectrum: solid as far as it is confirmed, dashed as far as it is said, dotted as far as it is not ruled out.
pub(super) fn spectrum(standing: &Standing) -> String {
    let levels = standing.ladder.len();
    let rank = |level: Option<&str>| level.and_then(|level| standing.ladder.iter().position(|known| known == level));
    let confirmed = rank(standing.confirmed.as_deref());
    let declared = rank(standing.declared.as_deref());
    let possible = rank(Some(&standing.possible));
    let mut svg =
        format!("<svg class=\"spectrum\" role=\"img\" aria-label=\"{}\">", crate::safe::html(&label(standing)));
    let mut line = |from: usize, to: usize, rest: &str| {
        let (from, to) = (percent(at(from, levels)), percent(at(to, levels)));
        let _ = write!(svg, "<line x1=\"{from}\" x2=\"{to}\" y1=\"22\" y2=\"22\" {rest}/>");
    };
    line(0, levels.saturating_sub(1), "stroke=\"var(--track)\" stroke-width=\"2\"");
    if let Some(to) = possible.filter(|to| Some(*to) > confirmed.max(declared)) {
        let from = confirmed.max(declared).unwrap_or(0);
        line(from, to, "stroke=\"var(--doubt)\" stroke-width=\"4\" stroke-dasharray=\"1 8\" stroke-linecap=\"round\"");
    }
    if let Some(to) = declared.filter(|to| Some(*to) > confirmed) {
        line(confirmed.unwrap_or(0), to, "stroke=\"var(--doubt)\" stroke-width=\"5\" stroke-dasharray=\"9 5\"");
    }
    if let Some(to) = confirmed {
        line(0, to, "stroke=\"var(--good)\" stroke-width=\"7\" stroke-linecap=\"round\"");
    }
    for rank in 0..levels {
        let x = percent(at(rank, levels));
        let held = confirmed.is_some_and(|confirmed| rank <= confirmed);
        let shape = if Some(rank) == confirmed {
            "r=\"14\" fill=\"var(--good)\" stroke=\"var(--card)\" stroke-width=\"3\"".to_owned()
        } else if Some(rank) == declared && !held {
            "r=\"11\" fill=\"var(--card)\" stroke=\"var(--doubt)\" stroke-width=\"4\" stroke-dasharray=\"5 3\""
                .to_owned()
        } else if held {
            "r=\"7\" fill=\"var(--good)\"".to_owned()
        } else {
            let open = possible.is_some_and(|possible| rank <= possible);
            let colour = if open { "var(--doubt)" } else { "var(--track)" };
            format!("r=\"7\" fill=\"var(--card)\" stroke=\"{colour}\" stroke-width=\"2\"")
        };
        let _ = write!(svg, "<circle cx=\"{x}\" cy=\"22\" {shape}/>");
    }
    svg.push_str("</svg>");
    svg
}

/// What stands at a level, in a word.
pub(super) fn level_word(standing: &Standing, level: &str) -> &'static str {
    let rank = standing.rank(Some(level));
    if standing.confirmed.as_deref() == Some(level) {
        "confirmed"
    } else if standing.declared.as_deref() == Some(level) {
        "by the publisher’s word"
    } else if rank > standing.rank(Some(&standing.possible)) {
        "ruled out"
    } else if rank > standing.rank(standing.confirmed.as_deref()).max(standing.rank(standing.declared.as_deref())) {
        "not ruled out"
    } else {
        ""
    }
}

fn label(standing: &Standing) -> String {
    let name = |level: Option<&str>| level.map_or("unknown".to_owned(), words::level);
    format!(
        "Spectrum from closed to open source. Confirmed: {}. By the publisher's word: {}. Not ruled out: {}.",
        name(standing.confirmed.as_deref()),
        name(standing.declared.as_deref()),
        words::level(&standing.possible)
    )
}

/// Thousandths of the decimal logarithm of 1 to 10.
const LOG: [u64; 10] = [0, 301, 477, 602, 699, 778, 845, 903, 954, 1000];

/// Thousandths of the decimal logarithm, straight between whole digits: enough to place a mark.
fn log10(count: u64) -> u64 {
    let mut size = 1u64;
    let mut decades = 0;
    while count / size >= 10 {
        size = size.saturating_mul(10);
        decades += 1;
    }
    let digit = (count / size).clamp(1, 9);
    let tenths = if size >= 10 { (count / (size / 10)) % 10 } else { 0 };
    let index = usize::try_from(digit).unwrap_or(1);
    let (low, high) = (LOG.get(index - 1).copied().unwrap_or(0), LOG.get(index).copied().unwrap_or(1000));
    1000 * decades + low + (high - low) * tenths / 10
}

/// The number of parameters on a scale of powers of ten, from ten thousand to ten million million.
pub(super) fn size(parameters: u64) -> String {
    const LOW: u64 = 4000;
    const HIGH: u64 = 13000;
    let x = |log: u64| {
        let mille = 30 + 940 * (log.clamp(LOW, HIGH) - LOW) / (HIGH - LOW);
        percent(usize::try_from(mille).unwrap_or(0))
    };
    let told = words::parameters(parameters);
    let mut svg =
        format!("<svg class=\"size\" role=\"img\" aria-label=\"{told} parameters, on a scale of powers of ten\">");
    let _ = write!(
        svg,
        "<line x1=\"{}\" x2=\"{}\" y1=\"14\" y2=\"14\" stroke=\"var(--track)\" stroke-width=\"2\"/>",
        x(LOW),
        x(HIGH)
    );
    for (log, name) in [(4000, "10 k"), (6000, "1 M"), (9000, "1 B"), (12000, "1 T")] {
        let at = x(log);
        let _ = write!(
            svg,
            "<line x1=\"{at}\" x2=\"{at}\" y1=\"9\" y2=\"19\" stroke=\"var(--track)\" stroke-width=\"2\"/><text x=\"{at}\" y=\"38\" text-anchor=\"middle\">{name}</text>"
        );
    }
    let _ = write!(svg, "<circle cx=\"{}\" cy=\"14\" r=\"8\" fill=\"var(--accent)\"/></svg>", x(log10(parameters)));
    svg
}

#[cfg(test)]
mod tests {
    #[test]
    fn logarithms_of_whole_numbers() {
        for (count, expected) in
            [(0, 0), (1, 0), (2, 301), (10, 1000), (25, 1389), (7_000_000_000, 9845), (u64::MAX, 19240)]
        {
            let found = super::log10(count);
            assert!(found.abs_diff(expected) <= 25, "{count}: {found}");
        }
    }
}
