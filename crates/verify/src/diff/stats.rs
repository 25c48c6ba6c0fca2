//! One pass over two tensors of one shape: sums, histogram of distances, flags, and a sketch of the change.
#![allow(clippy::indexing_slicing, reason = "four lanes of `chunks_exact(4)`; bins and sketch cells are masked")]

use super::rank::Sketch;
use crate::values::Grid;

/// Number of bins: none apart, 1, 2 to 3, 4 to 7, …
pub const BINS: usize = 65;

/// What a pass over a run of elements finds. Sums are over elements that are finite on both sides.
#[derive(Clone, Debug)]
pub(crate) struct Stats {
    pub(crate) count: u64,
    pub(crate) sum: [f64; 2],
    /// Σa², Σb², Σab, Σ(b−a)².
    pub(crate) squares: [f64; 4],
    pub(crate) largest: f64,
    /// Element with the largest change.
    pub(crate) largest_at: u64,
    /// Elements that differ as numbers.
    pub(crate) changed: u64,
    /// Elements that were not zero and became zero.
    pub(crate) zeroed: u64,
    /// Elements that are not finite, on each side.
    pub(crate) not_finite: [u64; 2],
    /// Elements by representable values between the two.
    pub(crate) ulps: Vec<u64>,
    /// For each candidate: whether all of `b` may be `a` rounded to it.
    pub(crate) took: Vec<bool>,
    pub(crate) sketch: Option<Box<Sketch>>,
}

/// What is asked of a pass.
pub(crate) struct Ask<'a> {
    /// The grid in which distances are counted.
    pub(crate) grid: Option<Grid>,
    /// Types that the numbers may have been rounded to.
    pub(crate) casts: &'a [Grid],
    /// Whether the first side is the one that was rounded.
    pub(crate) swapped: bool,
}

impl Stats {
    pub(crate) fn new(ask: &Ask<'_>, sketch: Option<Box<Sketch>>) -> Self {
        Self {
            count: 0,
            sum: [0.0; 2],
            squares: [0.0; 4],
            largest: 0.0,
            largest_at: 0,
            changed: 0,
            zeroed: 0,
            not_finite: [0; 2],
            ulps: vec![0; BINS],
            took: vec![true; ask.casts.len()],
            sketch,
        }
    }

    /// Take a piece; `at` is the number of its first element. `signs` are those of all columns.
    pub(crate) fn take(&mut self, a: &[f64], b: &[f64], at: u64, ask: &Ask<'_>, columns: u64, signs: &[f64]) {
        self.add(a, b, at, ask);
        let Some(sketch) = &mut self.sketch else { return };
        let (mut a, mut b, mut at) = (a, b, at);
        while !a.is_empty() && !b.is_empty() {
            let (row, column) = (at / columns, at % columns);
            let signs = signs.get(usize::try_from(column).unwrap_or(0)..).unwrap_or_default();
            let count = usize::try_from(columns - column).unwrap_or(usize::MAX).min(a.len()).min(b.len());
            sketch.add(row, column, &a[..count], &b[..count], signs);
            (a, b, at) = (&a[count..], &b[count..], at + count as u64);
        }
    }

    fn add(&mut self, a: &[f64], b: &[f64], at: u64, ask: &Ask<'_>) {
        let finite = a.iter().zip(b).fold(true, |all, (x, y)| all & x.is_finite() & y.is_finite());
        if finite {
            self.sums(a, b)
        } else {
            self.careful(a, b)
        }
        self.count += a.len() as u64;
        let mut largest = self.largest;
        for (place, (x, y)) in a.iter().zip(b).enumerate() {
            if x.to_bits() == y.to_bits() || x == y {
                continue;
            }
            self.changed += u64::from(!(x.is_nan() && y.is_nan()));
            self.zeroed += u64::from(*y == 0.0);
            let change = (y - x).abs();
            if change > largest && change.is_finite() {
                largest = change;
                self.largest_at = at + place as u64;
            }
        }
        self.largest = largest;
        if let Some(grid) = ask.grid {
            for (x, y) in a.iter().zip(b).filter(|(x, y)| x.is_finite() && y.is_finite()) {
                let apart = grid.apart(*x, *y);
                self.ulps[(64 - apart.leading_zeros()) as usize] += 1;
            }
        }
        for (grid, took) in ask.casts.iter().zip(&mut self.took) {
            *took =
                *took && a.iter().zip(b).all(|(x, y)| if ask.swapped { grid.took(*y, *x) } else { grid.took(*x, *y) });
        }
    }

