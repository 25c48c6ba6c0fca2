//! Bytes to words, with the place of every word in the original.
//!
//! The steps follow the SPDX matching guidelines: letter case, white space, quotes, punctuation, list
//! markers, comment characters, markup and a list of equivalent spellings make no difference. Nothing else is
//! dropped here: whether a copyright line or a name may differ is decided where differences are judged
//! (`residue.rs`), because there it is known what surrounds them.
//!

use std::ops::Range;

use crate::decode::{Decoder, KINDS, Kind, Unit};
use crate::markup;
use crate::spelling;
use crate::word_hash::{Block, Spelling};

pub use crate::word_hash::hash;

/// How many bytes of a file are read. A licence is never longer; a data file may be.
pub const BYTES_CAP: usize = 16 << 20;

/// One word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Hash of its normalised letters.
    pub hash: u64,
    /// Where it starts in the original bytes.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What stands before it, and what kind of word it is.
    pub flags: u16,
}

impl Word {
    /// It follows a full stop, a colon or semicolon, or starts the text.
    pub const AFTER_STOP: u16 = 1;
    /// It is the first of its line.
    pub const LINE_START: u16 = 2;
    /// It is the first after an empty line.
    pub const PARAGRAPH: u16 = 4;
    /// It is a number, possibly with dots.
    pub const NUMBER: u16 = 8;
    /// It follows `.`, `!` or `?`.
    pub const SENTENCE: u16 = 16;
    /// Its first letter is a capital.
    pub const CAPITAL: u16 = 32;
    /// It follows punctuation common in code and rare in prose.
    pub const CODE: u16 = 64;
    /// A word such as "not", "may" or "unless".
    pub const NORM: u16 = 128;
    /// A word that no name holds: "commercial", "use", "royalty".
    pub const LOADED: u16 = 256;
    /// All its letters are capitals.
    pub const UPPER: u16 = 512;

