//! Names of licences in running text: "under the terms of the GNU General Public License, version 2 or later".
//!
//! Families whose versions stand apart from their names are read by small rules; all other names come from the
//! SPDX list and the catalogue.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::expression::LicenseId;
use crate::words::{self, Word, hash};

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
    GNU = "gnu", GENERAL = "general", PUBLIC = "public", LICENSE = "license", LICENSES = "licenses", LESSER = "lesser",
    LIBRARY = "library", AFFERO = "affero", FREE = "free", DOCUMENTATION = "documentation", GPL = "gpl", LGPL = "lgpl",
    AGPL = "agpl", GFDL = "gfdl", FDL = "fdl", VERSION = "version", VERSIONS = "versions", V = "v", LATER = "later", ANY = "any",
    HIGHER = "higher", NEWER = "newer", APACHE = "apache", SOFTWARE = "software", BSD = "bsd", CLAUSE = "clause", MIT = "mit", STYLE = "style",
    EXPAT = "expat", CREATIVE = "creative", COMMONS = "commons", ATTRIBUTION = "attribution", NONCOMMERCIAL = "noncommercial",
    SHAREALIKE = "sharealike", SHARE = "share", ALIKE = "alike", NODERIVATIVES = "noderivatives", NODERIVS = "noderivs",
    NODERIVATIVE = "noderivative", DERIVATIVES = "derivatives", DERIVATIVE = "derivative", NO = "no", ZERO = "zero", CC0 = "cc0",
    MOZILLA = "mozilla", MPL = "mpl", NEW = "new", MODIFIED = "modified", REVISED = "revised", SIMPLIFIED = "simplified",
    THREE = "three", TWO = "two", FOUR = "four", ORIGINAL = "original", OLD = "old", LICENSED = "licensed", UNDER = "under", THE = "the",
    OR = "or", STYLED = "styled", BSDSTYLE = "bsdstyle", MITSTYLE = "mitstyle", MITLICENSED = "mitlicensed", BSDLICENSED = "bsdlicensed",
    ONE = "one", ASL = "asl", CC = "cc", INVARIANT = "invariant",
}

/// The names found, in order. `skip` says which words are part of a licence text and name nothing.
pub(crate) fn names(text: &[Word], skip: &dyn Fn(usize) -> bool) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    let mut at = 0;
    while let Some(word) = text.get(at) {
        let hit = if may_start(word.hash) && !skip(at) { one(text, at) } else { None };
        match hit {
            Some(name) => {
                at = name.words.end.max(at + 1);
                found.push(name);
            }
            None => at += 1,
        }
    }
    found
}

