//! `cargo xtask lineage FOLDER`: real weights through every change that `diff` and `lineage` know, and through what
//! makes unrelated models; each answer must be right. Prints the table of the documentation.

use anyhow::{Context, bail, ensure};
use candor_facts::Tree;
use candor_source::Folder;
use candor_verify::Progress;
use candor_verify::diff::{self, Diff};
use candor_verify::lineage::{self, Answer, Lineage, Named};
use candor_verify::making::{self, Memory};
use std::collections::BTreeMap;
use std::path::Path;

/// Unrelated models of each kind.
const SEEDS: u64 = 4;

/// Run the task.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let [folder] = args else { bail!("`cargo xtask lineage FOLDER`, with the folder of a model") };
    let original = Folder::open(Path::new(folder))?;
    let tensors = making::read(&original);
    ensure!(tensors.len() > 20, "`{folder}`: {} tensors of parameters; a real model is expected", tensors.len());
    let base = Memory::one("model.safetensors", making::safetensors(&tensors, candor_inspect::tensors::Dtype::F32));
    let other = making::unrelated(1, &tensors, 99);
    let second = making::read(&other);
    let mut wrong = 0;
    println!("| change | `diff` | tensors so | relative L2 | `lineage` | cosine | beside another model |");
    println!("| --- | --- | ---: | ---: | --- | ---: | --- |");
    for change in making::changes() {
        let child = (change.made)(&tensors, &second);
        let diff = diff::diff(&base, &child, false, 2, Progress::none());
        let found = of(&child, &[&base, &other]);
        let [parent, stranger] = found.parents.as_slice() else { bail!("two parents were asked for") };
        let (word, count) = most(&diff);
        let stranger_right = stranger.answer != Answer::Related || change.lineage == "merge";
        let right = word == change.diff
            && parent.answer == Answer::Related
            && parent.kind == change.lineage
            && diff.is_whole()
            && stranger_right;
        wrong += usize::from(!right);
        let relative = parent.relative.map_or("0".to_owned(), |relative| format!("{relative:.1e}"));
        let cosine = parent.cosine.map_or("none".to_owned(), |cosine| format!("{cosine:.3}"));
        let mark = if right { "" } else { " **wrong**" };
        println!(
            "| {}{mark} | {word} | {count} | {relative} | {} | {cosine} | {} |",
            change.name,
            parent.kind,
            stranger.answer.word()
        );
    }
    for (kind, name) in making::UNRELATED.iter().enumerate() {
        let (mut largest, mut pairs) = (0f64, 0);
        for seed in 0..SEEDS {
            let child = making::unrelated(kind, &tensors, seed);
            let found = of(&child, &[&base]);
            let parent = found.parents.first().context("one parent was asked for")?;
            wrong += usize::from(parent.answer != Answer::Independent);
            largest = largest.max(parent.cosine.unwrap_or(1.0).abs());
            pairs += usize::from(parent.answer == Answer::Independent);
        }
        println!("| {name}, {SEEDS} models | unrelated | | | independent, {pairs} of {SEEDS} | {largest:.3} | |");
    }
    ensure!(wrong == 0, "{wrong} answers are wrong");
    Ok(())
}

fn of(child: &Memory, parents: &[&Memory]) -> Lineage {
    let named = |tree, name: &str| Named { tree, name: name.to_owned() };
    let parents: Vec<Named<'_>> =
        parents.iter().enumerate().map(|(at, tree)| named(*tree as &dyn Tree, &format!("base-{at}"))).collect();
    lineage::lineage(&named(child, "child"), &parents, 2, Progress::none())
}

/// What most of the changed matrices are called, and how many of them there are.
fn most(diff: &Diff) -> (&'static str, usize) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in diff.tensors.iter().filter(|one| one.shapes[0].len() > 1 && !one.kind.is_equal()) {
        *counts.entry(one.kind.word()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).unwrap_or(("equal", diff.tensors.len()))
}
