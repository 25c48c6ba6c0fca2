//! Components as the Model Openness Tool judges them, its faults included.

use super::components::{COMPONENTS, DATASETS, PAPER, REPORT, named};
use super::record::{Entry, Record};
use super::{Judged, Status, table};

/// Judge the components in the order of `COMPONENTS`.
pub(super) fn judge(record: &Record) -> Vec<Judged> {
    let mut declared: [Option<&Entry>; COMPONENTS.len()] = [None; COMPONENTS.len()];
    for entry in &record.entries {
        // A name that it does not know becomes its first component; of two entries for one component the last stands.
        if let Some(slot) = declared.get_mut(named(&entry.name).unwrap_or(DATASETS)) {
            *slot = Some(entry);
        }
    }
    let mut judged: Vec<Judged> = COMPONENTS
        .iter()
        .zip(declared)
        .map(|(component, entry)| match entry {
            None => Judged::undeclared(component),
            Some(entry) => {
                let written = entry.licenses.as_deref().unwrap_or_else(|| record.inherited(component.kind)).first();
                match written.map(String::as_str) {
                    None | Some("" | NONE) => Judged::unlicensed(component, NONE),
                    Some(id) => {
                        let known = table::known(id);
                        let open = known.is_some_and(|known| known.open());
                        let fits = known.is_some_and(|known| known.fits(component.kind));
                        Judged::licensed(component, id.to_owned(), open, Some(fits))
                    }
                }
            }
        })
        .collect();
    let paper = judged.get(PAPER).is_some_and(|paper| paper.status.declared());
    if let Some(report) = judged.get_mut(REPORT).filter(|report| paper && report.status == Status::Missing) {
        report.status = Status::Waived;
    }
    judged
}

/// What records write, and the tool prints, for "no licence".
pub(super) const NONE: &str = "unlicensed";

/// Whether the Model Openness Tool knows a licence by this id, as an open one.
pub fn readable(id: &str) -> bool {
    table::known(id).is_some_and(|known| known.open())
}