fn one(text: &[Word], at: usize) -> Option<Name> {
    let word = |n: usize| text.get(at + n).map_or(0, |w| w.hash);
    match word(0) {
        GNU | GPL | LGPL | AGPL | GFDL | FDL | LESSER | LIBRARY | AFFERO | GENERAL => gnu(text, at).or_else(|| listed(text, at)),
        APACHE | ASL => apache(text, at).or_else(|| listed(text, at)),
        CREATIVE | CC | CC0 => creative_commons(text, at).or_else(|| listed(text, at)),
        BSD | NEW | MODIFIED | REVISED | SIMPLIFIED | THREE | TWO | BSDSTYLE | BSDLICENSED => listed(text, at).or_else(|| bsd(text, at)),
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

fn name(id: String, words: Range<usize>, vague: bool) -> Name {
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

const NUMBERS: &[(u64, &str)] = &[
    (hash("1"), "1.0"), (hash("1.0"), "1.0"), (hash("1.1"), "1.1"), (hash("1.2"), "1.2"), (hash("1.3"), "1.3"),
    (hash("2"), "2.0"), (hash("2.0"), "2.0"), (hash("2.1"), "2.1"), (hash("2.5"), "2.5"), (hash("3"), "3.0"),
    (hash("3.0"), "3.0"), (hash("4"), "4.0"), (hash("4.0"), "4.0"), (hash("v1"), "1.0"), (hash("v2"), "2.0"),
    (hash("v2.0"), "2.0"), (hash("v2.1"), "2.1"), (hash("v3"), "3.0"), (hash("v3.0"), "3.0"), (hash("v4"), "4.0"),
    (hash("v4.0"), "4.0"), (hash("v1.0"), "1.0"), (hash("v1.1"), "1.1"), (hash("v1.2"), "1.2"), (hash("v1.3"), "1.3"), (hash("ii"), "2.0"),
    (hash("two"), "2.0"), (hash("three"), "3.0"),
];

fn number(word: u64) -> Option<&'static str> {
    NUMBERS.iter().find(|(h, _)| *h == word).map(|(_, v)| *v)
}

/// The first version number within the next words, and where it ends; it ends at the next sentence.
fn version(text: &[Word], from: usize, within: usize, allowed: &[&str]) -> Option<(&'static str, usize)> {
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
        None => (match family { "LGPL" => "2.0", "AGPL" => "3.0", "GFDL" => "1.1", _ => "1.0" }, true),
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
    let (v, end) = version(text, n, 6, &["1.0", "1.1", "2.0"]).filter(|_| named)?;
    Some(name(format!("MPL-{v}"), at..end, false))
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

fn creative_commons(text: &[Word], at: usize) -> Option<Name> {
    let word = |n: usize| text.get(n).map_or(0, |w| w.hash);
    if word(at) == CC0 {
        return Some(name("CC0-1.0".to_owned(), at..at + 1, false));
    }
    if word(at) == CREATIVE && word(at + 1) != COMMONS {
        return None;
    }
    let (mut by, mut nc, mut nd, mut sa, mut zero) = (false, false, false, false, false);
    let mut n = at + 1;
    for k in at + 1..at + 12 {
        match word(k) {
            COMMONS | LICENSE | PUBLIC | CC => {}
            ATTRIBUTION => by = true,
            NONCOMMERCIAL => nc = true,
            NODERIVATIVES | NODERIVS | NODERIVATIVE => nd = true,
            NO if matches!(word(k + 1), DERIVATIVES | DERIVATIVE) => nd = true,
            SHAREALIKE | ALIKE => sa = true,
            ZERO | CC0 => zero = true,
            // "Attribution-NonCommercial-ShareAlike" is one word with its hyphens.
            h => match CC_WORDS.iter().find(|(w, _)| *w == h) {
                Some((_, parts)) => {
                    by = true;
                    nc |= parts.contains("nc");
                    nd |= parts.contains("nd");
                    sa |= parts.contains("sa");
                }
                None if number(h).is_some() => break,
                None => {}
            },
        }
        n = k + 1;
        if text.get(k + 1).is_some_and(|w| w.is(Word::SENTENCE)) {
            break;
        }
    }
    let at_version = version(text, at + 1, 14, &["1.0", "2.0", "2.5", "3.0", "4.0"]);
    if zero {
        return Some(name("CC0-1.0".to_owned(), at..n, false));
    }
    if !by {
        return None;
    }
    let (v, end) = at_version?;
    let mut id = "CC-BY".to_owned();
    for (yes, part) in [(nc, "-NC"), (nd, "-ND"), (sa, "-SA")] {
        id.push_str(if yes { part } else { "" });
    }
    Some(name(format!("{id}-{v}"), at..end, false))
}

static CC_WORDS: LazyLock<Vec<(u64, &'static str)>> = LazyLock::new(|| {
    let all = ["by", "bync", "bysa", "bynd", "byncsa", "byncnd", "byncnd", "ccby", "ccbync", "ccbysa", "ccbynd", "ccbyncsa", "ccbyncnd"];
    let mut table: Vec<(u64, &'static str)> = all.iter().map(|w| (hash(w), *w)).collect();
    let long = [
        ("attributionnoncommercial", "nc"), ("attributionsharealike", "sa"), ("attributionnoderivs", "nd"),
        ("attributionnoderivatives", "nd"), ("attributionnoncommercialsharealike", "ncsa"),
        ("attributionnoncommercialnoderivs", "ncnd"), ("attributionnoncommercialnoderivatives", "ncnd"),
        ("attributionnonderivative", "nd"), ("noncommercialsharealike", "ncsa"), ("noncommercialnoderivs", "ncnd"),
    ];
    table.extend(long.iter().map(|(w, p)| (hash(w), *p)));
    table
});

static GLUED: LazyLock<Vec<(u64, &'static str)>> = LazyLock::new(|| {
    let pairs = [
        ("gplv2", "GPL-2.0-only"), ("gpl2", "GPL-2.0-only"), ("gplv3", "GPL-3.0-only"), ("gpl3", "GPL-3.0-only"),
        ("lgplv2", "LGPL-2.0-only"), ("lgpl2", "LGPL-2.0-only"), ("lgplv2.1", "LGPL-2.1-only"), ("lgpl2.1", "LGPL-2.1-only"),
        ("lgplv3", "LGPL-3.0-only"), ("lgpl3", "LGPL-3.0-only"), ("agplv3", "AGPL-3.0-only"), ("agpl3", "AGPL-3.0-only"),
        ("apachev2", "Apache-2.0"), ("apache2", "Apache-2.0"), ("mplv2", "MPL-2.0"), ("mpl2", "MPL-2.0"),
    ];
    pairs.iter().map(|(w, id)| (hash(w), *id)).collect()
});

/// Names of the list, longest first, by their first word.
type Listed = BTreeMap<u64, Vec<(Vec<u64>, &'static str)>>;

static LISTED: LazyLock<Listed> = LazyLock::new(|| {
    let mut table: Listed = BTreeMap::new();
    let mut add = |text: &str, id: &'static str| {
        let hashes: Vec<u64> = words::words(text.as_bytes()).iter().map(|w| w.hash).collect();
        if let (Some(first), true) = (hashes.first(), hashes.len() >= 2) {
            let entry = table.entry(*first).or_default();
            if entry.iter().all(|(h, _)| *h != hashes) {
                entry.push((hashes, id));
            }
        }
    };
    for l in spdx::identifiers::LICENSES {
        if l.flags & spdx::flags::IS_DEPRECATED != 0 {
            continue;
        }
        let full = l.full_name.replace(['"', '“', '”'], "").replace(" - ", " ");
        add(&full, l.name);
        // "X License v1.0" is also written "X License, Version 1.0" and "X License 1.0".
        if let Some((stem, v)) = full.rsplit_once(" v").or_else(|| full.rsplit_once(' ')).filter(|(_, v)| v.starts_with(|c: char| c.is_ascii_digit())) {
            add(&format!("{stem} version {v}"), l.name);
            add(&format!("{stem} {v}"), l.name);
            add(&format!("{stem} v{v}"), l.name);
        }
        if !full.to_lowercase().contains("license") && full.len() > 3 {
            add(&format!("{full} license"), l.name);
        }
        if l.name.contains(|c: char| c.is_ascii_digit()) {
            add(l.name, l.name);
        }
        // A one-word id with "license" after it.
        if l.name.len() >= 4 && !l.name.contains('-') {
            add(&format!("{} license", l.name), l.name);
        }
    }
    for (text, id) in EXTRA {
        add(text, id);
    }
    for license in crate::catalogue::licenses().filter(|l| l.id.as_str().starts_with("LicenseRef-")) {
        add(&license.name, license.id.as_str());
        add(&license.name.replace("License", "License Agreement"), license.id.as_str());
    }
    for entry in table.values_mut() {
        entry.sort_by_key(|(h, _)| std::cmp::Reverse(h.len()));
    }
    table
});

/// Names people use that the list does not have.
const EXTRA: &[(&str, &str)] = &[
    ("Classpath exception", "Classpath-exception-2.0"),
    ("Classpath", "Classpath-exception-2.0"),
    ("GCC Runtime Library Exception", "GCC-exception-3.1"),
    ("copyright notice in zlib.h", "Zlib"),
    ("part of bzip2 libbzip2", "bzip2-1.0.6"),
    ("Clear BSD License", "BSD-3-Clause-Clear"),
    ("Artistic License version 2.0", "Artistic-2.0"),
    ("The Artistic License 2.0", "Artistic-2.0"),
    ("Boost Software License", "BSL-1.0"), ("Academic Free License version 3.0", "AFL-3.0"), ("zlib license", "Zlib"), ("libpng license", "Libpng"),
    ("zlib libpng license", "Zlib"), ("ISC license", "ISC"), ("Microsoft Public License", "MS-PL"), ("Ms-PL", "MS-PL"),
    ("Microsoft Reciprocal License", "MS-RL"), ("Eclipse Public License v 1.0", "EPL-1.0"), ("Eclipse Public License v 2.0", "EPL-2.0"),
    ("Common Public License v 1.0", "CPL-1.0"), ("University of Illinois NCSA Open Source License", "NCSA"),
    ("University of Illinois Open Source License", "NCSA"), ("Common Development and Distribution License", "CDDL-1.0"),
    ("Artistic License 2.0", "Artistic-2.0"), ("Open Font License", "OFL-1.1"), ("PHP License 3.0", "PHP-3.0"), ("PHP License version 3.01", "PHP-3.01"),
    ("PHP License version 3.0", "PHP-3.0"), ("Ruby license", "Ruby"), ("same terms as Ruby", "Ruby"), ("OpenSSL license", "OpenSSL"),
    ("curl license", "curl"), ("Elastic License 2.0", "Elastic-2.0"), ("Server Side Public License", "SSPL-1.0"), ("ICU license", "ICU"),
    ("Python Software Foundation License", "PSF-2.0"), ("PSF license", "PSF-2.0"), ("Open Software License version 3.0", "OSL-3.0"),
    ("Erlang Public License", "ErlPL-1.1"), ("ImageMagick license", "ImageMagick"), ("Business Source License 1.1", "BUSL-1.1"),
    ("Do What The Fuck You Want To Public License", "WTFPL"), ("Open Database License", "ODbL-1.0"), ("Unlicense", "Unlicense"),
    ("Sleepycat License", "Sleepycat"), ("X11 license", "X11"), ("Leptonica license", "Leptonica"), ("BeOpen Python License Agreement", "Python-2.0"),
    ("Apple Public Source License Version 1.0", "APSL-1.0"), ("Apple Public Source License Version 1.1", "APSL-1.1"),
    ("Apple Public Source License Version 1.2", "APSL-1.2"), ("Apple Public Source License Version 2.0", "APSL-2.0"),
    ("Interbase Public License", "Interbase-1.0"), ("Common Public Attribution License", "CPAL-1.0"), ("W3C Software License", "W3C"),
    ("Netscape Public License Version 1.1", "NPL-1.1"), ("Netscape Public License Version 1.0", "NPL-1.0"),
    ("Q Public License", "QPL-1.0"), ("IBM Public License", "IPL-1.0"), ("libtiff license", "libtiff"),
];

fn listed(text: &[Word], at: usize) -> Option<Name> {
    let first = text.get(at)?.hash;
    for (hashes, id) in LISTED.get(&first)? {
        let here = text.get(at..at + hashes.len());
        if here.is_some_and(|h| h.iter().zip(hashes).all(|(w, k)| w.hash == *k)) {
            return Some(name((*id).to_owned(), at..at + hashes.len(), false));
        }
    }
    None
}

/// A bit for each word with which a name may begin, so that most words cost one look.
static STARTS: LazyLock<[u64; 64]> = LazyLock::new(|| {
    let families = [
        GNU, GPL, LGPL, AGPL, GFDL, FDL, LESSER, LIBRARY, AFFERO, GENERAL, APACHE, ASL, CREATIVE, CC, CC0, BSD, NEW, MODIFIED, REVISED,
        SIMPLIFIED, THREE, TWO, BSDSTYLE, BSDLICENSED, MIT, EXPAT, MITSTYLE, MITLICENSED, MOZILLA, MPL,
    ];
    let mut bits = [0_u64; 64];
    for word in families.iter().chain(LISTED.keys()).chain(GLUED.iter().map(|(h, _)| h)) {
        let (slot, bit) = place(*word);
        if let Some(slot) = bits.get_mut(slot) {
            *slot |= bit;
        }
    }
    bits
});

fn place(word: u64) -> (usize, u64) {
    (((word >> 30) & 63) as usize, 1 << ((word >> 40) & 63))
}

fn may_start(word: u64) -> bool {
    let (slot, bit) = place(word);
    STARTS.get(slot).is_some_and(|b| b & bit != 0)
}
