//! Rust sources as the checks see them: code alone, without comments and without what only tests compile.

use super::Repo;

/// The numbered lines of a file that are code and reach users; empty for a file that only tests compile.
pub(super) fn code<'r>(repo: &Repo, path: &str, text: &'r str) -> Vec<(usize, &'r str)> {
    if only_tests(repo, path) {
        return Vec::new();
    }
    let mut kept = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            skip_item(&mut lines);
        } else if !line.trim_start().starts_with("//") {
            kept.push((at + 1, line));
        }
    }
    kept
}

/// Pass over one item, which rustfmt ends with `;` or with a brace as far left as the item's first line.
fn skip_item<'r>(lines: &mut impl Iterator<Item = (usize, &'r str)>) {
    let Some((_, first)) = lines.by_ref().find(|(_, line)| !line.trim_start().starts_with("#[")) else { return };
    if first.ends_with(';') || first.ends_with('}') {
        return;
    }
    let indent = &first[..first.len() - first.trim_start().len()];
    let end = format!("{indent}}}");
    lines.by_ref().find(|(_, line)| line.trim_end() == end);
}

/// Whether a file stands below `tests/` or `benches/`, or is a module that its parent declares for tests only.
fn only_tests(repo: &Repo, path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folder.split('/').any(|segment| matches!(segment, "tests" | "benches" | "examples"))
        && folder.starts_with("crates")
    {
        return true;
    }
    let module = name.trim_end_matches(".rs");
    let parents = [format!("{folder}.rs"), format!("{folder}/lib.rs"), format!("{folder}/main.rs")];
    let declared = format!("mod {module};");
    parents.iter().filter_map(|parent| repo.text(parent)).any(|text| {
        let mut before = "";
        text.lines().any(|line| {
            let hit = line.trim().ends_with(&declared) && before.trim() == "#[cfg(test)]";
            before = line;
            hit
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_tests_are_left_out() {
        let text = "//- crates/a/src/lib.rs\n//! Doc.\nuse a;\n#[cfg(test)]\nmod testing;\n// why\nfn b() {}\n#[cfg(test)]\nmod tests {\n    fn c() {\n    }\n}\nfn d() {}\n//- crates/a/src/testing.rs\nfn e() {}\n";
        let repo = Repo::of(text);
        let kept: Vec<_> = repo.ending(".rs").flat_map(|(path, text)| code(&repo, path, text)).collect();
        assert_eq!(kept, [(2, "use a;"), (6, "fn b() {}"), (12, "fn d() {}")]);
    }
}
