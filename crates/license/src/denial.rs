//! Sentences that have the words of a restriction and deny it: "commercial and non-commercial use", "not limited
//! to research", "no royalty is due". Only narrow forms count; whatever is in doubt stays a restriction.

use std::ops::Range;

use crate::rules::Kind;
use crate::terms::RestrictionKind as R;
use crate::words::{Word, hash};

const NOT: u64 = hash("not");
const NO: u64 = hash("no");
const COMMERCIAL: u64 = hash("commercial");
const NONCOMMERCIAL: u64 = hash("noncommercial");

/// Words that forbid: with one of them in the sentence nothing is allowed by naming both kinds of use.
const FORBIDDING: &[u64] = &[
    NOT,
    NO,
    hash("never"),
    hash("cannot"),
    hash("prohibited"),
    hash("forbidden"),
    hash("excluded"),
    hash("except"),
    hash("requires"),
    hash("require"),
    hash("must"),
    hash("unless"),
    hash("obtain"),
    hash("contact"),
    hash("separate"),
    hash("needs"),
    hash("only"),
];
const JOINING: &[u64] = &[
    hash("and"),
    hash("or"),
    hash("as"),
    hash("well"),
    hash("andor"),
    hash("both"),
    hash("either"),
    hash("whether"),
    hash("use"),
    hash("uses"),
    hash("purposes"),
    hash("purpose"),
    hash("for"),
];

/// Whether the sentence denies what the phrase in it seems to state.
pub(crate) fn denied(text: &[Word], sentence: Range<usize>, phrase: Range<usize>, kind: Kind) -> bool {
    let Kind::Restriction(kind) = kind else { return false };
    let whole = text.get(sentence.clone()).unwrap_or_default();
    if kind == R::NonCommercial && names_both(whole) {
        return true;
    }
    if matches!(kind, R::NonCommercial | R::FieldOfUse | R::Geographic) && unlimited(text, &sentence, &phrase) {
        return true;
    }
    let before = text.get(sentence.start..phrase.start).unwrap_or_default();
    let inside = text.get(phrase.clone()).unwrap_or_default();
    match kind {
        R::Royalty | R::Indemnity | R::UpdateDuty => no_duty(before) || none_at_all(before, kind) || not_required(before, inside),
        R::Gated => before.last().is_some_and(|w| w.hash == NOT),
        R::FieldOfUse => lacks(before, inside),
        R::NoCompetingModels => no_rule_against(before),
        R::NonCommercial => freely_commercial(whole),
        R::RemoteRestriction | R::MutableTerms | R::Revocable => {
            let close = |w: &[Word]| w.windows(2).any(|p| matches!(p, [a, b] if POWER.contains(&a.hash) && b.hash == NOT));
            close(inside) || kind == R::RemoteRestriction && before.last().is_some_and(|w| w.hash == NO)
        }
        R::UserThreshold | R::RevenueThreshold => whole
            .windows(3)
            .any(|w| matches!(w, [a, b, c] if a.hash == NO && LIMITS.contains(&b.hash) && c.hash == hash("on"))),
        R::NoRedistribution | R::NoModification => inside.windows(2).any(
            |p| matches!(p, [a, b] if a.hash == NOT && [hash("need"), hash("require"), hash("requires")].contains(&b.hash)),
        ),
        _ => false,
    }
}

const POWER: &[u64] = &[hash("may"), hash("can"), hash("shall"), hash("will"), hash("must")];
const LIMITS: &[u64] = &[hash("limit"), hash("limits"), hash("threshold"), hash("cap"), hash("restriction")];

/// "commercial and non-commercial" in one breath, and no word that forbids.
fn names_both(sentence: &[Word]) -> bool {
    if sentence.iter().any(|w| FORBIDDING.contains(&w.hash)) {
        return false;
    }
    let is = |w: &Word, a: u64, b: u64| w.hash == a || w.hash == b;
    sentence.iter().enumerate().any(|(n, first)| {
        if !is(first, COMMERCIAL, NONCOMMERCIAL) {
            return false;
        }
        let rest = sentence.get(n + 1..).unwrap_or_default();
        let joined = rest.iter().take_while(|w| JOINING.contains(&w.hash)).count();
        (1..=4).contains(&joined)
            && rest.get(joined).is_some_and(|w| is(w, COMMERCIAL, NONCOMMERCIAL) && w.hash != first.hash)
    })
}

