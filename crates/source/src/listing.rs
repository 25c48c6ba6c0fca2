//! The listing of a part: what a platform said that there is, read as a stream and capped.
//!
//! A wrong entry is a gap and the part is then not complete; what was read stays. No listing, however
//! wrong or long, is an error.

use crate::caps;
use candor_facts::{Algorithm, Artifact, ArtifactPath, Digest, GapReason, Listing, OpenError, Origin};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufReader, Read};
use std::rc::Rc;

/// What a listing file says.
#[derive(Default)]
pub(crate) struct Listed {
    /// Whether it says of itself that it is complete, and nothing in it was wrong.
    pub(crate) complete: bool,
    pub(crate) entries: Vec<Artifact>,
    pub(crate) gaps: Vec<GapReason>,
    /// What the snapshot that it was written from could not look at.
    pub(crate) kept: Vec<(ArtifactPath, GapReason)>,
    /// What else it says of single files.
    pub(crate) notes: BTreeMap<ArtifactPath, FileNote>,
}

/// What a listing that was written by `candor snapshot` says of a file beyond its size and digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileNote {
    /// Parts of the file that are here: the first byte, and a path in the bundle.
    pub(crate) excerpts: Vec<(u64, String)>,
    /// Why it could not be opened or read.
    pub(crate) failed: Option<OpenError>,
}

/// Read a listing. `name` is what its gaps call it.
pub(crate) fn read(name: &str, bytes: impl Read) -> Listed {
    let position = Rc::new(Cell::new(0));
    let counted = Counted { bytes: BufReader::new(bytes.take(caps::LISTING_BYTES)), position: Rc::clone(&position) };
    let mut state = State { name, position, found: Listed::default(), says: Says::default(), more: 0 };
    let mut json = serde_json::Deserializer::from_reader(counted);
    let outcome = Document(&mut state).deserialize(&mut json).and_then(|()| json.end());
    state.finish(outcome.err())
}

/// Counts the bytes that the parser has taken.
struct Counted<R> {
    bytes: R,
    position: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.position.set(self.position.get() + count as u64);
        Ok(count)
    }
}

#[derive(Default)]
struct Says {
    complete: Option<bool>,
    total: Option<u64>,
    entries: bool,
    /// Entries seen, wrong ones too: those cost time as well.
    seen: usize,
    capped: bool,
}

struct State<'a> {
    name: &'a str,
    position: Rc<Cell<u64>>,
    found: Listed,
    says: Says,
    /// Gaps beyond the cap.
    more: usize,
}

