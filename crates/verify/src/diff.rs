//! What changed between two models: container, header, tensor set, then each tensor as numbers, and documents.
//!
//! Files are read in pieces, at most twice: once to see what is the same, once more the tensors that are not. Memory
//! does not grow with their size.

mod documents;
mod kind;
mod lanes;
mod pairs;
pub(crate) mod rank;
pub(crate) mod stats;

pub use documents::DocumentDiff;
pub use kind::Kind;
pub use pairs::How;
pub use stats::BINS;

use crate::caps;
use crate::values::{self, decode};
pub use crate::weights::Unread;
use crate::weights::{Placed, Room, Weights, same};
use crate::work::{self, Progress};
use candor_facts::Tree;
use candor_inspect::tensors::Dtype;
use lanes::Pass;
use rank::Sketch;
use stats::{Ask, Stats};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Two tensors beside each other.
#[derive(Clone, Debug)]
pub struct TensorDiff {
    /// Name in A and in B.
    pub names: [String; 2],
    /// How the two were found to belong together.
    pub how: How,
    /// Element types.
    pub dtypes: [&'static str; 2],
    /// Shapes, the outermost dimension first.
    pub shapes: [Vec<u64>; 2],
    /// What happened.
    pub kind: Kind,
    /// Figures; `None` where the bytes are equal, or are not understood as numbers.
    pub numbers: Option<Numbers>,
}

/// Figures of two tensors that are not byte-equal. A is the reference.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// Length of the change by the length of A.
    pub relative: f64,
    /// Cosine; `None` where one side is zero.
    pub cosine: Option<f64>,
    /// Cosine after the mean of each side was taken away.
    pub centred: Option<f64>,
    /// Largest absolute change, and the number of its element.
    pub largest: (f64, u64),
    /// Elements that differ, of how many.
    pub changed: (u64, u64),
    /// Elements of B that became zero.
    pub zeroed: u64,
    /// Elements that are not finite in A and in B; they take no part in the figures.
    pub not_finite: [u64; 2],
    /// Elements by representable values between the two, in the coarser type: none, 1, 2 to 3, 4 to 7, … Without
    /// what follows the last that is not zero; empty for types without such steps.
    pub ulps: Vec<u64>,
}

/// What a side is made of.
#[derive(Clone, Debug)]
pub struct Side {
    /// Files of weights with their formats.
    pub files: Vec<(String, &'static str)>,
    /// Tensors.
    pub tensors: usize,
    /// Elements.
    pub elements: u64,
}

/// The whole comparison.
#[derive(Clone, Debug)]
pub struct Diff {
    /// A and B.
    pub sides: [Side; 2],
    /// Free statements of the headers that differ: key, value in A, value in B.
    pub metadata: Vec<(String, Option<String>, Option<String>)>,
    /// Tensors on both sides, in the order of their names in A.
    pub tensors: Vec<TensorDiff>,
    /// Tensors of A alone.
    pub removed: Vec<String>,
    /// Tensors of B alone.
    pub added: Vec<String>,
    /// Documents that differ.
    pub documents: Vec<DocumentDiff>,
    /// What could not be read of A and of B.
    pub unread: [Vec<Unread>; 2],
}

impl Diff {
    /// Whether a tensor is known to differ: in numbers, in type, or by being on one side only.
    pub fn differs(&self) -> bool {
        !self.removed.is_empty() || !self.added.is_empty() || self.tensors.iter().any(|one| !one.kind.is_equal())
    }

