//! `--follow`: what a release links to, on a hub on the loopback.

mod common;
#[path = "common/platform.rs"]
mod platform;

use platform::hub::{Hub, Repository};
use platform::{ask, model};
use serde_json::{Value, json};

/// A repository without weights of the usual kind: a card, and the files given.
fn bare(name: &str, commit: char, front: &str) -> Repository {
    Repository::new(name, commit).file("README.md", format!("---\n{front}\n---\n# A model\n"))
}

/// The smallest GGUF file with a tensor, and some texts in its header. It has one base model, if any.
fn gguf(pairs: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut bytes = b"GGUF\x03\x00\x00\x00".to_vec();
    bytes.extend(1u64.to_le_bytes());
    bytes.extend((pairs.len() as u64 + 1).to_le_bytes());
    bytes.extend(text("general.base_model.count"));
    bytes.extend(4u32.to_le_bytes());
    bytes.extend(u32::from(pairs.iter().any(|(key, _)| key.contains("base_model"))).to_le_bytes());
    for (key, value) in pairs {
        bytes.extend(text(key));
        bytes.extend(8u32.to_le_bytes());
        bytes.extend(text(value));
    }
    bytes.extend(text("token_embd.weight"));
    bytes.extend(1u32.to_le_bytes());
    bytes.extend(32u64.to_le_bytes());
    // Q8_0: 34 bytes for 32 values.
    bytes.extend(8u32.to_le_bytes());
    bytes.extend(0u64.to_le_bytes());
    bytes.resize(bytes.len().next_multiple_of(32) + 64, 0);
    bytes
}

fn follow(hub: &Hub, locator: &str) -> (Value, String) {
    let run = ask(hub, &["assess", locator, "--follow", "--format", "json"]);
    (run.clone().json(), run.err)
}

