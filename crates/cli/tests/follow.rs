//! `--follow`: what a release links to, on a hub on the loopback.

mod common;
#[path = "common/platform.rs"]
mod platform;

use platform::hub::Hub;
use platform::{ask, model};
use serde_json::Value;

#[test]
fn terms_of_a_base_reach_the_child_with_their_place() {
    let hub = Hub::start(vec![
        model("them/child", 'a', "license: apache-2.0\nbase_model: org/base"),
        model("org/base", 'b', "license: cc-by-nc-4.0"),
    ]);
    let alone = ask(&hub, &["assess", "hf:them/child", "--format", "json"]).json();
    assert_eq!(alone["restrictions"], serde_json::json!([]));
    let run = ask(&hub, &["assess", "hf:them/child", "--follow", "--format", "json"]);
    assert!(run.err.contains("hf:org/base (base): named as base model in README.md:3"), "{}", run.err);
    assert!(run.err.contains("in all 10 requests"), "{}", run.err);
    let child = run.json();
    let restriction = &child["restrictions"][0];
    assert_eq!((&restriction["kind"], &restriction["via"]), (&"non-commercial".into(), &"base".into()));
    let places: Vec<(&Value, &Value)> = restriction["evidence"]
        .as_array()
        .expect("places")
        .iter()
        .map(|at| &child["evidence"][usize::try_from(at.as_u64().expect("index")).expect("small")])
        .map(|place| (&place["part"], &place["path"]))
        .collect();
    assert!(places.contains(&(&1.into(), &"README.md".into())), "{places:?}");
    assert_eq!(child["release"]["parts"][1]["locator"], "hf:org/base");
}
