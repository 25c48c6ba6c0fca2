//! What may be said on the command line.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// How open is this AI model, really, and what can you do because of it?
///
/// Looks at what was published, keeps the evidence of every statement, and places the release on the
/// spectrum from closed to open source. What is not known is said to be unknown.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Options that every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  answered; gaps and unknowns included, unless `--strict` is said
  2  usage error; an input that is not there or cannot be read at all
  3  nothing could be judged; or, with `--strict`, something stayed unknown

Example:
  candor assess examples/open-source";

const MOF_HELP: &str = "\
Components, with exactly these names:
  Class III  Model architecture, Model parameters (Final), Technical report, Evaluation results,
             Model card, Data card, Sample model outputs
  Class II   Training code, Inference code, Evaluation code, Evaluation data,
             Supporting libraries and tools
  Class I    Datasets, Data preprocessing code, Model parameters (Intermediate), Research paper,
             Model metadata

A licence may be an id in any common spelling, an SPDX expression, or a list of licences that all apply.
`contained_in: Model card` says that a component is part of another document.

Example:
  candor mof record.yml --compat mot";

/// Options that every command takes.
#[derive(ClapArgs, Debug)]
pub(crate) struct Common {
    /// When to colour: `auto` does on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN")]
    pub color: ColorWhen,
    /// Say less
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Make no connection (this version makes none in any case)
    #[arg(long, global = true)]
    pub offline: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The verdict: where a release stands, why, under which terms, and what it lets you do
    #[command(after_help = "Example:\n  candor assess examples/open-weights --format json")]
    Assess(Assess),
    /// One requirement's tree, down to the bytes that decide
    #[command(after_help = "Example:\n  candor explain examples/open-weights osaid.data-information")]
    Explain(Explain),
    /// Two or more releases side by side
    #[command(after_help = "Example:\n  candor compare examples/closed examples/open-weights examples/open-source")]
    Compare(Compare),
    /// Which licence a text is, what differs, and what it forbids
    #[command(after_help = "Example:\n  candor license LICENSE")]
    License(Texts),
    /// What one file says: header, card, configuration; facts and gaps
    #[command(after_help = "Example:\n  candor inspect examples/open-weights/model.safetensors")]
    Inspect(Texts),
    /// A record of the Model Openness Framework: class, progress, and what is missing for the next class
    #[command(after_help = MOF_HELP)]
    Mof(Mof),
    /// The JSON Schema of an output
    #[command(after_help = "Example:\n  candor schema assessment > assessment.schema.json")]
    Schema(Schema),
    /// A completion script for a shell
    #[command(after_help = "Example:\n  candor completions bash > ~/.local/share/bash-completion/completions/candor")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    Human,
    /// One JSON document.
    Json,
}

/// How to read a release.
#[derive(ClapArgs, Debug)]
pub(crate) struct Reading {
    /// The folder is the whole release: a file that is not in it does not exist
    #[arg(long)]
    pub complete: bool,
    /// A further part of the release: model, code, data or document, at a locator
    #[arg(long, value_name = "ROLE=LOCATOR")]
    pub with: Vec<String>,
    /// Exit 3 when something could not be seen or stayed unknown
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `assess`.
#[derive(ClapArgs, Debug)]
pub(crate) struct Assess {
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

/// Arguments of `explain`.
#[derive(ClapArgs, Debug)]
pub(crate) struct Explain {
    /// A folder, a hub cache snapshot, a release bundle, or one file
    pub locator: String,
    /// A requirement such as `osaid.parameters-terms`, or a framework such as `spectrum`
    pub requirement: String,
    /// How to read it.
    #[command(flatten)]
    pub reading: Reading,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Arguments of `compare`.
#[derive(ClapArgs, Debug)]
pub(crate) struct Compare {
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

/// Arguments of commands over single files.
#[derive(ClapArgs, Debug)]
pub(crate) struct Texts {
    /// Files
    #[arg(required_unless_present = "files_from")]
    pub files: Vec<PathBuf>,
    /// Read the names of files from this list, one a line; `-` is standard input
    #[arg(long, value_name = "LIST")]
    pub files_from: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Exit 3 when something could not be read or recognised
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `mof`.
#[derive(ClapArgs, Debug)]
pub(crate) struct Mof {
    /// A record, as YAML
    pub file: PathBuf,
    /// Say exactly what another tool says, its faults included: `mot` is the Model Openness Tool
    #[arg(long, value_enum, value_name = "TOOL")]
    pub compat: Option<MofCompat>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Tools that `mof` can equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MofCompat {
    /// The Model Openness Tool.
    Mot,
}

/// Arguments of `schema`.
#[derive(ClapArgs, Debug)]
pub(crate) struct Schema {
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
}
