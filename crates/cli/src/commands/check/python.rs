//! Calls in Python that load a model. The text is cut into words, strings and signs; it is not run.

use super::references::Found;
use serde_json::Value;
use std::collections::BTreeMap;

/// A call, the names under which it takes a model, and the place among its arguments without a name.
const CALLS: &[(&str, &[&str], usize)] = &[
    ("from_pretrained", &["pretrained_model_name_or_path", "model_id", "model_name"], 0),
    ("hf_hub_download", &["repo_id"], 0),
    ("snapshot_download", &["repo_id"], 0),
    ("pipeline", &["model"], 1),
    ("SentenceTransformer", &["model_name_or_path"], 0),
    ("CrossEncoder", &["model_name", "model_name_or_path"], 0),
    ("LLM", &["model"], 0),
];

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Name(String),
    /// A text; `false`: one whose value is made when it runs.
    Text(String, bool),
    Sign(char),
    Line,
}

/// Model references in a Python source.
#[allow(clippy::unnecessary_wraps, reason = "readers of all kinds of files have one type")]
pub(super) fn source(text: &str) -> Result<Vec<Found>, String> {
    let words = words(text);
    let known = constants(&words);
    let mut found = Vec::new();
    for (at, (word, start)) in words.iter().enumerate() {
        let Word::Name(name) = word else { continue };
        let Some((call, keys, place)) = CALLS.iter().find(|(call, _, _)| call == name) else { continue };
        let defined = at
            .checked_sub(1)
            .and_then(|before| words.get(before))
            .is_some_and(|(word, _)| matches!(word, Word::Name(name) if name == "def" || name == "class"));
        if defined || !matches!(words.get(at + 1), Some((Word::Sign('('), _))) {
            continue;
        }
        let arguments = arguments(&words, at + 2);
        let named = |wanted: &str| arguments.iter().find(|argument| argument.name.as_deref() == Some(wanted));
        let dataset = named("repo_type").and_then(|argument| value(&argument.words, &known));
        if dataset.is_some_and(|kind| kind != "model") {
            continue;
        }
        let model = keys
            .iter()
            .find_map(|key| named(key))
            .or_else(|| arguments.iter().filter(|argument| argument.name.is_none()).nth(*place));
        let Some(model) = model else { continue };
        let revision = named("revision").and_then(|argument| value(&argument.words, &known));
        let at = model.words.first().map_or(*start, |(_, at)| *at);
        match value(&model.words, &known) {
            Some(written) => found.push(Found { revision, ..Found::named(at, call, &written) }),
            None => found.push(Found { at, kind: call, written: shown(text, &model.words), known: false, revision }),
        }
    }
    Ok(found)
}

/// Model references in the code cells of a notebook.
pub(super) fn notebook(text: &str) -> Result<Vec<Found>, String> {
    let notebook: Value = serde_json::from_str(text).map_err(|error| format!("not a notebook: {error}"))?;
    let (mut code, mut starts) = (String::new(), Vec::new());
    let mut from = 0;
    for cell in notebook["cells"].as_array().into_iter().flatten() {
        if cell["cell_type"] != "code" {
            continue;
        }
        let lines: Vec<String> = match &cell["source"] {
            Value::Array(lines) => lines.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::String(all) => vec![all.clone()],
            _ => Vec::new(),
        };
        for line in lines {
            // Where the line stands in the file itself.
            let written = serde_json::to_string(&line).unwrap_or_default();
            if let Some(at) = text.get(from..).and_then(|rest| rest.find(&written)) {
                from += at;
            }
            starts.push((code.len(), from));
            // A line that a notebook runs as a command of the shell is no Python.
            let shell = line.trim_start().starts_with(['!', '%']);
            code.push_str(if shell { "" } else { &line });
            if !line.ends_with('\n') || shell {
                code.push('\n');
            }
        }
        code.push('\n');
    }
    let mut found = source(&code)?;
    for one in &mut found {
        let at = starts.iter().rev().find(|(start, _)| *start <= one.at);
        one.at = at.map_or(0, |(_, file)| *file);
        one.kind = "notebook";
    }
    Ok(found)
}

