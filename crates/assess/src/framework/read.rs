//! Reading a framework file with the place of everything in it. What the whole means is checked elsewhere.

use super::{Dimension, Framework, Reference, Requirement, Rule, Source, Wrong};
use crate::decision::OutcomeRule;
use crate::probe::Params;
use crate::probes;
use crate::regulation;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A framework as far as it can be read, and all that is wrong with it.
pub(super) fn framework(text: &str) -> (Framework, Vec<Wrong>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { wrong: Vec::new() };
    for error in errors {
        reader.at(error.span().map_or(0, |span| span.start), error.message().to_owned());
    }
    let framework = if reader.wrong.is_empty() { reader.framework(table.get_ref()) } else { Framework::default() };
    (framework, reader.wrong)
}

struct Reader {
    wrong: Vec<Wrong>,
}

type Value<'v> = Spanned<DeValue<'v>>;

impl Reader {
    fn at(&mut self, at: usize, what: impl Into<String>) {
        self.wrong.push(Wrong { at, what: what.into() });
    }

    fn framework(&mut self, table: &DeTable<'_>) -> Framework {
        let mut framework = Framework::default();
        let mut seen: Vec<&str> = Vec::new();
        let mut dimensions = Vec::new();
        for (key, value) in table.iter() {
            let name: &str = key.get_ref();
            seen.push(name);
            match name {
                "id" => {
                    framework.id = self.text("id", value).unwrap_or_default();
                    framework.at = value.span().start;
                    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
                    if !framework.id.chars().all(plain) || framework.id.is_empty() {
                        self.at(
                            value.span().start,
                            "`id`: small letters, digits, `-` and `.`, for instance `ours-1.0`",
                        );
                    }
                }
                "name" => framework.name = self.text("name", value).unwrap_or_default(),
                "source" => framework.source = self.source(value),
                "bottom" => framework.bottom = self.named("bottom", value, &mut framework.named_at).pop(),
                "ladder" => framework.ladder = self.named("ladder", value, &mut framework.named_at),
                "readings" => framework.readings = self.named("readings", value, &mut framework.named_at),
                "also" => framework.also = self.named("also", value, &mut framework.named_at),
                "scale" => framework.scale = self.texts("scale", value).into_iter().map(|(text, _)| text).collect(),
                "dimension" => match value.get_ref() {
                    DeValue::Array(list) => dimensions.extend(list.iter()),
                    _ => self.at(key.span().start, "`dimension` is a list of tables: write `[[dimension]]`"),
                },
                // What a framework of law has beside requirements is read by `regulation`.
                table if regulation::TABLES.contains(&table) => {}
                _ => match value.get_ref() {
                    DeValue::Table(body) => {
                        if let Some(requirement) = self.requirement(name, key.span(), body) {
                            framework.requirements.insert(name.to_owned(), requirement);
                        }
                    }
                    _ => {
                        self.at(key.span().start, format!("unknown key `{name}`; a requirement is a table `[{name}]`"))
                    }
                },
            }
        }
        for (key, example) in [
            ("id", "\"ours-1.0\""),
            ("name", "\"Our demands 1.0\""),
            ("source", "{ url = \"https://…\", read = \"2026-01-31\" }"),
        ] {
            if !seen.contains(&key) {
                self.at(0, format!("`{key}` is missing: write `{key} = {example}`"));
            }
        }
        framework.short = short(&framework.id).to_owned();
        framework.dimensions =
            dimensions.into_iter().filter_map(|value| self.dimension(value, &framework.scale)).collect();
        if framework.roots().next().is_none() && self.wrong.is_empty() {
            self.at(0, "nothing is judged: give `ladder`, `readings`, or `scale` with dimensions");
        }
        framework
    }

    fn source(&mut self, value: &Value<'_>) -> Source {
        let mut source = Source::default();
        let DeValue::Table(table) = value.get_ref() else {
            self.at(value.span().start, "`source` is a table: write `source = { url = \"…\", read = \"2026-01-31\" }`");
            return source;
        };
        for (key, value) in table.iter() {
            match &**key.get_ref() {
                "url" => source.url = self.text("url", value).unwrap_or_default(),
                "read" => source.read = self.text("read", value).unwrap_or_default(),
                other => {
                    self.at(key.span().start, format!("unknown key `{other}` in `source`; it has `url` and `read`"))
                }
            }
        }
        if source.url.is_empty() || source.read.is_empty() {
            self.at(
                value.span().start,
                "`source` says where the demands stand and when that was read: `url` and `read`",
            );
        }
        source
    }

