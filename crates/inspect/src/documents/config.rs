//! Settings in JSON: `config.json` and its kin, what they name, and where.
//!
//! Every statement points at the bytes of its own key. Settings are what a publisher wrote, read here:
//! an architecture that is named is observed as named; a base model that is named lies elsewhere and is
//! declared. Nothing that a configuration names is loaded, and remote code is only told of.

mod amounts;

use crate::inspector::{Inspector, PartInput, Reading, Reads};
use crate::json::{self, Kind as Json, Member, array_at, member, object_at, unquote};
use crate::weights::names;
use crate::{caps, json::Token};
use candor_facts::{
    Artifact, ArtifactPath, Basis, Claim, Component, Evidence, Extent, Fact, GapReason, Relation, Role, read_all,
};
use std::collections::BTreeSet;

/// Reads the settings of a part.
pub(crate) const INSPECTOR: Inspector = Inspector { id: "config", version: 1, reads: Reads::Part(read) };

/// What a settings file is, by its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum File {
    /// `config.json`: the architecture.
    Config,
    /// `model_index.json`: the models of a pipeline.
    Pipeline,
    /// `params.json`: the architecture, as Llama and Mistral publish it.
    Params,
    /// `adapter_config.json`.
    Adapter,
    /// Settings that alone do not tell the architecture.
    Other,
    /// `trainer_state.json`.
    Trainer,
}

impl File {
    fn of(path: &ArtifactPath) -> Option<Self> {
        match path.name() {
            "config.json" => Some(Self::Config),
            "model_index.json" => Some(Self::Pipeline),
            "params.json" => Some(Self::Params),
            "adapter_config.json" => Some(Self::Adapter),
            "generation_config.json"
            | "preprocessor_config.json"
            | "processor_config.json"
            | "tokenizer_config.json"
            | "quantize_config.json"
            | "quant_config.json"
            | "scheduler_config.json" => Some(Self::Other),
            "trainer_state.json" => Some(Self::Trainer),
            _ => None,
        }
    }

    /// Whether it tells of the model as a whole.
    fn is_main(self) -> bool {
        matches!(self, Self::Config | Self::Pipeline | Self::Params)
    }
}

/// Whether a file is one of settings, by its name; not those that lie in a checkpoint, which are not read.
pub(crate) fn is_settings(path: &ArtifactPath) -> bool {
    File::of(path).is_some_and(|file| file != File::Trainer) && names::checkpoint(path).is_none()
}

fn read(at: &PartInput<'_>) -> Reading {
    let mut found = Found { at: *at, reading: Reading::default(), settings: Vec::new(), runnable: Vec::new() };
    let in_model = at.part.role == Role::Model;
    let weights = weight_folders(at);
    for artifact in at.part.listing.entries() {
        let Some(file) = File::of(&artifact.path) else { continue };
        // A code repository is full of settings files; only those that name an architecture speak of a model.
        let wanted = in_model || (at.part.role == Role::Code && file == File::Config && artifact.at_hand);
        let on_the_way = names::checkpoint(&artifact.path).is_some() && file != File::Trainer;
        if wanted && !on_the_way {
            let beside_weights = artifact.path.folder().is_empty() || weights.contains(artifact.path.folder());
            found.file(artifact, file, beside_weights);
        }
    }
    if in_model {
        found.tokenizer();
    }
    found.finish()
}

fn weight_folders<'a>(at: &PartInput<'a>) -> BTreeSet<&'a str> {
    let weights = |entry: &&Artifact| names::classify(&entry.path).is_some_and(|name| name.what == names::What::Model);
    at.part.listing.entries().iter().filter(weights).map(|entry| entry.path.folder()).collect()
}

struct Found<'a> {
    at: PartInput<'a>,
    reading: Reading,
    /// Places that are settings of the model, with what kind of file each is in.
    settings: Vec<(File, Evidence)>,
    /// Places that make the weights runnable.
    runnable: Vec<Evidence>,
}

/// A settings file that was read.
struct Settings<'a> {
    artifact: &'a Artifact,
    text: Vec<u8>,
    members: Vec<Member>,
}

impl Settings<'_> {
    fn string(&self, name: &str) -> Option<(String, &Member)> {
        let member = member(&self.members, name).filter(|member| member.kind == Json::String)?;
        Some((unquote(&self.text, &member.value).into_owned(), member))
    }
}

