//! `candor explain`: one requirement down to its evidence.

use crate::Outcome;
use crate::args::{Format, Reading};
use crate::load::{Loaded, frameworks, load};
use crate::output::Output;
use anyhow::bail;
use candor_assess::{Assessment, Framework, Status, assess};
use candor_facts::{Evidence, Files, Place, read_exact};
use clap::Args;

/// Longest excerpt shown, in bytes.
const EXCERPT: u64 = 160;

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A folder, a hub cache snapshot, a release bundle, or one file
    pub locator: String,
    /// A requirement such as `osaid.parameters-terms`, or a framework such as `spectrum`
    pub requirement: String,
    /// How to read it.
    #[command(flatten)]
    pub reading: Reading,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let frameworks = frameworks()?;
    let loaded = load(&options.locator, &options.reading)?;
    let assessment = assess(&loaded.sheet, &frameworks);
    if let (Some(framework), Format::Human) = (law(&options.requirement, &frameworks), options.format) {
        let as_of = options.reading.as_of.as_deref();
        let page = candor_report::duties(&loaded.sheet, &assessment, framework, as_of, output.paint);
        output.show(&page.unwrap_or_default())?;
        return Ok(Outcome::Answered);
    }
    let requirements = requirements(&options.requirement, &frameworks, &assessment)?;
    let excerpt = |evidence: &Evidence| excerpt(&loaded, evidence);
    match options.format {
        Format::Human => {
            let trees: Vec<String> = requirements
                .iter()
                .filter_map(|id| candor_report::explain(&loaded.sheet, &assessment, id, &excerpt, output.paint))
                .collect();
            output.show(&trees.join("\n"))?;
        }
        Format::Json => {
            let whole = candor_report::json_value(&loaded.sheet, &assessment);
            output.print(&subtree(whole, &requirements, &assessment).to_string())?;
        }
    }
    let unknown = requirements
        .iter()
        .any(|id| assessment.verdicts.find(id).is_some_and(|(_, verdict)| verdict.confirmed == Status::Unknown));
    Ok(if options.reading.strict && unknown { Outcome::Undetermined } else { Outcome::Answered })
}

/// The framework of law that is named by itself.
fn law<'f>(asked: &str, frameworks: &'f [Framework]) -> Option<&'f Framework> {
    let named = frameworks.iter().find(|framework| framework.short == asked || framework.id == asked);
    named.filter(|framework| framework.regulation.is_some())
}

/// The requirements meant: one, or the roots of a framework named by itself. `osaid` is the newest version,
/// `osaid-1.0` that one.
fn requirements(asked: &str, frameworks: &[Framework], assessment: &Assessment<'_>) -> anyhow::Result<Vec<String>> {
    if let Some(framework) = frameworks.iter().find(|framework| framework.short == asked || framework.id == asked) {
        let top = framework.ladder.last().map(|level| vec![level.clone()]);
        let roots = top.unwrap_or_else(|| framework.readings.iter().chain(&framework.also).cloned().collect());
        return Ok(roots.iter().map(|root| format!("{}.{root}", framework.short)).collect());
    }
    let named = frameworks.iter().find_map(|framework| {
        asked.strip_prefix(&format!("{}.", framework.id)).map(|rest| format!("{}.{rest}", framework.short))
    });
    let id = named.unwrap_or_else(|| asked.to_owned());
    if assessment.verdicts.find(&id).is_some() {
        return Ok(vec![id]);
    }
    let known: Vec<&str> = assessment.verdicts.iter().map(|(_, verdict)| verdict.requirement.as_str()).collect();
    bail!("there is no requirement `{asked}`; there are: {}", known.join(", "))
}

/// The words at a place, on one line.
fn excerpt(loaded: &Loaded, evidence: &Evidence) -> Option<String> {
    let Place::Span { part, path, start, end, line, .. } = &evidence.place else { return None };
    if *line == 0 {
        return None;
    }
    let bytes = loaded.snapshot.open(*part, path).ok()?;
    let length = (end - start).min(EXCERPT);
    let found = read_exact(&*bytes, *start, usize::try_from(length).ok()?).ok()?;
    let text =
        String::from_utf8_lossy(&found).trim_end_matches('\u{fffd}').split_whitespace().collect::<Vec<_>>().join(" ");
    Some(if end - start > EXCERPT { format!("{text} …") } else { text })
}

/// The JSON of an assessment with only some requirements and what they are made of.
fn subtree(mut whole: serde_json::Value, roots: &[String], assessment: &Assessment<'_>) -> serde_json::Value {
    let mut wanted: Vec<String> = roots.to_vec();
    let mut at = 0;
    while let Some(id) = wanted.get(at).cloned() {
        at += 1;
        let Some((_, verdict)) = assessment.verdicts.find(&id) else { continue };
        if let candor_assess::Reason::Composed { parts, unless, .. } = &verdict.reason {
            for part in parts.iter().chain(unless).filter_map(|part| assessment.verdicts.get(*part)) {
                if !wanted.contains(&part.requirement) {
                    wanted.push(part.requirement.clone());
                }
            }
        }
    }
    if let Some(map) = whole.as_object_mut() {
        if let Some(list) = map.get_mut("requirements").and_then(serde_json::Value::as_array_mut) {
            list.retain(|requirement| {
                requirement["id"].as_str().is_some_and(|id| wanted.iter().any(|wanted| wanted == id))
            });
        }
        map.insert("schema".to_owned(), serde_json::json!("candor/explanation/1"));
        for key in ["components", "answers", "claims", "restrictions", "conditions"] {
            map.remove(key);
        }
    }
    whole
}