impl State<'_> {
    /// The parser looks one byte ahead: the byte at which it stands is the last one taken.
    fn at(&self) -> u64 {
        self.position.get().saturating_sub(1)
    }

    fn wrong(&mut self, at: u64, what: &str) {
        if self.found.gaps.len() < caps::GAPS {
            self.found.gaps.push(GapReason::Malformed { at, what: format!("{}: {what}", self.name) });
        } else {
            self.more += 1;
        }
    }

    fn entry(&mut self, at: u64, value: &Value) {
        let Some(path) = value.get("path") else { return self.wrong(at, "an entry without `path`") };
        let Some(path) = path.as_str() else { return self.wrong(at, "an entry whose `path` is no string") };
        let Some(path) = ArtifactPath::new(path) else {
            return self.wrong(at, &format!("an entry whose path leaves the part or is empty: `{}`", shorten(path)));
        };
        let mut artifact =
            Artifact { path, size: None, declared_digest: None, at_hand: false, origin: Origin::Published };
        match value.get("size") {
            None | Some(Value::Null) => {}
            Some(size) => match size.as_u64() {
                Some(size) => artifact.size = Some(size),
                None => {
                    self.wrong(at, &format!("the size of `{}` is no number of bytes", shorten(artifact.path.as_str())))
                }
            },
        }
        // SHA-256 is of the bytes themselves; the git blob digest is taken where it alone is given.
        for (key, algorithm) in [("git_blob", Algorithm::GitBlob), ("sha256", Algorithm::Sha256)] {
            match value.get(key) {
                None | Some(Value::Null) => {}
                Some(hex) => match hex.as_str().and_then(|hex| Digest::from_hex(algorithm, hex)) {
                    Some(digest) => artifact.declared_digest = Some(digest),
                    None => {
                        self.wrong(at, &format!("the `{key}` of `{}` is no digest", shorten(artifact.path.as_str())))
                    }
                },
            }
        }
        self.notes(value, &mut artifact);
        self.found.entries.push(artifact);
    }

    /// What only a listing written by `candor snapshot` says.
    fn notes(&mut self, value: &Value, artifact: &mut Artifact) {
        artifact.at_hand = value.get("at_hand").and_then(Value::as_bool).unwrap_or(false);
        if let Some(of) = value.get("answer_to").and_then(Value::as_str) {
            artifact.origin = Origin::Answer { of: of.to_owned() };
        }
        let mut note = FileNote::default();
        for excerpt in value.get("excerpts").and_then(Value::as_array).into_iter().flatten() {
            let at = excerpt.get("at").and_then(Value::as_u64);
            let file = excerpt.get("file").and_then(Value::as_str);
            note.excerpts.extend(at.zip(file).map(|(at, file)| (at, file.to_owned())));
        }
        note.failed = match value.get("gated").and_then(Value::as_bool) {
            Some(true) => Some(OpenError::Gated),
            _ => value.get("failed").and_then(Value::as_str).map(|why| OpenError::Failed(why.to_owned())),
        };
        if note != FileNote::default() {
            self.found.notes.insert(artifact.path.clone(), note);
        }
    }

    fn kept(&mut self, gaps: Vec<Value>) {
        for gap in gaps.into_iter().take(2 * caps::GAPS) {
            let path = gap.get("path").and_then(Value::as_str).and_then(ArtifactPath::new);
            match (path, serde_json::from_value::<GapReason>(gap)) {
                (Some(path), Ok(reason)) => self.found.kept.push((path, reason)),
                _ => self.wrong(0, "a gap that cannot be read"),
            }
        }
    }

    fn finish(mut self, error: Option<serde_json::Error>) -> Listed {
        if self.says.capped {
            self.found.gaps.push(GapReason::TooLarge { cap: caps::LISTING_ENTRIES as u64 });
        } else if self.position.get() >= caps::LISTING_BYTES {
            self.found.gaps.push(GapReason::TooLarge { cap: caps::LISTING_BYTES });
        } else if let Some(error) = error {
            if error.is_io() {
                self.found.gaps.push(GapReason::Unreachable { what: format!("{}: {error}", self.name) });
            } else {
                self.wrong(self.at(), &format!("not a listing: {error}"));
            }
        } else {
            self.check_whole();
        }
        if self.more > 0 {
            let what = format!("{}: {} more wrong entries", self.name, self.more);
            self.found.gaps.push(GapReason::Unsupported { what });
        }
        self.found.complete = self.says.complete == Some(true) && self.found.gaps.is_empty();
        self.found
    }

    /// What can only be checked once all is read.
    fn check_whole(&mut self) {
        let mut paths: Vec<&ArtifactPath> = self.found.entries.iter().map(|entry| &entry.path).collect();
        paths.sort();
        let twice = paths.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone());
        let count = self.found.entries.len() as u64;
        if let Some(path) = twice {
            self.wrong(0, &format!("`{}` is listed more than once", shorten(path.as_str())));
        }
        if !self.says.entries {
            self.wrong(0, "there are no `entries`");
        }
        if self.says.complete.is_none() {
            self.wrong(0, "it does not say whether it is `complete`");
        }
        if let (Some(true), Some(total)) = (self.says.complete, self.says.total)
            && total != count
        {
            self.wrong(0, &format!("it says complete and {total} entries, and has {count}"));
        }
    }
}

