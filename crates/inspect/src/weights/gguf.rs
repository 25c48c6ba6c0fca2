//! The header of a GGUF file: own reader, versions 2 and 3, both byte orders, header only.
//!
//! Values that nobody asks for are walked over and not kept; a length is believed only as far as the file
//! reaches. What the format demands is checked: each key once, known types, dimensions that fill whole
//! blocks, offsets that are aligned, in order, without overlap or hole, and inside the file.
//! Long because one header is walked in one order.

mod facts;
mod types;

use super::headers::Split;
use super::window::{Lack, Window};
use crate::caps;
use crate::tensors::{Data, Dtype, Shape, Table, Tensor, elements, shorten};
use candor_facts::{ReadAt, Sha256Writer};
use std::collections::BTreeSet;
use std::ops::Range;

pub(crate) use facts::facts;

/// The key of the vocabulary.
const VOCABULARY: &str = "tokenizer.ggml.tokens";

/// A value that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    /// Whole numbers and truth values.
    Number(i128),
    Texts(Vec<String>),
    /// A list that is not kept: its length.
    List(u64),
    /// A fraction.
    Fraction,
}

/// A key with its value and the bytes that are both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) value: Value,
    /// Where the value stands.
    pub(crate) at: u64,
    /// The bytes of the value, its length included, as far as they are kept.
    pub(crate) raw: Vec<u8>,
}

/// What a header holds.
#[derive(Debug, Default)]
pub(crate) struct Gguf {
    pub(crate) table: Table,
    pub(crate) version: u32,
    pub(crate) pairs: Vec<Pair>,
}

impl Gguf {
    pub(crate) fn get(&self, key: &str) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.key == key)
    }

    pub(crate) fn text(&self, key: &str) -> Option<(&str, &Pair)> {
        match self.get(key) {
            Some(pair @ Pair { value: Value::Text(text), .. }) if !text.trim().is_empty() => Some((text.trim(), pair)),
            _ => None,
        }
    }

    pub(crate) fn number(&self, key: &str) -> Option<(u64, &Pair)> {
        let pair = self.get(key)?;
        let Value::Number(number) = pair.value else { return None };
        Some((u64::try_from(number).ok()?, pair))
    }

    /// `general.architecture`, under which the architecture's own keys stand.
    pub(crate) fn own(&self, key: &str) -> Option<(u64, &Pair)> {
        let (architecture, _) = self.text("general.architecture")?;
        self.number(&format!("{architecture}.{key}"))
    }
}

/// Why reading stops.
enum Stop {
    /// At this byte, for this reason; what was read before stays.
    Fault(u64, String),
    Medium(std::io::Error),
}

/// Read the header of a file.
///
/// # Errors
/// Those of the medium.
pub(crate) fn read(bytes: &dyn ReadAt) -> std::io::Result<Gguf> {
    let gguf = Gguf { table: Table::of("gguf"), ..Gguf::default() };
    let window = Window::new(bytes);
    let mut walk = Walk { window, at: 0, big_endian: false, gguf, places: Vec::new(), kept: 0 };
    match walk.header() {
        Ok(()) => {}
        Err(Stop::Fault(at, what)) => walk.gguf.table.fault(at, what),
        Err(Stop::Medium(error)) => return Err(error),
    }
    let mut gguf = walk.gguf;
    gguf.table.check_names();
    gguf.table.faults.sort_by_key(|fault| fault.at);
    Ok(gguf)
}

/// The place of a tensor's data, from the start of the data, and the byte that says so.
struct Spot {
    range: Range<u64>,
    said_at: u64,
}

struct Walk<'a> {
    window: Window<'a>,
    at: u64,
    big_endian: bool,
    gguf: Gguf,
    places: Vec<Spot>,
    /// Bytes of values kept so far.
    kept: usize,
}

