//! Files that hold pickles: PyTorch archives and legacy files, plain pickles, NumPy arrays of objects.
//!
//! What a file is follows from its content, not from its name. Of each the pickles are judged, and where
//! it holds parameters, their table is made. Nothing is executed, and data is not read.

mod archive;
mod facts;
mod legacy;

use super::pickle::{Machine, Named, Node, Offence, Persistent, Value};
use super::window::Window;
use super::zip;
use crate::tensors::{Apart, Data, Table, Tensor, elements, shorten};
use candor_facts::{ReadAt, read_exact};
use std::collections::BTreeSet;
use std::ops::Range;

pub(crate) use facts::{could_hold, facts};

/// Whether the pickles of a file are inert, and what shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// What the pickles stand in: `pickle`, `pytorch-zip`, `pytorch-legacy`, `numpy`, `zip`, …
    pub(crate) container: &'static str,
    /// How many pickles were read.
    pub(crate) pickles: u32,
    pub(crate) imports: BTreeSet<String>,
    /// What makes it not provably inert; `None` when it is inert.
    pub(crate) offence: Option<Charge>,
    /// Bytes of the file that were read as pickles, where they stand as such.
    pub(crate) streams: Vec<Range<u64>>,
}

/// An offence with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    /// The member of an archive that it stands in.
    pub(crate) member: Option<String>,
    /// Its byte: of the member where there is one, else of the file.
    pub(crate) at: u64,
    /// The opcode, or what stands in its place.
    pub(crate) opcode: String,
    pub(crate) what: String,
    /// Bytes of the file that show it.
    pub(crate) bytes: Range<u64>,
}

impl Verdict {
    fn of(container: &'static str) -> Self {
        Self { container, ..Self::default() }
    }

    /// A charge without an opcode; the first counts.
    fn charge(&mut self, at: u64, what: impl Into<String>, size: u64) {
        let bytes = at.min(size)..at.saturating_add(1).min(size);
        let opcode = "no opcode".to_owned();
        self.offence.get_or_insert(Charge { member: None, at, opcode, what: what.into(), bytes });
    }

    fn absorb(&mut self, machine: &Machine<'_, '_>, place: &Placed<'_>) {
        self.imports.extend(machine.imports.iter().cloned());
        if let Some(offence) = &machine.offence {
            self.offence.get_or_insert_with(|| place.charge(offence));
        }
    }
}

/// Where a stream stands: in a file, or in a member of an archive.
struct Placed<'a> {
    member: Option<&'a str>,
    /// The byte of the file at which the member's data begins, where it stands there as it is.
    base: Option<u64>,
    /// What shows the member when its bytes do not stand in the file.
    shown: Range<u64>,
}

impl Placed<'_> {
    const FILE: Placed<'static> = Placed { member: None, base: Some(0), shown: 0..0 };

    fn charge(&self, offence: &Offence) -> Charge {
        let bytes = match self.base {
            Some(base) => base + offence.bytes.start..base + offence.bytes.end,
            None => self.shown.clone(),
        };
        Charge {
            member: self.member.map(str::to_owned),
            at: offence.bytes.start,
            opcode: offence.opcode.clone(),
            what: offence.what.clone(),
            bytes,
        }
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// The tensors of a model; of files that are none of PyTorch's it is empty, without head.
    pub(crate) table: Table,
    pub(crate) verdict: Verdict,
    /// Whether the state of an optimizer stands in it.
    pub(crate) optimizer: bool,
}

/// Read a file; `None` when it holds no pickles. `named` tells whether its name says that it does.
///
/// # Errors
/// Those of the medium.
pub(crate) fn read(bytes: &dyn ReadAt, named: bool) -> std::io::Result<Option<Contents>> {
    let start = read_exact(bytes, 0, usize::try_from(bytes.len().min(512)).unwrap_or(512))?;
    let size = bytes.len();
    let archive = zip::read(bytes)?;
    if start.starts_with(b"PK\x03\x04") || archive.is_some() && (named || start.first() == Some(&0x80)) {
        return archive::read(bytes, archive, &start).map(Some);
    }
    if start.get(257..262) == Some(b"ustar") {
        return if named { legacy::tar(bytes).map(Some) } else { Ok(None) };
    }
    if start.starts_with(b"\x93NUMPY") {
        return archive::numpy(bytes, None);
    }
    let other = [
        (&b"7z\xbc\xaf\x27\x1c"[..], "a 7z archive"),
        (b"Rar!", "a RAR archive"),
        (b"BZh", "bzip2 data"),
        (b"\xfd7zXZ", "xz data"),
        (b"\x5d\0\0", "LZMA data"),
        (b"\x28\xb5\x2f\xfd", "Zstandard data"),
        (b"\x04\x22\x4d\x18", "LZ4 data"),
    ];
    if let Some((_, what)) = other.iter().find(|(magic, _)| named && start.starts_with(magic)) {
        let mut contents = Contents { table: Table::of("pytorch"), ..Contents::default() };
        contents.verdict = Verdict::of("packed");
        contents.verdict.charge(0, format!("{what}, which is not unpacked"), size);
        return Ok(Some(contents));
    }
    if named && (start.starts_with(b"\x1f\x8b\x08") || zlib(&start)) {
        return legacy::packed(bytes, start.starts_with(b"\x1f\x8b")).map(Some);
    }
    legacy::read(bytes, named)
}

