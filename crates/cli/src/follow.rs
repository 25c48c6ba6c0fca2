//! `--follow`: what a release links to, looked at as well. Bases are read on their own and cap the child; data sets and
//! code become parts. A link that cannot be followed is a gap.

use candor_facts::{ArtifactPath, Claim, Extent, FactSheet, Gap, GapReason, PartIndex, Role};
use candor_source::{Request, Session, Snapshot};

/// Longest way from a model to the base of its bases.
const DEPTH: usize = 4;
/// Most links of a release that are followed.
const LINKS: usize = 12;

/// Read a release and what it links to; `tell` hears which link was taken, why, and what it all cost.
pub(crate) fn read(session: &Session, mut snapshot: Snapshot, tell: &dyn Fn(&str)) -> (Snapshot, FactSheet) {
    let first = candor_inspect::scan(snapshot.release.clone(), &snapshot, snapshot.gaps.clone());
    tell(&format!("links are followed: at most {LINKS} of them, {DEPTH} bases deep"));
    let mut taken: Vec<String> =
        snapshot.release.parts.iter().filter_map(|part| part.locator.as_deref()).map(str::to_lowercase).collect();
    let mut gaps = Vec::new();
    for (role, locator, why) in links(&first) {
        if taken.len() > LINKS || taken.contains(&locator.to_lowercase()) {
            continue;
        }
        taken.push(locator.to_lowercase());
        tell(&format!("{locator} ({role}): {why}"));
        if let Err(error) = session.add(&mut snapshot, role, &locator) {
            gaps.push(error.to_string());
        }
    }
    snapshot.fetch_ahead(&candor_inspect::reads_whole);
    snapshot.gaps.extend(gaps.into_iter().map(gap));
    let sheet = candor_inspect::scan(snapshot.release.clone(), &snapshot, snapshot.gaps.clone());
    let sheet = bases(session, sheet, &mut taken, DEPTH, tell);
    let (requests, bytes) = session.spent();
    tell(&format!("followed at a cost of {requests} requests and {bytes} bytes in all"));
    (snapshot, sheet)
}

fn gap(what: String) -> Gap {
    Gap { part: PartIndex(0), path: ArtifactPath::listing(), reason: GapReason::Unreachable { what } }
}

/// The sheet with its bases, and theirs.
fn bases(session: &Session, sheet: FactSheet, taken: &mut Vec<String>, depth: usize, tell: &dyn Fn(&str)) -> FactSheet {
    let mut names: Vec<String> = sheet
        .facts()
        .filter_map(|(_, fact)| match &fact.claim {
            Claim::BaseModel { name, .. } => Some(name.clone()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    let mut sheet = sheet;
    for name in names {
        let bare = name.trim_start_matches("https://huggingface.co/").trim_end_matches('/');
        let locator = format!("hf:{bare}");
        let fine = bare.split('/').count() == 2 && !bare.contains([' ', ':', '@']);
        if !fine || depth == 0 || taken.len() > LINKS || taken.contains(&locator.to_lowercase()) {
            continue;
        }
        taken.push(locator.to_lowercase());
        tell(&format!("{locator} (base): named as base model of {}", sheet.release.id));
        let request = Request { locator: locator.clone(), complete: false, with: Vec::new() };
        let Ok(base) = session.open(&request) else {
            // The name stays, and with it the doubt about the base.
            tell(&format!("{locator} could not be looked at"));
            continue;
        };
        base.fetch_ahead(&candor_inspect::reads_whole);
        let found = candor_inspect::scan(base.release.clone(), &base, base.gaps.clone());
        let found = bases(session, found, taken, depth - 1, tell);
        sheet = sheet.with_base(&name, &locator, found);
    }
    sheet
}

/// Data sets and code to which the release says that it links.
fn links(sheet: &FactSheet) -> Vec<(Role, String, String)> {
    let mut links = Vec::new();
    for (_, fact) in sheet.facts() {
        let place = fact.evidence.place.path().map_or_else(String::new, ToString::to_string);
        match &fact.claim {
            Claim::Dataset { url: Some(url), used_for: candor_facts::DataUse::Training, .. } => {
                let id = url.strip_prefix("https://huggingface.co/datasets/").map(|id| format!("hf:datasets/{id}"));
                let locator = id.or_else(|| url.starts_with("hf:datasets/").then(|| url.clone()));
                links.extend(locator.map(|locator| (Role::Data, locator, format!("named as training data in {place}"))));
            }
            Claim::Provides { component, extent: Extent::Elsewhere, target: Some(target) }
                if component.group() == candor_facts::Group::Code =>
            {
                let rest = target.strip_prefix("https://github.com/").unwrap_or_default();
                let mut words = rest.split('/');
                if let (Some(owner), Some(name)) = (words.next().filter(|w| !w.is_empty()), words.next()) {
                    let name = name.trim_end_matches(".git");
                    let why = format!("said in {place} to hold {}", component.as_str());
                    links.push((Role::Code, format!("github:{owner}/{name}"), why));
                }
            }
            _ => {}
        }
    }
    links.sort_by(|a, b| a.1.cmp(&b.1));
    links.dedup_by(|a, b| a.1 == b.1);
    links
}
