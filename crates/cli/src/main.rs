//! The `candor` program: one match over commands; every exit code visible here.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::exit, reason = "this crate is the terminal")]

mod args;
mod commands;
mod compared;
mod connect;
mod disk;
mod follow;
mod load;
mod output;
mod progress;
mod render;

use args::{Args, Command};
use candor_source::SourceError;
use clap::Parser;
use output::Output;
use std::process::ExitCode;

/// How a command ended, when it did not fail. See the exit codes in `candor --help`.
pub enum Outcome {
    /// Exit 0: answered; verified; the policy holds.
    Answered,
    /// Exit 1: the answer is no: refuted, different, violated.
    Refuted,
    /// Exit 3: answered with gaps or unknowns, and `--strict` was said; or nothing could be judged.
    Undetermined,
}

fn main() -> ExitCode {
    // A closed pipe (`candor … | head`) ends the program quietly, as it does for other tools.
    let args = Args::parse();
    let output = Output::new(&args.common);
    connect::begin(&args.common);
    let result = match &args.command {
        Command::Assess(options) => commands::assess::run(options, &output),
        Command::Explain(options) => commands::explain::run(options, &output),
        Command::Compare(options) => commands::compare::run(options, &output),
        Command::License(options) => commands::license::run(options, &output),
        Command::Inspect(options) => commands::inspect::run(options, &output),
        Command::Mof(options) => commands::mof::run(options, &output),
        Command::Snapshot(options) => commands::snapshot::run(options, &output),
        Command::Catalogue(options) => commands::catalogue::run(options, &output),
        Command::Verify(options) => commands::verify::run(options, &output),
        Command::Diff(options) => commands::diff::run(options, &output),
        Command::Lineage(options) => commands::lineage::run(options, &output),
        Command::Reproduce(options) => commands::reproduce::run(options, &output),
        Command::Sign(options) => commands::sign::run(options, &output),
        Command::Next(options) => commands::next::run(options, &output),
        Command::Frameworks(options) => commands::frameworks::run(options, &output),
        Command::Attest(options) => commands::attest::run(options, &output),
        Command::Draft(options) => commands::draft::run(options, &output),
        Command::Check(options) => commands::check::run(options, &output),
        Command::Init(options) => commands::init::run(options, &output),
        Command::Schema(options) => commands::schema::run(options, &output),
        Command::Manual { folder } => commands::manual(folder, &output),
        Command::Completions { shell } => commands::completions(*shell, &output),
    };
    match result {
        Ok(Outcome::Answered) => ExitCode::SUCCESS,
        Ok(Outcome::Refuted) => ExitCode::from(1),
        Ok(Outcome::Undetermined) => ExitCode::from(3),
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {}", output::harmless(&format!("{error:#}"), false));
            // What could not be asked is no usage error.
            let network = error.downcast_ref::<SourceError>().is_some_and(SourceError::is_network);
            ExitCode::from(if network { 3 } else { 2 })
        }
    }
}
