//! House work: `cargo xtask <task>`. One module per task; this file only dispatches.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks to a terminal")]

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let task = args.next();
    let _rest: Vec<String> = args.collect();
    match task.as_deref() {
        other => anyhow::bail!("no task named {other:?}"),
    }
}