/// "not limited to research", "not only for non-commercial use".
fn unlimited(text: &[Word], sentence: &Range<usize>, phrase: &Range<usize>) -> bool {
    const LIMITING: &[u64] = &[hash("limited"), hash("restricted"), hash("confined"), hash("only"), hash("just")];
    (phrase.start.saturating_sub(4).max(sentence.start)..phrase.end).any(|n| {
        let here = |k: usize| text.get(k).map_or(0, |w| w.hash);
        here(n) == NOT && LIMITING.contains(&here(n + 1)) && !text.get(n + 1).is_some_and(|w| w.is(Word::SENTENCE))
    }) && !text.get(sentence.clone()).unwrap_or_default().iter().any(|w| {
        [hash("including"), hash("prohibited"), hash("forbidden"), hash("must"), hash("shall")].contains(&w.hash)
    })
}

/// "not required to", "do not have to", "nothing obliges you to": right before the duty.
fn no_duty(before: &[Word]) -> bool {
    const DUTY: &[u64] = &[
        hash("required"),
        hash("obliged"),
        hash("obligated"),
        hash("have"),
        hash("need"),
        hash("requires"),
        hash("obliges"),
    ];
    let tail = before.get(before.len().saturating_sub(5)..).unwrap_or_default();
    tail.iter().enumerate().any(|(n, w)| {
        let next = tail.get(n + 1).map_or(0, |w| w.hash);
        let after_duty = tail.get(n + 2..).unwrap_or_default();
        let near = after_duty.iter().all(|w| [hash("to"), hash("you"), hash("anybody")].contains(&w.hash));
        w.hash == NOT && DUTY.contains(&next) && near
    }) || before.first().is_some_and(|w| w.hash == hash("nothing"))
        && tail.iter().any(|w| DUTY.contains(&w.hash))
        && tail.last().is_some_and(|w| w.hash == hash("to"))
}

/// The phrase itself begins with the duty.
fn not_required(before: &[Word], phrase: &[Word]) -> bool {
    before.last().is_some_and(|w| w.hash == NOT) && phrase.first().is_some_and(|w| w.hash == hash("required"))
}

/// "No royalties are payable".
fn none_at_all(before: &[Word], kind: R) -> bool {
    kind == R::Royalty && before.last().is_some_and(|w| w.hash == NO)
}

/// "There are no use restrictions", "without usage restrictions"; not "no prohibited uses".
fn lacks(before: &[Word], phrase: &[Word]) -> bool {
    const BOUNDS: &[u64] = &[hash("restriction"), hash("restrictions"), hash("limitation"), hash("limitations")];
    before.last().is_some_and(|w| [NO, hash("without")].contains(&w.hash))
        && phrase.last().is_some_and(|w| BOUNDS.contains(&w.hash))
}

/// "There is no rule against …".
fn no_rule_against(before: &[Word]) -> bool {
    const RULES: &[u64] = &[hash("rule"), hash("restriction"), hash("prohibition"), hash("ban")];
    let tail = before.get(before.len().saturating_sub(6)..).unwrap_or_default();
    tail.windows(3).any(|w| {
        matches!(w, [a, b, c] if a.hash == NO && RULES.contains(&b.hash)
            && [hash("against"), hash("on")].contains(&c.hash))
    })
}

/// "Commercial use is permitted and …", without a condition on it.
fn freely_commercial(sentence: &[Word]) -> bool {
    const GIVEN: &[u64] = &[hash("permitted"), hash("allowed"), hash("welcome")];
    const ENDS: &[u64] = &[hash("and"), hash("without")];
    const BUT: &[u64] = &[
        NOT,
        hash("if"),
        hash("only"),
        hash("but"),
        hash("except"),
        hash("unless"),
        hash("provided"),
        hash("must"),
        hash("requires"),
        hash("require"),
        hash("noncommercial"),
        hash("research"),
    ];
    sentence.windows(5).any(|w| {
        matches!(w, [a, _, b, c, d] if a.hash == COMMERCIAL && [hash("is"), hash("are")].contains(&b.hash)
            && GIVEN.contains(&c.hash) && ENDS.contains(&d.hash))
    }) && !sentence.iter().any(|w| BUT.contains(&w.hash))
}
