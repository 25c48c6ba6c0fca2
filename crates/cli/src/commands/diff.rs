//! `candor diff`: what changed between two models.

mod strip;

use crate::Outcome;
use crate::args::Format;
use crate::output::Output;
use crate::{disk, progress};
use anyhow::bail;
use candor_report::{Detail, Style};
use candor_source::Folder;
use candor_verify::diff::{self, Diff, How, Numbers, TensorDiff, Unread};
use candor_verify::{Counter, Progress};
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What `diff --help` shows.
pub(crate) const HELP: &str = "\
A and B are folders or single files: safetensors, PyTorch or GGUF, in one file or in shards, of any element types.
Tensors are paired by name, by what the name means, by content, and by likeness. Each is called equal, cast,
quantised, low-rank, pruned, sparse, permuted, dense or unrelated. A is the reference of all figures.

Exit codes:
  0  no tensor differs
  1  tensors differ
  2  an input that is not there or holds no weights
  3  nothing differs in what could be compared, and not everything could be

Example:
  candor diff examples/open-weights examples/open-source --svg strip.svg";

/// Arguments of `diff`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The model that is compared with
    a: PathBuf,
    /// The other one
    b: PathBuf,
    /// Write a strip with a cell for each tensor, coloured by how much it changed
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// A folder, or a file as a folder.
pub(crate) fn open(path: &Path) -> anyhow::Result<Folder> {
    Ok(if path.is_dir() { Folder::open(path)? } else { Folder::of_file(path)? })
}

/// Run the command.
pub(crate) fn run(options: &Options, output: &Output) -> anyhow::Result<Outcome> {
    let (a, b) = (open(&options.a)?, open(&options.b)?);
    let documents = options.a.is_dir() && options.b.is_dir();
    let counter = Counter::default();
    let work = || diff::diff(&a, &b, documents, disk::threads(), Progress::on(&counter));
    let diff = progress::watch(output, &counter, work);
    for ((side, path), unread) in diff.sides.iter().zip([&options.a, &options.b]).zip(&diff.unread) {
        if side.tensors == 0 {
            match unread.first() {
                Some(Unread { path: file, why }) => {
                    bail!("`{}`: no tensor can be read: `{file}`: {why}", path.display())
                }
                None => {
                    bail!("`{}` holds no weights: *.safetensors, *.bin, *.pt, *.pth, *.ckpt or *.gguf", path.display())
                }
            }
        }
    }
    if let Some(path) = &options.svg {
        disk::write(path, strip::draw(&diff).as_bytes())?;
    }
    match options.format {
        Format::Json => output.print(&document(&diff).to_string())?,
        Format::Human => output.show(&human(options, &diff, output))?,
    }
    Ok(match word(&diff) {
        "different" => Outcome::Refuted,
        "equal" => Outcome::Answered,
        _ => Outcome::Undetermined,
    })
}

fn word(diff: &Diff) -> &'static str {
    match (diff.differs(), diff.is_whole()) {
        // A tensor that could not be read is no difference.
        (true, _) if diff.tensors.iter().any(|one| !one.kind.is_equal() && one.kind.word() != "not-compared") => {
            "different"
        }
        (true, true) => "different",
        (false, true) => "equal",
        _ => "undetermined",
    }
}

/// How many tensors and elements are of each kind.
fn kinds(diff: &Diff) -> BTreeMap<&'static str, (usize, u64)> {
    let mut kinds: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for one in &diff.tensors {
        let (tensors, elements) = kinds.entry(one.kind.word()).or_default();
        *tensors += 1;
        *elements = elements.saturating_add(one.shapes[0].iter().fold(1, |all, one| all.saturating_mul(*one)));
    }
    kinds
}

/// Files that could not be read, for JSON.
pub(crate) fn unread(list: &[Unread]) -> Vec<Value> {
    list.iter().map(|one| json!({"path": one.path, "why": one.why})).collect()
}

fn document(diff: &Diff) -> Value {
    let [a, b] = &diff.sides;
    let side = |side: &diff::Side| {
        let files: Vec<Value> =
            side.files.iter().map(|(path, format)| json!({"path": path, "format": format})).collect();
        json!({"files": files, "tensors": side.tensors, "elements": side.elements})
    };
    let kinds: BTreeMap<&str, Value> = kinds(diff)
        .into_iter()
        .map(|(word, (tensors, elements))| (word, json!({"tensors": tensors, "elements": elements})))
        .collect();
    let metadata: Vec<Value> = diff.metadata.iter().map(|(key, a, b)| json!({"key": key, "a": a, "b": b})).collect();
    let place = |(at, a, b): &(String, String, String)| json!({"at": at, "a": a, "b": b});
    let documents: Vec<Value> = diff
        .documents
        .iter()
        .map(|one| {
            let places: Vec<Value> = one.places.iter().map(place).collect();
            json!({"path": one.path, "what": one.what, "differences": one.count, "places": places})
        })
        .collect();
    json!({
        "schema": "candor/diff/1",
        "outcome": word(diff),
        "equal": word(diff) == "equal",
        "a": side(a),
        "b": side(b),
        "kinds": kinds,
        "metadata": metadata,
        "tensors": diff.tensors.iter().map(tensor).collect::<Vec<_>>(),
        "removed": diff.removed,
        "added": diff.added,
        "documents": documents,
        "unread": {"a": unread(&diff.unread[0]), "b": unread(&diff.unread[1])},
    })
}

