//! `candor explain`: one requirement down to its evidence.

use crate::Outcome;
use crate::args::{Judging, Reading};
use crate::load::{frameworks, load};
use crate::output::Output;
use crate::render::{Judged, Rendering, formats};
use anyhow::bail;
use candor_assess::{Assessment, Framework, Status};
use candor_report::Format;
use clap::Args;

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A folder, a release bundle, one file, or where a release lies: `hf:org/name`, `github:owner/name`
    pub locator: String,
    /// A requirement such as `osaid.parameters-terms`, or a framework such as `spectrum`
    pub requirement: String,
    /// How to read it.
    #[command(flatten)]
    pub reading: Reading,
    /// By what to judge.
    #[command(flatten)]
    pub judging: Judging,
    /// How to print; without it as the name of the file says, `.html` or `.json` for instance, else for people
    #[arg(long, value_parser = formats(|format| format.explain.is_some()))]
    pub format: Option<&'static Format>,
    /// What to print, and where to.
    #[command(flatten)]
    pub rendering: Rendering,
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let frameworks = frameworks(&options.judging)?;
    let format = options.rendering.format(options.format, |format| format.explain.is_some())?;
    let Some(render) = format.explain else { bail!("`explain` has no format `{}`", format.id) };
    let loaded = load(&options.locator, &options.reading)?;
    let judged = [Judged::new(&loaded, &frameworks)];
    let [only] = &judged;
    if let (Some(framework), "human") = (law(&options.requirement, &frameworks), format.id) {
        let as_of = options.reading.as_of.as_deref();
        let text = options.rendering.render(&judged, output, |subjects, wishes| {
            let page = |subject| candor_report::duties(subject, framework, as_of, wishes.paint).unwrap_or_default();
            subjects.iter().map(page).collect()
        });
        options.rendering.deliver(&text, format, output)?;
        return Ok(Outcome::Answered);
    }
    let requirements = requirements(&options.requirement, &frameworks, only.assessment())?;
    let text = options.rendering.render(&judged, output, |subjects, wishes| {
        subjects.iter().map(|subject| render(subject, &requirements, wishes)).collect()
    });
    options.rendering.deliver(&text, format, output)?;
    let verdicts = &only.assessment().verdicts;
    let unknown = requirements
        .iter()
        .any(|id| verdicts.find(id).is_some_and(|(_, verdict)| verdict.confirmed == Status::Unknown));
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
        let graded = framework.dimensions.iter().flat_map(|dimension| dimension.grades.iter().flatten().next_back());
        let mut roots = top.unwrap_or_else(|| framework.readings.iter().chain(&framework.also).cloned().collect());
        roots.extend(graded.map(|grade| grade.requirement.clone()));
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
