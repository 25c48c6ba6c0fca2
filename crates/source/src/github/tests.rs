//! GitHub as it answers, well and badly.

use super::*;
use crate::hub::tests::show;
use crate::testing::Folder;
use crate::testing::hub::json_answer;
use crate::testing::server::{Answer, Ask, Server};
use crate::{Request, Secret, Session, Settings, Snapshot};
use expect_test::{Expect, expect};
use serde_json::json;

const FILES: &[(&str, &str)] = &[
    ("LICENSE", "MIT License"),
    ("a b/x.json", "{\"encoding\": \"none\"}"),
    ("model.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"),
];

fn sha() -> String {
    "d".repeat(40)
}

fn right(ask: &Ask) -> Answer {
    let path = ask.path();
    let Some(rest) = path.strip_prefix("/repos/Owner/repo") else { return Answer::new(404, "{}") };
    if let Some(name) = rest.strip_prefix("/contents/") {
        let file = FILES.iter().find(|(known, _)| *known == name);
        return file.map_or(Answer::new(404, "{}"), |(_, text)| Answer::new(200, *text));
    }
    match rest {
        "" => json_answer(&json!({"full_name": "Owner/repo", "default_branch": "trunk", "stargazers_count": 7,
            "license": {"spdx_id": "MIT"}, "private": false})),
        "/commits/trunk" | "/commits/v1" => json_answer(&json!({"sha": sha()})),
        _ if rest == format!("/git/trees/{}", sha()) => {
            let mut tree: Vec<Value> = FILES
                .iter()
                .map(|(path, text)| {
                    let digest = digest_of(Algorithm::GitBlob, text.as_bytes());
                    json!({"path": path, "mode": "100644", "type": "blob", "sha": digest.hex(), "size": text.len()})
                })
                .collect();
            tree.push(json!({"path": "a b", "mode": "040000", "type": "tree", "sha": sha()}));
            json_answer(&json!({"sha": sha(), "tree": tree, "truncated": false}))
        }
        _ => Answer::new(404, "{}"),
    }
}

fn open_with(settings: Settings, locator: &str) -> Result<Snapshot, SourceError> {
    let request = Request { locator: locator.to_owned(), complete: false, with: Vec::new() };
    let clock = crate::http::tests::TestClock::new(std::time::Duration::ZERO);
    Session::with_clock(settings, clock).open(&request)
}

fn settings(server: &Server) -> Settings {
    Settings { github: server.address.clone(), ..crate::hub::tests::settings("http://127.0.0.1:1") }
}

#[track_caller]
fn check(handler: impl Fn(&Ask) -> Answer + Send + Sync + 'static, locator: &str, expected: Expect) {
    let server = Server::start(handler);
    expected.assert_eq(&show(&server.address, &open_with(settings(&server), locator)));
}

#[test]
fn a_repository_at_its_default_branch() {
    check(
        right,
        "github:Owner/repo",
        expect![[r#"
        code github:Owner/repo dddd complete
          @answers/repository.json | 122 bytes
          LICENSE | "MIT License"
          a b/x.json | "{\"encoding\": \"none\"}"
          model.bin | listed, and not fetched
    "#]],
    );
}

#[test]
fn a_repository_at_a_tag() {
    let server = Server::start(right);
    let shown = show(&server.address, &open_with(settings(&server), "github:Owner/repo@v1"));
    assert!(shown.starts_with("code github:Owner/repo dddd complete"), "{shown}");
}

#[test]
fn what_goes_wrong() {
    check(
        right,
        "github:Owner/gone",
        expect![[r#"
        error: `github:Owner/gone`: GitHub has no such repository, branch, tag or commit, or does not show it (answer 404 for the repository): check the name; for a private repository set GITHUB_TOKEN
    "#]],
    );
    check(
        right,
        "github:Owner/repo@v2",
        expect![[r#"
        error: `github:Owner/repo@v2`: GitHub has no such repository, branch, tag or commit, or does not show it (answer 404 for the commit): check the name; for a private repository set GITHUB_TOKEN
    "#]],
    );
    check(
        |_| Answer::new(403, "{}").with("x-ratelimit-remaining", "0"),
        "github:Owner/repo",
        expect![[r#"
        network: `github:Owner/repo` could not be looked at: GitHub's limit of requests is reached: try again later, or set GITHUB_TOKEN for a higher one
    "#]],
    );
    check(
        |_| Answer::new(200, "<html>"),
        "github:Owner/repo",
        expect![[r#"
        network: `github:Owner/repo` could not be looked at: GitHub's answer on the repository is not JSON: expected value at line 1 column 1
    "#]],
    );
    // Truncated, with a link, a submodule, and a path that leads out.
    let odd = |ask: &Ask| match ask.path() {
        path if path.contains("/git/trees/") => json_answer(&json!({"truncated": true, "tree": [
            {"path": "link", "mode": "120000", "type": "blob", "sha": sha(), "size": 3},
            {"path": "vendor", "mode": "160000", "type": "commit", "sha": sha()},
            {"path": "../x", "mode": "100644", "type": "blob", "sha": sha(), "size": 3},
            {"path": "LICENSE", "mode": "100644", "type": "blob", "sha": sha(), "size": 3}]})),
        _ => right(ask),
    };
    check(
        odd,
        "github:Owner/repo",
        expect![[r#"
        code github:Owner/repo dddd incomplete
          @answers/repository.json | 122 bytes
          LICENSE | the bytes that came are not those of the tree (git-blob:dddddddddddddddddddddddddddddddddddddddd)
          link | listed, and not fetched
          vendor | listed, and not fetched
        gap link: not read: a link, which is not followed
        gap vendor: not read: a submodule: another repository, which is not followed
        gap @listing: refused: the platform's listing has a path that leaves the repository: `../x`
        gap @listing: larger than the cap of 4
    "#]],
    );
}

#[test]
fn files_inside_of_json_and_tokens() {
    let wrapped = |ask: &Ask| match ask.path().as_str() {
        "/repos/Owner/repo/contents/LICENSE" => {
            json_answer(&json!({"encoding": "base64", "content": "TUlUIExp\nY2Vuc2U=\n"}))
        }
        _ => right(ask),
    };
    let server = Server::start(wrapped);
    let token = Settings { github_token: Secret::new("ghp_TopSecret"), ..settings(&server) };
    let shown = show(&server.address, &open_with(token, "github:Owner/repo"));
    assert!(shown.contains("LICENSE | \"MIT License\"") && !shown.contains("TopSecret"), "{shown}");
    assert!(server.asked().iter().all(|ask| ask.header("authorization") == Some("Bearer ghp_TopSecret")));
    for (text, expected) in
        [("TWFu", Some("Man")), ("TWE=", Some("Ma")), ("TQ==", Some("M")), ("", Some("")), ("T*", None)]
    {
        assert_eq!(base64(text).as_deref(), expected.map(str::as_bytes), "{text}");
    }
}

#[test]
fn files_are_fetched_once_and_are_there_without_a_connection() {
    let folder = Folder::new();
    let server = Server::start(right);
    let with = |offline| Settings { offline, cache: Some(folder.path().into()), ..settings(&server) };
    let online = show(&server.address, &open_with(with(false), "github:Owner/repo"));
    let asked = server.asked().len();
    assert_eq!(show(&server.address, &open_with(with(true), "github:Owner/repo")), online);
    assert_eq!(server.asked().len(), asked);
    assert_eq!(show(&server.address, &open_with(with(false), "github:Owner/repo")), online);
    // Its pointer is kept too; three answers fix the commit.
    assert_eq!(server.asked().len(), asked + 3);
}
