//! A hub for tests: repositories in the shapes that the real one answers with, and faults that are switched on.
//! Shared by the tests of several crates.
#![allow(dead_code, unreachable_pub, reason = "each crate that shares it uses another part")]

use super::server::{Answer, Ask, Server};
use candor_facts::Digest;
use serde_json::{Value, json};
use sha1::Digest as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A file of a repository.
#[derive(Clone, Debug)]
pub struct File {
    pub path: String,
    /// Its first bytes; zeros follow.
    pub bytes: Vec<u8>,
    pub size: u64,
    pub lfs: bool,
}

impl File {
    pub fn digest(&self) -> String {
        if self.lfs {
            let whole = self.size == self.bytes.len() as u64;
            return Digest::of(if whole { &self.bytes } else { self.path.as_bytes() }).hex().to_owned();
        }
        let mut hash = sha1::Sha1::new();
        hash.update(format!("blob {}\0", self.bytes.len()));
        hash.update(&self.bytes);
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn part(&self, start: u64, end: u64) -> Vec<u8> {
        (start..end)
            .map(|at| usize::try_from(at).ok().and_then(|at| self.bytes.get(at)).copied().unwrap_or(0))
            .collect()
    }
}

/// A repository.
#[derive(Clone, Debug)]
pub struct Repository {
    pub dataset: bool,
    pub name: String,
    pub commit: String,
    pub files: Vec<File>,
    /// Keys of the information beyond those that follow from the rest.
    pub info: Value,
    /// Access to files must be asked for.
    pub gated: bool,
    /// Whether the information has the sizes of files, as with `blobs=true`.
    pub sized: bool,
    /// Entries of a page of the tree.
    pub page: usize,
}

impl Repository {
    pub fn new(name: &str, commit: char) -> Self {
        Self {
            dataset: false,
            name: name.to_owned(),
            commit: commit.to_string().repeat(40),
            files: Vec::new(),
            info: json!({}),
            gated: false,
            sized: true,
            page: 1000,
        }
    }

    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let size = bytes.len() as u64;
        self.files.push(File { path: path.to_owned(), bytes, size, lfs: false });
        self
    }

    /// A file of `size` bytes of which only the first are given.
    pub fn large(mut self, path: &str, bytes: impl Into<Vec<u8>>, size: u64) -> Self {
        self.files.push(File { path: path.to_owned(), bytes: bytes.into(), size, lfs: true });
        self
    }

    pub fn info(mut self, info: Value) -> Self {
        self.info = info;
        self
    }
}

type Change = dyn Fn(&Ask, Answer) -> Answer + Send + Sync;

/// A fault: what it changes, where, and how often.
struct Fault {
    on: String,
    left: AtomicUsize,
    change: Box<Change>,
}

/// A hub on the loopback.
pub struct Hub {
    pub server: Server,
    repositories: Arc<Mutex<Vec<Repository>>>,
    renamed: Arc<Mutex<Vec<(String, String)>>>,
    faults: Arc<Mutex<Vec<Fault>>>,
}

impl Hub {
    pub fn start(repositories: Vec<Repository>) -> Self {
        let repositories = Arc::new(Mutex::new(repositories));
        let renamed: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let faults: Arc<Mutex<Vec<Fault>>> = Arc::default();
        let (known, names, wrong) = (Arc::clone(&repositories), Arc::clone(&renamed), Arc::clone(&faults));
        let server = Server::start(move |ask| {
            let right = answer(&known.lock().expect("repositories"), &names.lock().expect("names"), ask);
            let faults = wrong.lock().expect("faults");
            faults
                .iter()
                .filter(|fault| ask.target.contains(&fault.on))
                .filter(|fault| {
                    fault.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
                })
                .fold(right, |answer, fault| (fault.change)(ask, answer))
        });
        Self { server, repositories, renamed, faults }
    }

    pub fn address(&self) -> &str {
        &self.server.address
    }

    pub fn rename(&self, old: &str, new: &str) {
        self.renamed.lock().expect("names").push((old.to_owned(), new.to_owned()));
    }

    /// Change the first `times` answers whose address holds `on`.
    pub fn fault(&self, on: &str, times: usize, change: impl Fn(&Ask, Answer) -> Answer + Send + Sync + 'static) {
        let fault = Fault { on: on.to_owned(), left: AtomicUsize::new(times), change: Box::new(change) };
        self.faults.lock().expect("faults").push(fault);
    }

    /// Another commit from now on.
    pub fn edit(&self, change: impl FnOnce(&mut Vec<Repository>)) {
        change(&mut self.repositories.lock().expect("repositories"));
    }
}

fn answer(repositories: &[Repository], renamed: &[(String, String)], ask: &Ask) -> Answer {
    let path = ask.path();
    for (old, new) in renamed {
        if path.contains(&format!("/{old}")) {
            return limits(Answer::new(307, "")).with("location", ask.target.replace(old, new));
        }
    }
    let (api, rest) = match path.strip_prefix("/api/") {
        Some(rest) => (true, rest),
        None => (false, path.trim_start_matches('/')),
    };
    let (dataset, rest) = match (api, rest.strip_prefix("datasets/"), rest.strip_prefix("models/")) {
        (_, Some(rest), _) => (true, rest),
        (true, None, Some(rest)) => (false, rest),
        (false, None, _) => (false, rest),
        _ => return Answer::new(404, ""),
    };
    let found = repositories.iter().find_map(|repository| {
        let rest = rest.strip_prefix(repository.name.as_str())?;
        let fits = repository.dataset == dataset && (rest.is_empty() || rest.starts_with('/'));
        fits.then_some((repository, rest.trim_start_matches('/')))
    });
    let Some((repository, rest)) = found else {
        let body = r#"{"error":"Invalid username or password."}"#;
        return limits(Answer::new(401, body)).with("x-error-message", "Invalid username or password.");
    };
    match rest.split_once('/').unwrap_or((rest, "")) {
        ("", _) if api => information(repository),
        ("revision", rev) if api => at(repository, rev, || information(repository)),
        ("tree", rev) if api => at(repository, rev, || tree(repository, ask)),
        ("refs", _) if api => limits(json_answer(&json!({
            "branches": [{"name": "main", "ref": "refs/heads/main", "targetCommit": repository.commit}],
            "converts": [], "tags": []
        }))),
        ("resolve", rest) => {
            let (rev, path) = rest.split_once('/').unwrap_or((rest, ""));
            at(repository, rev, || resolve(repository, path, ask))
        }
        _ => Answer::new(404, ""),
    }
}

