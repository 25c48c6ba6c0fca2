//! The fingerprint file: every known text as the sequence of its window hashes, with masks and an index.
//!
//! It is read in place, without parsing: every lookup is arithmetic on offsets. A damaged or empty file finds
//! nothing, and nothing panics. `cargo xtask licenses` writes it as [`layout`] says.

use std::ops::Range;

use crate::expression::LicenseId;

/// The bytes written by `cargo xtask licenses`.
static DATA: &[u8] = include_bytes!("../data/fingerprints.bin");

/// The layout, shared with the writer. All numbers are little-endian.
pub mod layout {
    /// First bytes of the file.
    pub const MAGIC: &[u8; 8] = b"CANDORF3";
    /// The header: magic, then counts of documents, windows, regions, alternatives, hashes in the index, lists of
    /// holders, holders, bytes of ids. An alternative is three numbers: counts of words, and the hashes of the words before and
    /// after its wild part, each with the three words beside the region.
    pub const HEADER: usize = 8 + 8 * 4;
    /// A document: id offset u32, id length u16, role u8, 0, words u32, first window u32, windows u32, first
    /// region u32, regions u16, 0 u16, whole hash u64, different windows u32.
    pub const DOCUMENT: usize = 40;
    /// A region: first word u32, end u32, kind u8, flags u8, most words of a replacement u16, first alternative
    /// u32, alternatives u16, 0 u16.
    pub const REGION: usize = 20;
    /// The index: a filter, 65 537 numbers of entries (by the upper half of a hash), the entries, where each list of
    /// holders begins (one more ends the last), then the numbers (u16) of the documents in these lists. Neighbours
    /// are mostly held by the same documents: they share a list.
    pub const BUCKETS: usize = 65_537;
    /// An entry: lower half of a hash u16, number of the list u16.
    pub const ENTRY: usize = 4;
    /// A bit per hash (its upper bits) tells whether looking it up is worth while.
    pub const FILTER_BITS: u32 = 20;
    /// Of longer documents only hashes divisible by this are in the index.
    pub const SPARSE: u32 = 4;
    /// Documents of at most so many words are in the index with all their windows.
    pub const DENSE_WORDS: usize = 600;
    /// A region that may be left out as a whole.
    pub const OPTIONAL: u8 = 0;
    /// A region that may be replaced.
    pub const REPLACEABLE: u8 = 1;
    /// Region flag: it holds copyright notices.
    pub const NOTICES: u8 = 1;
    /// Region flag: its replacement may be any words, not only listed ones.
    pub const OPEN: u8 = 2;
    /// Region flag: its listed replacements contain words such as "not".
    pub const NORMS: u8 = 4;
    /// Role: a licence text.
    pub const TEXT: u8 = 0;
    /// Role: the standard header of a licence.
    pub const HEADER_TEXT: u8 = 1;
    /// Role: an exception.
    pub const EXCEPTION: u8 = 2;
    /// Role: a use policy.
    pub const POLICY: u8 = 3;
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Text,
    Header,
    Exception,
    Policy,
}

/// One known text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document {
    pub(crate) number: u16,
    pub(crate) role: Role,
    pub(crate) words: usize,
    ids: &'static [u8],
    windows: &'static [[u8; 4]],
    regions: &'static [u8],
    alternatives: &'static [u8],
}

/// A part of a text that may be absent or differ.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) replaceable: bool,
    pub(crate) flags: u8,
    pub(crate) limit: usize,
    alternatives: Range<usize>,
}

impl Region {
    /// Whether its replacements are listed.
    pub(crate) fn is_listed(&self) -> bool {
        !self.alternatives.is_empty()
    }
}

