//! SPDX templates with `<<opt>>` and `<<var REGEX>>` marks → plain text and its optional and replaceable regions.

use candor_license::fingerprint_layout as layout;
use candor_license::words::{self, Word};

/// A text with its regions by word.
pub(crate) struct Template {
    pub(crate) words: Vec<Word>,
    pub(crate) regions: Vec<Region>,
}

/// See `layout::REGION`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) limit: u16,
    pub(crate) alternatives: Vec<u32>,
}

struct Mark {
    start: usize,
    end: usize,
    regex: Option<String>,
}

/// Reads a template; a text without marks is one too.
pub(crate) fn read(text: &str) -> Template {
    let mut plain = String::with_capacity(text.len());
    let mut open: Vec<(usize, Option<String>)> = Vec::new();
    let mut marks = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("<<") {
        plain.push_str(&rest[..at]);
        let tag = &rest[at..];
        let (length, close) = if tag.starts_with("<<opt>>") {
            open.push((plain.len(), None));
            (7, false)
        } else if tag.starts_with("<<var ") {
            let Some(end) = tag.find(">>") else { break };
            open.push((plain.len(), Some(tag[6..end].to_owned())));
            (end + 2, false)
        } else if tag.starts_with("<</opt>>") || tag.starts_with("<</var>>") {
            (8, true)
        } else {
            plain.push_str("<<");
            (2, false)
        };
        if close && let Some((start, regex)) = open.pop() {
            marks.push(Mark { start, end: plain.len(), regex });
        }
        rest = &tag[length..];
    }
    plain.push_str(rest);
    let words = words::words(plain.as_bytes());
    let mut regions: Vec<Region> = marks.iter().filter_map(|m| region(m, &plain, &words)).collect();
    regions.sort_by_key(|r| (r.start, std::cmp::Reverse(r.end), r.kind));
    Template { words, regions }
}

fn region(mark: &Mark, plain: &str, words: &[Word]) -> Option<Region> {
    let index = |byte: usize| words.partition_point(|w| (w.start as usize) < byte) as u32;
    let (start, end) = (index(mark.start), index(mark.end));
    let Some(regex) = &mark.regex else {
        return (start < end).then_some(Region {
            start,
            end,
            kind: layout::OPTIONAL,
            flags: 0,
            limit: 0,
            alternatives: Vec::new(),
        });
    };
    let default = &plain[mark.start..mark.end];
    let (mut limit, mut flags) = replacement(regex);
    let lower = default.to_lowercase();
    if regex.contains("5000") && (lower.contains("copyright") || start < 30) {
        flags |= layout::NOTICES;
    }
    if regex.contains("5000") {
        limit = if flags & layout::NOTICES != 0 { 200 } else { 60 };
    }
    let norms = ["not", "may", "shall", "must", "only", "no"];
    if lower.split(|c: char| !c.is_alphanumeric()).any(|w| norms.contains(&w))
        || regex.split(|c: char| !c.is_alphanumeric()).any(|w| norms.contains(&w.to_lowercase().as_str()))
    {
        flags |= layout::NORMS;
    }
    limit = limit.max((end - start) as u16);
    let lead = &plain[..mark.start];
    let mut alternatives: Vec<u32> = alternatives(regex).iter().map(|a| with_lead(lead, a)).collect();
    alternatives.sort_unstable();
    alternatives.dedup();
    let region = Region { start, end, kind: layout::REPLACEABLE, flags, limit, alternatives };
    (limit > 0 || !region.alternatives.is_empty()).then_some(region)
}

/// The most words a replacement may have, and whether they may be any words.
fn replacement(regex: &str) -> (u16, u8) {
    let wild = regex.contains(".+") || regex.contains(".*") || regex.contains(".{");
    let literal = regex.replace("\\s", " ").replace(['(', ')', '?', '\\', '+', '*', '[', ']', '{', '}'], " ");
    let longest = literal.split('|').map(|a| a.split_whitespace().count()).max().unwrap_or(0);
    let longest = u16::try_from(longest).unwrap_or(60).min(60);
    if wild { (longest.min(20) + 20, layout::OPEN) } else { (longest, 0) }
}

/// The hash of a listed replacement with the three words before it.
fn with_lead(lead: &str, alternative: &str) -> u32 {
    let words = words::words(format!("{lead} {alternative}").as_bytes());
    let before = words::words(lead.as_bytes()).len();
    words::window_of(&words[before.saturating_sub(3)..])
}

/// The literal replacements a regular expression lists; empty when it is more than a list.
fn alternatives(regex: &str) -> Vec<String> {
    if [".+", ".*", ".{", "[", "-*", "#*"].iter().any(|wild| regex.contains(wild)) {
        return Vec::new();
    }
    let plain = regex.replace("\\s+", " ").replace("\\s*", " ").replace('\\', "");
    let mut out = Vec::new();
    for part in plain.split('|') {
        let part = part.trim();
        // `DISCLAIMS?`, `EXPRESS(ED)?`, `(something)?`: with and without.
        if let Some(stem) = part.strip_suffix(")?") {
            let (before, group) = stem.rsplit_once('(').unwrap_or(("", stem));
            out.push(before.to_owned());
            out.push(format!("{before}{group}"));
        } else if let Some(stem) = part.strip_suffix('?') {
            out.push(stem.to_owned());
            let mut chars = stem.chars();
            chars.next_back();
            out.push(chars.as_str().to_owned());
        } else {
            out.push(part.replace(['(', ')'], " "));
        }
    }
    out
}
