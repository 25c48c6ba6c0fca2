//! The local store of Ollama: manifests that name blobs by digest.
//!
//! `manifests/<registry>/<owner>/<model>/<tag>` lists layers: the weights, licences, a template, parameters. A layer
//! has no name there; here each gets the name that its kind has in a model folder.

use crate::file::FileBytes;
use crate::source::{Backing, Source, SourcePart, Wanted, World};
use crate::{Locator, SourceError, caps};
use candor_facts::{
    Algorithm, Artifact, ArtifactPath, Digest, GapReason, Listing, OpenError, Origin, Part, ReadAt, Role, read_all,
    read_exact,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The store of Ollama.
pub(crate) const SOURCE: Source = Source { id: "ollama", open };

/// Where the manifest is kept: it is the registry's statement of what the model is made of.
const MANIFEST: &str = "@answers/manifest.json";

fn open(world: &World, locator: &Locator, wanted: &Wanted<'_>) -> Option<Result<SourcePart, SourceError>> {
    let Locator::Ollama { name, tag } = locator else { return None };
    Some(find(world, name, tag.as_deref().unwrap_or("latest"), wanted))
}

fn find(world: &World, name: &str, tag: &str, wanted: &Wanted<'_>) -> Result<SourcePart, SourceError> {
    let locator = wanted.text.to_owned();
    let safe = |word: &str| !matches!(word, "" | "." | "..") && !word.contains(['\\', '\0']);
    let words: Vec<&str> = name.split('/').collect();
    if !words.iter().chain([&tag]).all(|word| safe(word)) || words.len() > 3 || tag.contains('/') {
        let why =
            "expected `ollama:name`, `ollama:owner/name` or `ollama:registry/owner/name`, each with `:tag`".to_owned();
        return Err(SourceError::BadLocator { locator, why });
    }
    if wanted.complete {
        let why = "a manifest says itself which layers there are; leave `--complete` out".to_owned();
        return Err(SourceError::Usage { locator, why });
    }
    let path = match words.as_slice() {
        [model] => format!("registry.ollama.ai/library/{model}/{tag}"),
        [owner, model] => format!("registry.ollama.ai/{owner}/{model}/{tag}"),
        _ => format!("{name}/{tag}"),
    };
    let stores = &world.settings.ollama;
    let found = stores.iter().find_map(|store| {
        let store = store.canonicalize().ok()?;
        let manifest = store.join("manifests").join(&path);
        manifest.is_file().then_some((store, manifest))
    });
    let Some((store, manifest)) = found else {
        let stores: Vec<String> = stores.iter().map(|store| store.display().to_string()).collect();
        let why = format!(
            "no store of Ollama has it ({}): `ollama pull {name}:{tag}` first, or set OLLAMA_MODELS",
            if stores.is_empty() { "none is known".to_owned() } else { stores.join(", ") }
        );
        return Err(SourceError::Absent { locator, why });
    };
    let unreadable = |why: String| SourceError::Unreadable { path: manifest.clone(), why };
    let bytes = FileBytes::open(&manifest, &store).map_err(unreadable)?;
    let bytes = read_all(&bytes, caps::BUNDLE_BYTES).map_err(|error| unreadable(error.to_string()))?;
    let bytes = bytes.ok_or_else(|| unreadable("it is longer than a manifest may be".to_owned()))?;
    let value: Value =
        serde_json::from_slice(&bytes).map_err(|error| unreadable(format!("it is no manifest: {error}")))?;
    let layers = value.get("layers").and_then(Value::as_array);
    let layers = layers.ok_or_else(|| unreadable("it is no manifest: it names no layers".to_owned()))?;
    let mut entries = Vec::new();
    let mut gaps = Vec::new();
    let mut blobs = BTreeMap::new();
    let config = value.get("config").into_iter();
    for layer in config.chain(layers).take(10_000) {
        match take(&store, layer, &blobs) {
            Ok((artifact, blob)) => {
                blobs.insert(artifact.path.clone(), blob);
                entries.push(artifact);
            }
            Err(reason) => gaps.push((ArtifactPath::listing(), reason)),
        }
    }
    let of = format!("ollama:{name}:{tag}");
    let mut answers = Vec::new();
    let revision = Digest::of(&bytes).hex().to_owned();
    if let Some(path) = ArtifactPath::new(MANIFEST) {
        entries.push(Artifact {
            path: path.clone(),
            size: Some(bytes.len() as u64),
            declared_digest: None,
            at_hand: true,
            origin: Origin::Answer { of: of.clone() },
        });
        answers.push((path, bytes));
    }
    let listing = Listing::new(gaps.is_empty(), entries);
    let part = Part { role: wanted.role.unwrap_or(Role::Model), locator: Some(of), revision: Some(revision), listing };
    Ok(SourcePart { label: format!("{name}:{tag}"), part, backing: Box::new(Blobs { store, blobs }), answers, gaps })
}

/// A layer as a file: its name by its kind, and where its blob lies.
fn take(
    store: &Path,
    layer: &Value,
    taken: &BTreeMap<ArtifactPath, PathBuf>,
) -> Result<(Artifact, PathBuf), GapReason> {
    let wrong = |what: &str| GapReason::Malformed { at: 0, what: format!("the manifest has a layer {what}") };
    let text = |key: &str| layer.get(key).and_then(Value::as_str).unwrap_or_default();
    let hex = text("digest").strip_prefix("sha256:").or(text("digest").strip_prefix("sha256-"));
    let digest =
        hex.and_then(|hex| Digest::from_hex(Algorithm::Sha256, hex)).ok_or_else(|| wrong("without a digest"))?;
    // Older versions wrote a colon.
    let blob = ["sha256-", "sha256:"]
        .into_iter()
        .map(|prefix| store.join("blobs").join(format!("{prefix}{}", digest.hex())))
        .find(|blob| blob.symlink_metadata().is_ok());
    let bytes = blob.as_ref().and_then(|blob| FileBytes::open(blob, store).ok());
    let start = bytes.as_ref().and_then(|bytes| read_exact(bytes, 0, 4).ok());
    let weights = if start.as_deref() == Some(b"GGUF") || start.is_none() { "gguf" } else { "bin" };
    let kind = text("mediaType").rsplit('.').next().unwrap_or_default().to_owned();
    let (stem, extension) = match kind.split('+').next().unwrap_or_default() {
        "model" => ("model".to_owned(), weights),
        "projector" => ("mmproj".to_owned(), weights),
        "adapter" => ("adapter".to_owned(), weights),
        "license" => ("LICENSE".to_owned(), ""),
        "template" => ("template".to_owned(), ""),
        "system" => ("system".to_owned(), ""),
        "prompt" => ("prompt".to_owned(), ""),
        "params" => ("params".to_owned(), "json"),
        "messages" => ("messages".to_owned(), "json"),
        "v1" => ("ollama".to_owned(), "json"),
        other => {
            let plain: String = other.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
            (format!("layer-{plain}"), "")
        }
    };
    let name = |number: usize| {
        let stem = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
        ArtifactPath::new(&if extension.is_empty() { stem } else { format!("{stem}.{extension}") })
    };
    let path = (1..1000).filter_map(name).find(|path| !taken.contains_key(path)).ok_or_else(|| wrong("too many"))?;
    let size = layer.get("size").and_then(Value::as_u64).or(bytes.as_ref().map(ReadAt::len));
    let at_hand = bytes.is_some_and(|bytes| size.is_none_or(|size| size == bytes.len()));
    let artifact = Artifact { path, size, declared_digest: Some(digest), at_hand, origin: Origin::Published };
    Ok((artifact, blob.unwrap_or_default()))
}

#[derive(Debug)]
struct Blobs {
    store: PathBuf,
    blobs: BTreeMap<ArtifactPath, PathBuf>,
}

impl Backing for Blobs {
    fn open(&self, artifact: &Artifact) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        match self.blobs.get(&artifact.path) {
            Some(blob) if artifact.at_hand => {
                Ok(Box::new(FileBytes::open(blob, &self.store).map_err(OpenError::Failed)?))
            }
            _ => Err(OpenError::NotFetched),
        }
    }
}

#[cfg(test)]
mod tests;
