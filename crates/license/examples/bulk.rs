//! Identifies every file of a list and prints how long it took: `… --example bulk -- FILE…`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "an example talks to a terminal, reads files and the clock"
)]

use std::time::Instant;

fn main() {
    let start = Instant::now();
    candor_license::identify(b"Permission is hereby granted under the MIT license");
    candor_license::resolve("apache-2.0");
    println!("first call {:?}", start.elapsed());
    let files: Vec<Vec<u8>> = std::env::args().skip(1).filter_map(|p| std::fs::read(p).ok()).collect();
    let mut times = Vec::new();
    for bytes in &files {
        let start = Instant::now();
        std::hint::black_box(candor_license::identify(bytes));
        times.push((start.elapsed(), bytes.len()));
    }
    times.sort();
    let total: std::time::Duration = times.iter().map(|(t, _)| *t).sum();
    let at = |n: usize| times.get((times.len() * n / 100).min(times.len().saturating_sub(1)));
    println!(
        "{} files, mean {:?}, median {:?}, p95 {:?}, p99 {:?}, most {:?}",
        files.len(),
        total / files.len().max(1) as u32,
        at(50),
        at(95),
        at(99),
        times.last()
    );
}
