//! Is this model derived from that one, as far as weights show?
//!
//! What counts: matrices that are the same, or whose centred cosine is far beyond chance, or neurons that pair up the
//! same way by what leads into them and by what leads out. What weights do not show is distillation, and who came
//! first: the direction follows from statements alone. The thresholds are ours; [`FALSE_POSITIVES`] tells what they cost.

mod declared;
mod merge;
mod neurons;

pub use declared::{Declared, declared};
pub use merge::Merge;
pub use neurons::Neurons;

use crate::buffer::Buffer;
use crate::caps;
use crate::diff::{self, Diff, Kind, Pair, TensorDiff, Unread};
use crate::weights::{Placed, Room, Weights};
use crate::work::Progress;
use candor_facts::{Digest, Sha256Writer, Tree};
use candor_inspect::tensors::Dtype;
use std::ops::Range;

/// How often unrelated models are called related, by the thresholds and by trial.
pub const FALSE_POSITIVES: &str = "a chance of at most 1e-9 by the null model; none in 300 unrelated pairs, so below 1 % \
                                   with 95 % confidence";

/// Least centred cosine of a matrix that counts. Unrelated models stay below 0.01.
const LEAST_COSINE: f64 = 0.05;
/// Least number of standard deviations of chance.
const LEAST_DEVIATIONS: f64 = 8.0;
/// Least share of the matrices that must be alike, one in so many.
const SHARE: usize = 10;
/// Largest chance of neurons that pair up by accident.
const NEURON_CHANCE: f64 = 1e-9;
/// Smallest matrix that tells anything. Elements.
const SMALLEST: u64 = 1024;

/// Whether one model is derived from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The weights are related.
    Related,
    /// No trace of the other in the weights.
    Independent,
    /// Nothing could be compared, or too little.
    Unknown,
}

impl Answer {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::Independent => "independent",
            Self::Unknown => "unknown",
        }
    }
}

/// What one parent has to do with the child.
#[derive(Clone, Debug)]
pub struct Parent {
    /// The answer.
    pub answer: Answer,
    /// What was done: `identical`, `cast`, `quantisation`, `pruning`, `lora-merge`, `permuted`, `fine-tune`,
    /// `continued-training`, `merge`; `independent`; `unknown`.
    pub kind: &'static str,
    /// Matrices of one shape on both sides, those that are the same, and those that are alike.
    pub matrices: [usize; 3],
    /// Median of the centred cosines of the matrices.
    pub cosine: Option<f64>,
    /// Median of the relative sizes of the changes.
    pub relative: Option<f64>,
    /// Largest rank of a change, where the changes are of low rank.
    pub rank: Option<u32>,
    /// Share of the elements that became zero.
    pub zeroed: Option<f64>,
    /// Neurons that pair up, where matrices are not alike as they stand.
    pub neurons: Option<Neurons>,
    /// What the child and the parent say of each other.
    pub declared: Declared,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// A matrix of the child that was compared: of those that are alike where the models are related, the smallest.
    pub shown: Option<Shown>,
}

/// A tensor with the bytes that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The file.
    pub path: String,
    /// Its name.
    pub tensor: String,
    /// Where it stands in the file.
    pub bytes: Range<u64>,
    /// SHA-256 of these bytes.
    pub digest: Digest,
}

/// The whole.
#[derive(Clone, Debug)]
pub struct Lineage {
    /// In the order asked for.
    pub parents: Vec<Parent>,
    /// The shares of two parents, where the child is a mixture of them.
    pub merge: Option<Merge>,
}

/// A model with the name that others know it by.
pub struct Named<'t> {
    /// Its folder.
    pub tree: &'t dyn Tree,
    /// What it is called: a folder, `owner/name`.
    pub name: String,
}

/// Look for the parents of a model.
pub fn lineage(child: &Named<'_>, parents: &[Named<'_>], threads: usize, progress: Progress<'_>) -> Lineage {
    let own = Weights::open(child.tree);
    let others: Vec<Weights<'_>> = parents.iter().map(|parent| Weights::open(parent.tree)).collect();
    let mut found = Lineage { parents: Vec::new(), merge: None };
    for (parent, weights) in parents.iter().zip(&others) {
        let diff = diff::weights(weights, &own, threads, progress);
        found.parents.push(judge(weights, &own, &diff, declared::declared(child, parent), threads));
    }
    let related: Vec<usize> = (0..others.len())
        .filter(|at| found.parents.get(*at).is_some_and(|parent| parent.answer == Answer::Related))
        .collect();
    for (number, first) in related.iter().enumerate() {
        for second in related.iter().skip(number + 1) {
            let (Some(one), Some(other)) = (others.get(*first), others.get(*second)) else { continue };
            if found.merge.is_none()
                && let Some(shares) = merge::shares(&own, one, other)
            {
                found.merge = Some(Merge { parents: [*first, *second], shares });
            }
        }
    }
    if let Some(merge) = &found.merge {
        for at in merge.parents {
            if let Some(parent) = found.parents.get_mut(at) {
                parent.kind = "merge";
            }
        }
    }
    found
}

