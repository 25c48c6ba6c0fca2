//! Which crate may depend on which. A crate that has no row may not exist.

use super::Repo;

/// THE ARROWS: a package, and the packages of ours that it may name. See `ARCHITECTURE.md`.
const ARROWS: &[(&str, &[&str])] = &[
    ("candor-facts", &[]),
    ("candor-license", &[]),
    ("candor-inspect", &["candor-facts", "candor-license"]),
    ("candor-verify", &["candor-facts", "candor-inspect"]),
    ("candor-assess", &["candor-facts", "candor-license"]),
    ("candor-report", &["candor-facts", "candor-assess"]),
    ("candor-source", &["candor-facts"]),
    (
        "candor-index",
        &[
            "candor-facts", "candor-license", "candor-inspect", "candor-verify", "candor-assess", "candor-report",
            "candor-source",
        ],
    ),
    ("candor-census", &["candor-facts", "candor-license", "candor-inspect", "candor-assess"]),
    (
        "candor",
        &[
            "candor-facts", "candor-license", "candor-inspect", "candor-verify", "candor-assess", "candor-report",
            "candor-source", "candor-index",
        ],
    ),
    (
        "xtask",
        &[
            "candor-facts", "candor-license", "candor-inspect", "candor-verify", "candor-assess", "candor-report",
            "candor-source", "candor-index",
        ],
    ),
    ("sprout-trainer", &[]),
    ("candor-license-bench", &["candor-license"]),
    ("candor-fuzz", &["candor-license", "candor-inspect", "candor-facts", "candor-source", "candor-verify"]),
];

pub(super) fn check(repo: &Repo) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in repo.texts().filter(|(path, _)| *path == "Cargo.toml" || path.ends_with("/Cargo.toml")) {
        let manifest: toml::Table = match text.parse() {
            Ok(manifest) => manifest,
            Err(error) => {
                complaints.push(format!("{path}: {}", error.message()));
                continue;
            }
        };
        let Some(name) = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str)
        else {
            continue;
        };
        let Some((_, allowed)) = ARROWS.iter().find(|(package, _)| *package == name) else {
            complaints.push(format!(
                "{path}: `{name}` has no row in `xtask/src/tidy/arrows.rs`; say there what it may depend on"
            ));
            continue;
        };
        for dependency in dependencies(&manifest) {
            let ours = ARROWS.iter().any(|(package, _)| *package == dependency);
            if ours && !allowed.contains(&dependency) {
                complaints.push(format!("{path}: `{name}` must not depend on `{dependency}`"));
            }
        }
    }
    complaints
}

/// All that a manifest depends on, for every purpose and platform.
fn dependencies(manifest: &toml::Table) -> Vec<&str> {
    let targets = manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    let tables = targets.filter_map(toml::Value::as_table).chain([manifest]);
    let mut found = Vec::new();
    for table in tables {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, how) in table.get(kind).and_then(toml::Value::as_table).into_iter().flatten() {
                found.push(how.get("package").and_then(toml::Value::as_str).unwrap_or(name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn forbidden_arrows_are_found() {
        let repo = "//- crates/source/Cargo.toml\n[package]\nname = \"candor-source\"\n[dependencies]\ncandor-facts.workspace = true\nserde = \"1\"\n[dev-dependencies]\nx = { package = \"candor-inspect\", path = \"../inspect\" }\n[target.'cfg(unix)'.dependencies]\ncandor-assess = \"1\"\n//- crates/other/Cargo.toml\n[package]\nname = \"candor-other\"\n//- Cargo.toml\n[workspace]\n//- crates/broken/Cargo.toml\n[[\n";
        expect![[r#"
            crates/broken/Cargo.toml: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`
            crates/other/Cargo.toml: `candor-other` has no row in `xtask/src/tidy/arrows.rs`; say there what it may depend on
            crates/source/Cargo.toml: `candor-source` must not depend on `candor-assess`
            crates/source/Cargo.toml: `candor-source` must not depend on `candor-inspect`"#]]
        .assert_eq(&check(&Repo::of(repo)).join("\n"));
    }
}