/// A listing as text, one file a line; `note` says what is known of a file beyond it.
pub(crate) fn write(
    listing: &Listing,
    gaps: &[(ArtifactPath, GapReason)],
    note: &dyn Fn(&Artifact) -> Option<FileNote>,
) -> Vec<u8> {
    let entry = |artifact: &Artifact| {
        let mut entry = Map::new();
        entry.insert("path".to_owned(), json!(artifact.path));
        if let Some(size) = artifact.size {
            entry.insert("size".to_owned(), json!(size));
        }
        if let Some(digest) = &artifact.declared_digest {
            let key = if digest.algorithm() == Algorithm::Sha256 { "sha256" } else { "git_blob" };
            entry.insert(key.to_owned(), json!(digest.hex()));
        }
        if artifact.at_hand {
            entry.insert("at_hand".to_owned(), json!(true));
        }
        if let Origin::Answer { of } = &artifact.origin {
            entry.insert("answer_to".to_owned(), json!(of));
        }
        let note = note(artifact).unwrap_or_default();
        if !note.excerpts.is_empty() {
            let list: Vec<Value> = note.excerpts.iter().map(|(at, file)| json!({"at": at, "file": file})).collect();
            entry.insert("excerpts".to_owned(), json!(list));
        }
        match note.failed {
            Some(OpenError::Gated) => drop(entry.insert("gated".to_owned(), json!(true))),
            Some(OpenError::Failed(why)) => drop(entry.insert("failed".to_owned(), json!(why))),
            Some(OpenError::NotFetched) | None => {}
        }
        Value::Object(entry).to_string()
    };
    let gap = |(path, reason): &(ArtifactPath, GapReason)| {
        let mut gap = json!(reason);
        if let Some(gap) = gap.as_object_mut() {
            gap.insert("path".to_owned(), json!(path));
        }
        gap.to_string()
    };
    let entries: Vec<String> = listing.entries().iter().map(entry).collect();
    let gaps: Vec<String> = gaps.iter().map(gap).collect();
    let complete = listing.complete;
    let (entries, gaps) = (entries.join(",\n  "), gaps.join(",\n  "));
    format!("{{\n\"complete\": {complete},\n\"entries\": [\n  {entries}\n],\n\"gaps\": [\n  {gaps}\n]\n}}\n")
        .into_bytes()
}

/// Paths come from outside and may be long.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

struct Document<'s, 'a>(&'s mut State<'a>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `complete` and `entries`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "entries" if self.0.says.entries => return Err(serde::de::Error::custom("`entries` stands twice")),
                "entries" => {
                    self.0.says.entries = true;
                    map.next_value_seed(Entries(self.0))?;
                }
                "complete" if self.0.says.complete.is_some() => {
                    return Err(serde::de::Error::custom("`complete` stands twice"));
                }
                "complete" => self.0.says.complete = Some(map.next_value()?),
                "total" => self.0.says.total = map.next_value()?,
                "gaps" => {
                    let gaps: Vec<Value> = map.next_value()?;
                    self.0.kept(gaps);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Entries<'s, 'a>(&'s mut State<'a>);

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some((at, value)) = seq.next_element_seed(Entry(&self.0.position))? {
            self.0.says.seen += 1;
            if self.0.says.seen > caps::LISTING_ENTRIES {
                self.0.says.capped = true;
                return Err(serde::de::Error::custom("too many entries"));
            }
            self.0.entry(at, &value);
        }
        Ok(())
    }
}

/// One entry, with the byte at which it begins.
struct Entry<'s>(&'s Rc<Cell<u64>>);

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = (u64, Value);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let at = self.0.get().saturating_sub(1);
        let value = <Value as serde::Deserialize>::deserialize(deserializer)?;
        Ok((at, value))
    }
}

#[cfg(test)]
mod tests;
