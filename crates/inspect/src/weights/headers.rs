//! What the bytes of one weight file show, as far as they are at hand and of a format that is read.
//!
//! Only the start of a file is read. Of a header the sums are kept, not the entries.

use super::kinds::{is_buffer, is_embedding, is_expert, is_packed};
use super::{gguf, onnx, pytorch, safetensors};
use crate::caps;
use crate::inspector::{PartInput, Reading};
use crate::tensors::{Apart, Shape, Table, shorten};
use candor_facts::{Artifact, Digest, GapReason, ReadAt, read_exact};
use std::collections::{BTreeMap, BTreeSet};

/// What was seen of a file.
pub(crate) enum Looked {
    /// Its bytes are not here, or not of a format that is read.
    NotRead,
    /// Its header is sound.
    Sound(Box<Summary>),
    /// It is not what its name says, or its header has faults.
    Broken,
    /// Raw data, which another file tells of.
    Data,
    /// It ends too early.
    Truncated,
}

/// What a sound header holds.
pub(crate) struct Summary {
    /// The bytes of the table, and their digest.
    pub(crate) head: (std::ops::Range<u64>, Digest),
    pub(crate) dtypes: BTreeMap<&'static str, u64>,
    /// Elements that are parameters, ties not considered.
    pub(crate) parameters: u64,
    /// Elements that are stored and not trained.
    pub(crate) buffers: u64,
    /// Elements that are stored again under another name.
    pub(crate) again: u64,
    /// Elements of experts, of which a token uses some.
    pub(crate) of_experts: u64,
    /// Experts of each layer and how many a token uses, and 12 × layers × width × context, where the header tells.
    pub(crate) geometry: (Option<(u64, u64)>, Option<u64>),
    /// Input and output embeddings, which may be one: name, shape, elements.
    pub(crate) embeddings: Vec<(String, Shape, u64)>,
    /// All names, each with its byte.
    pub(crate) names: Vec<(String, u64)>,
    /// Whether elements are not parameters one to one: several are packed into one.
    pub(crate) packed: bool,
    /// Whether most tensors are those of a low-rank adapter.
    pub(crate) low_rank: bool,
    /// Whether most elements are of a type that weights are quantised to.
    pub(crate) quantised: bool,
    /// Tensors that are not counted, since their type is not known.
    pub(crate) uncounted: bool,
    /// Other files that hold data, by their paths from the folder of this one, each with how far it must reach.
    pub(crate) external: BTreeMap<String, u64>,
    /// What the header itself says of the set that its file belongs to.
    pub(crate) split: Option<Split>,
}

/// The place of a file in a set, by its own header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// Its number, from 0.
    pub(crate) number: u64,
    /// How many files there are.
    pub(crate) of: u64,
    /// How many tensors they have together.
    pub(crate) tensors: Option<u64>,
}

