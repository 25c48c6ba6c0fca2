//! Releases side by side: one row a question, one column a release.

use crate::format::{Options, Subject};
use crate::gist::{restrictions, short};
use crate::layout::{Paint, Style, beside, pad, width, wrap};
use crate::words;
use candor_assess::{Assessment, QUESTIONS, Standing, Status};
use candor_facts::{Component, FactSheet, Group};
use std::ops::Range;

/// A row about a ladder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Row {
    Stands,
    Confirmed,
    Possible,
}

/// Column of the row labels.
const LABEL: usize = 18;
/// Narrowest useful column.
const NARROW: usize = 15;

/// A line of the table, over all releases.
enum Line {
    Rule,
    Row { label: String, cells: Vec<String> },
}

/// The table, what differs first. Where the terminal is too narrow for all columns, they are shown in several bands.
pub(crate) fn compare(subjects: &[Subject<'_, '_>], options: &Options<'_>) -> String {
    let paint = options.paint;
    let releases: Vec<_> = subjects.iter().map(|subject| (subject.sheet, subject.assessment)).collect();
    let space = paint.width.saturating_sub(LABEL).max(NARROW);
    let per_band = (space / NARROW).max(1).min(releases.len().max(1));
    let bands = releases.len().div_ceil(per_band).max(1);
    let per_band = releases.len().div_ceil(bands).max(1);
    let mut table = Table { releases: &releases, paint, lines: Vec::new(), same: Vec::new() };
    table.fill();
    let mut out = String::new();
    for band in 0..bands {
        if band > 0 {
            out.push('\n');
        }
        let columns = (band * per_band)..((band + 1) * per_band).min(releases.len());
        table.write(&mut out, columns.clone(), space / columns.len().max(1));
    }
    if !table.same.is_empty() {
        out.push('\n');
        out.push_str(&paint.apply(Style::Heading, "The same for all"));
        out.push('\n');
        for (label, cell) in &table.same {
            beside(&mut out, label, LABEL, cell, paint.width);
        }
    }
    out.push('\n');
    for line in wrap(&words::LEGEND.replace("  ", " \u{a0}"), paint.width) {
        out.push_str(&paint.apply(Style::Faint, line.replace('\u{a0}', " ").trim()));
        out.push('\n');
    }
    for group in Group::ALL {
        beside(&mut out, group.as_str(), LABEL, &strip_names(group).join(", "), paint.width);
    }
    out
}

struct Table<'t, 'a> {
    releases: &'t [(&'t FactSheet, &'t Assessment<'a>)],
    paint: Paint,
    lines: Vec<Line>,
    /// What all releases answer alike.
    same: Vec<(String, String)>,
}

