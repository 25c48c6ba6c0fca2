//! What an ONNX model says of itself.

use super::{Onnx, Said};
use crate::inspector::{PartInput, Reading};
use candor_facts::{
    Artifact, Basis, Claim, Component, Covers, Evidence, Extent, Property, ReadAt, Relation, read_exact,
};
use candor_license as engine;

/// The statements of a model.
pub(crate) fn facts(at: &PartInput<'_>, artifact: &Artifact, bytes: &dyn ReadAt, onnx: &Onnx) -> Reading {
    let mut reading = Reading::default();
    let place = |said: &Said, basis: Basis| -> Evidence {
        let length = usize::try_from(said.bytes.end - said.bytes.start).unwrap_or(0);
        match read_exact(bytes, said.bytes.start, length) {
            Ok(read) => at.span(basis, &artifact.path, &read, said.bytes.start, 0, &said.key),
            Err(_) => at.listed(&artifact.path),
        }
    };
    for said in &onnx.said {
        let value = said.value.trim();
        let states = |property| Claim::States { property, value: value.to_owned() };
        let key = said.key.to_ascii_lowercase();
        let (claim, basis) = match key.as_str() {
            "producer_name" => (states(Property::Producer), Basis::Declared),
            "producer_version" => (states(Property::ProducerVersion), Basis::Declared),
            "metadata:license" | "metadata:license_type" => {
                let declared = engine::resolve(value);
                let expression = declared.expression.as_ref().map(ToString::to_string);
                let written = value.to_owned();
                (Claim::LicenseDeclared { covers: Covers::Model, written, expression }, Basis::Declared)
            }
            "metadata:author" | "metadata:model_author" => (states(Property::Author), Basis::Declared),
            "metadata:base_model" => {
                (Claim::BaseModel { name: value.to_owned(), relation: Relation::Unstated }, Basis::Declared)
            }
            _ => match key.strip_prefix("opset:") {
                Some(domain) => {
                    let value = format!("{domain} {value}");
                    (Claim::States { property: Property::OperatorSet, value }, Basis::Observed)
                }
                None => continue,
            },
        };
        reading.fact(claim, place(said, basis));
    }
    if onnx.nodes > 0 && onnx.table.faults.is_empty() {
        let component = Component::ConfigModelMetadata;
        let claim = Claim::Provides { component, extent: Extent::Whole, target: None };
        reading.fact(claim, at.listed(&artifact.path));
    }
    reading
}
