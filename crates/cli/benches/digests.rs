//! Digests beside named rivals, on warm files: `cargo bench --bench digests`. A file for each core, of
//! `CANDOR_BENCH_BYTES` each (1 GB unless said), is made in `/dev/shm` where there is one, else in the folder for
//! temporary files. Every contestant runs once a round, so that what else the machine does falls on all of them.
//!
//! Limits of the project: SHA-256 of several files no slower than `openssl` on all cores; BLAKE3 of one file no slower
//! than `b3sum`; all three digests of one file at most 1.2 times the slowest of them alone.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench")]

use candor_facts::{Tree, TreeEntry};
use candor_source::Folder;
use candor_verify::Progress;
use candor_verify::digests::{Job, Wanted, compute};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;
const NONE: Wanted = Wanted { sha256: false, git_blob: false, blake3: false };

/// Bytes that no hash finds easier than others.
fn write(path: &Path, bytes: u64) {
    let mut file = std::fs::File::create(path).unwrap();
    let mut state = 1u64;
    let mut piece = vec![0u8; 1 << 20];
    for word in piece.as_chunks_mut::<8>().0 {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        *word = state.to_le_bytes();
    }
    let mut left = bytes;
    while left > 0 {
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        file.write_all(&piece[..count]).unwrap();
        left -= count as u64;
    }
}

fn ours(folder: &Folder, files: usize, wanted: Wanted, threads: usize) {
    let (before, done) = (BTreeMap::new(), |_: &TreeEntry, _: &candor_verify::digests::Digests| {});
    let job = Job { tree: folder, before: &before, done: &done, threads, progress: Progress::none() };
    let files: Vec<(&TreeEntry, Wanted)> = folder.entries().iter().take(files).map(|entry| (entry, wanted)).collect();
    assert!(compute(&job, &files).iter().all(Result::is_ok));
}

/// A rival on each of the files at once.
fn rival(program: &str, arguments: &[&str], files: &[PathBuf]) -> bool {
    let start = |file: &PathBuf| {
        Command::new(program).args(arguments).arg(file).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    };
    let children: Vec<std::io::Result<Child>> = files.iter().map(start).collect();
    // Each is waited for, also behind one that failed.
    let ended: Vec<bool> =
        children.into_iter().map(|child| child.and_then(|mut child| child.wait()).is_ok_and(|s| s.success())).collect();
    ended.into_iter().all(|success| success)
}

fn main() {
    let bytes = std::env::var("CANDOR_BENCH_BYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000_000u64);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let shm = PathBuf::from("/dev/shm");
    let root = if shm.is_dir() { shm } else { std::env::temp_dir() };
    let place = root.join(format!("candor-bench-digests-{}", std::process::id()));
    std::fs::create_dir_all(&place).unwrap();
    let files: Vec<PathBuf> = (0..threads).map(|number| place.join(format!("{number:03}.bin"))).collect();
    files.iter().for_each(|file| write(file, bytes));
    let folder = Folder::open(&place).unwrap();
    let b3sum = std::env::var("CANDOR_B3SUM").unwrap_or_else(|_| "b3sum".to_owned());

    let (sha256, git_blob, blake3) =
        (Wanted { sha256: true, ..NONE }, Wanted { git_blob: true, ..NONE }, Wanted { blake3: true, ..NONE });
    type Run<'a> = Box<dyn Fn() -> bool + 'a>;
    let own = |count: usize, wanted: Wanted| -> Run<'_> {
        let folder = &folder;
        Box::new(move || {
            ours(folder, count, wanted, threads);
            true
        })
    };
    let (one, all) = (files.get(..1).unwrap_or_default(), files.as_slice());
    let contestants: Vec<(&str, u64, Run<'_>)> = vec![
        ("sha256, a file a core", threads as u64, own(threads, sha256)),
        ("openssl sha256, one a core", threads as u64, Box::new(|| rival("openssl", &["sha256"], all))),
        ("blake3, one file", 1, own(1, blake3)),
        ("b3sum, one file", 1, Box::new(|| rival(&b3sum, &[], one))),
        ("sha256, one file", 1, own(1, sha256)),
        ("git blob, one file", 1, own(1, git_blob)),
        ("all three, one file", 1, own(1, Wanted::ALL)),
    ];
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); contestants.len()];
    for round in 0..=ROUNDS {
        for ((_, _, run), times) in contestants.iter().zip(&mut times) {
            let start = Instant::now();
            // The first round warms up, and finds out who is here.
            if run() && round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    println!("{threads} threads, {ROUNDS} rounds, files of {bytes} bytes; medians");
    let median = |at: usize| {
        let mut times = times.get(at).cloned().unwrap_or_default();
        times.sort();
        times.get(times.len() / 2).copied()
    };
    for (at, (name, files, _)) in contestants.iter().enumerate() {
        match median(at) {
            Some(time) => {
                let rate = (bytes * files) as f64 / time.as_secs_f64() / 1e9;
                println!("  {name:<28} {:>7.3} s  {rate:>6.2} GB/s", time.as_secs_f64());
            }
            None if name.starts_with("b3sum") => {
                println!("  {name:<28} did not run: `cargo install b3sum`, or name it in CANDOR_B3SUM");
            }
            None => println!("  {name:<28} did not run: it is not installed"),
        }
    }
    let ratio = |what: &str, ours: usize, theirs: Option<Duration>, limit: f64| {
        if let (Some(ours), Some(theirs)) = (median(ours), theirs) {
            let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
            println!("{what}: {ratio:.2} times the time; limit {limit}");
        }
    };
    ratio("sha256 beside openssl", 0, median(1), 1.0);
    ratio("blake3 beside b3sum", 2, median(3), 1.0);
    ratio("all three beside the slowest alone", 6, [2, 4, 5].into_iter().filter_map(median).max(), 1.2);
    std::fs::remove_dir_all(&place).unwrap();
}
