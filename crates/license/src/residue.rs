//! Judges what differs between a known text and the user's: does it matter?
//!
//! What may differ: optional regions left out as a whole, replaceable regions filled with a name, copyright
//! lines, titles. Everything else matters, and a fill that could restrict anything matters too.

use std::ops::Range;

use crate::align::Run;
use crate::fingerprint::{Document, Region, layout};
use crate::prose;
use crate::words::Word;

/// What differs, as far as it matters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Difference {
    /// Words of the user's text that the known text lacks, in places inside it.
    pub(crate) extra: Vec<Range<usize>>,
    /// Words of the known text that are absent.
    pub(crate) missing: usize,
    /// Of these, words before the first or after the last word found: a preamble or appendix left out.
    pub(crate) edge: usize,
    /// Words of the known text found.
    pub(crate) matched: usize,
    /// Places (word positions in the user's text) where words are missing.
    pub(crate) holes: Vec<usize>,
}

impl Difference {
    pub(crate) fn extra_words(&self) -> usize {
        // A long stretch between two parts is likelier another text than an insertion.
        self.extra.iter().map(|r| r.len() + r.len().saturating_sub(60) * 2).map(|n| n.min(900)).sum()
    }

    /// How well the text explains the words: found, less what differs. What lacks at an end weighs less than
    /// what lacks inside.
    pub(crate) fn value(&self) -> i64 {
        let inner = self.missing - self.edge.min(self.missing);
        let edge = self.edge / 4;
        // A text of which much is missing inside is rarely the base of this one.
        let inner = if inner * 2 > self.matched { inner * 2 } else { inner };
        // Of two that fit equally, the one that has more of the words.
        let matched = self.matched + self.matched / 8;
        matched as i64 - inner as i64 - self.extra_words() as i64 - edge as i64
    }
}

/// Judges a chain of runs.
pub(crate) fn judge(document: &Document, words: &[Word], chain: &[Run]) -> Difference {
    let regions: Vec<Region> = document.regions().collect();
    let mut difference = Difference::default();
    let (mut user_at, mut known_at) = (None, 0_usize);
    for run in chain {
        let (mut user, mut known) = (run.user_words(), run.known_words());
        let user_from = user_at.unwrap_or(user.start);
        // Words at the seam may equal those before it in one of the texts: what is repeated there or here counts.
        let seam = user_from.saturating_sub(user.start).max(known_at.saturating_sub(known.start)).min(known.len());
        user.start += seam;
        known.start += seam;
        let gap = Gap {
            user: user_from..user.start.max(user_from),
            known: known_at..known.start.max(known_at),
            edge: user_at.is_none(),
        };
        gap.judge(document, &regions, words, &mut difference);
        difference.matched += known.len();
        user_at = Some(user.end.max(user_from));
        known_at = known.end.max(known_at);
    }
    let end = user_at.unwrap_or(0);
    let tail = Gap { user: end..end, known: known_at..document.words.max(known_at), edge: true };
    tail.judge(document, &regions, words, &mut difference);
    difference
}

/// Most words of a name in a listed replacement.
const NAME_WORDS: usize = 24;

/// An optional region of so many words is a clause, not a title or a number.
const CLAUSE_WORDS: usize = 8;

struct Gap {
    user: Range<usize>,
    known: Range<usize>,
    /// Before the first or after the last run: what the user has there is judged elsewhere.
    edge: bool,
}

impl Gap {
    fn judge(&self, document: &Document, regions: &[Region], words: &[Word], difference: &mut Difference) {
        if self.user.is_empty() && self.known.is_empty() {
            return;
        }
        let mut allowed = 0;
        let mut flags = 0;
        let mut alternatives = false;
        let mut listed = 0;
        let mut excused = vec![false; self.known.len()];
        for region in regions {
            let inside = region.start >= self.known.start && region.end <= self.known.end;
            let touches = region.start < self.known.end && region.end > self.known.start;
            let empty_here = region.start == region.end && inside;
            if region.replaceable && (touches || empty_here) {
                let gone = region.end.min(self.known.end).saturating_sub(region.start.max(self.known.start));
                if region.is_listed() {
                    let fits = self.is_alternative(document, region, words);
                    alternatives |= fits;
                    listed += 1;
                    // Nothing in place of words that may only be replaced.
                    if !fits && self.user.is_empty() && !self.edge {
                        continue;
                    }
                } else {
                    allowed += region.limit;
                    // Where only some of its words differ, the default stands, and no "not" may come or go.
                    let partial = region.start < self.known.start || region.end > self.known.end;
                    flags |= if partial { region.flags & !layout::NORMS } else { region.flags };
                    let notices = region.flags & layout::NOTICES != 0;
                    let ruled = partial && region.flags & layout::NORMS != 0 || gone >= CLAUSE_WORDS;
                    if self.user.is_empty() && ruled && !notices && !self.edge {
                        continue;
                    }
                }
                self.excuse(region, &mut excused);
            } else if !region.replaceable
                && inside
                && touches
                && (self.edge || region.end - region.start < CLAUSE_WORDS)
            {
                // Inside a text, an optional clause left out is shown: it may have been what somebody relied on.
                self.excuse(region, &mut excused);
            }
        }
        let (mut missing, unverified) = count_missing(&excused);
        if missing > 0 && self.user.is_empty() && self.is_shifted_option(document, regions, words) {
            missing = 0;
        }
        let extra = self.user.len();
        let mut tolerated = extra >= unverified;
        if self.edge {
            tolerated = true;
        }
        if !tolerated {
            missing += unverified;
        }
        if missing > 0 {
            difference.missing += missing;
            difference.edge += if self.edge { missing } else { 0 };
            difference.holes.push(self.user.start);
        }
        if extra == 0 {
            return;
        }
        let fill = words.get(self.user.clone()).unwrap_or_default();
        let open = flags & (layout::OPEN | layout::NOTICES) != 0;
        let harmless = prose::harmless(words, self.user.clone(), flags & layout::NORMS != 0);
        let free = open && listed == 0 && extra <= allowed + unverified && harmless;
        // Beside a listed replacement that fits, what stands in an open place is not verified by it.
        let fits = missing == 0 && (alternatives && (!open || harmless) || free);
        if fits || prose::ignorable(fill) {
            return;
        }
        difference.extra.push(self.user.clone());
    }

