//! `candor assess`: the verdict.

use crate::Outcome;
use crate::args::{Judging, Reading};
use crate::load::{Loaded, frameworks, load_all};
use crate::output::Output;
use crate::render::{Judged, Rendering, formats};
use anyhow::bail;
use candor_report::Format;
use clap::Args;

/// Arguments of `assess`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A folder, a release bundle, a bill of materials, one file, or where a release lies: `hf:org/name`,
    /// `github:owner/name`
    #[arg(required = true)]
    pub locators: Vec<String>,
    /// How to read them.
    #[command(flatten)]
    pub reading: Reading,
    /// By what to judge.
    #[command(flatten)]
    pub judging: Judging,
    /// How to print; without it as the name of the file says, `.html` or `.json` for instance, else for people
    #[arg(long, value_parser = formats(|format| format.assess.is_some()))]
    pub format: Option<&'static Format>,
    /// What to print, and where to.
    #[command(flatten)]
    pub rendering: Rendering,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let frameworks = frameworks(&options.judging)?;
    let format = options.rendering.format(options.format, |format| format.assess.is_some())?;
    let Some(render) = format.assess else { bail!("`assess` has no format `{}`", format.id) };
    let mut loaded: Vec<Loaded> = Vec::new();
    let mut failed = None;
    for locator in &options.locators {
        match load_all(locator, &options.reading) {
            Ok(releases) => loaded.extend(releases),
            // What was read before stays worth showing to a person.
            Err(error) if format.people && options.rendering.output.is_none() => {
                failed = Some(error);
                break;
            }
            Err(error) => return Err(error),
        }
    }
    options.rendering.fits(format, loaded.len())?;
    let judged: Vec<Judged<'_>> = loaded.iter().map(|loaded| Judged::new(loaded, &frameworks)).collect();
    if !judged.is_empty() {
        let text = options.rendering.render(&judged, output, render);
        options.rendering.deliver(&text, format, output)?;
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let unknown = judged.iter().any(Judged::undetermined);
    Ok(if options.reading.strict && unknown { Outcome::Undetermined } else { Outcome::Answered })
}
