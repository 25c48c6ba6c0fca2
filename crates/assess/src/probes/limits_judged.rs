//! Do the terms limit use beyond what safety needs? Only a person can say so; a text without limits needs no judge.

use super::terms_clear;
use crate::inventory::Inventory;
use crate::probe::{Param, Params, Probe};
use crate::status::Status;
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};

pub(crate) const PROBE: Probe = Probe {
    id: "limits-judged",
    question: "Do the terms of the {of} limit use further than safety needs ({kinds})?",
    doc: "Not met when the terms were read and carry no such limit. Where they carry one, whether it is about safety, \
          proportionate, objective and without discrimination is a judgement: unknown until a reviewer speaks, with the \
          clause shown.",
    params: &[Param::Scope, Param::Kinds],
    ask,
};

fn ask(inventory: &Inventory<'_>, params: &Params, trust: Trust) -> Finding {
    let found = terms_clear::find(inventory, params.of(), params.kinds(), trust);
    match found.status() {
        Status::Met => match NonEmpty::of(found.grounds().to_vec()) {
            Some(because) => Finding::not_met(because),
            None => found,
        },
        Status::NotMet => {
            let carried = terms_clear::carried(inventory, params.of(), params.kinds());
            let doubts: Vec<Doubt> = carried.into_iter().map(|term| Doubt::Unread(term.fact)).collect();
            let note = format!("a person has to judge these limits: {}", found.explanation().trim_start_matches("restricted: "));
            match NonEmpty::of(doubts) {
                Some(doubts) => Finding::unknown(doubts).note(note),
                None => found,
            }
        }
        Status::Unknown | Status::NotApplicable => found,
    }
}
