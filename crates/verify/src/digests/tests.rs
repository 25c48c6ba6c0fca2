//! Sources beside folders against what comes out.

use super::*;
use crate::signature::Outcome;
use candor_facts::{OpenError, ReadAt, Standing, TreeFile};
use expect_test::expect;
use std::io;

/// A folder as one string: each file after a line `//- path`, or `//- path -> blob` for a link into a hub store.
struct Memory(Vec<TreeEntry>, Vec<Vec<u8>>);

struct Bytes(Vec<u8>);

impl ReadAt for Bytes {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.as_slice().read_at(offset, buffer)
    }
}

impl TreeFile for Bytes {
    fn unchanged(&self) -> io::Result<bool> {
        Ok(true)
    }
}

impl Tree for Memory {
    fn entries(&self) -> &[TreeEntry] {
        &self.0
    }

    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        let at = self.0.iter().position(|other| other == entry).ok_or(OpenError::NotFetched)?;
        Ok(Box::new(Bytes(self.1[at].clone())))
    }
}

fn folder(text: &str) -> Memory {
    let mut files: Vec<(&str, &str)> =
        text.split("//- ").skip(1).map(|file| file.split_once('\n').expect("a path, then a text")).collect();
    files.sort_unstable();
    let mut memory = Memory(Vec::new(), Vec::new());
    for (head, text) in files {
        let (path, standing) = match head.split_once(" -> ") {
            Some((path, "refused")) => (path, Standing::Refused("a link that leads out of its folder".to_owned())),
            Some((path, blob)) => (path, Standing::StoreLink { blob: blob.to_owned() }),
            None => (head, Standing::File),
        };
        memory.0.push(TreeEntry { path: path.to_owned(), size: text.len() as u64, modified: 1, standing });
        memory.1.push(text.as_bytes().to_vec());
    }
    memory
}

fn job<'a>(tree: &'a Memory, before: &'a BTreeMap<String, Before>) -> Job<'a> {
    Job { tree, before, done: &|_, _| {}, threads: 2, progress: Progress::none() }
}

fn check(text: &str, manifest: Option<&str>) -> String {
    let tree = folder(text);
    let before = BTreeMap::new();
    let sources = match manifest {
        Some(manifest) => match read_list("list", manifest.as_bytes()) {
            Ok(source) => vec![source],
            Err(why) => return format!("error: {why}"),
        },
        None => beside(&tree),
    };
    let report = verify(&job(&tree, &before), &sources);
    let mut out = format!("{:?}: {}", report.outcome(), report.reason());
    for wrong in &report.wrong {
        out.push_str(&format!(
            "\n  {} {} {}",
            wrong.path,
            wrong.source,
            wrong.expected.get(..16).unwrap_or(&wrong.expected)
        ));
    }
    let lists = [
        ("missing", &report.missing),
        ("extra", &report.extra),
        ("unlisted", &report.unlisted),
        ("faults", &report.faults),
    ];
    for (word, paths) in lists.into_iter().filter(|(_, paths)| !paths.is_empty()) {
        out.push_str(&format!("\n  {word}: {}", paths.join(", ")));
    }
    out
}

/// The digests of `x\n`.
const X: &str = "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac";
const X_BLOB: &str = "587be6b4c3f93f93c489c0111bba5596147a26cb";

