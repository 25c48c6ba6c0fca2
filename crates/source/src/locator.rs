//! All forms that a locator can have, as the contract names them. Parsing only: nothing is fetched or opened.

use crate::SourceError;
use std::path::{Path, PathBuf};

/// Where a release or a part of it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Locator {
    /// A folder, a file, a hub cache or a bundle on this machine.
    Path(PathBuf),
    /// A repository of the Hugging Face Hub.
    Hub {
        /// Whether it is a data set: `hf:datasets/…`.
        dataset: bool,
        /// `org/name`.
        repository: String,
        /// Branch, tag or commit.
        revision: Option<String>,
    },
    /// A repository on GitHub.
    Github {
        /// `owner/repo`.
        repository: String,
        /// Branch, tag or commit.
        revision: Option<String>,
    },
    /// Any git repository.
    Git {
        /// Its address.
        url: String,
        /// Branch, tag or commit.
        revision: Option<String>,
    },
    /// A model in the local Ollama store.
    Ollama {
        /// Its name.
        name: String,
        /// Its tag.
        tag: Option<String>,
    },
    /// A release whose fact sheet ships with Candor.
    Catalogue(
        /// Its name.
        String,
    ),
}

impl Locator {
    /// Parse a locator. `exists` says whether a path is there: a path that exists wins over a bare name.
    ///
    /// # Errors
    /// When the text has none of the forms.
    pub fn parse(text: &str, exists: impl Fn(&Path) -> bool) -> Result<Self, SourceError> {
        let bad = |why: &str| SourceError::BadLocator { locator: text.to_owned(), why: why.to_owned() };
        if text.is_empty() {
            return Err(bad("it is empty; give a path, or `hf:org/name`"));
        }
        if exists(Path::new(text)) {
            return Ok(Self::Path(PathBuf::from(text)));
        }
        if let Some(rest) = text.strip_prefix("hf:") {
            let (dataset, rest) = match rest.strip_prefix("datasets/") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            let (repository, revision) = revision(rest);
            let fine = repository_name(repository, 1..=2) && revision.is_none_or(|revision| !revision.is_empty());
            if !fine {
                return Err(bad("expected `hf:org/name`, `hf:datasets/org/name`, or either with `@revision`"));
            }
            return Ok(Self::Hub { dataset, repository: repository.to_owned(), revision: revision.map(str::to_owned) });
        }
        if let Some(rest) = text.strip_prefix("github:") {
            let (repository, revision) = revision(rest);
            if !repository_name(repository, 2..=2) || revision.is_some_and(str::is_empty) {
                return Err(bad("expected `github:owner/repo` or `github:owner/repo@revision`"));
            }
            return Ok(Self::Github { repository: repository.to_owned(), revision: revision.map(str::to_owned) });
        }
        if let Some(rest) = text.strip_prefix("git+") {
            let Some((scheme, address)) = rest.split_once("://") else {
                return Err(bad("expected `git+https://host/repository` or the like, optionally with `@revision`"));
            };
            // An `@` before the first slash is a user name, not a revision.
            let path_at = address.find('/').unwrap_or(address.len());
            let (host, path) = address.split_at(path_at);
            let (path, revision) = revision(path);
            if scheme.is_empty() || address.is_empty() || revision.is_some_and(str::is_empty) {
                return Err(bad("expected `git+https://host/repository` or the like, optionally with `@revision`"));
            }
            return Ok(Self::Git { url: format!("{scheme}://{host}{path}"), revision: revision.map(str::to_owned) });
        }
        if let Some(rest) = text.strip_prefix("ollama:") {
            let (name, tag) = match rest.rsplit_once(':') {
                Some((name, tag)) => (name, Some(tag)),
                None => (rest, None),
            };
            if name.is_empty() || tag.is_some_and(str::is_empty) {
                return Err(bad("expected `ollama:name` or `ollama:name:tag`"));
            }
            return Ok(Self::Ollama { name: name.to_owned(), tag: tag.map(str::to_owned) });
        }
        if let Some(name) = text.strip_prefix("catalogue:") {
            if name.is_empty() {
                return Err(bad("expected `catalogue:name`, for instance `catalogue:olmo-2`"));
            }
            return Ok(Self::Catalogue(name.to_owned()));
        }
        if text.contains("://") {
            return Err(bad("addresses are not locators; write `hf:org/name`, `github:owner/repo` or `git+URL`"));
        }
        let looks_like_path = text.starts_with(['.', '/', '~']) || text.ends_with('/') || text.contains('\\');
        if !looks_like_path {
            let (name, at) = revision(text);
            if name.contains('/') && repository_name(name, 2..=2) && !at.is_some_and(str::is_empty) {
                let revision = at.map(str::to_owned);
                return Ok(Self::Hub { dataset: false, repository: name.to_owned(), revision });
            }
            if repository_name(text, 1..=1) && !looks_like_file(text) {
                return Ok(Self::Catalogue(text.to_owned()));
            }
        }
        Ok(Self::Path(PathBuf::from(text)))
    }

