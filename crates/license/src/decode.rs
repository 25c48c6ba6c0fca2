//! Bytes to characters: UTF-8, or Windows-1252 where bytes are none; UTF-16 with a byte order mark; entities
//! and tags of HTML. Every character knows its bytes. Nothing here allocates or fails.

use crate::markup;

/// A character with the bytes it came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    pub(crate) c: char,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Bytes,
    Utf16Le,
    Utf16Be,
}

pub(crate) struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
    html: bool,
    encoding: Encoding,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8], html: bool) -> Self {
        let (encoding, at) = match bytes {
            [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Bytes, 3),
            _ => (Encoding::Bytes, 0),
        };
        Self { bytes, at, html, encoding }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// What is left, where bytes are characters; otherwise nothing.
    pub(crate) fn plain_rest(&self) -> &'a [u8] {
        if self.encoding == Encoding::Bytes { self.bytes.get(self.at..).unwrap_or_default() } else { &[] }
    }

    /// How many bytes are read.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Passes over some bytes of [`Self::plain_rest`].
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Reads a character again.
    pub(crate) fn back_to(&mut self, unit: Unit) {
        self.at = unit.start as usize;
    }

    /// Passes over the ASCII letters and digits that follow, and gives them.
    pub(crate) fn ascii_run(&mut self) -> &'a [u8] {
        if self.encoding != Encoding::Bytes {
            return &[];
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// The next character.
    pub(crate) fn next(&mut self) -> Option<Unit> {
        loop {
            let start = self.at;
            if self.encoding != Encoding::Bytes {
                return self.next_utf16();
            }
            let first = self.byte(0)?;
            if first < 0x80 && first != b'<' && first != b'&' {
                self.at += 1;
                return Some(unit(char::from(first), start, self.at));
            }
            let (c, length) = match first {
                b'<' => match markup::tag(self.bytes.get(self.at..)?, self.html) {
                    Some(tag) => {
                        self.at += tag.length;
                        if !tag.breaks {
                            continue;
                        }
                        return Some(unit('\n', start, self.at));
                    }
                    None => ('<', 1),
                },
                b'&' => markup::entity(self.bytes.get(self.at..)?).unwrap_or(('&', 1)),
                0..=0x7f => (char::from(first), 1),
                _ => multibyte(self.bytes.get(self.at..)?),
            };
            self.at += length;
            return Some(unit(c, start, self.at));
        }
    }

    fn next_utf16(&mut self) -> Option<Unit> {
        let start = self.at;
        let (a, b) = (self.byte(0)?, self.byte(1)?);
        let code =
            if self.encoding == Encoding::Utf16Le { u16::from_le_bytes([a, b]) } else { u16::from_be_bytes([a, b]) };
        self.at += 2;
        let c = char::from_u32(u32::from(code)).unwrap_or(' ');
        Some(unit(c, start, self.at))
    }

    fn peek(&self) -> Option<char> {
        let mut copy = Decoder { bytes: self.bytes, at: self.at, html: self.html, encoding: self.encoding };
        copy.next().map(|u| u.c)
    }

    /// Whether a letter or digit follows.
    pub(crate) fn peek_alphanumeric(&self) -> bool {
        self.peek().is_some_and(char::is_alphanumeric)
    }

    /// Whether a digit follows.
    pub(crate) fn peek_digit(&self) -> bool {
        self.peek().is_some_and(|c| c.is_ascii_digit())
    }

    /// Whether exactly three digits follow, as in 1,000.
    pub(crate) fn peek_thousands(&self) -> bool {
        let digit = |n| self.byte(n).is_some_and(|b: u8| b.is_ascii_digit());
        self.encoding == Encoding::Bytes && digit(0) && digit(1) && digit(2) && !digit(3)
    }

    /// After a hyphen: the letter that continues the word, across a line break and its comment characters.
    pub(crate) fn joined(&mut self) -> Option<Unit> {
        let back = self.at;
        let mut broken = false;
        let mut seen = 0;
        while let Some(u) = self.next() {
            if u.c.is_alphanumeric() {
                if u.c.is_lowercase() || !broken && !u.c.is_ascii_digit() {
                    return Some(u);
                }
                break;
            }
            broken |= u.c == '\n';
            seen += 1;
            let between = matches!(u.c, '\n' | '\r') || broken && matches!(u.c, ' ' | '\t' | '*' | '#' | '/' | ';');
            if !between || seen > 40 {
                break;
            }
        }
        self.at = back;
        None
    }

    /// After `]`: passes over `(destination)` of a Markdown link.
    pub(crate) fn skip_destination(&mut self) {
        if self.encoding != Encoding::Bytes || self.byte(0) != Some(b'(') {
            return;
        }
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let is_destination = rest.get(..4).is_some_and(|r| r.eq_ignore_ascii_case(b"http"))
            || rest.starts_with(b"#")
            || rest.starts_with(b"mailto:");
        let end = rest.iter().take(200).position(|b| matches!(b, b')' | b'\n' | b' '));
        if let (true, Some(end)) = (is_destination, end)
            && rest.get(end) == Some(&b')')
        {
            self.at += end + 2;
        }
    }
}

fn unit(c: char, start: usize, end: usize) -> Unit {
    // Offsets fit: at most BYTES_CAP bytes are read.
    Unit { c, start: start as u32, end: end as u32 }
}

/// A character of UTF-8, or one byte as Windows-1252.
fn multibyte(rest: &[u8]) -> (char, usize) {
    let length = match rest.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 0,
    };
    if let Some(c) = rest.get(..length).and_then(|b| std::str::from_utf8(b).ok()).and_then(|s| s.chars().next()) {
        return (c, length);
    }
    let c = match rest.first() {
        Some(0x91 | 0x92) => '’',
        Some(0x93) => '“',
        Some(0x94) => '”',
        Some(0x95) => '•',
        Some(0x96) => '–',
        Some(0x97) => '—',
        Some(0x80..=0x9f) | None => ' ',
        Some(byte) => char::from(*byte),
    };
    (c, 1)
}
