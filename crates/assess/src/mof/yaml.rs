//! YAML as values with their lines and columns. What they mean is the business of `record`.

use super::{Fault, RecordError, caps};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};
use std::fmt;

/// A value and where it is written, counted from one.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) node: Node,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Null,
    /// A text; numbers and truth values as written.
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The value of a key of a map; a null counts as no value.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        match &self.node {
            Node::Map(entries) => {
                let value = entries.iter().find(|(name, _)| name == key).map(|(_, value)| value);
                value.filter(|value| !matches!(value.node, Node::Null))
            }
            _ => None,
        }
    }

    /// Something wrong here.
    pub(super) fn fault(&self, what: impl Into<String>) -> Fault {
        Fault { line: self.line, column: self.column, what: what.into() }
    }
}

/// Read YAML as one value.
pub(super) fn parse(yaml: &str) -> Result<Value, RecordError> {
    let refuse = |line, column, what: String| Err(RecordError { faults: vec![Fault { line, column, what }], more: 0 });
    if yaml.len() > caps::RECORD {
        return refuse(1, 1, format!("the record is longer than {} bytes; no record is", caps::RECORD));
    }
    let budget = serde_saphyr::budget! {
        max_depth: caps::DEPTH,
        max_nodes: caps::NODES,
        max_events: caps::EVENTS,
        max_aliases: caps::ALIASES,
        max_anchors: caps::ALIASES,
    };
    let options = serde_saphyr::options! { budget: budget, duplicate_keys: DuplicateKeyPolicy::Error };
    let parsed: Result<Spanned<Raw>, _> = serde_saphyr::from_str_with_options(yaml, options);
    match parsed {
        Ok(raw) => Ok(place(&raw, yaml)),
        Err(error) => {
            let (line, column) =
                error.location().map_or((1, 1), |location| (location.line().max(1), location.column().max(1)));
            let what = error.without_snippet().to_string();
            refuse(
                line,
                column,
                format!("this is no YAML that can be read: {}", what.lines().next().unwrap_or_default()),
            )
        }
    }
}

enum Raw {
    Null,
    /// `None` for what is no text: it is read again as written.
    Text(Option<String>),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(String, Spanned<Raw>)>),
}

macro_rules! as_written {
    ($($method:ident: $type:ty),*) => {
        $(fn $method<E>(self, _: $type) -> Result<Raw, E> {
            Ok(Raw::Text(None))
        })*
    };
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Raw;
            as_written!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64);
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a YAML value")
            }
            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }
            fn visit_none<E>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
                Raw::deserialize(deserializer)
            }
            fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
                Ok(Raw::Text(Some(text.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element()? {
                    values.push(value);
                }
                Ok(Raw::List(values))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<Raw, _>()? {
                    let key = match key {
                        Raw::Text(Some(key)) => key,
                        Raw::Text(None) | Raw::Null => String::new(),
                        Raw::List(_) | Raw::Map(_) => return Err(A::Error::custom("a key is no text")),
                    };
                    entries.push((key, value));
                }
                Ok(Raw::Map(entries))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

fn place(raw: &Spanned<Raw>, yaml: &str) -> Value {
    let (line, column) = (raw.referenced.line().max(1), raw.referenced.column().max(1));
    let node = match &raw.value {
        Raw::Null => Node::Null,
        Raw::Text(Some(text)) => Node::Text(text.clone()),
        Raw::Text(None) => {
            let span = raw.referenced.span();
            let start = span.byte_offset().and_then(|at| usize::try_from(at).ok()).unwrap_or(yaml.len());
            let length = span.byte_len().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
            Node::Text(yaml.get(start..start.saturating_add(length)).unwrap_or_default().to_owned())
        }
        Raw::List(values) => Node::List(values.iter().map(|value| place(value, yaml)).collect()),
        Raw::Map(entries) => Node::Map(entries.iter().map(|(key, value)| (key.clone(), place(value, yaml))).collect()),
    };
    Value { line, column, node }
}
