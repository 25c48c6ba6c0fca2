//! How many tokens a model was trained on, where a sentence says so.

use super::amount::{before, first};
use super::{Reader, Said, Topic};
use candor_facts::{Basis, Claim, Stage};

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    let trained = ["trained", "pretrained", "training", "pretraining", "pre training", "pre trained"];
    let words = &said.words;
    // `Total seen tokens: 366B`.
    let labelled =
        said.label.any(&["seen tokens", "tokens seen", "training tokens", "token count", "pretraining tokens"]);
    let about = labelled || words.any(&trained);
    let aside = matches!(said.topic, Topic::Evaluation | Topic::Limits | Topic::Citation | Topic::License);
    let other =
        ["context", "per second", "window", "batch", "vocabulary", "up to", "less than", "fewer than", "maximum"];
    if !about
        || aside
        || !reader.about_the_model(said)
        || !words.any(&["tokens"])
        || words.any(&other)
        || !said.affirms()
    {
        return;
    }
    let list: Vec<&str> = words.iter().collect();
    let mut found: Vec<(u64, u64)> = list
        .iter()
        .enumerate()
        .filter(|(_, word)| **word == "tokens")
        .filter_map(|(at, _)| before(list.get(at.saturating_sub(6)..at)?, &said.statement.text))
        .collect();
    if labelled && found.is_empty() {
        found.extend(first(said.rest));
    }
    let [(lower, upper)] = found.as_slice() else { return };
    let (lower, upper) = (*lower, *upper);
    // Of what is told as more than a number there is no upper end.
    let more = words.any(&["over", "more than", "at least", "exceeding", "upwards of"]);
    let upper = (!more).then_some(upper);
    let stage = if words.any(&["fine tun*", "finetun*", "sft", "post train*", "instruction*", "further", "continued"]) {
        Stage::End
    } else if words.any(&["pretrain*", "pre train*"]) {
        Stage::Base
    } else {
        Stage::Unstated
    };
    reader.say(Basis::Declared, said, Claim::TrainingTokens { lower, upper, stage });
}
