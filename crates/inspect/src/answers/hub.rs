//! What the Hugging Face Hub says of a repository: gated, disabled, branches for checkpoints, and the card's own words
//! where the card is shut.
//!
//! What the card says is read from the card; this reader repeats it only where the card cannot be read, as with gated
//! repositories, whose description is public. From a repository that the platform has disabled nothing follows: its
//! tags stay as they were.

use crate::caps;
use crate::inspector::{Input, Inspector, PartInput, Reading, Reads};
use crate::json::{self, Kind, Member, Token, member, unquote};
use candor_facts::{
    Artifact, Basis, Claim, Component, Covers, DataUse, Extent, Fact, GapReason, Origin, Relation, Role, Stage,
    TermFound, TermKind,
};
use candor_license as engine;
use std::ops::Range;

/// Reads the information on a repository.
pub(crate) const INSPECTOR: Inspector = Inspector { id: "hub", version: 1, reads: Reads::Part(read) };

const INFO: &str = "@answers/info.json";
const REFS: &str = "@answers/refs.json";
/// Fewest branches or tags of steps that are a series.
const SERIES: usize = 2;

/// The answer, when the part has one. A published file of the same name is none.
fn answer<'a>(at: &PartInput<'a>, path: &str) -> Option<&'a Artifact> {
    let artifact = at.part.listing.get(path)?;
    matches!(&artifact.origin, Origin::Answer { of } if of.contains("/api/")).then_some(artifact)
}

fn read(at: &PartInput<'_>) -> Reading {
    let mut reading = with(at, INFO, info);
    if at.part.role == Role::Model {
        reading.absorb(with(at, REFS, refs));
    }
    reading
}

/// Open an answer, and read its members.
fn with(at: &PartInput<'_>, path: &str, read: fn(Answer<'_>, &[Member]) -> Reading) -> Reading {
    let Some(artifact) = answer(at, path) else { return Reading::default() };
    let bytes = match at.open(artifact) {
        Ok(bytes) => bytes,
        Err(gap) => return gap.into(),
    };
    let input = Input::new(*at, artifact, &*bytes);
    let text = match input.read(caps::CONFIG) {
        Ok(text) => text,
        Err(gap) => return gap.into(),
    };
    match json::object(&text) {
        Ok(members) => read(Answer { input, text: &text, reading: Reading::default() }, &members),
        Err(problem) => input.gap(GapReason::Malformed { at: problem.at as u64, what: problem.what }).into(),
    }
}

/// Branches and tags that are named after steps of training: what they hold was not looked at.
fn refs(mut out: Answer<'_>, members: &[Member]) -> Reading {
    let mut named = Vec::new();
    for key in ["branches", "tags"] {
        let entries = member(members, key).map(|list| json::array_at(out.text, &list.value)).unwrap_or_default();
        for entry in entries {
            let entry = json::object_at(out.text, &entry.span);
            let name = member(&entry, "name").filter(|name| name.kind == Kind::String);
            named.extend(name.filter(|name| is_step(&unquote(out.text, &name.value))).map(|name| name.value.clone()));
        }
    }
    if let ([first, .., last], true) = (named.as_slice(), named.len() >= SERIES) {
        let claim =
            Claim::Provides { component: Component::WeightsIntermediate, extent: Extent::Elsewhere, target: None };
        let place = |span: &Range<usize>| out.input.span(Basis::Declared, out.text, span.clone(), "name");
        out.reading.facts.push(Fact { claim, evidence: place(first), also: vec![place(last)] });
    }
    out.reading
}

/// `step1000`, `stage1-step140000-tokens294B`, `checkpoint-500`: a number right behind a word for a state of training.
fn is_step(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["step", "checkpoint", "ckpt", "iter", "epoch"].iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let begins = lower.get(..at).is_none_or(|before| !before.ends_with(|c: char| c.is_ascii_alphabetic()));
            let rest = lower.get(at + word.len()..).unwrap_or_default().trim_start_matches(['-', '_', '.', '=']);
            begins && rest.starts_with(|c: char| c.is_ascii_digit())
        })
    })
}

fn info(mut out: Answer<'_>, members: &[Member]) -> Reading {
    let at = out.input.at;
    if member(members, "disabled").is_some_and(|member| member.kind == Kind::True) {
        let what = "the platform has disabled this repository; what its tags still say is no statement".to_owned();
        let gap = out.input.gap(GapReason::Unsupported { what });
        out.reading.gap(gap);
        return out.reading;
    }
    out.gate(members);
    let card = at.part.listing.get("README.md");
    if card.is_none_or(|card| at.files.open(at.index, &card.path).is_err()) {
        out.card(members);
    }
    out.reading
}

struct Answer<'a> {
    input: Input<'a>,
    text: &'a [u8],
    reading: Reading,
}

