//! Where a recipe is run: without a network, with nothing to write to but one folder.
//!
//! Two programs of Linux can give that: bubblewrap, and `unshare` of util-linux. Which one works is tried out before
//! anything is run: whether it starts, whether it has no network, whether a file outside cannot be written.

use anyhow::{Context, bail};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Bytes of output that are kept for a report.
const TAIL: u64 = 4 << 10;

/// How a run is kept from the rest of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sandbox {
    Bubblewrap,
    Namespaces,
    None,
}

/// All of `unshare` is read-only but the folder `$1`; then the command.
const INSIDE: &str = r#"mount --make-rprivate / && mount --bind "$1" "$1" || exit 125
cut -d' ' -f5 /proc/self/mountinfo | while read -r at; do
    [ "$at" = "$1" ] || mount -o remount,bind,ro "$at" || exit 125
done || exit 125
shift
cd "$1" && shift && exec "$@""#;

impl Sandbox {
    /// The first that works here.
    pub(super) fn find(work: &Path) -> Option<Self> {
        [Self::Bubblewrap, Self::Namespaces].into_iter().find(|one| one.holds(work).unwrap_or(false))
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Bubblewrap => "bubblewrap",
            Self::Namespaces => "namespaces",
            Self::None => "none",
        }
    }

    /// Whether it starts here and keeps what it should: a command in it may write its folder, may not write beside it,
    /// and sees no network but its own.
    fn holds(self, work: &Path) -> anyhow::Result<bool> {
        let (inside, outside) = (work.join(format!("try-{}", self.word())), work.join("outside"));
        std::fs::create_dir(&inside)?;
        let script = r#"echo x > "$1/x" || exit 3
if echo x > "$2" 2> /dev/null; then exit 4; fi
[ "$(grep -c : /proc/net/dev)" -le 1 ] || exit 5"#;
        let words = ["/bin/sh", "-c", script, "sh"].map(str::to_owned);
        let paths = [&inside, &outside].map(|path| path.display().to_string());
        let Some(mut command) = self.command(&inside, &[], &[&words[..], &paths[..]].concat()) else {
            return Ok(false);
        };
        let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        Ok(ended.is_ok_and(|status| status.success()) && inside.join("x").exists() && !outside.exists())
    }

    /// A command in it, with an empty environment; `None` where the program that makes the sandbox is not installed.
    fn command(self, work: &Path, reads: &[PathBuf], words: &[String]) -> Option<Command> {
        let mut command = match self {
            Self::Bubblewrap => {
                let mut command = Command::new(installed("bwrap")?);
                command.args(["--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/"]);
                command.args(["--dev", "/dev", "--proc", "/proc"]);
                let hidden: Vec<PathBuf> = [Some(PathBuf::from("/tmp")), homes()].into_iter().flatten().collect();
                for folder in &hidden {
                    command.arg("--tmpfs").arg(folder);
                }
                for path in reads {
                    command.arg("--ro-bind").arg(path).arg(path);
                }
                command.arg("--bind").arg(work).arg(work);
                // A file written there would be gone in silence.
                for folder in &hidden {
                    command.arg("--remount-ro").arg(folder);
                }
                command.arg("--chdir").arg(work).arg("--");
                command
            }
            Self::Namespaces => {
                let mut command = Command::new(installed("unshare")?);
                command.args(["--user", "--map-root-user", "--mount", "--net", "--ipc", "--uts", "--pid", "--fork"]);
                command.args(["--kill-child", "--mount-proc", "/bin/sh", "-c", INSIDE, "sh"]).arg(work).arg(work);
                command
            }
            Self::None => {
                let mut command = Command::new("/usr/bin/env");
                command.current_dir(work).arg("--");
                command
            }
        };
        command.args(words).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("TMPDIR", work);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Some(command)
    }

    /// Run one command to its end. Its output goes to two files in `logs`.
    pub(super) fn run(self, job: &Job<'_>) -> anyhow::Result<Ended> {
        let log = |name: &str| File::create(job.logs.join(name)).context("the log of the run");
        let command = self.command(job.work, job.reads, job.words);
        let mut command = command.with_context(|| format!("{} is not installed any more", self.word()))?;
        command.envs(job.environment.iter().map(|(name, value)| (name, value)));
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(log("out")?)
            .stderr(log("err")?)
            .spawn()
            .with_context(|| format!("`{program}` does not start"))?;
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break Some(status);
            }
            if start.elapsed() > job.timeout {
                // The whole group: what the command started ends with it.
                let group = format!("-{}", child.id());
                let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
                let _ = child.kill();
                child.wait()?;
                break None;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        Ok(Ended { status, said: tail(&job.logs.join("err"))? })
    }
}

/// The folder that holds the homes of people; where the own one lies at the root, that one.
fn homes() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute() && home.is_dir())?;
    let above = home.parent()?;
    Some(if above.parent().is_some() { above.to_owned() } else { home.clone() })
}

/// Where a program lies, by the PATH of this one.
fn installed(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// One command with all that it needs.
pub(super) struct Job<'a> {
    pub(super) work: &'a Path,
    /// What it may read although it lies where nothing else is shown.
    pub(super) reads: &'a [PathBuf],
    pub(super) words: &'a [String],
    pub(super) environment: &'a [(String, String)],
    pub(super) logs: &'a Path,
    pub(super) timeout: Duration,
}

/// How a command ended; no status: its time was over.
pub(super) struct Ended {
    pub(super) status: Option<ExitStatus>,
    /// The end of what it wrote to the standard error.
    pub(super) said: String,
}

fn tail(path: &Path) -> anyhow::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    Ok(lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n"))
}

/// A folder of this run alone, gone when it ends.
pub(super) struct Work(pub(super) PathBuf);

impl Work {
    pub(super) fn new() -> anyhow::Result<Self> {
        let root = std::env::temp_dir();
        for number in 0..1000 {
            let path = root.join(format!("candor-run-{}-{number}", std::process::id()));
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path.canonicalize()?)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| format!("`{}` cannot be made", path.display())),
            }
        }
        bail!("no free name for a folder in `{}`", root.display())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What cannot be removed lies among temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
