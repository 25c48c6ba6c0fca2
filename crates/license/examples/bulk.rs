//! Identifies every file given, and those in every folder given, and prints how long it took:
//! `… --example bulk -- PATH…`; with `--rounds N` so many times over, with `--slow` the slowest files by name.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "an example talks to a terminal, reads files and the clock"
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn collect(path: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
    let Ok(entries) = std::fs::read_dir(path) else {
        return out.extend(std::fs::read(path).ok().map(|bytes| (path.to_owned(), bytes)));
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    paths.iter().filter(|p| p.file_name().is_none_or(|n| n != "manifest.csv")).for_each(|p| collect(p, out));
}

fn main() {
    let start = Instant::now();
    candor_license::identify(b"Permission is hereby granted under the MIT license");
    candor_license::resolve("apache-2.0");
    println!("first call {:?}", start.elapsed());
    let (mut rounds, mut slow, mut files) = (1, false, Vec::new());
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--rounds" => rounds = args.next().and_then(|n| n.parse().ok()).unwrap_or(1),
            "--slow" => slow = true,
            path => collect(Path::new(path), &mut files),
        }
    }
    // The best of the rounds: what the file costs, not what else the machine does.
    let mut times: Vec<(Duration, usize, &Path)> =
        files.iter().map(|(path, bytes)| (Duration::MAX, bytes.len(), path.as_path())).collect();
    for _ in 0..rounds {
        for ((_, bytes), best) in files.iter().zip(&mut times) {
            let start = Instant::now();
            std::hint::black_box(candor_license::identify(bytes));
            best.0 = best.0.min(start.elapsed());
        }
    }
    times.sort();
    let total: Duration = times.iter().map(|(t, _, _)| *t).sum();
    let at = |n: usize| times.get((times.len() * n / 100).min(times.len().saturating_sub(1))).map(|(t, b, _)| (*t, *b));
    println!(
        "{} files, mean {:?}, median {:?}, p95 {:?}, p99 {:?}, most {:?}",
        files.len(),
        total / files.len().max(1) as u32,
        at(50),
        at(95),
        at(99),
        at(100)
    );
    if slow {
        for (time, bytes, path) in times.iter().rev().take(30) {
            println!("{time:>12?} {bytes:>8} {}", path.display());
        }
    }
}
