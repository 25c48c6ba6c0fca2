//! The parts that a release may publish: a closed vocabulary, finer than any one framework.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What a component is made of, in the MOF's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Source text that runs.
    Code,
    /// Weights, data sets, settings.
    Data,
    /// Text for people.
    Document,
}

/// The group under which a component is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Parameters.
    Weights,
    /// Code and settings.
    Code,
    /// Data and what is told of it.
    Data,
    /// Everything else for readers.
    Documents,
}

impl Group {
    /// All groups, in the order in which they are printed.
    pub const ALL: [Self; 4] = [Self::Weights, Self::Code, Self::Data, Self::Documents];

    /// The heading.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Code => "code",
            Self::Data => "data",
            Self::Documents => "documents",
        }
    }
}

macro_rules! components {
    ($($variant:ident $id:literal $kind:ident $group:ident $title:literal;)*) => {
        /// A component, by the dotted id of the crosswalk of openness schemes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Component {
            $(#[doc = $title] $variant,)*
        }

        impl Component {
            /// All components, in the order in which they are printed.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The dotted id.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// What it is, in words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it is made of.
            pub fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }

            /// Where it is shown.
            pub fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group,)* }
            }

            /// The component with a dotted id.
            pub fn parse(id: &str) -> Option<Self> {
                match id { $($id => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

components! {
    WeightsBaseFinal "weights.base_final" Data Weights "final weights of the base model";
    WeightsEndFinal "weights.end_final" Data Weights "final weights of the model that users meet";
    WeightsIntermediate "weights.intermediate" Data Weights "intermediate checkpoints";
    WeightsOptimizerState "weights.optimizer_state" Data Weights "optimizer and scheduler state";
    WeightsQuantisedVariants "weights.quantised_variants" Data Weights "quantised, merged or adapter variants";
    LineageBaseModel "lineage.base_model" Document Weights "parent models";
    CodeArchitecture "code.architecture" Code Code "architecture as code";
    CodeInference "code.inference" Code Code "inference code";
    CodePretraining "code.pretraining" Code Code "pre-training code";
    CodePosttraining "code.posttraining" Code Code "post-training code";
    CodeDataProcessing "code.data_processing" Code Code "data processing code";
    CodeValidationTesting "code.validation_testing" Code Code "validation and testing code";
    CodeEvaluation "code.evaluation" Code Code "evaluation code";
    CodeTokenizer "code.tokenizer" Code Code "tokenizer";
    CodeSupportingLibs "code.supporting_libs" Code Code "supporting libraries and environment";
    ConfigHyperparameters "config.hyperparameters" Data Code "training settings";
    ConfigModelMetadata "config.model_metadata" Data Code "model configuration";
    DataPretraining "data.pretraining" Data Data "pre-training data";
    DataSft "data.sft" Data Data "instruction data";
    DataPreferenceRl "data.preference_rl" Data Data "preference and reinforcement data";
    DataReconstruction "data.reconstruction" Data Data "scripts to rebuild the data";
    DatainfoDescription "datainfo.description" Document Data "description of the training data";
    DatainfoPublicList "datainfo.public_list" Document Data "list of public training data and where it is";
    DatainfoThirdpartyList "datainfo.thirdparty_list" Document Data "list of training data from third parties";
    DatainfoUnshareable "datainfo.unshareable" Document Data "reasoned description of unshareable data";
    DatainfoComposition "datainfo.composition" Document Data "size, languages and mixture of the data";
    DatainfoLabelling "datainfo.labelling" Document Data "labelling procedures";
    DatainfoSynthetic "datainfo.synthetic" Document Data "synthetic data and its generators";
    DatainfoCrawlOptout "datainfo.crawl_optout" Document Data "crawlers, opt-outs, copyright policy";
    DatainfoPersonalData "datainfo.personal_data" Document Data "personal data in training";
    DocDataCard "doc.data_card" Document Data "data card";
    DataEvaluation "data.evaluation" Data Data "evaluation data";
    DocModelCard "doc.model_card" Document Documents "model card";
    DocTechReport "doc.tech_report" Document Documents "technical report";
    DocPeerReviewedPaper "doc.peer_reviewed_paper" Document Documents "peer-reviewed paper";
    DocCodeDocs "doc.code_docs" Document Documents "documentation of the code";
    DocEvalResults "doc.eval_results" Document Documents "evaluation results";
    DocSampleOutputs "doc.sample_outputs" Document Documents "sample outputs";
    DocTrainingLogs "doc.training_logs" Document Documents "training logs";
    DocComputeHardware "doc.compute_hardware" Document Documents "compute and hardware";
    DocEnergy "doc.energy" Document Documents "energy and emissions";
    DocVersioning "doc.versioning" Document Documents "versions and changes";
    DocReproducibility "doc.reproducibility" Document Documents "proof of reproducibility";
    SafetyMitigations "safety.mitigations" Document Documents "safety documentation";
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Component {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Component {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::parse(&id).ok_or_else(|| serde::de::Error::custom(format!("`{id}` is not a component")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_and_parse_back() {
        for component in Component::ALL {
            assert_eq!(Component::parse(component.id()), Some(*component));
        }
        assert_eq!(Component::parse("weights.nothing"), None);
    }
}
