//! Four examples at four levels, and what each change of what is published does to the level.

mod common;

use common::{EXAMPLES, Temp, assess, example};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// `confirmed / declared / possible` of a ladder.
fn ladder(json: &Value, framework: &str) -> String {
    let word = |key: &str| json["standings"][framework][key].as_str().unwrap_or("-").to_owned();
    [word("confirmed"), word("declared"), word("possible")].join(" / ")
}

/// `lenient / osaid / strict`.
fn osaid(json: &Value) -> String {
    let word = |key: &str| json["standings"]["osaid"][key].as_str().unwrap_or("-").to_owned();
    [word("lenient"), word("osaid"), word("strict")].join(" / ")
}
type Case = (&'static str, &'static str, fn(&Path), &'static [&'static str], &'static str);

fn remove(path: &Path) {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}
fn edit(path: &Path, f: impl Fn(String) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let new = f(text.clone());
    assert_ne!(text, new, "{}", path.display());
    fs::write(path, new).unwrap();
}

const NON_COMMERCIAL: &str = "\
Terms of Sprout

Copyright 2026 The authors.

You may use, copy and change the model and its files for research, teaching and private purposes.
You may not use them, or anything made from them, for any commercial purpose.
You may pass on copies if you pass on these terms with them.

The model is provided as is, without warranty of any kind.
";

