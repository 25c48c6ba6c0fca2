//! Long because its table is one: four examples at four levels, and what each change does to the level.
//!
//! A level follows from content alone. Every row of the table copies an example, changes one thing, and
//! says where `spectrum.md` then places it.

mod common;

use common::{EXAMPLES, Temp, assess, candor, each, example, files_in};
use serde_json::Value;
use std::fs;
use std::path::Path;

#[test]
fn four_examples_at_four_levels() {
    // example, spectrum, G7, OSAID (lenient / osaid / strict)
    let expected = [
        ("closed", "unknown / closed / closed", "unknown / none / none", "not-met / not-met / not-met"),
        (
            "open-weights", "open-weights / open-weights / open-source",
            "open-weights / open-weights / open-source-ai-open-data", "unknown / unknown / unknown",
        ),
        (
            "open-weights-data-info",
            "open-weights-data-info / open-weights-data-info / open-source",
            "open-weights / open-weights / open-source-ai-open-data",
            "unknown / unknown / unknown",
        ),
        (
            "open-source",
            "open-source / open-source / open-source",
            "open-source-ai-open-data / open-source-ai-open-data / open-source-ai-open-data",
            "met / met / met",
        ),
    ];
    for (name, spectrum, g7, osaid) in expected {
        let json = assess(&example(name), &[]);
        assert_eq!(ladder(&json, "spectrum"), spectrum, "{name}");
        assert_eq!(ladder(&json, "g7"), g7, "{name}");
        let word = |key: &str| json["standings"]["osaid"][key].as_str().unwrap_or("-").to_owned();
        assert_eq!([word("lenient"), word("osaid"), word("strict")].join(" / "), osaid, "{name}");
        let standing = &json["standings"]["spectrum"];
        assert!(name == "closed" || standing["confirmed"] == standing["declared"], "{name}");
    }
    // All that the closed example shows is all that there is, when its publisher's folder is the whole release.
    let json = assess(&example("closed"), &["--complete"]);
    assert_eq!(ladder(&json, "spectrum"), "closed / closed / closed");
}

#[test]
fn the_name_of_a_folder_changes_nothing_but_the_id() {
    for name in EXAMPLES {
        let (temp, path) = Temp::copy_of(name);
        let renamed = temp.join("totally-open-GPT-llama");
        let before = assess(&path, &[]);
        fs::rename(&path, &renamed).unwrap();
        let mut after = assess(&renamed, &[]);
        // A bundle carries its id; for a folder its name is the label.
        if name != "open-source" {
            assert_ne!(before["release"]["id"], after["release"]["id"], "{name}");
        }
        after["release"]["id"] = before["release"]["id"].clone();
        after["facts"] = before["facts"].clone();
        assert_eq!(before.to_string(), after.to_string(), "{name}");
    }
}

#[test]
fn what_has_no_bearing_changes_nothing() {
    // Front matter in another order, another file, another way to end lines, a note in the licence's folder.
    type Harmless = (&'static str, fn(&Path));
    let harmless: [Harmless; 4] = [
        ("a file with no bearing", |folder| {
            fs::write(folder.join("notes.txt"), "Water the plants.\n").unwrap();
        }),
        ("keys of the front matter reversed", |folder| {
            edit(&folder.join("README.md"), |text| {
                let moved = text.replacen("license: apache-2.0\n", "", 1);
                moved.replacen("- safetensors\n---\n", "- safetensors\nlicense: apache-2.0\n---\n", 1)
            });
        }),
        ("lines that end as on Windows", |folder| {
            edit(&folder.join("README.md"), |text| text.replace('\n', "\r\n"));
        }),
        ("a mark of the byte order", |folder| edit(&folder.join("README.md"), |text| format!("\u{feff}{text}"))),
    ];
    for name in ["open-weights", "open-weights-data-info"] {
        let before = judged(&assess(&example(name), &[]));
        for (change, apply) in &harmless {
            let (_temp, path) = Temp::copy_of(name);
            apply(&path);
            assert_eq!(judged(&assess(&path, &[])), before, "{name}: {change}");
        }
    }
}

/// An example, what is done to a copy, options, the spectrum after that, and what else must be said.
struct Mutation {
    of: &'static str,
    what: &'static str,
    apply: fn(&Path),
    options: &'static [&'static str],
    spectrum: &'static str,
    says: &'static [&'static str],
}

