//! Releases side by side as rows: what is asked, and each release's answer. Formats lay them out.

use crate::format::Subject;
use crate::gist;
use crate::layout::Style;
use crate::words;
use candor_assess::{Assessment, QUESTIONS, Scope, Standing, Status};
use candor_facts::{Component, TermKind};

/// One question to all releases.
pub(crate) struct Row {
    /// Under which heading it stands.
    pub(crate) section: &'static str,
    pub(crate) label: String,
    /// One answer a release, in order.
    pub(crate) cells: Vec<Cell>,
}

/// One release's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// Good, bad or doubtful news, or none.
    pub(crate) tone: Option<Style>,
}

impl Row {
    /// Whether the releases answer differently.
    pub(crate) fn differs(&self) -> bool {
        self.cells.windows(2).any(|pair| matches!(pair, [one, other] if one != other))
    }
}

fn plain(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone: None }
}

/// All rows, in the order in which people ask.
pub(crate) fn rows(subjects: &[Subject<'_, '_>]) -> Vec<Row> {
    let mut rows = Rows { subjects, list: Vec::new() };
    rows.add("Release", "parameters", |assessment| {
        plain(assessment.inventory.weights.parameters.map_or("-".to_owned(), |(count, _)| words::parameters(count)))
    });
    rows.standings();
    rows.terms();
    for (id, question) in QUESTIONS {
        rows.add("What it lets you do", question, |assessment| {
            let answer = assessment.answers.iter().find(|answer| answer.question == *id);
            answer.map_or(plain("-"), |answer| {
                let (word, style) = words::answer(answer.answer);
                Cell { text: word.to_owned(), tone: Some(style) }
            })
        });
    }
    for component in Component::ALL {
        let known = |subject: &Subject<'_, '_>| {
            let (presence, _, _) = subject.assessment.inventory.presence(*component);
            gist::shown(*component, presence)
        };
        if subjects.iter().any(known) {
            rows.add("What is published", component.title(), |assessment| {
                let (presence, basis, _) = assessment.inventory.presence(*component);
                let (mark, style) = words::mark(presence, basis);
                Cell { text: format!("{mark} {}", words::presence(presence, basis)), tone: Some(style) }
            });
        }
    }
    rows.list
}

struct Rows<'r, 's, 'a> {
    subjects: &'r [Subject<'s, 'a>],
    list: Vec<Row>,
}

impl Rows<'_, '_, '_> {
    fn add(&mut self, section: &'static str, label: &str, cell: impl Fn(&Assessment<'_>) -> Cell) {
        let cells = self.subjects.iter().map(|subject| cell(subject.assessment)).collect();
        self.list.push(Row { section, label: label.to_owned(), cells });
    }

    fn standings(&mut self) {
        const SECTION: &str = "Where it stands";
        let mut ladders: Vec<&str> = Vec::new();
        let mut readings: Vec<(&str, &str)> = Vec::new();
        for subject in self.subjects {
            for standing in &subject.assessment.standings {
                if !ladders.contains(&standing.framework.as_str()) {
                    ladders.push(&standing.framework);
                }
            }
            for (framework, (name, _, _)) in subject
                .assessment
                .readings
                .iter()
                .flat_map(|list| list.statuses.iter().map(|one| (&list.framework, one)))
            {
                if !readings.contains(&(framework, name)) {
                    readings.push((framework, name));
                }
            }
        }
        for ladder in ladders {
            let say = |level: &str| words::level_of(ladder, level);
            let level = |level: Option<&str>| level.map_or("unknown".to_owned(), say);
            let of = |assessment: &Assessment<'_>, tell: &dyn Fn(&Standing) -> String| {
                let found = assessment.standings.iter().find(|standing| standing.framework == ladder);
                plain(found.map_or("-".to_owned(), tell))
            };
            let name = words::framework(ladder);
            self.add(SECTION, &format!("{name}, confirmed"), |assessment| {
                of(assessment, &|standing| level(standing.confirmed.as_deref()))
            });
            self.add(SECTION, &format!("{name}, by the publisher's word"), |assessment| {
                of(assessment, &|standing| level(standing.declared.as_deref()))
            });
            self.add(SECTION, &format!("{name}, not ruled out"), |assessment| {
                of(assessment, &|standing| words::level_of(&standing.framework, &standing.possible))
            });
        }
        for (framework, reading) in readings {
            self.add(SECTION, &format!("{}, {reading}", words::framework(framework)), |assessment| {
                let lists = assessment.readings.iter().filter(|list| list.framework == framework);
                let found = lists.flat_map(|list| &list.statuses).find(|(name, _, _)| name == reading);
                found.map_or(plain("-"), |(_, confirmed, declared)| {
                    let (word, style) = words::status(*confirmed);
                    let said = *confirmed == Status::Unknown && *declared == Status::Met;
                    let said = if said { " (said: met)" } else { "" };
                    Cell { text: format!("{word}{said}"), tone: Some(style) }
                })
            });
        }
    }

    fn terms(&mut self) {
        const SECTION: &str = "Terms and restrictions";
        for (scope, name) in [
            (Scope::Model, "terms of the weights"),
            (Scope::Code, "terms of the code"),
            (Scope::Data, "terms of the data"),
        ] {
            self.add(SECTION, name, |assessment| {
                let terms = assessment.inventory.scope(scope);
                let concluded = terms.and_then(|terms| terms.concluded.as_ref()).map(ToString::to_string);
                let written = terms.and_then(|terms| terms.written.clone()).map(|written| format!("\"{written}\""));
                plain(concluded.or(written).unwrap_or_else(|| "none found".to_owned()))
            });
        }
        for kind in TermKind::ALL.iter().filter(|kind| kind.restricts()) {
            let has = |assessment: &Assessment<'_>| {
                gist::restrictions(assessment).into_iter().find(|term| term.kind == *kind).cloned()
            };
            if self.subjects.iter().any(|subject| has(subject.assessment).is_some()) {
                self.add(SECTION, &kind.as_str().replace('-', " "), |assessment| match has(assessment) {
                    Some(term) => {
                        let number = term.value.map(|value| format!(" ({})", words::grouped(value)));
                        Cell { text: format!("restricted{}", number.unwrap_or_default()), tone: Some(Style::Bad) }
                    }
                    None => plain("-"),
                });
            }
        }
    }
}
