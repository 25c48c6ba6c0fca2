//! Documents of two releases beside each other: JSON by its keys, other text by its lines; and statements of headers.

use crate::caps;
use crate::weights::{Unread, Weights, document};
use candor_facts::Tree;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A document that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentDiff {
    /// Its path.
    pub path: String,
    /// What differs: `added`, `removed`, `changed`.
    pub what: &'static str,
    /// Places, the first ones: a key of JSON with both values, or a line. At most [`caps::PLACES`].
    pub places: Vec<(String, String, String)>,
    /// Places in all.
    pub count: usize,
}

/// Ends of names of documents.
const ENDS: &[&str] = &[
    ".json", ".jsonl", ".md", ".txt", ".yaml", ".yml", ".toml", ".cfg", ".py", ".jinja", ".model.sig", "LICENSE",
    "NOTICE", "README",
];

pub(super) fn compare(
    a: &dyn Tree,
    b: &dyn Tree,
    weights: &[String],
    unread: &mut [Vec<Unread>; 2],
) -> Vec<DocumentDiff> {
    let names = |tree: &dyn Tree| -> BTreeSet<String> {
        let wanted = |path: &str| ENDS.iter().any(|end| path.ends_with(end)) && !weights.iter().any(|one| one == path);
        tree.entries().iter().map(|entry| entry.path.clone()).filter(|path| wanted(path)).collect()
    };
    let (left, right) = (names(a), names(b));
    let mut found = Vec::new();
    for path in left.union(&right) {
        let alone = |what| DocumentDiff { path: path.clone(), what, places: Vec::new(), count: 0 };
        match (left.contains(path), right.contains(path)) {
            (true, false) => found.push(alone("removed")),
            (false, true) => found.push(alone("added")),
            _ => {
                let mut read = |tree: &dyn Tree, side: usize| match document(tree, path) {
                    Ok(bytes) => Some(bytes),
                    Err(why) => {
                        if let Some(list) = unread.get_mut(side) {
                            list.push(Unread { path: path.clone(), why });
                        }
                        None
                    }
                };
                if let (Some(one), Some(other)) = (read(a, 0), read(b, 1))
                    && one != other
                {
                    found.push(changed(path, &one, &other));
                }
            }
        }
    }
    found
}

fn changed(path: &str, one: &[u8], other: &[u8]) -> DocumentDiff {
    let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
    let mut places = match (path.ends_with(".json"), parse(one), parse(other)) {
        (true, Some(one), Some(other)) => keys(&one, &other),
        _ => lines(&String::from_utf8_lossy(one), &String::from_utf8_lossy(other)),
    };
    let count = places.len();
    places.truncate(caps::PLACES);
    DocumentDiff { path: path.to_owned(), what: "changed", places, count }
}

type Place = (String, String, String);

fn keys(one: &Value, other: &Value) -> Vec<Place> {
    let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
    flatten(String::new(), one, &mut left);
    flatten(String::new(), other, &mut right);
    let all: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let value = |map: &BTreeMap<String, String>, key: &str| map.get(key).cloned().unwrap_or_default();
    let both = all.into_iter().filter(|key| left.get(*key) != right.get(*key));
    both.map(|key| (key.clone(), value(&left, key), value(&right, key))).collect()
}

fn flatten(at: String, value: &Value, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                flatten(format!("{at}/{}", short(key)), value, out);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (number, value) in list.iter().enumerate() {
                flatten(format!("{at}/{number}"), value, out);
            }
        }
        value => drop(out.insert(at, short(&value.to_string()))),
    }
}

/// Lines that only one side has, each with its number.
fn lines(one: &str, other: &str) -> Vec<Place> {
    let count = |text: &str| {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for line in text.lines() {
            *counts.entry(line.to_owned()).or_default() += 1;
        }
        counts
    };
    let alone = |text: &str, mut counts: BTreeMap<String, i64>| -> Vec<(usize, String)> {
        let mut alone = Vec::new();
        for (at, line) in text.lines().enumerate() {
            match counts.get_mut(line) {
                Some(left) if *left > 0 => *left -= 1,
                _ => alone.push((at + 1, short(line))),
            }
        }
        alone
    };
    let removed =
        alone(one, count(other)).into_iter().map(|(at, line)| (at, format!("line {at} of A"), line, String::new()));
    let added =
        alone(other, count(one)).into_iter().map(|(at, line)| (at, format!("line {at} of B"), String::new(), line));
    let mut all: Vec<_> = removed.chain(added).collect();
    all.sort();
    if all.is_empty() && one != other {
        // The same lines in another order, or other ends of lines.
        let first = one.lines().zip(other.lines()).position(|(a, b)| a != b).map_or(1, |at| at + 1);
        all.push((first, format!("line {first}"), "the order or the ends of lines".to_owned(), String::new()));
    }
    all.into_iter().map(|(_, place, one, other)| (place, one, other)).collect()
}

fn short(text: &str) -> String {
    const LONGEST: usize = 120;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Statements of the headers that differ.
pub(super) fn metadata(a: &Weights<'_>, b: &Weights<'_>) -> Vec<(String, Option<String>, Option<String>)> {
    let all = |weights: &Weights<'_>| -> BTreeMap<String, String> {
        weights
            .files
            .iter()
            .flat_map(|file| file.metadata.iter().map(|(key, value)| (key.clone(), short(value))))
            .collect()
    };
    let (left, right) = (all(a), all(b));
    let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differing = keys.into_iter().filter(|key| left.get(*key) != right.get(*key));
    differing.map(|key| (key.clone(), left.get(key).cloned(), right.get(key).cloned())).collect()
}
