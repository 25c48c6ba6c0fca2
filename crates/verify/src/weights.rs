//! The tensors of a model: which files hold them, where each lies, and its numbers, piece by piece.
//!
//! The one place that turns a folder of weight files, in any format and any number of shards, into named tensors.
//! What a tensor means is not its business.

use crate::buffer::Buffer;
use crate::caps;
use crate::values::{decode, is_understood};
use candor_facts::{Tree, TreeFile, read_exact};
use candor_inspect::read_table;
use candor_inspect::tensors::Tensor;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file.
    pub path: String,
    /// What is wrong, with its place.
    pub why: String,
}

/// A tensor and the file that holds it.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// Its name; the folder goes before it where several folders hold weights.
    pub(crate) name: String,
    pub(crate) tensor: Tensor,
    /// Which of the files.
    pub(crate) file: usize,
}

/// A file of weights.
pub(crate) struct WeightFile<'t> {
    pub(crate) path: String,
    pub(crate) format: &'static str,
    pub(crate) metadata: Vec<(String, String)>,
    bytes: Box<dyn TreeFile + 't>,
}

/// The weights of a model.
pub(crate) struct Weights<'t> {
    pub(crate) files: Vec<WeightFile<'t>>,
    /// In the order of names.
    pub(crate) tensors: Vec<Placed>,
    pub(crate) unread: Vec<Unread>,
}

/// Formats in the order in which they are taken where a folder has the same weights in several.
const FORMATS: [&[&str]; 3] = [&[".safetensors"], &[".bin", ".pt", ".pth", ".ckpt"], &[".gguf"]];
/// Files of trainers, which hold no weights.
const TRAINERS: &[&str] = &["optimizer", "scheduler", "training_args", "rng_state", "scaler", "random_states"];

impl<'t> Weights<'t> {
    /// Find the weights of a folder and read their headers.
    pub(crate) fn open(tree: &'t dyn Tree) -> Self {
        let mut all = Self { files: Vec::new(), tensors: Vec::new(), unread: Vec::new() };
        let mut folders: BTreeMap<&str, [Vec<&str>; 3]> = BTreeMap::new();
        for entry in tree.entries() {
            let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
            let kind = FORMATS.iter().position(|ends| ends.iter().any(|end| name.ends_with(end)));
            let Some(kind) = kind.filter(|_| !TRAINERS.iter().any(|start| name.starts_with(start))) else { continue };
            if let Some(list) = folders.entry(folder).or_default().get_mut(kind) {
                list.push(&entry.path);
            }
        }
        let several = folders.len() > 1;
        for (folder, kinds) in folders {
            let Some(files) = kinds.into_iter().find(|files| !files.is_empty()) else { continue };
            let files = all.listed(tree, folder, files);
            let prefix = if several && !folder.is_empty() { format!("{folder}/") } else { String::new() };
            for path in files {
                all.file(tree, path, &prefix);
            }
        }
        all.tensors.sort_by(|a, b| (&a.name, a.file).cmp(&(&b.name, b.file)));
        let mut twice = BTreeSet::new();
        for pair in all.tensors.windows(2) {
            if let [a, b] = pair
                && a.name == b.name
                && let Some(file) = all.files.get(b.file)
                && twice.insert(b.file)
            {
                let why = format!("tensor `{}` stands in another file too, which is taken; name one file", b.name);
                all.unread.push(Unread { path: file.path.clone(), why });
            }
        }
        all.tensors.dedup_by(|b, a| a.name == b.name);
        all
    }

