//! Spellings that count as the same word.
//!
//! The list is that of the SPDX matching guidelines, with a few that licence copies show in practice.

use crate::words::hash;

/// "non" written apart is joined to the word after it.
pub(crate) const NON: u64 = hash("non");
const COPYRIGHT: u64 = hash("copyright");
const OWNER: u64 = hash("owner");
const OWNERS: u64 = hash("owners");

const PAIRS: &[(&str, &str)] = &[
    ("acknowledgement", "acknowledgment"),
    ("acknowledgements", "acknowledgments"),
    ("analogue", "analog"),
    ("analyse", "analyze"),
    ("artefact", "artifact"),
    ("authorisation", "authorization"),
    ("authorised", "authorized"),
    ("authorise", "authorize"),
    ("calibre", "caliber"),
    ("cancelled", "canceled"),
    ("capitalisations", "capitalizations"),
    ("catalogue", "catalog"),
    ("categorise", "categorize"),
    ("centre", "center"),
    ("emphasised", "emphasized"),
    ("favour", "favor"),
    ("favourite", "favorite"),
    ("fulfil", "fulfill"),
    ("fulfilment", "fulfillment"),
    ("initialise", "initialize"),
    ("judgement", "judgment"),
    ("judgements", "judgments"),
    ("labelling", "labeling"),
    ("labour", "labor"),
    ("licence", "license"),
    ("licences", "licenses"),
    ("licenced", "licensed"),
    ("maximise", "maximize"),
    ("modelled", "modeled"),
    ("modelling", "modeling"),
    ("offence", "offense"),
    ("optimise", "optimize"),
    ("organisation", "organization"),
    ("organisations", "organizations"),
    ("practise", "practice"),
    ("programme", "program"),
    ("realise", "realize"),
    ("recognise", "recognize"),
    ("signalling", "signaling"),
    ("utilisation", "utilization"),
    ("whilst", "while"),
    ("wilful", "wilfull"),
    ("willful", "wilfull"),
    ("sublicence", "sublicense"),
    ("expressed", "express"),
    ("https", "http"),
];

/// Words after which a number is a reference and no list marker.
const REFERRING: &[u64] = &[
    hash("version"),
    hash("versions"),
    hash("section"),
    hash("sections"),
    hash("paragraph"),
    hash("paragraphs"),
    hash("article"),
    hash("articles"),
    hash("clause"),
    hash("clauses"),
    hash("exhibit"),
    hash("attachment"),
    hash("part"),
    hash("schedule"),
    hash("annex"),
    hash("appendix"),
    hash("v"),
    hash("item"),
    hash("number"),
    hash("condition"),
    hash("conditions"),
    hash("term"),
    hash("llama"),
    hash("gpl"),
    hash("lgpl"),
    hash("license"),
];

/// Words after which a number within a line is a reference; at the start of a line it is a list marker.
const JOINING: &[u64] = &[hash("and"), hash("or"), hash("to")];

const TABLE_BITS: u32 = 9;
const SIZE: usize = 1 << TABLE_BITS;

/// A small hash table made at compile time; a slot holds the word and what it becomes.
static TABLE: [(u64, u64); SIZE] = table();

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
const fn table() -> [(u64, u64); SIZE] {
    let mut table = [(0, 0); SIZE];
    let mut n = 0;
    while n < PAIRS.len() {
        table = put(table, hash(PAIRS[n].0), hash(PAIRS[n].1));
        n += 1;
    }
    table
}

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
const fn put(mut table: [(u64, u64); SIZE], word: u64, becomes: u64) -> [(u64, u64); SIZE] {
    let mut at = slot(word);
    while table[at].0 != 0 {
        at = (at + 1) % SIZE;
    }
    table[at] = (word, becomes);
    table
}

const fn slot(word: u64) -> usize {
    ((word >> 17) as usize) & (SIZE - 1)
}

/// The spelling a word counts as; the word itself if the list has none.
pub(crate) fn same(word: u64) -> u64 {
    let mut at = slot(word);
    while let Some((key, becomes)) = TABLE.get(at).copied() {
        if key == 0 {
            break;
        }
        if key == word {
            return becomes;
        }
        at = (at + 1) % SIZE;
    }
    word
}

/// "copyright owner" is "copyright holder"; an owner of something else stays one.
pub(crate) fn in_context(previous: Option<u64>, word: u64) -> u64 {
    match (previous == Some(COPYRIGHT), word) {
        (true, OWNER) => hash("holder"),
        (true, OWNERS) => hash("holders"),
        _ => word,
    }
}

/// Whether a number after this word is a reference.
pub(crate) fn refers(word: u64, line_start: bool) -> bool {
    REFERRING.contains(&word) || !line_start && JOINING.contains(&word)
}

/// Whether a list may go on after this word: "and", "or".
pub(crate) fn joins(word: u64) -> bool {
    word == hash("and") || word == hash("or")
}
