//! What came out of a run beside what was published: file, tensor set, tensors, log.

use super::{Checkpoint, Level, Recipe};
use crate::caps;
use candor_facts::{ReadAt, Tree, TreeFile, read_all};
use candor_inspect::{TensorPlace, tensors};
use serde_json::Value;
use std::collections::BTreeMap;

/// How one checkpoint compares.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// After how many steps.
    pub step: u64,
    /// The published file.
    pub published: String,
    /// R5, R4 or R3, where it holds; R0 where nothing can be compared; `None` where tensors differ.
    pub level: Option<Level>,
    /// The first tensor that differs, by name.
    pub tensor: Option<String>,
    /// How many tensors differ, of how many.
    pub differ: (usize, usize),
    /// The largest relative difference of a tensor, and the largest number of representable values between elements.
    pub largest: Difference,
    /// What is to be said of it.
    pub why: String,
}

/// How far two tensors are apart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Difference {
    /// Length of the difference by the length of the published tensor.
    pub relative: f64,
    /// Representable values between the two elements that are furthest apart.
    pub ulps: u64,
}

/// What a run is worth.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The level that holds; `None` when none of R1 to R5 does although both sides can be compared.
    pub level: Option<Level>,
    /// Checkpoints in the order of their steps.
    pub checkpoints: Vec<Compared>,
    /// The first step at which run and publication are known to differ.
    pub first_step: Option<u64>,
    /// The first tensor that differs there.
    pub first_tensor: Option<String>,
    /// Why that level.
    pub why: String,
}

impl Verdict {
    /// Segments of the way from checkpoint to checkpoint that were walked again bit for bit.
    pub fn segments(&self) -> usize {
        self.checkpoints.iter().take_while(|one| one.level >= Some(Level::R4)).count()
    }

    /// Whether the published weights came out, at least as numbers within what repetitions differ by.
    pub fn reproduced(&self) -> bool {
        self.level >= Some(Level::R3)
    }
}

fn open<'t>(tree: &'t dyn Tree, path: &str) -> Result<Box<dyn TreeFile + 't>, String> {
    let entries = tree.entries();
    let at =
        entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).map_err(|_| "it is not there".to_owned())?;
    let entry = entries.get(at).ok_or("it is not there")?;
    tree.open(entry).map_err(|error| error.to_string())
}

/// Compare a run's output with a release.
pub fn compare(recipe: &Recipe, published: &dyn Tree, produced: &dyn Tree) -> Verdict {
    let checkpoints: Vec<Compared> =
        recipe.checkpoints.iter().map(|one| checkpoint(one, published, produced)).collect();
    let lowest = checkpoints.iter().map(|one| one.level).min().flatten();
    let differing = checkpoints.iter().find(|one| one.level < Some(Level::R4));
    let logged = recipe.curve.as_ref().and_then(|curve| {
        let both = (lines(published, &curve.published), lines(produced, &curve.produced));
        let (Ok(published), Ok(produced)) = both else { return None };
        published.iter().zip(&produced).find(|(a, b)| a != b).and_then(|(a, _)| a["step"].as_u64())
    });
    let first_step = match (differing.map(|one| one.step), logged) {
        (Some(step), Some(logged)) => Some(step.min(logged)),
        (step, logged) => step.or(logged),
    };
    let mut verdict = Verdict {
        level: lowest,
        first_tensor: differing.and_then(|one| one.tensor.clone()),
        first_step,
        why: String::new(),
        checkpoints,
    };
    verdict.why = verdict.judge(recipe, published, produced);
    verdict
}

