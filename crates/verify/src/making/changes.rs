//! What people do to weights, and what `diff` and `lineage` must say of each; and models that are not related.

use super::{Made, Memory, Random, gguf, pytorch, safetensors};
use candor_inspect::tensors::Dtype;

/// A change that derives a model.
pub struct Change {
    /// What was done.
    pub name: &'static str,
    /// What `diff` must call most of the matrices that changed; `equal` where none did.
    pub diff: &'static str,
    /// What `lineage` must call the whole.
    pub lineage: &'static str,
    /// What came out.
    pub made: fn(&[Made], &[Made]) -> Memory,
}

/// Words of `lineage` that tell of a derivation.
pub const LINEAGES: &[&str] = &[
    "identical", "cast", "quantisation", "pruning", "lora-merge", "permuted", "fine-tune", "continued-training",
    "merge",
];

fn stored(tensors: &[Made]) -> Memory {
    Memory::one("model.safetensors", safetensors(tensors, Dtype::F32))
}

fn each(tensors: &[Made], seed: u64, change: impl Fn(&mut [f32], (usize, usize), &mut Random)) -> Memory {
    let mut random = Random::new(seed);
    let mut out = tensors.to_vec();
    for one in &mut out {
        if let Some(shape) = one.matrix() {
            change(&mut one.values, shape, &mut random);
        }
    }
    stored(&out)
}

fn spread(values: &[f32]) -> f32 {
    (values.iter().map(|value| value * value).sum::<f32>() / values.len() as f32).sqrt()
}

fn noise(tensors: &[Made], share: f32) -> Memory {
    each(tensors, 7, |values, _, random| {
        let size = spread(values) * share;
        values.iter_mut().for_each(|value| *value += random.normal() * size);
    })
}

fn rounded(tensors: &[Made], levels: f32, group: usize) -> Memory {
    each(tensors, 0, |values, _, _| {
        for block in values.chunks_mut(group) {
            let scale = block.iter().fold(0f32, |most, value| most.max(value.abs())) / levels;
            block.iter_mut().for_each(|value| *value = (*value / scale).round() * scale);
        }
    })
}

fn lora(tensors: &[Made], rank: usize, dtype: Dtype) -> Memory {
    let mut random = Random::new(11);
    let mut out = tensors.to_vec();
    // Attention alone, as is common; without such names, every matrix.
    let attention =
        |one: &Made| ["q_proj", "v_proj", "self.query", "self.value"].iter().any(|word| one.name.contains(word));
    for one in out.iter_mut().filter(|one| attention(one)) {
        let Some((rows, columns)) = one.matrix() else { continue };
        let size = (spread(&one.values) * 0.1 / (rank as f32).sqrt()).sqrt();
        let mut factor = |count: usize| -> Vec<f32> { (0..count).map(|_| random.normal() * size).collect() };
        let (left, right) = (factor(rows * rank), factor(rank * columns));
        for row in 0..rows {
            for column in 0..columns {
                let more: f32 = (0..rank).map(|at| left[row * rank + at] * right[at * columns + column]).sum();
                one.values[row * columns + column] += more;
            }
        }
    }
    Memory::one("model.safetensors", safetensors(&out, dtype))
}

/// Prune the smallest elements of each matrix.
fn pruned(tensors: &[Made], share: f64) -> Memory {
    each(tensors, 0, |values, _, _| {
        let mut sizes: Vec<f32> = values.iter().map(|value| value.abs()).collect();
        sizes.sort_by(f32::total_cmp);
        let least = sizes[(sizes.len() as f64 * share) as usize];
        values.iter_mut().filter(|value| value.abs() < least).for_each(|value| *value = 0.0);
    })
}

