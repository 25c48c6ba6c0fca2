//! GitHub: a repository as it stands at one commit, by GitHub's interface.
//!
//! Three answers fix and list it; files are fetched one by one as they are read, each held against the digest that
//! the tree states. Links and submodules are named and not followed.

use crate::hash::digest_of;
use crate::http::address::{encode, origin};
use crate::http::{Client, Failure, Get, Reply};
use crate::hub::{Collected, is_commit};
use crate::memory::{self, Remembered};
use crate::ranges::Ranges;
use crate::settings::{Note, Pass};
use crate::source::{Backing, Source, SourcePart, Wanted, World};
use crate::{Locator, SourceError, caps, lfs};
use candor_facts::{Algorithm, Artifact, ArtifactPath, GapReason, Listing, OpenError, Origin, Part, ReadAt, Role};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// GitHub.
pub(crate) const SOURCE: Source = Source { id: "github", open };

/// Where the information on the repository is kept.
const INFO: &str = "@answers/repository.json";
/// Keys of it that are kept: none that counts stars or changes by itself.
const KEPT: &[&str] = &[
    "archived", "created_at", "default_branch", "description", "disabled", "fork", "full_name", "homepage", "html_url",
    "license", "private", "topics", "visibility",
];

fn open(world: &World, locator: &Locator, wanted: &Wanted<'_>) -> Option<Result<SourcePart, SourceError>> {
    let Locator::Github { repository, revision } = locator else { return None };
    Some(Github { world, wanted, revision: revision.as_deref() }.open(repository))
}

struct Github<'a> {
    world: &'a World,
    wanted: &'a Wanted<'a>,
    revision: Option<&'a str>,
}

