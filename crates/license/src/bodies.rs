//! Finds the licence texts inside a text: candidates, alignment, choice, and again for what is left.

use std::ops::Range;

use crate::align::{self, Positions, Run};
use crate::candidates::{Candidate, Shared};
use crate::fingerprint::{Document, Fingerprints, Role};
use crate::residue::{self, Difference};
use crate::words::{self, WINDOW, Word};

/// So many times in a row a piece may hold a fragment that is no text.
const VAIN: usize = 2;
/// So few windows are no text.
const FEWEST_WINDOWS: usize = 4;
/// How many pieces of one file are searched.
const PIECES: usize = 400;

/// The licences that texts in the wild most often start from.
const COMMON: &[&str] = &["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause", "Zlib", "Apache-1.1"];

/// One known text found.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) document: Document,
    /// The user's words it spans.
    pub(crate) words: Range<usize>,
    pub(crate) difference: Difference,
    pub(crate) chain: Vec<Run>,
}

impl Body {
    /// No word inside differs.
    pub(crate) fn is_whole(&self) -> bool {
        self.difference.extra.is_empty() && self.difference.missing == 0
    }

    /// A licence text or policy, not a header or an exception.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.document.role, Role::Text | Role::Policy)
    }

    /// How much of the known text is here, in hundredths.
    pub(crate) fn coverage(&self) -> usize {
        let (matched, missing) = (self.difference.matched, self.difference.missing);
        matched * 100 / (matched + missing).max(1)
    }

    /// Whether a word of the user's text is one of the known text.
    pub(crate) fn explains(&self, word: usize) -> bool {
        let after = self.chain.partition_point(|r| r.user_words().start <= word);
        let run = after.checked_sub(1).and_then(|n| self.chain.get(n));
        run.is_some_and(|r| r.user_words().contains(&word))
    }
}

/// The texts found, in the order of how well they explain the words.
pub(crate) fn bodies(known: &Fingerprints, words: &[Word], windows: &[u32]) -> Vec<Body> {
    if let Some(document) = known.exact(words::whole(words), words.len()) {
        let chain = vec![Run { user: 0, known: 0, length: windows.len() }];
        let difference = residue::judge(&document, words, &chain);
        return vec![Body { document, words: 0..words.len(), difference, chain }];
    }
    let mut shared = Shared::new(known, windows);
    let mut found: Vec<Body> = Vec::new();
    // Every piece is searched for the text that explains it best; what lies before and after that is a piece.
    let mut pieces: Vec<(Range<usize>, usize)> =
        shared.pieces(windows.len()).into_iter().rev().map(|piece| (piece, 0)).collect();
    let mut searched = 0;
    while let Some((piece, vain)) = pieces.pop() {
        searched += 1;
        if piece.len() < FEWEST_WINDOWS || searched > PIECES {
            continue;
        }
        let Some(best) = best(&mut shared, known, words, windows, &piece) else { continue };
        let before = piece.start..best.words.start;
        let after = best.words.end.saturating_sub(WINDOW - 1).max(best.words.start + 1)..piece.end;
        let good = is_worth(&best, words.len());
        let vain = if good { 0 } else { vain + 1 };
        if vain <= VAIN {
            pieces.extend([(after, vain), (before, vain)]);
        }
        if good {
            found.push(best);
        }
    }
    found.sort_by_key(|b| std::cmp::Reverse(b.difference.value()));
    found
}

/// The text that explains a piece best.
fn best(
    shared: &mut Shared,
    known: &Fingerprints,
    words: &[Word],
    windows: &[u32],
    piece: &Range<usize>,
) -> Option<Body> {
    let mut candidates = shared.candidates(known, piece);
    candidates.retain(|c| may_be_worth(c, words.len()));
    if candidates.is_empty() {
        return None;
    }
    let positions = Positions::new(windows, piece.clone());
    let mut aligned: Vec<Body> = Vec::with_capacity(candidates.len());
    let mut most = 0;
    let mut whole: Option<&Candidate> = None;
    for candidate in &candidates {
        if !may_explain(candidate, most) || whole.is_some_and(|w| candidate.shares_less(w)) {
            continue;
        }
        let Some(body) = align_one(&candidate.document, words, &positions) else { continue };
        most = most.max(body.difference.value());
        if body.is_whole() && whole.is_none_or(|w| w.shares_less(candidate)) {
            whole = Some(candidate);
        }
        aligned.push(body);
    }
    side_by_side(&mut aligned, words.len());
    choose(&mut aligned)
}

