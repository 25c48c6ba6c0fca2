//! Markdown for a pull request or an issue: a short summary, then everything else folded.
//!
//! Nothing that others wrote becomes markup, a mention or a link: see [`safe`].

use crate::content::{Content, Made};
use crate::evidence::place_words;
use crate::format::{Excerpt, Format, Options, Several, Subject};
use crate::gist::{self, Ask};
use crate::rows::{Row, rows};
use crate::{links, safe, words};
use candor_assess::{Holds, QUESTIONS, Scope, Status};
use candor_facts::Group;
use std::fmt::Write as _;

/// Text for a pull request.
pub(crate) const FORMAT: Format = Format {
    id: "markdown",
    media_type: "text/markdown; charset=utf-8",
    ends: ".md",
    purpose: "For a pull request: a short summary, details folded",
    people: true,
    several: Several::Yes,
    assess: Some(assess),
    compare: Some(compare),
    explain: Some(explain),
};

fn assess(subjects: &[Subject<'_, '_>], options: &Options<'_>) -> String {
    subjects.iter().map(|subject| report(subject, options)).collect::<Vec<_>>().join("\n---\n\n")
}

fn explain(subject: &Subject<'_, '_>, roots: &[String], _: &Options<'_>) -> String {
    let content = Content::new(subject.sheet, subject.assessment);
    let mut wanted: Vec<&str> = Vec::new();
    let mut left: Vec<&str> = roots.iter().rev().map(String::as_str).collect();
    while let Some(id) = left.pop() {
        let Some(demand) = content.requirement(id) else { continue };
        if !wanted.contains(&id) {
            wanted.push(&demand.verdict.requirement);
            left.extend(demand.parts().rev());
        }
    }
    let mut out = format!("### {}\n\n", safe::markdown(&subject.sheet.release.id));
    requirements(&mut out, &content, &wanted);
    let mut used: Vec<usize> = Vec::new();
    for demand in wanted.iter().filter_map(|id| content.requirement(id)) {
        used.extend(&demand.evidence);
        used.extend(demand.doubts.iter().filter_map(|at| content.doubts.get(*at)).flat_map(|doubt| &doubt.evidence));
    }
    used.sort_unstable();
    used.dedup();
    out.push('\n');
    evidence(&mut out, &content, subject.excerpt, &used);
    out
}

fn report(subject: &Subject<'_, '_>, options: &Options<'_>) -> String {
    let content = Content::new(subject.sheet, subject.assessment);
    let mut out = String::new();
    summary(&mut out, &content, options);
    folded(&mut out, "What is published", |out| components(out, &content));
    folded(&mut out, "What it lets you do", |out| answers(out, &content));
    folded(&mut out, "Terms, conditions and restrictions", |out| terms(out, &content));
    let all: Vec<&str> = content.requirements.iter().rev().map(|demand| demand.verdict.requirement.as_str()).collect();
    folded(&mut out, &format!("Every requirement ({})", all.len()), |out| requirements(out, &content, &all));
    let places: Vec<usize> = (0..content.evidence.len()).collect();
    folded(&mut out, &format!("Every place of evidence ({})", places.len()), |out| {
        evidence(out, &content, subject.excerpt, &places);
    });
    let unseen = gist::unseen(subject.sheet);
    let count = unseen.others.len() + unseen.not_fetched.len();
    if count > 0 {
        folded(&mut out, &format!("What could not be seen ({count})"), |out| {
            for other in &unseen.others {
                let _ = writeln!(out, "- {}", safe::code(other));
            }
            for path in &unseen.not_fetched {
                let _ = writeln!(out, "- {} listed, not fetched", safe::code(path));
            }
        });
    }
    let _ = write!(out, "\nCandor {}, fact sheet `{}`\n", safe::markdown(options.version), subject.sheet.digest());
    out
}

/// A folded section; the blank lines make what is inside Markdown again.
fn folded(out: &mut String, title: &str, body: impl FnOnce(&mut String)) {
    let _ = write!(out, "\n<details>\n<summary>{title}</summary>\n\n");
    body(out);
    out.push_str("\n</details>\n");
}

