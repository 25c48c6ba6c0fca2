//! A strict reader of ZIP archives: central directory and local headers, each held against the other.
//!
//! Archives are where scanners are led astray: what one reader takes from the central directory, another
//! takes from the local headers. Here any difference between the two is a fault, and so are names that
//! stand twice, bytes that belong to no member, bytes before the first, encryption, and comments.
//! Source: APPNOTE 6.3.10, sections 4.3 to 4.5. Data is not read unless a member is asked for.
//! Long because each header of the format is held against the others.

use super::window::{Lack, Window};
use crate::caps;
use crate::tensors::{Fault, shorten};
use candor_facts::ReadAt;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use std::collections::BTreeSet;
use std::ops::Range;

/// A member.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    /// Bytes as stored.
    pub(crate) packed: u64,
    /// Bytes when unpacked.
    pub(crate) size: u64,
    /// Where its entry of the central directory stands.
    pub(crate) entry: Range<u64>,
    local_at: u64,
    /// Where its data stands; `None` when the local header is not there or was not read.
    pub(crate) data: Option<Range<u64>>,
}

impl Member {
    /// Whether its data stands in the file as it is.
    pub(crate) fn is_stored(&self) -> bool {
        self.method == 0 && self.flags & 1 == 0
    }
}

/// An archive.
#[derive(Debug, Default)]
pub(crate) struct Zip {
    pub(crate) members: Vec<Member>,
    pub(crate) faults: Vec<Fault>,
    /// The central directory.
    pub(crate) central: Range<u64>,
    /// Members whose local headers were not compared, since reading them costs a request each.
    pub(crate) uncompared: usize,
}

/// Read an archive's directory; `None` when the file has none.
///
/// # Errors
/// Those of the medium.
pub(crate) fn read(bytes: &dyn ReadAt) -> std::io::Result<Option<Zip>> {
    let mut walk = Walk { window: Window::new(bytes), zip: Zip::default(), shift: 0 };
    match walk.archive(bytes.is_near()) {
        Ok(found) => Ok(found.then_some(walk.zip)),
        Err(Lack::Medium(error)) => Err(error),
        Err(Lack::End) => {
            let at = walk.window.size();
            walk.fault(at, "the archive ends within a header");
            Ok(Some(walk.zip))
        }
    }
}

const END: &[u8] = b"PK\x05\x06";
const END64: &[u8] = b"PK\x06\x06";
const LOCATOR64: &[u8] = b"PK\x06\x07";
const CENTRAL: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";

struct Walk<'a> {
    window: Window<'a>,
    zip: Zip,
    /// What must be added to the offsets that the archive tells.
    shift: u64,
}

/// What the end of an archive says of its directory.
struct End {
    at: u64,
    entries: u64,
    size: u64,
    offset: u64,
}

