//! `candor verify`: whether files are those that were signed or listed.

mod digests;
mod signature;

use crate::Outcome;
use crate::output::Output;
use clap::{Args, Subcommand};

/// What `verify --help` shows.
pub(crate) const HELP: &str = "\
Exit codes:
  0  verified
  1  refuted: another signer, other bytes, files missing or unsigned
  2  an input that is not there or cannot be read
  3  it could not be determined

Example:
  candor verify signature models/mine --signature models/mine/model.sig --key publisher.pub.pem";

/// Arguments of `verify`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// What to verify against
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A signature of OpenSSF Model Signing 1.0, with a public key or a root certificate
    #[command(after_help = signature::HELP)]
    Signature(signature::Options),
    /// Digests that lists, bills of materials, the hub client or a release bundle state
    #[command(after_help = digests::HELP)]
    Digests(digests::Options),
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    match &options.what {
        What::Signature(options) => signature::run(options, output),
        What::Digests(options) => digests::run(options, output),
    }
}