/// The restrictions of a release, each as `kind via part/path…`.
fn restrictions(release: &Value) -> Vec<String> {
    let place = |at: &Value| {
        let place = &release["evidence"][usize::try_from(at.as_u64().expect("index")).expect("small")];
        format!("{}/{}", place["part"], place["path"].as_str().unwrap_or_default())
    };
    let all = release["restrictions"].as_array().expect("restrictions").iter();
    all.map(|term| {
        let places: Vec<String> = term["evidence"].as_array().expect("places").iter().map(place).collect();
        let word = |key: &str| term[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", word("kind"), word("via"), places.join(" "))
    })
    .collect()
}

#[test]
fn terms_of_the_base_reach_the_child_with_their_places() {
    let adapter = r#"{"base_model_name_or_path": "org/base", "peft_type": "LORA", "r": 8}"#;
    let lora = [("base_model.model.lm_head.lora_A.weight", 64), ("base_model.model.lm_head.lora_B.weight", 64)];
    let merge = r#"{"architectures": ["LlamaForCausalLM"], "_name_or_path": "them/merge"}"#;
    let hub = Hub::start(vec![
        model("org/base", 'b', "license: cc-by-nc-4.0"),
        model("free/base", 'f', "license: apache-2.0"),
        model("them/fine-tune", '1', "license: apache-2.0\nbase_model: org/base"),
        bare("them/lora", '2', "license: apache-2.0\nlibrary_name: peft")
            .file("adapter_config.json", adapter)
            .file("adapter_model.safetensors", common::safetensors(&lora)),
        bare(
            "them/merge",
            '3',
            "license: apache-2.0\nbase_model:\n- free/base\n- org/base\nbase_model_relation: merge\ntags:\n- merge",
        )
        .file("config.json", merge)
        .file("model.safetensors", common::safetensors(&[("w", 64)])),
        bare("them/quants", '4', "license: apache-2.0\nbase_model: org/base\nbase_model_relation: quantized")
            .file("model.Q8_0.gguf", gguf(&[("general.architecture", "llama")])),
        // By the header alone, and two steps away.
        bare("us/quants", '5', "license: apache-2.0").file(
            "model.Q8_0.gguf",
            gguf(&[
                ("general.architecture", "llama"),
                ("general.base_model.0.name", "Fine Tune"),
                ("general.base_model.0.repo_url", "https://huggingface.co/them/fine-tune"),
            ]),
        ),
    ]);
    for (name, steps) in
        [("them/fine-tune", 1), ("them/lora", 1), ("them/merge", 1), ("them/quants", 1), ("us/quants", 2)]
    {
        let locator = format!("hf:{name}");
        let (child, told) = follow(&hub, &locator);
        let parts = child["release"]["parts"].as_array().expect("parts");
        let base =
            parts.iter().position(|part| part["locator"] == "hf:org/base").unwrap_or_else(|| panic!("{name}: {told}"));
        let found = restrictions(&child);
        let wanted = |term: &String| {
            term.starts_with("non-commercial base ")
                && term.contains(&format!("{base}/README.md"))
                && term.contains("0/")
        };
        assert!(found.iter().any(wanted), "{name}: {found:?}\n{told}");
        assert!(told.contains("hf:org/base (base): named as base model in "), "{told}");
        assert!(parts.len() > steps, "{name}: {parts:?}");
        let answer = &child["answers"][0];
        assert_eq!((&answer["question"], &answer["answer"]), (&json!("commercial-use"), &json!("no")), "{name}");
        // Without the base in sight nothing is permitted by silence.
        let alone = ask(&hub, &["assess", &locator, "--format", "json"]).json();
        assert_eq!(alone["answers"][0]["answer"], "unknown", "{name}");
    }
}

#[test]
fn ways_that_do_not_end() {
    let mut repositories = vec![
        model("a/self", '1', "license: mit\nbase_model: a/self"),
        model("a/one", '2', "license: mit\nbase_model: b/two"),
        model("b/two", '3', "license: mit\nbase_model: a/one"),
        model("a/lost", '4', "license: mit\nbase_model: b/nobody"),
        model("a/diamond", '5', "license: mit\nbase_model:\n- b/left\n- c/right"),
        model("b/left", '6', "license: mit\nbase_model: d/root"),
        model("c/right", '7', "license: mit\nbase_model: d/root"),
        model("d/root", '8', "license: cc-by-nc-4.0"),
    ];
    let many: Vec<String> = (0..30).map(|number| format!("- many/m{number}")).collect();
    repositories.push(model("a/many", '9', &format!("license: mit\nbase_model:\n{}", many.join("\n"))));
    repositories.extend((0..30).map(|number| model(&format!("many/m{number}"), 'a', "license: mit")));
    repositories
        .extend((0..9).map(|number| {
            model(&format!("p{number}/x"), 'c', &format!("license: mit\nbase_model: p{}/x", number + 1))
        }));
    let hub = Hub::start(repositories);
    for (locator, gap, most) in [
        ("hf:a/self", "hf:a/self (named as base model in README.md:3): the bases lead in a circle", 1),
        ("hf:a/one", "hf:a/one (named as base model in README.md:3): the bases lead in a circle", 2),
        ("hf:a/lost", "`hf:b/nobody`: there is nothing of this name", 1),
        ("hf:a/many", "not followed, for 12 links were", 13),
        ("hf:p0/x", "not followed, for it is more than 4 models away", 5),
    ] {
        let before = hub.server.asked().len();
        let (release, told) = follow(&hub, locator);
        let gaps = release["gaps"].as_array().expect("gaps");
        assert!(
            gaps.iter().any(|one| one["text"].as_str().is_some_and(|text| text.contains(gap))),
            "{locator}: {gaps:?}"
        );
        assert_eq!(release["release"]["parts"].as_array().expect("parts").len(), most, "{locator}: {told}");
        assert!(hub.server.asked().len() - before <= 5 * (most + 1), "{locator}");
    }
    // A base that two ways lead to is looked at once, and counts on both.
    let before = hub.server.asked().len();
    let (release, told) = follow(&hub, "hf:a/diamond");
    assert_eq!(told.matches("hf:d/root").count(), 1, "{told}");
    assert!(restrictions(&release).iter().any(|term| term.starts_with("non-commercial base")), "{told}");
    assert_eq!(release["release"]["parts"].as_array().expect("parts").len(), 5);
    assert!(hub.server.asked().len() - before <= 20);
}

#[test]
fn data_and_code_become_parts() {
    let data = Repository {
        dataset: true,
        ..bare("org/data", 'd', "license: cc-by-4.0").file("train.jsonl", "{\"text\": \"a\"}\n")
    };
    let hub = Hub::start(vec![model("org/name", 'a', "license: apache-2.0\ndatasets:\n- org/data\n- org/lost"), data]);
    let (release, told) = follow(&hub, "hf:org/name");
    let parts = release["release"]["parts"].as_array().expect("parts");
    assert_eq!(parts.iter().map(|part| &part["role"]).collect::<Vec<_>>(), ["model", "data"]);
    assert!(told.contains("hf:datasets/org/data (data): named as training data in README.md:4"), "{told}");
    let gaps = release["gaps"].as_array().expect("gaps");
    assert!(
        gaps.iter().any(|gap| gap["text"].as_str().is_some_and(|text| text.contains("hf:datasets/org/lost"))),
        "{gaps:?}"
    );
    // Nothing is asked twice, and the cost is told.
    let paths = hub.server.paths();
    let unique: std::collections::BTreeSet<&String> = paths.iter().collect();
    assert_eq!(unique.len(), paths.len(), "{paths:?}");
    assert!(told.contains(&format!("in all {} requests", paths.len())), "{told}");
    let quiet = ask(&hub, &["assess", "hf:org/name", "--follow", "--format", "json", "-q"]);
    assert_eq!(quiet.err, "");
}
