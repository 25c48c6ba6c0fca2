//! How the program behaves as a program: exit codes, messages, formats, width, colour, pipes.

mod common;

use common::{
    EXAMPLES, Run, Temp, all_releases, candor, candor_fed, candor_into_closed_pipe, candor_with, each, example,
};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

/// Arguments, exit code, and words that standard error must hold: the thing, the place, the next step.
const EXITS: &[(&[&str], i32, &[&str])] = &[
    (&["assess", "examples/open-weights"], 0, &[]),
    (&["assess", "examples/open-weights", "--strict"], 3, &[]),
    (&["assess", "examples/closed", "--strict"], 3, &[]),
    (&["assess", "examples/open-source", "examples/closed"], 0, &[]),
    (&["assess", "examples/open-weights/model.safetensors"], 0, &[]),
    (&["assess", "examples/open-source/release.toml"], 0, &[]),
    (&["assess", "examples/open-weights", "--with", "code=examples/open-source/code"], 0, &[]),
    (&["explain", "examples/open-weights", "spectrum"], 0, &[]),
    (&["explain", "examples/open-weights", "osaid-1.0.parameters-terms", "--strict"], 0, &[]),
    (&["explain", "examples/open-weights", "osaid.osaid", "--strict"], 3, &[]),
    (&["compare", "examples/open-weights", "examples/closed"], 0, &[]),
    (&["compare", "examples/open-weights", "examples/closed", "--strict"], 3, &[]),
    (&["license", "LICENSE", "--strict"], 0, &[]),
    (&["license", "Cargo.toml"], 0, &[]),
    (&["inspect", "examples/open-weights/README.md", "--strict"], 0, &[]),
    (&["schema", "assessment"], 0, &[]),
    (&["completions", "bash"], 0, &[]),
    (&["--help"], 0, &[]),
    (&["assess", "--help"], 0, &[]),
    (&["--version"], 0, &[]),
    // Usage.
    (&[], 2, &["Usage:"]),
    (&["assess"], 2, &["<LOCATORS>", "--help"]),
    (&["asses", "examples"], 2, &["asses", "assess"]),
    (&["assess", "examples", "--formt", "json"], 2, &["--formt", "--format"]),
    (&["assess", "examples", "--format", "jsn"], 2, &["jsn", "human, json"]),
    (&["compare", "examples/closed"], 2, &["<LOCATORS>"]),
    (&["schema", "everything"], 2, &["everything", "assessment"]),
    (&["explain", "examples/closed", "osaid.no-such"], 2, &["osaid.no-such", "osaid.parameters-terms"]),
    (&["assess", "examples/closed", "--with", "examples"], 2, &["--with examples", "ROLE=LOCATOR"]),
    (&["assess", "examples/closed", "--with", "music=examples"], 2, &["music", "model, code, data, document"]),
    (&["assess", "examples/closed", "--with", "code=./nowhere"], 2, &["./nowhere", "does not exist"]),
    (&["assess", "examples/open-source", "--complete"], 2, &["examples/open-source", "leave `--complete` out"]),
    // Inputs that are not there, or cannot be read at all.
    (&["assess", "./nowhere"], 2, &["./nowhere", "does not exist", "check the path"]),
    // What could not be asked.
    (&["assess", "nobody/nothing", "--offline"], 3, &["nobody/nothing", "--offline"]),
    (&["assess", "hf:nobody/nothing", "--offline"], 3, &["hf:nobody/nothing", "--offline"]),
    (&["assess", "hf:nobody/nothing"], 3, &["hf:nobody/nothing", "connection is refused"]),
    (&["snapshot", "hf:nobody/nothing", "-o", "target/never", "--offline"], 3, &["hf:nobody/nothing", "--offline"]),
    (&["assess", "docs/guides/bom.json", "--follow"], 2, &["docs/guides/bom.json", "leave `--follow` out"]),
    (&["assess", "catalogue:olmo-2", "--follow"], 2, &["catalogue:olmo-2", "leave it out"]),
    (&["snapshot", "examples/closed", "-o", "target/never", "--follow"], 2, &["--follow", "--with"]),
    (&["assess", "hf:a/b/c"], 2, &["hf:a/b/c", "hf:org/name"]),
    (&["assess", "examples/closed", "--budget", "0"], 2, &["--budget", "1"]),
    (&["explain", "./nowhere", "spectrum"], 2, &["./nowhere", "does not exist"]),
    (&["compare", "examples/closed", "./nowhere"], 2, &["./nowhere", "does not exist"]),
    (&["assess", "/dev/null"], 2, &["/dev/null", "give a folder or a file"]),
    (&["license", "nowhere.txt"], 2, &["nowhere.txt", "cannot be read"]),
    (&["license", "examples"], 2, &["examples", "--files-from"]),
    (&["license", "--files-from", "nowhere.list"], 2, &["nowhere.list", "cannot be read"]),
    (&["inspect", "./nowhere.md"], 2, &["nowhere.md", "does not exist"]),
    (&["inspect", "examples"], 2, &["examples", "candor assess examples"]),
];

