//! Three digests in one read. A large file is hashed on several threads: BLAKE3 alone by subtrees, several hashes by
//! handing each piece that was read to two threads.

use crate::buffer::Buffer;
use crate::caps;
use crate::hash::hex;
use crate::work::Progress;
use blake3::hazmat::{HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root};
use candor_facts::{ReadAt, Tree, TreeEntry};
use sha2::Digest as _;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

/// Files below this size are not worth several threads. Bytes.
pub(super) const WORTH_SPLITTING: u64 = 16 << 20;
/// Bytes of one subtree of BLAKE3: a power of two.
const SUBTREE: u64 = 4 << 20;
/// Pieces on their way between threads.
const PIECES: usize = 4;

/// Which digests are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// SHA-256.
    pub sha256: bool,
    /// SHA-1 of the git blob.
    pub git_blob: bool,
    /// BLAKE3.
    pub blake3: bool,
}

impl Wanted {
    /// All three.
    pub const ALL: Self = Self { sha256: true, git_blob: true, blake3: true };
}

/// Digests of one file in hexadecimal digits, as far as they were wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256.
    pub sha256: Option<String>,
    /// SHA-1 of the git blob.
    pub git_blob: Option<String>,
    /// BLAKE3.
    pub blake3: Option<String>,
}

impl Digests {
    /// Whether all that is wanted is there.
    pub(super) fn have(&self, wanted: Wanted) -> bool {
        (self.sha256.is_some() || !wanted.sha256)
            && (self.git_blob.is_some() || !wanted.git_blob)
            && (self.blake3.is_some() || !wanted.blake3)
    }
}

