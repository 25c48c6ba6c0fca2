//! Writing into caches that other processes and other tools share.
//!
//! Nothing is ever seen half written: bytes go to a name of their own and are renamed. What is named after its
//! content needs no more than that. A lock keeps two from fetching the same thing, and is waited for only so long: it
//! saves work, correctness does not rest on it.

use crate::http::limits::Clock;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Write a file so that nobody sees it unfinished. One that is there with the same length stays.
///
/// # Errors
/// Those of the disk.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == bytes.len() as u64) {
        return Ok(());
    }
    replace(path, bytes)
}

/// Write a file so that nobody sees it unfinished, in the place of what is there.
///
/// # Errors
/// Those of the disk.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    fs::create_dir_all(folder)?;
    let temporary = temporary(path);
    let outcome = File::create_new(&temporary)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&temporary, path));
    if outcome.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    outcome
}

/// A name beside `path` that no other process and no other thread uses.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".{name}.{}-{count}.tmp", std::process::id()))
}

/// A lock on a file, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Longest time that another process is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(60);
/// How often a lock is tried.
const LOCK_STEP: Duration = Duration::from_millis(100);

impl Lock {
    /// Take the lock of a file that is made for it; `None` when another holds it for longer than is waited, or the
    /// disk has no locks. The work is then done without it.
    pub(crate) fn take(path: &Path, clock: &dyn Clock) -> Option<Self> {
        fs::create_dir_all(path.parent()?).ok()?;
        let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => return Some(Self { _file: file }),
                Err(fs::TryLockError::WouldBlock) if waited < LOCK_WAIT => {
                    clock.sleep(LOCK_STEP);
                    waited += LOCK_STEP;
                }
                Err(_) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::TestClock;
    use crate::testing::Folder;

    #[test]
    fn a_file_is_whole_or_not_there_and_leaves_no_litter() {
        let folder = Folder::new();
        let path = folder.path().join("a/b");
        write(&path, b"one").expect("write");
        write(&path, b"two").expect("write");
        assert_eq!(fs::read(&path).expect("read"), b"one");
        replace(&path, b"two").expect("replace");
        assert_eq!(fs::read(&path).expect("read"), b"two");
        assert_eq!(fs::read_dir(folder.path().join("a")).expect("folder").count(), 1);
        assert!(write(&folder.path().join("a/b/c"), b"x").is_err());
        let names: Vec<PathBuf> = (0..2).map(|_| temporary(&path)).collect();
        assert_ne!(names[0], names[1]);
    }

    #[test]
    fn many_writers_of_one_name_leave_one_whole_file() {
        let folder = Folder::new();
        let path = folder.path().join("blob");
        std::thread::scope(|scope| {
            for letter in 0..8u8 {
                let path = &path;
                scope.spawn(move || replace(path, &vec![letter; 100_000]).expect("write"));
            }
        });
        let bytes = fs::read(&path).expect("read");
        assert!(bytes.len() == 100_000 && bytes.iter().all(|byte| *byte == bytes[0]));
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1);
    }

    #[test]
    fn a_lock_is_waited_for_and_then_done_without() {
        let folder = Folder::new();
        let path = folder.path().join("x.lock");
        let clock = TestClock::new(Duration::ZERO);
        let held = Lock::take(&path, &*clock).expect("free");
        assert!(Lock::take(&path, &*clock).is_none());
        let waited: Duration = clock.slept.lock().expect("clock").iter().sum();
        assert_eq!(waited, LOCK_WAIT);
        drop(held);
        assert!(Lock::take(&path, &*clock).is_some());
    }
}