    /// Whether everything could be compared.
    pub fn is_whole(&self) -> bool {
        let unclear = self.tensors.iter().any(|one| matches!(one.kind, Kind::Opaque { .. }));
        self.unread.iter().all(Vec::is_empty) && !unclear
    }
}

/// Compare two folders. Documents too, where `documents` is said.
pub fn diff(a: &dyn Tree, b: &dyn Tree, documents: bool, threads: usize, progress: Progress<'_>) -> Diff {
    let (left, right) = (Weights::open(a), Weights::open(b));
    let mut diff = weights(&left, &right, threads, progress);
    if documents {
        let taken = |weights: &Weights<'_>| weights.files.iter().map(|file| file.path.clone()).collect::<Vec<_>>();
        diff.documents = documents::compare(a, b, &[taken(&left), taken(&right)].concat(), &mut diff.unread);
    }
    diff
}

/// Compare the weights.
pub(crate) fn weights(a: &Weights<'_>, b: &Weights<'_>, threads: usize, progress: Progress<'_>) -> Diff {
    let mut unread = [a.unread.clone(), b.unread.clone()];
    let found = pairs::find(a, b, threads);
    let pairs: Vec<Pair<'_>> = found
        .pairs
        .iter()
        .filter_map(|(x, y, how)| Some(Pair::new(a.tensors.get(*x)?, b.tensors.get(*y)?, *how)))
        .collect();
    let equal = equal(a, b, &pairs, threads, progress);
    let results = figures(a, b, &pairs, &equal, threads, progress);
    let found_of: Vec<(&Pair<'_>, &Equal, &Figures)> =
        pairs.iter().zip(&equal).zip(&results).map(|((pair, equal), figures)| (pair, equal, figures)).collect();
    let judged = work::map(&found_of, threads, |(pair, equal, figures)| kind::judge(a, b, pair, equal, figures));
    let mut tensors = Vec::with_capacity(pairs.len());
    for (pair, (kind, numbers)) in pairs.iter().zip(judged) {
        if let Kind::Opaque { why } = &kind {
            unread[1].push(Unread { path: b.path(pair.b).to_owned(), why: why.clone() });
        }
        tensors.push(pair.told(kind, numbers));
    }
    for (unread, weights) in unread.iter_mut().zip([a, b]) {
        unread.extend(weights.changed());
    }
    let side = |weights: &Weights<'_>| Side {
        files: weights.files.iter().map(|file| (file.path.clone(), file.format)).collect(),
        tensors: weights.tensors.len(),
        elements: weights.tensors.iter().fold(0, |sum, one| sum.saturating_add(one.tensor.elements)),
    };
    let names = |weights: &Weights<'_>, alone: &[usize]| {
        alone.iter().filter_map(|at| weights.tensors.get(*at)).map(|one| one.name.clone()).collect()
    };
    Diff {
        sides: [side(a), side(b)],
        metadata: documents::metadata(a, b),
        tensors,
        removed: names(a, &found.alone[0]),
        added: names(b, &found.alone[1]),
        documents: Vec::new(),
        unread,
    }
}

/// Two tensors that belong together.
pub(crate) struct Pair<'w> {
    pub(crate) a: &'w Placed,
    pub(crate) b: &'w Placed,
    how: How,
    /// Rows and columns; a vector is one column.
    pub(crate) rows: u64,
    pub(crate) columns: u64,
}

impl<'w> Pair<'w> {
    pub(crate) fn new(a: &'w Placed, b: &'w Placed, how: How) -> Self {
        let rows = a.tensor.shape.first().copied().unwrap_or(1).max(1);
        Self { a, b, how, rows, columns: a.tensor.elements / rows }
    }

    pub(crate) fn fits(&self) -> bool {
        let plain = |shape: &[u64]| shape.iter().copied().filter(|one| *one != 1).collect::<Vec<_>>();
        plain(&self.a.tensor.shape) == plain(&self.b.tensor.shape)
    }

    pub(crate) fn dtypes(&self) -> [Dtype; 2] {
        [self.a.tensor.dtype, self.b.tensor.dtype]
    }

    fn is_matrix(&self) -> bool {
        self.columns > 1 && self.columns <= caps::ROW
    }

    /// Runs of elements for one thread each: whole rows, where rows are not too long.
    fn units(&self) -> Vec<Range<u64>> {
        let each = if self.is_matrix() { (caps::UNIT / self.columns).max(1) * self.columns } else { caps::UNIT };
        let all = self.a.tensor.elements;
        (0..all.div_ceil(each)).map(|unit| unit * each..((unit + 1) * each).min(all)).collect()
    }

    /// Whether the bytes of both mean the same when they are the same.
    fn is_bytewise(&self) -> bool {
        let (a, b) = (&self.a.tensor, &self.b.tensor);
        a.dtype == b.dtype
            && a.data.big_endian == b.data.big_endian
            && a.data.strides().is_none()
            && b.data.strides().is_none()
    }

    /// Whether elements lie one after the other on both sides, the low byte first.
    fn is_plain(&self) -> bool {
        [self.a, self.b].iter().all(|one| {
            let data = &one.tensor.data;
            data.bytes.is_some() && data.strides().is_none() && !data.big_endian
        })
    }