#[test]
fn sources_beside_the_files() {
    let zeros = "0".repeat(64);
    let cases = [
        ("nothing".to_owned(), "//- a\nx\n".to_owned()),
        ("sums".to_owned(), format!("//- a\nx\n//- SHA256SUMS\n{X}  a\n")),
        ("sums in a folder, tagged".to_owned(), format!("//- d/a\nx\n//- d/SHA256SUMS\nSHA256 (./a) = {X}\n")),
        ("wrong, missing, unlisted".to_owned(), format!("//- a\nx\n//- c\nx\n//- SHA256SUMS\n{zeros} *a\n{X}  b\n")),
        ("nonsense in sums".to_owned(), format!("//- a\nx\n//- SHA256SUMS\n{X}  a\nhello\n12  b\n{X}  ../b\n{X}  a\n{zeros}  a\n")),
        ("unlisted weights".to_owned(), format!("//- a\nx\n//- m.safetensors\nx\n//- SHA256SUMS\n{X}  a\n")),
        ("hub cache".to_owned(), format!("//- a -> {X}\nx\n//- b -> {X_BLOB}\nx\n//- c -> odd\nx\n")),
        ("hub cache, wrong".to_owned(), format!("//- a -> {zeros}\nx\n")),
        ("hub metadata".to_owned(), format!("//- a\nx\n//- .cache/huggingface/download/a.metadata\nc0ffee\n{X_BLOB}\n1\n")),
        ("hub metadata, missing".to_owned(), format!("//- .cache/huggingface/download/a.metadata\nc0ffee\n\"{X}\"\n1\n")),
        ("pointer".to_owned(), format!("//- a.bin\nversion https://git-lfs.github.com/spec/v1\noid sha256:{X}\nsize 2\n")),
        ("index".to_owned(), "//- m.safetensors.index.json\n{\"weight_map\": {\"t\": \"m-1.safetensors\", \"u\": \"m-2.safetensors\"}}//- m-1.safetensors\nx\n".to_owned()),
        ("index leads out".to_owned(), "//- m.safetensors.index.json\n{\"weight_map\": {\"t\": \"../m\"}}".to_owned()),
        ("cyclonedx".to_owned(), format!("//- a\nx\n//- x.cdx.json\n{{\"bomFormat\": \"CycloneDX\", \"components\": [{{\"type\": \"machine-learning-model\", \"name\": \"m\", \"hashes\": [{{\"alg\": \"SHA-256\", \"content\": \"{X}\"}}], \"components\": [{{\"type\": \"file\", \"name\": \"a\", \"hashes\": [{{\"alg\": \"SHA-256\", \"content\": \"{zeros}\"}}]}}]}}]}}")),
        ("spdx".to_owned(), format!("//- a\nx\n//- x.spdx.json\n{{\"files\": [{{\"fileName\": \"./a\", \"checksums\": [{{\"algorithm\": \"SHA256\", \"checksumValue\": \"{X}\"}}]}}]}}")),
        ("spdx 3".to_owned(), format!("//- a\nx\n//- x.spdx.json\n{{\"@graph\": [{{\"type\": \"software_File\", \"name\": \"a\", \"verifiedUsing\": [{{\"algorithm\": \"sha256\", \"hashValue\": \"{X}\"}}]}}]}}")),
        ("cut bill".to_owned(), "//- a\nx\n//- bom.json\n{\"components\": [".to_owned()),
        ("package".to_owned(), "//- d/p/a\nx\n//- d/p-1.dist-info/RECORD\np/a,sha256=c8s4WKaHqElMozIwUwFigvPa051Cz2LKTnndoqrH2aw,2\np-1.dist-info/RECORD,,\n".to_owned()),
        ("package, wrong and missing".to_owned(), "//- p/a\nx\n//- p-1.dist-info/RECORD\np/a,sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,2\n\"p/b,c\",sha256=c8s4WKaHqElMozIwUwFigvPa051Cz2LKTnndoqrH2aw,2\n".to_owned()),
        ("package, nonsense".to_owned(), "//- p/a\nx\n//- p-1.dist-info/RECORD\np/a,md5=c8s4WKaHqElMozIwUwFigvPa051Cz2LKTnndoqrH2aw,2\np/a,sha256=AA,2\np/a,c8s4WKaHqElMozIwUwFigvPa051Cz2LKTnndoqrH2aw,2\nhello\n../a,sha256=c8s4WKaHqElMozIwUwFigvPa051Cz2LKTnndoqrH2aw,2\n".to_owned()),
        ("link out".to_owned(), format!("//- a -> refused\n//- SHA256SUMS\n{X}  a\n")),
    ];
    let said: Vec<String> = cases.iter().map(|(what, text)| format!("{what}: {}", check(text, None))).collect();
    expect![[r#"
        nothing: Undetermined: nothing here says which digests the files should have; give a list with `--manifest`
          unlisted: a
        sums: Verified: 1 file as listed
        sums in a folder, tagged: Verified: 1 file as listed
        wrong, missing, unlisted: Refuted: 1 file with other bytes than listed; 1 file listed and not there; 1 file of which no source has a digest
          a checksums SHA256SUMS sha256:000000000
          missing: b
          unlisted: c
        nonsense in sums: Undetermined: 1 file as listed; a source could not be understood: SHA256SUMS:2: no line of a list of checksums
          faults: SHA256SUMS:2: no line of a list of checksums, SHA256SUMS:3: no digest of 64 hexadecimal digits, SHA256SUMS:4: the path `../b` leaves the folder or is empty, SHA256SUMS:6: `a` is named twice, differently
        unlisted weights: Undetermined: 1 file as listed; 1 file of which no source has a digest
          unlisted: m.safetensors
        hub cache: Undetermined: 2 files as listed; 1 file of which no source has a digest; a source could not be understood: c: its blob is not named after a digest
          unlisted: c
          faults: c: its blob is not named after a digest
        hub cache, wrong: Refuted: 1 file with other bytes than listed
          a hub-cache names of blobs sha256:000000000
        hub metadata: Verified: 1 file as listed
        hub metadata, missing: Refuted: 1 file listed and not there
          missing: a
        pointer: Undetermined: 1 file not fetched: a pointer stands there
        index: Refuted: 1 file listed and not there; 2 files of which no source has a digest
          missing: m-2.safetensors
          unlisted: m-1.safetensors, m.safetensors.index.json
        index leads out: Undetermined: 1 file of which no source has a digest; a source could not be understood: m.safetensors.index.json: the path `../m` leaves the folder or is empty
          unlisted: m.safetensors.index.json
          faults: m.safetensors.index.json: the path `../m` leaves the folder or is empty
        cyclonedx: Refuted: 1 file with other bytes than listed
          a bill-of-materials x.cdx.json sha256:000000000
        spdx: Verified: 1 file as listed
        spdx 3: Verified: 1 file as listed
        cut bill: Undetermined: 1 file of which no source has a digest; a source could not be understood: bom.json: it is no JSON, or is cut: EOF while parsing a list at line 1 column 16
          unlisted: a
          faults: bom.json: it is no JSON, or is cut: EOF while parsing a list at line 1 column 16
        package: Verified: 1 file as listed
        package, wrong and missing: Refuted: 1 file with other bytes than listed; 1 file listed and not there
          p/a package-record p-1.dist-info/RECORD sha256:000000000
          missing: p/b,c
        package, nonsense: Undetermined: 1 file of which no source has a digest; a source could not be understood: p-1.dist-info/RECORD:1: a digest by `md5`, which is not computed
          unlisted: p/a
          faults: p-1.dist-info/RECORD:1: a digest by `md5`, which is not computed, p-1.dist-info/RECORD:2: no digest of 32 bytes in base64, p-1.dist-info/RECORD:3: a digest without the name of its algorithm, p-1.dist-info/RECORD:4: no line of path, digest and size, p-1.dist-info/RECORD:5: the path `../a` leaves the folder or is empty
        link out: Undetermined: 1 file not readable to the end"#]].assert_eq(&said.join("\n"));
}

#[test]
fn a_manifest_is_complete() {
    let text = "//- a\nx\n//- d/b\ny\n";
    let tree = folder(text);
    let before = BTreeMap::new();
    let written = manifest(&job(&tree, &before), None).expect("a manifest");
    let cases = [
        ("as it was", text.to_owned()),
        ("other bytes", text.replace('y', "z")),
        ("longer", text.replace('y', "yy")),
        ("gone and new", text.replace("d/b", "d/c")),
    ];
    let mut said: Vec<String> =
        cases.iter().map(|(what, text)| format!("{what}: {}", check(text, Some(&written)))).collect();
    for other in ["", "{}", "[]", "hello", &written[..40], &written.replace("\"size\": 2", "\"size\": -2")] {
        said.push(check(text, Some(other)));
    }
    expect![[r#"
        as it was: Verified: 2 files as listed
        other bytes: Refuted: 1 file with other bytes than listed; 1 file as listed
          d/b manifest list blake3:cddce439b
        longer: Refuted: 1 file with other bytes than listed; 1 file as listed
          d/b manifest list 2 bytes
        gone and new: Refuted: 1 file listed and not there; 1 file there and not in a list of all; 1 file as listed
          missing: d/b
          extra: d/c
        error: it is no manifest, bill of materials, index or list of checksums: it names no file with a digest
        error: it is no manifest, bill of materials, index or list of checksums: it names no file with a digest
        error: it is no manifest, bill of materials, index or list of checksums: list:1: no line of a list of checksums
        error: it is no manifest, bill of materials, index or list of checksums: list:1: no line of a list of checksums
        error: it is no JSON, or is cut: EOF while parsing a string at line 4 column 19
        error: it is no manifest, bill of materials, index or list of checksums: list: an entry without path, size or digest"#]].assert_eq(&said.join("\n"));
    assert!(manifest(&job(&folder("//- a -> refused\n"), &before), None).is_err());
}

#[test]
fn what_was_done_before_is_not_read_again() {
    let tree = folder("//- a\nx\n//- b\nx\n");
    let digests = Digests { sha256: Some("known".to_owned()), ..Digests::default() };
    let at = |size: u64| Before { size, modified: 1, digests: digests.clone() };
    let before = BTreeMap::from([("a".to_owned(), at(2)), ("b".to_owned(), at(3))]);
    let wanted = Wanted { sha256: true, ..Wanted::default() };
    let files: Vec<(&TreeEntry, Wanted)> = tree.entries().iter().map(|entry| (entry, wanted)).collect();
    let found = compute(&job(&tree, &before), &files);
    let found: Vec<String> = found.into_iter().map(|digests| digests.unwrap().sha256.unwrap()).collect();
    assert_eq!(found, ["known", X]);
    assert_eq!(Report::default().outcome(), Outcome::Undetermined);
}
