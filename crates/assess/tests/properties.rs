//! What must hold of every judgement, whatever the facts.

use candor_assess::{Framework, Reason, Status, assess, shipped};
use candor_facts::{
    Artifact, ArtifactPath, Basis, Claim, Component, Covers, DataAspect, DataUse, Digest, Evidence, Extent, Fact,
    FactSheet, LicenseKind, Listing, Origin, Part, PartIndex, Place, Release, Role, Stage, TermFound, TermKind,
    WeightForm, Whole,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn frameworks() -> Vec<Framework> {
    shipped().expect("shipped frameworks")
}

/// The status of a requirement when the probes answer as given.
fn judge(all: &[Framework], framework: &Framework, name: &str, leaves: &BTreeMap<String, Status>) -> Status {
    let requirement = &framework.requirements[name];
    let id = format!("{}.{name}", framework.short);
    let probed = leaves.get(&id).copied();
    let exemption = requirement.unless.is_some();
    let mut parts: Vec<Status> = requirement
        .parts()
        .map(|part| {
            let target = part
                .framework
                .as_ref()
                .map_or(framework, |short| all.iter().find(|known| known.short == *short).expect("framework"));
            judge(all, target, &part.requirement, leaves)
        })
        .collect();
    let exempt = exemption.then(|| parts.pop()).flatten();
    let own = probed.unwrap_or_else(|| requirement.rule.compose(parts));
    exempt.map_or(own, |exempt| own.unless(exempt))
}

fn leaf_names(all: &[Framework]) -> Vec<String> {
    let mut names = Vec::new();
    for framework in all {
        for (name, requirement) in &framework.requirements {
            if matches!(requirement.rule, candor_assess::Rule::Probe(..)) {
                names.push(format!("{}.{name}", framework.short));
            }
        }
    }
    names
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::Met), Just(Status::NotMet), Just(Status::Unknown), Just(Status::NotApplicable)]
}

/// A place in a file of a part.
fn place(part: u32, line: u32) -> Place {
    let path = ArtifactPath::new("README.md").expect("path");
    Place::Span {
        part: PartIndex(part),
        path,
        start: u64::from(line),
        end: u64::from(line) + 1,
        line,
        digest: Digest::of(&line.to_le_bytes()),
        route: None,
    }
}

fn claim() -> impl Strategy<Value = Claim> {
    let component = proptest::sample::select(Component::ALL.to_vec());
    let extent = proptest::sample::select(Extent::ALL.to_vec());
    let license = proptest::sample::select(vec![
        "Apache-2.0", "MIT", "CC-BY-NC-4.0", "LicenseRef-llama-3.1", "LicenseRef-modified-MIT",
    ]);
    let kind = proptest::sample::select(vec![LicenseKind::Exact, LicenseKind::Modified, LicenseKind::Unrecognised]);
    let covers = proptest::sample::select(Covers::ALL.to_vec());
    let stage = proptest::sample::select(Stage::ALL.to_vec());
    prop_oneof![
        (component.clone(), extent).prop_map(|(component, extent)| Claim::Provides { component, extent, target: None }),
        component.prop_map(|component| Claim::Withholds { component }),
        Just(Claim::InterfaceOnly),
        proptest::sample::select(Whole::ALL.to_vec()).prop_map(|whole| Claim::Weights {
            form: WeightForm::Full,
            format: "safetensors".to_owned(),
            files: 1,
            bytes: None,
            whole,
            missing: Vec::new(),
        }),
        Just(Claim::Runnable { by: "config".to_owned() }),
        (covers.clone(), license.clone()).prop_map(|(covers, id)| Claim::LicenseDeclared {
            covers,
            written: id.to_owned(),
            expression: Some(id.to_owned())
        }),
        (covers.clone(), kind, license).prop_map(|(covers, kind, id)| Claim::LicenseText {
            covers,
            kind,
            expression: Some(id.to_owned()),
            terms: Vec::new(),
            residue: Vec::new()
        }),
        (covers, proptest::sample::select(TermKind::ALL.to_vec())).prop_map(|(covers, kind)| Claim::Restricted {
            covers,
            term: TermFound { kind, value: None, bytes: None, note: "a note".to_owned() },
        }),
        (stage.clone(), any::<bool>()).prop_map(|(stage, placed)| Claim::Dataset {
            name: "a set".to_owned(),
            url: placed.then(|| "hf:datasets/a/set".to_owned()),
            used_for: DataUse::Training,
            stage,
        }),
        (proptest::sample::select(DataAspect::ALL.to_vec()), stage)
            .prop_map(|(aspect, stage)| Claim::DataDescribed { aspect, stage }),
    ]
}

type Said = (Claim, bool, u32);

fn said() -> impl Strategy<Value = Vec<Said>> {
    proptest::collection::vec((claim(), any::<bool>(), 1u32..50), 0..14)
}

