//! Finds clauses in prose by the rules, each with its bytes.
//!
//! A pattern sees words, not meaning. What it finds is shown with its sentence, for a reader to judge; what it
//! does not find is not thereby permitted.

use std::ops::Range;
use std::sync::LazyLock;

use crate::denial;
use crate::rules::{Kind, RULES, Rule};
use crate::words::{self, Word, hash};

/// A clause found: what it says, where, and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) kind: Kind,
    pub(crate) words: Range<usize>,
    pub(crate) value: Option<u64>,
}

impl Clause {
    /// Whether it takes something away from what a licence beside it permits.
    pub(crate) fn restricts(&self) -> bool {
        use crate::terms::RestrictionKind as R;
        matches!(self.kind, Kind::Restriction(kind) if !matches!(kind, R::Gated | R::NoLicense | R::MutableTerms))
    }
}

enum Part {
    /// One of these words.
    Any(Listed),
    /// Up to so many words between; words of a list follow.
    Gap(usize),
}

/// A few words.
struct Listed {
    words: Vec<u64>,
    /// A bit for each of them: most other words have another.
    bits: u64,
}

impl Listed {
    fn new(words: Vec<u64>) -> Self {
        let bits = words.iter().fold(0, |bits, word| bits | Self::bit(*word));
        Self { words, bits }
    }

    fn bit(word: u64) -> u64 {
        1 << (word >> 58)
    }

    fn holds(&self, word: u64) -> bool {
        self.bits & Self::bit(word) != 0 && self.words.contains(&word)
    }
}

struct Compiled {
    rule: &'static Rule,
    parts: Vec<Part>,
    near: Listed,
    unless: Listed,
}

struct Rules {
    compiled: Vec<Compiled>,
    /// The words a phrase may begin with, and the rule, by [`Rules::slot`].
    firsts: Vec<(u64, usize)>,
    /// Where the words of each slot begin; one more ends the last.
    slots: Vec<u16>,
}

impl Rules {
    const SLOTS: usize = 2048;

    fn slot(word: u64) -> usize {
        (word >> 40) as usize % Self::SLOTS
    }

    /// The rules whose phrase may begin with a word.
    fn begun_by(&self, word: u64) -> impl Iterator<Item = usize> {
        let slot = Self::slot(word);
        let at = |n: usize| self.slots.get(n).map_or(0, |at| usize::from(*at));
        let there = self.firsts.get(at(slot)..at(slot + 1)).unwrap_or_default();
        there.iter().filter(move |(first, _)| *first == word).map(|(_, rule)| *rule)
    }
}

static COMPILED: LazyLock<Rules> = LazyLock::new(|| {
    let mut rules = Rules { compiled: Vec::new(), firsts: Vec::new(), slots: Vec::new() };
    for rule in RULES {
        let parts: Vec<Part> = rule
            .phrase
            .split(' ')
            .map(|p| match p {
                ".." => Part::Gap(4),
                "...." => Part::Gap(14),
                words => Part::Any(Listed::new(words.split('|').map(spelt).collect())),
            })
            .collect();
        let list = |text: &str| Listed::new(text.split(' ').filter(|w| !w.is_empty()).map(spelt).collect());
        if let Some(Part::Any(first)) = parts.first() {
            rules.firsts.extend(first.words.iter().map(|word| (*word, rules.compiled.len())));
        }
        rules.compiled.push(Compiled { rule, parts, near: list(rule.near), unless: list(rule.unless) });
    }
    rules.firsts.sort_unstable_by_key(|(word, rule)| (Rules::slot(*word), *word, *rule));
    let begins = |slot: usize| rules.firsts.partition_point(|(word, _)| Rules::slot(*word) < slot);
    rules.slots = (0..=Rules::SLOTS).map(|slot| u16::try_from(begins(slot)).unwrap_or(u16::MAX)).collect();
    rules
});

/// Some words, possibly with others that look like them.
struct Sketch {
    bits: [u64; 256],
}

impl Sketch {
    fn new(words: impl Iterator<Item = u64>) -> Self {
        let mut sketch = Self { bits: [0; 256] };
        for word in words {
            let (slot, bit) = Self::place(word);
            if let Some(slot) = sketch.bits.get_mut(slot) {
                *slot |= bit;
            }
        }
        sketch
    }

