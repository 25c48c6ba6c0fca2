//! Large numbers as JSON writes them, read without floating point.

use candor_facts::Flop;

/// A number as JSON writes it, without floating point: not more and not less than it. `None` for nothing and below.
pub(super) fn operations(text: &str) -> Option<(Flop, Flop)> {
    let (number, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let power: i32 = power.trim_start_matches('+').parse().ok()?;
    let digits: String = format!("{whole}{fraction}").chars().take(36).collect();
    let cut = i32::try_from(whole.len() + fraction.len() - digits.len()).ok()?;
    let exponent = power.checked_sub(i32::try_from(fraction.len()).ok()?)?.checked_add(cut)?;
    let value: u128 = digits.parse().ok().filter(|value| *value > 0)?;
    let scale = 10u128.checked_pow(exponent.unsigned_abs())?;
    if exponent >= 0 {
        let value = value.checked_mul(scale)?;
        return Some((Flop::floor(value), Flop::ceil(value)));
    }
    Some((Flop::floor(value / scale), Flop::ceil(value.div_ceil(scale))))
}

#[cfg(test)]
mod tests {
    use super::operations;

    #[test]
    fn numbers_as_json_writes_them() {
        for (text, expected) in [
            ("1e20", Some("1e20 1e20")),
            ("2.5E+3", Some("2.5e3 2.5e3")),
            ("123456789", Some("1.23456e8 1.23457e8")),
            ("1.5", Some("1e0 2e0")),
            ("0", None),
            ("-1e20", None),
            ("1e99", None),
            ("1e", None),
            ("x", None),
        ] {
            let found = operations(text).map(|(lower, upper)| format!("{lower} {upper}"));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
