//! `candor lineage`: whether the weights of a model are derived from those of another.

use super::diff::{open, unread};
use crate::Outcome;
use crate::args::Format;
use crate::output::Output;
use crate::{disk, progress};
use anyhow::bail;
use candor_facts::Descent;
use candor_report::{Detail, Style};
use candor_source::Folder;
use candor_verify::lineage::{self, Answer, FALSE_POSITIVES, Lineage, Named, Parent};
use candor_verify::{Counter, Progress};
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What `lineage --help` shows.
pub(crate) const HELP: &str = "\
Looks at weights alone: matrices that are the same, the cosine of those that are not, neurons that pair up though
they stand in another order. The kind is one of identical, cast, quantisation, pruning, lora-merge, permuted,
fine-tune, continued-training, merge. Weights do not show who came first, nor that a model learnt from the output
of another: the direction follows from what the models say of each other, or is unknown. What the child declares
is held against what its weights show.

Exit codes:
  0  answered for each parent
  2  an input that is not there
  3  nothing could be judged for some parent, or there were no weights

Example:
  candor lineage examples/open-source examples/open-weights";

/// Arguments of `lineage`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The model whose origin is asked for: a folder or a file of weights
    child: PathBuf,
    /// Models that it may be derived from
    #[arg(required = true)]
    parents: Vec<PathBuf>,
    /// The name that others know the child by, where its folder has another
    #[arg(long, value_name = "OWNER/NAME")]
    name: Option<String>,
    /// The names that others know the parents by, in the same order
    #[arg(long, value_name = "OWNER/NAME")]
    parent_name: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The name of a folder, or of the one that a file lies in.
fn called(path: &Path, folder: &Folder) -> String {
    let shown = path.file_stem().or(folder.root().file_name());
    let name = if path.is_dir() { folder.root().file_name() } else { shown };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    if options.parent_name.len() > options.parents.len() {
        bail!("`--parent-name` is said {} times for {} parents", options.parent_name.len(), options.parents.len());
    }
    let own = open(&options.child)?;
    let others = options.parents.iter().map(|path| open(path)).collect::<anyhow::Result<Vec<Folder>>>()?;
    let child = Named { tree: &own, name: options.name.clone().unwrap_or_else(|| called(&options.child, &own)) };
    let name = |at: usize, path: &Path, folder: &Folder| {
        options.parent_name.get(at).cloned().unwrap_or_else(|| called(path, folder))
    };
    let parents: Vec<Named<'_>> = options
        .parents
        .iter()
        .zip(&others)
        .enumerate()
        .map(|(at, (path, folder))| Named { tree: folder, name: name(at, path, folder) })
        .collect();
    let counter = Counter::default();
    let work = || lineage::lineage(&child, &parents, disk::threads(), Progress::on(&counter));
    let found = progress::watch(output, &counter, work);
    let names: Vec<&str> = parents.iter().map(|parent| parent.name.as_str()).collect();
    match options.format {
        Format::Json => output.print(&document(&child.name, &names, &found).to_string())?,
        Format::Human => output.show(&human(&child.name, &names, &found, output))?,
    }
    let unknown = found.parents.iter().any(|parent| parent.answer == Answer::Unknown);
    Ok(if unknown { Outcome::Undetermined } else { Outcome::Answered })
}

fn document(child: &str, names: &[&str], found: &Lineage) -> Value {
    let parents: Vec<Value> = found.parents.iter().zip(names).map(|(parent, name)| one(parent, name)).collect();
    let merge = found.merge.map(|merge| {
        let named: Vec<Option<&&str>> = merge.parents.iter().map(|at| names.get(*at)).collect();
        json!({"parents": named, "shares": merge.shares})
    });
    json!({
        "schema": "candor/lineage/1",
        "child": child,
        "parents": parents,
        "merge": merge,
        "false_positives": FALSE_POSITIVES,
    })
}

