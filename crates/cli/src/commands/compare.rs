//! `candor compare`: releases side by side.

use crate::Outcome;
use crate::args::{Judging, Reading};
use crate::load::{Loaded, frameworks, load_all};
use crate::output::Output;
use crate::render::{Judged, Rendering, formats};
use anyhow::bail;
use candor_report::Format;
use clap::Args;

/// Arguments of `compare`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Two or more releases; a bill of materials counts as all models that it lists
    #[arg(required = true)]
    pub locators: Vec<String>,
    /// How to read them.
    #[command(flatten)]
    pub reading: Reading,
    /// By what to judge.
    #[command(flatten)]
    pub judging: Judging,
    /// How to print; without it as the name of the file says, `.html` or `.json` for instance, else for people
    #[arg(long, value_parser = formats(|format| format.compare.is_some()))]
    pub format: Option<&'static Format>,
    /// What to print, and where to.
    #[command(flatten)]
    pub rendering: Rendering,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let frameworks = frameworks(&options.judging)?;
    let format = options.rendering.format(options.format, |format| format.compare.is_some())?;
    let Some(render) = format.compare else { bail!("`compare` has no format `{}`", format.id) };
    let mut loaded: Vec<Loaded> = Vec::new();
    for locator in &options.locators {
        loaded.extend(load_all(locator, &options.reading)?);
    }
    if loaded.len() < 2 {
        bail!("`compare` takes two or more <LOCATORS>, and this is one release; `candor assess` tells of one");
    }
    let judged: Vec<Judged<'_>> = loaded.iter().map(|loaded| Judged::new(loaded, &frameworks)).collect();
    let text = options.rendering.render(&judged, output, render);
    options.rendering.deliver(&text, format, output)?;
    let unknown = judged.iter().any(Judged::undetermined);
    Ok(if options.reading.strict && unknown { Outcome::Undetermined } else { Outcome::Answered })
}
