//! Sentences, tags and addresses that grant or name a licence, without its text.

use std::ops::Range;

use crate::declared::{self, How};
use crate::expression::{Expression, LicenseId};
use crate::names;
use crate::urls;
use crate::words::{Word, hash};

/// A licence named somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) expression: Expression,
    pub(crate) bytes: Range<usize>,
    /// It is granted, not only named.
    pub(crate) grants: bool,
    /// Higher is surer.
    pub(crate) strength: u8,
    /// Another licence may be chosen instead of it.
    pub(crate) choice: bool,
}

impl Notice {
    pub(crate) fn ids(&self) -> impl Iterator<Item = &LicenseId> {
        self.expression.ids()
    }
}

/// A value or address longer than this is none.
const VALUE_CAP: usize = 300;
/// Notices kept of one file.
const NOTICES: usize = 200;

/// Everything named outside the licence texts found.
pub(crate) fn notices(bytes: &[u8], words: &[Word], inside: &dyn Fn(usize) -> bool) -> Vec<Notice> {
    let mut found = Vec::new();
    for name in names::names(words, inside) {
        if found.len() >= NOTICES {
            break;
        }
        if resembles(bytes, words, &name.words) {
            continue;
        }
        let context = context(words, &name.words);
        let (Some(first), Some(last)) = (words.get(name.words.start), words.get(name.words.end - 1)) else {
            continue;
        };
        let strength = match (context.grants, name.vague) {
            (true, false) => 60,
            (true, true) => 40,
            (false, false) => 20,
            (false, true) => 10,
        };
        found.push(Notice {
            expression: Expression::Id(name.id),
            bytes: first.start as usize..last.end as usize,
            grants: context.grants,
            strength,
            choice: context.choice,
        });
    }
    tagged(bytes, &mut found);
    found
}

/// "BSD-style", "an MIT-like licence", "similar to the Apache licence": something that resembles a licence is not
/// that licence, and nobody can tell what it grants.
fn resembles(bytes: &[u8], words: &[Word], name: &Range<usize>) -> bool {
    const AFTER: &[&str] = &["style", "styled", "like", "type", "ish", "esque", "inspired", "derived", "compatible"];
    const BEFORE: &[u64] = &[
        hash("similar"),
        hash("resembling"),
        hash("resembles"),
        hash("akin"),
        hash("modelled"),
        hash("modeled"),
        hash("inspired"),
        hash("spirit"),
        hash("style"),
        hash("compatible"),
        hash("comparable"),
        hash("equivalent"),
        hash("incompatible"),
        hash("variation"),
        hash("variant"),
    ];
    const LINKING: &[u64] = &[
        hash("to"),
        hash("the"),
        hash("a"),
        hash("an"),
        hash("on"),
        hash("after"),
        hash("by"),
        hash("with"),
        hash("of"),
        hash("in"),
    ];
    let spelt = |n: usize| {
        let word = words.get(n)?;
        bytes.get(word.start as usize..word.end as usize)
    };
    let ends = |text: &[u8], end: &str| {
        text.len() > end.len()
            && text.get(text.len() - end.len()..).is_some_and(|t| t.eq_ignore_ascii_case(end.as_bytes()))
            && text.get(text.len() - end.len() - 1) == Some(&b'-')
    };
    // In one word with its hyphen: in the name itself, or in the word after it ("2-clause BSD-style").
    let glued = name.clone().filter_map(spelt).any(|text| AFTER.iter().any(|end| ends(text, end)));
    if glued {
        return true;
    }
    // Apart: "BSD style", and "BSD like licence", but not "the MIT licence like the rest".
    let is = |n: usize, list: &[&str]| {
        spelt(n).is_some_and(|t| list.iter().any(|l| t.eq_ignore_ascii_case(l.as_bytes())))
            && words.get(n).is_some_and(|w| !w.is(Word::SENTENCE))
    };
    const NOUNS: &[&str] = &["license", "licence", "licenses", "licences", "terms", "conditions", "copyright"];
    for n in name.start + 1..name.end + 1 {
        if is(n, &["style", "styled"]) || is(n, AFTER) && is(n + 1, NOUNS) {
            return true;
        }
    }
    // "similar to the …", "in the spirit of the …".
    let mut linked = false;
    for n in (name.start.saturating_sub(5)..name.start).rev() {
        let Some(word) = words.get(n) else { return false };
        let next_starts = words.get(n + 1).is_some_and(|w| w.is(Word::SENTENCE));
        if next_starts {
            return false;
        }
        if LINKING.contains(&word.hash) {
            linked = true;
        } else {
            return linked && BEFORE.contains(&word.hash);
        }
    }
    false
}

