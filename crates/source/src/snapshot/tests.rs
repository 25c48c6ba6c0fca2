//! Folders, caches and bundles, made here and resolved.

mod bundles;

use super::*;
use crate::testing::Folder;
use candor_facts::read_all;
use expect_test::{Expect, expect};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Without connections, caches and stores.
fn resolve(request: &Request) -> Result<Snapshot, SourceError> {
    Session::new(Settings::local()).open(request)
}

fn request(locator: &str) -> Request {
    Request { locator: locator.to_owned(), complete: false, with: Vec::new() }
}

/// The snapshot as text, with every path below `folder` cut to what is inside it.
fn show(folder: &Folder, outcome: &Result<Snapshot, SourceError>) -> String {
    let text = match outcome {
        Err(error) => format!("error: {error}\n"),
        Ok(snapshot) => {
            let mut text = format!("{} {:?}\n", snapshot.release.id, snapshot.release.subject);
            for (index, part) in snapshot.release.parts() {
                let complete = if part.listing.complete { "complete" } else { "incomplete" };
                write!(text, "part {} {complete}", part.role).expect("write");
                for more in [&part.locator, &part.revision].into_iter().flatten() {
                    write!(text, " {more}").expect("write");
                }
                text.push('\n');
                for entry in part.listing.entries() {
                    write!(text, "  {}", entry.path).expect("write");
                    if let Some(size) = entry.size {
                        write!(text, " {size}").expect("write");
                    }
                    if let Some(digest) = &entry.declared_digest {
                        write!(text, " {}:{}…", digest.algorithm().as_str(), &digest.hex()[..4]).expect("write");
                    }
                    let opened = match snapshot.open(index, &entry.path) {
                        Ok(bytes) => {
                            read_all(&*bytes, 1 << 20).map(|_| "read".to_owned()).unwrap_or_else(|e| e.to_string())
                        }
                        Err(error) => error.to_string(),
                    };
                    writeln!(text, " | {opened}").expect("write");
                }
            }
            for gap in &snapshot.gaps {
                writeln!(text, "gap {} {}: {}", gap.part.0, gap.path, gap.reason).expect("write");
            }
            text
        }
    };
    text.replace(folder.text(), "DIR")
}

fn check(folder: &Folder, request: &Request, expected: Expect) {
    expected.assert_eq(&show(folder, &resolve(request)));
}