impl<'a> Found<'a> {
    fn file(&mut self, artifact: &'a Artifact, file: File, beside_weights: bool) {
        let cap = if file == File::Trainer { caps::TRAINER_STATE } else { caps::CONFIG };
        let read = match self.at.open(artifact) {
            Ok(bytes) => read_all(&*bytes, cap),
            Err(gap) => {
                self.reading.gap(gap);
                return self.by_name(artifact, file, beside_weights);
            }
        };
        let gap = |reason| self.at.gap(&artifact.path, reason);
        let text = match read {
            Ok(Some(text)) => text,
            Ok(None) => return self.reading.gap(gap(GapReason::TooLarge { cap })),
            Err(error) => return self.reading.gap(gap(GapReason::Unreachable { what: error.to_string() })),
        };
        if text.starts_with(b"version https://git-lfs") {
            self.reading.gap(gap(GapReason::NotFetched));
            return self.by_name(artifact, file, beside_weights);
        }
        let members = match json::object(&text) {
            Ok(members) => members,
            Err(problem) => {
                let reason = GapReason::Malformed { at: problem.at as u64, what: problem.what };
                return self.reading.gap(gap(reason));
            }
        };
        if let Some(second) = json::twice(&members) {
            let what = format!("`{}` stands twice", second.name.chars().take(80).collect::<String>());
            self.reading.gap(gap(GapReason::Malformed { at: second.span.start as u64, what }));
        }
        let settings = Settings { artifact, text, members };
        match file {
            File::Config => self.config(&settings, beside_weights),
            File::Pipeline => self.pipeline(&settings),
            File::Params => self.params(&settings, beside_weights),
            File::Adapter => self.adapter(&settings),
            File::Other => {
                self.other(&settings, file, &["tokenizer_class", "_class_name", "bits", "transformers_version"])
            }
            File::Trainer => self.trainer(&settings),
        }
    }

    /// What the name alone tells of a file whose bytes are not here.
    fn by_name(&mut self, artifact: &Artifact, file: File, beside_weights: bool) {
        if self.at.part.role != Role::Model {
            return;
        }
        let listed = self.at.listed(&artifact.path);
        if file == File::Trainer {
            return self.reading.fact(provides(Component::DocTrainingLogs, Extent::Partial, None), listed);
        }
        // `params.json` may be anything; beside weights named as its authors name them it is what it seems.
        let file = if self.is_usual(artifact, file) { file } else { File::Other };
        if file == File::Pipeline || (file.is_main() && beside_weights) {
            self.runnable.push(listed.clone());
        }
        self.settings.push((file, listed));
    }

    fn is_usual(&self, artifact: &Artifact, file: File) -> bool {
        let folder = artifact.path.folder();
        let beside = |entry: &Artifact| entry.path.folder() == folder && entry.path.name().starts_with("consolidated.");
        file != File::Params || self.at.part.listing.entries().iter().any(beside)
    }

    fn span(&self, settings: &Settings<'_>, basis: Basis, member: &Member, route: &str) -> Evidence {
        let before = settings.text.get(..member.span.start).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let bytes = settings.text.get(member.span.clone()).unwrap_or_default();
        self.at.span(basis, &settings.artifact.path, bytes, member.span.start as u64, line, route)
    }

    fn config(&mut self, settings: &Settings<'_>, beside_weights: bool) {
        let model_type = settings.string("model_type");
        let class = settings.string("_class_name");
        let list = member(&settings.members, "architectures");
        let mut architectures: Vec<String> = list
            .map(|list| array_at(&settings.text, &list.value))
            .unwrap_or_default()
            .iter()
            .filter(|token| token.kind == Json::String)
            .map(|token| unquote(&settings.text, &token.span).into_owned())
            .collect();
        if let (true, Some((class, _))) = (architectures.is_empty(), &class) {
            architectures.push(class.clone());
        }
        let places: Vec<Evidence> = [list, model_type.as_ref().map(|(_, m)| *m), class.as_ref().map(|(_, m)| *m)]
            .into_iter()
            .flatten()
            .map(|member| self.span(settings, Basis::Observed, member, &member.name))
            .collect();
        let named = model_type.is_some() || !architectures.is_empty();
        let in_model = self.at.part.role == Role::Model;
        if let (true, [first, rest @ ..]) = (named, places.as_slice()) {
            let claim = Claim::Architecture { model_type: model_type.map(|(name, _)| name), architectures };
            self.reading.facts.push(Fact { claim, evidence: first.clone(), also: rest.to_vec() });
            self.settings.push((File::Config, first.clone()));
            if in_model && beside_weights {
                self.runnable.push(first.clone());
            }
        } else if in_model {
            self.other(settings, File::Config, &["num_hidden_layers", "n_layer", "hidden_size"]);
        }
        self.remote_code(settings);
    }

