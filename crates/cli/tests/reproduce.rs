//! `candor reproduce` with small programs of our own: what a run may not do, and what comes of it. Where neither
//! bubblewrap nor namespaces work, the tests of the sandbox say that they did not run.
#![cfg(target_os = "linux")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

struct Release(PathBuf);

impl Release {
    /// A release whose program is a script of the shell, and whose published weights are `weights`.
    fn new(script: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("candor-reproduce-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).expect("folder");
        let release = Self(folder);
        release.write("data.txt", "data\n");
        release.write("model.bin", "weights\n");
        release.write("program", &format!("#!/bin/bash\nset -eu\n{script}\n"));
        fs::set_permissions(release.0.join("program"), fs::Permissions::from_mode(0o755)).expect("permissions");
        release.write(
            "reproduce.toml",
            "format = 1\nname = \"small\"\nprogram = \"program\"\nbuilt = \"by hand\"\nlimit_seconds = 20\narguments = \
             [\"{inputs}\", \"{out}\"]\n[[input]]\nrole = \"data\"\npath = \"data.txt\"\n[[checkpoint]]\nstep = 1\n\
             published = \"model.bin\"\nproduced = \"model.bin\"\n",
        );
        release
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("write");
    }

    fn change(&self, from: &str, to: &str) {
        let path = self.0.join("reproduce.toml");
        let text = fs::read_to_string(&path).expect("recipe");
        assert!(text.contains(from), "{from}");
        fs::write(path, text.replace(from, to)).expect("write");
    }

    fn run(&self, options: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.arg("reproduce").arg(&self.0).arg("--run").arg("--program").arg(self.0.join("program")).args(options);
        said(&command.output().expect("candor"))
    }
}

impl Drop for Release {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text)
}

const GOOD: &str = "echo weights > \"$2/model.bin\"";

/// The sandboxes that work here.
fn sandboxes() -> Vec<&'static str> {
    let works = |sandbox: &&str| {
        let (code, text) = Release::new(GOOD).run(&["--sandbox", sandbox]);
        if code == Some(2) {
            eprintln!("did not run: the sandbox `{sandbox}` does not work here: {text}");
        }
        code != Some(2)
    };
    ["bubblewrap", "namespaces"].into_iter().filter(works).collect()
}

#[test]
fn what_a_run_may_and_may_not_do() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    listener.set_nonblocking(true).expect("listener");
    let port = listener.local_addr().expect("address").port();
    let outside = Release::new(GOOD);
    let target = outside.0.join("written");
    let target = target.display();
    let cases = [
        ("it does its work", GOOD.to_owned(), Some(0), "R5"),
        ("other weights", "echo other > \"$2/model.bin\"".to_owned(), Some(1), "R0"),
        ("no weights", "true".to_owned(), Some(1), "it is not there"),
        ("it reads its input", format!("grep -q data \"$1/data.txt\"; {GOOD}"), Some(0), "R5"),
        ("it changes its input", format!("echo x >> \"$1/data.txt\"; {GOOD}"), Some(1), "the run ended with"),
        ("it writes outside", format!("echo x > '{target}'; {GOOD}"), Some(1), "the run ended with"),
        ("it makes a folder outside", format!("mkdir /x; {GOOD}"), Some(1), "the run ended with"),
        ("it mounts", format!("mount -o remount,rw /usr; {GOOD}"), Some(1), "the run ended with"),
        (
            "it copies the answer",
            format!("cp '{}' \"$2\"", outside.0.join("model.bin").display()),
            Some(1),
            "the run ended with",
        ),
        (
            "it links to the answer",
            format!("ln -s '{}' \"$2/model.bin\"", outside.0.join("model.bin").display()),
            Some(1),
            "leads out",
        ),
        ("it takes the network", format!("exec 3<>/dev/tcp/127.0.0.1/{port}; {GOOD}"), Some(1), "the run ended with"),
        ("it sees our variables", format!("test -z \"${{CARGO_BIN_EXE_candor-}}${{USER-}}\"; {GOOD}"), Some(0), "R5"),
    ];
    for sandbox in sandboxes() {
        for (what, script, code, word) in &cases {
            let (found, text) = Release::new(script).run(&["--sandbox", sandbox]);
            assert_eq!(found, *code, "{sandbox}: {what}: {text}");
            assert!(text.contains(word), "{sandbox}: {what}: {text}");
        }
        let late = Release::new("read -r line < <(tail -f /dev/null)");
        late.change("limit_seconds = 20", "limit_seconds = 1");
        let (code, text) = late.run(&["--sandbox", sandbox]);
        assert!(code == Some(1) && text.contains("longer than 1 s"), "{sandbox}: {text}");
        let preload = Release::new(GOOD);
        preload.change(
            "[[input]]",
            "[environment]\nLD_PRELOAD = \"/nowhere.so\"\nPATH = \"/nowhere:/bin:/usr/bin\"\n[[input]]",
        );
        assert_eq!(preload.run(&["--sandbox", sandbox]).0, Some(0), "{sandbox}");
    }
    assert!(!outside.0.join("written").exists(), "it wrote outside");
    assert_eq!(listener.accept().expect_err("nobody").kind(), std::io::ErrorKind::WouldBlock, "it reached the network");
}

#[test]
fn without_a_sandbox_it_must_be_said() {
    let release = Release::new(GOOD);
    let (code, text) = release.run(&["--no-sandbox", "--format", "json"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("\"sandbox\":\"none\"") && text.contains("\"level\":\"R5\""), "{text}");
    let statement = release.0.join("statement.json");
    let path = statement.display().to_string();
    assert_eq!(release.run(&["--no-sandbox", "--statement", &path]).0, Some(0));
    assert!(fs::read_to_string(&statement).expect("statement").contains("https://in-toto.io/Statement/v1"));
}

#[test]
fn recipes_that_cannot_be_run() {
    for (from, to, word) in [
        ("format = 1", "format = 2", "format 2"),
        ("path = \"data.txt\"", "path = \"../data.txt\"", "no path inside"),
        ("path = \"data.txt\"", "path = \"gone.txt\"", "is not there"),
        ("path = \"data.txt\"", "path = \"model.bin\"", "must not see it"),
        ("role = \"data\"", "role = \"other\"", "it lacks the training data"),
        ("path = \"data.txt\"", &format!("path = \"data.txt\"\nsha256 = \"{}\"", "0".repeat(64)), "is not the one"),
        ("name = \"small\"", "nome = \"small\"", "unknown field"),
    ] {
        let release = Release::new(GOOD);
        release.change(from, to);
        let (code, text) = release.run(&[]);
        assert!(code == Some(2) && text.contains(word), "{to}: {code:?} {text}");
    }
}
