//! Reading a header against reading its bytes: `cargo bench --bench headers`. Files are made in the folder for
//! temporary files. *Cold* means that the file was put out of the cache of the system before, with `dd`.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench")]

use candor_facts::ReadAt;
use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

struct Disk(File, u64);

impl ReadAt for Disk {
    fn len(&self) -> u64 {
        self.1
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
    #[cfg(target_os = "linux")]
    fn need(&self, range: std::ops::Range<u64>) -> std::io::Result<()> {
        // As files of the sources do.
        let length = std::num::NonZeroU64::new(range.end - range.start).filter(|length| length.get() <= 256 << 10);
        if let Some(length) = length {
            let _ = rustix::fs::fadvise(&self.0, range.start, Some(length), rustix::fs::Advice::WillNeed);
        }
        Ok(())
    }
}

fn open(path: &Path) -> Disk {
    let file = File::open(path).unwrap();
    let length = file.metadata().unwrap().len();
    Disk(file, length)
}

/// Put a file out of the cache; whether that was possible.
fn forget(path: &Path) -> bool {
    let target = format!("of={}", path.display());
    let words = [&target, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"];
    Command::new("dd").args(words).status().is_ok_and(|status| status.success())
}

fn median(mut runs: Vec<Duration>) -> Duration {
    runs.sort();
    runs[runs.len() / 2]
}

/// The median of some runs; what the work gives is let go of outside of the time.
fn measure<T>(path: &Path, cold: bool, mut work: impl FnMut(&Disk) -> T) -> Duration {
    let run = |_| {
        if cold {
            forget(path);
        }
        let start = Instant::now();
        let done = work(&open(path));
        let took = start.elapsed();
        drop(black_box(done));
        took
    };
    median((0..41).map(run).collect())
}

fn main() {
    let folder = std::env::temp_dir().join(format!("candor-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // A small model, a shard of a large one, of one with experts, all experts of one in a file; a vocabulary with a table.
    for (name, header, data) in
        [safetensors(100), safetensors(400), safetensors(1_600), safetensors(8_000), gguf(150_000, 400)]
    {
        let path: PathBuf = folder.join(name);
        std::fs::write(&path, &header).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(header.len() as u64 + data).unwrap();
        for cold in [true, false] {
            let bytes = measure(&path, cold, |disk| {
                let mut buffer = vec![0; header.len()];
                disk.0.read_exact_at(&mut buffer, 0).unwrap();
                buffer
            });
            let reading = measure(&path, cold, |disk| {
                let table = candor_inspect::read_table(name, disk).unwrap();
                assert!(table.faults.is_empty(), "{:?}", table.faults);
                table
            });
            let ratio = reading.as_micros() * 100 / bytes.as_micros().max(1);
            let state = if cold { "cold" } else { "warm" };
            println!(
                "{name:<22} {state}  header of {} bytes: its bytes {bytes:?}, the table {reading:?}: {}.{:02} times",
                header.len(),
                ratio / 100,
                ratio % 100
            );
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A header of so many tensors.
fn safetensors(tensors: u64) -> (&'static str, Vec<u8>, u64) {
    // The writer of the format sorts names.
    let mut names: Vec<String> = (0..tensors).map(|n| format!("model.layers.{n}.self_attn.q_proj.weight")).collect();
    names.sort();
    let entry = |(n, name): (u64, &String)| {
        let (start, end) = (n * 8192, (n + 1) * 8192);
        format!(r#""{name}":{{"dtype":"BF16","shape":[64,64],"data_offsets":[{start},{end}]}}"#)
    };
    let text = format!("{{{}}}", (0..).zip(&names).map(entry).collect::<Vec<_>>().join(","));
    let header = [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    ("model.safetensors", header, tensors * 8192)
}

/// A header with a vocabulary of so many words, and so many tensors.
fn gguf(words: u64, tensors: u64) -> (&'static str, Vec<u8>, u64) {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut header = b"GGUF\x03\0\0\0".to_vec();
    header.extend(tensors.to_le_bytes());
    header.extend(2u64.to_le_bytes());
    for (key, word) in [("tokenizer.ggml.tokens", "token"), ("tokenizer.ggml.merges", "left right")] {
        header.extend(text(key));
        header.extend(9u32.to_le_bytes());
        header.extend(8u32.to_le_bytes());
        header.extend(words.to_le_bytes());
        for n in 0..words {
            header.extend(text(&format!("{word}{n}")));
        }
    }
    for n in 0..tensors {
        header.extend(text(&format!("blk.{n}.attn_q.weight")));
        header.extend(1u32.to_le_bytes());
        header.extend(2048u64.to_le_bytes());
        header.extend(0u32.to_le_bytes());
        header.extend((n * 8192).to_le_bytes());
    }
    let padding = header.len().next_multiple_of(32);
    header.resize(padding, 0);
    ("model.gguf", header, tensors * 8192)
}
