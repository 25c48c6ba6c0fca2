//! Neurons that pair up: found by what leads into them, and again by what leads out of them.
//!
//! The neurons of a hidden layer may stand in any order without a change of what the model computes. So each neuron
//! of the parent gets the neuron of the child whose weights are most like its own, by the rows of the matrix up and,
//! apart from that, by the columns of the matrix down. In unrelated models both choices are guesses, and agree once in
//! as many times as there are neurons.
#![allow(clippy::indexing_slicing, reason = "sketches have a fixed number of cells")]

use super::{Pair, pair};
use crate::caps;
use crate::diff::TensorDiff;
use crate::diff::rank::{sign, signs};
use crate::weights::{Placed, Room, Weights};
use crate::work;

/// What pairing up shows.
#[derive(Clone, Copy, Debug)]
pub struct Neurons {
    /// Neurons that were looked at.
    pub sampled: u32,
    /// Of these, the ones that both ways pair up with the same.
    pub agreeing: u32,
    /// How likely so many are among unrelated models, for the hidden layer with the fewest neurons.
    pub chance: f64,
}

/// Numbers that stand for a neuron.
const CELLS: usize = 64;
/// Neurons of a layer that are looked at.
const SAMPLED: usize = 64;
/// Layers that are looked at.
const LAYERS: usize = 6;

/// Pair up the neurons of matrices that are not alike as they stand; `None` where no two of them lead up and down.
pub(super) fn pair_up(a: &Weights<'_>, b: &Weights<'_>, far: &[&TensorDiff], threads: usize) -> Option<Neurons> {
    let pairs: Vec<Pair<'_>> = far.iter().filter_map(|one| pair(&a.tensors, &b.tensors, one)).collect();
    let couples = couples(&pairs);
    let step = couples.len().div_ceil(LAYERS).max(1);
    let chosen: Vec<_> = couples.into_iter().step_by(step).collect();
    let results = work::map(&chosen, threads, |(up, down)| layer(a, b, up, down));
    let mut all = Neurons { sampled: 0, agreeing: 0, chance: 1.0 };
    let mut fewest = u64::MAX;
    for ((up, _), (sampled, agreeing)) in chosen.iter().zip(results).filter_map(|(one, result)| Some((one, result?))) {
        all.sampled += sampled;
        all.agreeing += agreeing;
        fewest = fewest.min(up.rows);
    }
    if all.sampled == 0 {
        return None;
    }
    all.chance = at_least(all.agreeing, all.sampled, 1.0 / fewest as f64);
    Some(all)
}

/// Matrices up and down of one layer: shapes the other way around, names alike as far as possible.
fn couples<'p, 'w>(pairs: &'p [Pair<'w>]) -> Vec<(&'p Pair<'w>, &'p Pair<'w>)> {
    let shared = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let plain = |pair: &Pair<'_>| pair.a.tensor.shape.len() == 2 && pair.rows >= 16 && pair.columns >= 16;
    let ups = pairs.iter().filter(|pair| plain(pair) && pair.rows > pair.columns);
    ups.filter_map(|up| {
        let fits = |down: &&Pair<'_>| plain(down) && (down.rows, down.columns) == (up.columns, up.rows);
        let down = pairs.iter().filter(fits).max_by_key(|down| shared(&up.a.name, &down.a.name))?;
        let digits = |name: &str| name.split('.').find_map(|word| word.parse::<u32>().ok());
        (digits(&up.a.name) == digits(&down.a.name)).then_some((up, down))
    })
    .collect()
}

fn layer(a: &Weights<'_>, b: &Weights<'_>, up: &Pair<'_>, down: &Pair<'_>) -> Option<(u32, u32)> {
    if up.rows > caps::ROW || up.columns > caps::ROW {
        return None;
    }
    let into = nearest(&rows(a, up.a, up)?, &rows(b, up.b, up)?);
    let out = nearest(&columns(a, down.a, down)?, &columns(b, down.b, down)?);
    let agreeing = into.iter().zip(&out).filter(|(one, other)| one.is_some() && one == other).count();
    Some((into.len() as u32, agreeing as u32))
}