struct Context {
    grants: bool,
    choice: bool,
}

/// Looks around a name, within its paragraph.
fn context(words: &[Word], name: &Range<usize>) -> Context {
    const GRANTING: &[u64] = &[
        hash("licensed"),
        hash("license"),
        hash("released"),
        hash("distributed"),
        hash("redistribute"),
        hash("terms"),
        hash("governed"),
        hash("subject"),
        hash("covered"),
        hash("permission"),
        hash("available"),
        hash("conditions"),
        hash("copying"),
        hash("redistributed"),
        hash("distribute"),
        hash("published"),
        hash("under"),
        hash("compliance"),
    ];
    const CHOOSING: &[u64] = &[
        hash("either"),
        hash("alternatively"),
        hash("dual"),
        hash("choice"),
        hash("option"),
        hash("dually"),
        hash("tri"),
        hash("alternative"),
    ];
    let before = words.get(name.start.saturating_sub(25)..name.start).unwrap_or_default();
    let after = words.get(name.end..(name.end + 12).min(words.len())).unwrap_or_default();
    let near = before
        .iter()
        .rev()
        .take_while(|w| !w.is(Word::PARAGRAPH))
        .chain(after.iter().take_while(|w| !w.is(Word::SENTENCE)));
    let grants = near.clone().any(|w| GRANTING.contains(&w.hash));
    let choice = near.clone().any(|w| CHOOSING.contains(&w.hash))
        || after.first().is_some_and(|w| w.hash == hash("or"))
        || before.last().is_some_and(|w| w.hash == hash("or"));
    Context { grants, choice }
}

/// `SPDX-License-Identifier:`, licence fields of manifests, and addresses: each has a colon or an equals sign.
fn tagged(bytes: &[u8], found: &mut Vec<Notice>) {
    for at in memchr::memchr2_iter(b':', b'=', bytes) {
        if found.len() >= NOTICES {
            return;
        }
        let before = bytes.get(..at).unwrap_or_default();
        if bytes.get(at..).is_some_and(|b| b.starts_with(b"://")) {
            if let Some(scheme) = ["https", "http"].iter().find(|s| ends_with(before, s)) {
                address(bytes, at - scheme.len(), found);
            }
            continue;
        }
        if ends_with(before, "license-identifier") {
            spdx_tag(bytes, at + 1, found);
            continue;
        }
        let dressing =
            before.iter().rev().take(40).take_while(|b| matches!(b, b'"' | b'\'' | b'*' | b'`' | b' ' | b'\t'));
        let end = at - dressing.count();
        let named = bytes.get(..end).unwrap_or_default();
        let word = ["_name", "_link"].iter().find_map(|s| named.strip_suffix(s.as_bytes())).unwrap_or(named);
        if ends_with(word, "license") || ends_with(word, "licence") {
            field(bytes, word.len() - "license".len(), end, found);
        }
    }
}

/// Whether bytes end with some ASCII text, in any letter case.
fn ends_with(bytes: &[u8], text: &str) -> bool {
    bytes
        .len()
        .checked_sub(text.len())
        .and_then(|n| bytes.get(n..))
        .is_some_and(|b| b.eq_ignore_ascii_case(text.as_bytes()))
}

