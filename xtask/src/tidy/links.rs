//! Every link from one of our pages to a file leads to a file.

use super::Repo;
use pulldown_cmark::{Event, Parser, Tag};

pub(super) fn check(repo: &Repo) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in repo.ending(".md") {
        for (event, range) in Parser::new(text).into_offset_iter() {
            let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) = event else {
                continue;
            };
            let target = dest_url.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains(':') {
                continue;
            }
            let line = 1 + text[..range.start].matches('\n').count();
            if !resolve(path, target).is_some_and(|found| found.is_empty() || repo.paths.contains(&found)) {
                complaints.push(format!("{path}:{line}: `{target}` leads nowhere"));
            }
        }
    }
    complaints
}

/// The path that a link means, from the root; `None` when it leaves the repository.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut segments: Vec<&str> = page.split('/').collect();
    segments.pop();
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn dead_links_are_found() {
        let repo = "//- docs/a.md\n[fine](b.md#part), [dead](c.md),\n[out](../../d.md) [root](..) [web](https://x.example/c.md) `[code](e.md)` [here](#a)\n![picture](p.png)\n//- docs/b.md\n[up](../docs/a.md) [folder](../docs/)\n";
        expect![[r#"
            docs/a.md:1: `c.md` leads nowhere
            docs/a.md:2: `../../d.md` leads nowhere
            docs/a.md:3: `p.png` leads nowhere"#]]
        .assert_eq(&check(&Repo::of(repo)).join("\n"));
    }
}
