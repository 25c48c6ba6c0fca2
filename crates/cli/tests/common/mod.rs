//! The one module that touches the program: everything else here is cases.
//!
//! Tests need no network, clock, home directory or setting of the environment: the program is given
//! nothing but its arguments. Temporary folders lie below Cargo's target folder and go with their owner.
#![allow(unreachable_pub, reason = "each test file takes what it needs")]
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::print_stderr, reason = "a check that cannot run must say so")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The four examples, from the least open to the most.
pub const EXAMPLES: [&str; 4] = ["closed", "open-weights", "open-weights-data-info", "open-source"];
/// Where the program is.
const PROGRAM: &str = env!("CARGO_BIN_EXE_candor");

/// What a run of the program gave.
#[derive(Clone, Debug)]
pub struct Run {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The only JSON document on standard output.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Standard output of a run that answered.
    pub fn answer(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }
}

/// What every run has in its environment: platforms that are not there, so that no test leaves this machine.
const NOWHERE: [(&str, &str); 2] = [("HF_ENDPOINT", "http://127.0.0.1:9"), ("GITHUB_API_URL", "http://127.0.0.1:9")];

/// An empty environment in the root of the workspace.
fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(NOWHERE).current_dir(workspace());
    command
}

/// Run the program.
pub fn candor<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Run {
    candor_with(&[], arguments)
}

/// Run the program in a folder.
pub fn candor_in<S: AsRef<std::ffi::OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Run {
    let output = clean(PROGRAM).current_dir(folder).args(arguments).stdin(Stdio::null()).output();
    Run::of(output.expect("the program starts"))
}

/// Run the program with some of the environment.
pub fn candor_with<S: AsRef<std::ffi::OsStr>>(
    environment: &[(&str, &str)],
    arguments: impl IntoIterator<Item = S>,
) -> Run {
    let output = clean(PROGRAM).envs(environment.iter().copied()).args(arguments).stdin(Stdio::null()).output();
    Run::of(output.expect("the program starts"))
}

/// Start the program, and end it from outside as soon as something holds; whether it ended by itself before.
pub fn candor_ended(environment: &[(&str, &str)], arguments: &[&str], holds: impl Fn() -> bool) -> bool {
    let mut command = clean(PROGRAM);
    let command = command.envs(environment.iter().copied()).args(arguments).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    while !holds() {
        if child.try_wait().expect("a child").is_some() {
            return true;
        }
        std::thread::yield_now();
    }
    child.kill().expect("the program can be ended");
    child.wait().expect("the program ends");
    false
}

/// Run the program with some standard input.
pub fn candor_fed(input: &str, arguments: &[&str]) -> Run {
    let mut command = clean(PROGRAM);
    let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    let feeder = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("the program ends");
    feeder.join().expect("the feeder ends");
    Run::of(output)
}

/// Run the program in at most so much address space (KiB) and processor time (seconds). The program then
/// fails by itself instead of taking the machine with it: exit code -1 or an abort.
pub fn candor_bounded(kib: u64, seconds: u64, arguments: &[&str]) -> Run {
    let script = format!("ulimit -c 0; ulimit -v {kib}; ulimit -t {seconds}; exec \"$0\" \"$@\"");
    let output = clean("/bin/sh").arg("-c").arg(script).arg(PROGRAM).args(arguments).stdin(Stdio::null()).output();
    Run::of(output.expect("the shell starts"))
}

/// Run the program where no file can grow beyond so many blocks of 512 bytes, as on a disk that is full.
pub fn candor_on_full_disk(blocks: u64, environment: &[(&str, &str)], arguments: &[&str]) -> Run {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = clean("/bin/sh");
    let command = command.envs(environment.iter().copied()).arg("-c").arg(script).arg(PROGRAM).args(arguments);
    Run::of(command.stdin(Stdio::null()).output().expect("the shell starts"))
}

