//! ONNX models: own walk over the protocol buffer, as far as tensors and what is said of the model need it.
//!
//! Fields are walked over where they stand; data is not read. A length is believed only inside the message
//! that holds it. External data is told of by its path, which must stay below the folder of the model.
//! Source: `onnx.proto`, ONNX 1.19: `ModelProto`, `GraphProto`, `TensorProto`.
//! Long because one file format is walked in one place.

mod facts;

use super::window::{Lack, Window};
use crate::caps;
use crate::tensors::{Apart, Data, Dtype, Table, Tensor, elements, shorten};
use candor_facts::{ArtifactPath, Digest, ReadAt, read_exact};
use std::ops::Range;

pub(crate) use facts::facts;

/// A text of the model, with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) bytes: Range<u64>,
}

/// What a model says, and its tensors.
#[derive(Debug, Default)]
pub(crate) struct Onnx {
    pub(crate) table: Table,
    /// `producer_name`, `producer_version`, `domain`, the operator sets as `opset:<domain>`, and `metadata_props`.
    pub(crate) said: Vec<Said>,
    /// Nodes of the graph and those below.
    pub(crate) nodes: u64,
}

enum Stop {
    Fault(u64, String),
    Medium(std::io::Error),
}

impl From<Lack> for Stop {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::End => Self::Fault(u64::MAX, "the file ends within a field".to_owned()),
            Lack::Medium(error) => Self::Medium(error),
        }
    }
}

/// Read a model.
///
/// # Errors
/// Those of the medium.
pub(crate) fn read(bytes: &dyn ReadAt) -> std::io::Result<Onnx> {
    let onnx = Onnx { table: Table::of("onnx"), ..Onnx::default() };
    let mut walk = Walk { window: Window::new(bytes), onnx, steps: 0, graphs: 0, below: 0, scope: String::new() };
    let size = bytes.len();
    match walk.model(0..size) {
        Ok(()) => {}
        Err(Stop::Fault(at, what)) => {
            walk.onnx.table.truncated |= at >= size;
            walk.onnx.table.fault(at.min(size), what);
        }
        Err(Stop::Medium(error)) => return Err(error),
    }
    let mut onnx = walk.onnx;
    if walk.graphs == 0 && onnx.table.faults.is_empty() {
        onnx.table.fault(0, "no graph: this is no ONNX model");
    }
    onnx.table.check_names();
    onnx.table.faults.sort_by_key(|fault| fault.at);
    if onnx.table.faults.is_empty() {
        let length = if size <= caps::ONNX_WHOLE { size } else { caps::ONNX_START };
        let head = read_exact(bytes, 0, usize::try_from(length).unwrap_or(0))?;
        onnx.table.head = Some((0..length, Digest::of(&head)));
    }
    Ok(onnx)
}

/// A field: its number, and where its content stands.
struct Field {
    number: u64,
    /// Where its tag stands.
    at: u64,
    kind: Content,
}

enum Content {
    Number(u64),
    /// A message, a text, bytes or a packed list.
    Bytes(Range<u64>),
    /// A number of fixed width, which nothing here needs.
    Fixed,
}

impl Field {
    fn bytes(&self) -> Option<Range<u64>> {
        match &self.kind {
            Content::Bytes(range) => Some(range.clone()),
            _ => None,
        }
    }
}

struct Walk<'a> {
    window: Window<'a>,
    onnx: Onnx,
    steps: u64,
    graphs: u64,
    /// Graphs below nodes; each has names of its own.
    below: u64,
    /// What names at hand are told with.
    scope: String,
}

/// A tensor while its fields are read.
#[derive(Default)]
struct Made {
    name: String,
    shape: Vec<u64>,
    kind: Option<u64>,
    raw: Option<Range<u64>>,
    /// Whether numbers stand as a list, not as raw bytes.
    listed: bool,
    external: Vec<(String, String, u64)>,
    is_external: bool,
    /// Whether it can be taken at all.
    broken: bool,
}

