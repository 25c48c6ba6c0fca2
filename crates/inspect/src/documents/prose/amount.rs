//! Amounts in words: `15 trillion`, `1.5T`, `176,247,271,424`.

use crate::documents::words::Words;

/// The amount that ends the words, as an interval by its rounding: `15 trillion`, `1.5t`, `300 b`, with at most two
/// words of another kind after it; or a number in groups, as `text` writes it.
pub(super) fn before(words: &[&str], text: &str) -> Option<(u64, u64)> {
    (0..3).find_map(|skipped| {
        let (words, after) = words.split_at_checked(words.len().checked_sub(skipped)?)?;
        if after.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit())) {
            return None;
        }
        rounded(words).or_else(|| grouped(words, text))
    })
}

/// The amount that a text begins with.
pub(super) fn first(text: &str) -> Option<(u64, u64)> {
    let words = Words::of(text);
    let list: Vec<&str> = words.iter().take(6).collect();
    let begins = list.first().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    (1..=list.len()).filter(|_| begins).filter_map(|end| before_exactly(list.get(..end)?, text)).next_back()
}

/// As `before`, of all words and no other.
fn before_exactly(words: &[&str], text: &str) -> Option<(u64, u64)> {
    match words {
        [_] | [_, _] => rounded(words),
        _ => None,
    }
    .or_else(|| grouped(words, text).filter(|_| words.iter().all(|word| word.bytes().all(|b| b.is_ascii_digit()))))
}

fn rounded(words: &[&str]) -> Option<(u64, u64)> {
    let (number, unit, count) = match words {
        [.., number, unit] if power(unit).is_some() => (*number, power(unit)?, 2),
        [.., word] => {
            let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            (digits, power(word.get(digits.len()..)?)?, 1)
        }
        [] => return None,
    };
    // Of a number in groups (`2,000 billion`) the last group alone would be read.
    let first = words.len().checked_sub(count + 1).and_then(|at| words.get(at));
    if first.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    interval(number, unit)
}

/// `176 247 271 424`, where the text has `176,247,271,424`.
fn grouped(words: &[&str], text: &str) -> Option<(u64, u64)> {
    let digits = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let groups = words.iter().rev().take_while(|word| digits(word) && word.len() == 3).count();
    // The first group may be shorter.
    let begin = words.len().checked_sub(groups)?;
    let shorter = begin.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|word| digits(word) && word.len() < 3);
    let list = words.get(begin - usize::from(shorter)..).filter(|list| list.len() >= 2)?;
    let spellings = [",", ".", "_", "\u{202f}", "\u{a0}"];
    if !spellings.iter().any(|between| text.contains(&list.join(between))) {
        return None;
    }
    let value = list.concat().parse().ok().filter(|value| *value > 0)?;
    Some((value, value))
}

fn power(unit: &str) -> Option<u32> {
    match unit {
        "trillion" | "t" | "tn" => Some(12),
        "billion" | "b" | "bn" => Some(9),
        "million" | "m" => Some(6),
        _ => None,
    }
}

fn interval(number: &str, power: u32) -> Option<(u64, u64)> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let decimals = u32::try_from(fraction.len()).ok().filter(|decimals| *decimals <= 4 && whole.len() <= 6)?;
    let digits: u64 = format!("{whole}{fraction}").parse().ok().filter(|digits| *digits > 0)?;
    let unit = 10u64.checked_pow(power.checked_sub(decimals)?)?;
    let value = digits.checked_mul(unit)?;
    Some((value - unit / 2, value.checked_add(unit / 2)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (text, expected) in [
            ("on 15 trillion", Some((14_500_000_000_000, 15_500_000_000_000))),
            ("of 1.5t", Some((1_450_000_000_000, 1_550_000_000_000))),
            ("300b high quality", Some((299_500_000_000, 300_500_000_000))),
            ("2 000 billion", None),
            ("on 15", None),
            ("many", None),
            ("0 billion", None),
            ("has 176 247 271 424", None),
        ] {
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(before(&words, text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_in_groups() {
        for (text, expected) in [
            ("it has 176,247,271,424", Some(176_247_271_424)),
            ("25,824", Some(25_824)),
            ("12 layers, 768", None),
            ("24, 768", None),
            ("1,024,5", None),
            ("0,000", None),
        ] {
            let words = Words::of(text);
            let list: Vec<&str> = words.iter().collect();
            assert_eq!(before(&list, text), expected.map(|value| (value, value)), "{text}");
        }
    }

    #[test]
    fn what_a_text_begins_with() {
        for (text, expected) in [
            ("**366B**", Some((365_500_000_000, 366_500_000_000))),
            ("7 billion, of which some", Some((6_500_000_000, 7_500_000_000))),
            ("6,855,000,000 in all", Some((6_855_000_000, 6_855_000_000))),
            ("about 7 billion", None),
            ("many", None),
        ] {
            assert_eq!(first(text), expected, "{text}");
        }
    }
}
