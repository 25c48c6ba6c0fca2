//! Fact sheets of the catalogue against the bundles that they were made from: the same must follow from both.

use super::Check;
use candor_assess::known::entries;
use candor_assess::{Assessment, assess};
use candor_facts::FactSheet;
use std::collections::BTreeSet;
use std::path::Path;

/// Score all entries that are made from a bundle of the corpus; the others are held against their packages by
/// `cargo xtask catalogue --check`, which may fetch them.
pub(crate) fn score(corpus: &Path) -> anyhow::Result<Vec<Check>> {
    let frameworks = candor_assess::shipped().map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let mut checks = Vec::new();
    for entry in entries().iter().filter(|entry| entry.bundle.is_some()) {
        let bundle = crate::known::bundle_of(corpus, entry)?;
        let told = |sheet: &FactSheet| verdicts(&assess(sheet, &frameworks));
        let from_bundle = told(&super::releases::read(&bundle)?);
        let shipped = candor_assess::known::sheet(&entry.name).map(|sheet| told(&sheet)).unwrap_or_default();
        let differing: Vec<&String> = from_bundle.symmetric_difference(&shipped).collect();
        checks.push(Check::new("catalogue: same verdicts", &entry.name, differing.is_empty(), || {
            format!("in the bundle or in the catalogue alone: {differing:?}")
        }));
    }
    Ok(checks)
}

/// All that is concluded, a line each.
fn verdicts(assessment: &Assessment<'_>) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for (_, verdict) in assessment.verdicts.iter() {
        lines.insert(format!("{} {} {}", verdict.requirement, verdict.confirmed.as_str(), verdict.declared.as_str()));
    }
    for standing in &assessment.standings {
        lines.insert(format!(
            "{} {:?} {:?} {}",
            standing.framework, standing.confirmed, standing.declared, standing.possible
        ));
    }
    for term in assessment.inventory.model_terms().iter().flat_map(|terms| &terms.restrictions) {
        lines.insert(format!("{} {:?}", term.kind, term.value));
    }
    lines
}
