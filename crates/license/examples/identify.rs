//! Prints what each file is: `cargo run -p candor-license --example identify -- FILE…`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "an example talks to a terminal, reads files and the clock"
)]

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("{path}: {error}");
                continue;
            }
        };
        let answer = candor_license::identify(&bytes);
        let expression = answer.expression.map_or_else(|| "-".to_owned(), |e| e.to_string());
        println!("{path}\t{expression}\tcustom={}", answer.custom);
        let text = |range: &std::ops::Range<usize>| {
            let span = bytes.get(range.start..range.end).unwrap_or_default();
            let short = span.get(..160).unwrap_or(span);
            String::from_utf8_lossy(short).split_whitespace().collect::<Vec<_>>().join(" ")
        };
        for m in &answer.matches {
            println!("  {} {} {:?} missing {}", m.id, m.kind.as_str(), m.bytes, m.missing);
            for span in m.residue.iter().take(8) {
                println!("    differs {span:?}: {}", text(span));
            }
        }
        for r in &answer.restrictions {
            let quoted = r.bytes.as_ref().map(text).unwrap_or_default();
            println!("  ! {} {:?} via_text={} {}: {quoted}", r.kind, r.value, r.via_text, r.note);
        }
        for c in &answer.conditions {
            println!("  + {} via_text={} {}", c.kind, c.via_text, c.note);
        }
    }
}
