//! JSON with positions, over bytes that may be hostile.
//!
//! A pull reader that checks the grammar as it goes, keeps no tree, and does not recurse. It sees what
//! a parser into values hides: where a key stands, that a name stands twice, how deep it goes. It
//! refuses to repair: the first fault ends the reading, with its byte.

mod members;
mod resume;

use crate::caps;
pub(crate) use members::{Member, array_at, member, object, object_at, twice};
use std::borrow::Cow;
use std::ops::Range;

/// Where reading ended, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Byte of the text.
    pub(crate) at: usize,
    /// What is wrong.
    pub(crate) what: String,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `{`
    ObjectStart,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// The name of a member, with its quotes.
    Key,
    /// A string that is a value, with its quotes.
    String,
    /// A number.
    Number,
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

/// A token and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A value; `true` when the array may also end here.
    Value(bool),
    /// A key; `true` when the object may also end here.
    Key(bool),
    CommaOrEnd,
    Nothing,
}

/// Reads one JSON value.
pub(crate) struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// What is open, outermost first: `true` for objects.
    open: Vec<bool>,
    next: Next,
    relaxed: bool,
}

impl<'a> Reader<'a> {
    /// Reads by RFC 8259.
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, open: Vec::new(), next: Next::Value(false), relaxed: false }
    }

    /// Also takes `NaN` and `Infinity`, which Python writes into logs.
    pub(crate) fn relaxed(text: &'a [u8]) -> Self {
        Self { relaxed: true, ..Self::new(text) }
    }

    /// Reads the value at `range` of a text; positions stay those of the text.
    fn within(text: &'a [u8], range: &Range<usize>) -> Self {
        let text = text.get(..range.end).unwrap_or(text);
        Self { at: range.start.min(text.len()), ..Self::relaxed(text) }
    }

    /// The next token; `None` once the value is read and only white space follows.
    pub(crate) fn next(&mut self) -> Result<Option<Token>, Problem> {
        self.space();
        let byte = self.peek();
        match self.next {
            Next::Nothing => match byte {
                None => Ok(None),
                Some(_) => Err(self.problem("more text after the end of the value")),
            },
            Next::CommaOrEnd => {
                let Some(in_object) = self.open.last().copied() else {
                    self.next = Next::Nothing;
                    return self.next();
                };
                match byte {
                    Some(b',') => {
                        self.at += 1;
                        self.next = if in_object { Next::Key(false) } else { Next::Value(false) };
                        self.next()
                    }
                    Some(b'}') if in_object => self.close(Kind::ObjectEnd),
                    Some(b']') if !in_object => self.close(Kind::ArrayEnd),
                    _ => Err(self.problem(if in_object { "expected `,` or `}`" } else { "expected `,` or `]`" })),
                }
            }
            Next::Key(may_end) => match byte {
                Some(b'}') if may_end => self.close(Kind::ObjectEnd),
                Some(b'"') => {
                    let span = self.string()?;
                    self.space();
                    if self.peek() != Some(b':') {
                        return Err(self.problem("expected `:`"));
                    }
                    self.at += 1;
                    self.next = Next::Value(false);
                    Ok(Some(Token { kind: Kind::Key, span }))
                }
                _ => Err(self.problem("expected a name in quotes")),
            },
            Next::Value(may_end) => match byte {
                Some(b']') if may_end => self.close(Kind::ArrayEnd),
                Some(b'{') => self.enter(Kind::ObjectStart),
                Some(b'[') => self.enter(Kind::ArrayStart),
                Some(b'"') => self.string().map(|span| self.value(Kind::String, span)),
                Some(b'-' | b'0'..=b'9') => self.number().map(|span| self.value(Kind::Number, span)),
                _ => self.word(),
            },
        }
    }

    /// The span of the value that begins with `token`, which was just read: reads on to its end.
    pub(crate) fn skip(&mut self, token: &Token) -> Result<Range<usize>, Problem> {
        if !matches!(token.kind, Kind::ObjectStart | Kind::ArrayStart) {
            return Ok(token.span.clone());
        }
        let depth = self.open.len();
        while let Some(last) = self.next()? {
            if self.open.len() < depth {
                return Ok(token.span.start..last.span.end);
            }
        }
        Err(self.problem("the text ends within a value"))
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn problem(&self, what: &str) -> Problem {
        let what = if self.at >= self.text.len() { "the text ends too early" } else { what };
        Problem { at: self.at, what: what.to_owned() }
    }

    fn value(&mut self, kind: Kind, span: Range<usize>) -> Option<Token> {
        self.next = Next::CommaOrEnd;
        Some(Token { kind, span })
    }

    fn enter(&mut self, kind: Kind) -> Result<Option<Token>, Problem> {
        if self.open.len() >= caps::DEPTH {
            return Err(self.problem(&format!("nested deeper than {}", caps::DEPTH)));
        }
        let object = kind == Kind::ObjectStart;
        self.open.push(object);
        self.at += 1;
        self.next = if object { Next::Key(true) } else { Next::Value(true) };
        Ok(Some(Token { kind, span: self.at - 1..self.at }))
    }

    fn close(&mut self, kind: Kind) -> Result<Option<Token>, Problem> {
        self.open.pop();
        self.at += 1;
        self.next = Next::CommaOrEnd;
        Ok(Some(Token { kind, span: self.at - 1..self.at }))
    }

    fn word(&mut self) -> Result<Option<Token>, Problem> {
        let words: &[(&[u8], Kind)] = &[
            (b"true", Kind::True),
            (b"false", Kind::False),
            (b"null", Kind::Null),
            (b"NaN", Kind::Number),
            (b"Infinity", Kind::Number),
        ];
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, kind) in words {
            if rest.starts_with(word) && (*kind != Kind::Number || self.relaxed) {
                let span = self.at..self.at + word.len();
                self.at = span.end;
                return Ok(self.value(*kind, span));
            }
        }
        Err(self.problem("expected a value"))
    }

    /// A string from its opening quote. Checks escapes, control characters and UTF-8.
    fn string(&mut self) -> Result<Range<usize>, Problem> {
        let start = self.at;
        self.at += 1;
        let mut ascii = true;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            let plain = rest.get(..end).unwrap_or_default();
            ascii &= plain.is_ascii();
            if let Some(control) = plain.iter().position(|byte| *byte < 0x20) {
                self.at += control;
                return Err(self.problem("a control character in a string"));
            }
            self.at += end;
            match self.peek() {
                None => return Err(self.problem("")),
                Some(b'"') => break,
                Some(_) => self.escape()?,
            }
        }
        let inner = self.text.get(start + 1..self.at).unwrap_or_default();
        if let (false, Err(error)) = (ascii, std::str::from_utf8(inner)) {
            return Err(Problem { at: start + 1 + error.valid_up_to(), what: "not UTF-8".to_owned() });
        }
        self.at += 1;
        Ok(start..self.at)
    }

    fn escape(&mut self) -> Result<(), Problem> {
        let wrong = |at: usize| Problem { at, what: "a wrong escape in a string".to_owned() };
        let start = self.at;
        match self.text.get(start + 1) {
            None => {
                self.at = self.text.len();
                Err(self.problem(""))
            }
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => {
                let first = self.unit(start).ok_or_else(|| wrong(start))?;
                self.at += 6;
                match first {
                    0xd800..=0xdbff => match self.unit(self.at) {
                        Some(0xdc00..=0xdfff) => {
                            self.at += 6;
                            Ok(())
                        }
                        _ => Err(wrong(start)),
                    },
                    0xdc00..=0xdfff => Err(wrong(start)),
                    _ => Ok(()),
                }
            }
            Some(_) => Err(wrong(start)),
        }
    }

    /// The number of an escape `\uXXXX` at `at`.
    fn unit(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Range<usize>, Problem> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
            let rest = self.text.get(self.at..).unwrap_or_default();
            if self.relaxed && rest.starts_with(b"Infinity") {
                self.at += 8;
                return Ok(start..self.at);
            }
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        let mut fine = whole > 0 && !(leading_zero && whole > 1);
        if fine && self.peek() == Some(b'.') {
            self.at += 1;
            fine = self.digits() > 0;
        }
        if fine && matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            fine = self.digits() > 0;
        }
        if fine { Ok(start..self.at) } else { Err(Problem { at: start, what: "a wrong number".to_owned() }) }
    }
}

