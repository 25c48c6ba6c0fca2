//! `cargo xtask docs [--check]`: the reference pages, written from the program itself.
//!
//! Guides and concepts are written by hand; what the program knows of itself is not: help texts come from
//! `candor --help`, framework pages from the framework files and the probes that they name. `--check` writes
//! nothing and fails where a page is not what would be written.

mod law;

use anyhow::{Context, bail, ensure};
use candor_assess::{Framework, PROBES, Reference, Requirement, Rule};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const BANNER: &str = "<!-- Written by `cargo xtask docs`. Changes made here are lost. -->\n";
/// The folder of all that is written here; a page in it that no source gives is stale.
const FOLDER: &str = "docs/reference";
/// Probes that no file can answer.
const BY_REVIEWERS: &[&str] = &["attested"];

/// Pages by path from the root.
type Pages = BTreeMap<String, String>;

/// Run the task.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let check = match args {
        [] => false,
        [word] if word == "--check" => true,
        _ => bail!("write `cargo xtask docs` or `cargo xtask docs --check`"),
    };
    let root = crate::workspace_root();
    let mut pages = framework_pages()?;
    pages.insert(format!("{FOLDER}/cli.md"), cli_page()?);
    if check {
        let wrong = differences(&root, &pages, &["frameworks"])?;
        ensure!(wrong.is_empty(), "run `cargo xtask docs`:\n{}", wrong.join("\n"));
        println!("{} reference pages are current", pages.len());
        return Ok(());
    }
    for (path, text) in &pages {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().context("a folder")?)?;
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    println!("{} reference pages written below {FOLDER}", pages.len());
    Ok(())
}

/// Pages that are missing, differ, or stand in our folders without a source.
fn differences(root: &Path, pages: &Pages, within: &[&str]) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for (path, text) in pages {
        match std::fs::read_to_string(root.join(path)) {
            Ok(found) if found == *text => {}
            Ok(_) => wrong.push(format!("{path}: differs from its source")),
            Err(_) => wrong.push(format!("{path}: not there")),
        }
    }
    for name in within {
        let folder = root.join(FOLDER).join(name);
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = format!("{FOLDER}/{name}/{}", entry?.file_name().to_string_lossy());
            if !pages.contains_key(&path) {
                wrong.push(format!("{path}: has no source; remove it"));
            }
        }
    }
    Ok(wrong)
}

/// The help texts of the program, each command under its heading.
fn cli_page() -> anyhow::Result<String> {
    let overview = help(&[])?;
    let mut page = format!("{BANNER}# The command line\n\n`candor --help` and the help of each command, as printed.\n");
    write!(page, "\n## candor\n\n```text\n{overview}```\n")?;
    for command in commands(&overview) {
        write!(page, "\n## candor {command}\n\n```text\n{}```\n", help(&[command])?)?;
    }
    Ok(page)
}

/// The commands that an overview lists.
fn commands(overview: &str) -> impl Iterator<Item = &str> {
    let list = overview.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Lines that go on with a description are indented further.
    list.filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
}

/// What `candor … --help` prints at the width of documentation, whatever terminal this runs in.
fn help(words: &[&str]) -> anyhow::Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--package", "candor", "--"])
        .args(words)
        .arg("--help")
        .current_dir(crate::workspace_root())
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .output()
        .context("cargo could not be started")?;
    ensure!(
        output.status.success(),
        "`candor {} --help`: {}",
        words.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n")
}

/// One page a framework, and the table over all of them.
fn framework_pages() -> anyhow::Result<Pages> {
    let frameworks = candor_assess::shipped().map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let mut pages = Pages::new();
    let mut index = format!(
        "{BANNER}# Frameworks\n\nA framework is a file of requirements, each with its source. How many of them files can \
         decide, and for how many a person has to speak:\n\n| framework | requirements | composed of others | answered from \
         files | need a reviewer |\n|---|---:|---:|---:|---:|\n"
    );
    for framework in &frameworks {
        let count = |wanted: fn(&Rule) -> bool| framework.requirements.values().filter(|one| wanted(&one.rule)).count();
        let (probed, attested) = (count(|rule| matches!(rule, Rule::Probe(..))), count(by_reviewers));
        writeln!(
            index,
            "| [{}]({}.md) | {} | {} | {} | {attested} |",
            framework.name,
            framework.id,
            framework.requirements.len(),
            framework.requirements.len() - probed,
            probed - attested,
        )?;
        pages.insert(format!("{FOLDER}/frameworks/{}.md", framework.id), framework_page(framework)?);
    }
    index.push_str("\n## Probes\n\nThe questions that frameworks are made of.\n");
    for probe in PROBES {
        write!(index, "\n### {}\n\n{}\n\n{}\n", probe.id, probe.question, probe.doc)?;
    }
    index.push_str("\nRequirement by requirement: [coverage](coverage.md).\n");
    pages.insert(format!("{FOLDER}/frameworks/README.md"), index);
    pages.insert(format!("{FOLDER}/frameworks/coverage.md"), coverage(&frameworks)?);
    pages.insert(format!("{FOLDER}/regulation.md"), law::regulation_page(&frameworks));
    Ok(pages)
}

