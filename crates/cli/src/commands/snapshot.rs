//! `candor snapshot`: a release as a bundle.

use crate::Outcome;
use crate::args::{Format, Reading};
use crate::load::{open, record};
use crate::output::Output;
use candor_source::write_bundle;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Shown below the options.
pub(crate) const HELP: &str = "\
Example:
  candor snapshot hf:org/name -o bundle && candor assess bundle --offline";

/// Arguments of `snapshot`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A locator, as for `assess`
    pub locator: String,
    /// The folder to write; it must not be there yet
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// How to read it.
    #[command(flatten)]
    pub reading: Reading,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    anyhow::ensure!(
        !options.reading.follow,
        "a bundle does not keep what is followed yet; leave `--follow` out, or name parts by `--with`"
    );
    anyhow::ensure!(
        options.reading.reviews.is_empty() && options.reading.lineage.is_empty(),
        "a bundle keeps what was published; say `--reviews` and `--lineage` when it is assessed"
    );
    let snapshot = open(&options.locator, &options.reading)?;
    let (sheet, recording) = record(&snapshot);
    let written = write_bundle(&snapshot, &recording, &options.output)?;
    let gaps = sheet.gaps().len();
    match options.format {
        Format::Json => output.print(
            &json!({
                "bundle": options.output.display().to_string(), "id": sheet.release.id, "parts": sheet.release.parts.len(),
                "whole": written.whole, "partial": written.partial, "bytes": written.bytes, "gaps": gaps,
                "facts": sheet.digest(),
            })
            .to_string(),
        )?,
        Format::Human => output.show(&format!(
            "{}: {} of {} files whole, {} in part, {} bytes, {gaps} gaps\nassess it with `candor assess {}`",
            options.output.display(),
            written.whole,
            sheet.release.parts.iter().map(|part| part.listing.entries().len()).sum::<usize>(),
            written.partial,
            written.bytes,
            options.output.display(),
        ))?,
    }
    Ok(if options.reading.strict && gaps > 0 { Outcome::Undetermined } else { Outcome::Answered })
}
