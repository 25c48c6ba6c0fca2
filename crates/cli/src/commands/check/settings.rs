//! Settings files that name a model: YAML, JSON, `models.toml`.

use super::references::{Found, is_repository};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys whose value is a model.
const KEYS: &[&str] = &[
    "model", "model_id", "modelid", "model_name", "model_path", "model_name_or_path", "base_model",
    "base_model_name_or_path", "pretrained_model_name_or_path", "pretrained_model", "repo_id", "checkpoint",
    "hf_model", "hf_model_id", "embedding_model", "tokenizer_name_or_path",
];

fn is_key(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    KEYS.contains(&key.as_str())
}

/// Whether a value is a model rather than a word: an address or `owner/name`.
fn is_model(value: &str) -> bool {
    let bare = value.split_once('@').map_or(value, |(bare, _)| bare);
    let scheme = ["hf:", "ollama:", "github:", "catalogue:", "https://huggingface.co/", "hf.co/", "./", "../"];
    is_repository(bare) || scheme.iter().any(|start| bare.starts_with(start) && bare.len() > start.len())
}

/// Model references of a YAML file, line by line, so that one odd line hides nothing of the others.
#[allow(clippy::unnecessary_wraps, reason = "readers of all kinds of files have one type")]
pub(super) fn yaml(text: &str) -> Result<Vec<Found>, String> {
    let mut found: Vec<Found> = Vec::new();
    let mut lines: Vec<(usize, usize, String, String)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_start().trim_start_matches("- ");
        let indent = line.len() - body.len();
        if let Some((key, rest)) = body.split_once(':')
            && !key.starts_with('#')
            && (rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
        {
            let value = scalar(rest);
            let from = at + indent + key.len() + 1 + rest.find(&value).unwrap_or(0);
            lines.push((indent, from, key.trim().trim_matches(['"', '\'']).to_owned(), value));
        }
        at += line.len();
    }
    for (number, (indent, from, key, value)) in lines.iter().enumerate() {
        if is_key(key) && is_model(value) {
            let same = |(_, _, key, _): &&(usize, usize, String, String)| key == "revision" || key == "model_revision";
            let before = lines.iter().take(number).rev().take_while(|(other, ..)| other == indent).find(same);
            let after = lines.iter().skip(number + 1).take_while(|(other, ..)| other == indent).find(same);
            let revision = before.or(after).map(|(_, _, _, value)| value.clone()).filter(|value| !value.is_empty());
            found.push(Found { revision, ..Found::named(*from, "yaml", value) });
        }
    }
    // Commands in compose files and pipelines.
    found.extend(super::shell::commands(text, "yaml"));
    Ok(found)
}

/// The plain value behind a colon.
fn scalar(rest: &str) -> String {
    let rest = rest.trim();
    for mark in ['"', '\''] {
        if let Some(inner) = rest.strip_prefix(mark) {
            return inner.split(mark).next().unwrap_or_default().to_owned();
        }
    }
    rest.split(" #").next().unwrap_or_default().trim().to_owned()
}

/// Model references of a JSON file: a key, a colon, a text. What is no JSON is searched all the same.
#[allow(clippy::unnecessary_wraps, reason = "readers of all kinds of files have one type")]
pub(super) fn json(text: &str) -> Result<Vec<Found>, String> {
    let strings = json_strings(text);
    let mut found: Vec<Found> = Vec::new();
    let pairs: Vec<(&Quoted, &Quoted)> = strings
        .iter()
        .zip(strings.iter().skip(1))
        .filter(|((_, end, _), (start, _, _))| text.get(*end..*start).is_some_and(|between| between.trim() == ":"))
        .collect();
    for ((_, _, key), (at, _, value)) in &pairs {
        if is_key(key) && is_model(value) {
            let revision = pairs.iter().find(|((start, _, key), _)| key == "revision" && near(text, *start, *at));
            let revision = revision.map(|(_, (_, _, value))| value.clone());
            found.push(Found { revision, ..Found::named(*at + 1, "json", value) });
        }
    }
    Ok(found)
}

