//! Pickles that stand in a file by themselves: PyTorch before 1.6, plain pickles, and packed or tarred ones.

use super::{Charge, Contents, Placed, Storage, Verdict, nested, table};
use crate::caps;
use crate::tensors::{Dtype, Table};
use crate::weights::pickle::{Machine, Node, Offence, Persistent, Value, named};
use crate::weights::window::{Lack, Window};
use crate::weights::zip::inflate;
use candor_facts::{Digest, ReadAt, read_exact};
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use std::collections::BTreeMap;
use std::ops::Range;

/// Read a file that begins with a pickle; `None` when it does not, and its name does not say so.
pub(super) fn read(bytes: &dyn ReadAt, is_named: bool) -> std::io::Result<Option<Contents>> {
    let size = bytes.len();
    let mut window = Window::new(bytes);
    let mut machine = Machine::new(&mut window, 0, Persistent::Unknown);
    let mut contents = Contents { table: Table::of("pytorch"), ..Contents::default() };
    contents.verdict = Verdict::of("pickle");
    let first = machine.load()?;
    if !is_named && !(machine.begins_as_pickle && (first.is_some() || !machine.imports.is_empty())) {
        return Ok(None);
    }
    if first.is_none() && machine.imports.is_empty() && !machine.begins_as_pickle && is_short_text(bytes)? {
        contents.table.fault(0, "a short text in place of the file");
        return Ok(Some(contents));
    }
    contents.verdict.pickles = 1;
    let end = if first == Some(Value::Magic) {
        contents.verdict.container = "pytorch-legacy";
        pytorch(&mut machine, bytes, &mut contents)?
    } else {
        if first.is_none() {
            let at = machine.offence.as_ref().map_or(0, |offence| offence.bytes.start);
            let what = machine.offence.as_ref().map_or_else(String::new, |offence| offence.what.clone());
            contents.table.fault(at, format!("no pickle that can be read to its end: {what}"));
        }
        // Some write one stream after the other, and read them so.
        while first.is_some() && machine.at < size && machine.offence.is_none() {
            contents.verdict.pickles += 1;
            if contents.verdict.pickles > caps::PICKLES {
                machine.offend(format!("more than {} streams", caps::PICKLES));
            } else {
                machine.load()?;
            }
        }
        machine.at
    };
    contents.verdict.absorb(&machine, &Placed::FILE);
    contents.verdict.streams.push(0..end.min(size));
    let ranges = std::mem::take(&mut machine.nested);
    if let Some(offence) = nested(&mut window, &ranges, 0)? {
        contents.verdict.offence.get_or_insert(Placed::FILE.charge(&offence));
    }
    if contents.table.faults.is_empty() && contents.verdict.container == "pytorch-legacy" && end <= caps::PLACE {
        let head = read_exact(bytes, 0, usize::try_from(end).unwrap_or(0))?;
        contents.table.head = Some((0..end, Digest::of(&head)));
    }
    contents.table.check_names();
    contents.table.faults.sort_by_key(|fault| fault.at);
    Ok(Some(contents))
}