/// Whether bytes begin as zlib data does: deflate, and a sum that fits.
fn zlib(start: &[u8]) -> bool {
    match start {
        [first @ 0x78, second, ..] => (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 && second & 0x20 == 0,
        _ => false,
    }
}

/// Byte strings of a stream that may be streams themselves: one that imports what is not known to be harmless, or
/// that is read to its end and is not inert, makes the whole not inert.
fn nested(window: &mut Window<'_>, ranges: &[Range<u64>], depth: u32) -> std::io::Result<Option<Offence>> {
    for range in ranges {
        let mut machine = Machine::new(window, range.start, Persistent::Unknown);
        let ended = machine.load()?.is_some();
        let (offence, inner) = (machine.offence.take(), std::mem::take(&mut machine.nested));
        let whole = ended && machine.at <= range.end;
        let telling = !machine.imports.is_empty() || whole;
        if let Some(offence) = offence
            && telling
        {
            let what = format!("in a byte string that is a stream itself: {}", offence.what);
            return Ok(Some(Offence { what, ..offence }));
        }
        if whole
            && depth < 3
            && let Some(offence) = nested(window, &inner, depth + 1)?
        {
            return Ok(Some(offence));
        }
    }
    Ok(None)
}

/// Where the data of a storage lies.
struct Storage {
    /// Its bytes in the file, where they stand there as such.
    bytes: Option<Range<u64>>,
    /// Its length in bytes, where it is known.
    length: Option<u64>,
}

/// The table of what a stream built. `find` gives the place of a storage by its key.
fn table(
    machine: &Machine<'_, '_>,
    named: Named,
    place: &Placed<'_>,
    big_endian: bool,
    find: impl Fn(&str) -> Option<Storage>,
) -> Table {
    let mut table = Table::of("pytorch");
    if named.more {
        table.note("more tensors than are told");
    }
    for (name, number) in named.tensors {
        let Some(Node::Tensor { storage, dtype, offset, shape, strides, at }) = machine.nodes.get(number as usize)
        else {
            continue;
        };
        let entry = match place.base {
            Some(base) => base + at..base + at + 1,
            None => place.shown.clone(),
        };
        let Some(Node::Storage { key, dtype: stored, elements: held }) = machine.nodes.get(*storage as usize) else {
            continue;
        };
        let key = machine.text(Value::Text(*key)).unwrap_or_default();
        let width = dtype.bits(1).unwrap_or(8) / 8;
        let unit = stored.and_then(|stored| stored.bits(1)).unwrap_or(8) / 8;
        // One past the last element that is used.
        let reach = shape.iter().zip(strides).try_fold(0u64, |sum, (dimension, stride)| {
            sum.checked_add(dimension.saturating_sub(1).checked_mul(*stride)?)
        });
        let counted = elements(shape);
        let span = match (counted, reach) {
            (Some(0), _) => Some(*offset..*offset),
            (Some(_), Some(reach)) => reach.checked_add(1).and_then(|reach| Some(*offset..offset.checked_add(reach)?)),
            _ => None,
        };
        let bytes = span.and_then(|span| Some(span.start.checked_mul(width)?..span.end.checked_mul(width)?));
        let (Some(elements), Some(bytes)) = (counted, bytes) else {
            table.fault(entry.start, format!("the shape of tensor `{}` is larger than can be", shorten(&name)));
            continue;
        };
        let found = find(key);
        let held = held.checked_mul(unit);
        let fits = held.is_some_and(|held| bytes.end <= held)
            && found
                .as_ref()
                .is_none_or(|found| found.length.is_none_or(|length| held.is_some_and(|held| held <= length)));
        match &found {
            None => table.fault(
                entry.start,
                format!("the storage `{}` of tensor `{}` is not there", shorten(key), shorten(&name)),
            ),
            Some(_) if !fits => {
                table.truncated = true;
                table.fault(
                    entry.start,
                    format!("tensor `{}` reaches past its storage `{}`", shorten(&name), shorten(key)),
                );
            }
            Some(_) => {}
        }
        let placed = found.and_then(|found| found.bytes).filter(|_| fits);
        let placed =
            placed.and_then(|there| Some(there.start.checked_add(bytes.start)?..there.start.checked_add(bytes.end)?));
        let data = Data {
            bytes: placed,
            apart: Some(Box::new(Apart::Storage {
                key: key.to_owned(),
                first: *offset,
                strides: (!is_plain(shape, strides)).then(|| strides.clone()),
            })),
            big_endian,
        };
        table.tensors.push(Tensor { name, dtype: *dtype, shape: shape.as_slice().into(), elements, data, entry });
    }
    table
}

/// Whether the last dimension runs fastest and nothing is left out.
fn is_plain(shape: &[u64], strides: &[u64]) -> bool {
    let mut wanted = 1u64;
    for (dimension, stride) in shape.iter().zip(strides).rev() {
        if *dimension > 1 && *stride != wanted {
            return false;
        }
        wanted = wanted.saturating_mul((*dimension).max(1));
    }
    true
}