/// The text of a string token, escapes resolved. Total: what is no string gives an empty text.
pub(crate) fn unquote<'a>(text: &'a [u8], span: &Range<usize>) -> Cow<'a, str> {
    let inner = text.get(span.start + 1..span.end.saturating_sub(1)).unwrap_or_default();
    let Ok(inner) = std::str::from_utf8(inner) else { return Cow::Borrowed("") };
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut letters = after.chars();
        let unit = |from: &str| from.get(..4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
        match letters.next() {
            Some('u') => {
                let digits = letters.as_str();
                let first = unit(digits).unwrap_or(0xfffd);
                let low = digits.get(4..).and_then(|rest| rest.strip_prefix("\\u")).and_then(unit);
                let pair = matches!(first, 0xd800..=0xdbff);
                let units = [first, low.unwrap_or(0xfffd)];
                let used = if pair { &units[..] } else { units.get(..1).unwrap_or(&units) };
                out.extend(char::decode_utf16(used.iter().copied()).map(|letter| letter.unwrap_or('\u{fffd}')));
                rest = digits.get(if pair { 10 } else { 4 }..).unwrap_or_default();
                continue;
            }
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(other) => out.push(other),
            None => {}
        }
        rest = letters.as_str();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A number token as a whole number that is not negative.
pub(crate) fn natural(text: &[u8], span: &Range<usize>) -> Option<u64> {
    let digits = text.get(span.clone())?;
    digits.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(digits).ok()?.parse().ok())?
}

#[cfg(test)]
mod tests;
