//! Which known texts are worth aligning with a piece of the user's text: those that share windows with it.

use std::ops::Range;

use crate::fingerprint::{self, Document, Fingerprints, layout};

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
/// What surrounds them may belong to them: of long texts only some windows are known, one in four.
const MARGIN: usize = 160;
/// How far a licence may be interrupted by other words.
const INTERRUPTION: usize = 400;

/// So many lists of holders are gathered at once.
const LISTS: usize = 256;

/// A window of the user's that some known text holds.
struct Held {
    at: u32,
    /// Where the same window stood before, plus one; 0: nowhere.
    before: u32,
    /// The list of documents that hold it.
    list: u16,
}

/// Windows shared with a piece: in the upper half those that are different, in the lower half all.
#[derive(Clone, Copy, Default)]
struct Count(u64);

impl Count {
    const DIFFERENT: u32 = 32;

    fn all(self) -> u32 {
        self.0 as u32
    }

    fn different(self) -> u32 {
        (self.0 >> Self::DIFFERENT) as u32
    }
}

/// The windows that some known text holds: in prose nearly none. Each is looked up once.
pub(crate) struct Shared {
    /// In order.
    held: Vec<Held>,
    /// By document; all 0 between two calls.
    counts: Vec<Count>,
}

/// A known text, and about how many of its windows are in the piece.
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) document: Document,
    /// Windows shared, wherever they stand.
    shared: u32,
}

impl Candidate {
    /// It shares clearly fewer windows than another.
    pub(crate) fn shares_less(&self, other: &Self) -> bool {
        self.shared + self.shared / 8 + 4 < other.shared
    }

    /// So many of its words may not be absent or replaced.
    pub(crate) fn needed(&self) -> i64 {
        let optional: usize = self.document.regions().map(|r| r.end - r.start).sum();
        self.document.words.saturating_sub(optional) as i64
    }

    /// More words of it than this are hardly here: every run of windows holds a few words more than windows.
    pub(crate) fn most_words(&self) -> i64 {
        let slack = if self.document.words <= layout::DENSE_WORDS { 12 } else { 40 };
        i64::from(self.shared) * 3 / 2 + slack
    }
}

impl Shared {
    pub(crate) fn new(known: &Fingerprints, windows: &[u32]) -> Self {
        let held = link(&known.held(windows));
        Self { held, counts: vec![Count::default(); known.len()] }
    }

    /// The parts of the text in which known texts may stand, of so many windows in all.
    pub(crate) fn pieces(&self, windows: usize) -> Vec<Range<usize>> {
        if windows <= SHORT {
            return std::iter::once(0..windows).collect();
        }
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for cluster in self.held.chunk_by(|a, b| b.at - a.at <= NEAR).filter(|c| c.len() >= FEWEST as usize) {
            let (Some(first), Some(last)) = (cluster.first(), cluster.last()) else { continue };
            let from = (first.at as usize).saturating_sub(MARGIN);
            let to = (last.at as usize + MARGIN).min(windows);
            match pieces.last_mut() {
                Some(piece) if piece.end + INTERRUPTION >= from => piece.end = to,
                _ => pieces.push(from..to),
            }
        }
        pieces
    }

    /// Documents that share most with a piece, best first.
    pub(crate) fn candidates(&mut self, known: &Fingerprints, piece: &Range<usize>) -> Vec<Candidate> {
        let from = self.held.partition_point(|h| (h.at as usize) < piece.start);
        let to = self.held.partition_point(|h| (h.at as usize) < piece.end);
        let counts = self.counts.as_mut_slice();
        let mut add = |list: u16, count: Count| {
            if count.0 == 0 {
                return;
            }
            for number in known.holders(list) {
                if let Some(sum) = counts.get_mut(usize::from(number)) {
                    sum.0 += count.0;
                }
            }
        };
        // Neighbours mostly share a list: it is gone through once for all of them.
        let mut waiting = [(0_u16, Count::default()); LISTS];
        for held in self.held.get(from..to.max(from)).unwrap_or_default() {
            let one = 1 + (u64::from(held.before as usize <= piece.start) << Count::DIFFERENT);
            let Some((list, count)) = waiting.get_mut(usize::from(held.list) % LISTS) else { continue };
            if *list != held.list {
                add(std::mem::replace(list, held.list), std::mem::take(count));
            }
            count.0 += one;
        }
        waiting.into_iter().for_each(|(list, count)| add(list, count));
        let mut ranked: Vec<Ranked> = Vec::with_capacity(64);
        for (number, count) in (0..).zip(&mut self.counts) {
            if count.0 == 0 {
                continue;
            }
            let count = std::mem::take(count);
            let Some((words, size)) = known.size(number) else { continue };
            let size = size.max(1);
            let scale = if words <= layout::DENSE_WORDS { 1 } else { layout::SPARSE };
            let (estimate, shared) = ((count.different() * scale).min(size), count.all() * scale);
            if estimate >= FEWEST {
                // What is shared, weighted by how much of the document that is.
                let score = u64::from(estimate) * u64::from(estimate) * 1024 / u64::from(size);
                ranked.push(Ranked { score, number, shared, estimate, size });
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
            chosen.extend(document.map(|document| Candidate { document, shared: ranked.shared }));
        }
        chosen
    }
}

struct Ranked {
    score: u64,
    number: u16,
    shared: u32,
    estimate: u32,
    size: u32,
}

impl Ranked {
    fn is_complete(&self) -> bool {
        self.estimate * 10 >= self.size * 8
    }
}

/// Tells each window where the same one stood before.
fn link(held: &[fingerprint::Held]) -> Vec<Held> {
    const NONE: u32 = u32::MAX;
    let mask = (held.len() * 2).next_power_of_two().max(16) - 1;
    // The last place of each hash, and that hash.
    let mut slots = vec![(NONE, 0_u32); mask + 1];
    let mut linked = Vec::with_capacity(held.len());
    for window in held {
        let mut at = (window.hash as usize).wrapping_mul(0x9e37_79b9) >> 7 & mask;
        while let Some(slot) = slots.get_mut(at) {
            if slot.0 == NONE || slot.1 == window.hash {
                let before = if slot.0 == NONE { 0 } else { slot.0 + 1 };
                linked.push(Held { at: window.at, before, list: window.list });
                *slot = (window.at, window.hash);
                break;
            }
            at = (at + 1) & mask;
        }
    }
    linked
}