fn summary(out: &mut String, content: &Content<'_, '_>, options: &Options<'_>) {
    let assessment = content.assessment;
    let release = &content.sheet.release;
    let spectrum = assessment.standings.iter().find(|standing| standing.framework == "spectrum");
    let level = spectrum.map_or("unknown".to_owned(), |standing| gist::standing(standing).level);
    let _ = write!(out, "### {}: {}\n\n", safe::markdown(&release.id), safe::markdown(&level));
    let mut meta: Vec<String> = Vec::new();
    for part in content.sheet.own_parts() {
        let revision: String = part.revision.iter().flat_map(|text| text.chars()).take(8).collect();
        let name = part.locator.as_deref().unwrap_or(part.role.as_str());
        let text = if revision.is_empty() { name.to_owned() } else { format!("{name} @ {revision}") };
        meta.push(match links::folder(part) {
            Some(address) => format!("[{}]({address})", safe::markdown(&text)),
            None => safe::code(&text),
        });
    }
    meta.extend(options.date.map(|date| format!("assessed on {}", safe::markdown(date))));
    let _ = write!(out, "{}\n\n| framework | stands at | |\n| --- | --- | --- |\n", meta.join(" · "));
    for card in &assessment.scorecards {
        let (shown, rest) = gist::tally(card);
        let (name, rest) = (safe::markdown(words::framework(&card.framework)), safe::markdown(&rest));
        let _ = writeln!(out, "| {name} | **{}** | {rest} |", safe::markdown(&shown));
    }
    for standing in &assessment.standings {
        let said = gist::standing(standing);
        let mut rest = said.rest;
        if !said.by.is_empty() {
            rest.insert(0, said.by.to_owned());
        }
        let _ = writeln!(
            out,
            "| {} | **{}** | {} |",
            safe::markdown(words::framework(&standing.framework)),
            safe::markdown(&said.level),
            safe::markdown(&rest.join("; "))
        );
    }
    for readings in &assessment.readings {
        for (name, confirmed, declared) in &readings.statuses {
            let said = if *confirmed == Status::Unknown && *declared == Status::Met {
                "met by the publisher's word"
            } else {
                ""
            };
            let framework = words::framework(&readings.framework);
            let (word, _) = words::status(*confirmed);
            let _ = writeln!(out, "| {}, {} | **{word}** | {said} |", safe::markdown(framework), safe::markdown(name));
        }
    }
    if let Some(next) = gist::next(assessment) {
        let level = words::level(&next.level);
        let title = match next.ask {
            Ask::Closed => "Why it is closed".to_owned(),
            Ask::Confirm => format!("What is not confirmed of \"{level}\""),
            Ask::Higher => format!("Why not \"{level}\""),
        };
        let _ = write!(out, "\n**{}**\n\n", safe::markdown(&title));
        if let Some(kinds) = &next.but_for {
            let _ = writeln!(out, "- Open source but for its terms: {}", safe::markdown(kinds));
        }
        for reason in &next.reasons {
            let mark = match (next.ask, reason.status) {
                (Ask::Closed, _) => "",
                (_, Status::NotMet) => "✗ ",
                _ => "? ",
            };
            let _ = writeln!(out, "- {mark}{}", safe::markdown(&reason.text));
        }
    }
    let restrictions = gist::restrictions(assessment);
    if !restrictions.is_empty() {
        out.push_str("\n**Restrictions**\n\n");
        for term in restrictions {
            let kind = term.kind.as_str().replace('-', " ");
            let _ = writeln!(out, "- **{kind}**: {}", safe::markdown(&gist::restriction(term)));
        }
    }
    let wrong: Vec<_> = content.claims.iter().filter(|cited| cited.item.holds != Holds::Yes).collect();
    if !wrong.is_empty() {
        out.push_str("\n**Claims**\n\n");
        for cited in wrong {
            let holds = if cited.item.holds == Holds::No { "does not hold" } else { "is not shown" };
            let (claim, note) = (safe::markdown(&cited.item.claim), safe::markdown(&cited.item.note));
            let places = numbers(&cited.evidence);
            let _ = if note.is_empty() {
                writeln!(out, "- \"{claim}\" {holds}, said at {places}")
            } else {
                writeln!(out, "- {claim} {holds}: {note} {places}")
            };
        }
    }
}

fn components(out: &mut String, content: &Content<'_, '_>) {
    out.push_str("| | component | stands | evidence |\n| --- | --- | --- | --- |\n");
    for group in Group::ALL {
        for held in content.components.iter().filter(|held| held.component.group() == group) {
            let (mark, _) = words::mark(held.presence, held.basis);
            let _ = writeln!(
                out,
                "| {} | {} | {} {} | {} |",
                group.as_str(),
                held.component.title(),
                safe::markdown(mark),
                words::presence(held.presence, held.basis),
                numbers(&held.evidence)
            );
        }
    }
}

fn answers(out: &mut String, content: &Content<'_, '_>) {
    for cited in &content.answers {
        let question = QUESTIONS.iter().find(|(id, _)| *id == cited.item.question).map_or("", |(_, text)| text);
        let (word, _) = words::answer(cited.item.answer);
        let why = safe::markdown(cited.item.why.trim_end_matches('.'));
        let _ = writeln!(out, "- {question} **{word}**: {why}. {}", numbers(&cited.evidence));
    }
}

fn terms(out: &mut String, content: &Content<'_, '_>) {
    for (scope, name) in [(Scope::Model, "weights"), (Scope::Code, "code"), (Scope::Data, "data")] {
        let terms = content.assessment.inventory.scope(scope);
        let text = terms.and_then(|terms| gist::terms(content.sheet, content.assessment, terms));
        let _ = writeln!(out, "- {name}: {}", safe::markdown(&text.unwrap_or_else(|| "none found".to_owned())));
    }
    for (list, word) in [(&content.restrictions, "restriction"), (&content.conditions, "condition")] {
        for cited in list {
            let _ = writeln!(
                out,
                "- {word}, {}: {} ({}) {}",
                cited.item.kind.as_str().replace('-', " "),
                safe::markdown(&gist::restriction(cited.item)),
                safe::markdown(&cited.item.license),
                numbers(&cited.evidence)
            );
        }
    }
    for cited in &content.claims {
        let (claim, holds) = (safe::markdown(&cited.item.claim), cited.item.holds.as_str());
        let why = cited.item.why.iter().map(|id| safe::code(id)).collect::<Vec<_>>().join(", ");
        let why = if why.is_empty() { safe::markdown(&cited.item.note) } else { why };
        let _ = writeln!(out, "- claim \"{claim}\": holds {holds} {why} {}", numbers(&cited.evidence));
    }
}