    fn place(word: u64) -> (usize, u64) {
        (((word >> 30) & 255) as usize, 1 << ((word >> 40) & 63))
    }

    fn may_hold(&self, word: u64) -> bool {
        let (slot, bit) = Self::place(word);
        self.bits.get(slot).is_some_and(|b| b & bit != 0)
    }

    /// Whether a text of these words may hold what the rule needs.
    fn may_fit(&self, compiled: &Compiled) -> bool {
        let any = |listed: &Listed| listed.words.iter().any(|w| self.may_hold(*w));
        let part = |part: &Part| match part {
            Part::Any(listed) => any(listed),
            Part::Gap(_) => true,
        };
        (compiled.near.words.is_empty() || any(&compiled.near)) && compiled.parts.iter().all(part)
    }
}

/// The hash of a word as the normaliser spells it.
fn spelt(word: &str) -> u64 {
    words::words(word.as_bytes()).first().map_or(0, |w| w.hash)
}

/// Clauses of each kind kept.
const PER_KIND: usize = 12;

/// All clauses of a text, in order.
pub(crate) fn detect(text: &[Word], bytes: &[u8]) -> Vec<Clause> {
    let rules = &*COMPILED;
    let mut found: Vec<Clause> = Vec::new();
    // A rule of which the text lacks a word is not tried at all.
    let seen = Sketch::new(text.iter().map(|w| w.hash));
    let fit: Vec<bool> = rules.compiled.iter().map(|c| seen.may_fit(c)).collect();
    let fits = |n: usize| fit.get(n) == Some(&true);
    let begins = Sketch::new(rules.firsts.iter().filter(|(_, n)| fits(*n)).map(|(word, _)| *word));
    for (at, word) in text.iter().enumerate() {
        if !begins.may_hold(word.hash) {
            continue;
        }
        for compiled in rules.begun_by(word.hash).filter(|n| fits(*n)).filter_map(|n| rules.compiled.get(n)) {
            let Some(clause) = try_rule(compiled, text, bytes, at) else {
                continue;
            };
            let again = found.iter().any(|c| c.kind == clause.kind && c.words == clause.words);
            if !again && found.iter().filter(|c| c.kind == clause.kind).count() < PER_KIND {
                found.push(clause);
            }
        }
    }
    found
}

fn try_rule(compiled: &Compiled, text: &[Word], bytes: &[u8], at: usize) -> Option<Clause> {
    let end = match_parts(&compiled.parts, text, at, 0)?;
    let rule = compiled.rule;
    let (from, to) = (at.saturating_sub(rule.reach), (end + rule.reach).min(text.len()));
    let around = text.get(from..to)?;
    // "including but not limited to" forbids nothing.
    let counts = |n: usize, w: &Word| w.hash != NOT || around.get(n + 1).is_none_or(|next| next.hash != LIMITED);
    let holds = |list: &Listed| around.iter().enumerate().any(|(n, w)| list.holds(w.hash) && counts(n, w));
    if !compiled.near.words.is_empty() && !holds(&compiled.near) {
        return None;
    }
    // What speaks against it must stand in the same sentence.
    let sentence = sentence(text, at..end);
    let close = text.get(sentence.clone()).unwrap_or_default();
    if close.iter().any(|w| compiled.unless.holds(w.hash)) {
        return None;
    }
    if denial::denied(text, sentence.clone(), at..end, rule.kind) {
        return None;
    }
    let value = number(text, sentence.clone(), at..end, bytes, rule.kind);
    if rule.number && value.is_none() {
        return None;
    }
    let value = if is_threshold(rule.kind) { value } else { None };
    Some(Clause { kind: rule.kind, words: sentence, value })
}

fn is_threshold(kind: Kind) -> bool {
    use crate::terms::RestrictionKind as R;
    matches!(kind, Kind::Restriction(R::UserThreshold | R::RevenueThreshold))
}

