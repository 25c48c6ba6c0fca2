//! Pipelines of several models (`model_index.json`): the sets of their folders, joined.
//!
//! A pipeline is one model to its users: an image decoder alone is not it. Every folder that the index
//! gives a model must have its weights, in the format of the set or in another.

use super::names::What;
use super::sets::Set;
use crate::caps;
use crate::inspector::PartInput;
use crate::json::{self, Kind, array_at, unquote};
use candor_facts::{Artifact, Whole, read_all};
use std::collections::{BTreeMap, BTreeSet};

/// Replace the sets of pipeline folders by sets of whole pipelines.
pub(crate) fn join<'a>(at: &PartInput<'a>, mut sets: Vec<Set<'a>>) -> Vec<Set<'a>> {
    let indexes = at.part.listing.entries().iter().filter(|entry| entry.path.name() == "model_index.json");
    for index in indexes {
        let root = index.path.folder();
        let components = components(at, index, root, &sets);
        let (parts, rest): (Vec<_>, Vec<_>) =
            sets.into_iter().partition(|set| is_component(set, root) && set.what == What::Model);
        sets = rest;
        sets.extend(pipelines(at, root, &components, &parts));
    }
    sets
}

/// The folders that need weights, by name, and whether this is all that can be known of them.
struct Components {
    names: BTreeSet<String>,
    certain: bool,
}

fn components(at: &PartInput<'_>, index: &Artifact, root: &str, sets: &[Set<'_>]) -> Components {
    if let Some(names) = from_index(at, index) {
        return Components { names, certain: true };
    }
    // The index is not at hand: the folders that have a configuration or weights stand for it.
    let mut names = BTreeSet::new();
    for entry in at.part.listing.entries() {
        if entry.path.name() == "config.json"
            && let Some(name) = child(entry.path.folder(), root)
        {
            names.insert(name.to_owned());
        }
    }
    names.extend(sets.iter().filter_map(|set| child(&set.folder, root)).map(str::to_owned));
    let without = ["scheduler", "tokenizer", "feature_extractor", "image_processor", "processor", "onnx"];
    names.retain(|name| !without.iter().any(|start| name.starts_with(start)));
    let denoisers = ["unet", "transformer", "prior", "decoder", "dit", "model"];
    let certain = names.iter().any(|name| denoisers.iter().any(|start| name.starts_with(start)));
    Components { names, certain }
}

/// The components of the index that are models: `"unet": ["diffusers", "UNet2DConditionModel"]`.
fn from_index(at: &PartInput<'_>, index: &Artifact) -> Option<BTreeSet<String>> {
    let bytes = at.open(index).ok()?;
    let text = read_all(&*bytes, caps::CONFIG).ok()??;
    let mut names = BTreeSet::new();
    for member in json::object(&text).ok()? {
        let pair = array_at(&text, &member.value);
        let [library, class] = pair.as_slice() else { continue };
        if library.kind != Kind::String || class.kind != Kind::String || member.name.starts_with('_') {
            continue;
        }
        let class = unquote(&text, &class.span);
        let without = ["Scheduler", "Tokenizer", "TokenizerFast", "FeatureExtractor", "Processor", "ProcessorFast"];
        if !without.iter().any(|end| class.ends_with(end)) {
            names.insert(member.name);
        }
    }
    (!names.is_empty()).then_some(names)
}

fn child<'f>(folder: &'f str, root: &str) -> Option<&'f str> {
    let name = if root.is_empty() { folder } else { folder.strip_prefix(root)?.strip_prefix('/')? };
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

fn is_component(set: &Set<'_>, root: &str) -> bool {
    child(&set.folder, root).is_some() && set.checkpoint.is_none()
}

fn pipelines<'a>(at: &PartInput<'_>, root: &str, components: &Components, parts: &[Set<'a>]) -> Vec<Set<'a>> {
    let mut kinds: BTreeMap<(&'static str, &str), Vec<&Set<'a>>> = BTreeMap::new();
    for set in parts {
        kinds.entry((set.format, &set.variant)).or_default().push(set);
    }
    let slash = if root.is_empty() { "" } else { "/" };
    let mut joined = Vec::new();
    for (format, variant) in kinds.keys() {
        let mut whole = if components.certain { Whole::Yes } else { Whole::Unknown };
        let mut pipeline = Set {
            what: What::Model,
            format,
            folder: root.to_owned(),
            stem: "pipeline".to_owned(),
            variant: (*variant).to_owned(),
            checkpoint: None,
            quantised: false,
            files: Vec::new(),
            missing: Vec::new(),
            whole,
            doubtful: false,
            named_by: None,
        };
        let mut worse = |other: Whole| {
            whole = match (whole, other) {
                (Whole::No, _) | (_, Whole::No) => Whole::No,
                (Whole::Unknown, _) | (_, Whole::Unknown) => Whole::Unknown,
                (Whole::Yes, Whole::Yes) => Whole::Yes,
            }
        };
        for name in &components.names {
            let here = parts.iter().filter(|set| child(&set.folder, root) == Some(name));
            // Whole sets first, then the nearest to the format and variant wanted.
            let best = here.min_by_key(|set| {
                let far = match (set.format == *format, set.variant == *variant, set.variant.is_empty()) {
                    (true, true, _) => 0,
                    (true, false, true) => 1,
                    (false, _, true) => 2,
                    _ => 3,
                };
                (far, set.whole != Whole::Yes, set.files.len())
            });
            match best {
                Some(set) => {
                    worse(set.whole);
                    pipeline.files.extend(&set.files);
                    pipeline.missing.extend(set.missing.iter().cloned());
                    pipeline.quantised |= set.quantised;
                }
                None => {
                    worse(if at.part.listing.complete { Whole::No } else { Whole::Unknown });
                    pipeline.missing.push(format!("{root}{slash}{name}/"));
                }
            }
        }
        pipeline.files.sort_by(|a, b| a.path.cmp(&b.path));
        pipeline.missing.truncate(caps::MISSING);
        pipeline.whole = whole;
        joined.push(pipeline);
    }
    // A set that borrows from another format is told of only where no set stands without.
    let pure = |set: &Set<'_>| {
        set.files.iter().all(|file| parts.iter().any(|part| part.format == set.format && holds(part, file)))
    };
    if joined.iter().any(|set| set.whole == Whole::Yes && pure(set)) {
        joined.retain(pure);
    }
    joined
}

fn holds(set: &Set<'_>, file: &Artifact) -> bool {
    set.files.iter().any(|other| other.path == file.path)
}