fn tensor(one: &TensorDiff) -> Value {
    let mut value = json!({
        "name": one.names[0],
        "in_b": one.names[1],
        "paired_by": one.how.word(),
        "dtypes": one.dtypes,
        "shape": one.shapes[0],
        "kind": one.kind.word(),
        "says": one.kind.to_string(),
    });
    let mut set = |key: &str, given: Value| {
        if let Some(map) = value.as_object_mut() {
            map.insert(key.to_owned(), given);
        }
    };
    if one.shapes[0] != one.shapes[1] {
        set("shape_in_b", json!(one.shapes[1]));
    }
    if let diff::Kind::LowRank { rank } = one.kind {
        set("rank", json!(rank));
    }
    if let Some(Numbers { relative, cosine, centred, largest, changed, zeroed, not_finite, ulps }) = &one.numbers {
        // Nothing is a part of zeros: then there is no figure, and this says why.
        if relative.is_infinite() {
            set("reference_is_zero", json!(true));
        }
        set("relative_l2", json!(relative));
        set("cosine", json!(cosine));
        set("centred_cosine", json!(centred));
        set("largest_change", json!({"by": largest.0, "element": largest.1}));
        set("changed", json!({"elements": changed.0, "of": changed.1, "to_zero": zeroed}));
        set("not_finite", json!({"a": not_finite[0], "b": not_finite[1]}));
        set("ulps", json!(histogram(ulps)));
    }
    value
}

/// Bins with their bounds; those of nothing are left out.
fn histogram(ulps: &[u64]) -> Vec<Value> {
    let bound = |bin: usize| if bin == 0 { 0u64 } else { 1u64 << (bin - 1) };
    let filled = ulps.iter().enumerate().filter(|(_, count)| **count > 0);
    filled.map(|(bin, count)| json!({"from": bound(bin), "elements": count})).collect()
}

fn human(options: &Options, diff: &Diff, output: &Output) -> String {
    let style = match word(diff) {
        "equal" => Style::Good,
        "different" => Style::Bad,
        _ => Style::Heading,
    };
    let verdict = output.paint.apply(style, word(diff));
    let mut out = format!("{} → {}: {verdict}\n", options.a.display(), options.b.display());
    if output.detail == Detail::Brief {
        return out;
    }
    for (name, side) in ["A", "B"].iter().zip(&diff.sides) {
        let formats: std::collections::BTreeSet<&str> = side.files.iter().map(|(_, format)| *format).collect();
        let formats: Vec<&str> = formats.into_iter().collect();
        let count = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        let (files, tensors) = (count(side.files.len(), "file"), count(side.tensors, "tensor"));
        let _ = writeln!(
            out,
            "  {name}         {} in {files}, {tensors}, {} elements",
            formats.join(" and "),
            side.elements
        );
    }
    for (word, (tensors, elements)) in kinds(diff) {
        let _ = writeln!(out, "  {word:<12} {tensors} tensors, {elements} elements");
    }
    let renamed = diff.tensors.iter().filter(|one| one.how != How::Name).count();
    if renamed > 0 {
        let _ = writeln!(out, "  {renamed} tensors have other names in B");
    }
    let shown = if output.verbose { usize::MAX } else { 12 };
    let mut list = |word: &str, lines: Vec<String>| {
        for line in lines.iter().take(shown) {
            let _ = writeln!(out, "  {word:<9} {line}");
        }
        if lines.len() > shown {
            let _ = writeln!(out, "  {word:<9} and {} more; `-v` shows all", lines.len() - shown);
        }
    };
    let mut changed: Vec<&TensorDiff> = diff.tensors.iter().filter(|one| !one.kind.is_equal()).collect();
    let size = |one: &TensorDiff| one.numbers.as_ref().map_or(f64::INFINITY, |numbers| numbers.relative);
    changed.sort_by(|a, b| size(b).total_cmp(&size(a)));
    list("changed", changed.into_iter().map(line).collect());
    list("removed", diff.removed.clone());
    list("added", diff.added.clone());
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    list("header", diff.metadata.iter().map(|(key, a, b)| format!("{key}: {} → {}", value(a), value(b))).collect());
    let documents = diff.documents.iter().map(|one| match one.places.first() {
        Some((at, a, b)) => format!("{}: {} differences, first {at}: {a} → {b}", one.path, one.count),
        None => format!("{}: {}", one.path, one.what),
    });
    list("document", documents.collect());
    for (name, side) in ["of A", "of B"].iter().zip(&diff.unread) {
        list("unread", side.iter().map(|one| format!("{name}, {}: {}", one.path, one.why)).collect());
    }
    out
}

fn line(one: &TensorDiff) -> String {
    let [a, b] = &one.names;
    let name = if a == b { a.clone() } else { format!("{a} → {b}") };
    let [x, y] = one.dtypes;
    let types = if x == y { String::new() } else { format!(" {x} → {y}") };
    let mut line = format!("{name}: {}{types}", one.kind);
    if one.shapes[0] != one.shapes[1] {
        let _ = write!(line, ", {:?} → {:?}", one.shapes[0], one.shapes[1]);
    }
    if let Some(numbers) = &one.numbers {
        let _ = match numbers.relative {
            relative if relative.is_infinite() => write!(line, ", A is all zeros"),
            relative => write!(line, ", relative L2 {relative:.3e}"),
        };
        if let Some(cosine) = numbers.cosine {
            let _ = write!(line, ", cosine {cosine:.6}");
        }
        let _ = write!(line, ", largest {:.3e} at element {}", numbers.largest.0, numbers.largest.1);
        if numbers.not_finite != [0, 0] {
            let _ = write!(line, ", {} and {} elements not finite", numbers.not_finite[0], numbers.not_finite[1]);
        }
    }
    line
}
