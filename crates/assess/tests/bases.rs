//! What a model that is made from another one takes over from it, when the other one is at hand.

use candor_assess::{Status, Via, assess, shipped};
use candor_facts::{
    Artifact, ArtifactPath, Basis, Claim, Component, Covers, DataAspect, DataUse, Digest, Evidence, Fact, FactSheet,
    LicenseKind, Listing, Origin, Part, PartIndex, Place, Relation, Release, Role, Stage, WeightForm, Whole,
};

/// A release with one part whose facts stand one a line of its README.
fn sheet(id: &str, claims: Vec<Claim>) -> FactSheet {
    let path = ArtifactPath::new("README.md").expect("path");
    let file = Artifact {
        path: path.clone(),
        size: Some(100),
        declared_digest: None,
        at_hand: true,
        origin: Origin::Published,
    };
    let part = Part { role: Role::Model, locator: None, revision: None, listing: Listing::new(false, vec![file]) };
    let facts = claims.into_iter().zip(1u32..).map(|(claim, line)| {
        let place = Place::Span {
            part: PartIndex(0),
            path: path.clone(),
            start: u64::from(line),
            end: u64::from(line) + 1,
            line,
            digest: Digest::of(id.as_bytes()),
            route: None,
        };
        Fact::new(claim, Evidence { basis: Basis::Observed, place })
    });
    let release = Release { id: id.to_owned(), subject: Vec::new(), parts: vec![part] };
    FactSheet::new(release, facts.collect(), Vec::new(), Vec::new())
}

fn weights() -> Claim {
    let whole = Whole::Yes;
    Claim::Weights {
        form: WeightForm::Full,
        format: "safetensors".to_owned(),
        files: 1,
        bytes: None,
        whole,
        missing: Vec::new(),
    }
}

fn license(id: &str) -> Claim {
    Claim::LicenseText {
        covers: Covers::Model,
        kind: LicenseKind::Exact,
        expression: Some(id.to_owned()),
        terms: Vec::new(),
        residue: Vec::new(),
    }
}

fn named(id: &str) -> Claim {
    Claim::LicenseDeclared { covers: Covers::Model, written: id.to_owned(), expression: Some(id.to_owned()) }
}

fn made_from(name: &str, relation: Relation) -> Claim {
    Claim::BaseModel { name: name.to_owned(), relation }
}

fn data() -> Vec<Claim> {
    let set = Claim::Dataset {
        name: "a corpus".to_owned(),
        url: Some("hf:datasets/a/b".to_owned()),
        used_for: DataUse::Training,
        stage: Stage::Base,
    };
    vec![set, Claim::DataDescribed { aspect: DataAspect::Processing, stage: Stage::Base }]
}

fn child(relation: Relation) -> FactSheet {
    let run = Claim::Runnable { by: "config".to_owned() };
    sheet("child", vec![weights(), run, license("Apache-2.0"), made_from("acme/parent", relation)])
}

#[test]
fn terms_of_the_base_come_with_their_place_and_the_statement_that_names_it() {
    let parent = sheet("parent", vec![weights(), named("LicenseRef-llama-3.1")]);
    let sheet = child(Relation::Finetune).with_base("acme/parent", "catalogue:parent", parent);
    let frameworks = shipped().expect("frameworks");
    let assessment = assess(&sheet, &frameworks);
    let terms = assessment.inventory.model_terms().expect("terms");
    assert!(terms.conflict.is_some(), "Apache-2.0 over other terms");
    let inherited: Vec<_> = terms.restrictions.iter().filter(|term| term.via == Via::Base).collect();
    assert!(!inherited.is_empty());
    for term in inherited {
        let fact = sheet.fact(term.fact).expect("fact");
        assert_eq!(fact.part(), PartIndex(1), "{term:?}");
        assert!(term.through.is_some());
    }
    let verdict = assessment.verdicts.iter().find(|(_, verdict)| verdict.requirement == "osaid.parameters-terms");
    assert_eq!(verdict.expect("verdict").1.confirmed, Status::NotMet);
}

#[test]
fn terms_of_a_base_that_nobody_saw_leave_it_open() {
    let sheet = child(Relation::Finetune);
    let frameworks = shipped().expect("frameworks");
    let assessment = assess(&sheet, &frameworks);
    let verdict = assessment.verdicts.iter().find(|(_, verdict)| verdict.requirement == "osaid.parameters-terms");
    assert_eq!(verdict.expect("verdict").1.confirmed, Status::Unknown);
}

#[test]
fn a_child_stands_no_higher_than_its_base() {
    let frameworks = shipped().expect("frameworks");
    let level = |sheet: &FactSheet| {
        let assessment = assess(sheet, &frameworks);
        let standing = assessment.standings.iter().find(|standing| standing.framework == "spectrum").expect("spectrum");
        (standing.confirmed.clone().unwrap_or_default(), standing.possible.clone())
    };
    let parent = |more: Vec<Claim>| {
        let mut claims = vec![weights(), Claim::Runnable { by: "config".to_owned() }, license("Apache-2.0")];
        claims.extend(more);
        sheet("parent", claims)
    };
    let with = |more| child(Relation::Quantised).with_base("acme/parent", "catalogue:parent", parent(more));
    assert_eq!(level(&with(Vec::new())), ("open-weights".to_owned(), "open-source".to_owned()));
    assert_eq!(level(&with(data())), ("open-weights-data-info".to_owned(), "open-source".to_owned()));
    // What the base keeps back, no child gives.
    let kept = Claim::Withholds { component: Component::CodePretraining };
    let mut more = data();
    more.push(kept);
    assert_eq!(level(&with(more)), ("open-weights-data-info".to_owned(), "open-weights-data-info".to_owned()));
    // What a child tells of its own tuning says nothing of its base.
    let mut own = vec![weights(), Claim::Runnable { by: "config".to_owned() }, license("Apache-2.0")];
    own.extend(data().into_iter().map(|claim| match claim {
        Claim::Dataset { name, url, used_for, .. } => Claim::Dataset { name, url, used_for, stage: Stage::End },
        Claim::DataDescribed { aspect, .. } => Claim::DataDescribed { aspect, stage: Stage::End },
        other => other,
    }));
    own.push(made_from("acme/parent", Relation::Finetune));
    let tuned = sheet("child", own).with_base("acme/parent", "catalogue:parent", parent(Vec::new()));
    assert_eq!(level(&tuned).0, "open-weights");
}

#[test]
fn bases_of_bases_keep_their_places() {
    let said = |relation| vec![weights(), license("Apache-2.0"), made_from("acme/grand", relation)];
    let grand = sheet("grand", vec![weights(), named("CC-BY-NC-4.0")]);
    let parent = sheet("parent", said(Relation::Merge)).with_base("acme/grand", "hf:acme/grand", grand);
    let sheet = child(Relation::Finetune).with_base("acme/parent", "hf:acme/parent", parent);
    let frameworks = shipped().expect("frameworks");
    let assessment = assess(&sheet, &frameworks);
    let terms = assessment.inventory.model_terms().expect("terms");
    assert!(terms.restrictions.iter().any(|term| term.kind == candor_facts::TermKind::NonCommercial));
    let places: Vec<u32> = sheet.facts().map(|(_, fact)| fact.part().0).collect();
    assert!([0, 1, 2].iter().all(|part| places.contains(part)));
    let read = FactSheet::from_json(&sheet.to_json()).expect("round trip");
    assert_eq!(read, sheet);
}