/// Neurons of each MLP in another order: rows of what leads up, columns of what leads down.
fn permuted(tensors: &[Made], spoilt: f32) -> Memory {
    let mut out = tensors.to_vec();
    let mut noise = Random::new(5);
    let up = |name: &str| ["mlp.up_proj", "intermediate.dense"].iter().any(|word| name.contains(word));
    let down =
        |name: &str| name.contains("mlp.down_proj") || name.contains(".output.dense") && !name.contains("attention");
    for one in &mut out {
        let layer: u64 = one.name.split('.').find_map(|word| word.parse().ok()).unwrap_or(0);
        let size = spread(&one.values) * spoilt;
        let mut turn = |rows: usize, columns: usize, by_row: bool| {
            let order = Random::new(100 + layer).order(if by_row { rows } else { columns });
            let old = one.values.clone();
            for row in 0..rows {
                for column in 0..columns {
                    let from = if by_row { order[row] * columns + column } else { row * columns + order[column] };
                    one.values[row * columns + column] = old[from] + noise.normal() * size;
                }
            }
        };
        match (one.shape.as_slice(), up(&one.name), down(&one.name)) {
            ([rows, columns], true, _) => turn(*rows as usize, *columns as usize, true),
            ([rows], true, _) => turn(*rows as usize, 1, true),
            ([rows, columns], _, true) => turn(*rows as usize, *columns as usize, false),
            _ => {}
        }
    }
    stored(&out)
}

fn shards(tensors: &[Made]) -> Memory {
    let third = tensors.len().div_ceil(3);
    let mut files = Vec::new();
    for (number, part) in tensors.chunks(third).enumerate() {
        files.push((format!("model-{:05}-of-00003.safetensors", number + 1), safetensors(part, Dtype::F32)));
    }
    Memory::new(files)
}

fn renamed(tensors: &[Made]) -> Memory {
    let name = |(at, one): (usize, &Made)| Made { name: format!("net.part_{at}.w"), ..one.clone() };
    stored(&tensors.iter().enumerate().map(name).collect::<Vec<_>>())
}

/// Changed a little and renamed, so that neither names nor bytes tell.
fn renamed_and_tuned(tensors: &[Made]) -> Memory {
    let tuned = super::read(&noise(tensors, 0.02));
    renamed(&tuned)
}

fn halves(one: &[Made], other: &[Made]) -> Memory {
    let mut out = one.to_vec();
    for (one, other) in out.iter_mut().zip(other) {
        one.values.iter_mut().zip(&other.values).for_each(|(one, other)| *one = (*one + other) / 2.0);
    }
    stored(&out)
}

fn to(tensors: &[Made], dtype: Dtype) -> Memory {
    Memory::one("model.safetensors", safetensors(tensors, dtype))
}

/// One matrix in eight is trained further.
fn some(tensors: &[Made]) -> Memory {
    let mut out = tensors.to_vec();
    let mut random = Random::new(3);
    for one in out.iter_mut().filter(|one| one.matrix().is_some()).step_by(8) {
        let size = spread(&one.values) * 0.05;
        one.values.iter_mut().for_each(|value| *value += random.normal() * size);
    }
    stored(&out)
}

/// Few elements of each matrix are edited.
fn edited(tensors: &[Made]) -> Memory {
    each(tensors, 9, |values, _, random| {
        let size = spread(values);
        values.iter_mut().step_by(50).for_each(|value| *value += random.normal() * size);
    })
}