fn cut(path: &Path, keep: usize) { let b = fs::read(path).unwrap(); fs::write(path, &b[..keep]).unwrap(); }
fn front(path: &Path, line: &str) { edit(path, |t| t.replacen("---\n", &format!("---\n{line}\n"), 1)); }
fn apache_plus(path: &Path) { edit(path, |t| t.replacen("END OF TERMS AND CONDITIONS", "10. Field of Use. You may not use the Work for any commercial purpose.\n\n   END OF TERMS AND CONDITIONS", 1)); }
const CARD: &str = "model/README.md";
const CASES: &[Case] = &[
    ("weights deleted", "open-weights", |f| remove(&f.join("model.safetensors")), &[], ""),
    ("weights deleted, complete", "open-weights", |f| remove(&f.join("model.safetensors")), &["--complete"], ""),
    ("weights deleted", "open-weights-data-info", |f| remove(&f.join("model.safetensors")), &[], ""),
    ("weights deleted, complete", "open-weights-data-info", |f| remove(&f.join("model.safetensors")), &["--complete"], ""),
    ("final weights deleted", "open-source", |f| remove(&f.join("model/model.safetensors")), &[], ""),
    ("all weights deleted", "open-source", |f| { remove(&f.join("model/model.safetensors")); remove(&f.join("model/checkpoints")); }, &[], ""),
    ("truncated", "open-weights", |f| cut(&f.join("model.safetensors"), 50000), &[], ""),
    ("truncated complete", "open-weights", |f| cut(&f.join("model.safetensors"), 50000), &["--complete"], ""),
    ("truncated in header", "open-weights", |f| cut(&f.join("model.safetensors"), 100), &[], ""),
    ("empty", "open-weights", |f| cut(&f.join("model.safetensors"), 0), &[], ""),
    ("truncated", "open-source", |f| cut(&f.join("model/model.safetensors"), 50000), &[], ""),
    ("header broken", "open-source", |f| { let p = f.join("model/model.safetensors"); let mut b = fs::read(&p).unwrap(); b[9] = b'!'; fs::write(p, b).unwrap(); }, &[], ""),
    ("nothing to run it with", "open-weights", |f| { for n in ["config.json","generation_config.json","tokenizer.json","tokenizer_config.json"] { remove(&f.join(n)) } }, &[], ""),
    ("nothing to run it with, no code in card", "open-weights", |f| { for n in ["config.json","generation_config.json","tokenizer.json","tokenizer_config.json","README.md"] { remove(&f.join(n)) } }, &[], ""),
    ("nothing to run it with, no code in card, complete", "open-weights", |f| { for n in ["config.json","generation_config.json","tokenizer.json","tokenizer_config.json","README.md"] { remove(&f.join(n)) } }, &["--complete"], ""),
    ("config.json only removed", "open-source", |f| remove(&f.join("model/config.json")), &[], ""),
    ("nothing to run", "open-source", |f| { for n in ["config.json","generation_config.json","tokenizer.json","tokenizer_config.json","README.md"] { remove(&f.join("model").join(n)) } for n in ["generate.rs", "network.rs", "main.rs"] { remove(&f.join("code/src").join(n)) } }, &[], ""),
    ("LICENSE nc", "open-weights", |f| fs::write(f.join("LICENSE"), NON_COMMERCIAL).unwrap(), &[], ""),
    ("LICENSE removed", "open-weights", |f| remove(&f.join("LICENSE")), &[], ""),
    ("LICENSE and card removed", "open-weights", |f| {remove(&f.join("LICENSE"));remove(&f.join("README.md"))}, &[], ""),
    ("LICENSE nc", "open-source", |f| fs::write(f.join("model/LICENSE"), NON_COMMERCIAL).unwrap(), &[], ""),
    ("LICENSE removed", "open-source", |f| remove(&f.join("model/LICENSE")), &[], ""),
    ("code LICENSE nc", "open-source", |f| fs::write(f.join("code/LICENSE"), NON_COMMERCIAL).unwrap(), &[], ""),
    ("code LICENSE removed", "open-source", |f| remove(&f.join("code/LICENSE")), &[], ""),
    ("code LICENSE, manifest and readme removed", "open-source", |f| {remove(&f.join("code/LICENSE")); remove(&f.join("code/Cargo.toml")); remove(&f.join("code/README.md"))}, &[], ""),
    ("LICENSE sentence", "open-source", |f| apache_plus(&f.join("model/LICENSE")), &[], ""),
    ("LICENSE sentence", "open-weights", |f| apache_plus(&f.join("LICENSE")), &[], ""),
    ("code LICENSE sentence", "open-source", |f| apache_plus(&f.join("code/LICENSE")), &[], ""),
    ("data LICENSE nc", "open-source", |f| fs::write(f.join("data/LICENSE"), NON_COMMERCIAL).unwrap(), &[], ""),
    ("card emptied", "open-source", |f| fs::write(f.join(CARD), "").unwrap(), &[], ""),
    ("card removed", "open-source", |f| remove(&f.join(CARD)), &[], ""),
    ("card emptied", "open-weights-data-info", |f| fs::write(f.join("README.md"), "").unwrap(), &[], ""),
    ("card removed", "open-weights-data-info", |f| remove(&f.join("README.md")), &[], ""),
    ("card emptied", "open-weights", |f| fs::write(f.join("README.md"), "").unwrap(), &[], ""),
    ("card emptied", "closed", |f| fs::write(f.join("README.md"), "").unwrap(), &[], ""),
    ("card and terms removed", "closed", |f| { remove(&f.join("README.md")); remove(&f.join("TERMS.md")) }, &[], ""),
    ("DATA_CARD removed", "open-weights-data-info", |f| remove(&f.join("DATA_CARD.md")), &[], ""),
    ("both cards removed", "open-weights-data-info", |f| {remove(&f.join("DATA_CARD.md")); remove(&f.join("README.md"))}, &[], ""),
    ("data card removed", "open-source", |f| remove(&f.join("data/README.md")), &[], ""),
    ("data removed", "open-source", |f| {remove(&f.join("data/train.txt")); remove(&f.join("data/validation.txt"))}, &[], ""),
    ("data part removed", "open-source", |f| {remove(&f.join("data")); edit(&f.join("release.toml"), |t| t.replace("[[part]]\nrole = \"data\"\nfiles = \"data\"\ncomplete = true\n", ""))}, &[], ""),
    ("data part and card removed", "open-source", |f| {remove(&f.join(CARD)); remove(&f.join("data")); edit(&f.join("release.toml"), |t| t.replace("[[part]]\nrole = \"data\"\nfiles = \"data\"\ncomplete = true\n", ""))}, &[], ""),
    ("train.rs removed", "open-source", |f| remove(&f.join("code/src/train.rs")), &[], ""),
    ("training code removed", "open-source", |f| {remove(&f.join("code/src/train.rs")); remove(&f.join("code/src/optimizer.rs")); remove(&f.join("code/src/main.rs"))}, &[], ""),
    ("code src removed", "open-source", |f| remove(&f.join("code/src")), &[], ""),
    ("code part removed", "open-source", |f| {remove(&f.join("code")); edit(&f.join("release.toml"), |t| t.replace("[[part]]\nrole = \"code\"\nfiles = \"code\"\ncomplete = true\n", ""))}, &[], ""),
    ("corpus.rs removed", "open-source", |f| remove(&f.join("code/src/corpus.rs")), &[], ""),
    ("settings removed", "open-source", |f| remove(&f.join("code/config")), &[], ""),
    ("evaluation removed", "open-source", |f| { remove(&f.join("model/evaluation")); remove(&f.join("code/src/evaluate.rs")); edit(&f.join("model/README.md"), |t| t[..t.find("## Evaluation").unwrap()].to_owned() + &t[t.find("## Limits").unwrap()..]) }, &[], ""),
    ("not complete", "open-source", |f| edit(&f.join("release.toml"), |t| t.replace("complete = true", "complete = false")), &[], ""),
    ("no subject", "open-source", |f| edit(&f.join("release.toml"), |t| t.replace("subject = [\"Sprout\", \"Sprout 1\"]\n", "")), &[], ""),
    ("said not released", "open-weights", |f| edit(&f.join("README.md"), |t| t + "\n## Access\n\nThe weights are not released.\n"), &[], ""),
    ("said not released", "open-source", |f| edit(&f.join(CARD), |t| t + "\n## Access\n\nThe weights are not released.\n"), &[], ""),
    ("extra", "open-weights", |f| fs::write(f.join("notes.txt"), "Water the plants.\n").unwrap(), &[], ""),
    ("keys", "open-weights", |f| edit(&f.join("README.md"), |t| t.replacen("license: apache-2.0\nlanguage:\n- en\n", "language:\n- en\nlicense: apache-2.0\n", 1)), &[], ""),
    ("adapter only", "open-weights", |f| { remove(&f.join("model.safetensors")); remove(&f.join("config.json"));
        fs::write(f.join("adapter_config.json"), r#"{"base_model_name_or_path": "acme/base-7b", "peft_type": "LORA", "r": 8}"#).unwrap();
        fs::write(f.join("adapter_model.safetensors"), common::safetensors(&[("base_model.model.lm_head.lora_A.weight", 64), ("base_model.model.lm_head.lora_B.weight", 64)])).unwrap();
        front(&f.join("README.md"), "base_model: acme/base-7b"); }, &[], ""),
    ("adapter only", "open-source", |f| { remove(&f.join("model/model.safetensors")); remove(&f.join("model/checkpoints"));
        fs::write(f.join("model/adapter_config.json"), r#"{"base_model_name_or_path": "acme/base-7b", "peft_type": "LORA", "r": 8}"#).unwrap();
        fs::write(f.join("model/adapter_model.safetensors"), common::safetensors(&[("base_model.model.lm_head.lora_A.weight", 64), ("base_model.model.lm_head.lora_B.weight", 64)])).unwrap();
        front(&f.join(CARD), "base_model: acme/base-7b"); }, &[], ""),
    ("quantised, outside base", "open-source", |f| front(&f.join(CARD), "base_model: acme/base-7b\nbase_model_relation: quantized"), &[], ""),
    ("finetune, outside base", "open-source", |f| front(&f.join(CARD), "base_model: acme/base-7b"), &[], ""),
    ("finetune, outside base", "open-weights-data-info", |f| front(&f.join("README.md"), "base_model: acme/base-7b"), &[], ""),
    ("finetune, llama", "open-source", |f| front(&f.join(CARD), "base_model: meta-llama/Llama-3.1-8B"), &[], ""),
    ("gate prompt", "open-source", |f| front(&f.join(CARD), "extra_gated_prompt: Say who you are."), &[], ""),
    ("gate fields", "open-source", |f| front(&f.join(CARD), "extra_gated_fields:\n  Name: text"), &[], ""),
    ("gate prompt", "open-weights", |f| front(&f.join("README.md"), "extra_gated_prompt: Say who you are."), &[], ""),
    ("card licence nc", "open-source", |f| edit(&f.join(CARD), |t| t.replacen("license: apache-2.0", "license: cc-by-nc-4.0", 1)), &[], ""),
    ("card licence other", "open-source", |f| edit(&f.join(CARD), |t| t.replacen("license: apache-2.0", "license: other", 1)), &[], ""),
];

#[test]
fn show() {
    for e in EXAMPLES {
        for o in [&[][..]] {
        let j = assess(&example(e), o);
        println!("{e:45} | {} | {} | {}", ladder(&j, "spectrum"), ladder(&j, "g7"), osaid(&j));
        }
    }
    for (name, ex, f, args, _) in CASES {
        let (_t, path) = Temp::copy_of(ex);
        f(&path);
        let j = assess(&path, args);
        let r: Vec<String> = j["restrictions"].as_array().unwrap().iter().map(|r| r["kind"].as_str().unwrap().to_owned()).collect();
        let g: Vec<String> = j["gaps"].as_array().unwrap().iter().map(|r| format!("{}: {}", r["path"], r["text"])).collect();
        println!("{ex:22} {name:42} | {} | {} | {} | {r:?} {g:?}", ladder(&j, "spectrum"), ladder(&j, "g7"), osaid(&j));
    }
}
