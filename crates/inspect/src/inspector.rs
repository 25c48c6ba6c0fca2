//! What an inspector is.

use candor_facts::{
    Artifact, ArtifactPath, Basis, Claim, Digest, Evidence, Fact, Files, Gap, GapReason, OpenError, Part, PartIndex,
    Place, ReadAt, Release, Route, read_all,
};
use std::cell::OnceCell;
use std::ops::Range;

/// A reader of one kind of artifact, or of a part as a whole.
pub struct Inspector {
    /// Its name, as stored in fact sheets.
    pub id: &'static str,
    /// Raised whenever the same bytes may give other facts.
    pub version: u32,
    /// What it reads, and how.
    pub reads: Reads,
}

/// What an inspector is offered.
pub enum Reads {
    /// One artifact at a time: those that it wants.
    Artifact {
        /// Whether it wants this artifact; decided by path and size alone.
        wants: fn(&Part, &Artifact) -> bool,
        /// Read it.
        read: fn(&Input<'_>) -> Reading,
    },
    /// A part: its listing, and any artifact that it chooses to open.
    Part(fn(&PartInput<'_>) -> Reading),
}

/// A part offered to an inspector.
#[derive(Clone, Copy)]
pub struct PartInput<'a> {
    /// The release.
    pub release: &'a Release,
    /// Which part.
    pub index: PartIndex,
    /// The part.
    pub part: &'a Part,
    /// Its bytes.
    pub files: &'a dyn Files,
}

impl<'a> PartInput<'a> {
    /// Open an artifact, or record why not.
    pub fn open(&self, artifact: &Artifact) -> Result<Box<dyn ReadAt + 'a>, Gap> {
        let reason = match self.files.open(self.index, &artifact.path) {
            Ok(bytes) => return Ok(bytes),
            Err(OpenError::NotFetched) => GapReason::NotFetched,
            Err(OpenError::Gated) => GapReason::Gated,
            Err(OpenError::Failed(what)) => GapReason::Unreachable { what },
        };
        Err(self.gap(&artifact.path, reason))
    }

    /// A gap about an artifact of this part.
    pub fn gap(&self, path: &ArtifactPath, reason: GapReason) -> Gap {
        Gap { part: self.index, path: path.clone(), reason }
    }

    /// Evidence that a path stands in the listing.
    pub fn listed(&self, path: &ArtifactPath) -> Evidence {
        let listing = self.part.listing.digest().clone();
        Evidence { basis: Basis::Observed, place: Place::Listed { part: self.index, path: path.clone(), listing } }
    }

    /// Evidence that something was sought in the listing and is not there.
    pub fn absent(&self, sought: &str) -> Evidence {
        let place = Place::Absent {
            part: self.index,
            sought: sought.to_owned(),
            listing: self.part.listing.digest().clone(),
            complete: self.part.listing.complete,
        };
        Evidence { basis: Basis::Observed, place }
    }

    /// Evidence at bytes that were read. `line` counts from 1; 0 where there are no lines.
    pub fn span(
        &self,
        basis: Basis,
        path: &ArtifactPath,
        bytes: &[u8],
        start: u64,
        line: u32,
        route: &str,
    ) -> Evidence {
        let place = Place::Span {
            part: self.index,
            path: path.clone(),
            start,
            end: start + bytes.len() as u64,
            line,
            digest: Digest::of(bytes),
            route: (!route.is_empty()).then(|| Route(route.to_owned())),
        };
        Evidence { basis, place }
    }
}

/// An artifact offered to an inspector.
pub struct Input<'a> {
    /// The part that it stands in.
    pub at: PartInput<'a>,
    /// The artifact.
    pub artifact: &'a Artifact,
    /// Its bytes.
    pub bytes: &'a dyn ReadAt,
    /// Where its lines end, found when a line is first asked for.
    breaks: OnceCell<Vec<usize>>,
}

impl<'a> Input<'a> {
    /// An artifact of a part, opened.
    pub fn new(at: PartInput<'a>, artifact: &'a Artifact, bytes: &'a dyn ReadAt) -> Self {
        Self { at, artifact, bytes, breaks: OnceCell::new() }
    }

    /// All bytes, or the gap that says why not.
    ///
    /// # Errors
    /// A gap when there are more than `cap` bytes or the medium fails.
    pub fn read(&self, cap: u64) -> Result<Vec<u8>, Gap> {
        match read_all(self.bytes, cap) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(self.gap(GapReason::TooLarge { cap })),
            Err(error) => Err(self.gap(GapReason::Unreachable { what: error.to_string() })),
        }
    }

    /// A gap about this artifact.
    pub fn gap(&self, reason: GapReason) -> Gap {
        self.at.gap(&self.artifact.path, reason)
    }

    /// Evidence at a range of `text`, which is the whole artifact.
    pub fn span(&self, basis: Basis, text: &[u8], range: Range<usize>, route: &str) -> Evidence {
        let range = range.start.min(text.len())..range.end.min(text.len());
        let ends = || text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
        let line = 1 + self.breaks.get_or_init(ends).partition_point(|at| *at < range.start);
        let bytes = text.get(range.clone()).unwrap_or_default();
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        self.at.span(basis, &self.artifact.path, bytes, range.start as u64, line, route)
    }
}

/// What an inspector found, and what it could not look at.
#[derive(Default)]
pub struct Reading {
    /// What it found.
    pub facts: Vec<Fact>,
    /// What it could not look at.
    pub gaps: Vec<Gap>,
}

impl Reading {
    /// Add a fact.
    pub fn fact(&mut self, claim: Claim, evidence: Evidence) {
        self.facts.push(Fact::new(claim, evidence));
    }

    /// Add a gap.
    pub fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    /// Add all that another reading holds.
    pub fn absorb(&mut self, other: Self) {
        self.facts.extend(other.facts);
        self.gaps.extend(other.gaps);
    }
}

impl From<Gap> for Reading {
    fn from(gap: Gap) -> Self {
        Self { facts: Vec::new(), gaps: vec![gap] }
    }
}
