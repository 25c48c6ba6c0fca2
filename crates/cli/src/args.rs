//! What may be said on the command line. The options of one command stand in its module.

use crate::commands::{
    assess, attest, catalogue, check, compare, diff, draft, explain, frameworks, init, lineage, mof, next, reproduce,
    schema, sign, snapshot, verify,
};
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
  1  the answer is no: violated, refuted, different
  2  usage error; an input that is not there or cannot be read at all
  3  nothing could be judged; or, with `--strict`, something stayed unknown

Example:
  candor assess examples/open-source";

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
    /// Make no connection: what is in the caches must do
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
    Assess(assess::Options),
    /// One requirement's tree, down to the bytes that decide
    #[command(after_help = "Example:\n  candor explain examples/open-weights osaid.data-information")]
    Explain(explain::Options),
    /// Two or more releases side by side
    #[command(after_help = "Example:\n  candor compare examples/closed examples/open-weights examples/open-source")]
    Compare(compare::Options),
    /// Which licence a text is, what differs, and what it forbids
    #[command(after_help = "Example:\n  candor license LICENSE")]
    License(Texts),
    /// What one file says: header, card, configuration; facts and gaps
    #[command(after_help = "Example:\n  candor inspect examples/open-weights/model.safetensors")]
    Inspect(Texts),
    /// A record of the Model Openness Framework: class, progress, and what is missing for the next class
    #[command(after_help = mof::HELP)]
    Mof(mof::Options),
    /// What was read of a release, as a bundle that gives the same answers without a connection
    #[command(after_help = snapshot::HELP)]
    Snapshot(snapshot::Options),
    /// The well-known releases that ship with Candor, and where each stands
    #[command(after_help = "Example:\n  candor catalogue --makes images")]
    Catalogue(catalogue::Options),
    /// Whether files are those that were signed or listed
    #[command(after_help = verify::HELP)]
    Verify(verify::Options),
    /// What changed between two models: container, header, each tensor as numbers, documents
    #[command(after_help = diff::HELP)]
    Diff(diff::Options),
    /// Whether the weights of a model are derived from those of another, whatever its card says
    #[command(after_help = lineage::HELP)]
    Lineage(lineage::Options),
    /// Whether a recipe gives again what was published; nothing is executed without --run
    #[command(after_help = reproduce::HELP)]
    Reproduce(reproduce::Options),
    /// Sign a model with a key, as OpenSSF Model Signing 1.0
    #[command(after_help = sign::HELP)]
    Sign(sign::Options),
    /// What to publish, license or tell to reach a level of any framework, smallest set first
    #[command(after_help = "Example:\n  candor next examples/open-weights --to open-weights-data-info")]
    Next(next::Options),
    /// The frameworks that ship with Candor: list them, show one, or check a file of your own
    #[command(
        after_help = "Examples:\n  candor frameworks\n  candor frameworks show mof\n  candor frameworks lint ours.toml"
    )]
    Frameworks(frameworks::Options),
    /// A reviewer's statement on one requirement or component, pinned to what was reviewed
    #[command(after_help = attest::HELP)]
    Attest(attest::Options),
    /// A document that a duty asks for, filled with what was found
    #[command(after_help = draft::HELP)]
    Draft(draft::Options),
    /// The models of a project, or those named, against a policy and a lock file
    #[command(after_help = check::HELP)]
    Check(check::Options),
    /// A policy with comments, to begin with
    #[command(after_help = "Example:\n  candor init --print")]
    Init(init::Options),
    /// The JSON Schema of an output
    #[command(after_help = "Example:\n  candor schema assessment > assessment.schema.json")]
    Schema(schema::Options),
    /// A completion script for a shell
    #[command(after_help = "Example:\n  candor completions bash > ~/.local/share/bash-completion/completions/candor")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// The manual, a page for each command
    #[command(after_help = "Example:\n  candor manual ~/.local/share/man/man1")]
    Manual {
        /// The folder for the pages
        folder: PathBuf,
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
#[derive(ClapArgs, Clone, Debug, Default)]
pub(crate) struct Reading {
    /// The folder is the whole release: a file that is not in it does not exist
    #[arg(long)]
    pub complete: bool,
    /// A further part of the release: model, code, data or document, at a locator
    #[arg(long, value_name = "ROLE=LOCATOR")]
    pub with: Vec<String>,
    /// Also look at what the release itself links to: base models, data sets, code
    #[arg(long)]
    pub follow: bool,
    /// Requests that the run may cost. Without it all ends at 300, and headers of weight files at 40 for a release,
    /// at 10 for one of 100 GB or more
    #[arg(long, value_name = "REQUESTS", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub budget: Option<u64>,
    /// Exit 3 when something could not be seen or stayed unknown
    #[arg(long)]
    pub strict: bool,
    /// Statements of reviewers; without this, those beside the release are read: `candor-reviews.toml` with a
    /// bundle, `NAME.candor-reviews.toml` next to a folder
    /// A file is one of `candor attest`, or a statement that `candor reproduce` wrote
    #[arg(long, value_name = "FILE")]
    pub reviews: Vec<PathBuf>,
    /// The public key of someone whose signed statements of runs count as attested; without it they are words
    #[arg(long, value_name = "PEM", requires = "reviews")]
    pub trusted_key: Vec<PathBuf>,
    /// Hold the weights against those of this model too, whatever the card says: a folder, bundle or file of this
    /// machine
    #[arg(long, value_name = "MODEL")]
    pub lineage: Vec<String>,
    /// The day on which duties and exceptions are judged; without it, dates are told and not judged
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<String>,
}

pub(crate) fn day(text: &str) -> Result<String, String> {
    let fine = candor_assess::is_day(text);
    fine.then(|| text.to_owned()).ok_or_else(|| "write a day as 2026-01-31".to_owned())
}

/// By what to judge.
#[derive(ClapArgs, Debug, Default)]
pub(crate) struct Judging {
    /// Judge by a framework file of your own too; it may refer to those that ship with Candor
    #[arg(long, value_name = "FILE")]
    pub framework: Vec<PathBuf>,
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
