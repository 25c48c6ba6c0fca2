use super::*;
use crate::diff::rank;
use crate::making::Random;
use crate::values::{decode, grid};

const TYPES: [Dtype; 3] = [Dtype::F32, Dtype::F16, Dtype::BF16];

/// Bytes of numbers of every size, neighbours, zeros of both signs; and what is not finite, where that is wanted.
fn bytes(dtype: Dtype, random: &mut Random, count: usize, wild: bool, finite: bool) -> Vec<u8> {
    let width = if dtype == Dtype::F32 { 4 } else { 2 };
    let infinite: u32 = match dtype {
        Dtype::F32 => 0x7f80_0000,
        Dtype::F16 => 0x7c00,
        _ => 0x7f80,
    };
    let one: u32 = match dtype {
        Dtype::F32 => 0x3f80_0000,
        Dtype::F16 => 0x3c00,
        _ => 0x3f80,
    };
    let mut all = Vec::new();
    for _ in 0..count {
        let bits = random.bits();
        let sign = if bits & 1 == 0 { 0 } else { 1 << (8 * width - 1) };
        let any = (bits >> 8) as u32;
        let size = match bits >> 1 & 7 {
            0 => 0,
            1 => any % 16,
            2 if wild => infinite - 1 - any % 4,
            3 if wild => any % infinite,
            4 if !finite => infinite + any % 3,
            _ => one + any % 64,
        };
        all.extend_from_slice(&(size | sign).to_le_bytes()[..width]);
    }
    all
}

fn near(a: f64, b: f64, size: f64) -> bool {
    a == b || (a - b).abs() <= size || a.is_nan() && b.is_nan()
}

#[test]
fn lanes_find_what_single_numbers_show_on_every_processor() {
    let mut random = Random::new(5);
    let mut features = vec![Features::Any];
    #[cfg(target_arch = "x86_64")]
    {
        if matches!(Features::here(), Features::Avx2 | Features::Avx512) {
            features.push(Features::Avx2);
        }
        if matches!(Features::here(), Features::Avx512) {
            features.push(Features::Avx512);
        }
    }
    for (x, y) in TYPES.iter().flat_map(|x| TYPES.map(|y| (*x, y))) {
        for (columns, count, wild, finite) in [
            (100u64, 5000usize, false, true),
            (256, 4096, false, true),
            (4099, 4099, false, true),
            (1, 7, false, true),
            (100, 5000, true, true),
            (64, 6400, true, false),
            (3, 2049, false, false),
        ] {
            let (a, b) = (bytes(x, &mut random, count, wild, finite), bytes(y, &mut random, count, wild, finite));
            let grids = [grid(x).unwrap(), grid(y).unwrap()];
            let swapped = grids[0].is_coarser(grids[1]);
            let casts = [grid(Dtype::BF16).unwrap(), grid(Dtype::F8_E5M2).unwrap()];
            let own = Some(if swapped { grids[0] } else { grids[1] });
            let ask = Ask { grid: own, casts: &casts, swapped };
            let signs = rank::signs(columns);
            let (mut left, mut right) = (Vec::new(), Vec::new());
            decode(x, false, &a, &mut left);
            decode(y, false, &b, &mut right);
            let mut expected = Stats::new(&ask, Some(Box::new(rank::Sketch::new())));
            expected.take(&left, &right, 0, &ask, columns, &signs);
            let mut first: Option<Stats> = None;
            for features in &features {
                let mut pass = Pass::new([x, y], &ask, &signs, columns).unwrap();
                pass.features = *features;
                let mut stats = Stats::new(&ask, Some(Box::new(rank::Sketch::new())));
                let widths = [a.len() / count * BLOCK, b.len() / count * BLOCK];
                for (at, (a, b)) in a.chunks(widths[0]).zip(b.chunks(widths[1])).enumerate() {
                    let at = at * BLOCK;
                    if !pass.take(&mut stats, a, b, at as u64, &ask) {
                        let run = at..count.min(at + BLOCK);
                        stats.take(&left[run.clone()], &right[run], at as u64, &ask, columns, &signs);
                    }
                }
                pass.finish(&mut stats);
                let case = format!("{x:?} {y:?} {columns} {wild} {finite}");
                let counts = |of: &Stats| (of.count, of.changed, of.zeroed, of.not_finite, of.largest_at);
                assert_eq!(counts(&stats), counts(&expected), "{case}");
                assert_eq!((stats.largest, &stats.took), (expected.largest, &expected.took), "{case}");
                assert_eq!(stats.ulps, expected.ulps, "{case}");
                let size = expected.squares[0].max(expected.squares[1]);
                let sums = |of: &Stats| of.squares.into_iter().chain(of.sum).collect::<Vec<_>>();
                for (own, other) in sums(&stats).into_iter().zip(sums(&expected)) {
                    assert!(near(own, other, size.max(1.0) * 1e-12), "{case}: {own} {other}");
                }
                if !wild {
                    let rank = |of: &Stats| of.sketch.as_ref().unwrap().rank(count as u64 / columns, columns);
                    assert_eq!(rank(&stats), rank(&expected), "{case}");
                }
                let same = first.get_or_insert_with(|| stats.clone());
                assert_eq!(format!("{stats:?}"), format!("{same:?}"), "{case}");
            }
        }
    }
}
