//! `candor verify digests`: whether files are those that somebody listed.

mod journal;
mod release;

use crate::Outcome;
use crate::args::Format;
use crate::output::Output;
use crate::{disk, progress};
use anyhow::{Context, anyhow, bail};
use candor_facts::Tree;
use candor_report::{Detail, Style};
use candor_source::Folder;
use candor_verify::digests::{self, Before, Digests, Job, Report, Source};
use candor_verify::{Counter, Progress, signature};
use clap::Args;
use journal::Journal;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What `verify digests --help` shows.
pub(super) const HELP: &str = "\
Looks beside the files for who says which digests they have: SHA256SUMS and the like, CycloneDX and SPDX,
indexes of shards, the names of blobs in a hub cache, what the hub client noted at download, pointers of
Git LFS, RECORD of a Python package, the listing of a release bundle, a manifest of Candor. A list that lies beside
the files guards against damage, not against whoever made both: keep a manifest elsewhere, or sign.

Examples:
  candor verify digests models/mine --write-manifest mine.json
  candor verify digests models/mine --manifest mine.json";

/// Longest list that is read. Bytes.
const LIST_BYTES: u64 = 256 << 20;

/// Arguments of `verify digests`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The folder of the model
    dir: PathBuf,
    /// A list to hold the files against: a manifest, a bill of materials, or checksums
    #[arg(long, value_name = "FILE")]
    manifest: Vec<PathBuf>,
    /// Write a manifest of the folder with SHA-256, git blob and BLAKE3 of each file, instead of verifying
    #[arg(long, value_name = "FILE", conflicts_with = "manifest")]
    write_manifest: Option<PathBuf>,
    /// Note what is done in this file, and go on from there after an interruption. A file of the same size and time
    /// of change is taken for the same
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Run the command.
pub(super) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let folder = Folder::open(&options.dir)?;
    let release = release::Release::of(&options.dir, &folder)?;
    let tree: &dyn Tree = match &release {
        Some(release) => release,
        None => &folder,
    };
    let (journal, before) = match &options.resume {
        Some(path) => Journal::open(path).map(|(journal, before)| (Some(journal), before))?,
        None => (None, BTreeMap::new()),
    };
    let counter = Counter::default();
    let noted = |entry: &candor_facts::TreeEntry, digests: &Digests| {
        if let Some(journal) = &journal {
            journal.note(entry, digests);
        }
    };
    let job = Job { tree, before: &before, done: &noted, threads: disk::threads(), progress: Progress::on(&counter) };
    let outcome = match &options.write_manifest {
        Some(path) => {
            let own = disk::relative(path, folder.root());
            let text = progress::watch(output, &counter, || digests::manifest(&job, own.as_deref()))
                .map_err(|why| anyhow!("`{}`: {why}", options.dir.display()))?;
            disk::write(path, text.as_bytes())?;
            output.show(&format!("{}: the manifest is `{}`\n", options.dir.display(), path.display()))?;
            Outcome::Answered
        }
        None => {
            let sources = sources(options, tree, release.as_ref())?;
            let report = progress::watch(output, &counter, || digests::verify(&job, &sources));
            match options.format {
                Format::Json => output.print(&document(&report).to_string())?,
                Format::Human => output.show(&human(&options.dir, &report, output))?,
            }
            match report.outcome() {
                signature::Outcome::Verified => Outcome::Answered,
                signature::Outcome::Refuted => Outcome::Refuted,
                signature::Outcome::Undetermined => Outcome::Undetermined,
            }
        }
    };
    if let Some(journal) = journal {
        journal.close()?;
    }
    Ok(outcome)
}

fn sources(options: &Options, tree: &dyn Tree, release: Option<&release::Release>) -> anyhow::Result<Vec<Source>> {
    if options.manifest.is_empty() {
        let listing = release.map(release::Release::listing).unwrap_or_default();
        return Ok(listing.into_iter().chain(digests::beside(tree)).collect());
    }
    let mut sources = Vec::new();
    for path in &options.manifest {
        let bytes = disk::read(path, LIST_BYTES)?;
        // Paths in a list are relative to the folder that is verified, wherever the list lies.
        let name = path.file_name().and_then(|name| name.to_str()).context("the name of the list is not UTF-8")?;
        let source = digests::read_list(name, &bytes).map_err(|why| anyhow!("`{}`: {why}", path.display()))?;
        if !source.faults.is_empty() && source.complete {
            bail!("`{}`: {}", path.display(), source.faults.join("; "));
        }
        sources.push(source);
    }
    Ok(sources)
}

fn document(report: &Report) -> serde_json::Value {
    let wrong = report.wrong.iter().map(
        |wrong| json!({"path": wrong.path, "source": wrong.source, "expected": wrong.expected, "found": wrong.found}),
    );
    let unread = report.unread.iter().map(|(path, why)| json!({"path": path, "why": why}));
    json!({
        "verified": report.outcome() == signature::Outcome::Verified,
        "outcome": word(report),
        "reason": report.reason(),
        "sources": report.sources,
        "matching": report.matching,
        "wrong": wrong.collect::<Vec<_>>(),
        "missing": report.missing,
        "extra": report.extra,
        "unlisted": report.unlisted,
        "unfetched": report.unfetched,
        "unread": unread.collect::<Vec<_>>(),
        "faults": report.faults,
    })
}

fn word(report: &Report) -> &'static str {
    match report.outcome() {
        signature::Outcome::Verified => "verified",
        signature::Outcome::Refuted => "refuted",
        signature::Outcome::Undetermined => "undetermined",
    }
}

fn human(dir: &Path, report: &Report, output: &Output) -> String {
    let style = match report.outcome() {
        signature::Outcome::Verified => Style::Good,
        signature::Outcome::Refuted => Style::Bad,
        signature::Outcome::Undetermined => Style::Heading,
    };
    let verdict = output.paint.apply(style, word(report));
    let mut out = format!("{}: {verdict}\n  {}\n", dir.display(), report.reason());
    if output.detail == Detail::Brief {
        return out;
    }
    for source in &report.sources {
        out.push_str(&format!("  against   {source}\n"));
    }
    let shown = if output.verbose { usize::MAX } else { 8 };
    let wrong: Vec<String> = report
        .wrong
        .iter()
        .map(|wrong| format!("{}: {} says {}, found {}", wrong.path, wrong.source, wrong.expected, wrong.found))
        .collect();
    let unread: Vec<String> = report.unread.iter().map(|(path, why)| format!("{path}: {why}")).collect();
    for (word, lines) in [
        ("wrong", &wrong),
        ("missing", &report.missing),
        ("extra", &report.extra),
        ("unread", &unread),
        ("unfetched", &report.unfetched),
        ("fault", &report.faults),
        ("unlisted", &report.unlisted),
        ("matching", &report.matching),
    ] {
        for line in lines.iter().take(shown) {
            out.push_str(&format!("  {word:<9} {line}\n"));
        }
        if lines.len() > shown {
            out.push_str(&format!("  {word:<9} and {} more; `-v` shows all\n", lines.len() - shown));
        }
    }
    out
}

type Earlier = BTreeMap<String, Before>;
