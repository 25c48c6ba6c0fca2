//! The known licences with their terms.
//!
//! Approvals come from the SPDX list (the `spdx` crate); terms from `data/licenses/*.toml`, one file a licence
//! or a group of SPDX licences with the same terms, which `cargo xtask licenses` writes into the compact
//! `data/catalogue.txt` read here once, at first use. An id without coded terms stays in the catalogue with
//! `terms_known: false`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::expression::LicenseId;
use crate::terms::{Condition, ConditionKind, Family, License, Mof, Restriction, RestrictionKind};

static COMPILED: &str = include_str!("../data/catalogue.txt");

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(load);

pub(crate) struct Catalogue {
    licenses: Vec<License>,
    /// Other ways to write an id: platform tags, spellings, addresses.
    pub(crate) tags: BTreeMap<&'static str, &'static str>,
    pub(crate) spellings: BTreeMap<&'static str, &'static str>,
    pub(crate) urls: Vec<(&'static str, &'static str)>,
}

/// The licence with this id.
pub fn license(id: &LicenseId) -> Option<&'static License> {
    let all = &CATALOGUE.licenses;
    let at = all.binary_search_by(|l| l.id.as_str().cmp(id.as_str())).ok()?;
    all.get(at)
}

/// All licences of the catalogue, by id.
pub fn licenses() -> impl Iterator<Item = &'static License> {
    CATALOGUE.licenses.iter()
}

pub(crate) fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

fn load() -> Catalogue {
    let mut licenses: BTreeMap<&'static str, License> = BTreeMap::new();
    for l in spdx::identifiers::LICENSES {
        let flags = l.flags;
        let osi = flags & spdx::flags::IS_OSI_APPROVED != 0;
        let fsf = flags & spdx::flags::IS_FSF_LIBRE != 0;
        let license = License {
            id: LicenseId::known(l.name),
            name: l.full_name.to_owned(),
            osi,
            fsf: fsf.then_some(true),
            open_definition: None,
            mof: Mof::default(),
            restrictions: Vec::new(),
            conditions: Vec::new(),
            // Both bodies approve only what grants the four freedoms to everybody.
            terms_known: osi || fsf,
            family: Family::General,
            deprecated: flags & spdx::flags::IS_DEPRECATED != 0,
        };
        licenses.insert(l.name, license);
    }
    let mut catalogue =
        Catalogue { licenses: Vec::new(), tags: BTreeMap::new(), spellings: BTreeMap::new(), urls: Vec::new() };
    read(&mut licenses, &mut catalogue);
    catalogue.licenses = licenses.into_values().collect();
    catalogue
}

/// A block starts with `L`, names its ids, and holds one term or spelling a line.
fn read(licenses: &mut BTreeMap<&'static str, License>, catalogue: &mut Catalogue) {
    let mut ids: Vec<&'static str> = Vec::new();
    for line in COMPILED.lines() {
        let mut fields = line.split('\t');
        let (Some(code), Some(first)) = (fields.next(), fields.next()) else {
            continue;
        };
        let mut field = || fields.next().unwrap_or_default();
        match code {
            "L" => {
                ids = first.split(' ').collect();
                let (name, family, open, mof, known) = (field(), field(), field(), field(), field());
                for id in &ids {
                    let license = licenses.entry(id).or_insert_with(|| blank(id, name));
                    license.family = match family {
                        "model" => Family::Model,
                        "policy" => Family::Policy,
                        "exception" => Family::Exception,
                        _ => Family::General,
                    };
                    license.open_definition = match open {
                        "yes" => Some(true),
                        "no" => Some(false),
                        _ => license.open_definition,
                    };
                    if !mof.is_empty() {
                        license.mof =
                            Mof { code: mof.contains('c'), data: mof.contains('d'), document: mof.contains('t') };
                    }
                    license.terms_known |= known == "known";
                }
            }
            "R" => {
                let Some(kind) = RestrictionKind::parse(first) else {
                    continue;
                };
                let (value, clause, note) = (field().parse().ok(), field(), field());
                for id in &ids {
                    let restriction = Restriction { kind, value, note, clause };
                    licenses.entry(id).and_modify(|l| l.restrictions.push(restriction));
                }
            }
            "C" => {
                let Some(kind) = ConditionKind::parse(first) else {
                    continue;
                };
                let (clause, note) = (field(), field());
                for id in &ids {
                    let condition = Condition { kind, note, clause };
                    licenses.entry(id).and_modify(|l| {
                        if l.conditions.iter().all(|c| c.kind != kind) {
                            l.conditions.push(condition);
                        }
                    });
                }
            }
            "T" => catalogue.tags.extend(ids.first().map(|id| (first, *id))),
            "S" => catalogue.spellings.extend(ids.first().map(|id| (first, *id))),
            "U" => catalogue.urls.extend(ids.first().map(|id| (first, *id))),
            _ => {}
        }
    }
}

fn blank(id: &'static str, name: &str) -> License {
    License {
        id: LicenseId::known(id),
        name: name.to_owned(),
        osi: false,
        fsf: None,
        open_definition: None,
        mof: Mof::default(),
        restrictions: Vec::new(),
        conditions: Vec::new(),
        terms_known: false,
        family: Family::General,
        deprecated: false,
    }
}
