//! Names of licences in running text: "under the terms of the GNU General Public License, version 2 or later".
//!
//! Families whose versions stand apart from their names are read by small rules; all other names come from the
//! SPDX list and the catalogue.

use std::ops::Range;

use crate::creative;
use crate::expression::LicenseId;
use crate::listed::{self, listed};
use crate::words::{Word, hash};

/// A licence named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) id: LicenseId,
    /// The user's words.
    pub(crate) words: Range<usize>,
    /// The name alone says little ("BSD", "GPL" without a version).
    pub(crate) vague: bool,
}

macro_rules! vocabulary {
    ($($name:ident = $text:literal),* $(,)?) => { $(const $name: u64 = hash($text);)* };
}

vocabulary! {
    GNU = "gnu", GENERAL = "general", PUBLIC = "public", LICENSE = "license",
    LICENSES = "licenses", LESSER = "lesser", LIBRARY = "library", AFFERO = "affero",
    FREE = "free", DOCUMENTATION = "documentation", GPL = "gpl", LGPL = "lgpl", AGPL = "agpl",
    GFDL = "gfdl", FDL = "fdl", VERSION = "version", VERSIONS = "versions", V = "v",
    LATER = "later", HIGHER = "higher", NEWER = "newer", APACHE = "apache", SOFTWARE = "software",
    BSD = "bsd", CLAUSE = "clause", MIT = "mit", STYLE = "style", EXPAT = "expat",
    CREATIVE = "creative", CC0 = "cc0", MOZILLA = "mozilla", MPL = "mpl", NEW = "new",
    MODIFIED = "modified", REVISED = "revised", SIMPLIFIED = "simplified", THREE = "three",
    TWO = "two", FOUR = "four", ORIGINAL = "original", OLD = "old", LICENSED = "licensed",
    UNDER = "under", THE = "the", OR = "or", BSDSTYLE = "bsdstyle", MITSTYLE = "mitstyle",
    MITLICENSED = "mitlicensed", BSDLICENSED = "bsdlicensed", ASL = "asl", CC = "cc",
}

/// The names found, in order. `skip` says which words are part of a licence text and name nothing.
pub(crate) fn names(text: &[Word], skip: &dyn Fn(usize) -> bool) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    let mut at = 0;
    while let Some(word) = text.get(at) {
        let next = text.get(at + 1).map_or(0, |w| w.hash);
        let hit = if may_start(word.hash, next) && !skip(at) { one(text, at) } else { None };
        match hit {
            Some(name) => {
                at = name.words.end.max(at + 1);
                let other = other_version(text, &name);
                found.push(name);
                found.extend(other);
            }
            None => at += 1,
        }
    }
    found
}

/// "version 2.1, or version 3": a second version of the same GNU licence.
fn other_version(text: &[Word], first: &Name) -> Option<Name> {
    let (family, _) = first.id.as_str().split_once('-').filter(|(f, _)| f.ends_with("GPL"))?;
    let from = first.words.end;
    let word = |n: usize| text.get(n).map_or(0, |w| w.hash);
    let either = (from..from + 8).find(|n| word(*n) == OR)?;
    let version = (either + 1..either + 6).find(|n| word(*n) == VERSION)?;
    let v = number(word(version + 1))?;
    let id = LicenseId::parse(&format!("{family}-{v}-only")).filter(|id| *id != first.id)?;
    Some(Name { id, words: version..version + 2, vague: false })
}

fn one(text: &[Word], at: usize) -> Option<Name> {
    let word = |n: usize| text.get(at + n).map_or(0, |w| w.hash);
    match word(0) {
        GNU | GPL | LGPL | AGPL | GFDL | FDL | LESSER | LIBRARY | AFFERO | GENERAL => {
            gnu(text, at).or_else(|| listed(text, at))
        }
        APACHE | ASL => apache(text, at).or_else(|| listed(text, at)),
        CREATIVE | CC | CC0 => creative::creative_commons(text, at).or_else(|| listed(text, at)),
        BSD | NEW | MODIFIED | REVISED | SIMPLIFIED | THREE | TWO | BSDSTYLE | BSDLICENSED => {
            listed(text, at).or_else(|| bsd(text, at))
        }
        MIT | EXPAT | MITSTYLE | MITLICENSED => listed(text, at).or_else(|| mit(text, at)),
        MOZILLA | MPL => mozilla(text, at).or_else(|| listed(text, at)),
        _ => listed(text, at).or_else(|| glued(text, at)),
    }
}

