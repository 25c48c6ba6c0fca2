//! What must hold of every judgement, whatever the facts.

use candor_assess::{Framework, Reason, Reference, Rule, Status, assess, next, shipped};
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
    if let Some(leaf) = leaves.get(&id) {
        return *leaf;
    }
    let refer = |part: &Reference| {
        let target = part
            .framework
            .as_ref()
            .map_or(framework, |short| all.iter().find(|known| known.short == *short).expect("framework"));
        judge(all, target, &part.requirement, leaves)
    };
    let composed: &[Reference] = match &requirement.rule {
        Rule::All(parts) | Rule::Any(parts) | Rule::None(parts) | Rule::AtLeast(_, parts) => parts,
        Rule::Outcome(rule) => rule.questions(),
        Rule::Probe(..) => &[],
    };
    let own = requirement.rule.compose(composed.iter().map(refer).collect::<Vec<_>>());
    requirement.unless.as_ref().map_or(own, |exemption| own.unless(refer(exemption)))
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

    /// Adding a part never lowers what is confirmed, unless something then shows why: a requirement decided otherwise, or
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
                let definite = matches!(was, Some(Status::Met | Status::NotMet));
                told && definite && was != Some(verdict.confirmed)
            });
            prop_assert!(shown, "{} fell from {:?} to {:?} in silence", old.framework, old.confirmed, new.confirmed);
        }
    }
}

/// All that a plan may be asked for.
fn targets(all: &[Framework]) -> Vec<String> {
    let roots = |framework: &Framework| -> Vec<String> {
        framework.roots().map(|root| format!("{}.{root}", framework.short)).collect()
    };
    all.iter().flat_map(roots).collect()
}

/// Small enough to try everything, with each operator.
const SMALL: &str = r#"
id = "small-1"
name = "Small"
source = { url = "u", read = "2026-01-01" }
readings = ["goal"]
[goal]
title = "All"
cite = "1"
all = ["weights", "terms", "told"]
[weights]
title = "Weights"
cite = "1"
probe = "weights-published"
[terms]
title = "Terms"
cite = "1"
probe = "terms-grant"
scope = "model"
freedoms = ["use", "share"]
[told]
title = "One of"
cite = "1"
any = ["card", "two", "exempt"]
[card]
title = "Data card"
cite = "1"
all = ["data-card", "described"]
[data-card]
title = "Data card"
cite = "1"
probe = "component-published"
component = "doc.data_card"
[described]
title = "Described"
cite = "1"
probe = "processing-described"
[two]
title = "Two of"
cite = "1"
at-least = 2
of = ["data-card", "code", "described"]
[code]
title = "Code"
cite = "1"
probe = "training-code-published"
[exempt]
title = "Shared"
cite = "1"
all = ["code"]
unless = "data"
[data]
title = "No data"
cite = "1"
none = ["shared"]
[shared]
title = "Shared"
cite = "1"
probe = "data-shared"
"#;

/// All choices of so many acts.
fn choices(acts: &[next::Act], size: usize) -> Vec<Vec<next::Act>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, act) in acts.iter().enumerate() {
        for mut rest in choices(&acts[at + 1..], size - 1) {
            rest.push(act.clone());
            all.push(rest);
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The acts of a plan, applied to the facts, reach what was asked for; where something rests with others, they
    /// do so as soon as that is taken as met.
    #[test]
    fn plans_are_sound(facts in said(), complete in any::<bool>(), at in 0usize..1000) {
        let all = frameworks();
        let targets = targets(&all);
        let target = &targets[at % targets.len()];
        let sheet = sheet(&facts, None, complete);
        let plan = next::plan(&sheet, &all, target).expect("a requirement");
        let acts: Vec<next::Act> = plan.steps.iter().map(|step| step.act.clone()).collect();
        let done = next::after(&sheet, &acts);
        let assessment = assess(&done, &all);
        let mut leaves: BTreeMap<String, Status> = BTreeMap::new();
        for (_, verdict) in assessment.verdicts.iter() {
            if matches!(verdict.reason, Reason::Probed { .. }) {
                leaves.insert(verdict.requirement.clone(), verdict.confirmed);
            }
        }
        leaves.extend(plan.rests.iter().map(|rest| (rest.requirement.clone(), Status::Met)));
        let (short, name) = target.split_once('.').expect("framework and name");
        let framework = all.iter().find(|framework| framework.short == short).expect("framework");
        prop_assert_eq!(judge(&all, framework, name, &leaves), Status::Met, "{}: {:?}", target, plan);
        if plan.rests.is_empty() {
            let (_, verdict) = assessment.verdicts.find(target).expect("a verdict");
            prop_assert_eq!(verdict.confirmed, Status::Met, "{}: {:?}", target, plan);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    /// No smaller set of acts reaches it: all of them are tried.
    #[test]
    fn plans_are_minimal(facts in proptest::collection::vec((claim(), any::<bool>(), 1u32..50), 0..6), complete in any::<bool>()) {
        let small = vec![Framework::parse(SMALL).expect("a framework")];
        let sheet = sheet(&facts, None, complete);
        let plan = next::plan(&sheet, &small, "small.goal").expect("a requirement");
        let acts = next::acts(&sheet);
        let most = if plan.rests.is_empty() { plan.steps.len() } else { 3 };
        for size in 0..most.min(3) {
            for some in choices(&acts, size) {
                let done = next::after(&sheet, &some);
                let assessment = assess(&done, &small);
                let (_, verdict) = assessment.verdicts.find("small.goal").expect("a verdict");
                prop_assert_ne!(verdict.confirmed, Status::Met, "{:?} is smaller than {:?}", some, plan);
            }
        }
    }
}
