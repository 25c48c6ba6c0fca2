//! What a platform said of a repository at one commit, kept so that a later run without a connection says the same.

use crate::source::World;
use crate::{hub, listing, store};
use candor_facts::{ArtifactPath, GapReason, Listing};
use std::fs;
use std::path::PathBuf;

/// A repository at one commit.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    /// `owner/name`.
    pub(crate) name: String,
    pub(crate) commit: String,
    pub(crate) listing: Listing,
    pub(crate) answers: Vec<(ArtifactPath, Vec<u8>)>,
    pub(crate) gaps: Vec<(ArtifactPath, GapReason)>,
}

/// `<cache>/platforms/<host>/<kind>/<owner--name>`: hosts, kinds and names never mix.
fn folder(world: &World, kind: &str, name: &str) -> Option<PathBuf> {
    let settings = &world.settings;
    let host = if kind == "github" { &settings.github } else { &settings.hub };
    let host: String = host.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect();
    Some(settings.cache.as_ref()?.join("platforms").join(host).join(kind).join(name.replace('/', "--")))
}

/// Keep it. What cannot be written is asked again another time.
pub(crate) fn keep(world: &World, kind: &str, revision: &str, known: &Remembered) {
    let Some(folder) = folder(world, kind, &known.name) else { return };
    let commit = folder.join(&known.commit);
    for (path, bytes) in &known.answers {
        let _ = store::replace(&commit.join(path.name()), bytes);
    }
    let written = store::replace(&commit.join("listing.json"), &listing::write(&known.listing, &known.gaps, &|_| None));
    if written.is_ok() && !hub::is_commit(revision) {
        let name = revision.replace('/', "--");
        let _ = store::replace(&folder.join(format!("ref.{name}")), known.commit.as_bytes());
    }
}

/// What was kept, if all of it is there.
pub(crate) fn recall(world: &World, kind: &str, name: &str, revision: &str) -> Option<Remembered> {
    let folder = folder(world, kind, name)?;
    let commit = if hub::is_commit(revision) {
        revision.to_ascii_lowercase()
    } else {
        let text = fs::read_to_string(folder.join(format!("ref.{}", revision.replace('/', "--")))).ok()?;
        Some(text.trim().to_owned()).filter(|text| hub::is_commit(text))?
    };
    let folder = folder.join(&commit);
    let listed = listing::read("listing.json", fs::File::open(folder.join("listing.json")).ok()?);
    let mut answers = Vec::new();
    for entry in &listed.entries {
        if matches!(entry.origin, candor_facts::Origin::Answer { .. }) {
            answers.push((entry.path.clone(), fs::read(folder.join(entry.path.name())).ok()?));
        }
    }
    let gaps: Vec<_> =
        listed.kept.into_iter().chain(listed.gaps.into_iter().map(|gap| (ArtifactPath::listing(), gap))).collect();
    let listing = Listing::new(listed.complete, listed.entries);
    Some(Remembered { name: name.to_owned(), commit, listing, answers, gaps })
}
