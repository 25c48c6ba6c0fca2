//! Releases and what is said of their weights.

mod forms;
mod ggufs;

use super::INSPECTOR;
use crate::caps;
use crate::testing::{check, corpus, fixture, inspect};
use candor_facts::{Claim, Whole};
use expect_test::{Expect, expect};

fn weights(text: &str, expected: Expect) {
    check(&INSPECTOR, text, expected);
}

const TENSOR: &str = r#"{"a":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}"#;

#[test]
fn one_file() {
    weights(
        &format!("//- model.safetensors safetensors data=12 sha256\n{TENSOR}\n//- README.md\nx"),
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":78,"whole":"yes"}
                model.safetensors listed
            observed {"claim":"tensors","count":1,"parameters":6,"dtypes":{"BF16":6}}
                model.safetensors:0 0..66 header "66 bytes"
            observed {"claim":"parameters","total":6,"buffers":0,"tied":0,"embedding":0,"active":6}
                model.safetensors:0 0..66 header "66 bytes"
            observed {"claim":"digests-published","files":1,"of":1}
                model.safetensors listed
        "#]],
    );
}

#[test]
fn nothing_in_a_complete_listing() {
    weights(
        "//= model complete\n//- config.json\n{}\n//- tokenizer.bin listed size=9999999",
        expect![[r#"
        observed {"claim":"absent","component":"weights.end_final"}
            absent weight files (*.safetensors, *.bin, *.pt, *.pth, *.ckpt, *.gguf, *.onnx, *.msgpack, *.h5, …) (complete)
    "#]],
    );
    weights("//= model\n//- config.json\n{}", expect![[r#""#]]);
    weights(
        "//= model complete\n//- train.bin listed size=9999999\n//- small.bin listed size=9",
        expect![[r#"
        gap train.bin: not read: a file that may or may not hold weights
    "#]],
    );
    weights("//= code complete\n//- test/model.safetensors\nx\n//= data complete\n//- a.bin\nx", expect![[r#""#]]);
}

#[test]
fn shards_by_name() {
    weights(
        "//= model complete\n//- model-00001-of-00003.safetensors listed size=5\n//- model-00003-of-00003.safetensors listed size=5",
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"safetensors","files":2,"bytes":10,"whole":"no","missing":["model-00002-of-00003.safetensors"]}
                model-00001-of-00003.safetensors listed
                model-00003-of-00003.safetensors listed
            gap model-00001-of-00003.safetensors: listed, not fetched
            gap model-00003-of-00003.safetensors: listed, not fetched
        "#]],
    );
    weights(
        "//= model\n//- model-00001-of-00002.safetensors listed",
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"safetensors","files":1,"whole":"unknown","missing":["model-00002-of-00002.safetensors"]}
            model-00001-of-00002.safetensors listed
        gap model-00001-of-00002.safetensors: listed, not fetched
    "#]],
    );
    weights(
        "//= model complete\n//- m-00000-of-00002.safetensors listed\n//- m-00001-of-00002.safetensors listed\n//- m-00002-of-00002.safetensors listed",
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"safetensors","files":3,"whole":"yes"}
                m-00000-of-00002.safetensors listed
                m-00001-of-00002.safetensors listed
                m-00002-of-00002.safetensors listed
            gap m-00000-of-00002.safetensors: listed, not fetched
            gap m-00001-of-00002.safetensors: listed, not fetched
            gap m-00002-of-00002.safetensors: listed, not fetched
        "#]],
    );
    weights(
        "//= model complete\n//- consolidated.00.pth listed\n//- consolidated.02.pth listed",
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"pytorch","files":2,"whole":"no","missing":["consolidated.01.pth"]}
            consolidated.00.pth listed
            consolidated.02.pth listed
        gap consolidated.00.pth: listed, not fetched
        gap consolidated.02.pth: listed, not fetched
    "#]],
    );
    weights(
        "//= model complete\n//- m-00001-of-00002.safetensors gated size=5",
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":5,"whole":"no","missing":["m-00002-of-00002.safetensors"]}
            m-00001-of-00002.safetensors listed
        gap m-00001-of-00002.safetensors: gated: access must be asked for
    "#]],
    );
    // A number of shards that nobody has costs nothing.
    let sheet = inspect(&INSPECTOR, &fixture("//= model complete\n//- m-00001-of-4000000000.safetensors listed"));
    let claims: Vec<&Claim> = sheet.facts().map(|(_, fact)| &fact.claim).collect();
    assert!(
        matches!(claims.as_slice(), [Claim::Weights { whole: Whole::No, missing, .. }] if missing.len() == caps::MISSING)
    );
}

const INDEX: &str = r#"{"metadata": {"total_size": 1}, "weight_map": {
  "a": "model-1.safetensors",
  "b": "model-2.safetensors"}}"#;

#[test]
fn shards_by_index() {
    let index = format!("//- model.safetensors.index.json\n{INDEX}\n");
    weights(
        &format!(
            "//= model complete\n{index}//- model-1.safetensors listed size=1\n//- model-2.safetensors listed size=2"
        ),
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"safetensors","files":2,"bytes":3,"whole":"yes"}
                model.safetensors.index.json:1 32..107 weight_map "\"weight_map\": {\n  \"a\": \"model-1.safetensors\",\n  \"b\": \"model-"
                model-1.safetensors listed
                model-2.safetensors listed
            gap model-1.safetensors: listed, not fetched
            gap model-2.safetensors: listed, not fetched
        "#]],
    );
    weights(
        &format!("//= model complete\n{index}//- model-1.safetensors listed size=1"),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":1,"whole":"no","missing":["model-2.safetensors"]}
            model.safetensors.index.json:3 80..106 weight_map.b "\"b\": \"model-2.safetensors\""
            model-1.safetensors listed
        gap model-1.safetensors: listed, not fetched
    "#]],
    );
    weights(
        &format!("//= model complete\n{index}"),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"safetensors","files":0,"whole":"no","missing":["model-1.safetensors","model-2.safetensors"]}
            model.safetensors.index.json:2 50..76 weight_map.a "\"a\": \"model-1.safetensors\""
        observed {"claim":"absent","component":"weights.end_final"}
            absent weight files (*.safetensors, *.bin, *.pt, *.pth, *.ckpt, *.gguf, *.onnx, *.msgpack, *.h5, …) (complete)
    "#]],
    );
    weights(
        &format!("//= model\n{index}"),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"safetensors","files":0,"whole":"unknown","missing":["model-1.safetensors","model-2.safetensors"]}
            model.safetensors.index.json:2 50..76 weight_map.a "\"a\": \"model-1.safetensors\""
    "#]],
    );
}

#[test]
fn an_index_that_cannot_be_used() {
    let shards =
        "//- model-00001-of-00002.safetensors listed size=1\n//- model-00002-of-00002.safetensors listed size=2";
    let with = |index: &str| format!("//= model complete\n//- model.safetensors.index.json\n{index}\n{shards}");
    weights(
        &with(&format!("{INDEX}\n=======\n{INDEX}")),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"safetensors","files":2,"bytes":3,"whole":"yes"}
            model-00001-of-00002.safetensors listed
            model-00002-of-00002.safetensors listed
        gap model-00001-of-00002.safetensors: listed, not fetched
        gap model-00002-of-00002.safetensors: listed, not fetched
        gap model.safetensors.index.json: malformed at byte 109: more text after the end of the value
    "#]],
    );
    for (index, gap) in [
        (
            r#"{"weight_map": {"a": "x.safetensors", "a": "y.safetensors"}}"#,
            "malformed at byte 38: tensor `a` stands twice",
        ),
        (
            r#"{"weight_map": {"a": "../x.safetensors"}}"#,
            "malformed at byte 16: it names the file `../x.safetensors`, which lies outside its folder",
        ),
        (r#"{"weight_map": {}}"#, "malformed at byte 1: `weight_map` is empty"),
        (r#"{"weight_map": {"a": 1}}"#, "malformed at byte 21: a tensor whose file is no string"),
        ("{}", "malformed at byte 0: there is no `weight_map`"),
        ("[]", "malformed at byte 0: not an object"),
    ] {
        let sheet = inspect(&INSPECTOR, &fixture(&with(index)));
        let gaps: Vec<String> = sheet.gaps().iter().map(|gap| gap.reason.to_string()).collect();
        assert!(gaps.iter().any(|found| found == gap), "{index}: {gaps:?}");
    }
}

#[test]
fn headers_of_shards_and_tied_embeddings() {
    let shard = r#"{"model.embed_tokens.weight":{"dtype":"F32","shape":[4,2],"data_offsets":[0,32]},"model.embeddings.position_ids":{"dtype":"I64","shape":[1],"data_offsets":[32,40]}}"#;
    let head = r#"{"lm_head.weight":{"dtype":"F32","shape":[4,2],"data_offsets":[0,32]}}"#;
    let release = |config: &str| {
        format!(
            "//- config.json\n{config}\n//- model-00001-of-00002.safetensors safetensors data=40\n{shard}\n//- model-00002-of-00002.safetensors safetensors data=32\n{head}"
        )
    };
    weights(
        &release(r#"{"tie_word_embeddings": true}"#),
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"safetensors","files":2,"bytes":322,"whole":"yes"}
                model-00001-of-00002.safetensors listed
                model-00002-of-00002.safetensors listed
            observed {"claim":"tensors","count":3,"parameters":8,"dtypes":{"F32":16,"I64":1}}
                model-00001-of-00002.safetensors:0 0..172 header "172 bytes"
                model-00002-of-00002.safetensors:0 0..78 header "78 bytes"
            observed {"claim":"parameters","total":8,"buffers":1,"tied":8,"embedding":8,"active":8}
                model-00001-of-00002.safetensors:0 0..172 header "172 bytes"
                model-00002-of-00002.safetensors:0 0..78 header "78 bytes"
                config.json listed
        "#]],
    );
    let tensors = |text: &str| {
        let sheet = inspect(&INSPECTOR, &fixture(text));
        let claims: Vec<String> = sheet.facts().map(|(_, fact)| serde_json::to_string(&fact.claim).unwrap()).collect();
        claims.into_iter().find(|claim| claim.contains("\"tensors\"")).unwrap_or_default()
    };
    assert!(tensors(&release("{}")).contains(r#""parameters":16"#));
    assert_eq!(tensors(&release("{}").replace("data=32", "data=32 listed")), "");
    // The same name in two shards: no total can be right.
    assert_eq!(tensors(&release("{}").replace("lm_head", "model.embed_tokens")), "");
}

#[test]
fn files_that_are_not_what_they_seem() {
    weights(
        &format!(
            "//= model complete\n//- a.safetensors\n//- b.safetensors\n<!DOCTYPE html>\n//- c.safetensors\nversion https://git-lfs.github.com/spec/v1\n//- d.safetensors safetensors data=5\n{TENSOR}\n//- e.gguf\nEntry not found\n//- f.safetensors listed size=0\n//- g.bin\nEntry not found\n//- model.bin\nEntry not found"
        ),
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"bin","files":1,"bytes":15,"whole":"unknown"}
                model.bin listed
            observed {"claim":"weights","form":"full","format":"gguf","files":1,"bytes":15,"whole":"unknown"}
                e.gguf listed
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":0,"whole":"no"}
                a.safetensors listed
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":0,"whole":"no"}
                f.safetensors listed
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":15,"whole":"unknown"}
                b.safetensors listed
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":42,"whole":"unknown"}
                c.safetensors listed
            observed {"claim":"weights","form":"full","format":"safetensors","files":1,"bytes":71,"whole":"no"}
                d.safetensors listed
            gap a.safetensors: malformed at byte 0: a weight file of 0 bytes
            gap b.safetensors: malformed at byte 0: a page of HTML or XML in place of the file
            gap c.safetensors: listed, not fetched
            gap d.safetensors: malformed at byte 58: the data should reach byte 12 and has 5
            gap e.gguf: malformed at byte 0: a short text in place of the file
            gap f.safetensors: malformed at byte 0: a weight file of 0 bytes
            gap model.bin: malformed at byte 0: a short text in place of the file
        "#]],
    );
}

/// BLOOM published an index that is two documents with a line between.
#[test]
fn indexes_of_the_corpus() {
    let Some(text) = corpus("releases/bloom/files/hub/model.safetensors.index.json") else { return };
    let text = String::from_utf8(text).unwrap();
    let release = format!(
        "//= model complete\n//- model.safetensors.index.json\n{text}\n//- model_00001-of-00001.safetensors listed"
    );
    let sheet = inspect(&INSPECTOR, &fixture(&release));
    let gaps: Vec<String> = sheet.gaps().iter().map(|gap| gap.reason.to_string()).collect();
    expect![[r#"
        [
            "malformed at byte 60303: more text after the end of the value",
            "listed, not fetched",
        ]
    "#]]
    .assert_debug_eq(&gaps);
}