    fn pipeline(&mut self, settings: &Settings<'_>) {
        let Some((class, member)) = settings.string("_class_name") else {
            return self.other(settings, File::Pipeline, &[]);
        };
        let evidence = self.span(settings, Basis::Observed, member, "_class_name");
        let claim = Claim::Architecture { model_type: None, architectures: vec![class] };
        self.reading.fact(claim, evidence.clone());
        self.settings.push((File::Pipeline, evidence.clone()));
        self.runnable.push(evidence);
    }

    fn params(&mut self, settings: &Settings<'_>, beside_weights: bool) {
        let width = member(&settings.members, "dim").or_else(|| member(&settings.members, "hidden_size"));
        let depth = member(&settings.members, "n_layers").or_else(|| member(&settings.members, "num_layers"));
        let (Some(width), Some(_)) = (width, depth) else { return self.other(settings, File::Other, &[]) };
        let evidence = self.span(settings, Basis::Observed, width, &width.name);
        self.settings.push((File::Params, evidence.clone()));
        if beside_weights {
            self.runnable.push(evidence);
        }
    }

    fn adapter(&mut self, settings: &Settings<'_>) {
        self.other(settings, File::Adapter, &["peft_type", "base_model_name_or_path"]);
        let Some((name, member)) = settings.string("base_model_name_or_path") else { return };
        if name.is_empty() {
            return;
        }
        if is_local_path(&name) {
            let what = format!("the base model, named by a path of the publisher's machine: `{}`", shorten(&name));
            return self.reading.gap(self.at.gap(&settings.artifact.path, GapReason::Unsupported { what }));
        }
        let evidence = self.span(settings, Basis::Declared, member, "base_model_name_or_path");
        self.reading.fact(Claim::BaseModel { name, relation: Relation::Adapter }, evidence);
    }

    /// Settings that tell nothing more than that they are there: the first of `keys` that stands in them, or the first key.
    fn other(&mut self, settings: &Settings<'_>, file: File, keys: &[&str]) {
        let known = keys.iter().find_map(|key| member(&settings.members, key));
        if let Some(member) = known.or(settings.members.first()) {
            let evidence = self.span(settings, Basis::Observed, member, &shorten(&member.name));
            self.settings.push((file, evidence));
        }
    }

    fn trainer(&mut self, settings: &Settings<'_>) {
        if let Some(total) = member(&settings.members, "total_flos").filter(|member| member.kind == Json::Number)
            && let Some(text) = settings.text.get(total.value.clone()).and_then(|text| std::str::from_utf8(text).ok())
            && let Some((lower, upper)) = amounts::operations(text)
        {
            let formula = "total_flos, as the trainer counted".to_owned();
            let (inputs, stage) = (std::collections::BTreeMap::new(), candor_facts::Stage::Unstated);
            let claim = Claim::Compute { lower, upper: Some(upper), formula, inputs, stage };
            let evidence = self.span(settings, Basis::Declared, total, "total_flos");
            self.reading.fact(claim, evidence);
        }
        let Some(log) = member(&settings.members, "log_history") else { return };
        if array_at(&settings.text, &log.value).is_empty() {
            return;
        }
        // The log of a state on the way ends there.
        let partial = names::checkpoint(&settings.artifact.path).is_some();
        let extent = if partial { Extent::Partial } else { Extent::Whole };
        let evidence = self.span(settings, Basis::Observed, log, "log_history");
        self.reading.fact(provides(Component::DocTrainingLogs, extent, None), evidence);
    }

    /// `auto_map`: the architecture is code of the publisher, here or in another repository.
    fn remote_code(&mut self, settings: &Settings<'_>) {
        let Some(map) = member(&settings.members, "auto_map") else { return };
        let mut seen = BTreeSet::new();
        for entry in object_at(&settings.text, &map.value) {
            let value = Token { kind: entry.kind, span: entry.value.clone() };
            let values =
                if entry.kind == Json::ArrayStart { array_at(&settings.text, &entry.value) } else { vec![value] };
            for value in values.iter().filter(|value| value.kind == Json::String) {
                let written = unquote(&settings.text, &value.span).into_owned();
                if let Some((module, _)) = written.rsplit_once('.')
                    && seen.insert(module.to_owned())
                {
                    self.module(settings, &entry, module);
                }
            }
        }
    }

