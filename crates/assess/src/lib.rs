//! Judgement: from facts to verdicts, standings and answers.
//!
//! A pure function of a fact sheet and framework files. It sees no bytes and no network, invents no score,
//! and cannot state a status without a ground or a doubt.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answers;
mod assess;
mod claims;
mod compute;
mod data;
mod decision;
pub mod draft;
mod framework;
mod inventory;
pub mod known;
mod lineage;
pub mod mof;
pub mod next;
pub mod policy;
mod probe;
mod probes;
mod regulation;
mod reviewed;
mod status;
mod terms;
mod verdict;
mod view;
mod weights;

pub use answers::{Answer, AnswerWord, QUESTIONS};
pub use assess::{Assessment, assess};
pub use claims::{ClaimHeld, Holds, NAMES_BASES};
pub use compute::Operations;
pub use decision::{Decided, Decision, Open, Outcome, OutcomeRule, Reach, Step};
pub use framework::{Dimension, Framework, FrameworkError, Reference, Requirement, Rule, Source, shipped};
pub use inventory::{Holding, Inventory, Presence};
pub use lineage::Lineage;
pub use probe::{Param, Params, Probe};
pub use probes::PROBES;
pub use regulation::{Dated, Note, Outside, Publicity, Regulation, is_day};
pub use status::Status;
pub use terms::{Freedoms, Scope, Term, Terms, Via};
pub use verdict::{
    Doubt, Finding, Graded, Ground, NonEmpty, Readings, Reason, Scorecard, Standing, Trust, Verdict, VerdictId,
    Verdicts,
};
pub use view::View;
