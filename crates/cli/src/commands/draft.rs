//! `candor draft`: a document that a duty asks for, filled with what was found.

use crate::Outcome;
use crate::args::{Judging, Reading};
use crate::disk;
use crate::load::{frameworks, load};
use crate::output::Output;
use anyhow::{Context, bail};
use candor_assess::assess;
use candor_assess::draft::draft;
use candor_facts::Evidence;
use candor_report::Subject;
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use std::path::PathBuf;

/// What `draft --help` adds.
pub(crate) const HELP: &str = "\
Every field is marked found, declared, inferred or to be answered, with its places. What no file answers is to be
answered by the provider; it is never \"no\".

Examples:
  candor draft eu-training-summary examples/open-source
  candor draft eu-model-documentation examples/open-source --format docx -o form.docx";

/// Documents that can be drafted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// The public summary of training content of the EU AI Act.
    EuTrainingSummary,
    /// The model documentation form of the EU AI Act's code of practice.
    EuModelDocumentation,
    /// California's documentation of training data.
    #[value(name = "ab-2013")]
    Ab2013,
    /// A model card.
    ModelCard,
    /// A data card.
    DataCard,
}

impl Kind {
    fn id(self) -> &'static str {
        match self {
            Self::EuTrainingSummary => "eu-training-summary",
            Self::EuModelDocumentation => "eu-model-documentation",
            Self::Ab2013 => "ab-2013",
            Self::ModelCard => "model-card",
            Self::DataCard => "data-card",
        }
    }
}

/// How a draft is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DraftFormat {
    /// Markdown.
    Markdown,
    /// A document for word processors.
    Docx,
}

/// Arguments of `draft`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Which document
    #[arg(value_enum)]
    pub kind: Kind,
    /// A folder, a hub cache snapshot, a release bundle, or one file
    pub locator: String,
    /// Write to this file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How to write; by the ending of the file when it is not said
    #[arg(long, value_enum)]
    pub format: Option<DraftFormat>,
    /// How to read it.
    #[command(flatten)]
    pub reading: Reading,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let ending = options.output.as_ref().and_then(|path| path.extension()).is_some_and(|end| end == "docx");
    let format = options.format.unwrap_or(if ending { DraftFormat::Docx } else { DraftFormat::Markdown });
    if format == DraftFormat::Docx && options.output.is_none() && std::io::stdout().is_terminal() {
        bail!("a DOCX document is no text for a terminal; name a file with `-o FILE`");
    }
    let loaded = load(&options.locator, &options.reading)?;
    let frameworks = frameworks(&Judging::default())?;
    let assessment = assess(&loaded.sheet, &frameworks);
    let draft = draft(options.kind.id(), &assessment.inventory)
        .with_context(|| format!("the form `{}` that ships with Candor is wrong; report this", options.kind.id()))?;
    let excerpt = |place: &Evidence| loaded.excerpt(place);
    let subject = Subject { sheet: &loaded.sheet, assessment: &assessment, frameworks: &frameworks, excerpt: &excerpt };
    let document = candor_report::lay_out(&subject, &draft);
    let bytes = match format {
        DraftFormat::Markdown => candor_report::draft_markdown(&document).into_bytes(),
        DraftFormat::Docx => candor_report::docx(&document),
    };
    match &options.output {
        Some(path) => disk::write(path, &bytes)?,
        None => match format {
            DraftFormat::Markdown => output.show(&String::from_utf8_lossy(&bytes))?,
            DraftFormat::Docx => output.bytes(&bytes)?,
        },
    }
    Ok(Outcome::Answered)
}
