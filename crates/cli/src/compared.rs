//! `--lineage`: the weights of a release held against those of other models, as facts of the release.

use crate::args::Reading;
use crate::load::{self, Loaded};
use crate::{connect, disk, progress};
use anyhow::{Context, ensure};
use candor_facts::{ArtifactPath, Basis, Claim, Evidence, Fact, Gap, GapReason, PartIndex, Place, Role, Route};
use candor_source::{PartTree, Snapshot};
use candor_verify::lineage::{self, Answer, Named, Parent};
use candor_verify::{Counter, Progress};
use std::path::Path;
use std::sync::Arc;

/// Hold a release against each model that is named. One that it says it is made from becomes its base.
pub(crate) fn compare(loaded: Loaded, models: &[String]) -> anyhow::Result<Loaded> {
    let Loaded { mut sheet, snapshot, mut bases } = loaded;
    let Some(snapshot) = snapshot else { return Ok(Loaded { sheet, snapshot: None, bases }) };
    let own = weights(&snapshot).with_context(|| format!("`{}` has no part with weights", sheet.release.id))?;
    let mut others = Vec::new();
    for model in models {
        ensure!(
            Path::new(model).exists(),
            "`--lineage {model}`: weights are compared that lie on this machine, and nothing lies there; name a \
             folder, a bundle or a file"
        );
        let other = load::load(model, &Reading::default())?;
        let bytes = other.snapshot.with_context(|| format!("`--lineage {model}` has no weights"))?;
        others.push((model, other.sheet, bytes));
    }
    let child = Named { tree: &PartTree::new(&snapshot, own), name: sheet.release.id.clone() };
    let trees: Vec<PartTree<'_>> = others
        .iter()
        .map(|(model, _, bytes)| {
            let part = weights(bytes).with_context(|| format!("`--lineage {model}` has no part with weights"))?;
            Ok(PartTree::new(bytes, part))
        })
        .collect::<anyhow::Result<_>>()?;
    let named: Vec<Named<'_>> =
        trees.iter().zip(&others).map(|(tree, (_, sheet, _))| Named { tree, name: sheet.release.id.clone() }).collect();
    let counter = Counter::default();
    let work = || lineage::lineage(&child, &named, disk::threads(), Progress::on(&counter));
    let found = progress::watch_if(connect::talks(), &counter, work);
    let mut made_from = Vec::new();
    for (parent, other) in found.parents.iter().zip(&named) {
        let base = parent.declared.child.as_ref().map(|(written, _)| written.as_str());
        let with = base.unwrap_or(&other.name);
        match fact(parent, with, own, &snapshot) {
            Ok(fact) => sheet = sheet.with_facts([fact]),
            Err(gap) => sheet = sheet.with_gaps([gap]),
        }
        made_from.push(base.filter(|_| parent.answer == Answer::Related).map(str::to_owned));
    }
    drop(trees);
    for ((model, base, bytes), written) in others.into_iter().zip(made_from) {
        let Some(written) = written else { continue };
        // A base that was followed, or that the catalogue knows, is at hand already.
        if !sheet.bases.iter().any(|known| known.of.is_none() && known.name == written) {
            sheet = sheet.with_base(&written, model, base);
            bases.insert(model.clone(), Arc::new(bytes));
        }
    }
    Ok(Loaded { sheet, snapshot: Some(snapshot), bases })
}

/// The first part of a release that is a model.
fn weights(snapshot: &Snapshot) -> Option<PartIndex> {
    snapshot.release.parts().find(|(_, part)| part.role == Role::Model).map(|(index, _)| index)
}

/// What a comparison shows, with a tensor of the child as its place; a gap where it shows nothing.
fn fact(parent: &Parent, with: &str, part: PartIndex, snapshot: &Snapshot) -> Result<Fact, Gap> {
    let gap = |path: Option<ArtifactPath>, what: String| Gap {
        part,
        path: path.unwrap_or_else(ArtifactPath::listing),
        reason: GapReason::Unreachable { what },
    };
    let shown = match (&parent.shown, parent.answer) {
        (Some(shown), Answer::Related | Answer::Independent) => shown,
        _ => {
            let why = parent.unread.first().map(|one| format!(": {}: {}", one.path, one.why)).unwrap_or_default();
            return Err(gap(None, format!("whether the weights are related to those of {with} is unknown{why}")));
        }
    };
    let entry = snapshot.release.part(part).and_then(|part| part.listing.get(&shown.path));
    let path = entry.map(|entry| entry.path.clone());
    let path = path.ok_or_else(|| gap(None, format!("`{}` is not in the listing", shown.path)))?;
    let declared = &parent.declared;
    let claim = Claim::WeightsCompared {
        with: with.to_owned(),
        related: parent.answer == Answer::Related,
        kind: parent.kind.to_owned(),
        descent: declared.direction(),
        named: declared.bases.iter().map(|(name, _)| name.clone()).collect(),
    };
    let place = Place::Span {
        part,
        path,
        start: shown.bytes.start,
        end: shown.bytes.end,
        line: 0,
        digest: shown.digest.clone(),
        route: Some(Route(shown.tensor.clone())),
    };
    Ok(Fact::new(claim, Evidence { basis: Basis::Observed, place }))
}
