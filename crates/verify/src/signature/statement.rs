//! The statement of a model signature: which files with which digests, how they were cut and hashed, what was left out.
//!
//! It is signed, so its author meant it; that does not make it well-formed. Each rule of the specification is held
//! here, since a lax reader lets two programs see two different models under one signature.

use super::json;
use super::refusal::{Point, Refusal, refuse, shorten};
use crate::caps;
use crate::hash::{HashType, hex, unhex};
use candor_facts::ArtifactPath;
use serde_json::{Map, Value};
use sha2::Digest;
use std::collections::BTreeMap;

/// The type of payload that is signed.
pub(crate) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The type of statement.
pub(crate) const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// What the statement says.
pub(crate) const PREDICATE_TYPE: &str = "https://model_signing/signature/v1.0";
/// What version 0.2 of the reference client signed.
const OLD_PREDICATE_TYPE: &str = "https://model_signing/Digests/v0.1";
/// Names at the root that are never signed.
pub(crate) const NEVER_SIGNED: &[&str] = &[".git", ".gitattributes", ".github", ".gitignore"];

/// How files were cut before hashing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Not at all.
    Files,
    /// Into ranges of this many bytes.
    Shards(u64),
}

/// A signed range of a file.
#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) start: u64,
    /// One past the last byte; `None` for the whole file, whatever its length.
    pub(crate) end: Option<u64>,
    pub(crate) digest: Vec<u8>,
}

/// A statement that is well-formed.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) method: Method,
    pub(crate) hash: HashType,
    pub(crate) links_allowed: bool,
    /// Paths that the signer left out, each a file or a folder.
    pub(crate) ignored: Vec<String>,
    /// The ranges of each signed file, in their order in the file.
    pub(crate) files: BTreeMap<String, Vec<Range>>,
    /// The digest of the whole, by which other statements may name the model.
    pub(crate) subject: String,
}

/// Read a statement.
///
/// # Errors
/// At the first rule of the specification that it breaks.
pub(crate) fn read(payload: &[u8]) -> Result<Statement, Refusal> {
    let value = json::read(payload).map_err(|error| Refusal {
        point: Point::Statement,
        why: format!("the signed statement is no JSON: {error}"),
    })?;
    let Some(statement) = value.as_object() else {
        return refuse(Point::StatementType, "the signed payload is JSON, and no in-toto statement");
    };
    check_types(statement)?;
    let subject = subject(statement)?;
    let predicate = object(statement, "the statement", "predicate")?;
    let serialization = object(predicate, "the predicate", "serialization")?;
    let (method, hash) = how(serialization)?;
    let links_allowed = match serialization.get("allow_symlinks") {
        Some(Value::Bool(allowed)) => *allowed,
        _ => return refuse(Point::Statement, "the serialization does not say whether links were followed"),
    };
    let ignored = ignored(serialization)?;
    let resources = match predicate.get("resources") {
        Some(Value::Array(resources)) => resources,
        _ => return refuse(Point::Statement, "the predicate lists no `resources`"),
    };
    let files = Resources { method, hash }.read(resources, &subject)?;
    Ok(Statement { method, hash, links_allowed, ignored, files, subject })
}

fn check_types(statement: &Map<String, Value>) -> Result<(), Refusal> {
    match statement.get("_type").and_then(Value::as_str) {
        Some(STATEMENT_TYPE) => {}
        Some(other) => {
            let why = format!("the statement is of type {}, and not of `{STATEMENT_TYPE}`", shorten(other));
            return refuse(Point::StatementType, why);
        }
        None => {
            return refuse(Point::StatementType, "the signed payload has no `_type`, so it is no in-toto statement");
        }
    }
    match statement.get("predicateType").and_then(Value::as_str) {
        Some(PREDICATE_TYPE) => Ok(()),
        Some(OLD_PREDICATE_TYPE) => refuse(
            Point::PredicateType,
            "the statement is of the time before version 1.0, which does not say how the model was read; sign it again",
        ),
        Some(other) => {
            let why = format!("the statement says {}, and not `{PREDICATE_TYPE}`", shorten(other));
            refuse(Point::PredicateType, why)
        }
        None => refuse(Point::PredicateType, "the statement has no `predicateType`"),
    }
}

fn subject(statement: &Map<String, Value>) -> Result<String, Refusal> {
    let subjects = statement.get("subject").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let [subject] = subjects else {
        return refuse(Point::Statement, format!("the statement has {} subjects, and not one", subjects.len()));
    };
    let digest = subject.get("digest").and_then(|digest| digest.get("sha256")).and_then(Value::as_str);
    match digest {
        Some(digest) if unhex(digest).is_some_and(|bytes| bytes.len() == 32) => Ok(digest.to_owned()),
        _ => refuse(Point::Statement, "the subject has no SHA-256 of 64 lower-case digits"),
    }
}