/// Look at a file, and add the facts and gaps that this gives. `budget` is what may still be read of headers, in bytes.
pub(crate) fn look(
    at: &PartInput<'_>,
    artifact: &Artifact,
    format: &str,
    budget: &mut u64,
    out: &mut Reading,
) -> Looked {
    let mut gap = |reason| out.gap(at.gap(&artifact.path, reason));
    let bytes = match at.open(artifact) {
        Ok(bytes) => bytes,
        Err(unopened) => {
            if artifact.size == Some(0) {
                gap(GapReason::Malformed { at: 0, what: "a weight file of 0 bytes".to_owned() });
                return Looked::Truncated;
            }
            gap(unopened.reason);
            return Looked::NotRead;
        }
    };
    let begins_as = if pytorch::could_hold(&artifact.path) == Some(true) { "pickle" } else { format };
    match sniff(&*bytes, begins_as) {
        Ok(None) => {}
        Ok(Some((reason, looked))) => {
            gap(reason);
            return looked;
        }
        Err(error) => {
            gap(GapReason::Unreachable { what: error.to_string() });
            return Looked::Broken;
        }
    }
    if *budget == 0 {
        gap(GapReason::TooLarge { cap: caps::HEADERS_TOTAL });
        return Looked::NotRead;
    }
    let looked = match format {
        "safetensors" => {
            if bytes.len().min(caps::SAFETENSORS_HEADER) > *budget && header_length(&*bytes) > *budget {
                gap(GapReason::TooLarge { cap: caps::HEADERS_TOTAL });
                return Looked::NotRead;
            }
            read(at, artifact, safetensors::read(&*bytes), budget, out)
        }
        // What is packed before the weights of a llamafile is a program and an archive.
        "gguf" if artifact.path.extension() == "gguf" => match gguf::read(&*bytes) {
            Ok(header) => {
                let facts = gguf::facts(at, artifact, &header);
                let split = gguf::split(&header);
                let geometry = gguf::geometry(&header);
                out.absorb(facts);
                let mut looked = read(at, artifact, Ok(header.table), budget, out);
                if let Looked::Sound(summary) = &mut looked {
                    summary.split = split;
                    summary.geometry = geometry;
                }
                looked
            }
            Err(error) => read(at, artifact, Err(error), budget, out),
        },
        "onnx" if artifact.path.extension() == "onnx" => match onnx::read(&*bytes) {
            Ok(model) => {
                out.absorb(onnx::facts(at, artifact, &*bytes, &model));
                read(at, artifact, Ok(model.table), budget, out)
            }
            Err(error) => read(at, artifact, Err(error), budget, out),
        },
        "onnx" => Looked::Data,
        _ => match pytorch::could_hold(&artifact.path) {
            Some(named) => torch(at, artifact, &*bytes, (format, named), budget, out),
            None => {
                gap(GapReason::Unsupported { what: format!("the content of {format} files") });
                Looked::NotRead
            }
        },
    };
    // What is broken may be something else under this name.
    if matches!(looked, Looked::Broken | Looked::Truncated) && pytorch::could_hold(&artifact.path).is_none() {
        disguised(at, artifact, &*bytes, out);
    }
    looked
}

/// A file of PyTorch or another that may hold pickles: its verdict, and its table where it has one.
fn torch(
    at: &PartInput<'_>,
    artifact: &Artifact,
    bytes: &dyn ReadAt,
    (format, named): (&str, bool),
    budget: &mut u64,
    out: &mut Reading,
) -> Looked {
    let contents = match pytorch::read(bytes, named) {
        Ok(contents) => contents,
        Err(error) => return read(at, artifact, Err(error), budget, out),
    };
    if let Some(contents) = &contents {
        out.absorb(pytorch::facts(at, artifact, bytes, contents));
    }
    match contents {
        Some(contents) if contents.table.head.is_some() || !contents.table.faults.is_empty() => {
            read(at, artifact, Ok(contents.table), budget, out)
        }
        _ => {
            out.gap(at.gap(&artifact.path, GapReason::Unsupported { what: format!("the content of {format} files") }));
            Looked::NotRead
        }
    }
}

/// A pickle under a name that tells of something else.
pub(crate) fn disguised(at: &PartInput<'_>, artifact: &Artifact, bytes: &dyn ReadAt, out: &mut Reading) {
    let start = read_exact(bytes, 0, usize::try_from(bytes.len().min(4)).unwrap_or(4)).unwrap_or_default();
    let could_be = start.first() == Some(&0x80) || start.starts_with(b"PK") || start.starts_with(b"\x93NUM");
    if could_be && let Ok(Some(contents)) = pytorch::read(bytes, false) {
        out.absorb(pytorch::facts(at, artifact, bytes, &contents));
    }
}

/// The pickles of a file that holds no weights, where its bytes are at hand: what a trainer leaves, arrays, models of
/// other kinds.
pub(crate) fn pickles(at: &PartInput<'_>, artifact: &Artifact, budget: &mut u64, out: &mut Reading) {
    let Some(named) = pytorch::could_hold(&artifact.path).filter(|_| artifact.at_hand) else { return };
    if *budget == 0 {
        return out.gap(at.gap(&artifact.path, GapReason::TooLarge { cap: caps::HEADERS_TOTAL }));
    }
    let bytes = match at.open(artifact) {
        Ok(bytes) => bytes,
        Err(gap) => return out.gap(gap),
    };
    match sniff(&*bytes, if named { "pickle" } else { "" }) {
        Ok(None) => {}
        Ok(Some((reason, _))) if named => return out.gap(at.gap(&artifact.path, reason)),
        // What is no pickle by its name either may be whatever it is.
        Ok(Some(_)) => return,
        Err(error) => return out.gap(at.gap(&artifact.path, GapReason::Unreachable { what: error.to_string() })),
    }
    match pytorch::read(&*bytes, named) {
        Ok(Some(contents)) => {
            out.absorb(pytorch::facts(at, artifact, &*bytes, &contents));
            *budget =
                budget.saturating_sub(contents.verdict.streams.iter().map(|stream| stream.end - stream.start).sum());
            for fault in contents.table.faults {
                out.gap(at.gap(&artifact.path, GapReason::Malformed { at: fault.at, what: fault.what }));
            }
        }
        Ok(None) => {}
        Err(error) => out.gap(at.gap(&artifact.path, GapReason::Unreachable { what: error.to_string() })),
    }
}

