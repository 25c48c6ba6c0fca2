//! What happened to a tensor, from its figures. Thresholds are ours and stand here.

use super::stats::Stats;
use super::{Equal, Figures, Numbers, Pair};
use crate::weights::{Placed, Room, Weights};
use candor_inspect::tensors::Dtype;
use std::fmt;

/// What happened to a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The same numbers of the same type.
    Equal,
    /// Other bytes of the same type whose numbers, read as 64-bit floats, are the same: zeros of another sign, another
    /// NaN, integers beyond 2^53, blocks written otherwise.
    Bits,
    /// Another element type; the numbers are those of the wider type, rounded.
    Cast {
        /// Whether nothing was lost.
        exact: bool,
    },
    /// Rounded to a narrower type that the numbers are no longer stored in.
    Rounded {
        /// That type.
        to: &'static str,
    },
    /// Quantised: few levels under a common scale.
    Quantised {
        /// The element type, or how many elements share a scale.
        to: String,
    },
    /// Elements became zero, and nothing else changed.
    Pruned,
    /// A matrix of low rank was added.
    LowRank {
        /// Its rank.
        rank: u32,
    },
    /// At most a tenth of the elements changed.
    Sparse,
    /// The same rows or columns in another order.
    Permuted {
        /// `rows`, `columns`, or `rows and columns`.
        what: &'static str,
    },
    /// Changed everywhere, and still alike.
    Dense,
    /// Not alike: no more than chance.
    Unrelated,
    /// Another shape.
    Shape,
    /// Not compared; why.
    Opaque {
        /// The reason.
        why: String,
    },
}

impl Kind {
    /// Whether nothing differs.
    pub fn is_equal(&self) -> bool {
        *self == Self::Equal
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Bits => "bits",
            Self::Cast { .. } | Self::Rounded { .. } => "cast",
            Self::Quantised { .. } => "quantised",
            Self::Pruned => "pruned",
            Self::LowRank { .. } => "low-rank",
            Self::Sparse => "sparse",
            Self::Permuted { .. } => "permuted",
            Self::Dense => "dense",
            Self::Unrelated => "unrelated",
            Self::Shape => "shape",
            Self::Opaque { .. } => "not-compared",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Self::Cast { exact: true } => f.write_str(", nothing lost"),
            Self::Rounded { to } => write!(f, " to {to} and back"),
            Self::Quantised { to } => write!(f, " ({to})"),
            Self::LowRank { rank } => write!(f, " (rank {rank})"),
            Self::Permuted { what } => write!(f, " ({what})"),
            Self::Opaque { why } => write!(f, ": {why}"),
            _ => Ok(()),
        }
    }
}

/// Share of the elements up to which a change is sparse: one in so many.
const SPARSE: u64 = 10;
/// Cosine from which a tensor of few levels passes for a quantisation: two bits keep 0.8.
const ALIKE: f64 = 0.7;
/// Cosine below which another order is looked for.
const FAR: f64 = 0.5;
/// Standard deviations of chance below which tensors are not alike.
const CHANCE: f64 = 6.0;

pub(super) fn judge(
    a: &Weights<'_>,
    b: &Weights<'_>,
    pair: &Pair<'_>,
    equal: &Equal,
    figures: &Figures,
) -> (Kind, Option<Numbers>) {
    let opaque = |why: &String| (Kind::Opaque { why: why.clone() }, None);
    match (equal, figures) {
        (Err(why), _) | (_, Some(Err(why))) => opaque(why),
        _ if !pair.fits() => (Kind::Shape, None),
        (Ok(true), _) | (_, None) => (Kind::Equal, None),
        (_, Some(Ok(stats))) => match of(a, b, pair, stats) {
            Ok(kind) => (kind, Some(numbers(stats))),
            Err(why) => opaque(&why),
        },
    }
}