/// What follows must hold of every mutation beside its row: nothing is confirmed that is not possible, and
/// nothing rises above what was published before.
#[test]
fn each_change_moves_the_standing() {
    let mutations = mutations();
    let failures = std::sync::Mutex::new(Vec::new());
    each(&mutations, |mutation| {
        let (_temp, path) = Temp::copy_of(mutation.of);
        (mutation.apply)(&path);
        let json = assess(&path, mutation.options);
        let found = ladder(&json, "spectrum");
        let said = said(&json);
        let mut wrong: Vec<String> = mutation
            .says
            .iter()
            .filter(|wanted| !said.contains(&(**wanted).to_owned()))
            .map(|s| (*s).to_owned())
            .collect();
        if found != mutation.spectrum {
            wrong.push(format!("spectrum {found}"));
        }
        if rank(&json, "confirmed") > rank(&json, "possible") {
            wrong.push("more is confirmed than possible".to_owned());
        }
        if rank(&json, "confirmed") > rank(&assess(&example(mutation.of), mutation.options), "confirmed") {
            wrong.push("less was published and more is confirmed".to_owned());
        }
        if !wrong.is_empty() {
            failures.lock().unwrap().push(format!(
                "{}: {}: {}\n  said: {}",
                mutation.of,
                mutation.what,
                wrong.join("; "),
                said.join(" ")
            ));
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// The table. Levels are `confirmed / declared / possible`.
fn mutations() -> Vec<Mutation> {
    const CLOSED: &str = "closed";
    const WEIGHTS: &str = "open-weights";
    const INFO: &str = "open-weights-data-info";
    const SOURCE: &str = "open-source";
    let row = |of, what, spectrum, apply| Mutation { of, what, apply, options: &[], spectrum, says: &[] };
    let complete =
        |of, what, spectrum, apply| Mutation { of, what, apply, options: &["--complete"], spectrum, says: &[] };
    let says = |mut mutation: Mutation, says| {
        mutation.says = says;
        mutation
    };
    vec![
        // The weights are gone: nothing is confirmed; where all was looked at, it is closed.
        says(
            row(WEIGHTS, "weights deleted", "unknown / open-weights / open-source", |at| {
                remove(at, "model.safetensors")
            }),
            &["osaid.parameters-published=unknown", "g7.confirmed=unknown", "reproduce=unknown"],
        ),
        says(
            complete(WEIGHTS, "weights deleted, all is here", "closed / closed / closed", |at| {
                remove(at, "model.safetensors")
            }),
            &["weights.end_final=absent", "g7.possible=none", "osaid=not-met", "commercial-use=no"],
        ),
        row(INFO, "weights deleted", "unknown / open-weights-data-info / open-source", |at| {
            remove(at, "model.safetensors")
        }),
        complete(INFO, "weights deleted, all is here", "closed / closed / closed", |at| {
            remove(at, "model.safetensors")
        }),
        says(
            row(SOURCE, "final weights deleted", "closed / closed / closed", |at| {
                remove(at, "model/model.safetensors")
            }),
            &["weights.end_final=absent", "weights.intermediate=available", "osaid=not-met"],
        ),
        says(
            row(SOURCE, "all weights deleted", "closed / closed / closed", |at| {
                remove(at, "model/model.safetensors");
                remove(at, "model/checkpoints");
            }),
            &["weights.end_final=absent", "weights.intermediate=absent"],
        ),
        says(
            row(WEIGHTS, "a shard missing", "unknown / open-weights / open-source", shards),
            &["weights.end_final=partial"],
        ),
        complete(WEIGHTS, "a shard missing, all is here", "closed / closed / closed", shards),
        // Weights that are damaged are neither whole nor absent.
        says(
            row(WEIGHTS, "weights cut short", "unknown / open-weights / open-source", |at| {
                cut(at, "model.safetensors", 50_000)
            }),
            &["gap model.safetensors: malformed"],
        ),
        says(
            complete(WEIGHTS, "weights cut short, all is here", "unknown / open-weights / open-source", |at| {
                cut(at, "model.safetensors", 50_000);
            }),
            &["gap model.safetensors: malformed"],
        ),
        row(WEIGHTS, "weights cut within the header", "unknown / open-weights / open-source", |at| {
            cut(at, "model.safetensors", 100)
        }),
        row(WEIGHTS, "weights of no bytes", "unknown / open-weights / open-source", |at| {
            cut(at, "model.safetensors", 0)
        }),
        row(SOURCE, "weights cut short", "unknown / open-source / open-source", |at| {
            cut(at, "model/model.safetensors", 50_000)
        }),
        says(
            row(SOURCE, "header of the weights broken", "unknown / open-source / open-source", |at| {
                let path = at.join("model/model.safetensors");
                let mut bytes = fs::read(&path).unwrap();
                bytes[9] = b'!';
                fs::write(path, bytes).unwrap();
            }),
            &["gap model.safetensors: malformed"],
        ),
        // They must be able to run.
        row(
            WEIGHTS, "no configuration; the card shows how to run it", "unknown / open-weights / open-source",
            configuration,
        ),
        row(WEIGHTS, "nothing to run it with", "unknown / unknown / open-source", |at| {
            configuration(at);
            remove(at, "README.md");
        }),
        complete(WEIGHTS, "nothing to run it with, all is here", "unknown / unknown / open-source", |at| {
            configuration(at);
            remove(at, "README.md");
        }),
        row(SOURCE, "no configuration, but the code that runs it", "open-source / open-source / open-source", |at| {
            configuration(&at.join("model"));
        }),
        row(SOURCE, "nothing to run it with", "unknown / open-source / open-source", |at| {
            configuration(&at.join("model"));
            remove(at, "model/README.md");
            for name in ["generate.rs", "network.rs", "main.rs"] {
                remove(&at.join("code/src"), name);
            }
        }),
        // Terms do not move open weights; they bar the top level. Of two candidates the stricter counts.
        says(
            row(WEIGHTS, "licence forbids commerce", "open-weights / open-weights / open-weights-data-info", |at| {
                fs::write(at.join("LICENSE"), NON_COMMERCIAL).unwrap();
            }),
            &[
                "g7.confirmed=weights-available", "osaid=not-met", "restriction non-commercial via text",
                "commercial-use=no",
            ],
        ),
        says(
            row(SOURCE, "licence forbids commerce", INFO_ALL, |at| {
                fs::write(at.join("model/LICENSE"), NON_COMMERCIAL).unwrap()
            }),
            &[
                "g7.confirmed=weights-available", "osaid=not-met", "restriction non-commercial via text",
                "commercial-use=no",
            ],
        ),
        says(
            row(SOURCE, "one sentence added to the licence", INFO_ALL, |at| added_sentence(&at.join("model/LICENSE"))),
            &["g7.confirmed=weights-available", "osaid=not-met", "restriction non-commercial via text"],
        ),
        says(
            row(
                SOURCE,
                "a harmless-looking sentence added to the licence",
                "open-weights-data-info / open-weights-data-info / open-source",
                |at| {
                    edit(&at.join("model/LICENSE"), |text| {
                        text.replacen(
                            "END OF TERMS",
                            "10. Penguins. Penguins are welcome on Tuesdays.\n\n   END OF TERMS",
                            1,
                        )
                    });
                },
            ),
            &["osaid=unknown", "commercial-use=unknown"],
        ),
        says(
            row(SOURCE, "card names a licence against commerce", INFO_ALL, |at| {
                edit(&at.join("model/README.md"), |text| {
                    text.replacen("license: apache-2.0", "license: cc-by-nc-4.0", 1)
                });
            }),
            &["g7.confirmed=weights-available", "conflict of weights", "restriction non-commercial via licence"],
        ),
        says(
            row(SOURCE, "no licence text for the model", "open-weights-data-info / open-source / open-source", |at| {
                remove(at, "model/LICENSE");
            }),
            &["g7.confirmed=weights-available", "g7.declared=open-source-ai-open-data"],
        ),
        says(
            complete(WEIGHTS, "no licence anywhere", "open-weights / open-weights / open-weights-data-info", |at| {
                remove(at, "LICENSE");
                remove(at, "README.md");
            }),
            &["g7.confirmed=weights-available", "restriction no-license via text", "commercial-use=no"],
        ),
        says(
            row(SOURCE, "licence of the code forbids commerce", INFO_ALL, |at| {
                fs::write(at.join("code/LICENSE"), NON_COMMERCIAL).unwrap();
            }),
            &["osaid.code-licence=not-met", "g7.confirmed=open-weights", "commercial-use=yes"],
        ),
        says(
            row(SOURCE, "one sentence added to the licence of the code", INFO_ALL, |at| {
                added_sentence(&at.join("code/LICENSE"))
            }),
            &["osaid.code-licence=not-met", "g7.confirmed=open-weights"],
        ),
        says(
            row(SOURCE, "no licence text for the code", "open-weights-data-info / open-source / open-source", |at| {
                remove(at, "code/LICENSE");
            }),
            &["osaid.code-licence=unknown"],
        ),
        says(
            row(SOURCE, "licence of the data forbids commerce", "open-source / open-source / open-source", |at| {
                fs::write(at.join("data/LICENSE"), NON_COMMERCIAL).unwrap();
            }),
            &["g7.confirmed=open-source-ai", "osaid=met", "strict=not-met"],
        ),
        // Documents.
        // No level asks for a model card: what its loss takes away is what only it told.
        row(SOURCE, "card emptied", "open-source / open-source / open-source", |at| {
            fs::write(at.join("model/README.md"), "").unwrap();
        }),
        row(
            SOURCE,
            "cards of model and code emptied",
            "open-weights-data-info / open-weights-data-info / open-source",
            |at| {
                fs::write(at.join("model/README.md"), "").unwrap();
                fs::write(at.join("code/README.md"), "").unwrap();
            },
        ),
        row(WEIGHTS, "card emptied", "open-weights / open-weights / open-source", |at| {
            fs::write(at.join("README.md"), "").unwrap()
        }),
        says(
            row(CLOSED, "card and terms emptied", "unknown / unknown / open-source", |at| {
                fs::write(at.join("README.md"), "").unwrap();
                fs::write(at.join("TERMS.md"), "").unwrap();
            }),
            &["weights.end_final=unknown"],
        ),
        row(
            INFO,
            "data card removed; the card says that there is one",
            "open-weights / open-weights-data-info / open-source",
            |at| {
                remove(at, "DATA_CARD.md");
            },
        ),
        row(
            INFO,
            "card removed; the data card stands",
            "open-weights-data-info / open-weights-data-info / open-source",
            |at| {
                remove(at, "README.md");
            },
        ),
        row(INFO, "both cards removed", "open-weights / open-weights / open-source", |at| {
            remove(at, "DATA_CARD.md");
            remove(at, "README.md");
        }),
        row(SOURCE, "data card removed", "open-weights-data-info / open-source / open-source", |at| {
            remove(at, "data/README.md")
        }),
        row(SOURCE, "no document at all", "open-weights / open-weights-data-info / open-source", |at| {
            for path in ["model/README.md", "data/README.md", "code/README.md", "data/processing.json"] {
                remove(at, path);
            }
        }),
        // Data, code, settings.
        says(
            row(SOURCE, "data removed", "open-weights-data-info / open-source / open-source", |at| {
                remove(at, "data/train.txt");
                remove(at, "data/validation.txt");
            }),
            &["osaid.data-published=unknown", "reproduce=with-limits"],
        ),
        row(SOURCE, "the part with the data removed", "open-weights-data-info / open-source / open-source", |at| {
            part_away(at, "data")
        }),
        says(
            row(SOURCE, "training code removed", "open-weights-data-info / open-source / open-source", training_code),
            &["osaid.training-code=unknown", "osaid=unknown", "lenient=unknown", "g7.confirmed=open-weights"],
        ),
        row(SOURCE, "the part with the code removed", "open-weights-data-info / open-source / open-source", |at| {
            part_away(at, "code")
        }),
        says(
            row(
                SOURCE,
                "code that made the data removed",
                "open-weights-data-info / open-source / open-source",
                |at| {
                    remove(at, "code/src/corpus.rs");
                },
            ),
            &["osaid.processing-code=unknown"],
        ),
        says(
            row(SOURCE, "settings of the run removed", "open-weights-data-info / open-source / open-source", |at| {
                remove(at, "code/config");
            }),
            &["osaid.code-of-the-run=unknown"],
        ),
        // OSAID does not ask for evaluation; the ladder reports it.
        row(SOURCE, "evaluation removed", "open-source / open-source / open-source", |at| {
            remove(at, "model/evaluation");
            remove(at, "code/src/evaluate.rs");
            edit(&at.join("model/README.md"), |text| {
                let (before, rest) = text.split_once("## Evaluation").unwrap();
                format!("{before}## Limits{}", rest.split_once("## Limits").unwrap().1)
            });
        }),
        // What is here is here, whether or not more is elsewhere.
        row(SOURCE, "nothing said to be complete", "open-source / open-source / open-source", |at| {
            edit(&at.join("release.toml"), |text| text.replace("complete = true\n", ""));
        }),
        // An observation refutes what is said.
        row(
            WEIGHTS,
            "card says that the weights are not released",
            "open-weights / open-weights / open-source",
            |at| {
                edit(&at.join("README.md"), |text| text + "\n## Access\n\nThe weights are not released.\n");
            },
        ),
        row(SOURCE, "card says that the weights are not released", "open-source / open-source / open-source", |at| {
            edit(&at.join("model/README.md"), |text| text + "\n## Access\n\nThe weights are not released.\n");
        }),
        // An adapter counts with its base; a child stands no higher than its base.
        says(
            row(WEIGHTS, "adapter only", "unknown / open-weights / open-source", adapter),
            &["weights.end_final=available", "lineage.base_model=described"],
        ),
        row(SOURCE, "adapter only", "unknown / open-weights / open-source", |at| {
            remove(at, "model/checkpoints");
            adapter(&at.join("model"));
        }),
        row(SOURCE, "quantised from a base that is not here", "open-weights / open-weights / open-source", |at| {
            front_matter(&at.join("model/README.md"), "base_model: acme/base-7b\nbase_model_relation: quantized");
        }),
        row(SOURCE, "tuned from a base that is not here", "open-weights / open-weights / open-source", |at| {
            front_matter(&at.join("model/README.md"), "base_model: acme/base-7b");
        }),
        row(INFO, "tuned from a base that is not here", "open-weights / open-weights / open-source", |at| {
            front_matter(&at.join("README.md"), "base_model: acme/base-7b");
        }),
        says(
            row(
                SOURCE,
                "tuned from a base under stricter terms",
                "open-weights / open-weights / open-weights-data-info",
                |at| {
                    front_matter(&at.join("model/README.md"), "base_model: meta-llama/Llama-3.1-8B");
                },
            ),
            &["g7.confirmed=weights-available", "restriction user-threshold via base", "conflict of weights"],
        ),
        // A gate keeps the level of weights and is reported; whether a person approves is not said.
        says(
            row(WEIGHTS, "gated", "open-weights / open-weights / open-source", |at| {
                front_matter(&at.join("README.md"), "extra_gated_prompt: Say who you are.");
            }),
            &["restriction gated via text", "osaid.parameters-ungated=unknown"],
        ),
        says(
            row(SOURCE, "gated", "open-weights-data-info / open-weights-data-info / open-source", |at| {
                front_matter(&at.join("model/README.md"), "extra_gated_fields:\n  Name: text");
            }),
            &["restriction gated via text", "osaid.parameters-ungated=unknown", "osaid=unknown"],
        ),
    ]
}

const INFO_ALL: &str = "open-weights-data-info / open-weights-data-info / open-weights-data-info";

/// Terms of ours that no licence engine has seen.
const NON_COMMERCIAL: &str = "\
Terms of Sprout

Copyright 2026 The authors.

You may use, copy and change the model and its files for research, teaching and private purposes.
You may not use them, or anything made from them, for any commercial purpose.
You may pass on copies if you pass on these terms with them.

The model is provided as is, without warranty of any kind.
";

fn added_sentence(license: &Path) {
    edit(license, |text| {
        let sentence = "10. Field of Use. You may not use the Work for any commercial purpose.";
        text.replacen("END OF TERMS", &format!("{sentence}\n\n   END OF TERMS"), 1)
    });
}

fn configuration(model: &Path) {
    for name in ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"] {
        remove(model, name);
    }
}

/// Everything that trains, and what only makes sense with it.
fn training_code(at: &Path) {
    for name in ["train.rs", "optimizer.rs", "checkpoint.rs", "main.rs"] {
        remove(&at.join("code/src"), name);
    }
}

/// The weights in two shards of which an index names both and one is here.
fn shards(at: &Path) {
    fs::rename(at.join("model.safetensors"), at.join("model-00001-of-00002.safetensors")).unwrap();
    let index = r#"{"metadata": {"total_size": 200000}, "weight_map": {
        "embedding.weight": "model-00001-of-00002.safetensors", "lm_head.weight": "model-00002-of-00002.safetensors"}}"#;
    fs::write(at.join("model.safetensors.index.json"), index).unwrap();
}

fn adapter(model: &Path) {
    remove(model, "model.safetensors");
    remove(model, "config.json");
    let config = r#"{"base_model_name_or_path": "acme/base-7b", "peft_type": "LORA", "r": 8}"#;
    fs::write(model.join("adapter_config.json"), config).unwrap();
    let names = ["base_model.model.lm_head.lora_A.weight", "base_model.model.lm_head.lora_B.weight"];
    let bytes = common::safetensors(&names.map(|name| (name, 64)));
    fs::write(model.join("adapter_model.safetensors"), bytes).unwrap();
    front_matter(&model.join("README.md"), "base_model: acme/base-7b");
}

/// Take a part out of the bundle.
fn part_away(at: &Path, name: &str) {
    remove(at, name);
    edit(&at.join("release.toml"), |text| {
        text.replace(&format!("[[part]]\nrole = \"{name}\"\nfiles = \"{name}\"\ncomplete = true\n"), "")
    });
}

fn front_matter(card: &Path, lines: &str) {
    edit(card, |text| text.replacen("---\n", &format!("---\n{lines}\n"), 1));
}

/// Change a text; a change that changes nothing is a mistake of the table.
fn edit(path: &Path, change: impl Fn(String) -> String) {
    let before = fs::read_to_string(path).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "{}", path.display());
    fs::write(path, after).unwrap();
}

