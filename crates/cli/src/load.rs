//! From a locator to facts: the only place where sources and inspectors meet.

use crate::args::{Judging, Reading};
use crate::connect::{Terminal, session};
use crate::{compared, disk, follow};
use anyhow::{Context, bail, ensure};
use candor_assess::Framework;
use candor_facts::{Evidence, FactSheet, Files, PartIndex, Place, Role, read_all, read_exact};
use candor_inspect::ListedModel;
use candor_inspect::reviews::REVIEWS;
use candor_source::{Locator, Recording, Request, Snapshot};
use candor_verify::reproduce::{self, Terms};
use candor_verify::signature::Trust;
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// A release that was read.
pub(crate) struct Loaded {
    /// The facts.
    pub sheet: FactSheet,
    /// The bytes, for excerpts; none of a release of the catalogue, whose sheet has places only.
    pub snapshot: Option<Snapshot>,
    /// The bytes of bases that were followed, by the locator at which each was found.
    pub bases: BTreeMap<String, Arc<Snapshot>>,
}

/// Longest file that is fetched to hold a statement of a run against it, in bytes.
const FETCHED: u64 = 64 << 20;

/// Longest excerpt shown, in bytes.
const EXCERPT: u64 = 160;

impl Loaded {
    /// The words at a place, on one line.
    pub(crate) fn excerpt(&self, evidence: &Evidence) -> Option<String> {
        let Place::Span { part, path, start, end, line, .. } = &evidence.place else { return None };
        if *line == 0 {
            return None;
        }
        let base = self.sheet.bases.iter().find(|base| base.owns(*part));
        let (snapshot, part) = match base {
            Some(base) => (self.bases.get(&base.found)?.as_ref(), PartIndex(part.0 - base.first.0)),
            None => (self.snapshot.as_ref()?, *part),
        };
        let bytes = snapshot.open(part, path).ok()?;
        let length = (end - start).min(EXCERPT);
        let found = read_exact(&*bytes, *start, usize::try_from(length).ok()?).ok()?;
        let text = String::from_utf8_lossy(&found);
        let text = text.trim_end_matches('\u{fffd}').split_whitespace().collect::<Vec<_>>().join(" ");
        Some(if end - start > EXCERPT { format!("{text} …") } else { text })
    }
}

/// Read what a locator names: one release; of a bill of materials, each model that it lists. `bill.json#name` is
/// one of them.
pub(crate) fn load_all(locator: &str, reading: &Reading) -> anyhow::Result<Vec<Loaded>> {
    let loaded = read(locator, reading)?;
    if reading.lineage.is_empty() {
        return Ok(loaded);
    }
    ensure!(
        Path::new(locator).exists(),
        "`--lineage` compares weights that lie on this machine, and those of `{locator}` do not"
    );
    loaded.into_iter().map(|loaded| compared::compare(loaded, &reading.lineage)).collect()
}

fn read(locator: &str, reading: &Reading) -> anyhow::Result<Vec<Loaded>> {
    let mut with = with(reading)?;
    if let Some(sheet) = catalogued(locator)? {
        ensure!(
            with.is_empty(),
            "`--with` adds parts to what is read, and `{locator}` of the catalogue is not; leave it out"
        );
        ensure!(
            reading.reviews.is_empty(),
            "reviews are held against the files that they are pinned to, and `{locator}` of the catalogue has none \
             here; name a folder or bundle, or leave `--reviews` out"
        );
        ensure!(
            !reading.follow,
            "`--follow` looks at what is read, and `{locator}` of the catalogue is not; leave it out"
        );
        let sheet = candor_assess::known::with_known_bases(sheet);
        return Ok(vec![Loaded { sheet, snapshot: None, bases: BTreeMap::new() }]);
    }
    let (place, wanted) = match locator.rsplit_once('#') {
        Some((place, model)) if !Path::new(locator).exists() && Path::new(place).is_file() => (place, Some(model)),
        _ => (locator, None),
    };
    let paths = reviews(place, reading)?;
    with.extend(paths.iter().map(|path| (Role::Document, path.display().to_string())));
    let request = Request { locator: place.to_owned(), complete: reading.complete, with };
    let terminal = Terminal::new();
    let session = session(reading, &terminal);
    let resolve = |request: &Request| -> anyhow::Result<Snapshot> {
        let snapshot = session.open(request)?;
        snapshot.fetch_ahead(&candor_inspect::reads_whole);
        Ok(snapshot)
    };
    let snapshot = resolve(&request)?;
    let parts = snapshot.release.parts.len();
    let reviewed = Reviews::of(parts.saturating_sub(paths.len())..parts, locator, reading)?;
    let mut models = listed(&snapshot);
    ensure!(
        models.is_empty() || !reading.follow,
        "`{locator}` is a bill of materials, and the links of one are not followed; leave `--follow` out"
    );
    let Some(wanted) = wanted else {
        match (models.len(), models.pop()) {
            (1, Some(only)) => return Ok(vec![about(snapshot, only, &reviewed)?]),
            (_, None) if reading.follow => {
                return Ok(vec![follow::read(&session, snapshot, &reviewed, &|line| terminal.notice(line))]);
            }
            (_, None) => return Ok(vec![scanned(snapshot, &reviewed)]),
            (_, last) => models.extend(last),
        }
        let each = models.into_iter().map(|model| about(resolve(&request)?, model, &reviewed));
        return each.collect();
    };
    let found = models.iter().find(|model| model.reference == wanted || model.name == wanted);
    let Some(model) = found.cloned() else {
        let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
        bail!("`{place}` lists no model `{wanted}`; it lists: {}", names.join(", "));
    };
    Ok(vec![about(snapshot, model, &reviewed)?])
}