    /// Where an index names the files, those; and a gap for each that is not there. So too for numbered shards.
    fn listed(&mut self, tree: &dyn Tree, folder: &str, files: Vec<&'t str>) -> Vec<&'t str> {
        let at = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for entry in tree.entries() {
            let rest = entry.path.strip_prefix(folder).unwrap_or_default().trim_start_matches('/');
            if !rest.ends_with(".index.json") || rest.contains('/') {
                continue;
            }
            let text =
                tree.open(entry).ok().and_then(|file| candor_facts::read_all(&*file, caps::INDEX).ok().flatten());
            let json = text.and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
            match json.as_ref().and_then(|json| json.get("weight_map")?.as_object()) {
                Some(map) => {
                    let names: BTreeSet<String> = map.values().filter_map(|name| name.as_str()).map(at).collect();
                    // The index of another format that lies beside is none of these files'.
                    if names.iter().any(|name| files.contains(&name.as_str())) {
                        wanted.extend(names);
                    }
                }
                None => self.unread.push(Unread {
                    path: entry.path.clone(),
                    why: "it is no index of shards: a JSON object `weight_map` is expected".to_owned(),
                }),
            }
        }
        if wanted.is_empty() {
            for path in &files {
                if let Some(others) = shards(path) {
                    wanted.extend(others);
                }
            }
            wanted.extend(files.iter().map(|path| (*path).to_owned()));
        }
        let missing = wanted.iter().filter(|path| !files.contains(&path.as_str()));
        self.unread.extend(missing.map(|path| Unread { path: path.clone(), why: "the shard is not there".to_owned() }));
        files.into_iter().filter(|path| wanted.contains(*path)).collect()
    }

    fn file(&mut self, tree: &'t dyn Tree, path: &str, prefix: &str) {
        let opened = tree.entries().iter().find(|entry| entry.path == path).map(|entry| tree.open(entry));
        let read = match opened {
            Some(Ok(bytes)) => read_table(path, &*bytes).map(|table| (bytes, table)).map_err(|e| e.to_string()),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("it is not there".to_owned()),
        };
        let (bytes, table) = match read {
            Ok(read) => read,
            Err(why) => return self.unread.push(Unread { path: path.to_owned(), why }),
        };
        let faults = table.faults.iter().map(|fault| format!("byte {}: {}", fault.at, fault.what));
        let more = (table.more_faults > 0).then(|| format!("and {} faults more", table.more_faults));
        self.unread.extend(faults.chain(more).map(|why| Unread { path: path.to_owned(), why }));
        if table.faults.is_empty() && table.tensors.is_empty() {
            self.unread.push(Unread { path: path.to_owned(), why: "it holds no tensors".to_owned() });
        }
        let (file, length) = (self.files.len(), bytes.len());
        for tensor in table.tensors {
            // Of a table with faults a range may lie anywhere.
            if tensor.data.bytes.as_ref().is_some_and(|range| range.start > range.end || range.end > length) {
                let why = format!("tensor `{}` lies outside of the file", tensor.name);
                self.unread.push(Unread { path: path.to_owned(), why });
                continue;
            }
            self.tensors.push(Placed { name: format!("{prefix}{}", tensor.name), tensor, file });
        }
        let path = path.to_owned();
        self.files.push(WeightFile { path, format: table.format, metadata: table.metadata, bytes });
    }

    pub(crate) fn path(&self, placed: &Placed) -> &str {
        self.files.get(placed.file).map_or("", |file| &file.path)
    }

    /// Fill a buffer with bytes of the file of a tensor.
    pub(crate) fn bytes(&self, placed: &Placed, range: Range<u64>, buffer: &mut Buffer) -> Result<(), String> {
        let file = self.files.get(placed.file).ok_or("it has no file")?;
        let wrong = |why: &str| format!("`{}`, bytes {}..{}: {why}", file.path, range.start, range.end);
        buffer.resize(usize::try_from(range.end - range.start).map_err(|_| wrong("too many"))?);
        let mut filled = 0;
        while filled < buffer.len() {
            let rest = buffer.get_mut(filled..).unwrap_or_default();
            match file.bytes.read_at(range.start + filled as u64, rest).map_err(|error| wrong(&error.to_string()))? {
                0 => return Err(wrong("the file ends before them; it was cut while it was read")),
                count => filled += count,
            }
        }
        Ok(())
    }

    /// Decode a run of elements, counted in the order of the shape. The run must begin and end with a block.
    pub(crate) fn values(&self, placed: &Placed, run: Range<u64>, room: &mut Room) -> Result<(), String> {
        let Tensor { dtype, data, .. } = &placed.tensor;
        let whole = data.bytes.as_ref().ok_or_else(|| not_numbers(placed))?;
        if !is_understood(*dtype, data.big_endian) {
            return Err(not_numbers(placed));
        }
        let (block, bits) = dtype.block();
        if let Some(strides) = data.strides() {
            return self.gather(placed, whole.start, strides, run, room);
        }
        let at = |element: u64| whole.start + element / block * (bits / 8);
        self.bytes(placed, at(run.start)..at(run.end), &mut room.bytes)?;
        decode(*dtype, data.big_endian, &room.bytes, &mut room.values);
        Ok(())
    }

    /// The bytes of a run of elements, where they lie one after the other and each by itself.
    pub(crate) fn raw(&self, placed: &Placed, run: &Range<u64>, bytes: &mut Buffer) -> Result<(), String> {
        let Tensor { dtype, data, .. } = &placed.tensor;
        let whole = data.bytes.as_ref().ok_or_else(|| not_numbers(placed))?;
        let width = dtype.block().1 / 8;
        self.bytes(placed, whole.start + run.start * width..whole.start + run.end * width, bytes)
    }

    /// A run of a tensor whose elements do not lie one after the other.
    fn gather(
        &self,
        placed: &Placed,
        start: u64,
        strides: &[u64],
        run: Range<u64>,
        room: &mut Room,
    ) -> Result<(), String> {
        let offset = |mut element: u64| {
            placed.tensor.shape.iter().zip(strides).rev().fold(0u64, |sum, (dimension, stride)| {
                let index = element % (*dimension).max(1);
                element /= (*dimension).max(1);
                sum + index * stride
            })
        };
        let mut places: Vec<(u64, usize)> = run.map(offset).zip(0..).collect();
        places.sort_unstable();
        let width = placed.tensor.dtype.block().1 / 8;
        let mut all = vec![f64::NAN; places.len()];
        // Elements that lie near to each other are read at once.
        for near in places.chunk_by(|(one, _), (next, _)| next - one <= caps::NEAR) {
            let (Some((low, _)), Some((high, _))) = (near.first(), near.last()) else { continue };
            self.bytes(placed, start + low * width..start + (high + 1) * width, &mut room.bytes)?;
            decode(placed.tensor.dtype, placed.tensor.data.big_endian, &room.bytes, &mut room.values);
            for (place, to) in near {
                let value = usize::try_from(place - low).ok().and_then(|at| room.values.get(at));
                if let (Some(value), Some(slot)) = (value, all.get_mut(*to)) {
                    *slot = *value;
                }
            }
        }
        room.values = all;
        Ok(())
    }

    /// Files that were changed since they were opened.
    pub(crate) fn changed(&self) -> Vec<Unread> {
        let why = |file: &WeightFile<'_>| match file.bytes.unchanged() {
            Ok(true) => None,
            Ok(false) => Some("it was changed while it was read; run again when nothing writes to it".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        self.files.iter().filter_map(|file| Some(Unread { path: file.path.clone(), why: why(file)? })).collect()
    }
}

fn not_numbers(placed: &Placed) -> String {
    let dtype = placed.tensor.dtype.name();
    match placed.tensor.data.bytes {
        None => format!("tensor `{}`: its data is compressed or not in this file", placed.name),
        Some(_) => format!("tensor `{}`: numbers of type {dtype} are not understood", placed.name),
    }
}

/// Buffers that are used again.
#[derive(Default)]
pub(crate) struct Room {
    pub(crate) bytes: Buffer,
    pub(crate) values: Vec<f64>,
}

/// All names of a set of numbered shards, from the name of one: `x-00001-of-00003.y`.
fn shards(path: &str) -> Option<Vec<String>> {
    let (stem, end) = path.rsplit_once('.')?;
    let (rest, of) = stem.rsplit_once("-of-")?;
    let (start, number) = rest.rsplit_once('-')?;
    let digits = |text: &str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
    let count: u32 = of.parse().ok().filter(|count| digits(number) && digits(of) && *count <= caps::SHARDS)?;
    Some((1..=count).map(|number| format!("{start}-{number:05}-of-{of}.{end}")).collect())
}

/// Whether two runs of bytes are the same; stops at the first piece that is not.
pub(crate) fn same(
    a: (&Weights<'_>, &Placed, u64),
    b: (&Weights<'_>, &Placed, u64),
    length: u64,
    rooms: &mut (Room, Room),
    stop: impl Fn() -> bool,
) -> Result<bool, String> {
    let mut at = 0;
    while at < length {
        if stop() {
            return Ok(false);
        }
        let piece = (length - at).min(caps::PIECE as u64);
        a.0.bytes(a.1, a.2 + at..a.2 + at + piece, &mut rooms.0.bytes)?;
        b.0.bytes(b.1, b.2 + at..b.2 + at + piece, &mut rooms.1.bytes)?;
        if *rooms.0.bytes != *rooms.1.bytes {
            return Ok(false);
        }
        at += piece;
    }
    Ok(true)
}

/// A document that lies beside the weights, if it is not longer than is read.
pub(crate) fn document(tree: &dyn Tree, path: &str) -> Result<Vec<u8>, String> {
    let entry = tree.entries().iter().find(|entry| entry.path == path).ok_or("it is not there")?;
    let file = tree.open(entry).map_err(|error| error.to_string())?;
    if file.len() > caps::DOCUMENT {
        return Err(format!("it has {} bytes; documents of more than {} are not compared", file.len(), caps::DOCUMENT));
    }
    read_exact(&*file, 0, usize::try_from(file.len()).unwrap_or(0)).map_err(|error| error.to_string())
}
