//! Small judgements about stretches of words: could they restrict anything?

use std::ops::Range;

use crate::words::{Word, hash};

#[rustfmt::skip]
const ABBREVIATIONS: &[u64] = &[
    hash("inc"), hash("ltd"), hash("co"), hash("corp"), hash("gmbh"), hash("llc"), hash("dr"), hash("jr"), hash("mr"),
    hash("st"), hash("univ"), hash("prof"), hash("et"), hash("al"), hash("sa"), hash("bv"), hash("limited"),
];

const COPYRIGHT: u64 = hash("copyright");
const RIGHTS: &[u64] = &[hash("all"), hash("rights"), hash("reserved")];
#[rustfmt::skip]
const LINKS: &[u64] = &[
    hash("and"), hash("of"), hash("the"), hash("by"), hash("for"), hash("others"), hash("contributors"),
    hash("authors"), hash("author"), hash("et"), hash("al"), hash("c"), hash("portions"), hash("project"),
    hash("various"), hash("present"), hash("email"), hash("http"), hash("www"), hash("com"), hash("org"), hash("net"),
    hash("de"), hash("edu"), hash("io"), hash("from"), hash("to"), hash("at"), hash("in"), hash("its"), hash("year"),
    hash("yyyy"), hash("name"), hash("owner"), hash("holder"), hash("holders"), hash("owners"), hash("fullname"),
    hash("organization"), hash("a"),
];
const LICENSE: &[u64] = &[hash("license"), hash("licenses"), hash("copying"), hash("licensed"), hash("agreement")];

pub(crate) fn is_norm(word: Word) -> bool {
    word.is(Word::NORM)
}

pub(crate) fn is_loaded(word: Word) -> bool {
    word.is(Word::LOADED)
}

/// Whether some words fit a place made for a name: one piece of a sentence, without a word that rules anything.
pub(crate) fn harmless(words: &[Word], place: Range<usize>, norms_listed: bool) -> bool {
    let fill = words.get(place.clone()).unwrap_or_default();
    let before = place.start.checked_sub(1).and_then(|n| words.get(n)).copied();
    let opens = |word: Option<&Word>, previous: Option<Word>| {
        word.is_some_and(|w| previous.is_none_or(|p| ends_sentence(p, *w)) && !is_copyright_start(*w))
    };
    // A whole sentence put in between is no name.
    if opens(fill.first(), before) && words.get(place.end).is_some_and(|w| w.is(Word::SENTENCE)) {
        return false;
    }
    let mut previous: Option<Word> = None;
    for word in fill {
        if (is_loaded(*word) || !norms_listed && is_norm(*word)) && !is_company(*word) {
            return false;
        }
        if previous.is_some() && opens(Some(word), previous) {
            return false;
        }
        previous = Some(*word);
    }
    true
}

/// A full stop with nothing after it is part of an address: "www.Example.com".
fn ends_sentence(before: Word, word: Word) -> bool {
    word.is(Word::SENTENCE)
        && word.start > before.end + 1
        && word.is(Word::CAPITAL)
        && (word.is(Word::PARAGRAPH) || !ABBREVIATIONS.contains(&before.hash) && before.end - before.start > 1)
}

fn is_copyright_start(word: Word) -> bool {
    word.hash == COPYRIGHT || word.hash == hash("all") || word.hash == hash("portions")
}

/// Whether the words matter nowhere: lines of copyright notices, names, titles and section numbers.
pub(crate) fn ignorable(words: &[Word]) -> bool {
    lines(words).all(|line| is_notice_line(line) || is_title(line))
}

/// The lines of a stretch of words.
pub(crate) fn lines(words: &[Word]) -> impl Iterator<Item = &[Word]> {
    let mut rest = words;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().skip(1).position(|w| w.is(Word::LINE_START)).map_or(rest.len(), |n| n + 1);
        let (line, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(line)
    })
}

/// Whether a line begins like a copyright notice.
pub(crate) fn is_copyright(line: &[Word]) -> bool {
    line.iter().take(4).any(|w| w.hash == COPYRIGHT)
}