fn how(serialization: &Map<String, Value>) -> Result<(Method, HashType), Refusal> {
    let known = ["method", "hash_type", "shard_size", "allow_symlinks", "ignore_paths"];
    if let Some(key) = serialization.keys().find(|key| !known.contains(&key.as_str())) {
        let why = format!("the serialization has a parameter that nobody knows: {}", shorten(key));
        return refuse(Point::Statement, why);
    }
    let hash = match serialization.get("hash_type").and_then(Value::as_str) {
        None => return refuse(Point::HashType, "the serialization names no `hash_type`"),
        Some(word) => match HashType::parse(word) {
            Some(hash) => hash,
            None => {
                let why = format!("the hash type {} is none of sha256, blake2b, blake3", shorten(word));
                return refuse(Point::HashType, why);
            }
        },
    };
    let size = serialization.get("shard_size");
    let method = match (serialization.get("method").and_then(Value::as_str), size) {
        (Some("files"), None) => Method::Files,
        (Some("files"), Some(_)) => {
            return refuse(Point::Statement, "whole files are signed, and yet a shard size is given");
        }
        (Some("shards"), Some(size)) => match whole(size) {
            Some(size) if size > 0 => Method::Shards(size),
            _ => return refuse(Point::Statement, "the shard size is no whole number of bytes above zero"),
        },
        (Some("shards"), None) => return refuse(Point::Statement, "shards are signed, and no shard size is given"),
        (Some(other), _) => {
            let why = format!("the method {} is neither files nor shards", shorten(other));
            return refuse(Point::Statement, why);
        }
        (None, _) => return refuse(Point::Statement, "the serialization names no `method`"),
    };
    Ok((method, hash))
}

/// A whole number, also where it is written with a fraction of zero, as the reference client does.
fn whole(value: &Value) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| (0.0..=EXACT).contains(number) && number.fract() == 0.0)?;
        format!("{number:.0}").parse().ok()
    })
}

fn ignored(serialization: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let paths = match serialization.get("ignore_paths") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(paths)) => paths,
        Some(_) => return refuse(Point::Statement, "`ignore_paths` is no list"),
    };
    let mut ignored = Vec::with_capacity(paths.len().min(1024));
    for path in paths {
        let Some(path) = path.as_str() else {
            return refuse(Point::Statement, "`ignore_paths` lists something that is no path");
        };
        let plain = path.strip_prefix("./").unwrap_or(path);
        let plain = plain.strip_suffix('/').unwrap_or(plain);
        if ArtifactPath::new(plain).is_none() {
            let why = format!("an ignored path leaves the model or is the whole of it: {}", shorten(path));
            return refuse(Point::Ignored, why);
        }
        ignored.push(plain.to_owned());
    }
    ignored.sort();
    ignored.dedup();
    Ok(ignored)
}

fn object<'v>(of: &'v Map<String, Value>, place: &str, key: &str) -> Result<&'v Map<String, Value>, Refusal> {
    match of.get(key) {
        Some(Value::Object(object)) => Ok(object),
        _ => refuse(Point::Statement, format!("{place} has no `{key}`, or it is no object")),
    }
}

struct Resources {
    method: Method,
    hash: HashType,
}

impl Resources {
    fn read(&self, resources: &[Value], subject: &str) -> Result<BTreeMap<String, Vec<Range>>, Refusal> {
        if resources.is_empty() {
            return refuse(Point::EmptyResources, "the statement signs nothing: its list of resources is empty");
        }
        if resources.len() > caps::RESOURCES {
            let why = format!("the statement lists {} resources; {} are read", resources.len(), caps::RESOURCES);
            return refuse(Point::Statement, why);
        }
        let mut whole = sha2::Sha256::new();
        let mut names = Vec::with_capacity(resources.len());
        let mut files: BTreeMap<String, Vec<Range>> = BTreeMap::new();
        for resource in resources {
            let (name, digest) = self.one(resource)?;
            whole.update(&digest);
            let (path, start, end) = self.place(name)?;
            names.push((name, path, start));
            files.entry(path.to_owned()).or_default().push(Range { start, end, digest });
        }
        in_order(&names)?;
        if hex(&whole.finalize()) != subject {
            let why = "the subject's digest does not follow from the digests of the resources";
            return refuse(Point::Subject, why);
        }
        for (path, ranges) in &mut files {
            self.complete(path, ranges)?;
        }
        Ok(files)
    }