impl Walk<'_> {
    fn fault(&mut self, at: u64, what: impl Into<String>) {
        if self.zip.faults.len() < caps::FAULTS {
            self.zip.faults.push(Fault { at, what: what.into() });
        }
    }

    fn archive(&mut self, near: bool) -> Result<bool, Lack> {
        let Some(end) = self.end()? else { return Ok(false) };
        if end.size > caps::ZIP_DIRECTORY || end.entries > caps::ZIP_MEMBERS {
            self.fault(end.at, format!("a directory of {} entries in {} bytes is refused", end.entries, end.size));
            return Ok(true);
        }
        let Some(start) = end.at.checked_sub(end.size) else {
            self.fault(end.at, "a directory that is longer than the file");
            return Ok(true);
        };
        match start.checked_sub(end.offset) {
            Some(0) => {}
            Some(shift) => {
                self.shift = shift;
                self.fault(
                    end.at,
                    format!("the directory stands at byte {start} and is said to stand at {}", end.offset),
                );
            }
            None => {
                self.fault(end.at, format!("a directory that is said to stand at byte {}, behind its end", end.offset))
            }
        }
        self.zip.central = start..end.at;
        self.directory(start, end.at)?;
        if self.zip.members.len() as u64 != end.entries {
            let what = format!("{} entries are told of, and {} are there", end.entries, self.zip.members.len());
            self.fault(end.at, what);
        }
        self.names();
        self.locals(start, near)?;
        self.zip.faults.sort_by_key(|fault| fault.at);
        Ok(true)
    }

    /// The end record: the last one whose comment reaches the end of the file.
    fn end(&mut self) -> Result<Option<End>, Lack> {
        let size = self.window.size();
        let reach = size.min(22 + 65_535);
        if reach < 22 {
            return Ok(None);
        }
        // Mostly there is no comment: then the last bytes suffice.
        let last = self.window.get(size - 22, 22)?;
        let at = if last.starts_with(END) && last.ends_with(&[0, 0]) {
            size - 22
        } else {
            let tail = self.window.get(size - reach, usize::try_from(reach).unwrap_or(0))?;
            let Some(offset) = tail.windows(4).rposition(|bytes| bytes == END) else { return Ok(None) };
            if offset as u64 + 22 > reach {
                return Ok(None);
            }
            size - reach + offset as u64
        };
        let record = self.window.get(at, 22)?.to_vec();
        let (disk, start_disk) = (u16_at(&record, 4), u16_at(&record, 6));
        let (here, entries) = (u64::from(u16_at(&record, 8)), u64::from(u16_at(&record, 10)));
        let (length, offset) = (u64::from(u32_at(&record, 12)), u64::from(u32_at(&record, 16)));
        let comment = u64::from(u16_at(&record, 20));
        if comment > 0 || at + 22 != size {
            let what = format!("{} bytes after the end record, which says {comment}", size - at - 22);
            self.fault(at, what);
        }
        let mut end = End { at, entries, size: length, offset };
        let located = at >= 20 && self.window.get(at - 20, 4)? == LOCATOR64;
        if located {
            let locator = self.window.get(at - 20, 20)?;
            let at64 = u64_at(locator, 8);
            let fits = at64.checked_add(56).is_some_and(|end| end <= at - 20);
            // Where something stands before the archive the locator is off by as much; the record is just before it.
            let at64 = if fits && self.window.get(at64, 4)? == END64 { at64 } else { (at - 20).saturating_sub(56) };
            let record = self.window.get(at64, 56)?.to_vec();
            if !record.starts_with(END64) || at64.checked_add(12 + u64_at(&record, 4)) != Some(at - 20) {
                self.fault(at - 20, "a locator of a 64-bit end record that does not stand before it");
                return Ok(Some(end));
            }
            let wide =
                End { at: at64, entries: u64_at(&record, 32), size: u64_at(&record, 40), offset: u64_at(&record, 48) };
            let agrees = |narrow: u64, wide: u64, all: u64| narrow == all || narrow == wide;
            if !agrees(entries, wide.entries, 0xffff)
                || !agrees(length, wide.size, 0xffff_ffff)
                || !agrees(offset, wide.offset, 0xffff_ffff)
            {
                self.fault(at, "the end record and its 64-bit form differ");
            }
            end = wide;
        } else if disk != 0 || start_disk != 0 || here != entries {
            self.fault(at, "an archive in several files");
        }
        Ok(Some(end))
    }

    fn directory(&mut self, start: u64, end: u64) -> Result<(), Lack> {
        let mut at = start;
        while at < end && (self.zip.members.len() as u64) < caps::ZIP_MEMBERS {
            if end - at < 46 || self.window.get(at, 4)? != CENTRAL {
                self.fault(at, "no entry of a directory where one should stand");
                return Ok(());
            }
            let head = self.window.get(at, 46)?.to_vec();
            let lengths = [28, 30, 32].map(|offset| u64::from(u16_at(&head, offset)));
            let [name_length, extra_length, comment_length] = lengths;
            let next = at + 46 + lengths.iter().sum::<u64>();
            if next > end {
                self.fault(at, "an entry that reaches past the end of the directory");
                return Ok(());
            }
            let name = self.window.get(at + 46, usize::try_from(name_length).unwrap_or(0))?.to_vec();
            let extra = self.window.get(at + 46 + name_length, usize::try_from(extra_length).unwrap_or(0))?.to_vec();
            let mut sizes = [u32_at(&head, 24), u32_at(&head, 20), u32_at(&head, 42)].map(u64::from);
            self.extra(at, &extra, &mut sizes);
            let [size, packed, offset] = sizes;
            let name = self.name(at, name);
            let member = Member {
                name,
                flags: u16_at(&head, 8),
                method: u16_at(&head, 10),
                crc: u32_at(&head, 16),
                packed,
                size,
                entry: at..next,
                local_at: offset.saturating_add(self.shift),
                data: None,
            };
            self.member(&member, comment_length);
            self.zip.members.push(member);
            at = next;
        }
        Ok(())
    }

    /// The sizes of an entry that stand in its 64-bit field, in the order of that field.
    fn extra(&mut self, at: u64, extra: &[u8], sizes: &mut [u64]) {
        let mut rest = extra;
        let mut wide = 0;
        while let Some((head, after)) = rest.split_at_checked(4) {
            let (id, length) = (u16_at(head, 0), usize::from(u16_at(head, 2)));
            let Some((field, after)) = after.split_at_checked(length) else {
                return self.fault(at, "an extra field that reaches past its end");
            };
            match id {
                1 => {
                    wide += 1;
                    let mut offset = 0;
                    for size in sizes.iter_mut().filter(|size| **size == 0xffff_ffff) {
                        if offset + 8 > field.len() {
                            self.fault(at, "a 64-bit field that is too short");
                            break;
                        }
                        *size = u64_at(field, offset);
                        offset += 8;
                    }
                }
                0x7075 => self.fault(at, "a second name, in an extra field"),
                _ => {}
            }
            rest = after;
        }
        if wide > 1 {
            self.fault(at, "two 64-bit fields in one entry");
        }
    }

    fn name(&mut self, at: u64, name: Vec<u8>) -> String {
        let text = match String::from_utf8(name) {
            Ok(text) => text,
            Err(error) => {
                self.fault(at, "a name that is not UTF-8");
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            }
        };
        let leaves = text.starts_with('/')
            || text.contains('\\')
            || text.get(1..2) == Some(":")
            || text.split('/').any(|segment| segment == "..");
        if leaves {
            self.fault(at, format!("the name `{}` leads out of the archive", shorten(&text)));
        }
        if text.is_empty() || text.chars().any(char::is_control) {
            self.fault(at, "a name with control characters, or none");
        }
        text
    }

    fn member(&mut self, member: &Member, comment: u64) {
        let Member { name, flags, method, packed, size, entry, .. } = member;
        let (at, name) = (entry.start, shorten(name));
        if flags & (1 | 1 << 6 | 1 << 13) != 0 {
            self.fault(at, format!("`{name}` is said to be encrypted"));
        }
        if flags & (1 << 5) != 0 {
            self.fault(at, format!("`{name}` is said to be a patch"));
        }
        match method {
            0 if packed != size => self.fault(at, format!("`{name}` is stored as it is, in {packed} of {size} bytes")),
            0 | 8 => {}
            _ => self.fault(at, format!("`{name}` is packed by method {method}; stored and deflated are read")),
        }
        if name.ends_with('/') && *size > 0 {
            self.fault(at, format!("the folder `{name}` holds bytes"));
        }
        if comment > 0 {
            self.fault(at, format!("`{name}` has a comment"));
        }
    }

    /// Each name once, whatever the case of its letters: some readers do not tell them apart.
    fn names(&mut self) {
        let mut seen = BTreeSet::new();
        let twice: Vec<(u64, String)> = self
            .zip
            .members
            .iter()
            .filter(|member| !seen.insert(member.name.to_ascii_lowercase()))
            .map(|member| (member.entry.start, format!("the name `{}` stands twice", shorten(&member.name))))
            .collect();
        for (at, what) in twice {
            self.fault(at, what);
        }
    }

    /// The local headers, in the order of the file, one directly after the other from its first byte.
    fn locals(&mut self, central: u64, near: bool) -> Result<(), Lack> {
        let mut order: Vec<usize> = (0..self.zip.members.len()).collect();
        order.sort_by_key(|index| self.zip.members.get(*index).map(|member| member.local_at));
        let mut covered = 0;
        for index in order {
            let Some(member) = self.zip.members.get(index).cloned() else { continue };
            if !near && member.is_stored() && !member.name.ends_with(".pkl") && member.size > 256 {
                self.zip.uncompared += 1;
                covered = member.local_at;
                continue;
            }
            let Some((data, end)) = self.local(&member, central)? else { continue };
            if member.local_at < covered {
                self.fault(member.local_at, format!("`{}` overlaps the member before", shorten(&member.name)));
            } else if member.local_at > covered && (near || self.zip.uncompared == 0) {
                self.fault(covered, format!("{} bytes that belong to no member", member.local_at - covered));
            }
            covered = covered.max(end);
            if let Some(member) = self.zip.members.get_mut(index) {
                member.data = Some(data);
            }
        }
        if covered < central && (near || self.zip.uncompared == 0) {
            self.fault(covered, format!("{} bytes before the directory that belong to no member", central - covered));
        }
        Ok(())
    }

    /// One local header: where the data stands, and where all of the member ends.
    fn local(&mut self, member: &Member, central: u64) -> Result<Option<(Range<u64>, u64)>, Lack> {
        let (at, name) = (member.local_at, shorten(&member.name));
        let inside = at.checked_add(30).is_some_and(|end| end <= central);
        if !inside || self.window.get(at, 4)? != LOCAL {
            self.fault(member.entry.start, format!("`{name}` is said to stand at byte {at}, where no member begins"));
            return Ok(None);
        }
        let head = self.window.get(at, 30)?.to_vec();
        let (name_length, extra_length) = (u64::from(u16_at(&head, 26)), u64::from(u16_at(&head, 28)));
        let start = at + 30 + name_length + extra_length;
        let Some(end) = start.checked_add(member.packed).filter(|end| *end <= central) else {
            self.fault(at, format!("`{name}` reaches into the directory"));
            return Ok(None);
        };
        let local_name = self.window.get(at + 30, usize::try_from(name_length).unwrap_or(0))?.to_vec();
        if local_name != member.name.as_bytes() {
            let local = shorten(&String::from_utf8_lossy(&local_name));
            self.fault(at, format!("the directory calls it `{name}`, its own header `{local}`"));
        }
        let extra = self.window.get(at + 30 + name_length, usize::try_from(extra_length).unwrap_or(0))?.to_vec();
        let mut sizes = [u32_at(&head, 22), u32_at(&head, 18)].map(u64::from);
        self.extra(at, &extra, &mut sizes);
        let (flags, method, crc) = (u16_at(&head, 6), u16_at(&head, 8), u32_at(&head, 14));
        if (flags, method) != (member.flags, member.method) {
            let what = format!("the directory and the header of `{name}` differ in flags or method");
            self.fault(at, what);
        }
        let described = flags & 8 != 0;
        let fits = |local: u64, central: u64| local == central || described && local == 0;
        let [size, packed] = sizes;
        if !fits(u64::from(crc), u64::from(member.crc)) || !fits(size, member.size) || !fits(packed, member.packed) {
            self.fault(at, format!("the directory and the header of `{name}` differ in sizes or checksum"));
        }
        let length = if described { self.descriptor(member, end)? } else { 0 };
        Ok(Some((start..end, end + length)))
    }

    /// The length of the record after the data that repeats checksum and sizes.
    fn descriptor(&mut self, member: &Member, at: u64) -> Result<u64, Lack> {
        let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
        let crc = member.crc.to_le_bytes();
        let short = [&crc[..], &narrow(member.packed), &narrow(member.size)].concat();
        let long = [&crc[..], &member.packed.to_le_bytes(), &member.size.to_le_bytes()].concat();
        for body in [&long, &short] {
            for form in [[DESCRIPTOR, body].concat(), body.clone()] {
                let there = at + form.len() as u64 <= self.window.size() && self.window.get(at, form.len())? == form;
                if there {
                    return Ok(form.len() as u64);
                }
            }
        }
        self.fault(at, format!("no record of sizes after `{}`, or one that differs", shorten(&member.name)));
        Ok(0)
    }
}

