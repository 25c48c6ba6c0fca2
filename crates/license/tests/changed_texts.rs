//! No false permission: a changed licence text is never exact, and what differs is shown.
//! In a place that the SPDX template keeps for a name a harmless word may stand; a word that rules something may not.
//!
//! Runs over every OSI-approved text and every AI licence of the corpus (`CANDOR_SHARED`, or `../shared`
//! beside the workspace); says so when the corpus is not there.
#![allow(clippy::print_stderr, reason = "a test that did not run must say so")]
#![allow(clippy::disallowed_methods, reason = "tests read the corpus")]

use std::path::PathBuf;

use candor_license::{LicenseId, Match, MatchKind, identify, license};

/// Sentences of ours, restrictive ones and harmless ones.
const INSERTED: &[&str] = &[
    "Commercial use of the work requires a separate agreement.",
    "The work may only be used for research.",
    "Use by companies with more than one million users is forbidden.",
    "You shall not use the outputs to train another model.",
    "This permission does not extend to residents of the European Union.",
    "A fee of five percent of revenue is due each year.",
    "The weather was fine on the day this was written.",
    "Our thanks go to everybody who helped.",
    "Military use is not permitted.",
    "The licensor may change these terms at any time.",
];

/// Those of them that restrict nothing.
const HARMLESS: &[&str] =
    &["The weather was fine on the day this was written.", "Our thanks go to everybody who helped."];

/// Words put in between two words of a sentence.
const SLIPPED_IN: &[&str] = &[
    "for non-commercial purposes only", "except for military use", "after payment of a fee",
    "outside the European Union", "for at most one year", "not", "NOT FOR COMMERCIAL USE",
];

/// Words put at the end of a copyright line.
const ON_A_COPYRIGHT_LINE: &[&str] = &[
    " (non-commercial use only)", ". Commercial use is forbidden.", ", not for use in production",
    " - academic use only", ". Redistribution requires our written consent", ". May not be sold.",
];

/// Sentences spelt with letters of other alphabets, letters that take no space, or soft hyphens.
const DISGUISED: &[&str] = &[
    "\u{421}ommercial use is forbidden.",
    "Comm\u{435}rcial us\u{435} is not permitt\u{435}d.",
    "Com\u{200b}mercial use is for\u{200b}bidden.",
    "Com\u{ad}mercial use is for\u{ad}bidden.",
    "\u{ff23}\u{ff4f}\u{ff4d}\u{ff4d}\u{ff45}\u{ff52}\u{ff43}\u{ff49}\u{ff41}\u{ff4c} use is forbidden.",
    "\u{202e}nedibrof si esu laicremmoC",
    "C-o-m-m-e-r-c-i-a-l use is f-o-r-b-i-d-d-e-n.",
    "<b>Com</b>mercial use is <i>forbidden</i>.",
    "禁止商业使用。",
];

/// What a text is when one sentence of it is deleted.
const TURNS_INTO: &[(&str, &str)] = &[("BSD-3-Clause", "BSD-2-Clause"), ("Xnet", "MIT")];

/// Texts whose first or last paragraph is optional by the SPDX templates (instructions, an address for more
/// information, a scope note): without it they are still that licence.
const OPTIONAL_AT_AN_END: &[&str] = &[
    "GPL-2.0", "LGPL-2.0", "LGPL-2.1", "AGPL-3.0", "GPL-3.0", "Unlicense", "VSL-1.0", "Python-2.0", "Multics",
    "OLFL-1.3",
];

/// Texts that are several licences one after another: where one is changed, another that is not stays what it is.
const STACKS: &[&str] = &["Sleepycat"];

/// Texts with a whole clause in a place the template keeps for names: its words may stand in any order.
const NAMES_IN_A_CLAUSE: &[&str] = &["BSD-3-Clause-LBNL"];

/// A small generator, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

fn texts() -> Option<Vec<(String, String)>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var_os("CANDOR_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let folder = shared.join("corpus/licenses/texts");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        let name = path.file_stem()?.to_str()?.to_owned();
        let ours = name.starts_with("LicenseRef-") && !name.contains("scancode") || name == "OpenMDW-1.1";
        let approved = LicenseId::parse(&name).and_then(|id| license(&id)).is_some_and(|l| l.osi);
        if ours || approved {
            found.push((name, String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned()));
        }
    }
    found.sort();
    Some(found)
}

