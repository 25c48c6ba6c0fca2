//! Who says which digest a file has: lists of sums, bills of materials, manifests of ours, indexes of shards, and what
//! the hub client noted.

use super::{Digests, Job, record};
use crate::caps;
use crate::signature::read_json;
use candor_facts::{ArtifactPath, Standing, Tree, TreeEntry, read_all};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is said of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    /// Bytes, where that is said.
    pub size: Option<u64>,
    /// Digests, lower case. None at all: only that the file belongs to it.
    pub digests: Digests,
}

/// What kind of source it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// A manifest that Candor wrote.
    Manifest,
    /// The listing of a release bundle.
    Listing,
    /// The names of blobs in a hub cache.
    HubCache,
    /// What the hub client noted beside a download.
    HubMetadata,
    /// Pointers of Git LFS, in place of files.
    LfsPointer,
    /// An index of shards.
    ShardIndex,
    /// A bill of materials, CycloneDX or SPDX.
    Bill,
    /// A list of checksums.
    Checksums,
    /// The list of a Python package.
    PackageRecord,
}

impl SourceKind {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Listing => "listing",
            Self::HubCache => "hub-cache",
            Self::HubMetadata => "hub-metadata",
            Self::LfsPointer => "lfs-pointer",
            Self::ShardIndex => "shard-index",
            Self::Bill => "bill-of-materials",
            Self::Checksums => "checksums",
            Self::PackageRecord => "package-record",
        }
    }
}

/// A source: what it says of which paths.
#[derive(Clone, Debug)]
pub struct Source {
    /// What kind it is.
    pub kind: SourceKind,
    /// Its file, or where it stands.
    pub name: String,
    /// Whether a file that it does not name does not belong there.
    pub complete: bool,
    /// What it says, by path.
    pub files: BTreeMap<String, Claimed>,
    /// Entries that could not be understood, with the place.
    pub faults: Vec<String>,
}

impl Source {
    fn new(kind: SourceKind, name: &str) -> Self {
        Self { kind, name: name.to_owned(), complete: false, files: BTreeMap::new(), faults: Vec::new() }
    }

    /// Adds what is said of a path in a folder. Two different claims about one path are a fault.
    pub(super) fn add(&mut self, path: &str, folder: &str, claimed: Claimed, place: &str) {
        let plain = path.strip_prefix("./").unwrap_or(path);
        let joined = if folder.is_empty() { plain.to_owned() } else { format!("{folder}/{plain}") };
        if ArtifactPath::new(&joined).is_none() {
            return self.faults.push(format!("{place}: the path `{path}` leaves the folder or is empty"));
        }
        match self.files.get(&joined) {
            Some(before) if *before != claimed => {
                self.faults.push(format!("{place}: `{joined}` is named twice, differently"))
            }
            Some(_) => {}
            None => drop(self.files.insert(joined, claimed)),
        }
    }
}

/// Longest list that is read. Bytes.
const LIST_BYTES: u64 = 64 << 20;

