//! Bytes of one regular file, by positioned reads. No memory map: a file that shrinks gives an error, never a signal.

use crate::tree::modified;
use candor_facts::ReadAt;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
#[cfg(target_os = "linux")]
use std::ops::Range;
use std::path::Path;

/// An open file, with its length when it was opened.
pub(crate) struct FileBytes {
    file: File,
    length: u64,
    modified: i128,
}

impl FileBytes {
    /// Open a file that, with all links resolved, lies under `inside`. Never blocks on a pipe or device.
    pub(crate) fn open(path: &Path, inside: &Path) -> Result<Self, String> {
        let real = path.canonicalize().map_err(|error| error.to_string())?;
        if !real.starts_with(inside) {
            return Err("it leads out of its folder".to_owned());
        }
        // Looked at before and after opening: before, because opening a device may have effects;
        // after, because the name may stand for something else by then.
        if !real.symlink_metadata().map_err(|error| error.to_string())?.is_file() {
            return Err("it is no regular file".to_owned());
        }
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOFOLLOW);
        let file = options.open(&real).map_err(|error| error.to_string())?;
        let metadata = file.metadata().map_err(|error| error.to_string())?;
        if !metadata.is_file() {
            return Err("it is no regular file".to_owned());
        }
        Ok(Self { file, length: metadata.len(), modified: modified(&metadata) })
    }

    /// What the system says of it now.
    pub(crate) fn metadata(&self) -> io::Result<Metadata> {
        self.file.metadata()
    }

    /// Its last change when it was opened.
    pub(crate) fn opened_at(&self) -> i128 {
        self.modified
    }

    #[cfg(unix)]
    fn read_some(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_some(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)
    }
}

impl ReadAt for FileBytes {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = rest.min(buffer.len());
        let mut filled = 0;
        while filled < wanted {
            match self.read_some(offset + filled as u64, &mut buffer[filled..wanted]) {
                Ok(0) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file shrank while it was read")),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    #[cfg(target_os = "linux")]
    fn need(&self, range: Range<u64>) -> io::Result<()> {
        /// What is longer comes in many requests all the same, of which the system has the next under way.
        const AT_ONCE: u64 = 256 << 10;
        let length = range.end.min(self.length).saturating_sub(range.start);
        if let Some(length) = std::num::NonZeroU64::new(length).filter(|length| length.get() <= AT_ONCE) {
            // It is a wish: where the system does not grant it, reading waits as it always did.
            let _ = rustix::fs::fadvise(&self.file, range.start, Some(length), rustix::fs::Advice::WillNeed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;
    use candor_facts::read_all;

    #[test]
    fn a_file_that_shrinks_is_an_error_and_one_that_grows_is_cut() {
        let folder = Folder::new();
        let path = folder.write("a", b"0123456789");
        let bytes = FileBytes::open(&path, folder.path()).expect("open");
        std::fs::write(&path, b"0123456789abc").expect("grow");
        assert_eq!(read_all(&bytes, 100).expect("read").expect("under the cap"), b"0123456789");
        std::fs::write(&path, b"01").expect("shrink");
        assert_eq!(read_all(&bytes, 100).expect_err("shrunk").kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(bytes.read_at(99, &mut [0; 4]).expect("past the end"), 0);
    }

    #[test]
    fn what_is_replaced_after_listing_is_refused() {
        let folder = Folder::new();
        let outside = Folder::new();
        outside.write("secret", b"x");
        folder.link(&outside.path().join("secret"), "link");
        folder.fifo("pipe");
        for (name, why) in [("link", "it leads out of its folder"), ("pipe", "it is no regular file")] {
            assert_eq!(FileBytes::open(&folder.path().join(name), folder.path()).err().as_deref(), Some(why), "{name}");
        }
    }
}
