//! The Hugging Face Hub: models and data sets, as they stand at one commit.
//!
//! The revision is fixed to a commit by the first answer; everything after that is asked of the commit. What the
//! platform says of the repository is kept as artifacts below `@answers/`. A repository that is renamed is followed,
//! one that is gated or disabled gives gaps, one that is not there is an error.

mod answers;
mod files;
mod listing;
mod pieces;

use crate::http::address::{encode, next_page, origin};
use crate::http::{Failure, Get, Reply};
use crate::hub_cache::{self, Cache};
use crate::memory::{self, Remembered};
use crate::ranges::Ranges;
use crate::settings::{Note, Pass};
use crate::source::{Source, SourcePart, Wanted, World};
use crate::{Locator, SourceError, caps};
use candor_facts::{Artifact, ArtifactPath, GapReason, Listing, Origin, Part, Role};
use files::{HubFiles, Place};
pub(crate) use listing::Collected;
use serde_json::Value;
use std::sync::Arc;

/// The hub.
pub(crate) const SOURCE: Source = Source { id: "hub", open };

/// Where the information on the repository is kept.
const INFO: &str = "@answers/info.json";
/// Where branches and tags are kept.
const REFS: &str = "@answers/refs.json";

fn open(world: &World, locator: &Locator, wanted: &Wanted<'_>) -> Option<Result<SourcePart, SourceError>> {
    let Locator::Hub { dataset, repository, revision } = locator else { return None };
    let before = world.client.spent();
    let hub = Hub { world, wanted, dataset: *dataset, revision: revision.as_deref(), before };
    Some(hub.open(repository))
}

struct Hub<'a> {
    world: &'a World,
    wanted: &'a Wanted<'a>,
    dataset: bool,
    revision: Option<&'a str>,
    /// Requests and bytes of the run before this repository.
    before: (u64, u64),
}

/// What fixes a repository at a commit.
struct Fixed {
    name: String,
    commit: String,
    gated: bool,
    disabled: bool,
    info: Value,
    of: String,
}