impl Verdict {
    fn judge(&mut self, recipe: &Recipe, published: &dyn Tree, produced: &dyn Tree) -> String {
        if self.checkpoints.is_empty() {
            self.level = Some(Level::R0);
            return "the recipe names no published weights to compare with".to_owned();
        }
        if let Some(bad) = self.checkpoints.iter().find(|one| one.level == Some(Level::R0)) {
            self.level = Some(Level::R0);
            return format!("step {}: {}", bad.step, bad.why);
        }
        let all = self.checkpoints.len();
        if self.checkpoints.iter().all(|one| one.level.is_some()) {
            return format!("all {all} checkpoints: {}", self.level.map_or("", Level::meaning));
        }
        let differs = self.checkpoints.iter().find(|one| one.level.is_none());
        let differs = differs.map_or(String::new(), |one| format!("step {}: {}", one.step, one.why));
        let (level, why) = match statistical(recipe, published, produced) {
            Ok(why) => (Some(Level::R2), why),
            Err(curve) => match behavioural(recipe, produced) {
                Ok(why) => (Some(Level::R1), why),
                Err(measured) => (None, format!("{curve}; {measured}")),
            },
        };
        self.level = level;
        format!("{differs}; {why}")
    }
}

/// Whether every logged value lies between the lowest and the highest of at least three runs with other seeds.
fn statistical(recipe: &Recipe, published: &dyn Tree, produced: &dyn Tree) -> Result<String, String> {
    const RUNS: usize = 3;
    let curve = recipe.curve.as_ref().filter(|curve| curve.replicas.len() >= RUNS);
    let curve =
        curve.ok_or_else(|| format!("no band for R2: the recipe names no {RUNS} logs of runs with other seeds"))?;
    let points = |tree: &dyn Tree, path: &str| -> Result<BTreeMap<u64, f64>, String> {
        let lines = lines(tree, path).map_err(|why| format!("the log `{path}`: {why}"))?;
        Ok(lines.iter().filter_map(|line| Some((line["step"].as_u64()?, line[&curve.key].as_f64()?))).collect())
    };
    let run = points(produced, &curve.produced)?;
    let band = curve.replicas.iter().map(|path| points(published, path)).collect::<Result<Vec<_>, _>>()?;
    let steps = points(published, &curve.published)?;
    for step in steps.keys() {
        let values: Vec<f64> = band.iter().filter_map(|one| one.get(step).copied()).collect();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        match run.get(step) {
            Some(value) if values.len() == band.len() && (low..=high).contains(value) => {}
            _ => return Err(format!("not R2: at step {step} the curve leaves the band of {} other runs", band.len())),
        }
    }
    if steps.is_empty() {
        Err("no band for R2: the log has no values".to_owned())
    } else {
        Ok(Level::R2.meaning().to_owned())
    }
}

fn behavioural(recipe: &Recipe, produced: &dyn Tree) -> Result<String, String> {
    if recipe.evaluations.is_empty() {
        return Err("no interval for R1: the recipe declares no measurement".to_owned());
    }
    for one in &recipe.evaluations {
        let value = text(produced, &one.produced)
            .and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string()))
            .map(|value| value.pointer(&one.pointer).and_then(Value::as_f64));
        match value {
            Ok(Some(value)) if (one.low..=one.high).contains(&value) => {}
            Ok(Some(value)) => {
                return Err(format!("not R1: `{}` is {value}, not in {} to {}", one.pointer, one.low, one.high));
            }
            Ok(None) => return Err(format!("not R1: `{}` has no number at `{}`", one.produced, one.pointer)),
            Err(why) => return Err(format!("not R1: `{}`: {why}", one.produced)),
        }
    }
    Ok(Level::R1.meaning().to_owned())
}

/// Longest log or measurement that is read. Bytes.
const TEXT_BYTES: u64 = 64 << 20;

fn text(tree: &dyn Tree, path: &str) -> Result<String, String> {
    let file = open(tree, path)?;
    let bytes = read_all(&*file, TEXT_BYTES).map_err(|error| error.to_string())?;
    String::from_utf8(bytes.ok_or("it is too long")?).map_err(|_| "it is not UTF-8".to_owned())
}

fn lines(tree: &dyn Tree, path: &str) -> Result<Vec<Value>, String> {
    let parse = |line: &str| serde_json::from_str(line).map_err(|error| error.to_string());
    text(tree, path)?.lines().filter(|line| !line.trim().is_empty()).map(parse).collect()
}

