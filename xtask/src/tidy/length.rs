//! Files stay short, or say at their top why not.

use super::Repo;

/// Lines of a file that needs no excuse.
const LONG: usize = 400;
/// How the excuse begins, and among how many first lines it stands.
const EXCUSE: (&str, usize) = ("//! Long because ", 12);

pub(super) fn check(repo: &Repo) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in repo.ending(".rs") {
        let lines = text.lines().count();
        let excused = text.lines().take(EXCUSE.1).any(|line| line.starts_with(EXCUSE.0));
        if lines > LONG && !excused {
            complaints.push(format!("{path}: {lines} lines; split it, or write at its top `{}…`", EXCUSE.0));
        }
        if lines <= LONG && excused {
            complaints.push(format!("{path}: {lines} lines are not long; drop the excuse"));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn long_files_need_an_excuse() {
        let long = "fn a() {}\n".repeat(LONG + 1);
        let excuse = "//! A list.\n//!\n//! Long because it is a list.\n";
        let repo = format!(
            "//- a.rs\n{long}//- b.rs\n{excuse}{long}//- c.rs\n{excuse}//- d.rs\nfn d() {{}}\n//- e.md\n{long}"
        );
        expect![[r#"
            a.rs: 401 lines; split it, or write at its top `//! Long because …`
            c.rs: 3 lines are not long; drop the excuse"#]]
        .assert_eq(&check(&Repo::of(&repo)).join("\n"));
    }
}