/// What one more text must explain, in words.
const ANOTHER: i64 = 8;

/// One text with much missing may seem to explain what are really several texts side by side. If whole texts and
/// what fits beside them explain more, only they are kept.
fn side_by_side(aligned: &mut Vec<Body>, all: usize) {
    if !aligned.iter().any(Body::is_whole) {
        return;
    }
    aligned.sort_by_key(|b| b.words.end);
    // The best explanation by the first n texts: what it explains, and by which.
    let mut explained: Vec<(i64, Option<usize>, usize)> = vec![(0, None, 0)];
    for (n, body) in aligned.iter().enumerate() {
        let value = body.difference.value();
        // What is not whole is discounted, and fragments do not count: of them many would fit.
        let worth = if body.is_whole() { value } else { value * 3 / 4 } - ANOTHER;
        let counts = is_worth(body, all) && (body.is_whole() || body.coverage() >= 75);
        let before = aligned.partition_point(|b| b.words.end < body.words.start + WINDOW).min(n);
        let with = explained.get(before).map_or(0, |e| e.0) + if counts { worth } else { 0 };
        let without = explained.last().map_or(0, |e| e.0);
        explained.push(if with > without { (with, Some(n), before) } else { (without, None, n) });
    }
    let mut chosen = Vec::new();
    let mut at = aligned.len();
    while let Some((_, body, before)) = explained.get(at).filter(|_| at > 0) {
        chosen.extend(*body);
        at = *before;
    }
    let single = aligned.iter().map(|b| b.difference.value()).max().unwrap_or(0);
    let whole = chosen.iter().filter_map(|n| aligned.get(*n)).any(Body::is_whole);
    if whole && chosen.len() > 1 && explained.last().is_some_and(|(sum, _, _)| *sum > single) {
        let mut n = 0;
        aligned.retain(|_| {
            n += 1;
            chosen.contains(&(n - 1))
        });
    }
}

/// A text of which a good part is here, or which explains a good part of what is here.
fn is_worth(body: &Body, all: usize) -> bool {
    let matched = body.difference.matched;
    if body.is_text() && matched >= 30 && matched * 100 / all.max(1) >= 60 {
        return true;
    }
    match body.document.role {
        Role::Header => body.coverage() >= 65,
        Role::Exception => body.coverage() >= 75,
        _ => body.coverage() >= 45 && matched >= 12 || matched >= 150 && body.coverage() >= 25,
    }
}

/// Whether a candidate may explain more than this, or be here nearly as a whole, beside others.
fn may_explain(candidate: &Candidate, most: i64) -> bool {
    let (here, needed) = (candidate.most_words(), candidate.needed());
    let value = here + here / 8 + here / 30 - (needed - here).max(0) / 4;
    here >= most && (value >= most || here * 100 >= needed * 75)
}

/// Whether so much of a candidate may be here that [`is_worth`] could hold.
fn may_be_worth(candidate: &Candidate, all: usize) -> bool {
    let most = candidate.most_words();
    let needed = candidate.needed();
    most >= 30 && most * 100 >= all as i64 * 60 || most * 100 >= needed * 45 || most >= 150 && most * 100 >= needed * 25
}

fn align_one(document: &Document, words: &[Word], positions: &Positions<'_>) -> Option<Body> {
    let chain = align::align(document, positions);
    let (first, last) = (chain.first()?, chain.last()?);
    let span = first.user_words().start..last.user_words().end;
    let difference = residue::judge(document, words, &chain);
    Some(Body { document: *document, words: span, difference, chain })
}

/// The one that explains more words, less what differs; among equals, the one with nothing left over. Of a
/// changed text, the licence that everybody uses is the likelier base.
fn choose(aligned: &mut Vec<Body>) -> Option<Body> {
    let rank = |x: &Body, bonus: i64| {
        let text = matches!(x.document.role, Role::Text | Role::Policy);
        (x.difference.value() + bonus, x.is_whole(), text, std::cmp::Reverse(x.document.number))
    };
    let best = aligned.iter().enumerate().max_by_key(|(_, x)| rank(x, 0)).map(|(n, x)| (n, x.is_whole()))?;
    let bonus = |x: &Body| {
        if COMMON.contains(&x.document.first_id()) { x.difference.matched as i64 / 30 } else { 0 }
    };
    let at = match best {
        (n, true) => n,
        _ => aligned.iter().enumerate().max_by_key(|(_, x)| rank(x, bonus(x))).map(|(n, _)| n)?,
    };
    Some(aligned.swap_remove(at))
}