    fn excuse(&self, region: &Region, excused: &mut [bool]) {
        let from = region.start.saturating_sub(self.known.start);
        let to = region.end.saturating_sub(self.known.start).min(excused.len());
        for slot in excused.get_mut(from..to).unwrap_or_default() {
            *slot = true;
        }
    }

    /// Whether the user's words here are one of the listed replacements.
    fn is_alternative(&self, document: &Document, region: &Region, words: &[Word]) -> bool {
        // Words of the region that equal the default are covered by the runs around: they are part of it.
        let before = region.start as isize - self.known.start as isize;
        let after = region.end as isize - self.known.end as isize;
        let start = self.user.start as isize + before;
        let end = self.user.end as isize + after;
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
            return false;
        };
        let end = end.max(start);
        document.alternatives(region).any(|a| {
            let wild_from = start + a.before_words;
            let head = words.get(start.saturating_sub(3)..wild_from);
            if head.is_none_or(|h| crate::words::window_of(h) != a.before) {
                return false;
            }
            if !a.wild {
                return wild_from == end;
            }
            let Some(wild_to) = end.checked_sub(a.after_words).filter(|to| *to >= wild_from) else {
                return false;
            };
            let tail = words.get(wild_to..(end + 3).min(words.len()));
            tail.is_some_and(|t| crate::words::window_of(t) == a.after)
                && wild_to - wild_from <= NAME_WORDS
                && prose::harmless(words, wild_from..wild_to, false)
        })
    }

    /// An optional region left out may seem shifted when its first words equal those after it.
    fn is_shifted_option(&self, document: &Document, regions: &[Region], words: &[Word]) -> bool {
        let length = self.known.len();
        regions.iter().any(|r| {
            !r.replaceable
                && length < CLAUSE_WORDS
                && r.end - r.start == length
                && r.start < self.known.start
                && self.known.start - r.start <= 8
                && self.is_repeated(document, r.end.max(self.known.start), words)
        })
    }

    /// Whether the missing words from `from` on are those that stand so many words before them as are missing.
    fn is_repeated(&self, document: &Document, from: usize, words: &[Word]) -> bool {
        let length = self.known.len();
        // The user's word for a known one: missing ones are taken to repeat those before the gap.
        let word = |known: usize| {
            let back = if known < self.known.end { length } else { 0 };
            let at = (self.user.start + known).checked_sub(self.known.start + back)?;
            let at = if back == 0 { at.checked_sub(length)? } else { at };
            words.get(at).copied()
        };
        (from..self.known.end).zip(document.windows_from(from)).all(|(known, window)| {
            let repeated: Option<Vec<Word>> = (known..known + crate::words::WINDOW).map(word).collect();
            repeated.is_some_and(|r| crate::words::window_of(&r) == window)
        })
    }
}

/// Words that are missing for certain, and words between two excused regions, too few for a window to show.
fn count_missing(excused: &[bool]) -> (usize, usize) {
    let (mut missing, mut unverified) = (0, 0);
    let mut n = 0;
    while n < excused.len() {
        if excused.get(n) == Some(&true) {
            n += 1;
            continue;
        }
        let length = excused.get(n..).unwrap_or_default().iter().take_while(|e| !**e).count();
        let between = n > 0 && n + length < excused.len();
        if between && length < crate::words::WINDOW {
            unverified += length
        } else {
            missing += length
        }
        n += length;
    }
    (missing, unverified)
}
