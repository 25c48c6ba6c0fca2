//! Commands that fetch or serve a model: Dockerfiles, scripts, Modelfiles.

use super::references::Found;

/// Options whose value is a model.
const OPTIONS: &[&str] = &[
    "--model", "--model-id", "--model_id", "--model-name", "--model-name-or-path", "--model_name_or_path",
    "--base-model", "--base_model", "--pretrained-model-name-or-path", "--pretrained_model_name_or_path", "--repo-id",
    "--hf-repo",
];
/// Variables whose value is a model.
const VARIABLES: &[&str] =
    &["MODEL", "MODEL_ID", "MODEL_NAME", "HF_MODEL_ID", "HF_MODEL", "MODEL_NAME_OR_PATH", "BASE_MODEL", "MODEL_REPO"];

/// Model references of a Dockerfile.
#[allow(clippy::unnecessary_wraps, reason = "readers of all kinds of files have one type")]
pub(super) fn dockerfile(text: &str) -> Result<Vec<Found>, String> {
    Ok(commands(text, "Dockerfile"))
}

/// Model references of a script.
#[allow(clippy::unnecessary_wraps, reason = "readers of all kinds of files have one type")]
pub(super) fn script(text: &str) -> Result<Vec<Found>, String> {
    Ok(commands(text, "script"))
}

/// Model references of a Modelfile: its base and its adapters.
#[allow(clippy::unnecessary_wraps, reason = "readers of all kinds of files have one type")]
pub(super) fn modelfile(text: &str) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    for (at, line) in lines(text) {
        let words = words(line, at);
        let [(_, instruction), (start, value), ..] = words.as_slice() else { continue };
        if !["from", "adapter"].contains(&instruction.to_lowercase().as_str()) {
            continue;
        }
        let file = value.starts_with(['.', '/', '~']) || value.ends_with(".gguf") || value.ends_with(".safetensors");
        let hub = ["hf.co/", "huggingface.co/", "https://"].iter().any(|host| value.starts_with(host));
        let written = if file || hub || value.contains("ollama:") { value.clone() } else { format!("ollama:{value}") };
        found.push(Found::named(*start, "Modelfile", &written));
    }
    Ok(found)
}

/// Model references of command lines, whichever file they stand in.
pub(super) fn commands(text: &str, kind: &'static str) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, line) in lines(text) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        let words = words(line, at);
        let after = |at: usize, option: &str| {
            let rest = words.get(at..).unwrap_or_default();
            rest.iter().enumerate().find_map(|(number, (_, word))| {
                word.strip_prefix(&format!("{option}=")).map(str::to_owned).or_else(|| {
                    (word == option).then(|| rest.get(number + 1).map(|(_, value)| value.clone())).flatten()
                })
            })
        };
        let mut say = |place: usize, value: &str, from: usize| {
            let plain = value.len() > 1 && !value.contains(['$', '{', '(', '*', '<']) && !value.starts_with('-');
            if value.contains('$') && !value.contains("$(") {
                found.push(Found { at: place, kind, written: value.to_owned(), known: false, revision: None });
            } else if plain {
                found.push(Found { revision: after(from, "--revision"), ..Found::named(place, kind, value) });
            }
        };
        for (number, (start, word)) in words.iter().enumerate() {
            let next = words.get(number + 1);
            let second = next.map(|(_, word)| word.as_str()).unwrap_or_default();
            let name = word.rsplit('/').next().unwrap_or(word);
            let third = words.get(number + 2);
            match (name, second, third) {
                ("huggingface-cli" | "hf", "download", Some((place, value))) => {
                    let data = after(number, "--repo-type").is_some_and(|kind| kind != "model");
                    if !data {
                        say(*place, value, number);
                    }
                }
                ("vllm", "serve", Some((place, value))) => say(*place, value, number),
                ("ollama", "pull" | "run", Some((place, value))) => say(*place, &format!("ollama:{value}"), number),
                ("git", "clone", _) => {
                    let url = words.iter().skip(number + 2).find(|(_, word)| word.contains("huggingface.co/"));
                    if let Some((place, value)) =
                        url.filter(|(_, value)| !value.contains("/datasets/") && !value.contains("/spaces/"))
                    {
                        say(*place, value, number);
                    }
                }
                _ => {}
            }
            if let Some((option, value)) = word.split_once('=') {
                let place = start + option.len() + 1;
                let variable = VARIABLES.contains(&option.trim_start_matches("export "));
                if OPTIONS.contains(&option) || variable && value.contains('/') {
                    say(place, value, number);
                }
            } else if OPTIONS.contains(&word.as_str())
                && let Some((place, value)) = next
                && (value.contains('/') || value.contains('$'))
            {
                say(*place, value, number);
            } else if kind == "Dockerfile"
                && ["ENV", "ARG"].contains(&word.as_str())
                && VARIABLES.contains(&second)
                && let Some((place, value)) = third
                && value.contains('/')
            {
                say(*place, value, number);
            }
        }
    }
    found
}

/// Logical lines with the byte at which they begin: a line that ends in a backslash goes on.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        at += line.len();
        if !line.trim_end().ends_with('\\') {
            out.push((start, text.get(start..at).unwrap_or_default()));
            start = at;
        }
    }
    if start < text.len() {
        out.push((start, text.get(start..).unwrap_or_default()));
    }
    out
}

/// Words of a line with their places; quotation marks, brackets and commas of lists do not belong to them.
fn words(line: &str, from: usize) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    let mut word: Option<(usize, String)> = None;
    for (at, c) in line.char_indices() {
        let apart = c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']' | ',' | ';' | '\\' | '|' | '&');
        if apart {
            out.extend(word.take());
        } else {
            word.get_or_insert_with(|| (from + at, String::new())).1.push(c);
        }
    }
    out.extend(word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(read: fn(&str) -> Result<Vec<Found>, String>, text: &str, expected: Expect) {
        let told = |found: &Found| {
            let line = 1 + text[..found.at].matches('\n').count();
            let revision = found.revision.as_ref().map(|one| format!(" @ {one}")).unwrap_or_default();
            format!("{line} {}{revision}{}\n", found.written, if found.known { "" } else { " (cannot be followed)" })
        };
        expected.assert_eq(&read(text).expect("no error").iter().map(told).collect::<String>());
    }

    #[test]
    fn commands_that_fetch_models() {
        check(
            dockerfile,
            "FROM python:3.12\n# RUN hf download in/comment\nENV MODEL_ID=acme/sage\nRUN huggingface-cli download acme/oak \\\n    --revision abc --local-dir /m\nRUN hf download acme/data --repo-type dataset\nCMD [\"vllm\", \"serve\", \"acme/elm\"]\nRUN git clone https://huggingface.co/acme/ash /x\nRUN serve --model $MODEL\nRUN ollama pull llama3.1:8b\n",
            expect![[r#"
                3 acme/sage
                4 acme/oak @ abc
                7 acme/elm
                8 https://huggingface.co/acme/ash
                9 $MODEL (cannot be followed)
                10 ollama:llama3.1:8b
            "#]],
        );
        check(
            modelfile,
            "FROM llama3.1:8b\nADAPTER ./lora.gguf\nPARAMETER x 1\n",
            expect![[r#"
                1 ollama:llama3.1:8b
                2 ./lora.gguf
            "#]],
        );
        check(
            modelfile,
            "FROM hf.co/acme/sage:Q4_K_M\n",
            expect![[r#"
            1 hf.co/acme/sage:Q4_K_M
        "#]],
        );
    }
}
