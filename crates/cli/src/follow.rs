//! `--follow`: what a release links to, looked at as well. Bases are read on their own and cap the child; data sets and
//! code become parts. A link that cannot be followed is a gap, and the name of a base stays as what is not known.

use crate::load::{Loaded, Reviews, scan};
use candor_facts::{
    ArtifactPath, Claim, Component, DataUse, Extent, FactSheet, Gap, GapReason, Group, PartIndex, Place, Role,
};
use candor_source::{Request, Session, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest way from a model to a base of its bases.
const DEPTH: usize = 4;
/// Most links that are followed for one release, those of its bases counted.
const LINKS: usize = 12;

/// Read a release and what it links to; `reviewed` are its parts that are reviews, and `tell` hears which link was taken, why, and what it all cost.
pub(crate) fn read(session: &Session, mut snapshot: Snapshot, reviewed: &Reviews, tell: &dyn Fn(&str)) -> Loaded {
    tell(&format!("links are followed: at most {LINKS} of them, bases at most {DEPTH} deep"));
    let mut way = Way { session, tell, left: LINKS, seen: BTreeMap::new(), snapshots: BTreeMap::new() };
    let first = scan(&snapshot, reviewed);
    let mut taken: Vec<String> = locators(&snapshot);
    let mut gaps = Vec::new();
    for link in links(&first) {
        if taken.contains(&link.locator.to_lowercase()) {
            continue;
        }
        if way.left == 0 {
            gaps.push(format!("{}: not followed, for {LINKS} links were; name it by `--with`", link.told()));
            continue;
        }
        way.left -= 1;
        taken.push(link.locator.to_lowercase());
        tell(&link.told());
        if let Err(error) = session.add(&mut snapshot, link.role, &link.locator) {
            gaps.push(error.to_string());
        }
    }
    snapshot.fetch_ahead(&candor_inspect::reads_whole);
    let sheet = way.with_bases(scan(&snapshot, reviewed), locators(&snapshot), gaps);
    let (requests, bytes) = session.spent();
    tell(&format!("in all {requests} requests and {bytes} bytes"));
    Loaded { sheet, snapshot: Some(snapshot), bases: way.snapshots }
}

/// Where the parts of a release lie, in lower case: platforms tell names apart by more than case nowhere.
fn locators(snapshot: &Snapshot) -> Vec<String> {
    snapshot.release.parts.iter().filter_map(|part| part.locator.as_deref()).map(str::to_lowercase).collect()
}

/// Looking at bases, each once.
struct Way<'a> {
    session: &'a Session,
    tell: &'a dyn Fn(&str),
    left: usize,
    /// What was found at each locator, or why nothing was.
    seen: BTreeMap<String, Result<Arc<Snapshot>, String>>,
    snapshots: BTreeMap<String, Arc<Snapshot>>,
}

impl Way<'_> {
    /// The sheet with its bases, and theirs. `above` are the models that are made from it, and itself.
    fn with_bases(&mut self, sheet: FactSheet, above: Vec<String>, mut gaps: Vec<String>) -> FactSheet {
        let mut found = Vec::new();
        for (name, why) in bases(&sheet) {
            let Some(locator) = locator_of(&name) else { continue };
            if above.contains(&locator.to_lowercase()) {
                gaps.push(format!("{locator} ({why}): the bases lead in a circle"));
                continue;
            }
            if above.len() > DEPTH {
                gaps.push(format!("{locator} ({why}): not followed, for it is more than {DEPTH} models away"));
                continue;
            }
            match self.look(&locator, &why) {
                Ok(base) => {
                    let around = above.iter().cloned().chain([locator.to_lowercase()]).chain(locators(&base));
                    let mut around: Vec<String> = around.collect();
                    around.dedup();
                    let base = self.with_bases(scan(&base, &Reviews::none()), around, Vec::new());
                    found.push((name, locator, base));
                }
                Err(why) => gaps.push(why),
            }
        }
        let gap =
            |what| Gap { part: PartIndex(0), path: ArtifactPath::listing(), reason: GapReason::Unreachable { what } };
        let mut sheet = sheet.with_gaps(gaps.into_iter().map(gap));
        for (name, locator, base) in found {
            sheet = sheet.with_base(&name, &locator, base);
        }
        candor_assess::known::with_known_bases(sheet)
    }

    fn look(&mut self, locator: &str, why: &str) -> Result<Arc<Snapshot>, String> {
        if let Some(known) = self.seen.get(locator) {
            return known.clone();
        }
        if self.left == 0 {
            return Err(format!("{locator} ({why}): not followed, for {LINKS} links were"));
        }
        self.left -= 1;
        (self.tell)(&format!("{locator} (base): {why}"));
        let request = Request { locator: locator.to_owned(), complete: false, with: Vec::new() };
        let looked = self.session.open(&request).map(Arc::new).map_err(|error| error.to_string());
        if let Ok(snapshot) = &looked {
            snapshot.fetch_ahead(&candor_inspect::reads_whole);
            self.snapshots.insert(locator.to_owned(), Arc::clone(snapshot));
        }
        self.seen.insert(locator.to_owned(), looked.clone());
        looked
    }
}