fn with(reading: &Reading) -> anyhow::Result<Vec<(Role, String)>> {
    let mut with = Vec::new();
    for text in &reading.with {
        let Some((role, locator)) = text.split_once('=') else {
            bail!("`--with {text}`: write ROLE=LOCATOR, for instance `--with code=../trainer`");
        };
        let role = Role::parse(role)
            .with_context(|| format!("`--with {text}`: `{role}` is none of model, code, data, document"))?;
        with.push((role, locator.to_owned()));
    }
    Ok(with)
}

/// Find one release and what belongs to it. Its files are not read yet.
pub(crate) fn open(locator: &str, reading: &Reading) -> anyhow::Result<Snapshot> {
    let request = Request { locator: locator.to_owned(), complete: reading.complete, with: with(reading)? };
    let snapshot = session(reading, &Terminal::new()).open(&request)?;
    snapshot.fetch_ahead(&candor_inspect::reads_whole);
    Ok(snapshot)
}

/// Read a release, with a record of what is read of its files.
pub(crate) fn record(snapshot: &Snapshot) -> (FactSheet, Recording<'_>) {
    let recording = Recording::new(snapshot);
    let sheet = candor_inspect::scan(snapshot.release.clone(), &recording, snapshot.gaps.clone());
    (sheet, recording)
}

/// Read a release where only one can be meant.
pub(crate) fn load(locator: &str, reading: &Reading) -> anyhow::Result<Loaded> {
    let mut all = load_all(locator, reading)?;
    match (all.pop(), all.len()) {
        (Some(only), 0) => Ok(only),
        (last, _) => {
            let names: Vec<&str> = all.iter().chain(&last).map(|one| one.sheet.release.id.as_str()).collect();
            bail!(
                "`{locator}` lists {} models; write which one, as `{locator}#{}`: {}",
                names.len(),
                names[0],
                names.join(", ")
            );
        }
    }
}

/// The models of a bill of materials, when a lone file is one.
fn listed(snapshot: &Snapshot) -> Vec<ListedModel> {
    let [part] = snapshot.release.parts.as_slice() else { return Vec::new() };
    let [entry] = part.listing.entries() else { return Vec::new() };
    if !matches!(entry.path.extension().as_str(), "json" | "jsonld") {
        return Vec::new();
    }
    let bytes = snapshot.open(PartIndex(0), &entry.path).ok();
    let bytes = bytes.and_then(|bytes| read_all(&*bytes, candor_inspect::caps::CONFIG).ok().flatten());
    bytes.map(|bytes| candor_inspect::listed_models(&bytes)).unwrap_or_default()
}

/// A release about one model of a bill.
fn about(mut snapshot: Snapshot, model: ListedModel, reviewed: &Reviews) -> anyhow::Result<Loaded> {
    snapshot.release.id = model.name;
    snapshot.release.subject = vec![model.reference];
    Ok(scanned(snapshot, reviewed))
}

fn scanned(snapshot: Snapshot, reviewed: &Reviews) -> Loaded {
    let sheet = candor_assess::known::with_known_bases(scan(&snapshot, reviewed));
    Loaded { sheet, snapshot: Some(snapshot), bases: BTreeMap::new() }
}

/// Which parts of a snapshot are files of reviews, and whose statements count.
pub(crate) struct Reviews {
    parts: Range<usize>,
    trusted: Vec<Trust>,
    /// Seconds since 1970.
    at: u64,
    longest: u64,
}

impl Reviews {
    /// No such part.
    pub(crate) fn none() -> Self {
        Self { parts: 0..0, trusted: Vec::new(), at: 0, longest: 0 }
    }

    fn of(parts: Range<usize>, locator: &str, reading: &Reading) -> anyhow::Result<Self> {
        let key = |path: &PathBuf| {
            let pem = disk::read(path, candor_verify::caps::PEM_BYTES)?;
            Trust::key(&pem).map_err(|why| anyhow::anyhow!("`--trusted-key {}`: {why}", path.display()))
        };
        let trusted = reading.trusted_key.iter().map(key).collect::<anyhow::Result<_>>()?;
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        // Files of this machine cost no fetch, however long they are.
        let longest = if Path::new(locator).exists() { u64::MAX } else { FETCHED };
        Ok(Self { parts, trusted, at, longest })
    }
}