fn checkpoint(one: &Checkpoint, published: &dyn Tree, produced: &dyn Tree) -> Compared {
    let mut found = Compared {
        step: one.step,
        published: one.published.clone(),
        level: Some(Level::R0),
        tensor: None,
        differ: (0, 0),
        largest: Difference::default(),
        why: String::new(),
    };
    found.why = match pair(&mut found, one, published, produced) {
        Ok(why) | Err(why) => why,
    };
    found
}

fn pair(found: &mut Compared, one: &Checkpoint, published: &dyn Tree, produced: &dyn Tree) -> Result<String, String> {
    let theirs = open(published, &one.published).map_err(|why| format!("the published `{}`: {why}", one.published))?;
    let ours = open(produced, &one.produced).map_err(|why| format!("`{}` of the run: {why}", one.produced))?;
    let (theirs, ours): (&dyn ReadAt, &dyn ReadAt) = (&*theirs, &*ours);
    if theirs.len() == ours.len() && same(theirs, 0..theirs.len(), ours, 0)? {
        found.level = Some(Level::R5);
        return Ok(Level::R5.meaning().to_owned());
    }
    let (left, right) = (places(theirs, "published")?, places(ours, "run's")?);
    let shape = |tensor: &TensorPlace| (tensor.name.clone(), tensor.dtype, tensor.shape.clone());
    if let Some((a, b)) = left.iter().zip(&right).find(|(a, b)| shape(a) != shape(b)) {
        found.tensor = Some(a.name.clone());
        return Err(format!(
            "`{}` {} {:?} was published, the run has `{}` {} {:?}",
            a.name, a.dtype, a.shape, b.name, b.dtype, b.shape
        ));
    }
    if left.len() != right.len() {
        return Err(format!("{} tensors were published, the run has {}", left.len(), right.len()));
    }
    let mut apart = BTreeMap::new();
    for (a, b) in left.iter().zip(&right) {
        if !same(theirs, a.bytes.clone(), ours, b.bytes.start)? {
            apart.insert(a.name.as_str(), difference(theirs, a, ours, b)?);
        }
    }
    found.differ = (apart.len(), left.len());
    found.tensor = apart.keys().next().map(|name| (*name).to_owned());
    for difference in apart.values().flatten() {
        found.largest.relative = found.largest.relative.max(difference.relative);
        found.largest.ulps = found.largest.ulps.max(difference.ulps);
    }
    if apart.is_empty() {
        found.level = Some(Level::R4);
        return Ok(Level::R4.meaning().to_owned());
    }
    let (noisy, why) = within_noise(one, published, theirs, &left, &apart)?;
    found.level = noisy.then_some(Level::R3);
    let (differ, of) = found.differ;
    let first = found.tensor.as_deref().unwrap_or_default();
    Ok(format!("{differ} of {of} tensors differ, first `{first}`; {why}"))
}

fn places(bytes: &dyn ReadAt, whose: &str) -> Result<Vec<TensorPlace>, String> {
    let found = tensors(bytes).map_err(|error| error.to_string())?;
    found.ok_or_else(|| format!("the {whose} file is no sound safetensors file"))
}

