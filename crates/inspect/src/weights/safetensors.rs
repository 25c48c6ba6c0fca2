//! The header of a safetensors file: own reader, header only, every entry with its bytes.
//!
//! Checks what the format demands (names distinct, types known, shape times type equals the range, no
//! hole, no overlap, nothing after the end) and keeps the entries that are fine beside the faults. It
//! never reads the data, and allocates nothing on the word of a length that the file does not hold.

mod plain;
mod ranges;

use crate::caps;
use crate::json::{Kind, Problem, Reader, Token, natural, unquote};
use crate::tensors::{Data, Dtype, Shape, Table, Tensor, elements, shorten};
use candor_facts::{ReadAt, read_exact, read_start};
use plain::{Plain, dtype};
use ranges::Ranges;
use std::ops::Range;

/// Bytes of a usual entry.
const TYPICAL_ENTRY: usize = 100;

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
    let mut entries = Entries::new(header, length + 8);
    let mut before = 8;
    let (rest, digest) = read_start(bytes, length + 8, |held| {
        let Some(text) = held.get(before..) else { return 0 };
        std::mem::take(&mut before) + entries.ahead(text)
    })?;
    entries.header.head = Some((0..length + 8, digest));
    Ok(entries.finish(&rest, size - 8 - length))
}

/// The entries of a header, read while its bytes arrive.
struct Entries {
    header: Table,
    /// What the text is in the midst of, between two members.
    reader: Reader<'static>,
    /// Byte of the file where the text goes on.
    offset: u64,
    /// Bytes of the text from which reading ahead may go on: a long member that is not yet there is not tried again and
    /// again.
    patience: usize,
    metadata_seen: bool,
    /// Byte of the file where the data begins.
    base: u64,
    ranges: Ranges,
}

impl Entries {
    fn new(mut header: Table, base: u64) -> Self {
        let expected = usize::try_from(base).unwrap_or(usize::MAX).div_ceil(TYPICAL_ENTRY).min(caps::TENSORS);
        header.tensors.reserve(expected);
        let (reader, ranges) = (Reader::new(b""), Ranges::default());
        Self { header, reader, offset: 8, patience: 0, metadata_seen: false, base, ranges }
    }

    /// Read what is whole of the beginning of the text that goes on, and leave faults to [`Self::finish`]. Answers how
    /// many bytes were read.
    fn ahead(&mut self, text: &[u8]) -> usize {
        if text.len() < self.patience || !self.may_begin(text) {
            return 0;
        }
        let mut reader = self.reader.over(text);
        // What is whole has no fault that ends the reading.
        let done = self.read(&mut reader, true).map_or(0, |()| reader.at());
        if done > 0 {
            self.reader = reader.over(b"");
            self.offset += done as u64;
        }
        self.patience = (text.len() - done).saturating_mul(2);
        done
    }

    /// Read the rest of the text and judge all of it; `data` is the number of bytes after it.
    fn finish(mut self, text: &[u8], data: u64) -> Table {
        if !self.may_begin(text) {
            self.header.fault(8, "the header does not begin with `{`");
            return self.header;
        }
        if let Err(problem) = self.read(&mut self.reader.over(text), false) {
            self.ranges.unplaced = true;
            self.fault(problem.at, problem.what);
        }
        self.header.check_names();
        std::mem::take(&mut self.ranges).check(&mut self.header, self.base, data);
        self.header.faults.sort_by_key(|fault| fault.at);
        self.header
    }

    fn may_begin(&self, text: &[u8]) -> bool {
        self.offset > 8 || text.first() == Some(&b'{')
    }

    /// Read members; with `ahead`, of a text that may go on, those that are whole.
    fn read(&mut self, reader: &mut Reader<'_>, ahead: bool) -> Result<(), Problem> {
        let text = reader.text();
        let begin = reader.due().unwrap_or(0);
        let (skipped, rest) = text.split_at_checked(begin).unwrap_or((&[], text));
        let readable = match std::str::from_utf8(rest) {
            Ok(all) => all,
            Err(error) => rest.get(..error.valid_up_to()).and_then(|fine| std::str::from_utf8(fine).ok()).unwrap_or(""),
        };
        loop {
            let full = self.header.tensors.len() >= caps::TENSORS;
            let due = reader.due().filter(|_| !full);
            if let Some(plain) = due.and_then(|at| Plain::read(readable.get(at - skipped.len()..)?)) {
                let start = reader.took(plain.length);
                self.plain(start, plain);
                continue;
            }
            if ahead && (full || !reader.has_whole_member()) {
                return Ok(());
            }
            let Some(token) = reader.next()? else { return Ok(()) };
            if token.kind != Kind::Key {
                continue;
            }
            let name = unquote(text, &token.span).into_owned();
            let Some(value) = reader.next()? else { return Ok(()) };
            if name == "__metadata__" {
                if std::mem::replace(&mut self.metadata_seen, true) {
                    self.fault(token.span.start, "`__metadata__` stands twice");
                }
                self.metadata(reader, &value)?;
            } else {
                if full {
                    let what = format!("more than {} tensors", caps::TENSORS);
                    return Err(Problem { at: token.span.start, what });
                }
                self.entry(reader, name, token.span.start, &value)?;
            }
        }
    }

