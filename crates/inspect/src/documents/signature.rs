//! Signatures and statements of reproduction that lie beside the files: that they are there, and what they say of
//! themselves. Whether a signature holds is not asked here: that needs a key, which no release can vouch for.

use crate::caps;
use crate::inspector::{Input, Inspector, Reading, Reads};
use base64ct::{Base64, Encoding};
use candor_facts::{Artifact, Basis, Claim, GapReason, Part};
use serde_json::Value;

pub(crate) const INSPECTOR: Inspector =
    Inspector { id: "signature", version: 1, reads: Reads::Artifact { wants, read } };

/// What our statements of reproduction call themselves.
const REPRODUCTION: &str = "https://github.com/candor-openness/candor/reproduction/v1";
/// The levels that such a statement can name.
const LEVELS: &[&str] = &["R0", "R1", "R2", "R3", "R4", "R5"];

fn wants(_: &Part, artifact: &Artifact) -> bool {
    let name = artifact.path.name().to_ascii_lowercase();
    [".sig", ".sigstore", ".sigstore.json", ".intoto.json", ".reproduction.json"].iter().any(|end| name.ends_with(end))
}

fn read(input: &Input<'_>) -> Reading {
    let text = match input.read(caps::SIGNATURE) {
        Ok(text) => text,
        Err(gap) => return gap.into(),
    };
    let mut reading = Reading::default();
    let Ok(value) = serde_json::from_slice::<Value>(&text) else {
        // A detached signature of another kind, in binary or its own armour, is none that is read.
        let what = "a signature that is no JSON bundle".to_owned();
        reading.gap(input.gap(GapReason::Unsupported { what }));
        return reading;
    };
    let place = |basis| input.span(basis, &text, 0..text.len(), "");
    if let Some(material) = value.get("verificationMaterial").filter(|_| at(&value, "/dsseEnvelope").is_object()) {
        let ways = [("publicKey", "key"), ("x509CertificateChain", "certificate"), ("certificate", "keyless")];
        let by = ways.iter().find(|(key, _)| material.get(*key).is_some()).map_or("unknown", |(_, word)| *word);
        reading.fact(Claim::SignatureFound { by: by.to_owned() }, place(Basis::Observed));
    }
    let payload = at(&value, "/dsseEnvelope/payload").as_str().and_then(|payload| Base64::decode_vec(payload).ok());
    let signed = payload.and_then(|payload| serde_json::from_slice::<Value>(&payload).ok());
    let statement = signed.as_ref().unwrap_or(&value);
    if at(statement, "/predicateType") == REPRODUCTION
        && let Some(level) = at(statement, "/predicate/level").as_str().filter(|level| LEVELS.contains(level))
    {
        // Whoever put the file there says so. A reviewer's word counts once a reviewer is named.
        reading.fact(Claim::Reproduced { level: level.to_owned() }, place(Basis::Declared));
    }
    reading
}

fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use super::INSPECTOR;
    use crate::testing::check;
    use expect_test::expect;

    #[test]
    fn signatures_and_statements() {
        check(
            &INSPECTOR,
            r#"
//- model.sig
{"verificationMaterial": {"publicKey": {}}, "dsseEnvelope": {"payload": "e30="}}
//- b.sigstore.json
{"verificationMaterial": {"certificate": {}}, "dsseEnvelope": {"payload": "%"}}
//- c.sig
{"verificationMaterial": {}}
//- d.sig
-----BEGIN PGP SIGNATURE-----
//- run.intoto.json
{"predicateType": "https://github.com/candor-openness/candor/reproduction/v1", "predicate": {"level": "R4"}}
//- bad.intoto.json
{"predicateType": "https://github.com/candor-openness/candor/reproduction/v1", "predicate": {"level": "R9"}}
//- other.intoto.json
{"predicateType": "https://slsa.dev/provenance/v1", "predicate": {"level": "R5"}}
//- model.safetensors
{}
"#,
            expect![[r#"
                observed {"claim":"signature-found","by":"key"}
                    model.sig:1 0..80 "{\"verificationMaterial\": {\"publicKey\": {}}, \"dsseEnvelope\": "
                observed {"claim":"signature-found","by":"keyless"}
                    b.sigstore.json:1 0..79 "{\"verificationMaterial\": {\"certificate\": {}}, \"dsseEnvelope\""
                declared {"claim":"reproduced","level":"R4"}
                    run.intoto.json:1 0..108 "{\"predicateType\": \"https://github.com/candor-openness/candor"
                gap d.sig: not read: a signature that is no JSON bundle
            "#]],
        );
    }
}
