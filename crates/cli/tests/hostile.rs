//! Bad input is data: each of these ends within bounds, exits as the contract says, and names the place.
//!
//! The program gets 1 GiB of address space and a minute of processor time; beyond either it dies, and the test with it.
//!
//! Long because each kind of bad input stands beside the place that the gap must name.

mod common;

use common::{Run, Temp, candor_bounded, candor_fed, corpus, each, files_in, write};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

const KIB: u64 = 1 << 20;
const SECONDS: u64 = 60;
/// Just under the longest document that is read.
const MOST: usize = 4_000_000;

/// A release, and a gap that it must give: path, reason, and words of its text.
struct Hostile {
    what: &'static str,
    make: fn(&Path),
    gap: Option<(&'static str, &'static str, &'static str)>,
}

#[test]
fn hostile_releases_give_gaps() {
    let cases = releases();
    each(&cases, |case| {
        let temp = Temp::new();
        (case.make)(temp.path());
        let run = bounded(&["assess", &temp.path().display().to_string(), "--format", "json"]);
        assert_eq!(run.code, 0, "{}: {}", case.what, run.err);
        let json = run.json();
        if let Some((path, why, text)) = case.gap {
            let gaps = json["gaps"].as_array().expect("gaps");
            let told = gaps.iter().any(|gap| {
                gap["path"] == path && gap["why"] == why && gap["text"].as_str().is_some_and(|told| told.contains(text))
            });
            assert!(told, "{}: no gap `{path}`: {why}: {text} in {}", case.what, json["gaps"]);
        }
        // Nothing of this raises a release.
        assert_eq!(json["standings"]["spectrum"]["confirmed"], "unknown", "{}", case.what);
    });
}

fn bounded(arguments: &[&str]) -> Run {
    let run = candor_bounded(KIB, SECONDS, arguments);
    assert!(!run.err.contains("panicked"), "{arguments:?}: {}", run.err);
    run
}

/// The table.
fn releases() -> Vec<Hostile> {
    let gap = |what, make, path, why, text| Hostile { what, make, gap: Some((path, why, text)) };
    let none = |what, make| Hostile { what, make, gap: None };
    vec![
        // Too much of something.
        gap("2 GB of card", |at| sparse(&at.join("README.md"), 2 << 30), "README.md", "too-large", "cap"),
        gap("2 GB of licence", |at| sparse(&at.join("LICENSE"), 2 << 30), "LICENSE", "too-large", "cap"),
        gap("2 GB of configuration", |at| sparse(&at.join("config.json"), 2 << 30), "config.json", "too-large", "cap"),
        gap(
            "2 GB of shard index",
            |at| sparse(&at.join("model.safetensors.index.json"), 2 << 30),
            "model.safetensors.index.json",
            "too-large",
            "cap",
        ),
        gap(
            "a listing of a million entries",
            |at| {
                let mut entries = String::new();
                for number in 0..1_000_000 {
                    write!(entries, ",{{\"path\":\"a/{number}.bin\",\"size\":1}}").expect("a string");
                }
                bundle(at, &format!("{{\"complete\":true,\"entries\":[{}]}}", &entries[1..]));
            },
            "@listing",
            "too-large",
            "cap",
        ),
        gap(
            "a listing that goes on for ever",
            |at| {
                bundle(at, &format!("{{\"complete\":true,\"entries\":[{}", "{\"path\":\"a\"},".repeat(1000)));
            },
            "@listing",
            "malformed",
            "listing.json",
        ),
        gap(
            "a listing nested deeply",
            |at| bundle(at, &"[".repeat(1_000_000)),
            "@listing",
            "malformed",
            "listing.json",
        ),
        gap(
            "paths that leave the part",
            |at| {
                bundle(
                    at,
                    r#"{"complete":true,"entries":[{"path":"../../etc/passwd"},{"path":"/etc/passwd"},{"path":""}]}"#,
                );
            },
            "@listing",
            "malformed",
            "leaves the part",
        ),
        // Front matter and configuration.
        gap(
            "a YAML bomb",
            |at| {
                let mut text = "---\na: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
                for (name, before) in ('b'..='z').zip('a'..) {
                    writeln!(text, "{name}: &{name} [{}]", vec![format!("*{before}"); 9].join(",")).expect("a string");
                }
                write(&at.join("README.md"), format!("{text}---\n# Model\n"));
            },
            "README.md",
            "malformed",
            "",
        ),
        gap(
            "YAML nested deeply",
            |at| {
                write(&at.join("README.md"), format!("---\na: {}{}\n---\n", "[".repeat(400_000), "]".repeat(400_000)));
            },
            "README.md",
            "malformed",
            "",
        ),
        gap(
            "front matter without end",
            |at| {
                write(&at.join("README.md"), format!("---\n{}", "k: v\n".repeat(700_000)));
            },
            "README.md",
            "malformed",
            "",
        ),
        gap(
            "more licences than anyone means",
            |at| {
                write(&at.join("README.md"), format!("---\nlicense:\n{}---\n", "- mit\n".repeat(90_000)));
            },
            "README.md",
            "unsupported",
            "values of `license`",
        ),
        gap(
            "JSON nested deeply",
            |at| write(&at.join("config.json"), "[".repeat(4_000_000)),
            "config.json",
            "malformed",
            "",
        ),
        gap(
            "a card that is not UTF-8",
            |at| {
                write(&at.join("README.md"), b"---\nlicense: mit\n---\n# Model\n\nCaf\xe9.\n");
            },
            "README.md",
            "malformed",
            "at byte 33",
        ),
        gap(
            "a card of UTF-16",
            |at| {
                let text: Vec<u8> = "---\nlicense: mit\n---\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
                write(&at.join("README.md"), [&b"\xff\xfe"[..], &text].concat());
            },
            "README.md",
            "malformed",
            "at byte 0",
        ),
        gap(
            "a licence that is not UTF-8",
            |at| write(&at.join("LICENSE"), b"\xff\xfeM\0I\0T\0"),
            "LICENSE",
            "malformed",
            "UTF-8",
        ),
        // Weights.
        gap(
            "a header of 2^63 bytes",
            |at| {
                write(&at.join("model.safetensors"), [&(1_u64 << 63).to_le_bytes()[..], b"{}"].concat());
            },
            "model.safetensors",
            "malformed",
            "at byte 0",
        ),
        gap(
            "a header of 2^64-1 bytes",
            |at| {
                write(&at.join("model.safetensors"), [&u64::MAX.to_le_bytes()[..], b"{}"].concat());
            },
            "model.safetensors",
            "malformed",
            "at byte 0",
        ),
        gap(
            "a header of 99 MB of nothing",
            |at| {
                let path = at.join("model.safetensors");
                write(&path, 99_000_000_u64.to_le_bytes());
                File::options()
                    .write(true)
                    .open(path)
                    .and_then(|file| file.set_len(100_000_000))
                    .expect("a sparse file");
            },
            "model.safetensors",
            "malformed",
            "at byte 8",
        ),
        gap(
            "a header of 99 MB of tensors",
            |at| {
                let tensor = "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},";
                let header = format!("{{{}", tensor.repeat(99_000_000 / tensor.len()));
                write(
                    &at.join("model.safetensors"),
                    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat(),
                );
            },
            "model.safetensors",
            "malformed",
            "",
        ),
        gap(
            "an index that leads out",
            |at| {
                let index = r#"{"weight_map":{"a":"../../../etc/passwd","b":"/etc/passwd"}}"#;
                write(&at.join("model.safetensors.index.json"), index);
            },
            "model.safetensors.index.json",
            "malformed",
            "",
        ),
        none("a pointer to more bytes than there are", |at| {
            let oid = "a".repeat(64);
            let pointer =
                format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 18446744073709551616\n");
            write(&at.join("model.safetensors"), pointer);
        }),
        // What is no file.
        gap(
            "a pipe",
            |at| {
                let made = Command::new("mkfifo").arg(at.join("README.md")).status().expect("mkfifo is there");
                assert!(made.success());
            },
            "README.md",
            "unsafe",
            "pipe",
        ),
        gap(
            "a circle of links",
            |at| {
                fs::create_dir(at.join("a")).expect("a folder");
                symlink("..", at.join("a/up")).expect("a link");
            },
            "a/up",
            "unsafe",
            "circle",
        ),
        gap(
            "links that lead to each other",
            |at| {
                symlink("b", at.join("a")).expect("a link");
                symlink("a", at.join("b")).expect("a link");
            },
            "a",
            "unsafe",
            "link",
        ),
        gap(
            "a link out of the folder",
            |at| symlink("/etc/passwd", at.join("README.md")).expect("a link"),
            "README.md",
            "unsafe",
            "leads out",
        ),
        gap(
            "a link to a device",
            |at| symlink("/dev/zero", at.join("README.md")).expect("a link"),
            "README.md",
            "unsafe",
            "link",
        ),
        none("a card that is a folder", |at| {
            for name in [
                "README.md", "LICENSE", "config.json", "model.safetensors", "release.toml",
                "model.safetensors.index.json",
            ] {
                fs::create_dir(at.join(name)).expect("a folder");
            }
        }),
        gap(
            "files of no bytes",
            |at| {
                for name in
                    ["README.md", "LICENSE", "config.json", "model.safetensors", "tokenizer.json", "a.gguf", "b.bin"]
                {
                    write(&at.join(name), "");
                }
            },
            "model.safetensors",
            "malformed",
            "0 bytes",
        ),
        gap(
            "folders without end",
            |at| {
                let deep = (0..100).fold(at.to_owned(), |path, _| path.join("d"));
                write(&deep.join("README.md"), "# Deep\n");
            },
            DEEP,
            "too-large",
            "64",
        ),
        gap(
            "a name that is not UTF-8",
            |at| {
                use std::os::unix::ffi::OsStrExt as _;
                write(&at.join(std::ffi::OsStr::from_bytes(b"caf\xe9.md")), "# Card\n");
            },
            "caf\u{fffd}.md",
            "unsafe",
            "UTF-8",
        ),
        // Pages.
        gap(
            "a page of 20 MB on one line",
            |at| write(&at.join("README.md"), ">".repeat(20_000_000)),
            "README.md",
            "too-large",
            "cap",
        ),
        gap("more headings than anyone reads", |at| repeat(at, "# a\n"), "README.md", "unsupported", "statements"),
        gap(
            "headings of six levels",
            |at| repeat(at, "# a\n## b\n### c\n#### d\n##### e\n###### f\n"),
            "README.md",
            "unsupported",
            "statements",
        ),
        gap(
            "a heading over everything",
            |at| {
                write(&at.join("README.md"), format!("# {}\n{}", "a".repeat(MOST / 2), "## b\n".repeat(MOST / 10)));
            },
            "README.md",
            "unsupported",
            "statements",
        ),
        gap(
            "one statement again and again",
            |at| repeat(at, "The weights are released under the MIT license.\n\n"),
            "README.md",
            "unsupported",
            "statements",
        ),
        gap("a list again and again", |at| repeat(at, "- License: MIT\n"), "README.md", "unsupported", "statements"),
        gap(
            "a sentence again and again",
            |at| repeat(at, "It was trained on data. "),
            "README.md",
            "unsupported",
            "statements",
        ),
        none("one word", |at| repeat(at, "a")),
        none("quotes in quotes", |at| repeat(at, "> ")),
        none("brackets in brackets", |at| repeat(at, "[")),
        none("links", |at| repeat(at, "[a](b)")),
        none("links that do not end", |at| repeat(at, "[a](")),
        none("pictures of pictures", |at| repeat(at, "![")),
        none("stars and lines", |at| repeat(at, "*a **b __c ")),
        none("quoted code", |at| repeat(at, "`a``b```")),
        none("tags", |at| repeat(at, "<a ")),
        none("bars", |at| repeat(at, "|a|b|\n")),
        gap(
            "rows",
            |at| write(&at.join("README.md"), format!("|a|b|\n|-|-|\n{}", "|c|d|\n".repeat(MOST / 8))),
            "README.md",
            "unsupported",
            "statements",
        ),
        none("a table of wide rows", |at| {
            let row = |cell: &str| format!("|{}\n", cell.repeat(2000));
            write(&at.join("README.md"), format!("{}{}{}", row("a|"), row("-|"), row("b|").repeat(MOST / 4002 - 3)));
        }),
        none("footnotes", |at| repeat(at, "[^a]: b\n")),
        none("code", |at| repeat(at, "```\ntorchrun train.py\n```\n")),
        none("a licence again and again", |at| {
            write(&at.join("LICENSE"), "the license to use, copy, modify and distribute ".repeat(MOST / 49));
        }),
        gap(
            "cards without end",
            |at| {
                for number in 0..40 {
                    write(&at.join(format!("{number:02}/README.md")), "Licence.\n".repeat(100_000));
                }
            },
            "39/README.md",
            "too-large",
            "cap",
        ),
    ]
}

/// The deepest folder that is named: the first that is not entered.
const DEEP: &str = "d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d";

fn sparse(path: &Path, length: u64) {
    File::create(path).and_then(|file| file.set_len(length)).expect("a sparse file");
}

fn repeat(at: &Path, piece: &str) {
    write(&at.join("README.md"), piece.repeat(MOST / piece.len()));
}

/// A bundle of one model part that is known by its listing alone.
fn bundle(at: &Path, listing: &str) {
    write(&at.join("release.toml"), "format = 1\nid = \"x\"\n[[part]]\nrole = \"model\"\nlisting = \"listing.json\"\n");
    write(&at.join("listing.json"), listing);
}

/// A file that may not be read is a gap; who may read everything reads it.
#[test]
fn a_file_that_may_not_be_read() {
    let temp = Temp::new();
    let path = temp.write("README.md", "# Model\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("a mode");
    let run = bounded(&["assess", &temp.path().display().to_string(), "--format", "json"]);
    let gaps = run.json()["gaps"].clone();
    let expected = if File::open(&path).is_err() { "unreachable" } else { "" };
    let told = gaps.as_array().expect("gaps").first().map_or("", |gap| gap["why"].as_str().expect("a reason"));
    assert_eq!(told, expected, "{gaps}");
}

/// A bundle that points outside is refused with its line, and nothing outside is opened.
#[test]
fn bundles_that_point_outside() {
    let outside = Temp::new();
    outside.write("secret/README.md", "# Secret\n");
    for (key, value) in [
        ("files", "../secret"),
        ("files", "/etc"),
        ("files", "a/../../secret"),
        ("files", "link"),
        ("listing", "/etc/passwd"),
        ("listing", "../secret/README.md"),
        ("listing", "link/README.md"),
    ] {
        let root = outside.join("bundle");
        write(
            &root.join("release.toml"),
            format!("format = 1\nid = \"x\"\n[[part]]\nrole = \"model\"\n{key} = \"{value}\"\n"),
        );
        let _ = symlink(outside.join("secret"), root.join("link"));
        let run = bounded(&["assess", &root.display().to_string()]);
        assert_eq!(run.code, 2, "{key} = {value}: {run:?}");
        assert!(run.err.contains("release.toml:5: ") && run.err.contains(value), "{run:?}");
        assert!(run.err.contains("leads out"), "{run:?}");
    }
}

/// Single files: what they are, whether they are valid, and the byte at which they are not.
#[test]
fn hostile_files_one_by_one() {
    let temp = Temp::new();
    let huge = temp.join("huge.md");
    sparse(&huge, 2 << 30);
    let cases = [
        (huge, "too-large"),
        (temp.write("claims.safetensors", (1_u64 << 63).to_le_bytes()), "malformed"),
        (temp.write("config.json", "[".repeat(1_000_000)), "malformed"),
        (temp.write("latin.md", b"---\nlicense: mit\n---\nCaf\xe9\n"), "malformed"),
        (temp.write("bomb.md", "---\na: &a [*a, *a]\n---\n"), "malformed"),
    ];
    for (path, why) in cases {
        let json = bounded(&["inspect", &path.display().to_string(), "--format", "json"]).json();
        let reasons: Vec<&str> =
            json["gaps"].as_array().expect("gaps").iter().filter_map(|gap| gap["why"].as_str()).collect();
        assert!(reasons.contains(&why), "{}: {json}", path.display());
        assert_eq!(json["valid"], false, "{}", path.display());
    }
    let pipe = temp.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there").success());
    for command in ["inspect", "license", "assess"] {
        let run = bounded(&[command, &pipe.display().to_string()]);
        assert_eq!(run.code, 2, "{command}: {run:?}");
    }
}

/// Words of others reach the screen without their control characters.
#[test]
fn nothing_that_is_read_drives_the_terminal() {
    let temp = Temp::new();
    let card = "---\nlicense: \"mit\\e[31m\"\nbase_model: \"a/\\e]0;gone\\a\"\n---\n# Model \u{1b}[2J\u{7}\n\n\
                The weights are released under the \u{1b}[8mMIT\u{9b}31m license\u{202e}. It was trained on \u{8}[Pile\u{1b}[0m](https://x.example/\u{1b}[1m).\n";
    temp.write("README.md", card);
    temp.write("LICENSE", "You may not use this \u{1b}[8mcommercially\u{1b}[0m.\n");
    temp.write("a\u{1b}[31m\nb.safetensors", "{}");
    let root = temp.path().display().to_string();
    let file = temp.join("a\u{1b}[31m\nb.safetensors").display().to_string();
    let (readme, license) = (format!("{root}/README.md"), format!("{root}/LICENSE"));
    let commands: [&[&str]; 8] = [
        &["assess", &root],
        &["assess", &root, "-v"],
        &["explain", &root, "osaid"],
        &["explain", &root, "spectrum"],
        &["compare", &root, &root],
        &["inspect", &readme, "-v"],
        &["license", &license],
        &["inspect", &file, "-v"],
    ];
    for arguments in commands {
        let run = bounded(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.err);
        let bad = run.out.chars().find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
        assert_eq!(bad, None, "{arguments:?}: {:?}", run.out);
    }
}

/// Every card and every header of the corpus: one line of JSON each, in order, and no panic.
#[test]
fn all_cards_and_headers_of_the_corpus() {
    for (part, ending, bad) in [("cards", "md", 0), ("artifacts/headers", "", 1)] {
        let Some(folder) = corpus(part) else { continue };
        let files: Vec<String> = files_in(&folder)
            .iter()
            .filter(|path| path.is_file() && path.to_string_lossy().ends_with(ending))
            .map(|path| path.display().to_string())
            .collect();
        assert!(files.len() > 20, "{part}: {} files", files.len());
        let run = candor_fed(&files.join("\n"), &["inspect", "--files-from", "-", "--format", "json"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{part}");
        let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let paths: Vec<&str> = lines.iter().filter_map(|line| line["path"].as_str()).collect();
        assert_eq!(paths, files, "{part}");
        let mut invalid = 0;
        for line in &lines {
            assert!(line["error"].is_null() && line["valid"].is_boolean(), "{line}");
            if line["valid"] == false {
                invalid += 1;
                let gaps = line["gaps"].as_array().expect("gaps");
                let placed = |gap: &Value| gap["why"] != "malformed" || gap["at"].is_u64();
                assert!(!gaps.is_empty() && gaps.iter().all(placed), "{line}");
            }
        }
        assert!(invalid >= bad, "{part}: nothing is invalid");
    }
}
