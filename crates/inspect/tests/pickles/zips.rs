//! Archives, plain and bent: written here byte by byte, since no writer bends them.

/// A member, with what its two headers say.
#[derive(Clone, Default)]
pub struct Entry {
    pub name: String,
    pub data: Vec<u8>,
    pub deflate: bool,
    pub method: u16,
    pub flags: u16,
    pub extra: Vec<u8>,
    pub comment: Vec<u8>,
    pub descriptor: bool,
    pub crc: Option<u32>,
    pub size: Option<u64>,
    pub local_name: Option<String>,
    pub local_flags: Option<u16>,
    pub local_size: Option<u32>,
    pub central_flags: Option<u16>,
    pub central_method: Option<u16>,
}

impl Entry {
    pub fn stored(name: &str, data: &[u8]) -> Self {
        Self { name: name.to_owned(), data: data.to_vec(), ..Self::default() }
    }

    pub fn deflated(self) -> Self {
        Self { deflate: true, method: 8, ..self }
    }
}

/// The members of a file of PyTorch: its stream, its storages by their lengths, and the notes beside them.
pub fn torch(pickle: &[u8], storages: &[usize]) -> Vec<Entry> {
    let mut entries = vec![Entry::stored("archive/data.pkl", pickle), Entry::stored("archive/byteorder", b"little")];
    for (number, length) in storages.iter().enumerate() {
        entries.push(Entry::stored(&format!("archive/data/{number}"), &vec![0; *length]));
    }
    entries.push(Entry::stored("archive/version", b"3\n"));
    entries.push(Entry::stored("archive/.data/serialization_id", b"1234567890"));
    entries
}

pub fn zip(entries: &[Entry]) -> Vec<u8> {
    write(entries, &[], entries.len(), false)
}

pub fn zip64(entries: &[Entry]) -> Vec<u8> {
    write(entries, &[], entries.len(), true)
}

/// With bytes between the members and the directory.
pub fn with_hole(entries: &[Entry], hole: &[u8]) -> Vec<u8> {
    write(entries, hole, entries.len(), false)
}

/// With another number of entries than there are.
pub fn with_count(entries: &[Entry], count: usize) -> Vec<u8> {
    write(entries, &[], count, false)
}

fn write(entries: &[Entry], hole: &[u8], count: usize, wide: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let offset = file.len() as u32;
        let packed = if entry.deflate { deflate(&entry.data) } else { entry.data.clone() };
        let crc = entry.crc.unwrap_or_else(|| crc32(&entry.data));
        let size = entry.size.map_or(entry.data.len() as u32, |size| u32::try_from(size).unwrap_or(0xffff_fff0));
        let local = |value: u32| if entry.descriptor { 0 } else { value };
        let name = entry.local_name.as_ref().unwrap_or(&entry.name);
        let flags = entry.local_flags.unwrap_or(entry.flags);
        file.extend(b"PK\x03\x04\x14\0");
        for short in [flags, entry.method, 0, 0x21] {
            file.extend(short.to_le_bytes());
        }
        let local_size = entry.local_size.unwrap_or(size);
        for long in [local(crc), local(packed.len() as u32), local(local_size)] {
            file.extend(long.to_le_bytes());
        }
        for short in [name.len() as u16, entry.extra.len() as u16] {
            file.extend(short.to_le_bytes());
        }
        file.extend(name.as_bytes());
        file.extend(&entry.extra);
        file.extend(&packed);
        if entry.descriptor {
            file.extend(b"PK\x07\x08");
            for long in [crc, packed.len() as u32, size] {
                file.extend(long.to_le_bytes());
            }
        }
        directory.extend(b"PK\x01\x02\x14\0\x14\0");
        for short in [entry.central_flags.unwrap_or(entry.flags), entry.central_method.unwrap_or(entry.method), 0, 0x21]
        {
            directory.extend(short.to_le_bytes());
        }
        for long in [crc, packed.len() as u32, size] {
            directory.extend(long.to_le_bytes());
        }
        for short in [entry.name.len() as u16, 0, entry.comment.len() as u16, 0, 0] {
            directory.extend(short.to_le_bytes());
        }
        directory.extend(0u32.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
        directory.extend(&entry.comment);
    }
    file.extend(hole);
    let start = file.len();
    file.extend(&directory);
    if wide {
        let at = file.len() as u64;
        file.extend(b"PK\x06\x06");
        file.extend(44u64.to_le_bytes());
        file.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for long in [count as u64, count as u64, directory.len() as u64, start as u64] {
            file.extend(long.to_le_bytes());
        }
        file.extend(b"PK\x06\x07\0\0\0\0");
        file.extend(at.to_le_bytes());
        file.extend(1u32.to_le_bytes());
    }
    file.extend(b"PK\x05\x06\0\0\0\0");
    for short in [count as u16, count as u16] {
        file.extend(short.to_le_bytes());
    }
    for long in [directory.len() as u32, start as u32] {
        file.extend(long.to_le_bytes());
    }
    file.extend([0, 0]);
    file
}

/// Deflate without packing: blocks that are stored.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chunks = bytes.chunks(65_535).peekable();
    while let Some(chunk) = chunks.next() {
        out.push(u8::from(chunks.peek().is_none()));
        out.extend((chunk.len() as u16).to_le_bytes());
        out.extend((!(chunk.len() as u16)).to_le_bytes());
        out.extend(chunk);
    }
    if bytes.is_empty() {
        out.extend([1, 0, 0, 0xff, 0xff]);
    }
    out
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    [&[0x78, 0x9c][..], &deflate(bytes), &(b << 16 | a).to_be_bytes()].concat()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    [&head[..], &deflate(bytes), &crc32(bytes).to_le_bytes(), &(bytes.len() as u32).to_le_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// An array of NumPy.
pub fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let kind = if kind.starts_with('[') { kind.to_owned() } else { format!("'{kind}'") };
    let mut head = format!("{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}");
    while (head.len() + 11) % 64 != 0 {
        head.push(' ');
    }
    head.push('\n');
    [b"\x93NUMPY\x01\0", &(head.len() as u16).to_le_bytes()[..], head.as_bytes(), data].concat()
}

pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = Vec::new();
    for (name, data) in members {
        let mut head = vec![0u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[100..107].copy_from_slice(b"0000644");
        head[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
        head[148..156].fill(b' ');
        head[156] = b'0';
        head[257..263].copy_from_slice(b"ustar\0");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        head[154] = 0;
        file.extend(head);
        file.extend(*data);
        file.resize(file.len().next_multiple_of(512), 0);
    }
    file.resize(file.len() + 1024, 0);
    file
}
