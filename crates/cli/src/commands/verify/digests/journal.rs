//! What an interrupted run had done: one line a file, appended when its digests are known. A line that was cut by the
//! interruption is passed over, and its file read again. The journal goes away when the run ends.

use super::Earlier;
use anyhow::{Context, ensure};
use candor_facts::TreeEntry;
use candor_verify::digests::{Before, Digests};
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The first line.
const HEAD: &str = r#"{"schema":"candor/journal/1"}"#;
/// Longest journal that is read. Bytes.
const BYTES: u64 = 256 << 20;

/// An open journal.
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<(File, Option<std::io::Error>)>,
}

impl Journal {
    /// Open a journal, with what it says already.
    pub(super) fn open(path: &Path) -> anyhow::Result<(Self, Earlier)> {
        let cannot = || format!("the journal `{}` cannot be used", path.display());
        let text = match fs::metadata(path) {
            Ok(_) => String::from_utf8_lossy(&crate::disk::read(path, BYTES)?).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(cannot),
        };
        // Never write into a file that is something else.
        let ours = text.is_empty() || text.starts_with(HEAD) || HEAD.starts_with(text.as_str());
        ensure!(ours, "`{}` is no journal of an earlier run; name another file with `--resume`", path.display());
        let mut file = OpenOptions::new().append(true).create(true).open(path).with_context(cannot)?;
        if !text.starts_with(HEAD) {
            file.set_len(0).with_context(cannot)?;
            writeln!(file, "{HEAD}").with_context(cannot)?;
        } else if !text.ends_with('\n') {
            writeln!(file).with_context(cannot)?;
        }
        let known = text.lines().skip(1).filter_map(entry).collect();
        Ok((Self { path: path.to_owned(), file: Mutex::new((file, None)) }, known))
    }

    /// Note that a file is done.
    pub(super) fn note(&self, entry: &TreeEntry, digests: &Digests) {
        let line = json!({
            "path": entry.path,
            "size": entry.size,
            "modified": entry.modified.to_string(),
            "sha256": digests.sha256,
            "git_blob": digests.git_blob,
            "blake3": digests.blake3,
        });
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writeln!(file.0, "{line}") {
            file.1.get_or_insert(error);
        }
    }

    /// The run is over: the journal is not needed any more.
    pub(super) fn close(self) -> anyhow::Result<()> {
        let (_, error) = self.file.into_inner().unwrap_or_else(PoisonError::into_inner);
        fs::remove_file(&self.path).with_context(|| format!("`{}` cannot be removed", self.path.display()))?;
        match error {
            None => Ok(()),
            Some(error) => {
                Err(error).with_context(|| format!("`{}` could not be written to its end", self.path.display()))
            }
        }
    }
}

fn entry(line: &str) -> Option<(String, Before)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let digests = Digests { sha256: text("sha256"), git_blob: text("git_blob"), blake3: text("blake3") };
    let before = Before { size: value["size"].as_u64()?, modified: text("modified")?.parse().ok()?, digests };
    Some((text("path")?, before))
}
