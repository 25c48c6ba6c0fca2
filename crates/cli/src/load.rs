//! From a locator to facts: the only place where sources and inspectors meet.

use crate::args::Reading;
use anyhow::{Context, bail, ensure};
use candor_assess::Framework;
use candor_facts::{FactSheet, Role};
use candor_source::{Locator, Request, Snapshot, resolve};

/// A release that was read.
pub(crate) struct Loaded {
    /// The facts.
    pub sheet: FactSheet,
    /// The bytes, for excerpts; none of a release of the catalogue, whose sheet has places only.
    pub snapshot: Option<Snapshot>,
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
    if let Some(sheet) = catalogued(locator)? {
        ensure!(
            with.is_empty(),
            "`--with` adds parts to what is read, and `{locator}` of the catalogue is not; leave it out"
        );
        let sheet = candor_assess::known::with_known_bases(sheet);
        return Ok(Loaded { sheet, snapshot: None });
    }
    let snapshot = resolve(&Request { locator: locator.to_owned(), complete: reading.complete, with })?;
    let sheet = candor_inspect::scan(snapshot.release.clone(), &snapshot, snapshot.gaps.clone());
    let sheet = candor_assess::known::with_known_bases(sheet);
    Ok(Loaded { sheet, snapshot: Some(snapshot) })
}

/// The fact sheet of a release of the catalogue; none when the locator means something else.
fn catalogued(locator: &str) -> anyhow::Result<Option<FactSheet>> {
    let Ok(Locator::Catalogue(name)) = Locator::parse(locator, |path| path.exists()) else { return Ok(None) };
    if let Some(sheet) = candor_assess::known::sheet(&name) {
        return Ok(Some(sheet));
    }
    let names: Vec<&str> = candor_assess::known::entries().iter().map(|entry| entry.name.as_str()).collect();
    let near: Vec<&str> =
        names.iter().copied().filter(|known| known.contains(name.as_str()) || name.contains(known)).collect();
    let next = if near.is_empty() { names.join(", ") } else { near.join(", ") };
    bail!("no path `{locator}` is here, and the catalogue has no release `{name}`; did you mean one of: {next}?")
}

/// The frameworks that ship with Candor.
pub(crate) fn frameworks() -> anyhow::Result<Vec<Framework>> {
    candor_assess::shipped().map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|(id, error)| format!("{id}.toml:{error}")).collect();
        anyhow::anyhow!("a framework file that ships with Candor is wrong; report this:\n{}", lines.join("\n"))
    })
}
