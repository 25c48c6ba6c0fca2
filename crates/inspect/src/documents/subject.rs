//! Whom a statement is about: this release, or another model.
//!
//! Documents often speak of a family. A statement counts for this release unless it names a sibling or a
//! stranger instead: another version of the family, or another model with a size of its own.

use super::words::Words;
use candor_facts::{Release, Role};

/// The names of the release that is being read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subject {
    /// Family and version of each name: (`llama`, `3.1`), (`olmo`, `2`), (`grok`, `1`).
    names: Vec<(String, Option<String>)>,
    /// Whether the names were given rather than guessed from a path.
    stated: bool,
}

impl Subject {
    /// The names of a release: those stated, else those of its model parts, else its id.
    pub(crate) fn of(release: &Release) -> Self {
        let mut names: Vec<String> = release.subject.clone();
        for part in release.parts.iter().filter(|part| part.role == Role::Model) {
            let repository = part.locator.as_deref().and_then(|locator| locator.split_once(':')).map(|(_, rest)| rest);
            if let Some((_, name)) = repository.and_then(|repository| repository.split_once('/'))
                && release.subject.is_empty()
            {
                names.push(name.to_owned());
            }
        }
        if names.is_empty() {
            names.push(release.id.rsplit('/').next().unwrap_or_default().to_owned());
        }
        let names = names.iter().filter_map(|name| family(&Words::of(name))).collect();
        Self { names, stated: !release.subject.is_empty() }
    }

    /// Whether the words name this release's family.
    pub(crate) fn is_named(&self, words: &Words) -> bool {
        self.names.iter().any(|(family, _)| words.iter().any(|word| stem(word).0 == *family))
    }

    /// Whether the words name a sibling (another version of the family) and not this release.
    pub(crate) fn is_other(&self, words: &Words) -> bool {
        let mut other = false;
        for (name, version) in self.names.iter().filter_map(|(name, version)| Some((name, version.as_ref()?))) {
            for mention in versions(words, name) {
                if same_version(&mention, version) {
                    return false;
                }
                other = true;
            }
        }
        other
    }

    /// Whether the words name some model by a size of its own (`codestral 22b`), and not this one.
    pub(crate) fn is_stranger(&self, words: &Words) -> bool {
        if self.is_named(words) {
            return self.is_other(words);
        }
        let list: Vec<&str> = words.iter().collect();
        list.windows(2).any(|pair| {
            let [name, size] = pair else { return false };
            name.chars().all(char::is_alphabetic) && name.len() > 3 && is_size(size) && !COMMON.contains(name)
        })
    }

    /// Whether a repository (`owner/name`) is this release or one of its siblings of the same version.
    pub(crate) fn owns(&self, repository: &str) -> bool {
        let words = Words::of(repository.rsplit('/').next().unwrap_or_default());
        self.is_named(&words) && !self.is_other(&words)
    }

    /// Whether the names were stated by the bundle.
    pub(crate) fn is_stated(&self) -> bool {
        self.stated
    }
}

const COMMON: &[&str] =
    &["about", "with", "over", "than", "parameters", "size", "models", "model", "base", "total", "instruct"];

/// `7b`, `1.5b`, `350m`: a number of parameters.
fn is_size(word: &str) -> bool {
    let number = word.strip_suffix(['b', 'm']).unwrap_or_default();
    !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Letters and trailing number of a word: `llama3` → (`llama`, `3`).
fn stem(word: &str) -> (&str, &str) {
    let at = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
    if at == 0 { (word, "") } else { word.split_at(at) }
}

/// The family and version that a name begins with: `Meta-Llama-3.1-8B` → (`llama`, `3.1`).
fn family(words: &Words) -> Option<(String, Option<String>)> {
    let list: Vec<&str> = words.iter().filter(|word| !["meta", "the", "google", "case"].contains(word)).collect();
    let at = list.iter().position(|word| stem(word).0.chars().any(char::is_alphabetic) && !is_size(word))?;
    let (name, digits) = stem(list.get(at)?);
    let next = list.get(at + 1).copied().unwrap_or_default();
    let version = if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        Some(digits.to_owned())
    } else if is_version(next) {
        Some(next.trim_start_matches('v').to_owned())
    } else {
        None
    };
    Some((name.to_owned(), version))
}

fn is_version(word: &str) -> bool {
    let digits = word.trim_start_matches('v');
    !digits.is_empty() && digits.len() <= 4 && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// All versions with which a family is mentioned.
fn versions(words: &Words, name: &str) -> Vec<String> {
    let list: Vec<&str> = words.iter().collect();
    let mut found = Vec::new();
    for (index, word) in list.iter().enumerate() {
        let (letters, digits) = stem(word);
        if letters != name {
            continue;
        }
        if !digits.is_empty() {
            if digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
                found.push(digits.to_owned());
            }
        } else if let Some(next) = list.get(index + 1).filter(|next| is_version(next)) {
            found.push(next.trim_start_matches('v').to_owned());
        }
    }
    found
}

fn same_version(mention: &str, version: &str) -> bool {
    mention == version || mention.replace('.', "") == version.replace('.', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(names: &[&str]) -> Subject {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Subject::of(&Release { id: "x".to_owned(), subject: names, parts: Vec::new() })
    }

    #[test]
    fn siblings_and_strangers() {
        let llama = subject(&["Llama 3.1"]);
        for (text, other) in [
            ("Llama 3.1 is licensed", false),
            ("Llama 3.2 is licensed", true),
            ("models llama4 LICENSE", true),
            ("Llama 2 and Llama 3.1", false),
            ("the model is licensed", false),
        ] {
            assert_eq!(llama.is_other(&Words::of(text)), other, "{text}");
        }
        let mistral = subject(&["Mistral-7B-v0.1"]);
        assert!(mistral.is_stranger(&Words::of("codestral-22B-v0.1.tar")));
        assert!(!mistral.is_stranger(&Words::of("mistral-7B-v0.1.tar")));
        assert!(!mistral.is_stranger(&Words::of("we release models")));
        assert!(subject(&["DBRX"]).owns("databricks/dbrx-base"));
        assert!(!subject(&["DBRX"]).owns("mosaicml/mpt-7b"));
    }
}
