//! Writes the pickles that the tests make to a folder, so that other scanners can be run on the same files.

#[allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "the module of a test")]
#[path = "../../crates/inspect/tests/pickles/made.rs"]
mod made;
#[allow(missing_docs, unreachable_pub, reason = "the module of a test")]
#[path = "../../crates/inspect/tests/pickles/zips.rs"]
mod zips;

use anyhow::Context;
use candor_facts::Claim;
use std::path::PathBuf;

/// Run the task: `cargo xtask pickles DIR`. Beside the files it writes `key.csv`.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let folder = args.first().map(PathBuf::from).context("name the folder to write to: `cargo xtask pickles DIR`")?;
    let mut key = "file\thostile\tcandor\tname\n".to_owned();
    for (number, case) in made::cases().iter().enumerate() {
        let place = format!("{number:03}");
        std::fs::create_dir_all(folder.join(&place))?;
        std::fs::write(folder.join(&place).join(&case.file), &case.bytes)?;
        let report = candor_inspect::inspect_file(&case.file, &case.bytes.as_slice());
        let inert = report.sheet.facts().find_map(|(_, fact)| match &fact.claim {
            Claim::Pickle { inert, .. } => Some(*inert),
            _ => None,
        });
        let word = match inert {
            Some(true) => "inert",
            Some(false) => "not-inert",
            None => "none",
        };
        key.push_str(&format!("{place}/{}\t{}\t{word}\t{}\n", case.file, case.hostile, case.name));
    }
    std::fs::write(folder.join("key.csv"), key)?;
    println!("{} files in {}", made::cases().len(), folder.display());
    Ok(())
}
