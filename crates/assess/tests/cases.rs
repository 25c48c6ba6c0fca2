//! The literate cases in `cases/`: small releases and what the rules make of them.

#![allow(clippy::disallowed_methods, reason = "tests read the folder of cases")]
#![allow(clippy::print_stderr, reason = "a check that cannot run must say so")]

use candor_assess::{Assessment, assess, shipped};
use candor_facts::{
    Artifact, ArtifactPath, Basis, Claim, Component, Covers, DataAspect, DataUse, Digest, Evidence, Extent, Fact,
    FactSheet, LicenseKind, Listing, Origin, Part, PartIndex, Place, Relation, Release, Role, Stage, TermFound,
    TermKind, WeightForm, Whole,
};
use candor_license::{LicenseId, license};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// `15e12`, `0.6e9` as a whole number.
fn number(text: &str) -> u64 {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let exponent = exponent.parse::<u32>().expect("an exponent") - u32::try_from(fraction.len()).expect("short");
    format!("{whole}{fraction}").parse::<u64>().expect("digits") * 10u64.pow(exponent)
}

fn stage(word: Option<&&str>) -> Stage {
    word.map_or(Stage::Unstated, |word| Stage::parse(word).expect("a stage"))
}

fn component(word: &str) -> Component {
    Component::parse(word).unwrap_or_else(|| panic!("no component `{word}`"))
}

/// Restrictions that the text of a known licence holds.
fn terms(id: &str) -> Vec<TermFound> {
    let known =
        LicenseId::parse(id).and_then(|id| license(&id).cloned()).unwrap_or_else(|| panic!("no licence `{id}`"));
    let term = |kind: &str, value, note: &str| TermFound {
        kind: TermKind::parse(kind).expect("a kind"),
        value,
        bytes: None,
        note: note.to_owned(),
    };
    known.restrictions.iter().map(|found| term(found.kind.as_str(), found.value, found.note)).collect()
}

fn claim(words: &[&str]) -> Claim {
    match words {
        ["weights"] => weights(WeightForm::Full),
        ["adapter"] => weights(WeightForm::Adapter),
        ["architecture", model, class] => {
            Claim::Architecture { model_type: Some((*model).to_owned()), architectures: vec![(*class).to_owned()] }
        }
        ["licence", id] => Claim::LicenseText {
            covers: Covers::Model,
            kind: LicenseKind::Exact,
            expression: Some((*id).to_owned()),
            terms: terms(id),
            residue: Vec::new(),
        },
        ["named", id] => Claim::LicenseDeclared {
            covers: Covers::Model,
            written: (*id).to_owned(),
            expression: Some((*id).to_owned()),
        },
        ["limit", kind] => Claim::Restricted {
            covers: Covers::Model,
            term: TermFound {
                kind: TermKind::parse(kind).expect("a kind"),
                value: None,
                bytes: None,
                note: (*kind).to_owned(),
            },
        },
        ["parameters", total, rest @ ..] => Claim::Parameters {
            total: number(total),
            buffers: 0,
            tied: 0,
            embedding: 0,
            active: match rest {
                [] => Some(number(total)),
                ["of-experts", "active", "unknown"] => None,
                ["of-experts", "active", active] => Some(number(active)),
                other => panic!("no such parameters: {}", other.join(" ")),
            },
            attention: None,
        },
        ["parameters-told", count, rest @ ..] => Claim::ParametersTold {
            lower: number(count),
            upper: number(count),
            active: rest.first() == Some(&"active"),
        },
        ["tokens", count, rest @ ..] => {
            Claim::TrainingTokens { lower: number(count), upper: Some(number(count)), stage: stage(rest.first()) }
        }
        ["base", name] => Claim::BaseModel { name: (*name).to_owned(), relation: Relation::Finetune },
        ["data", aspect] => {
            Claim::DataDescribed { aspect: DataAspect::parse(aspect).expect("an aspect"), stage: Stage::Base }
        }
        ["dataset", name] => Claim::Dataset {
            name: (*name).to_owned(),
            url: Some(format!("hf:datasets/{name}")),
            used_for: DataUse::Training,
            stage: Stage::Base,
        },
        ["told", id] => Claim::Provides { component: component(id), extent: Extent::Described, target: None },
        ["here", id] => Claim::Provides { component: component(id), extent: Extent::Whole, target: None },
        ["interface"] => Claim::InterfaceOnly,
        [requirement, answer @ ("yes" | "no")] => Claim::Reviewed {
            requirement: (*requirement).to_owned(),
            holds: *answer == "yes",
            because: "a case".to_owned(),
            url: None,
        },
        other => panic!("no such fact: {}", other.join(" ")),
    }
}

