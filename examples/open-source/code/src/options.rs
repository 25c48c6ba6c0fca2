//! Command-line options: `--name value`, in any order.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};

/// Options that were given and not yet taken.
pub(crate) struct Options {
    values: BTreeMap<String, String>,
}

impl Options {
    /// Reads pairs of names and values.
    pub(crate) fn new(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut values = BTreeMap::new();
        while let Some(argument) = arguments.next() {
            let Some(name) = argument.strip_prefix("--") else {
                bail!("expected an option, found {argument:?}");
            };
            let value = arguments.next().with_context(|| format!("--{name} needs a value"))?;
            if values.insert(name.to_owned(), value).is_some() {
                bail!("--{name} is given twice");
            }
        }
        Ok(Self { values })
    }

    /// Takes an option that may be missing.
    pub(crate) fn optional<T: FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        let Some(value) = self.values.remove(name) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|_| anyhow!("--{name} cannot be {value:?}"))
    }

    /// Takes a path that must be given.
    pub(crate) fn path(&mut self, name: &str) -> Result<PathBuf> {
        self.optional(name)?.with_context(|| format!("--{name} is missing"))
    }

    /// Fails if anything is left.
    pub(crate) fn finish(self) -> Result<()> {
        match self.values.keys().next() {
            Some(name) => bail!("--{name} is not an option of this command"),
            None => Ok(()),
        }
    }
}