/// The changes.
pub fn changes() -> Vec<Change> {
    macro_rules! changes {
        ($($name:literal $diff:literal $lineage:literal $made:expr;)*) => {
            vec![$(Change { name: $name, diff: $diff, lineage: $lineage, made: $made }),*]
        };
    }
    changes! {
        "a copy" "equal" "identical" |a, _| stored(a);
        "in three shards" "equal" "identical" |a, _| shards(a);
        "tensors renamed" "equal" "identical" |a, _| renamed(a);
        "as PyTorch file" "equal" "identical" |a, _| Memory::one("pytorch_model.bin", pytorch(a, false));
        "as PyTorch file, columns first" "equal" "identical" |a, _| Memory::one("pytorch_model.bin", pytorch(a, true));
        "as GGUF, F32" "equal" "identical" |a, _| Memory::one("model.gguf", gguf(a, Dtype::F32));
        "cast to F64" "cast" "cast" |a, _| to(a, Dtype::F64);
        "cast to F16" "cast" "cast" |a, _| to(a, Dtype::F16);
        "cast to BF16" "cast" "cast" |a, _| to(a, Dtype::BF16);
        "cast to BF16 and back" "cast" "cast" |a, _| stored(&super::read(&to(a, Dtype::BF16)));
        "as GGUF, F16" "cast" "cast" |a, _| Memory::one("model.gguf", gguf(a, Dtype::F16));
        "cast to 8-bit E5M2" "cast" "cast" |a, _| to(a, Dtype::F8_E5M2);
        "as GGUF, Q8_0" "quantised" "quantisation" |a, _| Memory::one("model.gguf", gguf(a, Dtype::Q8_0));
        "as GGUF, Q4_0" "quantised" "quantisation" |a, _| Memory::one("model.gguf", gguf(a, Dtype::Q4_0));
        "8 bits a row, stored as F32" "quantised" "quantisation" |a, _| rounded_rows(a);
        "4 bits in groups of 32, stored as F32" "quantised" "quantisation" |a, _| rounded(a, 7.0, 32);
        "2 bits in groups of 32, stored as F32" "quantised" "quantisation" |a, _| rounded(a, 1.0, 32);
        "LoRA of rank 8 merged" "low-rank" "lora-merge" |a, _| lora(a, 8, Dtype::F32);
        "LoRA of rank 16 merged" "low-rank" "lora-merge" |a, _| lora(a, 16, Dtype::F32);
        "half of the elements pruned" "pruned" "pruning" |a, _| pruned(a, 0.5);
        "nine of ten elements pruned" "pruned" "pruning" |a, _| pruned(a, 0.9);
        "few elements edited" "sparse" "fine-tune" |a, _| edited(a);
        "one matrix of eight trained further" "dense" "fine-tune" |a, _| some(a);
        "noise of 1 %" "dense" "fine-tune" |a, _| noise(a, 0.01);
        "noise of 1 %, renamed" "dense" "fine-tune" |a, _| renamed_and_tuned(a);
        "noise of 50 %" "dense" "continued-training" |a, _| noise(a, 0.5);
        "noise of 100 %" "dense" "continued-training" |a, _| noise(a, 1.0);
        "mean of two models" "dense" "merge" |a, b| halves(a, b);
        "neurons permuted" "permuted" "permuted" |a, _| permuted(a, 0.0);
        "neurons permuted, noise of 5 %" "unrelated" "permuted" |a, _| permuted(a, 0.05);
    }
}

fn rounded_rows(tensors: &[Made]) -> Memory {
    each(tensors, 0, |values, (_, columns), _| {
        for row in values.chunks_mut(columns) {
            let scale = row.iter().fold(0f32, |most, value| most.max(value.abs())) / 127.0;
            row.iter_mut().for_each(|value| *value = (*value / scale).round() * scale);
        }
    })
}

/// What makes models that are not related, though they look alike in one way or another.
pub const UNRELATED: &[&str] = &[
    "every tensor's elements shuffled", "begun anew with the same deviations",
    "begun anew, deviation of each row copied",
];

/// One of them; norms stay what they were, as they would in any model.
pub fn unrelated(kind: usize, tensors: &[Made], seed: u64) -> Memory {
    each(tensors, 1000 + seed, |values, (_, columns), random| match kind {
        0 => {
            let order = random.order(values.len());
            let old = values.to_vec();
            values.iter_mut().zip(order).for_each(|(value, from)| *value = old[from]);
        }
        1 => {
            let size = spread(values);
            values.iter_mut().for_each(|value| *value = random.normal() * size);
        }
        _ => {
            for row in values.chunks_mut(columns) {
                let size = spread(row);
                row.iter_mut().for_each(|value| *value = random.normal() * size);
            }
        }
    })
}
