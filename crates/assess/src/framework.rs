//! Framework files: what is required, in TOML. Parsed twice: syntax first, then meaning, with all errors at once.

use crate::decision::OutcomeRule;
use crate::probe::{Params, Probe};
use crate::probes;
use crate::regulation::{self, Regulation};
use crate::status::Status;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// A framework, checked.
#[derive(Debug)]
pub struct Framework {
    /// `osaid-1.0`.
    pub id: String,
    /// `osaid`: the id without its version, used in requirement ids.
    pub short: String,
    /// Its full name.
    pub name: String,
    /// Where it was read, and when.
    pub source: Source,
    /// Levels, lowest first; each names a requirement.
    pub ladder: Vec<String>,
    /// The level below the ladder; names a requirement that, when met, puts the release there.
    pub bottom: Option<String>,
    /// Requirements reported side by side where there is no ladder.
    pub readings: Vec<String>,
    /// Requirements that are judged and reported, and that no level needs.
    pub also: Vec<String>,
    /// Requirements by name.
    pub requirements: BTreeMap<String, Requirement>,
    /// What a framework of law has beside requirements: a decision, dates, what must be asked.
    pub regulation: Option<Regulation>,
}

/// Where a framework stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its address.
    pub url: String,
    /// The day it was read, `YYYY-MM-DD`.
    pub read: String,
}

/// One demand.
#[derive(Debug)]
pub struct Requirement {
    /// In our words.
    pub title: String,
    /// Exactly where it stands.
    pub cite: String,
    /// Our interpretation.
    pub reading: String,
    /// What is asked.
    pub rule: Rule,
    /// A requirement that exempts.
    pub unless: Option<Reference>,
}

/// What is asked.
#[derive(Debug)]
pub enum Rule {
    /// All of these.
    All(Vec<Reference>),
    /// One of these.
    Any(Vec<Reference>),
    /// None of these.
    None(Vec<Reference>),
    /// So many of these.
    AtLeast(usize, Vec<Reference>),
    /// What a probe answers.
    Probe(&'static Probe, Params),
    /// The decision of this file ends in one of these outcomes.
    Outcome(OutcomeRule),
}

/// A requirement of this framework, or of another one (`osaid:parameters`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Short name of the other framework.
    pub framework: Option<String>,
    /// The requirement.
    pub requirement: String,
}

/// What is wrong with a framework file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkError {
    /// Line from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// Column from 1.
    pub column: usize,
    /// What is wrong, with the next step.
    pub what: String,
}

impl fmt::Display for FrameworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.what)
    }
}

