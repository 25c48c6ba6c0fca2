//! Machine-readable notes about a repository that name a licence: CITATION.cff, codemeta.json, catalogue entries.

use super::frontmatter::{self, Value};
use super::words::Words;
use crate::caps;
use crate::inspector::{Input, Inspector, Reading, Reads};
use candor_facts::{Artifact, Basis, Claim, Covers, GapReason, Part};
use candor_license as engine;

/// Reads such notes.
pub(crate) const INSPECTOR: Inspector =
    Inspector { id: "metadata", version: 1, reads: Reads::Artifact { wants, read } };

fn wants(_: &Part, artifact: &Artifact) -> bool {
    let name = artifact.path.name().to_ascii_lowercase();
    matches!(
        name.as_str(),
        "citation.cff" | "codemeta.json" | "spec.yaml" | "metadata.yaml" | "model.yaml" | "model-metadata.yaml"
    )
}

fn read(input: &Input<'_>) -> Reading {
    let bytes = match input.read(caps::CONFIG) {
        Ok(bytes) => bytes,
        Err(gap) => return gap.into(),
    };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return input.gap(GapReason::Malformed { at: 0, what: "text is not UTF-8".to_owned() }).into();
    };
    let mut reading = Reading::default();
    match frontmatter::parse(text, 0) {
        Ok(value) => {
            let place = [Some(&value), value.get("tags"), value.get("properties"), value.get("system_metadata")];
            let license = place.into_iter().flatten().find_map(|value| value.get("license"));
            if let Some(license) = license {
                declare(input, &bytes, license, &mut reading);
            }
        }
        Err(reason) => reading.gap(input.gap(reason)),
    }
    reading
}

fn declare(input: &Input<'_>, bytes: &[u8], license: &Value, reading: &mut Reading) {
    let words = Words::of(input.artifact.path.as_str());
    let covers = if words.any(&["models", "model"]) { Covers::Model } else { Covers::Unstated };
    for (written, range) in license.items() {
        let expression = engine::resolve(written).expression.as_ref().map(ToString::to_string);
        let claim = Claim::LicenseDeclared { covers, written: written.to_owned(), expression };
        reading.fact(claim, input.span(Basis::Declared, bytes, range, "license"));
    }
}