    fn fault(&mut self, at: usize, what: impl Into<String>) {
        self.header.fault(self.offset + at as u64, what);
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
                let pair = (
                    unquote(reader.text(), &token.span).into_owned(),
                    unquote(reader.text(), &value.span).into_owned(),
                );
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

    /// An entry in the form that all writers use, from the byte of the text where it begins.
    fn plain(&mut self, start: usize, plain: Plain<'_>) {
        let (at, [begin, end]) = (self.offset + (start + plain.offsets_at) as u64, plain.offsets);
        let entry = start..start + plain.length;
        if begin > end {
            self.ranges.spread(&self.header.tensors, self.base);
            self.range(plain.name, start, Some((Some(vec![begin, end]), at)));
            return;
        }
        let range = Some((begin..end, at));
        let kept = self.keep(plain.name.to_owned(), entry, plain.dtype, plain.shape, range, true);
        if !(kept && self.ranges.follows(&(begin..end))) {
            let before = self.header.tensors.len() - usize::from(kept);
            self.ranges.spread(self.header.tensors.get(..before).unwrap_or_default(), self.base);
            self.ranges.add(begin..end, at);
        }
    }

    fn entry(&mut self, reader: &mut Reader<'_>, name: String, start: usize, value: &Token) -> Result<(), Problem> {
        if value.kind != Kind::ObjectStart {
            self.ranges.unplaced = true;
            self.fault(value.span.start, format!("tensor `{}` is no object", shorten(&name)));
            return reader.skip(value).map(drop);
        }
        self.ranges.spread(&self.header.tensors, self.base);
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        let mut end = value.span.end;
        let mut fine = true;
        while let Some(token) = reader.next()? {
            if token.kind != Kind::Key {
                end = token.span.end;
                break;
            }
            let key = unquote(reader.text(), &token.span);
            let Some(value) = reader.next()? else { break };
            let twice = match &*key {
                "dtype" => dtype.replace(self.dtype(reader, &value)?).is_some(),
                "shape" => shape.replace(self.naturals(reader, &value, "dimension")?).is_some(),
                "data_offsets" => {
                    let at = self.offset + value.span.start as u64;
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
        self.keep(name, start..end, dtype, shape.into(), range, fine);
        Ok(())
    }

    /// Check an entry that has all it needs, and keep it when it is fine; whether it is kept, with its place. `entry` is
    /// where it stands in the text.
    fn keep(
        &mut self,
        name: String,
        entry: Range<usize>,
        dtype: Dtype,
        shape: Shape,
        range: Option<(Range<u64>, u64)>,
        fine: bool,
    ) -> bool {
        let start = entry.start;
        let Some((range, at)) = range else { return false };
        let counted = elements(&shape);
        let bits = counted.and_then(|elements| dtype.bits(elements));
        let (Some(elements), Some(bits)) = (counted, bits) else {
            self.fault(start, format!("the shape of tensor `{}` is larger than can be", shorten(&name)));
            return false;
        };
        let has = range.end - range.start;
        if !bits.is_multiple_of(8) || bits / 8 != has {
            let (needed, name, dtype) = (bits.div_ceil(8), shorten(&name), dtype.name());
            let what = match bits.is_multiple_of(8) {
                true => format!("tensor `{name}` needs {needed} bytes ({dtype} {shape:?}), has {has}"),
                false => format!("tensor `{name}` ({dtype} {shape:?}) does not end at a whole byte"),
            };
            self.header.fault(at, what);
            return false;
        }
        if !fine {
            return false;
        }
        let bytes =
            range.start.checked_add(self.base).zip(range.end.checked_add(self.base)).map(|(start, end)| start..end);
        let (placed, data) = (bytes.is_some(), Data { bytes, ..Data::default() });
        let entry = self.offset + start as u64..self.offset + entry.end as u64;
        self.header.tensors.push(Tensor { name, dtype, shape, elements, data, entry });
        placed
    }

    fn dtype(&mut self, reader: &mut Reader<'_>, value: &Token) -> Result<Option<Dtype>, Problem> {
        if value.kind != Kind::String {
            self.fault(value.span.start, "a dtype that is no string");
            return reader.skip(value).map(|_| None);
        }
        let name = unquote(reader.text(), &value.span);
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
            match natural(reader.text(), &span).filter(|_| token.kind == Kind::Number) {
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
        offsets: Option<(Option<Vec<u64>>, u64)>,
    ) -> Option<(Range<u64>, u64)> {
        let range = match offsets {
            None => {
                self.fault(start, format!("tensor `{}` has no `data_offsets`", shorten(name)));
                None
            }
            Some((None, _)) => None,
            Some((Some(pair), at)) => match pair.as_slice() {
                [begin, end] if begin <= end => Some((*begin..*end, at)),
                [_, _] => {
                    self.header.fault(at, format!("tensor `{}` ends before it begins", shorten(name)));
                    None
                }
                _ => {
                    self.header.fault(at, format!("tensor `{}` has {} offsets; expected 2", shorten(name), pair.len()));
                    None
                }
            },
        };
        match &range {
            Some((range, at)) => self.ranges.add(range.clone(), *at),
            None => self.ranges.unplaced = true,
        }
        range
    }
}

#[cfg(test)]
mod tests;
