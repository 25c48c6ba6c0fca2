//! Weight files: which there are, whether they are whole, what their headers hold.
//!
//! Reads the listing of a model part and the headers that are at hand, never the data. Says what stands
//! there; which of the sets are the final weights of base or end model is for others to judge. Weight
//! files in parts of code, data and documents are none of the model's and are passed over.

pub(crate) mod gguf;
mod headers;
mod index;
mod kinds;
pub(crate) mod names;
pub(crate) mod onnx;
pub(crate) mod pickle;
mod pipeline;
pub(crate) mod pytorch;
pub(crate) mod safetensors;
mod sets;
mod settings;
mod totals;
mod window;
mod zip;

use crate::inspector::{Inspector, PartInput, Reading, Reads};
use crate::tensors::Table;
use candor_facts::{
    Algorithm, Artifact, ArtifactPath, Basis, Claim, Component, Evidence, Extent, Fact, GapReason, ReadAt, Role,
    WeightForm, Whole, read_exact,
};
use headers::Looked;
pub(crate) use headers::disguised;
use names::What;
use sets::{Found, Set};
use settings::Settings;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Reads the weight files of a part.
pub(crate) const INSPECTOR: Inspector = Inspector { id: "weights", version: 2, reads: Reads::Part(read) };

/// What is sought before saying that a part has no weights.
const SOUGHT: &str = "weight files (*.safetensors, *.bin, *.pt, *.pth, *.ckpt, *.gguf, *.onnx, *.msgpack, *.h5, …)";

/// Smallest file of unclear content that could hold a model. Bytes.
const COULD_BE_WEIGHTS: u64 = 1 << 20;

fn read(at: &PartInput<'_>) -> Reading {
    let mut reading = Reading::default();
    if at.part.role != Role::Model {
        pickles(at, &mut reading);
        return reading;
    }
    let mut settings = Settings::default();
    let mut found = sets::find(at, &mut settings);
    found.sets = pipeline::join(at, std::mem::take(&mut found.sets));
    shorten_sets(at, &mut found);
    let full = found.sets.iter().any(is_full_precision);
    for set in &found.sets {
        let form = form(set, full);
        reading.facts.push(weights(at, set, form));
        if set.quantised && !set.files.is_empty() {
            let claim = provides(Component::WeightsQuantisedVariants, Extent::Whole);
            reading.facts.extend(listed(at, claim, &set.files));
        }
    }
    runnable(at, &found, &mut reading);
    totals::tensors(at, &found, &mut settings, &mut reading);
    intermediate(at, &found, &mut reading);
    let claim = provides(Component::WeightsOptimizerState, Extent::Whole);
    reading.facts.extend(listed(at, claim, &found.optimizer));
    digests(at, &found, &mut reading);
    absent(at, &found, &mut reading);
    reading.facts.extend(merge(std::mem::take(&mut found.facts)));
    reading.gaps.extend(found.gaps);
    reading
}

/// The same statement in several files is one fact with several places.
fn merge(facts: Vec<Fact>) -> Vec<Fact> {
    let mut merged: BTreeMap<(Claim, Basis), Fact> = BTreeMap::new();
    for fact in facts {
        match merged.entry((fact.claim.clone(), fact.evidence.basis.clone())) {
            Entry::Vacant(entry) => drop(entry.insert(fact)),
            Entry::Occupied(mut entry) => entry.get_mut().also.push(fact.evidence),
        }
    }
    merged.into_values().collect()
}

/// Whether a file may hold final weights, as far as its name tells: no state of a trainer, no state on the way.
pub fn may_hold_final_weights(path: &ArtifactPath) -> bool {
    let named = names::classify(path).is_some_and(|name| name.what != What::Optimizer);
    named && names::checkpoint(path).is_none()
}

/// The tensor table of a weight file, by its content and, where that leaves it open, its name.
///
/// # Errors
/// Those of the medium.
pub fn read_table(name: &str, bytes: &dyn ReadAt) -> std::io::Result<Table> {
    // Most headers end within this.
    bytes.need(0..bytes.len().min(64 << 10))?;
    let start = read_exact(bytes, 0, usize::try_from(bytes.len().min(8)).unwrap_or(8))?;
    if start.starts_with(b"GGUF") || name.ends_with(".gguf") {
        return Ok(gguf::read(bytes)?.table);
    }
    if name.ends_with(".onnx") {
        return Ok(onnx::read(bytes)?.table);
    }
    let header = start.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    if !name.ends_with(".safetensors")
        && (start.starts_with(b"PK") || start.first() == Some(&0x80) && header > 1 << 32)
        && let Some(contents) = pytorch::read(bytes, true)?
    {
        return Ok(contents.table);
    }
    safetensors::read(bytes)
}

/// Pickles in a part that has no weights of the model: whether loading them is safe.
fn pickles(at: &PartInput<'_>, reading: &mut Reading) {
    let mut budget = crate::caps::HEADERS_TOTAL;
    for artifact in at.part.listing.entries() {
        headers::pickles(at, artifact, &mut budget, reading);
    }
}

/// A listing of very many single files is no release of that many models: beyond the cap, sets are counted.
fn shorten_sets(at: &PartInput<'_>, found: &mut Found<'_>) {
    let more = found.sets.len().saturating_sub(crate::caps::WEIGHT_SETS);
    if more > 0 {
        // What is whole and final is told of first; the sort keeps the order of paths within that.
        found.sets.sort_by_key(|set| (set.what != What::Model, set.checkpoint.is_some(), set.whole != Whole::Yes));
        found.sets.truncate(crate::caps::WEIGHT_SETS);
        let what = format!("{more} more sets of weight files");
        found.gaps.push(at.gap(&ArtifactPath::listing(), GapReason::Unsupported { what }));
    }
}