/// What a table shows, its faults and notes told as gaps.
fn read(
    at: &PartInput<'_>,
    artifact: &Artifact,
    table: std::io::Result<Table>,
    budget: &mut u64,
    out: &mut Reading,
) -> Looked {
    let mut gap = |reason| out.gap(at.gap(&artifact.path, reason));
    let table = match table {
        Ok(table) => table,
        Err(error) => {
            gap(GapReason::Unreachable { what: error.to_string() });
            return Looked::Broken;
        }
    };
    for fault in &table.faults {
        gap(GapReason::Malformed { at: fault.at, what: fault.what.clone() });
    }
    if table.more_faults > 0 {
        gap(GapReason::Unsupported { what: format!("{} more faults in this header", table.more_faults) });
    }
    for note in &table.notes {
        gap(GapReason::Unsupported { what: note.clone() });
    }
    *budget = budget.saturating_sub(table.head.as_ref().map_or(0, |(range, _)| range.end));
    if table.truncated {
        return Looked::Truncated;
    }
    match summary(table) {
        Some(summary) => Looked::Sound(Box::new(summary)),
        None => Looked::Broken,
    }
}

fn header_length(bytes: &dyn ReadAt) -> u64 {
    let prefix = read_exact(bytes, 0, 8).unwrap_or_default();
    u64::from_le_bytes(prefix.as_slice().try_into().unwrap_or_default())
}

/// Whether the first bytes show that a file is something else than its name says.
fn sniff(bytes: &dyn ReadAt, format: &str) -> std::io::Result<Option<(GapReason, Looked)>> {
    let malformed = |what: &str| Some((GapReason::Malformed { at: 0, what: what.to_owned() }, Looked::Broken));
    if bytes.is_empty() {
        let what = "a weight file of 0 bytes".to_owned();
        return Ok(Some((GapReason::Malformed { at: 0, what }, Looked::Truncated)));
    }
    let start = read_exact(bytes, 0, usize::try_from(bytes.len().min(64)).unwrap_or(64))?;
    if start.starts_with(b"version https://git-lfs") || start.starts_with(b"version https://hawser") {
        return Ok(Some((GapReason::NotFetched, Looked::Broken)));
    }
    let text = start.trim_ascii_start().to_ascii_lowercase();
    if text.starts_with(b"<!doctype") || text.starts_with(b"<html") || text.starts_with(b"<?xml") {
        return Ok(malformed("a page of HTML or XML in place of the file"));
    }
    // In its first form a pickle is text: the reader of pickles tells.
    let as_text = format == "pickle";
    if bytes.len() < 64
        && format != "safetensors"
        && !as_text
        && start.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r'))
    {
        return Ok(malformed("a short text in place of the file"));
    }
    let magic: &[&[u8]] = match format {
        "gguf" => &[b"GGUF", b"\x7fELF", b"MZ"],
        "h5" => &[b"\x89HDF\r\n\x1a\n"],
        "npz" | "keras" => &[b"PK"],
        _ => return Ok(None),
    };
    if magic.iter().any(|magic| start.starts_with(magic)) {
        return Ok(None);
    }
    Ok(malformed(&format!("it does not begin as {format} files do")))
}

