//! Whole releases of the corpus against the `expected` of their `truth.json`.

use super::Check;
use anyhow::Context;
use candor_assess::{Assessment, Framework, Standing, assess};
use candor_facts::{FactSheet, TermKind};
use candor_source::{Request, resolve};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

#[derive(Deserialize)]
struct Truth {
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    declared: Vec<String>,
    not_above: String,
    possible_at_least: String,
    possible_at_most: String,
    confirmed_at_least: String,
    weights_licenses: Vec<String>,
    restrictions: Vec<ExpectedRestriction>,
    restated: bool,
}

#[derive(Deserialize)]
struct ExpectedRestriction {
    kind: String,
}

/// Score all releases.
pub(crate) fn score(corpus: &Path) -> anyhow::Result<Vec<Check>> {
    let frameworks = candor_assess::shipped().map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let mut folders: Vec<_> = std::fs::read_dir(corpus.join("releases"))?.collect::<Result<Vec<_>, _>>()?;
    folders.sort_by_key(std::fs::DirEntry::file_name);
    let mut checks = Vec::new();
    for folder in folders.iter().map(std::fs::DirEntry::path).filter(|path| path.join("truth.json").is_file()) {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let truth: Truth =
            serde_json::from_str(&std::fs::read_to_string(folder.join("truth.json"))?).with_context(|| name.clone())?;
        checks.extend(judge(&name, &folder, &truth.expected, &frameworks)?);
    }
    Ok(checks)
}

/// Read a release bundle, without the bases that the catalogue knows.
pub(crate) fn read(folder: &Path) -> anyhow::Result<FactSheet> {
    let request = Request { locator: folder.display().to_string(), complete: false, with: Vec::new() };
    let snapshot = resolve(&request)?;
    Ok(candor_inspect::scan(snapshot.release.clone(), &snapshot, snapshot.gaps.clone()))
}

fn judge(name: &str, folder: &Path, expected: &Expected, frameworks: &[Framework]) -> anyhow::Result<Vec<Check>> {
    let sheet = candor_assess::known::with_known_bases(read(folder)?);
    let assessment = assess(&sheet, frameworks);
    let standing =
        assessment.standings.iter().find(|standing| standing.framework == "spectrum").context("no spectrum")?;
    let level = |level: &Option<String>| level.clone().unwrap_or_else(|| "unknown".to_owned());
    let (confirmed, declared) = (level(&standing.confirmed), level(&standing.declared));
    let rank = |level: &str| rank(standing, level);
    let mut checks = Vec::new();
    let restated = if expected.restated { "restated" } else { "verbatim" };
    checks.push(Check::new(
        &format!("releases: declared, {restated}"),
        name,
        expected.declared.contains(&declared),
        || {
            format!(
                "declared {declared} (confirmed {confirmed}, possible {}), expected {:?}",
                standing.possible, expected.declared
            )
        },
    ));
    let above = rank(&declared).max(rank(&confirmed)) > rank(&expected.not_above);
    checks.push(Check::new("releases: not above", name, !above, || {
        format!("declared {declared}, confirmed {confirmed}, not above {}", expected.not_above)
    }));
    checks.push(Check::new(
        "releases: confirmed",
        name,
        rank(&confirmed) >= rank(&expected.confirmed_at_least),
        || format!("confirmed {confirmed}, at least {}", expected.confirmed_at_least),
    ));
    let possible = rank(&standing.possible);
    let within = possible >= rank(&expected.possible_at_least) && possible <= rank(&expected.possible_at_most);
    checks.push(Check::new("releases: possible", name, within, || {
        format!(
            "possible {}, expected {} to {}",
            standing.possible, expected.possible_at_least, expected.possible_at_most
        )
    }));
    let found = licenses(&assessment);
    let missing: Vec<&String> =
        expected.weights_licenses.iter().filter(|id| *id != "NOASSERTION" && !found.contains(*id)).collect();
    let extra: Vec<&String> = found.iter().filter(|id| !expected.weights_licenses.contains(id)).collect();
    let agrees = missing.is_empty() && (extra.is_empty() || !expected.weights_licenses.is_empty());
    checks.push(Check::new("releases: weights licences", name, agrees, || {
        format!("missing {missing:?}, found {found:?}")
    }));
    let wanted: BTreeSet<&str> = expected.restrictions.iter().map(|restriction| restriction.kind.as_str()).collect();
    let held: BTreeSet<&str> = restrictions(&assessment).into_iter().map(TermKind::as_str).collect();
    for kind in &wanted {
        checks.push(Check::new("restrictions: recall", &format!("{name} {kind}"), held.contains(kind), || {
            "not found".to_owned()
        }));
    }
    for kind in &held {
        checks.push(Check::new("restrictions: precision", &format!("{name} {kind}"), wanted.contains(kind), || {
            "found, not in the key".to_owned()
        }));
    }
    Ok(checks)
}

fn rank(standing: &Standing, level: &str) -> usize {
    standing.rank(Some(level).filter(|level| *level != "unknown"))
}

/// The licence ids over the weights: concluded, and declared where it is an id.
fn licenses(assessment: &Assessment<'_>) -> BTreeSet<String> {
    let Some(terms) = assessment.inventory.model_terms() else { return BTreeSet::new() };
    let mut found: BTreeSet<String> = terms
        .concluded
        .iter()
        .flat_map(|expression| expression.ids().map(ToString::to_string).collect::<Vec<_>>())
        .collect();
    found.extend(
        terms.restrictions.iter().filter(|term| term.via == candor_assess::Via::Base).map(|term| term.license.clone()),
    );
    found
}

fn restrictions(assessment: &Assessment<'_>) -> BTreeSet<TermKind> {
    assessment.inventory.model_terms().iter().flat_map(|terms| &terms.restrictions).map(|term| term.kind).collect()
}
