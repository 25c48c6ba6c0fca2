//! Whoever kills a command that writes leaves the old file, or none, or the whole new one; and an interrupted run goes
//! on where it was. Killed at times drawn from a fixed sequence over the length of an undisturbed run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const KILLS: u32 = 25;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("candor-kill-{}-{name}", std::process::id()));
        fs::create_dir_all(path.join("model")).expect("folder");
        for index in 0..24_u8 {
            let bytes = vec![index; 1 << 20];
            fs::write(path.join(format!("model/part-{index:02}.safetensors")), bytes).expect("file");
        }
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn candor(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.args(arguments).current_dir(&self.0).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Run a command and kill it after a part of a time. Whether it had ended by then.
    fn kill(&self, arguments: &[&str], after: Duration) -> bool {
        let mut child = self.candor(arguments).spawn().expect("candor");
        let start = Instant::now();
        while start.elapsed() < after {
            if child.try_wait().expect("status").is_some() {
                return true;
            }
            std::thread::yield_now();
        }
        child.kill().expect("kill");
        child.wait().expect("status");
        false
    }

    /// The time of an undisturbed run.
    fn time(&self, arguments: &[&str]) -> Duration {
        let start = Instant::now();
        assert!(self.candor(arguments).status().expect("candor").success(), "{arguments:?}");
        start.elapsed()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn key(folder: &Folder) {
    // A private key of the curve P-256 for tests only: the number 1.
    let pem = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABoAoGCCqGSM49\nAwEHoUQDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/\nm47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END EC PRIVATE KEY-----\n";
    fs::write(folder.path("key.pem"), pem).expect("key");
}

fn killed(name: &str, output: &str, arguments: &[&str]) {
    let folder = Folder::new(name);
    key(&folder);
    let whole = folder.time(arguments);
    let expected = fs::read(folder.path(output)).expect("output");
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut ended = 0;
    for old in [None, Some(b"what was there before".as_slice())] {
        for _ in 0..KILLS {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let _ = fs::remove_file(folder.path(output));
            if let Some(old) = old {
                fs::write(folder.path(output), old).expect("old");
            }
            let after = whole.mul_f64((random % 1000) as f64 / 900.0);
            ended += u32::from(folder.kill(arguments, after));
            let found = fs::read(folder.path(output)).ok();
            let fine = found.as_deref() == Some(&expected) || found.as_deref() == old;
            assert!(fine, "{arguments:?}: after {after:?} there are {:?} bytes", found.map(|bytes| bytes.len()));
        }
    }
    assert!(ended < 2 * KILLS, "no run was killed");
}

#[test]
fn signing() {
    killed("sign", "model.sig", &["sign", "model", "--key", "key.pem", "-o", "model.sig"]);
}

#[test]
fn writing_a_manifest() {
    killed("manifest", "m.json", &["verify", "digests", "model", "--write-manifest", "m.json"]);
}

#[test]
fn an_interrupted_run_goes_on() {
    let folder = Folder::new("resume");
    let whole = folder.time(&["verify", "digests", "model", "--write-manifest", "whole.json"]);
    let arguments = ["verify", "digests", "model", "--write-manifest", "m.json", "--resume", "journal"];
    for part in 1..4 {
        if folder.kill(&arguments, whole.mul_f64(f64::from(part) / 4.0)) {
            break;
        }
    }
    // A line that the interruption cut is passed over.
    let journal = fs::read_to_string(folder.path("journal")).unwrap_or_default();
    if !journal.is_empty() {
        fs::write(folder.path("journal"), &journal[..journal.len() - journal.len().min(9)]).expect("journal");
    }
    folder.time(&arguments);
    assert_eq!(
        fs::read(folder.path("m.json")).expect("manifest"),
        fs::read(folder.path("whole.json")).expect("manifest")
    );
    assert!(!folder.path("journal").exists(), "the journal stays");
    fs::write(folder.path("other"), "something else").expect("file");
    let other = ["verify", "digests", "model", "--write-manifest", "n.json", "--resume", "other"];
    assert_eq!(folder.candor(&other).status().expect("candor").code(), Some(2));
    assert_eq!(fs::read(folder.path("other")).expect("file"), b"something else");
}

/// A disk that is full: an error, and nothing under the name that was wanted.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let folder = Folder::new("full");
    key(&folder);
    // `/dev/full` takes no byte; a limit on the size of files stands for a disk without room.
    let script = "ulimit -f 1; trap '' XFSZ; exec \"$0\" sign model --key key.pem --shards 1000 -o model.sig";
    let mut command = Command::new("bash");
    command.args(["-c", script, env!("CARGO_BIN_EXE_candor")]).current_dir(&folder.0);
    let output = command.output().expect("bash");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("`model.sig` cannot be written"), "{said}");
    assert!(!folder.path("model.sig").exists());
    let left: Vec<_> = fs::read_dir(&folder.0).expect("folder").flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{left:?}");
}