#[test]
fn exit_codes_and_messages() {
    each(EXITS, |(arguments, code, words)| {
        let run = candor(*arguments);
        let shown = format!("candor {}: {run:?}", arguments.join(" "));
        assert_eq!(run.code, *code, "{shown}");
        match code {
            2 | 3 if !words.is_empty() => {
                assert!(run.out.is_empty(), "{shown}");
                for word in *words {
                    assert!(run.err.contains(word), "no `{word}`: {shown}");
                }
                assert!(arguments.is_empty() || run.err.starts_with("error: "), "{shown}");
                assert!(!run.err.contains("panicked") && !run.err.contains('\u{1b}'), "{shown}");
            }
            _ => assert!(run.err.is_empty() && !run.out.is_empty(), "{shown}"),
        }
    });
}

/// Certificates that cannot be used stop those alone who connect.
#[test]
fn certificates_are_for_connections() {
    let environment = [("SSL_CERT_FILE", "/dev/null")];
    assert_eq!(candor_with(&environment, ["assess", "examples/closed"]).code, 0);
    let run = candor_with(&environment, ["assess", "hf:org/name"]);
    assert!(run.code == 3 && run.err.contains("the certificates of `/dev/null` cannot be used"), "{run:?}");
}

/// A bundle file that is wrong is told with its line.
#[test]
fn wrong_bundles_name_their_line() {
    let cases = [
        ("format = 2\nid = \"x\"\n[[part]]\nrole = \"model\"\n", ":1: ", "format 1"),
        ("format = 1\nid = \"x\"\n", ":1: ", "[[part]]"),
        ("format = 1\nid = \"x\"\n[[part]]\nrole = \"song\"\n", ":4: ", "model, code, data, document"),
        ("format = 1\nid = \"x\"\n[[part]]\nrole = \"model\"\nfile = \"a\"\n", ":5: ", "file"),
        ("format = 1\nid = \"x\"\n[[part]]\nrole = \"model\"\nfiles = \"missing\"\n", ":5: ", "correct the path"),
        ("format = 1\nid = \"x\"\n[[part]]\nrole = \"model\"\ncomplete = true\n", ":4: ", "name what is complete"),
        ("format = 1\nid = \"x\n", ":2: ", ""),
    ];
    for (text, line, words) in cases {
        let temp = Temp::new();
        let path = temp.write("release.toml", text);
        let run = candor(["assess".as_ref(), path.as_os_str()]);
        assert_eq!(run.code, 2, "{text}: {run:?}");
        let named = format!("{}{line}", path.canonicalize().unwrap().display());
        assert!(run.err.contains(&named) && run.err.contains(words), "{named} {words}: {run:?}");
    }
}

#[test]
fn a_gap_or_an_unknown_text_is_3_only_when_strict() {
    let temp = Temp::new();
    let short = temp.write("model.safetensors", [9, 0, 0, 0, 0, 0, 0, 0, b'{']).display().to_string();
    let song = temp.write("LICENSE", "Row, row, row your boat.\n").display().to_string();
    for (arguments, strict) in [(["inspect", short.as_str()], 3), (["license", song.as_str()], 3)] {
        assert_eq!(candor(arguments).code, 0, "{arguments:?}");
        assert_eq!(candor(arguments.iter().chain(&["--strict"])).code, strict, "{arguments:?}");
    }
}

