//! From a locator to facts: the only place where sources and inspectors meet.

use crate::args::Reading;
use anyhow::{Context, bail};
use candor_assess::Framework;
use candor_facts::{Evidence, FactSheet, Files, Place, Role, read_exact};
use candor_source::{Request, Snapshot, resolve};

/// A release that was read.
pub(crate) struct Loaded {
    /// The facts.
    pub sheet: FactSheet,
    /// The bytes, for excerpts.
    pub snapshot: Snapshot,
}

/// Longest excerpt shown, in bytes.
const EXCERPT: u64 = 160;

impl Loaded {
    /// The words at a place, on one line.
    pub(crate) fn excerpt(&self, evidence: &Evidence) -> Option<String> {
        let Place::Span { part, path, start, end, line, .. } = &evidence.place else { return None };
        if *line == 0 {
            return None;
        }
        let bytes = self.snapshot.open(*part, path).ok()?;
        let length = (end - start).min(EXCERPT);
        let found = read_exact(&*bytes, *start, usize::try_from(length).ok()?).ok()?;
        let text = String::from_utf8_lossy(&found);
        let text = text.trim_end_matches('\u{fffd}').split_whitespace().collect::<Vec<_>>().join(" ");
        Some(if end - start > EXCERPT { format!("{text} …") } else { text })
    }
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

/// The frameworks that ship with Candor.
pub(crate) fn frameworks() -> anyhow::Result<Vec<Framework>> {
    candor_assess::shipped().map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|(id, error)| format!("{id}.toml:{error}")).collect();
        anyhow::anyhow!("a framework file that ships with Candor is wrong; report this:\n{}", lines.join("\n"))
    })
}
