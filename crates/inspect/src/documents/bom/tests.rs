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

#[test]
fn cyclonedx_declares() {
    check(
        &INSPECTOR,
        r#"//- bom.json
{"bomFormat": "CycloneDX", "metadata": {"component": {"type": "machine-learning-model", "name": "one",
"licenses": [{"license": {"name": "llama3.1", "acknowledgement": "declared"}}, {"license": {"id": "MIT", "acknowledgement": "concluded"}}],
"externalReferences": [{"type": "distribution", "url": "https://x.example/one"}],
"modelCard": {"modelParameters": {"datasets": [{"ref": "d"}, {"type": "dataset", "name": "inner", "contents": {"url": "https://x.example/d"}}]}},
"properties": [{"name": "candor:claim", "value": "{\"claim\":\"interface-only\"}"},
 {"name": "candor:claim", "value": "{\"claim\":\"weights\",\"form\":\"full\",\"format\":\"x\",\"files\":1,\"whole\":\"yes\"}"}],
"pedigree": {"ancestors": [{"type": "machine-learning-model", "name": "org/base"}]}}},
"components": [{"type": "data", "bom-ref": "d", "name": "outer"}, {"type": "machine-learning-model", "name": "other", "licenses": [{"expression": "Apache-2.0"}]}]}"#,
        expect![[r#""#]],
    );
}

#[test]
fn spdx_declares() {
    check(
        &INSPECTOR,
        r#"//- model.spdx.json
{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
{"type": "ai_AIPackage", "spdxId": "urn:x#m", "name": "one", "software_downloadLocation": "https://x.example/one"},
{"type": "dataset_DatasetPackage", "spdxId": "urn:x#d", "name": "set", "software_downloadLocation": "https://x.example/d"},
{"type": "software_Package", "spdxId": "urn:x#p", "name": "org/base"},
{"type": "simplelicensing_LicenseExpression", "spdxId": "urn:x#l", "simplelicensing_licenseExpression": "MIT OR Apache-2.0"},
{"type": "Relationship", "spdxId": "urn:x#r1", "from": "urn:x#m", "relationshipType": "hasDeclaredLicense", "to": ["urn:x#l"]},
{"type": "Relationship", "spdxId": "urn:x#r2", "from": "urn:x#m", "relationshipType": "testedOn", "to": ["urn:x#d"]},
{"type": "Relationship", "spdxId": "urn:x#r3", "from": "urn:x#p", "relationshipType": "ancestorOf", "to": ["urn:x#m"]}]}"#,
        expect![[r#""#]],
    );
}

#[test]
fn what_is_no_bill_or_leaves_a_choice() {
    check(&INSPECTOR, &format!("//- bom.json\n{TWO}"), expect![[r#""#]]);
    check(&INSPECTOR, "//- bom.json\n{\"spdxVersion\": \"SPDX-2.3\"}", expect![[r#""#]]);
    check(&INSPECTOR, "//- sbom.json\n{\"bomFormat\": \"CycloneDX\", ", expect![[r#""#]]);
    check(&INSPECTOR, "//- anything.json\n{\"a\": 1}", expect![[r#""#]]);
    check(&INSPECTOR, "//- anything.json\n[1]", expect![[r#""#]]);
}
