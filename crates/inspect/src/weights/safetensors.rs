//! The header of a safetensors file: own reader, header only, every entry with its bytes.
//!
//! Checks what the format demands (names distinct, types known, shape times type equals the range, no
//! hole, no overlap, nothing after the end) and keeps the entries that are fine beside the faults. It
//! never reads the data, and allocates nothing on the word of a length that the file does not hold.

use crate::caps;
use crate::json::{Kind, Problem, Reader, Token, natural, unquote};
use crate::tensors::{Data, Dtype, Table, Tensor, elements, shorten};
use candor_facts::{Digest, ReadAt, read_exact};
use std::ops::Range;

/// Bytes of a usual entry.
const TYPICAL_ENTRY: usize = 100;

/// The element types that the format knows.
fn dtype(name: &str) -> Option<Dtype> {
    use Dtype::*;
    match name {
        "BF16" => return Some(BF16),
        "F32" => return Some(F32),
        "F16" => return Some(F16),
        _ => {}
    }
    Dtype::parse(name)
        .filter(|dtype| !dtype.is_blocked() && !matches!(dtype, C32 | C128 | U2 | I2 | U4 | I4 | QI8 | QU8 | QI32))
}

/// Read the header of a file.
///
/// # Errors
/// Those of the medium.
pub(crate) fn read(bytes: &dyn ReadAt) -> std::io::Result<Table> {
    let mut header = Table::of("safetensors");
    let size = bytes.len();
    if size < 8 {
        header.truncated = true;
        header.fault(size, format!("{size} bytes; a file begins with the 8 bytes of its header's length"));
        return Ok(header);
    }
    let length = u64::from_le_bytes(read_exact(bytes, 0, 8)?.as_slice().try_into().unwrap_or_default());
    if length > caps::SAFETENSORS_HEADER {
        header.fault(0, format!("a header of {length} bytes; the format allows {}", caps::SAFETENSORS_HEADER));
        return Ok(header);
    }
    if length > size - 8 {
        header.truncated = true;
        header.fault(size, format!("the file ends within its header of {length} bytes"));
        return Ok(header);
    }
    let whole = read_exact(bytes, 0, usize::try_from(length + 8).unwrap_or(0))?;
    let text = whole.get(8..).unwrap_or_default();
    header.head = Some((0..length + 8, Digest::of(&whole)));
    Ok(entries(text, header, size - 8 - length))
}

/// The entries of a header, with faults; `data` is the number of bytes after it.
fn entries(text: &[u8], mut header: Table, data: u64) -> Table {
    if text.first() != Some(&b'{') {
        header.fault(8, "the header does not begin with `{`");
        return header;
    }
    header.tensors.reserve(text.len().div_ceil(TYPICAL_ENTRY).min(caps::TENSORS));
    let mut entries = Entries { text, ranges: Vec::with_capacity(header.tensors.capacity()), header, unplaced: false };
    if let Err(problem) = entries.read() {
        entries.unplaced = true;
        entries.header.fault(problem.at as u64 + 8, problem.what);
    }
    entries.header.check_names();
    entries.check_ranges(data);
    entries.header.faults.sort_by_key(|fault| fault.at);
    entries.header
}

/// An entry as all writers write it: no blanks, the members in this order, no escapes. Anything else is left to the
/// reader of JSON, which sees what is wrong with it.
struct Plain {
    dtype: Dtype,
    shape: Vec<u64>,
    offsets: [u64; 2],
    /// Where the offsets stand, from the beginning of the entry.
    offsets_at: usize,
    /// Bytes of the entry.
    length: usize,
}

