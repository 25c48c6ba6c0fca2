//! `candor diff` and `candor lineage` as programs: what they print, and how they exit.

use candor_inspect::tensors::Dtype;
use candor_verify::making::{self, Made};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn candor(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_candor")).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn folder(name: &str, files: &[(&str, Vec<u8>)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("weights").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for (path, bytes) in files {
        std::fs::write(folder.join(path), bytes).unwrap();
    }
    folder
}

fn weights(seed: u64, change: impl Fn(&mut Made)) -> Vec<u8> {
    let mut tensors = making::model(seed, 32, 1);
    tensors.iter_mut().for_each(change);
    making::safetensors(&tensors, Dtype::F32)
}

#[test]
fn exit_codes() {
    let whole = weights(1, |_| {});
    let base = folder("base", &[("model.safetensors", whole.clone())]);
    let same = folder("same", &[("model.safetensors", whole.clone())]);
    let other = folder("other", &[("model.safetensors", weights(1, |one| one.values[0] += 1.0))]);
    let short = folder("short", &[("model.safetensors", whole[..whole.len() - 64].to_vec())]);
    let shard = folder("shard", &[("model-00001-of-00002.safetensors", whole.clone())]);
    let broken = folder("broken", &[("model.safetensors", vec![7; 100])]);
    let empty = folder("empty", &[("README.md", b"nothing".to_vec())]);
    let file = base.join("model.safetensors");
    for (command, b, code, says) in [
        ("diff", same.as_path(), 0, "equal"),
        ("diff", file.as_path(), 0, "equal"),
        ("diff", &other, 1, "sparse"),
        ("diff", &short, 3, "undetermined"),
        ("diff", &shard, 3, "model-00002-of-00002.safetensors"),
        ("diff", &broken, 2, "byte 0"),
        ("diff", &empty, 2, "holds no weights"),
        ("diff", Path::new("no such folder"), 2, "no such folder"),
        ("lineage", &same, 0, "related, identical"),
        ("lineage", &other, 0, "related, fine-tune"),
        ("lineage", &empty, 3, "unknown"),
    ] {
        let (found, out, err) = candor(&[command, base.to_str().unwrap(), b.to_str().unwrap()]);
        assert_eq!(found, code, "{command} {}: {out}{err}", b.display());
        assert!(format!("{out}{err}").contains(says), "{command} {}: {says}: {out}{err}", b.display());
    }
}

#[test]
fn documents_of_json_and_the_strip() {
    let base = folder("json-a", &[("model.safetensors", weights(1, |_| {}))]);
    let names = |one: &mut Made| one.name = format!("<{}>", one.name.replace("model.", ""));
    let other = folder("json-b", &[("model.safetensors", weights(1, names)), ("extra.txt", b"x".to_vec())]);
    let strip = other.join("strip.svg");
    let (a, b, svg) = (base.to_str().unwrap(), other.to_str().unwrap(), strip.to_str().unwrap());
    let (code, out, _) = candor(&["diff", a, b, "--format", "json", "--svg", svg]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, json["outcome"].as_str()), (0, Some("equal")), "{out}");
    assert_eq!(json["tensors"][0]["paired_by"], "content");
    assert_eq!(json["documents"][0]["what"], "added");
    let (_, reverse, _) = candor(&["diff", b, a, "--format", "json", "--svg", svg]);
    assert!(serde_json::from_str::<Value>(&reverse).is_ok());
    let drawn = std::fs::read_to_string(&strip).unwrap();
    assert!(drawn.starts_with("<svg") && drawn.contains("&lt;") && !drawn.contains("<embed"), "{drawn}");
    let (code, out, _) = candor(&["lineage", b, a, "--format", "json", "--parent-name", "p/base"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, json["parents"][0]["finding"]["kind"].as_str()), (0, Some("undeclared-base")), "{out}");
    assert_eq!(json["parents"][0]["direction"], "unknown");
}