#[derive(Deserialize)]
struct Raw {
    id: toml::Spanned<String>,
    name: String,
    source: Source,
    #[serde(default)]
    ladder: Vec<toml::Spanned<String>>,
    bottom: Option<toml::Spanned<String>>,
    #[serde(default)]
    readings: Vec<toml::Spanned<String>>,
    #[serde(default)]
    also: Vec<toml::Spanned<String>>,
    #[serde(flatten)]
    requirements: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
struct RawRequirement {
    title: Option<String>,
    #[serde(default)]
    cite: String,
    #[serde(default)]
    reading: String,
    all: Option<Vec<String>>,
    any: Option<Vec<String>>,
    none: Option<Vec<String>>,
    #[serde(rename = "at-least")]
    at_least: Option<usize>,
    of: Option<Vec<String>>,
    outcomes: Option<Vec<String>>,
    probe: Option<String>,
    unless: Option<String>,
    #[serde(flatten)]
    params: BTreeMap<String, toml::Value>,
}

impl Framework {
    /// Read a framework file.
    ///
    /// # Errors
    /// All that is wrong with it: unknown keys, unknown probes, wrong parameters, a missing title or citation,
    /// references that lead nowhere, circles, and requirements that no level or reading reaches.
    pub fn parse(text: &str) -> Result<Self, Vec<FrameworkError>> {
        let raw: Raw = match toml::from_str(text) {
            Ok(raw) => raw,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                return Err(vec![error_at(text, at, error.message().to_owned())]);
            }
        };
        let mut errors = Vec::new();
        let mut requirements = BTreeMap::new();
        for (name, value) in
            raw.requirements.into_iter().filter(|(name, _)| !regulation::TABLES.contains(&name.as_str()))
        {
            match requirement(&name, value) {
                Ok(requirement) => {
                    requirements.insert(name, requirement);
                }
                Err(whats) => errors.extend(whats.into_iter().map(|what| error_in(text, &name, what))),
            }
        }
        let id = raw.id.into_inner();
        let short = id.split_once('-').map_or(id.as_str(), |(short, rest)| {
            if rest.starts_with(|c: char| c.is_ascii_digit()) { short } else { id.as_str() }
        });
        let strip =
            |list: Vec<toml::Spanned<String>>| list.into_iter().map(toml::Spanned::into_inner).collect::<Vec<_>>();
        let mut framework = Self {
            short: short.to_owned(),
            id,
            name: raw.name,
            source: raw.source,
            ladder: strip(raw.ladder),
            bottom: raw.bottom.map(toml::Spanned::into_inner),
            readings: strip(raw.readings),
            also: strip(raw.also),
            requirements,
            regulation: None,
        };
        errors.extend(regulation::attach(text, &mut framework).into_iter().map(|(at, what)| error_at(text, at, what)));
        if errors.is_empty() {
            errors = framework.check().into_iter().map(|(name, what)| error_in(text, &name, what)).collect();
        }
        if errors.is_empty() { Ok(framework) } else { Err(errors) }
    }

    /// The requirement names that levels and readings start from.
    pub fn roots(&self) -> impl Iterator<Item = &str> {
        self.ladder.iter().chain(&self.bottom).chain(&self.readings).chain(&self.also).map(String::as_str)
    }

    fn check(&self) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        let mut reached = Vec::new();
        for root in self.roots() {
            self.walk(root, &mut Vec::new(), &mut reached, &mut wrong);
        }
        for name in self.requirements.keys() {
            if !reached.contains(name) {
                wrong.push((
                    name.clone(),
                    "no level or reading reaches this requirement; name it in one, or drop it".to_owned(),
                ));
            }
        }
        for pair in self.ladder.windows(2) {
            let [below, above] = pair else { continue };
            let direct = self.requirements.get(above).is_some_and(|requirement| {
                matches!(&requirement.rule, Rule::All(parts) if parts.iter().any(|part| part.framework.is_none() && part.requirement == *below))
            });
            if !direct {
                wrong.push((above.clone(), format!("a level requires the one below: add \"{below}\" to its `all`")));
            }
        }
        wrong
    }

    fn walk(&self, name: &str, path: &mut Vec<String>, reached: &mut Vec<String>, wrong: &mut Vec<(String, String)>) {
        if path.iter().any(|above| above == name) {
            wrong.push((name.to_owned(), format!("circle: {} -> {name}", path.join(" -> "))));
            return;
        }
        if reached.iter().any(|known| known == name) {
            return;
        }
        let Some(requirement) = self.requirements.get(name) else {
            let from = path.last().cloned().unwrap_or_default();
            wrong.push((from, format!("there is no requirement `{name}`")));
            return;
        };
        path.push(name.to_owned());
        for part in requirement.parts().filter(|part| part.framework.is_none()) {
            self.walk(&part.requirement, path, reached, wrong);
        }
        path.pop();
        reached.push(name.to_owned());
    }
}

impl Rule {
    /// The status of a composed rule from those of its parts. A probe is its own only part.
    pub fn compose(&self, parts: impl IntoIterator<Item = Status>) -> Status {
        match self {
            Self::Any(_) => Status::any(parts),
            Self::None(_) => Status::none(parts),
            Self::AtLeast(count, _) => Status::at_least(*count, parts),
            Self::Outcome(rule) => rule.compose(parts),
            Self::All(_) | Self::Probe(..) => Status::all(parts),
        }
    }
}

