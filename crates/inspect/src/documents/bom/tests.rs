//! Bills as strings, with what is said of them.

use super::{INSPECTOR, listed_models};
use crate::testing::check;
use expect_test::expect;

const TWO: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
{"type": "machine-learning-model", "bom-ref": "a", "name": "one", "licenses": [{"license": {"id": "MIT"}}]},
{"type": "library", "name": "inner", "components": [
 {"type": "machine-learning-model", "bom-ref": "b", "name": "two"}]}]}"#;

#[test]
fn models_are_listed_wherever_they_stand() {
    let names = |text: &str| listed_models(text.as_bytes()).into_iter().map(|model| model.name).collect::<Vec<_>>();
    assert_eq!(names(TWO), ["one", "two"]);
    assert_eq!(names(r#"{"bomFormat": "CycloneDX"}"#), Vec::<String>::new());
    assert_eq!(names(r#"{"a": 1}"#), Vec::<String>::new());
    assert_eq!(names("nothing"), Vec::<String>::new());
}
