//! Releases side by side for spreadsheets: one row a question, differences first (RFC 4180, UTF-8).

use crate::format::{Format, Options, Several, Subject};
use crate::rows::{Row, rows};
use crate::safe;

/// A table for spreadsheets.
pub(crate) const FORMAT: Format = Format {
    id: "csv",
    media_type: "text/csv; charset=utf-8",
    ends: ".csv",
    purpose: "A table for spreadsheets, differences first",
    people: false,
    several: Several::Yes,
    assess: None,
    compare: Some(compare),
    explain: None,
};

fn compare(subjects: &[Subject<'_, '_>], _: &Options<'_>) -> String {
    let mut out = String::from("differs,section,question");
    for subject in subjects {
        out.push(',');
        out.push_str(&safe::csv(&subject.sheet.release.id));
    }
    out.push_str("\r\n");
    let rows = rows(subjects);
    let (differ, agree): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.differs());
    for row in differ.into_iter().chain(agree) {
        out.push_str(if row.differs() { "yes," } else { "no," });
        out.push_str(&safe::csv(row.section));
        out.push(',');
        out.push_str(&safe::csv(&row.label));
        for cell in &row.cells {
            out.push(',');
            out.push_str(&safe::csv(&cell.text));
        }
        out.push_str("\r\n");
    }
    out
}
