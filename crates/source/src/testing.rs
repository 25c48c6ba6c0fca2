//! Folders for tests: made at once, removed on drop; and a server.

pub(crate) mod hub;
pub(crate) mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("candor-source-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("folder");
        Self(path.canonicalize().expect("real path"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn text(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(&path, bytes).expect("file");
        path
    }

    pub(crate) fn link(&self, target: &Path, name: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        std::os::unix::fs::symlink(target, path).expect("link");
    }

    pub(crate) fn fifo(&self, name: &str) {
        let status = std::process::Command::new("mkfifo").arg(self.0.join(name)).status().expect("mkfifo");
        assert!(status.success());
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    /// Every file below, by path, with its bytes.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut waiting = vec![self.0.clone()];
        let mut found = Vec::new();
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(folder).expect("folder").flatten() {
                match entry.file_type().expect("type") {
                    kind if kind.is_dir() => waiting.push(entry.path()),
                    kind if kind.is_file() => {
                        found.push((entry.path().display().to_string(), fs::read(entry.path()).expect("file")));
                    }
                    _ => {}
                }
            }
        }
        found.sort();
        found
    }
}
