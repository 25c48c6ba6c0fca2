//! Releases for tests, each written as one string, and what inspectors say of them as text.
//!
//! ```text
//! //= code complete locator=github:a/b     begins a part; without one there is one model part, not complete
//! //- README.md                            a file, its text below
//! //- model.safetensors safetensors data=8 the text below is the header; as many bytes of data follow
//! //- model.safetensors listed size=7      a file that is listed and not at hand
//! ```
//! More words of a file: `sha256` (a digest is published), `hex` (the text is hexadecimal), `gated`,
//! `answer` (a platform's answer, kept by a source).
//! The last line feed of a text is not part of it. Every span that is printed was read again.

use crate::inspector::{Input, Inspector, PartInput, Reading, Reads};
use candor_facts::{
    Algorithm, Artifact, ArtifactPath, Digest, Evidence, FactSheet, Files, Listing, OpenError, Origin, Part, PartIndex,
    Place, ReadAt, Release, Role,
};
use expect_test::Expect;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A release in memory.
pub(crate) struct Fixture {
    pub(crate) release: Release,
    files: BTreeMap<(u32, String), Result<Vec<u8>, OpenError>>,
}

impl Files for Fixture {
    fn open(&self, part: PartIndex, path: &ArtifactPath) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        match self.files.get(&(part.0, path.as_str().to_owned())) {
            Some(Ok(bytes)) => Ok(Box::new(bytes.as_slice())),
            Some(Err(error)) => Err(error.clone()),
            None => Err(OpenError::NotFetched),
        }
    }
}

impl Fixture {
    /// Change the bytes of one of the files at hand; which one is by number, going round.
    pub(crate) fn edit(&mut self, number: usize, change: impl FnOnce(&mut Vec<u8>)) {
        let mut at_hand: Vec<&mut Vec<u8>> = self.files.values_mut().filter_map(|file| file.as_mut().ok()).collect();
        let count = at_hand.len();
        if let Some(bytes) = at_hand.get_mut(number % count.max(1)) {
            change(bytes);
        }
    }
}

/// What `inspector` says of the release that `text` describes.
pub(crate) fn check(inspector: &Inspector, text: &str, expected: Expect) {
    expected.assert_eq(&show(inspector, &fixture(text)));
}

/// Read a description.
pub(crate) fn fixture(text: &str) -> Fixture {
    let mut parts: Vec<(Role, bool, Option<String>, Vec<Artifact>)> = Vec::new();
    let mut files = BTreeMap::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(words) = line.strip_prefix("//= ") {
            let mut words = words.split_whitespace();
            let role = words.next().and_then(Role::parse).expect("a role");
            let words: Vec<&str> = words.collect();
            let locator = words.iter().find_map(|word| word.strip_prefix("locator=")).map(str::to_owned);
            parts.push((role, words.contains(&"complete"), locator, Vec::new()));
        } else if let Some(words) = line.strip_prefix("//- ") {
            if parts.is_empty() {
                parts.push((Role::Model, false, None, Vec::new()));
            }
            let mut body = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("//- ") && !line.starts_with("//= ")) {
                body.push(line);
            }
            let mut words = words.split_whitespace();
            let path = words.next().expect("a path");
            let words: Vec<&str> = words.collect();
            let number =
                |key: &str| words.iter().find_map(|word| word.strip_prefix(key)).map(|n| n.parse().expect("a number"));
            let bytes = bytes(&body.join("\n"), &words, number("data=").unwrap_or(0));
            let at_hand = !words.contains(&"listed");
            let size = number("size=").or(at_hand.then_some(bytes.len() as u64));
            let declared_digest = words.contains(&"sha256").then(|| Digest::of(path.as_bytes()));
            let declared_digest = declared_digest.or_else(|| {
                words.contains(&"git-blob").then(|| Digest::from_hex(Algorithm::GitBlob, &"0".repeat(40)))?
            });
            let part = u32::try_from(parts.len() - 1).expect("few parts");
            let opened = if words.contains(&"gated") { Err(OpenError::Gated) } else { Ok(bytes) };
            if at_hand || opened.is_err() {
                files.insert((part, path.to_owned()), opened);
            }
            let path = ArtifactPath::new(path).expect("a path inside the part");
            let of = "https://hub.example/api/models/org/name".to_owned();
            let origin = if words.contains(&"answer") { Origin::Answer { of } } else { Origin::Published };
            let entry = Artifact { path, size, declared_digest, at_hand, origin };
            parts.last_mut().expect("a part").3.push(entry);
        } else {
            assert!(line.trim().is_empty(), "before the first heading: {line}");
        }
    }
    let part = |(role, complete, locator, entries)| Part {
        role,
        locator,
        revision: None,
        listing: Listing::new(complete, entries),
    };
    let release = Release { id: "test".to_owned(), subject: Vec::new(), parts: parts.into_iter().map(part).collect() };
    Fixture { release, files }
}