/// The bytes of a member, unpacked, or what is wrong with it.
///
/// # Errors
/// A fault with its byte of the archive.
pub(crate) fn unpack(bytes: &dyn ReadAt, member: &Member) -> Result<Vec<u8>, Fault> {
    let at = member.data.as_ref().map_or(member.entry.start, |data| data.start);
    let name = shorten(&member.name);
    let fault = |what: String| Fault { at, what };
    let Some(data) = &member.data else { return Err(fault(format!("`{name}` is not where it is said to be"))) };
    if member.flags & 1 != 0 {
        return Err(fault(format!("`{name}` is encrypted")));
    }
    if member.size > caps::PICKLE || member.packed > caps::PICKLE {
        return Err(fault(format!("`{name}` has more than the {} bytes that are unpacked", caps::PICKLE)));
    }
    let length = usize::try_from(member.packed).unwrap_or(usize::MAX);
    let packed = candor_facts::read_exact(bytes, data.start, length).map_err(|error| fault(error.to_string()))?;
    let unpacked = match member.method {
        0 => packed,
        8 => inflate(&packed, member.size).map_err(|what| fault(format!("`{name}`: {what}")))?,
        method => return Err(fault(format!("`{name}` is packed by method {method}, which is not read"))),
    };
    if crc32(&unpacked) != member.crc {
        return Err(fault(format!("the checksum of `{name}` is not that of its bytes")));
    }
    Ok(unpacked)
}

