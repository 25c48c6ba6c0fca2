//! Columns, wrapping and emphasis for terminals. Text is complete without colour.

use unicode_width::UnicodeWidthStr;

/// What a piece of text means; a terminal may colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A heading.
    Heading,
    /// Good news.
    Good,
    /// Bad news.
    Bad,
    /// Neither known.
    Doubt,
    /// Of less weight.
    Faint,
}

/// How to emphasise: none, or by ANSI sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    /// Whether to write ANSI sequences.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Paint {
    /// No colour, 80 columns.
    pub const PLAIN: Self = Self { colour: false, width: 80 };

    /// Emphasise.
    pub fn apply(self, style: Style, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match style {
            Style::Heading => "1",
            Style::Good => "32",
            Style::Bad => "31",
            Style::Doubt => "33",
            Style::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Columns that a text takes, escape sequences not counted.
pub(crate) fn width(text: &str) -> usize {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(rest.get(..at).unwrap_or_default());
        let tail = rest.get(at..).unwrap_or_default();
        rest = tail.find('m').and_then(|end| tail.get(end + 1..)).unwrap_or_default();
    }
    plain.push_str(rest);
    plain.width()
}

/// Pad with spaces to so many columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Break a text into lines of at most so many columns, at spaces; a longer word is cut.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        let mut word = word.to_owned();
        while width(&word) > columns {
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            let mut cut = 0;
            let mut used = 0;
            for (at, c) in word.char_indices() {
                let next = used + width(&c.to_string());
                if next > columns {
                    break;
                }
                used = next;
                cut = at + c.len_utf8();
            }
            let joint = word.get(..cut).and_then(|head| head.rfind(['-', '/', '_'])).map(|at| at + 1);
            let cut = joint.filter(|joint| *joint >= 4).unwrap_or(cut);
            let rest = word.split_off(cut.max(1).min(word.len()));
            lines.push(std::mem::replace(&mut word, rest));
        }
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(&word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A label and a wrapped text beside it.
pub(crate) fn beside(out: &mut String, label: &str, columns: usize, text: &str, total: usize) {
    let lines = wrap(text, total.saturating_sub(columns));
    for (at, line) in lines.iter().enumerate() {
        let head = if at == 0 { label } else { "" };
        out.push_str(pad(&format!("{}{line}", pad(head, columns)), 0).trim_end());
        out.push('\n');
    }
    if lines.is_empty() {
        out.push_str(label.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_and_long_words() {
        for (text, columns, expected) in [
            ("one two three", 8, vec!["one two", "three"]),
            ("数据数据数据 a", 8, vec!["数据数据", "数据 a"]),
            ("abcdefghijkl", 8, vec!["abcdefgh", "ijkl"]),
            ("", 8, vec![]),
        ] {
            assert_eq!(wrap(text, columns), expected, "{text}");
        }
        assert_eq!(width("\u{1b}[31mab\u{1b}[0m"), 2);
        assert_eq!(pad("数", 4), "数  ");
    }
}