    fn dimension(&mut self, value: &Value<'_>, scale: &[String]) -> Option<Dimension> {
        let DeValue::Table(table) = value.get_ref() else {
            self.at(value.span().start, "`dimension` is a list of tables: write `[[dimension]]`");
            return None;
        };
        let (lowest, above) = scale.split_first().map_or(("", &[][..]), |(lowest, above)| (lowest.as_str(), above));
        let mut dimension = Dimension {
            id: String::new(),
            group: String::new(),
            title: String::new(),
            grades: above.iter().map(|_| None).collect(),
        };
        for (key, value) in table.iter() {
            let name: &str = key.get_ref();
            match name {
                "id" => dimension.id = self.text(name, value)?,
                "group" => dimension.group = self.text(name, value)?,
                "title" => dimension.title = self.text(name, value)?,
                _ => match above.iter().position(|grade| grade == name).and_then(|at| dimension.grades.get_mut(at)) {
                    Some(slot) => {
                        let text = self.text(name, value)?;
                        *slot = Some(reference(&text, value.span().start));
                    }
                    None if name == lowest => {
                        self.at(key.span().start, format!("`{name}` is the lowest grade, which asks for nothing"))
                    }
                    None => self.at(
                        key.span().start,
                        format!(
                            "`{name}` is no grade of `scale`; those that ask for something are {}",
                            above.join(", ")
                        ),
                    ),
                },
            }
        }
        for (key, missing) in [("id", dimension.id.is_empty()), ("title", dimension.title.is_empty())] {
            if missing {
                self.at(value.span().start, format!("a dimension without `{key}`"));
            }
        }
        if dimension.grades.iter().all(Option::is_none) {
            self.at(value.span().start, "no grade of this dimension asks for anything; name a requirement for one");
        }
        Some(dimension)
    }