fn summary(table: Table) -> Option<Summary> {
    if !table.faults.is_empty() {
        return None;
    }
    let mut summary = Summary {
        head: table.head?,
        dtypes: BTreeMap::new(),
        parameters: 0,
        buffers: 0,
        again: 0,
        of_experts: 0,
        geometry: (None, None),
        embeddings: Vec::new(),
        names: Vec::new(),
        packed: false,
        low_rank: false,
        quantised: gguf::is_quantised(&table.tensors),
        uncounted: !table.notes.is_empty(),
        split: None,
        external: BTreeMap::new(),
    };
    let mut low_rank = 0;
    let mut stored = BTreeSet::new();
    for tensor in table.tensors {
        if let (Some(file), Some(bytes)) = (tensor.data.file(), &tensor.data.bytes) {
            let reach = summary.external.entry(file.to_owned()).or_default();
            *reach = bytes.end.max(*reach);
        }
        let elements = summary.dtypes.entry(tensor.dtype.name()).or_default();
        *elements = elements.saturating_add(tensor.elements);
        // What is stored once under two names is one parameter.
        let again = match tensor.data.apart.as_deref() {
            Some(part @ Apart::Storage { .. }) => !stored.insert((part.clone(), tensor.shape.clone())),
            _ => false,
        };
        let kind = match (is_buffer(&tensor), again) {
            (true, _) => &mut summary.buffers,
            (_, true) => &mut summary.again,
            _ => &mut summary.parameters,
        };
        *kind = kind.saturating_add(tensor.elements);
        if !again && is_expert(&tensor.name) {
            summary.of_experts = summary.of_experts.saturating_add(tensor.elements);
        }
        summary.packed |= is_packed(&tensor);
        low_rank += usize::from(tensor.name.contains("lora_") || tensor.name.contains(".hada_"));
        if is_embedding(&tensor.name) && !again {
            summary.embeddings.push((tensor.name.clone(), tensor.shape, tensor.elements));
        }
        summary.names.push((tensor.name, tensor.entry.start));
    }
    summary.low_rank = low_rank > 0 && low_rank * 2 > summary.names.len();
    Some(summary)
}

/// Elements that are stored more than once for weights that are one: output embeddings equal in shape to an input embedding.
pub(crate) fn tied_elements(summaries: &[&Summary]) -> u64 {
    let is_output = |name: &str| {
        ["lm_head.weight", "embed_out.weight", "cls.predictions.decoder.weight"].iter().any(|end| name.ends_with(end))
            || name == "output.weight"
    };
    let all: Vec<&(String, Shape, u64)> = summaries.iter().flat_map(|summary| &summary.embeddings).collect();
    let inputs: Vec<&&(String, Shape, u64)> = all.iter().filter(|(name, ..)| !is_output(name)).collect();
    let outputs = all.iter().filter(|(name, ..)| is_output(name));
    let twice = outputs.filter(|(_, shape, _)| inputs.iter().any(|(_, input, _)| input == shape)).map(|(.., n)| n);
    // `shared.weight` is stored again as the input embedding of encoder and decoder.
    let shared = inputs.iter().find(|(name, ..)| name.ends_with("shared.weight"));
    let again = shared.into_iter().flat_map(|(shared, shape, _)| {
        inputs
            .iter()
            .filter(move |(name, other, _)| name != shared && other == shape && name.ends_with("embed_tokens.weight"))
    });
    twice.copied().chain(again.map(|(.., n)| *n)).fold(0, u64::saturating_add)
}

/// Elements of the largest table that turns tokens into vectors.
pub(crate) fn input_embedding(summaries: &[&Summary]) -> u64 {
    let is_output =
        |name: &str| name.ends_with("lm_head.weight") || name == "output.weight" || name.ends_with("embed_out.weight");
    let all = summaries.iter().flat_map(|summary| &summary.embeddings);
    all.filter(|(name, ..)| !is_output(name)).map(|(.., elements)| *elements).max().unwrap_or(0)
}

/// The first name that stands in two of the files: the number of the later file, the byte, and what to say.
pub(crate) fn repeated(summaries: &[&Summary]) -> Option<(usize, u64, String)> {
    let mut all: Vec<(&str, usize, u64)> = Vec::new();
    for (file, summary) in summaries.iter().enumerate() {
        all.extend(summary.names.iter().map(|(name, at)| (name.as_str(), file, *at)));
    }
    all.sort_unstable();
    let pairs = all.windows(2).filter_map(|pair| match pair {
        [first, second] if first.0 == second.0 => Some(second),
        _ => None,
    });
    pairs.min_by_key(|(_, file, at)| (*file, *at)).map(|(name, file, at)| {
        (*file, *at, format!("tensor `{}` also stands in another file of the set", shorten(name)))
    })
}
