//! Which tensors of two models belong together: by name, by what the name means, by content, by likeness.

use crate::buffer::Buffer;
use crate::caps;
use crate::values::is_understood;
use crate::weights::{Placed, Room, Weights};
use crate::work;
use std::collections::BTreeMap;

/// How two tensors were found to belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// They have one name.
    Name,
    /// Their names mean the same place of a model.
    Meaning,
    /// They have the same bytes.
    Content,
    /// A sample of their numbers is alike, and of no others so much.
    Likeness,
}

impl How {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Meaning => "meaning",
            Self::Content => "content",
            Self::Likeness => "likeness",
        }
    }
}

/// The pairs, in the order of A, and what has no partner on either side; all by number.
pub(super) struct Found {
    pub(super) pairs: Vec<(usize, usize, How)>,
    pub(super) alone: [Vec<usize>; 2],
}

pub(super) fn find(a: &Weights<'_>, b: &Weights<'_>, threads: usize) -> Found {
    let mut state = State {
        partner: vec![None; a.tensors.len()],
        taken: vec![false; b.tensors.len()],
        a: &a.tensors,
        b: &b.tensors,
    };
    state.by_key(How::Name, |one| Some(one.name.clone()));
    state.by_key(How::Meaning, |one| Some(format!("{:?} {:?}", meaning(&one.name)?, one.tensor.shape)));
    state.by_key(How::Meaning, |one| Some(format!("{} {:?}", bare(&one.name), one.tensor.shape)));
    state.by_content(a, b, threads);
    state.by_likeness(a, b, threads);
    let State { partner, taken, .. } = state;
    let pairs = partner.iter().enumerate().filter_map(|(x, partner)| partner.map(|(y, how)| (x, y, how))).collect();
    let lonely = partner.iter().enumerate().filter(|(_, partner)| partner.is_none()).map(|(at, _)| at).collect();
    let new = taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(at, _)| at).collect();
    Found { pairs, alone: [lonely, new] }
}

struct State<'w> {
    partner: Vec<Option<(usize, How)>>,
    taken: Vec<bool>,
    a: &'w [Placed],
    b: &'w [Placed],
}

