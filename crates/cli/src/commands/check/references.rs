//! Which models a project names, and where. Files are read as text; nothing is run, imported or fetched.

use super::python;
use super::settings;
use super::shell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file that is longer is not searched. Bytes.
const LONGEST: u64 = 4 << 20;
/// Most files that are searched.
const FILES: usize = 50_000;
/// Folders that hold what others wrote or what was built.
const SKIPPED: &[&str] = &[
    ".git", ".hg", ".svn", "target", "node_modules", ".venv", "venv", "env", "__pycache__", "site-packages", "dist",
    "build", ".tox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints",
];

/// A model named in a file of a project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reference {
    /// The file, from the root of the project, `/` between segments.
    pub path: String,
    /// Line from 1.
    pub line: usize,
    /// Column from 1.
    pub column: usize,
    /// What names it: `from_pretrained`, `Dockerfile`, …
    pub kind: &'static str,
    /// As written.
    pub written: String,
    /// A locator, where the name could be followed.
    pub locator: Option<String>,
    /// The revision that is asked for.
    pub revision: Option<String>,
}

/// What a reader of one kind of file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Byte of the name.
    pub at: usize,
    pub kind: &'static str,
    pub written: String,
    /// Whether the name could be followed.
    pub known: bool,
    pub revision: Option<String>,
}

impl Found {
    pub(crate) fn named(at: usize, kind: &'static str, written: &str) -> Self {
        Self { at, kind, written: written.to_owned(), known: true, revision: None }
    }
}

/// What was found in a project, and what could not be searched.
#[derive(Debug, Default)]
pub(crate) struct Project {
    pub references: Vec<Reference>,
    /// Files that could not be searched, with the reason.
    pub unread: Vec<(String, String)>,
    /// Files that were searched.
    pub searched: usize,
}

/// Search a project.
pub(crate) fn search(root: &Path) -> Project {
    let mut project = Project::default();
    let mut files = Vec::new();
    let mut left = vec![root.to_owned()];
    while let Some(folder) = left.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                project.unread.push((relative(root, &folder), error.to_string()));
                continue;
            }
        };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !SKIPPED.contains(&name.as_str()) => left.push(entry.path()),
                Ok(kind) if kind.is_file() && reader(&name).is_some() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files.sort();
    if files.len() > FILES {
        project.unread.push((relative(root, root), format!("only the first {FILES} files were searched")));
        files.truncate(FILES);
    }
    for file in files {
        let path = relative(root, &file);
        let Some(read) = file.file_name().and_then(|name| reader(&name.to_string_lossy())) else { continue };
        let text = match text(&file) {
            Ok(text) => text,
            Err(why) => {
                project.unread.push((path, why));
                continue;
            }
        };
        project.searched += 1;
        match read(&text) {
            Ok(found) => project.references.extend(found.into_iter().map(|found| place(root, &path, &text, found))),
            Err(why) => project.unread.push((path, why)),
        }
    }
    let mut seen = BTreeSet::new();
    project.references.retain(|reference| {
        seen.insert((reference.path.clone(), reference.line, reference.written.clone(), reference.kind))
    });
    project.references.sort();
    project
}

type Reader = fn(&str) -> Result<Vec<Found>, String>;

/// The reader of a file, by its name.
fn reader(name: &str) -> Option<Reader> {
    let lower = name.to_lowercase();
    let end = lower.rsplit_once('.').map_or("", |(_, end)| end);
    match (lower.as_str(), end) {
        ("candor.lock" | "candor.toml", _) => None,
        ("package-lock.json" | "package.json" | "tsconfig.json", _) => None,
        ("models.toml", _) => Some(settings::toml),
        (name, _) if name == "modelfile" || name.starts_with("modelfile.") || name.ends_with(".modelfile") => {
            Some(shell::modelfile)
        }
        (name, _)
            if ["dockerfile", "containerfile"].iter().any(|stem| {
                name == *stem || name.starts_with(&format!("{stem}.")) || name.ends_with(&format!(".{stem}"))
            }) =>
        {
            Some(shell::dockerfile)
        }
        ("makefile" | "justfile", _) | (_, "sh" | "bash") => Some(shell::script),
        (_, "py" | "pyi") => Some(python::source),
        (_, "ipynb") => Some(python::notebook),
        (_, "yaml" | "yml") => Some(settings::yaml),
        (_, "json" | "jsonc") => Some(settings::json),
        _ => None,
    }
}

