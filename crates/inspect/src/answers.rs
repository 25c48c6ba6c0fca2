//! Answers of platforms, kept as artifacts by those who fetched them: what only the platform says.

pub(crate) mod hub;