fn limits(answer: Answer) -> Answer {
    answer.with("ratelimit", "\"api\";r=490;t=129").with("ratelimit-policy", "\"fixed window\";\"api\";q=500;w=300")
}

pub fn json_answer(value: &Value) -> Answer {
    Answer::new(200, value.to_string()).with("content-type", "application/json; charset=utf-8")
}

fn at(repository: &Repository, rev: &str, then: impl FnOnce() -> Answer) -> Answer {
    if rev == "main" || rev == repository.commit {
        return then();
    }
    let body = json!({"error": format!("Invalid rev id: {rev}")}).to_string();
    limits(Answer::new(404, body)).with("x-error-code", "RevisionNotFound")
}

fn information(repository: &Repository) -> Answer {
    let siblings: Vec<Value> = repository
        .files
        .iter()
        .map(|file| match (repository.sized, file.lfs) {
            (false, _) => json!({"rfilename": file.path}),
            (true, false) => json!({"rfilename": file.path, "blobId": file.digest(), "size": file.size}),
            (true, true) => json!({"rfilename": file.path, "blobId": "0".repeat(40), "size": file.size,
                "lfs": {"sha256": file.digest(), "size": file.size, "pointerSize": 134}}),
        })
        .collect();
    let mut info = json!({
        "_id": "621ffdc036468d709f174338", "id": repository.name, "modelId": repository.name, "sha": repository.commit,
        "private": false, "disabled": false, "gated": if repository.gated { json!("manual") } else { json!(false) },
        "downloads": 123, "likes": 4, "tags": ["region:us"], "siblings": siblings,
        "createdAt": "2022-03-02T23:29:04.000Z", "lastModified": "2024-02-19T11:06:12.000Z"
    });
    for (key, value) in repository.info.as_object().into_iter().flatten() {
        info[key] = value.clone();
    }
    limits(json_answer(&info))
}

fn tree(repository: &Repository, ask: &Ask) -> Answer {
    let cursor = ask.target.split("cursor=").nth(1).and_then(|text| text.parse().ok()).unwrap_or(0usize);
    let entry = |file: &File| match file.lfs {
        false => json!({"type": "file", "oid": file.digest(), "size": file.size, "path": file.path}),
        true => json!({"type": "file", "oid": "0".repeat(40), "size": file.size, "path": file.path,
            "lfs": {"oid": file.digest(), "size": file.size, "pointerSize": 134}}),
    };
    let page: Vec<Value> = repository.files.iter().skip(cursor).take(repository.page).map(entry).collect();
    let answer = limits(json_answer(&Value::Array(page)));
    let next = cursor + repository.page;
    if next >= repository.files.len() {
        return answer;
    }
    let host = ask.header("host").unwrap_or_default();
    let path = ask.target.split('?').next().unwrap_or_default();
    answer.with("link", format!("<http://{host}{path}?recursive=true&cursor={next}>; rel=\"next\""))
}

fn resolve(repository: &Repository, path: &str, ask: &Ask) -> Answer {
    if repository.gated && ask.header("authorization").is_none() {
        return limits(Answer::new(401, "Access is restricted.")).with("x-error-code", "GatedRepo");
    }
    let Some(file) = repository.files.iter().find(|file| file.path == path) else {
        return limits(Answer::new(404, "")).with("x-error-code", "EntryNotFound");
    };
    let answer = |status: u16, body: Vec<u8>| {
        let answer = limits(Answer::new(status, body))
            .with("x-repo-commit", repository.commit.clone())
            .with("accept-ranges", "bytes")
            .with("etag", format!("\"{}\"", file.digest()));
        if file.lfs {
            answer.with("x-linked-etag", format!("\"{}\"", file.digest())).with("x-linked-size", file.size.to_string())
        } else {
            answer
        }
    };
    match ask.range() {
        Some((start, last)) if start < file.size => {
            let end = last.saturating_add(1).min(file.size);
            let range = format!("bytes {start}-{}/{}", end - 1, file.size);
            answer(206, file.part(start, end)).with("content-range", range)
        }
        Some(_) => answer(416, Vec::new()),
        None => answer(200, file.part(0, file.size)),
    }
}

/// A safetensors header with as many tensors of `bytes` bytes, and the length of the file.
pub fn safetensors(tensors: usize, bytes: u64) -> (Vec<u8>, u64) {
    let mut entries = serde_json::Map::new();
    for number in 0..tensors as u64 {
        let data =
            json!({"dtype": "BF16", "shape": [bytes / 2], "data_offsets": [number * bytes, (number + 1) * bytes]});
        entries.insert(format!("model.layers.{number:04}.weight"), data);
    }
    let header = Value::Object(entries).to_string();
    let mut head = (header.len() as u64).to_le_bytes().to_vec();
    head.extend_from_slice(header.as_bytes());
    let size = head.len() as u64 + tensors as u64 * bytes;
    (head, size)
}
