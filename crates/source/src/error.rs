//! What stops a locator from becoming a snapshot. Each message names the thing, the place and the next step.

use std::path::PathBuf;

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A path does not exist.
    #[error("`{}` does not exist: check the path; a locator is a folder, a file, a release bundle, or `hf:org/name`", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// A path exists and cannot be looked at.
    #[error("`{}` cannot be read: {why}", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// What the system says, and what to do.
        why: String,
    },
    /// A locator of a kind that this version does not follow.
    #[error("`{locator}` is {what}; this version has no catalogue. Next step: {next}")]
    NotYet {
        /// The locator as given.
        locator: String,
        /// What kind it is.
        what: &'static str,
        /// How to get the same thing as a local path.
        next: String,
    },
    /// A platform says that there is no such thing, or that it may not be seen.
    #[error("`{locator}`: {why}")]
    Absent {
        /// The locator as given.
        locator: String,
        /// What the platform says, and what to do.
        why: String,
    },
    /// A platform could not be asked, or gave no usable answer.
    #[error("`{locator}` could not be looked at: {why}")]
    Network {
        /// The locator as given.
        locator: String,
        /// What happened.
        why: String,
    },
    /// Something could not be written.
    #[error("`{}` cannot be written: {why}", path.display())]
    Unwritable {
        /// The path.
        path: PathBuf,
        /// What the system says, and what to do.
        why: String,
    },
    /// A locator that is of no known form.
    #[error("`{locator}` is not a locator: {why}")]
    BadLocator {
        /// The locator as given.
        locator: String,
        /// What is wrong, and the form expected.
        why: String,
    },
    /// A bundle file that is wrong.
    #[error("{}:{line}: {what}", path.display())]
    Bundle {
        /// The bundle file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong, and what is expected.
        what: String,
    },
    /// A wish that does not fit the locator.
    #[error("`{locator}`: {why}")]
    Usage {
        /// The locator as given.
        locator: String,
        /// What does not fit, and what to do.
        why: String,
    },
}

impl SourceError {
    /// Whether another attempt, or another network, may give what this one did not: nothing could be judged.
    pub fn is_network(&self) -> bool {
        matches!(self, Self::Network { .. })
    }
}
