//! The rank of a change, from a small sketch of it.
//!
//! Rows and columns of the change are added up, with random signs, into a square of fixed size. A matrix of low rank
//! keeps its rank there; of any other the square is full. Signs are fixed, so that the same files give the same answer.
#![allow(clippy::indexing_slicing, reason = "cells are counted modulo the side of the square")]

use crate::caps::SKETCH;

/// The square.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    cells: Vec<f64>,
    row: [f64; SKETCH],
}

/// A fixed random sign for a row or column.
pub(crate) fn sign(seed: u64, at: u64) -> f64 {
    let mut bits = (at ^ seed << 40).wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    if (bits ^ bits >> 31) & 1 == 0 { 1.0 } else { -1.0 }
}

/// The signs of all columns.
pub(crate) fn signs(columns: u64) -> Vec<f64> {
    (0..columns).map(|column| sign(1, column)).collect()
}

impl Sketch {
    pub(crate) fn new() -> Self {
        Self { cells: vec![0.0; SKETCH * SKETCH], row: [0.0; SKETCH] }
    }

    /// An empty one, in the room of one that is of no use any more.
    pub(crate) fn cleared(used: Option<Box<Self>>) -> Box<Self> {
        let Some(mut used) = used else { return Box::new(Self::new()) };
        used.cells.fill(0.0);
        used
    }

    /// Add a run of one row, from a column on; `signs` are those of these columns.
    pub(crate) fn add(&mut self, row: u64, column: u64, a: &[f64], b: &[f64], signs: &[f64]) {
        self.row = [0.0; SKETCH];
        let first = (column % SKETCH as u64) as usize;
        if first == 0 {
            for ((a, b), signs) in a.chunks(SKETCH).zip(b.chunks(SKETCH)).zip(signs.chunks(SKETCH)) {
                for (((cell, a), b), sign) in self.row.iter_mut().zip(a).zip(b).zip(signs) {
                    *cell += (b - a) * sign;
                }
            }
        } else {
            for (at, ((a, b), sign)) in a.iter().zip(b).zip(signs).enumerate() {
                self.row[(first + at) % SKETCH] += (b - a) * sign;
            }
        }
        let sign = sign(2, row);
        let at = (row % SKETCH as u64) as usize * SKETCH;
        self.cells[at..at + SKETCH].iter_mut().zip(&self.row).for_each(|(cell, more)| *cell += sign * more);
    }

    /// Add a row, or a part of one, that was added up to the width of the square.
    pub(crate) fn add_row(&mut self, row: u64, cells: &[f32; SKETCH]) {
        let sign = sign(2, row);
        let at = (row % SKETCH as u64) as usize * SKETCH;
        let own = self.cells[at..at + SKETCH].iter_mut();
        own.zip(cells).for_each(|(own, more)| *own += sign * f64::from(*more));
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.cells.iter_mut().zip(&other.cells).for_each(|(own, more)| *own += more);
    }

    /// The rank of the change, where it is clearly low for a matrix of this shape.
    ///
    /// The diagonal of a factorisation with pivots falls off behind the rank: by the precision of the numbers, or to
    /// the noise that rounding left. Clear is a fall to a quarter or less, in the first half of the diagonal.
    pub(crate) fn rank(&self, rows: u64, columns: u64) -> Option<u32> {
        let side = rows.min(columns).min(SKETCH as u64) as usize;
        if side < 8 || self.cells.iter().any(|cell| !cell.is_finite()) {
            return None;
        }
        let most = side / 2;
        let diagonal = pivots(&self.cells, most + 1);
        let first = *diagonal.first().filter(|first| **first > 0.0)?;
        let falls = (1..=most).filter_map(|rank| {
            let [before, after] = [rank - 1, rank].map(|at| diagonal.get(at).copied().unwrap_or(0.0));
            (before > first * 1e-6).then(|| (rank, before / after.max(first * 1e-12)))
        });
        let (rank, fall) = falls.max_by(|a, b| a.1.total_cmp(&b.1))?;
        (fall >= 4.0).then_some(rank as u32)
    }
}

/// In lanes, so that no sum waits for the one before.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += a * b);
    }
    lanes.iter().sum()
}

/// The start of the diagonal of a factorisation with pivots, the largest first.
fn pivots(cells: &[f64], length: usize) -> Vec<f64> {
    let mut columns: Vec<(f64, Vec<f64>)> = (0..SKETCH)
        .map(|column| (0..SKETCH).map(|row| cells[row * SKETCH + column]).collect())
        .map(|column: Vec<f64>| (dot(&column, &column), column))
        .collect();
    let mut diagonal = Vec::with_capacity(length);
    for step in 0..length {
        let lengths = columns.iter().enumerate().skip(step).map(|(at, (length, _))| (at, *length));
        let Some((at, length)) = lengths.max_by(|a, b| a.1.total_cmp(&b.1)) else { break };
        columns.swap(step, at);
        diagonal.push(length.sqrt());
        if length <= 0.0 {
            break;
        }
        let (done, rest) = columns.split_at_mut(step + 1);
        let pivot = &done[step].1;
        for (own, column) in rest {
            // Again where most of a column is gone, because once leaves what rounding made of the difference.
            let mut before = f64::INFINITY;
            while *own < before * 0.5 {
                before = *own;
                let share = dot(pivot, column) / length;
                column.iter_mut().zip(pivot).for_each(|(own, pivot)| *own -= share * pivot);
                *own = dot(column, column);
                if before == 0.0 {
                    break;
                }
            }
        }
    }
    diagonal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The diagonal ends where nothing is left.
    #[test]
    fn few_rows_leave_nothing_exactly() {
        for (filled, expected) in [(1u64, Some(1)), (2, Some(2)), (128, None)] {
            let mut sketch = Sketch::new();
            for row in 0..filled {
                let mut cells = [0.0; SKETCH];
                cells[row as usize] = 1.0;
                sketch.add_row(row, &cells);
            }
            assert_eq!(sketch.rank(128, 128), expected, "{filled}");
        }
    }
}
