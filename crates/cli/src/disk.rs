//! Reading what was named on the command line, and writing so that nothing half-written looks whole.

use anyhow::{Context, ensure};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Read a file that was named by hand, up to a cap.
pub(crate) fn read(path: &Path, cap: u64) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("`{}` cannot be read", path.display());
    let file = File::open(path).with_context(cannot)?;
    ensure!(!file.metadata().with_context(cannot)?.is_dir(), "`{}` is a folder; name a file", path.display());
    let mut bytes = Vec::new();
    file.take(cap.saturating_add(1)).read_to_end(&mut bytes).with_context(cannot)?;
    ensure!(bytes.len() as u64 <= cap, "`{}` is longer than {cap} bytes; no such file is", path.display());
    Ok(bytes)
}

/// Write a file whole or not at all: under a name of its own, to the disk, then renamed. Whatever stops this
/// in between leaves the old file, or none, and at most a file that ends in `.part`.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let part = part(path)?;
    let cannot = || format!("`{}` cannot be written", path.display());
    let result = fill(&part, bytes).and_then(|()| fs::rename(&part, path));
    if result.is_err() {
        // The reason is the first error; that the rest could not be cleaned up adds nothing.
        let _ = fs::remove_file(&part);
    }
    result.with_context(cannot)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        // The name is on the disk once its folder is; where folders cannot be synchronised there is nothing to do.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

fn part(path: &Path) -> anyhow::Result<PathBuf> {
    let name = path.file_name().with_context(|| format!("`{}` names no file", path.display()))?;
    let mut part = std::ffi::OsString::from(".");
    part.push(name);
    part.push(format!(".{}.part", std::process::id()));
    Ok(path.with_file_name(part))
}

fn fill(part: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(part)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The path of a file relative to a folder, `/` between segments; `None` when it lies elsewhere.
pub(crate) fn relative(path: &Path, folder: &Path) -> Option<String> {
    // The file may not be there yet; its folder is.
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = parent.canonicalize().ok()?.join(path.file_name()?);
    let relative = real.strip_prefix(folder).ok()?;
    let segments: Option<Vec<&str>> = relative.iter().map(std::ffi::OsStr::to_str).collect();
    Some(segments?.join("/"))
}

/// Threads to use: one for each core.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
