//! How long to wait: what a platform says of its limits, and what is done where it says nothing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The clock and the right to wait, so that tests do neither.
pub(crate) trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> SystemTime;
    /// Wait.
    fn sleep(&self, time: Duration);
}

/// The clock of this machine.
pub(crate) struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// `Retry-After`: seconds, or a date.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    Some(date(value)?.duration_since(now).unwrap_or(Duration::ZERO))
}

/// `ratelimit: "api";r=0;t=129`: how long nothing more may be asked. `None` when something may.
pub(crate) fn exhausted(value: &str) -> Option<Duration> {
    let number = |entry: &str, key: &str| {
        entry.split(';').find_map(|field| field.trim().strip_prefix(key)?.strip_prefix('=')?.trim().parse::<u64>().ok())
    };
    value
        .split(',')
        .filter_map(|entry| Some((number(entry, "r")?, number(entry, "t")?)))
        .filter(|(rest, _)| *rest == 0)
        .map(|(_, seconds)| Duration::from_secs(seconds))
        .max()
}

/// The wait before attempt number `attempt`, from 1, of a request that failed without a word on when to come again.
pub(crate) fn backoff(attempt: u32) -> Duration {
    Duration::from_millis(500) * 2u32.saturating_pow(attempt.saturating_sub(1).min(6))
}

/// A date as HTTP writes it now: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
fn date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let word = words.next()?;
    let month = 1 + MONTHS.iter().position(|month| *month == word)? as u64;
    let year: u64 = words.next()?.parse().ok()?;
    let mut time = words.next()?.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let fine = words.next() == Some("GMT")
        && (1..=31).contains(&day)
        && (1970..=9999).contains(&year)
        && hour < 24
        && minute < 60
        && second < 61;
    if !fine {
        return None;
    }
    // Days since 1970-03-01 of a year that begins in March, so that the leap day comes last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    let days = days.checked_sub(719_468)?;
    Some(UNIX_EPOCH + Duration::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_platform_says_of_its_limits() {
        for (value, expected) in [
            (r#""api";r=490;t=129"#, None),
            (r#""api";r=0;t=129"#, Some(129)),
            (r#""api"; r=0; t=12, "resolve";r=0;t=40"#, Some(40)),
            (r#""api";r=0"#, None),
            (r#""api";r=x;t=1"#, None),
            ("", None),
        ] {
            assert_eq!(exhausted(value), expected.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn when_to_come_again() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (value, expected) in [
            ("30", Some(30)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Tue, 07 Nov 1995 08:49:37 GMT", Some(366 * 86_400)),
            ("Sun, 06 Nov 1994 08:49:37", None),
            ("soon", None),
            ("-1", None),
            ("Sun, 99 Xyz 1994 08:49:37 GMT", None),
        ] {
            assert_eq!(retry_after(value, now), expected.map(Duration::from_secs), "{value}");
        }
        assert_eq!(date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(UNIX_EPOCH));
        assert_eq!(date("Thu, 29 Feb 2024 12:00:00 GMT"), Some(UNIX_EPOCH + Duration::from_secs(1_709_208_000)));
    }

    #[test]
    fn waits_grow_and_end() {
        assert_eq!([1, 2, 3, 99].map(backoff).map(|wait| wait.as_millis()), [500, 1000, 2000, 32_000]);
    }
}
