//! From files, tensors, logs and results to a level.

use super::{Expected, Replicas, Stage, curve, tensors};
use crate::diff::{Diff, Kind};
use candor_facts::{ReadAt, Tree, read_exact};
use std::collections::BTreeMap;

/// Bytes of a file that are compared at once.
const PIECE: usize = 1 << 20;

/// How far a run gives again what was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Files are missing, or tensors have other names, shapes or types.
    NotComparable,
    /// An evaluation gives a number within the stated interval.
    Behavioural,
    /// The log stays within the band of runs with other seeds.
    Statistical,
    /// No tensor is further away than runs of the same recipe are from each other.
    Numeric,
    /// All tensors are bit for bit the same; files around them may differ.
    Tensors,
    /// All files are byte for byte the same.
    Bytes,
}

impl Level {
    /// All levels with their names, the least first.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::NotComparable, "R0", "not comparable"),
        (Self::Behavioural, "R1", "behaves alike"),
        (Self::Statistical, "R2", "statistically alike"),
        (Self::Numeric, "R3", "within the noise of the recipe"),
        (Self::Tensors, "R4", "tensor-identical"),
        (Self::Bytes, "R5", "byte-identical"),
    ];

    fn row(self) -> (&'static str, &'static str) {
        let row = Self::ALL.iter().find(|(level, ..)| *level == self);
        row.map_or(("R0", ""), |(_, id, words)| (id, words))
    }

    /// `R0` to `R5`.
    pub fn id(self) -> &'static str {
        self.row().0
    }

    /// What it means, in few words.
    pub fn words(self) -> &'static str {
        self.row().1
    }

    /// The level of an id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == id).map(|(level, ..)| *level)
    }
}

/// A tensor that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// Its name.
    pub tensor: String,
    /// What happened to it, as `candor diff` calls it.
    pub kind: &'static str,
    /// Length of the change by the length of what was published, where both are numbers.
    pub relative: Option<f64>,
}

/// Weights after a step, compared.
#[derive(Clone, Debug, PartialEq)]
pub struct StageResult {
    /// The file.
    pub file: String,
    /// After which step.
    pub step: Option<u64>,
    /// Tensors, and how many of them are bit for bit the same.
    pub tensors: usize,
    /// Of these, the same.
    pub equal: usize,
    /// The first that differs, by name.
    pub first: Option<Divergence>,
    /// Why it could not be compared.
    pub why: Option<String>,
}

/// A log, compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogResult {
    /// Steps on either side.
    pub steps: usize,
    /// The first that differs: step, published, produced; a value is not a number where the step is not there.
    pub first: Option<(u64, f64, f64)>,
}

/// A run beside what was published.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Each expected file: whether it is byte for byte the same, or why that is not known.
    pub files: Vec<(String, Result<bool, String>)>,
    /// Weights along the way.
    pub stages: Vec<StageResult>,
    /// The log, or why it could not be compared.
    pub log: Option<Result<LogResult, String>>,
    /// What the evaluation gave, and whether it lies in the interval.
    pub evaluation: Option<Result<(f64, bool), String>>,
    /// The highest level that holds; `None` where the run is comparable and reaches none.
    pub level: Option<Level>,
    /// What decided it.
    pub because: String,
}

impl Comparison {
    /// The first step at which the run is another: by the log, which is finer, else by the weights along the way.
    pub fn first_step(&self) -> Option<u64> {
        let logged = self.log.iter().filter_map(|log| log.as_ref().ok()?.first.map(|(step, ..)| step));
        let staged = self.stages.iter().filter(|stage| stage.equal < stage.tensors).filter_map(|stage| stage.step);
        logged.chain(staged).min()
    }
}

/// Compare what a run produced with what was published.
pub fn compare(
    expected: &Expected,
    published: &dyn Tree,
    produced: &dyn Tree,
    replicas: &Replicas<'_>,
    threads: usize,
) -> Comparison {
    let files: Vec<(String, Result<bool, String>)> =
        expected.files.iter().map(|path| (path.clone(), same(published, produced, path))).collect();
    let diffs: Vec<Result<Diff, String>> =
        expected.stages.iter().map(|stage| weights(published, produced, &stage.file, threads)).collect();
    let stages: Vec<StageResult> =
        expected.stages.iter().zip(&diffs).map(|(stage, diff)| stage_result(stage, diff)).collect();
    let log = expected.log.as_ref().map(|log| {
        let (one, other) = (curve::read(published, log)?, curve::read(produced, log)?);
        let steps = one.keys().chain(other.keys()).collect::<std::collections::BTreeSet<_>>();
        let missing = f64::NAN;
        let first = steps.iter().find_map(|step| {
            let pair = (one.get(step).copied().unwrap_or(missing), other.get(step).copied().unwrap_or(missing));
            (pair.0.to_bits() != pair.1.to_bits()).then_some((**step, pair.0, pair.1))
        });
        Ok(LogResult { steps: steps.len(), first })
    });
    let evaluation = expected.evaluation.as_ref().map(|evaluation| {
        let value = curve::evaluated(produced, evaluation)?;
        Ok((value, (evaluation.interval[0]..=evaluation.interval[1]).contains(&value)))
    });
    let mut comparison = Comparison { files, stages, log, evaluation, level: None, because: String::new() };
    let (level, because) = decide(expected, produced, replicas, threads, &diffs, &comparison);
    comparison.level = level;
    comparison.because = because;
    comparison
}

