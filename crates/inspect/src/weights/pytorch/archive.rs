//! Pickles in ZIP archives: PyTorch since 1.6, and NumPy's `.npz`.

use super::{Contents, Placed, Storage, Verdict, nested, table};
use crate::caps;
use crate::tensors::{Table, shorten};
use crate::weights::pickle::{Machine, Persistent, named};
use crate::weights::window::Window;
use crate::weights::zip::{self, Member, Zip, u16_at, u32_at};
use candor_facts::{Digest, ReadAt, read_exact};
use std::ops::Range;

/// What a member is for, by its name.
enum Purpose {
    Pickle,
    /// Raw data of a tensor.
    Raw,
    /// One word or number about the archive.
    Note,
    Numpy,
    /// Source or bytecode of TorchScript.
    Code,
    Unknown,
}

fn purpose(name: &str) -> Purpose {
    let last = name.rsplit('/').next().unwrap_or_default();
    let mut folders = name.split('/').rev().skip(1);
    let parent = folders.next().unwrap_or_default();
    let extension = last.rsplit_once('.').map_or("", |(_, extension)| extension);
    if name.split('/').any(|segment| segment == "code") || matches!(extension, "py" | "pyc" | "debug_pkl") {
        return Purpose::Code;
    }
    match (parent, extension) {
        (_, "pkl" | "pickle" | "pt" | "pth" | "bin" | "joblib") => Purpose::Pickle,
        (_, "npy") => Purpose::Numpy,
        ("data" | "tensors" | "constants", _) if !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()) => {
            Purpose::Raw
        }
        _ if matches!(
            last,
            "version" | "byteorder" | ".format_version" | ".storage_alignment" | "serialization_id"
        ) =>
        {
            Purpose::Note
        }
        _ if name.ends_with('/') => Purpose::Note,
        _ => Purpose::Unknown,
    }
}

/// Read an archive. `start` are its first bytes.
pub(super) fn read(bytes: &dyn ReadAt, found: Option<Zip>, start: &[u8]) -> std::io::Result<Contents> {
    let size = bytes.len();
    let mut contents = Contents { table: Table::of("pytorch"), ..Contents::default() };
    contents.verdict = Verdict::of("zip");
    let Some(zip) = found else {
        contents.table.truncated = true;
        contents.table.fault(size, "an archive without its directory: it ends too early");
        contents.verdict.charge(size.saturating_sub(1), "an archive without its directory", size);
        return Ok(contents);
    };
    if start.first() == Some(&0x80) {
        contents.verdict.charge(0, "it begins as a pickle and ends as an archive: readers differ on what it is", size);
    }
    for fault in &zip.faults {
        contents.table.fault(fault.at, fault.what.clone());
        contents.verdict.charge(fault.at, fault.what.clone(), size);
    }
    if zip.uncompared > 0 {
        contents.table.note(format!("the local headers of {} members, each a request of its own", zip.uncompared));
    }
    let roots: Vec<&Member> = zip.members.iter().filter(|member| is_data(&member.name)).collect();
    if roots.len() == 1 {
        contents.verdict.container = "pytorch-zip";
    }
    let mut known = 0;
    for member in &zip.members {
        let at = member.entry.start;
        let name = shorten(&member.name);
        match purpose(&member.name) {
            Purpose::Pickle => {
                known += 1;
                pickle(bytes, &zip, member, &mut contents)?;
            }
            Purpose::Numpy => {
                known += 1;
                array(bytes, member, &mut contents)?;
            }
            Purpose::Code => contents.verdict.charge(at, format!("`{name}` is code of TorchScript"), size),
            Purpose::Raw | Purpose::Note => {}
            Purpose::Unknown => {
                contents.verdict.charge(at, format!("`{name}` is a member of no known purpose"), size);
            }
        }
    }
    if known == 0 {
        contents.table.fault(zip.central.start.min(size), "an archive without pickles and arrays");
    }
    if contents.table.faults.is_empty() && roots.len() == 1 {
        let length = usize::try_from(zip.central.end - zip.central.start).unwrap_or(usize::MAX);
        let directory = read_exact(bytes, zip.central.start, length)?;
        contents.table.head = Some((zip.central.clone(), Digest::of(&directory)));
    }
    contents.table.check_names();
    contents.table.faults.sort_by_key(|fault| fault.at);
    Ok(contents)
}

fn is_data(name: &str) -> bool {
    name == "data.pkl" || name.ends_with("/data.pkl")
}

