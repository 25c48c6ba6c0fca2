//! Two runs of one recipe give the same bytes, and the published files are those of the recipe.

use std::fs;
use std::path::{Path, PathBuf};

use sprout_trainer::recipe::Recipe;
use sprout_trainer::{corpus, train};

fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn recipe() -> Recipe {
    Recipe::read(&package().join("config/sprout-1.toml")).unwrap()
}

/// An empty folder for one test.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// All files below a folder, as relative paths and bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let relative = path.strip_prefix(folder).unwrap().to_owned();
                found.push((relative, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// A published file, if the package still stands beside the other parts of its release.
fn published(path: &str) -> Option<Vec<u8>> {
    fs::read(package().parent()?.join(path)).ok()
}

fn short_recipe() -> Recipe {
    let mut recipe = recipe();
    recipe.training.steps = 6;
    recipe.training.log_every = 1;
    recipe.training.validate_every = 3;
    recipe.training.batch_lines = 4;
    recipe.training.checkpoints = vec![3];
    recipe
}

fn lines(recipe: &Recipe) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let corpus = corpus::select(&recipe.data).unwrap();
    let few = |lines: &[String]| corpus::encode(&lines[..20]).unwrap();
    (few(&corpus.training), few(&corpus.validation))
}

#[test]
fn two_short_runs_give_the_same_files() {
    let recipe = short_recipe();
    let (training, validation) = lines(&recipe);
    let (first, second) = (scratch("first"), scratch("second"));
    train::train(&recipe, &training, &validation, &first, None).unwrap();
    train::train(&recipe, &training, &validation, &second, None).unwrap();
    assert_eq!(files(&first).len(), 10);
    assert!(files(&first) == files(&second));
}

#[test]
fn a_run_taken_up_from_a_checkpoint_ends_with_the_same_weights() {
    let recipe = short_recipe();
    let (training, validation) = lines(&recipe);
    let (whole, resumed) = (scratch("whole"), scratch("resumed"));
    train::train(&recipe, &training, &validation, &whole, None).unwrap();
    let checkpoint = whole.join("checkpoints/step-00003");
    train::train(&recipe, &training, &validation, &resumed, Some(&checkpoint)).unwrap();
    for file in ["model.safetensors", "checkpoints/step-00006/optimizer.safetensors"] {
        assert!(fs::read(whole.join(file)).unwrap() == fs::read(resumed.join(file)).unwrap());
    }
}

#[test]
fn the_published_text_is_that_of_the_recipe() {
    if spdx::identifiers::VERSION != recipe().data.list_version {
        eprintln!("the spdx crate holds another version of the list: nothing to compare");
        return;
    }
    let out = scratch("data");
    corpus::write(&corpus::select(&recipe().data).unwrap(), &out).unwrap();
    for (path, bytes) in files(&out) {
        if let Some(expected) = published(&format!("data/{}", path.display())) {
            assert!(bytes == expected, "{} differs", path.display());
        }
    }
}

/// Takes well under a minute with optimisation: `cargo test --release -- --ignored`.
#[test]
#[ignore = "repeats the whole training run"]
fn the_published_weights_are_those_of_the_recipe() {
    let recipe = recipe();
    let data = package().parent().unwrap().join("data");
    let read = |name: &str| corpus::encode(&corpus::read_lines(&data.join(name)).unwrap()).unwrap();
    let out = scratch("model");
    train::train(&recipe, &read("train.txt"), &read("validation.txt"), &out, None).unwrap();
    for (path, bytes) in files(&out) {
        let path = path.display();
        let expected = published(&format!("model/{path}"));
        assert!(expected.is_some(), "{path} is not published");
        assert!(Some(bytes) == expected, "{path} differs");
    }
}