/// The rest of the line, as text.
fn line(bytes: &[u8], from: usize) -> &str {
    let rest = bytes.get(from..).unwrap_or_default();
    let rest = rest.get(..VALUE_CAP).unwrap_or(rest);
    let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
    let rest = rest.get(..end).unwrap_or_default();
    match std::str::from_utf8(rest) {
        Ok(text) => text,
        Err(error) => rest.get(..error.valid_up_to()).and_then(|r| std::str::from_utf8(r).ok()).unwrap_or(""),
    }
}

fn spdx_tag(bytes: &[u8], from: usize, found: &mut Vec<Notice>) {
    let text = line(bytes, from);
    let lead = text.len() - text.trim_start().len();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '(' | ')' | ' ' | ':');
    let body = text.trim_start();
    let end = body.find(|c| !allowed(c)).unwrap_or(body.len());
    let mut value = body.get(..end).unwrap_or_default().trim_end();
    // What follows on the line may be a comment: words are given up from the end.
    for _ in 0..20 {
        if let Ok(expression) = Expression::parse(value) {
            let start = from + lead;
            found.push(Notice {
                expression,
                bytes: start..start + value.len(),
                grants: true,
                strength: 100,
                choice: false,
            });
            return;
        }
        let Some((shorter, _)) = value.rsplit_once(' ') else {
            return;
        };
        value = shorter.trim_end();
    }
}

/// `"license": "MIT"`, `License: GPLv2+`, `License :: OSI Approved :: MIT License`, `license_name: …` of a card:
/// where the word "license" begins, and where the name of the field ends.
fn field(bytes: &[u8], word: usize, after: usize, found: &mut Vec<Notice>) {
    let before = bytes.get(word.saturating_sub(1)..word).and_then(<[u8]>::first).copied().unwrap_or(b'\n');
    if before.is_ascii_alphanumeric() {
        return;
    }
    let text = line(bytes, after);
    let trimmed = text.trim_start_matches(['"', '\'', '*', '`', ' ', '\t']);
    let Some(value) = trimmed.strip_prefix([':', '=']) else {
        return;
    };
    let is_classifier = value.starts_with(':');
    let value = value.trim_start_matches([':', '>', '=', ' ', '\t', '"', '\'', '[', '*', '`']);
    let value = if is_classifier { value.rsplit("::").next().unwrap_or(value).trim() } else { value };
    let value =
        value.trim_end().trim_end_matches(',').trim_end_matches(['"', '\'', ']', ';', '*', '`', '.', '/']).trim();
    let value = value.split(['"', '<', '#', ']']).next().unwrap_or(value).trim();
    if value.is_empty() || value.len() > 80 {
        return;
    }
    let declared = declared::resolve(value);
    let Some(expression) = declared.expression else {
        return;
    };
    // A bare word after a colon is a field only if it is a licence beyond doubt.
    let strength = if declared.how == How::Url { 50 } else { 80 };
    let start = after + (text.len() - trimmed.len()) + trimmed.find(value).unwrap_or(0);
    found.push(Notice { expression, bytes: start..start + value.len(), grants: true, strength, choice: false });
}

fn address(bytes: &[u8], at: usize, found: &mut Vec<Notice>) {
    let text = line(bytes, at);
    let end = text.find(|c: char| c.is_whitespace() || "<>\"'`)]},;".contains(c)).unwrap_or(text.len());
    let url = text.get(..end).unwrap_or_default().trim_end_matches('.');
    if !url.contains("://") || url.len() < 15 {
        return;
    }
    let Some(id) = urls::license_of(url) else {
        return;
    };
    found.push(Notice {
        expression: Expression::Id(id),
        bytes: at..at + url.len(),
        grants: false,
        strength: 30,
        choice: false,
    });
}