    fn sums(&mut self, a: &[f64], b: &[f64]) {
        let mut lanes = [[0.0f64; 4]; 6];
        let (fours, others) = (a.chunks_exact(4), b.chunks_exact(4));
        let rest = fours.remainder().iter().zip(others.remainder());
        for (x, y) in fours.zip(others) {
            for lane in 0..4 {
                let (x, y) = (x[lane], y[lane]);
                lanes[0][lane] += x;
                lanes[1][lane] += y;
                lanes[2][lane] += x * x;
                lanes[3][lane] += y * y;
                lanes[4][lane] += x * y;
                lanes[5][lane] += (y - x) * (y - x);
            }
        }
        let mut sums = lanes.map(|lane| lane.iter().sum::<f64>());
        for (x, y) in rest {
            let more = [*x, *y, x * x, y * y, x * y, (y - x) * (y - x)];
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        let own = self.sum.iter_mut().chain(&mut self.squares);
        own.zip(sums).for_each(|(own, more)| *own += more);
    }

    fn careful(&mut self, a: &[f64], b: &[f64]) {
        self.not_finite[0] += a.iter().filter(|x| !x.is_finite()).count() as u64;
        self.not_finite[1] += b.iter().filter(|y| !y.is_finite()).count() as u64;
        let (x, y): (Vec<f64>, Vec<f64>) =
            a.iter().zip(b).filter(|(x, y)| x.is_finite() && y.is_finite()).map(|(x, y)| (*x, *y)).unzip();
        self.sums(&x, &y);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum.iter_mut().zip(other.sum).for_each(|(own, more)| *own += more);
        self.squares.iter_mut().zip(other.squares).for_each(|(own, more)| *own += more);
        if other.largest > self.largest {
            (self.largest, self.largest_at) = (other.largest, other.largest_at);
        }
        self.changed += other.changed;
        self.zeroed += other.zeroed;
        self.not_finite.iter_mut().zip(other.not_finite).for_each(|(own, more)| *own += more);
        self.ulps.iter_mut().zip(&other.ulps).for_each(|(own, more)| *own += more);
        self.took.iter_mut().zip(&other.took).for_each(|(own, more)| *own &= more);
        if let (Some(own), Some(more)) = (&mut self.sketch, &other.sketch) {
            own.merge(more);
        }
    }

    /// Whether the numbers may be the same in another order: sums do not see the order, but for rounding.
    pub(crate) fn may_be_reordered(&self) -> bool {
        let [a, b, ..] = self.squares;
        (a - b).abs() <= a.max(b) * 1e-6 || self.not_finite != [0, 0]
    }

    /// Length of the change by the length of the first.
    pub(crate) fn relative(&self) -> f64 {
        let [first, _, _, change] = self.squares;
        if change == 0.0 { 0.0 } else { (change / first).sqrt() }
    }

    /// Cosine of the two; `None` where one of them is zero.
    pub(crate) fn cosine(&self) -> Option<f64> {
        let [a, b, ab, _] = self.squares;
        cosine(a, b, ab)
    }

    /// Cosine after the mean of each was taken away; `None` where one of them is constant.
    pub(crate) fn centred(&self) -> Option<f64> {
        let count = (self.count - self.not_finite.iter().copied().max().unwrap_or(0)).max(1) as f64;
        let ([a, b, ab, _], [sum_a, sum_b]) = (self.squares, self.sum);
        let less = |square: f64, product: f64| {
            let left = square - product / count;
            // What is left of rounding is nothing.
            if left.abs() <= square.abs() * 1e-12 { 0.0 } else { left }
        };
        cosine(less(a, sum_a * sum_a), less(b, sum_b * sum_b), ab - sum_a * sum_b / count)
    }
}

fn cosine(a: f64, b: f64, ab: f64) -> Option<f64> {
    let length = (a * b).sqrt();
    (length > 0.0 && length.is_finite()).then(|| (ab / length).clamp(-1.0, 1.0))
}