/// Unpack a deflate stream that must give exactly so many bytes and end with its last.
pub(crate) fn inflate(packed: &[u8], size: u64) -> Result<Vec<u8>, String> {
    // Deflate makes at most 1032 bytes of one.
    if size > (packed.len() as u64 + 1) * 1032 {
        return Err(format!("{} bytes cannot unpack to {size}", packed.len()));
    }
    let mut unpacked = vec![0; usize::try_from(size).unwrap_or(0)];
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut DecompressorOxide::new(), packed, &mut unpacked, 0, flags);
    match status {
        TINFLStatus::Done if written as u64 == size && read == packed.len() => Ok(unpacked),
        TINFLStatus::Done => Err(format!("it unpacks to {written} of {size} bytes, from {read} of {}", packed.len())),
        _ => Err("it cannot be unpacked to the size that is told".to_owned()),
    }
}

/// CRC-32 as ZIP and gzip use it (polynomial 0xEDB88320).
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut index = 0;
        while index < 256 {
            let mut value = index as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
                bit += 1;
            }
            #[expect(clippy::indexing_slicing, reason = "an index below 256, at compile time")]
            {
                table[index] = value;
            }
            index += 1;
        }
        table
    };
    !bytes.iter().fold(!0u32, |crc, byte| {
        let index = usize::from((crc as u8) ^ byte);
        TABLE.get(index).copied().unwrap_or_default() ^ (crc >> 8)
    })
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |chunk| u16::from_le_bytes(*chunk))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |chunk| u32::from_le_bytes(*chunk))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |chunk| u64::from_le_bytes(*chunk))
}