/// The models that a release says it is made from, in order of their names, each with the place that says so.
fn bases(sheet: &FactSheet) -> Vec<(String, String)> {
    let mut bases = BTreeMap::new();
    for (_, fact) in sheet.facts() {
        if let Claim::BaseModel { name, .. } = &fact.claim {
            bases
                .entry(name.clone())
                .or_insert_with(|| format!("named as base model in {}", place(&fact.evidence.place)));
        }
    }
    bases.into_iter().collect()
}

fn place(place: &Place) -> String {
    match (place.path(), place) {
        (Some(path), Place::Span { line: 1.., .. }) => {
            let Place::Span { line, .. } = place else { return path.to_string() };
            format!("{path}:{line}")
        }
        (Some(path), _) => path.to_string(),
        (None, _) => "the listing".to_owned(),
    }
}

/// `org/name`, or `name` as the oldest models have it, in the forms in which cards write them.
fn locator_of(name: &str) -> Option<String> {
    let bare = ["https://huggingface.co/", "http://huggingface.co/", "https://hf.co/", "hf:"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    repository(bare, 2).or_else(|| repository(bare, 1)).map(|repository| format!("hf:{repository}"))
}

/// The first `count` words of a path, when there are so many and all are words of names.
fn repository(path: &str, count: usize) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let words: Vec<&str> = path.split('/').collect();
    let fine = |word: &&str| {
        !matches!(*word, "" | "." | "..")
            && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let more = words.get(count).is_none_or(|next| matches!(*next, "tree" | "blob" | "resolve" | "viewer"));
    let words = words.get(..count).filter(|words| more && words.iter().all(fine))?;
    Some(words.join("/"))
}

/// A data set or code to which a release says that it links.
struct Link {
    role: Role,
    locator: String,
    why: String,
}

impl Link {
    fn told(&self) -> String {
        format!("{} ({}): {}", self.locator, self.role, self.why)
    }
}

fn links(sheet: &FactSheet) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for (_, fact) in sheet.facts() {
        let place = place(&fact.evidence.place);
        let link = match &fact.claim {
            Claim::Dataset { url: Some(url), used_for: DataUse::Training, .. } => data(url).map(|locator| Link {
                role: Role::Data,
                locator,
                why: format!("named as training data in {place}"),
            }),
            Claim::Provides { component, extent: Extent::Elsewhere, target: Some(target) } => code(*component, target)
                .map(|locator| Link { role: Role::Code, locator, why: format!("{} by {place}", component.title()) }),
            _ => None,
        };
        links.extend(link);
    }
    links.sort_by_key(|link| link.locator.to_lowercase());
    links.dedup_by(|later, first| later.locator.eq_ignore_ascii_case(&first.locator));
    links
}

fn data(url: &str) -> Option<String> {
    let path = ["https://huggingface.co/datasets/", "https://hf.co/datasets/", "hf:datasets/"]
        .iter()
        .find_map(|prefix| url.strip_prefix(prefix))?;
    repository(path, 2).or_else(|| repository(path, 1)).map(|name| format!("hf:datasets/{name}"))
}

fn code(component: Component, target: &str) -> Option<String> {
    let path = target.strip_prefix("https://github.com/").filter(|_| component.group() == Group::Code)?;
    let name = repository(path, 2)?;
    Some(format!("github:{}", name.trim_end_matches(".git")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_locators() {
        for (name, expected) in [
            ("org/name", Some("hf:org/name")),
            ("https://huggingface.co/org/name/", Some("hf:org/name")),
            ("https://huggingface.co/org/name/tree/main?x=1", Some("hf:org/name")),
            ("gpt2", Some("hf:gpt2")),
            ("Some Model 7B", None),
            ("../name", None),
            ("./local/path", None),
            ("org/name/more", None),
            ("org/na me", None),
            ("https://example.org/name", None),
        ] {
            assert_eq!(locator_of(name).as_deref(), expected, "{name}");
        }
        for (url, expected) in [
            ("hf:datasets/squad", Some("hf:datasets/squad")),
            ("hf:datasets/org/data", Some("hf:datasets/org/data")),
            ("https://huggingface.co/datasets/org/data/viewer/default", Some("hf:datasets/org/data")),
            ("https://huggingface.co/datasets/squad#x", Some("hf:datasets/squad")),
            ("https://huggingface.co/org/data", None),
        ] {
            assert_eq!(data(url).as_deref(), expected, "{url}");
        }
        for (component, target, expected) in [
            (Component::CodePretraining, "https://github.com/org/code.git", Some("github:org/code")),
            (Component::CodePretraining, "https://github.com/org/code/tree/main/train", Some("github:org/code")),
            (Component::CodePretraining, "https://github.com/org", None),
            (Component::CodePretraining, "https://github.com.example.org/org/code", None),
            (Component::DocPeerReviewedPaper, "https://github.com/org/code", None),
        ] {
            assert_eq!(code(component, target).as_deref(), expected, "{target}");
        }
    }
}