impl Requirement {
    /// The requirements that this one is composed of.
    pub fn parts(&self) -> impl Iterator<Item = &Reference> {
        let composed: &[Reference] = match &self.rule {
            Rule::All(parts) | Rule::Any(parts) | Rule::None(parts) | Rule::AtLeast(_, parts) => parts,
            Rule::Probe(..) => &[],
            Rule::Outcome(rule) => rule.questions(),
        };
        composed.iter().chain(&self.unless)
    }
}

fn requirement(name: &str, value: toml::Value) -> Result<Requirement, Vec<String>> {
    let raw: RawRequirement =
        value.try_into().map_err(|error: toml::de::Error| vec![format!("[{name}]: {}", error.message())])?;
    let mut wrong = Vec::new();
    let title = raw.title.unwrap_or_default();
    if title.is_empty() {
        wrong.push("`title` is missing: state the demand in one sentence".to_owned());
    }
    if raw.cite.is_empty() && raw.reading.is_empty() {
        wrong.push("`cite` is missing: say where the demand stands, or give a `reading` of your own".to_owned());
    }
    let references = |list: Vec<String>| list.iter().map(|text| reference(text)).collect::<Vec<_>>();
    let mut rules: Vec<Rule> = Vec::new();
    rules.extend(raw.all.map(|list| Rule::All(references(list))));
    rules.extend(raw.any.map(|list| Rule::Any(references(list))));
    rules.extend(raw.none.map(|list| Rule::None(references(list))));
    rules.extend(raw.outcomes.map(|names| Rule::Outcome(OutcomeRule::named(names))));
    let mut params = raw.params;
    params.retain(|key, _| !regulation::NOTES.contains(&key.as_str()));
    match (raw.at_least, raw.of) {
        (Some(count), Some(list)) => rules.push(Rule::AtLeast(count, references(list))),
        (None, None) => {}
        _ => wrong.push("`at-least` and `of` go together".to_owned()),
    }
    if let Some(id) = raw.probe {
        match probes::find(&id) {
            None => wrong.push(format!("there is no probe `{id}`; known are {}", probes::ids().join(", "))),
            Some(probe) => match Params::read(probe, &params) {
                Ok(params) => rules.push(Rule::Probe(probe, params)),
                Err(whats) => wrong.extend(whats),
            },
        }
    } else {
        wrong.extend(params.keys().map(|key| format!("unknown key `{key}`")));
    }
    let rule = rules.pop();
    if !rules.is_empty() {
        wrong.push("only one of `all`, `any`, `none`, `at-least`, `probe`, `outcomes` may be given".to_owned());
    }
    let unless = raw.unless.map(|text| reference(&text));
    match rule {
        Some(rule) if wrong.is_empty() => Ok(Requirement { title, cite: raw.cite, reading: raw.reading, rule, unless }),
        Some(_) => Err(wrong),
        None => {
            wrong.push("nothing is asked: give one of `all`, `any`, `none`, `at-least`, `probe`".to_owned());
            Err(wrong)
        }
    }
}

fn reference(text: &str) -> Reference {
    match text.split_once(':') {
        Some((framework, requirement)) => {
            Reference { framework: Some(framework.to_owned()), requirement: requirement.to_owned() }
        }
        None => Reference { framework: None, requirement: text.to_owned() },
    }
}

fn error_at(text: &str, at: usize, what: String) -> FrameworkError {
    let before = text.get(..at.min(text.len())).unwrap_or_default();
    let line = 1 + before.matches('\n').count();
    let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
    FrameworkError { line, column, what }
}