impl State<'_> {
    fn join(&mut self, x: usize, y: usize, how: How) {
        if let (Some(partner), Some(taken)) = (self.partner.get_mut(x), self.taken.get_mut(y))
            && partner.is_none()
            && !*taken
        {
            (*partner, *taken) = (Some((y, how)), true);
        }
    }

    fn left(&self) -> [Vec<usize>; 2] {
        let a = self.partner.iter().enumerate().filter(|(_, partner)| partner.is_none()).map(|(at, _)| at);
        let b = self.taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(at, _)| at);
        [a.collect(), b.collect()]
    }

    /// Join what has the same key, where it is the key of one tensor on each side.
    fn by_key(&mut self, how: How, key: impl Fn(&Placed) -> Option<String>) {
        let [left, right] = self.left();
        let by = |all: &[Placed], left: &[usize]| {
            let mut keys: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for at in left {
                if let Some(key) = all.get(*at).and_then(&key) {
                    keys.entry(key).or_default().push(*at);
                }
            }
            keys
        };
        let (ours, theirs) = (by(self.a, &left), by(self.b, &right));
        for (key, x) in ours {
            if let ([x], Some([y])) = (x.as_slice(), theirs.get(&key).map(Vec::as_slice)) {
                self.join(*x, *y, how);
            }
        }
    }

    fn by_content(&mut self, a: &Weights<'_>, b: &Weights<'_>, threads: usize) {
        let [left, right] = self.left();
        if left.is_empty() || right.is_empty() {
            return;
        }
        let hashes = |weights: &Weights<'_>, left: &[usize]| {
            let results = work::map(left, threads, |at| weights.tensors.get(*at).and_then(|one| digest(weights, one)));
            let mut by: BTreeMap<([u8; 32], String), Vec<usize>> = BTreeMap::new();
            for (at, hash) in left.iter().zip(results) {
                if let (Some(hash), Some(one)) = (hash, weights.tensors.get(*at)) {
                    by.entry((hash, format!("{} {:?}", one.tensor.dtype.name(), one.tensor.shape)))
                        .or_default()
                        .push(*at);
                }
            }
            by
        };
        let (ours, theirs) = (hashes(a, &left), hashes(b, &right));
        for (key, x) in ours {
            for (x, y) in x.iter().zip(theirs.get(&key).into_iter().flatten()) {
                self.join(*x, *y, How::Content);
            }
        }
    }

    fn by_likeness(&mut self, a: &Weights<'_>, b: &Weights<'_>, threads: usize) {
        /// Least cosine of the samples.
        const LEAST: f64 = 0.5;
        let [left, right] = self.left();
        if left.is_empty() || right.is_empty() || left.len().max(right.len()) > caps::STRANGERS {
            return;
        }
        let samples = |weights: &Weights<'_>, left: &[usize]| {
            work::map(left, threads, |at| weights.tensors.get(*at).and_then(|one| sample(weights, one)))
        };
        let (ours, theirs) = (samples(a, &left), samples(b, &right));
        let mut likely = Vec::new();
        for (x, one) in left.iter().zip(&ours) {
            for (y, other) in right.iter().zip(&theirs) {
                let shapes = (self.a.get(*x).map(|one| &one.tensor.shape), self.b.get(*y).map(|one| &one.tensor.shape));
                if let (Some(one), Some(other), true) = (one, other, shapes.0 == shapes.1) {
                    let cosine: f64 = one.iter().zip(other).map(|(x, y)| x * y).sum();
                    if cosine >= LEAST {
                        likely.push((cosine, *x, *y));
                    }
                }
            }
        }
        likely.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)).then(one.2.cmp(&other.2)));
        for (_, x, y) in likely {
            self.join(x, y, How::Likeness);
        }
    }
}

fn digest(weights: &Weights<'_>, one: &Placed) -> Option<[u8; 32]> {
    let range = one.tensor.data.bytes.clone().filter(|_| one.tensor.data.strides().is_none())?;
    let (mut hasher, mut buffer, mut at) = (blake3::Hasher::new(), Buffer::default(), range.start);
    while at < range.end {
        let end = range.end.min(at + caps::PIECE as u64);
        weights.bytes(one, at..end, &mut buffer).ok()?;
        hasher.update(&buffer);
        at = end;
    }
    Some(*hasher.finalize().as_bytes())
}

/// The first numbers of a tensor, without their mean, of length one; `None` of what is small or constant.
fn sample(weights: &Weights<'_>, one: &Placed) -> Option<Vec<f64>> {
    let (tensor, count) = (&one.tensor, one.tensor.elements.min(4096) / 256 * 256);
    if count < 512 || tensor.shape.len() < 2 || !is_understood(tensor.dtype, tensor.data.big_endian) {
        return None;
    }
    let mut room = Room::default();
    weights.values(one, 0..count, &mut room).ok()?;
    let mean = room.values.iter().sum::<f64>() / count as f64;
    let length = room.values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>().sqrt();
    (length > 0.0 && length.is_finite()).then(|| room.values.iter().map(|value| (value - mean) / length).collect())
}