    fn one<'v>(&self, resource: &'v Value) -> Result<(&'v str, Vec<u8>), Refusal> {
        let member = |key: &str| resource.get(key).and_then(Value::as_str);
        let (Some(name), Some(algorithm), Some(digest)) = (member("name"), member("algorithm"), member("digest"))
        else {
            return refuse(Point::Statement, "a resource lacks `name`, `algorithm` or `digest`");
        };
        let word = self.hash.as_str();
        // The reference client writes the size into the name of the algorithm; the specification does not.
        let sharded = match self.method {
            Method::Shards(size) => format!("{word}-sharded-{size}"),
            Method::Files => word.to_owned(),
        };
        if algorithm != word && algorithm != sharded {
            let why = format!("{} is hashed with {}, and the statement says {word}", shorten(name), shorten(algorithm));
            return refuse(Point::HashType, why);
        }
        match unhex(digest) {
            Some(bytes) if bytes.len() == self.hash.length() => Ok((name, bytes)),
            _ => {
                let digits = self.hash.length() * 2;
                let why = format!("the digest of {} is not {digits} lower-case hexadecimal digits", shorten(name));
                refuse(Point::HashType, why)
            }
        }
    }

    /// The path of a name, and which bytes of the file it means.
    fn place<'v>(&self, name: &'v str) -> Result<(&'v str, u64, Option<u64>), Refusal> {
        let found = match self.method {
            Method::Files => Some((name, 0, None)),
            Method::Shards(_) => name.rsplit_once(':').and_then(|(rest, end)| {
                let (path, start) = rest.rsplit_once(':')?;
                Some((path, number(start)?, Some(number(end)?)))
            }),
        };
        let Some((path, start, end)) = found else {
            return refuse(Point::Name, format!("{} does not name a range as `path:start:end`", shorten(name)));
        };
        if ArtifactPath::new(path).is_none() || path.contains('\\') || path.chars().any(char::is_control) {
            return refuse(Point::Name, format!("{} leaves the model, or is no plain relative path", shorten(name)));
        }
        if NEVER_SIGNED.iter().any(|never| within(path, never)) {
            return refuse(Point::Name, format!("{} is signed, though version control never is", shorten(name)));
        }
        Ok((path, start, end))
    }

    /// Whether ranges cover a file from its first byte on, cut as the statement says.
    fn complete(&self, path: &str, ranges: &mut [Range]) -> Result<(), Refusal> {
        let Method::Shards(size) = self.method else { return Ok(()) };
        ranges.sort_by_key(|range| range.start);
        let last = ranges.len().saturating_sub(1);
        let mut at = 0;
        for (index, range) in ranges.iter().enumerate() {
            let end = range.end.unwrap_or(range.start);
            let name = shorten(path);
            if range.start > at {
                let why = format!("bytes {at} to {} of {name} are signed by no shard", range.start);
                return refuse(Point::Ranges, why);
            }
            if range.start < at || end < range.start {
                return refuse(Point::Ranges, format!("the shards of {name} overlap at byte {}", range.start));
            }
            let length = end - range.start;
            // An empty file may stand as one empty range; the reference client gives it none.
            let fits = length == size || index == last && length < size && (length > 0 || last == 0);
            if !fits {
                let why = format!("the shard of {name} at byte {at} has {length} bytes; the statement cuts at {size}");
                return refuse(Point::Ranges, why);
            }
            at = end;
        }
        Ok(())
    }
}

/// A number as it is written plainly: no sign, no leading zeros.
fn number(text: &str) -> Option<u64> {
    let plain =
        !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok())?
}

/// Whether a path is a file or folder that was named, or lies in it.
pub(crate) fn within(path: &str, named: &str) -> bool {
    path.strip_prefix(named).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Names must differ and ascend: as text, as the specification says, or by segments and offsets, as the reference
/// client sorts them.
fn in_order(names: &[(&str, &str, u64)]) -> Result<(), Refusal> {
    let mut seen: Vec<&str> = names.iter().map(|(name, ..)| *name).collect();
    seen.sort_unstable();
    if let Some(pair) = seen.windows(2).find(|pair| pair.first() == pair.last()) {
        return refuse(Point::Duplicate, format!("{} is signed twice", shorten(pair.first().unwrap_or(&""))));
    }
    let key =
        |(_, path, start): &(&'_ str, &'_ str, u64)| (path.split('/').map(str::to_owned).collect::<Vec<_>>(), *start);
    let as_text = names.is_sorted_by(|a, b| a.0 < b.0);
    if as_text || names.is_sorted_by_key(key) {
        return Ok(());
    }
    let pair = names.windows(2).find(|pair| pair.first().map(|a| a.0) > pair.last().map(|b| b.0));
    let name = pair.and_then(<[_]>::last).map_or("", |(name, ..)| *name);
    refuse(Point::Order, format!("the signed names are not sorted: {} stands too late", shorten(name)))
}