    /// Whether a flag is set.
    pub fn is(self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

/// Whether a word may go on after this byte.
fn may_go_on(after: u8) -> bool {
    matches!(after, b'\'' | b'-' | b'.' | b',' | b'<' | b'&' | 0x80..)
}

/// Whether the slow reader must see if a word goes on after such a byte, before this one.
fn goes_on(after: u8, next: Option<u8>, digits: bool) -> bool {
    let next = next.unwrap_or(b' ');
    match after {
        b'\'' | b'-' => !matches!(next, b' ' | b',' | b'.' | b'-' | b'>' | b'*'),
        b'.' | b',' => digits && next != b' ' && next != b'\n',
        _ => true,
    }
}

/// The words of a text, up to [`BYTES_CAP`].
pub fn words(bytes: &[u8]) -> Vec<Word> {
    let bytes = bytes.get(..BYTES_CAP).unwrap_or(bytes);
    let mut reader = Reader {
        out: Vec::with_capacity(bytes.len() / 6 + 8),
        flags: Word::AFTER_STOP | Word::LINE_START | Word::PARAGRAPH | Word::SENTENCE,
        pending: None,
    };
    let mut decoder = Decoder::new(bytes, markup::is_html(bytes));
    loop {
        reader.plain(&mut decoder);
        let Some(u) = decoder.next() else { break };
        if u.c.is_alphanumeric() {
            // What ends the word is read again: it may begin something plain.
            if let Some(after) = reader.word(u, &mut decoder) {
                decoder.back_to(after);
            }
        } else {
            reader.separator(u, &mut decoder);
        }
    }
    reader.out
}

struct Reader {
    out: Vec<Word>,
    /// Flags for the next word.
    flags: u16,
    /// An opening parenthesis just seen: the number of words before it.
    pending: Option<usize>,
}

impl Reader {
    /// Reads on as long as there are only ASCII words and separators that need no second look, which is nearly
    /// always; stops before anything else.
    fn plain(&mut self, decoder: &mut Decoder<'_>) {
        let bytes = decoder.plain_rest();
        let from = decoder.position();
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            match KINDS.get(usize::from(byte)).copied().unwrap_or(Kind::Other) {
                Kind::Letter | Kind::Digit => {
                    let Some(end) = self.plain_word(bytes, at, from) else { break };
                    at = end + usize::from(bytes.get(end) == Some(&b' '));
                    continue;
                }
                Kind::Space => {}
                Kind::Line => self.mark('\n'),
                Kind::Mark => self.mark(char::from(byte)),
                Kind::Other => break,
            }
            at += 1;
        }
        decoder.advance(at);
    }

    /// Reads the word at `at`, unless it may go on in a way that needs a second look; gives its end.
    fn plain_word(&mut self, bytes: &[u8], at: usize, from: usize) -> Option<usize> {
        let rest = bytes.get(at..)?;
        let start = Block::of(rest);
        let mut h = Spelling::add_block(Spelling::new().hash(), start.lower);
        let (mut length, mut capitals, mut small) = (start.length, start.capitals, start.small);
        while length > 0 && length % 8 == 0 {
            let block = Block::of(rest.get(length..)?);
            if block.length == 0 {
                break;
            }
            h = Spelling::add_block(h, block.lower);
            capitals |= block.capitals;
            small |= block.small;
            length += block.length;
        }
        let (digits, upper) = (capitals | small == 0, small == 0);
        let after = rest.get(length).copied().unwrap_or(0);
        let previous = self.out.last().map_or(0, |w| w.hash);
        if previous == spelling::NON || may_go_on(after) && goes_on(after, rest.get(length + 1).copied(), digits) {
            return None;
        }
        let first = rest.first().copied().unwrap_or(b' ');
        let bytes = (from + at) as u32..(from + at + length) as u32;
        let kind = if digits { Word::NUMBER } else { 0 }
            | if first.is_ascii_uppercase() { Word::CAPITAL } else { 0 }
            | if upper && !digits && length > 1 { Word::UPPER } else { 0 };
        // Only short words may be list markers.
        if length == 1 || length <= 5 && (digits || matches!(first | 0x20, b'i' | b'v' | b'x')) {
            let letters = start.lower.to_le_bytes();
            self.push(h, letters.get(..length)?, bytes, char::from(after), kind);
        } else {
            self.push_word(h, previous, bytes, kind);
        }
        Some(at + length)
    }

    /// What a separator says about the word after it.
    fn mark(&mut self, c: char) {
        match c {
            '\n' => {
                let blank = self.flags & Word::LINE_START != 0;
                self.flags |= Word::LINE_START | if blank { Word::PARAGRAPH | Word::AFTER_STOP } else { 0 };
                self.pending = None;
            }
            '.' | '!' | '?' | '。' => self.flags |= Word::AFTER_STOP | Word::SENTENCE,
            ':' | ';' | '•' | '|' | '；' | '：' => self.flags |= Word::AFTER_STOP,
            '{' | '}' | '=' | '$' | '\\' => self.flags |= Word::CODE,
            '(' => self.pending = Some(self.out.len()),
            _ => {}
        }
    }

    fn separator(&mut self, u: Unit, decoder: &mut Decoder<'_>) {
        match u.c {
            ']' => decoder.skip_destination(),
            // Letters are shown in another order than they are read in: nobody can say what is seen.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let flags = self.flags | Word::LOADED | Word::NORM;
                self.flags = 0;
                self.out.push(Word { hash: Spelling::new().add_letter(u.c).hash(), start: u.start, end: u.end, flags });
            }
            _ => {}
        }
        self.mark(u.c);
    }

    /// Reads one word that starts at `first`; gives the unit after it.
    fn word(&mut self, first: Unit, decoder: &mut Decoder<'_>) -> Option<Unit> {
        let (mut spelling, start) = self.prefix(first);
        let mut length = 0_u32;
        let mut digits = true;
        let mut dotted = false;
        let mut text = [0_u8; 20];
        let mut end = first.end;
        let mut unit = Some(first);
        let capital = first.c.is_uppercase();
        while let Some(u) = unit {
            if u.c.is_alphanumeric() {
                let wide = is_wide(u.c);
                if wide && length > 0 {
                    break;
                }
                if u.c.is_ascii() {
                    let lower = u.c.to_ascii_lowercase();
                    spelling = spelling.add(lower as u8);
                    if let Some(slot) = text.get_mut(length as usize) {
                        *slot = lower as u8;
                    }
                    length += 1;
                } else {
                    for lower in u.c.to_lowercase() {
                        spelling = spelling.add_letter(lower);
                        if let Some(slot) = text.get_mut(length as usize) {
                            *slot = u8::try_from(lower as u32).unwrap_or(0);
                        }
                        length += 1;
                    }
                }
                digits &= u.c.is_ascii_digit();
                end = u.end;
                if !wide {
                    let run = decoder.ascii_run();
                    for byte in run {
                        let lower = byte.to_ascii_lowercase();
                        spelling = spelling.add(lower);
                        if let Some(slot) = text.get_mut(length as usize) {
                            *slot = lower;
                        }
                        length += 1;
                        digits &= byte.is_ascii_digit();
                    }
                    end += run.len() as u32;
                }
                unit = decoder.next();
                if wide {
                    break;
                }
                continue;
            }
            match u.c {
                '\'' | '’' | '‘' | '\u{ad}' if decoder.peek_alphanumeric() => unit = decoder.next(),
                ',' if digits && !dotted && decoder.peek_thousands() => unit = decoder.next(),
                '.' if digits && decoder.peek_digit() => {
                    dotted = true;
                    spelling = spelling.add(b'.');
                    if let Some(slot) = text.get_mut(length as usize) {
                        *slot = b'.';
                    }
                    length += 1;
                    unit = decoder.next();
                }
                '-' | '\u{2010}' | '\u{2011}' if !digits => match decoder.joined() {
                    Some(after) => unit = Some(after),
                    None => break,
                },
                _ => break,
            }
        }
        let letters = if length <= 8 { text.get(..length as usize).unwrap_or_default() } else { &[] };
        let kind = if digits { Word::NUMBER } else { 0 } | if capital { Word::CAPITAL } else { 0 };
        self.push(spelling.hash(), letters, start..end, unit.map_or('\0', |u| u.c), kind);
        unit
    }

