//! The files of one commit of a hub repository, fetched as they are asked for.
//!
//! Small files come whole, are held against the digest of the listing, and are kept in the cache that the hub's own
//! tools share. Of large files only what is read is fetched, with some read-ahead; headers of weight files stop at a
//! budget. Bytes of another commit, of another length or of another digest are refused.

use super::pieces::{Pieces, copy, covers};
use crate::caps;
use crate::hash::digest_of;
use crate::http::address::encode;
use crate::http::{Client, Failure, Get, Reply};
use crate::hub_cache::Cache;
use crate::ranges::Ranges;
use crate::settings::{Note, Pass};
use crate::source::Backing;
use candor_facts::{Artifact, ArtifactPath, OpenError, ReadAt};
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The files of one commit.
#[derive(Debug)]
pub(crate) struct HubFiles {
    pub(crate) client: Arc<Client>,
    /// `https://huggingface.co/org/name`, or with `datasets/`.
    pub(crate) address: String,
    pub(crate) commit: String,
    pub(crate) pass: Option<Pass>,
    pub(crate) cache: Option<Cache>,
    /// Where parts of large files are kept from one run to the next.
    pub(crate) ranges: Ranges,
    /// Whether the platform says that access must be asked for.
    pub(crate) gated: bool,
    /// Requests and bytes after which no more is fetched of headers.
    pub(crate) headers: (u64, u64),
    /// Requests and bytes of the run before this repository.
    pub(crate) before: (u64, u64),
    /// Names of the large files, to see at once how many headers a set needs.
    pub(crate) large: Vec<ArtifactPath>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What has been fetched, by path.
    held: BTreeMap<ArtifactPath, Held>,
    /// Access was refused once: nothing more is asked.
    refused: bool,
    /// Sets of shards of which it was decided whether their headers are read.
    decided: BTreeMap<String, bool>,
    told: bool,
}

#[derive(Debug, Clone)]
struct Held {
    length: u64,
    pieces: Pieces,
    /// Where redirects led, asked at once for further pieces.
    target: Option<String>,
    failed: Option<OpenError>,
}

/// What is needed to make one.
pub(crate) struct Place {
    pub(crate) client: Arc<Client>,
    pub(crate) address: String,
    pub(crate) commit: String,
    pub(crate) pass: Option<Pass>,
    pub(crate) cache: Option<Cache>,
    pub(crate) ranges: Ranges,
    pub(crate) gated: bool,
    pub(crate) headers: (u64, u64),
    pub(crate) before: (u64, u64),
}

