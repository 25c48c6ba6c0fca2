//! `candor assess`: the verdict.

use super::print_documents;
use crate::Outcome;
use crate::args::{Judging, Reading};
use crate::load::{frameworks, load};
use crate::output::Output;
use candor_assess::{Status, assess};
use clap::{Args, ValueEnum};

/// Arguments of `assess`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A folder, a hub cache snapshot, a release bundle, or one file
    #[arg(required = true)]
    pub locators: Vec<String>,
    /// How to read them.
    #[command(flatten)]
    pub reading: Reading,
    /// By what to judge.
    #[command(flatten)]
    pub judging: Judging,
    /// How to print
    #[arg(long, value_enum, default_value_t = AssessFormat::Human)]
    pub format: AssessFormat,
}

/// How to print an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AssessFormat {
    /// Text for people.
    Human,
    /// One JSON document.
    Json,
    /// A record of the Model Openness Framework, as YAML: what is shown, and in comments what is not.
    Mof,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let frameworks = frameworks(&options.judging)?;
    let mut documents = Vec::new();
    let mut unknown = false;
    for (at, locator) in options.locators.iter().enumerate() {
        let loaded = load(locator, &options.reading)?;
        let assessment = assess(&loaded.sheet, &frameworks);
        unknown |= !loaded.sheet.gaps().is_empty();
        unknown |= assessment.verdicts.iter().any(|(_, verdict)| verdict.confirmed == Status::Unknown);
        match options.format {
            AssessFormat::Json => documents.push(candor_report::json_value(&loaded.sheet, &assessment)),
            AssessFormat::Mof => {
                let text = candor_report::record(&loaded.sheet, &assessment);
                output.print(&if at > 0 { format!("---\n{text}") } else { text })?;
            }
            AssessFormat::Human => {
                let text = candor_report::human(&loaded.sheet, &assessment, output.paint, output.detail);
                output.show(&if at > 0 { format!("\n{text}") } else { text })?;
            }
        }
    }
    if options.format == AssessFormat::Json {
        print_documents(documents, output)?;
    }
    Ok(if options.reading.strict && unknown { Outcome::Undetermined } else { Outcome::Answered })
}
