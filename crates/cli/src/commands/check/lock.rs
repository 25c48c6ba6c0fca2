//! `candor.lock`: what was seen of each model, so that a later run can tell what has changed.

use crate::commands::attest::quoted;
use crate::load::Loaded;
use anyhow::{Context, bail};
use candor_assess::{Assessment, Term};
use candor_facts::{ArtifactPath, Digest, Files, TermKind, read_all};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Its name in a project.
pub(super) const NAME: &str = "candor.lock";
/// Documents whose bytes are pinned, though the listing gives no digest. Bytes.
const LONGEST: u64 = 1 << 20;
/// Where the answers of platforms stand among the files of a part.
const ANSWERS: &str = "@answers/";
/// Digits of a digest that are told of a changed file; the lock has all.
const DIGITS: usize = 12;
/// Files told one by one when they changed.
const SHOWN: usize = 5;

/// The models of a project as they were seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Lock {
    models: BTreeMap<String, Pinned>,
}

/// One model as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pinned {
    /// As the project names it, with the revision that it asks for.
    model: String,
    /// The revision that was read.
    revision: Option<String>,
    /// Digest of the fact sheet.
    facts: String,
    /// The licence that was concluded.
    license: String,
    /// Restrictions and conditions.
    terms: Vec<String>,
    /// Whether access had to be asked for.
    gated: bool,
    /// Files with size and digest, as far as known.
    files: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: u32,
    #[serde(default)]
    model: Vec<Pinned>,
}

impl Lock {
    /// Read it; an empty one where there is none.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let raw: Raw = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = 1 + text.get(..at).unwrap_or_default().matches('\n').count();
            anyhow::anyhow!(
                "{}:{line}: {}; remove the file, and it is written anew",
                path.display(),
                error.message().replace('\n', ", ")
            )
        })?;
        if raw.version != 1 {
            bail!("`{}` is of version {}; this program reads version 1", path.display(), raw.version);
        }
        Ok(Self { models: raw.model.into_iter().map(|model| (model.model.clone(), model)).collect() })
    }

    pub(super) fn get(&self, model: &str) -> Option<&Pinned> {
        self.models.get(model)
    }

    pub(super) fn put(&mut self, pinned: Pinned) {
        self.models.insert(pinned.model.clone(), pinned);
    }

    /// Write it, when it says something new.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = String::from(
            "# What was seen of each model. Written by `candor check`; keep it under version control.\nversion = 1\n",
        );
        for pinned in self.models.values() {
            let _ = writeln!(text, "\n[[model]]\nmodel = {}", quoted(&pinned.model));
            if let Some(revision) = &pinned.revision {
                let _ = writeln!(text, "revision = {}", quoted(revision));
            }
            let list: Vec<String> = pinned.terms.iter().map(|term| quoted(term)).collect();
            let _ = writeln!(
                text,
                "facts = {}\nlicense = {}\nterms = [{}]\ngated = {}\n[model.files]",
                quoted(&pinned.facts),
                quoted(&pinned.license),
                list.join(", "),
                pinned.gated
            );
            for (file, digest) in &pinned.files {
                let _ = writeln!(text, "{} = {}", quoted(file), quoted(digest));
            }
        }
        if self.models.is_empty() && !path.exists() {
            return Ok(());
        }
        if std::fs::read_to_string(path).is_ok_and(|known| known == text) {
            return Ok(());
        }
        crate::disk::write(path, text.as_bytes()).context("`--locked` writes no lock file")
    }
}