fn bytes(text: &str, words: &[&str], data: u64) -> Vec<u8> {
    if words.contains(&"hex") {
        let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
        return digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).expect("a byte")).collect();
    }
    let mut bytes = Vec::new();
    if words.contains(&"safetensors") {
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
    }
    bytes.extend_from_slice(text.as_bytes());
    bytes.resize(bytes.len() + usize::try_from(data).expect("little data"), 0);
    bytes
}

/// The fact sheet of one inspector.
pub(crate) fn inspect(inspector: &Inspector, fixture: &Fixture) -> FactSheet {
    let mut all = Reading::default();
    for (index, part) in fixture.release.parts() {
        let at = PartInput { release: &fixture.release, index, part, files: fixture };
        match inspector.reads {
            Reads::Part(read) => all.absorb(read(&at)),
            Reads::Artifact { wants, read } => {
                for artifact in part.listing.entries().iter().filter(|artifact| wants(part, artifact)) {
                    match at.open(artifact) {
                        Ok(bytes) => all.absorb(read(&Input::new(at, artifact, &*bytes))),
                        Err(gap) => all.gap(gap),
                    }
                }
            }
        }
    }
    FactSheet::new(fixture.release.clone(), all.facts, all.gaps, Vec::new())
}

/// What an inspector says, as text.
pub(crate) fn show(inspector: &Inspector, fixture: &Fixture) -> String {
    let sheet = inspect(inspector, fixture);
    let mut text = String::new();
    for (_, fact) in sheet.facts() {
        let claim = serde_json::to_string(&fact.claim).expect("JSON");
        writeln!(text, "{} {claim}", fact.evidence.basis.as_str()).expect("write");
        for evidence in fact.places() {
            writeln!(text, "    {}", place(fixture, evidence)).expect("write");
        }
    }
    for gap in sheet.gaps() {
        writeln!(text, "gap {}{}: {}", part(gap.part), gap.path, gap.reason).expect("write");
    }
    text
}

fn part(index: PartIndex) -> String {
    if index.0 == 0 { String::new() } else { format!("#{} ", index.0) }
}

/// A place in words; a span is read again and its digest compared.
fn place(fixture: &Fixture, evidence: &Evidence) -> String {
    let at = part(evidence.place.part());
    match &evidence.place {
        Place::Listed { path, listing, .. } => {
            let known = fixture.release.part(evidence.place.part()).expect("part");
            assert_eq!(known.listing.digest(), listing);
            assert!(known.listing.get(path.as_str()).is_some(), "{path} is not in the listing");
            format!("{at}{path} listed")
        }
        Place::Absent { sought, complete, .. } => {
            format!("{at}absent {sought} ({})", if *complete { "complete" } else { "incomplete" })
        }
        Place::Span { part, path, start, end, line, digest, route } => {
            let bytes = fixture.open(*part, path).unwrap_or_else(|error| panic!("{path}: {error}"));
            let length = usize::try_from(end - start).expect("short");
            let span = candor_facts::read_exact(&*bytes, *start, length).expect("span inside the file");
            assert_eq!(&Digest::of(&span), digest, "{path} {start}..{end}");
            let mut excerpt: String = String::from_utf8_lossy(&span).chars().take(60).collect();
            if span.iter().any(|byte| *byte < b' ' && *byte != b'\n') {
                excerpt = format!("{length} bytes");
            }
            let route = route.as_ref().map_or(String::new(), |route| format!(" {}", route.0));
            format!("{at}{path}:{line} {start}..{end}{route} {excerpt:?}")
        }
    }
}

/// A file of the corpus that stands beside this repository or one above it, where there is one.
pub(crate) fn corpus(path: &str) -> Option<Vec<u8>> {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = here.ancestors().map(|folder| folder.join("shared/corpus").join(path)).find(|file| file.is_file())?;
    #[expect(clippy::disallowed_methods, reason = "a test looks at the corpus beside the repository")]
    std::fs::read(file).ok()
}