/// Run the program and close its standard output before it has written anything.
pub fn candor_into_closed_pipe(arguments: &[&str]) -> Run {
    let mut command = clean(PROGRAM);
    let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    drop(child.stdout.take());
    // Those that read the names of files from standard input wait until here.
    let mut stdin = child.stdin.take().expect("a pipe");
    let _ = writeln!(stdin, "{}", example("open-weights").join("README.md").display());
    drop(stdin);
    Run::of(child.wait_with_output().expect("the program ends"))
}

/// `assess --format json`.
pub fn assess(locator: &Path, options: &[&str]) -> Value {
    assess_text(locator, options, &[]).json()
}

/// The assessment of a release that no test changes, made once for all tests of a binary.
pub fn assessed(release: &Path) -> Arc<Value> {
    static MADE: Mutex<BTreeMap<PathBuf, Arc<Value>>> = Mutex::new(BTreeMap::new());
    if let Some(known) = MADE.lock().expect("no panic inside").get(release) {
        return Arc::clone(known);
    }
    let made = Arc::new(assess(release, &[]));
    MADE.lock().expect("no panic inside").insert(release.to_owned(), Arc::clone(&made));
    made
}

/// `assess --format json`, as text.
pub fn assess_text(locator: &Path, options: &[&str], environment: &[(&str, &str)]) -> Run {
    let locator = locator.to_str().expect("paths of tests are UTF-8");
    candor_with(environment, ["assess", locator, "--format", "json"].iter().chain(options))
}

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below").to_owned()
}

/// The folder of an example.
pub fn example(name: &str) -> PathBuf {
    workspace().join("examples").join(name)
}

/// The corpus of real releases, cards and headers. It is no part of the repository; where it is not at
/// hand, the checks over it say so and end.
pub fn corpus(part: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("CANDOR_SHARED").map(PathBuf::from);
    let beside = workspace().parent().map(|parent| parent.join("shared"));
    let found = shared.or(beside).map(|shared| shared.join("corpus").join(part));
    match found {
        Some(path) if path.is_dir() => Some(path),
        _ => {
            eprintln!("corpus checks did not run: no folder corpus/{part} under CANDOR_SHARED or ../shared");
            None
        }
    }
}

/// The bundle files of all releases of the corpus, in order.
pub fn corpus_releases() -> Vec<PathBuf> {
    let Some(folder) = corpus("releases") else { return Vec::new() };
    let mut bundles = Vec::new();
    for release in files_in(&folder) {
        bundles.extend(files_in(&release).into_iter().filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with("release") && name.ends_with(".toml")
        }));
    }
    assert!(!bundles.is_empty(), "no releases in {}", folder.display());
    bundles
}

/// Examples and releases of the corpus.
pub fn all_releases() -> Vec<PathBuf> {
    EXAMPLES.iter().map(|name| example(name)).chain(corpus_releases()).collect()
}

/// What stands in a folder, in order; nothing for what is no folder.
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// Do something for each of a list, on as many threads as there are processors.
pub fn each<T: Sync>(list: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = list.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}

/// A folder of one's own, removed in the end.
#[derive(Debug)]
pub struct Temp {
    path: PathBuf,
}

impl Temp {
    /// An empty one.
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let path = root.join(format!("candor-{}-{count}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder can be made");
        Self { path }
    }

    /// A copy of an example, in a folder of that name inside.
    pub fn copy_of(name: &str) -> (Self, PathBuf) {
        let temp = Self::new();
        let path = temp.join(name);
        copy(&example(name), &path);
        (temp, path)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn join(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// Write a file, with the folders on the way to it.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(path);
        write(&path, bytes);
        path
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Write a file, with the folders on the way to it.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder can be made");
    fs::write(path, bytes).expect("a file can be written");
}

/// Copy a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for path in files_in(from) {
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

/// The bytes of a safetensors file of `F32` tensors of one dimension, all zero.
pub fn safetensors(tensors: &[(&str, usize)]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut at = 0;
    for (name, count) in tensors {
        let end = at + 4 * count;
        header.insert(
            (*name).to_owned(),
            serde_json::json!({"dtype": "F32", "shape": [count], "data_offsets": [at, end]}),
        );
        at = end;
    }
    let header = Value::Object(header).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + at, 0);
    bytes
}
