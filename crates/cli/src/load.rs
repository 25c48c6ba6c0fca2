//! From a locator to facts: the only place where sources and inspectors meet.

use crate::args::Reading;
use anyhow::{Context, bail, ensure};
use candor_assess::Framework;
use candor_facts::{FactSheet, Role};
use candor_inspect::reviews::REVIEWS;
use candor_source::{Request, Snapshot, resolve};
use std::path::{Path, PathBuf};

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
    let reviews = reviews(locator, reading)?;
    with.extend(reviews.iter().map(|path| (Role::Document, path.display().to_string())));
    let snapshot = resolve(&Request { locator: locator.to_owned(), complete: reading.complete, with })?;
    let mut sheet = candor_inspect::scan(snapshot.release.clone(), &snapshot, snapshot.gaps.clone());
    // The parts of reviews are the last ones: what was asked for stands in the order in which it was asked for.
    let first = snapshot.release.parts.len().saturating_sub(reviews.len());
    for (index, _) in snapshot.release.parts().skip(first) {
        let entry = snapshot.release.part(index).and_then(|part| part.listing.entries().first());
        if let Some(path) = entry.map(|entry| entry.path.clone()) {
            sheet = candor_inspect::reviews::review(sheet, &snapshot, index, &path);
        }
    }
    Ok(Loaded { sheet, snapshot })
}

/// The files of reviews that are named, or the one that is found beside a release of this machine.
fn reviews(locator: &str, reading: &Reading) -> anyhow::Result<Vec<PathBuf>> {
    for path in &reading.reviews {
        ensure!(path.is_file(), "`--reviews {}`: there is no such file", path.display());
    }
    if !reading.reviews.is_empty() {
        return Ok(reading.reviews.clone());
    }
    Ok(beside(locator).filter(|path| path.is_file()).into_iter().collect())
}

/// Where reviews of a release of this machine are kept: in the folder of its bundle, or beside its folder as
/// `<name>.candor-reviews.toml`. Never inside: what lies in a release is the publisher's word, not a reviewer's.
pub(crate) fn beside(locator: &str) -> Option<PathBuf> {
    let path = Path::new(locator);
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let bundle = |name: &str| name.starts_with("release") && name.ends_with(".toml");
    if path.is_file() && name(path).is_some_and(|name| bundle(&name)) {
        return Some(path.parent()?.join(REVIEWS));
    }
    if !path.is_dir() {
        return None;
    }
    if path.join("release.toml").is_file() {
        return Some(path.join(REVIEWS));
    }
    let real = path.canonicalize().ok()?;
    Some(real.parent()?.join(format!("{}.{REVIEWS}", name(&real)?)))
}

/// The frameworks that ship with Candor.
pub(crate) fn frameworks() -> anyhow::Result<Vec<Framework>> {
    candor_assess::shipped().map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|(id, error)| format!("{id}.toml:{error}")).collect();
        anyhow::anyhow!("a framework file that ships with Candor is wrong; report this:\n{}", lines.join("\n"))
    })
}
