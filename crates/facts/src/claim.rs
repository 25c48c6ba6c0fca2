//! The closed list of what can be said of a release.
//!
//! One variant per thing that Candor can state. A claim carries the content only; who says so, and
//! where, is its evidence. Claims describe; none of them judges.
//!
//! Long because it is one closed vocabulary, read and reviewed as a whole.

use crate::{Component, Flop};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All values, in the order in which they are printed.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word used in JSON and reports.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The value of a word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How much of a component there is.
    Extent {
        /// All of it.
        Whole "whole",
        /// Some of it.
        Partial "partial",
        /// It is documented; the thing itself is not here.
        Described "described",
        /// It is said to lie elsewhere, at an address.
        Elsewhere "elsewhere",
    }
}

words! {
    /// What terms apply to.
    Covers {
        /// The weights.
        Model "model",
        /// Source code.
        Code "code",
        /// A data set.
        Data "data",
        /// Documents.
        Documents "documents",
        /// The text does not say; the part in which it stands decides.
        Unstated "unstated",
    }
}

words! {
    /// The stage of training that a statement is about.
    Stage {
        /// Pre-training: the base model.
        Base "base",
        /// Post-training: fine-tuning, preference tuning, merging.
        End "end",
        /// Not said.
        Unstated "unstated",
    }
}

words! {
    /// What a data set is used for.
    DataUse {
        /// The model was trained on it.
        Training "training",
        /// The model was measured on it.
        Evaluation "evaluation",
    }
}

words! {
    /// The particulars of data information that OSAID 1.0 names.
    DataAspect {
        /// Where the data comes from.
        Provenance "provenance",
        /// How much there is, of what kind, in which languages.
        Scope "scope",
        /// How it was obtained and selected.
        Selection "selection",
        /// How it was labelled, or that it was not.
        Labelling "labelling",
        /// How it was processed and filtered.
        Processing "processing",
        /// Why some of it cannot be shared.
        Unshareable "unshareable",
    }
}

words! {
    /// What a set of weight files is.
    WeightForm {
        /// Parameters that run by themselves.
        Full "full",
        /// An adapter that needs a base model.
        Adapter "adapter",
        /// The same parameters at a lower precision.
        Quantised "quantised",
        /// A state on the way.
        Checkpoint "checkpoint",
        /// State of the optimizer, scheduler or random numbers.
        Optimizer "optimizer",
    }
}

words! {
    /// How a model comes from another.
    Relation {
        /// Trained further.
        Finetune "finetune",
        /// An adapter on it.
        Adapter "adapter",
        /// Made of several.
        Merge "merge",
        /// Stored at a lower precision.
        Quantised "quantized",
        /// Not said.
        Unstated "unstated",
    }
}

words! {
    /// Which of two models whose weights were compared is made from the other, as far as either says so.
    Descent {
        /// This one names the other as its base.
        FromIt "child-from-parent",
        /// The other names this one.
        ToIt "parent-from-child",
        /// Neither names the other, and weights do not show who came first.
        Unsaid "unknown",
    }
}

words! {
    /// What a publisher says of its own openness.
    OpennessClaim {
        /// "open source".
        OpenSource "open source",
        /// "fully open", "truly open".
        FullyOpen "fully open",
        /// "open weights".
        OpenWeights "open weights",
        /// "free for commercial use".
        CommercialUse "free for commercial use",
    }
}

words! {
    /// How a licence text was recognised.
    LicenseKind {
        /// The published text, word for word where words matter.
        Exact "exact",
        /// A known text with words that differ.
        Modified "modified",
        /// A sentence that grants a licence by name.
        Notice "notice",
        /// A text of terms that is no known licence.
        Custom "custom",
        /// Nothing that could be recognised.
        Unrecognised "unrecognised",
    }
}

words! {
    /// Restrictions and conditions that terms may carry.
    TermKind {
        /// No permission was found.
        NoLicense "no-license",
        /// Some uses are forbidden.
        FieldOfUse "field-of-use",
        /// Commercial use is forbidden.
        NonCommercial "non-commercial",
        /// Another licence is needed above a number of users.
        UserThreshold "user-threshold",
        /// Another licence is needed above a revenue.
        RevenueThreshold "revenue-threshold",
        /// It may not help to make other models.
        NoCompetingModels "no-competing-models",
        /// Some places are excluded.
        Geographic "geographic",
        /// It may not be passed on.
        NoRedistribution "no-redistribution",
        /// It may not be changed.
        NoModification "no-modification",
        /// The publisher may restrict use from afar.
        RemoteRestriction "remote-restriction",
        /// The latest version must be used.
        UpdateDuty "update-duty",
        /// The terms may change later.
        MutableTerms "mutable-terms",
        /// The grant may be taken back.
        Revocable "revocable",
        /// A share of the income is due.
        Royalty "royalty",
        /// The user must hold the publisher harmless.
        Indemnity "indemnity",
        /// Access must be asked for.
        Gated "gated",
        /// Condition: name the authors.
        Attribution "attribution",
        /// Condition: a name must be used for what is derived.
        Naming "naming",
        /// Condition: a notice must be shown to users.
        Display "display",
        /// Condition: derived works under the same terms.
        ShareAlike "share-alike",
        /// Condition: the same limits must be passed on.
        FlowDown "flow-down",
        /// Condition: keep the notices.
        Notice "notice",
        /// Condition: the grant ends for those who sue over patents.
        PatentRetaliation "patent-retaliation",
    }
}

