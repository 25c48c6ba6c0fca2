//! `cargo xtask tidy`: the house rules that neither the compiler nor clippy knows.
//!
//! Each check is a function from the repository's texts to complaints, so that a test can hand it a repository
//! that breaks the rule. A complaint names the file, the line and the next step. The checks read what is there;
//! they mend nothing.

mod arrows;
mod borrowed;
mod leftovers;
mod length;
mod links;
mod lists;
mod pure;
mod source;

use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A check: what it holds, and how.
type Check = (&'static str, fn(&Repo) -> Vec<String>);

/// THE LIST of checks. The one that needs the corpus is apart: see `borrowed`.
const CHECKS: &[Check] = &[
    ("long files say why", length::check),
    ("pure crates touch nothing", pure::check),
    ("wire formats stand in their places", pure::serialize),
    ("crate arrows", arrows::check),
    ("folder is list", lists::check),
    ("links lead somewhere", links::check),
    ("nothing left over, no path of a machine", leftovers::check),
];

/// The texts of the repository, and the paths of everything in it.
#[derive(Default)]
pub(crate) struct Repo {
    /// Text files by path from the root, `/` between segments.
    texts: BTreeMap<String, String>,
    /// All files and folders.
    paths: BTreeSet<String>,
}

impl Repo {
    fn read(root: &Path) -> anyhow::Result<Self> {
        let mut repo = Self::default();
        let mut left = vec![String::new()];
        while let Some(folder) = left.pop() {
            for entry in std::fs::read_dir(root.join(&folder)).with_context(|| folder.clone())? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                let kind = entry.file_type()?;
                if SKIPPED.contains(&name.as_str()) {
                    continue;
                }
                if kind.is_dir() {
                    left.push(path.clone());
                } else if kind.is_file()
                    && let Ok(text) = String::from_utf8(std::fs::read(entry.path())?)
                {
                    repo.texts.insert(path.clone(), text);
                }
                repo.paths.insert(path);
            }
        }
        Ok(repo)
    }

    /// Text files whose names end so.
    fn ending<'r>(&'r self, end: &'r str) -> impl Iterator<Item = (&'r str, &'r str)> {
        self.texts().filter(move |(path, _)| path.ends_with(end))
    }

    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// A repository as one string: each file after a line `//- path`.
    #[cfg(test)]
    fn of(files: &str) -> Self {
        let mut repo = Self::default();
        for file in files.split("//- ").skip(1) {
            let (path, text) = file.split_once('\n').expect("a path, then a text");
            for (at, _) in path.match_indices('/') {
                repo.paths.insert(path[..at].to_owned());
            }
            repo.paths.insert(path.to_owned());
            repo.texts.insert(path.to_owned(), text.to_owned());
        }
        repo
    }
}

/// Names that are not ours to keep tidy. In a worktree `.git` is a file.
const SKIPPED: &[&str] = &[".git", "target", "__pycache__"];

/// Run the task.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    if let Some(word) = args.first() {
        bail!("`cargo xtask tidy` takes nothing, and not `{word}`");
    }
    let repo = Repo::read(&crate::workspace_root())?;
    let mut complaints = 0;
    for (name, check) in CHECKS {
        complaints += tell(name, &check(&repo));
    }
    complaints += match borrowed::check(&repo, &crate::corpus_root())? {
        Some(found) => tell("no text of the corpus", &found),
        None => {
            println!("did not run: no text of the corpus (there is no `{}`)", crate::corpus_root().display());
            0
        }
    };
    if complaints > 0 {
        bail!("tidy: {complaints} complaints");
    }
    Ok(())
}

fn tell(name: &str, complaints: &[String]) -> usize {
    println!("{}: {name}", if complaints.is_empty() { "fine" } else { "not fine" });
    for complaint in complaints {
        println!("  {complaint}");
    }
    complaints.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let repo = Repo::read(&crate::workspace_root()).expect("the repository");
        let complaints: Vec<String> = CHECKS
            .iter()
            .flat_map(|(name, check)| check(&repo).into_iter().map(move |line| format!("{name}: {line}")))
            .collect();
        assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    }
}