impl Plain {
    fn read(text: &[u8]) -> Option<Self> {
        let rest = text.strip_prefix(br#"{"dtype":""#)?;
        let length = rest.iter().take(16).position(|byte| *byte == b'"')?;
        let (name, rest) = rest.split_at_checked(length)?;
        let dtype = dtype(std::str::from_utf8(name).ok()?)?;
        let mut rest = rest.strip_prefix(br#"","shape":["#)?;
        let mut shape = Vec::new();
        if let Some(after) = rest.strip_prefix(b"]") {
            rest = after;
        } else {
            loop {
                let (number, after) = number(rest)?;
                if shape.len() >= caps::DIMENSIONS {
                    return None;
                }
                shape.push(number);
                match after.split_first()? {
                    (b',', after) => rest = after,
                    (b']', after) => {
                        rest = after;
                        break;
                    }
                    _ => return None,
                }
            }
        }
        let rest = rest.strip_prefix(br#","data_offsets":"#)?;
        let offsets_at = text.len() - rest.len();
        let (begin, rest) = number(rest.strip_prefix(b"[")?)?;
        let (end, rest) = number(rest.strip_prefix(b",")?)?;
        let rest = rest.strip_prefix(b"]}")?;
        Some(Self { dtype, shape, offsets: [begin, end], offsets_at, length: text.len() - rest.len() })
    }
}

/// A number that begins a text, by the rules of JSON, and what follows; at most 19 digits, which fit.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let length = text.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(length).filter(|(digits, _)| (1..20).contains(&digits.len()))?;
    if digits.len() > 1 && digits.first() == Some(&b'0') {
        return None;
    }
    Some((digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')), rest))
}

struct Entries<'a> {
    text: &'a [u8],
    header: Table,
    /// Ranges of the data, each with the byte of the text where it stands.
    ranges: Vec<(Range<u64>, usize)>,
    /// Whether some entry has no usable range: then a hole proves nothing.
    unplaced: bool,
}

impl Entries<'_> {
    fn read(&mut self) -> Result<(), Problem> {
        let mut reader = Reader::new(self.text);
        let mut metadata_seen = false;
        while let Some(token) = reader.next()? {
            if token.kind != Kind::Key {
                continue;
            }
            let name = unquote(self.text, &token.span).into_owned();
            let full = self.header.tensors.len() >= caps::TENSORS || name == "__metadata__";
            if let Some(plain) = reader.due().filter(|_| !full).and_then(Plain::read) {
                let value = reader.took(plain.length);
                self.plain(name, token.span.start, value, plain);
                continue;
            }
            let Some(value) = reader.next()? else { break };
            if name == "__metadata__" {
                if metadata_seen {
                    self.fault(token.span.start, "`__metadata__` stands twice");
                }
                metadata_seen = true;
                self.metadata(&mut reader, &value)?;
            } else {
                if self.header.tensors.len() >= caps::TENSORS {
                    let what = format!("more than {} tensors", caps::TENSORS);
                    return Err(Problem { at: token.span.start, what });
                }
                self.entry(&mut reader, name, token.span.start, &value)?;
            }
        }
        Ok(())
    }

    fn fault(&mut self, at: usize, what: impl Into<String>) {
        self.header.fault(at as u64 + 8, what);
    }

    fn metadata(&mut self, reader: &mut Reader<'_>, value: &Token) -> Result<(), Problem> {
        if value.kind != Kind::ObjectStart {
            self.fault(value.span.start, "`__metadata__` is no object");
            return reader.skip(value).map(drop);
        }
        while let Some(token) = reader.next()? {
            if token.kind != Kind::Key {
                break;
            }
            let Some(value) = reader.next()? else { break };
            if value.kind == Kind::String {
                let pair = (unquote(self.text, &token.span).into_owned(), unquote(self.text, &value.span).into_owned());
                if self.header.metadata.len() < caps::MEMBERS {
                    self.header.metadata.push(pair);
                }
            } else {
                self.fault(value.span.start, "a value of `__metadata__` that is no string");
                reader.skip(&value)?;
            }
        }
        Ok(())
    }

    /// An entry in the form that all writers use.
    fn plain(&mut self, name: String, start: usize, value: Range<usize>, plain: Plain) {
        let at = value.start + plain.offsets_at;
        let [begin, end] = plain.offsets;
        let range = match begin <= end {
            true => {
                self.ranges.push((begin..end, at));
                Some((begin..end, at))
            }
            false => self.range(&name, start, Some((Some(vec![begin, end]), at))),
        };
        self.keep(name, start..value.end, plain.dtype, plain.shape, range, true);
    }

    fn entry(&mut self, reader: &mut Reader<'_>, name: String, start: usize, value: &Token) -> Result<(), Problem> {
        if value.kind != Kind::ObjectStart {
            self.unplaced = true;
            self.fault(value.span.start, format!("tensor `{}` is no object", shorten(&name)));
            return reader.skip(value).map(drop);
        }
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        let mut end = value.span.end;
        let mut fine = true;
        while let Some(token) = reader.next()? {
            if token.kind != Kind::Key {
                end = token.span.end;
                break;
            }
            let key = unquote(self.text, &token.span);
            let Some(value) = reader.next()? else { break };
            let twice = match &*key {
                "dtype" => dtype.replace(self.dtype(reader, &value)?).is_some(),
                "shape" => shape.replace(self.naturals(reader, &value, "dimension")?).is_some(),
                "data_offsets" => {
                    let at = value.span.start;
                    offsets.replace((self.naturals(reader, &value, "offset")?, at)).is_some()
                }
                _ => reader.skip(&value).map(|_| false)?,
            };
            if twice {
                fine = false;
                self.fault(token.span.start, format!("`{key}` stands twice in one entry"));
            }
        }
        let range = self.range(&name, start, offsets);
        let (Some(dtype), Some(shape)) = (dtype, shape) else {
            let missing = if dtype.is_none() { "dtype" } else { "shape" };
            self.fault(start, format!("tensor `{}` has no `{missing}`", shorten(&name)));
            return Ok(());
        };
        let (Some(dtype), Some(shape)) = (dtype, shape) else { return Ok(()) };
        self.keep(name, start..end, dtype, shape, range, fine);
        Ok(())
    }

    /// Check an entry that has all it needs, and keep it when it is fine. `entry` is where it stands in the text.
    fn keep(
        &mut self,
        name: String,
        entry: Range<usize>,
        dtype: Dtype,
        shape: Vec<u64>,
        range: Option<(Range<u64>, usize)>,
        fine: bool,
    ) {
        let start = entry.start;
        let Some((range, at)) = range else { return };
        let counted = elements(&shape);
        let bits = counted.and_then(|elements| dtype.bits(elements));
        let (Some(elements), Some(bits)) = (counted, bits) else {
            self.fault(start, format!("the shape of tensor `{}` is larger than can be", shorten(&name)));
            return;
        };
        let has = range.end - range.start;
        if !bits.is_multiple_of(8) || bits / 8 != has {
            let (needed, name, dtype) = (bits.div_ceil(8), shorten(&name), dtype.name());
            let what = match bits.is_multiple_of(8) {
                true => format!("tensor `{name}` needs {needed} bytes ({dtype} {shape:?}), has {has}"),
                false => format!("tensor `{name}` ({dtype} {shape:?}) does not end at a whole byte"),
            };
            self.fault(at, what);
            return;
        }
        if fine {
            let base = self.text.len() as u64 + 8;
            let bytes = range.start.checked_add(base).zip(range.end.checked_add(base)).map(|(start, end)| start..end);
            let data = Data { bytes, ..Data::default() };
            let entry = start as u64 + 8..entry.end as u64 + 8;
            self.header.tensors.push(Tensor { name, dtype, shape, elements, data, entry });
        }
    }

    fn dtype(&mut self, reader: &mut Reader<'_>, value: &Token) -> Result<Option<Dtype>, Problem> {
        if value.kind != Kind::String {
            self.fault(value.span.start, "a dtype that is no string");
            return reader.skip(value).map(|_| None);
        }
        let name = unquote(self.text, &value.span);
        let dtype = dtype(&name);
        if dtype.is_none() {
            let what = format!("the dtype `{}` is none of the format's", shorten(&name));
            self.fault(value.span.start, what);
        }
        Ok(dtype)
    }

    fn naturals(&mut self, reader: &mut Reader<'_>, value: &Token, what: &str) -> Result<Option<Vec<u64>>, Problem> {
        if value.kind != Kind::ArrayStart {
            self.fault(value.span.start, format!("expected a list, one {what} each"));
            return reader.skip(value).map(|_| None);
        }
        let mut numbers = Vec::new();
        let mut fine = true;
        while let Some(token) = reader.next()? {
            if token.kind == Kind::ArrayEnd {
                break;
            }
            let span = reader.skip(&token)?;
            match natural(self.text, &span).filter(|_| token.kind == Kind::Number) {
                Some(number) if numbers.len() < caps::DIMENSIONS => numbers.push(number),
                Some(_) if fine => {
                    fine = false;
                    self.fault(span.start, format!("more than {} numbers", caps::DIMENSIONS));
                }
                Some(_) => {}
                None => {
                    fine = false;
                    self.fault(span.start, format!("a {what} that is no whole number from 0 to 2^64-1"));
                }
            }
        }
        Ok(fine.then_some(numbers))
    }

    /// The range of an entry, and where it stands. Kept for the check of the whole also when the entry has other faults.
    fn range(
        &mut self,
        name: &str,
        start: usize,
        offsets: Option<(Option<Vec<u64>>, usize)>,
    ) -> Option<(Range<u64>, usize)> {
        let range = match offsets {
            None => {
                self.fault(start, format!("tensor `{}` has no `data_offsets`", shorten(name)));
                None
            }
            Some((None, _)) => None,
            Some((Some(pair), at)) => match pair.as_slice() {
                [begin, end] if begin <= end => Some((*begin..*end, at)),
                [_, _] => {
                    self.fault(at, format!("tensor `{}` ends before it begins", shorten(name)));
                    None
                }
                _ => {
                    self.fault(at, format!("tensor `{}` has {} offsets; expected 2", shorten(name), pair.len()));
                    None
                }
            },
        };
        match &range {
            Some(range) => self.ranges.push(range.clone()),
            None => self.unplaced = true,
        }
        range
    }

    /// The ranges, in order, must cover the data exactly.
    fn check_ranges(&mut self, data: u64) {
        let mut ranges = std::mem::take(&mut self.ranges);
        ranges.sort_by_key(|(range, at)| (range.start, range.end, *at));
        let mut covered = 0;
        for (range, at) in &ranges {
            if range.start < covered && range.start < range.end {
                self.fault(
                    *at,
                    format!(
                        "bytes {}..{} of the data belong to another tensor too",
                        range.start,
                        covered.min(range.end)
                    ),
                );
            } else if range.start > covered && !self.unplaced {
                self.fault(*at, format!("bytes {covered}..{} of the data belong to no tensor", range.start));
            }
            if range.end > data {
                self.header.truncated = true;
                self.fault(*at, format!("the data should reach byte {} and has {data}", range.end));
            }
            covered = covered.max(range.end);
        }
        if covered < data && !self.unplaced {
            let start = self.text.len() as u64 + 8 + covered;
            self.header.fault(start, format!("{} bytes after the last tensor", data - covered));
        }
    }
}

#[cfg(test)]
mod tests;