    fn told(&self, kind: Kind, numbers: Option<Numbers>) -> TensorDiff {
        TensorDiff {
            names: [self.a.name.clone(), self.b.name.clone()],
            how: self.how,
            dtypes: self.dtypes().map(Dtype::name),
            shapes: [self.a.tensor.shape.to_vec(), self.b.tensor.shape.to_vec()],
            kind,
            numbers,
        }
    }

    fn ask(&self) -> (Vec<(Dtype, values::Grid)>, Option<values::Grid>, bool) {
        let grids = self.dtypes().map(values::grid);
        let narrow = [Dtype::F16, Dtype::BF16, Dtype::F8_E4M3, Dtype::F8_E5M2];
        let [Some(a), Some(b)] = grids else { return (Vec::new(), None, false) };
        let [x, y] = self.dtypes();
        if x == y {
            let coarser =
                |dtype: Dtype| values::grid(dtype).filter(|grid| grid.is_coarser(a)).map(|grid| (dtype, grid));
            return (narrow.into_iter().filter_map(coarser).collect(), Some(a), false);
        }
        let swapped = a.is_coarser(b);
        let (dtype, coarse) = if swapped { (x, a) } else { (y, b) };
        let mut casts = vec![(dtype, coarse)];
        // One may have been rounded on the way to a type that is no narrower: F16 by way of BF16.
        casts.extend(narrow.into_iter().filter(|one| *one != dtype).filter_map(|one| Some((one, values::grid(one)?))));
        (casts, Some(coarse), swapped)
    }
}

/// Whether the bytes of each pair are equal; or what kept them from being read.
type Equal = Result<bool, String>;

fn equal(a: &Weights<'_>, b: &Weights<'_>, pairs: &[Pair<'_>], threads: usize, progress: Progress<'_>) -> Vec<Equal> {
    struct Part<'p> {
        pair: &'p Pair<'p>,
        at: usize,
        bytes: Range<u64>,
    }
    let differs: Vec<AtomicBool> = pairs.iter().map(|_| AtomicBool::new(false)).collect();
    let mut parts = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        let ranges = (&pair.a.tensor.data.bytes, &pair.b.tensor.data.bytes);
        let (Some(one), Some(other), true, true) = (ranges.0, ranges.1, pair.fits(), pair.is_bytewise()) else {
            if pair.a.tensor.elements > 0 {
                differs.get(at).map(|flag| flag.store(true, Ordering::Relaxed)).unwrap_or_default();
            }
            continue;
        };
        let length = (one.end - one.start).min(other.end - other.start);
        progress.expect(length * 2);
        let each = caps::UNIT * 8;
        parts.extend((0..length.div_ceil(each)).map(|part| Part {
            pair,
            at,
            bytes: part * each..((part + 1) * each).min(length),
        }));
    }
    let results = work::map_in(&parts, threads, <(Room, Room)>::default, |rooms, part| {
        let start = |one: &Placed| one.tensor.data.bytes.as_ref().map_or(0, |bytes| bytes.start) + part.bytes.start;
        let (pair, length) = (part.pair, part.bytes.end - part.bytes.start);
        let stop = || differs.get(part.at).is_some_and(|flag| flag.load(Ordering::Relaxed));
        let same = same((a, pair.a, start(pair.a)), (b, pair.b, start(pair.b)), length, rooms, stop)?;
        if !same && let Some(flag) = differs.get(part.at) {
            flag.store(true, Ordering::Relaxed);
        }
        progress.add(length * 2);
        Ok::<(), String>(())
    });
    let mut equal: Vec<Equal> = differs.iter().map(|flag| Ok(!flag.load(Ordering::Relaxed))).collect();
    for (part, result) in parts.iter().zip(results) {
        if let (Err(why), Some(slot)) = (result, equal.get_mut(part.at)) {
            *slot = Err(why);
        }
    }
    equal
}

/// Figures of each pair that is not equal; `None` for the others.
type Figures = Option<Result<Stats, String>>;

