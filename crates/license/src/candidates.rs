//! Which known texts are worth aligning: those that share windows with the user's text.

use crate::fingerprint::{Document, Fingerprints, layout};

/// How many candidates are aligned in one round.
const CANDIDATES: usize = 14;
/// And how many more that seem to be here as a whole.
const WHOLE: usize = 8;
/// A document with fewer shared windows is none.
const FEWEST: u32 = 3;

/// Documents that share most with the windows that are not covered yet, best first.
pub(crate) fn candidates(known: &Fingerprints, windows: &[u32], covered: &[bool]) -> Vec<Document> {
    let mut shared = vec![(0_u32, 0_u32); known.len()];
    let mut last = u32::MAX;
    for (n, hash) in windows.iter().enumerate() {
        if covered.get(n) == Some(&true) || *hash == last {
            continue;
        }
        last = *hash;
        known.holders(*hash, |document, dense| {
            if let Some((d, s)) = shared.get_mut(usize::from(document)) {
                if dense {
                    *d += 1;
                } else {
                    *s += 1;
                }
            }
        });
    }
    let mut ranked: Vec<(u64, u16, u64)> = Vec::new();
    for (number, (dense, sparse)) in shared.iter().enumerate() {
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