/// A sheet of one model part and, when asked, one part more.
fn sheet(first: &[Said], second: Option<(Role, &[Said])>, complete: bool) -> FactSheet {
    let file = |path: &str| Artifact {
        path: ArtifactPath::new(path).expect("path"),
        size: Some(1),
        declared_digest: None,
        at_hand: true,
        origin: Origin::Published,
    };
    let part =
        |role| Part { role, locator: None, revision: None, listing: Listing::new(complete, vec![file("README.md")]) };
    let mut parts = vec![part(Role::Model)];
    let fact = |index: u32, (claim, observed, line): &Said| {
        let basis = if *observed { Basis::Observed } else { Basis::Declared };
        Fact::new(claim.clone(), Evidence { basis, place: place(index, *line) })
    };
    let mut facts: Vec<Fact> = first.iter().map(|said| fact(0, said)).collect();
    if let Some((role, more)) = second {
        parts.push(part(role));
        facts.extend(more.iter().map(|said| fact(1, said)));
    }
    FactSheet::new(Release { id: "x".to_owned(), subject: Vec::new(), parts }, facts, Vec::new(), Vec::new())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// In every framework, what becomes known never flips a verdict that was definite.
    #[test]
    fn knowing_more_never_flips(statuses in proptest::collection::vec((status(), any::<bool>()), 256)) {
        let all = frameworks();
        let names = leaf_names(&all);
        prop_assert!(names.len() <= statuses.len(), "{} leaves", names.len());
        let before: BTreeMap<String, Status> = names.iter().cloned().zip(statuses.iter().map(|(status, _)| *status)).collect();
        let settle = |(status, met): &(Status, bool)| match status {
            Status::Unknown if *met => Status::Met,
            Status::Unknown => Status::NotMet,
            known => *known,
        };
        let after: BTreeMap<String, Status> = names.iter().cloned().zip(statuses.iter().map(settle)).collect();
        for framework in &all {
            let decision = framework.regulation.as_ref().and_then(|regulation| regulation.decision.as_ref());
            if let Some(decision) = decision {
                let reach = |leaves: &BTreeMap<String, Status>| decision.reach(|question| judge(&all, framework, question, leaves)).outcomes;
                let (old, new) = (reach(&before), reach(&after));
                prop_assert!(!new.is_empty() && new.iter().all(|outcome| old.contains(outcome)), "{:?} from {:?}", new, old);
            }
            for name in framework.requirements.keys() {
                let (old, new) = (judge(&all, framework, name, &before), judge(&all, framework, name, &after));
                // What exempts may come to light: a duty then no longer applies. It never turns into its contrary.
                let lifted = framework.requirements[name].unless.is_some() && new == Status::NotApplicable;
                if matches!(old, Status::Met | Status::NotMet) && !lifted {
                    prop_assert_eq!(old, new, "{}.{}", &framework.short, name);
                }
            }
        }
    }

    /// Confirmed is never above possible; a definite status has its grounds, an unknown one its doubts.
    #[test]
    fn standings_are_ordered_and_grounded(facts in said(), complete in any::<bool>()) {
        let sheet = sheet(&facts, None, complete);
        let assessment = assess(&sheet, &frameworks());
        for standing in &assessment.standings {
            let possible = standing.rank(Some(&standing.possible));
            prop_assert!(standing.rank(standing.confirmed.as_deref()) <= possible, "{standing:?}");
            prop_assert!(standing.rank(standing.declared.as_deref()) <= possible, "{standing:?}");
        }
        for (_, verdict) in assessment.verdicts.iter() {
            if let Reason::Probed { confirmed, declared, .. } = &verdict.reason {
                for finding in [confirmed, declared] {
                    let grounded = if finding.status() == Status::Unknown { !finding.doubts().is_empty() } else { !finding.grounds().is_empty() };
                    prop_assert!(grounded, "{verdict:?}");
                }
            }
        }
    }

    /// Adding a part never lowers what is confirmed, unless something then shows why: a requirement refuted, or
    /// left open by words that nobody has judged, or a parent model.
    #[test]
    fn a_part_more_never_lowers_in_silence(facts in said(), more in said(), role in proptest::sample::select(Role::ALL.to_vec())) {
        let all = frameworks();
        let (small, large) = (sheet(&facts, None, true), sheet(&facts, Some((role, &more)), true));
        let (before, after) = (assess(&small, &all), assess(&large, &all));
        for (old, new) in before.standings.iter().zip(&after.standings) {
            if new.rank(new.confirmed.as_deref()) >= old.rank(old.confirmed.as_deref()) {
                continue;
            }
            let shown = after.verdicts.iter().any(|(_, verdict)| {
                let was = before.verdicts.find(&verdict.requirement).map(|(_, verdict)| verdict.confirmed);
                let told = match &verdict.reason {
                    Reason::Probed { confirmed, .. } => !confirmed.grounds().is_empty() || !confirmed.doubts().is_empty(),
                    Reason::Composed { .. } => false,
                };
                told && was == Some(Status::Met) && verdict.confirmed != Status::Met
            });
            prop_assert!(shown, "{} fell from {:?} to {:?} in silence", old.framework, old.confirmed, new.confirmed);
        }
    }
}
