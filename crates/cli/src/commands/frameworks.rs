//! `candor frameworks`: what releases are judged by; and whether a file of the user's own is sound.

use crate::Outcome;
use crate::args::{Format, Judging};
use crate::load::{framework_text, frameworks};
use crate::output::Output;
use anyhow::{Context, anyhow};
use candor_assess::{Framework, Reference, Requirement, Rule};
use candor_report::Style;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Arguments of `frameworks`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// What to do; without it, list them
    #[command(subcommand)]
    pub what: Option<What>,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// What to do with frameworks.
#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// All frameworks, with their levels
    List {
        /// With those of these files
        #[command(flatten)]
        judging: Judging,
    },
    /// One framework: every requirement with its source, our reading, and what is asked
    Show {
        /// Its id (`osaid-1.0`), its short name (`osaid`), or a file
        framework: String,
    },
    /// Whether framework files are sound: every fault with line and column. Exit 1 when there is one
    Lint {
        /// Framework files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    match &options.what {
        None => list(&frameworks(&Judging::default())?, options.format, output)?,
        Some(What::List { judging }) => list(&frameworks(judging)?, options.format, output)?,
        Some(What::Show { framework }) => show(framework, options.format, output)?,
        Some(What::Lint { files }) => return lint(files, options.format, output),
    }
    Ok(Outcome::Answered)
}

fn list(frameworks: &[Framework], format: Format, output: &Output) -> anyhow::Result<()> {
    if format == Format::Json {
        let all: Vec<Value> = frameworks.iter().map(|framework| document(framework, false)).collect();
        return output.print(&Value::Array(all).to_string());
    }
    let mut out = String::new();
    for framework in frameworks {
        let id = output.paint.apply(Style::Heading, &framework.id);
        out.push_str(&format!("{id}  {}\n", framework.name));
        out.push_str(&format!("  {}\n", shape(framework)));
        let (probed, reviewed) = counts(framework);
        out.push_str(&format!(
            "  {} requirements: {probed} answered from files, {reviewed} by a reviewer, the rest composed of these\n",
            framework.requirements.len()
        ));
    }
    out.push_str("\nOne in full: `candor frameworks show ID`. Your own: `--framework FILE` of `assess`, `explain`, `compare`, `next`.\n");
    output.show(&out)
}

/// Levels, readings, dimensions in one line.
fn shape(framework: &Framework) -> String {
    let mut parts = Vec::new();
    if !framework.ladder.is_empty() {
        let bottom = framework.bottom.iter().chain(&framework.ladder);
        parts.push(format!("levels: {}", bottom.map(String::as_str).collect::<Vec<_>>().join(" < ")));
    }
    if !framework.readings.is_empty() {
        parts.push(format!("readings: {}", framework.readings.join(", ")));
    }
    if !framework.dimensions.is_empty() {
        parts.push(format!("{} dimensions: {}", framework.dimensions.len(), framework.scale.join(" < ")));
    }
    parts.join("; ")
}

/// Requirements that files can answer, and those that need a reviewer.
fn counts(framework: &Framework) -> (usize, usize) {
    let probe = |requirement: &&Requirement| matches!(requirement.rule, Rule::Probe(..));
    let reviewed =
        |requirement: &&Requirement| matches!(&requirement.rule, Rule::Probe(probe, _) if probe.id == "attested");
    let all = framework.requirements.values();
    let (probed, reviewed) = (all.clone().filter(probe).count(), all.filter(reviewed).count());
    (probed - reviewed, reviewed)
}

fn show(asked: &str, format: Format, output: &Output) -> anyhow::Result<()> {
    let all = frameworks(&Judging::default())?;
    let known = all.iter().find(|framework| framework.id == asked || framework.short == asked);
    let own;
    let framework = match known {
        Some(framework) => framework,
        None if std::path::Path::new(asked).exists() => {
            let judging = Judging { framework: vec![PathBuf::from(asked)] };
            own = frameworks(&judging)?;
            own.last().context("no framework")?
        }
        None => {
            let ids: Vec<&str> = all.iter().map(|framework| framework.id.as_str()).collect();
            return Err(anyhow!("there is no framework and no file `{asked}`; there are {}", ids.join(", ")));
        }
    };
    if format == Format::Json {
        return output.print(&document(framework, true).to_string());
    }
    let paint = output.paint;
    let mut out = format!("{}  {}\n", paint.apply(Style::Heading, &framework.id), framework.name);
    out.push_str(&format!("read at {} on {}\n{}\n", framework.source.url, framework.source.read, shape(framework)));
    for dimension in &framework.dimensions {
        let grades = framework.scale.iter().skip(1).zip(&dimension.grades);
        let grades: Vec<String> =
            grades.filter_map(|(grade, asked)| Some(format!("{grade}: {}", asked.as_ref()?.requirement))).collect();
        out.push_str(&format!("  {} ({}; {})\n", dimension.id, dimension.title, grades.join(", ")));
    }
    for (name, requirement) in &framework.requirements {
        out.push_str(&format!("\n{}\n  {}.\n", paint.apply(Style::Heading, name), requirement.title));
        if !requirement.cite.is_empty() {
            out.push_str(&format!("  source: {}\n", requirement.cite));
        }
        if !requirement.reading.is_empty() {
            out.push_str(&format!("  our reading: {}\n", requirement.reading));
        }
        out.push_str(&format!("  {}\n", rule(&requirement.rule)));
        if let Some(exempt) = &requirement.unless {
            out.push_str(&format!("  does not apply when this holds: {}\n", name_of(exempt)));
        }
    }
    output.show(&out)
}

