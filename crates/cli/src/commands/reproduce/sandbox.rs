//! A run that sees its inputs, its program and the system's libraries, read only; writes to one folder; and has no
//! network. By bubblewrap, or else by the namespaces of Linux through `unshare`.

use anyhow::{Context, bail};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// What shuts a run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Sandbox {
    /// By the program `bwrap`
    Bubblewrap,
    /// By the namespaces of Linux: `unshare`, `pivot_root` and `setpriv`
    Namespaces,
    /// By nothing.
    #[value(skip)]
    None,
}

impl Sandbox {
    /// The word of statements.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Bubblewrap => "bubblewrap",
            Self::Namespaces => "namespaces",
            Self::None => "none",
        }
    }

    /// What works here, tried out; `None` when neither does. `wanted` alone is tried where it is given.
    pub(super) fn find(wanted: Option<Self>) -> Option<Self> {
        let works = |sandbox: Self| {
            let scratch = super::Scratch::new().ok()?;
            let shut = Shut { sandbox, program: Path::new("/bin/true"), inputs: &[], out: scratch.path() };
            let command = shut.command(&[], &[]).ok()?.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
            command.success().then_some(sandbox)
        };
        match wanted {
            Some(wanted) => works(wanted),
            None => works(Self::Bubblewrap).or_else(|| works(Self::Namespaces)),
        }
    }

    /// Where a run finds its inputs and its folder, given where they are outside.
    pub(super) fn places(self, root: &Path, out: &Path) -> (String, String) {
        match self {
            Self::None => (root.display().to_string(), out.display().to_string()),
            _ => ("/inputs".to_owned(), "/out".to_owned()),
        }
    }
}

/// A run about to be shut in.
pub(super) struct Shut<'a> {
    pub(super) sandbox: Sandbox,
    pub(super) program: &'a Path,
    /// Where each input lies, and where below `/inputs` it shall be seen.
    pub(super) inputs: &'a [(PathBuf, String)],
    pub(super) out: &'a Path,
}

/// How a run ended.
pub(super) enum Ended {
    /// By itself, well.
    Well,
    /// By itself, with this status.
    Badly(String),
    /// It took too long and was stopped.
    Late,
}

/// Folders of the system that a program needs: it may be linked to libraries there.
const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"];
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// Builds a root of its own and moves into it. Arguments: the new root, the folder to write to, pairs of what is bound
/// read only and where, `--`, the program. The old root is gone before the program starts, and so are all privileges
/// with which something could be mounted again.
const SCRIPT: &str = r#"
set -eu
root=$1 out=$2; shift 2
mount -t tmpfs tmpfs "$root"
bind() {
    if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$root${2%/*}"; : > "$root$2"; fi
    mount --bind "$1" "$root$2"
    mount -o remount,bind,ro,nosuid "$root$2"
}
while [ "$1" != -- ]; do
    if [ -L "$1" ] && [ "$1" = "$2" ]; then cp -P "$1" "$root$2"; else bind "$1" "$2"; fi
    shift 2
done
shift
mkdir -p "$root/out" "$root/tmp" "$root/proc" "$root/dev" "$root/old"
mount --bind "$out" "$root/out"
mount -t tmpfs tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
for device in null zero random urandom; do : > "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
ln -s /proc/self/fd "$root/dev/fd"
mount -o remount,ro "$root"
cd "$root"
pivot_root . old
umount -l /old
cd /out
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"#;

impl Shut<'_> {
    /// Run to the end, or until the time is over.
    pub(super) fn run(
        &self,
        arguments: &[String],
        variables: &[(String, String)],
        limit: Duration,
    ) -> anyhow::Result<Ended> {
        let mut command = self.command(arguments, variables)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::from(std::io::stderr()))
            .spawn()
            .with_context(|| format!("`{}` cannot be started", self.program.display()))?;
        let id = child.id();
        let (tell, wait) = mpsc::channel();
        let waiter = std::thread::spawn(move || {
            let status = child.wait();
            // Nobody listens when the time is over; the child was stopped then.
            let _ = tell.send(());
            status
        });
        let late = wait.recv_timeout(limit).is_err();
        if late {
            let group = format!("-{id}");
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        }
        let status = waiter.join().map_err(|_| anyhow::anyhow!("the run could not be waited for"))??;
        Ok(match (late, status.success()) {
            (true, _) => Ended::Late,
            (false, true) => Ended::Well,
            (false, false) => Ended::Badly(status.to_string()),
        })
    }

    /// The recipe's variables are set within: outside they would have a say in what shuts the run in.
    fn command(&self, arguments: &[String], variables: &[(String, String)]) -> anyhow::Result<Command> {
        let home = if self.sandbox == Sandbox::None { self.out.display().to_string() } else { "/tmp".to_owned() };
        let own =
            [("PATH".to_owned(), PATH.to_owned()), ("HOME".to_owned(), home.clone()), ("TMPDIR".to_owned(), home)];
        let variables: Vec<(String, String)> = own.into_iter().chain(variables.iter().cloned()).collect();
        let mut command = match self.sandbox {
            Sandbox::Bubblewrap => self.bubblewrap(arguments, &variables),
            Sandbox::Namespaces => self.namespaces(arguments, &variables)?,
            Sandbox::None => {
                let mut command = Command::new(self.program);
                command.args(arguments).current_dir(self.out).env_clear().envs(variables);
                command
            }
        };
        if self.sandbox != Sandbox::None {
            command.env_clear().env("PATH", PATH);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(command)
    }

    fn bubblewrap(&self, arguments: &[String], variables: &[(String, String)]) -> Command {
        let mut command = Command::new("bwrap");
        command.args(["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]);
        for (name, value) in variables {
            command.args(["--setenv", name, value]);
        }
        for path in SYSTEM {
            command.args(["--ro-bind-try", path, path]);
        }
        command.args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]);
        command.arg("--ro-bind").arg(self.program).arg("/program");
        for (from, to) in self.inputs {
            command.arg("--ro-bind").arg(from).arg(format!("/inputs/{to}"));
        }
        command.arg("--bind").arg(self.out).args(["/out", "--remount-ro", "/", "--chdir", "/out", "--", "/program"]);
        command.args(arguments);
        command
    }

    fn namespaces(&self, arguments: &[String], variables: &[(String, String)]) -> anyhow::Result<Command> {
        if !cfg!(target_os = "linux") {
            bail!("namespaces are a thing of Linux");
        }
        // Any folder serves as the place where the new root is mounted; nothing is written to it.
        let mut command = Command::new("unshare");
        command.args([
            "--user", "--map-root-user", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child",
        ]);
        command.args(["--", "/bin/sh", "-c", SCRIPT, "sandbox", "/mnt"]).arg(self.out);
        for path in SYSTEM.iter().filter(|path| Path::new(path).exists()) {
            command.args([path, path]);
        }
        command.arg(self.program).arg("/program");
        for (from, to) in self.inputs {
            command.arg(from).arg(format!("/inputs/{to}"));
        }
        command.args(["--", "env", "-i"]).args(variables.iter().map(|(name, value)| format!("{name}={value}")));
        command.arg("/program").args(arguments);
        Ok(command)
    }
}