impl Hub<'_> {
    fn open(&self, asked: &str) -> Result<SourcePart, SourceError> {
        if self.wanted.complete {
            let why = "the hub says itself which files there are; leave `--complete` out".to_owned();
            return Err(SourceError::Usage { locator: self.wanted.text.to_owned(), why });
        }
        if self.world.client.is_offline() {
            return self.offline(asked);
        }
        let hub = &self.world.settings.hub;
        if origin(hub).is_none() {
            let why = "HF_ENDPOINT is no address of http or https without a name and password in it".to_owned();
            return Err(SourceError::Usage { locator: self.wanted.text.to_owned(), why });
        }
        self.world.client.tell(Note::Progress(self.wanted.text.to_owned()));
        let fixed = match self.fix(asked)? {
            Ok(fixed) => fixed,
            Err(part) => return Ok(*part),
        };
        let mut found = Collected::default();
        if fixed.disabled {
            let what = "the platform has disabled this repository: nothing in it can be fetched".to_owned();
            found.wrong(GapReason::Unreachable { what });
        } else {
            self.list(&fixed, &mut found);
        }
        let (mut entries, mut gaps, complete) = found.finish();
        let mut answers = vec![(INFO, fixed.of.clone(), answers::info(&fixed.info))];
        match self.refs(&fixed) {
            Ok((of, bytes)) => answers.push((REFS, of, bytes)),
            Err(what) => gaps.extend(ArtifactPath::new(REFS).map(|path| (path, GapReason::Unreachable { what }))),
        }
        let mut kept = Vec::new();
        for (path, of, bytes) in answers {
            // A server that sends back the token that it was given would have it stand in a snapshot.
            let Some(path) = ArtifactPath::new(path).filter(|_| !self.world.client.holds_secret(&bytes)) else {
                let what = "an answer of the platform that repeats a token".to_owned();
                gaps.push((ArtifactPath::listing(), GapReason::Unsafe { what }));
                continue;
            };
            entries.push(Artifact {
                path: path.clone(),
                size: Some(bytes.len() as u64),
                declared_digest: None,
                at_hand: true,
                origin: Origin::Answer { of },
            });
            kept.push((path, bytes));
        }
        let listing = Listing::new(complete, entries);
        let remembered = Remembered { name: fixed.name, commit: fixed.commit, listing, answers: kept, gaps };
        memory::keep(self.world, &self.kind(), self.revision.unwrap_or("main"), &remembered);
        Ok(self.part(remembered, fixed.gated))
    }

    fn kind(&self) -> String {
        if self.dataset { "datasets" } else { "models" }.to_owned()
    }

    fn pass(&self) -> Option<Pass> {
        let settings = &self.world.settings;
        Some(Pass { secret: settings.hub_token.clone()?, origin: origin(&settings.hub)? })
    }

    fn ask(&self, address: &str) -> Result<Reply, Failure> {
        let pass = self.pass();
        self.world.client.get(&Get {
            accept: "application/json",
            pass: pass.as_ref(),
            ..Get::new(address, caps::ANSWER)
        })
    }

    fn network(&self, why: impl ToString) -> SourceError {
        SourceError::Network { locator: self.wanted.text.to_owned(), why: why.to_string() }
    }

    /// Ask what the repository is, and at which commit the revision stands. A part without files where the platform
    /// says no more than that access must be asked for.
    fn fix(&self, asked: &str) -> Result<Result<Fixed, Box<SourcePart>>, SourceError> {
        let api = format!("{}/api/{}/", self.world.settings.hub, self.kind());
        let at = self.revision.map(|revision| format!("/revision/{}", encode(revision, false))).unwrap_or_default();
        let address = format!("{api}{}{at}?blobs=true", encode(asked, true));
        let reply = self.ask(&address).map_err(|failure| self.network(failure))?;
        if reply.status != 200 {
            return self.refused(asked, &reply).map(|part| Err(Box::new(part)));
        }
        let info: Value = serde_json::from_slice(&reply.body)
            .map_err(|error| self.network(format!("the platform's answer on `{asked}` is not JSON: {error}")))?;
        let commit = info.get("sha").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        if commit.len() != 40 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(self.network(format!("the platform's answer on `{asked}` names no commit")));
        }
        let exact = self.revision.filter(|revision| is_commit(revision)).map(str::to_ascii_lowercase);
        if exact.is_some_and(|exact| exact != commit) {
            return Err(self.network(format!(
                "commit {} was asked for, and the platform answers with {commit}",
                self.revision.unwrap_or_default()
            )));
        }
        // After redirects the address holds the name under which the repository lies now.
        let now = reply
            .address
            .split('?')
            .next()
            .and_then(|bare| bare.strip_prefix(&api))
            .map(|rest| rest.split_once("/revision/").map_or(rest, |(name, _)| name));
        let name = now.filter(|name| is_name(name)).unwrap_or(asked).to_owned();
        if name != asked {
            self.world.client.tell(Note::Notice(format!("`{asked}` is now called `{name}`")));
        }
        let gated = info
            .get("gated")
            .is_some_and(|gated| gated.as_str().is_some_and(|word| !word.is_empty()) || *gated == true);
        let disabled = info.get("disabled").is_some_and(|disabled| *disabled == true);
        let of = format!("{api}{name}/revision/{commit}");
        Ok(Ok(Fixed { name, commit, gated, disabled, info, of }))
    }

    /// What an answer that is none means.
    fn refused(&self, asked: &str, reply: &Reply) -> Result<SourcePart, SourceError> {
        let locator = self.wanted.text.to_owned();
        let code = reply.header("x-error-code").unwrap_or_default();
        let said = reply.header("x-error-message").unwrap_or_default().to_ascii_lowercase();
        let has_token = self.world.settings.hub_token.is_some();
        let host = &self.world.settings.hub;
        match (reply.status, code) {
            (_, "RevisionNotFound") => {
                let revision = self.revision.unwrap_or("main");
                let why = format!("`{asked}` has no branch, tag or commit `{revision}` at {host}; check the revision");
                Err(SourceError::Absent { locator, why })
            }
            (401 | 403, "GatedRepo") => {
                let what = "the platform says no more than that access must be asked for".to_owned();
                let gaps = vec![
                    (ArtifactPath::listing(), GapReason::Gated),
                    (ArtifactPath::listing(), GapReason::Unreachable { what }),
                ];
                let listing = Listing::new(false, Vec::new());
                let commit = String::new();
                let name = asked.to_owned();
                Ok(self.part(Remembered { name, commit, listing, answers: Vec::new(), gaps }, true))
            }
            // The hub answers so, without a code, where nothing of this name can be seen: it does not say whether
            // the repository is private or not there.
            (401, _) if !has_token || said.contains("username or password") => {
                let why = format!(
                    "there is nothing of this name at {host}, or it is private: check the name; for a repository of \
                     your own set HF_TOKEN"
                );
                Err(SourceError::Absent { locator, why })
            }
            (401 | 403, _) => {
                let why =
                    format!("{host} refuses the token (answer {}): set HF_TOKEN to one that may read it", reply.status);
                Err(SourceError::Absent { locator, why })
            }
            (404 | 410, _) if self.revision.is_some() => {
                let revision = self.revision.unwrap_or_default();
                let why = format!("there is no `{asked}` with a revision `{revision}` at {host}: check both");
                Err(SourceError::Absent { locator, why })
            }
            (404 | 410, _) => {
                Err(SourceError::Absent { locator, why: format!("there is no `{asked}` at {host}: check the name") })
            }
            (status, _) => Err(self.network(format!("{host} answers {status} on `{asked}`"))),
        }
    }

    /// The files: from the information itself where it has their sizes, else from the tree.
    fn list(&self, fixed: &Fixed, found: &mut Collected) {
        let siblings = fixed.info.get("siblings").and_then(Value::as_array);
        let sized = siblings.is_some_and(|list| list.iter().all(|entry| entry.get("size").is_some()));
        if let Some(siblings) = siblings.filter(|_| sized) {
            return siblings.iter().for_each(|entry| found.take(entry));
        }
        match (self.tree(fixed, found), siblings) {
            (Ok(()), _) => {}
            // Their names are known all the same.
            (Err(failure), Some(siblings)) if found.is_empty() => {
                siblings.iter().for_each(|entry| found.take(entry));
                let what = format!("sizes and digests of the files: {failure}");
                found.gaps.push((ArtifactPath::listing(), GapReason::Unreachable { what }));
            }
            // What the platform says of the repository is known all the same.
            (Err(failure), _) => {
                let what = if found.is_empty() { "the listing" } else { "the rest of the listing" };
                found.wrong(GapReason::Unreachable { what: format!("{what}: {failure}") });
            }
        }
    }

    fn tree(&self, fixed: &Fixed, found: &mut Collected) -> Result<(), Failure> {
        let hub = &self.world.settings.hub;
        let mut address = format!(
            "{hub}/api/{}/{}/tree/{}?recursive=true&expand=false",
            self.kind(),
            encode(&fixed.name, true),
            fixed.commit
        );
        let mut seen = Vec::new();
        loop {
            let reply = self.ask(&address)?;
            if reply.status != 200 {
                return Err(Failure::Unreachable(format!("the platform answers {} for the tree", reply.status)));
            }
            let page: Value = serde_json::from_slice(&reply.body)
                .map_err(|error| Failure::Protocol(format!("a page of the tree is not JSON: {error}")))?;
            let Some(entries) = page.as_array() else {
                return Err(Failure::Protocol("a page of the tree is no list".to_owned()));
            };
            entries.iter().for_each(|entry| found.take(entry));
            let Some(next) = reply.header("link").and_then(next_page) else { return Ok(()) };
            if origin(next) != origin(hub) {
                return Err(Failure::Protocol("the next page of the tree lies at another host".to_owned()));
            }
            let next = next.to_owned();
            seen.push(std::mem::replace(&mut address, next));
            if seen.contains(&address) {
                return Err(Failure::Protocol("the pages of the tree lead in a circle".to_owned()));
            }
            if seen.len() >= caps::PAGES || found.is_full() {
                return Err(Failure::TooLarge(caps::LISTING_ENTRIES as u64));
            }
        }
    }

    fn refs(&self, fixed: &Fixed) -> Result<(String, Vec<u8>), String> {
        let address = format!("{}/api/{}/{}/refs", self.world.settings.hub, self.kind(), encode(&fixed.name, true));
        let reply = self.ask(&address).map_err(|failure| failure.to_string())?;
        if reply.status != 200 {
            return Err(format!("branches and tags: the platform answers {}", reply.status));
        }
        let value: Value =
            serde_json::from_slice(&reply.body).map_err(|error| format!("branches and tags: not JSON: {error}"))?;
        Ok((address, answers::refs(&value)))
    }

    fn part(&self, known: Remembered, gated: bool) -> SourcePart {
        let settings = &self.world.settings;
        let prefix = if self.dataset { "datasets/" } else { "" };
        let cache = settings
            .hub_cache
            .as_ref()
            .filter(|_| !known.commit.is_empty())
            .map(|folder| Cache::new(folder, self.dataset, &known.name, &known.commit));
        if let Some(cache) = cache.as_ref().filter(|_| !self.world.client.is_offline()) {
            cache.name(self.revision.unwrap_or("main"));
        }
        let place = Place {
            client: Arc::clone(&self.world.client),
            address: format!("{}/{prefix}{}", settings.hub, encode(&known.name, true)),
            commit: known.commit.clone(),
            pass: self.pass(),
            cache,
            ranges: Ranges { folder: settings.cache.as_ref().map(|folder| folder.join("ranges")) },
            gated,
            headers: settings.headers.unwrap_or_else(|| headers(&known.listing)),
            before: self.before,
        };
        let backing = Box::new(HubFiles::new(place, known.listing.entries()));
        let role = self.wanted.role.unwrap_or(if self.dataset { Role::Data } else { Role::Model });
        let part = Part {
            role,
            locator: Some(format!("hf:{prefix}{}", known.name)),
            revision: (!known.commit.is_empty()).then_some(known.commit),
            listing: known.listing,
        };
        SourcePart { label: known.name, part, backing, answers: known.answers, gaps: known.gaps }
    }

    /// What earlier runs and other tools left in the caches.
    fn offline(&self, asked: &str) -> Result<SourcePart, SourceError> {
        let revision = self.revision.unwrap_or("main");
        if let Some(known) = memory::recall(self.world, &self.kind(), asked, revision) {
            return Ok(self.part(known, false));
        }
        let folder = self.world.settings.hub_cache.as_ref();
        if let Some(snapshot) = folder.and_then(|folder| hub_cache::find(folder, self.dataset, asked, revision)) {
            return crate::local::open(&snapshot, false, self.wanted.role);
        }
        let why = "it is not in the cache, and no connection is made in offline mode. Next step: run once without \
                   `--offline` and HF_HUB_OFFLINE, or give the path of a folder"
            .to_owned();
        Err(self.network(why))
    }
}

/// Requests and bytes after which no more is fetched of headers.
fn headers(listing: &Listing) -> (u64, u64) {
    let sizes = listing.entries().iter().filter_map(|entry| entry.size);
    let bytes = sizes.fold(0, u64::saturating_add);
    if bytes >= caps::HUGE { caps::HEADERS_HUGE } else { caps::HEADERS }
}

/// Whether a revision is a commit by its form.
pub(crate) fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_name(name: &str) -> bool {
    let fine = |word: &str| {
        !matches!(word, "" | "." | "..")
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    name.split('/').count() <= 2 && name.split('/').all(fine)
}

#[cfg(test)]
pub(crate) mod tests;
