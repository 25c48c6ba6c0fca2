//! The seventeen components of the Model Openness Framework. Which of them a record has is not decided here.

use candor_facts::Component as Fact;

/// A class of the framework, or none: the higher, the more is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Not even the lowest class.
    Unclassified,
    /// Class III.
    OpenModel,
    /// Class II.
    OpenTooling,
    /// Class I.
    OpenScience,
}

impl Class {
    /// The classes proper, the lowest first.
    pub const ALL: [Self; 3] = [Self::OpenModel, Self::OpenTooling, Self::OpenScience];

    /// The number in records and interfaces: 3, 2, 1, and 0 for none.
    pub fn number(self) -> u8 {
        match self {
            Self::Unclassified => 0,
            Self::OpenModel => 3,
            Self::OpenTooling => 2,
            Self::OpenScience => 1,
        }
    }

    /// The name on the ladder of the framework file.
    pub fn level(self) -> &'static str {
        match self {
            Self::Unclassified => "none",
            Self::OpenModel => "III",
            Self::OpenTooling => "II",
            Self::OpenScience => "I",
        }
    }

    /// The name that people and badges use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unclassified => "Unclassified",
            Self::OpenModel => "Class III - Open Model",
            Self::OpenTooling => "Class II - Open Tooling Model",
            Self::OpenScience => "Class I - Open Science Model",
        }
    }
}

/// What a component is, which decides the licence that it inherits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Code.
    Code,
    /// Data, weights among them.
    Data,
    /// Documents.
    Document,
}

impl Kind {
    /// The key in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Data => "data",
            Self::Document => "document",
        }
    }
}

/// One component of the framework.
#[derive(Debug, PartialEq, Eq)]
pub struct Component {
    /// The name in records, letter by letter.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The lowest class that asks for it.
    pub class: Class,
    /// Whether the class needs it.
    pub required: bool,
    /// Its requirement in the framework file, by which a release is judged.
    pub requirement: &'static str,
    /// What it is among the facts.
    pub id: Fact,
}

use Class::{OpenModel as III, OpenScience as I, OpenTooling as II};
use Kind::{Code, Data, Document};

/// THE LIST of components, those of the lowest class first.
pub const COMPONENTS: [Component; 17] = [
    Component::new("Model architecture", Code, III, true, "architecture", Fact::CodeArchitecture),
    Component::new("Model parameters (Final)", Data, III, true, "parameters", Fact::WeightsEndFinal),
    Component::new("Technical report", Document, III, true, "report", Fact::DocTechReport),
    Component::new("Evaluation results", Document, III, true, "evaluation-results", Fact::DocEvalResults),
    Component::new("Model card", Document, III, true, "model-card", Fact::DocModelCard),
    Component::new("Data card", Document, III, true, "data-card", Fact::DocDataCard),
    Component::new("Sample model outputs", Document, III, false, "sample-outputs", Fact::DocSampleOutputs),
    Component::new("Training code", Code, II, true, "training-code", Fact::CodePretraining),
    Component::new("Inference code", Code, II, true, "inference-code", Fact::CodeInference),
    Component::new("Evaluation code", Code, II, true, "evaluation-code", Fact::CodeEvaluation),
    Component::new("Evaluation data", Data, II, true, "evaluation-data", Fact::DataEvaluation),
    Component::new("Supporting libraries and tools", Code, II, false, "libraries", Fact::CodeSupportingLibs),
    Component::new("Datasets", Data, I, true, "datasets", Fact::DataPretraining),
    Component::new("Data preprocessing code", Code, I, true, "preprocessing-code", Fact::CodeDataProcessing),
    Component::new("Model parameters (Intermediate)", Data, I, true, "checkpoints", Fact::WeightsIntermediate),
    Component::new("Research paper", Document, I, true, "paper", Fact::DocPeerReviewedPaper),
    Component::new("Model metadata", Data, I, false, "metadata", Fact::ConfigModelMetadata),
];

/// Where the report stands in the list; a paper may stand in for it.
pub(super) const REPORT: usize = 2;
/// Where the paper stands in the list.
pub(super) const PAPER: usize = 15;
/// Where the Model Openness Tool puts every name that it does not know.
pub(super) const DATASETS: usize = 12;

impl Component {
    const fn new(
        name: &'static str,
        kind: Kind,
        class: Class,
        required: bool,
        requirement: &'static str,
        id: Fact,
    ) -> Self {
        Self { name, kind, class, required, requirement, id }
    }
}

/// The component of exactly this name.
pub(super) fn named(name: &str) -> Option<usize> {
    COMPONENTS.iter().position(|component| component.name == name)
}

/// The name most like what is written, when it is like enough to be a slip.
pub(super) fn nearest(written: &str) -> Option<&'static str> {
    let plain = |text: &str| -> Vec<char> { text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect() };
    let written = plain(written);
    let longest = COMPONENTS.iter().map(|component| component.name.len()).max().unwrap_or_default();
    if written.len() > 2 * longest {
        return None;
    }
    let slips = |name: &str| distance(&written, &plain(name));
    let (slips, name) = COMPONENTS.iter().map(|component| (slips(component.name), component.name)).min()?;
    (slips * 3 <= written.len()).then_some(name)
}

/// How many letters must be put in, left out or changed.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, one) in from.iter().enumerate() {
        let mut next = vec![at + 1];
        for ((other, above), pair) in to.iter().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or_default();
            next.push((above + 1).min(left + 1).min(pair + usize::from(one != other)));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