fn decide(
    expected: &Expected,
    produced: &dyn Tree,
    replicas: &Replicas<'_>,
    threads: usize,
    diffs: &[Result<Diff, String>],
    found: &Comparison,
) -> (Option<Level>, String) {
    let lost = found.files.iter().find_map(|(path, same)| Some((path, same.as_ref().err()?)));
    let unlike = found.stages.iter().find_map(|stage| stage.why.clone());
    if let Some(why) = lost.map(|(_, why)| why.clone()).or(unlike) {
        return (Some(Level::NotComparable), why);
    }
    let bytes = !found.files.is_empty() && found.files.iter().all(|(_, same)| *same == Ok(true));
    if bytes && found.stages.iter().all(|s| s.equal == s.tensors) {
        return (
            Some(Level::Bytes),
            match found.files.len() {
                1 => "1 file, byte for byte".to_owned(),
                count => format!("{count} files, byte for byte"),
            },
        );
    }
    let tensors: usize = found.stages.iter().map(|stage| stage.tensors).sum();
    if tensors > 0 && found.stages.iter().all(|stage| stage.equal == stage.tensors) {
        return (Some(Level::Tensors), format!("{tensors} tensors, bit for bit; files around them differ"));
    }
    let mut why = Vec::new();
    match noise(expected, replicas, threads, diffs) {
        Ok(what) => return (Some(Level::Numeric), what),
        Err(what) => why.push(what),
    }
    match band(expected, produced, replicas) {
        Ok(what) => return (Some(Level::Statistical), what),
        Err(what) => why.push(what),
    }
    match &found.evaluation {
        Some(Ok((value, true))) => {
            return (Some(Level::Behavioural), format!("the evaluation gives {value}, within the stated interval"));
        }
        Some(Ok((value, false))) => why.push(format!("the evaluation gives {value}, outside of the stated interval")),
        Some(Err(what)) => why.push(what.clone()),
        None => why.push("no interval of an evaluation is stated".to_owned()),
    }
    (None, why.join("; "))
}

/// Whether a file has the same bytes on both sides.
fn same(published: &dyn Tree, produced: &dyn Tree, path: &str) -> Result<bool, String> {
    let entry = |tree: &dyn Tree, whose: &str| {
        let found = super::entry(tree, path).cloned();
        found.ok_or_else(|| format!("`{path}` is not among the {whose} files"))
    };
    let (a, b) = (entry(published, "published")?, entry(produced, "produced")?);
    let cannot = |what: String| format!("`{path}`: {what}");
    let a = published.open(&a).map_err(|error| cannot(error.to_string()))?;
    let b = produced.open(&b).map_err(|error| cannot(error.to_string()))?;
    if a.len() != b.len() {
        return Ok(false);
    }
    let mut at = 0;
    while at < a.len() {
        let length = usize::try_from(a.len() - at).unwrap_or(usize::MAX).min(PIECE);
        let read = |file: &dyn ReadAt| read_exact(file, at, length).map_err(|error| cannot(error.to_string()));
        if read(&*a)? != read(&*b)? {
            return Ok(false);
        }
        at += length as u64;
    }
    Ok(true)
}

