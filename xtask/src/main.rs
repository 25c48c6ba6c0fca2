//! House work: `cargo xtask <task>`. One module per task; this file only dispatches.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks to a terminal")]

mod catalogue;
mod corpus;
mod corpus_licenses;
mod dist;
mod docs;
mod known;
mod licenses;
mod lineage;
mod names;
mod packages;
mod pickles;
mod template;
mod tidy;

use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let task = args.next();
    let rest: Vec<String> = args.collect();
    match task.as_deref() {
        Some("corpus") => corpus::run(&rest),
        Some("lineage") => lineage::run(&rest),
        Some("licenses") => licenses::run(&rest),
        Some("catalogue") => known::run(&rest),
        Some("dist") => dist::run(&rest),
        Some("docs") => docs::run(&rest),
        Some("pickles") => pickles::run(&rest),
        Some("tidy") => tidy::run(&rest),
        Some("corpus-licenses") => corpus_licenses::run(&rest),
        other => anyhow::bail!("no task named {other:?}"),
    }
}

/// The folder of the workspace.
pub(crate) fn workspace_root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// The corpus: `CANDOR_SHARED`, or `../shared` beside the workspace.
pub(crate) fn corpus_root() -> PathBuf {
    let shared = std::env::var_os("CANDOR_SHARED").map(PathBuf::from);
    shared.unwrap_or_else(|| workspace_root().join("../shared")).join("corpus")
}
