//! What the keys of a GGUF file say of the model: the same statements as a card's front matter, and some more.

use super::{Gguf, Pair, Value, is_quantised, types};
use crate::caps;
use crate::inspector::{PartInput, Reading};
use candor_facts::{Artifact, Basis, Claim, Component, Covers, DataUse, Evidence, Extent, Property, Relation, Stage};
use candor_license as engine;

/// The statements of a file. What is in the file is observed; what the keys claim is the publisher's word.
pub(crate) fn facts(at: &PartInput<'_>, artifact: &Artifact, gguf: &Gguf) -> Reading {
    let mut said = Said { at, artifact, gguf, reading: Reading::default() };
    said.license();
    said.bases();
    said.datasets();
    said.properties();
    said.contents();
    said.reading
}

struct Said<'a> {
    at: &'a PartInput<'a>,
    artifact: &'a Artifact,
    gguf: &'a Gguf,
    reading: Reading,
}

impl Said<'_> {
    fn place(&self, basis: Basis, pair: &Pair) -> Evidence {
        self.at.span(basis, &self.artifact.path, &pair.raw, pair.at, 0, &pair.key)
    }

    fn license(&mut self) {
        let gguf = self.gguf;
        let text = |key: &str| gguf.text(key).map(|(text, _)| text);
        let (name, link) = (text("general.license.name"), text("general.license.link"));
        let written = gguf.text("general.license").or_else(|| gguf.text("general.license.name"));
        let written = written.or_else(|| gguf.text("general.license.link"));
        let Some((written, pair)) = written else { return };
        let declared = engine::resolve_named(written, name, link);
        let expression = declared.expression.as_ref().map(ToString::to_string);
        let written = match name {
            Some(name) if written.eq_ignore_ascii_case("other") => name,
            _ => written,
        };
        let claim = Claim::LicenseDeclared { covers: Covers::Model, written: written.to_owned(), expression };
        let place = self.place(Basis::Declared, pair);
        self.reading.fact(claim, place);
    }

    /// The numbered entries of a kind: `general.base_model.0.name` and its like.
    fn entries(&self, kind: &str) -> Vec<(String, Option<String>, &Pair)> {
        let gguf = self.gguf;
        let count = gguf.number(&format!("general.{kind}.count")).map_or(0, |(count, _)| count);
        let mut found = Vec::new();
        for number in 0..count.min(caps::GGUF_ENTRIES) {
            let text = |key: &str| gguf.text(&format!("general.{kind}.{number}.{key}"));
            let address = text("repo_url").or_else(|| text("url")).or_else(|| text("doi"));
            let hub = address.and_then(|(address, _)| hub_id(address));
            let organised = || {
                let (name, pair) = text("name")?;
                let name = name.replace(' ', "-");
                Some((text("organization").map_or(name.clone(), |(owner, _)| format!("{owner}/{name}")), pair))
            };
            let named = match (&hub, address, organised()) {
                (Some(id), Some((_, pair)), _) => Some((id.clone(), pair)),
                (None, _, Some(named)) => Some(named),
                (None, Some((address, pair)), None) => Some((address.to_owned(), pair)),
                _ => None,
            };
            if let Some((name, pair)) = named {
                found.push((name, address.map(|(address, _)| address.to_owned()), pair));
            }
        }
        found
    }

    fn bases(&mut self) {
        let mut facts = Vec::new();
        for (name, _, pair) in self.entries("base_model") {
            facts.push((Claim::BaseModel { name, relation: Relation::Unstated }, self.place(Basis::Declared, pair)));
        }
        // Where a file was converted from. A quantised file is a variant of that model; a plain one is that model.
        let source = self.gguf.text("general.source.huggingface.repository");
        let source = source.or_else(|| self.gguf.text("general.source.repo_url"));
        if let Some((address, pair)) = source
            && is_quantised(&self.gguf.table.tensors)
        {
            let name = hub_id(address).unwrap_or_else(|| address.to_owned());
            let claim = Claim::BaseModel { name, relation: Relation::Quantised };
            facts.push((claim, self.place(Basis::Declared, pair)));
        }
        for (claim, place) in facts {
            self.reading.fact(claim, place);
        }
    }

    fn datasets(&mut self) {
        let mut facts = Vec::new();
        let named = |name: String, url: Option<String>| Claim::Dataset {
            name,
            url,
            used_for: DataUse::Training,
            stage: Stage::Unstated,
        };
        for (name, address, pair) in self.entries("dataset") {
            let hub = address.as_deref().filter(|address| address.contains("huggingface.co/datasets/"));
            let url = if hub.is_some() { Some(format!("hf:datasets/{name}")) } else { address };
            facts.push((named(name, url), self.place(Basis::Declared, pair)));
        }
        if let Some(pair @ Pair { value: Value::Texts(names), .. }) = self.gguf.get("general.datasets") {
            for name in names {
                let id = name.contains('/') && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
                let url = id.then(|| format!("hf:datasets/{name}"));
                facts.push((named(name.clone(), url), self.place(Basis::Declared, pair)));
            }
        }
        for (claim, place) in facts {
            self.reading.fact(claim, place);
        }
    }

    fn states(&mut self, property: Property, value: String, basis: Basis, pair: &Pair) {
        let place = self.place(basis, pair);
        self.reading.fact(Claim::States { property, value }, place);
    }

    fn properties(&mut self) {
        let gguf = self.gguf;
        for (key, property) in [
            ("general.name", Property::Name),
            ("general.author", Property::Author),
            ("general.organization", Property::Organisation),
            ("general.quantized_by", Property::QuantisedBy),
            ("general.version", Property::Version),
            ("general.finetune", Property::Finetune),
            ("general.size_label", Property::SizeLabel),
        ] {
            if let Some((text, pair)) = gguf.text(key) {
                self.states(property, text.to_owned(), Basis::Declared, pair);
            }
        }
        for (key, property) in [("general.languages", Property::Languages), ("general.tags", Property::Tags)] {
            if let Some(pair @ Pair { value: Value::Texts(texts), .. }) = gguf.get(key) {
                self.states(property, texts.join(", "), Basis::Declared, pair);
            }
        }
        if let Some((number, pair)) = gguf.number("general.file_type") {
            let name = types::file_type(number).map_or_else(|| format!("file type {number}"), str::to_owned);
            self.states(Property::Quantisation, name, Basis::Declared, pair);
        }
        for (key, property) in [
            ("context_length", Property::ContextLength),
            ("expert_count", Property::Experts),
            ("expert_used_count", Property::ExpertsUsed),
        ] {
            if let Some((number, pair)) = gguf.own(key) {
                self.states(property, number.to_string(), Basis::Observed, pair);
            }
        }
        if let Some(pair) = gguf.pairs.iter().find(|pair| pair.key.starts_with("tokenizer.chat_template")) {
            self.states(Property::ChatTemplate, "present".to_owned(), Basis::Observed, pair);
        }
    }

    /// What the file holds beside its tensors.
    fn contents(&mut self) {
        let gguf = self.gguf;
        if let Some((architecture, pair)) = gguf.text("general.architecture") {
            let claim = Claim::Architecture { model_type: Some(architecture.to_owned()), architectures: Vec::new() };
            let place = self.place(Basis::Observed, pair);
            self.reading.fact(claim, place.clone());
            let component = Component::ConfigModelMetadata;
            self.reading.fact(Claim::Provides { component, extent: Extent::Whole, target: None }, place);
        }
        if let Some(pair @ Pair { value: Value::List(count), .. }) = gguf.get("tokenizer.ggml.tokens")
            && *count > 0
        {
            let claim = Claim::Provides { component: Component::CodeTokenizer, extent: Extent::Whole, target: None };
            let place = self.place(Basis::Observed, pair);
            self.reading.fact(claim, place);
        }
    }
}

/// `org/name` of an address on the Hub.
fn hub_id(address: &str) -> Option<String> {
    let rest = address.split_once("huggingface.co/").map_or(address, |(_, rest)| rest);
    let rest = rest.strip_prefix("datasets/").unwrap_or(rest);
    let bare = address.len() == rest.len();
    let mut segments = rest.trim_end_matches('/').split('/');
    let (owner, name) = (segments.next()?, segments.next()?);
    let fine = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    (fine(owner) && fine(name) && (!bare || segments.next().is_none())).then(|| format!("{owner}/{name}"))
}