impl HubFiles {
    pub(crate) fn new(place: Place, entries: &[Artifact]) -> Self {
        let Place { client, address, commit, pass, cache, ranges, gated, headers, before } = place;
        let large = entries.iter().filter(|entry| is_large(entry)).map(|entry| entry.path.clone()).collect();
        let state = Mutex::default();
        Self { client, address, commit, pass, cache, ranges, gated, headers, before, large, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self, path: &ArtifactPath) -> Option<Held> {
        self.state().held.get(path).cloned()
    }

    /// Fetch what is needed so that reading can begin: a small file whole, the beginning of a large one.
    fn begin(&self, artifact: &Artifact, ahead: bool) -> Result<Held, OpenError> {
        if let Some(held) = self.held(&artifact.path) {
            return held.failed.clone().map_or(Ok(held), Err);
        }
        if self.state().refused {
            return Err(OpenError::Gated);
        }
        let begun = self.begin_new(artifact, ahead);
        let held = match &begun {
            Ok(held) => held.clone(),
            Err(error) => Held { length: 0, pieces: Vec::new(), target: None, failed: Some(error.clone()) },
        };
        self.state().held.insert(artifact.path.clone(), held);
        begun
    }

    /// `ahead`: it will be read whole. Of others that are long the beginning comes first, which mostly is enough.
    fn begin_new(&self, artifact: &Artifact, ahead: bool) -> Result<Held, OpenError> {
        if let Some(size) = artifact.size
            && size > if ahead { caps::FETCHED_AHEAD } else { caps::READ_AHEAD }
        {
            if let Some(held) = self.kept(artifact, size) {
                return Ok(held);
            }
            if !ahead && !self.may_begin(&artifact.path) {
                return Err(OpenError::NotFetched);
            }
            let end = size.min(caps::READ_AHEAD);
            let reply = self.fetch(artifact, Some(0..end), None)?;
            return self.piece(artifact, size, 0, reply);
        }
        // An empty file cannot be asked for by range; a file of unknown length is asked for up to the cap.
        let reply = self.fetch(artifact, None, None)?;
        let length = reply.body.len() as u64;
        if artifact.size.is_some_and(|size| size != length) {
            return Err(OpenError::Failed(format!(
                "the listing says {} bytes, and {length} came",
                artifact.size.unwrap_or_default()
            )));
        }
        self.verified(artifact, &reply.body)?;
        if let Some(cache) = &self.cache {
            cache.keep(artifact, &reply.body);
        }
        Ok(Held { length, pieces: vec![(0, Arc::new(reply.body))], target: None, failed: None })
    }

    /// A beginning that an earlier run kept.
    fn kept(&self, artifact: &Artifact, size: u64) -> Option<Held> {
        let pieces = self.ranges.read(artifact.declared_digest.as_ref()?);
        let begins = pieces.first().is_some_and(|(at, _)| *at == 0);
        begins.then_some(Held { length: size, pieces, target: None, failed: None })
    }

    fn piece(&self, artifact: &Artifact, size: u64, at: u64, reply: Reply) -> Result<Held, OpenError> {
        if reply.total.is_some_and(|total| total != size) {
            return Err(OpenError::Failed(format!(
                "the listing says {size} bytes, and the server {}",
                reply.total.unwrap_or_default()
            )));
        }
        if let Some(digest) = &artifact.declared_digest {
            self.ranges.keep(digest, at, &reply.body);
        }
        Ok(Held { length: size, pieces: vec![(at, Arc::new(reply.body))], target: Some(reply.address), failed: None })
    }

    /// Whether one more header of a large file is within what a release may cost. Of a set of shards the headers of
    /// all are read, or none: a sum over some of them says nothing.
    fn may_begin(&self, path: &ArtifactPath) -> bool {
        if self.client.is_offline() {
            return false;
        }
        let (requests, bytes) = self.room();
        let room = if bytes < caps::READ_AHEAD { 0 } else { requests };
        let set = shards(path);
        let decided = set.as_ref().and_then(|set| self.state().decided.get(set).copied());
        let may = decided.unwrap_or_else(|| {
            let needed = set
                .as_ref()
                .map_or(1, |set| self.large.iter().filter(|other| shards(other).as_ref() == Some(set)).count() as u64);
            needed <= room
        });
        if let Some(set) = set {
            self.state().decided.insert(set, may);
        }
        if !may {
            self.tell_short();
        }
        may
    }

    /// Requests and bytes that headers may still cost.
    fn room(&self) -> (u64, u64) {
        let (requests, bytes) = self.client.spent();
        let left = |most: u64, now: u64, before: u64| most.saturating_sub(now.saturating_sub(before));
        (left(self.headers.0, requests, self.before.0), left(self.headers.1, bytes, self.before.1))
    }

    /// Say once that headers were left out.
    fn tell_short(&self) {
        if !std::mem::replace(&mut self.state().told, true) {
            let (requests, bytes) = self.headers;
            let notice = format!(
                "headers of weight files were not all fetched: they end at {requests} requests and {bytes} bytes of a \
                 release; `--budget` raises it"
            );
            self.client.tell(Note::Notice(notice));
        }
    }

    fn verified(&self, artifact: &Artifact, bytes: &[u8]) -> Result<(), OpenError> {
        match artifact.declared_digest.as_ref().map(|digest| (digest, digest_of(digest.algorithm(), bytes))) {
            Some((declared, real)) if *declared != real => Err(OpenError::Failed(format!(
                "the bytes that came are not those of the listing: {real}, not {declared}"
            ))),
            _ => Ok(()),
        }
    }

    /// One request for a file, with all that says whether it is the file of this commit.
    fn fetch(&self, artifact: &Artifact, range: Option<Range<u64>>, target: Option<&str>) -> Result<Reply, OpenError> {
        let path = encode(artifact.path.as_str(), true);
        let own = format!("{}/resolve/{}/{path}", self.address, self.commit);
        let cap = if range.is_some() { caps::HEADER_LONGEST } else { caps::FETCHED_WHOLE };
        let get = Get { range, pass: self.pass.as_ref(), ..Get::new(target.unwrap_or(&own), cap) };
        self.client.tell(Note::Progress(artifact.path.as_str().to_owned()));
        let reply = self.client.get(&get).map_err(|failure| match failure {
            Failure::Offline => OpenError::NotFetched,
            other => OpenError::Failed(other.to_string()),
        })?;
        match reply.status {
            200 | 206 => {}
            401 | 403 => {
                let code = reply.first("x-error-code").or(reply.header("x-error-code"));
                if code == Some("GatedRepo") || self.gated && code.is_none() {
                    self.state().refused = true;
                    return Err(OpenError::Gated);
                }
                return Err(OpenError::Failed(format!("the platform refuses access ({})", reply.status)));
            }
            // What redirects led to does not last; the next piece asks anew.
            status if target.is_some() => {
                return Err(OpenError::Failed(format!("the platform's storage answers {status}")));
            }
            404 => return Err(OpenError::Failed("the platform lists it and does not have it (404)".to_owned())),
            status => return Err(OpenError::Failed(format!("the platform answers {status}"))),
        }
        if target.is_none() {
            self.same_file(artifact, &reply)?;
        }
        Ok(reply)
    }

    /// What the hub says of the file must be what it said when the commit was fixed.
    fn same_file(&self, artifact: &Artifact, reply: &Reply) -> Result<(), OpenError> {
        if let Some(commit) = reply.first("x-repo-commit")
            && commit != self.commit
        {
            return Err(OpenError::Failed(format!(
                "the platform answers for commit {}, and {} was asked for",
                self.client.clean(commit),
                self.commit
            )));
        }
        let tag = reply.first("x-linked-etag").or(reply.first("etag")).map(|tag| tag.trim_start_matches("W/"));
        let tag = tag.map(|tag| tag.trim_matches('"').to_ascii_lowercase());
        let plain = |tag: &String| matches!(tag.len(), 40 | 64) && tag.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let (Some(tag), Some(declared)) = (tag.filter(plain), &artifact.declared_digest)
            && tag.len() == declared.hex().len()
            && tag != declared.hex()
        {
            return Err(OpenError::Failed(format!("the platform answers with another file ({tag}, not {declared})")));
        }
        let linked: Option<u64> = reply.first("x-linked-size").and_then(|text| text.parse().ok());
        if let (Some(says), Some(size)) = (linked, artifact.size)
            && says != size
        {
            return Err(OpenError::Failed(format!("the listing says {size} bytes, and the server {says}")));
        }
        Ok(())
    }

    /// Pieces of a large file that cover a range, which lies in it: those that are held, else fetched, in one request.
    fn covering(&self, artifact: &Artifact, range: Range<u64>) -> io::Result<Pieces> {
        let held = self.begin(artifact, false).map_err(|error| io::Error::other(error.to_string()))?;
        if covers(&held.pieces, &range) {
            return Ok(held.pieces);
        }
        // Only what is not there yet, which follows on what is.
        let Range { start: mut from, end } = range;
        if let Some(known) = held.pieces.iter().map(|(at, bytes)| at + bytes.len() as u64).filter(|e| *e > from).min() {
            let touches = held.pieces.iter().any(|(at, bytes)| *at <= from && at + bytes.len() as u64 == known);
            if touches && known < end {
                from = known;
            }
        }
        let fetched = held.pieces.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>();
        let room = caps::HEADER_LONGEST.saturating_sub(fetched).min(self.room().1);
        if end - from > room {
            self.tell_short();
            return Err(io::Error::other(format!(
                "{fetched} bytes of it were fetched, and no more is; see `--budget`"
            )));
        }
        let ahead = fetched.clamp(caps::READ_AHEAD, 8 << 20);
        let to = end.max(from + ahead).min(held.length).min(from + room);
        let size = held.length;
        let again = |error: OpenError| io::Error::other(error.to_string());
        let reply = match held.target.as_deref().map(|target| self.fetch(artifact, Some(from..to), Some(target))) {
            Some(Ok(reply)) => reply,
            _ => self.fetch(artifact, Some(from..to), None).map_err(again)?,
        };
        let piece = self.piece(artifact, size, from, reply).map_err(again)?;
        let pieces = {
            let mut state = self.state();
            let entry = state.held.entry(artifact.path.clone()).or_insert(held);
            entry.pieces.extend(piece.pieces);
            entry.target = piece.target;
            entry.pieces.clone()
        };
        Ok(pieces)
    }
}

impl Backing for HubFiles {
    fn open(&self, artifact: &Artifact) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        if !artifact.at_hand {
            return Err(OpenError::NotFetched);
        }
        if let Some(bytes) = self.cache.as_ref().and_then(|cache| cache.open(artifact)) {
            return Ok(Box::new(bytes));
        }
        let held = self.begin(artifact, false)?;
        Ok(Box::new(HubBytes { files: self, artifact: artifact.clone(), length: held.length }))
    }

