//! The whole training run again: every published file of the model, byte for byte.
//!
//! Sixteen seconds with optimisation, so it is no part of a plain `cargo test`. It is started by name:
//! `cargo test --release --test whole_run`.

mod common;

use common::{files, package, published, recipe, scratch};
use sprout_trainer::{corpus, train};

#[test]
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