fn name_of(part: &Reference) -> String {
    match &part.framework {
        Some(framework) => format!("{framework}:{}", part.requirement),
        None => part.requirement.clone(),
    }
}

fn rule(rule: &Rule) -> String {
    let list = |parts: &[Reference]| parts.iter().map(name_of).collect::<Vec<_>>().join(", ");
    match rule {
        Rule::All(parts) => format!("all of: {}", list(parts)),
        Rule::Any(parts) => format!("one of: {}", list(parts)),
        Rule::None(parts) => format!("none of: {}", list(parts)),
        Rule::AtLeast(count, parts) => format!("at least {count} of: {}", list(parts)),
        Rule::Outcome(rule) => format!("the decision ends in one of: {}", rule.among.join(", ")),
        Rule::Probe(probe, params) => format!("{} ({})", params.fill(probe.question), probe.id),
    }
}

fn document(framework: &Framework, requirements: bool) -> Value {
    let mut value = json!({
        "id": framework.id, "short": framework.short, "name": framework.name,
        "source": {"url": framework.source.url, "read": framework.source.read},
        "ladder": framework.ladder, "bottom": framework.bottom, "readings": framework.readings, "also": framework.also,
        "scale": framework.scale,
        "dimensions": framework.dimensions.iter().map(|one| json!({
            "id": one.id, "group": one.group, "title": one.title,
            "grades": framework.scale.iter().skip(1).zip(&one.grades)
                .filter_map(|(grade, asked)| Some((grade.clone(), json!(asked.as_ref()?.requirement))))
                .collect::<serde_json::Map<String, Value>>(),
        })).collect::<Vec<_>>(),
    });
    if let (true, Some(map)) = (requirements, value.as_object_mut()) {
        let list = framework.requirements.iter().map(|(name, requirement)| {
            let mut one = json!({"id": format!("{}.{name}", framework.short), "title": requirement.title, "cite": requirement.cite, "reading": requirement.reading});
            if let Some(one) = one.as_object_mut() {
                let parts = |parts: &[Reference]| json!(parts.iter().map(name_of).collect::<Vec<_>>());
                match &requirement.rule {
                    Rule::All(list) => one.insert("all".to_owned(), parts(list)),
                    Rule::Any(list) => one.insert("any".to_owned(), parts(list)),
                    Rule::None(list) => one.insert("none".to_owned(), parts(list)),
                    Rule::AtLeast(count, list) => {
                        one.insert("at-least".to_owned(), json!(count));
                        one.insert("of".to_owned(), parts(list))
                    }
                    Rule::Outcome(rule) => one.insert("outcomes".to_owned(), json!(rule.among)),
                    Rule::Probe(probe, params) => {
                        one.insert("question".to_owned(), json!(params.fill(probe.question)));
                        one.insert("decided-by".to_owned(), json!(if probe.id == "attested" { "reviewer" } else { "files" }));
                        one.insert("probe".to_owned(), json!(probe.id))
                    }
                };
            }
            one
        });
        map.insert("requirements".to_owned(), Value::Array(list.collect()));
    }
    value
}

fn lint(files: &[PathBuf], format: Format, output: &Output) -> anyhow::Result<Outcome> {
    let mut known = frameworks(&Judging::default())?;
    let (mut faults, mut documents, mut lines) = (0, Vec::new(), Vec::new());
    for path in files {
        let text = framework_text(path)?;
        let file = path.display().to_string();
        match Framework::parse_among(&text, &known) {
            Ok(framework) => {
                let count = framework.requirements.len();
                lines.push(format!("{file}: sound: `{}`, {count} requirements, {}", framework.id, shape(&framework)));
                documents.push(json!({"file": file, "sound": true, "faults": []}));
                known.push(framework);
            }
            Err(errors) => {
                faults += errors.len();
                lines.extend(errors.iter().map(|error| format!("{file}:{error}")));
                let list: Vec<Value> = errors
                    .iter()
                    .map(|error| json!({"line": error.line, "column": error.column, "what": error.what}))
                    .collect();
                documents.push(json!({"file": file, "sound": false, "faults": list}));
            }
        }
    }
    match format {
        Format::Json => super::print_documents(documents, output)?,
        Format::Human => output.show(&(lines.join("\n") + "\n"))?,
    }
    Ok(if faults > 0 { Outcome::Refuted } else { Outcome::Answered })
}
