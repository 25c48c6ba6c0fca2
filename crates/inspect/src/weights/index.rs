//! Shard indexes: `*.index.json`, which names the file of every tensor.
//!
//! What an index says is taken only when all of it can be read: a name that stands twice, a path that
//! leaves its folder or a text that is no JSON makes a gap, and the set is judged by file names.

use super::names::{self, Name};
use crate::caps;
use crate::inspector::PartInput;
use crate::json::{Kind, Problem, Reader, Token, unquote};
use crate::tensors::shorten;
use candor_facts::{Artifact, ArtifactPath, Basis, Evidence, Gap, GapReason, read_all};
use std::collections::BTreeMap;
use std::ops::Range;

/// An index file by its name: `model.safetensors.index.json` is about `model.safetensors`.
pub(crate) fn about(path: &ArtifactPath) -> Option<Name> {
    let lower = path.as_str().to_ascii_lowercase();
    let rest = lower.strip_suffix(".json")?;
    // Diffusers also writes the variant last: `….safetensors.index.fp16.json`.
    let (file, variant) = rest.split_once(".index")?;
    let mut name = names::classify(&ArtifactPath::new(file)?)?;
    if let Some(variant) = variant.strip_prefix('.') {
        variant.clone_into(&mut name.variant);
    } else if !variant.is_empty() {
        return None;
    }
    Some(name)
}

/// What an index says.
pub(crate) struct Index {
    /// The files that it names.
    pub(crate) files: Vec<ArtifactPath>,
    /// The bytes that name them: the first entry that names a file which is not listed, or else the whole map.
    pub(crate) evidence: Evidence,
}

/// Read an index.
///
/// # Errors
/// The gap that says why it could not be read.
pub(crate) fn read(at: &PartInput<'_>, artifact: &Artifact) -> Result<Index, Gap> {
    let bytes = at.open(artifact)?;
    let gap = |reason| at.gap(&artifact.path, reason);
    let text = match read_all(&*bytes, caps::SHARD_INDEX) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(gap(GapReason::TooLarge { cap: caps::SHARD_INDEX })),
        Err(error) => return Err(gap(GapReason::Unreachable { what: error.to_string() })),
    };
    let malformed = |problem: Problem| gap(GapReason::Malformed { at: problem.at as u64, what: problem.what });
    let map = map(&text).map_err(malformed)?;
    let folder = artifact.path.folder();
    let mut files = Vec::new();
    let mut deciding = (map.span.clone(), "weight_map".to_owned());
    for (name, (span, tensor)) in &map.files {
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let Some(path) = ArtifactPath::new(&path) else {
            let what = format!("it names the file `{}`, which lies outside its folder", shorten(name));
            return Err(malformed(Problem { at: span.start, what }));
        };
        let listed = at.part.listing.get(path.as_str()).is_some();
        if !listed && deciding.0 == map.span {
            deciding = (span.clone(), format!("weight_map.{}", shorten(tensor)));
        }
        files.push(path);
    }
    let (span, route) = deciding;
    let line = 1 + text.get(..span.start).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
    let (line, start) = (u32::try_from(line).unwrap_or(u32::MAX), span.start as u64);
    let bytes = text.get(span).unwrap_or_default();
    let evidence = at.span(Basis::Observed, &artifact.path, bytes, start, line, &route);
    Ok(Index { files, evidence })
}

struct Map {
    /// From the name `weight_map` to the end of its value.
    span: Range<usize>,
    /// Each file with the first entry that names it: its bytes and its tensor.
    files: BTreeMap<String, (Range<usize>, String)>,
}

fn map(text: &[u8]) -> Result<Map, Problem> {
    let mut reader = Reader::relaxed(text);
    let wrong = |at: usize, what: &str| Problem { at, what: what.to_owned() };
    match reader.next()? {
        Some(Token { kind: Kind::ObjectStart, .. }) => {}
        other => return Err(wrong(other.map_or(0, |token| token.span.start), "not an object")),
    }
    let mut found: Option<Map> = None;
    while let Some(key) = reader.next()? {
        if key.kind != Kind::Key {
            continue;
        }
        let Some(value) = reader.next()? else { break };
        if unquote(text, &key.span) != "weight_map" {
            reader.skip(&value)?;
            continue;
        }
        if found.is_some() {
            return Err(wrong(key.span.start, "`weight_map` stands twice"));
        }
        if value.kind != Kind::ObjectStart {
            return Err(wrong(value.span.start, "`weight_map` is no object"));
        }
        let mut files = BTreeMap::new();
        let mut tensors = Vec::new();
        let mut end = value.span.end;
        while let Some(key) = reader.next()? {
            end = key.span.end;
            if key.kind != Kind::Key {
                break;
            }
            let Some(value) = reader.next()? else { break };
            if value.kind != Kind::String {
                return Err(wrong(value.span.start, "a tensor whose file is no string"));
            }
            let tensor = unquote(text, &key.span);
            let file = unquote(text, &value.span);
            if !files.contains_key(&*file) {
                files.insert(file.into_owned(), (key.span.start..value.span.end, tensor.clone().into_owned()));
            }
            tensors.push((tensor, key.span.start));
        }
        tensors.sort_unstable();
        let repeated = tensors.windows(2).filter_map(|pair| match pair {
            [first, second] if first.0 == second.0 => Some(second),
            _ => None,
        });
        if let Some((tensor, at)) = repeated.min_by_key(|(_, at)| *at) {
            return Err(wrong(*at, &format!("tensor `{}` stands twice", shorten(tensor))));
        }
        found = Some(Map { span: key.span.start..end, files });
    }
    match found {
        Some(map) if !map.files.is_empty() => Ok(map),
        Some(map) => Err(wrong(map.span.start, "`weight_map` is empty")),
        None => Err(wrong(0, "there is no `weight_map`")),
    }
}
