//! Words outside the licence texts found: titles, notices and code are nothing; a sentence is a difference.

use std::ops::Range;

use crate::bodies::Body;
use crate::fingerprint::Role;
use crate::prose;
use crate::words::Word;

/// Words outside, by the text they stand next to.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// Index of the body, and the user's words.
    spans: Vec<(usize, Range<usize>)>,
    /// The file is source code, and what is outside is not prose.
    pub(crate) code: bool,
}

impl Outside {
    /// What counts as a difference of this body.
    pub(crate) fn residue_of(&self, body: usize) -> impl Iterator<Item = Range<usize>> {
        self.spans.iter().filter(move |(n, _)| *n == body).map(|(_, r)| r.clone())
    }

    fn add(&mut self, body: usize, words: &Range<usize>) {
        match self.spans.iter_mut().rev().find(|(n, _)| *n == body) {
            Some((_, last)) if last.end >= words.start => last.end = last.end.max(words.end),
            _ => self.spans.push((body, words.clone())),
        }
    }
}

/// Sorts what stands outside the bodies; `stated` are the sentences that state a restriction.
pub(crate) fn outside(bytes: &[u8], words: &[Word], bodies: &[Body], stated: &[Range<usize>]) -> Outside {
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by_key(|n| bodies.get(*n).map_or(0, |b| b.words.start));
    let mut outside = Outside::default();
    let texts = bodies.iter().filter(|b| b.document.role != Role::Header).count();
    if texts == 0 {
        return outside;
    }
    outside.code = is_code(bytes, words, bodies);
    let mut at = 0;
    let mut previous: Option<usize> = None;
    for n in order.iter().copied().map(Some).chain([None]) {
        let body = n.and_then(|n| bodies.get(n));
        let end = body.map_or(words.len(), |b| b.words.start);
        if at < end {
            let place = Place { words: at..end, previous, next: n, several: texts > 1 };
            place.collect(words, stated, &mut outside);
        }
        at = at.max(body.map_or(words.len(), |b| b.words.end));
        previous = n.or(previous);
    }
    outside
}

/// So many words from a text a sentence is about it.
const NEAR: usize = 40;

/// What stands between two bodies, before the first or after the last.
struct Place {
    words: Range<usize>,
    previous: Option<usize>,
    next: Option<usize>,
    several: bool,
}

impl Place {
    /// Adds the lines that matter.
    fn collect(&self, words: &[Word], stated: &[Range<usize>], outside: &mut Outside) {
        let mut start = self.words.start;
        for line in prose::lines(words.get(self.words.clone()).unwrap_or_default()) {
            let span = start..start + line.len();
            start = span.end;
            let owner = self.previous.or(self.next).unwrap_or(0);
            if !(outside.code || self.several) {
                if !prose::ignorable(line) {
                    outside.add(owner, &span);
                }
                continue;
            }
            // Of several texts each is its own; of code, most lines say nothing. What restricts counts.
            let loaded = prose::is_loaded_line(line);
            let restricts = stated.iter().any(|s| s.start < span.end && span.start < s.end);
            let near_previous = span.start - self.words.start < NEAR;
            let near_next = self.words.end - span.end < NEAR;
            // A copyright notice belongs to the text after it, and holds names alone.
            let heads = self.next.is_some() && near_next && prose::is_copyright(line) && !prose::ignorable(line);
            if loaded || restricts && near_previous || heads && self.previous.is_none() {
                outside.add(owner, &span);
            }
            if let Some(next) = self.next.filter(|_| heads || restricts && near_next) {
                outside.add(next, &span);
            }
        }
    }
}

/// How lines of code begin.
#[rustfmt::skip]
const STARTS: &[&[u8]] = &[
    b"#include", b"#define", b"import ", b"def ", b"class ", b"package ", b"use ", b"#if", b"#endif", b"/*", b"*/", b"//",
];

/// Whether what is outside reads like source code.
fn is_code(bytes: &[u8], words: &[Word], bodies: &[Body]) -> bool {
    let inside = |byte: usize| {
        bodies.iter().any(|b| {
            let first = words.get(b.words.start).map_or(0, |w| w.start as usize);
            let last = words.get(b.words.end.saturating_sub(1)).map_or(0, |w| w.end as usize);
            (first..last).contains(&byte)
        })
    };
    let (mut lines, mut code) = (0, 0);
    let mut at = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]);
    for end in ends.take(20_000) {
        let start = std::mem::replace(&mut at, end + 1);
        let line = bytes.get(start..end).unwrap_or_default();
        let text = line.trim_ascii();
        if text.is_empty() || inside(start + line.len() / 2) {
            continue;
        }
        lines += 1;
        let closes = matches!(text.last(), Some(b';' | b'{' | b'}'));
        if closes || STARTS.iter().any(|s| text.starts_with(s)) {
            code += 1;
        }
    }
    code >= 4 && code * 4 >= lines
}
