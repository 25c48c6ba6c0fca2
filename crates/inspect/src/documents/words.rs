//! Words of a statement, made comparable: lower case, no punctuation, one space between.
//!
//! Phrases are looked up word by word, so that `open` is not found in `opening`; a trailing `*` asks for
//! the beginning of a word. Nothing here knows what a phrase means.

/// The words of a text between single spaces, with a space at both ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words(String, Beginnings);

/// The first two letters of all words, as a set: most phrases can be ruled out by it without a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Beginnings([u64; 11]);

impl Beginnings {
    fn of(words: &str) -> Self {
        let mut set = Self::default();
        for word in words.split(' ') {
            if let Some((slot, bit)) = Self::place(word)
                && let Some(cell) = set.0.get_mut(slot)
            {
                *cell |= bit;
            }
        }
        set
    }

    /// Whether a word may begin as this phrase does. Phrases that do not begin with two letters always may.
    fn may_hold(&self, phrase: &str) -> bool {
        Self::place(phrase).is_none_or(|(slot, bit)| self.0.get(slot).is_none_or(|cell| cell & bit != 0))
    }

    fn place(word: &str) -> Option<(usize, u64)> {
        let [first, second, ..] = word.as_bytes() else { return None };
        if !first.is_ascii_lowercase() || !second.is_ascii_lowercase() {
            return None;
        }
        let number = usize::from(first - b'a') * 26 + usize::from(second - b'a');
        Some((number / 64, 1 << (number % 64)))
    }
}

impl Words {
    /// The words of a text. A dot stays inside a number or version, and nowhere else.
    pub(crate) fn of(text: &str) -> Self {
        let mut out = String::with_capacity(text.len() + 2);
        out.push(' ');
        let mut chars = text.chars().peekable();
        let mut last = ' ';
        while let Some(c) = chars.next() {
            let inside = c == '.' && last.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit);
            if c.is_alphanumeric() || inside {
                out.extend(c.to_lowercase());
            } else if c == '\'' || c == '’' {
                continue;
            } else if !out.ends_with(' ') {
                out.push(' ');
            }
            last = c;
        }
        if !out.ends_with(' ') {
            out.push(' ');
        }
        let beginnings = Beginnings::of(&out);
        Self(out, beginnings)
    }

    /// Whether a phrase occurs. `licen*` asks for the beginning of a word.
    pub(crate) fn has(&self, phrase: &str) -> bool {
        self.find(phrase).is_some()
    }

    /// Whether any of the phrases occurs.
    pub(crate) fn any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.has(phrase))
    }

    /// Where a phrase begins among the words.
    pub(crate) fn find(&self, phrase: &str) -> Option<usize> {
        if !self.1.may_hold(phrase) {
            return None;
        }
        let mut from = 0;
        let (stem, open) = phrase.strip_suffix('*').map_or((phrase, false), |stem| (stem, true));
        while let Some(at) = self.0.get(from..)?.find(stem).map(|at| at + from) {
            let before = self.0.get(..at).is_some_and(|text| text.ends_with(' '));
            let after = open || self.0.get(at + stem.len()..).is_some_and(|text| text.starts_with(' '));
            if before && after {
                return Some(at);
            }
            from = at + stem.chars().next().map_or(1, char::len_utf8);
        }
        None
    }

    /// Whether `second` follows `first` with at most `gap` bytes of other words between.
    pub(crate) fn then(&self, first: &str, second: &str, gap: usize) -> bool {
        let Some(at) = self.find(first) else { return false };
        let from = at + first.trim_end_matches('*').len();
        let window: String = self.0.get(from..).unwrap_or_default().chars().take(gap + second.len()).collect();
        let window = format!(" {} ", window.trim());
        let beginnings = Beginnings::of(&window);
        Self(window, beginnings).has(second)
    }

    /// Whether a text has no words.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The words.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_whitespace()
    }

    /// Whether what is said is denied: `not`, `never`, `withheld` and their like.
    pub(crate) fn denies(&self) -> bool {
        self.any(&[
            "not", "no", "never", "neither", "nor", "without", "withheld", "unavailable", "undisclosed", "cannot",
            "isnt", "arent", "wont", "dont", "doesnt", "didnt", "closed", "proprietary", "hasnt", "havent",
            "unreleased",
        ])
    }

    /// Whether it is only announced: `will be`, `coming soon`.
    pub(crate) fn announces(&self) -> bool {
        self.any(&[
            "coming soon", "will be", "will release", "to be released", "plan to", "planned", "upcoming", "soon", "tba",
        ])
    }
}

/// The words before the first colon, when they are few: the label of a line such as `License: …`.
pub(crate) fn label(text: &str) -> Option<(Words, &str)> {
    let (name, rest) = text.split_once(':')?;
    let words = Words::of(name);
    let few = !words.is_empty() && words.iter().count() <= 6 && !rest.starts_with("//");
    few.then(|| (words, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_by_words() {
        let words = Words::of("The *weights* aren't released; see v0.1 (pre-trained), Licensing.");
        for found in ["weights arent released", "pre trained", "v0.1", "licen*", "the"] {
            assert!(words.has(found), "{found}");
        }
        for missing in ["weight", "licen", "released see v0", "hts"] {
            assert!(!words.has(missing), "{missing}");
        }
        assert!(words.denies());
        assert!(words.then("weights", "released", 10));
        assert!(!words.then("released", "weights", 40));
    }

    #[test]
    fn labels() {
        assert_eq!(label("License: MIT").map(|(_, rest)| rest), Some("MIT"));
        assert!(label("see https://x").is_none());
        assert!(label("no label").is_none());
    }
}