/// "gplv2", "lgplv2.1+", "gpl3": written in one word.
fn glued(text: &[Word], at: usize) -> Option<Name> {
    let id = GLUED.iter().find(|(h, _)| Some(*h) == text.get(at).map(|w| w.hash))?.1;
    let later = says_later(text, at + 1, 3);
    Some(name(if later { later_of(id) } else { id.to_owned() }, at..at + 1, false))
}

pub(crate) fn name(id: String, words: Range<usize>, vague: bool) -> Name {
    let id = LicenseId::parse(&id).unwrap_or_else(|| LicenseId::known(&id));
    Name { id, words, vague }
}

fn later_of(id: &str) -> String {
    id.strip_suffix("-only").map_or_else(|| id.to_owned(), |stem| format!("{stem}-or-later"))
}

/// Whether "later version" stands within the next words, before another licence is named.
fn says_later(text: &[Word], from: usize, within: usize) -> bool {
    for n in 0..within {
        match text.get(from + n).map(|w| w.hash) {
            Some(LATER | HIGHER | NEWER) => return true,
            Some(GNU | MOZILLA | APACHE | CREATIVE) | None => return false,
            _ => {}
        }
    }
    false
}

#[rustfmt::skip]
const NUMBERS: &[(u64, &str)] = &[
    (hash("1"), "1.0"),
    (hash("1.0"), "1.0"),
    (hash("1.1"), "1.1"),
    (hash("1.2"), "1.2"),
    (hash("1.3"), "1.3"),
    (hash("2"), "2.0"),
    (hash("2.0"), "2.0"),
    (hash("2.1"), "2.1"),
    (hash("2.5"), "2.5"),
    (hash("3"), "3.0"),
    (hash("3.0"), "3.0"),
    (hash("4"), "4.0"),
    (hash("4.0"), "4.0"),
    (hash("v1"), "1.0"),
    (hash("v2"), "2.0"),
    (hash("v2.0"), "2.0"),
    (hash("v2.1"), "2.1"),
    (hash("v3"), "3.0"),
    (hash("v3.0"), "3.0"),
    (hash("v4"), "4.0"),
    (hash("v4.0"), "4.0"),
    (hash("v1.0"), "1.0"),
    (hash("v1.1"), "1.1"),
    (hash("v1.2"), "1.2"),
    (hash("v1.3"), "1.3"),
    (hash("ii"), "2.0"),
    (hash("two"), "2.0"),
    (hash("three"), "3.0"),
];

pub(crate) fn number(word: u64) -> Option<&'static str> {
    NUMBERS.iter().find(|(h, _)| *h == word).map(|(_, v)| *v)
}

/// The first version number within the next words, and where it ends; it ends at the next sentence.
pub(crate) fn version(text: &[Word], from: usize, within: usize, allowed: &[&str]) -> Option<(&'static str, usize)> {
    for n in from..from + within {
        let word = text.get(n)?;
        if let Some(v) = number(word.hash).filter(|v| allowed.contains(v)) {
            return Some((v, n + 1));
        }
        if n > from && word.is(Word::SENTENCE) && !matches!(word.hash, VERSION | V) {
            return None;
        }
    }
    None
}

/// "version 2 of the …": a number shortly before.
fn version_before(text: &[Word], at: usize, allowed: &[&str]) -> Option<&'static str> {
    for back in 1..=9 {
        let word = text.get(at.checked_sub(back)?)?;
        if let Some(v) = number(word.hash).filter(|v| allowed.contains(v)) {
            let lead = text.get(at.checked_sub(back + 1)?)?.hash;
            return matches!(lead, VERSION | VERSIONS | V | EITHER).then_some(v);
        }
        if word.is(Word::SENTENCE) {
            return None;
        }
    }
    None
}