fn pickle(bytes: &dyn ReadAt, zip: &Zip, member: &Member, contents: &mut Contents) -> std::io::Result<()> {
    let size = bytes.len();
    let unpacked = match zip::unpack(bytes, member) {
        Ok(unpacked) => unpacked,
        Err(fault) => {
            contents.verdict.charge(fault.at, fault.what.clone(), size);
            contents.table.fault(fault.at, fault.what);
            return Ok(());
        }
    };
    let place = Placed {
        member: Some(&member.name),
        base: member.data.as_ref().filter(|_| member.is_stored()).map(|data| data.start),
        shown: member.entry.clone(),
    };
    let slice = unpacked.as_slice();
    let mut window = Window::new(&slice);
    let mut machine = Machine::new(&mut window, 0, Persistent::Storages);
    let loaded = machine.load()?;
    contents.verdict.pickles += 1;
    if machine.at < slice.len() as u64 && loaded.is_some() {
        machine.offend(format!("{} bytes follow the end of the stream", slice.len() as u64 - machine.at));
    }
    contents.verdict.absorb(&machine, &place);
    if let Some(value) = loaded
        && is_data(&member.name)
    {
        let found = named(&machine, value);
        contents.optimizer |= found.optimizer;
        let root = member.name.strip_suffix("data.pkl").unwrap_or_default();
        let order = read_note(bytes, zip, &format!("{root}byteorder"));
        let mut storages = std::collections::BTreeMap::new();
        for member in &zip.members {
            if let Some(key) = member.name.strip_prefix(root).and_then(|rest| rest.strip_prefix("data/")) {
                storages.insert(key, member);
            }
        }
        let find = |key: &str| {
            let member = storages.get(key)?;
            let bytes = member.data.clone().filter(|_| member.is_stored());
            Some(Storage { bytes, length: Some(member.size) })
        };
        let made = table(&machine, found, &place, order.as_deref() == Some(b"big".as_slice()), find);
        let before = std::mem::take(&mut contents.table);
        contents.table = made;
        for fault in before.faults {
            contents.table.fault(fault.at, fault.what);
        }
        contents.table.notes.extend(before.notes);
        contents.table.truncated |= before.truncated;
    }
    let ranges = std::mem::take(&mut machine.nested);
    if let Some(offence) = nested(&mut window, &ranges, 0)? {
        contents.verdict.offence.get_or_insert(place.charge(&offence));
    }
    if let Some(data) = member.data.clone().filter(|_| member.is_stored()) {
        contents.verdict.streams.push(data);
    }
    Ok(())
}

/// A short member.
fn read_note(bytes: &dyn ReadAt, zip: &Zip, name: &str) -> Option<Vec<u8>> {
    let member = zip.members.iter().find(|member| member.name == name && member.size < 64)?;
    zip::unpack(bytes, member).ok()
}

/// A NumPy array in an archive.
fn array(bytes: &dyn ReadAt, member: &Member, contents: &mut Contents) -> std::io::Result<()> {
    if contents.verdict.container == "zip" {
        contents.verdict.container = "numpy";
    }
    let Some(data) = member.data.clone() else { return Ok(()) };
    let size = bytes.len();
    if member.is_stored() {
        if let Some(inner) = numpy(bytes, Some(data))? {
            merge(&mut contents.verdict, inner.verdict);
        }
        return Ok(());
    }
    match zip::unpack(bytes, member) {
        Ok(unpacked) => {
            if let Some(inner) = numpy(&unpacked.as_slice(), None)? {
                let mut verdict = inner.verdict;
                if let Some(charge) = &mut verdict.offence {
                    charge.member = Some(member.name.clone());
                    charge.bytes = member.entry.clone();
                }
                verdict.streams.clear();
                merge(&mut contents.verdict, verdict);
            }
        }
        Err(fault) => contents.verdict.charge(fault.at, fault.what, size),
    }
    Ok(())
}

fn merge(verdict: &mut Verdict, other: Verdict) {
    verdict.pickles += other.pickles;
    verdict.imports.extend(other.imports);
    verdict.streams.extend(other.streams);
    if verdict.offence.is_none() {
        verdict.offence = other.offence;
    }
}

/// A NumPy array: `None` when it holds numbers, which it then does and nothing else.
pub(super) fn numpy(bytes: &dyn ReadAt, range: Option<Range<u64>>) -> std::io::Result<Option<Contents>> {
    let range = range.unwrap_or(0..bytes.len());
    let mut contents = Contents { table: Table::of("numpy"), ..Contents::default() };
    contents.verdict = Verdict::of("numpy");
    let length = range.end - range.start;
    let head = read_exact(bytes, range.start, usize::try_from(length.min(12)).unwrap_or(12))?;
    let (start, text) = match head.get(6) {
        Some(1) => (10, u64::from(u16_at(&head, 8))),
        Some(2 | 3) => (12, u64::from(u32_at(&head, 8))),
        _ => (0, 0),
    };
    if start == 0 || !head.starts_with(b"\x93NUMPY") || text > caps::CONFIG || start + text > length {
        contents.table.fault(range.start, "no header of a NumPy array that can be read");
        contents.verdict.charge(range.start, "no header of a NumPy array that can be read", bytes.len());
        return Ok(Some(contents));
    }
    let text = read_exact(bytes, range.start + start, usize::try_from(text).unwrap_or(0))?;
    let after = range.start + start + text.len() as u64;
    // Types are written as `<f4`, `|O`, or lists of named ones; any capital O outside of a name may be an object.
    if !text.contains(&b'O') {
        return Ok(None);
    }
    let mut window = Window::new(bytes);
    let mut machine = Machine::new(&mut window, after, Persistent::Unknown);
    let loaded = machine.load()?;
    contents.verdict.pickles = 1;
    if loaded.is_some() && machine.at != range.end {
        machine.offend("the stream of the array's objects does not end where the array does");
    }
    contents.verdict.absorb(&machine, &Placed::FILE);
    contents.verdict.streams.push(after..machine.at.min(range.end).max(after));
    let ranges = std::mem::take(&mut machine.nested);
    if let Some(offence) = nested(&mut window, &ranges, 0)? {
        contents.verdict.offence.get_or_insert(Placed::FILE.charge(&offence));
    }
    Ok(Some(contents))
}
