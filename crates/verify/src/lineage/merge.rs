//! Whether a child is a weighted sum of two parents: least squares over samples of its matrices.

use crate::caps;
use crate::weights::{Placed, Room, Weights};

/// A mixture of two parents.
#[derive(Clone, Copy, Debug)]
pub struct Merge {
    /// Which of the parents.
    pub parents: [usize; 2],
    /// The share of each.
    pub shares: [f64; 2],
}

/// The shares of two parents; `None` where the child is no mixture of them.
pub(super) fn shares(child: &Weights<'_>, one: &Weights<'_>, other: &Weights<'_>) -> Option<[f64; 2]> {
    /// Least share of a parent.
    const LEAST: f64 = 0.05;
    /// What may be left over, of what is left over by the better parent alone, both squared.
    const LEFT: f64 = 0.05;
    const MATRICES: usize = 12;
    let find = |weights: &Weights<'_>, wanted: &Placed| {
        let at = weights.tensors.binary_search_by(|one| one.name.cmp(&wanted.name)).ok()?;
        weights.tensors.get(at).filter(|found| found.tensor.shape == wanted.tensor.shape).cloned()
    };
    let matrices: Vec<&Placed> = child
        .tensors
        .iter()
        .filter(|placed| placed.tensor.shape.len() >= 2 && placed.tensor.elements >= 1024)
        .collect();
    let step = matrices.len().div_ceil(MATRICES).max(1);
    let mut rooms = [Room::default(), Room::default(), Room::default()];
    // Products of child, first and second with each other.
    let mut products = [[0f64; 3]; 3];
    for placed in matrices.into_iter().step_by(step) {
        let (Some(first), Some(second)) = (find(one, placed), find(other, placed)) else { continue };
        let count = placed.tensor.elements.min(caps::NUMBERS * 8) / 256 * 256;
        let [mine, ours, theirs] = &mut rooms;
        let read = child.values(placed, 0..count, mine).and_then(|()| one.values(&first, 0..count, ours));
        if read.and_then(|()| other.values(&second, 0..count, theirs)).is_err() {
            continue;
        }
        for ((x, a), b) in mine.values.iter().zip(&ours.values).zip(&theirs.values) {
            let all = [*x, *a, *b];
            if all.iter().all(|value| value.is_finite()) {
                for (row, left) in products.iter_mut().zip(all) {
                    row.iter_mut().zip(all).for_each(|(sum, right)| *sum += left * right);
                }
            }
        }
    }
    let [[xx, xa, xb], [_, aa, ab], [_, _, bb]] = products;
    let determinant = aa * bb - ab * ab;
    if determinant <= aa * bb * 1e-9 {
        return None;
    }
    let shares = [(xa * bb - xb * ab) / determinant, (xb * aa - xa * ab) / determinant];
    let both = xx - shares[0] * xa - shares[1] * xb;
    // The better of the two alone, taken as it is.
    let alone = (xx - 2.0 * xa + aa).min(xx - 2.0 * xb + bb);
    (shares.iter().all(|share| *share >= LEAST) && both <= alone * LEFT).then_some(shares)
}
