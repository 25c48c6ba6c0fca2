//! `cargo xtask licenses --texts DIR --templates DIR`: writes `fingerprints.bin`, its manifest, and the compact
//! catalogue from `crates/license/data/licenses/*.toml`.
//!
//! What is written holds hashes of four-word windows; no text and no hash of one word.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use candor_license::fingerprint_layout as layout;
use candor_license::words;

use crate::template::{self, Region};

struct Entry {
    ids: Vec<String>,
    role: u8,
    words: u32,
    whole: u64,
    windows: Vec<u32>,
    regions: Vec<Region>,
    origin: String,
}

/// Runs the task.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let option = |name: &str| {
        let at = args.iter().position(|a| a == name)?;
        args.get(at + 1).map(PathBuf::from)
    };
    let corpus = crate::corpus_root().join("licenses");
    let texts = option("--texts").unwrap_or_else(|| corpus.join("texts"));
    let templates = option("--templates").unwrap_or_else(|| corpus.join("templates"));
    let data = crate::workspace_root().join("crates/license/data");
    crate::catalogue::write(&data)?;
    crate::names::write(&data)?;
    let entries = collect(&texts, &templates)?;
    let bytes = pack(&entries)?;
    std::fs::write(data.join("fingerprints.bin"), &bytes)?;
    std::fs::write(data.join("fingerprints.csv"), manifest(&entries)?)?;
    println!("{} texts, {} bytes", entries.len(), bytes.len());
    Ok(())
}

/// Templates first: where a template exists, it stands for the text.
fn collect(texts: &Path, templates: &Path) -> anyhow::Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut known: BTreeMap<String, ()> = BTreeMap::new();
    for (path, name) in listing(templates)? {
        let exception = texts.join(format!("{name}.exception.txt")).exists();
        let role = if exception { layout::EXCEPTION } else { layout::TEXT };
        add(&mut entries, &path, &name, role, "spdx-template")?;
        known.insert(name, ());
    }
    for (path, name) in listing(&templates.join("headers"))? {
        add(&mut entries, &path, &name, layout::HEADER_TEXT, "spdx-header")?;
    }
    let also: Vec<&str> = include_str!("../license_texts_too.txt").lines().collect();
    for (path, name) in listing(texts)? {
        let (name, role) = match name.strip_suffix(".exception") {
            Some(stem) => (stem.to_owned(), layout::EXCEPTION),
            None if ["-aup", "-pup"].iter().any(|s| name.ends_with(s)) => (name, layout::POLICY),
            None => (name, layout::TEXT),
        };
        if (!known.contains_key(&name) || also.contains(&name.as_str())) && name != "NOASSERTION" {
            add(&mut entries, &path, &name, role, "text")?;
        }
    }
    for entry in &mut entries {
        entry.ids.sort_by_key(|id| rank(id));
        entry.ids.dedup();
    }
    // Where two texts explain a file equally well, the one with the lower number is named.
    entries.sort_by_key(|e| (e.ids.first().map(|id| rank(id)), e.role));
    Ok(entries)
}

/// Among ids of one text: present ones before deprecated, "this version only" before "or later".
fn rank(id: &str) -> (bool, bool, usize, String) {
    let deprecated = id.ends_with('+') || spdx::license_id(id).is_some_and(|l| l.is_deprecated());
    (deprecated, id.contains("later") || id.contains("invariants"), id.len(), id.to_owned())
}

fn listing(folder: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        if let Some(name) = name.strip_suffix(".txt")
            && path.is_file()
            && name != "SOURCE"
        {
            found.push((path.clone(), name.to_owned()));
        }
    }
    found.sort();
    Ok(found)
}

fn add(entries: &mut Vec<Entry>, path: &Path, id: &str, role: u8, origin: &str) -> anyhow::Result<()> {
    let bytes = std::fs::read(path)?;
    let template = template::read(&String::from_utf8_lossy(&bytes));
    let windows = words::windows(&template.words);
    if windows.is_empty() {
        return Ok(());
    }
    let same = entries.iter_mut().find(|e| e.windows == windows && e.regions == template.regions && e.role == role);
    match same {
        Some(entry) => entry.ids.push(id.to_owned()),
        None => entries.push(Entry {
            ids: vec![id.to_owned()],
            role,
            words: u32::try_from(template.words.len())?,
            whole: words::whole(&template.words),
            windows,
            regions: template.regions,
            origin: origin.to_owned(),
        }),
    }
    Ok(())
}

