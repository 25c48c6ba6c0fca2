//! Which files a repository of the hub has: the siblings of its information, or the pages of its tree.
//!
//! An entry that is wrong is a gap, and the listing is then not complete; what was read stays.

use crate::caps;
use crate::walk::passed_over;
use candor_facts::{Algorithm, Artifact, ArtifactPath, Digest, GapReason, Origin};
use serde_json::Value;
use std::collections::BTreeMap;

/// Entries as they are collected.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    entries: BTreeMap<ArtifactPath, Artifact>,
    pub(crate) gaps: Vec<(ArtifactPath, GapReason)>,
    wrong: usize,
    /// Whether something is not among the entries.
    pub(crate) left_out: bool,
}

impl Collected {
    /// Note something that is wrong with the listing.
    pub(crate) fn wrong(&mut self, reason: GapReason) {
        self.left_out = true;
        self.wrong += 1;
        if self.wrong <= caps::GAPS {
            self.gaps.push((ArtifactPath::listing(), reason));
        }
    }

    /// Note a file that is there and cannot be taken as one.
    pub(crate) fn wrong_at(&mut self, path: ArtifactPath, reason: GapReason) {
        self.wrong += 1;
        if self.wrong <= caps::GAPS {
            self.gaps.push((path.clone(), reason));
        }
        if path == ArtifactPath::listing() {
            self.left_out = true;
            return;
        }
        let artifact = Artifact {
            path: path.clone(),
            size: None,
            declared_digest: None,
            at_hand: false,
            origin: Origin::Published,
        };
        self.entries.entry(path).or_insert(artifact);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.entries.len() >= caps::LISTING_ENTRIES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One entry of `siblings`, or of a tree, or of GitHub's tree: they differ in the names of their keys alone.
    pub(crate) fn take(&mut self, entry: &Value) {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let number = |value: Option<&Value>| value.and_then(Value::as_u64);
        if self.is_full() {
            if !self.left_out {
                self.wrong(GapReason::TooLarge { cap: caps::LISTING_ENTRIES as u64 });
            }
            return;
        }
        if text("type").is_some_and(|kind| matches!(kind, "directory" | "tree")) {
            return;
        }
        let Some(written) = text("rfilename").or_else(|| text("path")) else {
            let what = "the platform's listing has an entry without a path".to_owned();
            return self.wrong(GapReason::Malformed { at: 0, what });
        };
        let reserved = written.split('/').next().is_some_and(|first| first.starts_with('@'));
        let Some(path) = ArtifactPath::new(written).filter(|_| !reserved) else {
            let shown: String = written.chars().take(80).collect();
            let what = format!("the platform's listing has a path that leaves the repository: `{shown}`");
            return self.wrong(GapReason::Unsafe { what });
        };
        if path.as_str().split('/').any(|segment| passed_over(path.as_str(), segment)) {
            return;
        }
        let lfs = entry.get("lfs").filter(|lfs| lfs.is_object());
        let own = number(entry.get("size"));
        let large = lfs.and_then(|lfs| number(lfs.get("size")));
        let mut size = large.or(own);
        if let (Some(own), Some(large)) = (own, large)
            && own != large
        {
            let what = format!("the platform says {own} bytes and {large} bytes");
            self.gaps.push((path.clone(), GapReason::Malformed { at: 0, what }));
            size = None;
        }
        let stored = lfs.and_then(|lfs| lfs.get("sha256").or_else(|| lfs.get("oid"))).and_then(Value::as_str);
        let stored = stored.map(|hex| hex.strip_prefix("sha256:").unwrap_or(hex));
        let blob = ["blobId", "oid", "sha"].into_iter().find_map(text);
        let declared_digest = match (lfs, stored) {
            (Some(_), stored) => stored.and_then(|hex| Digest::from_hex(Algorithm::Sha256, hex)),
            (None, _) => blob.and_then(|hex| Digest::from_hex(Algorithm::GitBlob, hex)),
        };
        let artifact = Artifact { path: path.clone(), size, declared_digest, at_hand: true, origin: Origin::Published };
        match self.entries.get(&path) {
            None => drop(self.entries.insert(path, artifact)),
            Some(known) if *known == artifact => {
                let what = format!("the platform lists `{path}` more than once");
                self.wrong(GapReason::Malformed { at: 0, what });
            }
            Some(_) => {
                // Nobody can say which of the two it is.
                let what = format!("the platform lists `{path}` more than once, and not alike");
                self.wrong(GapReason::Malformed { at: 0, what });
                if let Some(known) = self.entries.get_mut(&path) {
                    (known.size, known.declared_digest, known.at_hand) = (None, None, false);
                }
            }
        }
    }

    /// The entries, with what is wrong with them counted to the end.
    pub(crate) fn finish(mut self) -> (Vec<Artifact>, Vec<(ArtifactPath, GapReason)>, bool) {
        if self.wrong > caps::GAPS {
            let what = format!("{} more wrong entries of the platform's listing", self.wrong - caps::GAPS);
            self.gaps.push((ArtifactPath::listing(), GapReason::Unsupported { what }));
        }
        (self.entries.into_values().collect(), self.gaps, !self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use serde_json::json;

    fn check(entries: &[Value], expected: Expect) {
        let mut collected = Collected::default();
        entries.iter().for_each(|entry| collected.take(entry));
        let (entries, gaps, complete) = collected.finish();
        let mut text = format!("{}\n", if complete { "complete" } else { "incomplete" });
        for entry in entries {
            let size = entry.size.map_or("?".to_owned(), |size| size.to_string());
            let digest = entry.declared_digest.map_or("-".to_owned(), |digest| digest.to_string()[..14].to_owned());
            text.push_str(&format!("{} {size} {digest} {}\n", entry.path, entry.at_hand));
        }
        for (path, reason) in gaps {
            text.push_str(&format!("gap {path}: {reason}\n"));
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn both_shapes_and_which_digest_is_which() {
        let (one, two) = ("a".repeat(40), "b".repeat(64));
        check(
            &[
                json!({"rfilename": "README.md", "blobId": one, "size": 3}),
                json!({"rfilename": "m.bin", "blobId": one, "size": 9, "lfs": {"sha256": two, "size": 9, "pointerSize": 1}}),
                json!({"type": "file", "oid": one, "size": 9, "path": "t/m.bin", "lfs": {"oid": two, "size": 9}}),
                json!({"type": "directory", "oid": one, "size": 0, "path": "t"}),
                json!({"rfilename": "bare"}),
                json!({"rfilename": ".DS_Store"}),
            ],
            expect![[r#"
                complete
                README.md 3 git-blob:aaaaa true
                bare ? - true
                m.bin 9 sha256:bbbbbbb true
                t/m.bin 9 sha256:bbbbbbb true
            "#]],
        );
    }

    #[test]
    fn what_is_wrong_is_a_gap() {
        check(
            &[
                json!({"path": "../../etc/passwd"}),
                json!({"path": "/abs"}),
                json!({"path": "@answers/model-info.json"}),
                json!({"size": 1}),
                json!("text"),
                json!({"path": "twice", "size": 1}),
                json!({"path": "twice", "size": 1}),
                json!({"path": "two", "size": 1}),
                json!({"path": "two", "size": 2}),
                json!({"path": "lies", "size": 1, "lfs": {"size": 2, "oid": "zz"}}),
                json!({"path": "odd", "size": -1}),
            ],
            expect![[r#"
                incomplete
                lies ? - true
                odd ? - true
                twice 1 - true
                two ? - false
                gap @listing: refused: the platform's listing has a path that leaves the repository: `../../etc/passwd`
                gap @listing: refused: the platform's listing has a path that leaves the repository: `/abs`
                gap @listing: refused: the platform's listing has a path that leaves the repository: `@answers/model-info.json`
                gap @listing: malformed at byte 0: the platform's listing has an entry without a path
                gap @listing: malformed at byte 0: the platform's listing has an entry without a path
                gap @listing: malformed at byte 0: the platform lists `twice` more than once
                gap @listing: malformed at byte 0: the platform lists `two` more than once, and not alike
                gap lies: malformed at byte 0: the platform says 1 bytes and 2 bytes
            "#]],
        );
    }
}
