//! The YAML block at the head of a card: values as written, each with its bytes.
//!
//! Only the block between two `---` lines at the very start counts, as on the Hub. The parser works within
//! budgets (depth, nodes, aliases, bytes); what exceeds them is refused with its place.

use crate::caps;
use candor_facts::GapReason;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};
use std::fmt;
use std::ops::Range;

/// A YAML value with the bytes it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) range: Range<usize>,
    pub(crate) node: Node,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Null,
    /// A text; numbers and truth values as written.
    Scalar(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The value of a key of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        match &self.node {
            Node::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a scalar, trimmed; `None` for anything else and for the empty text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.node {
            Node::Scalar(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// A scalar as one value, a list as its scalars: the two ways in which cards write lists.
    pub(crate) fn items(&self) -> Vec<(&str, Range<usize>)> {
        match &self.node {
            Node::Scalar(_) => self.text().map(|text| (text, self.range.clone())).into_iter().collect(),
            Node::List(values) => {
                values.iter().filter_map(|value| Some((value.text()?, value.range.clone()))).collect()
            }
            Node::Null | Node::Map(_) => Vec::new(),
        }
    }
}

/// The head of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The mapping, or why there is none that can be read.
    pub(crate) value: Result<Value, GapReason>,
    /// Where the body begins.
    pub(crate) body: usize,
}

/// The front matter of a page, if it begins with one. An opened block that is never closed is malformed.
pub(crate) fn split(text: &str) -> Option<Head> {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let rest = text.get(start..)?;
    let first_line = rest.split_inclusive('\n').next()?;
    if first_line.trim_end() != "---" {
        return None;
    }
    let yaml_start = start + first_line.len();
    let mut at = yaml_start;
    for line in text.get(yaml_start..)?.split_inclusive('\n') {
        if line.trim_end() == "---" {
            let yaml = text.get(yaml_start..at)?;
            return Some(Head { value: parse(yaml, yaml_start), body: at + line.len() });
        }
        at += line.len();
    }
    let what = "front matter is opened and never closed".to_owned();
    Some(Head { value: Err(GapReason::Malformed { at: start as u64, what }), body: start })
}

/// Where a block of front matter stands that does not begin the page, and therefore is none.
pub(crate) fn misplaced(text: &str) -> Option<usize> {
    let start = text.len() - text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace()).len();
    let moved = text.get(..start)?.contains('\n');
    let rest = text.get(start..)?;
    (moved && rest.split_inclusive('\n').next()?.trim_end() == "---" && rest.contains("\n---")).then_some(start)
}

/// Read YAML as one value. `offset` is where it begins in its artifact.
pub(crate) fn parse(yaml: &str, offset: usize) -> Result<Value, GapReason> {
    if yaml.len() > caps::FRONT_MATTER {
        return Err(GapReason::TooLarge { cap: caps::FRONT_MATTER as u64 });
    }
    if yaml.trim().is_empty() {
        return Ok(Value { range: offset..offset, node: Node::Map(Vec::new()) });
    }
    let budget = serde_saphyr::budget! {
        max_depth: caps::DEPTH,
        max_nodes: 100_000,
        max_events: 400_000,
        max_aliases: 1_000,
        max_anchors: 1_000,
    };
    let options = serde_saphyr::options! { budget: budget, duplicate_keys: DuplicateKeyPolicy::LastWins };
    let parsed: Result<Spanned<Raw>, _> = serde_saphyr::from_str_with_options(yaml, options);
    match parsed {
        Ok(raw) => {
            let value = place(&raw, yaml, offset);
            match value.node {
                Node::Map(_) => Ok(value),
                _ => Err(GapReason::Malformed { at: offset as u64, what: "front matter is no mapping".to_owned() }),
            }
        }
        Err(error) => {
            let at = error.location().and_then(|location| location.span().byte_offset()).unwrap_or(0);
            let what = error.to_string().lines().next().unwrap_or_default().to_owned();
            let at = offset as u64 + at.min(yaml.len() as u64);
            Err(GapReason::Malformed { at, what: format!("YAML: {what}") })
        }
    }
}

enum Raw {
    Null,
    Scalar(Option<String>),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(String, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Raw;
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
            fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
                Ok(Raw::Scalar(None))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
                Ok(Raw::Scalar(None))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
                Ok(Raw::Scalar(None))
            }
            fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
                Ok(Raw::Scalar(None))
            }
            fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
                Ok(Raw::Scalar(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
                Ok(Raw::Scalar(None))
            }
            fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
                Ok(Raw::Scalar(Some(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Raw, E> {
                Ok(Raw::Scalar(Some(text)))
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Raw, E> {
                Ok(Raw::Scalar(Some(String::from_utf8_lossy(bytes).into_owned())))
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
                while let Some((key, value)) = map.next_entry::<Key, _>()? {
                    entries.push((key.0, value));
                }
                Ok(Raw::Map(entries))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A key of a mapping, whatever its type.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Raw::deserialize(deserializer)? {
            Raw::Scalar(Some(text)) => Self(text),
            Raw::Scalar(None) | Raw::Null => Self(String::new()),
            Raw::List(_) | Raw::Map(_) => return Err(serde::de::Error::custom("a key is no text")),
        })
    }
}

fn place(raw: &Spanned<Raw>, yaml: &str, offset: usize) -> Value {
    let span = raw.referenced.span();
    let start = usize::try_from(span.byte_offset().unwrap_or(0)).unwrap_or(0).min(yaml.len());
    let length = usize::try_from(span.byte_len().unwrap_or(0)).unwrap_or(0);
    let end = start.saturating_add(length).min(yaml.len());
    let written = yaml.get(start..end).unwrap_or_default();
    let node = match &raw.value {
        Raw::Null => Node::Null,
        Raw::Scalar(text) => Node::Scalar(text.clone().unwrap_or_else(|| written.to_owned())),
        Raw::List(values) => Node::List(values.iter().map(|value| place(value, yaml, offset)).collect()),
        Raw::Map(entries) => {
            Node::Map(entries.iter().map(|(key, value)| (key.clone(), place(value, yaml, offset))).collect())
        }
    };
    Value { range: start + offset..end + offset, node }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, key: &str) -> Vec<String> {
        let head = split(text).expect("front matter");
        let value = head.value.expect("readable");
        let items = value.get(key).map(Value::items).unwrap_or_default();
        items.iter().map(|(item, range)| format!("{item} = {:?}", &text[range.clone()])).collect()
    }

    #[test]
    fn values_as_written_with_their_bytes() {
        let text =
            "\u{feff}---\r\nlicense: \"apache-2.0\"\r\nversion: 1.10\r\ndatasets:\r\n- a/b\r\n- c\r\n---\r\nBody\r\n";
        assert_eq!(written(text, "license"), [r#"apache-2.0 = "\"apache-2.0\"""#]);
        assert_eq!(written(text, "version"), [r#"1.10 = "1.10""#]);
        assert_eq!(written(text, "datasets"), [r#"a/b = "a/b""#, r#"c = "c""#]);
        assert_eq!(&text[split(text).unwrap().body..], "Body\r\n");
    }

    #[test]
    fn what_is_no_front_matter_and_what_is_broken() {
        for none in ["", "# T\n---\na: b\n---\n", "\n---\na: b\n---\n", "----\na: b\n----\n"] {
            assert_eq!(split(none), None, "{none}");
        }
        for broken in ["---\na: b\n", "---\n- a\n---\n", "---\na: [\n---\n", "---\n{{x}}\n---\n"] {
            assert!(split(broken).unwrap().value.is_err(), "{broken}");
        }
    }

    #[test]
    fn a_bomb_is_refused_quickly() {
        let mut yaml = String::from("---\na0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let alias = format!("*a{}", level - 1);
            let line = format!("a{level}: &a{level} [{}]\n", vec![alias; 9].join(","));
            yaml.push_str(&line);
        }
        yaml.push_str("---\n");
        assert!(split(&yaml).unwrap().value.is_err());
        let deep = format!("---\na: {}{}\n---\n", "[".repeat(5000), "]".repeat(5000));
        assert!(split(&deep).unwrap().value.is_err());
    }
}
