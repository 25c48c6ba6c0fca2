//! Alignment of a known text with the user's: runs of equal windows, chained.
//!
//! Between two runs of a chain lie the words that differ, on either side. A window holds four words, so one
//! changed word interrupts four windows; the words that the runs before and after cover are equal all the same.

use std::ops::Range;

use crate::fingerprint::Document;
use crate::words::WINDOW;

/// Where each window of a piece of the user's text stands.
pub(crate) struct Positions<'a> {
    windows: &'a [u32],
    /// Where the piece begins in the text.
    start: usize,
    /// A bit per hash: most windows of a known text are not here, and end with it.
    present: Vec<u64>,
    /// The upper bits of a hash choose its bit.
    shift: u32,
    slots: Vec<u32>,
    next: Vec<u32>,
    mask: usize,
}

const NONE: u32 = u32::MAX;
/// How many places of one window are tried.
const PLACES: usize = 8;
/// How many runs are chained.
const RUNS: usize = 160;

impl<'a> Positions<'a> {
    pub(crate) fn new(windows: &'a [u32], piece: Range<usize>) -> Self {
        let start = piece.start;
        let windows = windows.get(piece).unwrap_or_default();
        let size = (windows.len() * 2).next_power_of_two().max(16);
        let bits = size.ilog2() + 3;
        let mut positions = Self {
            windows,
            start,
            present: vec![0; 1 << (bits - 6)],
            shift: u32::BITS.saturating_sub(bits),
            slots: vec![NONE; size],
            next: vec![NONE; windows.len()],
            mask: size - 1,
        };
        for (n, hash) in windows.iter().enumerate().rev() {
            let bit = hash >> positions.shift;
            if let Some(present) = positions.present.get_mut(bit as usize / 64) {
                *present |= 1 << (bit % 64);
            }
            let at = positions.slot(*hash);
            let (Some(slot), Some(next)) = (positions.slots.get_mut(at), positions.next.get_mut(n)) else {
                continue;
            };
            *next = *slot;
            *slot = n as u32;
        }
        positions
    }

    /// Slots are shared by hashes that collide in them; the chain is walked and compared.
    fn slot(&self, hash: u32) -> usize {
        (hash as usize).wrapping_mul(0x9e37_79b9) >> 7 & self.mask
    }

    fn may_hold(&self, hash: u32) -> bool {
        let bit = hash >> self.shift;
        self.present.get(bit as usize / 64).is_some_and(|p| p >> (bit % 64) & 1 == 1)
    }

    fn of(&self, hash: u32) -> impl Iterator<Item = usize> {
        let mut at = self.slots.get(self.slot(hash)).copied().unwrap_or(NONE);
        let mut steps = 0;
        std::iter::from_fn(move || {
            while at != NONE && steps < 64 {
                let here = at as usize;
                steps += 1;
                at = self.next.get(here).copied().unwrap_or(NONE);
                if self.windows.get(here) == Some(&hash) {
                    return Some(here);
                }
            }
            None
        })
        .take(PLACES)
    }
}

/// Equal windows: `length` of them from `user` and from `known`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) user: usize,
    pub(crate) known: usize,
    pub(crate) length: usize,
}

impl Run {
    /// The words of the user's text it covers.
    pub(crate) fn user_words(&self) -> Range<usize> {
        self.user..self.user + self.length + WINDOW - 1
    }

    /// The words of the known text it covers.
    pub(crate) fn known_words(&self) -> Range<usize> {
        self.known..self.known + self.length + WINDOW - 1
    }
}

/// The best chain of runs, in order in both texts.
pub(crate) fn align(document: &Document, positions: &Positions<'_>) -> Vec<Run> {
    chain(runs(document, positions))
}

fn runs(document: &Document, positions: &Positions<'_>) -> Vec<Run> {
    let mut runs = Vec::with_capacity(16);
    let mut at = 0;
    while let Some(n) = document.windows_from(at).position(|hash| positions.may_hold(hash)) {
        let known = at + n;
        at = known + 1;
        let Some(hash) = document.windows_from(known).next() else { break };
        for user in positions.of(hash) {
            let ours = positions.windows.get(user..).unwrap_or_default();
            let length = document.windows_from(known).zip(ours).take_while(|(a, b)| a == *b).count();
            at = at.max(known + length);
            runs.push(Run { user: positions.start + user, known, length });
        }
    }
    if runs.len() > RUNS {
        runs.sort_by_key(|r| std::cmp::Reverse(r.length));
        runs.truncate(RUNS);
    }
    runs.sort_by_key(|r| (r.known, r.user));
    runs
}

/// What a gap costs, in eighths of a matched window.
fn cost(user_gap: usize, known_gap: usize) -> i64 {
    (user_gap.min(600) * 2 + known_gap.min(600)) as i64
}

fn chain(runs: Vec<Run>) -> Vec<Run> {
    // For each run: the best score of a chain that ends with it, its predecessor, and how much of its
    // beginning overlaps with that.
    let mut best: Vec<(i64, Option<usize>, usize)> = Vec::with_capacity(runs.len());
    // The best score of any chain up to each run: where even that could not help, looking back ends.
    let mut peak: Vec<i64> = Vec::with_capacity(runs.len());
    for run in &runs {
        let whole = run.length as i64 * 8;
        let mut mine = (whole, None, 0);
        for (p, (before, peak)) in runs.iter().zip(&peak).enumerate().rev() {
            if peak + whole < mine.0 {
                break;
            }
            if before.user >= run.user {
                continue;
            }
            let (user_end, known_end) = (before.user + before.length, before.known + before.length);
            let trim = user_end.saturating_sub(run.user).max(known_end.saturating_sub(run.known));
            if trim >= run.length || before.known > run.known {
                continue;
            }
            let gap = cost((run.user + trim) - user_end, (run.known + trim) - known_end);
            let Some((score, _, _)) = best.get(p) else {
                continue;
            };
            let total = score + (run.length - trim) as i64 * 8 - gap;
            if total > mine.0 || total == mine.0 && mine.1.is_some() {
                mine = (total, Some(p), trim);
            }
        }
        peak.push(mine.0.max(peak.last().copied().unwrap_or(mine.0)));
        best.push(mine);
    }
    let mut at =
        best.iter().enumerate().max_by_key(|(n, (score, _, _))| (*score, std::cmp::Reverse(*n))).map(|(n, _)| n);
    let mut chain = Vec::new();
    while let Some(n) = at {
        let (Some(run), Some((_, before, trim))) = (runs.get(n), best.get(n)) else {
            break;
        };
        chain.push(Run { user: run.user + trim, known: run.known + trim, length: run.length - trim });
        at = *before;
    }
    chain.reverse();
    chain
}