fn error_in(text: &str, requirement: &str, what: String) -> FrameworkError {
    let at = text.find(&format!("[{requirement}]")).unwrap_or(0);
    error_at(text, at, format!("[{requirement}] {what}"))
}

/// The frameworks that ship with Candor.
const SHIPPED: &[(&str, &str)] = &[
    ("osaid-1.0", include_str!("../frameworks/osaid-1.0.toml")),
    ("spectrum", include_str!("../frameworks/spectrum.toml")),
    ("g7-2026", include_str!("../frameworks/g7-2026.toml")),
    ("eu-exemption", include_str!("../frameworks/eu-exemption.toml")),
    ("eu-ai-act-gpai", include_str!("../frameworks/eu-ai-act-gpai.toml")),
    ("ca-ab-2013", include_str!("../frameworks/ca-ab-2013.toml")),
];

/// The frameworks that ship with Candor, in an order in which references lead backwards.
///
/// # Errors
/// Those of [`Framework::parse`], with the file's name; a test sees to it that there are none.
pub fn shipped() -> Result<Vec<Framework>, Vec<(String, FrameworkError)>> {
    let mut frameworks = Vec::new();
    let mut wrong = Vec::new();
    for (id, text) in SHIPPED {
        match Framework::parse(text) {
            Ok(framework) => frameworks.push(framework),
            Err(errors) => wrong.extend(errors.into_iter().map(|error| ((*id).to_owned(), error))),
        }
    }
    if wrong.is_empty() { Ok(frameworks) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[test]
    fn shipped_files_are_sound() {
        let frameworks = shipped().expect("shipped frameworks");
        for (framework, (id, _)) in frameworks.iter().zip(SHIPPED) {
            assert_eq!(framework.id, *id);
            for requirement in framework.requirements.values() {
                for part in requirement.parts() {
                    if let Some(other) = &part.framework {
                        let known = frameworks.iter().find(|framework| framework.short == *other);
                        assert!(
                            known.is_some_and(|known| known.requirements.contains_key(&part.requirement)),
                            "{part:?}"
                        );
                    }
                }
            }
        }
    }

    fn check(body: &str, expected: Expect) {
        let head = "id = \"x-1\"\nname = \"X\"\nsource = { url = \"u\", read = \"2026-01-01\" }\n";
        let errors = Framework::parse(&format!("{head}{body}")).expect_err("errors");
        expected.assert_eq(&errors.iter().map(|error| format!("{error}\n")).collect::<String>());
    }

    #[test]
    fn errors_name_line_and_next_step() {
        check(
            "ladder = [\"a\", \"b\"]\n[a]\ntitle = \"A\"\ncite = \"1\"\nprobe = \"weights-published\"\n[b]\ntitle = \"B\"\ncite = \"2\"\nall = [\"c\"]\n[c]\ntitle = \"C\"\ncite = \"3\"\nall = [\"b\"]\n[d]\ntitle = \"D\"\ncite = \"4\"\nprobe = \"weights-published\"\n",
            expect![[r#"
                9:1: [b] circle: b -> c -> b
                17:1: [d] no level or reading reaches this requirement; name it in one, or drop it
                9:1: [b] a level requires the one below: add "a" to its `all`
            "#]],
        );
        check(
            "readings = [\"a\"]\n[a]\nprobe = \"component-published\"\ncomponent = \"weights.none\"\nwrong = 1\n",
            expect![[r#"
                5:1: [a] `title` is missing: state the demand in one sentence
                5:1: [a] `cite` is missing: say where the demand stands, or give a `reading` of your own
                5:1: [a] `component`: `weights.none` is no component
                5:1: [a] unknown parameter `wrong` of probe `component-published`
                5:1: [a] nothing is asked: give one of `all`, `any`, `none`, `at-least`, `probe`
            "#]],
        );
        check(
            "readings = 3\n",
            expect![[r#"
            4:12: invalid type: integer `3`, expected a sequence
        "#]],
        );
    }
}