const EITHER: u64 = hash("either");

fn gnu(text: &[Word], at: usize) -> Option<Name> {
    let word = |n: usize| text.get(n).map_or(0, |w| w.hash);
    let mut n = at;
    let mut family = "GPL";
    let mut named = false;
    for _ in 0..7 {
        match word(n) {
            GNU => {}
            LESSER => family = "LGPL",
            LIBRARY => family = "LGPL",
            AFFERO => family = "AGPL",
            FREE => {}
            DOCUMENTATION => family = "GFDL",
            GENERAL | PUBLIC => {}
            OR if family == "LGPL" => {}
            GPL => named = true,
            LGPL => (family, named) = ("LGPL", true),
            AGPL => (family, named) = ("AGPL", true),
            GFDL | FDL => (family, named) = ("GFDL", true),
            LICENSE | LICENSES => named = true,
            _ => break,
        }
        n += 1;
        if named && !matches!(word(n), LICENSE | LICENSES) {
            break;
        }
    }
    let starts_general = word(at) == GENERAL;
    let public = (at..n).any(|k| matches!(word(k), PUBLIC | GPL | LGPL | AGPL | GFDL | FDL | DOCUMENTATION));
    if !named || !public || starts_general && word(at + 1) != PUBLIC {
        return None;
    }
    let allowed: &[&str] = match family {
        "LGPL" => &["2.0", "2.1", "3.0"],
        "AGPL" => &["1.0", "3.0"],
        "GFDL" => &["1.1", "1.2", "1.3"],
        _ => &["1.0", "2.0", "3.0"],
    };
    let found = version(text, n, 14, allowed);
    let before = version_before(text, at, allowed);
    let (v, end) = match (found, before) {
        (Some((v, end)), None) => (Some(v), end),
        (Some((v, end)), Some(_)) if end <= n + 3 => (Some(v), end),
        (_, Some(v)) => (Some(v), n),
        (None, None) => (None, n),
    };
    let later = says_later(text, end, 14)
        || before.is_some() && (1..=8).any(|b| at.checked_sub(b).is_some_and(|k| word(k) == LATER));
    let (v, vague) = match v {
        Some(v) => (v, false),
        None => (
            match family {
                "LGPL" => "2.0",
                "AGPL" => "3.0",
                "GFDL" => "1.1",
                _ => "1.0",
            },
            true,
        ),
    };
    let ending = if later || vague { "or-later" } else { "only" };
    Some(name(format!("{family}-{v}-{ending}"), at..end, vague))
}

fn apache(text: &[Word], at: usize) -> Option<Name> {
    let word = |n: usize| text.get(n).map_or(0, |w| w.hash);
    let mut n = at + 1;
    let mut named = word(at) == ASL;
    while matches!(word(n), SOFTWARE | LICENSE | LICENSES | PUBLIC) || word(n) == hash("foundation") {
        named |= matches!(word(n), LICENSE | LICENSES);
        n += 1;
    }
    let close = version(text, n, if named { 5 } else { 2 }, &["1.0", "1.1", "2.0"]);
    match close {
        Some((v, end)) => Some(name(format!("Apache-{v}"), at..end, false)),
        None if named => Some(name("Apache-2.0".to_owned(), at..n, true)),
        None => None,
    }
}

fn mozilla(text: &[Word], at: usize) -> Option<Name> {
    let word = |n: usize| text.get(n).map_or(0, |w| w.hash);
    let mut n = at + 1;
    let mut named = word(at) == MPL;
    while matches!(word(n), PUBLIC | LICENSE | MPL) {
        named |= matches!(word(n), LICENSE | MPL);
        n += 1;
    }
    if !named {
        return None;
    }
    // Without a number it is any version, of which the first is named, as with the GNU licences.
    Some(match version(text, n, 6, &["1.0", "1.1", "2.0"]) {
        Some((v, end)) => name(format!("MPL-{v}"), at..end, false),
        None => name("MPL-1.0".to_owned(), at..n, true),
    })
}