/// All sources that stand in a folder: sums, bills, indexes, what the hub client noted, pointers.
pub fn beside(tree: &dyn Tree) -> Vec<Source> {
    let mut sources = vec![
        Source::new(SourceKind::HubCache, "names of blobs"),
        Source::new(SourceKind::HubMetadata, ".cache/huggingface/download"),
        Source::new(SourceKind::LfsPointer, "pointers"),
    ];
    for entry in tree.entries() {
        let path = entry.path.as_str();
        if let (Standing::StoreLink { blob }, Some(cache)) = (&entry.standing, sources.first_mut()) {
            match etag(blob) {
                Some(digests) => cache.add(path, "", Claimed { size: None, digests }, path),
                None => cache.faults.push(format!("{path}: its blob is not named after a digest")),
            }
        }
        let metadata =
            path.strip_prefix(".cache/huggingface/download/").and_then(|path| path.strip_suffix(".metadata"));
        if let (Some(of), Some(source)) = (metadata, sources.get_mut(1)) {
            let text = text(tree, entry, 4096);
            match text.as_ref().ok().and_then(|text| etag(text.lines().nth(1)?.trim())) {
                Some(digests) => source.add(of, "", Claimed { size: None, digests }, path),
                None => source.faults.push(format!("{path}: its second line is no digest")),
            }
        }
        if entry.size > 0
            && entry.size <= 1024
            && let (Ok(text), Some(source)) = (text(tree, entry, 1024), sources.get_mut(2))
            && let Some(claimed) = pointer(&text)
        {
            source.add(path, "", claimed, path);
        }
        if let Some(kind) = list_kind(path) {
            match text(tree, entry, LIST_BYTES) {
                Ok(text) => sources.push(list(kind, path, text.as_bytes())),
                Err(why) => {
                    let mut source = Source::new(kind, path);
                    source.faults.push(format!("{path}: {why}"));
                    sources.push(source);
                }
            }
        }
    }
    sources.retain(|source| !source.files.is_empty() || !source.faults.is_empty());
    sources
}

fn text(tree: &dyn Tree, entry: &TreeEntry, cap: u64) -> Result<String, String> {
    let file = tree.open(entry).map_err(|error| error.to_string())?;
    let bytes = read_all(&*file, cap).map_err(|error| error.to_string())?;
    let bytes = bytes.ok_or_else(|| format!("it is longer than {cap} bytes"))?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// The digest that the hub's `etag` is: SHA-256 of large files, the git blob of small ones.
fn etag(text: &str) -> Option<Digests> {
    let text = text.trim_matches('"').to_ascii_lowercase();
    let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (digits, text.len()) {
        (true, 64) => Some(Digests { sha256: Some(text), ..Digests::default() }),
        (true, 40) => Some(Digests { git_blob: Some(text), ..Digests::default() }),
        _ => None,
    }
}

fn pointer(text: &str) -> Option<Claimed> {
    let rest = text.strip_prefix("version https://git-lfs.github.com/spec/v1")?;
    let value = |key: &str| rest.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let sha256 = value("oid sha256:").and_then(|oid| digest(oid, 64));
    Some(Claimed {
        size: value("size ").and_then(|size| size.parse().ok()),
        digests: Digests { sha256, ..Digests::default() },
    })
}

fn digest(text: &str, digits: usize) -> Option<String> {
    let fine = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    fine.then(|| text.to_ascii_lowercase())
}

/// What a file is as a list, by its name.
fn list_kind(path: &str) -> Option<SourceKind> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let sums = ["sha256sums", "sha256sum", "b3sums", "checksums"]
        .iter()
        .any(|stem| name.strip_prefix(stem).is_some_and(|rest| matches!(rest, "" | ".txt" | ".sha256" | ".b3")));
    if record::is_record(path) {
        Some(SourceKind::PackageRecord)
    } else if sums || name.ends_with(".sha256") || name.ends_with(".sha256sum") {
        Some(SourceKind::Checksums)
    } else if [".cdx.json", ".spdx.json", "bom.json", "sbom.json", "aibom.json", "mlbom.json"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        Some(SourceKind::Bill)
    } else if name.ends_with(".safetensors.index.json") || name.ends_with(".bin.index.json") {
        Some(SourceKind::ShardIndex)
    } else if name == "candor-manifest.json" {
        Some(SourceKind::Manifest)
    } else {
        None
    }
}

