use super::*;
use crate::making::{self, LINEAGES, Made, Memory, UNRELATED};

fn file(tensors: &[Made]) -> Memory {
    Memory::one("model.safetensors", making::safetensors(tensors, Dtype::F32))
}

fn of(child: &Memory, parents: &[&Memory]) -> Lineage {
    let named = |tree, name: &str| Named { tree, name: name.to_owned() };
    let parents: Vec<Named<'_>> =
        parents.iter().enumerate().map(|(at, tree)| named(*tree as &dyn Tree, &format!("p/base-{at}"))).collect();
    lineage(&named(child, "c/child"), &parents, 2, Progress::none())
}

#[test]
fn each_derivation_is_found_and_named() {
    let (a, b) = (making::model(1, 64, 3), making::model(2, 64, 3));
    let (base, other) = (file(&a), file(&b));
    let mut wrong = Vec::new();
    for change in making::changes() {
        assert!(LINEAGES.contains(&change.lineage));
        let found = of(&(change.made)(&a, &b), &[&base, &other]);
        let (parent, stranger) = (&found.parents[0], &found.parents[1]);
        let merged = change.lineage == "merge";
        // Without a name in common and nothing alike, there is nothing to hold beside each other.
        let alone = if merged {
            Answer::Related
        } else if change.name.contains("renamed") {
            Answer::Unknown
        } else {
            Answer::Independent
        };
        if parent.answer != Answer::Related || parent.kind != change.lineage || stranger.answer != alone {
            wrong.push(format!("{}: {:?} {}; stranger {:?}", change.name, parent.answer, parent.kind, stranger.answer));
        }
        if let Some(merge) = found.merge {
            assert!(merged && merge.shares.iter().all(|share| (share - 0.5).abs() < 0.01), "{}", change.name);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// 300 pairs, which [`FALSE_POSITIVES`] speaks of: 100 of each kind that looks alike in some way.
#[test]
fn unrelated_models_are_told_apart() {
    let a = making::model(1, 32, 2);
    let base = file(&a);
    for (kind, name) in UNRELATED.iter().enumerate() {
        for seed in 0..100 {
            let found = of(&making::unrelated(kind, &a, seed), &[&base]);
            assert_eq!(found.parents[0].answer, Answer::Independent, "{} {seed}: {found:?}", name);
        }
    }
}

#[test]
fn what_cannot_be_compared_is_unknown() {
    let base = file(&making::model(1, 64, 1));
    let narrow = file(&making::model(1, 48, 1));
    assert_eq!(of(&narrow, &[&base]).parents[0].answer, Answer::Unknown);
    let broken = Memory::one("model.safetensors", vec![1; 40]);
    assert_eq!(of(&broken, &[&base]).parents[0].answer, Answer::Unknown);
    // Filled with one value, as what was not trained is.
    let mut flat = making::model(1, 64, 1);
    flat.iter_mut().for_each(|one| one.values.fill(1.0));
    assert_eq!(of(&file(&flat), &[&file(&flat)]).parents[0].answer, Answer::Independent);
}

#[test]
fn declarations_beside_weights() {
    let weights = |seed| making::safetensors(&making::model(seed, 64, 1), Dtype::F32);
    let folder = |seed, card: &str| {
        Memory::new(vec![("model.safetensors".into(), weights(seed)), ("README.md".into(), card.into())])
    };
    let card = |base: &str| format!("---\nbase_model: {base}\n---\n# A model\n");
    for (child, parent, expected, direction) in [
        (folder(1, "# A model\n"), folder(1, ""), Some("undeclared-base"), "unknown"),
        (folder(1, &card("q/else")), folder(1, ""), Some("other-base"), "unknown"),
        (folder(1, &card("q/base-0")), folder(1, ""), Some("other-base"), "unknown"),
        (folder(1, &card("base-0")), folder(1, ""), None, "child-from-parent"),
        (folder(1, &card("p/base-0")), folder(1, ""), None, "child-from-parent"),
        (folder(2, &card("p/base-0")), folder(1, ""), Some("false-base"), "child-from-parent"),
        (folder(1, "# A model\n"), folder(1, &card("c/child")), None, "parent-from-child"),
        (folder(2, "# A model\n"), folder(1, ""), None, "unknown"),
    ] {
        let found = of(&child, &[&parent]);
        let parent = &found.parents[0];
        let finding = parent.declared.finding(parent.answer, "p/base-0").map(|(word, _)| word);
        assert_eq!((finding, parent.declared.direction().as_str()), (expected, direction));
    }
}
