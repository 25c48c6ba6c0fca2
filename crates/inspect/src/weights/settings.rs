//! What the settings beside weights say of them: tied embeddings, quantisation.

use crate::caps;
use crate::inspector::PartInput;
use crate::json::{self, Kind, member, natural, object_at, unquote};
use candor_facts::read_all;
use std::collections::BTreeMap;

/// The settings of one folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Output embeddings are the input embeddings.
    pub(crate) tied: bool,
    /// The weights were quantised after training.
    pub(crate) quantised: bool,
    /// Experts of each layer, and how many of them a token uses.
    pub(crate) experts: Option<(u64, u64)>,
    /// 12 × layers × width × longest input.
    pub(crate) attention: Option<u64>,
}

/// The settings of the folders of a part, each read once.
#[derive(Default)]
pub(crate) struct Settings(BTreeMap<String, Folder>);

impl Settings {
    /// The settings of a folder. What cannot be read says nothing here; the configuration reader records the gap.
    pub(crate) fn of(&mut self, at: &PartInput<'_>, folder: &str) -> Folder {
        if let Some(known) = self.0.get(folder) {
            return *known;
        }
        let read = read(at, folder);
        self.0.insert(folder.to_owned(), read);
        read
    }
}

fn read(at: &PartInput<'_>, folder: &str) -> Folder {
    let path = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let mut settings = Folder::default();
    for name in ["quantize_config.json", "quant_config.json", "quantization_config.json"] {
        settings.quantised |= at.part.listing.get(&path(name)).is_some();
    }
    let Some(artifact) = at.part.listing.get(&path("config.json")) else { return settings };
    let Ok(bytes) = at.open(artifact) else { return settings };
    let Ok(Some(text)) = read_all(&*bytes, caps::CONFIG) else { return settings };
    let Ok(members) = json::object(&text) else { return settings };
    let inner = member(&members, "text_config").map(|inner| object_at(&text, &inner.value)).unwrap_or_default();
    let number = |keys: &[&str]| {
        let found =
            [&members, &inner].into_iter().find_map(|members| keys.iter().find_map(|key| member(members, key)))?;
        natural(&text, &found.value).filter(|_| found.kind == Kind::Number)
    };
    let experts = number(&["num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"]);
    let used = number(&["num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_top_k"]);
    settings.experts = experts.zip(used);
    let geometry = [
        number(&["num_hidden_layers", "n_layer", "n_layers", "num_layers"]),
        number(&["hidden_size", "n_embd", "d_model", "dim"]),
        number(&["max_position_embeddings", "n_positions", "max_sequence_length", "n_ctx"]),
    ];
    settings.attention = geometry.into_iter().try_fold(12u64, |product, factor| product.checked_mul(factor?));
    let ties = [&members, &inner].into_iter().filter_map(|members| member(members, "tie_word_embeddings"));
    settings.tied = ties.into_iter().any(|tie| tie.kind == Kind::True);
    if let Some(quantisation) = member(&members, "quantization_config") {
        let inside = object_at(&text, &quantisation.value);
        let method = member(&inside, "quant_method").map(|method| unquote(&text, &method.value).to_ascii_lowercase());
        // Some models are trained at a low precision and published as they are: that is no variant.
        let native = matches!(method.as_deref(), Some("fp8" | "mxfp4" | "bitnet"));
        settings.quantised |= quantisation.kind == Kind::ObjectStart && !native;
    }
    settings
}