/// A line of text, as servers send in place of a file.
fn is_short_text(bytes: &dyn ReadAt) -> std::io::Result<bool> {
    if bytes.is_empty() || bytes.len() >= 64 {
        return Ok(false);
    }
    let text = read_exact(bytes, 0, usize::try_from(bytes.len()).unwrap_or(0))?;
    Ok(text.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r')))
}

/// The file format of PyTorch before 1.6: a number, a version, the system, the object, the keys of its storages;
/// then for each storage its length in elements and its data. Gives where the streams end.
fn pytorch(machine: &mut Machine<'_, '_>, bytes: &dyn ReadAt, contents: &mut Contents) -> std::io::Result<u64> {
    let size = bytes.len();
    let version = machine.load()?;
    if version != Some(Value::Int(1001)) {
        machine.offend("a version of the file format that is not 1001");
        return Ok(machine.at);
    }
    let system = machine.load()?;
    machine.persistent = Persistent::Storages;
    let object = if system.is_some() { machine.load()? } else { None };
    machine.persistent = Persistent::Unknown;
    let keys = if object.is_some() { machine.load()? } else { None };
    contents.verdict.pickles = 5;
    let (Some(object), Some(keys)) = (object, keys) else {
        contents.table.fault(machine.at.min(size), "the streams of the file format are not all there");
        return Ok(machine.at.min(size));
    };
    let end = machine.at;
    let keys: Vec<Value> = match machine.node(keys) {
        Some(Node::List(keys)) => keys.clone(),
        _ => {
            contents.table.fault(end, "no list of storages after the object");
            machine.offend("no list of storages after the object");
            return Ok(end);
        }
    };
    let mut known: BTreeMap<String, (Option<Dtype>, u64)> = BTreeMap::new();
    for node in &machine.nodes {
        if let Node::Storage { key, dtype, elements } = node
            && let Some(key) = machine.text(Value::Text(*key))
        {
            known.insert(key.to_owned(), (*dtype, *elements));
        }
    }
    let mut places: BTreeMap<String, Range<u64>> = BTreeMap::new();
    let mut at = end;
    for key in keys {
        let key = machine.text(key).unwrap_or_default().to_owned();
        let Some((dtype, elements)) = known.get(&key) else {
            contents.table.fault(at.min(size), "a storage that the object does not name");
            break;
        };
        let length = match machine.window.get(at, 8) {
            Ok(prefix) => u64::from_le_bytes(prefix.first_chunk().copied().unwrap_or_default()),
            Err(Lack::Medium(error)) => return Err(error),
            Err(Lack::End) => {
                contents.table.truncated = true;
                contents.table.fault(size, "the file ends before its storages");
                break;
            }
        };
        let width = dtype.and_then(|dtype| dtype.bits(1)).unwrap_or(8) / 8;
        let next = length.checked_mul(width).and_then(|bytes| bytes.checked_add(at + 8));
        let Some(next) = next.filter(|next| *next <= size && length == *elements) else {
            contents.table.truncated |= length == *elements;
            contents.table.fault(at, format!("a storage of {length} elements, which should have {elements}"));
            break;
        };
        places.insert(key, at + 8..next);
        at = next;
    }
    if contents.table.faults.is_empty() && at < size {
        contents.table.fault(at, format!("{} bytes after the last storage", size - at));
        contents.verdict.charge(at, format!("{} bytes after the last storage", size - at), size);
    }
    let found = named(machine, object);
    contents.optimizer = found.optimizer;
    let find = |key: &str| {
        let bytes = places.get(key)?.clone();
        Some(Storage { length: Some(bytes.end - bytes.start), bytes: Some(bytes) })
    };
    let faults = std::mem::take(&mut contents.table);
    contents.table = table(machine, found, &Placed::FILE, false, find);
    for fault in faults.faults {
        contents.table.fault(fault.at, fault.what);
    }
    contents.table.truncated |= faults.truncated;
    Ok(end)
}

/// A packed pickle, as joblib and others write: unpacked in memory, up to the cap.
pub(super) fn packed(bytes: &dyn ReadAt, gzip: bool) -> std::io::Result<Contents> {
    let size = bytes.len();
    let mut contents = Contents { table: Table::of("pytorch"), ..Contents::default() };
    contents.verdict = Verdict::of("packed");
    if size > caps::PICKLE {
        contents.verdict.charge(0, format!("more than the {} bytes that are unpacked", caps::PICKLE), size);
        return Ok(contents);
    }
    let whole = read_exact(bytes, 0, usize::try_from(size).unwrap_or(0))?;
    // What follows the first packed piece is seen by some readers only: it must be the whole of the file.
    let unpacked = if gzip {
        let told = whole.last_chunk::<4>().map_or(0, |chunk| u32::from_le_bytes(*chunk));
        gzip_body(&whole).filter(|_| u64::from(told) <= caps::PICKLE).and_then(|body| inflate(body, told.into()).ok())
    } else {
        let limit = usize::try_from(caps::PICKLE).unwrap_or(usize::MAX);
        let body = whole.len().checked_sub(4).and_then(|end| whole.get(2..end)).unwrap_or_default();
        let once = decompress_to_vec_zlib_with_limit(&whole, limit).ok();
        once.filter(|unpacked| inflate(body, unpacked.len() as u64).is_ok())
    };
    let Some(unpacked) = unpacked else {
        let what = "packed data that is not one whole piece, or more than the caps allow to unpack";
        contents.verdict.charge(0, what, size);
        return Ok(contents);
    };
    let inner = read(&unpacked.as_slice(), true)?.unwrap_or_default();
    contents.verdict.pickles = inner.verdict.pickles;
    contents.verdict.imports = inner.verdict.imports;
    if let Some(charge) = inner.verdict.offence {
        let charge = Charge { member: Some("unpacked".to_owned()), bytes: 0..size.min(2), ..charge };
        contents.verdict.offence.get_or_insert(charge);
    }
    Ok(contents)
}

/// The deflate data of a gzip file: what stands between its header and its trailer.
fn gzip_body(whole: &[u8]) -> Option<&[u8]> {
    let flags = *whole.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16::from_le_bytes(*whole.get(at..)?.first_chunk()?));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += 1 + whole.get(at..)?.iter().position(|byte| *byte == 0)?;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    let end = whole.len().checked_sub(8)?;
    whole.get(at..end)
}

/// The tar files of the first versions of PyTorch: their streams lie between raw data, so that not all are followed.
pub(super) fn tar(bytes: &dyn ReadAt) -> std::io::Result<Contents> {
    let size = bytes.len();
    let mut contents = Contents { table: Table::of("pytorch"), ..Contents::default() };
    contents.verdict = Verdict::of("tar");
    let mut window = Window::new(bytes);
    let mut at = 0;
    let mut members = 0;
    while at + 512 <= size && members < caps::PICKLES {
        members += 1;
        let head = read_exact(bytes, at, 512)?;
        if head.iter().all(|byte| *byte == 0) {
            break;
        }
        let text = |range: Range<usize>| {
            let field = head.get(range).unwrap_or_default();
            String::from_utf8_lossy(field.split(|byte| *byte == 0).next().unwrap_or_default()).trim().to_owned()
        };
        let Ok(length) = u64::from_str_radix(&text(124..136), 8) else {
            contents.verdict.charge(at, "a header of a tar archive that cannot be read", size);
            break;
        };
        let name = text(0..100);
        if matches!(name.trim_start_matches("./"), "pickle" | "sys_info") || name.ends_with(".pkl") {
            let mut machine = Machine::new(&mut window, at + 512, Persistent::Unknown);
            machine.load()?;
            contents.verdict.pickles += 1;
            // Ids of tensors are numbers in these files: what else a stream does is told first.
            machine.offence = machine.offence.take().filter(|offence: &Offence| offence.opcode != "BINPERSID");
            contents.verdict.absorb(&machine, &Placed::FILE);
        }
        let Some(next) = length.checked_next_multiple_of(512).and_then(|length| length.checked_add(at + 512)) else {
            break;
        };
        at = next;
    }
    contents.verdict.charge(0, "a tar archive, whose streams lie between raw data and are not all followed", size);
    contents.table.note("the content of tar archives");
    Ok(contents)
}
