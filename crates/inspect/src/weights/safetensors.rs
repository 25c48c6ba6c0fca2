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

/// The element types that the format knows.
fn dtype(name: &str) -> Option<Dtype> {
    use Dtype::*;
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
    let prefix = read_exact(bytes, 0, 8)?;
    let length = u64::from_le_bytes(prefix.as_slice().try_into().unwrap_or_default());
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
    header.head = Some((0..length + 8, Digest::of(&whole)));
    let text = whole.get(8..).unwrap_or_default();
    if text.first() != Some(&b'{') {
        header.fault(8, "the header does not begin with `{`");
        return Ok(header);
    }
    let mut entries = Entries { text, header, ranges: Vec::new(), unplaced: false };
    if let Err(problem) = entries.read() {
        entries.unplaced = true;
        entries.header.fault(problem.at as u64 + 8, problem.what);
    }
    entries.header.check_names();
    entries.check_ranges(size - 8 - length);
    let mut header = entries.header;
    header.faults.sort_by_key(|fault| fault.at);
    Ok(header)
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
        let (Some(dtype), Some(shape), Some((range, at))) = (dtype, shape, range) else { return Ok(()) };
        let counted = elements(&shape);
        let bits = counted.and_then(|elements| dtype.bits(elements));
        let (Some(elements), Some(bits)) = (counted, bits) else {
            self.fault(start, format!("the shape of tensor `{}` is larger than can be", shorten(&name)));
            return Ok(());
        };
        let has = range.end - range.start;
        if !bits.is_multiple_of(8) || bits / 8 != has {
            let (needed, name, dtype) = (bits.div_ceil(8), shorten(&name), dtype.name());
            let what = match bits.is_multiple_of(8) {
                true => format!("tensor `{name}` needs {needed} bytes ({dtype} {shape:?}), has {has}"),
                false => format!("tensor `{name}` ({dtype} {shape:?}) does not end at a whole byte"),
            };
            self.fault(at, what);
            return Ok(());
        }
        if fine {
            let base = self.text.len() as u64 + 8;
            let bytes = range.start.checked_add(base).zip(range.end.checked_add(base)).map(|(start, end)| start..end);
            let data = Data { bytes, ..Data::default() };
            let entry = start as u64 + 8..end as u64 + 8;
            self.header.tensors.push(Tensor { name, dtype, shape, elements, data, entry });
        }
        Ok(())
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
