//! A folder with everything that is in it: what integrity is judged on.
//!
//! A [`Release`](crate::Release) passes over bookkeeping and litter, because they are no part of what was published.
//! A tree passes over nothing: to a signature every file counts.

use crate::{OpenError, ReadAt};
use std::io;

/// What stands at a path of a tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A regular file.
    File,
    /// A link to a regular file inside the tree.
    Link,
    /// A link of a hub cache to a regular file in the store of its repository.
    StoreLink {
        /// The name of the blob, which is a digest that the client took over from the platform.
        blob: String,
    },
    /// Something that is not read; the text says what: a link out of the tree, a pipe, a folder that cannot be entered.
    Refused(String),
}

/// A path of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// Relative, `/` between segments. A name that is not UTF-8 is shown as well as it can be, and refused.
    pub path: String,
    /// Length in bytes when it was listed; 0 for what is refused.
    pub size: u64,
    /// Last change when it was listed, in nanoseconds since 1970; 0 where the system does not say. A hint only.
    pub modified: i128,
    /// What stands there.
    pub standing: Standing,
}

impl TreeEntry {
    /// Whether its bytes can be read.
    pub fn readable(&self) -> bool {
        !matches!(self.standing, Standing::Refused(_))
    }
}

/// An open file that knows whether it was changed since it was opened.
pub trait TreeFile: ReadAt + Send + Sync {
    /// Whether length and time of change are still those of the opening.
    ///
    /// # Errors
    /// Those of the medium.
    fn unchanged(&self) -> io::Result<bool>;
}

/// A folder as a whole.
pub trait Tree: Sync {
    /// Everything in it but folders, sorted by path.
    fn entries(&self) -> &[TreeEntry];

    /// Open a readable entry.
    ///
    /// # Errors
    /// Says why there are no bytes.
    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError>;
}
