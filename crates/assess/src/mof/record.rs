//! A record as declarations: what it says of each component, with the place. No licence is understood here.
//!
//! The form is that of the framework's records. Beyond it, a licence may be a list, and `contained_in` names the
//! document that a component is part of.

use super::components::{Kind, nearest};
use super::yaml::{self, Node, Value};
use super::{Fault, RecordError, caps};

/// What a record declares.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The name of the release.
    pub(super) name: Option<String>,
    distribution: Vec<String>,
    code: Vec<String>,
    data: Vec<String>,
    document: Vec<String>,
    /// The components in the order of the record.
    pub(super) entries: Vec<Entry>,
}

/// One component as declared.
#[derive(Debug)]
pub(super) struct Entry {
    /// The name as written; empty when there is none.
    pub(super) name: String,
    /// Its own licences as written. `None`: nothing is said, and it inherits.
    pub(super) licenses: Option<Vec<String>>,
    /// The document that it is part of.
    pub(super) contained_in: Option<String>,
    line: u64,
    column: u64,
}

impl Entry {
    /// Something wrong with this component.
    pub(super) fn fault(&self, what: impl Into<String>) -> Fault {
        Fault { line: self.line, column: self.column, what: what.into() }
    }

    /// What is wrong with the name, and which name may be meant.
    pub(super) fn misnamed(&self) -> Fault {
        if self.name.is_empty() {
            return self.fault("this component has no `name`");
        }
        self.fault(format!("there is no component `{}`; {}", quoted(&self.name), meant(&self.name)))
    }
}

impl Record {
    /// The licences that a component of this kind inherits: those of its kind, else those of the distribution.
    pub(super) fn inherited(&self, kind: Kind) -> &[String] {
        let own = match kind {
            Kind::Code => &self.code,
            Kind::Data => &self.data,
            Kind::Document => &self.document,
        };
        if own.is_empty() { &self.distribution } else { own }
    }
}

/// Which name may be meant.
pub(super) fn meant(written: &str) -> String {
    match nearest(written) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "`candor mof --help` lists the names".to_owned(),
    }
}

/// The record's own words, cut where they go on too long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(caps::QUOTED) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Read a record. Several licences for one component are refused unless `several`.
pub(super) fn read(text: &str, several: bool) -> Result<Record, RecordError> {
    let value = yaml::parse(text)?;
    let mut reader = Reader { several, faults: Vec::new() };
    let record = reader.record(&value);
    RecordError::none_or(reader.faults)?;
    Ok(record)
}

struct Reader {
    several: bool,
    faults: Vec<Fault>,
}

impl Reader {
    fn record(&mut self, value: &Value) -> Record {
        let mut record = Record::default();
        let Some(release) = value.get("release") else {
            self.faults.push(value.fault("this is no record of the Model Openness Framework: it has no `release`"));
            return record;
        };
        record.name = self.text(release, "name");
        self.globals(release, &mut record);
        let Some(components) = release.get("components") else {
            self.faults
                .push(release.fault("`release` has no `components`; write `components: []` when there are none"));
            return record;
        };
        match &components.node {
            Node::List(list) => record.entries = list.iter().filter_map(|value| self.entry(value)).collect(),
            Node::Map(entries) if entries.is_empty() => {}
            _ => self.faults.push(components.fault("`components` must be a list; begin each component with `- name:`")),
        }
        record
    }

    fn globals(&mut self, release: &Value, record: &mut Record) {
        let Some(license) = release.get("license") else { return };
        match &license.node {
            Node::Map(_) => {}
            Node::List(list) if list.is_empty() => return,
            _ => {
                let what = "`release.license` must have keys; write `license: {distribution: {name: Apache-2.0}}`";
                return self.faults.push(license.fault(what));
            }
        }
        let slots = [
            ("distribution", &mut record.distribution),
            ("code", &mut record.code),
            ("data", &mut record.data),
            ("document", &mut record.document),
        ];
        for (key, slot) in slots {
            let Some(value) = license.get(key) else { continue };
            match &value.node {
                Node::Map(_) => *slot = self.licenses(value, "name").unwrap_or_default(),
                Node::List(list) if list.is_empty() => {}
                _ => self.faults.push(
                    value.fault(format!("`release.license.{key}` must have a `name`; write `{key}: {{name: MIT}}`")),
                ),
            }
            slot.retain(|name| !name.is_empty());
        }
    }

    fn entry(&mut self, value: &Value) -> Option<Entry> {
        let Node::Map(_) = value.node else {
            self.faults.push(value.fault("a component must have keys; write `- name: Model card`"));
            return None;
        };
        let at = value.get("name").unwrap_or(value);
        Some(Entry {
            name: self.text(value, "name").unwrap_or_default(),
            licenses: self.licenses(value, "license"),
            contained_in: self.text(value, "contained_in"),
            line: at.line,
            column: at.column,
        })
    }

    fn text(&mut self, value: &Value, key: &str) -> Option<String> {
        let value = value.get(key)?;
        match &value.node {
            Node::Text(text) => Some(text.clone()),
            _ => {
                self.faults.push(value.fault(format!("`{key}` must be a text")));
                None
            }
        }
    }

    fn licenses(&mut self, value: &Value, key: &str) -> Option<Vec<String>> {
        let found = value.get(key)?;
        match &found.node {
            Node::List(list) if self.several => {
                let texts = list.iter().map(|value| match &value.node {
                    Node::Text(text) => Some(text.clone()),
                    _ => None,
                });
                let texts: Option<Vec<String>> = texts.collect();
                if texts.is_none() {
                    self.faults.push(found.fault(format!("each licence in `{key}` must be a text")));
                }
                texts
            }
            Node::List(_) => {
                let what =
                    format!("`{key}` must be one text here: the Model Openness Tool takes one licence a component");
                self.faults.push(found.fault(what));
                None
            }
            _ => self.text(value, key).map(|text| vec![text]),
        }
    }
}
