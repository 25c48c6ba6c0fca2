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
        expect![[r#"
            declared {"claim":"provides","component":"weights.end_final","extent":"elsewhere","target":"https://x.example/one"}
                bom.json:3 266..322 externalReferences "{\"type\": \"distribution\", \"url\": \"https://x.example/one\"}"
            declared {"claim":"interface-only"}
                bom.json:5 486..553 properties "{\"name\": \"candor:claim\", \"value\": \"{\\\"claim\\\":\\\"interface-on"
            declared {"claim":"base-model","name":"org/base","relation":"unstated"}
                bom.json:7 711..765 pedigree.ancestors "{\"type\": \"machine-learning-model\", \"name\": \"org/base\"}"
            declared {"claim":"dataset","name":"inner","url":"https://x.example/d","used_for":"training","stage":"unstated"}
                bom.json:4 386..466 modelCard.modelParameters.datasets "{\"type\": \"dataset\", \"name\": \"inner\", \"contents\": {\"url\": \"ht"
            declared {"claim":"dataset","name":"outer","used_for":"training","stage":"unstated"}
                bom.json:8 786..835 components "{\"type\": \"data\", \"bom-ref\": \"d\", \"name\": \"outer\"}"
            declared {"claim":"license-declared","covers":"model","written":"llama3.1","expression":"LicenseRef-llama-3.1"}
                bom.json:2 116..180 licenses "{\"license\": {\"name\": \"llama3.1\", \"acknowledgement\": \"declare"
        "#]],
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
        expect![[r#"
            declared {"claim":"provides","component":"weights.end_final","extent":"elsewhere","target":"https://x.example/one"}
                model.spdx.json:2 136..188 software_downloadLocation "\"software_downloadLocation\": \"https://x.example/one\""
            declared {"claim":"base-model","name":"org/base","relation":"unstated"}
                model.spdx.json:8 758..876 descendantOf "{\"type\": \"Relationship\", \"spdxId\": \"urn:x#r3\", \"from\": \"urn:"
            declared {"claim":"dataset","name":"set","url":"https://x.example/d","used_for":"evaluation","stage":"unstated"}
                model.spdx.json:3 191..313 testedOn "{\"type\": \"dataset_DatasetPackage\", \"spdxId\": \"urn:x#d\", \"nam"
            declared {"claim":"license-declared","covers":"model","written":"MIT OR Apache-2.0","expression":"MIT OR Apache-2.0"}
                model.spdx.json:5 386..510 hasDeclaredLicense "{\"type\": \"simplelicensing_LicenseExpression\", \"spdxId\": \"urn"
        "#]],
    );
}

#[test]
fn what_is_no_bill_or_leaves_a_choice() {
    check(
        &INSPECTOR,
        &format!("//- bom.json\n{TWO}"),
        expect![[r#"
        gap bom.json: not read: a bill of 2 models (one, two …), none of which is named by this release
    "#]],
    );
    check(
        &INSPECTOR,
        "//- bom.json\n{\"spdxVersion\": \"SPDX-2.3\"}",
        expect![[r#"
        gap bom.json: not read: SPDX 2, which has no word for models; SPDX 3 and CycloneDX are read
    "#]],
    );
    check(
        &INSPECTOR,
        "//- sbom.json\n{\"bomFormat\": \"CycloneDX\", ",
        expect![[r#"
        gap sbom.json: malformed at byte 27: the text ends too early
    "#]],
    );
    check(&INSPECTOR, "//- anything.json\n{\"a\": 1}", expect![[r#""#]]);
    check(&INSPECTOR, "//- anything.json\n[1]", expect![[r#""#]]);
}