impl Walk<'_> {
    fn header(&mut self) -> Result<(), Stop> {
        if self.take::<4>()? != *b"GGUF" {
            return Err(Stop::Fault(0, "it does not begin with `GGUF`".to_owned()));
        }
        let version = self.take::<4>()?;
        self.big_endian = u32::from_le_bytes(version) & 0xffff == 0;
        self.gguf.version = if self.big_endian { u32::from_be_bytes(version) } else { u32::from_le_bytes(version) };
        if !matches!(self.gguf.version, 2 | 3) {
            let what = format!("version {}; versions 2 and 3 are read", self.gguf.version);
            return Err(Stop::Fault(4, what));
        }
        let tensors = self.u64()?;
        let pairs = self.u64()?;
        let rest = self.window.size() - self.at;
        // The least that an entry can take: a length and a type; a length, no dimension, a type and an offset.
        if tensors > caps::TENSORS as u64 || tensors > rest / 24 {
            return Err(Stop::Fault(8, format!("{tensors} tensors, in a file with {rest} bytes left")));
        }
        if pairs > caps::GGUF_KEYS || pairs > rest / 13 {
            return Err(Stop::Fault(16, format!("{pairs} keys, in a file with {rest} bytes left")));
        }
        let mut keys = BTreeSet::new();
        for _ in 0..pairs {
            self.pair(&mut keys)?;
        }
        let start = self.at;
        let alignment = self.alignment()?;
        for _ in 0..tensors {
            self.tensor()?;
        }
        self.digest(start..self.at)?;
        self.places(alignment);
        Ok(())
    }

    /// A key and its value.
    fn pair(&mut self, keys: &mut BTreeSet<String>) -> Result<(), Stop> {
        let start = self.at;
        let key = self.name("a key", caps::GGUF_KEY)?;
        let kind_at = self.at;
        let kind = self.u32()?;
        let at = self.at;
        let keep = kept(&key);
        // Of the vocabulary only its length is told.
        let value = self.value(kind, kind_at, keep && key != VOCABULARY)?;
        if keep && self.gguf.pairs.len() < caps::GGUF_KEPT_KEYS && self.kept < caps::GGUF_KEPT {
            let length = usize::try_from(self.at - at).unwrap_or(usize::MAX).min(caps::GGUF_VALUE);
            let raw = self.bytes(at, length)?.to_vec();
            self.kept += raw.len();
            self.gguf.pairs.push(Pair { key: key.clone(), value, at, raw });
        }
        if !keys.insert(key.clone()) {
            self.gguf.table.fault(start, format!("the key `{}` stands twice", shorten(&key)));
        }
        Ok(())
    }

    /// Walk over a value; what is to be kept comes back.
    fn value(&mut self, kind: u32, kind_at: u64, keep: bool) -> Result<Value, Stop> {
        Ok(match kind {
            0 => Value::Number(i128::from(self.take::<1>()?[0])),
            1 => Value::Number(i128::from(self.take::<1>()?[0].cast_signed())),
            2 => Value::Number(i128::from(self.u16()?)),
            3 => Value::Number(i128::from(self.u16()?.cast_signed())),
            4 => Value::Number(i128::from(self.u32()?)),
            5 => Value::Number(i128::from(self.u32()?.cast_signed())),
            10 => Value::Number(i128::from(self.u64()?)),
            11 => Value::Number(i128::from(self.u64()?.cast_signed())),
            6 => self.take::<4>().map(|_| Value::Fraction)?,
            12 => self.take::<8>().map(|_| Value::Fraction)?,
            7 => {
                let [byte] = self.take::<1>()?;
                if byte > 1 {
                    self.gguf.table.fault(self.at - 1, format!("a truth value of {byte}; it is 0 or 1"));
                }
                Value::Number(i128::from(byte))
            }
            8 => self.text(keep)?,
            9 => self.list(keep)?,
            _ => return Err(Stop::Fault(kind_at, format!("a value of type {kind}; the format has 0 to 12"))),
        })
    }

    fn text(&mut self, keep: bool) -> Result<Value, Stop> {
        let at = self.at;
        let length = self.length(1)?;
        let start = self.at;
        self.skip(length, at)?;
        if !keep || length > caps::GGUF_VALUE as u64 {
            return Ok(Value::List(length));
        }
        let bytes = self.bytes(start, usize::try_from(length).unwrap_or(0))?.to_vec();
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(text)),
            Err(error) => {
                let wrong = start + error.utf8_error().valid_up_to() as u64;
                self.gguf.table.fault(wrong, "a text that is not UTF-8");
                Ok(Value::Text(String::from_utf8_lossy(error.as_bytes()).into_owned()))
            }
        }
    }

    /// Walk over a list. Lists in lists are followed to a depth, without recursion.
    fn list(&mut self, keep: bool) -> Result<Value, Stop> {
        let outermost = self.at;
        let mut open: Vec<u64> = Vec::new();
        let mut texts = Vec::new();
        let mut count = None;
        loop {
            let at = self.at;
            let kind = self.u32()?;
            let length = self.length(least(kind).ok_or_else(|| {
                Stop::Fault(at, format!("a list of values of type {kind}; the format has 0 to 12"))
            })?)?;
            count = count.or(Some(length));
            match kind {
                9 => open.push(length),
                8 if keep && open.is_empty() => {
                    for _ in 0..length {
                        let more = texts.len() < caps::FRONT_VALUES && self.at - outermost < caps::GGUF_VALUE as u64;
                        if let Value::Text(text) = self.text(more)? {
                            texts.push(text);
                        }
                    }
                }
                8 => self.skip_texts(length)?,
                7 => self.truths(length)?,
                _ => self.skip(length * least(kind).unwrap_or(1), at)?,
            }
            if open.len() > caps::DEPTH {
                return Err(Stop::Fault(at, format!("lists in lists, deeper than {}", caps::DEPTH)));
            }
            loop {
                match open.last_mut() {
                    None => {
                        let count = count.unwrap_or_default();
                        return Ok(if texts.is_empty() { Value::List(count) } else { Value::Texts(texts) });
                    }
                    Some(0) => drop(open.pop()),
                    Some(left) => {
                        *left -= 1;
                        break;
                    }
                }
            }
        }
    }

    /// Walk over texts without keeping them: vocabularies are long, so lengths are read where they lie in memory.
    fn skip_texts(&mut self, count: u64) -> Result<(), Stop> {
        let mut left = count;
        while left > 0 {
            let (mut walked, mut done) = (0usize, 0u64);
            let held = self.window.held_from(self.at);
            while done < left
                && let Some(rest) = held.get(walked..)
                && let Some(prefix) = rest.first_chunk::<8>()
            {
                let length = if self.big_endian { u64::from_be_bytes(*prefix) } else { u64::from_le_bytes(*prefix) };
                if length > (rest.len() - 8) as u64 {
                    break;
                }
                walked += 8 + length as usize;
                done += 1;
            }
            if done == 0 {
                self.text(false)?;
                done = 1;
            } else {
                let at = self.at;
                self.skip(walked as u64, at)?;
            }
            left -= done;
        }
        Ok(())
    }

    fn truths(&mut self, count: u64) -> Result<(), Stop> {
        let end = self.at + count;
        while self.at < end {
            let length = usize::try_from(end - self.at).unwrap_or(usize::MAX).min(4096);
            let wrong = self.bytes(self.at, length)?.iter().position(|byte| *byte > 1);
            if let Some(wrong) = wrong {
                let at = self.at + wrong as u64;
                self.gguf.table.fault(at, "a truth value that is neither 0 nor 1");
                self.at = end;
                break;
            }
            self.at += length as u64;
        }
        Ok(())
    }

    /// `general.alignment`: 32 unless it is said otherwise.
    fn alignment(&mut self) -> Result<u64, Stop> {
        let Some(pair) = self.gguf.get("general.alignment") else { return Ok(32) };
        match pair.value {
            Value::Number(number) if number > 0 && (number as u128).is_power_of_two() && number <= 1 << 32 => {
                Ok(number as u64)
            }
            _ => Err(Stop::Fault(pair.at, "an alignment that is no power of two".to_owned())),
        }
    }

    fn tensor(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let name = self.name("the name of a tensor", caps::GGUF_KEY)?;
        let at = self.at;
        let count = self.u32()?;
        if count as usize > caps::GGUF_DIMENSIONS {
            let what = format!("tensor `{}` has {count} dimensions; the format allows 4", shorten(&name));
            return Err(Stop::Fault(at, what));
        }
        let mut shape = Shape::new();
        for _ in 0..count {
            shape.push(self.u64()?);
        }
        let kind_at = self.at;
        let kind = self.u32()?;
        let said_at = self.at;
        let offset = self.u64()?;
        let entry = start..self.at;
        let dtype = match types::tensor_type(kind) {
            types::Known::Is(dtype) => dtype,
            types::Known::Later => {
                self.gguf.table.note(format!("tensor `{}`, whose type {kind} is not known here", shorten(&name)));
                return Ok(());
            }
            types::Known::Never => {
                self.gguf.table.fault(kind_at, format!("tensor `{}` has type {kind}, which is none", shorten(&name)));
                return Ok(());
            }
        };
        // Rows are stored in blocks: the first dimension must fill them.
        let row = shape.first().copied().unwrap_or(1);
        let counted = elements(&shape);
        let size = counted.filter(|_| row.is_multiple_of(dtype.block().0)).and_then(|n| dtype.bits(n));
        let (Some(elements), Some(bits)) = (counted, size) else {
            let what = format!("tensor `{}` ({} {shape:?}) fills no whole blocks", shorten(&name), dtype.name());
            self.gguf.table.fault(at, what);
            return Ok(());
        };
        let Some(end) = offset.checked_add(bits / 8) else {
            self.gguf.table.fault(said_at, format!("the offset of tensor `{}` is larger than can be", shorten(&name)));
            return Ok(());
        };
        shape.reverse();
        self.places.push(Spot { range: offset..end, said_at });
        let data = Data { bytes: Some(offset..end), big_endian: self.big_endian, ..Data::default() };
        self.gguf.table.tensors.push(Tensor { name, dtype, shape, elements, data, entry });
        Ok(())
    }

    /// Where the data lies: aligned, one after the other, inside the file.
    fn places(&mut self, alignment: u64) {
        let size = self.window.size();
        let base = self.at.next_multiple_of(alignment);
        let data = size.saturating_sub(base);
        let mut places = std::mem::take(&mut self.places);
        places.sort_by_key(|spot| (spot.range.start, spot.range.end, spot.said_at));
        let whole = places.len() == self.gguf.table.tensors.len() && self.gguf.table.notes.is_empty();
        let (mut covered, mut faults) = (0u64, Vec::new());
        for Spot { range, said_at } in &places {
            if !range.start.is_multiple_of(alignment) {
                faults.push((*said_at, format!("an offset of {}, which is no multiple of {alignment}", range.start)));
            }
            if range.start < covered && range.start < range.end {
                let end = covered.min(range.end);
                faults
                    .push((*said_at, format!("bytes {}..{end} of the data belong to another tensor too", range.start)));
            } else if whole && covered.checked_next_multiple_of(alignment).is_some_and(|next| range.start > next) {
                faults.push((*said_at, format!("bytes {covered}..{} of the data belong to no tensor", range.start)));
            }
            if range.end > data {
                self.gguf.table.truncated = true;
                faults.push((*said_at, format!("the data should reach byte {} and has {data}", range.end)));
            }
            covered = covered.max(range.end);
        }
        for (at, what) in faults {
            self.gguf.table.fault(at, what);
        }
        let padded = covered.checked_next_multiple_of(alignment).unwrap_or(covered);
        if whole && !places.is_empty() && padded < data {
            self.gguf.table.note(format!("{} bytes after the last tensor, which belong to none", data - padded));
        }
        for tensor in &mut self.gguf.table.tensors {
            // Nothing lies nowhere: where there is no data, what should begin it may lie past the end.
            if tensor.elements == 0 {
                tensor.data.bytes = None;
            }
            let shifted = tensor
                .data
                .bytes
                .take()
                .and_then(|range| Some(range.start.checked_add(base)?..range.end.checked_add(base)?));
            tensor.data.bytes = shifted;
        }
    }

    /// The digest of the table, which is what its facts rest on.
    fn digest(&mut self, range: Range<u64>) -> Result<(), Stop> {
        let mut writer = Sha256Writer::default();
        let mut at = range.start;
        while at < range.end {
            let length = usize::try_from(range.end - at).unwrap_or(usize::MAX).min(64 << 10);
            writer.update(self.bytes(at, length)?);
            at += length as u64;
        }
        self.gguf.table.head = Some((range, writer.finish()));
        Ok(())
    }

    /// A name: its length, its letters.
    fn name(&mut self, what: &str, cap: u64) -> Result<String, Stop> {
        let at = self.at;
        let length = self.length(1)?;
        if length > cap {
            return Err(Stop::Fault(at, format!("{what} of {length} bytes; more than {cap} are refused")));
        }
        let start = self.at;
        self.skip(length, at)?;
        let bytes = self.bytes(start, usize::try_from(length).unwrap_or(0))?.to_vec();
        String::from_utf8(bytes).map_err(|_| Stop::Fault(start, format!("{what} that is not UTF-8")))
    }

    /// A count of things of which each takes at least so many bytes: no more than the file can hold.
    fn length(&mut self, each: u64) -> Result<u64, Stop> {
        let at = self.at;
        let length = self.u64()?;
        let rest = self.window.size() - self.at;
        if length > rest / each {
            self.gguf.table.truncated |= length < 1 << 40;
            return Err(Stop::Fault(at, format!("a length of {length}, in a file with {rest} bytes left")));
        }
        Ok(length)
    }

    fn skip(&mut self, length: u64, said_at: u64) -> Result<(), Stop> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.window.size());
        self.at = end.ok_or_else(|| Stop::Fault(said_at, format!("{length} bytes reach past the end of the file")))?;
        if self.at > caps::GGUF_HEADER {
            return Err(Stop::Fault(said_at, format!("a header of more than {} bytes is refused", caps::GGUF_HEADER)));
        }
        Ok(())
    }

    fn bytes(&mut self, at: u64, length: usize) -> Result<&[u8], Stop> {
        let size = self.window.size();
        self.window.get(at, length).map_err(|lack| match lack {
            Lack::End => Stop::Fault(size, "the file ends within its header".to_owned()),
            Lack::Medium(error) => Stop::Medium(error),
        })
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let size = self.window.size();
        let taken = match self.bytes(self.at, N) {
            Ok(bytes) => bytes.first_chunk::<N>().copied(),
            Err(Stop::Fault(..)) => None,
            Err(stop) => return Err(stop),
        };
        let Some(taken) = taken else {
            self.gguf.table.truncated = true;
            return Err(Stop::Fault(size, "the file ends within its header".to_owned()));
        };
        let at = self.at;
        self.skip(N as u64, at)?;
        Ok(taken)
    }

    fn u16(&mut self) -> Result<u16, Stop> {
        let bytes = self.take::<2>()?;
        Ok(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&mut self) -> Result<u32, Stop> {
        let bytes = self.take::<4>()?;
        Ok(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u64(&mut self) -> Result<u64, Stop> {
        let bytes = self.take::<8>()?;
        Ok(if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }
}

/// The least bytes that a value of a type takes; `None` for types that are none.
fn least(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        8 | 10..=12 => Some(8),
        9 => Some(12),
        _ => None,
    }
}

/// The keys whose values are told of, or needed to read on.
fn kept(key: &str) -> bool {
    const STARTS: &[&str] = &["general.", "split.", "adapter.", "tokenizer.chat_template", "tokenizer.ggml.model"];
    const ENDS: &[&str] =
        &[".context_length", ".expert_count", ".expert_used_count", ".block_count", ".embedding_length"];
    STARTS.iter().any(|start| key.starts_with(start)) || ENDS.iter().any(|end| key.ends_with(end)) || key == VOCABULARY
}

/// What `split.*` says of the set that a file belongs to; a file by itself says nothing, or that it is one of one.
pub(crate) fn split(gguf: &Gguf) -> Option<Split> {
    let (of, _) = gguf.number("split.count")?;
    let (number, _) = gguf.number("split.no")?;
    Some(Split { number, of, tensors: gguf.number("split.tensors.count").map(|(count, _)| count) })
}

/// Experts and how many of them a token uses; 12 × layers × width × context.
pub(crate) fn geometry(gguf: &Gguf) -> (Option<(u64, u64)>, Option<u64>) {
    let own = |key: &str| gguf.own(key).map(|(number, _)| number);
    let experts = own("expert_count").filter(|count| *count > 0).zip(own("expert_used_count"));
    let factors = [own("block_count"), own("embedding_length"), own("context_length")];
    (experts, factors.into_iter().try_fold(12u64, |product, factor| product.checked_mul(factor?)))
}

/// Whether most of a file's elements are of a type that weights are quantised to.
pub(crate) fn is_quantised(tensors: &[Tensor]) -> bool {
    let sum = |wanted: fn(Dtype) -> bool| {
        tensors.iter().filter(|t| wanted(t.dtype)).fold(0u64, |sum, t| sum.saturating_add(t.elements))
    };
    sum(Dtype::is_blocked) > sum(|dtype| !dtype.is_blocked())
}

#[cfg(test)]
mod tests;