/// Every requirement of every framework, with who can decide it.
fn coverage(frameworks: &[Framework]) -> anyhow::Result<String> {
    let mut page = format!(
        "{BANNER}# Coverage\n\nWhat of each framework a tool can decide. *Files*: a probe answers from what was \
         published, or says that it is unknown. *Reviewer*: no file can show it. *Parts*: it follows from others; the \
         count says how many of the questions below it need a reviewer.\n"
    );
    for framework in frameworks {
        write!(
            page,
            "\n## {}\n\n| requirement | where it stands | decided by | asked | our reading |\n|---|---|---|---|---|\n",
            framework.name
        )?;
        for name in order(framework) {
            let Some(requirement) = framework.requirements.get(name) else { continue };
            let (decided, asked) = match &requirement.rule {
                Rule::Probe(probe, params) => {
                    let who = if by_reviewers(&requirement.rule) { "reviewer" } else { "files" };
                    (
                        who.to_owned(),
                        format!("{} ([`{}`](README.md#{}))", params.fill(probe.question), probe.id, probe.id),
                    )
                }
                _ => {
                    let (questions, reviewed) = below(frameworks, framework, name);
                    (format!("parts: {reviewed} of {questions} need a reviewer"), String::new())
                }
            };
            let cell = |text: &str| text.replace('|', "\\|");
            writeln!(
                page,
                "| [{name}]({}.md#{}) | {} | {decided} | {} | {} |",
                framework.id,
                anchor(name),
                cell(&requirement.cite),
                cell(&asked),
                if requirement.reading.is_empty() { "" } else { "yes" },
            )?;
        }
    }
    Ok(page)
}

/// How many questions stand below a requirement, and how many of them need a reviewer.
fn below(frameworks: &[Framework], framework: &Framework, name: &str) -> (usize, usize) {
    let (mut seen, mut left) = (Vec::new(), vec![(framework, name)]);
    let (mut questions, mut reviewed) = (0, 0);
    while let Some((framework, name)) = left.pop() {
        let key = (framework.id.as_str(), name);
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let Some(requirement) = framework.requirements.get(name) else { continue };
        questions += usize::from(matches!(requirement.rule, Rule::Probe(..)));
        reviewed += usize::from(by_reviewers(&requirement.rule));
        for part in requirement.parts() {
            let other = part.framework.as_ref().and_then(|short| frameworks.iter().find(|one| one.short == *short));
            left.push((other.unwrap_or(framework), part.requirement.as_str()));
        }
    }
    (questions, reviewed)
}

/// The anchor of a heading.
fn anchor(name: &str) -> String {
    name.to_lowercase()
}

fn by_reviewers(rule: &Rule) -> bool {
    matches!(rule, Rule::Probe(probe, _) if BY_REVIEWERS.contains(&probe.id))
}

fn framework_page(framework: &Framework) -> anyhow::Result<String> {
    let mut page = format!("{BANNER}# {}\n\n", framework.name);
    writeln!(page, "`{}`, read at <{}> on {}.", framework.id, framework.source.url, framework.source.read)?;
    let links = |names: &[String]| {
        names.iter().map(|name| format!("[{name}](#{})", anchor(name))).collect::<Vec<_>>().join(", ")
    };
    if !framework.ladder.is_empty() {
        write!(page, "\nLevels, lowest first: {}", links(&framework.ladder))?;
        match &framework.bottom {
            Some(bottom) => writeln!(page, "; below them [{bottom}](#{}).", anchor(bottom))?,
            None => writeln!(page, ".")?,
        }
    }
    if !framework.readings.is_empty() {
        writeln!(page, "\nReadings, side by side: {}.", links(&framework.readings))?;
    }
    if !framework.also.is_empty() {
        writeln!(page, "\nReported beside, needed by no level: {}.", links(&framework.also))?;
    }
    if !framework.dimensions.is_empty() {
        let worth: Vec<String> =
            framework.scale.iter().enumerate().map(|(at, grade)| format!("{grade} {at}")).collect();
        write!(page, "\nGrades, lowest first, and what each adds: {}.\n\n| dimension | |", worth.join(", "))?;
        for grade in framework.scale.iter().skip(1) {
            write!(page, " {grade} |")?;
        }
        writeln!(page, "\n|---|---|{}", "---|".repeat(framework.scale.len().saturating_sub(1)))?;
        for dimension in &framework.dimensions {
            write!(page, "| `{}` | {} ({}) |", dimension.id, dimension.title, dimension.group)?;
            for grade in &dimension.grades {
                match grade {
                    Some(part) => write!(page, " {} |", link(framework, part))?,
                    None => write!(page, " |")?,
                }
            }
            writeln!(page)?;
        }
    }
    page.push_str("\nTitles are our words. A reading is our interpretation, and every report shows it as one.\n");
    page.push_str(&law::law(framework));
    for name in order(framework) {
        if let Some(requirement) = framework.requirements.get(name) {
            write!(page, "\n## {name}\n\n{}", requirement_text(framework, name, requirement))?;
        }
    }
    Ok(page)
}