fn weights(form: WeightForm) -> Claim {
    Claim::Weights {
        form,
        format: "safetensors".to_owned(),
        files: 1,
        bytes: None,
        whole: Whole::Yes,
        missing: Vec::new(),
    }
}

/// The fact sheet of a case: what stands below a line `base LOCATOR` is said of the base.
fn sheet(facts: &str) -> FactSheet {
    let own =
        |facts: &str| part(&facts.lines().filter(|line| !line.starts_with("base ")).collect::<Vec<_>>().join("\n"));
    let Some((child, base)) = facts.split_once("\nbase ") else { return own(facts) };
    let (locator, base) = base.split_once('\n').expect("facts of the base");
    let name = locator.split_once(':').map_or(locator, |(_, name)| name);
    own(child).with_base(name, "given", own(&format!("model {locator} complete\n{base}")))
}

fn part(facts: &str) -> FactSheet {
    let file = Artifact {
        path: ArtifactPath::new("README.md").expect("path"),
        size: Some(1),
        declared_digest: None,
        at_hand: true,
        origin: Origin::Published,
    };
    let (mut locator, mut complete, mut found) = (None, false, Vec::new());
    for (line, text) in (1u32..).zip(facts.lines().filter(|line| !line.trim().is_empty())) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (who, what) = words.split_first().expect("words");
        let basis = match *who {
            "model" => {
                complete = what.contains(&"complete");
                locator = what.iter().find(|word| word.contains(':')).map(|word| (*word).to_owned());
                continue;
            }
            "observed" => Basis::Observed,
            "declared" => Basis::Declared,
            "attested" => Basis::Attested { by: "a reviewer".to_owned() },
            other => panic!("`{other}` states nothing: {text}"),
        };
        let what: Vec<&str> = match (what, *who) {
            (["licence", id], "declared") => vec!["named", id],
            _ => what.to_vec(),
        };
        let place = Place::Span {
            part: PartIndex(0),
            path: ArtifactPath::new("README.md").expect("path"),
            start: u64::from(line),
            end: u64::from(line) + 1,
            line,
            digest: Digest::of(text.as_bytes()),
            route: None,
        };
        found.push(Fact::new(claim(&what), Evidence { basis, place }));
    }
    let part = Part { role: Role::Model, locator, revision: None, listing: Listing::new(complete, vec![file]) };
    FactSheet::new(
        Release { id: "case".to_owned(), subject: Vec::new(), parts: vec![part] },
        found,
        Vec::new(),
        Vec::new(),
    )
}

/// What is wrong with the verdict of a case.
fn complaints(assessment: &Assessment<'_>, expected: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for line in expected.lines().filter(|line| !line.trim().is_empty()) {
        let (what, wanted) = line.split_once(": ").unwrap_or_else(|| panic!("write `what: status`: {line}"));
        let (confirmed, name) = what.strip_prefix("confirmed ").map_or((false, what), |name| (true, name));
        let found = if name == "outcomes" {
            let decided = &assessment.decisions[0];
            let reach = if confirmed { &decided.confirmed } else { &decided.declared };
            reach.outcomes.join(", ")
        } else {
            let (_, verdict) = assessment.verdicts.find(name).unwrap_or_else(|| panic!("no requirement `{name}`"));
            let status = if confirmed { verdict.confirmed } else { verdict.declared };
            status.as_str().to_owned()
        };
        if found != wanted {
            wrong.push(format!("{what}: {found}, and not {wanted}"));
        }
    }
    wrong
}

/// The cases of a page: heading, facts, verdict.
fn cases(page: &str) -> Vec<(String, String, String)> {
    let block = |text: &str, name: &str| {
        let after = text.split_once(&format!("```{name}\n"))?.1;
        Some(after.split_once("```")?.0.to_owned())
    };
    let parts = page.split("\n## ").skip(1);
    parts
        .map(|part| {
            let heading = part.lines().next().unwrap_or_default().to_owned();
            let facts = block(part, "facts").unwrap_or_else(|| panic!("{heading}: no block `facts`"));
            let verdict = block(part, "verdict").unwrap_or_else(|| panic!("{heading}: no block `verdict`"));
            (heading, facts, verdict)
        })
        .collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cases")
}

