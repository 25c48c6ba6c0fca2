//! Releases side by side: one row a question, one column a release.

use crate::human::short;
use crate::layout::{Paint, Style, beside, pad, width, wrap};
use crate::words;
use candor_assess::{Assessment, QUESTIONS, Standing, Status};
use candor_facts::{Component, FactSheet, Group};

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

/// The table. Where the terminal is too narrow for all columns, they are shown in several bands.
pub fn compare(releases: &[(&FactSheet, &Assessment<'_>)], paint: Paint) -> String {
    let space = paint.width.saturating_sub(LABEL).max(NARROW);
    let per_band = (space / NARROW).max(1).min(releases.len().max(1));
    let bands = releases.len().div_ceil(per_band).max(1);
    let per_band = releases.len().div_ceil(bands).max(1);
    let mut out = String::new();
    for (at, band) in releases.chunks(per_band).enumerate() {
        if at > 0 {
            out.push('\n');
        }
        Table { releases: band, paint, columns: space / band.len().max(1), out: &mut out }.write();
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
    columns: usize,
    out: &'t mut String,
}

impl Table<'_, '_> {
    fn write(&mut self) {
        let names: Vec<String> =
            self.releases.iter().map(|(sheet, _)| self.paint.apply(Style::Heading, &sheet.release.id)).collect();
        self.row("", &names);
        let parameters = |(_, assessment): &(&FactSheet, &Assessment<'_>)| {
            assessment.inventory.weights.parameters.map_or("-".to_owned(), |(count, _)| words::parameters(count))
        };
        let parameters: Vec<String> = self.releases.iter().map(parameters).collect();
        self.row("parameters", &parameters);
        self.rule();
        let first = self.releases.first().map(|(_, assessment)| *assessment);
        let frameworks = first.iter().flat_map(|assessment| &assessment.standings).map(|standing| &standing.framework);
        for framework in frameworks {
            for row in [Row::Stands, Row::Confirmed, Row::Possible] {
                let standing = |(_, assessment): &(&FactSheet, &Assessment<'_>)| {
                    assessment.standings.iter().find(|standing| standing.framework == *framework).cloned()
                };
                let found: Vec<Option<Standing>> = self.releases.iter().map(standing).collect();
                let agree = found.iter().flatten().all(|standing| standing.confirmed == standing.declared);
                let label = match row {
                    Row::Stands => words::framework(framework),
                    Row::Confirmed if agree => continue,
                    Row::Confirmed => "  confirmed",
                    Row::Possible => "  not ruled out",
                };
                let cell = |standing: &Option<Standing>| {
                    standing.as_ref().map_or("-".to_owned(), |standing| self.level(standing, row))
                };
                let cells: Vec<String> = found.iter().map(cell).collect();
                self.row(label, &cells);
            }
        }
        let readings = first.iter().flat_map(|assessment| &assessment.readings);
        let named =
            readings.flat_map(|readings| readings.statuses.iter().map(|(name, _, _)| (&readings.framework, name)));
        for (framework, reading) in named {
            let cell = |(_, assessment): &(&FactSheet, &Assessment<'_>)| {
                let found = assessment
                    .readings
                    .iter()
                    .filter(|readings| readings.framework == *framework)
                    .flat_map(|readings| &readings.statuses)
                    .find(|(name, _, _)| name == reading);
                found.map_or("-".to_owned(), |(_, confirmed, declared)| {
                    let (word, style) = words::status(*confirmed);
                    let said = *confirmed == Status::Unknown && *declared == Status::Met;
                    let word = self.paint.apply(style, word);
                    if said { format!("{word} (said: met)") } else { word }
                })
            };
            let cells: Vec<String> = self.releases.iter().map(cell).collect();
            let framework = words::framework(framework).split(' ').next().unwrap_or_default();
            self.row(&format!("{framework} {reading}"), &cells);
        }
        let cards = first.iter().flat_map(|assessment| &assessment.scorecards).map(|card| &card.framework);
        for framework in cards {
            let cell = |(_, assessment): &(&FactSheet, &Assessment<'_>)| {
                let found = assessment.scorecards.iter().find(|card| card.framework == *framework);
                found.map_or("-".to_owned(), |card| {
                    let (least, _, most) = card.tally();
                    let shown = if least == most { least.to_string() } else { format!("{least} to {most}") };
                    format!("{shown} of {}", card.of())
                })
            };
            let cells: Vec<String> = self.releases.iter().map(cell).collect();
            self.row(words::framework(framework), &cells);
        }
        self.rule();
        for group in Group::ALL {
            let cells: Vec<String> =
                self.releases.iter().map(|(_, assessment)| self.strip(assessment, group)).collect();
            self.row(group.as_str(), &cells);
        }
        self.rule();
        let licence = |(_, assessment): &(&FactSheet, &Assessment<'_>)| {
            let concluded = assessment.inventory.model_terms().and_then(|terms| terms.concluded.as_ref());
            concluded.map_or("none found".to_owned(), ToString::to_string)
        };
        let cells: Vec<String> = self.releases.iter().map(licence).collect();
        self.row("terms", &cells);
        let restrictions = |(_, assessment): &(&FactSheet, &Assessment<'_>)| {
            let mut kinds: Vec<&str> = assessment
                .inventory
                .model_terms()
                .iter()
                .flat_map(|terms| &terms.restrictions)
                .map(|term| term.kind.as_str())
                .collect();
            kinds.dedup();
            if kinds.is_empty() { "-".to_owned() } else { kinds.join(", ") }
        };
        let cells: Vec<String> = self.releases.iter().map(restrictions).collect();
        self.row("restrictions", &cells);
        self.rule();
        for (id, _) in QUESTIONS {
            let cell = |(_, assessment): &(&FactSheet, &Assessment<'_>)| {
                let answer = assessment.answers.iter().find(|answer| answer.question == *id);
                answer.map_or("-".to_owned(), |answer| {
                    let (word, style) = words::answer(answer.answer);
                    self.paint.apply(style, word)
                })
            };
            let cells: Vec<String> = self.releases.iter().map(cell).collect();
            self.row(&id.replace('-', " "), &cells);
        }
    }

    /// A level in words; `~` before one that only the publisher's word supports.
    fn level(&self, standing: &Standing, row: Row) -> String {
        let name = |level: Option<&str>| {
            level.map_or("unknown".to_owned(), |level| words::level_of(&standing.framework, level))
        };
        match row {
            Row::Confirmed => name(standing.confirmed.as_deref()),
            Row::Possible => words::level_of(&standing.framework, &standing.possible),
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

    fn rule(&mut self) {
        let line = "─".repeat(LABEL + self.columns * self.releases.len());
        self.out.push_str(self.paint.apply(Style::Faint, &line).trim_end());
        self.out.push('\n');
    }

    fn row(&mut self, label: &str, cells: &[String]) {
        let wrapped: Vec<Vec<String>> = cells
            .iter()
            .map(|cell| if width(cell) < self.columns { vec![cell.clone()] } else { wrap(cell, self.columns - 1) })
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(1).max(1);
        for line in 0..height {
            let mut text = pad(if line == 0 { label } else { "" }, LABEL);
            for cell in &wrapped {
                text.push_str(&pad(cell.get(line).map_or("", String::as_str), self.columns));
            }
            self.out.push_str(text.trim_end());
            self.out.push('\n');
        }
    }
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
