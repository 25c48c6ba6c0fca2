//! Bundles, right and wrong.

use super::*;

#[test]
fn a_bundle() {
    let folder = Folder::new();
    folder.write(
        "b/release.toml",
        br#"format = 1
id = "olmo"
subject = ["OLMo"]
[[part]]
role = "model"
locator = "hf:a/b"
revision = "abc"
files = "files/hub"
listing = "listing/hub.json"
[[part]]
role = "code"
files = "files/code"
complete = true
[[part]]
role = "data"
locator = "hf:datasets/a/c"
"#,
    );
    folder.write("b/files/hub/README.md", b"four");
    folder.write("b/files/hub/config.json", b"{}");
    folder.write("b/files/code/x.py", b"");
    folder.write(
        "b/listing/hub.json",
        br#"{"complete": true, "entries": [{"path": "README.md", "size": 9}, {"path": "model.safetensors", "size": 7}]}"#,
    );
    let expected = expect![[r#"
        olmo ["OLMo"]
        part model complete hf:a/b abc
          README.md 9 | read
          config.json 2 | read
          model.safetensors 7 | listed, and not fetched
        part code complete
          x.py 0 | read
        part data incomplete hf:datasets/a/c
        gap 0 README.md: malformed at byte 4: the listing says 9 bytes, the file here has 4
        gap 2 @listing: listed, not fetched
    "#]];
    expected.assert_eq(&show(&folder, &resolve(&request(&format!("{}/b", folder.text())))));
    expected.assert_eq(&show(&folder, &resolve(&request(&format!("{}/b/release.toml", folder.text())))));
    let mut both = request(&format!("{}/b", folder.text()));
    both.complete = true;
    check(
        &folder,
        &both,
        expect![[r#"
        error: `DIR/b`: a bundle says itself which parts are complete; leave `--complete` out
    "#]],
    );
    let mut with = request(&format!("{}/b/files", folder.text()));
    with.with = vec![(Role::Code, format!("{}/b", folder.text()))];
    check(
        &folder,
        &with,
        expect![[r#"
        error: `DIR/b`: a bundle is a whole release and cannot be a part of one; give the folder of the part
    "#]],
    );
}

#[test]
fn bundles_that_are_wrong() {
    let folder = Folder::new();
    let outside = Folder::new();
    folder.write("b/here/x", b"");
    folder.write("b/list.json", b"{}");
    folder.link(outside.path(), "b/out");
    let mut all = String::new();
    let start = "format = 1\nid = \"x\"\n[[part]]\n";
    for text in [
        "format = 2\nid = \"x\"\n".to_owned(),
        "id = \"x\"\n".to_owned(),
        "format = 1\nid = \"\"\n[[part]]\nrole = \"model\"\n".to_owned(),
        "format = 1\nid = \"x\"\n".to_owned(),
        "format = 1\nid = \"x\"\n[[part]\n".to_owned(),
        format!("{start}role = \"model\"\nlisitng = \"x\"\n"),
        format!("{start}role = \"modell\"\n"),
        format!("{start}role = \"model\"\nfiles = \"../b\"\n"),
        format!("{start}role = \"model\"\nfiles = \"/etc\"\n"),
        format!("{start}role = \"model\"\nfiles = \"out\"\n"),
        format!("{start}role = \"model\"\nfiles = \"gone\"\n"),
        format!("{start}role = \"model\"\nfiles = \"list.json\"\n"),
        format!("{start}role = \"model\"\nlisting = \"here\"\n"),
        format!("{start}role = \"model\"\ncomplete = true\n"),
        format!("{start}role = \"model\"\ncomplete = \"yes\"\n"),
    ] {
        folder.write("b/release-x.toml", text.as_bytes());
        all += &show(&folder, &resolve(&request(&format!("{}/b/release-x.toml", folder.text()))));
    }
    expect![[r#"
        error: DIR/b/release-x.toml:1: bundle format 2; this version reads format 1
        error: DIR/b/release-x.toml:1: missing field `format`
        error: DIR/b/release-x.toml:2: `id` is empty; give the release a short name
        error: DIR/b/release-x.toml:1: no `[[part]]`; a release has at least one part
        error: DIR/b/release-x.toml:3: unclosed array table, expected `]`
        error: DIR/b/release-x.toml:5: unknown field `lisitng`, expected one of `role`, `locator`, `revision`, `files`, `listing`, `complete`
        error: DIR/b/release-x.toml:4: role `modell`; it is one of model, code, data, document
        error: DIR/b/release-x.toml:5: `files = "../b"` leads out of the folder of the bundle; use a relative path inside it
        error: DIR/b/release-x.toml:5: `files = "/etc"` leads out of the folder of the bundle; use a relative path inside it
        error: DIR/b/release-x.toml:5: `files = "out"` leads out of the folder of the bundle; use a relative path inside it
        error: DIR/b/release-x.toml:5: `files = "gone"`: No such file or directory (os error 2); correct the path, or leave the key out
        error: DIR/b/release-x.toml:5: `files = "list.json"` is not a folder
        error: DIR/b/release-x.toml:5: `listing = "here"` is not a file
        error: DIR/b/release-x.toml:4: `complete = true` for a part without `files` or `listing`: name what is complete
        error: DIR/b/release-x.toml:5: invalid type: string "yes", expected a boolean
    "#]]
    .assert_eq(&all);
}

#[test]
fn the_settings_of_another_tool_are_no_bundle() {
    let folder = Folder::new();
    folder.write("m/release.toml", b"sign-tag = true\n");
    folder.write("m/Cargo.toml", b"");
    check(
        &folder,
        &request(&format!("{}/m", folder.text())),
        expect![[r#"
            m []
            part code incomplete
              Cargo.toml 0 | read
              release.toml 16 | read
        "#]],
    );
}