#[test]
fn json_is_one_document() {
    let one = |run: Run| {
        let shown = run.out.clone();
        assert_eq!(shown.matches('\n').count(), 1, "{shown}");
        assert!(shown.ends_with('\n'), "{shown}");
        run.json()
    };
    for name in EXAMPLES {
        let path = example(name).display().to_string();
        let json = one(candor(["assess", &path, "--format", "json"]));
        assert_eq!(json["schema"], "candor/assessment/1");
        one(candor(["explain", &path, "osaid", "--format", "json"]));
    }
    let all = EXAMPLES.map(|name| example(name).display().to_string());
    for command in ["assess", "compare"] {
        let arguments = [command.to_owned(), "--format=json".to_owned()].into_iter().chain(all.clone());
        assert_eq!(one(candor(arguments)).as_array().map(Vec::len), Some(4), "{command}");
    }
    let file = one(candor(["license", "LICENSE", "--format", "json"]));
    assert_eq!((file["path"].as_str(), file["expression"].as_str()), (Some("LICENSE"), Some("Apache-2.0")));
    assert!(one(candor(["license", "LICENSE", "Cargo.toml", "--format", "json"])).is_array());
    assert_eq!(one(candor(["inspect", "Cargo.toml", "--format", "json"]))["path"], "Cargo.toml");
    for of in ["assessment", "license", "inspect"] {
        assert!(candor(["schema", of]).json()["$schema"].is_string(), "{of}");
    }
}

#[test]
fn a_list_gives_a_line_a_file_in_its_order() {
    let names = ["LICENSE", "examples/closed/README.md", "no such file", "Cargo.toml", "LICENSE", "examples"];
    let list = format!("{}\r\n\n{}", names[0], names[1..].join("\n"));
    for command in ["license", "inspect"] {
        let temp = Temp::new();
        let from_file = temp.write("list.txt", &list).display().to_string();
        let run = candor_fed(&list, &[command, "--files-from", "-", "--format", "json"]);
        assert_eq!(run.code, 0, "{command}: {}", run.err);
        assert_eq!(run.out, candor([command, "--files-from", &from_file, "--format", "json"]).answer(), "{command}");
        let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let paths: Vec<&str> = lines.iter().filter_map(|line| line["path"].as_str()).collect();
        assert_eq!(paths, names, "{command}");
        let failed: Vec<&str> =
            lines.iter().filter(|l| l["error"].is_string()).filter_map(|l| l["path"].as_str()).collect();
        assert_eq!(failed, ["no such file", "examples"], "{command}");
        let strict = candor_fed(&list, &[command, "--files-from", "-", "--format", "json", "--strict"]);
        assert_eq!((strict.code, strict.out), (3, run.out), "{command}");
        let empty = candor_fed("", &[command, "--files-from", "-", "--format", "json"]);
        assert_eq!((empty.code, empty.out.as_str()), (0, ""), "{command}");
    }
    // Those named come before those of the list.
    let run = candor_fed("LICENSE\n", &["license", "Cargo.toml", "--files-from", "-", "--format", "json"]);
    assert!(run.out.starts_with("{") && run.out.lines().count() == 2, "{run:?}");
    assert!(run.out.lines().next().is_some_and(|line| line.contains("Cargo.toml")), "{run:?}");
}

/// Text is complete without colour; with it, the same text.
#[test]
fn colour_is_added_and_nothing_else() {
    let path = example("open-weights").display().to_string();
    let other = example("closed").display().to_string();
    let commands: [&[&str]; 4] =
        [&["assess", &path], &["explain", &path, "osaid"], &["compare", &path, &other], &["license", "LICENSE"]];
    for arguments in commands {
        let plain = candor(arguments).answer();
        assert!(!plain.contains('\u{1b}'), "a pipe is no terminal: {plain}");
        let always: Vec<&str> = arguments.iter().copied().chain(["--color", "always"]).collect();
        // Who asks for colour by name gets it, whatever the environment says.
        for environment in [&[][..], &[("NO_COLOR", "1")], &[("TERM", "dumb")]] {
            let coloured = candor_with(environment, &always).answer();
            assert!(coloured.contains('\u{1b}'), "{arguments:?}");
            assert_eq!(without_colour(&coloured), plain, "{arguments:?}");
        }
        for environment in [&[("NO_COLOR", "1")][..], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]] {
            assert_eq!(candor_with(environment, arguments).answer(), plain, "{arguments:?}");
        }
        let never = arguments.iter().copied().chain(["--color", "never"]);
        assert_eq!(candor(never).answer(), plain, "{arguments:?}");
    }
    // JSON has none, ever.
    let json = candor(["assess", &path, "--format", "json", "--color", "always"]).answer();
    assert!(!json.contains('\u{1b}') && !json.contains("\\u001b"));
}