fn figures(
    a: &Weights<'_>,
    b: &Weights<'_>,
    pairs: &[Pair<'_>],
    equal: &[Equal],
    threads: usize,
    progress: Progress<'_>,
) -> Vec<Figures> {
    let mut all: Vec<Figures> = Vec::with_capacity(pairs.len());
    let mut jobs: Vec<(usize, &Pair<'_>, Range<u64>)> = Vec::new();
    for (at, (pair, equal)) in pairs.iter().zip(equal).enumerate() {
        let wanted = *equal == Ok(false) && pair.fits();
        all.push(None);
        if wanted {
            let size = |one: &Placed| one.tensor.data.bytes.as_ref().map_or(0, |bytes| bytes.end - bytes.start);
            progress.expect(size(pair.a) + size(pair.b));
            jobs.extend(pair.units().into_iter().map(|unit| (at, pair, unit)));
        }
    }
    // The room of a sketch is large; that of a unit which was added to others is used again.
    let spare = Mutex::new(Vec::new());
    let lock = || spare.lock().unwrap_or_else(PoisonError::into_inner);
    let work = |rooms: &mut (Room, Room), (_, pair, unit): &(usize, &Pair<'_>, Range<u64>)| {
        let sketch = lock().pop();
        let stats = unit_stats(a, b, pair, unit.clone(), rooms, sketch);
        let size = |one: &Placed| {
            let (block, bits) = one.tensor.dtype.block();
            (unit.end - unit.start) / block * bits / 8
        };
        progress.add(size(pair.a) + size(pair.b));
        stats
    };
    work::in_order(&jobs, (threads, caps::UNITS), <(Room, Room)>::default, work, |(at, ..), result| {
        let Some(slot) = all.get_mut(*at) else { return };
        match (slot.as_mut(), result) {
            (Some(Ok(own)), Ok(mut more)) => {
                own.merge(&more);
                lock().extend(more.sketch.take());
            }
            (Some(Err(_)), _) => {}
            (None | Some(Ok(_)), result) => *slot = Some(result),
        }
    });
    all
}

fn unit_stats(
    a: &Weights<'_>,
    b: &Weights<'_>,
    pair: &Pair<'_>,
    unit: Range<u64>,
    (left, right): &mut (Room, Room),
    sketch: Option<Box<Sketch>>,
) -> Result<Stats, String> {
    let (casts, grid, swapped) = pair.ask();
    let casts: Vec<values::Grid> = casts.into_iter().map(|(_, grid)| grid).collect();
    let is_sketched = pair.is_matrix() && pair.rows > 1;
    let ask = Ask { grid, casts: &casts, swapped };
    let mut stats = Stats::new(&ask, is_sketched.then(|| Sketch::cleared(sketch)));
    let signs = if is_sketched { rank::signs(pair.columns) } else { Vec::new() };
    if let Some(mut pass) = pair.is_plain().then(|| Pass::new(pair.dtypes(), &ask, &signs, pair.columns)).flatten() {
        let [x, y] = pair.dtypes().map(|dtype| (dtype, (dtype.block().1 / 8) as usize));
        for at in unit.clone().step_by(lanes::PIECE) {
            let run = at..unit.end.min(at + lanes::PIECE as u64);
            a.raw(pair.a, &run, &mut left.bytes)?;
            b.raw(pair.b, &run, &mut right.bytes)?;
            let blocks = left.bytes.chunks(lanes::BLOCK * x.1).zip(right.bytes.chunks(lanes::BLOCK * y.1));
            for ((one, other), at) in blocks.zip((at..).step_by(lanes::BLOCK)) {
                if !pass.take(&mut stats, one, other, at, &ask) {
                    decode(x.0, false, one, &mut left.values);
                    decode(y.0, false, other, &mut right.values);
                    stats.take(&left.values, &right.values, at, &ask, pair.columns, &signs);
                }
            }
        }
        pass.finish(&mut stats);
        return Ok(stats);
    }
    let columns = pair.columns.max(1);
    let each =
        if columns <= caps::NUMBERS && pair.is_matrix() { caps::NUMBERS / columns * columns } else { caps::NUMBERS };
    let mut at = unit.start;
    while at < unit.end {
        // A piece ends with a row at the latest where rows are longer than a piece, so that blocks stay whole.
        let row_end = if each.is_multiple_of(columns) { u64::MAX } else { (at / columns + 1) * columns };
        let end = (at + each).min(unit.end).min(if pair.is_matrix() { row_end } else { u64::MAX });
        a.values(pair.a, at..end, left)?;
        b.values(pair.b, at..end, right)?;
        stats.take(&left.values, &right.values, at, &ask, columns, &signs);
        at = end;
    }
    Ok(stats)
}

#[cfg(test)]
mod tests;