impl Pinned {
    /// A model as it is now.
    pub(super) fn of(loaded: &Loaded, assessment: &Assessment<'_>, model: &str) -> Self {
        let terms = assessment.inventory.model_terms();
        let list = |terms: &[Term]| -> Vec<String> {
            terms.iter().map(|term| format!("{} ({})", term.kind, term.license)).collect()
        };
        let mut told =
            terms.map(|terms| [list(&terms.restrictions), list(&terms.conditions)].concat()).unwrap_or_default();
        told.sort();
        told.dedup();
        let gated = terms.is_some_and(|terms| terms.restrictions.iter().any(|term| term.kind == TermKind::Gated))
            || loaded.sheet.gaps().iter().any(|gap| gap.reason.as_str() == "gated");
        let mut files = BTreeMap::new();
        for (index, part) in loaded.sheet.release.parts().filter(|(index, _)| loaded.sheet.is_own(*index)) {
            // A platform's answers tell of each commit anew; what they say of terms and gating is compared as such.
            let published = |path: &ArtifactPath| !path.as_str().starts_with(ANSWERS);
            for entry in part.listing.entries().iter().filter(|entry| published(&entry.path)) {
                let size = entry.size.map_or("?".to_owned(), |size| size.to_string());
                let read = || -> Option<Digest> {
                    let bytes = loaded.snapshot.as_ref()?.open(index, &entry.path).ok()?;
                    read_all(&*bytes, LONGEST).ok()?.map(|bytes| Digest::of(&bytes))
                };
                let digest = entry.declared_digest.clone().or_else(|| entry.at_hand.then(read).flatten());
                let digest = digest.map(|digest| format!(" {digest}")).unwrap_or_default();
                let name = if index.0 == 0 {
                    entry.path.to_string()
                } else {
                    format!("{} {}: {}", part.role, index.0, entry.path)
                };
                files.insert(name, format!("{size}{digest}"));
            }
        }
        let revision = loaded.sheet.release.parts.iter().find_map(|part| part.revision.clone());
        let license =
            terms.and_then(|terms| terms.concluded.as_ref()).map_or("unknown".to_owned(), ToString::to_string);
        Self {
            model: model.to_owned(),
            revision,
            facts: loaded.sheet.digest().to_string(),
            license,
            terms: told,
            gated,
            files,
        }
    }

    /// What has changed since: keys of problems, each with the difference.
    pub(super) fn changes(&self, now: &Self) -> Vec<(String, String)> {
        let mut changes = Vec::new();
        if self.license != now.license {
            changes.push((
                "changed:license".to_owned(),
                format!("the licence was {} and is {}", self.license, now.license),
            ));
        }
        let gone: Vec<&String> = self.terms.iter().filter(|term| !now.terms.contains(term)).collect();
        let new: Vec<&String> = now.terms.iter().filter(|term| !self.terms.contains(term)).collect();
        if !gone.is_empty() || !new.is_empty() {
            let list = |terms: &[&String]| terms.iter().map(|term| term.as_str()).collect::<Vec<_>>().join(", ");
            let mut what = Vec::new();
            if !new.is_empty() {
                what.push(format!("new: {}", list(&new)));
            }
            if !gone.is_empty() {
                what.push(format!("gone: {}", list(&gone)));
            }
            changes.push(("changed:terms".to_owned(), format!("the terms have changed; {}", what.join("; "))));
        }
        if self.gated != now.gated {
            let what = if now.gated { "access must be asked for now" } else { "access need not be asked for any more" };
            changes.push(("changed:gating".to_owned(), what.to_owned()));
        }
        if self.files != now.files {
            changes.push(("changed:files".to_owned(), format!("files have changed: {}", self.file_changes(now))));
        } else if self.revision != now.revision {
            let tell = |revision: &Option<String>| revision.clone().unwrap_or_else(|| "unknown".to_owned());
            changes.push((
                "changed:revision".to_owned(),
                format!("the revision was {} and is {}", tell(&self.revision), tell(&now.revision)),
            ));
        }
        changes
    }

    fn file_changes(&self, now: &Self) -> String {
        let mut told = Vec::new();
        for (file, before) in &self.files {
            match now.files.get(file) {
                None => told.push(format!("{file} is gone")),
                Some(after) if after != before => {
                    told.push(format!("{file} was {}, is {}", short(before), short(after)));
                }
                Some(_) => {}
            }
        }
        told.extend(
            now.files.keys().filter(|file| !self.files.contains_key(*file)).map(|file| format!("{file} is new")),
        );
        let more = told.len().saturating_sub(SHOWN);
        told.truncate(SHOWN);
        if more > 0 {
            told.push(format!("and {more} more"));
        }
        told.join("; ")
    }
}

/// Size and digest of a file as they are told: `81 bytes, git-blob:2c6411a7fe6b`.
fn short(entry: &str) -> String {
    let (size, digest) = entry.split_once(' ').unwrap_or((entry, ""));
    let bytes = if size == "?" { "of unknown size".to_owned() } else { format!("{size} bytes") };
    match digest.split_once(':') {
        Some((kind, hex)) => format!("{bytes} {kind}:{}", hex.get(..DIGITS).unwrap_or(hex)),
        None => bytes,
    }
}