fn numbers(stats: &Stats) -> Numbers {
    let used = stats.ulps.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
    Numbers {
        relative: stats.relative(),
        cosine: stats.cosine(),
        centred: stats.centred(),
        largest: (stats.largest, stats.largest_at),
        changed: (stats.changed, stats.count),
        zeroed: stats.zeroed,
        not_finite: stats.not_finite,
        ulps: stats.ulps.get(..used).unwrap_or_default().to_vec(),
    }
}

fn of(a: &Weights<'_>, b: &Weights<'_>, pair: &Pair<'_>, stats: &Stats) -> Result<Kind, String> {
    let [x, y] = pair.dtypes();
    if stats.changed == 0 {
        // Equal bytes were answered before. Those in another order in the file were not; 64-bit floats hold all their
        // numbers but large integers.
        let large = [x, y].iter().any(|dtype| matches!(dtype, Dtype::I64 | Dtype::U64));
        return Ok(match x == y {
            true if pair.is_bytewise() || large => Kind::Bits,
            true => Kind::Equal,
            false => Kind::Cast { exact: !large },
        });
    }
    let (casts, ..) = pair.ask();
    let mut took = casts.iter().zip(&stats.took).filter(|(_, took)| **took).map(|((dtype, _), _)| *dtype);
    if let Some(to) = took.next() {
        return Ok(if x != y && (to == x || to == y) {
            Kind::Cast { exact: false }
        } else {
            Kind::Rounded { to: to.name() }
        });
    }
    let cosine = stats.cosine().unwrap_or(0.0);
    let blocked = [y, x].into_iter().find(|dtype| dtype.is_blocked() || !dtype.is_float());
    if let Some(dtype) = blocked.filter(|dtype| cosine >= ALIKE && (x != y || dtype.is_blocked())) {
        return Ok(Kind::Quantised { to: dtype.name().to_owned() });
    }
    if stats.zeroed == stats.changed {
        return Ok(Kind::Pruned);
    }
    if stats.changed <= stats.count / SPARSE {
        return Ok(Kind::Sparse);
    }
    if cosine >= ALIKE
        && let Some(group) = levels(b, pair.b, pair)?
        && levels(a, pair.a, pair)?.is_none()
    {
        return Ok(Kind::Quantised { to: group });
    }
    let rank = stats.sketch.as_ref().and_then(|sketch| sketch.rank(pair.rows, pair.columns));
    if let Some(rank) = rank {
        return Ok(Kind::LowRank { rank });
    }
    let centred = stats.centred().unwrap_or(cosine);
    if centred.abs() < FAR {
        if x == y
            && stats.may_be_reordered()
            && let Some(what) = permuted(a, b, pair)?
        {
            return Ok(Kind::Permuted { what });
        }
        if centred.abs() * (stats.count as f64).sqrt() < CHANCE {
            return Ok(Kind::Unrelated);
        }
    }
    Ok(Kind::Dense)
}

