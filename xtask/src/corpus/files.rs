//! Single files of the corpus: cards and weight headers.

use super::Check;
use anyhow::Context;
use candor_facts::GapReason;
use candor_inspect::inspect_file;
use std::path::Path;

/// Score cards and headers.
pub(crate) fn score(corpus: &Path) -> anyhow::Result<Vec<Check>> {
    let mut checks = cards(&corpus.join("cards"))?;
    checks.extend(headers(&corpus.join("artifacts/headers"))?);
    Ok(checks)
}

/// The rows of a CSV file, by column name. Quoted fields may hold commas.
fn rows(path: &Path) -> anyhow::Result<Vec<std::collections::BTreeMap<String, String>>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut lines = text.lines().map(fields);
    let head = lines.next().unwrap_or_default();
    Ok(lines.map(|line| head.iter().cloned().zip(line).collect()).collect())
}

fn fields(line: &str) -> Vec<String> {
    let (mut list, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => list.push(std::mem::take(&mut field)),
            _ => field.push(c),
        }
    }
    list.push(field);
    list
}

fn cards(folder: &Path) -> anyhow::Result<Vec<Check>> {
    let mut checks = Vec::new();
    for row in rows(&folder.join("manifest.csv"))? {
        let name = row.get("file").cloned().unwrap_or_default();
        let bytes = std::fs::read(folder.join(&name)).with_context(|| name.clone())?;
        let report = inspect_file(&name, &bytes.as_slice());
        let card = report.card.unwrap_or_default();
        for (key, found) in [("license", card.license), ("base_model", card.base_model), ("datasets", card.datasets)] {
            let expected = row.get(key).cloned().unwrap_or_default();
            let found = found.join("|");
            checks.push(Check::new(&format!("cards: {key}"), &name, expected == found, || {
                format!("expected {expected}, found {found}")
            }));
        }
        let front = row.get("front_matter").map(String::as_str);
        let broken =
            front == Some("unterminated") || front == Some("yes") && row.get("yaml").is_none_or(|yaml| yaml != "ok");
        let malformed = report.sheet.gaps().iter().any(|gap| matches!(gap.reason, GapReason::Malformed { .. }));
        checks.push(Check::new("cards: malformed told", &name, broken == malformed, || {
            format!("broken {broken}, told {malformed}")
        }));
    }
    Ok(checks)
}

fn headers(folder: &Path) -> anyhow::Result<Vec<Check>> {
    let mut checks = Vec::new();
    for row in rows(&folder.join("manifest.csv"))? {
        let name = row.get("file").cloned().unwrap_or_default();
        let bytes = std::fs::read(folder.join(&name)).with_context(|| name.clone())?;
        let report = inspect_file(&name, &bytes.as_slice());
        let refused = |reason: &GapReason| matches!(reason, GapReason::Malformed { .. } | GapReason::TooLarge { .. });
        let placed = report.sheet.gaps().iter().any(|gap| refused(&gap.reason));
        // `valid-or-unsupported` also allows to say that it is not read; other words for leniency allow nothing else.
        let unread = report.sheet.gaps().iter().any(|gap| matches!(gap.reason, GapReason::Unsupported { .. }));
        let expected = row.get("expected").map(String::as_str).unwrap_or_default();
        let pass = match expected {
            "valid" => report.valid && report.sheet.gaps().is_empty(),
            "valid-or-unsupported" => report.valid || unread && !placed,
            _ => !report.valid && placed,
        };
        let kind = format!("headers: {}", report.format);
        checks.push(Check::new(&kind, &name, pass, || format!("expected {expected}, found {:?}", report.sheet.gaps())));
    }
    Ok(checks)
}
