//! `candor schema`: the JSON Schemas of what Candor prints.

use crate::Outcome;
use crate::output::Output;
use clap::{Args, ValueEnum};

/// Arguments of `schema`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Which output
    #[arg(value_enum)]
    pub of: SchemaOf,
}

/// Outputs with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// `assess --format json`.
    Assessment,
    /// `license --format json`.
    License,
    /// `inspect --format json`.
    Inspect,
    /// `check --format json`.
    Check,
    /// `diff --format json`.
    Diff,
    /// `lineage --format json`.
    Lineage,
    /// `reproduce --format json`.
    Reproduce,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let text = match options.of {
        SchemaOf::Assessment => include_str!("../../schemas/assessment.schema.json"),
        SchemaOf::License => include_str!("../../schemas/license.schema.json"),
        SchemaOf::Inspect => include_str!("../../schemas/inspect.schema.json"),
        SchemaOf::Check => include_str!("../../schemas/check.schema.json"),
        SchemaOf::Diff => include_str!("../../schemas/diff.schema.json"),
        SchemaOf::Reproduce => include_str!("../../schemas/reproduce.schema.json"),
        SchemaOf::Lineage => include_str!("../../schemas/lineage.schema.json"),
    };
    output.print(text)?;
    Ok(Outcome::Answered)
}
