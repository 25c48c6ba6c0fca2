//! Whole-process time and memory of the program: `cargo bench -p candor`.
//!
//! Two releases are made in a temporary folder: a bundle of documents, and 140 GB of weights in 60 sparse
//! shards. Each is assessed 21 times; minimum, median and maximum are printed beside the limits that
//! the project has set itself: 30 ms, and 100 ms with 64 MB.
#![allow(clippy::print_stdout, reason = "a bench prints")]
#![allow(unsafe_code, reason = "wait4 is the only way to the peak memory of one child")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 21;
const SHARDS: usize = 60;
const TENSORS: usize = 20;
/// Bytes of one tensor: 60 shards of 20 make 140 GB.
const TENSOR: u64 = 117_000_000;

fn main() {
    let scratch = std::env::temp_dir().join(format!("candor-bench-{}", std::process::id()));
    let documents = documents(&scratch.join("documents"));
    let weights = weights(&scratch.join("weights"));
    println!("{:<26} {:>9} {:>9} {:>9} {:>10}  limit", "assess", "min", "median", "max", "peak");
    report("documents only", &documents, "30 ms");
    report("140 GB in 60 shards", &weights, "100 ms, 64 MB");
    let _ = fs::remove_dir_all(&scratch);
}

fn report(name: &str, folder: &Path, limit: &str) {
    run(folder);
    let mut runs: Vec<(Duration, i64)> = (0..RUNS).map(|_| run(folder)).collect();
    runs.sort();
    let at = |index: usize| runs[index].0.as_micros();
    let peak = runs.iter().map(|(_, peak)| *peak).max().unwrap_or(0);
    let ms = |micros: u128| format!("{}.{:01} ms", micros / 1000, micros % 1000 / 100);
    println!(
        "{name:<26} {:>9} {:>9} {:>9} {:>7} MB  {limit}",
        ms(at(0)),
        ms(at(RUNS / 2)),
        ms(at(RUNS - 1)),
        peak / 1024
    );
}

/// Wall time and peak resident memory in KiB of one run.
#[allow(clippy::zombie_processes, reason = "wait4 waits for it")]
fn run(folder: &Path) -> (Duration, i64) {
    let start = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_candor"))
        .arg("assess")
        .arg(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("candor starts");
    let id = i32::try_from(child.id()).expect("process id");
    let mut status = 0;
    // SAFETY: both pointers are to live values of the right type; the child is waited for nowhere else.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        assert_eq!(libc::wait4(id, &raw mut status, 0, &raw mut usage), id, "wait4");
        usage
    };
    assert_eq!(status, 0, "candor failed");
    (start.elapsed(), usage.ru_maxrss)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    fs::write(path, text).expect("file");
}

/// A bundle of three parts with documents and listings, and no weights at hand.
fn documents(folder: &Path) -> PathBuf {
    let card: String = (0..200)
        .map(|at| format!("## Part {at}\n\nThe model was trained on text number {at}. It was filtered.\n\n"))
        .collect();
    write(&folder.join("hub/README.md"), &format!("---\nlicense: apache-2.0\n---\n# Plum 1\n\n{card}"));
    write(&folder.join("hub/config.json"), "{\"model_type\": \"plum\", \"architectures\": [\"Plum\"]}");
    write(&folder.join("hub/LICENSE"), include_str!("../../../LICENSE"));
    write(&folder.join("code/README.md"), &format!("# Training Plum 1\n\n{card}"));
    write(&folder.join("code/LICENSE"), include_str!("../../../LICENSE"));
    let entries: Vec<String> = (1..=60)
        .map(|at| format!("{{\"path\": \"model-{at:05}-of-00060.safetensors\", \"size\": 4000000000}}"))
        .collect();
    write(&folder.join("hub.json"), &format!("{{\"complete\": true, \"entries\": [{}]}}", entries.join(",")));
    write(
        &folder.join("release.toml"),
        "format = 1\nid = \"plum-1\"\n[[part]]\nrole = \"model\"\nfiles = \"hub\"\nlisting = \"hub.json\"\n[[part]]\nrole = \"code\"\nfiles = \"code\"\n",
    );
    folder.to_owned()
}

/// A folder of sparse shards with real headers.
fn weights(folder: &Path) -> PathBuf {
    let mut map = Vec::new();
    for shard in 1..=SHARDS {
        let name = format!("model-{shard:05}-of-{SHARDS:05}.safetensors");
        let mut entries = Vec::new();
        for tensor in 0..TENSORS {
            let title = format!("layers.{}.weight", (shard - 1) * TENSORS + tensor);
            let start = TENSOR * tensor as u64;
            entries.push(format!(
                "\"{title}\":{{\"dtype\":\"BF16\",\"shape\":[{}],\"data_offsets\":[{start},{}]}}",
                TENSOR / 2,
                start + TENSOR
            ));
            map.push(format!("\"{title}\":\"{name}\""));
        }
        let header = format!("{{{}}}", entries.join(","));
        fs::create_dir_all(folder).expect("folder");
        let mut file = File::create(folder.join(&name)).expect("shard");
        file.write_all(&(header.len() as u64).to_le_bytes()).expect("length");
        file.write_all(header.as_bytes()).expect("header");
        file.set_len(8 + header.len() as u64 + TENSOR * TENSORS as u64).expect("sparse body");
    }
    write(&folder.join("model.safetensors.index.json"), &format!("{{\"weight_map\":{{{}}}}}", map.join(",")));
    write(&folder.join("config.json"), "{\"model_type\": \"plum\", \"architectures\": [\"Plum\"]}");
    write(&folder.join("README.md"), "---\nlicense: apache-2.0\n---\n# Big Plum\n");
    folder.to_owned()
}