/// Digests of a file of a tree.
///
/// # Errors
/// Says why it could not be read whole, or that it was written to meanwhile.
pub(super) fn file(
    tree: &dyn Tree,
    entry: &TreeEntry,
    wanted: Wanted,
    threads: usize,
    progress: &Progress<'_>,
) -> Result<Digests, String> {
    let file = tree.open(entry).map_err(|error| error.to_string())?;
    if file.len() != entry.size {
        return Err("it has another length than a moment ago; try again when it rests".to_owned());
    }
    let digests = of(&*file, wanted, threads, progress).map_err(|error| error.to_string())?;
    match file.unchanged() {
        Ok(true) => Ok(digests),
        Ok(false) => Err("it was written to while it was read; try again when it rests".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn of(bytes: &(dyn ReadAt + Sync), wanted: Wanted, threads: usize, progress: &Progress<'_>) -> io::Result<Digests> {
    if threads < 2 || bytes.len() < WORTH_SPLITTING {
        return plain(bytes, wanted, progress);
    }
    match wanted {
        Wanted { sha256: false, git_blob: false, blake3: true } => {
            let blake3 = Some(blake3_by_subtrees(bytes, threads, progress)?);
            Ok(Digests { blake3, ..Digests::default() })
        }
        // SHA-256 and SHA-1 take as long as each other and cannot be cut. The thread that reads has that to do as well,
        // which takes as long as BLAKE3.
        Wanted { sha256: true, git_blob, blake3 } if git_blob || blake3 => {
            let reading = Wanted { sha256: false, git_blob, blake3: blake3 && !git_blob };
            beside(bytes, reading, Wanted { sha256: true, git_blob: false, blake3: blake3 && git_blob }, progress)
        }
        _ => plain(bytes, wanted, progress),
    }
}

struct Running {
    sha256: Option<sha2::Sha256>,
    git_blob: Option<sha1::Sha1>,
    blake3: Option<Box<blake3::Hasher>>,
}

impl Running {
    fn new(wanted: Wanted, length: u64) -> Self {
        let blob = || {
            let mut hasher = sha1::Sha1::new();
            hasher.update(format!("blob {length}\0"));
            hasher
        };
        Self {
            sha256: wanted.sha256.then(sha2::Sha256::new),
            git_blob: wanted.git_blob.then(blob),
            blake3: wanted.blake3.then(|| Box::new(blake3::Hasher::new())),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        if let Some(hasher) = &mut self.sha256 {
            hasher.update(bytes);
        }
        if let Some(hasher) = &mut self.git_blob {
            hasher.update(bytes);
        }
        if let Some(hasher) = &mut self.blake3 {
            hasher.update(bytes);
        }
    }

    fn finish(self) -> Digests {
        Digests {
            sha256: self.sha256.map(|hasher| hex(&hasher.finalize())),
            git_blob: self.git_blob.map(|hasher| hex(&hasher.finalize())),
            blake3: self.blake3.map(|hasher| hex(hasher.finalize().as_bytes())),
        }
    }
}

/// Fill a buffer from an offset, up to `end`.
fn fill(bytes: &dyn ReadAt, at: u64, end: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let wanted = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX).min(buffer.len());
    let mut filled = 0;
    while filled < wanted {
        match bytes.read_at(at + filled as u64, buffer.get_mut(filled..wanted).unwrap_or_default())? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => filled += count,
        }
    }
    Ok(filled)
}

fn plain(bytes: &dyn ReadAt, wanted: Wanted, progress: &Progress<'_>) -> io::Result<Digests> {
    let length = bytes.len();
    let mut running = Running::new(wanted, length);
    let mut buffer = Buffer::new(usize::try_from(length).unwrap_or(usize::MAX).clamp(1, caps::READ_BYTES));
    let mut at = 0;
    while at < length {
        let count = fill(bytes, at, length, &mut buffer)?;
        running.update(buffer.get(..count).unwrap_or_default());
        at += count as u64;
        progress.add(count as u64);
    }
    Ok(running.finish())
}

/// Some digests on the thread that reads, others on one of their own.
fn beside(bytes: &dyn ReadAt, reading: Wanted, beside: Wanted, progress: &Progress<'_>) -> io::Result<Digests> {
    let length = bytes.len();
    let (send, receive) = mpsc::sync_channel::<Arc<Buffer>>(PIECES);
    std::thread::scope(|scope| {
        let other = scope.spawn(move || {
            let mut running = Running::new(beside, length);
            for piece in receive {
                running.update(&piece);
            }
            running.finish()
        });
        let mut running = Running::new(reading, length);
        let mut used: Vec<Arc<Buffer>> = Vec::new();
        let mut at = 0;
        while at < length {
            // A piece that the other thread has done with is filled again.
            let free = used.iter().position(|piece| Arc::strong_count(piece) == 1).map(|index| used.swap_remove(index));
            let mut piece = free.unwrap_or_else(|| Arc::new(Buffer::new(caps::READ_BYTES)));
            let Some(buffer) = Arc::get_mut(&mut piece) else { continue };
            buffer.resize(caps::READ_BYTES);
            let count = fill(bytes, at, length, buffer)?;
            buffer.truncate(count);
            if send.send(Arc::clone(&piece)).is_err() {
                return Err(io::Error::other("the thread that hashes has ended"));
            }
            running.update(&piece);
            used.push(piece);
            at += count as u64;
            progress.add(count as u64);
        }
        drop(send);
        let (other, own) =
            (other.join().map_err(|_| io::Error::other("the thread that hashes has ended"))?, running.finish());
        Ok(Digests {
            sha256: own.sha256.or(other.sha256),
            git_blob: own.git_blob.or(other.git_blob),
            blake3: own.blake3.or(other.blake3),
        })
    })
}

/// BLAKE3 as the tree that it is: each thread reads and hashes subtrees, whose values are then joined.
fn blake3_by_subtrees(bytes: &(dyn ReadAt + Sync), threads: usize, progress: &Progress<'_>) -> io::Result<String> {
    let length = bytes.len();
    let count = length.div_ceil(SUBTREE);
    let next = AtomicU64::new(0);
    let found: Mutex<Vec<(u64, [u8; 32])>> = Mutex::new(Vec::new());
    let worker = || -> io::Result<()> {
        let mut buffer = Buffer::new(caps::READ_BYTES);
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return Ok(());
            }
            let (mut at, end) = (index * SUBTREE, length.min((index + 1) * SUBTREE));
            let mut hasher = blake3::Hasher::new();
            hasher.set_input_offset(at);
            while at < end {
                let read = fill(bytes, at, end, &mut buffer)?;
                hasher.update(buffer.get(..read).unwrap_or_default());
                at += read as u64;
                progress.add(read as u64);
            }
            let value = hasher.finalize_non_root();
            found.lock().unwrap_or_else(PoisonError::into_inner).push((index, value));
        }
    };
    let ended = || io::Error::other("a thread that hashes has ended");
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
        let mine = worker();
        others.into_iter().try_for_each(|other| other.join().map_err(|_| ended())?).and(mine)
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_unstable();
    let values: Vec<[u8; 32]> = found.into_iter().map(|(_, value)| value).collect();
    let (left, right) = halves(&values, length).ok_or_else(ended)?;
    let root = merge_subtrees_root(&left, &right, Mode::Hash);
    Ok(hex(root.as_bytes()))
}

