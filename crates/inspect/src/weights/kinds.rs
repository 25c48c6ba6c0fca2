//! What a tensor is by its name and type: a parameter, a buffer, packed, an embedding, of an expert.

use crate::tensors::Tensor;

/// Stored state that is not trained: position counters, masks, tables of frequencies.
pub(super) fn is_buffer(tensor: &Tensor) -> bool {
    let last = tensor.name.rsplit('.').next().unwrap_or_default();
    match last {
        "position_ids" | "num_batches_tracked" | "token_type_ids" => !tensor.dtype.is_float(),
        "masked_bias" | "inv_freq" => true,
        // GGUF stores factors of frequencies as weights.
        "weight" => {
            tensor.name.split('.').any(|word| matches!(word, "rope_freqs" | "rope_factors_long" | "rope_factors_short"))
        }
        // A causal mask, which some models store under the name of a bias.
        "bias" => matches!(tensor.shape.as_slice(), [1, 1, rows, columns] if rows == columns && *rows > 1),
        _ => false,
    }
}

/// Several values in one element: packed by GPTQ, AWQ, bitsandbytes, compressed-tensors, MXFP4.
pub(super) fn is_packed(tensor: &Tensor) -> bool {
    let last = tensor.name.rsplit('.').next().unwrap_or_default();
    let whole = matches!(tensor.dtype.name(), "U8" | "I8" | "I32" | "U32" | "I16");
    let four_bits = matches!(last, "absmax" | "quant_map") || last.starts_with("bitsandbytes__");
    let words = ["qweight", "weight_packed", "weight_q", "W_q"].contains(&last)
        || last.ends_with("_blocks")
        || last == "weight";
    four_bits || (whole && words && tensor.dtype.name() != "I8")
}

/// One of several experts of a layer: numbered, or all of them in one tensor.
pub(super) fn is_expert(name: &str) -> bool {
    name.split('.').any(|word| word == "experts" || word.ends_with("_exps"))
}

/// Input and output embeddings, as the libraries name them.
pub(super) fn is_embedding(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "embed_tokens.weight", "wte.weight", "word_embeddings.weight", "tok_embeddings.weight", "shared.weight",
        "embed_in.weight", "token_embd.weight", "lm_head.weight", "output.weight", "embed_out.weight",
        "cls.predictions.decoder.weight",
    ];
    ENDS.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}
