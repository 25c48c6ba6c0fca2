//! From a locator to facts: the only place where sources and inspectors meet.

use crate::args::{Judging, Reading};
use anyhow::{Context, bail};
use candor_assess::Framework;
use candor_facts::{FactSheet, Role};
use candor_source::{Request, Snapshot, resolve};
use std::io::Read;
use std::path::Path;

/// A release that was read.
pub(crate) struct Loaded {
    /// The facts.
    pub sheet: FactSheet,
    /// The bytes, for excerpts.
    pub snapshot: Snapshot,
}

/// Read a release.
pub(crate) fn load(locator: &str, reading: &Reading) -> anyhow::Result<Loaded> {
    let mut with = Vec::new();
    for text in &reading.with {
        let Some((role, locator)) = text.split_once('=') else {
            bail!("`--with {text}`: write ROLE=LOCATOR, for instance `--with code=../trainer`");
        };
        let role = Role::parse(role)
            .with_context(|| format!("`--with {text}`: `{role}` is none of model, code, data, document"))?;
        with.push((role, locator.to_owned()));
    }
    let snapshot = resolve(&Request { locator: locator.to_owned(), complete: reading.complete, with })?;
    let sheet = candor_inspect::scan(snapshot.release.clone(), &snapshot, snapshot.gaps.clone());
    Ok(Loaded { sheet, snapshot })
}

/// The frameworks that ship with Candor, and those of the user behind them.
pub(crate) fn frameworks(judging: &Judging) -> anyhow::Result<Vec<Framework>> {
    let mut frameworks = candor_assess::shipped().map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|(id, error)| format!("{id}.toml:{error}")).collect();
        anyhow::anyhow!("a framework file that ships with Candor is wrong; report this:\n{}", lines.join("\n"))
    })?;
    for path in &judging.framework {
        let text = framework_text(path)?;
        let framework = Framework::parse_among(&text, &frameworks).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(|error| format!("{}:{error}", path.display())).collect();
            anyhow::anyhow!("this framework file cannot be used:\n{}", lines.join("\n"))
        })?;
        frameworks.push(framework);
    }
    Ok(frameworks)
}

/// Longest framework file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// The text of a framework file.
pub(crate) fn framework_text(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("the framework file `{}` cannot be read", path.display());
    let file = std::fs::File::open(path).with_context(cannot)?;
    if file.metadata().with_context(cannot)?.is_dir() {
        bail!("`{}` is a folder; name one framework file", path.display());
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > LONGEST {
        bail!("`{}` is longer than {LONGEST} bytes; no framework is", path.display());
    }
    String::from_utf8(bytes).map_err(|error| {
        anyhow::anyhow!(
            "`{}`: byte {} is not UTF-8; save it as UTF-8",
            path.display(),
            error.utf8_error().valid_up_to()
        )
    })
}