impl<'a> Table<'_, 'a> {
    /// What each release says, in order.
    fn ask(&self, cell: impl Fn(&FactSheet, &Assessment<'a>) -> String) -> Vec<String> {
        self.releases.iter().map(|(sheet, assessment)| cell(sheet, assessment)).collect()
    }

    /// A row, unless all say the same.
    fn row(&mut self, label: &str, cells: Vec<String>) {
        match cells.first() {
            Some(first) if alike(&cells) => self.same.push((label.to_owned(), first.clone())),
            _ => self.lines.push(Line::Row { label: label.to_owned(), cells }),
        }
    }

    fn rule(&mut self) {
        if !matches!(self.lines.last(), Some(Line::Rule) | None) {
            self.lines.push(Line::Rule);
        }
    }

    fn fill(&mut self) {
        let names = self.ask(|sheet, _| self.paint.apply(Style::Heading, &sheet.release.id));
        self.lines.push(Line::Row { label: String::new(), cells: names });
        let parameters = self.ask(|_, assessment| {
            assessment.inventory.weights.parameters.map_or("-".to_owned(), |(count, _)| words::parameters(count))
        });
        self.row("parameters", parameters);
        self.rule();
        let first = self.releases.first().map(|(_, assessment)| *assessment);
        let ladders = first.iter().flat_map(|assessment| &assessment.standings).map(|standing| &standing.framework);
        for framework in ladders {
            self.ladder(framework);
        }
        for reading in ["lenient", "osaid", "strict"] {
            let cells = self.ask(|_, assessment| {
                let statuses = assessment.readings.iter().flat_map(|readings| &readings.statuses);
                let found = statuses.into_iter().find(|(name, _, _)| name == reading);
                found.map_or("-".to_owned(), |(_, confirmed, declared)| {
                    let (word, style) = words::status(*confirmed);
                    let said = *confirmed == Status::Unknown && *declared == Status::Met;
                    let word = self.paint.apply(style, word);
                    if said { format!("{word} (said: met)") } else { word }
                })
            });
            self.row(&format!("OSAID {reading}"), cells);
        }
        let cards = first.iter().flat_map(|assessment| &assessment.scorecards).map(|card| &card.framework);
        for framework in cards {
            let cells = self.ask(|_, assessment| {
                let found = assessment.scorecards.iter().find(|card| card.framework == *framework);
                found.map_or("-".to_owned(), |card| crate::gist::tally(card).0)
            });
            self.row(words::framework(framework), cells);
        }
        self.rule();
        for group in Group::ALL {
            let cells = self.ask(|_, assessment| self.strip(assessment, group));
            self.row(group.as_str(), cells);
        }
        self.rule();
        let cells = self.ask(|_, assessment| {
            let concluded = assessment.inventory.model_terms().and_then(|terms| terms.concluded.as_ref());
            concluded.map_or("none found".to_owned(), ToString::to_string)
        });
        self.row("terms", cells);
        let cells = self.ask(|_, assessment| {
            let kinds: Vec<&str> = restrictions(assessment).into_iter().map(|term| term.kind.as_str()).collect();
            if kinds.is_empty() { "-".to_owned() } else { kinds.join(", ") }
        });
        self.row("restrictions", cells);
        self.rule();
        for (id, _) in QUESTIONS {
            let cells = self.ask(|_, assessment| {
                let answer = assessment.answers.iter().find(|answer| answer.question == *id);
                answer.map_or("-".to_owned(), |answer| {
                    let (word, style) = words::answer(answer.answer);
                    self.paint.apply(style, word)
                })
            });
            self.row(&id.replace('-', " "), cells);
        }
        if matches!(self.lines.last(), Some(Line::Rule)) {
            self.lines.pop();
        }
    }

    /// The rows of a ladder belong together: they stand or move as one.
    fn ladder(&mut self, framework: &str) {
        let find = |assessment: &Assessment<'a>| -> Option<Standing> {
            assessment.standings.iter().find(|standing| standing.framework == framework).cloned()
        };
        let found: Vec<Option<Standing>> = self.releases.iter().map(|(_, assessment)| find(assessment)).collect();
        let agree = found.iter().flatten().all(|standing| standing.confirmed == standing.declared);
        let mut rows = Vec::new();
        for row in [Row::Stands, Row::Confirmed, Row::Possible] {
            let label = match row {
                Row::Stands => words::framework(framework),
                Row::Confirmed if agree => continue,
                Row::Confirmed => "  confirmed",
                Row::Possible => "  not ruled out",
            };
            let cell = |standing: &Option<Standing>| {
                standing.as_ref().map_or("-".to_owned(), |standing| self.level(standing, row))
            };
            rows.push((label.to_owned(), found.iter().map(cell).collect::<Vec<String>>()));
        }
        if rows.iter().all(|(_, cells)| alike(cells)) {
            let first = |cells: Vec<String>| cells.into_iter().next().unwrap_or_default();
            self.same.extend(rows.into_iter().map(|(label, cells)| (label, first(cells))));
        } else {
            self.lines.extend(rows.into_iter().map(|(label, cells)| Line::Row { label, cells }));
        }
    }

    /// A level in words; `~` before one that only the publisher's word supports.
    fn level(&self, standing: &Standing, row: Row) -> String {
        let say = |level: &str| words::level_of(&standing.framework, level);
        let name = |level: Option<&str>| level.map_or("unknown".to_owned(), say);
        match row {
            Row::Confirmed => name(standing.confirmed.as_deref()),
            Row::Possible => say(&standing.possible),
            Row::Stands => {
                let said = standing.declared.is_some() && standing.declared != standing.confirmed;
                let level = self.paint.apply(Style::Heading, &name(standing.declared.as_deref()));
                if said { format!("~ {level}") } else { level }
            }
        }
    }

    /// The marks of a group's components that matter to compare, in the order of the vocabulary.
    fn strip(&self, assessment: &Assessment<'_>, group: Group) -> String {
        let shown = Component::ALL.iter().filter(|component| component.group() == group && STRIP.contains(component));
        let cell = |component: &Component| {
            let (presence, basis, _) = assessment.inventory.presence(*component);
            let (mark, style) = words::mark(presence, basis);
            self.paint.apply(style, mark)
        };
        let marks: Vec<String> = shown.map(cell).collect();
        marks.join(" ")
    }

    /// The lines of some columns, each so wide.
    fn write(&self, out: &mut String, band: Range<usize>, columns: usize) {
        for line in &self.lines {
            let Line::Row { label, cells } = line else {
                let line = "─".repeat(LABEL + columns * band.len());
                out.push_str(self.paint.apply(Style::Faint, &line).trim_end());
                out.push('\n');
                continue;
            };
            let wrapped: Vec<Vec<String>> = cells
                .get(band.clone())
                .unwrap_or_default()
                .iter()
                .map(|cell| if width(cell) < columns { vec![cell.clone()] } else { wrap(cell, columns - 1) })
                .collect();
            let height = wrapped.iter().map(Vec::len).max().unwrap_or(1).max(1);
            for line in 0..height {
                let mut text = pad(if line == 0 { label } else { "" }, LABEL);
                for cell in &wrapped {
                    text.push_str(&pad(cell.get(line).map_or("", String::as_str), columns));
                }
                out.push_str(text.trim_end());
                out.push('\n');
            }
        }
    }
}

/// Whether two or more all say the same.
fn alike(cells: &[String]) -> bool {
    cells.len() > 1 && cells.windows(2).all(|pair| matches!(pair, [one, other] if one == other))
}

/// Components whose marks are compared.
const STRIP: &[Component] = &[
    Component::WeightsBaseFinal,
    Component::WeightsEndFinal,
    Component::WeightsIntermediate,
    Component::WeightsOptimizerState,
    Component::CodeArchitecture,
    Component::CodeInference,
    Component::CodePretraining,
    Component::CodeDataProcessing,
    Component::CodeEvaluation,
    Component::ConfigHyperparameters,
    Component::DataPretraining,
    Component::DatainfoDescription,
    Component::DatainfoComposition,
    Component::DocDataCard,
    Component::DocModelCard,
    Component::DocTechReport,
    Component::DocEvalResults,
    Component::DocTrainingLogs,
];

/// What the marks of a group stand for, in order.
fn strip_names(group: Group) -> Vec<&'static str> {
    Component::ALL
        .iter()
        .filter(|component| component.group() == group && STRIP.contains(component))
        .map(|component| short(*component))
        .collect()
}
