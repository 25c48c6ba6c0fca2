//! Any git repository: one commit, fetched by the program `git` into a bare repository of the cache.
//!
//! Nothing is checked out, so that no hook, filter, submodule or link of the repository ever acts: files are listed
//! and read as objects. Only kinds of addresses that are known to be safe are handed to `git`.

use crate::http::address::shown;
use crate::http::limits::RealClock;
use crate::hub::is_commit;
use crate::settings::Note;
use crate::source::{Backing, Source, SourcePart, Wanted, World};
use crate::store::Lock;
use crate::{Locator, SourceError, caps, github::Shared, lfs};
use candor_facts::{
    Algorithm, Artifact, ArtifactPath, Digest, GapReason, Listing, OpenError, Origin, Part, ReadAt, Role,
};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Git repositories.
pub(crate) const SOURCE: Source = Source { id: "git", open };

/// Longest time that `git` may take.
const LONGEST: Duration = Duration::from_secs(600);

fn open(world: &World, locator: &Locator, wanted: &Wanted<'_>) -> Option<Result<SourcePart, SourceError>> {
    let Locator::Git { url, revision } = locator else { return None };
    Some(fetch(world, url, revision.as_deref().unwrap_or("HEAD"), wanted))
}

fn fetch(world: &World, url: &str, revision: &str, wanted: &Wanted<'_>) -> Result<SourcePart, SourceError> {
    let named = format!("git+{}", shown(url));
    let usage = |why: &str| SourceError::Usage { locator: named.clone(), why: why.to_owned() };
    let scheme = allowed(url).map_err(usage)?;
    if revision.starts_with('-')
        || revision.contains([' ', ':', '*', '?', '[', '\\', '^', '~'])
        || revision.contains("..")
    {
        return Err(usage("the revision is no name of a branch, tag or commit"));
    }
    if wanted.complete {
        return Err(usage("a commit says itself which files there are; leave `--complete` out"));
    }
    let Some(cache) = &world.settings.cache else {
        return Err(usage("there is no folder to fetch into: set CANDOR_CACHE to one"));
    };
    let key = Digest::of(url.as_bytes());
    let folder = cache.join("git").join(key.hex().get(..32).unwrap_or_default());
    let git = Git { folder: folder.clone(), scheme };
    let reference = format!("refs/candor/{}", Digest::of(revision.as_bytes()).hex().get(..32).unwrap_or_default());
    let network = |why: String| SourceError::Network { locator: named.clone(), why };
    if !world.client.is_offline() || scheme == "file" {
        world.client.tell(Note::Progress(named.clone()));
        std::fs::create_dir_all(&folder).map_err(|error| network(error.to_string()))?;
        let _lock = Lock::take(&folder.with_extension("lock"), &RealClock);
        if !folder.join("HEAD").is_file() {
            git.run(&["init", "--quiet", "--bare", "."], 1 << 16).map_err(network)?;
        }
        let refspec = format!("+{revision}:{reference}");
        let told = git.run(
            &["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", url, &refspec],
            1 << 16,
        );
        if let Err(why) = told {
            let why = why.replace(url, &shown(url));
            let gone =
                ["not found", "couldn't find remote ref", "does not exist", "does not appear to be a git", "no such"];
            let lower = why.to_ascii_lowercase();
            return Err(if gone.iter().any(|words| lower.contains(words)) {
                SourceError::Absent { locator: named, why: format!("{why}; check the address and the revision") }
            } else {
                network(why)
            });
        }
    }
    let spoken = format!("{}^{{commit}}", if is_commit(revision) { revision } else { &reference });
    let commit = git
        .run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &spoken], 1 << 12)
        .map_err(|_| network("it is not in the cache, and no connection is made in offline mode".to_owned()))?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let tree = git.run(&["ls-tree", "-r", "-l", "-z", "--full-tree", &commit], caps::LISTING_BYTES).map_err(network)?;
    let (entries, gaps, complete) = list(&tree);
    let listing = Listing::new(complete, entries);
    let label = shown(url)
        .rsplit('/')
        .find(|name| !name.is_empty())
        .unwrap_or("repository")
        .trim_end_matches(".git")
        .to_owned();
    let part = Part { role: wanted.role.unwrap_or(Role::Code), locator: Some(named), revision: Some(commit), listing };
    Ok(SourcePart { label, part, backing: Box::new(Objects { git }), answers: Vec::new(), gaps })
}

/// The kind of an address, if it is one that is handed to `git`.
fn allowed(url: &str) -> Result<&'static str, &'static str> {
    let (scheme, rest) = url.split_once("://").ok_or("expected `git+https://…`")?;
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) {
        return Err("a password in an address would be shown; let git ask its credential helper");
    }
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match scheme {
        "https" if !host.is_empty() => Ok("https"),
        "ssh" if !host.is_empty() && !host.starts_with('-') => Ok("ssh"),
        "file" => Ok("file"),
        "http" if host == "localhost" || host.starts_with("localhost:") || host.starts_with("127.0.0.1:") => Ok("http"),
        _ => Err("git is given addresses of https, ssh and file alone"),
    }
}

#[derive(Debug)]
struct Git {
    folder: PathBuf,
    scheme: &'static str,
}