/// What is in a snapshot, some of whose parts are files of reviews.
pub(crate) fn scan(snapshot: &Snapshot, reviewed: &Reviews) -> FactSheet {
    let mut sheet = candor_inspect::scan(snapshot.release.clone(), snapshot, snapshot.gaps.clone());
    let terms = Terms { trusted: &reviewed.trusted, at: reviewed.at, longest: reviewed.longest };
    for (index, part) in snapshot.release.parts().skip(reviewed.parts.start).take(reviewed.parts.len()) {
        let Some(entry) = part.listing.entries().first() else { continue };
        let first = snapshot.open(index, &entry.path).ok();
        let first = first.and_then(|bytes| read_exact(&*bytes, 0, usize::try_from(bytes.len().min(64)).ok()?).ok());
        sheet = if first.is_some_and(|first| reproduce::is_statement(&first)) {
            reproduce::stated(sheet, snapshot, index, &entry.path, &terms)
        } else {
            candor_inspect::reviews::review(sheet, snapshot, index, &entry.path)
        };
    }
    sheet
}

/// The files of reviews that are named, or the one that is found beside a release of this machine.
fn reviews(locator: &str, reading: &Reading) -> anyhow::Result<Vec<PathBuf>> {
    for path in &reading.reviews {
        ensure!(path.is_file(), "`--reviews {}`: there is no such file", path.display());
    }
    if !reading.reviews.is_empty() {
        return Ok(reading.reviews.clone());
    }
    Ok(beside(locator).filter(|path| path.is_file()).into_iter().collect())
}

/// Where reviews of a release of this machine are kept: in the folder of its bundle, or beside its folder as
/// `<name>.candor-reviews.toml`. Never inside: what lies in a release is the publisher's word, not a reviewer's.
pub(crate) fn beside(locator: &str) -> Option<PathBuf> {
    let path = Path::new(locator);
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let bundle = |name: &str| name.starts_with("release") && name.ends_with(".toml");
    if path.is_file() && name(path).is_some_and(|name| bundle(&name)) {
        return Some(path.parent()?.join(REVIEWS));
    }
    if !path.is_dir() {
        return None;
    }
    if path.join("release.toml").is_file() {
        return Some(path.join(REVIEWS));
    }
    let real = path.canonicalize().ok()?;
    Some(real.parent()?.join(format!("{}.{REVIEWS}", name(&real)?)))
}

/// The fact sheet of a release of the catalogue; none when the locator means something else.
fn catalogued(locator: &str) -> anyhow::Result<Option<FactSheet>> {
    let Ok(Locator::Catalogue(name)) = Locator::parse(locator, |path| path.exists()) else { return Ok(None) };
    if let Some(sheet) = candor_assess::known::sheet(&name) {
        return Ok(Some(sheet));
    }
    let names: Vec<&str> = candor_assess::known::entries().iter().map(|entry| entry.name.as_str()).collect();
    let near: Vec<&str> =
        names.iter().copied().filter(|known| known.contains(name.as_str()) || name.contains(known)).collect();
    let next = if near.is_empty() { names.join(", ") } else { near.join(", ") };
    bail!("no path `{locator}` is here, and the catalogue has no release `{name}`; did you mean one of: {next}?")
}

/// The frameworks that ship with Candor, and those of the user behind them.
pub(crate) fn frameworks(judging: &Judging) -> anyhow::Result<Vec<Framework>> {
    let mut frameworks = candor_assess::shipped().map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|(id, error)| format!("{id}.toml:{error}")).collect();
        anyhow::anyhow!("a framework file that ships with Candor is wrong; report this:\n{}", lines.join("\n"))
    })?;
    for path in &judging.framework {
        let text = framework_text(path)?;
        let framework = Framework::parse_among(&text, &frameworks).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(|error| format!("{}:{error}", path.display())).collect();
            anyhow::anyhow!("this framework file cannot be used:\n{}", lines.join("\n"))
        })?;
        frameworks.push(framework);
    }
    Ok(frameworks)
}

/// Longest framework file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// The text of a framework file.
pub(crate) fn framework_text(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("the framework file `{}` cannot be read", path.display());
    let file = std::fs::File::open(path).with_context(cannot)?;
    if file.metadata().with_context(cannot)?.is_dir() {
        bail!("`{}` is a folder; name one framework file", path.display());
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > LONGEST {
        bail!("`{}` is longer than {LONGEST} bytes; no framework is", path.display());
    }
    String::from_utf8(bytes).map_err(|error| {
        anyhow::anyhow!(
            "`{}`: byte {} is not UTF-8; save it as UTF-8",
            path.display(),
            error.utf8_error().valid_up_to()
        )
    })
}
