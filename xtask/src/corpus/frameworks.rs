//! Releases of the corpus against what others judged of the same models: the European index, the trial of the
//! Open Source Initiative; and records of ours against our own verdict.

use super::{Check, releases};
use anyhow::Context;
use candor_assess::mof::{Class, Compat, evaluate};
use candor_assess::{Assessment, Reason, Status, assess};
use std::collections::BTreeMap;
use std::path::Path;

/// Releases of the corpus and entries of the European index that judge the same model, on which dimensions.
const SAME_MODEL: &[(&str, &str, &[&str])] = &[
    ("apertus", "Apertus.yaml", &[]),
    ("gpt-oss", "GPT-OSS.yaml", &[]),
    ("meta-llama-3", "llama-3-instruct.yaml", &[]),
    ("meta-llama-3.1", "llama-3.1.yaml", &[]),
    ("meta-llama-4", "llama-4.yaml", &[]),
    ("openelm", "OpenELM.yaml", &[]),
    ("t5", "T5.yaml", &[]),
    ("pythia", "Pythia.yaml", BASE),
    ("bloom", "bloomz.yaml", BASE),
    ("starcoder2", "StarCoder.yaml", BASE),
];
/// What an entry about a tuned model says of its base.
const BASE: &[&str] = &["datasources_basemodel", "weights_basemodel"];
/// The index keeps one entry a family and moves it to the newest model; these are of another version than ours.
const SAME_FAMILY: &[(&str, &str)] = &[
    ("deepseek-v3", "deepseek-v3.yaml"),
    ("falcon-40b", "Falcon.yaml"),
    ("flux-1", "FLUX.yaml"),
    ("google-gemma-2", "Gemma.yaml"),
    ("granite-3", "Granite.yaml"),
    ("grok-1", "Grok.yaml"),
    ("kimi-k2", "KimiK2.5.yaml"),
    ("mistral-7b", "Mistral.yaml"),
    ("olmo-2", "OLMo.yaml"),
    ("phi-2", "Phi.yaml"),
    ("smollm2", "smollm.yaml"),
    ("stable-diffusion-1", "stable-diffusion.yaml"),
    ("zephyr-7b", "Zephyr.yaml"),
];
/// Models of the OSI's trial and the releases of the corpus that hold them.
const TRIAL: &[(&str, &[&str])] = &[
    ("Pythia", &["pythia"]),
    ("OLMo", &["olmo-2"]),
    ("T5", &["t5"]),
    ("BLOOM", &["bloom"]),
    ("StarCoder2", &["starcoder2"]),
    ("Falcon", &["falcon-40b"]),
    ("Grok", &["grok-1"]),
    ("Phi-2", &["phi-2"]),
    ("Llama 3.x", &["meta-llama-3", "meta-llama-3.1"]),
];

/// Score all three.
pub(crate) fn score(corpus: &Path) -> anyhow::Result<Vec<Check>> {
    let frameworks = candor_assess::shipped().map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let folder = corpus.join("releases");
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
        if entry.path().join("truth.json").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    let judgements = judgements(&corpus.join("frameworks/eosai/judgements_long.csv"))?;
    let verdicts = rows(&corpus.join("frameworks/osi/verdicts.csv"))?;
    let mut checks = Vec::new();
    for name in &names {
        let sheet = releases::read(&folder.join(name))?;
        let assessment = assess(&sheet, &frameworks);
        let text = candor_report::record(&sheet, &assessment);
        checks.push(written(name, &text, &assessment)?);
        for (_, entry, dimensions) in SAME_MODEL.iter().filter(|(release, ..)| release == name) {
            checks.extend(indexed("European index: same model", name, entry, dimensions, &judgements, &assessment)?);
        }
        for (_, entry) in SAME_FAMILY.iter().filter(|(release, _)| release == name) {
            checks.extend(indexed("European index: same family", name, entry, &[], &judgements, &assessment)?);
        }
        for (model, _) in TRIAL.iter().filter(|(_, releases)| releases.contains(&name.as_str())) {
            let row = verdicts.iter().find(|row| row.first().is_some_and(|first| first == model));
            let verdict = row.and_then(|row| row.get(2)).with_context(|| format!("the trial has no {model}"))?;
            checks.push(tried(name, verdict, &assessment)?);
        }
    }
    Ok(checks)
}

