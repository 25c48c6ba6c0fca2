//! A record that we write comes to the class that we give, whatever the release.

use candor_assess::mof::{Class, Compat, evaluate};
use candor_assess::{assess, next, shipped};
use candor_facts::{FactSheet, Listing, Part, Release, Role};

/// A release of which nothing is known.
fn empty() -> FactSheet {
    let part = Part {
        role: Role::Model,
        locator: Some("hf:a/b".to_owned()),
        revision: None,
        listing: Listing::new(false, Vec::new()),
    };
    let release = Release { id: "sprout: \"small\"\n# model".to_owned(), subject: Vec::new(), parts: vec![part] };
    FactSheet::new(release, Vec::new(), Vec::new(), Vec::new())
}

#[test]
fn records_come_to_the_class_of_the_verdict() {
    let frameworks = shipped().expect("shipped frameworks");
    for (target, class) in [
        ("spectrum.open-weights", Class::Unclassified),
        ("mof.III", Class::OpenModel),
        ("mof.II", Class::OpenTooling),
        ("mof.I", Class::OpenScience),
    ] {
        let sheet = empty();
        let plan = next::plan(&sheet, &frameworks, target).expect("a requirement");
        assert!(plan.rests.is_empty(), "{target}: {:?}", plan.rests);
        let acts: Vec<next::Act> = plan.steps.iter().map(|step| step.act.clone()).collect();
        for left_out in 0..acts.len() {
            let acts: Vec<next::Act> =
                acts.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, act)| act.clone()).collect();
            let sheet = next::after(&sheet, &acts);
            let assessment = assess(&sheet, &frameworks);
            let standing = assessment.standings.iter().find(|standing| standing.framework == "mof").expect("MOF");
            let ours = Class::ALL.into_iter().find(|class| Some(class.level()) == standing.confirmed.as_deref());
            let record = candor_report::record(&sheet, &assessment);
            let read = evaluate(&record, Compat::Mot).expect("a record");
            assert_eq!(read.class, ours.unwrap_or(Class::Unclassified), "{target} without act {left_out}\n{record}");
        }
        let whole = next::after(&sheet, &acts);
        let assessment = assess(&whole, &frameworks);
        let read = evaluate(&candor_report::record(&whole, &assessment), Compat::Mot).expect("a record");
        assert_eq!(read.class, class, "{target}");
        assert_eq!(read.name.as_deref(), Some(whole.release.id.as_str()));
    }
}