/// Places of a model under the names that formats and architectures give them; the first is that of GGUF.
const PLACES: &[&[&str]] = &[
    &["token_embd", "embed_tokens", "word_embeddings", "wte", "tok_embeddings"],
    &["position_embd", "position_embeddings", "wpe"],
    &["token_types", "token_type_embeddings"],
    &["token_embd_norm", "embeddings.LayerNorm", "word_embeddings_layernorm"],
    &["output_norm", "norm", "ln_f", "final_layernorm", "final_layer_norm"],
    &["output", "lm_head", "embed_out"],
    &["attn_q", "self_attn.q_proj", "attention.self.query", "attention.wq"],
    &["attn_k", "self_attn.k_proj", "attention.self.key", "attention.wk"],
    &["attn_v", "self_attn.v_proj", "attention.self.value", "attention.wv"],
    &["attn_qkv", "attn.c_attn", "attention.query_key_value", "self_attention.query_key_value"],
    &["attn_output", "self_attn.o_proj", "attention.output.dense", "attention.wo", "attn.c_proj", "attention.dense"],
    &["attn_norm", "input_layernorm", "attention_norm", "ln_1"],
    &["attn_output_norm", "attention.output.LayerNorm"],
    &["ffn_norm", "post_attention_layernorm", "ln_2"],
    &["ffn_gate", "mlp.gate_proj", "feed_forward.w1"],
    &["ffn_up", "mlp.up_proj", "intermediate.dense", "feed_forward.w3", "mlp.c_fc", "mlp.dense_h_to_4h"],
    &["ffn_down", "mlp.down_proj", "output.dense", "feed_forward.w2", "mlp.c_proj", "mlp.dense_4h_to_h"],
    &["layer_output_norm", "output.LayerNorm"],
];

/// Layer, place and last word of a name, where the place is known.
fn meaning(name: &str) -> Option<(Option<u32>, &'static str, &str)> {
    let (stem, last) = name.rsplit_once('.')?;
    let segments: Vec<&str> = stem.split('.').collect();
    let layer = segments.iter().enumerate().skip(1).find_map(|(at, segment)| Some((at, segment.parse::<u32>().ok()?)));
    let (number, rest) = match layer {
        Some((at, number)) => (Some(number), segments.get(at + 1..)?.join(".")),
        None => (None, segments.join(".")),
    };
    let fits = |known: &str| {
        // What stands before the place of a tensor that belongs to no layer is the name of the model.
        rest == known || number.is_none() && rest.strip_suffix(known).is_some_and(|before| before.ends_with('.'))
    };
    let mut matching: Vec<(&'static str, usize)> = Vec::new();
    for place in PLACES {
        let longest = place.iter().filter(|known| fits(known)).map(|known| known.len()).max();
        if let (Some(longest), Some(first)) = (longest, place.first()) {
            matching.push((first, longest));
        }
    }
    matching.into_iter().max_by_key(|(_, length)| *length).map(|(place, _)| (number, place, last))
}

/// A name without what wrappers put before it.
fn bare(name: &str) -> &str {
    const WRAPPERS: &[&str] = &[
        "model.", "module.", "bert.", "roberta.", "transformer.", "encoder_model.", "base_model.model.",
        "0.auto_model.", "auto_model.", "language_model.", "_orig_mod.", "state_dict.", "gpt_neox.",
    ];
    let mut bare = name;
    while let Some(rest) = WRAPPERS.iter().find_map(|wrapper| bare.strip_prefix(wrapper)) {
        bare = rest;
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_the_same() {
        for (one, other, same) in [
            ("blk.3.attn_q.weight", "model.layers.3.self_attn.q_proj.weight", true),
            ("blk.3.ffn_down.bias", "encoder.layer.3.output.dense.bias", true),
            ("blk.3.attn_output.weight", "encoder.layer.3.attention.output.dense.weight", true),
            ("token_embd.weight", "model.embed_tokens.weight", true),
            ("token_embd_norm.weight", "bert.embeddings.LayerNorm.weight", true),
            ("output_norm.weight", "model.norm.weight", true),
            ("blk.3.attn_q.weight", "model.layers.4.self_attn.q_proj.weight", false),
            ("blk.3.attn_q.weight", "model.layers.3.self_attn.q_proj.bias", false),
        ] {
            assert!(meaning(one).is_some() && meaning(other).is_some(), "{one} {other}");
            assert_eq!(meaning(one) == meaning(other), same, "{one} {other}");
        }
        assert_eq!(meaning("pooler.dense.weight"), None);
        assert_eq!(bare("model.module.x.weight"), "x.weight");
    }
}
