//! `candor diff` and `candor lineage` of two large warm models, beside what memory gives and a NumPy script:
//! `cargo bench --bench diff`. Files of `CANDOR_BENCH_BYTES` each (4 GB unless said) are made in `/dev/shm` where there
//! is one, else in the folder for temporary files.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const SCRIPT: &str = r#"
import sys
import numpy
from safetensors import safe_open
a, b = (safe_open(path, "numpy") for path in sys.argv[1:])
for name in a.keys():
    x, y = a.get_tensor(name), b.get_tensor(name)
    if not numpy.array_equal(x, y):
        d = y - x
        print(name, numpy.linalg.norm(d) / numpy.linalg.norm(x), numpy.vdot(x, y), numpy.abs(d).max())
"#;

/// A model of matrices of 16 MB; with `changed`, every number is another.
fn write(path: &Path, bytes: u64, changed: bool) {
    const SIDE: u64 = 2048;
    let each = SIDE * SIDE * 4;
    let entries: Vec<String> = (0..bytes / each)
        .map(|at| {
            let (start, end) = (at * each, (at + 1) * each);
            format!(r#""layers.{at}.w":{{"dtype":"F32","shape":[{SIDE},{SIDE}],"data_offsets":[{start},{end}]}}"#)
        })
        .collect();
    let header = format!("{{{}}}", entries.join(","));
    let mut random = candor_verify::making::Random::new(1);
    let values: Vec<f32> = (0..SIDE * SIDE).map(|_| random.normal() * 0.05).collect();
    let number = |value: &f32| if changed { value * 1.001 + 1e-4 } else { *value };
    let block: Vec<u8> = values.iter().flat_map(|value| number(value).to_le_bytes()).collect();
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    entries.iter().for_each(|_| file.write_all(&block).unwrap());
    file.flush().unwrap();
}

fn best(mut work: impl FnMut()) -> Duration {
    let run = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..3).map(run).min().unwrap()
}

/// Bytes a second that two threads read of memory.
fn memory() -> f64 {
    let words = vec![1u64; 128 << 20];
    let sum = |part: &[u64]| part.iter().fold(0u64, |sum, word| sum.wrapping_add(*word));
    let time = best(|| {
        std::thread::scope(|scope| {
            for part in words.chunks(words.len() / 2) {
                scope.spawn(move || black_box(sum(part)));
            }
        });
    });
    (words.len() * 8) as f64 / time.as_secs_f64()
}

fn main() {
    let bytes = std::env::var("CANDOR_BENCH_BYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(4_000_000_000u64);
    let shm = PathBuf::from("/dev/shm");
    let root = if shm.is_dir() { shm } else { std::env::temp_dir() };
    let folder = root.join(format!("candor-bench-diff-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| folder.join(format!("{name}.safetensors")));
    write(&a, bytes, false);
    std::fs::copy(&a, &b).unwrap();
    let bandwidth = memory();
    println!("memory, read by two threads: {:.1} GB/s", bandwidth / 1e9);
    let tell = |what: &str, time: Duration| {
        let rate = 2.0 * bytes as f64 / time.as_secs_f64();
        println!("{what}: {:.2} s, {:.1} GB/s, {:.2} of memory", time.as_secs_f64(), rate / 1e9, rate / bandwidth);
    };
    let candor = |command: &str, other: &Path| {
        let status =
            Command::new(env!("CARGO_BIN_EXE_candor")).arg(command).args([&a, other]).stdout(Stdio::null()).status();
        assert!(status.unwrap().code().is_some_and(|code| code < 2));
    };
    tell("diff, equal", best(|| candor("diff", &b)));
    tell("lineage, equal", best(|| candor("lineage", &b)));
    std::fs::remove_file(&b).unwrap();
    write(&c, bytes, true);
    let diff = best(|| candor("diff", &c));
    tell("diff, every number changed", diff);
    let lineage = best(|| candor("lineage", &c));
    tell("lineage, every number changed", lineage);
    println!("lineage takes {:.2} times the time of diff", lineage.as_secs_f64() / diff.as_secs_f64());
    let rival = || {
        Command::new("python3").args(["-c", SCRIPT]).args([&a, &c]).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    match rival() {
        Ok(status) if status.success() => tell("NumPy, every number changed", best(|| drop(rival()))),
        _ => println!("did not run: python3 with numpy and safetensors"),
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