fn pack(entries: &[Entry]) -> anyhow::Result<Vec<u8>> {
    if entries.len() > usize::from(u16::MAX) {
        bail!("more texts than a 16-bit number can name");
    }
    let (mut documents, mut windows, mut regions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut alternatives, mut ids) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = entry.ids.join("|");
        documents.extend(u32::try_from(ids.len())?.to_le_bytes());
        documents.extend(u16::try_from(id.len())?.to_le_bytes());
        documents.extend([entry.role, 0]);
        documents.extend(entry.words.to_le_bytes());
        documents.extend(u32::try_from(windows.len() / 4)?.to_le_bytes());
        documents.extend(u32::try_from(entry.windows.len())?.to_le_bytes());
        documents.extend(u32::try_from(regions.len() / layout::REGION)?.to_le_bytes());
        documents.extend(u16::try_from(entry.regions.len())?.to_le_bytes());
        documents.extend([0, 0]);
        documents.extend(entry.whole.to_le_bytes());
        let different: BTreeSet<u32> = entry.windows.iter().copied().collect();
        documents.extend(u32::try_from(different.len())?.to_le_bytes());
        ids.extend(id.as_bytes());
        entry.windows.iter().for_each(|w| windows.extend(w.to_le_bytes()));
        for r in &entry.regions {
            regions.extend(r.start.to_le_bytes());
            regions.extend(r.end.to_le_bytes());
            regions.extend([r.kind, r.flags]);
            regions.extend(r.limit.to_le_bytes());
            regions.extend(u32::try_from(alternatives.len() / 4)?.to_le_bytes());
            regions.extend(u16::try_from(r.alternatives.len())?.to_le_bytes());
            regions.extend([0, 0]);
            r.alternatives.iter().for_each(|a| alternatives.extend(a.to_le_bytes()));
        }
    }
    let index = index(entries)?;
    let mut out = layout::MAGIC.to_vec();
    let counts = [
        entries.len(),
        windows.len() / 4,
        regions.len() / layout::REGION,
        alternatives.len() / 4,
        index.hashes,
        index.lists,
        index.holders,
        ids.len(),
    ];
    for count in counts {
        out.extend(u32::try_from(count)?.to_le_bytes());
    }
    for section in [documents, windows, regions, alternatives, index.bytes, ids] {
        out.extend(section);
    }
    Ok(out)
}

struct Index {
    bytes: Vec<u8>,
    hashes: usize,
    lists: usize,
    holders: usize,
}

/// Filter, numbers of entries, entries, lists and holders, as the layout says.
fn index(entries: &[Entry]) -> anyhow::Result<Index> {
    let mut held: BTreeMap<u32, Vec<u16>> = BTreeMap::new();
    for (n, entry) in entries.iter().enumerate() {
        let number = u16::try_from(n)?;
        let dense = entry.words as usize <= layout::DENSE_WORDS;
        for hash in entry.windows.iter().filter(|h| dense || h.is_multiple_of(layout::SPARSE)) {
            let numbers = held.entry(*hash).or_default();
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
    }
    let mut filter = vec![0_u8; (1 << layout::FILTER_BITS) / 8];
    let mut buckets = vec![0_u32; layout::BUCKETS];
    let (mut listed, mut starts, mut holders) = (Vec::new(), Vec::new(), Vec::<u8>::new());
    let mut lists: BTreeMap<&[u16], u16> = BTreeMap::new();
    for (hash, numbers) in &held {
        let bit = (hash >> (32 - layout::FILTER_BITS)) as usize;
        filter[bit / 8] |= 1 << (bit % 8);
        buckets[(hash >> 16) as usize + 1] += 1;
        let next = u16::try_from(lists.len()).context("more lists of texts than a 16-bit number can name")?;
        let list = *lists.entry(numbers).or_insert_with(|| {
            starts.push(holders.len() / 2);
            numbers.iter().for_each(|n| holders.extend(n.to_le_bytes()));
            next
        });
        listed.extend(((hash & 0xffff) as u16).to_le_bytes());
        listed.extend(list.to_le_bytes());
    }
    let count = holders.len() / 2;
    starts.push(count);
    for n in 1..buckets.len() {
        buckets[n] += buckets[n - 1];
    }
    let mut bytes = filter;
    buckets.iter().for_each(|b| bytes.extend(b.to_le_bytes()));
    bytes.extend(listed);
    for start in starts {
        bytes.extend(u32::try_from(start)?.to_le_bytes());
    }
    bytes.extend(holders);
    Ok(Index { bytes, hashes: held.len(), lists: lists.len(), holders: count })
}

/// Ids, role, number of words, digest of the window sequence, origin: one line a text.
fn manifest(entries: &[Entry]) -> anyhow::Result<String> {
    let mut out = String::from("ids,role,words,digest,origin\n");
    for e in entries {
        let role = match e.role {
            layout::HEADER_TEXT => "header",
            layout::EXCEPTION => "exception",
            layout::POLICY => "policy",
            _ => "text",
        };
        writeln!(out, "{},{role},{},{:016x},{}", e.ids.join(" "), e.words, e.whole, e.origin)?;
    }
    Ok(out)
}