fn provides(component: Component, extent: Extent) -> Claim {
    Claim::Provides { component, extent, target: None }
}

/// A fact whose places are files in the listing; `None` without files.
fn listed(at: &PartInput<'_>, claim: Claim, files: &[&Artifact]) -> Option<Fact> {
    let mut places = files.iter().map(|file| at.listed(&file.path));
    let evidence = places.next()?;
    Some(Fact { claim, evidence, also: places.collect() })
}

/// Whether a set is a whole model at the precision of its training.
fn is_full_precision(set: &Set<'_>) -> bool {
    set.what == What::Model
        && set.checkpoint.is_none()
        && !set.quantised
        && !set.files.is_empty()
        && set.whole != Whole::No
}

/// What a set is. Quantised parameters are the whole model too, unless the publisher's own stand beside them.
fn form(set: &Set<'_>, beside_full: bool) -> WeightForm {
    match set.what {
        What::Adapter | What::Auxiliary if set.checkpoint.is_none() => WeightForm::Adapter,
        _ if set.checkpoint.is_some() => WeightForm::Checkpoint,
        What::Optimizer => WeightForm::Optimizer,
        _ if set.quantised && beside_full => WeightForm::Quantised,
        _ => WeightForm::Full,
    }
}

fn weights(at: &PartInput<'_>, set: &Set<'_>, form: WeightForm) -> Fact {
    let mut sizes = set.files.iter().map(|file| file.size);
    let bytes = sizes.try_fold(0u64, |sum, size| sum.checked_add(size?)).filter(|_| !set.files.is_empty());
    let claim = Claim::Weights {
        form,
        format: set.format.to_owned(),
        files: u32::try_from(set.files.len()).unwrap_or(u32::MAX),
        bytes,
        whole: set.whole,
        missing: set.missing.iter().take(crate::caps::MISSING).cloned().collect(),
    };
    let mut places: Vec<Evidence> = set.files.iter().map(|file| at.listed(&file.path)).collect();
    let evidence = match &set.named_by {
        Some(index) => index.clone(),
        None if places.is_empty() => at.absent(SOUGHT),
        None => places.remove(0),
    };
    Fact { claim, evidence, also: places }
}

/// GGUF and ONNX hold the architecture beside the weights.
fn runnable(at: &PartInput<'_>, found: &Found<'_>, reading: &mut Reading) {
    let runs = |set: &&Set<'_>| {
        matches!(set.format, "gguf" | "onnx")
            && set.what == What::Model
            && set.checkpoint.is_none()
            && set.whole != Whole::No
            && !set.files.iter().any(|file| matches!(found.looked.get(&file.path), Some(Looked::Broken)))
    };
    let files: Vec<&Artifact> = found.sets.iter().filter(runs).flat_map(|set| set.files.first().copied()).collect();
    reading.facts.extend(listed(at, Claim::Runnable { by: "self-describing".to_owned() }, &files));
}

/// States on the way to the final weights: one place for each.
fn intermediate(at: &PartInput<'_>, found: &Found<'_>, reading: &mut Reading) {
    let mut seen = BTreeSet::new();
    let mut files: Vec<&Artifact> = Vec::new();
    for set in &found.sets {
        if let (Some(checkpoint), Some(file)) = (&set.checkpoint, set.files.first())
            && seen.insert(checkpoint)
        {
            files.push(file);
        }
    }
    reading.facts.extend(listed(at, provides(Component::WeightsIntermediate, Extent::Whole), &files));
}

fn digests(at: &PartInput<'_>, found: &Found<'_>, reading: &mut Reading) {
    let all: BTreeMap<_, &Artifact> =
        found.sets.iter().flat_map(|set| &set.files).map(|file| (&file.path, *file)).collect();
    let has =
        |file: &&&Artifact| file.declared_digest.as_ref().is_some_and(|digest| digest.algorithm() == Algorithm::Sha256);
    let with: Vec<&Artifact> = all.values().filter(has).copied().collect();
    let count = |files: usize| u32::try_from(files).unwrap_or(u32::MAX);
    let claim = Claim::DigestsPublished { files: count(with.len()), of: count(all.len()) };
    reading.facts.extend(listed(at, claim, &with));
}

/// Nothing is said to be absent while the listing is open, or a file may hold what was sought.
fn absent(at: &PartInput<'_>, found: &Found<'_>, reading: &mut Reading) {
    let large = |file: &&&Artifact| file.size.is_none_or(|size| size >= COULD_BE_WEIGHTS);
    let unclear: Vec<&&Artifact> = found.unclear.iter().filter(large).collect();
    for file in unclear.iter().take(crate::caps::WEIGHT_GAPS) {
        let what = "a file that may or may not hold weights".to_owned();
        reading.gap(at.gap(&file.path, GapReason::Unsupported { what }));
    }
    let any = !found.looked.is_empty() || !unclear.is_empty();
    if at.part.listing.complete && !any {
        reading.fact(Claim::Absent { component: Component::WeightsEndFinal }, at.absent(SOUGHT));
    }
}

#[cfg(test)]
mod tests;