#[test]
fn cases_come_out_as_told() {
    let frameworks = shipped().expect("shipped frameworks");
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut reached = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).expect("the folder `cases`") {
        let path = entry.expect("entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if name == "README" {
            continue;
        }
        assert!(frameworks.iter().any(|framework| framework.id == name), "{name}: no such framework");
        for (heading, facts, verdict) in cases(&std::fs::read_to_string(&path).expect("a page")) {
            count += 1;
            let sheet = sheet(&facts);
            let assessment = assess(&sheet, &frameworks);
            wrong
                .extend(complaints(&assessment, &verdict).into_iter().map(|line| format!("{name}, {heading}: {line}")));
            if let [only] = assessment.decisions[0].declared.outcomes.as_slice() {
                reached.insert(only.clone());
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count > 30, "{count} cases");
    let decision =
        frameworks.iter().find_map(|framework| framework.regulation.as_ref()?.decision.clone()).expect("a decision");
    for outcome in &decision.outcomes {
        assert!(reached.contains(&outcome.id), "no case ends in `{}` alone", outcome.id);
    }
}

/// A case that is told wrongly is found.
#[test]
fn a_wrong_case_is_refused() {
    let frameworks = shipped().expect("shipped frameworks");
    let sheet = sheet("model hf:acme/sage complete\nobserved weights\n");
    let assessment = assess(&sheet, &frameworks);
    assert_eq!(complaints(&assessment, "outcomes: exempt\neu-exemption.weights-public: not-met\n").len(), 2);
}

/// Every row of our list is in a framework file with its citation, or left out there with a reason, and no other.
#[test]
fn every_row_has_its_place() {
    let list = include_str!("../data/regulation-rows.txt");
    let rows: BTreeSet<&str> = list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let frameworks = shipped().expect("shipped frameworks");
    let mut placed: BTreeSet<String> = BTreeSet::new();
    for framework in &frameworks {
        let Some(regulation) = &framework.regulation else { continue };
        for (name, requirement) in &framework.requirements {
            for row in framework.note(name).rows {
                assert!(!requirement.cite.is_empty(), "{name}: {row} without a citation");
                placed.insert(row);
            }
        }
        for outside in &regulation.outside {
            assert!(!outside.why.is_empty() && !outside.cite.is_empty(), "{}: no reason", outside.row);
            assert!(placed.insert(outside.row.clone()), "{}: left out and asked", outside.row);
        }
    }
    let missing: Vec<&&str> = rows.iter().filter(|row| !placed.contains(**row)).collect();
    let unknown: Vec<&String> = placed.iter().filter(|row| !rows.contains(row.as_str())).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "without a place: {missing:?}; in no list: {unknown:?}");
    assert_eq!(rows.len(), placed.len());
}

/// The list holds every row of the corpus that concerns general-purpose models in the Union, or AB 2013.
#[test]
fn the_list_of_rows_is_whole() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var_os("CANDOR_SHARED").map_or_else(|| here.join("../shared"), PathBuf::from);
    let Ok(table) = std::fs::read_to_string(shared.join("reference/regulation-requirements.csv")) else {
        eprintln!("NOT RUN: no reference/regulation-requirements.csv under CANDOR_SHARED or ../shared");
        return;
    };
    let ids = table.lines().skip(1).filter_map(|line| line.split(',').next());
    let theirs: BTreeSet<&str> = ids.filter(|id| id.starts_with("EU-") || id.starts_with("CA-2013-")).collect();
    let list = include_str!("../data/regulation-rows.txt");
    let ours: BTreeSet<&str> = list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert!(theirs.len() > 70, "{} rows", theirs.len());
    assert_eq!(ours, theirs);
}

/// What law says must not be said by us: no text of a framework of law, and no line of its page, calls a release
/// compliant, and weights alone are said to fall short only of the duties that name training data.
#[test]
fn wording_is_careful() {
    let beyond: BTreeSet<String> = shipped()
        .expect("shipped frameworks")
        .iter()
        .flat_map(|framework| {
            let of =
                |name: &String| framework.note(name).beyond_weights.then(|| framework.requirements[name].cite.clone());
            framework.requirements.keys().filter_map(of).collect::<Vec<_>>()
        })
        .collect();
    for cite in &beyond {
        let named = [
            "Art. 53(1)(d)", "training-content template", "Civ. Code 31", "annex XI s. 1 point 2(c)", "annex XII 2(c)",
        ];
        assert!(
            named.iter().any(|name| cite.starts_with(name)),
            "{cite}: not among the duties that weights alone never satisfy"
        );
    }
    for text in [
        include_str!("../frameworks/eu-exemption.toml"),
        include_str!("../frameworks/eu-ai-act-gpai.toml"),
        include_str!("../frameworks/ca-ab-2013.toml"),
    ] {
        let text = text.to_lowercase();
        for word in ["complian", "complies", "comply", "legal advice", "illegal to"] {
            assert!(!text.contains(word), "`{word}`");
        }
    }
}