impl Answer<'_> {
    fn say(&mut self, basis: Basis, claim: Claim, span: &Range<usize>, route: &str) {
        let evidence = self.input.span(basis, self.text, span.clone(), route);
        self.reading.fact(claim, evidence);
    }

    fn is_data(&self) -> bool {
        self.input.at.part.role == Role::Data
    }

    fn gate(&mut self, members: &[Member]) {
        let Some(gated) = member(members, "gated") else { return };
        let word = unquote(self.text, &gated.value);
        let note = match (gated.kind, &*word) {
            (Kind::String, "auto") => "the platform asks for contact data and consent before it hands out the files",
            (Kind::String, "manual") => "the platform hands out the files to those whom the publisher approves",
            (Kind::String, word) if !word.is_empty() => "access to the files must be asked for on the platform",
            (Kind::True, _) => "access to the files must be asked for on the platform",
            _ => return,
        };
        let covers = if self.is_data() { Covers::Data } else { Covers::Model };
        let term = TermFound { kind: TermKind::Gated, value: None, bytes: None, note: note.to_owned() };
        let span = gated.span.clone();
        self.say(Basis::Observed, Claim::Restricted { covers, term }, &span, "gated");
    }

    /// Strings of a value: itself, or the elements of a list.
    fn strings(&self, value: &Member) -> Vec<(String, Range<usize>)> {
        let one = |span: &Range<usize>| (unquote(self.text, span).into_owned(), span.clone());
        match value.kind {
            Kind::String => vec![one(&value.value)],
            Kind::ArrayStart => json::array_at(self.text, &value.value)
                .iter()
                .filter(|token: &&Token| token.kind == Kind::String)
                .map(|token| one(&token.span))
                .take(caps::FRONT_VALUES)
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What the card's front matter says, as the platform repeats it.
    fn card(&mut self, members: &[Member]) {
        let card = member(members, "cardData").map(|card| json::object_at(self.text, &card.value)).unwrap_or_default();
        let tags = member(members, "tags").map(|tags| self.strings(tags)).unwrap_or_default();
        let tagged = |prefix: &str| -> Vec<(String, Range<usize>)> {
            tags.iter().filter_map(|(tag, span)| Some((tag.strip_prefix(prefix)?.to_owned(), span.clone()))).collect()
        };
        let written = |key: &str, prefix: &str| match member(&card, key).map(|value| self.strings(value)) {
            Some(values) if !values.is_empty() => (values, format!("cardData.{key}")),
            _ => (tagged(prefix), "tags".to_owned()),
        };
        let single = |key: &str| member(&card, key).and_then(|value| self.strings(value).into_iter().next());
        let (name, link) = (single("license_name"), single("license_link"));
        let (licenses, license_route) = written("license", "license:");
        let (bases, base_route) = written("base_model", "base_model:");
        let (datasets, dataset_route) = written("datasets", "dataset:");
        let relation = single("base_model_relation").and_then(|(word, _)| Relation::parse(&word));
        let data = self.is_data();
        for (tag, span) in licenses {
            let text = |pair: &Option<(String, Range<usize>)>| pair.as_ref().map(|(text, _)| text.clone());
            let declared = engine::resolve_named(&tag, text(&name).as_deref(), text(&link).as_deref());
            let expression = declared.expression.as_ref().map(ToString::to_string);
            let written = match text(&name) {
                Some(name) if tag.eq_ignore_ascii_case("other") => name,
                _ => tag,
            };
            // Said of the repository as a whole, as the front matter of the card at its root says it.
            let covers = match self.input.at.part.role {
                Role::Model => Covers::Model,
                Role::Code => Covers::Code,
                Role::Data => Covers::Data,
                Role::Document => Covers::Unstated,
            };
            self.say(Basis::Declared, Claim::LicenseDeclared { covers, written, expression }, &span, &license_route);
        }
        if data {
            return;
        }
        // Of a tag `base_model:finetune:org/name` the word between is the platform's; the same base stands there
        // without it as well.
        let bases: Vec<_> = bases
            .into_iter()
            .map(|(base, span)| match base.split_once(':') {
                Some((word, name)) => (name.to_owned(), Relation::parse(word), span),
                None => (base, None, span),
            })
            .collect();
        for (name, inferred, span) in &bases {
            if inferred.is_none() && bases.iter().any(|(other, known, _)| other == name && known.is_some()) {
                continue;
            }
            let (name, relation) = (name.clone(), relation.or(*inferred).unwrap_or(Relation::Unstated));
            self.say(Basis::Declared, Claim::BaseModel { name, relation }, span, &base_route);
        }
        for (name, span) in datasets {
            let url = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
            let url = url.then(|| format!("hf:datasets/{name}"));
            let claim = Claim::Dataset { name, url, used_for: DataUse::Training, stage: Stage::Unstated };
            self.say(Basis::Declared, claim, &span, &dataset_route);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check;
    use expect_test::expect;

    #[test]
    fn a_gate_and_nothing_that_the_card_says_itself() {
        check(
            &INSPECTOR,
            r#"//= model complete
//- @answers/info.json answer
{
  "cardData": {"license": "apache-2.0"},
  "gated": "manual",
  "tags": ["license:apache-2.0"]
}
//- README.md
card"#,
            expect![[r#"
                observed {"claim":"restricted","covers":"model","kind":"gated","note":"the platform hands out the files to those whom the publisher approves"}
                    @answers/info.json:3 45..62 gated "\"gated\": \"manual\""
            "#]],
        );
    }

    #[test]
    fn the_card_of_a_gated_repository() {
        check(
            &INSPECTOR,
            r#"//= model complete
//- @answers/info.json answer
{
  "cardData": {"license": "other", "license_name": "llama3.1", "base_model": ["org/base"], "base_model_relation": "finetune", "datasets": ["org/data"]},
  "gated": "auto"
}
//- README.md gated
card"#,
            expect![[r#"
                declared {"claim":"base-model","name":"org/base","relation":"finetune"}
                    @answers/info.json:2 80..90 cardData.base_model "\"org/base\""
                declared {"claim":"dataset","name":"org/data","url":"hf:datasets/org/data","used_for":"training","stage":"unstated"}
                    @answers/info.json:2 141..151 cardData.datasets "\"org/data\""
                declared {"claim":"license-declared","covers":"model","written":"llama3.1","expression":"LicenseRef-llama-3.1"}
                    @answers/info.json:2 28..35 cardData.license "\"other\""
                observed {"claim":"restricted","covers":"model","kind":"gated","note":"the platform asks for contact data and consent before it hands out the files"}
                    @answers/info.json:3 157..172 gated "\"gated\": \"auto\""
            "#]],
        );
        check(
            &INSPECTOR,
            r#"//= model complete
//- @answers/info.json answer
{"gated": false, "tags": ["license:mit", "base_model:org/base", "base_model:quantized:org/base", "dataset:squad", "region:us"]}"#,
            expect![[r#"
                declared {"claim":"base-model","name":"org/base","relation":"quantized"}
                    @answers/info.json:1 64..95 tags "\"base_model:quantized:org/base\""
                declared {"claim":"dataset","name":"squad","url":"hf:datasets/squad","used_for":"training","stage":"unstated"}
                    @answers/info.json:1 97..112 tags "\"dataset:squad\""
                declared {"claim":"license-declared","covers":"model","written":"mit","expression":"MIT"}
                    @answers/info.json:1 26..39 tags "\"license:mit\""
            "#]],
        );
        check(
            &INSPECTOR,
            r#"//= data complete
//- @answers/info.json answer
{"gated": true, "cardData": {"license": ["cc-by-4.0", 7], "datasets": ["x"]}}"#,
            expect![[r#"
                declared {"claim":"license-declared","covers":"data","written":"cc-by-4.0","expression":"CC-BY-4.0"}
                    @answers/info.json:1 41..52 cardData.license "\"cc-by-4.0\""
                observed {"claim":"restricted","covers":"data","kind":"gated","note":"access to the files must be asked for on the platform"}
                    @answers/info.json:1 1..14 gated "\"gated\": true"
            "#]],
        );
    }

    #[test]
    fn branches_of_steps() {
        check(
            &INSPECTOR,
            r#"//= model complete
//- @answers/refs.json answer
{
  "branches": [{"name": "main"}, {"name": "step1000"}, {"name": "step2000"}, {"name": 7}],
  "tags": [{"name": "v1"}]
}"#,
            expect![[r#"
                declared {"claim":"provides","component":"weights.intermediate","extent":"elsewhere"}
                    @answers/refs.json:2 44..54 name "\"step1000\""
                    @answers/refs.json:2 66..76 name "\"step2000\""
            "#]],
        );
        for (name, expected) in [
            ("stage1-step140000-tokens294B", true),
            ("global_step_4000", true),
            ("checkpoint-500", true),
            ("epoch=3", true),
            ("main", false),
            ("step", false),
            ("misstep1", false),
            ("v1.0", false),
            ("step-by-step", false),
        ] {
            assert_eq!(is_step(name), expected, "{name}");
        }
        check(
            &INSPECTOR,
            "//= model complete\n//- @answers/refs.json answer\n{\"branches\": [{\"name\": \"step1\"}], \"tags\": 1}",
            expect![[r#""#]],
        );
    }

    #[test]
    fn what_says_nothing() {
        for (text, expected) in [
            (
                r#"{"disabled": true, "gated": "auto", "tags": ["license:apache-2.0"]}"#,
                expect![[r#"
                gap @answers/info.json: not read: the platform has disabled this repository; what its tags still say is no statement
            "#]],
            ),
            (
                r#"{"gated": "auto""#,
                expect![[r#"
                gap @answers/info.json: malformed at byte 16: the text ends too early
            "#]],
            ),
            (
                r#"{"gated": {}, "cardData": [], "tags": "license:mit", "disabled": "yes"}"#,
                expect![[r#"
                declared {"claim":"license-declared","covers":"model","written":"mit","expression":"MIT"}
                    @answers/info.json:1 38..51 tags "\"license:mit\""
            "#]],
            ),
        ] {
            check(&INSPECTOR, &format!("//= model complete\n//- @answers/info.json answer\n{text}"), expected);
        }
        // A file that a publisher names so is no answer of a platform.
        check(&INSPECTOR, "//- @answers/info.json\n{\"gated\": \"manual\"}", expect![[r#""#]]);
    }
}