impl Walk<'_> {
    /// The next field of a message; `None` at its end.
    fn field(&mut self, message: &mut Range<u64>) -> Result<Option<Field>, Stop> {
        if message.start >= message.end {
            return Ok(None);
        }
        self.steps += 1;
        if self.steps > caps::ONNX_FIELDS {
            return Err(Stop::Fault(message.start, format!("more than {} fields", caps::ONNX_FIELDS)));
        }
        let at = message.start;
        let tag = self.varint(message)?;
        let (number, wire) = (tag >> 3, tag & 7);
        if number == 0 || number > 536_870_911 {
            return Err(Stop::Fault(at, "no field of a protocol buffer".to_owned()));
        }
        let kind = match wire {
            0 => Content::Number(self.varint(message)?),
            1 | 5 => {
                let length = if wire == 1 { 8 } else { 4 };
                self.skip(message, length, at)?;
                Content::Fixed
            }
            2 => {
                let length = self.varint(message)?;
                let start = message.start;
                self.skip(message, length, at)?;
                Content::Bytes(start..start + length)
            }
            _ => return Err(Stop::Fault(at, "no field of a protocol buffer".to_owned())),
        };
        Ok(Some(Field { number, at, kind }))
    }

    fn skip(&mut self, message: &mut Range<u64>, length: u64, at: u64) -> Result<(), Stop> {
        match message.start.checked_add(length).filter(|end| *end <= message.end) {
            Some(end) => {
                message.start = end;
                Ok(())
            }
            None => {
                let outermost = message.end == self.window.size();
                let what = format!("a field of {length} bytes reaches past the end of what holds it");
                self.onnx.table.truncated |= outermost && length < 1 << 40;
                Err(Stop::Fault(at, what))
            }
        }
    }

    fn varint(&mut self, message: &mut Range<u64>) -> Result<u64, Stop> {
        let at = message.start;
        let length = usize::try_from(message.end - at).unwrap_or(usize::MAX).min(10);
        let bytes = self.window.get(at, length)?;
        let mut value = 0u64;
        for (index, byte) in bytes.iter().enumerate() {
            if index == 9 && *byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                message.start = at + index as u64 + 1;
                return Ok(value);
            }
        }
        Err(Stop::Fault(at, "a number that does not end".to_owned()))
    }

    fn text(&mut self, range: &Range<u64>) -> Result<String, Stop> {
        let length = range.end - range.start;
        if length > caps::ONNX_TEXT {
            return Err(Stop::Fault(
                range.start,
                format!("a name of {length} bytes; more than {} are refused", caps::ONNX_TEXT),
            ));
        }
        let bytes = self.window.get(range.start, usize::try_from(length).unwrap_or(0))?.to_vec();
        Ok(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = range.start + error.utf8_error().valid_up_to() as u64;
                self.onnx.table.fault(at, "a text that is not UTF-8");
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            }
        })
    }

    fn say(&mut self, key: &str, value: String, bytes: Range<u64>) {
        if self.onnx.said.len() < caps::MEMBERS.min(1_000) && !value.is_empty() {
            self.onnx.said.push(Said { key: key.to_owned(), value, bytes });
        }
    }

    fn model(&mut self, mut message: Range<u64>) -> Result<(), Stop> {
        while let Some(field) = self.field(&mut message)? {
            let Some(range) = field.bytes() else { continue };
            match field.number {
                2..=4 => {
                    let value = self.text(&range)?;
                    let key = match field.number {
                        2 => "producer_name",
                        3 => "producer_version",
                        _ => "domain",
                    };
                    self.say(key, value, range);
                }
                7 => {
                    self.graphs += 1;
                    if self.graphs > 1 {
                        self.onnx.table.fault(field.at, "a second graph: readers differ on what it means");
                    }
                    self.graph(range, 0)?;
                }
                8 => {
                    let (mut domain, mut version) = (String::new(), 0);
                    let mut inner = range.clone();
                    while let Some(field) = self.field(&mut inner)? {
                        match (field.number, &field.kind) {
                            (1, Content::Bytes(text)) => domain = self.text(&text.clone())?,
                            (2, Content::Number(number)) => version = *number,
                            _ => {}
                        }
                    }
                    let domain = if domain.is_empty() { "ai.onnx".to_owned() } else { domain };
                    self.say(&format!("opset:{domain}"), version.to_string(), range);
                }
                14 => {
                    let (key, value) = self.pair(range.clone())?;
                    self.say(&format!("metadata:{key}"), value, range);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A key and a value, both texts.
    fn pair(&mut self, mut message: Range<u64>) -> Result<(String, String), Stop> {
        let (mut key, mut value) = (String::new(), String::new());
        while let Some(field) = self.field(&mut message)? {
            match (field.number, field.bytes()) {
                (1, Some(range)) => key = self.text(&range)?,
                // Values may be long: descriptions, tables of labels.
                (2, Some(range)) if range.end - range.start <= caps::ONNX_TEXT => value = self.text(&range)?,
                _ => {}
            }
        }
        Ok((key, value))
    }

    fn graph(&mut self, mut message: Range<u64>, depth: usize) -> Result<(), Stop> {
        if depth > caps::DEPTH {
            return Err(Stop::Fault(message.start, format!("graphs in graphs, deeper than {}", caps::DEPTH)));
        }
        while let Some(field) = self.field(&mut message)? {
            let Some(range) = field.bytes() else { continue };
            match field.number {
                1 => self.node(range, depth)?,
                5 => self.tensor(range, field.at)?,
                15 => {
                    // A sparse tensor: its values are a tensor that bears the name.
                    let mut inner = range;
                    while let Some(field) = self.field(&mut inner)? {
                        if let (1, Some(values)) = (field.number, field.bytes()) {
                            self.tensor(values, field.at)?;
                        }
                    }
                    self.onnx.table.note("a sparse tensor, of which only the values that are stored are counted");
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A node: only graphs below it are of interest.
    fn node(&mut self, mut message: Range<u64>, depth: usize) -> Result<(), Stop> {
        self.onnx.nodes += 1;
        while let Some(field) = self.field(&mut message)? {
            let (5, Some(mut attribute)) = (field.number, field.bytes()) else { continue };
            while let Some(field) = self.field(&mut attribute)? {
                if let (6 | 11, Some(graph)) = (field.number, field.bytes()) {
                    self.below += 1;
                    let outer = std::mem::replace(&mut self.scope, format!("graph {}/", self.below));
                    self.graph(graph, depth + 1)?;
                    self.scope = outer;
                }
            }
        }
        Ok(())
    }

    fn tensor(&mut self, message: Range<u64>, at: u64) -> Result<(), Stop> {
        if self.onnx.table.tensors.len() >= caps::TENSORS {
            return Err(Stop::Fault(at, format!("more than {} tensors", caps::TENSORS)));
        }
        let mut made = Made::default();
        let entry = at..message.end;
        let mut rest = message;
        while let Some(field) = self.field(&mut rest)? {
            self.part(&mut made, &field)?;
        }
        self.finish(made, entry)
    }

    fn part(&mut self, made: &mut Made, field: &Field) -> Result<(), Stop> {
        match (field.number, &field.kind) {
            (1, Content::Number(dimension)) => self.dimension(made, *dimension, field.at),
            (1, Content::Bytes(range)) => {
                let mut list = range.clone();
                while list.start < list.end {
                    let at = list.start;
                    let dimension = self.varint(&mut list)?;
                    self.dimension(made, dimension, at);
                    if made.broken {
                        break;
                    }
                }
            }
            (2, Content::Number(kind)) => {
                let again = made.kind.replace(*kind).is_some();
                if again {
                    self.onnx.table.fault(field.at, "a tensor with two types");
                }
            }
            (8, Content::Bytes(range)) => {
                if !made.name.is_empty() {
                    self.onnx.table.fault(field.at, "a tensor with two names");
                }
                made.name = self.text(range)?;
            }
            (9, Content::Bytes(range)) => {
                let again = made.raw.replace(range.clone()).is_some();
                if again {
                    self.onnx.table.fault(field.at, "a tensor with two pieces of data");
                }
            }
            (4..=7 | 10 | 11, Content::Bytes(_) | Content::Number(_)) => made.listed = true,
            (13, Content::Bytes(range)) => {
                let (key, value) = self.pair(range.clone())?;
                if made.external.len() < 16 {
                    made.external.push((key, value, field.at));
                }
            }
            (14, Content::Number(place)) => made.is_external = *place == 1,
            _ => {}
        }
        Ok(())
    }

    fn dimension(&mut self, made: &mut Made, dimension: u64, at: u64) {
        if dimension > i64::MAX as u64 || made.shape.len() >= caps::DIMENSIONS {
            if !made.broken {
                self.onnx.table.fault(at, "a dimension below nothing, or too many of them");
            }
            made.broken = true;
        } else {
            made.shape.push(dimension);
        }
    }

    fn finish(&mut self, made: Made, entry: Range<u64>) -> Result<(), Stop> {
        let name = shorten(&made.name);
        if made.broken {
            return Ok(());
        }
        let Some(dtype) = made.kind.and_then(dtype) else {
            match made.kind {
                // Texts are no parameters.
                Some(8) => {}
                Some(kind @ 27..=64) => {
                    self.onnx.table.note(format!("tensor `{name}`, whose type {kind} is not known here"))
                }
                kind => {
                    let kind = kind.map_or("none".to_owned(), |kind| kind.to_string());
                    self.onnx.table.fault(entry.start, format!("tensor `{name}` has type {kind}, which is none"));
                }
            }
            return Ok(());
        };
        let counted = elements(&made.shape);
        let size = counted.and_then(|n| Some(dtype.bits(n)?.div_ceil(8)));
        let (Some(elements), Some(size)) = (counted, size) else {
            self.onnx.table.fault(entry.start, format!("the shape of tensor `{name}` is larger than can be"));
            return Ok(());
        };
        let mut data = Data::default();
        if made.is_external || !made.external.is_empty() {
            if !self.external(&made, &name, size, &mut data) {
                return Ok(());
            }
        } else if let Some(raw) = &made.raw {
            if raw.end - raw.start != size {
                let has = raw.end - raw.start;
                let what = format!("tensor `{name}` needs {size} bytes ({} {:?}), has {has}", dtype.name(), made.shape);
                self.onnx.table.fault(raw.start, what);
                return Ok(());
            }
            data.bytes = Some(raw.clone());
        } else if !made.listed && size > 0 {
            self.onnx.table.fault(entry.start, format!("tensor `{name}` has no data"));
            return Ok(());
        }
        self.onnx.table.tensors.push(Tensor {
            name: format!("{}{}", self.scope, made.name),
            dtype,
            shape: made.shape.into(),
            elements,
            data,
            entry,
        });
        Ok(())
    }

    /// The place of external data; whether it can be taken.
    fn external(&mut self, made: &Made, name: &str, size: u64, data: &mut Data) -> bool {
        let get = |wanted: &str| made.external.iter().find(|(key, ..)| key == wanted);
        let Some((_, location, at)) = get("location") else {
            let at = made.external.first().map_or(0, |(.., at)| *at);
            self.onnx.table.fault(at, format!("tensor `{name}` lies outside of the file, and nothing says where"));
            return false;
        };
        // As it is written: what a reader would tidy up first is refused too.
        let inside = ArtifactPath::new(location).is_some_and(|path| path.as_str() == location)
            && !location.contains(['\\', ':', '\0']);
        if !inside {
            let what = format!(
                "tensor `{name}` is said to lie at `{}`, outside of the folder of the model",
                shorten(location)
            );
            self.onnx.table.fault(*at, what);
            return false;
        }
        let mut number = |key: &str, absent: u64| match get(key) {
            None => Some(absent),
            Some((_, text, at)) => {
                let number = text.parse().ok();
                if number.is_none() {
                    self.onnx.table.fault(*at, format!("tensor `{name}`: `{key}` is no number"));
                }
                number
            }
        };
        let (Some(offset), Some(length)) = (number("offset", 0), number("length", size)) else { return false };
        let end = offset.checked_add(length);
        let (Some(end), true) = (end, length == size) else {
            self.onnx.table.fault(*at, format!("tensor `{name}` needs {size} bytes, and {length} are told"));
            return false;
        };
        data.apart = Some(Box::new(Apart::File(location.clone())));
        data.bytes = Some(offset..end);
        true
    }
}

fn dtype(number: u64) -> Option<Dtype> {
    use Dtype::*;
    Some(match number {
        1 => F32,
        2 => U8,
        3 => I8,
        4 => U16,
        5 => I16,
        6 => I32,
        7 => I64,
        9 => BOOL,
        10 => F16,
        11 => F64,
        12 => U32,
        13 => U64,
        14 => C64,
        15 => C128,
        16 => BF16,
        17 => F8_E4M3,
        18 => F8_E4M3FNUZ,
        19 => F8_E5M2,
        20 => F8_E5M2FNUZ,
        21 => U4,
        22 => I4,
        23 => F4,
        24 => F8_E8M0,
        25 => U2,
        26 => I2,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