    fn requirement(&mut self, name: &str, key: Range<usize>, table: &DeTable<'_>) -> Option<Requirement> {
        let at = key.start;
        let before = self.wrong.len();
        let mut requirement = Requirement {
            title: String::new(),
            cite: String::new(),
            reading: String::new(),
            rule: Rule::All(Vec::new()),
            unless: None,
            at,
        };
        let mut rules: Vec<(Rule, usize)> = Vec::new();
        let (mut count, mut of, mut probe) = (None, None, None);
        let mut params: BTreeMap<String, (toml::Value, usize)> = BTreeMap::new();
        for (key, value) in table.iter() {
            let word: &str = key.get_ref();
            let start = key.span().start;
            match word {
                "title" => requirement.title = self.text(word, value).unwrap_or_default(),
                "cite" => requirement.cite = self.text(word, value).unwrap_or_default(),
                "reading" => requirement.reading = self.text(word, value).unwrap_or_default(),
                "unless" => {
                    requirement.unless = self.text(word, value).map(|text| reference(&text, value.span().start));
                }
                "all" => rules.push((Rule::All(self.references(word, value)), start)),
                "any" => rules.push((Rule::Any(self.references(word, value)), start)),
                "none" => rules.push((Rule::None(self.references(word, value)), start)),
                "outcomes" => {
                    let names = self.texts(word, value).into_iter().map(|(text, _)| text).collect();
                    rules.push((Rule::Outcome(OutcomeRule::named(names)), start));
                }
                note if regulation::NOTES.contains(&note) => {}
                "of" => of = Some((self.references(word, value), start)),
                "at-least" => {
                    let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse::<usize>().ok());
                    match number {
                        Some(number) => count = Some((number, value.span().start)),
                        None => self.at(value.span().start, "`at-least` is a whole number"),
                    }
                }
                "probe" => probe = self.text(word, value).map(|id| (id, value.span().start)),
                _ => {
                    params.insert(word.to_owned(), (plain(value), start));
                }
            }
        }
        if requirement.title.is_empty() {
            self.at(at, format!("[{name}] `title` is missing: state the demand in one sentence"));
        }
        if requirement.cite.is_empty() && requirement.reading.is_empty() {
            let what = "`cite` is missing: say where the demand stands, or give a `reading` of your own";
            self.at(at, format!("[{name}] {what}"));
        }
        match (count, of) {
            (Some((count, place)), Some((list, _))) if count == 0 || count > list.len() => {
                self.at(place, format!("`at-least`: {count} of {} can not be asked for", list.len()))
            }
            (Some((count, place)), Some((list, _))) => rules.push((Rule::AtLeast(count, list), place)),
            (None, None) => {}
            (Some((_, place)), None) | (None, Some((_, place))) => self.at(place, "`at-least` and `of` go together"),
        }
        match probe {
            Some((id, place)) => match probes::find(&id) {
                None => self.at(place, format!("there is no probe `{id}`; known are {}", probes::ids().join(", "))),
                Some(found) => {
                    let values = params.iter().map(|(key, (value, _))| (key.clone(), value.clone())).collect();
                    match Params::read(found, &values) {
                        Ok(read) => rules.push((Rule::Probe(found, read), place)),
                        Err(wrong) => {
                            for (key, what) in wrong {
                                let at = key.and_then(|key| params.get(&key)).map_or(place, |(_, at)| *at);
                                self.at(at, format!("[{name}] {what}"));
                            }
                        }
                    }
                }
            },
            None => {
                for (key, (_, place)) in &params {
                    self.at(*place, format!("[{name}] unknown key `{key}`"));
                }
            }
        }
        if let Some((_, place)) = rules.get(1) {
            self.at(*place, "only one of `all`, `any`, `none`, `at-least`, `probe`, `outcomes` may be given");
        }
        match rules.into_iter().next() {
            Some((rule, _)) => requirement.rule = rule,
            None if self.wrong.len() == before => {
                self.at(at, format!("[{name}] nothing is asked: give one of `all`, `any`, `none`, `at-least`, `probe`"))
            }
            None => {}
        }
        (self.wrong.len() == before).then_some(requirement)
    }

    fn text(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.at(value.span().start, format!("`{key}` is a text, in quotation marks"));
        }
        text
    }

    /// A list of texts with their places; one text alone is a list of one.
    fn texts(&mut self, key: &str, value: &Value<'_>) -> Vec<(String, usize)> {
        match value.get_ref() {
            DeValue::String(text) => vec![(text.to_string(), value.span().start)],
            DeValue::Array(list) => {
                let mut texts = Vec::new();
                for item in list.iter() {
                    texts.extend(self.text(key, item).map(|text| (text, item.span().start)));
                }
                texts
            }
            _ => {
                self.at(value.span().start, format!("`{key}` is a list of texts: write `{key} = [\"…\"]`"));
                Vec::new()
            }
        }
    }

    fn named(&mut self, key: &str, value: &Value<'_>, places: &mut Vec<(String, usize)>) -> Vec<String> {
        let texts = self.texts(key, value);
        places.extend(texts.iter().cloned());
        texts.into_iter().map(|(text, _)| text).collect()
    }

    fn references(&mut self, key: &str, value: &Value<'_>) -> Vec<Reference> {
        let references: Vec<Reference> =
            self.texts(key, value).into_iter().map(|(text, at)| reference(&text, at)).collect();
        if references.is_empty() {
            self.at(value.span().start, format!("`{key}` names no requirement"));
        }
        references
    }
}

/// `osaid-1.0` → `osaid`.
fn short(id: &str) -> &str {
    match id.split_once('-') {
        Some((short, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => short,
        _ => id,
    }
}

fn reference(text: &str, at: usize) -> Reference {
    match text.split_once(':') {
        Some((framework, requirement)) => {
            Reference { framework: Some(framework.to_owned()), requirement: requirement.to_owned(), at }
        }
        None => Reference { framework: None, requirement: text.to_owned(), at },
    }
}

/// A parameter without its place. What no parameter can be becomes an empty table, which none accepts.
fn plain(value: &Value<'_>) -> toml::Value {
    match value.get_ref() {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Array(list) => toml::Value::Array(list.iter().map(plain).collect()),
        _ => toml::Value::Table(toml::Table::new()),
    }
}