#[test]
fn a_folder_without_what_is_no_part_of_a_release() {
    let folder = Folder::new();
    for name in [
        "m/model.safetensors", "m/sub/README.md", "m/.git/config", "m/.DS_Store", "m/._x", "m/.cache/huggingface/x",
        "m/.gitattributes",
    ] {
        folder.write(name, b"x");
    }
    let mut request = request(&format!("{}/m", folder.text()));
    check(
        &folder,
        &request,
        expect![[r#"
            m []
            part model incomplete
              .gitattributes 1 | read
              model.safetensors 1 | read
              sub/README.md 1 | read
        "#]],
    );
    request.complete = true;
    request.with = vec![(Role::Code, format!("{}/m/sub", folder.text()))];
    check(
        &folder,
        &request,
        expect![[r#"
            m []
            part model complete
              .gitattributes 1 | read
              model.safetensors 1 | read
              sub/README.md 1 | read
            part code incomplete
              README.md 1 | read
        "#]],
    );
}

#[test]
fn links_pipes_and_names_are_gaps_and_the_folder_is_then_not_complete() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let outside = Folder::new();
    outside.write("secret", b"x");
    folder.write("m/real/a.txt", b"abc");
    folder.link(Path::new("real"), "m/alias");
    folder.link(Path::new("real/a.txt"), "m/b.txt");
    folder.link(Path::new(".."), "m/real/up");
    folder.link(Path::new("self"), "m/self");
    folder.link(Path::new("nothing"), "m/dangling");
    folder.link(&outside.path().join("secret"), "m/model.safetensors");
    folder.link(Path::new("/"), "m/root");
    folder.fifo("m/pipe");
    folder.link(Path::new("pipe"), "m/pipe-link");
    std::fs::write(folder.path().join("m").join(std::ffi::OsStr::from_bytes(b"\xff.bin")), b"x").expect("file");
    let mut request = request(&format!("{}/m", folder.text()));
    request.complete = true;
    let mut snapshot = resolve(&request);
    if let Ok(snapshot) = &mut snapshot {
        snapshot.gaps.sort();
    }
    expect![[r#"
        m []
        part model incomplete
          alias/a.txt 3 | read
          b.txt 3 | read
          real/a.txt 3 | read
        gap 0 alias/up: refused: a link that leads in a circle
        gap 0 dangling: refused: a link that leads nowhere
        gap 0 model.safetensors: refused: a link that leads out of its folder
        gap 0 pipe: refused: a pipe, socket or device
        gap 0 pipe-link: refused: a link to a pipe, socket or device
        gap 0 real/up: refused: a link that leads in a circle
        gap 0 root: refused: a link that leads out of its folder
        gap 0 self: refused: a link that cannot be followed: Too many levels of symbolic links (os error 40)
        gap 0 �.bin: refused: its name is not UTF-8
    "#]]
    .assert_eq(&show(&folder, &snapshot));
}

#[test]
fn what_cannot_be_read_is_a_gap() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    folder.write("m/README.md", b"x");
    folder.write("m/closed/a", b"x");
    let closed = folder.path().join("m/closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("chmod");
    let as_root = std::fs::read_dir(&closed).is_ok();
    let outcome = resolve(&request(&format!("{}/m", folder.text())));
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).expect("chmod");
    // Root reads whatever it likes, so there the gap cannot show; that nothing fails is checked all the same.
    let gap = "gap 0 closed: could not be read: Permission denied (os error 13)\n";
    assert_eq!(show(&folder, &outcome).contains(gap), !as_root, "as root: {as_root}");
}

#[test]
fn deep_and_long_folders_end() {
    let folder = Folder::new();
    let deep = "d/".repeat(caps::DEPTH + 3);
    folder.write(&format!("m/{deep}x"), b"");
    let mut request = request(&format!("{}/m", folder.text()));
    request.complete = true;
    let snapshot = resolve(&request).expect("snapshot");
    assert_eq!(snapshot.gaps.len(), 1);
    assert_eq!(snapshot.gaps[0].reason, GapReason::TooLarge { cap: caps::DEPTH as u64 });
    assert!(!snapshot.release.parts[0].listing.complete);
}

#[test]
fn lfs_pointers_were_not_fetched() {
    let folder = Folder::new();
    let pointer = |size: u64| {
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {size}\n", "ab".repeat(32))
    };
    folder.write("m/model.safetensors", pointer(5_000_000_000).as_bytes());
    folder.write("m/tokenizer.json", pointer(9).as_bytes());
    folder.write("m/empty.bin", b"");
    check(
        &folder,
        &request(&format!("{}/m", folder.text())),
        expect![[r#"
            m []
            part model incomplete
              empty.bin 0 | read
              model.safetensors 5000000000 sha256:abab… | listed, and not fetched
              tokenizer.json 9 sha256:abab… | listed, and not fetched
        "#]],
    );
    check(
        &folder,
        &request(&format!("{}/m/model.safetensors", folder.text())),
        expect![[r#"
            model.safetensors []
            part model incomplete
              model.safetensors 5000000000 sha256:abab… | listed, and not fetched
        "#]],
    );
}

#[test]
fn roles() {
    let role = |files: &[(&str, &str)]| {
        let folder = Folder::new();
        for (name, text) in files {
            folder.write(&format!("m/{name}"), text.as_bytes());
        }
        resolve(&request(&format!("{}/m", folder.text()))).expect("snapshot").release.parts[0].role
    };
    assert_eq!(role(&[("README.md", "# Code"), ("pyproject.toml", "")]), Role::Code);
    assert_eq!(role(&[("README.md", "# Code"), (".git/HEAD", "")]), Role::Code);
    assert_eq!(role(&[("README.md", "---\nlicense: mit\n---\n"), (".git/HEAD", "")]), Role::Model);
    assert_eq!(role(&[("setup.py", ""), ("config.json", "{}")]), Role::Model);
    assert_eq!(role(&[("setup.py", ""), ("weights/model.safetensors", "")]), Role::Model);
    assert_eq!(role(&[("README.md", "# Something")]), Role::Model);
}

#[test]
fn a_hub_cache_snapshot_and_its_repository_folder() {
    let folder = Folder::new();
    let blob = "c".repeat(64);
    folder.write(&format!("models--org--name/blobs/{blob}"), b"weights");
    folder.write(&format!("models--org--name/blobs/{}", "d".repeat(40)), b"{}");
    folder.write("models--org--name/refs/main", b"abc123\n");
    folder.write("models--org--name/snapshots/old/README.md", b"old");
    let at = |name: &str, blob: &str, up: &str| {
        folder
            .link(&PathBuf::from(format!("{up}/blobs/{blob}")), &format!("models--org--name/snapshots/abc123/{name}"));
    };
    at("unet/model.safetensors", &blob, "../../..");
    at("config.json", &"d".repeat(40), "../..");
    at("not-fetched.safetensors", &"e".repeat(64), "../..");
    folder.link(Path::new("/etc/hostname"), "models--org--name/snapshots/abc123/out");
    let expected = expect![[r#"
        org/name []
        part model incomplete hf:org/name abc123
          config.json 2 git-blob:dddd… | read
          not-fetched.safetensors sha256:eeee… | listed, and not fetched
          unet/model.safetensors 7 sha256:cccc… | read
        gap 0 out: refused: a link that leads out of its folder
    "#]];
    let whole = format!("{}/models--org--name", folder.text());
    expected.assert_eq(&show(&folder, &resolve(&request(&whole))));
    expected.assert_eq(&show(&folder, &resolve(&request(&format!("{whole}/snapshots/abc123")))));
    check(
        &folder,
        &request(&format!("{whole}/snapshots/abc123/unet")),
        expect![[r#"
            org/name []
            part model incomplete hf:org/name abc123
              model.safetensors 7 sha256:cccc… | read
        "#]],
    );
    check(
        &folder,
        &request(&format!("{whole}/snapshots/abc123/config.json")),
        expect![[r#"
            config.json []
            part model incomplete
              config.json 2 | read
        "#]],
    );
    folder.write("datasets--a--b/snapshots/1/data.parquet", b"");
    folder.write("datasets--a--b/snapshots/2/data.parquet", b"");
    check(
        &folder,
        &request(&format!("{}/datasets--a--b", folder.text())),
        expect![[r#"
            error: `DIR/datasets--a--b` cannot be read: this cache folder holds 2 snapshots and `refs/main` names none of them: give one of DIR/datasets--a--b/snapshots/<commit>
        "#]],
    );
}

#[test]
fn what_is_not_there() {
    let folder = Folder::new();
    folder.fifo("pipe");
    check(
        &folder,
        &request(&format!("{}/gone", folder.text())),
        expect![[r#"
        error: `DIR/gone` does not exist: check the path; a locator is a folder, a file, a release bundle, or `hf:org/name`
    "#]],
    );
    check(
        &folder,
        &request(&format!("{}/pipe", folder.text())),
        expect![[r#"
        error: `DIR/pipe` cannot be read: it is a pipe, socket or device; give a folder or a file
    "#]],
    );
    check(
        &folder,
        &request("hf:org/name"),
        expect![[r#"
            error: `hf:org/name` could not be looked at: it is not in the cache, and no connection is made in offline mode. Next step: run once without `--offline` and HF_HUB_OFFLINE, or give the path of a folder
        "#]],
    );
}