/// A list that was named by hand: ours, a bill of materials, an index, or checksums, whichever its content is.
///
/// # Errors
/// When it is none of them.
pub fn read_list(name: &str, bytes: &[u8]) -> Result<Source, String> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let kind = if first == Some(&b'{') {
        let value = read_json(bytes).map_err(|error| format!("it is no JSON, or is cut: {error}"))?;
        match () {
            () if value.get("schema").is_some_and(|schema| schema == SCHEMA) => SourceKind::Manifest,
            () if value.get("weight_map").is_some_and(Value::is_object) => SourceKind::ShardIndex,
            () => SourceKind::Bill,
        }
    } else {
        SourceKind::Checksums
    };
    let source = list(kind, name, bytes);
    if source.files.is_empty() {
        let why = source.faults.first().cloned().unwrap_or_else(|| "it names no file with a digest".to_owned());
        return Err(format!("it is no manifest, bill of materials, index or list of checksums: {why}"));
    }
    Ok(source)
}

/// Paths in a list are relative to the folder in which it stands.
fn list(kind: SourceKind, name: &str, bytes: &[u8]) -> Source {
    let mut source = Source::new(kind, name);
    if kind == SourceKind::PackageRecord {
        record::read(&mut source, &String::from_utf8_lossy(bytes));
        return source;
    }
    let folder = match name.starts_with('/') {
        true => "",
        false => name.rsplit_once('/').map_or("", |(folder, _)| folder),
    };
    if kind == SourceKind::Checksums {
        let blake3 = name
            .to_ascii_lowercase()
            .rsplit('/')
            .next()
            .is_some_and(|name| name.starts_with("b3") || name.ends_with(".b3"));
        checksums(&mut source, folder, &String::from_utf8_lossy(bytes), blake3);
        return source;
    }
    match read_json(bytes) {
        Err(error) => source.faults.push(format!("{name}: it is no JSON, or is cut: {error}")),
        Ok(value) => match kind {
            SourceKind::ShardIndex => index(&mut source, folder, &value),
            SourceKind::Manifest => ours(&mut source, &value),
            _ => bill(&mut source, folder, &value),
        },
    }
    source
}

fn checksums(source: &mut Source, folder: &str, text: &str, blake3: bool) {
    for (number, line) in (1..).zip(text.lines()) {
        let place = format!("{}:{number}", source.name);
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // `HEX  name` and `HEX *name`, or `SHA256 (name) = HEX`.
        let tagged = ["SHA256 (", "BLAKE3 ("].iter().find_map(|tag| line.strip_prefix(tag).map(|rest| (*tag, rest)));
        let (hex, path, blake3) = match tagged.and_then(|(tag, rest)| Some((tag, rest.rsplit_once(") = ")?))) {
            Some((tag, (path, hex))) => (hex, path, tag.starts_with("BLAKE3")),
            None => match line.split_once([' ', '\t']) {
                Some((hex, path)) => (hex, path.trim_start_matches([' ', '\t']).trim_start_matches('*'), blake3),
                None => {
                    source.faults.push(format!("{place}: no line of a list of checksums"));
                    continue;
                }
            },
        };
        match digest(hex, 64) {
            Some(found) if blake3 => {
                let digests = Digests { blake3: Some(found), ..Digests::default() };
                source.add(path, folder, Claimed { size: None, digests }, &place);
            }
            Some(found) => {
                let digests = Digests { sha256: Some(found), ..Digests::default() };
                source.add(path, folder, Claimed { size: None, digests }, &place);
            }
            None => source.faults.push(format!("{place}: no digest of 64 hexadecimal digits")),
        }
    }
}

fn index(source: &mut Source, folder: &str, value: &Value) {
    let name = source.name.clone();
    let Some(map) = value["weight_map"].as_object() else {
        return source.faults.push(format!("{name}: there is no `weight_map`"));
    };
    for file in map.values() {
        match file.as_str() {
            Some(file) => source.add(file, folder, Claimed::default(), &name),
            None => source.faults.push(format!("{name}: a tensor is mapped to something that is no file name")),
        }
    }
}

