//! SPDX licence expressions, with `LicenseRef-` for licences outside the list.
//!
//! It reads what SPDX's grammar allows, in any letter case, and prints the canonical form. It refuses ids
//! that are neither on the SPDX list nor a `LicenseRef-`: guessing what somebody meant is the work of
//! [`crate::resolve`], not of a parser.

use std::fmt;

/// How deeply parentheses may nest. Deeper input is an error, so that no input can exhaust the stack.
const DEPTH_CAP: usize = 32;
/// Longest expression read.
const LENGTH_CAP: usize = 4096;

/// An SPDX licence id, an SPDX exception id, or `LicenseRef-<name>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenseId(String);

impl LicenseId {
    /// The id as written in SPDX documents.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An id of the SPDX list in its canonical letter case, or a well-formed `LicenseRef-`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(id) = spdx_id(text) {
            return Some(Self(id.to_owned()));
        }
        let prefix = "licenseref-";
        let head = text.get(..prefix.len())?;
        let name = text.get(prefix.len()..)?;
        (head.eq_ignore_ascii_case(prefix) && well_formed(name)).then(|| Self(format!("LicenseRef-{name}")))
    }

    /// For ids that come from our own data.
    pub(crate) fn known(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// `LicenseRef-modified-<id>`: a text that resembles this licence and differs by words that matter.
    pub fn modified(&self) -> Self {
        let name = self.0.strip_prefix("LicenseRef-").unwrap_or(&self.0);
        Self(format!("LicenseRef-modified-{}", name.trim_end_matches('+')))
    }
}

impl fmt::Display for LicenseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the characters are those the contract allows in an id.
fn well_formed(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
}

/// The list's spelling of an SPDX licence id, whatever the letter case. GNU ids that do not say whether
/// later versions count are read as this version only, which claims least.
fn spdx_id(text: &str) -> Option<&'static str> {
    if let Some(id) = BEYOND.iter().find(|id| id.eq_ignore_ascii_case(text)) {
        return Some(id);
    }
    let found = spdx::identifiers::LICENSES.iter().find(|l| l.name.eq_ignore_ascii_case(text))?;
    Some(settled(found.name))
}

/// Ids in use whose place on the SPDX list is newer than the list we carry.
const BEYOND: &[&str] = &["OpenMDW-1.1"];

/// Deprecated GNU ids in their present form.
fn settled(name: &'static str) -> &'static str {
    match name {
        "GPL-1.0" => "GPL-1.0-only",
        "GPL-2.0" => "GPL-2.0-only",
        "GPL-3.0" => "GPL-3.0-only",
        "LGPL-2.0" => "LGPL-2.0-only",
        "LGPL-2.1" => "LGPL-2.1-only",
        "LGPL-3.0" => "LGPL-3.0-only",
        "AGPL-1.0" => "AGPL-1.0-only",
        "AGPL-3.0" => "AGPL-3.0-only",
        "GFDL-1.1" => "GFDL-1.1-only",
        "GFDL-1.2" => "GFDL-1.2-only",
        "GFDL-1.3" => "GFDL-1.3-only",
        "GPL-1.0+" => "GPL-1.0-or-later",
        "GPL-2.0+" => "GPL-2.0-or-later",
        "GPL-3.0+" => "GPL-3.0-or-later",
        "LGPL-2.0+" => "LGPL-2.0-or-later",
        "LGPL-2.1+" => "LGPL-2.1-or-later",
        "LGPL-3.0+" => "LGPL-3.0-or-later",
        "StandardML-NJ" => "SMLNJ",
        "Nunit" => "zlib-acknowledgement",
        "BSD-2-Clause-FreeBSD" => "BSD-2-Clause-Views",
        other => other,
    }
}

/// A licence expression. `And` and `Or` hold at least two parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expression {
    /// One licence.
    Id(LicenseId),
    /// A licence with an exception of the SPDX list.
    With(Box<Expression>, String),
    /// All of them apply.
    And(Vec<Expression>),
    /// The recipient chooses.
    Or(Vec<Expression>),
}

/// Why a text is not an SPDX expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// Byte offset of what could not be read.
    pub at: usize,
    /// What was wrong, in a few words.
    pub what: &'static str,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for ExpressionError {}

impl Expression {
    /// Reads an SPDX expression.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > LENGTH_CAP {
            return Err(ExpressionError { at: LENGTH_CAP, what: "expression too long" });
        }
        let mut parser = Parser { words: lex(text), next: 0, end: text.len() };
        let expression = parser.or(0)?;
        match parser.peek() {
            None => Ok(expression),
            Some(_) => Err(parser.error("unexpected word")),
        }
    }

    /// The licence ids named, in order, exceptions left out.
    pub fn ids(&self) -> impl Iterator<Item = &LicenseId> {
        let mut ids = Vec::new();
        self.collect_ids(&mut ids);
        ids.into_iter()
    }

    fn collect_ids<'a>(&'a self, ids: &mut Vec<&'a LicenseId>) {
        match self {
            Self::Id(id) => ids.push(id),
            Self::With(inner, _) => inner.collect_ids(ids),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|p| p.collect_ids(ids)),
        }
    }

    /// All parts apply together; one part stands for itself.
    pub fn all(parts: Vec<Self>) -> Option<Self> {
        Self::join(parts, Self::And)
    }

    /// The recipient chooses among the parts; one part stands for itself.
    pub fn any(parts: Vec<Self>) -> Option<Self> {
        Self::join(parts, Self::Or)
    }

    fn join(parts: Vec<Self>, make: fn(Vec<Self>) -> Self) -> Option<Self> {
        let mut distinct: Vec<Self> = Vec::with_capacity(parts.len());
        for part in parts {
            if !distinct.contains(&part) {
                distinct.push(part);
            }
        }
        if distinct.len() > 1 { Some(make(distinct)) } else { distinct.pop() }
    }
}