/// The values of the two subtrees below the node over `length` bytes; `None` when there is one only.
fn halves(values: &[[u8; 32]], length: u64) -> Option<([u8; 32], [u8; 32])> {
    if values.len() < 2 {
        return None;
    }
    let left_length = left_subtree_len(length);
    let (left, right) = values.split_at_checked(usize::try_from(left_length / SUBTREE).ok()?)?;
    Some((node(left, left_length)?, node(right, length - left_length)?))
}

fn node(values: &[[u8; 32]], length: u64) -> Option<[u8; 32]> {
    match values {
        [only] => Some(*only),
        _ => {
            let (left, right) = halves(values, length)?;
            Some(merge_subtrees_non_root(&left, &right, Mode::Hash))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8]) {
        let none = Progress::none();
        let expected = plain(&bytes, Wanted::ALL, &none).unwrap();
        for git_blob in [false, true] {
            let reading = Wanted { sha256: false, git_blob, blake3: !git_blob };
            let other = Wanted { sha256: true, git_blob: !git_blob, blake3: git_blob };
            assert_eq!(beside(&bytes, reading, other, &none).unwrap(), expected);
        }
        if bytes.len() as u64 > SUBTREE {
            for threads in [1, 2, 3] {
                assert_eq!(
                    Some(blake3_by_subtrees(&bytes, threads, &none).unwrap()),
                    expected.blake3,
                    "{}",
                    bytes.len()
                );
            }
        }
        let direct = blake3::hash(bytes).to_hex();
        assert_eq!(expected.blake3.as_deref(), Some(direct.as_str()));
    }

    #[test]
    fn known_digests() {
        let digests = plain(&&b"hello\n"[..], Wanted::ALL, &Progress::none()).unwrap();
        assert_eq!(digests.git_blob.as_deref(), Some("ce013625030ba8dba906f756967f9e9ca394464a"));
        let sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        assert_eq!(digests.sha256.as_deref(), Some(sha256));
        check(b"");
    }

    #[test]
    fn every_way_gives_the_same() {
        let subtree = usize::try_from(SUBTREE).unwrap();
        let bytes: Vec<u8> = (0..3 * subtree + 1025).map(|at| u8::try_from(at % 251).unwrap()).collect();
        for length in [1, 1024, subtree, subtree + 1, 2 * subtree, 2 * subtree + 1, 3 * subtree, bytes.len()] {
            check(&bytes[..length]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn any_length_gives_the_same(length in 0_usize..20 << 20, seed in any::<u8>()) {
            check(&vec![seed; length]);
        }
    }
}
