//! The vocabulary: one end mark and the 95 printable ASCII characters.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Serialize;

/// Number of tokens.
pub const SIZE: usize = 96;
/// The token before the first and after the last character of a line.
pub const END: usize = 0;
/// How the end mark is written in `tokenizer.json`.
pub const END_TEXT: &str = "<|end|>";

/// The token of a character, if it is printable ASCII.
pub fn token(character: char) -> Option<usize> {
    (' '..='~').contains(&character).then(|| character as usize - ' ' as usize + 1)
}

/// The character of a token; none for the end mark.
pub fn character(token: usize) -> Option<char> {
    (1..SIZE).contains(&token).then(|| char::from(b' ' + (token - 1) as u8))
}

/// The tokens of a line, without end marks.
pub fn encode(line: &str) -> Result<Vec<usize>> {
    let mut tokens = Vec::with_capacity(line.len());
    for found in line.chars() {
        match token(found) {
            Some(token) => tokens.push(token),
            None => bail!("character {found:?} is not printable ASCII"),
        }
    }
    Ok(tokens)
}

#[derive(Serialize)]
struct AddedToken {
    id: usize,
    content: &'static str,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
    normalized: bool,
    special: bool,
}

#[derive(Serialize)]
struct Pattern {
    #[serde(rename = "Regex")]
    regex: &'static str,
}

#[derive(Serialize)]
struct Split {
    r#type: &'static str,
    pattern: Pattern,
    behavior: &'static str,
    invert: bool,
}

#[derive(Serialize)]
struct Decoder {
    r#type: &'static str,
}

#[derive(Serialize)]
struct WordLevel {
    r#type: &'static str,
    vocab: BTreeMap<String, usize>,
    unk_token: &'static str,
}

/// The vocabulary in the layout of `tokenizer.json`: every character is a word of its own.
#[derive(Serialize)]
pub struct TokenizerFile {
    version: &'static str,
    truncation: Option<()>,
    padding: Option<()>,
    added_tokens: [AddedToken; 1],
    normalizer: Option<()>,
    pre_tokenizer: Split,
    post_processor: Option<()>,
    decoder: Decoder,
    model: WordLevel,
}

impl TokenizerFile {
    /// The one tokenizer there is.
    pub fn new() -> Self {
        let mut vocab: BTreeMap<String, usize> =
            (1..SIZE).filter_map(|token| character(token).map(|found| (found.to_string(), token))).collect();
        vocab.insert(END_TEXT.to_owned(), END);
        let added = AddedToken {
            id: END,
            content: END_TEXT,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: true,
        };
        Self {
            version: "1.0",
            truncation: None,
            padding: None,
            added_tokens: [added],
            normalizer: None,
            pre_tokenizer: Split {
                r#type: "Split",
                pattern: Pattern { regex: "." },
                behavior: "Isolated",
                invert: false,
            },
            post_processor: None,
            decoder: Decoder { r#type: "Fuse" },
            model: WordLevel { r#type: "WordLevel", vocab, unk_token: END_TEXT },
        }
    }
}

impl Default for TokenizerFile {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_but_the_end_mark_has_a_character() {
        assert_eq!(character(END), None);
        for id in 1..SIZE {
            assert_eq!(character(id).and_then(token), Some(id));
        }
        assert_eq!(character(SIZE), None);
    }

    #[test]
    fn other_characters_are_refused() {
        assert!(encode("Licence Libre du Québec").is_err());
        assert_eq!(encode(" ~").unwrap(), [1, 95]);
    }
}
