//! How far a long command is: on a terminal only, on stderr, on one line that goes away.

use crate::output::Output;
use candor_report::Detail;
use candor_verify::Counter;
use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Time between two looks.
const EVERY: Duration = Duration::from_millis(200);

/// Do some work and show how far it is.
pub(crate) fn watch<R>(output: &Output, counter: &Counter, work: impl FnOnce() -> R) -> R {
    watch_if(output.detail != Detail::Brief, counter, work)
}

/// The same, where it is not said whether anything is to be shown but by this.
pub(crate) fn watch_if<R>(wanted: bool, counter: &Counter, work: impl FnOnce() -> R) -> R {
    if !wanted || !stderr().is_terminal() {
        return work();
    }
    let (done, wait) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let start = Instant::now();
            let mut shown = false;
            while wait.recv_timeout(EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                let (read, all) = counter.state();
                eprint!("\r\x1b[K{}", line(read, all, start.elapsed()));
                shown = stderr().flush().is_ok();
            }
            if shown {
                eprint!("\r\x1b[K");
            }
        });
        let result = work();
        drop(done);
        result
    })
}

fn line(read: u64, all: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rate = read as f64 / seconds;
    let mut line = format!("{} of {}, {}/s", bytes(read), bytes(all), bytes(rate as u64));
    if rate > 0.0 && all > read {
        line.push_str(&format!(", {} left", time(((all - read) as f64 / rate).ceil() as u64)));
    }
    line
}

fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.0} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.0} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}

fn time(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_time_left() {
        for (read, all, seconds, expected) in [
            (0, 10, 1, "0 B of 10 B, 0 B/s"),
            (1_000_000_000, 4_300_000_000, 2, "1.0 GB of 4.3 GB, 500 MB/s, 7 s left"),
            (1_000, 1_000_000, 10, "1 kB of 1 MB, 100 B/s, 2 h 46 min left"),
            (5, 5, 1, "5 B of 5 B, 5 B/s"),
        ] {
            assert_eq!(line(read, all, Duration::from_secs(seconds)), expected);
        }
    }
}
