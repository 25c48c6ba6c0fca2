//! Two runs of one recipe give the same bytes. The whole run is repeated by `whole_run.rs`.

mod common;

use std::fs;

use common::{files, published, recipe, scratch};
use sprout_trainer::recipe::Recipe;
use sprout_trainer::{corpus, train};

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