struct Argument {
    name: Option<String>,
    words: Vec<(Word, usize)>,
}

/// The arguments of a call whose opening bracket stands before `from`.
fn arguments(words: &[(Word, usize)], from: usize) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let mut current: Vec<(Word, usize)> = Vec::new();
    let mut depth = 0;
    let mut close = |current: &mut Vec<(Word, usize)>| {
        let words = std::mem::take(current);
        match words.as_slice() {
            [] => {}
            [(Word::Name(name), _), (Word::Sign('='), _), rest @ ..] => {
                arguments.push(Argument { name: Some(name.clone()), words: rest.to_vec() });
            }
            all => arguments.push(Argument { name: None, words: all.to_vec() }),
        }
    };
    for (word, at) in words.iter().skip(from) {
        match word {
            Word::Sign('(' | '[' | '{') => depth += 1,
            Word::Sign(')' | ']' | '}') if depth == 0 => break,
            Word::Sign(')' | ']' | '}') => depth -= 1,
            Word::Sign(',') if depth == 0 => {
                close(&mut current);
                continue;
            }
            Word::Line => continue,
            _ => {}
        }
        current.push((word.clone(), *at));
    }
    close(&mut current);
    arguments
}

/// The text that some words stand for, when that can be told without running them.
fn value(words: &[(Word, usize)], known: &BTreeMap<String, Option<String>>) -> Option<String> {
    if let [(Word::Name(name), _)] = words {
        return known.get(name).cloned().flatten();
    }
    let mut all = String::new();
    for (word, _) in words {
        let Word::Text(text, true) = word else { return None };
        all.push_str(text);
    }
    (!words.is_empty()).then_some(all)
}

fn shown(text: &str, words: &[(Word, usize)]) -> String {
    let start = words.first().map_or(0, |(_, at)| *at);
    let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
    line.split([',', ')']).next().unwrap_or(line).trim().chars().take(60).collect()
}

/// Names that are given one text and nothing else.
fn constants(words: &[(Word, usize)]) -> BTreeMap<String, Option<String>> {
    let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut depth = 0i32;
    for (at, (word, _)) in words.iter().enumerate() {
        match word {
            Word::Sign('(' | '[' | '{') => depth += 1,
            Word::Sign(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        let (Word::Name(name), Some((Word::Sign('='), _))) = (word, words.get(at + 1)) else { continue };
        let first = at == 0 || matches!(words.get(at - 1), Some((Word::Line | Word::Sign(';'), _)));
        let again = matches!(words.get(at + 2), Some((Word::Sign('='), _)));
        if depth != 0 || !first || again {
            continue;
        }
        let rest: Vec<(Word, usize)> =
            words.iter().skip(at + 2).take_while(|(word, _)| !matches!(word, Word::Line)).cloned().collect();
        let text = value(&rest, &BTreeMap::new());
        known
            .entry(name.clone())
            .and_modify(|other| {
                if *other != text {
                    *other = None
                }
            })
            .or_insert(text);
    }
    known
}

/// Names, texts and signs with their places; comments are left out.
fn words(text: &str) -> Vec<(Word, usize)> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => {
                while bytes.get(at).is_some_and(|byte| *byte != b'\n') {
                    at += 1
                }
            }
            b'\n' => {
                out.push((Word::Line, at));
                at += 1;
            }
            b'\\' if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            b'"' | b'\'' => {
                let (word, end) = string(text, at, false, true);
                out.push((word, at));
                at = end;
            }
            _ if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                let start = at;
                while bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80) {
                    at += 1;
                }
                let name = text.get(start..at).unwrap_or_default();
                let prefix = name.len() <= 2 && name.bytes().all(|byte| b"rbufRBUF".contains(&byte));
                if prefix && matches!(bytes.get(at), Some(b'"' | b'\'')) {
                    let lower = name.to_lowercase();
                    let (word, end) = string(text, at, lower.contains('r'), !lower.contains('f'));
                    out.push((word, start));
                    at = end;
                } else {
                    out.push((Word::Name(name.to_owned()), start));
                }
            }
            _ if byte.is_ascii_whitespace() => at += 1,
            _ => {
                out.push((Word::Sign(char::from(byte)), at));
                at += 1;
            }
        }
    }
    out
}

