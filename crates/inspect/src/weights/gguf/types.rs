//! The numbers that GGUF gives to element types and to mixtures of them.

use crate::tensors::Dtype;

/// What a type number is.
pub(crate) enum Known {
    Is(Dtype),
    /// A number that a later version of the format may have given.
    Later,
    /// A number that was taken back, or is none.
    Never,
}

/// The element type of a number.
pub(crate) fn tensor_type(number: u32) -> Known {
    use Dtype::*;
    Known::Is(match number {
        0 => F32,
        1 => F16,
        2 => Q4_0,
        3 => Q4_1,
        6 => Q5_0,
        7 => Q5_1,
        8 => Q8_0,
        9 => Q8_1,
        10 => Q2_K,
        11 => Q3_K,
        12 => Q4_K,
        13 => Q5_K,
        14 => Q6_K,
        15 => Q8_K,
        16 => IQ2_XXS,
        17 => IQ2_XS,
        18 => IQ3_XXS,
        19 => IQ1_S,
        20 => IQ4_NL,
        21 => IQ3_S,
        22 => IQ2_S,
        23 => IQ4_XS,
        24 => I8,
        25 => I16,
        26 => I32,
        27 => I64,
        28 => F64,
        29 => IQ1_M,
        30 => BF16,
        34 => TQ1_0,
        35 => TQ2_0,
        39 => MXFP4,
        40 => NVFP4,
        41 => Q1_0,
        42..=127 => return Known::Later,
        _ => return Known::Never,
    })
}

/// The name of a mixture: `general.file_type`.
pub(crate) fn file_type(number: u64) -> Option<&'static str> {
    const NAMES: &[(u64, &str)] = &[
        (0, "F32"),
        (1, "F16"),
        (2, "Q4_0"),
        (3, "Q4_1"),
        (7, "Q8_0"),
        (8, "Q5_0"),
        (9, "Q5_1"),
        (10, "Q2_K"),
        (11, "Q3_K_S"),
        (12, "Q3_K_M"),
        (13, "Q3_K_L"),
        (14, "Q4_K_S"),
        (15, "Q4_K_M"),
        (16, "Q5_K_S"),
        (17, "Q5_K_M"),
        (18, "Q6_K"),
        (19, "IQ2_XXS"),
        (20, "IQ2_XS"),
        (21, "Q2_K_S"),
        (22, "IQ3_XS"),
        (23, "IQ3_XXS"),
        (24, "IQ1_S"),
        (25, "IQ4_NL"),
        (26, "IQ3_S"),
        (27, "IQ3_M"),
        (28, "IQ2_S"),
        (29, "IQ2_M"),
        (30, "IQ4_XS"),
        (31, "IQ1_M"),
        (32, "BF16"),
        (36, "TQ1_0"),
        (37, "TQ2_0"),
        (38, "MXFP4_MOE"),
        (39, "NVFP4"),
        (40, "Q1_0"),
    ];
    NAMES.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}
