//! Digests by whole-process time against named rivals: `cargo bench -p candor --bench digests`.
//!
//! Four files and one file of the same sum are made in a temporary folder and read once, so that all read from memory.
//! Each command runs five times; minimum and median are printed, and the rate of the minimum. `openssl` is run once for
//! each core at a time. A rival that is not here is said to be not here. `CANDOR_BENCH_BYTES` is the sum, 2 GiB if not
//! given.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 5;
const FILES: u64 = 4;

fn main() {
    let bytes = std::env::var("CANDOR_BENCH_BYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_u64 << 30);
    let scratch = std::env::temp_dir().join(format!("candor-digests-{}", std::process::id()));
    let (many, one) = (scratch.join("many"), scratch.join("one"));
    for index in 0..FILES {
        make(&many.join(format!("{index}.safetensors")), bytes / FILES, index);
    }
    make(&one.join("0.safetensors"), bytes, 9);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("{cores} cores, {bytes} bytes\n{:<44} {:>9} {:>9} {:>10}", "", "min", "median", "rate");
    for (name, folder) in [("4 files", &many), ("1 file", &one)] {
        let candor = |arguments: &str| format!("{} verify digests . {arguments}", env!("CARGO_BIN_EXE_candor"));
        shell(folder, &candor("--write-manifest ../all.json"));
        only(&scratch.join("all.json"), "sha256", &scratch.join("sha256.json"));
        only(&scratch.join("all.json"), "blake3", &scratch.join("blake3.json"));
        report(name, "candor, SHA-256", bytes, folder, &candor("--manifest ../sha256.json"));
        report(
            name,
            &format!("openssl sha256, {cores} at once"),
            bytes,
            folder,
            &format!("ls | xargs -P {cores} -n 1 openssl sha256"),
        );
        report(name, "candor, BLAKE3", bytes, folder, &candor("--manifest ../blake3.json"));
        report(name, "b3sum", bytes, folder, "b3sum *");
        report(name, "candor, all three in one read", bytes, folder, &candor("--write-manifest ../again.json"));
    }
    let _ = fs::remove_dir_all(&scratch);
}

/// A manifest with one of the digests.
fn only(all: &Path, digest: &str, to: &Path) {
    let mut value: serde_json::Value = serde_json::from_slice(&fs::read(all).expect("manifest")).expect("JSON");
    for file in value["files"].as_array_mut().expect("files") {
        file.as_object_mut().expect("a file").retain(|key, _| matches!(key.as_str(), "path" | "size") || key == digest);
    }
    fs::write(to, value.to_string()).expect("manifest");
}

fn make(path: &Path, bytes: u64, seed: u64) {
    fs::create_dir_all(path.parent().expect("folder")).expect("folder");
    let mut file = File::create(path).expect("file");
    let mut state = seed | 1;
    let mut block = vec![0; 1 << 20];
    for piece in block.chunks_mut(8) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        piece.copy_from_slice(&state.to_le_bytes());
    }
    for _ in 0..bytes >> 20 {
        file.write_all(&block).expect("write");
    }
}

fn shell(folder: &Path, command: &str) -> Option<Duration> {
    let start = Instant::now();
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    shell.status().expect("sh").success().then(|| start.elapsed())
}

fn report(of: &str, name: &str, bytes: u64, folder: &Path, command: &str) {
    let name = format!("{of}: {name}");
    let runs: Option<Vec<Duration>> = (0..RUNS).map(|_| shell(folder, command)).collect();
    let Some(mut runs) = runs else { return println!("{name:<44} not here, or it failed") };
    runs.sort();
    let (first, middle) = (runs[0].as_secs_f64(), runs[RUNS / 2].as_secs_f64());
    println!("{name:<44} {first:>7.2} s {middle:>7.2} s {:>5.2} GB/s", bytes as f64 / first / 1e9);
}