    /// Why this version cannot follow it, and what to do instead: for kinds that no source takes.
    pub(crate) fn not_yet(&self, locator: &str) -> SourceError {
        SourceError::NotYet {
            locator: locator.to_owned(),
            what: "a name of the catalogue, and no such path is here",
            next: "give the path of a folder, a file or a release bundle".to_owned(),
        }
    }
}

fn revision(text: &str) -> (&str, Option<&str>) {
    match text.split_once('@') {
        Some((name, revision)) => (name, Some(revision)),
        None => (text, None),
    }
}

/// Whether it is as many names as wanted, with slashes between, made of letters that repositories use.
fn repository_name(text: &str, names: std::ops::RangeInclusive<usize>) -> bool {
    let fine = |name: &str| {
        let letters = name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'));
        !name.is_empty() && letters && name != "." && name != ".."
    };
    names.contains(&text.split('/').count()) && text.split('/').all(fine)
}

/// A bare name with a usual file extension was meant as a path, and the error should say that it is missing.
fn looks_like_file(text: &str) -> bool {
    const FILES: &[&str] =
        &["toml", "json", "md", "txt", "safetensors", "gguf", "bin", "pt", "pth", "ckpt", "onnx", "yml"];
    text.rsplit_once('.').is_some_and(|(_, extension)| FILES.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let parsed = Locator::parse(text, |path| path == Path::new("here") || path == Path::new("org/here"));
        expected.assert_eq(&match parsed {
            Ok(locator) => format!("{locator:?}"),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn forms() {
        check("here", expect![[r#"Path("here")"#]]);
        check("org/here", expect![[r#"Path("org/here")"#]]);
        check("./gone", expect![[r#"Path("./gone")"#]]);
        check("a/b/c", expect![[r#"Path("a/b/c")"#]]);
        check("gone.toml", expect![[r#"Path("gone.toml")"#]]);
        check("gone/", expect![[r#"Path("gone/")"#]]);
        check("hf:a/b", expect![[r#"Hub { dataset: false, repository: "a/b", revision: None }"#]]);
        check("hf:gpt2@v1", expect![[r#"Hub { dataset: false, repository: "gpt2", revision: Some("v1") }"#]]);
        check(
            "hf:datasets/a/b@refs/pr/1",
            expect![[r#"Hub { dataset: true, repository: "a/b", revision: Some("refs/pr/1") }"#]],
        );
        check("a/b@c", expect![[r#"Hub { dataset: false, repository: "a/b", revision: Some("c") }"#]]);
        check("github:a/b@c", expect![[r#"Github { repository: "a/b", revision: Some("c") }"#]]);
        check("git+ssh://git@host/a/b@c", expect![[r#"Git { url: "ssh://git@host/a/b", revision: Some("c") }"#]]);
        check("ollama:lib/llama3:8b", expect![[r#"Ollama { name: "lib/llama3", tag: Some("8b") }"#]]);
        check("catalogue:olmo-2", expect![[r#"Catalogue("olmo-2")"#]]);
        check("llama-3.1", expect![[r#"Catalogue("llama-3.1")"#]]);
    }

    #[test]
    fn what_is_no_locator() {
        check("", expect!["`` is not a locator: it is empty; give a path, or `hf:org/name`"]);
        check(
            "hf:a/../b",
            expect![
                "`hf:a/../b` is not a locator: expected `hf:org/name`, `hf:datasets/org/name`, or either with `@revision`"
            ],
        );
        check(
            "hf:a/b@",
            expect![
                "`hf:a/b@` is not a locator: expected `hf:org/name`, `hf:datasets/org/name`, or either with `@revision`"
            ],
        );
        check(
            "github:a",
            expect!["`github:a` is not a locator: expected `github:owner/repo` or `github:owner/repo@revision`"],
        );
        check(
            "git+a",
            expect![
                "`git+a` is not a locator: expected `git+https://host/repository` or the like, optionally with `@revision`"
            ],
        );
        check("ollama:", expect!["`ollama:` is not a locator: expected `ollama:name` or `ollama:name:tag`"]);
        check(
            "https://huggingface.co/a/b",
            expect![
                "`https://huggingface.co/a/b` is not a locator: addresses are not locators; write `hf:org/name`, `github:owner/repo` or `git+URL`"
            ],
        );
    }

    #[test]
    fn what_comes_later_says_what_to_do_now() {
        let locator = Locator::parse("gpt-4", |_| false).expect("locator");
        expect!["`gpt-4` is a name of the catalogue, and no such path is here; this version has no catalogue. Next step: give the path of a folder, a file or a release bundle"].assert_eq(&locator.not_yet("gpt-4").to_string());
    }
}
