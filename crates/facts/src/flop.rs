//! Amounts of computing, in whole numbers.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// A number of floating-point operations: `digits × 10^exponent`, kept to six digits, so that it is rounded, and the
/// one who makes it says which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flop {
    digits: u32,
    exponent: u8,
}

impl Flop {
    /// Not more than a number.
    pub fn floor(value: u128) -> Self {
        Self::rounded(value, false)
    }

    /// Not less than a number.
    pub fn ceil(value: u128) -> Self {
        Self::rounded(value, true)
    }

    fn rounded(mut value: u128, up: bool) -> Self {
        let mut exponent = 0;
        while value > 999_999 {
            value = if up { value.div_ceil(10) } else { value / 10 };
            exponent += 1;
        }
        Self { digits: u32::try_from(value).unwrap_or(999_999), exponent }
    }

    /// The number; the largest that can be counted for amounts beyond it.
    pub fn value(self) -> u128 {
        10u128
            .checked_pow(self.exponent.into())
            .and_then(|power| power.checked_mul(self.digits.into()))
            .unwrap_or(u128::MAX)
    }

    /// Whether it is more than a power of ten: `exceeds(25)` asks for more than 10^25.
    pub fn exceeds(self, power: u32) -> bool {
        10u128.checked_pow(power).is_some_and(|threshold| self.value() > threshold)
    }
}

impl Ord for Flop {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value().cmp(&other.value()).then(self.exponent.cmp(&other.exponent))
    }
}

impl PartialOrd for Flop {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Flop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.digits.to_string();
        let (first, rest) = text.split_at(1);
        let power = usize::from(self.exponent) + rest.len();
        match rest.trim_end_matches('0') {
            "" => write!(f, "{first}e{power}"),
            rest => write!(f, "{first}.{rest}e{power}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_goes_the_way_that_is_asked() {
        for (value, down, up) in [
            (0u128, "0e0", "0e0"),
            (7, "7e0", "7e0"),
            (999_999, "9.99999e5", "9.99999e5"),
            (1_000_000, "1e6", "1e6"),
            (12_345_678, "1.23456e7", "1.23457e7"),
            (99_999_999, "9.99999e7", "1e8"),
            (10u128.pow(25), "1e25", "1e25"),
            (10u128.pow(25) + 1, "1e25", "1.00001e25"),
            (u128::MAX, "3.40282e38", "3.40283e38"),
        ] {
            assert_eq!((Flop::floor(value).to_string().as_str(), Flop::ceil(value).to_string().as_str()), (down, up));
            assert!(Flop::floor(value).value() <= value && Flop::ceil(value).value() >= value);
        }
        assert!(Flop::ceil(10u128.pow(25) + 1).exceeds(25) && !Flop::floor(10u128.pow(25)).exceeds(25));
        assert!(Flop::floor(3 * 10u128.pow(24)) < Flop::floor(10u128.pow(25)));
    }
}