fn without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut pieces = text.split('\u{1b}');
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        plain.push_str(piece.split_once('m').expect("a whole sequence").1);
    }
    plain
}

/// Saying less leaves the result; saying more leaves the JSON.
#[test]
fn quiet_and_verbose() {
    let path = example("open-source").display().to_string();
    let (brief, whole) = (candor(["assess", &path, "-q"]).answer(), candor(["assess", &path]).answer());
    assert!(
        whole.starts_with(brief.trim_end()) && brief.contains("Spectrum") && !brief.contains("Components"),
        "{brief}"
    );
    for arguments in [&["assess", &path][..], &["explain", &path, "spectrum"], &["license", "LICENSE"]] {
        let plain = candor(arguments).answer();
        let offline = candor(arguments.iter().chain(&["--offline"]));
        assert_eq!(offline.answer(), plain, "{arguments:?}");
    }
    let (short, long) = (candor(["assess", &path]).answer(), candor(["assess", &path, "-v"]).answer());
    assert!(long.len() > short.len());
    let json = ["assess", &path, "--format", "json"];
    assert_eq!(candor(json).answer(), candor(json.iter().chain(&["-v"])).answer());
}

#[test]
fn no_line_is_wider_than_asked() {
    const WIDTHS: [&str; 3] = ["40", "80", "120"];
    let narrow = |environment: &[(&str, &str)], arguments: &[&str], width: &str| {
        let limit: usize = width.parse().expect("a number");
        for line in candor_with(environment, arguments).answer().lines() {
            assert!(line.width() <= limit, "{arguments:?} at {width}: {} columns: {line}", line.width());
            assert_eq!(line.trim_end(), line, "{arguments:?}: spaces at the end");
        }
    };
    each(&all_releases(), |release| {
        let path = release.display().to_string();
        for width in WIDTHS {
            let environment = [("COLUMNS", width)];
            narrow(&environment, &["assess", &path], width);
            narrow(&environment, &["explain", &path, "osaid"], width);
        }
        narrow(&[("COLUMNS", "80")], &["assess", &path, "-v"], "80");
    });
    let paths: Vec<String> = all_releases().iter().map(|release| release.display().to_string()).collect();
    for width in WIDTHS {
        for count in [2, 4, paths.len()] {
            let arguments: Vec<&str> =
                ["compare"].into_iter().chain(paths.iter().take(count).map(String::as_str)).collect();
            narrow(&[("COLUMNS", width)], &arguments, width);
        }
    }
    // Nonsense and extremes are bounded; no terminal is 80.
    let first = &paths[0];
    for (asked, limit) in [("1", "40"), ("0", "40"), ("9999999", "120"), ("wide", "80"), ("-5", "80")] {
        narrow(&[("COLUMNS", asked)], &["assess", first], limit);
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = candor(["completions", shell]).answer();
        assert!(["assess", "explain", "inspect"].iter().all(|command| script.contains(command)), "{shell}");
    }
}

/// Every command has its help with an example that names the command.
#[test]
fn help_shows_an_example() {
    for command in ["assess", "explain", "compare", "license", "inspect", "schema", "completions"] {
        let help = candor([command, "--help"]).answer();
        assert!(help.contains(&format!("Example:\n  candor {command}")), "{help}");
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let path = example("open-source").display().to_string();
    let other = example("closed").display().to_string();
    let commands: [&[&str]; 8] = [
        &["assess", &path],
        &["assess", &path, "--format", "json"],
        &["explain", &path, "osaid"],
        &["compare", &path, &other],
        &["completions", "zsh"],
        &["schema", "assessment"],
        &["inspect", "--files-from", "-", "--format", "json"],
        &["--help"],
    ];
    for arguments in commands {
        let run = candor_into_closed_pipe(arguments);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}");
    }
}
