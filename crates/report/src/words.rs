//! Words for levels, statuses and places, the same in every text.

use crate::layout::Style;
use candor_assess::{AnswerWord, Presence, Status};
use candor_facts::{Basis, Evidence, FactSheet, Part, PartIndex, Place};

/// A level of a ladder as people say it.
pub(crate) fn level(id: &str) -> String {
    match id {
        "open-weights-data-info" => "open weights with data information".to_owned(),
        "open-source-ai" => "open source AI".to_owned(),
        "open-source-ai-open-data" => "open source AI with open data".to_owned(),
        "III" | "II" | "I" => format!("class {id}"),
        other => other.replace('-', " "),
    }
}

/// A level of a framework's ladder as people say it.
pub(crate) fn level_of(framework: &str, id: &str) -> String {
    match (framework, id) {
        ("g7", "none") => "below all names".to_owned(),
        (_, "none") => "none".to_owned(),
        (_, id) => level(id),
    }
}

/// A framework's short name as people say it.
pub(crate) fn framework(short: &str) -> &str {
    match short {
        "spectrum" => "Spectrum",
        "g7" => "G7",
        "osaid" => "OSAID 1.0",
        "mof" => "MOF",
        "eosai" => "European index",
        "eu-exemption" => "EU AI Act",
        other => other,
    }
}

pub(crate) fn status(status: Status) -> (&'static str, Style) {
    match status {
        Status::Met => ("met", Style::Good),
        Status::NotMet => ("not met", Style::Bad),
        Status::Unknown => ("unknown", Style::Doubt),
        Status::NotApplicable => ("not applicable", Style::Faint),
    }
}

pub(crate) fn answer(answer: AnswerWord) -> (&'static str, Style) {
    match answer {
        AnswerWord::Yes => ("yes", Style::Good),
        AnswerWord::WithLimits => ("limits", Style::Doubt),
        AnswerWord::No => ("no", Style::Bad),
        AnswerWord::Unknown => ("unknown", Style::Doubt),
    }
}

/// The mark of a component: told apart by shape, not only by colour.
pub(crate) fn mark(presence: Presence, basis: &str) -> (&'static str, Style) {
    match (presence, basis) {
        (Presence::Available, "declared") => ("~", Style::Doubt),
        (Presence::Available, _) => ("●", Style::Good),
        (Presence::Partial, _) => ("◐", Style::Doubt),
        (Presence::Described, _) => ("○", Style::Doubt),
        (Presence::Absent, _) => ("×", Style::Bad),
        (Presence::Unknown, _) => ("?", Style::Faint),
    }
}

/// The word of a component's mark.
pub(crate) fn presence(presence: Presence, basis: &str) -> &'static str {
    match (presence, basis) {
        (Presence::Available, "declared") => "elsewhere (said)",
        (Presence::Available, _) => "here",
        (Presence::Partial, _) => "part",
        (Presence::Described, _) => "told of",
        (Presence::Absent, "declared") => "withheld",
        (Presence::Absent, _) => "absent",
        (Presence::Unknown, _) => "unknown",
    }
}

/// Explains the marks.
pub(crate) const LEGEND: &str = "● here  ◐ part  ○ told of  ~ only said  × absent  ? unknown";

/// A path, with the part where there are several.
pub(crate) fn path(sheet: &FactSheet, part: PartIndex, path: &str) -> String {
    if sheet.release.parts.len() < 2 {
        return path.to_owned();
    }
    sheet.release.part(part).map_or(path.to_owned(), |part| format!("{}: {path}", part_name(part)))
}

/// A part by where it was published, or by what it holds.
pub(crate) fn part_name(part: &Part) -> String {
    let locator = part.locator.as_deref().and_then(|locator| locator.split_once(':'));
    locator.map_or_else(|| part.role.to_string(), |(_, rest)| rest.to_owned())
}

/// A place as `path:line`, with the part where there are several.
pub(crate) fn place(sheet: &FactSheet, evidence: &Evidence) -> String {
    let head = path(sheet, evidence.place.part(), "");
    match &evidence.place {
        Place::Span { path, line, .. } if *line > 0 => format!("{head}{path}:{line}"),
        Place::Span { path, start, end, .. } => format!("{head}{path} bytes {start}..{end}"),
        Place::Listed { path, .. } => format!("{head}{path}"),
        Place::Absent { sought, complete, .. } => {
            let listing = if *complete { "a complete listing" } else { "an incomplete listing" };
            format!("{head}{listing} without {sought}")
        }
    }
}

/// Who says so, as a remark behind a place.
pub(crate) fn basis(basis: &Basis) -> String {
    match basis {
        Basis::Observed => "observed".to_owned(),
        Basis::Declared => "declared".to_owned(),
        Basis::Attested { by } => format!("attested by {by}"),
    }
}

/// 8030261248 → `8.03 B`, in whole arithmetic.
pub(crate) fn parameters(count: u64) -> String {
    for (unit, size) in [("T", 1_000_000_000_000), ("B", 1_000_000_000), ("M", 1_000_000)] {
        if count >= size {
            let hundredths = count / (size / 100);
            return format!("{}.{:02} {unit}", hundredths / 100, hundredths % 100);
        }
    }
    grouped(count)
}

/// 25824 → `25 824`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn parameters_in_whole_arithmetic() {
        for (count, expected) in
            [(25_824, "25 824"), (8_030_261_248, "8.03 B"), (405_000_000_000, "405.00 B"), (1, "1")]
        {
            assert_eq!(super::parameters(count), expected);
        }
    }
}