fn requirements(out: &mut String, content: &Content<'_, '_>, wanted: &[&str]) {
    for demand in wanted.iter().filter_map(|id| content.requirement(id)) {
        let verdict = demand.verdict;
        let (word, _) = words::status(verdict.confirmed);
        let said = if verdict.declared == verdict.confirmed {
            String::new()
        } else {
            format!(" ({} by the publisher's word)", words::status(verdict.declared).0)
        };
        let id = safe::code(&verdict.requirement);
        let _ = write!(out, "- {id} **{word}**{said}: {}.", safe::markdown(&verdict.title));
        match &demand.made {
            Made::Composed { rule, parts } => {
                let parts = parts.iter().map(|id| safe::code(id)).collect::<Vec<_>>().join(", ");
                let _ = write!(out, " {rule} of {parts}");
                if let Some(exempt) = demand.unless {
                    let _ = write!(out, ", unless {}", safe::code(exempt));
                }
            }
            Made::Probed { why: Some(why), .. } => {
                let _ = write!(out, " {}.", safe::markdown(why));
            }
            Made::Probed { .. } => {}
        }
        if let (Made::Probed { .. }, Some(exempt)) = (&demand.made, demand.unless) {
            let _ = write!(out, " Does not apply when {} holds.", safe::code(exempt));
        }
        if !verdict.reading.is_empty() {
            let _ = write!(out, " *Our reading: {}*", safe::markdown(&verdict.reading));
        }
        if !demand.evidence.is_empty() {
            let _ = write!(out, " {}", numbers(&demand.evidence));
        }
        out.push('\n');
        for doubt in demand.doubts.iter().filter_map(|at| content.doubts.get(*at)) {
            let _ = writeln!(out, "  - ? {} {}", safe::markdown(&doubt.text), numbers(&doubt.evidence));
        }
    }
}

fn evidence(out: &mut String, content: &Content<'_, '_>, excerpt: &Excerpt<'_>, wanted: &[usize]) {
    for number in wanted {
        let Some(evidence) = content.evidence.get(*number) else { continue };
        let text = words::place(content.sheet, evidence);
        let place = match links::place(content.sheet, evidence) {
            Some(address) => format!("[{}]({address})", safe::markdown(&text)),
            None => safe::code(&text),
        };
        let _ = write!(
            out,
            "- e{number}: {place} {}, {}",
            safe::markdown(&words::basis(&evidence.basis)),
            place_words(evidence)
        );
        if let Some(words) = excerpt(evidence).filter(|words| !words.is_empty()) {
            let _ = write!(out, " {}", safe::code(&words));
        }
        out.push('\n');
    }
}

/// Places by their numbers in the list of evidence.
fn numbers(evidence: &[usize]) -> String {
    let mut seen: Vec<usize> = Vec::new();
    for number in evidence {
        if !seen.contains(number) {
            seen.push(*number);
        }
    }
    let list: Vec<String> = seen.iter().map(|number| format!("e{number}")).collect();
    if list.is_empty() { String::new() } else { format!("({})", list.join(", ")) }
}

fn compare(subjects: &[Subject<'_, '_>], options: &Options<'_>) -> String {
    let rows = rows(subjects);
    let (differ, agree): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.differs());
    let names: Vec<String> = subjects.iter().map(|subject| safe::markdown(&subject.sheet.release.id)).collect();
    let mut out = format!("### {}\n", names.join(", "));
    if let Some(date) = options.date {
        let _ = write!(out, "\nassessed on {}\n", safe::markdown(date));
    }
    out.push('\n');
    if differ.is_empty() {
        out.push_str("They differ nowhere.\n");
    } else {
        table(&mut out, &differ, &names);
    }
    if !agree.is_empty() {
        folded(&mut out, &format!("The same for all ({})", agree.len()), |out| table(out, &agree, &names));
    }
    out
}

fn table(out: &mut String, rows: &[&Row], names: &[String]) {
    let _ = write!(out, "| | {} |\n| --- |{}\n", names.join(" | "), " --- |".repeat(names.len()));
    let mut section = "";
    for row in rows {
        if row.section != section {
            section = row.section;
            let _ = writeln!(out, "| **{section}** |{}", " |".repeat(names.len()));
        }
        let cells: Vec<String> = row.cells.iter().map(|cell| safe::markdown(&cell.text)).collect();
        let _ = writeln!(out, "| {} | {} |", safe::markdown(&row.label), cells.join(" | "));
    }
}