fn cut(folder: &Path, name: &str, keep: usize) {
    let path = folder.join(name);
    let bytes = fs::read(&path).unwrap();
    fs::write(path, &bytes[..keep]).unwrap();
}

fn remove(folder: &Path, name: &str) {
    let path = folder.join(name);
    let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
    removed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(!files_in(folder).contains(&path));
}

/// `confirmed / declared / possible` of a ladder.
fn ladder(json: &Value, framework: &str) -> String {
    let word = |key: &str| json["standings"][framework][key].as_str().unwrap_or("-").to_owned();
    [word("confirmed"), word("declared"), word("possible")].join(" / ")
}

fn rank(json: &Value, key: &str) -> usize {
    let levels = ["unknown", "closed", "open-weights", "open-weights-data-info", "open-source"];
    let level = &json["standings"]["spectrum"][key];
    levels.iter().position(|known| level == known).expect("a level of the contract")
}

/// What an assessment says, in short lines.
fn said(json: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let list = |key: &str| json[key].as_array().cloned().unwrap_or_default();
    let mut said = Vec::new();
    for key in ["confirmed", "declared", "possible"] {
        said.push(format!("g7.{key}={}", text(&json["standings"]["g7"][key])));
    }
    for key in ["lenient", "osaid", "strict"] {
        said.push(format!("{key}={}", text(&json["standings"]["osaid"][key])));
    }
    said.extend(list("answers").iter().map(|a| format!("{}={}", text(&a["question"]), text(&a["answer"]))));
    said.extend(list("components").iter().map(|c| format!("{}={}", text(&c["id"]), text(&c["status"]))));
    said.extend(list("requirements").iter().map(|r| format!("{}={}", text(&r["id"]), text(&r["status"]))));
    said.extend(
        list("restrictions").iter().map(|r| format!("restriction {} via {}", text(&r["kind"]), text(&r["via"]))),
    );
    said.extend(list("gaps").iter().map(|gap| format!("gap {}: {}", text(&gap["path"]), text(&gap["why"]))));
    let conflicts =
        list("components").iter().any(|c| c["id"] == "weights.end_final" && c["license"]["conflict"] == true);
    said.extend(conflicts.then(|| "conflict of weights".to_owned()));
    said
}

/// All verdicts of an assessment, without where they were read.
fn judged(json: &Value) -> Vec<String> {
    let mut judged = said(json);
    judged.push(ladder(json, "spectrum"));
    judged.push(json["answers"].as_array().unwrap().iter().map(|answer| answer["why"].to_string()).collect());
    judged
}

#[test]
fn the_side_by_side_view_shows_the_levels() {
    let paths = EXAMPLES.map(|name| example(name).display().to_string());
    let arguments = ["compare"].into_iter().map(str::to_owned).chain(paths).chain(["--format".into(), "json".into()]);
    let all = candor(arguments).json();
    let levels: Vec<String> = all.as_array().unwrap().iter().map(|json| text_of(json, "declared")).collect();
    assert_eq!(levels, EXAMPLES);
}

fn text_of(json: &Value, key: &str) -> String {
    json["standings"]["spectrum"][key].as_str().unwrap_or("-").to_owned()
}
