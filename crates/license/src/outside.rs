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
    /// So much is said outside that it concerns every body.
    common: bool,
    /// The file is source code, and what is outside is not prose.
    pub(crate) code: bool,
}

impl Outside {
    /// What counts as a difference of this body.
    pub(crate) fn residue_of(&self, body: usize) -> impl Iterator<Item = Range<usize>> {
        self.spans.iter().filter(move |(n, _)| *n == body).map(|(_, r)| r.clone())
    }
}

/// Sorts what stands outside the bodies.
pub(crate) fn outside(bytes: &[u8], words: &[Word], bodies: &[Body]) -> Outside {
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
        let owner = previous.or(n).unwrap_or(0);
        if at < end {
            collect(words, at..end, owner, n, texts > 1, &mut outside);
        }
        at = at.max(body.map_or(words.len(), |b| b.words.end));
        previous = n.or(previous);
    }
    outside.common = !outside.code && outside.spans.iter().map(|(_, r)| r.len()).sum::<usize>() >= 40;
    outside
}

/// Adds the lines of a range that matter.
fn collect(
    words: &[Word],
    range: Range<usize>,
    owner: usize,
    next: Option<usize>,
    several: bool,
    outside: &mut Outside,
) {
    let code = outside.code;
    let mut start = range.start;
    for line in prose::lines(words.get(range).unwrap_or_default()) {
        let span = start..start + line.len();
        start = span.end;
        let matters = if code || several { prose::is_loaded_line(line) } else { !prose::ignorable(line) };
        if !matters {
            continue;
        }
        match outside.spans.last_mut() {
            Some((o, last)) if *o == owner && last.end == span.start => last.end = span.end,
            _ => outside.spans.push((owner, span)),
        }
    }
    let _ = next;
}

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
    for line in bytes.split(|b| *b == b'\n').take(20_000) {
        let start = at;
        at += line.len() + 1;
        let text = line.trim_ascii();
        if text.is_empty() || inside(start + line.len() / 2) {
            continue;
        }
        lines += 1;
        let ends = text.ends_with(b";") || text.ends_with(b"{") || text.ends_with(b"}") || text.ends_with(b");");
        let starts = [
            b"#include".as_slice(),
            b"#define",
            b"import ",
            b"def ",
            b"class ",
            b"package ",
            b"use ",
            b"#if",
            b"#endif",
            b"/*",
            b"*/",
            b"//",
        ];
        if ends || starts.iter().any(|s| text.starts_with(s)) {
            code += 1;
        }
    }
    code >= 4 && code * 4 >= lines
}