fn text(file: &Path) -> Result<String, String> {
    let size = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if size > LONGEST {
        return Err(format!("longer than {LONGEST} bytes; not searched"));
    }
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn relative(root: &Path, path: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<String> = rest.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

fn place(root: &Path, path: &str, text: &str, found: Found) -> Reference {
    let before = text.get(..found.at.min(text.len())).unwrap_or_default();
    let (locator, revision) = if found.known { locator(root, path, &found) } else { (None, None) };
    Reference {
        path: path.to_owned(),
        line: 1 + before.matches('\n').count(),
        column: 1 + before.rsplit('\n').next().unwrap_or_default().chars().count(),
        kind: found.kind,
        written: found.written,
        locator,
        revision,
    }
}

/// The locator of a name: a path of the project, an address, or a repository of the Hub.
fn locator(root: &Path, path: &str, found: &Found) -> (Option<String>, Option<String>) {
    let written = found.written.trim();
    let (bare, at) = match written.rsplit_once('@') {
        Some((bare, revision)) if !revision.contains('/') && !bare.is_empty() => (bare, Some(revision.to_owned())),
        _ => (written, None),
    };
    let revision = found.revision.clone().or(at);
    if ["hf:", "github:", "git+", "ollama:", "catalogue:"].iter().any(|scheme| bare.starts_with(scheme)) {
        return (Some(bare.to_owned()), revision);
    }
    let beside = Path::new(path).parent().map_or(PathBuf::new(), Path::to_owned).join(bare);
    for local in [PathBuf::from(bare), beside] {
        let there = root.join(&local);
        if !bare.is_empty() && there.exists() && inside(root, &there) {
            return (Some(local.to_string_lossy().replace('\\', "/").trim_start_matches("./").to_owned()), revision);
        }
    }
    for host in ["https://huggingface.co/", "http://huggingface.co/", "https://hf.co/", "hf.co/", "huggingface.co/"] {
        if let Some(rest) = bare.strip_prefix(host) {
            let mut parts = rest.trim_end_matches(".git").split(['/', ':']).filter(|part| !part.is_empty());
            return match (parts.next(), parts.next()) {
                (Some(owner), Some(name)) if owner != "datasets" && owner != "spaces" => {
                    (Some(format!("hf:{owner}/{name}")), revision)
                }
                _ => (None, None),
            };
        }
    }
    if is_repository(bare) || found.kind != "json" && found.kind != "yaml" && is_name(bare) {
        return (Some(format!("hf:{bare}")), revision);
    }
    (None, revision)
}

fn inside(root: &Path, path: &Path) -> bool {
    match (root.canonicalize(), path.canonicalize()) {
        (Ok(root), Ok(path)) => path.starts_with(root),
        _ => false,
    }
}

/// `owner/name`, as the Hub writes it.
pub(crate) fn is_repository(text: &str) -> bool {
    const FILES: &[&str] =
        &["py", "json", "yaml", "yml", "txt", "md", "sh", "toml", "csv", "png", "jpg", "html", "js", "ts"];
    let Some((owner, name)) = text.split_once('/') else { return false };
    let file = name.rsplit_once('.').is_some_and(|(_, end)| FILES.contains(&end));
    is_name(owner) && is_name(name) && !file && !owner.starts_with('.')
}

fn is_name(text: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (2..=96).contains(&text.len()) && text.chars().all(letters) && !text.starts_with(['.', '-']) && !text.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_hub() {
        for (text, is) in [
            ("acme/sage-8b", true),
            ("acme/sage.v2", true),
            ("a/b/c", false),
            ("src/model.py", false),
            ("acme/", false),
            ("./acme", false),
            ("acme/sage 8b", false),
            ("{org}/name", false),
        ] {
            assert_eq!(is_repository(text), is, "{text}");
        }
    }
}