impl TermKind {
    /// Whether it limits what may be done; else it is a condition under which all may be done.
    pub fn restricts(self) -> bool {
        !matches!(
            self,
            Self::Attribution
                | Self::Naming
                | Self::Display
                | Self::ShareAlike
                | Self::FlowDown
                | Self::Notice
                | Self::PatentRetaliation
        )
    }
}

words! {
    /// Whether a set of weight files is whole.
    Whole {
        /// Every file that the set needs is in the listing.
        Yes "yes",
        /// A file that the set needs is missing from a complete listing.
        No "no",
        /// It cannot be said.
        Unknown "unknown",
    }
}

words! {
    /// What a file may state of its model beside tensors, terms and lineage.
    Property {
        /// What it is called.
        Name "name",
        /// Who made it.
        Author "author",
        /// For which organisation.
        Organisation "organisation",
        /// Who lowered its precision.
        QuantisedBy "quantised-by",
        /// Its version.
        Version "version",
        /// What it was tuned for.
        Finetune "finetune",
        /// Its size in words: `7B`, `8x7B`.
        SizeLabel "size-label",
        /// The mixture of element types.
        Quantisation "quantisation",
        /// The longest input, in tokens.
        ContextLength "context-length",
        /// Experts of each layer.
        Experts "experts",
        /// Experts that one token uses.
        ExpertsUsed "experts-used",
        /// A template for conversations.
        ChatTemplate "chat-template",
        /// Languages.
        Languages "languages",
        /// Free words.
        Tags "tags",
        /// The program that wrote it.
        Producer "producer",
        /// The version of that program.
        ProducerVersion "producer-version",
        /// A set of operators that it needs, with its version.
        OperatorSet "operator-set",
    }
}

/// A restriction or condition found in a text, with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TermFound {
    /// What it is.
    pub kind: TermKind,
    /// The number of a threshold: users, or money in whole US dollars.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<u64>,
    /// Bytes of the clause in the artifact that the fact is about; `None` when the term follows from the named licence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bytes: Option<(u64, u64)>,
    /// What it means, in our words.
    pub note: String,
}

/// What makes a pickle not provably inert.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PickleOffence {
    /// Its byte, of the file or of the member of an archive.
    pub at: u64,
    /// The member of an archive that it stands in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub within: Option<String>,
    /// The opcode, by the name of the specification.
    pub opcode: String,
    /// What is wrong with it.
    pub what: String,
}