/// Whether two places stand in one object, with no bracket between them.
fn near(text: &str, one: usize, other: usize) -> bool {
    let (from, to) = (one.min(other), one.max(other));
    text.get(from..to).is_some_and(|between| !between.contains(['{', '}', '[', ']']))
}

/// A text in quotation marks: first byte, byte behind, value.
type Quoted = (usize, usize, String);

/// All texts.
fn json_strings(text: &str) -> Vec<Quoted> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('"')).map(|found| found + at) {
        let mut value = String::new();
        let mut escaped = false;
        let mut end = text.len();
        for (offset, c) in text.get(start + 1..).unwrap_or_default().char_indices() {
            if escaped {
                value.push(c);
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == '"' {
                end = start + 1 + offset + 1;
                break;
            } else {
                value.push(c);
            }
        }
        out.push((start, end, value));
        at = end;
    }
    out
}

/// Model references of a `models.toml`: every table with `locator`, `repo_id` or `model`.
pub(super) fn toml(text: &str) -> Result<Vec<Found>, String> {
    let table = DeTable::parse(text).map_err(|error| error.message().replace('\n', ", "))?;
    let mut found = Vec::new();
    tables(table.get_ref(), &mut found);
    found.sort_by_key(|found: &Found| found.at);
    Ok(found)
}

fn tables(table: &DeTable<'_>, found: &mut Vec<Found>) {
    let text = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
    let named = ["locator", "repo_id", "model"].iter().find_map(|key| table.get(*key));
    if let Some(value) = named
        && let Some(written) = text(value)
    {
        let revision = table.get("revision").and_then(text);
        found.push(Found { revision, ..Found::named(value.span().start + 1, "models.toml", &written) });
    }
    for (_, value) in table.iter() {
        match value.get_ref() {
            DeValue::Table(inner) => tables(inner, found),
            DeValue::Array(list) => {
                for item in list.iter() {
                    if let DeValue::Table(inner) = item.get_ref() {
                        tables(inner, found);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(read: fn(&str) -> Result<Vec<Found>, String>, text: &str, expected: Expect) {
        let told = |found: &Found| {
            let line = 1 + text[..found.at].matches('\n').count();
            assert!(text[found.at..].starts_with(&found.written), "{found:?}");
            format!(
                "{line} {}{}\n",
                found.written,
                found.revision.as_ref().map(|one| format!(" @ {one}")).unwrap_or_default()
            )
        };
        expected.assert_eq(&read(text).expect("no error").iter().map(told).collect::<String>());
    }

    #[test]
    fn settings_that_name_models() {
        check(
            yaml,
            "model: acme/sage # the big one\nrevision: abc\nname: acme/not-a-model\ntrain:\n  base_model: \"acme/oak\"\n  lr: 1e-4\nmodels:\n  - model_name: 'hf:acme/elm@v1'\n  - model: large\n",
            expect![[r#"
                1 acme/sage @ abc
                5 acme/oak
                8 hf:acme/elm@v1
            "#]],
        );
        check(
            json,
            "{\"model\": \"acme/sage\", \"revision\": \"abc\",\n \"other\": {\"base_model_name_or_path\": \"acme/oak\"},\n \"model\": [\"acme/elm\"], \"path\": \"a/b\"}",
            expect![[r#"
                1 acme/sage @ abc
                2 acme/oak
            "#]],
        );
        check(
            toml,
            "[[model]]\nlocator = \"hf:acme/sage\"\nrevision = \"abc\"\n[models.oak]\nrepo_id = \"acme/oak\"\n",
            expect![[r#"
                2 hf:acme/sage @ abc
                5 acme/oak
            "#]],
        );
        assert!(toml("[").is_err());
    }
}