    /// Where a word's hash and bytes start: at itself, or at "non" written apart before it.
    fn prefix(&mut self, first: Unit) -> (Spelling, u32) {
        match self.out.last() {
            Some(w) if w.hash == spelling::NON && first.c.is_lowercase() && self.flags & Word::AFTER_STOP == 0 => {
                let (start, flags) = (w.start, w.flags);
                self.out.pop();
                self.flags = flags;
                self.pending = None;
                (Spelling::new().add(b'n').add(b'o').add(b'n'), start)
            }
            _ => (Spelling::new(), first.start),
        }
    }

    /// Takes a word in, unless it is a list marker. `letters` are those of a short word; `follows` is what ends it.
    fn push(&mut self, hash: u64, letters: &[u8], bytes: Range<u32>, follows: char, kind: u16) {
        let parenthesis = self.pending == Some(self.out.len());
        if self.is_marker(letters, kind & Word::NUMBER != 0, parenthesis, follows) {
            self.flags |= Word::AFTER_STOP;
            self.pending = None;
            return;
        }
        let previous = self.out.last().map_or(0, |w| w.hash);
        self.push_word(hash, previous, bytes, kind);
    }

    /// Takes a word in, after the one with this hash.
    fn push_word(&mut self, hash: u64, previous: u64, bytes: Range<u32>, kind: u16) {
        let (hash, class) = spelling::same(hash);
        let flags = self.flags | kind | class;
        self.flags = 0;
        let hash = spelling::in_context(previous, hash);
        self.out.push(Word { hash, start: bytes.start, end: bytes.end, flags });
    }

    /// List markers: `(a)`, `2.`, `iv)`, `3.1` at the start of a paragraph. After "version" or "section" a
    /// number is none.
    fn is_marker(&self, text: &[u8], digits: bool, parenthesis: bool, follows: char) -> bool {
        if text.is_empty() {
            return false;
        }
        let short = text.len() <= 2 && digits
            || text.len() == 1 && text.iter().all(u8::is_ascii_alphabetic)
            || text.len() <= 5 && !text.is_empty() && text.iter().all(|b| matches!(b, b'i' | b'v' | b'x'));
        if parenthesis {
            return short && follows == ')';
        }
        let numbered = digits && text.contains(&b'.') && text.len() <= 8;
        if !(short || numbered) {
            return false;
        }
        let opens = self.flags & (Word::AFTER_STOP | Word::PARAGRAPH) != 0;
        let starts = self.flags & Word::LINE_START != 0;
        let referred = digits && self.out.last().is_some_and(|w| spelling::refers(w.hash, starts));
        let joined = self.out.last().is_some_and(|w| spelling::joins(w.hash));
        let roman = text.len() >= 2 && !digits;
        match follows {
            ')' if short => opens || starts || !digits,
            '.' if short => !referred && (opens || starts || !digits && (joined || roman)),
            '.' | ' ' | '\t' | '\n' | '\0' if numbered => !referred && opens,
            ' ' if short && digits => starts && opens && !referred,
            _ => false,
        }
    }
}

/// Letters of scripts that put no space between words; each counts as a word.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xac00..=0xd7af)
}

/// How many words a window holds.
pub const WINDOW: usize = 4;

/// The 32-bit hashes of the overlapping four-word windows, in order.
pub fn windows(words: &[Word]) -> Vec<u32> {
    words.windows(WINDOW).map(window_of).collect()
}

/// The 32-bit hash of some words in order.
pub fn window_of(words: &[Word]) -> u32 {
    (whole(words) >> 32) as u32
}

/// One hash of all words in order.
pub fn whole(words: &[Word]) -> u64 {
    words.iter().fold(0, |h: u64, w| (h.rotate_left(23) ^ w.hash).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
