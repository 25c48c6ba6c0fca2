//! Repositories made here, fetched from the disk: no connection.

use super::*;
use crate::hub::tests::{open, show};
use crate::testing::Folder;
use crate::{Settings, SourceError};
use expect_test::expect;

fn git(folder: &Folder, arguments: &[&str]) {
    let status = Command::new("git")
        .args([
            "-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main", "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder.path())
        .env("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z")
        .env("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
        .status()
        .expect("git");
    assert!(status.success(), "{arguments:?}");
}

fn settings(cache: &Folder) -> Settings {
    Settings { cache: Some(cache.path().to_owned()), ..Settings::local() }
}

#[test]
fn a_repository_with_hooks_links_and_pointers() {
    let (folder, cache) = (Folder::new(), Folder::new());
    git(&folder, &["init", "--quiet"]);
    folder.write("LICENSE", b"MIT License");
    folder.write("a b/x.py", b"print()");
    folder.write(
        "w.bin",
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 5\n", "0".repeat(64)).as_bytes(),
    );
    folder.link(std::path::Path::new("/etc/passwd"), "link");
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "one"]);
    git(&folder, &["tag", "v1"]);
    let marker = cache.path().join("ran");
    for hook in ["post-checkout", "post-merge", "reference-transaction", "pre-receive", "post-upload-pack"] {
        let path =
            folder.write(&format!(".git/hooks/{hook}"), format!("#!/bin/sh\ntouch {}\n", marker.display()).as_bytes());
        std::os::unix::fs::PermissionsExt::set_mode(&mut std::fs::metadata(&path).expect("hook").permissions(), 0o755);
    }
    let locator = format!("git+file://{}", folder.text());
    let shown = |locator: &str| show(folder.text(), &open(settings(&cache), locator));
    let first = shown(&locator);
    expect![[r#"
        code git+file://HOST XXXX complete
          LICENSE | "MIT License"
          a b/x.py | "print()"
          link | listed, and not fetched
          w.bin | listed, and not fetched
        gap link: not read: a link, which is not followed
    "#]]
    .assert_eq(&first.replace(&first[first.find("HOST ").map_or(0, |at| at + 5)..][..4], "XXXX"));
    assert_eq!(shown(&format!("{locator}@v1")), first);
    assert!(!marker.exists());
    std::fs::write(folder.path().join("LICENSE"), "other").expect("write");
    git(&folder, &["commit", "--quiet", "--all", "--message", "two"]);
    assert!(shown(&locator).contains("LICENSE | \"other\""));
    assert_eq!(shown(&format!("{locator}@v1")), first);
    let gone = shown(&format!("{locator}@v2"));
    assert!(gone.starts_with("error: `git+file://HOST`: git: fatal: couldn't find remote ref v2; check"), "{gone}");
    let gone = shown("git+file:///nowhere/at/all");
    assert!(gone.starts_with("error: `git+file:///nowhere/at/all`: git: fatal: "), "{gone}");
}

#[test]
fn addresses_that_are_not_handed_to_git() {
    let cache = Folder::new();
    for (locator, why) in [
        ("git+ext://sh -c touch% x", "git is given addresses of https, ssh and file alone"),
        ("git+http://example.org/a", "git is given addresses of https, ssh and file alone"),
        ("git+git://example.org/a", "git is given addresses of https, ssh and file alone"),
        ("git+ssh://-oProxyCommand=x/a", "git is given addresses of https, ssh and file alone"),
        ("git+https://me:TopSecret@example.org/a", "a password in an address would be shown"),
        ("git+https://example.org/a@--upload-pack=x", "the revision is no name of a branch, tag or commit"),
        ("git+https://example.org/a@x:y", "the revision is no name of a branch, tag or commit"),
        ("git+https://example.org/a", "it is not in the cache, and no connection is made in offline mode"),
    ] {
        let error = open(settings(&cache), locator).expect_err(locator).to_string();
        assert!(error.contains(why) && !error.contains("TopSecret"), "{locator}: {error}");
    }
    assert!(matches!(open(Settings::local(), "git+file:///x"), Err(SourceError::Usage { .. })));
}