/// A pair that can tell something, and whether it does.
struct Telling<'d> {
    tensor: &'d TensorDiff,
    alike: bool,
}

fn judge(parent: &Weights<'_>, child: &Weights<'_>, diff: &Diff, declared: Declared, threads: usize) -> Parent {
    let find = |weights: &Weights<'_>, name: &str| {
        weights
            .tensors
            .binary_search_by(|one| one.name.as_str().cmp(name))
            .ok()
            .and_then(|at| weights.tensors.get(at).cloned())
    };
    let mut telling = Vec::new();
    for tensor in diff.tensors.iter().filter(|tensor| tells(tensor)) {
        let [a, b] = &tensor.names;
        let Some(placed) = find(parent, a).filter(|_| find(child, b).is_some()) else { continue };
        let alike = match (&tensor.kind, &tensor.numbers) {
            (Kind::Equal, None) => varied(parent, &placed),
            (Kind::Permuted { .. }, _) => varied(parent, &placed),
            (_, Some(numbers)) => {
                let cosine = numbers.centred.unwrap_or(0.0);
                cosine >= LEAST_COSINE && cosine * (numbers.changed.1 as f64).sqrt() >= LEAST_DEVIATIONS
            }
            _ => continue,
        };
        telling.push(Telling { tensor, alike });
    }
    let alike = telling.iter().filter(|one| one.alike).count();
    let same = telling.iter().filter(|one| one.alike && one.tensor.kind.is_equal()).count();
    let cosines = telling.iter().map(|one| match &one.tensor.numbers {
        Some(numbers) => numbers.centred.unwrap_or(0.0),
        None => 1.0,
    });
    let changed = || telling.iter().filter(|one| one.alike).filter_map(|one| one.tensor.numbers.as_ref());
    let enough = alike >= 1 && alike * SHARE >= telling.len();
    let far: Vec<&TensorDiff> = telling
        .iter()
        .filter(|one| !one.alike && one.tensor.dtypes.iter().all(|one| is_float(one)))
        .map(|one| one.tensor)
        .collect();
    let neurons = if far.is_empty() { None } else { neurons::pair_up(parent, child, &far, threads) };
    let paired = neurons.as_ref().is_some_and(|neurons| neurons.chance <= NEURON_CHANCE);
    let answer = match (telling.is_empty(), enough || paired) {
        (true, _) => Answer::Unknown,
        (_, true) => Answer::Related,
        // What could not be read may be what is related.
        _ if !diff.is_whole() => Answer::Unknown,
        _ => Answer::Independent,
    };
    let (zeroed, all) = changed().fold((0u64, 0u64), |(zeroed, all), one| (zeroed + one.zeroed, all + one.changed.1));
    let ranks = telling.iter().filter_map(|one| match one.tensor.kind {
        Kind::LowRank { rank } => Some(rank),
        _ => None,
    });
    let relative = median(changed().map(|one| one.relative).collect());
    let kind = match answer {
        Answer::Unknown => "unknown",
        Answer::Independent => "independent",
        Answer::Related => kind(diff, &telling, paired, relative),
    };
    let related = answer == Answer::Related && alike > 0;
    let compared = telling.iter().filter(|one| one.alike || !related);
    let smallest = compared.min_by_key(|one| one.tensor.shapes[1].iter().product::<u64>());
    let shown = smallest.and_then(|one| shown(child, &find(child, &one.tensor.names[1])?));
    Parent {
        answer,
        kind,
        matrices: [telling.len(), same, alike],
        cosine: median(cosines.collect()),
        relative,
        rank: ranks.max().filter(|_| kind == "lora-merge"),
        zeroed: (zeroed > 0).then(|| zeroed as f64 / all.max(1) as f64),
        neurons,
        declared,
        unread: diff.unread.iter().flatten().cloned().collect(),
        shown,
    }
}