    fn module(&mut self, settings: &Settings<'_>, entry: &Member, module: &str) {
        let route = format!("auto_map.{}", shorten(&entry.name));
        if let Some((repository, _)) = module.split_once("--") {
            let evidence = self.span(settings, Basis::Declared, entry, &route);
            let claim = provides(Component::CodeArchitecture, Extent::Elsewhere, Some(repository.to_owned()));
            return self.reading.fact(claim, evidence);
        }
        let folder = settings.artifact.path.folder();
        let slash = if folder.is_empty() { "" } else { "/" };
        let path = format!("{folder}{slash}{}.py", module.replace('.', "/"));
        let listing = &self.at.part.listing;
        if let Some(file) = listing.get(&path) {
            let evidence = self.at.listed(&file.path);
            let also = vec![self.span(settings, Basis::Observed, entry, &route)];
            let claim = provides(Component::CodeArchitecture, Extent::Whole, Some(path));
            self.reading.facts.push(Fact { claim, evidence, also });
        } else if listing.complete {
            let what = format!("`auto_map` names `{}`, which is not in the complete listing", shorten(&path));
            let reason = GapReason::Malformed { at: entry.span.start as u64, what };
            self.reading.gap(self.at.gap(&settings.artifact.path, reason));
        } else {
            let evidence = self.span(settings, Basis::Declared, entry, &route);
            self.reading.fact(provides(Component::CodeArchitecture, Extent::Elsewhere, Some(path)), evidence);
        }
    }

    fn tokenizer(&mut self) {
        let whole = |path: &ArtifactPath| {
            let name = path.name();
            let known = [
                "tokenizer.json", "vocab.json", "vocab.txt", "vocab.bpe", "spiece.model", "sentencepiece.bpe.model",
                "sentencepiece.model", "source.spm", "tekken.json", "tiktoken.model", "tokenizer.bin",
            ];
            known.contains(&name) || name.starts_with("tokenizer.model") || name.ends_with(".tiktoken")
        };
        let entries = self.at.part.listing.entries();
        let files = |wanted: &dyn Fn(&ArtifactPath) -> bool| -> Vec<Evidence> {
            let fits = |entry: &&Artifact| wanted(&entry.path) && names::checkpoint(&entry.path).is_none();
            entries.iter().filter(fits).map(|entry| self.at.listed(&entry.path)).collect()
        };
        let mut extent = Extent::Whole;
        let mut places = files(&whole);
        if places.is_empty() {
            extent = Extent::Partial;
            places = files(&|path| path.name() == "tokenizer_config.json");
        }
        if let [first, rest @ ..] = places.as_slice() {
            let claim = provides(Component::CodeTokenizer, extent, None);
            self.reading.facts.push(Fact { claim, evidence: first.clone(), also: rest.to_vec() });
        }
    }

    fn finish(mut self) -> Reading {
        // The main file nearest to the root decides; the others stand beside it.
        let depth = |evidence: &Evidence| evidence.place.path().map_or(0, |path| path.as_str().matches('/').count());
        self.settings.sort_by(|(a, a_place), (b, b_place)| {
            (!a.is_main(), depth(a_place), a, a_place).cmp(&(!b.is_main(), depth(b_place), b, b_place))
        });
        self.runnable.sort_by(|a, b| (depth(a), a).cmp(&(depth(b), b)));
        if let [(file, first), rest @ ..] = self.settings.as_slice() {
            let extent = if file.is_main() { Extent::Whole } else { Extent::Partial };
            let claim = provides(Component::ConfigModelMetadata, extent, None);
            let also = rest.iter().map(|(_, place)| place.clone()).collect();
            self.reading.facts.push(Fact { claim, evidence: first.clone(), also });
        }
        if let [first, rest @ ..] = self.runnable.as_slice() {
            let claim = Claim::Runnable { by: "config".to_owned() };
            self.reading.facts.push(Fact { claim, evidence: first.clone(), also: rest.to_vec() });
        }
        self.reading
    }
}

fn provides(component: Component, extent: Extent, target: Option<String>) -> Claim {
    Claim::Provides { component, extent, target }
}

/// A path on somebody's disk, not the name of a repository.
fn is_local_path(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    name.starts_with(['/', '.', '~', '\\']) || name.contains('\\') || drive || name.matches('/').count() > 1
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests;
