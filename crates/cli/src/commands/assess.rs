//! `candor assess`: the verdict.

use super::print_documents;
use crate::Outcome;
use crate::args::{Format, Reading};
use crate::load::{frameworks, load};
use crate::output::Output;
use candor_assess::assess;
use clap::Args;

/// Arguments of `assess`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A folder, a hub cache snapshot, a release bundle, or one file
    #[arg(required = true)]
    pub locators: Vec<String>,
    /// How to read them.
    #[command(flatten)]
    pub reading: Reading,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let frameworks = frameworks()?;
    let mut documents = Vec::new();
    let mut unknown = false;
    for (at, locator) in options.locators.iter().enumerate() {
        let loaded = load(locator, &options.reading)?;
        let assessment = assess(&loaded.sheet, &frameworks);
        unknown |= !loaded.sheet.gaps().is_empty();
        unknown |= assessment.unknown();
        match options.format {
            Format::Json => documents.push(candor_report::json_value(&loaded.sheet, &assessment)),
            Format::Human => {
                let text = candor_report::human(&loaded.sheet, &assessment, output.paint, output.detail);
                output.show(&if at > 0 { format!("\n{text}") } else { text })?;
            }
        }
    }
    if options.format == Format::Json {
        print_documents(documents, output)?;
    }
    Ok(if options.reading.strict && unknown { Outcome::Undetermined } else { Outcome::Answered })
}
