//! What a file is by its name: format, set, shard, variant, purpose.
//!
//! Names are all that a listing gives. What a name leaves open stays open: such a file is
//! [`What::Unclear`], counts as no weights, and forbids saying that there are none.

use candor_facts::ArtifactPath;
use std::ops::Range;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// Parameters of a model.
    Model,
    /// Parameters that change another model.
    Adapter,
    /// A piece that works only with a model: an embedding, a projector.
    Auxiliary,
    /// State of an optimizer.
    Optimizer,
    /// It may hold weights, or anything else.
    Unclear,
}

/// The place of a file among shards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) number: u32,
    /// How many there are, where the name says it.
    pub(crate) of: Option<u32>,
    /// Bytes of the name that are the number.
    pub(crate) digits: Range<usize>,
}

/// A file name, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) what: What,
    pub(crate) format: &'static str,
    /// What is left without extension, shard and variant.
    pub(crate) stem: String,
    /// `fp16`, `non_ema`, …; mostly empty.
    pub(crate) variant: String,
    pub(crate) shard: Option<Shard>,
    /// Whether the name tells of a lower precision.
    pub(crate) quantised: bool,
}

/// Extensions, formats, and whether the extension alone tells that it is weights.
const FORMATS: &[(&str, &str, bool)] = &[
    ("safetensors", "safetensors", true),
    ("gguf", "gguf", true),
    ("ggml", "ggml", true),
    ("pt", "pytorch", true),
    ("pth", "pytorch", true),
    ("ckpt", "pytorch", true),
    ("bin", "pytorch", false),
    ("distcp", "pytorch", true),
    ("onnx", "onnx", true),
    ("onnx_data", "onnx", true),
    ("msgpack", "msgpack", true),
    ("h5", "h5", false),
    ("hdf5", "h5", false),
    ("keras", "keras", true),
    ("tflite", "tflite", true),
    ("litertlm", "tflite", true),
    ("task", "tflite", false),
    ("pb", "tensorflow", false),
    ("npz", "npz", false),
    ("ot", "rust", true),
    ("pdparams", "paddle", true),
    ("nemo", "nemo", true),
    ("mlmodel", "coreml", true),
    ("llamafile", "gguf", true),
    ("pkl", "pickle", false),
    ("pickle", "pickle", false),
    ("joblib", "pickle", false),
    ("params", "mxnet", false),
    ("dat", "unknown", false),
    ("zip", "archive", false),
    ("tar", "archive", false),
    ("gz", "archive", false),
    ("tgz", "archive", false),
    ("zst", "archive", false),
    ("7z", "archive", false),
];

/// Words of a name that tell weights from other things, for extensions that say nothing.
const WEIGHT_WORDS: &[&str] = &[
    "model", "weight", "weights", "consolidated", "ckpt", "checkpoint", "ggml", "diffusion", "pytorch", "unet", "vae",
    "encoder", "decoder", "params", "lora", "adapter", "adapters", "openvino", "transformer", "variables", "bert",
];

const VARIANTS: &[&str] =
    &["fp16", "bf16", "fp32", "f16", "f32", "fp8", "int8", "int4", "ema", "non_ema", "non-ema", "half", "full"];

/// What a file is, by its path; `None` when it is no weight file.
pub(crate) fn classify(path: &ArtifactPath) -> Option<Name> {
    let name = path.name();
    let lower = name.to_ascii_lowercase();
    let (stem, format, tells) = format_of(&lower)?;
    let (stem, shard) = shard_of(&lower, stem);
    let (stem, variant) = match stem.rsplit_once('.') {
        Some((stem, variant)) if VARIANTS.contains(&variant) => (stem, variant),
        _ => (stem.as_str(), ""),
    };
    // The shard may also stand before the variant.
    let (stem, shard) = match shard {
        None => shard_of(&lower, stem),
        Some(shard) => (stem.to_owned(), Some(shard)),
    };
    let words: Vec<&str> = stem.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let begins = |starts: &[&str]| starts.iter().any(|start| stem.starts_with(start));
    if has(&["optimizer", "optimizers", "optimiser", "optim"]) {
        let (variant, quantised) = (String::new(), false);
        return Some(Name { what: What::Optimizer, format, stem, variant, shard, quantised });
    }
    let state = [
        "scheduler", "lr_scheduler", "rng_state", "random_states", "scaler", "loss_scaler", "training_args",
        "trainer_state", "dataloader", "imatrix",
    ];
    if begins(&state) || has(&["imatrix"]) {
        return None;
    }
    let opaque = matches!(format, "pytorch" | "pickle" | "npz" | "unknown")
        && !matches!(extension(&lower), "pt" | "pth" | "ckpt");
    if opaque
        && words.iter().any(|word| {
            ["tokenizer", "vocab", "spiece", "sentencepiece", "merges"].iter().any(|start| word.starts_with(start))
        })
    {
        return None;
    }
    let in_module = path.folder().rsplit('/').next().is_some_and(is_module);
    let what = if has(&["lora", "loha", "lokr", "dora", "locon", "lycoris", "adapter", "adapters"]) && !has(&["merged"])
    {
        What::Adapter
    } else if begins(&["learned_embeds", "mmproj"])
        || has(&["mmproj"])
        || matches!(stem.as_str(), "embeddings" | "embedding")
        || in_module
    {
        What::Auxiliary
    } else if format == "archive" {
        What::Unclear
    } else if tells {
        let data = !matches!(format, "safetensors" | "tensorflow" | "gguf" | "onnx")
            && has(&["data", "dataset", "train", "val", "batch", "cache", "samples"]);
        if data { What::Unclear } else { What::Model }
    } else if shard.as_ref().is_some_and(|shard| shard.of.is_some())
        || words.iter().any(|word| WEIGHT_WORDS.contains(word))
    {
        What::Model
    } else {
        What::Unclear
    };
    let format = if extension(&lower) == "bin" { bin_format(&words) } else { format };
    let quantised = words.iter().any(|word| is_quantisation(word)) || is_quantisation(variant);
    Some(Name { what, format, variant: variant.to_owned(), shard, quantised, stem })
}