fn shown(weights: &Weights<'_>, placed: &Placed) -> Option<Shown> {
    let bytes = placed.tensor.data.bytes.clone()?;
    let (mut writer, mut room) = (Sha256Writer::default(), Buffer::default());
    let mut at = bytes.start;
    while at < bytes.end {
        let end = bytes.end.min(at + caps::PIECE as u64);
        weights.bytes(placed, at..end, &mut room).ok()?;
        writer.update(&room);
        at = end;
    }
    let (path, tensor) = (weights.path(placed).to_owned(), placed.tensor.name.clone());
    Some(Shown { path, tensor, bytes, digest: writer.finish() })
}

fn is_float(name: &str) -> bool {
    Dtype::parse(name).is_some_and(Dtype::is_float)
}

/// Whether a tensor is a matrix of parameters of some size. Tables that are computed, such as those of positions, are
/// the same in models that have nothing to do with each other.
fn tells(tensor: &TensorDiff) -> bool {
    const COMPUTED: &[&str] =
        &["position", "rotary", "inv_freq", "mask", "freqs", "alibi", "relative_bias", "mel_filters", "window"];
    let matrix = tensor.shapes[0].iter().filter(|dimension| **dimension > 1).count() >= 2;
    let size = tensor.shapes[0].iter().try_fold(1u64, |size, dimension| size.checked_mul(*dimension)).unwrap_or(0);
    let name = tensor.names[0].to_lowercase();
    matrix && size >= SMALLEST && is_float(tensor.dtypes[0]) && !COMPUTED.iter().any(|word| name.contains(word))
}

/// Whether the numbers of a tensor are of many kinds: what is filled with one value says nothing.
fn varied(weights: &Weights<'_>, placed: &Placed) -> bool {
    let mut room = Room::default();
    let count = placed.tensor.elements.min(2048) / 256 * 256;
    if weights.values(placed, 0..count.max(placed.tensor.elements.min(256)), &mut room).is_err() {
        return false;
    }
    let mut bits: Vec<u64> = room.values.iter().map(|value| value.to_bits()).collect();
    bits.sort_unstable();
    bits.dedup();
    bits.len() >= 8
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// What was done to the parent: what was done to most of the matrices that changed and are alike.
fn kind(diff: &Diff, telling: &[Telling<'_>], paired: bool, relative: Option<f64>) -> &'static str {
    /// Relative change from which it is more than a fine-tune. Published fine-tunes stay well below.
    const MUCH: f64 = 0.3;
    let changed: Vec<&Kind> =
        telling.iter().filter(|one| one.alike && !one.tensor.kind.is_equal()).map(|one| &one.tensor.kind).collect();
    let most = |wanted: fn(&Kind) -> bool| {
        let count = changed.iter().filter(|kind| wanted(kind)).count();
        count > 0 && count * 2 > changed.len()
    };
    let permuted = changed.iter().any(|kind| matches!(kind, Kind::Permuted { .. }));
    let unlike = telling.iter().filter(|one| !one.alike).count();
    if permuted || paired && unlike > 0 {
        return "permuted";
    }
    if changed.is_empty() {
        let other = diff.tensors.iter().any(|one| !one.kind.is_equal()) || unlike > 0;
        return if other { "fine-tune" } else { "identical" };
    }
    if most(|kind| matches!(kind, Kind::Cast { .. } | Kind::Rounded { .. })) {
        return "cast";
    }
    if most(|kind| matches!(kind, Kind::Quantised { .. })) {
        return "quantisation";
    }
    if most(|kind| matches!(kind, Kind::Pruned)) {
        return "pruning";
    }
    if most(|kind| matches!(kind, Kind::LowRank { .. })) {
        return "lora-merge";
    }
    if most(|kind| matches!(kind, Kind::Sparse)) || relative.is_some_and(|relative| relative < MUCH) {
        return "fine-tune";
    }
    "continued-training"
}

/// Two tensors by their names.
fn pair<'w>(a: &'w [Placed], b: &'w [Placed], tensor: &TensorDiff) -> Option<Pair<'w>> {
    let find = |all: &'w [Placed], name: &str| {
        all.binary_search_by(|one| one.name.as_str().cmp(name)).ok().and_then(|at| all.get(at))
    };
    let [one, other] = &tensor.names;
    Some(Pair::new(find(a, one)?, find(b, other)?, tensor.how))
}

#[cfg(test)]
mod tests;
