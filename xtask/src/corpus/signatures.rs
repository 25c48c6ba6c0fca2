//! Signed models against what the corpus knows of them. Where its key leaves the policy to us, what is asked is that
//! the report names the point.

use super::Check;
use anyhow::{Context, anyhow};
use candor_source::Folder;
use candor_verify::Progress;
use candor_verify::signature::{Outcome, Question, Trust, Verdict, verify};
use std::path::Path;

/// A time at which the certificates of the corpus are valid: 1 December 2026.
const AT: u64 = 1_796_083_200;

/// Score all cases.
pub(crate) fn score(corpus: &Path) -> anyhow::Result<Vec<Check>> {
    let folder = corpus.join("artifacts/oms");
    let manifest = folder.join("manifest.csv");
    let text = std::fs::read_to_string(&manifest).with_context(|| manifest.display().to_string())?;
    let mut rows = records(&text).into_iter();
    let head = rows.next().context("the manifest is empty")?;
    let column = |name: &str| head.iter().position(|cell| cell == name).with_context(|| format!("no column {name}"));
    let (case, method, expected, what) = (column("case")?, column("method")?, column("expected")?, column("what")?);
    let command = column("command")?;
    let mut checks = Vec::new();
    for row in rows {
        let cell = |at: usize| row.get(at).map(String::as_str).unwrap_or_default();
        let verdict = one(&folder, cell(case), cell(method), cell(command))?;
        let pass = agrees(cell(expected), cell(what), &verdict);
        checks.push(Check::new("signatures", cell(case), pass, || {
            format!("expected {} ({}), found {:?}: {}", cell(expected), cell(what), verdict.outcome, verdict.reason())
        }));
    }
    Ok(checks)
}

fn one(folder: &Path, case: &str, method: &str, command: &str) -> anyhow::Result<Verdict> {
    let by_certificate = method == "certificate";
    let trusted = match command.split_whitespace().rfind(|word| word.ends_with(".pub.pem")) {
        _ if by_certificate => "keys/ca.crt.pem",
        named => named.unwrap_or("keys/p256.pub.pem"),
    };
    let pem = std::fs::read(folder.join(trusted)).context(trusted.to_owned())?;
    let trust = if by_certificate { Trust::roots(&pem) } else { Trust::key(&pem) }.map_err(|why| anyhow!(why))?;
    let bundle = std::fs::read(folder.join(case).join("model.sig")).context(case.to_owned())?;
    let tree = Folder::open(&folder.join(case).join("model"))?;
    Ok(verify(&Question {
        bundle: &bundle,
        trust: &trust,
        at: AT,
        tree: &tree,
        signature: None,
        allow_unsigned: false,
        threads: 2,
        progress: Progress::none(),
    }))
}

fn agrees(expected: &str, what: &str, verdict: &Verdict) -> bool {
    let verified = verdict.outcome == Outcome::Verified;
    match expected {
        "ok" => verified,
        "fail" => verdict.outcome == Outcome::Refuted,
        "fail-or-warn" => !verified || !verdict.notes.is_empty(),
        _ => {
            let said = format!("{} {}", verdict.reason(), verdict.notes.join(" ")).to_lowercase();
            let points = [("extendedkeyusage", "extended key usage"), ("zero-byte", "zero-byte")];
            let what = what.to_lowercase();
            points.iter().any(|(asked, named)| what.contains(asked) && said.contains(named))
        }
    }
}

/// Records of a table with commas, where a cell may be quoted.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells() {
        assert_eq!(records("a,b\n\"x,\"\"y\"\"\n\",z\n"), [vec!["a", "b"], vec!["x,\"y\"\n", "z"]]);
    }
}