fn bsd(text: &[Word], at: usize) -> Option<Name> {
    let word = |n: usize| text.get(n).map_or(0, |w| w.hash);
    let near = |h: u64| (at.saturating_sub(3)..at + 6).any(|n| word(n) == h);
    if !(at..at + 4).any(|n| matches!(word(n), BSD | BSDSTYLE | BSDLICENSED)) {
        return None;
    }
    let is = |n: u64, text: u64| near(n) && near(text);
    let (id, vague) = if is(hash("2"), CLAUSE) || is(TWO, CLAUSE) || near(SIMPLIFIED) {
        ("BSD-2-Clause", false)
    } else if is(hash("4"), CLAUSE) || is(FOUR, CLAUSE) || is(ORIGINAL, LICENSE) || is(OLD, LICENSE) {
        ("BSD-4-Clause", false)
    } else if is(hash("3"), CLAUSE) || is(THREE, CLAUSE) || near(NEW) || near(MODIFIED) || near(REVISED) {
        ("BSD-3-Clause", false)
    } else if near(LICENSE) || near(STYLE) || near(LICENSED) || near(BSDSTYLE) || near(BSDLICENSED) {
        ("BSD-3-Clause", true)
    } else {
        return None;
    };
    Some(name(id.to_owned(), at..at + 2, vague))
}

fn mit(text: &[Word], at: usize) -> Option<Name> {
    let word = |n: usize| text.get(n).map_or(0, |w| w.hash);
    let after = matches!(word(at + 1), LICENSE | LICENSED | STYLE | LICENSES) || word(at + 1) == hash("x11");
    let before = at > 1 && (matches!(word(at - 1), UNDER) || word(at - 1) == THE && matches!(word(at - 2), UNDER));
    let glued = matches!(word(at), MITSTYLE | MITLICENSED);
    (after || before || glued).then(|| name("MIT".to_owned(), at..at + 2, false))
}

const GLUED: &[(u64, &str)] = &[
    (hash("gplv2"), "GPL-2.0-only"),
    (hash("gpl2"), "GPL-2.0-only"),
    (hash("gplv3"), "GPL-3.0-only"),
    (hash("gpl3"), "GPL-3.0-only"),
    (hash("lgplv2"), "LGPL-2.0-only"),
    (hash("lgpl2"), "LGPL-2.0-only"),
    (hash("lgplv2.1"), "LGPL-2.1-only"),
    (hash("lgpl2.1"), "LGPL-2.1-only"),
    (hash("lgplv3"), "LGPL-3.0-only"),
    (hash("lgpl3"), "LGPL-3.0-only"),
    (hash("agplv3"), "AGPL-3.0-only"),
    (hash("agpl3"), "AGPL-3.0-only"),
    (hash("apachev2"), "Apache-2.0"),
    (hash("apache2"), "Apache-2.0"),
    (hash("mplv2"), "MPL-2.0"),
    (hash("mpl2"), "MPL-2.0"),
];

/// Words with which a name may begin that are in no list: the families read by rules.
static FAMILIES: [u64; 64] = families();

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
const fn families() -> [u64; 64] {
    let starts = [
        GNU, GPL, LGPL, AGPL, GFDL, FDL, LESSER, LIBRARY, AFFERO, GENERAL, APACHE, ASL, CREATIVE, CC, CC0, BSD, NEW,
        MODIFIED, REVISED, SIMPLIFIED, THREE, TWO, BSDSTYLE, BSDLICENSED, MIT, EXPAT, MITSTYLE, MITLICENSED, MOZILLA,
        MPL,
    ];
    let mut bits = [0; 64];
    let mut n = 0;
    while n < starts.len() {
        bits[((starts[n] >> 30) & 63) as usize] |= 1 << ((starts[n] >> 40) & 63);
        n += 1;
    }
    n = 0;
    while n < GLUED.len() {
        bits[((GLUED[n].0 >> 30) & 63) as usize] |= 1 << ((GLUED[n].0 >> 40) & 63);
        n += 1;
    }
    bits
}

fn may_start(word: u64, next: u64) -> bool {
    let family = FAMILIES.get(((word >> 30) & 63) as usize).is_some_and(|b| b & 1 << ((word >> 40) & 63) != 0);
    family || listed::may_start(word, next)
}
