//! `data/licenses/*.toml` → `data/catalogue.txt`, one line a term: what the crate reads at first use.
//!
//! Everything is checked here: unknown keys, kinds and ids are errors, and so are two files for one id.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use candor_license::{ConditionKind, RestrictionKind};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    /// One id, or several SPDX ids with the same terms.
    #[serde(default)]
    id: String,
    #[serde(default)]
    ids: Vec<String>,
    name: String,
    #[serde(default)]
    family: String,
    /// Open Definition: conformant or not.
    open_definition: Option<bool>,
    /// For what the Model Openness Framework's list names it: `c`ode, `d`ata, documen`t`.
    #[serde(default)]
    mof: String,
    #[serde(default)]
    terms_known: bool,
    /// Where the terms were read.
    #[serde(default)]
    source: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    spellings: Vec<String>,
    #[serde(default)]
    urls: Vec<String>,
    #[serde(default)]
    restriction: Vec<Restriction>,
    #[serde(default)]
    condition: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restriction {
    kind: String,
    value: Option<u64>,
    #[serde(default)]
    clause: String,
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    kind: String,
    #[serde(default)]
    clause: String,
    note: String,
}

/// Writes `catalogue.txt` in the data folder.
pub(crate) fn write(data: &Path) -> anyhow::Result<()> {
    let mut files: Vec<_> = std::fs::read_dir(data.join("licenses"))?.filter_map(|e| Some(e.ok()?.path())).collect();
    files.sort();
    let mut out = String::new();
    let mut seen = BTreeSet::new();
    for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "toml")) {
        let text = std::fs::read_to_string(path)?;
        let file: File = toml::from_str(&text).with_context(|| path.display().to_string())?;
        block(&file, &mut out, &mut seen).with_context(|| path.display().to_string())?;
    }
    std::fs::write(data.join("catalogue.txt"), out)?;
    Ok(())
}

fn block(file: &File, out: &mut String, seen: &mut BTreeSet<String>) -> anyhow::Result<()> {
    let mut ids = file.ids.clone();
    if !file.id.is_empty() {
        ids.insert(0, file.id.clone());
    }
    for id in &ids {
        if candor_license::LicenseId::parse(id).is_none() && spdx::exception_id(id).is_none() && id != "OpenMDW-1.1" {
            bail!("{id} is no SPDX id and no LicenseRef");
        }
        if !file.restriction.is_empty() && !seen.insert(id.clone()) {
            bail!("two files state restrictions of {id}");
        }
    }
    if file.terms_known && file.source.is_empty() {
        bail!("terms without a source");
    }
    let open = file.open_definition.map_or("", |o| if o { "yes" } else { "no" });
    let known = if file.terms_known { "known" } else { "" };
    writeln!(out, "L\t{}\t{}\t{}\t{open}\t{}\t{known}", ids.join(" "), file.name, file.family, file.mof)?;
    for r in &file.restriction {
        if RestrictionKind::parse(&r.kind).is_none() {
            bail!("no restriction kind {}", r.kind);
        }
        let value = r.value.map(|v| v.to_string()).unwrap_or_default();
        writeln!(out, "R\t{}\t{value}\t{}\t{}", r.kind, r.clause, r.note)?;
    }
    for c in &file.condition {
        if ConditionKind::parse(&c.kind).is_none() {
            bail!("no condition kind {}", c.kind);
        }
        writeln!(out, "C\t{}\t{}\t{}", c.kind, c.clause, c.note)?;
    }
    for (code, list) in [("T", &file.tags), ("S", &file.spellings), ("U", &file.urls)] {
        for item in list {
            writeln!(out, "{code}\t{item}")?;
        }
    }
    Ok(())
}