impl Github<'_> {
    fn open(&self, asked: &str) -> Result<SourcePart, SourceError> {
        if self.wanted.complete {
            let why = "GitHub says itself which files there are; leave `--complete` out".to_owned();
            return Err(SourceError::Usage { locator: self.wanted.text.to_owned(), why });
        }
        let revision = self.revision.unwrap_or("HEAD");
        if self.world.client.is_offline() {
            return match memory::recall(self.world, "github", asked, revision) {
                Some(known) => Ok(self.part(known)),
                None => Err(self.network("it is not in the cache, and no connection is made in offline mode")),
            };
        }
        let api = &self.world.settings.github;
        if origin(api).is_none() {
            let why = "GITHUB_API_URL is no address of http or https without a name and password in it".to_owned();
            return Err(SourceError::Usage { locator: self.wanted.text.to_owned(), why });
        }
        self.world.client.tell(Note::Progress(self.wanted.text.to_owned()));
        let of = format!("{api}/repos/{asked}");
        let info = self.json(&of, "the repository")?;
        let name = info.get("full_name").and_then(Value::as_str).filter(|name| name.split('/').count() == 2);
        let name = name.unwrap_or(asked).to_owned();
        if !name.eq_ignore_ascii_case(asked) {
            self.world.client.tell(Note::Notice(format!("`{asked}` is now called `{name}`")));
        }
        let branch = info.get("default_branch").and_then(Value::as_str).unwrap_or("HEAD");
        let at = self.revision.unwrap_or(branch);
        let repository = format!("{api}/repos/{}", encode(&name, true));
        let commit = self.json(&format!("{repository}/commits/{}", encode(at, false)), "the commit")?;
        let sha = commit.get("sha").and_then(Value::as_str).filter(|sha| is_commit(sha)).map(str::to_ascii_lowercase);
        let sha = sha.ok_or_else(|| self.network("GitHub's answer names no commit"))?;
        if is_commit(at) && !at.eq_ignore_ascii_case(&sha) {
            return Err(self.network(format!("commit {at} was asked for, and GitHub answers with {sha}")));
        }
        let tree = self.json(&format!("{repository}/git/trees/{sha}?recursive=1"), "the tree")?;
        let mut found = Collected::default();
        self.list(&tree, &mut found)?;
        let (mut entries, gaps, complete) = found.finish();
        let kept: Map<String, Value> = info
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, value)| KEPT.contains(&key.as_str()) && !value.is_null())
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let mut bytes = serde_json::to_vec_pretty(&Value::Object(kept)).unwrap_or_default();
        bytes.push(b'\n');
        let mut answers = Vec::new();
        if let Some(path) = ArtifactPath::new(INFO).filter(|_| !self.world.client.holds_secret(&bytes)) {
            entries.push(Artifact {
                path: path.clone(),
                size: Some(bytes.len() as u64),
                declared_digest: None,
                at_hand: true,
                origin: Origin::Answer { of },
            });
            answers.push((path, bytes));
        }
        let listing = Listing::new(complete, entries);
        let known = Remembered { name, commit: sha, listing, answers, gaps };
        memory::keep(self.world, "github", revision, &known);
        Ok(self.part(known))
    }

    fn list(&self, tree: &Value, found: &mut Collected) -> Result<(), SourceError> {
        let entries = tree.get("tree").and_then(Value::as_array);
        let entries = entries.ok_or_else(|| self.network("GitHub's answer has no tree"))?;
        for entry in entries {
            let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
            let path = ArtifactPath::new(text("path")).unwrap_or_else(ArtifactPath::listing);
            match (text("type"), text("mode")) {
                ("commit", _) => {
                    let what = "a submodule: another repository, which is not followed".to_owned();
                    found.wrong_at(path, GapReason::Unsupported { what });
                }
                (_, "120000") => {
                    found.wrong_at(path, GapReason::Unsupported { what: "a link, which is not followed".to_owned() });
                }
                _ => found.take(entry),
            }
        }
        if tree.get("truncated").is_some_and(|truncated| *truncated == true) {
            found.wrong(GapReason::TooLarge { cap: entries.len() as u64 });
        }
        Ok(())
    }

    fn network(&self, why: impl ToString) -> SourceError {
        SourceError::Network { locator: self.wanted.text.to_owned(), why: why.to_string() }
    }

    fn json(&self, address: &str, what: &str) -> Result<Value, SourceError> {
        let pass = pass(self.world);
        let get = Get { accept: "application/vnd.github+json", pass: pass.as_ref(), ..Get::new(address, caps::ANSWER) };
        let reply = self.world.client.get(&get).map_err(|failure| self.network(failure))?;
        match reply.status {
            200 => serde_json::from_slice(&reply.body)
                .map_err(|error| self.network(format!("GitHub's answer on {what} is not JSON: {error}"))),
            404 | 410 | 422 | 451 => {
                let why = format!(
                    "GitHub has no such repository, branch, tag or commit, or does not show it (answer {} for {what}): \
                     check the name; for a private repository set GITHUB_TOKEN",
                    reply.status
                );
                Err(SourceError::Absent { locator: self.wanted.text.to_owned(), why })
            }
            409 => {
                let why = "the repository is empty".to_owned();
                Err(SourceError::Absent { locator: self.wanted.text.to_owned(), why })
            }
            401 => {
                let why = "GitHub refuses the token: correct GITHUB_TOKEN or leave it out".to_owned();
                Err(SourceError::Absent { locator: self.wanted.text.to_owned(), why })
            }
            403 if is_limit(&reply) => {
                let why =
                    "GitHub's limit of requests is reached: try again later, or set GITHUB_TOKEN for a higher one";
                Err(self.network(why))
            }
            status => Err(self.network(format!("GitHub answers {status} for {what}"))),
        }
    }

    fn part(&self, known: Remembered) -> SourcePart {
        let settings = &self.world.settings;
        let backing = GithubFiles {
            client: Arc::clone(&self.world.client),
            address: format!("{}/repos/{}", settings.github, encode(&known.name, true)),
            commit: known.commit.clone(),
            pass: pass(self.world),
            cache: Ranges { folder: settings.cache.as_ref().map(|folder| folder.join("blobs")) },
            held: Mutex::default(),
        };
        let part = Part {
            role: self.wanted.role.unwrap_or(Role::Code),
            locator: Some(format!("github:{}", known.name)),
            revision: Some(known.commit),
            listing: known.listing,
        };
        SourcePart { label: known.name, part, backing: Box::new(backing), answers: known.answers, gaps: known.gaps }
    }
}

fn pass(world: &World) -> Option<Pass> {
    Some(Pass { secret: world.settings.github_token.clone()?, origin: origin(&world.settings.github)? })
}

