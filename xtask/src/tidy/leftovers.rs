//! Nothing unfinished, no test that is passed over, no path that exists on one machine only.

use super::Repo;

/// Marks of unfinished work, put together here so that this file does not bear them.
const MARKS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
    concat!("#[ig", "nore"),
];
/// Roots of machines.
const ROOTS: &[&str] = &[concat!("/ro", "ot"), concat!("/wo", "rk"), concat!("/ho", "me")];
/// What is fine all the same: a file, the words, and why. One that matches nothing is a complaint itself.
const FINE: &[(&str, &str, &str)] = &[(
    "crates/inspect/src/documents/config/tests.rs",
    concat!("/ho", "me/me/base"),
    "a base model as publishers name it by a path of their own machine",
)];

pub(super) fn check(repo: &Repo) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut used = vec![false; FINE.len()];
    // The catalogue names the files of others as these are called.
    for (path, text) in repo.texts().filter(|(path, _)| !path.starts_with("catalogue/")) {
        for (at, line) in text.lines().enumerate() {
            for word in MARKS.iter().filter(|word| stands_alone(line, word)) {
                complaints.push(format!("{path}:{}: `{word}`; do it, or open an issue", at + 1));
            }
            let Some(root) = ROOTS.iter().find(|root| is_machine_path(line, root)) else { continue };
            match FINE.iter().position(|(file, words, _)| *file == path && line.contains(words)) {
                Some(fine) => used[fine] = true,
                None => complaints
                    .push(format!("{path}:{}: a path below `{root}`; say it relative to the repository", at + 1)),
            }
        }
    }
    let unused = FINE.iter().zip(used).filter(|((path, ..), used)| !used && repo.text(path).is_some());
    complaints
        .extend(unused.map(|((path, words, _), _)| format!("{path}: `{words}` is excused in tidy and not there")));
    complaints
}

fn stands_alone(line: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let open = word.ends_with(|c: char| !c.is_alphanumeric()) || word.starts_with('#');
    line.match_indices(word)
        .any(|(at, _)| !part(line[..at].chars().next_back()) && (open || !part(line[at + word.len()..].chars().next())))
}

/// Whether a line has a path that starts at the root of a machine: not `m/root`, not an address.
fn is_machine_path(line: &str, root: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_-.~/:{}$)>*".contains(c));
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_-.".contains(c));
    line.match_indices(root)
        .any(|(at, _)| !inside(line[..at].chars().next_back()) && !goes_on(line[at + root.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn what_is_left_over_is_found() {
        let (note, macro_, passed, root) = (MARKS[0], MARKS[2], MARKS[4], ROOTS[0]);
        let repo = format!(
            "//- a.rs\n// {note}: later\nlet {note}S = 1;\n{macro_});\n{passed} = \"slow\"]\n#[allow(clippy::to_do)]\n//- b.md\nin `{root}/x`, not m{root}, https://x.example{root}/y, {root}s\n"
        );
        let found = check(&Repo::of(&repo)).join("\n");
        let found =
            found.replace(note, "NOTE").replace(macro_, "MACRO").replace(passed, "PASSED").replace(root, "ROOT");
        expect![[r#"
            a.rs:1: `NOTE`; do it, or open an issue
            a.rs:3: `MACRO`; do it, or open an issue
            a.rs:4: `PASSED`; do it, or open an issue
            b.md:1: a path below `ROOT`; say it relative to the repository"#]]
        .assert_eq(&found);
    }

    #[test]
    fn excuses_are_in_use() {
        let (path, words, _) = FINE[0];
        assert!(check(&Repo::of(&format!("//- {path}\n\"{words}\"\n"))).is_empty());
        assert_eq!(check(&Repo::of(&format!("//- {path}\n\n"))).len(), 1);
    }
}