/// Where sentences start and end.
fn sentences(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut start = 0;
    for n in 1..bytes.len() {
        let ends = bytes[n - 1] == b'.' && bytes[n].is_ascii_whitespace();
        if (ends || n + 1 == bytes.len()) && text.is_char_boundary(n) {
            let words = text[start..n].split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
            if words >= 5 {
                out.push((start, n));
            }
            start = n;
        }
    }
    out
}

/// The words of a sentence and where they are, but for those on lines of copyright notices and of the title.
fn inner_words(text: &str, (start, end): (usize, usize)) -> Vec<(usize, &str)> {
    let title = text.split_whitespace().nth(25).map_or(text.len(), |w| w.as_ptr() as usize - text.as_ptr() as usize);
    let inside = |at: usize| {
        if at < title {
            return false;
        }
        let line_start = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        // Within a tag nobody reads it.
        let in_tag = text[..at].rfind('<') > text[..at].rfind('>');
        !line.to_lowercase().contains("copyright") && !text[line_start..at].trim().is_empty() && !in_tag
    };
    text[start..end]
        .split_whitespace()
        .map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w))
        .filter(|(at, _)| inside(*at))
        .collect()
}

/// A sentence that restricts nothing, among the copyright notices: names and thanks may stand there.
fn is_harmless_notice(text: &str, at: usize, added: &str) -> bool {
    let around = text[..at].char_indices().rev().nth(300).map_or(0, |(n, _)| n);
    let near = text[around..at].to_lowercase();
    HARMLESS.contains(&added) && (near.contains("copyright") || near.contains("(c)"))
}

/// How many ways of changing a text there are.
const KINDS: usize = 10;

fn change(text: &str, kind: usize, random: &mut Random) -> Option<String> {
    let sentences = sentences(text);
    let &(start, end) = sentences.get(random.below(sentences.len()))?;
    match kind {
        0 => {
            let added = INSERTED[random.below(INSERTED.len())];
            if is_harmless_notice(text, end, added) {
                return None;
            }
            let gap = if random.below(3) == 0 { "\n\n" } else { " " };
            let at = if random.below(6) == 0 { 0 } else { end };
            Some(format!("{}{gap}{added}{gap}{}", &text[..at], &text[at..]))
        }
        // Titles and copyright notices may be left out; the matching guidelines say so.
        1 if text[..end].split_whitespace().count() < 25 || text[start..end].to_lowercase().contains("copyright") => {
            None
        }
        1 => Some(format!("{}{}", &text[..start], &text[end..])),
        // A number is another one. At the start of a line it may be a list marker, and in a notice a year.
        3 => {
            let words = inner_words(text, (start, end));
            let numbers: Vec<_> = words.iter().filter(|(_, w)| w.chars().all(|c| c.is_ascii_digit())).collect();
            let (at, word) = **numbers.get(random.below(numbers.len()))?;
            Some(format!("{}{word}7{}", &text[..at], &text[at + word.len()..]))
        }
        // A negation is gone.
        4 => {
            let words = inner_words(text, (start, end));
            let lost = ["not", "no", "without", "never", "nor", "cannot", "only", "unless", "NOT", "NO", "WITHOUT"];
            let negations: Vec<_> = words.iter().filter(|(_, w)| lost.contains(w)).collect();
            let (at, word) = **negations.get(random.below(negations.len()))?;
            Some(format!("{}{}", &text[..at], text[at + word.len()..].trim_start()))
        }
        // Two words change places.
        5 => {
            let words = inner_words(text, (start, end));
            let pairs: Vec<_> = words.windows(2).filter(|p| p[0].1.to_lowercase() != p[1].1.to_lowercase()).collect();
            let [(a, first), (b, second)] = **pairs.get(random.below(pairs.len()))? else { return None };
            // Words with capitals may be the names of a holder.
            let plain = |w: &str| w.len() >= 3 && w.chars().all(|c| c.is_ascii_lowercase());
            (plain(first) && plain(second)).then(|| {
                let between = &text[a + first.len()..b];
                format!("{}{second}{between}{first}{}", &text[..a], &text[b + second.len()..])
            })
        }
        // A restriction within a sentence.
        6 => {
            let words = inner_words(text, (start, end));
            let (at, _) = *words.get(random.below(words.len()))?;
            Some(format!("{}{} {}", &text[..at], SLIPPED_IN[random.below(SLIPPED_IN.len())], &text[at..]))
        }
        // On the line of a copyright notice, of which the text has one or is given one.
        7 => {
            let added = ON_A_COPYRIGHT_LINE[random.below(ON_A_COPYRIGHT_LINE.len())];
            let line = text.lines().find(|l| l.trim_start().to_lowercase().starts_with("copyright"));
            Some(match line {
                Some(line) => {
                    let at = line.as_ptr() as usize - text.as_ptr() as usize + line.trim_end().len();
                    format!("{}{added}{}", &text[..at], &text[at..])
                }
                None => format!("Copyright (c) 2024 Somebody{added}\n\n{text}"),
            })
        }
        8 => {
            let added = DISGUISED[random.below(DISGUISED.len())];
            Some(format!("{} {added} {}", &text[..end], &text[end..]))
        }
        // In a comment, in a list, as a heading, in brackets, in a table.
        9 => {
            let added = INSERTED[random.below(INSERTED.len())];
            if is_harmless_notice(text, end, added) {
                return None;
            }
            let dressed = match random.below(6) {
                0 => format!("\n/* {added} */\n"),
                1 => format!("\n  (z) {added}\n"),
                2 => format!("\n# {added}\n"),
                3 => format!(" [{added}] "),
                4 => format!("\n| {added} |\n"),
                _ => format!("\n{}\n", added.to_uppercase()),
            };
            Some(format!("{}{dressed}{}", &text[..end], &text[end..]))
        }
        _ => {
            // In a copyright notice names may differ.
            if text[start..end].to_lowercase().contains("copyright") {
                return None;
            }
            let words: Vec<(usize, &str)> = text[start..end]
                .split_whitespace()
                .map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w))
                .filter(|(_, w)| w.len() >= 3 && w.chars().all(|c| c.is_ascii_lowercase()))
                .collect();
            let (at, word) = *words.get(random.below(words.len()))?;
            let replacement = ["not", "only", "commercial", "never", "prohibited"][random.below(5)];
            (word != replacement).then(|| format!("{}{replacement}{}", &text[..at], &text[at + word.len()..]))
        }
    }
}