/// A text that begins with a quotation mark at `at`, and where it ends.
fn string(text: &str, at: usize, raw: bool, fixed: bool) -> (Word, usize) {
    let mark = text.get(at..=at).unwrap_or("\"");
    let triple = mark.repeat(3);
    let long = text.get(at..).is_some_and(|rest| rest.starts_with(&triple));
    let end_mark = if long { triple.as_str() } else { mark };
    let mut from = at + end_mark.len();
    let mut value = String::new();
    while let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(end_mark) {
            return (Word::Text(value, fixed), from + end_mark.len());
        }
        let mut chars = rest.chars();
        match (chars.next(), chars.next()) {
            (Some('\\'), Some(next)) => {
                if raw || !matches!(next, '\\' | '\'' | '"' | '\n') {
                    value.push('\\');
                }
                if next != '\n' {
                    value.push(next);
                }
                from += 1 + next.len_utf8();
            }
            (Some('\n'), _) if !long => return (Word::Text(value, false), from),
            (Some(c), _) => {
                value.push(c);
                from += c.len_utf8();
            }
            (None, _) => break,
        }
    }
    (Word::Text(value, false), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let told = |found: &Found| {
            let line = 1 + text[..found.at].matches('\n').count();
            let known = if found.known { "" } else { " (cannot be followed)" };
            let revision = found.revision.as_ref().map(|revision| format!(" @ {revision}")).unwrap_or_default();
            format!("{line} {} {}{revision}{known}\n", found.kind, found.written)
        };
        expected.assert_eq(&source(text).expect("no error").iter().map(told).collect::<String>());
    }

    #[test]
    fn calls_are_found() {
        check(
            "from transformers import AutoModel, pipeline\nMODEL = 'acme/sage-8b'\nOTHER = \"a\"\nOTHER = \"b\"\n# AutoModel.from_pretrained('in/comment')\n'''AutoModel.from_pretrained('in/docstring')'''\nAutoModel.from_pretrained(MODEL, revision='abc')\nAutoModel.from_pretrained(\n    'acme/'\n    'oak',  # two texts\n)\nhf_hub_download(repo_id=\"acme/elm\", filename='x')\nhf_hub_download('acme/data', 'x', repo_type='dataset')\nsnapshot_download('acme/ash', revision=REV)\npipeline('text-generation', model='acme/fir')\npipeline(\"text-generation\", \"acme/yew\")\nx.from_pretrained(f'{org}/name')\nx.from_pretrained(OTHER)\ndef from_pretrained(name): pass\nx.from_pretrained(path(a, b))\npipeline(task)\n",
            expect![[r#"
                7 from_pretrained acme/sage-8b @ abc
                9 from_pretrained acme/oak
                12 hf_hub_download acme/elm
                14 snapshot_download acme/ash
                15 pipeline acme/fir
                16 pipeline acme/yew
                17 from_pretrained f'{org}/name' (cannot be followed)
                18 from_pretrained OTHER (cannot be followed)
                20 from_pretrained path(a (cannot be followed)
            "#]],
        );
    }

    #[test]
    fn notebooks_are_searched_by_cell() {
        let text = "{\n \"cells\": [\n  {\"cell_type\": \"markdown\", \"source\": [\"from_pretrained('in/prose')\"]},\n  {\"cell_type\": \"code\",\n   \"source\": [\n    \"!pip install it's\\n\",\n    \"m = A.from_pretrained('acme/sage')\\n\"\n   ]}\n ]\n}\n";
        let found = notebook(text).expect("a notebook");
        let [only] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (only.written.as_str(), only.kind, text[..only.at].matches('\n').count() + 1),
            ("acme/sage", "notebook", 7)
        );
        assert!(notebook("{").is_err());
    }

    #[test]
    fn broken_texts_end() {
        for text in
            ["x = 'open\ny", "'''never closed", "from_pretrained(", "f(((", "\\", "'\\", "é.from_pretrained('a/b'"]
        {
            assert!(source(text).is_ok(), "{text}");
        }
    }
}
