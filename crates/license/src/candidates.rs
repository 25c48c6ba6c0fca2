//! Which known texts are worth aligning with a piece of the user's text: those that share windows with it.

use std::ops::Range;

use crate::fingerprint::{Document, Fingerprints, Holders, layout};

/// How many candidates of a piece are ranked.
const CANDIDATES: usize = 24;
/// And how many more that seem to be here as a whole.
const WHOLE: usize = 8;
/// A document with fewer shared windows is none.
const FEWEST: u32 = 3;
/// Up to so many windows a text is one piece.
const SHORT: usize = 2000;
/// Windows known texts hold that are so close stand together.
const NEAR: u32 = 40;
/// What surrounds them may belong to them: of long texts only some windows are known, one in eight.
const MARGIN: usize = 160;
/// How far a licence may be interrupted by other words.
const INTERRUPTION: usize = 400;

/// The windows that some known text holds: in prose nearly none. Each is looked up once.
pub(crate) struct Shared {
    /// The user's window and who holds it, in order.
    held: Vec<(u32, Holders)>,
    /// Windows shared with a piece, by document; all 0 between two calls.
    counts: Vec<u32>,
}

/// A known text, and about how many of its windows are in the piece.
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) document: Document,
    estimate: u32,
}

impl Candidate {
    /// It shares clearly fewer windows than another.
    pub(crate) fn shares_less(&self, other: &Self) -> bool {
        self.estimate + self.estimate / 8 + 4 < other.estimate
    }

    /// More words of it than this are hardly here: every run of windows holds a few words more than windows.
    pub(crate) fn most_words(&self) -> i64 {
        let slack = if self.document.words <= layout::DENSE_WORDS { 12 } else { 40 };
        i64::from(self.estimate) * 3 / 2 + slack
    }
}

impl Shared {
    pub(crate) fn new(known: &Fingerprints, windows: &[u32]) -> Self {
        let mut held = Vec::with_capacity(windows.len().min(2048));
        let mut last = None;
        for (n, hash) in windows.iter().enumerate() {
            if last != Some(*hash)
                && let Some(holders) = known.holders(*hash)
            {
                held.push((n as u32, holders));
            }
            last = Some(*hash);
        }
        Self { held, counts: vec![0; known.len()] }
    }

    /// The parts of the text in which known texts may stand, of so many windows in all.
    pub(crate) fn pieces(&self, windows: usize) -> Vec<Range<usize>> {
        if windows <= SHORT {
            return vec![0..windows];
        }
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for cluster in self.held.chunk_by(|a, b| b.0 - a.0 <= NEAR).filter(|c| c.len() >= FEWEST as usize) {
            let (Some(first), Some(last)) = (cluster.first(), cluster.last()) else { continue };
            let from = (first.0 as usize).saturating_sub(MARGIN);
            let to = (last.0 as usize + MARGIN).min(windows);
            match pieces.last_mut() {
                Some(piece) if piece.end + INTERRUPTION >= from => piece.end = to,
                _ => pieces.push(from..to),
            }
        }
        pieces
    }

    /// Documents that share most with a piece, best first.
    pub(crate) fn candidates(&mut self, known: &Fingerprints, piece: &Range<usize>) -> Vec<Candidate> {
        let from = self.held.partition_point(|(n, _)| (*n as usize) < piece.start);
        let to = self.held.partition_point(|(n, _)| (*n as usize) < piece.end);
        for (_, holders) in self.held.get(from..to.max(from)).unwrap_or_default() {
            for number in holders.numbers() {
                if let Some(count) = self.counts.get_mut(usize::from(number)) {
                    *count += 1;
                }
            }
        }
        let mut ranked: Vec<Ranked> = Vec::with_capacity(64);
        for (number, count) in (0..).zip(&mut self.counts) {
            if *count == 0 {
                continue;
            }
            let count = std::mem::take(count);
            let Some((words, size)) = known.size(number) else { continue };
            let size = size.max(1);
            let estimate = if words <= layout::DENSE_WORDS { count } else { count * layout::SPARSE }.min(size);
            if estimate >= FEWEST {
                // What is shared, weighted by how much of the document that is.
                let score = u64::from(estimate) * u64::from(estimate) * 1024 / u64::from(size);
                ranked.push(Ranked { score, number, estimate, size });
            }
        }
        let floor = ranked.iter().map(|r| r.score).max().unwrap_or(0) / 6;
        // A short text that is here as a whole may stand beside a long one.
        ranked.retain(|r| r.score >= floor || r.is_complete());
        ranked.sort_unstable_by_key(|r| (std::cmp::Reverse(r.score), r.number));
        let (mut chosen, mut whole) = (Vec::with_capacity(CANDIDATES), 0);
        for ranked in ranked {
            if chosen.len() - whole >= CANDIDATES || ranked.score < floor {
                if !ranked.is_complete() || whole >= WHOLE {
                    continue;
                }
                whole += 1;
            }
            let document = known.document(ranked.number);
            chosen.extend(document.map(|document| Candidate { document, estimate: ranked.estimate }));
        }
        chosen
    }
}

struct Ranked {
    score: u64,
    number: u16,
    estimate: u32,
    size: u32,
}

impl Ranked {
    fn is_complete(&self) -> bool {
        self.estimate * 10 >= self.size * 8
    }
}