/// A record that we write comes to the class that we give, as the Model Openness Tool reads it.
fn written(name: &str, text: &str, assessment: &Assessment<'_>) -> anyhow::Result<Check> {
    let standing = assessment.standings.iter().find(|standing| standing.framework == "mof").context("no MOF")?;
    let class = Class::ALL.into_iter().find(|class| Some(class.level()) == standing.confirmed.as_deref());
    let ours = class.unwrap_or(Class::Unclassified);
    let found = evaluate(text, Compat::Mot);
    let pass = found.as_ref().is_ok_and(|found| found.class == ours);
    Ok(Check::new("mof: written records", name, pass, || match found {
        Ok(found) => format!("we give {}, the record comes to {}", ours.name(), found.class.name()),
        Err(error) => error.to_string(),
    }))
}

type Judgements = BTreeMap<(String, String), String>;

fn judgements(path: &Path) -> anyhow::Result<Judgements> {
    let rows = rows(path)?;
    let word = |row: &[String], at: usize| row.get(at).cloned().unwrap_or_default();
    Ok(rows.iter().map(|row| ((word(row, 0), word(row, 2)), word(row, 4))).collect())
}

/// Each dimension's interval contains the index's judgement.
fn indexed(
    kind: &str,
    name: &str,
    entry: &str,
    dimensions: &[&str],
    judgements: &Judgements,
    assessment: &Assessment<'_>,
) -> anyhow::Result<Vec<Check>> {
    let card = assessment.scorecards.iter().find(|card| card.framework == "eosai").context("no European index")?;
    let wanted = |dimension: &str| dimensions.is_empty() || dimensions.contains(&dimension);
    let mut checks = Vec::new();
    for one in card.graded.iter().filter(|one| wanted(&one.dimension)) {
        let judged = judgements.get(&(entry.to_owned(), one.dimension.clone())).map(String::as_str);
        let judged = judged.with_context(|| format!("`{entry}` has no {}", one.dimension))?;
        // The index counts what is left empty as closed.
        let grade = card.scale.iter().position(|grade| grade == judged).unwrap_or_default();
        let within = grade >= one.confirmed.unwrap_or_default() && grade <= one.possible;
        checks.push(Check::new(kind, &format!("{name} {}", one.dimension), within, || {
            format!(
                "the index says {judged}, we say {} to {}",
                card.word(Some(one.confirmed.unwrap_or_default())),
                card.word(Some(one.possible))
            )
        }));
    }
    Ok(checks)
}

/// The reading by OSI's own checklist comes out as OSI judged.
fn tried(name: &str, verdict: &str, assessment: &Assessment<'_>) -> anyhow::Result<Check> {
    let (_, lenient) = assessment.verdicts.find("osaid.lenient").context("no reading `lenient`")?;
    let terms = ["osaid.parameters-terms", "osaid.code-licence", "osaid.parameters-ungated"];
    let refuted: Vec<&str> = ["osaid.parameters", "osaid.code", "osaid.data-described"]
        .iter()
        .flat_map(|root| leaves(root, assessment))
        .filter(|(_, confirmed, declared)| *confirmed == Status::NotMet || *declared == Status::NotMet)
        .map(|(id, ..)| id)
        .collect();
    let pass = match verdict {
        "pass" => lenient.declared == Status::Met,
        "fail" => lenient.confirmed == Status::NotMet,
        // It would pass under other terms: its terms fail, and nothing else does.
        _ => lenient.confirmed == Status::NotMet && refuted.iter().all(|id| terms.contains(id)),
    };
    Ok(Check::new("OSI trial", name, pass, || {
        let (confirmed, declared) = (lenient.confirmed.as_str(), lenient.declared.as_str());
        format!("OSI says {verdict}; lenient is {confirmed}, {declared} by the publisher's word; refuted: {refuted:?}")
    }))
}

fn leaves<'v>(root: &str, assessment: &'v Assessment<'_>) -> Vec<(&'v str, Status, Status)> {
    let Some((_, verdict)) = assessment.verdicts.find(root) else { return Vec::new() };
    match &verdict.reason {
        Reason::Probed { .. } => vec![(verdict.requirement.as_str(), verdict.confirmed, verdict.declared)],
        Reason::Composed { parts, .. } => parts
            .iter()
            .filter_map(|part| assessment.verdicts.get(*part))
            .flat_map(|part| leaves(&part.requirement, assessment))
            .collect(),
    }
}

/// The rows of a table of comma-separated values, without the first.
fn rows(path: &Path) -> anyhow::Result<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(parse(&text).into_iter().skip(1).collect())
}

fn parse(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut inside) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if inside && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' => inside = !inside,
            ',' if !inside => row.push(std::mem::take(&mut cell)),
            '\n' if !inside => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !inside => {}
            _ => cell.push(c),
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
    fn cells_may_hold_commas_quotes_and_lines() {
        let rows = parse("a,b\n1,\"x, \"\"y\"\"\nz\"\n2,");
        assert_eq!(rows, [["a", "b"], ["1", "x, \"y\"\nz"], ["2", ""]]);
    }
}
