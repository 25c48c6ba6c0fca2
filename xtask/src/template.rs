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
    let (lead, after) = (&plain[..mark.start], &plain[mark.end..]);
    let alternatives: Vec<u32> = alternatives(regex).iter().flat_map(|a| a.entry(lead, after)).collect();
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

/// One replacement a regular expression allows: words, or words with anything between.
struct Alternative {
    before: String,
    after: Option<String>,
}

impl Alternative {
    /// Three numbers: words before and after the wild part and whether there is one; the hash of the words before
    /// with the three words that lead to them; the hash of the words after with the three that follow.
    fn entry(&self, lead: &str, next: &str) -> [u32; 3] {
        let count = |text: &str| words::words(text.as_bytes()).len();
        let lead_words = words::words(lead.as_bytes()).len();
        let with_lead = words::words(format!("{lead} {}", self.before).as_bytes());
        let before = words::window_of(&with_lead[lead_words.saturating_sub(3)..]);
        let before_count = with_lead.len() - lead_words;
        let (after, after_count) = match &self.after {
            Some(text) => {
                let n = count(text);
                let follow = words::words(format!("{text} {next}").as_bytes());
                (words::window_of(&follow[..(n + 3).min(follow.len())]), n)
            }
            None => (0, 0),
        };
        let wild = u32::from(self.after.is_some());
        [before_count as u32 | (after_count as u32) << 8 | wild << 16, before, after]
    }
}

/// The replacements a regular expression lists; empty when it allows anything, or more than we read.
fn alternatives(regex: &str) -> Vec<Alternative> {
    let plain = regex.replace("\\s+", " ").replace("\\s*", " ").replace('\\', "");
    if plain.trim_matches(['(', ')', '?', ' ']).starts_with(".{") || ["[", "-*", "#*"].iter().any(|w| plain.contains(w))
    {
        return Vec::new();
    }
    let mut out = Vec::new();
    for part in expand(&plain) {
        let wild = part.find(".+").or_else(|| part.find(".*"));
        match wild {
            Some(at) => out.push(Alternative { before: part[..at].to_owned(), after: Some(part[at + 2..].to_owned()) }),
            None => out.push(Alternative { before: part, after: None }),
        }
    }
    // Nothing but a wild part: any name fits.
    if out.iter().any(|a| a.before.trim().is_empty() && a.after.as_ref().is_some_and(|t| t.trim().is_empty())) {
        return Vec::new();
    }
    if out.iter().any(|a| a.after.as_ref().is_some_and(|t| t.contains(".+") || t.contains(".*"))) {
        return Vec::new();
    }
    out
}

/// Alternatives at the top, groups with alternatives in them, `x?` and `(x)?`.
fn expand(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut done: Vec<String> = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut n = 0;
    while n < chars.len() && parts.len() < 64 {
        match chars[n] {
            '|' => {
                done.append(&mut parts);
                parts = vec![String::new()];
            }
            '(' => {
                let mut depth = 1;
                let mut end = n + 1;
                while end < chars.len() && depth > 0 {
                    depth += match chars[end] {
                        '(' => 1,
                        ')' => -1,
                        _ => 0,
                    };
                    end += 1;
                }
                let inner: String = chars[n + 1..end.saturating_sub(1).max(n + 1)].iter().collect();
                let mut options = expand(&inner);
                if chars.get(end) == Some(&'?') {
                    options.push(String::new());
                    end += 1;
                }
                parts = parts.iter().flat_map(|p| options.iter().map(move |o| format!("{p}{o}"))).collect();
                n = end;
                continue;
            }
            c if chars.get(n + 1) == Some(&'?') => {
                parts = parts.iter().flat_map(|p| [format!("{p}{c}"), p.clone()]).collect();
                n += 1;
            }
            c => parts.iter_mut().for_each(|p| p.push(c)),
        }
        n += 1;
    }
    done.append(&mut parts);
    done
}
