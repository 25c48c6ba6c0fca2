//! [`super::loops::keys_near`] in instructions for eight elements: half of the time of what a compiler makes of the loop,
//! which it neither sees to be a sign put on a number, nor packs well.

use super::loops::Places;
use super::{BITS, BLOCK, HALF};
use bytemuck::must_cast;
use std::arch::x86_64::*;

/// Keys of the distances of a block, where [`Places::are_near`].
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn keys(places: Places, a: &[f32; BLOCK], b: &[f32; BLOCK], keys: &mut [u16; HALF]) {
    let shift = _mm_cvtsi32_si128(places.shift.cast_signed());
    let (unsigned, below_one) = (_mm256_set1_epi32(i32::MAX), _mm256_set1_epi16(126));
    let place =
        |number: __m256i| _mm256_sign_epi32(_mm256_srl_epi32(_mm256_and_si256(number, unsigned), shift), number);
    let exponent = |a: &[f32; 8], b: &[f32; 8]| {
        let apart = _mm256_abs_epi32(_mm256_sub_epi32(place(must_cast(*a)), place(must_cast(*b))));
        let leading = _mm256_andnot_si256(_mm256_srli_epi32::<1>(apart), apart);
        _mm256_srli_epi32::<23>(_mm256_castps_si256(_mm256_cvtepi32_ps(leading)))
    };
    let groups = a.as_chunks::<8>().0.as_chunks::<4>().0.iter().zip(b.as_chunks::<8>().0.as_chunks::<4>().0);
    for (keys, ([a, c, e, g], [b, d, f, h])) in keys.as_chunks_mut::<16>().0.iter_mut().zip(groups) {
        let low = _mm256_packus_epi32(exponent(a, b), exponent(c, d));
        let high = _mm256_packus_epi32(exponent(e, f), exponent(g, h));
        let [low, high] = [low, high].map(|exponents| _mm256_subs_epu16(exponents, below_one));
        *keys = must_cast(_mm256_or_si256(low, _mm256_slli_epi16::<{ BITS as i32 }>(high)));
    }
}