    fn fetch_ahead(&self, artifact: &Artifact) {
        let small = artifact.size.is_none_or(|size| size <= caps::FETCHED_AHEAD);
        if small && artifact.at_hand && self.cache.as_ref().and_then(|cache| cache.open(artifact)).is_none() {
            drop(self.begin(artifact, true));
        }
    }
}

struct HubBytes<'a> {
    files: &'a HubFiles,
    artifact: Artifact,
    length: u64,
}

impl ReadAt for HubBytes<'_> {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = rest.min(buffer.len());
        let pieces = self.files.covering(&self.artifact, offset..offset + wanted as u64)?;
        copy(&pieces, offset, &mut buffer[..wanted])
            .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the server gave fewer bytes than it has"))
    }

    fn need(&self, range: Range<u64>) -> io::Result<()> {
        self.files.covering(&self.artifact, range.start..range.end.min(self.length)).map(drop)
    }
}

/// Longer than what is fetched at once where nobody announced it: its header may be all that is of interest.
fn is_large(artifact: &Artifact) -> bool {
    artifact.size.is_some_and(|size| size > caps::READ_AHEAD)
}

/// What the shards of one set have in common: `a/model-00001-of-00030.safetensors` → `a/model--of-00030.safetensors`.
fn shards(path: &ArtifactPath) -> Option<String> {
    let text = path.as_str();
    let at = text.rfind("-of-")?;
    let before = text.get(..at)?;
    let stem = before.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem.len() < before.len()).then(|| format!("{stem}{}", text.get(at..).unwrap_or_default()))
}
