//! Bills of materials: CycloneDX and SPDX 3 in JSON. What they say of a model is a declaration, never more.
//!
//! A bill may list several models. It is read for the one that the release is about: the one whose name or
//! reference is a subject of the release; else its main component; else the only one. Where that leaves a choice,
//! nothing is taken, and a gap says so.

mod cyclonedx;
mod spdx;

use crate::caps;
use crate::inspector::{Input, Inspector, Reading, Reads};
use crate::json::{Kind, Member, array_at, member, object, object_at, unquote};
use candor_facts::{Artifact, Basis, Claim, Component, Covers, Extent, GapReason, Part};
use candor_license as engine;
use std::ops::Range;

/// Reads bills of materials.
pub(crate) const INSPECTOR: Inspector = Inspector { id: "bom", version: 1, reads: Reads::Artifact { wants, read } };

/// Prefix of what Candor adds to a standard's own words.
const OURS: &str = "candor:";

/// A bill by its name; and a lone JSON file, which somebody handed over as such.
fn wants(part: &Part, artifact: &Artifact) -> bool {
    let name = artifact.path.name().to_ascii_lowercase();
    let json = matches!(artifact.path.extension().as_str(), "json" | "jsonld");
    let named = name.contains("bom") || name.contains(".cdx.") || name.contains("cyclonedx") || name.contains("spdx");
    json && (named || part.listing.entries().len() == 1)
}

/// A model that a bill lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedModel {
    /// Its reference in the bill; its name where it has none.
    pub reference: String,
    /// Its name as written.
    pub name: String,
}

/// The models that a bill of materials lists; empty when the text is none, or lists none.
pub fn listed_models(text: &[u8]) -> Vec<ListedModel> {
    let Ok(root) = object(text) else { return Vec::new() };
    let document = Document { text, root };
    match document.standard() {
        Some(Standard::CycloneDx) => cyclonedx::models(&document).into_iter().map(|model| model.listed).collect(),
        Some(Standard::Spdx) => spdx::models(&document).into_iter().map(|model| model.listed).collect(),
        None => Vec::new(),
    }
}

enum Standard {
    CycloneDx,
    Spdx,
}

/// A JSON object that was checked, with what stands in it.
struct Document<'d> {
    text: &'d [u8],
    root: Vec<Member>,
}

/// A model and where it stands.
struct Model {
    listed: ListedModel,
    node: Range<usize>,
    main: bool,
}

impl Document<'_> {
    fn standard(&self) -> Option<Standard> {
        if self.string(&self.root, "bomFormat").is_some_and(|(format, _)| format == "CycloneDX") {
            return Some(Standard::CycloneDx);
        }
        let context = member(&self.root, "@context")?;
        let spdx = self
            .text
            .get(context.value.clone())
            .is_some_and(|text| String::from_utf8_lossy(text).contains("spdx.org/rdf/3."));
        (spdx && member(&self.root, "@graph").is_some()).then_some(Standard::Spdx)
    }

    fn members(&self, node: &Range<usize>) -> Vec<Member> {
        object_at(self.text, node)
    }

    /// The elements of the array at a name.
    fn list(&self, members: &[Member], name: &str) -> Vec<Range<usize>> {
        let Some(found) = member(members, name).filter(|member| member.kind == Kind::ArrayStart) else {
            return Vec::new();
        };
        array_at(self.text, &found.value).into_iter().map(|token| token.span).collect()
    }

    /// The string at a name, and the span of the member.
    fn string(&self, members: &[Member], name: &str) -> Option<(String, Range<usize>)> {
        let found = member(members, name).filter(|member| member.kind == Kind::String)?;
        Some((unquote(self.text, &found.value).into_owned(), found.span.clone()))
    }

    /// The text of a string at a span that is a whole string token.
    fn text_at(&self, span: &Range<usize>) -> Option<String> {
        (self.text.get(span.start) == Some(&b'"')).then(|| unquote(self.text, span).into_owned())
    }

    /// The value of a property of ours, among `properties: [{name, value}]`.
    fn property(&self, members: &[Member], name: &str) -> Option<(String, Range<usize>)> {
        self.properties(members, name).into_iter().next()
    }

    fn properties(&self, members: &[Member], name: &str) -> Vec<(String, Range<usize>)> {
        let wanted = format!("{OURS}{name}");
        let mut found = Vec::new();
        for span in self.list(members, "properties") {
            let property = self.members(&span);
            if self.string(&property, "name").is_some_and(|(name, _)| name == wanted)
                && let Some((value, _)) = self.string(&property, "value")
            {
                found.push((value, span));
            }
        }
        found
    }
}

