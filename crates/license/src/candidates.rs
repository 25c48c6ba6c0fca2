//! Which known texts are worth aligning: those that share windows with the user's text.

use crate::fingerprint::{Document, Fingerprints, layout};

/// How many candidates are aligned in one round.
const CANDIDATES: usize = 14;
/// And how many more that seem to be here as a whole.
const WHOLE: usize = 8;
/// A document with fewer shared windows is none.
const FEWEST: u32 = 3;

/// The windows that some known text holds: in prose nearly none. Found once, counted in every round.
pub(crate) struct Shared {
    held: Vec<u32>,
}

impl Shared {
    pub(crate) fn new(known: &Fingerprints, windows: &[u32]) -> Self {
        let mut held = Vec::with_capacity(windows.len().min(8192));
        let mut last = None;
        for (n, hash) in windows.iter().enumerate() {
            if last != Some(*hash) && known.may_hold(*hash) {
                held.push(n as u32);
            }
            last = Some(*hash);
        }
        Self { held }
    }
}

/// Documents that share most with the windows that are not covered yet, best first.
pub(crate) fn candidates(known: &Fingerprints, windows: &[u32], shared: &Shared, covered: &[bool]) -> Vec<Document> {
    let mut counts = vec![(0_u32, 0_u32); known.len()];
    for n in &shared.held {
        if covered.get(*n as usize) == Some(&true) {
            continue;
        }
        let Some(hash) = windows.get(*n as usize) else {
            continue;
        };
        known.holders(*hash, |document, dense| {
            if let Some((d, s)) = counts.get_mut(usize::from(document)) {
                if dense {
                    *d += 1;
                } else {
                    *s += 1;
                }
            }
        });
    }
    let mut ranked: Vec<(u64, u16, u64)> = Vec::new();
    for (number, (dense, sparse)) in counts.iter().enumerate() {
        let estimate = (*dense).max(sparse * layout::SPARSE);
        if estimate < FEWEST {
            continue;
        }
        let Some(document) = u16::try_from(number).ok().and_then(|n| known.document(n)) else {
            continue;
        };
        let size = document.window_count().max(1) as u64;
        let estimate = u64::from(estimate).min(size);
        // What is shared, weighted by how much of the document that is.
        ranked.push((estimate * estimate * 1024 / size, document.number, size));
    }
    ranked.sort_unstable_by_key(|(score, number, _)| (std::cmp::Reverse(*score), *number));
    let floor = ranked.first().map_or(0, |(best, _, _)| best / 6);
    let (mut chosen, mut whole) = (Vec::new(), 0);
    for (score, number, size) in ranked {
        // A short text that is here as a whole may stand beside a long one.
        let complete = score * 10 >= size * 1024 * 7;
        if chosen.len() - whole < CANDIDATES && score >= floor {
            chosen.extend(known.document(number));
        } else if complete && whole < WHOLE {
            whole += 1;
            chosen.extend(known.document(number));
        }
    }
    chosen
}