/// A copyright notice, or names, dates and addresses.
pub(crate) fn is_notice_line(line: &[Word]) -> bool {
    if line.len() > 40 || line.iter().any(|w| is_loaded(*w) && !is_company(*w)) {
        return false;
    }
    if is_copyright(line) {
        let mut previous: Option<Word> = None;
        for word in line {
            if is_norm(*word) || previous.is_some_and(|p| ends_sentence(p, *word)) && !is_copyright_start(*word) {
                return false;
            }
            previous = Some(*word);
        }
        // Names are capital; a line of small words is a sentence.
        let small = |w: &&Word| {
            !(w.is(Word::CAPITAL) || w.is(Word::NUMBER) || LINKS.contains(&w.hash) || RIGHTS.contains(&w.hash))
        };
        return line.iter().filter(small).count() <= 4 + line.len() / 8;
    }
    if line.iter().any(|w| w.hash == hash("modified")) {
        return false;
    }
    let plain = |w: &Word| {
        RIGHTS.contains(&w.hash) || w.is(Word::NUMBER) || LINKS.contains(&w.hash) || w.is(Word::CAPITAL) && !is_norm(*w)
    };
    // In capitals a sentence looks like names.
    let upper = |w: &&Word| w.is(Word::UPPER) && !RIGHTS.contains(&w.hash) && !LINKS.contains(&w.hash);
    if line.iter().filter(upper).count() > 3 {
        return false;
    }
    let sentences = line.iter().skip(1).filter(|w| w.is(Word::SENTENCE)).count();
    line.len() <= 10 && sentences <= 3 && line.iter().all(plain) && !is_sentence(line)
}

fn is_company(word: Word) -> bool {
    word.hash == hash("limited") && word.is(Word::CAPITAL)
}

/// Capitals alone do not make a name: "USE IS FORBIDDEN" is a sentence.
fn is_sentence(line: &[Word]) -> bool {
    const VERBS: &[u64] = &[
        hash("is"),
        hash("are"),
        hash("be"),
        hash("was"),
        hash("has"),
        hash("have"),
        hash("will"),
        hash("can"),
        hash("this"),
        hash("that"),
        hash("you"),
        hash("your"),
        hash("it"),
        hash("they"),
        hash("we"),
    ];
    line.iter().any(|w| VERBS.contains(&w.hash) || is_norm(*w) || is_loaded(*w))
}

/// A heading that names a licence.
pub(crate) fn is_title(line: &[Word]) -> bool {
    // "Modified MIT License" says that it is not that licence.
    let changed = line.iter().any(|w| w.hash == hash("modified") || w.hash == hash("variant"));
    if changed && !line.iter().any(|w| w.hash == hash("bsd")) {
        return false;
    }
    line.len() <= 10
        && line.iter().any(|w| LICENSE.contains(&w.hash))
        && !is_sentence(line)
        && line.iter().skip(1).filter(|w| w.is(Word::SENTENCE)).count() == 0
}

/// Whether a line holds a word that could rule something.
pub(crate) fn is_loaded_line(line: &[Word]) -> bool {
    line.iter().any(|w| is_loaded(*w)) && line.iter().any(|w| is_norm(*w))
}

/// Whether prose reads like terms under which something is licensed.
pub(crate) fn reads_as_license(words: &[Word]) -> bool {
    const LEGAL: &[u64] = &[
        hash("license"),
        hash("licensed"),
        hash("licensor"),
        hash("licensee"),
        hash("agreement"),
        hash("permission"),
        hash("granted"),
        hash("grant"),
        hash("grants"),
        hash("hereby"),
        hash("terms"),
        hash("conditions"),
        hash("copyright"),
        hash("warranty"),
        hash("warranties"),
        hash("liable"),
        hash("liability"),
        hash("redistribute"),
        hash("distribute"),
        hash("redistribution"),
        hash("permitted"),
        hash("shall"),
        hash("derivative"),
        hash("rights"),
        hash("prohibited"),
        hash("sublicense"),
    ];
    let head = words.get(..3000).unwrap_or(words);
    let mut seen = 0_u32;
    let mut count = 0;
    for word in head {
        if let Some(n) = LEGAL.iter().position(|l| *l == word.hash) {
            seen |= 1 << n;
            count += 1;
        }
    }
    // Several different words of law, and not spread thin.
    seen.count_ones() >= 5 && count * 40 >= head.len()
        || seen.count_ones() >= 3 && count * 8 >= head.len() && head.len() >= 12
}