/// The folder, or the file without its extension, that is a state on the way: `checkpoint-1000`, `step_5`.
pub(crate) fn checkpoint(path: &ArtifactPath) -> Option<&str> {
    let whole = path.as_str();
    let mut end = 0;
    for segment in whole.split('/') {
        end += segment.len();
        let is_file = end == whole.len();
        let segment = if is_file { segment.rsplit_once('.').map_or(segment, |(stem, _)| stem) } else { segment };
        if is_step(segment, is_file) {
            let cut = if is_file {
                path.folder().len() + usize::from(!path.folder().is_empty()) + segment.len()
            } else {
                end
            };
            return whole.get(..cut);
        }
        end += 1;
    }
    None
}

/// `checkpoint-1000`, `step_5`, `global_step10`, `epoch=3-step=500`, `iter_0001`; of files only those that count openly.
fn is_step(segment: &str, is_file: bool) -> bool {
    let lower = segment.to_ascii_lowercase();
    let starts = ["checkpoint", "ckpt", "global_step", "step", "iteration", "iter", "epoch"];
    starts.iter().any(|start| {
        let Some(rest) = lower.strip_prefix(start) else { return false };
        let number = rest.trim_start_matches(['-', '_', '=']);
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let after = number.get(digits..).unwrap_or_default();
        // `ckpt-00001-of-00004` counts shards, not steps.
        digits > 0
            && (after.is_empty() || after.starts_with(['-', '_', '=']))
            && !(is_file && after.starts_with("-of-"))
    })
}

/// `2_Dense` and the like: a stage of a sentence encoder that comes after the model.
fn is_module(folder: &str) -> bool {
    let Some((number, name)) = folder.split_once('_') else { return false };
    number.len() <= 2 && number.parse::<u8>().is_ok() && name.starts_with(|letter: char| letter.is_ascii_uppercase())
}

/// Several formats share the extension `bin`; the words of the name tell some of them.
fn bin_format(words: &[&str]) -> &'static str {
    let known = [
        ("ggml", "ggml"),
        ("openvino", "openvino"),
        ("pytorch", "pytorch"),
        ("adapter", "pytorch"),
        ("lora", "pytorch"),
        ("learned", "pytorch"),
    ];
    known.iter().find(|(word, _)| words.contains(word)).map_or("bin", |(_, format)| format)
}

fn extension(lower: &str) -> &str {
    lower.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn format_of(lower: &str) -> Option<(String, &'static str, bool)> {
    // TensorFlow: `model.ckpt-1000.data-00000-of-00002`; the shard is in the extension.
    if let Some((stem, rest)) = lower.split_once(".data-")
        && rest.contains("-of-")
    {
        return Some((format!("{stem}.data-{rest}"), "tensorflow", true));
    }
    let (stem, extension) = lower.rsplit_once('.')?;
    // External data of an ONNX graph: `model.onnx.data`, `model.onnx_data`.
    if let ("data", Some(stem)) = (extension, stem.strip_suffix(".onnx")) {
        return Some((stem.to_owned(), "onnx", true));
    }
    let (_, format, tells) = FORMATS.iter().find(|(known, ..)| *known == extension)?;
    Some((stem.to_owned(), format, *tells))
}

/// `model-00001-of-00005`, `consolidated.00`, `mp_rank_00_model_states`: the stem without its number.
fn shard_of(name: &str, stem: impl Into<String>) -> (String, Option<Shard>) {
    let stem: String = stem.into();
    if let Some((before, of)) = stem.rsplit_once("-of-") {
        let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (rest, number) = before.split_at(before.len() - digits);
        if let (Ok(number), Ok(of)) = (number.parse(), of.parse()) {
            let kept = rest.trim_end_matches(['-', '_', '.']);
            let kept = kept.strip_suffix(".data").unwrap_or(kept).to_owned();
            let shard = Shard { number, of: Some(of), digits: rest.len()..before.len() };
            return (kept, Some(shard));
        }
    }
    for start in ["consolidated.", "mp_rank_"] {
        let Some(rest) = name.strip_prefix(start).filter(|_| stem.starts_with(start)) else { continue };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest.get(..digits).unwrap_or_default();
        if let Ok(number) = number.parse() {
            let kept = start.trim_end_matches(['.', '_']).to_owned();
            return (kept, Some(Shard { number, of: None, digits: start.len()..start.len() + digits }));
        }
    }
    (stem, None)
}

fn is_quantisation(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "gptq", "awq", "bnb", "bnb4", "exl2", "exl3", "quantized", "quantised", "quant", "int4", "int8", "uint8",
        "qint8", "nf4", "fp4", "nvfp4", "q4f16", "w4a16", "w8a8", "w8a16", "w4a8", "tq1", "tq2",
    ];
    let word = word.trim_start_matches('i');
    let bits = |rest: &str| rest.len() == 1 && rest.bytes().all(|digit| (b'1'..=b'8').contains(&digit));
    WORDS.contains(&word)
        || WORDS.contains(&format!("i{word}").as_str())
        || word.strip_prefix('q').is_some_and(bits)
        || word.strip_suffix("bit").is_some_and(bits)
}

#[cfg(test)]
mod tests;