impl Git {
    /// Run `git` in the bare repository; what it prints, up to `cap` bytes.
    fn run(&self, arguments: &[&str], cap: u64) -> Result<Vec<u8>, String> {
        let mut command = Command::new("git");
        for variable in [
            "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
            "GIT_NAMESPACE", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_TRACE",
            "GIT_CURL_VERBOSE", "GIT_TRACE_CURL", "GIT_TRACE_PACKET",
        ] {
            command.env_remove(variable);
        }
        for setting in [
            "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat", "submodule.recurse=false",
            "fetch.recurseSubmodules=false", "gc.auto=0", "maintenance.auto=false", "protocol.version=2",
        ] {
            command.args(["-c", setting]);
        }
        command
            .arg(format!("--git-dir={}", self.folder.display()))
            .args(arguments)
            .current_dir(existing(&self.folder))
            .env("GIT_ALLOW_PROTOCOL", self.scheme)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_LFS_SKIP_SMUDGE", "1")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "the program `git` is needed for it, and is not installed".to_owned(),
            _ => format!("git: {error}"),
        })?;
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        let read = |stream: Option<std::process::ChildStdout>| {
            let mut bytes = Vec::new();
            let _ = stream.map(|stream| stream.take(cap + 1).read_to_end(&mut bytes));
            bytes
        };
        std::thread::scope(|scope| {
            let told = scope.spawn(move || {
                let mut bytes = Vec::new();
                let _ = errors.map(|stream| stream.take(1 << 16).read_to_end(&mut bytes));
                bytes
            });
            let printed = scope.spawn(move || read(output));
            let began = Instant::now();
            let status = loop {
                match child.try_wait() {
                    Ok(Some(status)) => break Ok(status),
                    Ok(None) if began.elapsed() < LONGEST => std::thread::sleep(Duration::from_millis(5)),
                    Ok(None) => {
                        let _ = child.kill();
                        let _ = child.wait();
                        break Err(format!("git took longer than {} seconds", LONGEST.as_secs()));
                    }
                    Err(error) => break Err(error.to_string()),
                }
            };
            let bytes = printed.join().unwrap_or_default();
            let told = told.join().unwrap_or_default();
            match status? {
                _ if bytes.len() as u64 > cap => Err(format!("git prints more than {cap} bytes")),
                status if status.success() => Ok(bytes),
                _ => {
                    let told = String::from_utf8_lossy(&told).into_owned();
                    let line = told.lines().find(|line| line.starts_with("fatal") || line.starts_with("error"));
                    let line = line.or(told.lines().last()).unwrap_or("it says nothing");
                    Err(format!("git: {}", line.chars().filter(|c| !c.is_control()).take(300).collect::<String>()))
                }
            }
        })
    }
}

fn existing(folder: &Path) -> &Path {
    if folder.is_dir() { folder } else { Path::new(".") }
}

/// `<mode> <type> <object> <size>TAB<path>NUL`, once for each entry.
fn list(tree: &[u8]) -> (Vec<Artifact>, Vec<(ArtifactPath, GapReason)>, bool) {
    let (mut entries, mut gaps, mut left_out) = (Vec::new(), Vec::new(), false);
    for entry in tree.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
        if entries.len() >= caps::LISTING_ENTRIES {
            gaps.push((ArtifactPath::listing(), GapReason::TooLarge { cap: caps::LISTING_ENTRIES as u64 }));
            left_out = true;
            break;
        }
        let text = String::from_utf8_lossy(entry);
        let (head, path) = text.split_once('\t').unwrap_or((&text, ""));
        let words: Vec<&str> = head.split_ascii_whitespace().collect();
        let [mode, kind, object, size] = words.as_slice() else {
            left_out = true;
            continue;
        };
        let reserved = path.starts_with('@');
        let Some(path) = ArtifactPath::new(path).filter(|_| !reserved && !text.contains('\u{fffd}')) else {
            left_out = true;
            if gaps.len() < caps::GAPS {
                let what = "a path that is not UTF-8, or leaves the repository".to_owned();
                gaps.push((ArtifactPath::listing(), GapReason::Unsafe { what }));
            }
            continue;
        };
        let plain = *kind == "blob" && matches!(*mode, "100644" | "100755" | "100664");
        if !plain && gaps.len() < caps::GAPS {
            let what = if *kind == "commit" {
                "a submodule: another repository, which is not followed"
            } else {
                "a link, which is not followed"
            };
            gaps.push((path.clone(), GapReason::Unsupported { what: what.to_owned() }));
        }
        entries.push(Artifact {
            path,
            size: size.parse().ok().filter(|_| plain),
            declared_digest: Digest::from_hex(Algorithm::GitBlob, object).filter(|_| plain),
            at_hand: plain,
            origin: Origin::Published,
        });
    }
    (entries, gaps, !left_out)
}

/// The files of one commit, as objects of the bare repository.
#[derive(Debug)]
struct Objects {
    git: Git,
}

impl Backing for Objects {
    fn open(&self, artifact: &Artifact) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        let (true, Some(digest)) = (artifact.at_hand, &artifact.declared_digest) else {
            return Err(OpenError::NotFetched);
        };
        if artifact.size.is_some_and(|size| size > caps::HEADER_LONGEST) {
            return Err(OpenError::NotFetched);
        }
        let bytes =
            self.git.run(&["cat-file", "blob", digest.hex()], caps::HEADER_LONGEST).map_err(OpenError::Failed)?;
        if bytes.len() as u64 <= caps::LFS_POINTER && lfs::may_be(artifact.path.name()) && lfs::parse(&bytes).is_some()
        {
            return Err(OpenError::NotFetched);
        }
        Ok(Box::new(Shared(Arc::new(bytes))))
    }
}

#[cfg(test)]
mod tests;