/// How many neighbours share a scale, where nearly all groups of them lie on a few even levels.
fn levels(weights: &Weights<'_>, placed: &Placed, pair: &Pair<'_>) -> Result<Option<String>, String> {
    const GROUPS: [usize; 4] = [32, 64, 128, 256];
    /// Longest row of which a single scale is sought. Elements.
    const LONGEST: u64 = 1 << 16;
    const ROWS: u64 = 24;
    let columns = if pair.columns > 1 { pair.columns } else { pair.rows };
    if !(32..=LONGEST).contains(&columns) {
        return Ok(None);
    }
    let rows = placed.tensor.elements / columns;
    let whole = usize::try_from(columns).unwrap_or(usize::MAX);
    let sizes = GROUPS.into_iter().chain([whole]).map(|size| size.min(whole));
    // Groups of each size that are even, that are not, and all.
    let mut seen = [(0, 0, 0); GROUPS.len() + 1];
    for (size, (.., all)) in sizes.clone().zip(&mut seen) {
        *all = rows.min(ROWS) * (whole / size) as u64;
    }
    let is_lost = |odd: u64, all: u64| odd * 20 > all;
    let mut room = Room::default();
    for sample in 0..rows.min(ROWS) {
        let row = sample * rows / rows.min(ROWS);
        weights.values(placed, row * columns..(row + 1) * columns, &mut room)?;
        for (size, (even, odd, all)) in sizes.clone().zip(&mut seen) {
            for group in room.values.chunks_exact(size) {
                if is_lost(*odd, *all) {
                    break;
                }
                *(if is_even(group) { &mut *even } else { &mut *odd }) += 1;
            }
        }
        if seen.iter().all(|(_, odd, all)| is_lost(*odd, *all)) {
            return Ok(None);
        }
    }
    // The largest group that holds says most.
    let found = GROUPS.iter().map(|size| size.to_string()).chain(["row".to_owned()]).zip(seen);
    let held = found.filter(|(_, (even, _, all))| *all > 0 && *even * 20 >= *all * 19).last();
    Ok(held.map(
        |(size, _)| if size == "row" { "a scale for each row".into() } else { format!("a scale for each {size}") },
    ))
}

/// Whether values are whole multiples of one step, with at most 8 bits of them.
fn is_even(group: &[f64]) -> bool {
    const LEVELS: f64 = 256.0;
    let mut sorted = group.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (sorted.first().copied(), sorted.last().copied()) else { return false };
    let spread = last - first;
    let small = spread / (LEVELS * 4.0);
    let steps = sorted.windows(2).filter_map(|pair| match pair {
        [a, b] if b - a > small => Some(b - a),
        _ => None,
    });
    let Some(step) = steps.min_by(f64::total_cmp).filter(|step| *step > 0.0 && spread.is_finite()) else {
        return false;
    };
    // The least gap may be two steps: then half of it is tried.
    [step, step / 2.0, step / 3.0].into_iter().any(|step| {
        // With as many levels as values anything is near to one of them.
        spread / step < LEVELS
            && sorted.iter().all(|value| {
                let place = (value - first) / step;
                (place - place.round()).abs() < 0.02
            })
    })
}

/// Which order changed, where rows or columns are the same otherwise. Sums of digests do not see the order.
fn permuted(a: &Weights<'_>, b: &Weights<'_>, pair: &Pair<'_>) -> Result<Option<&'static str>, String> {
    fn mix(bits: u64) -> u64 {
        let bits = (bits ^ bits >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let bits = (bits ^ bits >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        bits ^ bits >> 32
    }
    let digests = |weights: &Weights<'_>, placed: &Placed| -> Result<[u64; 3], String> {
        let mut room = Room::default();
        let [mut rows, mut columns, mut both] = [0u64; 3];
        let each = crate::caps::NUMBERS;
        for row in 0..pair.rows {
            let (mut ordered, mut loose, mut at) = (0u64, 0u64, row * pair.columns);
            let end = at + pair.columns;
            while at < end {
                let piece = end.min(at + each);
                weights.values(placed, at..piece, &mut room)?;
                for value in &room.values {
                    let bits = mix(value.to_bits());
                    ordered = mix(ordered.rotate_left(5) ^ bits);
                    loose = loose.wrapping_add(bits);
                }
                at = piece;
            }
            rows = rows.wrapping_add(mix(ordered));
            columns = mix(columns.rotate_left(5) ^ loose);
            both = both.wrapping_add(mix(loose));
        }
        Ok([rows, columns, both])
    };
    // A vector is one column; rows of one element each would cost a read each.
    if pair.columns <= 1 && pair.rows > 1 << 16 {
        return Ok(None);
    }
    let (one, other) = (digests(a, pair.a)?, digests(b, pair.b)?);
    let words = ["rows", "columns", "rows and columns"];
    let mut same = one.iter().zip(&other).zip(words).filter(|((one, other), _)| one == other).map(|(_, word)| word);
    Ok(same.next())
}