/// Whether each difference is at most the largest that replicas show in that tensor. Two replicas at least.
fn within_noise(
    one: &Checkpoint,
    published: &dyn Tree,
    theirs: &dyn ReadAt,
    left: &[TensorPlace],
    apart: &BTreeMap<&str, Option<Difference>>,
) -> Result<(bool, String), String> {
    const RUNS: usize = 2;
    if one.replicas.len() < RUNS {
        return Ok((false, format!("no noise to compare with for R3: the recipe names no {RUNS} repetitions")));
    }
    let mut floor: BTreeMap<String, Difference> = BTreeMap::new();
    for path in &one.replicas {
        let replica = open(published, path).map_err(|why| format!("the repetition `{path}`: {why}"))?;
        let right = places(&*replica, "repetition's")?;
        for (a, b) in
            left.iter().zip(&right).filter(|(a, b)| a.name == b.name && a.dtype == b.dtype && a.shape == b.shape)
        {
            if let Some(noise) = difference(theirs, a, &*replica, b)? {
                let most = floor.entry(a.name.clone()).or_default();
                most.relative = most.relative.max(noise.relative);
                most.ulps = most.ulps.max(noise.ulps);
            }
        }
    }
    for (name, difference) in apart {
        let fits = difference
            .zip(floor.get(*name))
            .is_some_and(|(found, most)| found.relative <= most.relative && found.ulps <= most.ulps);
        if !fits {
            return Ok((false, format!("not R3: `{name}` differs more than {} repetitions do", one.replicas.len())));
        }
    }
    Ok((true, Level::R3.meaning().to_owned()))
}

fn same(a: &dyn ReadAt, range: std::ops::Range<u64>, b: &dyn ReadAt, start: u64) -> Result<bool, String> {
    let mut equal = true;
    walk(a, range, b, start, |a, b| {
        equal &= a == b;
        equal
    })?;
    Ok(equal)
}

/// Walk through two ranges of one length in pieces, as long as `more` says so.
fn walk(
    a: &dyn ReadAt,
    range: std::ops::Range<u64>,
    b: &dyn ReadAt,
    start: u64,
    mut more: impl FnMut(&[u8], &[u8]) -> bool,
) -> Result<(), String> {
    let mut at = range.start;
    while at < range.end {
        let length = usize::try_from(range.end - at).unwrap_or(usize::MAX).min(caps::READ_BYTES);
        let read = |bytes: &dyn ReadAt, at: u64| {
            candor_facts::read_exact(bytes, at, length).map_err(|error| format!("it cannot be read: {error}"))
        };
        let (left, right) = (read(a, at)?, read(b, start + (at - range.start))?);
        if !more(&left, &right) {
            return Ok(());
        }
        at += length as u64;
    }
    Ok(())
}

/// How far apart two tensors of one shape are; `None` for element types that are not compared as numbers.
fn difference(
    a: &dyn ReadAt,
    left: &TensorPlace,
    b: &dyn ReadAt,
    right: &TensorPlace,
) -> Result<Option<Difference>, String> {
    let element: fn(&[u8]) -> (f64, i64) = match left.dtype {
        "F64" => |bytes| {
            let bits = i64::from_le_bytes(bytes.try_into().unwrap_or_default());
            (f64::from_bits(bits.cast_unsigned()), if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits })
        },
        "F32" => |bytes| {
            let bits = i32::from_le_bytes(bytes.try_into().unwrap_or_default());
            let place = if bits < 0 { i64::from(i32::MIN) - i64::from(bits) } else { i64::from(bits) };
            (f64::from(f32::from_bits(bits.cast_unsigned())), place)
        },
        "BF16" => |bytes| {
            let bits = i16::from_le_bytes(bytes.try_into().unwrap_or_default());
            let place = if bits < 0 { i64::from(i16::MIN) - i64::from(bits) } else { i64::from(bits) };
            (f64::from(f32::from_bits(u32::from(bits.cast_unsigned()) << 16)), place)
        },
        _ => return Ok(None),
    };
    let width = match left.dtype {
        "F64" => 8,
        "F32" => 4,
        _ => 2,
    };
    let (mut apart, mut length, mut ulps) = (0.0_f64, 0.0_f64, 0_u64);
    walk(a, left.bytes.clone(), b, right.bytes.start, |one, other| {
        for (one, other) in one.chunks_exact(width).zip(other.chunks_exact(width)) {
            let ((x, at), (y, to)) = (element(one), element(other));
            apart += (x - y) * (x - y);
            length += x * x;
            ulps = ulps.max(at.abs_diff(to));
        }
        true
    })?;
    let relative = if apart == 0.0 { 0.0 } else { (apart / length).sqrt() };
    Ok(Some(Difference { relative, ulps }))
}
