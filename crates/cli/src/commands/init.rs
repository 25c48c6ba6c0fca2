//! `candor init`: a policy with comments, to begin with.

use crate::Outcome;
use crate::output::Output;
use anyhow::bail;
use clap::Args;
use std::path::PathBuf;

/// The policy that is written.
pub(crate) const POLICY: &str = include_str!("init/candor.toml");

/// Arguments of `init`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The project
    #[arg(default_value = ".")]
    pub project: PathBuf,
    /// Print the policy instead of writing it
    #[arg(long)]
    pub print: bool,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    if options.print {
        output.print(POLICY)?;
        return Ok(Outcome::Answered);
    }
    let path = options.project.join("candor.toml");
    if path.exists() {
        bail!("`{}` is there already; `candor init --print` shows what would be written", path.display());
    }
    crate::disk::write(&path, POLICY.as_bytes())?;
    output
        .show(&format!("{} written; `candor check` holds the models of this project against it\n", path.display()))?;
    Ok(Outcome::Answered)
}

#[cfg(test)]
mod tests {
    /// The policy that is written can be read, also with all that is commented out.
    #[test]
    fn the_policy_is_sound() {
        assert!(candor_assess::policy::Policy::parse(super::POLICY).is_ok());
        let all: String =
            super::POLICY.lines().map(|line| line.strip_prefix("#~ ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
        let policy = candor_assess::policy::Policy::parse(&all);
        assert!(policy.is_ok(), "{:?}", policy.err());
        assert!(policy.is_ok_and(|policy| !policy.exceptions.is_empty() && !policy.clarify.is_empty()));
    }
}