/// What can be said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "claim", rename_all = "kebab-case")]
pub enum Claim {
    /// A component is here, is described, or is said to lie elsewhere.
    Provides {
        /// Which.
        component: Component,
        /// How much of it.
        extent: Extent,
        /// Where it is said to lie, or what it is called.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        target: Option<String>,
    },
    /// The publisher says that a component is not published.
    Withholds {
        /// Which.
        component: Component,
    },
    /// The model can be reached through an interface only.
    InterfaceOnly,
    /// The weights are differences that must be added to those of another model.
    DeltaWeights,
    /// A set of weight files.
    Weights {
        /// What the set is.
        form: WeightForm,
        /// The file format: `safetensors`, `gguf`, `pytorch`, …
        format: String,
        /// Number of files at hand or listed.
        files: u32,
        /// Their size in bytes, where every file's size is known.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        bytes: Option<u64>,
        /// Whether the set is whole.
        whole: Whole,
        /// Names of files that are needed and not listed.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        missing: Vec<String>,
    },
    /// What the headers of the weight files hold together.
    Tensors {
        /// Number of tensors.
        count: u64,
        /// Number of parameters, tied weights once.
        parameters: u64,
        /// Elements per element type.
        dtypes: BTreeMap<String, u64>,
    },
    /// The parameters of the final weights, counted by their headers.
    Parameters {
        /// All of them, tied weights once, without buffers.
        total: u64,
        /// Elements that are stored and not trained: positions, masks, tables.
        buffers: u64,
        /// Elements that are stored more than once for weights that are one.
        tied: u64,
        /// Of the table that turns tokens into vectors, which costs no multiplication.
        embedding: u64,
        /// Those that one token uses: all, or of a mixture of experts the chosen ones. `None` when that is not known.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        active: Option<u64>,
        /// Operations per token that attention adds in training at the longest input: 12 × layers × width × context.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        attention: Option<u64>,
    },
    /// The number of parameters is told, as an interval by its rounding.
    ParametersTold {
        /// Not fewer.
        lower: u64,
        /// Not more.
        upper: u64,
        /// Whether it is the number that one token uses.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        active: bool,
    },
    /// The number of tokens that the model was trained on is told, as an interval by its rounding.
    TrainingTokens {
        /// Not fewer.
        lower: u64,
        /// Not more; `None` where only a least number is told.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        upper: Option<u64>,
        /// In which stage.
        stage: Stage,
    },
    /// The computing of training, in floating-point operations.
    Compute {
        /// Not less.
        lower: Flop,
        /// Not more; `None` where no upper end can be given.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        upper: Option<Flop>,
        /// How it follows from the inputs.
        formula: String,
        /// The numbers that went in, by their names in the formula.
        inputs: BTreeMap<String, u64>,
        /// Of which stage.
        stage: Stage,
    },
    /// A weight file states something of its model.
    States {
        /// What.
        property: Property,
        /// The value, as written.
        value: String,
    },
    /// The pickles of a file were followed, opcode by opcode, without executing them.
    Pickle {
        /// Whether they build values and do nothing else. If not, loading the file may run any code.
        inert: bool,
        /// What they stand in: `pickle`, `pytorch-zip`, `pytorch-legacy`, `numpy`, …
        container: String,
        /// What they import, sorted.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        imports: Vec<String>,
        /// The first thing that makes them not provably inert.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        offence: Option<PickleOffence>,
    },
    /// The weights can be run with what is here.
    Runnable {
        /// What makes it so: `config`, `code`, `self-describing`.
        by: String,
    },
    /// The architecture that a configuration names.
    Architecture {
        /// `model_type`.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        model_type: Option<String>,
        /// `architectures`.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        architectures: Vec<String>,
    },
    /// The model comes from another one.
    BaseModel {
        /// Its name as written.
        name: String,
        /// How.
        relation: Relation,
    },
    /// The weights were compared with those of another model.
    WeightsCompared {
        /// What the other is called: as this release names it as a base, else as it names itself.
        with: String,
        /// Whether they are related; if not, they show no trace of each other.
        related: bool,
        /// What was done to them: `fine-tune`, `quantisation`, `merge`, …; `independent`.
        kind: String,
        /// Who names whom.
        descent: Descent,
        /// The bases that this release names.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        named: Vec<String>,
    },
    /// The recipe of training was run again, and what that gave was held against what is published.
    Reproduced {
        /// What the recipe is called.
        recipe: String,
        /// `R5` byte-identical … `R0` not comparable; `None` where it gave something else.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        level: Option<String>,
        /// What decided it.
        because: String,
    },
    /// A data set is named.
    Dataset {
        /// Its name as written.
        name: String,
        /// Where to get it, when that is said.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        url: Option<String>,
        /// What it is used for.
        used_for: DataUse,
        /// In which stage.
        stage: Stage,
    },
    /// A particular of the training data is told.
    DataDescribed {
        /// Which.
        aspect: DataAspect,
        /// Of which stage.
        stage: Stage,
    },
    /// A reviewer states that a requirement of a framework holds, or that it does not.
    Reviewed {
        /// `framework.requirement`.
        requirement: String,
        /// Whether it holds.
        holds: bool,
        /// Why, in the reviewer's words.
        because: String,
        /// Where that can be seen.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        url: Option<String>,
    },
    /// What a text of terms is.
    LicenseText {
        /// What the terms cover.
        covers: Covers,
        /// How it was recognised.
        kind: LicenseKind,
        /// SPDX expression, when there is one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        expression: Option<String>,
        /// Restrictions and conditions, each with its clause where the text has it.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        terms: Vec<TermFound>,
        /// Bytes that differ from the known text, or that nobody has read.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        residue: Vec<(u64, u64)>,
    },
    /// A licence is named.
    LicenseDeclared {
        /// What it is said to cover.
        covers: Covers,
        /// The name as written.
        written: String,
        /// SPDX expression, when the name is known.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        expression: Option<String>,
    },
    /// A restriction that stands outside a licence text: a gate, a use policy, a sentence of a card.
    Restricted {
        /// What it covers.
        covers: Covers,
        /// The restriction.
        #[serde(flatten)]
        term: TermFound,
    },
    /// The publisher calls the release open, in some sense.
    SaysOpen {
        /// In which sense.
        what: OpennessClaim,
    },
    /// Files whose digests are published beside them.
    DigestsPublished {
        /// Number of weight files with a digest.
        files: u32,
        /// Number of weight files.
        of: u32,
    },
    /// Something was sought in a listing and is not there.
    Absent {
        /// What was sought.
        component: Component,
    },
}

impl Claim {
    /// The model that this one comes from: named as its base, or shown by its weights where nobody says who came
    /// first and no base is named at all. Two models with a base in common are alike too.
    pub fn parent(&self) -> Option<(&str, Relation)> {
        match self {
            Self::BaseModel { name, relation } => Some((name, *relation)),
            Self::WeightsCompared { with, related: true, descent: Descent::Unsaid, named, kind }
                if named.is_empty() =>
            {
                let relation = match kind.as_str() {
                    "merge" => Relation::Merge,
                    "cast" | "quantisation" => Relation::Quantised,
                    "identical" | "permuted" => Relation::Unstated,
                    _ => Relation::Finetune,
                };
                Some((with, relation))
            }
            _ => None,
        }
    }
}
