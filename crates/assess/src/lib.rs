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
mod lineage;
pub mod mof;
pub mod policy;
mod probe;
mod probes;
mod regulation;
mod reviewed;
mod status;
mod terms;
mod verdict;
mod weights;

pub use answers::{Answer, AnswerWord, QUESTIONS};
pub use assess::{Assessment, assess};
pub use claims::{ClaimHeld, Holds};
pub use compute::Flop;
pub use decision::{Decided, Open, Outcome, OutcomeRule, Reach};
pub use framework::{Framework, FrameworkError, Reference, Requirement, Rule, Source, shipped};
pub use inventory::{Holding, Inventory, Presence};
pub use lineage::Lineage;
pub use probe::{Param, Params, Probe};
pub use probes::PROBES;
pub use regulation::{Dated, Note, Outside, Publicity, Regulation, is_day};
pub use status::Status;
pub use terms::{Freedoms, Scope, Term, Terms, Via};
pub use verdict::{Doubt, Finding, Ground, NonEmpty, Readings, Reason, Standing, Trust, Verdict, VerdictId, Verdicts};