fn one(parent: &Parent, name: &str) -> Value {
    let [compared, identical, alike] = parent.matrices;
    let neurons = parent
        .neurons
        .map(|neurons| json!({"sampled": neurons.sampled, "agreeing": neurons.agreeing, "chance": neurons.chance}));
    let bases: Vec<Value> =
        parent.declared.bases.iter().map(|(name, path)| json!({"name": name, "path": path})).collect();
    let finding = parent.declared.finding(parent.answer, name).map(|(kind, why)| json!({"kind": kind, "why": why}));
    let shown = parent.shown.as_ref().map(|shown| {
        json!({
            "path": shown.path, "tensor": shown.tensor, "bytes": [shown.bytes.start, shown.bytes.end],
            "sha256": shown.digest.hex(),
        })
    });
    json!({
        "parent": name,
        "answer": parent.answer.word(),
        "kind": parent.kind,
        "direction": parent.declared.direction().as_str(),
        "matrices": {"compared": compared, "identical": identical, "alike": alike},
        "centred_cosine": parent.cosine,
        "relative_l2": parent.relative,
        "rank": parent.rank,
        "zeroed": parent.zeroed,
        "neurons": neurons,
        "declared": bases,
        "finding": finding,
        "shown": shown,
        "unread": unread(&parent.unread),
    })
}

fn human(child: &str, names: &[&str], found: &Lineage, output: &Output) -> String {
    let mut out = String::new();
    for (parent, name) in found.parents.iter().zip(names) {
        let style = match parent.answer {
            Answer::Related => Style::Bad,
            Answer::Independent => Style::Good,
            Answer::Unknown => Style::Heading,
        };
        let word = output.paint.apply(style, parent.answer.word());
        let kind = if parent.answer == Answer::Related { format!(", {}", parent.kind) } else { String::new() };
        let _ = writeln!(out, "{child} and {name}: {word}{kind}");
        if output.detail == Detail::Brief {
            continue;
        }
        let [compared, identical, alike] = parent.matrices;
        let _ = writeln!(out, "  matrices  {compared} compared, {identical} identical, {alike} identical or alike");
        if let Some(cosine) = parent.cosine {
            let _ = writeln!(out, "  cosine    {cosine:.4} (median, centred)");
        }
        if let Some(relative) = parent.relative {
            let _ = writeln!(out, "  change    {relative:.3e} of the length of the parent's (median)");
        }
        if let Some(rank) = parent.rank {
            let _ = writeln!(out, "  rank      {rank}");
        }
        if let Some(zeroed) = parent.zeroed {
            let _ = writeln!(out, "  zeroed    {:.1} % of the elements", zeroed * 100.0);
        }
        if let Some(neurons) = parent.neurons {
            let (agreeing, sampled, chance) = (neurons.agreeing, neurons.sampled, neurons.chance);
            let _ = writeln!(
                out,
                "  neurons   {agreeing} of {sampled} pair up; among unrelated models the chance is {chance:.1e}"
            );
        }
        let direction = match parent.declared.direction() {
            Descent::FromIt => format!("{child} says that it is made from {name}"),
            Descent::ToIt => format!("{name} says that it is made from {child}"),
            Descent::Unsaid => "unknown: neither alone names the other".to_owned(),
        };
        let _ = writeln!(out, "  direction {direction}");
        if let Some((kind, why)) = parent.declared.finding(parent.answer, name) {
            let _ = writeln!(out, "  finding   {kind}: {why}");
        }
        if let Some(shown) = &parent.shown {
            let Range { start, end } = shown.bytes;
            let word = if parent.answer == Answer::Related { "shown by" } else { "compared" };
            let _ = writeln!(out, "  {word:<9} {} of {child}: {}, bytes {start}..{end}", shown.tensor, shown.path);
        }
        for one in &parent.unread {
            let _ = writeln!(out, "  unread    {}: {}", one.path, one.why);
        }
    }
    if let Some(merge) = found.merge {
        let named = merge.parents.map(|at| names.get(at).copied().unwrap_or_default());
        let [first, second] = merge.shares;
        let _ = writeln!(out, "merge of {} ({first:.2}) and {} ({second:.2})", named[0], named[1]);
    }
    if output.detail != Detail::Brief {
        let _ = writeln!(out, "false positives: {FALSE_POSITIVES}");
    }
    out
}
