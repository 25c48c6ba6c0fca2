//! Tensors and parameters of the final weights, summed over headers.
//!
//! Takes no total that could be wrong: not where a shard was not read, a name stands in two shards, or
//! several parameters are packed into one element.

use super::headers::{self, Looked, Summary};
use super::names::What;
use super::sets::{Found, Set};
use super::settings::Settings;
use crate::inspector::{PartInput, Reading};
use candor_facts::{Artifact, Basis, Claim, Evidence, Fact, GapReason, Place, Route, Whole};
use std::collections::BTreeMap;

/// A file and what its header holds.
type Header<'a> = (&'a Artifact, &'a Summary);

/// The sums over the best final set whose headers were all read.
pub(crate) fn tensors(at: &PartInput<'_>, found: &Found<'_>, settings: &mut Settings, reading: &mut Reading) {
    let mut best: Option<(u64, &Set<'_>, Vec<Header<'_>>)> = None;
    for set in &found.sets {
        let final_set = set.what == What::Model && set.checkpoint.is_none();
        if !final_set || set.doubtful || set.whole == Whole::No || !set.missing.is_empty() || set.files.is_empty() {
            continue;
        }
        let summaries: Option<Vec<Header<'_>>> = set
            .files
            .iter()
            .map(|file| match found.looked.get(&file.path) {
                Some(Looked::Sound(summary)) => Some(Some((*file, &**summary))),
                Some(Looked::Data) => Some(None),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(|all| all.into_iter().flatten().collect());
        let Some(summaries) = summaries else { continue };
        // Full precision before quantised, then the most parameters, then the format without code; of equals the first.
        let rank = |set: &Set<'_>, sum: u64| (!set.quantised, sum, set.format == "safetensors");
        let sum = summaries.iter().fold(0u64, |sum, (_, summary)| sum.saturating_add(summary.parameters));
        let better = best.as_ref().is_none_or(|(known, old, _)| rank(set, sum) > rank(old, *known));
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
    if summaries.iter().any(|(_, summary)| summary.uncounted) {
        return;
    }
    let folder = settings.of(at, &set.folder);
    let tied = if folder.tied { headers::tied_elements(&only) } else { 0 };
    let total = sum.saturating_sub(tied);
    let add = |of: fn(&Summary) -> u64| only.iter().fold(0u64, |sum, summary| sum.saturating_add(of(summary)));
    let (of_experts, told) = (add(|summary| summary.of_experts), only.iter().find_map(|summary| summary.geometry.0));
    let active = match (of_experts, told.or(folder.experts)) {
        (0, _) => Some(total),
        (elements, Some((experts, used))) if experts > 0 && used <= experts && elements.is_multiple_of(experts) => {
            Some(total.saturating_sub(elements / experts * (experts - used)))
        }
        _ => None,
    };
    let counted = Claim::Parameters {
        total,
        buffers: add(|summary| summary.buffers),
        tied: tied.saturating_add(add(|summary| summary.again)),
        embedding: headers::input_embedding(&only),
        active,
        attention: only.iter().find_map(|summary| summary.geometry.1).or(folder.attention),
    };
    let mut dtypes: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = 0;
    for summary in &only {
        count += summary.names.len() as u64;
        for (dtype, elements) in &summary.dtypes {
            let sum = dtypes.entry((*dtype).to_owned()).or_default();
            *sum = sum.saturating_add(*elements);
        }
    }
    let claim = Claim::Tensors { count, parameters: total, dtypes };
    let mut places = summaries.iter().map(|(artifact, summary)| header_span(at, artifact, summary));
    if let Some(evidence) = places.next() {
        let also: Vec<Evidence> = places.collect();
        let mut beside = also.clone();
        let path = if set.folder.is_empty() { "config.json".to_owned() } else { format!("{}/config.json", set.folder) };
        beside.extend(at.part.listing.get(&path).map(|config| at.listed(&config.path)));
        reading.facts.push(Fact { claim: counted, evidence: evidence.clone(), also: beside });
        reading.facts.push(Fact { claim, evidence, also });
    }
}

fn header_span(at: &PartInput<'_>, artifact: &Artifact, summary: &Summary) -> Evidence {
    let place = Place::Span {
        part: at.index,
        path: artifact.path.clone(),
        start: summary.head.0.start,
        end: summary.head.0.end,
        line: 0,
        digest: summary.head.1.clone(),
        route: Some(Route("header".to_owned())),
    };
    Evidence { basis: Basis::Observed, place }
}
