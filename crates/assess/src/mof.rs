//! Records of the Model Openness Framework: what a publisher declares, as class, progress and components.
//!
//! A record is read from its text in one of two ways: as the Model Openness Tool reads it, faults included, or
//! mended, with each departure from that tool and its reason. Nothing is looked at but the record: whether a
//! declared component exists, or carries the licence that is claimed, is the business of an assessment.

mod caps;
mod components;
mod differences;
mod held;
mod mended;
mod mot;
mod record;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod yaml;

pub use caps::RECORD as LONGEST_RECORD;
pub use components::{COMPONENTS, Class, Component, Kind};
pub use differences::Difference;
pub use held::{Claimed, Held, Support, hold};
pub(crate) use mended::accepts;
pub use mot::readable;
pub use tally::Progress;

use std::fmt;

/// How to read a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compat {
    /// As the Model Openness Tool does, in every figure and status.
    Mot,
    /// As the framework means it.
    Mended,
}

/// What a record comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The name of the release.
    pub name: Option<String>,
    /// The class.
    pub class: Class,
    /// How far each class is, the lowest first.
    pub progress: [(Class, Progress); 3],
    /// All components, in the order of [`COMPONENTS`].
    pub components: Vec<Judged>,
    /// Departures from the Model Openness Tool.
    pub differences: Vec<Difference>,
}

/// A component and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The component.
    pub component: &'static Component,
    /// What becomes of it.
    pub status: Status,
    /// The licence that it comes under, as understood.
    pub license: Option<String>,
    /// Whether the Model Openness Tool lists the licence for this kind of component. Told in its own reading only.
    pub fits: Option<bool>,
    /// Why it was not read as the Model Openness Tool reads it.
    pub reasons: Vec<String>,
}

/// What becomes of a component, in the words of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Required, declared, under an open licence.
    Included,
    /// Not required, declared, under an open licence.
    Optional,
    /// Declared, under a licence that is not open or not known.
    Invalid,
    /// Declared, under no licence.
    Unlicensed,
    /// Required and not declared.
    Missing,
    /// Neither required nor declared.
    NotDeclared,
    /// A report that a paper stands in for.
    Waived,
}

impl Status {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Included => "included",
            Self::Optional => "optional",
            Self::Invalid => "invalid",
            Self::Unlicensed => "unlicensed",
            Self::Missing => "missing",
            Self::NotDeclared => "not-declared",
            Self::Waived => "waived (paper)",
        }
    }

    /// Whether the record has the component.
    pub fn declared(self) -> bool {
        matches!(self, Self::Included | Self::Optional | Self::Invalid | Self::Unlicensed)
    }

    /// Whether the component is declared and open.
    pub fn open(self) -> bool {
        matches!(self, Self::Included | Self::Optional)
    }
}

/// Why a record cannot be evaluated: every fault with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// The faults, in the order of the record.
    pub faults: Vec<Fault>,
    /// Further faults that are not told.
    pub more: usize,
}

/// One fault; lines and columns count from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
    /// What is wrong, and what to do.
    pub what: String,
}

impl RecordError {
    fn none_or(mut faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() {
            return Ok(());
        }
        faults.sort_by_key(|fault| (fault.line, fault.column));
        let more = faults.len().saturating_sub(caps::FAULTS);
        faults.truncate(caps::FAULTS);
        Err(Self { faults, more })
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.faults.iter().enumerate() {
            let gap = if at > 0 { "\n" } else { "" };
            write!(f, "{gap}line {}, column {}: {}", fault.line, fault.column, fault.what)?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more faults", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for RecordError {}

/// Evaluate a record.
///
/// ```
/// use candor_assess::mof::{Class, Compat, evaluate};
/// let record = "release: {name: Sprout, components: [{name: Model card, license: mit}]}";
/// let evaluation = evaluate(record, Compat::Mended).unwrap();
/// assert_eq!(evaluation.class, Class::Unclassified);
/// assert_eq!(evaluation.progress[0].1.have, 1);
/// ```
pub fn evaluate(text: &str, compat: Compat) -> Result<Evaluation, RecordError> {
    let record = record::read(text, compat == Compat::Mended)?;
    let as_mot = mot::judge(&record);
    let mot_progress = tally::progress(&as_mot, true);
    let mot_class = tally::class(&mot_progress);
    if compat == Compat::Mot {
        let differences = Vec::new();
        let (class, progress, components) = (mot_class, mot_progress, as_mot);
        return Ok(Evaluation { name: record.name, class, progress, components, differences });
    }
    let components = mended::judge(&record)?;
    let progress = tally::progress(&components, false);
    let class = tally::class(&progress);
    let differences = differences::list((&as_mot, &mot_progress, mot_class), (&components, &progress, class));
    Ok(Evaluation { name: record.name, class, progress, components, differences })
}

impl Evaluation {
    /// The next class, and what keeps the record from it. `None` when there is none above.
    pub fn next(&self) -> Option<(Class, Vec<&Judged>)> {
        let (class, _) = self.progress.iter().find(|(class, _)| *class > self.class)?;
        let waived = tally::paper_stands_in(&self.components);
        let report = COMPONENTS.get(components::REPORT);
        let lacking = self.components.iter().filter(|one| {
            let asked = one.component.required && one.component.class <= *class;
            asked && one.status != Status::Included && !(waived && Some(one.component) == report)
        });
        Some((*class, lacking.collect()))
    }
}

impl Judged {
    fn undeclared(component: &'static Component) -> Self {
        let status = if component.required { Status::Missing } else { Status::NotDeclared };
        Self { component, status, license: None, fits: None, reasons: Vec::new() }
    }

    fn unlicensed(component: &'static Component, word: &str) -> Self {
        let (license, fits) = (Some(word.to_owned()), None);
        Self { component, status: Status::Unlicensed, license, fits, reasons: Vec::new() }
    }

    fn licensed(component: &'static Component, license: String, open: bool, fits: Option<bool>) -> Self {
        let status = match (open, component.required) {
            (false, _) => Status::Invalid,
            (true, true) => Status::Included,
            (true, false) => Status::Optional,
        };
        Self { component, status, license: Some(license), fits, reasons: Vec::new() }
    }
}
