//! What is said of a file's pickles.

use super::{Charge, Contents};
use crate::caps;
use crate::inspector::{PartInput, Reading};
use candor_facts::{
    Artifact, ArtifactPath, Basis, Claim, Component, Evidence, Extent, PickleOffence, ReadAt, read_exact,
};

/// Whether a name tells that a file holds pickles, or may: those are looked into.
pub(crate) fn could_hold(path: &ArtifactPath) -> Option<bool> {
    let certain = |name: &str| {
        ["pytorch_model", "training_args", "optimizer", "scheduler", "rng_state", "adapter_model", "random_states"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let name = path.name().to_ascii_lowercase();
    match path.extension().as_str() {
        "pt" | "pth" | "ckpt" | "pkl" | "pickle" | "joblib" => Some(true),
        "bin" => Some(certain(&name)),
        "npy" | "npz" | "dat" | "p" | "data" | "model" | "pk" | "dill" | "sav" => Some(false),
        _ => None,
    }
}

/// The statement on a file's pickles, and on what stands beside parameters.
pub(crate) fn facts(at: &PartInput<'_>, artifact: &Artifact, bytes: &dyn ReadAt, contents: &Contents) -> Reading {
    let mut reading = Reading::default();
    let verdict = &contents.verdict;
    if verdict.pickles == 0 && verdict.offence.is_none() {
        return reading;
    }
    let offence = verdict.offence.as_ref().map(|charge| PickleOffence {
        at: charge.at,
        within: charge.member.clone(),
        opcode: charge.opcode.clone(),
        what: charge.what.clone(),
    });
    let claim = Claim::Pickle {
        inert: offence.is_none(),
        container: verdict.container.to_owned(),
        imports: verdict.imports.iter().take(caps::PICKLE_IMPORTS).cloned().collect(),
        offence,
    };
    let span = |start: u64, end: u64, route: &str| -> Option<Evidence> {
        let length = end.checked_sub(start).filter(|length| *length <= caps::PLACE)?;
        let read = read_exact(bytes, start, usize::try_from(length).ok()?).ok()?;
        Some(at.span(Basis::Observed, &artifact.path, &read, start, 0, route))
    };
    let place = match &verdict.offence {
        Some(Charge { member, opcode, bytes, .. }) => {
            let route = member.as_ref().map_or_else(|| opcode.clone(), |member| format!("{member}: {opcode}"));
            span(bytes.start, bytes.end.min(bytes.start + 4096), &route)
        }
        None => verdict.streams.first().and_then(|stream| span(stream.start, stream.end, "pickle")),
    };
    reading.fact(claim, place.unwrap_or_else(|| at.listed(&artifact.path)));
    if contents.optimizer {
        let component = Component::WeightsOptimizerState;
        let claim = Claim::Provides { component, extent: Extent::Whole, target: None };
        reading.fact(claim, at.listed(&artifact.path));
    }
    reading
}