/// Where the phrase ends, if it is here.
fn match_parts(parts: &[Part], text: &[Word], at: usize, depth: usize) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else {
        return Some(at);
    };
    match part {
        Part::Any(listed) => {
            let here = text.get(at)?;
            let hit = listed.holds(here.hash) && (depth == 0 || !here.is(Word::PARAGRAPH));
            if hit { match_parts(rest, text, at + 1, depth + 1) } else { None }
        }
        Part::Gap(most) => {
            let Some((Part::Any(next), after)) = rest.split_first() else { return None };
            for here in at..=at + most {
                let word = text.get(here)?;
                if next.holds(word.hash) && !word.is(Word::PARAGRAPH) {
                    let end = match_parts(after, text, here + 1, depth + 2);
                    if end.is_some() {
                        return end;
                    }
                }
                if word.is(Word::SENTENCE) && word.is(Word::CAPITAL) {
                    return None;
                }
            }
            None
        }
    }
}

/// The sentence around some words, at most 90 words to either side.
pub(crate) fn sentence(text: &[Word], words: Range<usize>) -> Range<usize> {
    let mut start = words.start;
    while start > 0 && words.start - start < 90 {
        let starts =
            |w: &Word| w.is(Word::PARAGRAPH) || w.is(Word::SENTENCE) && (w.is(Word::CAPITAL) || w.is(Word::LINE_START));
        if text.get(start).is_none_or(starts) {
            break;
        }
        start -= 1;
    }
    let mut end = words.end;
    while end < text.len() && end - words.end < 90 {
        if text.get(end).is_none_or(|w| w.is(Word::PARAGRAPH) || w.is(Word::SENTENCE) && w.is(Word::CAPITAL)) {
            break;
        }
        end += 1;
    }
    start..end.max(words.end)
}

/// The amount a sentence names nearest to the phrase: "700 million", "10,000,000", "one million".
fn number(text: &[Word], sentence: Range<usize>, phrase: Range<usize>, bytes: &[u8], kind: Kind) -> Option<u64> {
    if !is_threshold(kind) {
        return None;
    }
    let mut best: Option<(usize, u64)> = None;
    for at in sentence {
        let Some(word) = text.get(at) else { break };
        let spelt = SPELT.iter().find(|(w, _)| *w == word.hash).map(|(_, v)| *v);
        let Some(value) = spelt.or_else(|| digits(*word, bytes)) else {
            continue;
        };
        let scale = text.get(at + 1).map_or(1, |w| match w.hash {
            MILLION | M => 1_000_000,
            BILLION => 1_000_000_000,
            THOUSAND => 1_000,
            _ => 1,
        });
        let value = value.saturating_mul(scale);
        let far = if at < phrase.start { phrase.start - at } else { at.saturating_sub(phrase.end) };
        // Years, sections and percentages are no thresholds.
        if value >= 10_000 && best.is_none_or(|(f, _)| far < f) {
            best = Some((far, value));
        }
    }
    best.map(|(_, value)| value)
}

/// A number in digits, its fraction left out.
fn digits(word: Word, bytes: &[u8]) -> Option<u64> {
    let raw = bytes.get(word.start as usize..word.end as usize)?;
    if !raw.first()?.is_ascii_digit() {
        return None;
    }
    let text: String = raw.iter().filter(|b| b.is_ascii_digit() || **b == b'.').map(|b| char::from(*b)).collect();
    text.split('.').next()?.parse().ok()
}

const NOT: u64 = hash("not");
const LIMITED: u64 = hash("limited");
const MILLION: u64 = hash("million");
const BILLION: u64 = hash("billion");
const THOUSAND: u64 = hash("thousand");
const M: u64 = hash("m");
const SPELT: &[(u64, u64)] = &[
    (hash("one"), 1),
    (hash("two"), 2),
    (hash("three"), 3),
    (hash("five"), 5),
    (hash("ten"), 10),
    (hash("twenty"), 20),
    (hash("fifty"), 50),
    (hash("hundred"), 100),
    (hash("seven"), 7),
    (hash("1m"), 1_000_000),
    (hash("10m"), 10_000_000),
    (hash("100m"), 100_000_000),
    (hash("700m"), 700_000_000),
    (hash("1mm"), 1_000_000),
];
