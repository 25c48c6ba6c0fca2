//! Spellings that count as the same word.
//!
//! The list is that of the SPDX matching guidelines, with a few that licence copies show in practice.

use crate::word_hash::{Spelling, hash};
use crate::words::Word;

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
    // Singular and plural holders: the templates allow both wherever they stand.
    ("disclaims", "disclaim"),
    ("appears", "appear"),
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

/// Words with which something could be restricted, granted or demanded.
#[rustfmt::skip]
const NORMS: &[&str] = &[
    "not", "no", "may", "must", "shall", "only", "cannot", "should", "never", "unless", "except", "without", "provided",
    "if", "when",
];

/// Words that no name holds and no fill may hold, listed or not.
#[rustfmt::skip]
const LOADED: &[&str] = &[
    "prohibited", "prohibit", "prohibits", "forbidden", "forbid", "permitted", "permission", "permissions",
    "allowed", "disallowed", "required", "requires", "require", "commercial", "commercially", "noncommercial",
    "noncommercially", "restricted", "restriction", "restrictions", "restrict", "revoke", "revoked", "revocable",
    "terminate", "terminates", "terminated", "royalty", "royalties", "fee", "fees", "pay", "payment", "agree",
    "agrees", "consent", "grant", "grants", "granted", "condition", "conditions", "competing", "compete",
    "competitor", "competitors", "military", "weapons", "indemnify", "excluding", "excluded", "exclude", "limited",
    "limitation", "limit", "use", "used", "uses", "using", "users", "user", "distribute", "redistribute",
    "redistribution", "modify", "sell", "sale", "research", "academic", "purposes", "purpose", "revenue", "licensee",
    "comply", "compliance", "void", "obtain", "written", "approval", "nonproduction", "evaluation", "government",
    "countries", "country", "train", "training", "banned", "ban", "refrain", "deny", "denied", "allow", "permit",
    "permits", "entitled", "obliged", "obligated", "obligation", "obligations", "illegal", "unlawful",
    "outside", "sold", "most", "least", "until", "expire", "expires", "days", "months",
];

/// The same in Chinese, where each letter is read as a word: "forbid", "not", "only".
const LOADED_LETTERS: &[char] = &['禁', '止', '不', '勿', '仅', '僅'];

const TABLE_BITS: u32 = 10;
const SIZE: usize = 1 << TABLE_BITS;
const BITS: usize = 1 << 13;

/// A word that is no other: what it counts as, and its kind.
#[derive(Clone, Copy)]
struct Known {
    word: u64,
    becomes: u64,
    class: u16,
}

struct Table {
    /// A bit per hash: most words are in no list, and end here.
    bits: [u64; BITS / 64],
    slots: [Known; SIZE],
}

/// A small hash table made at compile time.
static TABLE: Table = table();

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
const fn table() -> Table {
    let mut table = Table { bits: [0; BITS / 64], slots: [Known { word: 0, becomes: 0, class: 0 }; SIZE] };
    let mut n = 0;
    while n < PAIRS.len() {
        let (word, becomes) = (hash(PAIRS[n].0), hash(PAIRS[n].1));
        table = put(table, Known { word, becomes, class: 0 });
        n += 1;
    }
    n = 0;
    while n < LOADED_LETTERS.len() {
        let word = Spelling::new().add_letter(LOADED_LETTERS[n]).hash();
        table = put(table, Known { word, becomes: word, class: Word::LOADED });
        n += 1;
    }
    table = put_all(table, NORMS, Word::NORM);
    put_all(table, LOADED, Word::LOADED)
}

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
const fn put_all(mut table: Table, words: &[&str], class: u16) -> Table {
    let mut n = 0;
    while n < words.len() {
        let word = hash(words[n]);
        table = put(table, Known { word, becomes: word, class });
        n += 1;
    }
    table
}

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
const fn put(mut table: Table, known: Known) -> Table {
    let mut at = slot(known.word);
    while table.slots[at].word != 0 && table.slots[at].word != known.word {
        at = (at + 1) % SIZE;
    }
    let class = table.slots[at].class | known.class;
    table.slots[at] = Known { word: known.word, becomes: known.becomes, class };
    let bit = bit(known.word);
    table.bits[bit / 64] |= 1 << (bit % 64);
    table
}

const fn slot(word: u64) -> usize {
    ((word >> 17) as usize) & (SIZE - 1)
}

const fn bit(word: u64) -> usize {
    ((word >> 30) as usize) & (BITS - 1)
}

/// The spelling a word counts as, and its kind; the word itself if no list has it.
pub(crate) fn same(word: u64) -> (u64, u16) {
    let bit = bit(word);
    if TABLE.bits.get(bit / 64).is_none_or(|b| b & (1 << (bit % 64)) == 0) {
        return (word, 0);
    }
    let mut at = slot(word);
    while let Some(known) = TABLE.slots.get(at) {
        if known.word == word {
            return (known.becomes, known.class);
        }
        if known.word == 0 {
            break;
        }
        at = (at + 1) % SIZE;
    }
    (word, 0)
}

/// "copyright owner" is "copyright holder"; an owner of something else stays one.
pub(crate) fn in_context(previous: u64, word: u64) -> u64 {
    match word {
        OWNER if previous == COPYRIGHT => hash("holder"),
        OWNERS if previous == COPYRIGHT => hash("holders"),
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
