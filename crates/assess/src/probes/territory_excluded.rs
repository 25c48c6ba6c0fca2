//! Do the terms exclude the European Union for everyone?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::terms::Scope;
use crate::verdict::{Doubt, Finding, Ground, NonEmpty, Trust};
use candor_facts::TermKind;

pub(crate) const PROBE: Probe = Probe {
    id: "territory-excluded",
    question: "Do the terms exclude distribution and use in the European Union, for everyone?",
    doc: "Met only for licences whose grant leaves out the whole territory of the Union. A clause about people or companies \
          domiciled there, or about some models only, is unknown, with a warning: it does not exclude the Union clearly \
          and for everyone. Not met when the terms were read and carry no territorial limit.",
    params: &[],
    ask,
};

/// Licences whose grant is for a territory without the European Union.
const WITHOUT_EU: &[&str] =
    &["LicenseRef-tencent-hunyuan", "LicenseRef-tencent-hunyuan-video", "LicenseRef-tencent-hunyuan-3d-2.0"];

fn ask(inventory: &Inventory<'_>, _: &Params, trust: Trust) -> Finding {
    let terms = inventory.scope(Scope::Model);
    let limits: Vec<_> = terms
        .iter()
        .flat_map(|terms| &terms.restrictions)
        .filter(|term| term.kind == TermKind::Geographic)
        .collect();
    let all = limits.iter().filter(|term| WITHOUT_EU.contains(&term.license.as_str()));
    let grounds = all.map(|term| term.clause.clone().map_or(Ground::Fact(term.fact), Ground::Place)).collect();
    if let Some(because) = NonEmpty::of(grounds) {
        return Finding::met_by_absence(because).note("the grant is for a territory without the European Union");
    }
    if let Some(doubts) = NonEmpty::of(limits.iter().map(|term| Doubt::Unread(term.fact)).collect()) {
        let notes: Vec<&str> = limits.iter().map(|term| term.note.as_str()).collect();
        let note = format!(
            "warning: {}; this limits some people or some models, and does not exclude the Union clearly and for everyone",
            notes.join("; ")
        );
        return Finding::unknown(doubts).note(note);
    }
    let clear = super::terms_clear::find(inventory, Scope::Model, &[TermKind::Geographic], trust);
    match NonEmpty::of(clear.grounds().to_vec()) {
        Some(because) => Finding::not_met(because),
        None => clear,
    }
}
