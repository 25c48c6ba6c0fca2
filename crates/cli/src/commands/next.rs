//! `candor next`: the way up.

use super::print_documents;
use crate::Outcome;
use crate::args::{Format, Judging, Reading};
use crate::load::{frameworks, load};
use crate::output::Output;
use anyhow::{Context, anyhow};
use candor_assess::{assess, next};
use clap::Args;

/// Arguments of `next`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A folder, a release bundle, one file, or where a release lies: `hf:org/name`, `github:owner/name`
    pub locator: String,
    /// A level, reading, grade or requirement: `open-source`, `mof.II`, `osaid.strict`, `eosai.licenses.open`. A framework
    /// by itself means its next level; without it, the next level of the spectrum
    #[arg(long, value_name = "LEVEL")]
    pub to: Vec<String>,
    /// How to read it.
    #[command(flatten)]
    pub reading: Reading,
    /// By what to judge.
    #[command(flatten)]
    pub judging: Judging,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let frameworks = frameworks(&options.judging)?;
    let loaded = load(&options.locator, &options.reading)?;
    let assessment = assess(&loaded.sheet, &frameworks);
    let asked: Vec<Option<&str>> =
        if options.to.is_empty() { vec![None] } else { options.to.iter().map(|to| Some(to.as_str())).collect() };
    let (mut documents, mut short) = (Vec::new(), false);
    for (at, asked) in asked.into_iter().enumerate() {
        let target = match next::target(asked, &frameworks, &assessment) {
            Ok(target) => target,
            Err(next::NoTarget::AtTop { framework, level }) => format!("{framework}.{level}"),
            Err(next::NoTarget::Unknown(why)) => return Err(anyhow!("{why}")),
        };
        let plan = next::plan(&loaded.sheet, &frameworks, &target).context("no such requirement")?;
        short |= !plan.rests.is_empty();
        match options.format {
            Format::Json => documents.push(candor_report::next_json(&loaded.sheet, &plan)),
            Format::Human => {
                let text = candor_report::next(&loaded.sheet, &plan, output.paint);
                output.show(&if at > 0 { format!("\n{text}") } else { text })?;
            }
        }
    }
    if options.format == Format::Json {
        print_documents(documents, output)?;
    }
    Ok(if options.reading.strict && short { Outcome::Undetermined } else { Outcome::Answered })
}
