//! Platforms on the loopback for runs of the program, and releases to put there.
#![allow(unreachable_pub, dead_code, reason = "each test file takes what it needs")]

#[path = "../../../source/src/testing/hub.rs"]
pub mod hub;
#[path = "../../../source/src/testing/server.rs"]
pub mod server;

use crate::common::{self, Run, candor_with};
use hub::{Hub, Repository};
use std::fs;
use std::path::Path;

/// Run the program with a hub and nothing else.
pub fn ask(hub: &Hub, arguments: &[&str]) -> Run {
    candor_with(&[("HF_ENDPOINT", hub.address())], arguments)
}

/// A folder as a repository.
pub fn served(name: &str, commit: char, folder: &Path) -> Repository {
    let mut repository = Repository::new(name, commit);
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for path in common::files_in(&next) {
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("below").to_str().expect("UTF-8");
            repository = repository.file(name, fs::read(&path).expect("file"));
        }
    }
    repository.files.sort_by(|a, b| a.path.cmp(&b.path));
    repository
}

/// A small model with a card that has some front matter.
pub fn model(name: &str, commit: char, front: &str) -> Repository {
    Repository::new(name, commit)
        .file("README.md", format!("---\n{front}\n---\n# A model\n"))
        .file("config.json", r#"{"architectures": ["LlamaForCausalLM"]}"#)
        .file("model.safetensors", common::safetensors(&[("w", 64)]))
}
