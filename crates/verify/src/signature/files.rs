//! What a file is to a model, as far as integrity cares: is it loaded when the model runs, or read by people?

/// Endings of what is loaded or run: weights, code, templates.
const LOADED: &[&str] = &[
    // Weights.
    "safetensors", "gguf", "ggml", "bin", "pt", "pth", "ckpt", "onnx", "onnx_data", "h5", "hdf5", "keras", "msgpack",
    "tflite", "npz", "npy", "nemo", "pkl", "pickle", "joblib", "pdparams", "pb", "mar", "engine", "mlmodel", "zip",
    "7z", "tar", "gz", // Code.
    "py", "pyc", "pyd", "so", "dll", "dylib", "exe", "sh", "bash", "bat", "ps1", "js", "mjs", "wasm", "lua", "jar",
    "cu", "ptx", "metallib", "rs", "c", "cpp", "cc", // What decides how the two are used.
    "json", "jsonl", "yaml", "yml", "toml", "cfg", "ini", "jinja", "jinja2", "j2", "model", "spm", "tiktoken", "vocab",
    "merges",
];
/// Texts that loaders read in spite of their ending.
const LOADED_TEXTS: &[&str] = &[
    "vocab", "merges", "bpe", "spiece", "tokens", "token", "labels", "classes", "requirements", "stopwords", "prompt",
    "template",
];
/// Endings of what only people read.
const FOR_PEOPLE: &[&str] = &["txt", "md", "rst", "log", "pdf", "png", "jpg", "jpeg", "svg", "gif"];
/// Files without content that keep a folder.
const PLACEHOLDERS: &[&str] = &[".gitkeep", ".keep", ".placeholder", ".nojekyll"];

/// Whether a program that runs the model may read or execute it. Rather too often yes.
pub(crate) fn is_loaded(path: &str) -> bool {
    let name = name(path);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name.as_str(), ""));
    let text = ending == "txt" && LOADED_TEXTS.iter().any(|word| stem.split(['_', '-', '.']).any(|part| part == *word));
    text || LOADED.contains(&ending) && !name.starts_with("readme")
}

/// Whether an empty file of this name changes nothing for anyone.
pub(crate) fn is_inert_when_empty(path: &str) -> bool {
    let name = name(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    PLACEHOLDERS.contains(&name.as_str())
        || FOR_PEOPLE.contains(&ending) && !is_loaded(path) && important(path).is_none()
}

/// What a reader wants to know signed: the card, or the licence.
pub(crate) fn important(path: &str) -> Option<&'static str> {
    let name = name(path);
    let starts = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    if starts(&["license", "licence", "copying", "use_policy", "use-policy", "notice", "unlicense"]) {
        Some("licence")
    } else if starts(&["readme", "model_card", "model-card", "modelcard"]) {
        Some("card")
    } else {
        None
    }
}

/// What version control and the hub client keep for themselves beside a model; no loader reads it.
pub(crate) fn is_bookkeeping(path: &str) -> bool {
    let name = name(path);
    path.starts_with(".cache/huggingface/")
        && (name.ends_with(".metadata")
            || name.ends_with(".lock")
            || matches!(name.as_str(), ".gitignore" | "cachedir.tag"))
}

fn name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_by_name() {
        for (path, loaded, inert, word) in [
            ("README.md", false, false, Some("card")),
            ("docs/LICENSE", false, false, Some("licence")),
            ("LICENSE.txt", false, false, Some("licence")),
            ("model.safetensors", true, false, None),
            ("pkg/__init__.py", true, false, None),
            ("vocab.txt", true, false, None),
            ("sub/bert_vocab.txt", true, false, None),
            ("notes.txt", false, true, None),
            ("img/plot.PNG", false, true, None),
            (".gitkeep", false, true, None),
            ("config.json", true, false, None),
            ("chat_template.jinja", true, false, None),
            ("no_ending", false, false, None),
        ] {
            assert_eq!((is_loaded(path), is_inert_when_empty(path), important(path)), (loaded, inert, word), "{path}");
        }
        assert!(is_bookkeeping(".cache/huggingface/download/a/b.bin.metadata"));
        assert!(!is_bookkeeping(".cache/huggingface/evil.py") && !is_bookkeeping("x/.cache/huggingface/a.lock"));
    }
}
