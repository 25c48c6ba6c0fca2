//! Documents: cards, licence texts, pages, configuration, and what a listing says of code.

pub(crate) mod bom;
pub(crate) mod card;
pub(crate) mod config;
pub(crate) mod frontmatter;
pub(crate) mod license;
pub(crate) mod markdown;
pub(crate) mod metadata;
pub(crate) mod prose;
pub(crate) mod settings;
pub(crate) mod subject;
pub(crate) mod tree;
pub(crate) mod words;
