//! `cargo xtask catalogue [--check]`: fact sheets of well-known releases, made from bundles.
//!
//! What is kept are facts and places: identifiers, file names, sizes, digests, licence ids, links; no excerpt of
//! anyone's prose, and no verdict. Bundles are those of the corpus, or packages that are fetched. A bundle whose documents are restated rather than copied has places in the
//! restatement; here they become the path of the original, attested by those who restated it.

use anyhow::{Context, bail, ensure};
use candor_assess::known::{Entry, entries};
use candor_facts::{ArtifactPath, Basis, Claim, Evidence, Fact, FactSheet, PartIndex, Place};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const FOLDER: &str = "catalogue";
/// Who read what is restated.
const RESTATED: &str = "a restatement of the original document";

#[derive(Deserialize)]
struct Bundle {
    part: Vec<BundlePart>,
}

#[derive(Deserialize)]
struct BundlePart {
    files: Option<String>,
}

#[derive(Deserialize)]
struct Provenance {
    files: Vec<SourceFile>,
}

#[derive(Deserialize)]
struct SourceFile {
    file: Option<String>,
    sha256: Option<String>,
    #[serde(default)]
    retrieval: String,
}

/// Run the task.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let check = match args {
        [] => false,
        [word] if word == "--check" => true,
        _ => bail!("write `cargo xtask catalogue` or `cargo xtask catalogue --check`"),
    };
    let corpus = crate::corpus_root();
    if !corpus.join("releases").is_dir() {
        println!("the catalogue was not held against its bundles: none at `{}`", corpus.display());
        return Ok(());
    }
    let root = crate::workspace_root().join(FOLDER);
    let mut wrong = Vec::new();
    for entry in entries() {
        let bundle = match bundle_of(&corpus, entry) {
            Ok(bundle) => bundle,
            Err(error) => {
                println!("{} was not held against its package: {error:#}", entry.name);
                continue;
            }
        };
        let text = sheet(entry, &bundle)?.to_json() + "\n";
        let path = root.join(format!("{}.json", entry.name));
        if check {
            if std::fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
                wrong.push(format!("{FOLDER}/{}.json is not what its bundle gives", entry.name));
            }
        } else {
            std::fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
    }
    ensure!(wrong.is_empty(), "run `cargo xtask catalogue`:\n{}", wrong.join("\n"));
    println!("catalogue: {} releases", entries().len());
    Ok(())
}

/// The bundle that an entry is made from.
///
/// # Errors
/// When it is a package that cannot be fetched.
pub(crate) fn bundle_of(corpus: &Path, entry: &Entry) -> anyhow::Result<PathBuf> {
    match (&entry.bundle, &entry.package) {
        (Some(name), _) => Ok(corpus.join("releases").join(name)),
        (None, Some(package)) => crate::packages::bundle(&entry.name, package),
        (None, None) => bail!("the index names neither a bundle nor a package"),
    }
}

/// The fact sheet of an entry.
pub(crate) fn sheet(entry: &Entry, bundle: &Path) -> anyhow::Result<FactSheet> {
    let found = crate::corpus::releases::read(bundle)?;
    // What a package holds are the publisher's own bytes.
    let restated = match &entry.package {
        Some(_) => BTreeSet::new(),
        None => restated(bundle).with_context(|| entry.name.clone())?,
    };
    let facts = found.facts().map(|(_, fact)| second_hand(&found, fact.clone(), &restated)).collect();
    let mut release = found.release.clone();
    release.id.clone_from(&entry.name);
    Ok(FactSheet::new(release, facts, found.gaps().to_vec(), found.inspectors.clone()))
}

/// The files of a bundle that are not the bytes of the original.
fn restated(bundle: &Path) -> anyhow::Result<BTreeSet<(PartIndex, String)>> {
    let parts: Bundle = toml::from_str(&std::fs::read_to_string(bundle.join("release.toml"))?)?;
    let provenance: Provenance = serde_json::from_str(&std::fs::read_to_string(bundle.join("source.json"))?)?;
    let mut originals = BTreeMap::new();
    for file in provenance.files {
        let copied = !file.retrieval.starts_with("search");
        if let (Some(path), Some(digest), true) = (file.file, file.sha256, copied) {
            originals.insert(path, digest);
        }
    }
    let mut restated = BTreeSet::new();
    for (index, part) in (0..).map(PartIndex).zip(&parts.part) {
        let Some(folder) = &part.files else { continue };
        for path in files(&bundle.join(folder))? {
            let relative = path.strip_prefix(bundle)?.to_string_lossy().replace('\\', "/");
            let digest = candor_facts::Digest::of(&std::fs::read(&path)?).to_string();
            let same = originals.get(&relative).is_some_and(|original| digest.ends_with(original.as_str()));
            if !same {
                let within = path.strip_prefix(bundle.join(folder))?.to_string_lossy().replace('\\', "/");
                restated.insert((index, within));
            }
        }
    }
    Ok(restated)
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() { all.extend(files(&path)?) } else { all.push(path) }
    }
    Ok(all)
}

/// A fact without headings among its places, whose places in restated documents name the document alone.
fn second_hand(sheet: &FactSheet, mut fact: Fact, restated: &BTreeSet<(PartIndex, String)>) -> Fact {
    let foreign = |part: PartIndex, path: &ArtifactPath| restated.contains(&(part, path.as_str().to_owned()));
    let mut moved = false;
    for evidence in std::iter::once(&mut fact.evidence).chain(&mut fact.also) {
        let Place::Span { part, path, route, .. } = &mut evidence.place else { continue };
        // A heading is prose of the document; a key or a tensor's name is not.
        route.take_if(|route| route.0.contains(char::is_whitespace));
        let (part, path) = (*part, path.clone());
        if !foreign(part, &path) {
            continue;
        }
        let Some(listing) = sheet.release.part(part).map(|part| part.listing.digest().clone()) else { continue };
        let basis = match &evidence.basis {
            Basis::Observed => Basis::Attested { by: RESTATED.to_owned() },
            other => other.clone(),
        };
        *evidence = Evidence { basis, place: Place::Listed { part, path, listing } };
        moved = true;
    }
    if moved {
        match &mut fact.claim {
            Claim::LicenseText { terms, residue, .. } => {
                terms.iter_mut().for_each(|term| term.bytes = None);
                residue.clear();
            }
            Claim::Restricted { term, .. } => term.bytes = None,
            _ => {}
        }
    }
    fact
}
