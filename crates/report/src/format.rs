//! THE LIST of output formats: one line each, its module beside it.
//!
//! A format is a function from judged releases to a document. What `--format` offers is read from here.

use crate::human::Detail;
use crate::layout::Paint;
use candor_assess::{Assessment, Framework};
use candor_facts::{Evidence, FactSheet};
use std::fmt;

macro_rules! formats {
    ($($module:ident: $($format:ident),+;)*) => {
        /// All formats, in the order in which help shows them.
        pub const FORMATS: &[&Format] = &[$($(&crate::$module::$format,)+)*];
    };
}

formats! {
    human: FORMAT;
    json: FORMAT;
    markdown: FORMAT;
    html: FORMAT;
    csv: FORMAT;
    sarif: FORMAT;
    cyclonedx: V1_6, V1_7;
    spdx: FORMAT;
    record: FORMAT;
    badge: SVG, ENDPOINT;
}

/// Gives the words at a place, from the user's own file, when they can be shown.
pub type Excerpt<'e> = dyn Fn(&Evidence) -> Option<String> + 'e;

/// A judged release, as formats see it.
#[derive(Clone, Copy)]
pub struct Subject<'s, 'a> {
    /// What was found.
    pub sheet: &'s FactSheet,
    /// What follows from it.
    pub assessment: &'s Assessment<'a>,
    /// The frameworks by which it was judged.
    pub frameworks: &'s [Framework],
    /// The words at a place.
    pub excerpt: &'s Excerpt<'s>,
}

/// What the reader wishes. Nothing here is looked up: no clock, no environment.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// Emphasis and width of text for terminals.
    pub paint: Paint,
    /// How much a text for terminals tells.
    pub detail: Detail,
    /// The day of the assessment, `YYYY-MM-DD`, if it is to be told.
    pub date: Option<&'o str>,
    /// The day on which the release was published, `YYYY-MM-DD`, if the user knows it.
    pub released: Option<&'o str>,
    /// Version of the program, for documents that name their maker.
    pub version: &'o str,
}

/// Whether one document can hold several releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Several {
    /// It can.
    Yes,
    /// A document is about one release.
    No,
}

/// Renders judged releases.
type Render = fn(&[Subject<'_, '_>], &Options<'_>) -> String;
/// Renders the trees of some requirements of one release.
type RenderTrees = fn(&Subject<'_, '_>, &[String], &Options<'_>) -> String;

/// A way to write down what was judged.
pub struct Format {
    /// Its name behind `--format`.
    pub id: &'static str,
    /// What the document is, for those who serve it.
    pub media_type: &'static str,
    /// How the name of a file of this format ends; empty where no ending tells.
    pub ends: &'static str,
    /// What it is for, in a line.
    pub purpose: &'static str,
    /// Whether it is text that a terminal shows as it is.
    pub people: bool,
    /// Whether `assess` of several releases fits into one document.
    pub several: Several,
    /// For `assess`.
    pub assess: Option<Render>,
    /// For `compare`.
    pub compare: Option<Render>,
    /// For `explain`.
    pub explain: Option<RenderTrees>,
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_tells_one_format() {
        let ends: Vec<&str> = FORMATS.iter().map(|format| format.ends).filter(|ends| !ends.is_empty()).collect();
        let distinct: std::collections::BTreeSet<&str> = ends.iter().copied().collect();
        assert_eq!(ends.len(), distinct.len());
    }

    #[test]
    fn ids_are_distinct_and_each_format_serves_a_command() {
        for (at, format) in FORMATS.iter().enumerate() {
            assert!(FORMATS.iter().skip(at + 1).all(|other| other.id != format.id), "{}", format.id);
            assert!(format.assess.is_some() || format.compare.is_some() || format.explain.is_some(), "{}", format.id);
            assert!(format.media_type.contains('/') && !format.purpose.is_empty(), "{}", format.id);
        }
    }
}