/// The tensors of a file on both sides; an error where they cannot be laid beside each other.
fn weights(a: &dyn Tree, b: &dyn Tree, path: &str, threads: usize) -> Result<Diff, String> {
    let diff = tensors(a, b, path, threads);
    if let Some(unread) = diff.unread.iter().flatten().next() {
        return Err(format!("`{}`: {}", unread.path, unread.why));
    }
    for (side, whose) in diff.sides.iter().zip(["published", "produced"]) {
        if side.tensors == 0 {
            return Err(format!("`{path}` is not among the {whose} files, or holds no tensors"));
        }
    }
    if let Some(name) = diff.removed.first().or(diff.added.first()) {
        return Err(format!("`{path}`: tensor `{name}` stands on one side alone"));
    }
    let other = |one: &&crate::diff::TensorDiff| {
        one.names[0] != one.names[1] || one.shapes[0] != one.shapes[1] || one.dtypes[0] != one.dtypes[1]
    };
    match diff.tensors.iter().find(other) {
        Some(one) => Err(format!(
            "`{path}`: `{}` ({} {:?}) and `{}` ({} {:?}) are not of one name, type and shape",
            one.names[0], one.dtypes[0], one.shapes[0], one.names[1], one.dtypes[1], one.shapes[1]
        )),
        None => Ok(diff),
    }
}

fn stage_result(stage: &Stage, diff: &Result<Diff, String>) -> StageResult {
    let mut result = StageResult {
        file: stage.file.clone(),
        step: stage.step,
        tensors: 0,
        equal: 0,
        first: None,
        why: diff.as_ref().err().cloned(),
    };
    if let Ok(diff) = diff {
        result.tensors = diff.tensors.len();
        result.equal = diff.tensors.iter().filter(|one| matches!(one.kind, Kind::Equal)).count();
        result.first = diff.tensors.iter().find(|one| !matches!(one.kind, Kind::Equal)).map(|one| Divergence {
            tensor: one.names[0].clone(),
            kind: one.kind.word(),
            relative: one.numbers.as_ref().map(|numbers| numbers.relative),
        });
    }
    result
}

/// Whether every tensor is as near as runs of the same recipe are to each other.
fn noise(
    expected: &Expected,
    replicas: &Replicas<'_>,
    threads: usize,
    diffs: &[Result<Diff, String>],
) -> Result<String, String> {
    let runs = &replicas.same;
    if runs.len() < 2 || expected.stages.is_empty() {
        return Err("fewer than two runs of the same recipe are at hand, so that its noise is not known".to_owned());
    }
    for (stage, diff) in expected.stages.iter().zip(diffs) {
        // Largest distance of two runs, and the longest row of steps between two of their numbers.
        let mut floor: BTreeMap<String, (f64, usize)> = BTreeMap::new();
        for (at, one) in runs.iter().enumerate() {
            for other in runs.iter().skip(at + 1) {
                for tensor in weights(*one, *other, &stage.file, threads)?.tensors {
                    let (relative, steps) = distance(&tensor);
                    let known = floor.entry(tensor.names[0].clone()).or_default();
                    *known = (known.0.max(relative), known.1.max(steps));
                }
            }
        }
        for tensor in diff.as_ref().map(|diff| diff.tensors.as_slice()).unwrap_or_default() {
            let (relative, steps) = distance(tensor);
            let (most, longest) = floor.get(&tensor.names[0]).copied().unwrap_or_default();
            if relative > most || steps > longest {
                return Err(format!(
                    "`{}`: `{}` is {relative:.3e} away, and runs of the recipe are at most {most:.3e} from each other",
                    stage.file, tensor.names[0]
                ));
            }
        }
    }
    Ok(format!("no tensor is further away than {} runs of the recipe are from each other", runs.len()))
}

fn distance(tensor: &crate::diff::TensorDiff) -> (f64, usize) {
    match (&tensor.kind, &tensor.numbers) {
        (Kind::Equal, _) => (0.0, 0),
        (_, Some(numbers)) => (numbers.relative, numbers.ulps.len()),
        (_, None) => (f64::INFINITY, usize::MAX),
    }
}

/// Whether the log stays within what runs with other seeds give.
fn band(expected: &Expected, produced: &dyn Tree, replicas: &Replicas<'_>) -> Result<String, String> {
    let runs = &replicas.seeds;
    let (Some(log), true) = (&expected.log, runs.len() >= 3) else {
        return Err("a log and three runs with other seeds are not at hand, so that no band is known".to_owned());
    };
    let curves: Vec<BTreeMap<u64, f64>> = runs.iter().map(|run| curve::read(*run, log)).collect::<Result<_, _>>()?;
    for (step, value) in curve::read(produced, log)? {
        let at: Vec<f64> = curves.iter().filter_map(|curve| curve.get(&step).copied()).collect();
        let (low, high) =
            (at.iter().copied().fold(f64::INFINITY, f64::min), at.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        if !(low..=high).contains(&value) {
            return Err(format!("the log gives {value} at step {step}, and runs with other seeds {low} to {high}"));
        }
    }
    Ok(format!("the log stays within the band of {} runs with other seeds", runs.len()))
}