/// What is said, and where.
struct Said {
    claim: Claim,
    at: Range<usize>,
    route: &'static str,
}

fn read(input: &Input<'_>) -> Reading {
    let bytes = match input.read(caps::CONFIG) {
        Ok(bytes) => bytes,
        Err(gap) => return gap.into(),
    };
    let root = match object(&bytes) {
        Ok(root) => root,
        Err(problem) => {
            let named = !input.artifact.path.name().to_ascii_lowercase().contains("bom");
            // A lone JSON file of another kind is none of ours.
            return if named && problem.at == 0 {
                Reading::default()
            } else {
                input.gap(GapReason::Malformed { at: problem.at as u64, what: problem.what }).into()
            };
        }
    };
    let document = Document { text: &bytes, root };
    let (models, standard) = match document.standard() {
        Some(Standard::CycloneDx) => (cyclonedx::models(&document), Standard::CycloneDx),
        Some(Standard::Spdx) => (spdx::models(&document), Standard::Spdx),
        None if member(&document.root, "spdxVersion").is_some() => {
            let what = "SPDX 2, which has no word for models; SPDX 3 and CycloneDX are read".to_owned();
            return input.gap(GapReason::Unsupported { what }).into();
        }
        None => return Reading::default(),
    };
    let Some(model) = choose(input, &models) else {
        if models.is_empty() {
            return Reading::default();
        }
        let names: Vec<&str> = models.iter().take(5).map(|model| model.listed.name.as_str()).collect();
        let what = format!(
            "a bill of {} models ({} …), none of which is named by this release",
            models.len(),
            names.join(", ")
        );
        return input.gap(GapReason::Unsupported { what }).into();
    };
    let said = match standard {
        Standard::CycloneDx => cyclonedx::read(&document, model, models.len()),
        Standard::Spdx => spdx::read(&document, model),
    };
    let mut reading = Reading::default();
    for Said { claim, at, route } in said.into_iter().take(caps::MEMBERS) {
        reading.fact(claim, input.span(Basis::Declared, &bytes, at, route));
    }
    reading
}

fn choose<'m>(input: &Input<'_>, models: &'m [Model]) -> Option<&'m Model> {
    let subject = &input.at.release.subject;
    let named =
        |model: &&Model| subject.iter().any(|name| *name == model.listed.reference || *name == model.listed.name);
    models.iter().find(named).or_else(|| models.iter().find(|model| model.main)).or(match models {
        [only] => Some(only),
        _ => None,
    })
}

/// A licence that a bill names. What is an expression is taken as one; a name is understood as elsewhere.
fn license(covers: Covers, stated: &str, is_expression: bool, written: Option<String>) -> Claim {
    let known = is_expression || stated.starts_with("LicenseRef-") && !stated.starts_with("LicenseRef-declared-");
    let written = written.unwrap_or_else(|| stated.to_owned());
    let expression = if known {
        Some(stated.to_owned())
    } else {
        engine::resolve(&written).expression.as_ref().map(ToString::to_string)
    };
    Claim::LicenseDeclared { covers, written, expression }
}

/// Where the weights lie, as a bill says.
fn weights_at(target: &str) -> Claim {
    Claim::Provides {
        component: Component::WeightsEndFinal,
        extent: Extent::Elsewhere,
        target: Some(target.to_owned()),
    }
}

/// A claim that Candor wrote into a bill. Only what a publisher can say of itself is taken back: what has to be
/// observed is not, whoever wrote it.
fn travelled(json: &str) -> Option<Claim> {
    let claim: Claim = serde_json::from_str(json).ok()?;
    match claim {
        Claim::Restricted { covers, mut term } => {
            // Its bytes are those of another file.
            term.bytes = None;
            Some(Claim::Restricted { covers, term })
        }
        Claim::Provides { .. }
        | Claim::Withholds { .. }
        | Claim::InterfaceOnly
        | Claim::DeltaWeights
        | Claim::DataDescribed { .. }
        | Claim::ParametersTold { .. }
        | Claim::TrainingTokens { .. }
        | Claim::Reviewed { .. }
        | Claim::Compute { .. }
        | Claim::SaysOpen { .. } => Some(claim),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
