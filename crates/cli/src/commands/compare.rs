//! `candor compare`: releases side by side.

use super::print_documents;
use crate::Outcome;
use crate::args::{Format, Reading};
use crate::load::{Loaded, frameworks, load};
use crate::output::Output;
use candor_assess::assess;
use clap::Args;

/// Arguments of `compare`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Two or more releases
    #[arg(required = true, num_args = 2..)]
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
    let loaded: Vec<Loaded> =
        options.locators.iter().map(|locator| load(locator, &options.reading)).collect::<anyhow::Result<_>>()?;
    let assessments: Vec<_> = loaded.iter().map(|loaded| assess(&loaded.sheet, &frameworks)).collect();
    let pairs: Vec<_> =
        loaded.iter().zip(&assessments).map(|(loaded, assessment)| (&loaded.sheet, assessment)).collect();
    match options.format {
        Format::Human => output.show(&candor_report::compare(&pairs, output.paint))?,
        Format::Json => print_documents(
            pairs.iter().map(|(sheet, assessment)| candor_report::json_value(sheet, assessment)).collect(),
            output,
        )?,
    }
    let unknown = pairs.iter().any(|(sheet, assessment)| !sheet.gaps().is_empty() || assessment.unknown());
    Ok(if options.reading.strict && unknown { Outcome::Undetermined } else { Outcome::Answered })
}