type Sketches = Vec<[f32; CELLS]>;

/// Each row in few numbers.
fn rows(weights: &Weights<'_>, placed: &Placed, pair: &Pair<'_>) -> Option<Sketches> {
    let signs = signs(pair.columns);
    let mut all = vec![[0f32; CELLS]; usize::try_from(pair.rows).ok()?];
    let mut room = Room::default();
    let at_once = (caps::NUMBERS / pair.columns).max(1);
    let mut row = 0;
    while row < pair.rows {
        let end = (row + at_once).min(pair.rows);
        weights.values(placed, row * pair.columns..end * pair.columns, &mut room).ok()?;
        for (values, cells) in
            room.values.chunks(usize::try_from(pair.columns).ok()?).zip(all.iter_mut().skip(row as usize))
        {
            for (values, signs) in values.chunks(CELLS).zip(signs.chunks(CELLS)) {
                for ((cell, value), sign) in cells.iter_mut().zip(values).zip(signs) {
                    *cell += (value * sign) as f32;
                }
            }
        }
        row = end;
    }
    Some(centred(all))
}

/// Each column in few numbers.
fn columns(weights: &Weights<'_>, placed: &Placed, pair: &Pair<'_>) -> Option<Sketches> {
    let mut all = vec![[0f32; CELLS]; usize::try_from(pair.columns).ok()?];
    let mut room = Room::default();
    for row in 0..pair.rows {
        weights.values(placed, row * pair.columns..(row + 1) * pair.columns, &mut room).ok()?;
        let (sign, cell) = (sign(3, row), (row % CELLS as u64) as usize);
        all.iter_mut().zip(&room.values).for_each(|(cells, value)| cells[cell] += (value * sign) as f32);
    }
    Some(centred(all))
}

/// Without what all have in common, each of length one.
fn centred(mut all: Sketches) -> Sketches {
    let mut mean = [0f64; CELLS];
    for cells in &all {
        mean.iter_mut().zip(cells).for_each(|(mean, cell)| *mean += f64::from(*cell));
    }
    let count = all.len().max(1) as f64;
    for cells in &mut all {
        cells.iter_mut().zip(&mean).for_each(|(cell, mean)| *cell -= (mean / count) as f32);
        let length = cells.iter().map(|cell| cell * cell).sum::<f32>().sqrt();
        if length > 0.0 {
            cells.iter_mut().for_each(|cell| *cell /= length);
        }
    }
    all
}

/// For a sample of the first, the nearest of the second.
fn nearest(a: &Sketches, b: &Sketches) -> Vec<Option<usize>> {
    let step = a.len().div_ceil(SAMPLED).max(1);
    let dot = |a: &[f32; CELLS], b: &[f32; CELLS]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let best = |one: &[f32; CELLS]| {
        let scored = b.iter().enumerate().map(|(at, other)| (at, dot(one, other)));
        scored.filter(|(_, score)| *score > 0.0).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
    };
    a.iter().step_by(step).map(best).collect()
}

/// The chance of so many hits or more in so many tries.
fn at_least(hits: u32, tries: u32, chance: f64) -> f64 {
    let mut term = f64::from(tries) * (-chance).ln_1p();
    let mut sum = 0.0;
    for number in 0..=tries {
        if number >= hits {
            sum += term.exp();
        }
        let next = f64::from(tries - number) / f64::from(number + 1) * chance / (1.0 - chance);
        term += next.max(f64::MIN_POSITIVE).ln();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn chances_of_a_binomial() {
        for (hits, tries, chance, expected) in
            [(0, 5, 0.3, 1.0), (5, 5, 0.5, 1.0 / 32.0), (1, 2, 0.5, 0.75), (2, 4, 0.1, 0.0523)]
        {
            assert!((at_least(hits, tries, chance) - expected).abs() < 1e-9, "{hits} {tries} {chance}");
        }
        assert!(at_least(64, 64, 1.0 / 1536.0) < 1e-200);
    }
}
