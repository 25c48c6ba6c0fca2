//! JSON as signatures need it: one meaning only. A key that stands twice in one object is refused, and so is nesting
//! without end.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Read a text.
///
/// # Errors
/// Says what is wrong, with line and column.
pub(crate) fn read(text: &[u8]) -> Result<Value, String> {
    serde_json::from_slice::<Once>(text).map(|once| once.0).map_err(|error| {
        // The parser's own word for its limit tells users nothing.
        let message = error.to_string();
        match message.strip_prefix("recursion limit exceeded") {
            Some(rest) => format!("nested deeper than any signature is{rest}"),
            None => message,
        }
    })
}

struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor).map(Once)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Once(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some((key, Once(value))) = map.next_entry::<String, Once>()? {
            if values.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` stands twice in one object")));
            }
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn one_meaning_only() {
        let deep = "[".repeat(20_000);
        let cases = [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"a":2}}]"#, deep.as_str(), "", "{} {}", "{\"a\":1e999}"];
        let said: Vec<String> = cases
            .iter()
            .map(|case| read(case.as_bytes()).map_or_else(|error| error, |value| value.to_string()))
            .collect();
        expect![[r#"
            the key `a` stands twice in one object at line 1 column 13
            the key `a` stands twice in one object at line 1 column 19
            nested deeper than any signature is at line 1 column 128
            EOF while parsing a value at line 1 column 0
            trailing characters at line 1 column 4
            number out of range at line 1 column 10"#]]
        .assert_eq(&said.join("\n"));
        assert_eq!(
            read(br#"{"a":[1,-1,0.5,null,true,"x"]}"#).unwrap().to_string(),
            r#"{"a":[1,-1,0.5,null,true,"x"]}"#
        );
    }
}
