//! The same release gives the same bytes, in whatever order its files come.

mod common;

use common::{EXAMPLES, Temp, all_releases, assess_text, copy, corpus_releases, each, example, files_in};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Orders in which a list is laid out again.
const ORDERS: [fn(&mut Vec<Value>); 3] = [
    |list| list.reverse(),
    |list| {
        let middle = list.len() / 2;
        list.rotate_left(middle);
    },
    // Every third first: neighbours are parted.
    |list| {
        let mut parted: Vec<Value> = Vec::new();
        for start in 0..3 {
            parted.extend(list.iter().skip(start).step_by(3).cloned());
        }
        *list = parted;
    },
];

#[test]
fn two_runs_give_the_same_bytes() {
    each(&all_releases(), |release| {
        // The environment has no say in what a machine reads.
        let environment =
            [("COLUMNS", "40"), ("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Asia/Kolkata"), ("HOME", "/nonexistent")];
        let (one, other) = (assess_text(release, &[], &[]).answer(), assess_text(release, &[], &environment).answer());
        assert!(one == other, "{}", release.display());
    });
}

#[test]
fn the_order_in_which_files_were_made_does_not_matter() {
    for name in EXAMPLES {
        let expected = assess_text(&example(name), &[], &[]).answer();
        for backwards in [false, true] {
            let temp = Temp::new();
            let path = temp.join(name);
            let mut files = Vec::new();
            all_files(&example(name), &mut files);
            if backwards {
                files.reverse();
            }
            for file in files {
                let inside = file.strip_prefix(example(name)).expect("inside").to_owned();
                common::write(&path.join(inside), fs::read(&file).expect("a file"));
            }
            assert!(assess_text(&path, &[], &[]).answer() == expected, "{name}");
        }
    }
}

fn all_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for path in files_in(folder) {
        if path.is_dir() {
            all_files(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// A bundle of our own with listings: what was listed and not fetched, with sizes and digests.
#[test]
fn the_order_of_a_listing_does_not_matter() {
    let temp = Temp::new();
    let root = temp.join("bundle");
    copy(&example("open-weights"), &root.join("files"));
    let digest = "a".repeat(64);
    let mut entries: Vec<Value> = (1..=12)
        .map(|shard| json!({"path": format!("big-{shard:05}-of-00012.safetensors"), "size": 5_000_000_000_u64, "sha256": digest}))
        .collect();
    for path in files_in(&root.join("files")) {
        entries.push(json!({"path": path.file_name().expect("a name").to_string_lossy(), "size": fs::metadata(&path).expect("a file").len()}));
    }
    for path in ["scripts/train.py", "scripts/generate.py", "configs/train.yaml", "paper.pdf", "training_logs/loss.csv"]
    {
        entries.push(json!({"path": path, "git_blob": "b".repeat(40)}));
    }
    common::write(
        &root.join("release.toml"),
        "format = 1\nid = \"made\"\n[[part]]\nrole = \"model\"\nfiles = \"files\"\nlisting = \"listing.json\"\n",
    );
    shuffled(&root, &["listing.json".to_owned()], |listing| {
        let entries = entries.clone();
        *listing = json!({"complete": true, "total": entries.len(), "entries": entries});
    });
}

#[test]
fn the_order_of_real_listings_does_not_matter() {
    each(&corpus_releases(), |release| {
        let source = release.parent().expect("a folder");
        let bundle: toml::Table = fs::read_to_string(release).expect("a bundle").parse().expect("a bundle");
        let part = |part: &toml::Value| part.get("listing").and_then(toml::Value::as_str).map(str::to_owned);
        let listings: Vec<String> = bundle["part"].as_array().expect("parts").iter().filter_map(part).collect();
        if listings.is_empty() {
            return;
        }
        let temp = Temp::new();
        let root = temp.join("bundle");
        copy(source, &root);
        fs::copy(release, root.join("release.toml")).expect("a bundle");
        shuffled(&root, &listings, |_| {});
    });
}

/// Assess a bundle, then again with the entries of its listings in other orders.
fn shuffled(root: &Path, listings: &[String], first: impl Fn(&mut Value)) {
    for name in listings {
        let mut listing =
            fs::read(root.join(name)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null);
        first(&mut listing);
        fs::write(root.join(name), listing.to_string()).expect("a listing");
    }
    let expected = assess_text(root, &[], &[]).answer();
    for order in ORDERS {
        for name in listings {
            let mut listing: Value =
                serde_json::from_slice(&fs::read(root.join(name)).expect("a listing")).expect("JSON");
            if let Some(entries) = listing["entries"].as_array_mut() {
                order(entries);
            }
            fs::write(root.join(name), listing.to_string()).expect("a listing");
        }
        assert!(assess_text(root, &[], &[]).answer() == expected, "{}", root.display());
    }
}
