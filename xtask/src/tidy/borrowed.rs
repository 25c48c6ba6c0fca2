//! No stretch of words of the corpus stands in a file of ours: the corpus is others' text.
//!
//! Compared are windows of twelve words, as hashes, in lower case and without punctuation. Licence files are
//! others' text by their nature and are passed over. What coincides because it is a form, not a text, is named
//! in [`FINE`] with its reason.

use super::Repo;
use anyhow::Context;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Words in a window.
const WINDOW: usize = 12;
/// So many words of a window must be words rather than numbers and single letters.
const SPOKEN: usize = 8;
/// What is fine all the same: the start of a path, and why.
const FINE: &[(&str, &str)] = &[
    (
        "examples/open-source/data/",
        "names of the SPDX licence list: the data that the example is trained on; some are long",
    ),
    ("catalogue/", "names of files and links; that no fact carries prose is a test of the catalogue itself"),
];

/// Complaints, one a file; `None` where there is no corpus.
pub(super) fn check(repo: &Repo, corpus: &Path) -> anyhow::Result<Option<Vec<String>>> {
    if !corpus.join("releases").is_dir() {
        return Ok(None);
    }
    let ours = Ours::new(repo);
    let mut first: BTreeMap<&str, (usize, usize, String)> = BTreeMap::new();
    for file in documents(corpus)? {
        let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
        let name = file.strip_prefix(corpus).unwrap_or(&file).display().to_string();
        ours.shared(&String::from_utf8_lossy(&bytes), |path, at| {
            first.entry(path).or_insert_with(|| (0, at, name.clone())).0 += 1;
        });
    }
    let complaints = first.into_iter().map(|(path, (count, at, name))| {
        let line = line(repo.text(path).unwrap_or_default(), at);
        format!("{path}:{line}: words of `{name}` ({count} windows in all)")
    });
    Ok(Some(complaints.collect()))
}

fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// The documents of the corpus: files of releases, cards, licence texts.
fn documents(corpus: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut left = vec![corpus.join("cards"), corpus.join("licenses/texts")];
    for release in std::fs::read_dir(corpus.join("releases"))? {
        left.push(release?.path().join("files"));
    }
    let mut found = Vec::new();
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                left.push(entry.path());
            } else if entry.file_name() != "manifest.csv" {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Our windows: hash → file and byte. The first file that has a window stands for it.
struct Ours<'r> {
    windows: HashMap<u64, (&'r str, usize)>,
}

impl<'r> Ours<'r> {
    fn new(repo: &'r Repo) -> Self {
        let mut windows = HashMap::new();
        for (path, text) in repo.texts() {
            let name = path.rsplit('/').next().unwrap_or(path);
            let passed = name.starts_with("LICENSE")
                || name == "Cargo.lock"
                || FINE.iter().any(|(start, _)| path.starts_with(start));
            if !passed {
                each_window(text, |hash, at| {
                    windows.entry(hash).or_insert((path, at));
                });
            }
        }
        Self { windows }
    }

    fn shared(&self, text: &str, mut tell: impl FnMut(&'r str, usize)) {
        each_window(text, |hash, _| {
            if let Some((path, at)) = self.windows.get(&hash) {
                tell(path, *at);
            }
        });
    }
}

/// Hash every window of a text; `at` is the byte at which its first word starts.
fn each_window(text: &str, mut tell: impl FnMut(u64, usize)) {
    let words: Vec<(usize, u64, bool)> = words(text).collect();
    for window in words.windows(WINDOW) {
        if window.iter().filter(|(_, _, spoken)| *spoken).count() >= SPOKEN {
            let hash = window
                .iter()
                .fold(0u64, |hash, (_, word, _)| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95));
            tell(hash, window[0].0);
        }
    }
}

/// The words of a text: where each starts, its hash, and whether it is more than a number or a letter.
fn words(text: &str) -> impl Iterator<Item = (usize, u64, bool)> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = chars.find(|(_, c)| c.is_alphanumeric())?;
        let mut hash = 0xcbf2_9ce4_8422_2325;
        let (mut letters, mut next) = (0, Some(first));
        while let Some(c) = next.filter(|c| c.is_alphanumeric()) {
            for lower in c.to_lowercase() {
                hash = (hash ^ u64::from(u32::from(lower))).wrapping_mul(0x0100_0000_01b3);
            }
            letters += usize::from(c.is_alphabetic());
            next = chars.next_if(|(_, c)| c.is_alphanumeric()).map(|(_, c)| c);
        }
        Some((start, hash, letters > 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(ours: &str, theirs: &str) -> Vec<(String, usize)> {
        let repo = Repo::of(ours);
        let mut found = Vec::new();
        Ours::new(&repo)
            .shared(theirs, |path, at| found.push((path.to_owned(), line(repo.text(path).unwrap_or_default(), at))));
        found
    }

    #[test]
    fn twelve_words_in_a_row_are_found_whatever_their_dress() {
        let theirs = "Once upon a time, there was (so they say) one model that nobody had ever weighed.";
        let ours = "//- a.md\nA tale.\nOnce upon a *time* there was\n> so they say one model. That nobody\n//- LICENSE\nonce upon a time there was so they say one model that nobody had\n";
        assert_eq!(shared(ours, theirs), [("a.md".to_owned(), 2), ("a.md".to_owned(), 2)]);
        assert!(
            shared("//- a.md\nOnce upon a time there was so they say one model\n", theirs).is_empty(),
            "eleven words"
        );
        let numbers = "1 2 3 4 5 6 7 8 9 10 11 12 13 14";
        assert!(shared(&format!("//- a.json\n{numbers}\n"), numbers).is_empty(), "numbers are no text");
    }

    #[test]
    fn without_a_corpus_nothing_is_said() {
        assert!(check(&Repo::default(), Path::new("no such folder")).expect("no fault").is_none());
    }
}