impl From<LicenseId> for Expression {
    fn from(id: LicenseId) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word, inside_or) = match self {
            Self::Id(id) => return id.fmt(f),
            Self::With(inner, exception) => return write!(f, "{inner} WITH {exception}"),
            Self::And(parts) => (parts, " AND ", false),
            Self::Or(parts) => (parts, " OR ", true),
        };
        for (n, part) in parts.iter().enumerate() {
            if n > 0 {
                f.write_str(word)?;
            }
            let wrap = match part {
                Self::Or(_) => !inside_or || parts.len() > 1,
                Self::And(_) => !inside_or,
                _ => false,
            };
            if wrap { write!(f, "({part})")? } else { part.fmt(f)? }
        }
        Ok(())
    }
}

/// Words and parentheses with their offsets.
fn lex(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        let is_word = !(c.is_whitespace() || c == '(' || c == ')');
        match (is_word, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.extend(text.get(from..at).map(|w| (from, w)));
                start = None;
            }
            _ => {}
        }
        if c == '(' || c == ')' {
            words.extend(text.get(at..at + 1).map(|w| (at, w)));
        }
    }
    if let Some(from) = start {
        words.extend(text.get(from..).map(|w| (from, w)));
    }
    words
}

struct Parser<'a> {
    words: Vec<(usize, &'a str)>,
    next: usize,
    end: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).map(|(_, w)| *w)
    }

    fn error(&self, what: &'static str) -> ExpressionError {
        ExpressionError { at: self.words.get(self.next).map_or(self.end, |(at, _)| *at), what }
    }

    fn eat(&mut self, word: &str) -> bool {
        let hit = self.peek().is_some_and(|w| w.eq_ignore_ascii_case(word));
        self.next += usize::from(hit);
        hit
    }

    fn or(&mut self, depth: usize) -> Result<Expression, ExpressionError> {
        let mut parts = vec![self.and(depth)?];
        while self.eat("or") {
            parts.push(self.and(depth)?);
        }
        Expression::any(parts).ok_or_else(|| self.error("empty expression"))
    }

    fn and(&mut self, depth: usize) -> Result<Expression, ExpressionError> {
        let mut parts = vec![self.with(depth)?];
        while self.eat("and") {
            parts.push(self.with(depth)?);
        }
        Expression::all(parts).ok_or_else(|| self.error("empty expression"))
    }

    fn with(&mut self, depth: usize) -> Result<Expression, ExpressionError> {
        if depth > DEPTH_CAP {
            return Err(self.error("parentheses nest too deeply"));
        }
        if self.eat("(") {
            let inner = self.or(depth + 1)?;
            return if self.eat(")") { Ok(inner) } else { Err(self.error("missing )")) };
        }
        let word = self.peek().ok_or_else(|| self.error("licence id expected"))?;
        let expression = simple(word).ok_or_else(|| self.error("not an SPDX licence id"))?;
        self.next += 1;
        if !self.eat("with") {
            return Ok(expression);
        }
        let word = self.peek().ok_or_else(|| self.error("exception id expected"))?;
        let known = spdx::identifiers::EXCEPTIONS.iter().find(|e| e.name.eq_ignore_ascii_case(word));
        let exception = known.ok_or_else(|| self.error("not an SPDX exception id"))?;
        self.next += 1;
        Ok(Expression::With(Box::new(expression), exception.name.to_owned()))
    }
}

/// One id, with SPDX's `+` for "or later"; a document reference is left out of the id.
fn simple(word: &str) -> Option<Expression> {
    let local = match word.split_once(':') {
        Some((document, rest)) if document.get(..12).is_some_and(|d| d.eq_ignore_ascii_case("documentref-")) => rest,
        Some(_) => return None,
        None => word,
    };
    if let Some(id) = LicenseId::parse(local) {
        return Some(combined(id));
    }
    let base = LicenseId::parse(local.strip_suffix('+')?)?;
    let later = base.as_str().strip_suffix("-only").map(|stem| format!("{stem}-or-later"));
    Some(combined(later.and_then(|l| LicenseId::parse(&l)).unwrap_or(base)))
}

/// Deprecated ids that pack a licence and its exception into one name are unpacked.
fn combined(id: LicenseId) -> Expression {
    let parts = match id.as_str() {
        "GPL-2.0-with-GCC-exception" => ("GPL-2.0-or-later", "GCC-exception-2.0"),
        "GPL-2.0-with-autoconf-exception" => ("GPL-2.0-only", "Autoconf-exception-2.0"),
        "GPL-2.0-with-bison-exception" => ("GPL-2.0-only", "Bison-exception-2.2"),
        "GPL-2.0-with-classpath-exception" => ("GPL-2.0-only", "Classpath-exception-2.0"),
        "GPL-2.0-with-font-exception" => ("GPL-2.0-only", "Font-exception-2.0"),
        "GPL-3.0-with-GCC-exception" => ("GPL-3.0-only", "GCC-exception-3.1"),
        "GPL-3.0-with-autoconf-exception" => ("GPL-3.0-only", "Autoconf-exception-3.0"),
        _ => return Expression::Id(id),
    };
    Expression::With(Box::new(Expression::Id(LicenseId::known(parts.0))), parts.1.to_owned())
}

#[cfg(test)]
mod tests;