impl Document {
    /// The ids that share this text, the one to name first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::str::from_utf8(self.ids).unwrap_or_default().split('|')
    }

    /// The first of its ids, as in the data.
    pub(crate) fn first_id(&self) -> &'static str {
        self.ids().next().unwrap_or_default()
    }

    /// The id to name. A text of the GNU family does not say whether later versions are allowed; notices do.
    pub(crate) fn id(&self) -> LicenseId {
        let name = self.ids().next().unwrap_or_default();
        let stem =
            name.strip_suffix('+').or_else(|| name.strip_suffix("-or-later")).filter(|_| self.role == Role::Text);
        let only = stem.and_then(|stem| LicenseId::parse(&format!("{stem}-only")));
        only.or_else(|| LicenseId::parse(name)).unwrap_or_else(|| LicenseId::known(name))
    }

    /// Its windows from one on.
    pub(crate) fn windows_from(&self, n: usize) -> impl Iterator<Item = u32> + use<> {
        self.windows.get(n..).unwrap_or_default().iter().map(|c| u32::from_le_bytes(*c))
    }

    pub(crate) fn regions(&self) -> impl Iterator<Item = Region> + use<> {
        self.regions.chunks_exact(layout::REGION).map(|r| Region {
            start: u32_at(r, 0).unwrap_or(0) as usize,
            end: u32_at(r, 4).unwrap_or(0) as usize,
            replaceable: r.get(8) == Some(&layout::REPLACEABLE),
            flags: r.get(9).copied().unwrap_or(0),
            limit: usize::from(u16_at(r, 10).unwrap_or(0)),
            alternatives: {
                let from = u32_at(r, 12).unwrap_or(0) as usize;
                from..from + usize::from(u16_at(r, 16).unwrap_or(0))
            },
        })
    }

    /// The listed replacements of a region.
    pub(crate) fn alternatives(&self, region: &Region) -> impl Iterator<Item = Alternative> + use<> {
        let listed = self.alternatives.get(region.alternatives.start * 4..region.alternatives.end * 4);
        listed.unwrap_or_default().as_chunks::<12>().0.iter().map(|c| {
            let head = u32_at(c, 0).unwrap_or(0);
            Alternative {
                before_words: (head & 0xff) as usize,
                after_words: (head >> 8 & 0xff) as usize,
                wild: head >> 16 & 1 == 1,
                before: u32_at(c, 4).unwrap_or(0),
                after: u32_at(c, 8).unwrap_or(0),
            }
        })
    }
}

/// Words that may stand in a region: listed ones, or listed ones with a name between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alternative {
    pub(crate) before_words: usize,
    pub(crate) after_words: usize,
    pub(crate) wild: bool,
    /// The hash of the words before the wild part, with the three words that lead to them.
    pub(crate) before: u32,
    /// The hash of the words after it, with the three that follow.
    pub(crate) after: u32,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The sections of the file.
#[derive(Clone, Copy)]
pub(crate) struct Fingerprints {
    documents: &'static [u8],
    windows: &'static [u8],
    regions: &'static [u8],
    alternatives: &'static [u8],
    filter: &'static [u8],
    buckets: &'static [u8],
    entries: &'static [u8],
    lists: &'static [u8],
    holders: &'static [u8],
    ids: &'static [u8],
}

/// A window that some document holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// Where it stands among the user's windows.
    pub(crate) at: u32,
    pub(crate) hash: u32,
    /// The number of the list of its holders.
    pub(crate) list: u16,
}