fn is_limit(reply: &Reply) -> bool {
    reply.header("x-ratelimit-remaining") == Some("0") || reply.header("retry-after").is_some()
}

/// The files of one commit.
/// A whole file, or why it could not be had.
type Fetched = Result<Arc<Vec<u8>>, OpenError>;

#[derive(Debug)]
struct GithubFiles {
    client: Arc<Client>,
    address: String,
    commit: String,
    pass: Option<Pass>,
    /// Files by the digest that the tree states, whole.
    cache: Ranges,
    held: Mutex<BTreeMap<ArtifactPath, Fetched>>,
}

impl GithubFiles {
    fn fetch(&self, artifact: &Artifact) -> Fetched {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held.entry(artifact.path.clone()).or_insert_with(|| self.fetch_new(artifact));
        known.clone()
    }

    fn fetch_new(&self, artifact: &Artifact) -> Fetched {
        let bytes = self.bytes(artifact)?;
        if bytes.len() as u64 <= caps::LFS_POINTER && lfs::may_be(artifact.path.name()) && lfs::parse(&bytes).is_some()
        {
            return Err(OpenError::NotFetched);
        }
        Ok(bytes)
    }

    fn bytes(&self, artifact: &Artifact) -> Result<Arc<Vec<u8>>, OpenError> {
        let Some(digest) = &artifact.declared_digest else {
            return Err(OpenError::Failed("the tree states no digest of it".to_owned()));
        };
        if artifact.size.is_some_and(|size| size > caps::FETCHED_WHOLE) {
            return Err(OpenError::NotFetched);
        }
        if let Some((_, bytes)) = self.cache.read(digest).into_iter().find(|(at, _)| *at == 0)
            && digest_of(Algorithm::GitBlob, &bytes) == *digest
        {
            return Ok(bytes);
        }
        let address = format!("{}/contents/{}?ref={}", self.address, encode(artifact.path.as_str(), true), self.commit);
        let get = Get {
            accept: "application/vnd.github.raw",
            pass: self.pass.as_ref(),
            ..Get::new(&address, 2 * caps::FETCHED_WHOLE)
        };
        self.client.tell(Note::Progress(artifact.path.as_str().to_owned()));
        let reply = self.client.get(&get).map_err(|failure| match failure {
            Failure::Offline => OpenError::NotFetched,
            other => OpenError::Failed(other.to_string()),
        })?;
        match reply.status {
            200 => {}
            403 | 429 if is_limit(&reply) => {
                return Err(OpenError::Failed("GitHub's limit of requests is reached; set GITHUB_TOKEN".to_owned()));
            }
            status => return Err(OpenError::Failed(format!("GitHub answers {status}"))),
        }
        // Some servers answer with the file inside of JSON, whatever is asked for; the digest tells which it is.
        let is_it = |bytes: &[u8]| digest_of(Algorithm::GitBlob, bytes) == *digest;
        let bytes =
            if is_it(&reply.body) { Some(reply.body) } else { wrapped(&reply.body).filter(|inner| is_it(inner)) };
        let Some(bytes) = bytes else {
            return Err(OpenError::Failed(format!("the bytes that came are not those of the tree ({digest})")));
        };
        self.cache.keep(digest, 0, &bytes);
        Ok(Arc::new(bytes))
    }
}

impl Backing for GithubFiles {
    fn open(&self, artifact: &Artifact) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        if !artifact.at_hand {
            return Err(OpenError::NotFetched);
        }
        Ok(Box::new(Shared(self.fetch(artifact)?)))
    }

    fn fetch_ahead(&self, artifact: &Artifact) {
        if artifact.at_hand && artifact.size.is_some_and(|size| size <= caps::FETCHED_AHEAD) {
            drop(self.fetch(artifact));
        }
    }
}

/// Bytes that several readers share.
pub(crate) struct Shared(pub(crate) Arc<Vec<u8>>);

impl ReadAt for Shared {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.as_slice().read_at(offset, buffer)
    }
}

/// `{"encoding": "base64", "content": "…"}`.
fn wrapped(body: &[u8]) -> Option<Vec<u8>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    if value.get("encoding")?.as_str()? != "base64" {
        return None;
    }
    base64(value.get("content")?.as_str()?)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests;
