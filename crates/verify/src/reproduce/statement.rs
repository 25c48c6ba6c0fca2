//! Statements of runs as evidence: what `reproduce` wrote, held against the release that it is laid beside.
//!
//! It counts for nothing unless it speaks of these very files: each file that it names has the digest that it says,
//! and no final weights are here that it does not name. Signed by a key that is trusted it attests; without a signature it
//! is a word like the publisher's; under a signature that does not hold, or of somebody else, it is a gap.

use super::Level;
use crate::caps;
use crate::hash::sha256;
use crate::signature::{self, Trust};
use candor_facts::{
    Algorithm, ArtifactPath, Basis, Claim, Component, Digest, Evidence, Extent, Fact, FactSheet, Files, Gap, GapReason,
    Listing, PartIndex, Place, ReadAt, Role, Route, read_all,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The kind of the statement: <https://github.com/in-toto/attestation/tree/main/spec/v1>.
pub const PREDICATE: &str = "https://github.com/candor-openness/candor/reproduction/v1";

/// Whose statements count, and how much is read to check them.
pub struct Terms<'a> {
    /// Those who are trusted.
    pub trusted: &'a [Trust],
    /// The time as of which certificates must be valid, in seconds since 1970.
    pub at: u64,
    /// Longest file that is read for its digest, where the listing does not tell it. Bytes.
    pub longest: u64,
}

/// Whether a file is such a statement or a bundle around one, rather than a file of reviews.
pub fn is_statement(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'{')
}

/// The fact sheet with what a statement says of the release; the statement is itself listed as a part of it.
#[must_use]
pub fn stated(
    sheet: FactSheet,
    files: &dyn Files,
    part: PartIndex,
    path: &ArtifactPath,
    terms: &Terms<'_>,
) -> FactSheet {
    let read = files.open(part, path).map_err(|error| error.to_string());
    let read = read.and_then(|bytes| read_all(&*bytes, caps::STATEMENT).map_err(|error| error.to_string()));
    let gap = |reason| Gap { part, path: path.clone(), reason };
    let bytes = match read {
        Err(what) => return sheet.with_gaps([gap(GapReason::Unreachable { what })]),
        Ok(None) => return sheet.with_gaps([gap(GapReason::TooLarge { cap: caps::STATEMENT })]),
        Ok(Some(bytes)) => bytes,
    };
    let place = Place::Span {
        part,
        path: path.clone(),
        start: 0,
        end: bytes.len() as u64,
        line: 1,
        digest: Digest::of(&bytes),
        route: Some(Route("statement of a run".to_owned())),
    };
    match read_statement(&bytes, terms).and_then(|said| said.held(&sheet, files, terms.longest).map(|()| said)) {
        Err(reason) => sheet.with_gaps([gap(reason)]),
        Ok(said) => {
            let by = Evidence { basis: said.basis, place };
            // A run that gave the same tensors again is proof of what it is asked for; one that is only said is not.
            let proof = said.level.is_some_and(|level| level >= Level::Tensors).then_some(Claim::Provides {
                component: Component::DocReproducibility,
                extent: Extent::Whole,
                target: None,
            });
            let level = said.level.map(|level| level.id().to_owned());
            let run = Claim::Reproduced { recipe: said.recipe, level, because: said.because };
            sheet.with_facts(proof.into_iter().chain([run]).map(|claim| Fact::new(claim, by.clone())))
        }
    }
}

/// What a statement says.
struct Said {
    basis: Basis,
    recipe: String,
    level: Option<Level>,
    because: String,
    /// Path and SHA-256 of each file that it is about.
    subjects: BTreeMap<String, String>,
}