/// Cuts a section off the front.
fn cut(rest: &mut &'static [u8], length: usize) -> Option<&'static [u8]> {
    let (section, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(section)
}

/// Takes the embedded file apart; an offset table, made on each call in a few nanoseconds.
pub(crate) fn load() -> Option<Fingerprints> {
    let data = DATA;
    if !data.starts_with(layout::MAGIC) {
        return None;
    }
    let count = |n: usize| u32_at(data, 8 + n * 4).map(|c| c as usize);
    let mut rest = data.get(layout::HEADER..)?;
    let documents = cut(&mut rest, count(0)? * layout::DOCUMENT)?;
    let windows = cut(&mut rest, count(1)? * 4)?;
    let regions = cut(&mut rest, count(2)? * layout::REGION)?;
    let alternatives = cut(&mut rest, count(3)? * 4)?;
    let filter = cut(&mut rest, (1 << layout::FILTER_BITS) / 8)?;
    let buckets = cut(&mut rest, layout::BUCKETS * 4)?;
    let entries = cut(&mut rest, count(4)? * layout::ENTRY)?;
    let lists = cut(&mut rest, (count(5)? + 1) * 4)?;
    let holders = cut(&mut rest, count(6)? * 2)?;
    let ids = cut(&mut rest, count(7)?)?;
    Some(Fingerprints { documents, windows, regions, alternatives, filter, buckets, entries, lists, holders, ids })
}

impl Fingerprints {
    pub(crate) fn len(&self) -> usize {
        self.documents.len() / layout::DOCUMENT
    }

    pub(crate) fn document(&self, number: u16) -> Option<Document> {
        let at = usize::from(number) * layout::DOCUMENT;
        let entry: &[u8; layout::DOCUMENT] = self.documents.get(at..)?.first_chunk()?;
        let id_at = u32_at(entry, 0)? as usize;
        let ids = self.ids.get(id_at..id_at + usize::from(u16_at(entry, 4)?))?;
        let window_at = u32_at(entry, 12)? as usize;
        let window_end = window_at + u32_at(entry, 16)? as usize;
        let region_at = u32_at(entry, 20)? as usize * layout::REGION;
        let region_end = region_at + usize::from(u16_at(entry, 24)?) * layout::REGION;
        Some(Document {
            number,
            role: match *entry.get(6)? {
                layout::HEADER_TEXT => Role::Header,
                layout::EXCEPTION => Role::Exception,
                layout::POLICY => Role::Policy,
                _ => Role::Text,
            },
            words: u32_at(entry, 8)? as usize,
            ids,
            windows: self.windows.as_chunks::<4>().0.get(window_at..window_end)?,
            regions: self.regions.get(region_at..region_end)?,
            alternatives: self.alternatives,
        })
    }

    /// How many words and how many different windows a document has.
    pub(crate) fn size(&self, number: u16) -> Option<(usize, u32)> {
        let at = usize::from(number) * layout::DOCUMENT;
        let entry: &[u8; layout::DOCUMENT] = self.documents.get(at..)?.first_chunk()?;
        Some((u32_at(entry, 8)? as usize, u32_at(entry, 36)?))
    }

    /// Those windows that some document holds: long documents show only one hash in four. In steps, each of which
    /// reads from many places at once instead of waiting for one after the other.
    pub(crate) fn held(&self, windows: &[u32]) -> Vec<Held> {
        let mut kept = vec![Held { at: 0, hash: 0, list: 0 }; windows.len()];
        let mut count = 0;
        let mut last = None;
        for (at, hash) in (0..).zip(windows) {
            let bit = (hash >> (32 - layout::FILTER_BITS)) as usize;
            let held = self.filter.get(bit / 8).is_some_and(|f| f >> (bit % 8) & 1 == 1) & (last != Some(*hash));
            last = Some(*hash);
            if let Some(slot) = kept.get_mut(count) {
                *slot = Held { at, hash: *hash, list: 0 };
            }
            count += usize::from(held);
        }
        kept.truncate(count);
        let buckets: Vec<Range<usize>> = kept.iter().map(|held| self.bucket(held.hash).unwrap_or_default()).collect();
        let mut buckets = buckets.into_iter();
        kept.retain_mut(|held| {
            let lower = (held.hash & 0xffff) as u16;
            let (entries, _) = self.entries.as_chunks::<{ layout::ENTRY }>();
            let there = buckets.next().and_then(|bucket| entries.get(bucket)).unwrap_or_default();
            let entry = there.iter().find(|[a, b, ..]| u16::from_le_bytes([*a, *b]) == lower);
            held.list = entry.map_or(0, |[_, _, a, b]| u16::from_le_bytes([*a, *b]));
            entry.is_some()
        });
        kept
    }

    /// The documents of a list of holders.
    pub(crate) fn holders(&self, list: u16) -> impl Iterator<Item = u16> + use<> {
        let at = |n: usize| u32_at(self.lists, n * 4).map_or(0, |at| at as usize);
        let (first, end) = (at(usize::from(list)), at(usize::from(list) + 1));
        let numbers = self.holders.get(first * 2..end * 2).unwrap_or_default();
        numbers.as_chunks::<2>().0.iter().map(|c| u16::from_le_bytes(*c))
    }

    /// The entries of hashes with the same upper half.
    fn bucket(&self, hash: u32) -> Option<Range<usize>> {
        let at = (hash >> 16) as usize * 4;
        Some(u32_at(self.buckets, at)? as usize..u32_at(self.buckets, at + 4)? as usize)
    }

    /// The document whose words have this hash as a whole.
    pub(crate) fn exact(&self, whole: u64, words: usize) -> Option<Document> {
        let (entries, _) = self.documents.as_chunks::<{ layout::DOCUMENT }>();
        let fits = |e: &[u8]| u64_at(e, 28) == Some(whole) && u32_at(e, 8).map(|w| w as usize) == Some(words);
        let number = entries.iter().position(|e| fits(e))?;
        self.document(u16::try_from(number).ok()?)
    }
}
