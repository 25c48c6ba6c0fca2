//! A folder of repeated things is the list of them: nothing in the folder is left out of the list.

use super::Repo;

/// A folder, what marks a file in it as one of the repeated things, and the file of the list.
const LISTS: &[(&str, &str, &str)] = &[
    ("crates/assess/src/probes/", "const PROBE: Probe", "crates/assess/src/probes.rs"),
    ("crates/inspect/src/", "const INSPECTOR: Inspector", "crates/inspect/src/inspectors.rs"),
    ("crates/report/src/", ": Format = Format {", "crates/report/src/format.rs"),
];

pub(super) fn check(repo: &Repo) -> Vec<String> {
    let mut complaints = Vec::new();
    for (folder, mark, list) in LISTS {
        let listed = repo.text(list).unwrap_or_default();
        let things = repo.ending(".rs").filter(|(path, text)| path.starts_with(folder) && text.contains(mark));
        for (path, _) in things {
            if !words(listed).any(|word| word == stem(path)) {
                complaints.push(format!("{path}: not in {list}"));
            }
        }
    }
    for (path, _) in repo.ending(".toml").filter(|(path, _)| path.starts_with("crates/assess/frameworks/")) {
        let name = path.rsplit('/').next().unwrap_or(path);
        if !repo.ending(".rs").any(|(of, text)| of.starts_with("crates/assess/src/") && text.contains(name)) {
            complaints.push(format!("{path}: no code of `assess` loads it; add it to `shipped`"));
        }
    }
    complaints.extend(orphans(repo));
    complaints
}

/// Files of Rust that no module declares: they stand in the folder and are not compiled.
fn orphans(repo: &Repo) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, _) in repo.ending(".rs") {
        let Some((before, rest)) = path.split_once("/src/") else { continue };
        if matches!(rest, "lib.rs" | "main.rs") || rest.starts_with("bin/") {
            continue;
        }
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        let parents = match rest.contains('/') {
            true => vec![format!("{folder}.rs"), format!("{folder}/mod.rs")],
            false => vec![format!("{before}/src/lib.rs"), format!("{before}/src/main.rs")],
        };
        let declared = parents
            .iter()
            .filter_map(|parent| repo.text(parent))
            .any(|text| words(text).any(|word| word == stem(path)));
        if !declared {
            complaints.push(format!("{path}: no module declares it, so it is not compiled"));
        }
    }
    complaints
}

fn stem(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rs")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn what_is_left_out_of_a_list_is_found() {
        let repo = "//- crates/assess/src/lib.rs\nmod probes;\n//- crates/assess/src/probes.rs\n// b is only spoken of\nprobes! {\n    a,\n}\n//- crates/assess/src/probes/a.rs\nconst PROBE: Probe\n//- crates/assess/src/probes/b.rs\nconst PROBE: Probe\n//- crates/inspect/src/lib.rs\nmod card;\n//- crates/inspect/src/card.rs\nconst INSPECTOR: Inspector\n//- crates/inspect/src/inspectors.rs\n//- crates/assess/frameworks/x-1.toml\n";
        expect![[r#"
            crates/assess/src/probes/b.rs: not in crates/assess/src/probes.rs
            crates/inspect/src/card.rs: not in crates/inspect/src/inspectors.rs
            crates/assess/frameworks/x-1.toml: no code of `assess` loads it; add it to `shipped`
            crates/assess/src/probes/b.rs: no module declares it, so it is not compiled
            crates/inspect/src/inspectors.rs: no module declares it, so it is not compiled"#]]
        .assert_eq(&check(&Repo::of(repo)).join("\n"));
    }
}