fn read_statement(bytes: &[u8], terms: &Terms<'_>) -> Result<Said, GapReason> {
    let malformed = |what: &str| GapReason::Malformed { at: 0, what: what.to_owned() };
    let outer = signature::read_json(bytes).map_err(|error| malformed(&error.to_string()))?;
    let (statement, basis) = if outer.get("dsseEnvelope").is_none() {
        (outer, Basis::Declared)
    } else {
        let (payload, basis) = if terms.trusted.is_empty() {
            (signature::payload(bytes).map_err(|why| malformed(&why))?, Basis::Declared)
        } else {
            let (payload, by) = signature::signed(bytes, terms.trusted, terms.at).map_err(|what| {
                GapReason::Unsupported { what: format!("a statement that counts for nothing: {what}") }
            })?;
            (payload, Basis::Attested { by })
        };
        (signature::read_json(&payload).map_err(|error| malformed(&error.to_string()))?, basis)
    };
    let predicate = statement.get("predicateType").and_then(Value::as_str);
    if predicate != Some(PREDICATE) {
        let what = format!(
            "a statement of type `{}`; those of runs, `{PREDICATE}`, are read",
            predicate.unwrap_or("none").escape_debug().take(200).collect::<String>()
        );
        return Err(GapReason::Unsupported { what });
    }
    let run = statement.get("predicate").ok_or_else(|| malformed("the statement has no `predicate`"))?;
    let text = |key: &str| run.get(key).and_then(Value::as_str);
    let level = match run.get("level") {
        Some(Value::Null) => None,
        Some(Value::String(id)) => Some(Level::parse(id).ok_or_else(|| malformed("`level` is none of R0 to R5"))?),
        _ => return Err(malformed("`level` of the predicate is missing: R0 to R5, or null")),
    };
    let mut subjects = BTreeMap::new();
    for subject in statement.get("subject").and_then(Value::as_array).into_iter().flatten() {
        let (name, digest) = (subject.get("name"), subject.get("digest").and_then(|digest| digest.get("sha256")));
        let (Some(name), Some(digest)) = (name.and_then(Value::as_str), digest.and_then(Value::as_str)) else {
            return Err(malformed("a subject has no `name`, or no digest `sha256`"));
        };
        subjects.insert(name.to_owned(), digest.to_lowercase());
    }
    if subjects.is_empty() {
        return Err(malformed("the statement names no file as its subject"));
    }
    // Where a run became another says more than why no level holds.
    let parted = run.get("first-step").and_then(Value::as_u64).filter(|_| level.is_none());
    Ok(Said {
        basis,
        recipe: line(text("recipe").unwrap_or("a recipe without a name")),
        level,
        because: match parted {
            Some(step) => format!("it parts ways at step {step}"),
            None => line(text("because").unwrap_or("without a reason")),
        },
        subjects,
    })
}

/// Words of a statement on one line, no longer than anyone reads.
fn line(text: &str) -> String {
    const LONGEST: usize = 300;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", words.get(..end).unwrap_or_default()),
        None => words,
    }
}

impl Said {
    /// Whether it speaks of the files of this release, of all weights among them.
    fn held(&self, sheet: &FactSheet, files: &dyn Files, longest: u64) -> Result<(), GapReason> {
        let stale =
            |what: String| GapReason::Stale { what: format!("the statement of a run of {}: {what}", self.recipe) };
        let own = sheet.own_parts().iter().zip(0u32..).map(|(part, at)| (PartIndex(at), part));
        let models: Vec<(PartIndex, &Listing)> =
            own.filter(|(_, part)| part.role == Role::Model).map(|(at, part)| (at, &part.listing)).collect();
        for (name, digest) in &self.subjects {
            // The same path may stand in several parts; it must be this file in each.
            let mut there = models.iter().filter_map(|(part, listing)| Some((part, listing.get(name)?))).peekable();
            if there.peek().is_none() {
                return Err(stale(format!("`{name}`, which it is about, is not here")));
            }
            for (part, entry) in there {
                let told = entry.declared_digest.as_ref().filter(|told| told.algorithm() == Algorithm::Sha256);
                let now = match told {
                    Some(told) => told.hex().to_owned(),
                    None => {
                        let file = files.open(*part, &entry.path);
                        let file = file.map_err(|error| stale(format!("`{name}`: {error}")))?;
                        hashed(&*file, longest).map_err(|why| stale(format!("`{name}`: {why}")))?
                    }
                };
                if now != *digest {
                    return Err(stale(format!("`{name}` is another file than the one it is about")));
                }
            }
        }
        // What lies deeper than the first weights are the same in other formats.
        let depth = |path: &ArtifactPath| path.as_str().matches('/').count();
        let listed = || models.iter().flat_map(|(_, listing)| listing.entries());
        let all = || listed().filter(|entry| candor_inspect::may_hold_final_weights(&entry.path));
        let first = all().map(|entry| depth(&entry.path)).min();
        let unsaid = all().filter(|entry| Some(depth(&entry.path)) == first);
        if let Some(other) = { unsaid }.find(|entry| !self.subjects.contains_key(entry.path.as_str())) {
            return Err(stale(format!("it says nothing of the weights in `{}`", other.path)));
        }
        Ok(())
    }
}

fn hashed(file: &dyn ReadAt, longest: u64) -> Result<String, String> {
    if file.len() > longest {
        return Err(format!("of {} bytes, more than the {longest} that are read to check it", file.len()));
    }
    sha256(file).map_err(|error| error.to_string())
}

/// A door for fuzzing.
pub(crate) fn fuzz(bytes: &[u8]) {
    let terms = Terms { trusted: &[], at: 0, longest: 0 };
    if let Ok(said) = read_statement(bytes, &terms) {
        assert!(!said.subjects.is_empty() && said.basis == Basis::Declared);
        assert!(!said.recipe.contains('\n') && !said.because.contains('\n'));
    }
}
