//! What a probe is: one question to the inventory, with typed parameters.

use crate::compute::Operations;
use crate::inventory::Inventory;
use crate::terms::Scope;
use crate::verdict::{Finding, Trust};
use candor_facts::{Component, DataAspect, TermKind};
use candor_license::Freedom;
use std::collections::BTreeMap;

/// One question.
#[derive(Debug)]
pub struct Probe {
    /// Its id, as framework files name it.
    pub id: &'static str,
    /// The question, with its parameters in braces.
    pub question: &'static str,
    /// How it is answered.
    pub doc: &'static str,
    /// The parameters it takes, all of them required.
    pub params: &'static [Param],
    /// Ask it.
    pub ask: fn(&Inventory<'_>, &Params, Trust) -> Finding,
}

/// A parameter of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param {
    /// `component = "weights.end_final"`.
    Component,
    /// `freedoms = ["use", …]`.
    Freedoms,
    /// `scope = "model" | "code" | "data"`.
    Scope,
    /// `aspect = "processing"`.
    Aspect,
    /// `what = "…"`: what must be attested.
    What,
    /// `kinds = ["non-commercial", …]`: kinds of restriction.
    Kinds,
    /// `threshold = "1e23"`: operations.
    Threshold,
    /// `high = "1e25"`: a second number of operations.
    High,
}

impl Param {
    fn key(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Freedoms => "freedoms",
            Self::Scope => "scope",
            Self::Aspect => "aspect",
            Self::What => "what",
            Self::Kinds => "kinds",
            Self::Threshold => "threshold",
            Self::High => "high",
        }
    }
}

/// The parameters of one use of a probe, read and checked.
#[derive(Clone, Debug, Default)]
pub struct Params {
    component: Option<Component>,
    freedoms: Vec<Freedom>,
    of: Option<Scope>,
    aspect: Option<DataAspect>,
    what: String,
    kinds: Vec<TermKind>,
    threshold: Option<Operations>,
    high: Option<Operations>,
}

impl Params {
    /// Read the parameters of a probe.
    ///
    /// # Errors
    /// What is missing, unknown, or of the wrong kind; all of it, with the key where there is one.
    pub fn read(probe: &Probe, raw: &BTreeMap<String, toml::Value>) -> Result<Self, Vec<(Option<String>, String)>> {
        let mut params = Self::default();
        let mut wrong = Vec::new();
        for param in probe.params {
            match raw.get(param.key()) {
                None => wrong.push((None, format!("probe `{}` needs the parameter `{}`", probe.id, param.key()))),
                Some(value) => {
                    wrong.extend(params.set(*param, value).err().map(|what| (Some(param.key().to_owned()), what)))
                }
            }
        }
        for key in raw.keys().filter(|key| !probe.params.iter().any(|param| param.key() == *key)) {
            wrong.push((Some(key.clone()), format!("unknown parameter `{key}` of probe `{}`", probe.id)));
        }
        if wrong.is_empty() { Ok(params) } else { Err(wrong) }
    }

    fn set(&mut self, param: Param, value: &toml::Value) -> Result<(), String> {
        let key = param.key();
        let text = |value: &toml::Value| value.as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` is a text"));
        match param {
            Param::Component => {
                let id = text(value)?;
                self.component =
                    Some(Component::parse(&id).ok_or_else(|| format!("`component`: `{id}` is no component"))?);
            }
            Param::Freedoms => {
                let list = value.as_array().ok_or("`freedoms` is a list")?;
                for item in list {
                    let word = text(item)?;
                    let freedom = Freedom::ALL.into_iter().find(|freedom| freedom.as_str() == word);
                    self.freedoms.push(freedom.ok_or_else(|| format!("`freedoms`: `{word}` is no freedom"))?);
                }
            }
            Param::Scope => {
                self.of = Some(match text(value)?.as_str() {
                    "model" => Scope::Model,
                    "code" => Scope::Code,
                    "data" => Scope::Data,
                    other => return Err(format!("`scope`: `{other}` is none of model, code, data")),
                });
            }
            Param::Aspect => {
                let word = text(value)?;
                self.aspect =
                    Some(DataAspect::parse(&word).ok_or_else(|| format!("`aspect`: `{word}` is no particular"))?);
            }
            Param::What => self.what = text(value)?,
            Param::Kinds => {
                for item in value.as_array().ok_or("`kinds` is a list")? {
                    let word = text(item)?;
                    let kind = TermKind::parse(&word).filter(|kind| kind.restricts());
                    self.kinds.push(kind.ok_or_else(|| format!("`kinds`: `{word}` is no kind of restriction"))?);
                }
            }
            Param::Threshold | Param::High => {
                let word = text(value)?;
                let key = param.key();
                let number = Operations::parse(&word).ok_or_else(|| format!("`{key}`: write `{word}` as `1e23`"))?;
                let place = if param == Param::High { &mut self.high } else { &mut self.threshold };
                *place = Some(number);
            }
        }
        Ok(())
    }

    /// The component asked about.
    pub fn component(&self) -> Component {
        self.component.unwrap_or(Component::WeightsEndFinal)
    }

    /// The freedoms asked for.
    pub fn freedoms(&self) -> &[Freedom] {
        &self.freedoms
    }

    /// Whose terms are asked about.
    pub fn of(&self) -> Scope {
        self.of.unwrap_or(Scope::Model)
    }

    /// The particular asked about.
    pub fn aspect(&self) -> DataAspect {
        self.aspect.unwrap_or(DataAspect::Processing)
    }

    /// The kinds of restriction asked about.
    pub fn kinds(&self) -> &[TermKind] {
        &self.kinds
    }

    /// The number of operations asked about.
    pub fn threshold(&self) -> Operations {
        self.threshold.unwrap_or(Operations(0))
    }

    /// The second number of operations.
    pub fn high(&self) -> Operations {
        self.high.unwrap_or(self.threshold())
    }

    /// What must be attested.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The question with the parameters filled in.
    pub fn fill(&self, question: &str) -> String {
        let freedoms: Vec<&str> = self.freedoms.iter().map(|freedom| freedom.as_str()).collect();
        let of = match self.of {
            Some(Scope::Code) => "code",
            Some(Scope::Data) => "data",
            _ => "weights",
        };
        question
            .replace("{component}", self.component.map_or("", Component::title))
            .replace("{freedoms}", &freedoms.join(", "))
            .replace("{of}", of)
            .replace("{aspect}", self.aspect.map_or("", DataAspect::as_str))
            .replace("{what}", &self.what)
            .replace("{kinds}", &self.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", "))
            .replace("{threshold}", &self.threshold.map(|number| number.to_string()).unwrap_or_default())
            .replace("{high}", &self.high.map(|number| number.to_string()).unwrap_or_default())
    }
}
