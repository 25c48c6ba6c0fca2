//! Weight files: which there are, whether they are whole, what their headers hold.
//!
//! Reads the listing of a model part and the headers that are at hand, never the data. Says what stands
//! there; which of the sets are the final weights of base or end model is for others to judge. Weight
//! files in parts of code, data and documents are none of the model's and are passed over.

mod headers;
mod index;
pub(crate) mod names;
mod pipeline;
pub(crate) mod safetensors;
mod sets;
mod settings;

use crate::inspector::{Inspector, PartInput, Reading, Reads};
use candor_facts::{
    Algorithm, Artifact, Basis, Claim, Component, Evidence, Extent, Fact, GapReason, Place, Role, Route, WeightForm,
    Whole,
};
use headers::{Looked, Summary};
use names::What;
use sets::{Found, Set};
use settings::Settings;
use std::collections::{BTreeMap, BTreeSet};

/// Reads the weight files of a part.
pub(crate) const INSPECTOR: Inspector = Inspector { id: "weights", version: 1, reads: Reads::Part(read) };

/// What is sought before saying that a part has no weights.
const SOUGHT: &str = "weight files (*.safetensors, *.bin, *.pt, *.pth, *.ckpt, *.gguf, *.onnx, *.msgpack, *.h5, …)";

/// Smallest file of unclear content that could hold a model. Bytes.
const COULD_BE_WEIGHTS: u64 = 1 << 20;

fn read(at: &PartInput<'_>) -> Reading {
    let mut reading = Reading::default();
    if at.part.role != Role::Model {
        return reading;
    }
    let mut settings = Settings::default();
    let mut found = sets::find(at, &mut settings);
    found.sets = pipeline::join(at, std::mem::take(&mut found.sets));
    for set in &found.sets {
        let form = form(set, &found.sets);
        reading.facts.push(weights(at, set, form));
        if set.quantised && !set.files.is_empty() {
            let claim = provides(Component::WeightsQuantisedVariants, Extent::Whole);
            reading.facts.extend(listed(at, claim, &set.files));
        }
    }
    runnable(at, &found, &mut reading);
    tensors(at, &found, &mut settings, &mut reading);
    intermediate(at, &found, &mut reading);
    let claim = provides(Component::WeightsOptimizerState, Extent::Whole);
    reading.facts.extend(listed(at, claim, &found.optimizer));
    digests(at, &found, &mut reading);
    absent(at, &found, &mut reading);
    reading.gaps.extend(found.gaps);
    reading
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

/// What a set is. Quantised parameters are the whole model too, unless the publisher's own stand beside them.
fn form(set: &Set<'_>, all: &[Set<'_>]) -> WeightForm {
    let full = |other: &Set<'_>| {
        other.what == What::Model
            && other.checkpoint.is_none()
            && !other.quantised
            && !other.files.is_empty()
            && other.whole != Whole::No
    };
    match set.what {
        What::Adapter | What::Auxiliary if set.checkpoint.is_none() => WeightForm::Adapter,
        _ if set.checkpoint.is_some() => WeightForm::Checkpoint,
        What::Optimizer => WeightForm::Optimizer,
        _ if set.quantised && all.iter().any(full) => WeightForm::Quantised,
        _ => WeightForm::Full,
    }
}

fn weights(at: &PartInput<'_>, set: &Set<'_>, form: WeightForm) -> Fact {
    let sizes = set.files.iter().map(|file| file.size);
    let bytes = sizes.fold(Some(0u64), |sum, size| sum?.checked_add(size?)).filter(|_| !set.files.is_empty());
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

/// The sums over the best final set whose headers were all read.
fn tensors(at: &PartInput<'_>, found: &Found<'_>, settings: &mut Settings, reading: &mut Reading) {
    let mut best: Option<(u64, &Set<'_>, Vec<(&Artifact, &Summary)>)> = None;
    for set in &found.sets {
        let final_set = set.what == What::Model && set.checkpoint.is_none() && set.format == "safetensors";
        if !final_set || set.whole == Whole::No || !set.missing.is_empty() || set.files.is_empty() {
            continue;
        }
        let summaries: Option<Vec<(&Artifact, &Summary)>> = set
            .files
            .iter()
            .map(|file| match found.looked.get(&file.path) {
                Some(Looked::Sound(summary)) => Some((*file, &**summary)),
                _ => None,
            })
            .collect();
        let Some(summaries) = summaries else { continue };
        // Full precision before quantised, then the most parameters; of equals the first by path.
        let sum = summaries.iter().fold(0u64, |sum, (_, summary)| sum.saturating_add(summary.parameters));
        let better = best.as_ref().is_none_or(|(known, old, _)| (!set.quantised, sum) > (!old.quantised, *known));
        if better {
            best = Some((sum, set, summaries));
        }
    }
    let Some((sum, set, summaries)) = best else { return };
    let only: Vec<&Summary> = summaries.iter().map(|(_, summary)| *summary).collect();
    let pipeline = set.stem == "pipeline";
    if let Some((file, byte, what)) = headers::repeated(&only).filter(|_| !pipeline)
        && let Some((artifact, _)) = summaries.get(file)
    {
        reading.gap(at.gap(&artifact.path, GapReason::Malformed { at: byte, what }));
        return;
    }
    if let Some((artifact, _)) = summaries.iter().find(|(_, summary)| summary.packed) {
        let what = "the number of parameters: several are packed into one element".to_owned();
        reading.gap(at.gap(&artifact.path, GapReason::Unsupported { what }));
        return;
    }
    let tied = if settings.of(at, &set.folder).tied { headers::tied_elements(&only) } else { 0 };
    let mut dtypes: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = 0;
    for summary in &only {
        count += summary.names.len() as u64;
        for (dtype, elements) in &summary.dtypes {
            let sum = dtypes.entry((*dtype).to_owned()).or_default();
            *sum = sum.saturating_add(*elements);
        }
    }
    let claim = Claim::Tensors { count, parameters: sum.saturating_sub(tied), dtypes };
    let mut places = summaries.iter().map(|(artifact, summary)| header_span(at, artifact, summary));
    if let Some(evidence) = places.next() {
        let also = places.collect();
        reading.facts.push(Fact { claim, evidence, also });
    }
}

fn header_span(at: &PartInput<'_>, artifact: &Artifact, summary: &Summary) -> Evidence {
    let place = Place::Span {
        part: at.index,
        path: artifact.path.clone(),
        start: 0,
        end: summary.length,
        line: 0,
        digest: summary.digest.clone(),
        route: Some(Route("header".to_owned())),
    };
    Evidence { basis: Basis::Observed, place }
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
