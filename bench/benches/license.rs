//! Licence identification against the `spdx` crate's detection and against askalono over the corpus cases, in one
//! run: `CANDOR_SHARED=… cargo bench` in this folder. Also a 10 MB text, model cards, and the memory of it all.
//!
//! The comparison is over every sixth case, because the others are slow; askalono's store is made from the texts of
//! the corpus, because its crate brings none.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn files(folder: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, out);
        } else if path.file_name().is_some_and(|n| n != "manifest.csv") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            out.extend(std::fs::read(&path).ok().map(|bytes| (name, bytes)));
        }
    }
}

fn show(name: &str, mut times: Vec<Duration>) -> Duration {
    times.sort();
    let mean = times.iter().sum::<Duration>() / u32::try_from(times.len().max(1)).unwrap();
    let at = |n: usize| times.get((times.len() * n / 100).min(times.len() - 1)).copied().unwrap_or_default();
    println!("{name:<28} {:>5} files  mean {mean:?}  median {:?}  p99 {:?}  most {:?}", times.len(), at(50), at(99), at(100));
    mean
}

fn once(f: impl FnOnce()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
}

fn time(files: &[(String, Vec<u8>)], mut f: impl FnMut(&[u8])) -> Vec<Duration> {
    files.iter().map(|(_, bytes)| once(|| f(bytes))).collect()
}

fn main() {
    let shared = std::env::var_os("CANDOR_SHARED").map_or_else(|| PathBuf::from("../../shared"), PathBuf::from);
    let mut cases = Vec::new();
    files(&shared.join("corpus/licenses/cases"), &mut cases);
    if cases.is_empty() {
        println!("NOT RUN: no corpus; set CANDOR_SHARED");
        return;
    }
    let start = Instant::now();
    black_box(candor_license::identify(b"Released under the MIT license."));
    println!("candor, first call {:?}", start.elapsed());
    show("candor identify", time(&cases, |b| drop(black_box(candor_license::identify(b)))));
    println!("candor, most memory so far   {}", most_memory());

    resolve_cards();
    prose(&shared);

    let start = Instant::now();
    let detection = spdx::detection::Store::load_inline().unwrap();
    println!("spdx detection, load {:?}", start.elapsed());
    let mut texts = Vec::new();
    files(&shared.join("corpus/licenses/texts"), &mut texts);
    let start = Instant::now();
    let mut store = askalono::Store::new();
    for (name, bytes) in &texts {
        store.add_license(name.clone(), askalono::TextData::new(&String::from_utf8_lossy(bytes)));
    }
    println!("askalono, store made of {} texts in {:?}", texts.len(), start.elapsed());
    // The same files by each, three rounds in turn, so that a busy moment of the machine falls on all.
    let few: Vec<_> = cases.iter().step_by(6).cloned().collect();
    let (mut ours, mut detected, mut matched) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        ours.extend(time(&few, |bytes| drop(black_box(candor_license::identify(bytes)))));
        detected.extend(time(&few, |bytes| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            black_box(detection.analyze(&spdx::detection::TextData::new(&text)));
        }));
        matched.extend(time(&few, |bytes| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            black_box(store.analyze(&askalono::TextData::new(&text)));
        }));
    }
    let ours = show("candor, the same files", ours);
    for (name, times) in [("spdx detection", detected), ("askalono", matched)] {
        let theirs = show(name, times);
        println!("{name}, ratio of means {:.0}", theirs.as_secs_f64() / ours.as_secs_f64());
    }
}

/// The licence of a card's front matter: a tag, a name and a link.
fn resolve_cards() {
    let declared = ["apache-2.0", "llama3.1", "other", "mit", "cc-by-nc-4.0", "Apache 2.0", "openrail++", "gemma", "gpl", ""];
    let rounds = 100_000;
    let start = Instant::now();
    for n in 0..rounds {
        black_box(candor_license::resolve_named(declared[n as usize % declared.len()], Some("llama-3.1-community"), Some("LICENSE")));
    }
    let each = start.elapsed() / rounds;
    println!("candor, licence of a card    {each:?} each, {} a minute", 60_000_000_000 / each.as_nanos().max(1));
}

fn prose(shared: &Path) {
    let mut cards = Vec::new();
    files(&shared.join("corpus/cards"), &mut cards);
    let mut prose: Vec<u8> = cards.into_iter().flat_map(|(_, bytes)| bytes).collect();
    while !prose.is_empty() && prose.len() < 10_000_000 {
        prose.extend_from_within(..);
    }
    prose.truncate(10_000_000);
    let three = vec![(String::new(), prose); 3];
    show("candor, 10 MB of prose", time(&three, |b| drop(black_box(candor_license::identify(b)))));
}

/// The most memory this process has held, where the system tells it.
fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |l| l.trim().to_owned())
}