/// Levels and readings first, each followed by what it is made of.
fn order(framework: &Framework) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let mut left: Vec<&str> = framework.roots().collect();
    left.reverse();
    while let Some(name) = left.pop() {
        if names.contains(&name) {
            continue;
        }
        names.push(name);
        if let Some(requirement) = framework.requirements.get(name) {
            let parts: Vec<&str> = requirement
                .parts()
                .filter(|part| part.framework.is_none())
                .map(|part| part.requirement.as_str())
                .collect();
            left.extend(parts.into_iter().rev());
        }
    }
    names
}

fn requirement_text(framework: &Framework, name: &str, requirement: &Requirement) -> String {
    let note = framework.note(name);
    let mut lines = vec![format!("{}.\n", requirement.title)];
    if !requirement.cite.is_empty() {
        lines.push(format!("- Where it stands: {}", requirement.cite));
    }
    if !requirement.reading.is_empty() {
        lines.push(format!("- Our reading: {}", requirement.reading));
    }
    let list = |parts: &[Reference]| parts.iter().map(|part| link(framework, part)).collect::<Vec<_>>().join(", ");
    match &requirement.rule {
        Rule::All(parts) => lines.push(format!("- Holds when all of these do: {}", list(parts))),
        Rule::Any(parts) => lines.push(format!("- Holds when one of these does: {}", list(parts))),
        Rule::None(parts) => lines.push(format!("- Holds when none of these does: {}", list(parts))),
        Rule::AtLeast(count, parts) => {
            lines.push(format!("- Holds when at least {count} of these do: {}", list(parts)))
        }
        Rule::Outcome(rule) => lines.push(format!(
            "- Holds when every outcome still open is one of: {}; decided by {}",
            rule.among.join(", "),
            list(rule.questions())
        )),
        Rule::Probe(probe, params) => {
            lines.push(format!("- Asked: {} ([`{}`](README.md#{}))", params.fill(probe.question), probe.id, probe.id));
            lines.push(format!("- How: {}", probe.doc));
            let who = if by_reviewers(&requirement.rule) {
                "a reviewer; no file can show it, so it is unknown until someone attests it"
            } else {
                "Candor, from files; unknown where they are silent"
            };
            lines.push(format!("- Decided by: {who}"));
        }
    }
    if let Some(exempt) = &requirement.unless {
        lines.push(format!("- Does not apply when this holds: {}", link(framework, exempt)));
    }
    for (name, text) in [("To be asked", &note.ask), ("What openness can never show", &note.never)] {
        if !text.is_empty() {
            lines.push(format!("- {name}: {text}"));
        }
    }
    if note.beyond_weights {
        lines.push("- Cannot be satisfied by weights alone".to_owned());
    }
    lines.join("\n") + "\n"
}

/// A link to a requirement, here or on the page of another framework.
fn link(framework: &Framework, part: &Reference) -> String {
    let name = &part.requirement;
    match &part.framework {
        None => format!("[{name}](#{})", anchor(name)),
        Some(other) => {
            let shipped = candor_assess::shipped().unwrap_or_default();
            let page = shipped.iter().find(|one| one.short == *other || one.id == *other).unwrap_or(framework);
            format!("[{other}:{name}]({}.md#{})", page.id, anchor(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framework_pages_are_current() {
        let pages = framework_pages().expect("pages");
        let wrong = differences(&crate::workspace_root(), &pages, &["frameworks"]).expect("docs");
        assert!(wrong.is_empty(), "run `cargo xtask docs`:\n{}", wrong.join("\n"));
    }

    #[test]
    fn missing_changed_and_stale_pages_are_told() {
        let (root, mut pages) = (crate::workspace_root(), framework_pages().expect("pages"));
        let told = |pages: &Pages, line: &str| {
            let wrong = differences(&root, pages, &["frameworks"]).expect("docs");
            assert!(wrong.iter().any(|found| found == line), "{line}: {wrong:?}");
        };
        pages.insert(format!("{FOLDER}/frameworks/spectrum.md"), "other".to_owned());
        told(&pages, "docs/reference/frameworks/spectrum.md: differs from its source");
        pages.insert(format!("{FOLDER}/frameworks/new.md"), "new".to_owned());
        told(&pages, "docs/reference/frameworks/new.md: not there");
        pages.remove(&format!("{FOLDER}/frameworks/README.md"));
        told(&pages, "docs/reference/frameworks/README.md: has no source; remove it");
    }

    #[test]
    fn commands_are_read_from_the_overview() {
        let overview =
            "Usage\n\nCommands:\n  assess   The verdict\n           goes on\n  help     Print\n\nOptions:\n  -q\n";
        assert_eq!(commands(overview).collect::<Vec<_>>(), ["assess"]);
    }
}
