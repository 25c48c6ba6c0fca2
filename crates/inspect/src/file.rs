//! One artifact by itself: what it says, for those who ask about a file rather than a release.

use crate::documents::card::{self, CardValues};
use crate::inspector::{PartInput, Reading};
use crate::scan::scan_more;
use crate::weights;
use candor_facts::{
    Artifact, ArtifactPath, Claim, FactSheet, Files, GapReason, Listing, OpenError, Origin, Part, PartIndex, ReadAt,
    Release, Role, read_all,
};
use std::collections::BTreeMap;
use std::ops::Range;

/// What one file says.
pub struct FileReport {
    /// The kind of file: `safetensors`, `card`, `config`, `license`, `text`, …
    pub format: &'static str,
    /// Whether it is what its name says.
    pub valid: bool,
    /// Parameters, for weights.
    pub parameters: Option<u64>,
    /// Number of tensors, for weights.
    pub tensors: Option<u64>,
    /// Elements per element type, for weights.
    pub dtypes: BTreeMap<String, u64>,
    /// Front matter, for cards.
    pub card: Option<CardValues>,
    /// Facts and gaps.
    pub sheet: FactSheet,
}

struct One<'a>(&'a dyn ReadAt);

impl Files for One<'_> {
    fn open(&self, _: PartIndex, _: &ArtifactPath) -> Result<Box<dyn ReadAt + '_>, OpenError> {
        Ok(Box::new(Borrowed(self.0)))
    }
}

struct Borrowed<'a>(&'a dyn ReadAt);

impl ReadAt for Borrowed<'_> {
    fn len(&self) -> u64 {
        self.0.len()
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read_at(offset, buffer)
    }
    fn need(&self, range: Range<u64>) -> std::io::Result<()> {
        self.0.need(range)
    }
}

/// Read one file. Only the last segment of `name` counts.
pub fn inspect_file(name: &str, bytes: &dyn ReadAt) -> FileReport {
    let name = name.rsplit('/').next().unwrap_or(name);
    let path = ArtifactPath::new(name).or_else(|| ArtifactPath::new("file")).unwrap_or_else(ArtifactPath::listing);
    let format = format(&path);
    let artifact =
        Artifact { path, size: Some(bytes.len()), declared_digest: None, at_hand: true, origin: Origin::Published };
    let listing = Listing::new(false, vec![artifact]);
    let part = Part { role: Role::Model, locator: None, revision: None, listing };
    let release = Release { id: name.to_owned(), subject: Vec::new(), parts: vec![part] };
    // A pickle is told of under any name: it is loaded by those who do not look at names either.
    let mut more = Reading::default();
    if let Some((part, artifact)) = release.parts.first().and_then(|part| Some((part, part.listing.entries().first()?)))
    {
        let at = PartInput { release: &release, index: PartIndex(0), part, files: &One(bytes) };
        weights::disguised(&at, artifact, bytes, &mut more);
    }
    let sheet = scan_more(release, &One(bytes), more);
    let valid = !sheet.gaps().iter().any(|gap| {
        matches!(gap.reason, GapReason::Malformed { .. } | GapReason::TooLarge { .. } | GapReason::Unreachable { .. })
    });
    let mut report =
        FileReport { format, valid, parameters: None, tensors: None, dtypes: BTreeMap::new(), card: None, sheet };
    for (_, fact) in report.sheet.facts() {
        if let Claim::Tensors { count, parameters, dtypes } = &fact.claim {
            report.parameters = Some(*parameters);
            report.tensors = Some(*count);
            report.dtypes.clone_from(dtypes);
        }
    }
    if format == "card"
        && let Ok(Some(text)) = read_all(bytes, crate::caps::DOCUMENT)
    {
        report.card = Some(card::card_values(&text));
    }
    report
}

fn format(path: &ArtifactPath) -> &'static str {
    let name = path.name().to_ascii_lowercase();
    match path.extension().as_str() {
        "safetensors" => "safetensors",
        "gguf" => "gguf",
        "onnx" => "onnx",
        "bin" | "pt" | "pth" | "ckpt" => "pytorch",
        "pkl" | "pickle" | "joblib" => "pickle",
        "npy" | "npz" => "numpy",
        "md" | "markdown" | "mdx" | "rst" => "card",
        "json" if name.ends_with(".index.json") => "shard-index",
        "json" => "config",
        _ if ["license", "licence", "copying", "notice"].iter().any(|stem| name.starts_with(stem)) => "license",
        _ => "text",
    }
}
