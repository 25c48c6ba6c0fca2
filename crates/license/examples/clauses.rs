//! Prints the clauses found in each file: `cargo run -p candor-license --example clauses -- FILE…`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "an example talks to a terminal and reads files"
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
        println!("{path}");
        for clause in candor_license::clauses(&bytes) {
            let start = clause.bytes.as_ref().map_or(0, |r| r.start);
            let span = clause.bytes.and_then(|r| bytes.get(r)).unwrap_or_default();
            let text = String::from_utf8_lossy(span).split_whitespace().collect::<Vec<_>>().join(" ");
            println!("  {} {:?} @{start}: {text}", clause.kind, clause.value);
        }
    }
}
