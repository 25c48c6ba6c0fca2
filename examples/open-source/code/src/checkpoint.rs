//! What a run leaves behind: weights, state of the optimiser, and the files beside them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::optimizer::Optimizer;
use crate::params::Parameters;
use crate::recipe::{Recipe, Sizes};
use crate::safetensors::Contents;
use crate::vocab::{self, TokenizerFile};

/// Architecture and sizes, in the layout of `config.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelConfig {
    architectures: Vec<String>,
    model_type: String,
    vocab_size: usize,
    embedding_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    hidden_act: String,
    dropout: f32,
    max_position_embeddings: usize,
    bos_token_id: usize,
    eos_token_id: usize,
    tie_word_embeddings: bool,
    torch_dtype: String,
    dtype: String,
}

impl ModelConfig {
    fn new(recipe: &Recipe) -> Self {
        Self {
            architectures: vec!["SproutForCausalLM".to_owned()],
            model_type: "sprout".to_owned(),
            vocab_size: vocab::SIZE,
            embedding_size: recipe.model.embedding_size,
            hidden_size: recipe.model.hidden_size,
            num_hidden_layers: 1,
            hidden_act: "tanh".to_owned(),
            dropout: recipe.training.dropout,
            max_position_embeddings: recipe.data.longest_line + 1,
            bos_token_id: vocab::END,
            eos_token_id: vocab::END,
            tie_word_embeddings: false,
            torch_dtype: "float32".to_owned(),
            dtype: "float32".to_owned(),
        }
    }
}

#[derive(Serialize)]
struct GenerationConfig {
    do_sample: bool,
    temperature: f32,
    max_new_tokens: usize,
    bos_token_id: usize,
    eos_token_id: usize,
}

#[derive(Serialize)]
struct TokenizerConfig {
    tokenizer_class: &'static str,
    bos_token: &'static str,
    eos_token: &'static str,
    add_bos_token: bool,
    clean_up_tokenization_spaces: bool,
    model_max_length: usize,
}

/// Writes a value as JSON, with a line end.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

fn metadata(recipe: &Recipe, step: u64) -> BTreeMap<String, String> {
    let pairs = [
        ("format", "pt".to_owned()),
        ("license", "Apache-2.0".to_owned()),
        ("name", recipe.name.clone()),
        ("producer", concat!("sprout-trainer ", env!("CARGO_PKG_VERSION")).to_owned()),
        ("seed", recipe.training.seed.to_string()),
        ("step", step.to_string()),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Writes weights alone.
pub fn write_weights(path: &Path, params: &Parameters, recipe: &Recipe, step: u64) -> Result<()> {
    let mut contents = Contents { metadata: metadata(recipe, step), ..Contents::default() };
    contents.insert("", params);
    contents.write(path)
}

/// Reads the weights that stand in a model folder beside their `config.json`.
pub fn read_model(folder: &Path) -> Result<Parameters> {
    let path = folder.join("config.json");
    let text = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let config: ModelConfig = serde_json::from_slice(&text).with_context(|| format!("in {}", path.display()))?;
    let sizes = Sizes { embedding_size: config.embedding_size, hidden_size: config.hidden_size };
    let mut params = Parameters::zeros(sizes);
    Contents::read(&folder.join("model.safetensors"))?.fill("", &mut params)?;
    Ok(params)
}

/// Writes the files that make a folder a model: configuration, tokenizer, settings of generation.
pub fn write_settings(folder: &Path, recipe: &Recipe) -> Result<()> {
    let longest = recipe.data.longest_line + 1;
    write_json(&folder.join("config.json"), &ModelConfig::new(recipe))?;
    write_json(&folder.join("tokenizer.json"), &TokenizerFile::new())?;
    let generation = GenerationConfig {
        do_sample: true,
        temperature: recipe.evaluation.temperature,
        max_new_tokens: longest,
        bos_token_id: vocab::END,
        eos_token_id: vocab::END,
    };
    write_json(&folder.join("generation_config.json"), &generation)?;
    let tokenizer = TokenizerConfig {
        tokenizer_class: "PreTrainedTokenizerFast",
        bos_token: vocab::END_TEXT,
        eos_token: vocab::END_TEXT,
        add_bos_token: true,
        clean_up_tokenization_spaces: false,
        model_max_length: longest,
    };
    write_json(&folder.join("tokenizer_config.json"), &tokenizer)
}

/// The folder of the checkpoint after `step` updates.
pub fn checkpoint_folder(out: &Path, step: u64) -> PathBuf {
    out.join("checkpoints").join(format!("step-{step:05}"))
}

/// Writes weights and optimiser so that the run can be taken up from here.
pub fn write_checkpoint(out: &Path, params: &Parameters, optimizer: &Optimizer, recipe: &Recipe) -> Result<()> {
    let folder = checkpoint_folder(out, optimizer.steps);
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    write_weights(&folder.join("model.safetensors"), params, recipe, optimizer.steps)?;
    let mut contents = Contents { metadata: metadata(recipe, optimizer.steps), ..Contents::default() };
    contents.insert("first_moment.", &optimizer.first);
    contents.insert("second_moment.", &optimizer.second);
    contents.write(&folder.join("optimizer.safetensors"))
}

/// Reads a checkpoint.
pub fn read_checkpoint(folder: &Path, sizes: Sizes) -> Result<(Parameters, Optimizer)> {
    let mut params = Parameters::zeros(sizes);
    Contents::read(&folder.join("model.safetensors"))?.fill("", &mut params)?;
    let contents = Contents::read(&folder.join("optimizer.safetensors"))?;
    let mut optimizer = Optimizer::new(&params);
    contents.fill("first_moment.", &mut optimizer.first)?;
    contents.fill("second_moment.", &mut optimizer.second)?;
    let step = contents.metadata.get("step").context("the checkpoint does not say its step")?;
    optimizer.steps = step.parse().context("the step of the checkpoint is no number")?;
    Ok((params, optimizer))
}
