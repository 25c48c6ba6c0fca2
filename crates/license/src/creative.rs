//! Creative Commons licences by name: "Attribution-NonCommercial 4.0", "CC BY-SA 3.0".

use crate::names::{Name, name, number, version};
use crate::words::{Word, hash};

const ALIKE: u64 = hash("alike");
const ATTRIBUTION: u64 = hash("attribution");
const CC: u64 = hash("cc");
const CC0: u64 = hash("cc0");
const COMMONS: u64 = hash("commons");
const CREATIVE: u64 = hash("creative");
const DERIVATIVE: u64 = hash("derivative");
const DERIVATIVES: u64 = hash("derivatives");
const LICENSE: u64 = hash("license");
const NO: u64 = hash("no");
const NODERIVATIVE: u64 = hash("noderivative");
const NODERIVATIVES: u64 = hash("noderivatives");
const NODERIVS: u64 = hash("noderivs");
const NONCOMMERCIAL: u64 = hash("noncommercial");
const PUBLIC: u64 = hash("public");
const SHAREALIKE: u64 = hash("sharealike");
const ZERO: u64 = hash("zero");

/// Reads a name that starts with "Creative Commons", "CC" or "CC0".
pub(crate) fn creative_commons(text: &[Word], at: usize) -> Option<Name> {
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

/// Parts of a name in one word with their hyphens.
#[rustfmt::skip]
const CC_WORDS: &[(u64, &str)] = &[
    (hash("by"), "by"),
    (hash("bync"), "bync"),
    (hash("bysa"), "bysa"),
    (hash("bynd"), "bynd"),
    (hash("byncsa"), "byncsa"),
    (hash("byncnd"), "byncnd"),
    (hash("ccby"), "ccby"),
    (hash("ccbync"), "ccbync"),
    (hash("ccbysa"), "ccbysa"),
    (hash("ccbynd"), "ccbynd"),
    (hash("ccbyncsa"), "ccbyncsa"),
    (hash("ccbyncnd"), "ccbyncnd"),
    (hash("attributionnoncommercial"), "nc"),
    (hash("attributionsharealike"), "sa"),
    (hash("attributionnoderivs"), "nd"),
    (hash("attributionnoderivatives"), "nd"),
    (hash("attributionnoncommercialsharealike"), "ncsa"),
    (hash("attributionnoncommercialnoderivs"), "ncnd"),
    (hash("attributionnoncommercialnoderivatives"), "ncnd"),
    (hash("attributionnonderivative"), "nd"),
    (hash("noncommercialsharealike"), "ncsa"),
    (hash("noncommercialnoderivs"), "ncnd"),
];
