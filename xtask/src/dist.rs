//! `cargo xtask dist [--target TRIPLE]`: the archive of the program for one kind of machine, with its manual,
//! completions, licences of all that it is made of, and a checksum beside it. Written below `dist` of the target folder.

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const SHELLS: &[(&str, &str)] = &[
    ("bash", "candor.bash"),
    ("zsh", "_candor"),
    ("fish", "candor.fish"),
    ("powershell", "_candor.ps1"),
    ("elvish", "candor.elv"),
];

/// Run the task.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let host = host()?;
    let (target, named) = match args {
        [] => (host.clone(), false),
        [word, target] if word == "--target" => (target.clone(), true),
        _ => bail!("write `cargo xtask dist` or `cargo xtask dist --target TRIPLE`"),
    };
    let root = crate::workspace_root();
    let built = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let (words, below) = match named {
        true => (&["--target", target.as_str()][..], built.join(&target)),
        false => (&[][..], built.clone()),
    };
    cargo(&[&["build", "--release", "--locked", "--package", "candor"], words].concat())?;
    let ending = if target.contains("windows") { ".exe" } else { "" };
    let program = below.join("release").join(format!("candor{ending}"));
    // Manual and completions come from a program that runs here.
    let runs = if target == host { program.clone() } else { here(&built)? };
    let metadata = metadata(&target)?;
    let version = version(&metadata)?;
    let name = format!("candor-{version}-{target}");
    let dist = built.join("dist");
    let folder = dist.join(&name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(folder.join("completions"))?;
    std::fs::copy(&program, folder.join(format!("candor{ending}")))
        .with_context(|| format!("`{}` was not built", program.display()))?;
    for file in ["LICENSE", "README.md"] {
        std::fs::copy(root.join(file), folder.join(file))?;
    }
    asked(&runs, &["manual".as_ref(), folder.join("man").as_os_str()])?;
    for (shell, file) in SHELLS {
        let script = asked(&runs, &["completions".as_ref(), shell.as_ref()])?;
        std::fs::write(folder.join("completions").join(file), script)?;
    }
    std::fs::write(folder.join("DEPENDENCIES.md"), licenses(&metadata)?)?;
    let archive = format!("{name}.tar.gz");
    pack(&dist, &name, &archive)?;
    let digest = candor_facts::Digest::of(&std::fs::read(dist.join(&archive))?);
    std::fs::write(dist.join(format!("{archive}.sha256")), format!("{}  {archive}\n", digest.hex()))?;
    println!("{}", dist.join(archive).display());
    Ok(())
}

fn host() -> anyhow::Result<String> {
    let said = Command::new("rustc").arg("-vV").output().context("rustc")?;
    let said = String::from_utf8(said.stdout)?;
    said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc names no host")
}

fn cargo(words: &[&str]) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let ended = Command::new(cargo).current_dir(crate::workspace_root()).args(words).status()?;
    ensure!(ended.success(), "`cargo {}` failed", words.join(" "));
    Ok(())
}

/// The program for this machine.
fn here(built: &Path) -> anyhow::Result<PathBuf> {
    cargo(&["build", "--release", "--locked", "--package", "candor"])?;
    Ok(built.join("release").join(format!("candor{}", std::env::consts::EXE_SUFFIX)))
}

fn asked(program: &Path, words: &[&std::ffi::OsStr]) -> anyhow::Result<Vec<u8>> {
    let run = Command::new(program).args(words).output().with_context(|| program.display().to_string())?;
    ensure!(run.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&run.stderr));
    Ok(run.stdout)
}

/// An archive without owners and times, so that the same files give the same bytes.
fn pack(dist: &Path, name: &str, archive: &str) -> anyhow::Result<()> {
    let plain = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--format=ustar"];
    let gnu = Command::new("tar").arg("--version").output().is_ok_and(|run| run.stdout.starts_with(b"tar (GNU"));
    let mut tar = Command::new("tar");
    // Without the name and time that gzip writes by itself.
    tar.current_dir(dist).args(if gnu { &plain[..] } else { &[] }).args(["-cf", archive]);
    tar.arg(if gnu { "--use-compress-program=gzip -n" } else { "-z" });
    let ended = tar.arg(name).status().context("tar")?;
    ensure!(ended.success(), "tar could not write `{archive}`");
    Ok(())
}

fn metadata(target: &str) -> anyhow::Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words = ["metadata", "--format-version", "1", "--locked", "--filter-platform", target];
    let run = Command::new(cargo).current_dir(crate::workspace_root()).args(words).output()?;
    ensure!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Ok(serde_json::from_slice(&run.stdout)?)
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn version(metadata: &Value) -> anyhow::Result<String> {
    let own = list(metadata, "packages").iter().find(|package| package["name"] == "candor");
    own.and_then(|package| package["version"].as_str()).map(str::to_owned).context("no package `candor`")
}

/// What the program is made of: each crate with its licence, and the texts that come with the crates, each once.
fn licenses(metadata: &Value) -> anyhow::Result<String> {
    let packages: BTreeMap<&str, &Value> =
        list(metadata, "packages").iter().filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"], "nodes").iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let own = packages.iter().find(|(_, package)| package["name"] == "candor").map(|(id, _)| *id);
    let mut open = vec![own.context("no package `candor`")?];
    let mut used = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !used.insert(id) {
            continue;
        }
        let built_in = |kind: &Value| kind["kind"].is_null();
        let node = nodes.get(id).context("a crate without a place in the graph")?;
        let linked = list(node, "deps").iter().filter(|dep| list(dep, "dep_kinds").iter().any(built_in));
        open.extend(linked.filter_map(|dep| dep["pkg"].as_str()));
    }
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut page = String::from("# What the program is made of\n\n| crate | licence |\n| --- | --- |\n");
    let mut without = Vec::new();
    for package in used.iter().filter_map(|id| packages.get(id)).filter(|package| !package["source"].is_null()) {
        let word = |key: &str| package[key].as_str().unwrap_or_default();
        let title = format!("{} {}", word("name"), word("version"));
        writeln!(page, "| {title} | {} |", word("license"))?;
        let folder = Path::new(word("manifest_path")).parent().context("a manifest without a folder")?;
        let found = texts_in(folder)?;
        if found.is_empty() {
            without.push(format!("{title} ({})", word("license")));
        }
        for text in found {
            texts.entry(text).or_default().insert(title.clone());
        }
    }
    if !without.is_empty() {
        writeln!(page, "\nThese come without a text of their licence: {}.", without.join(", "))?;
    }
    for (text, crates) in &texts {
        let crates: Vec<&str> = crates.iter().map(String::as_str).collect();
        writeln!(page, "\n## {}\n\n````text\n{}\n````", crates.join(", "), text.trim_end())?;
    }
    Ok(page)
}

fn texts_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_uppercase();
        let named = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];
        if path.is_file() && named.iter().any(|stem| name.starts_with(stem)) {
            texts.push(String::from_utf8_lossy(&std::fs::read(&path)?).replace("\r\n", "\n"));
        }
    }
    texts.sort();
    Ok(texts)
}
