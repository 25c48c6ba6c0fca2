//! Machine-readable notes about a repository that name a licence: CITATION.cff, codemeta.json, catalogue entries, and what a
//! Python package says of itself.

use super::frontmatter::{self, Value};
use super::words::Words;
use crate::caps;
use crate::inspector::{Input, Inspector, Reading, Reads};
use candor_facts::{Artifact, Basis, Claim, Covers, GapReason, Part};
use candor_license as engine;

/// Reads such notes.
pub(crate) const INSPECTOR: Inspector =
    Inspector { id: "metadata", version: 2, reads: Reads::Artifact { wants, read } };

fn wants(_: &Part, artifact: &Artifact) -> bool {
    let name = artifact.path.name().to_ascii_lowercase();
    matches!(
        name.as_str(),
        "metadata"
            | "pkg-info"
            | "citation.cff"
            | "codemeta.json"
            | "spec.yaml"
            | "metadata.yaml"
            | "model.yaml"
            | "model-metadata.yaml"
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
    if matches!(input.artifact.path.name(), "METADATA" | "PKG-INFO") {
        package(input, &bytes, text, &mut reading);
        return reading;
    }
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

/// The licence of a Python package: the fields of its metadata, which end at the first empty line. Of a package of
/// weights it is what an installer shows, and what the card says may be something else.
fn package(input: &Input<'_>, bytes: &[u8], text: &str, reading: &mut Reading) {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end();
        if body.is_empty() {
            break;
        }
        let range = at..at + body.len();
        at += line.len();
        let Some((key, value)) = body.split_once(':') else { continue };
        let value = value.trim();
        let (rank, written) = match key {
            "License-Expression" => (0, value),
            // Some put the whole text here, in lines that follow.
            "License" if value.len() < 80 => (1, value),
            "Classifier" => match value.strip_prefix("License ::").and_then(|rest| rest.rsplit_once("::")) {
                Some((_, name)) => (2, name.trim()),
                None => continue,
            },
            _ => continue,
        };
        if !written.is_empty() && !written.eq_ignore_ascii_case("unknown") {
            found.push((rank, written, range));
        }
    }
    // The fields say one thing in several words: the plainest counts.
    let best = found.iter().map(|(rank, ..)| *rank).min();
    for (_, written, range) in found.into_iter().filter(|(rank, ..)| Some(*rank) == best) {
        let expression = engine::resolve(written).expression.as_ref().map(ToString::to_string);
        let claim = Claim::LicenseDeclared { covers: Covers::Unstated, written: written.to_owned(), expression };
        reading.fact(claim, input.span(Basis::Declared, bytes, range, "License"));
    }
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

#[cfg(test)]
mod tests {
    use super::INSPECTOR;
    use crate::testing::check;
    use expect_test::expect;

    #[test]
    fn a_package_of_python() {
        check(
            &INSPECTOR,
            "//= document\n//- METADATA\nName: x\nLicense: MIT\nClassifier: License :: OSI Approved :: MIT License\n\nLicense: other\n//- sub/PKG-INFO\nLicense-Expression: Apache-2.0\nLicense: UNKNOWN",
            expect![[r#"
                declared {"claim":"license-declared","covers":"unstated","written":"Apache-2.0","expression":"Apache-2.0"}
                    sub/PKG-INFO:1 0..30 License "License-Expression: Apache-2.0"
                declared {"claim":"license-declared","covers":"unstated","written":"MIT","expression":"MIT"}
                    METADATA:2 8..20 License "License: MIT"
            "#]],
        );
    }
}
