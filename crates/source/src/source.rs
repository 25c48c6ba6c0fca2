//! What a source is, and THE LIST of sources: one line each.
//!
//! A source says for one kind of locator which files there are, opens those, and keeps what a platform answers as
//! bytes. It emits no fact and never judges.

use crate::http::Client;
use crate::settings::Settings;
use crate::{Locator, SourceError, git, github, hub, local, ollama};
use candor_facts::{Artifact, ArtifactPath, GapReason, OpenError, Part, ReadAt, Role, TreeFile};
use std::fmt::Debug;
use std::sync::Arc;

/// A source.
pub(crate) struct Source {
    /// Its name.
    #[cfg_attr(not(test), expect(dead_code, reason = "by it the test of the list tells sources apart"))]
    pub(crate) id: &'static str,
    /// Open what a locator names; `None` when the locator is not of its kind.
    pub(crate) open: fn(&World, &Locator, &Wanted<'_>) -> Option<Result<SourcePart, SourceError>>,
}

/// All sources. A locator is of one kind, so that their order does not matter.
pub(crate) const SOURCES: &[Source] = &[local::SOURCE, hub::SOURCE, github::SOURCE, git::SOURCE, ollama::SOURCE];

/// What sources may touch.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) settings: Arc<Settings>,
    pub(crate) client: Arc<Client>,
}

/// What is wanted of a locator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The locator as given.
    pub(crate) text: &'a str,
    /// Whether the folder is stated to be the whole release.
    pub(crate) complete: bool,
    /// What the part is; the source says it where it is `None`.
    pub(crate) role: Option<Role>,
}

/// A part, where its bytes lie, and what could not be looked at.
#[derive(Debug)]
pub(crate) struct SourcePart {
    /// A label for a release made of this part alone.
    pub(crate) label: String,
    pub(crate) part: Part,
    pub(crate) backing: Box<dyn Backing>,
    /// Answers of a platform, kept as bytes. Their artifacts stand in the listing.
    pub(crate) answers: Vec<(ArtifactPath, Vec<u8>)>,
    pub(crate) gaps: Vec<(ArtifactPath, GapReason)>,
}

/// Where the bytes of a part lie.
pub(crate) trait Backing: Debug + Send + Sync {
    /// Open a file of the part.
    ///
    /// # Errors
    /// Why there are no bytes.
    fn open(&self, artifact: &Artifact) -> Result<Box<dyn ReadAt + '_>, OpenError>;

    /// Open a file of the part that lies on this machine, as one that knows whether it changes.
    ///
    /// # Errors
    /// Why there are no bytes, or that the file lies elsewhere.
    fn open_file(&self, _: &Artifact) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        Err(OpenError::NotFetched)
    }

    /// Fetch a file that will be read whole, as far as that is worth it. What fails is told when it is opened.
    fn fetch_ahead(&self, _: &Artifact) {}
}

/// A place that has nothing.
#[derive(Debug)]
pub(crate) struct Nothing;

impl Backing for Nothing {
    fn open(&self, _: &Artifact) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        Err(OpenError::NotFetched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_locator_has_one_source() {
        let world = World { settings: Arc::new(Settings::local()), client: Arc::new(Client::new(&Settings::local())) };
        for (text, expected) in [
            ("./gone", "local"),
            ("hf:a/b", "hub"),
            ("hf:datasets/a/b", "hub"),
            ("github:a/b", "github"),
            ("git+https://host.invalid/a", "git"),
            ("ollama:a", "ollama"),
        ] {
            let locator = Locator::parse(text, |_| false).expect("locator");
            let wanted = Wanted { text, complete: false, role: None };
            let takes: Vec<&str> = SOURCES
                .iter()
                .filter(|source| (source.open)(&world, &locator, &wanted).is_some())
                .map(|source| source.id)
                .collect();
            assert_eq!(takes, [expected], "{text}");
        }
    }
}
