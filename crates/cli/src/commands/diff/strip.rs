//! The heat strip: a cell for each tensor in the order of names, from pale for little change to dark for much.

use candor_verify::diff::{Diff, TensorDiff};
use std::fmt::Write;

/// Cells of one line.
const WIDE: usize = 64;
/// Side of a cell.
const CELL: usize = 12;

/// Draw it.
pub(super) fn draw(diff: &Diff) -> String {
    let cells: Vec<(String, String)> = diff
        .tensors
        .iter()
        .map(|one| (colour(one).to_owned(), title(one)))
        .chain(diff.removed.iter().map(|name| ("#7a5195".to_owned(), format!("{name}: only in A"))))
        .chain(diff.added.iter().map(|name| ("#2f9e8f".to_owned(), format!("{name}: only in B"))))
        .collect();
    let (width, height) = (WIDE * CELL, cells.len().div_ceil(WIDE).max(1) * CELL + 24);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>Tensors by how much they changed</title>\n"
    );
    for (at, (colour, title)) in cells.iter().enumerate() {
        let (x, y, side) = (at % WIDE * CELL, at / WIDE * CELL, CELL - 1);
        let title = escape(title);
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" fill=\"{colour}\"><title>{title}</title></rect>"
        );
    }
    let legend = [
        ("#d9dee3", "equal"),
        ("#fde0a5", "&lt; 0.1 %"),
        ("#f7a35c", "&lt; 3 %"),
        ("#dd513a", "&lt; 30 %"),
        ("#7f0d1f", "more"),
        ("#7a5195", "only in A"),
        ("#2f9e8f", "only in B"),
        ("#000000", "not compared"),
    ];
    for (at, (colour, word)) in legend.iter().enumerate() {
        let (x, y) = (at * WIDE * CELL / legend.len(), height - 14);
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"10\" height=\"10\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"{}\" font-family=\"sans-serif\" font-size=\"10\" fill=\"#555\">{word}</text>",
            x + 14,
            y + 9
        );
    }
    out.push_str("</svg>\n");
    out
}

/// By the length of the change relative to that of A.
fn colour(one: &TensorDiff) -> &'static str {
    match (&one.numbers, one.kind.word()) {
        (_, "equal") => "#d9dee3",
        (None, _) => "#000000",
        (Some(numbers), _) => match numbers.relative {
            ..0.001 => "#fde0a5",
            ..0.03 => "#f7a35c",
            ..0.3 => "#dd513a",
            _ => "#7f0d1f",
        },
    }
}

fn title(one: &TensorDiff) -> String {
    let relative = one.numbers.as_ref().map(|numbers| format!(", relative L2 {:.3e}", numbers.relative));
    format!("{}: {}{}", one.names[0], one.kind, relative.unwrap_or_default())
}

/// Names come from others: nothing of them may become markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn names_become_no_markup() {
        assert_eq!(escape("a<b>&\"c\u{1b}"), "a&lt;b&gt;&amp;&quot;c\u{fffd}");
    }
}