/// CycloneDX components and SPDX files (2.x and 3.0) that carry a digest we know.
fn bill(source: &mut Source, folder: &str, value: &Value) {
    let name = source.name.clone();
    let mut left = vec![value];
    let lists = ["components", "files", "@graph"];
    let mut depth = 0_usize;
    while let Some(value) = left.pop() {
        depth += 1;
        if depth > caps::RESOURCES {
            return source.faults.push(format!("{name}: more entries than are read"));
        }
        left.extend(lists.iter().filter_map(|key| value[*key].as_array()).flatten());
        let mut digests = Digests::default();
        for (key, algorithm, content) in [
            ("hashes", "alg", "content"),
            ("checksums", "algorithm", "checksumValue"),
            ("verifiedUsing", "algorithm", "hashValue"),
        ] {
            for one in value[key].as_array().into_iter().flatten() {
                let word = one[algorithm].as_str().unwrap_or_default().to_ascii_lowercase().replace(['-', '_'], "");
                let hex = one[content].as_str().and_then(|hex| digest(hex, 64));
                match (word.as_str(), hex) {
                    ("sha256", Some(hex)) => digests.sha256 = Some(hex),
                    ("blake3", Some(hex)) => digests.blake3 = Some(hex),
                    ("sha256" | "blake3", None) => source.faults.push(format!("{name}: a digest that is none")),
                    _ => {}
                }
            }
        }
        // A package or model may have a digest too; only what is a file has a path here.
        let file = value["type"] == "file" || value["type"] == "software_File";
        let path = value["fileName"].as_str().or_else(|| value["name"].as_str().filter(|_| file));
        if let (Some(path), true) = (path, digests != Digests::default()) {
            source.add(path, folder, Claimed { size: None, digests }, &name);
        }
    }
}

/// The schema of our manifests.
const SCHEMA: &str = "candor/manifest/1";

fn ours(source: &mut Source, value: &Value) {
    let name = source.name.clone();
    let Some(files) = value["files"].as_array().filter(|_| value["schema"] == SCHEMA) else {
        return source.faults.push(format!("{name}: no manifest of schema `{SCHEMA}`"));
    };
    source.complete = true;
    for file in files {
        let hex = |key: &str, digits: usize| file[key].as_str().and_then(|hex| digest(hex, digits));
        let digests = Digests { sha256: hex("sha256", 64), git_blob: hex("git_blob", 40), blake3: hex("blake3", 64) };
        match (file["path"].as_str(), file["size"].as_u64()) {
            (Some(path), Some(size)) if digests.sha256.is_some() || digests.blake3.is_some() => {
                source.add(path, "", Claimed { size: Some(size), digests }, &name);
            }
            _ => source.faults.push(format!("{name}: an entry without path, size or digest")),
        }
    }
}

/// A manifest of a folder: every file with its three digests, as text. `left_out` is a path that is not listed: its own.
///
/// # Errors
/// When a file cannot be read: a manifest of a part would look like one of the whole.
pub fn manifest(job: &Job<'_>, left_out: Option<&str>) -> Result<String, String> {
    let entries: Vec<&TreeEntry> =
        job.tree.entries().iter().filter(|entry| Some(entry.path.as_str()) != left_out).collect();
    if let Some(entry) = entries.iter().find(|entry| !entry.readable()) {
        let Standing::Refused(why) = &entry.standing else { return Err(String::new()) };
        return Err(format!("`{}` cannot be listed: {why}", entry.path));
    }
    let files: Vec<(&TreeEntry, super::Wanted)> = entries.iter().map(|entry| (*entry, super::Wanted::ALL)).collect();
    let mut listed = Vec::with_capacity(files.len());
    for ((entry, _), digests) in files.iter().zip(super::compute(job, &files)) {
        let digests = digests.map_err(|why| format!("`{}` cannot be read: {why}", entry.path))?;
        listed.push(json!({
            "path": entry.path,
            "size": entry.size,
            "sha256": digests.sha256,
            "git_blob": digests.git_blob,
            "blake3": digests.blake3,
        }));
    }
    serde_json::to_string_pretty(&json!({"schema": SCHEMA, "files": listed}))
        .map(|text| text + "\n")
        .map_err(|error| error.to_string())
}