#[test]
fn a_changed_text_is_never_exact() {
    let Some(texts) = texts() else {
        eprintln!("NOT RUN: no corpus; set CANDOR_SHARED");
        return;
    };
    let rounds: usize = std::env::var("CANDOR_CHANGES").ok().and_then(|n| n.parse().ok()).unwrap_or(2 * KINDS);
    let mut random = Random(0x5eed_1234_abcd_0001);
    let (mut tried, mut optional, mut wrong) = (0, 0, Vec::new());
    for (name, text) in &texts {
        for round in 0..rounds {
            let Some(changed) = change(text, round % KINDS, &mut random) else {
                continue;
            };
            if round % KINDS == 5 && NAMES_IN_A_CLAUSE.contains(&name.as_str()) {
                continue;
            }
            tried += 1;
            let answer = identify(changed.as_bytes());
            let exact: Vec<_> = answer.matches.iter().filter(|m| m.kind == MatchKind::Exact).collect();
            // Without a clause a text may be another licence word for word: BSD-3-Clause, BSD-2-Clause.
            if round % KINDS == 1 && exact.iter().any(|m| TURNS_INTO.contains(&(name.as_str(), m.id.as_str()))) {
                continue;
            }
            let stem = name.trim_end_matches("-only").trim_end_matches("-or-later").trim_end_matches('+');
            if round % KINDS == 1 && !exact.is_empty() && OPTIONAL_AT_AN_END.contains(&stem) {
                optional += 1;
                continue;
            }
            // The changed one is shown as changed, where it was.
            let at = changed.bytes().zip(text.bytes()).position(|(a, b)| a != b).unwrap_or(text.len());
            let told = |m: &Match| m.residue.iter().any(|r| r.start <= at + 4 && at <= r.end + 4);
            let apart = exact.iter().all(|m| !m.bytes.contains(&at));
            if STACKS.contains(&name.as_str()) && apart && answer.matches.iter().any(told) {
                continue;
            }
            let shown = answer
                .matches
                .first()
                .is_none_or(|m| !m.residue.is_empty() || m.missing > 0 || m.kind > MatchKind::Modified);
            if !exact.is_empty() || !shown {
                let cut = |t: &str| {
                    t.get(at.saturating_sub(60)..).map_or_else(String::new, |t| t.chars().take(140).collect())
                };
                wrong.push(format!(
                    "{name} ({}) {}\n   was {:?}\n   now {:?}",
                    round % KINDS,
                    exact.first().map_or("-", |m| m.id.as_str()),
                    cut(text),
                    cut(&changed)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried} changed texts pass as exact:\n{}", wrong.len(), wrong.join("\n"));
    eprintln!(
        "{tried} changed texts of {} licences, none exact; {optional} had lost an optional paragraph and count as unchanged",
        texts.len()
    );
}
