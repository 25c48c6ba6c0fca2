//! Which model does this one come from?

use super::{Leads, Reader, Said, Topic};
use candor_facts::{Basis, Claim, Relation};

const FROM: &[(Relation, &[&str])] = &[
    (
        Relation::Quantised,
        &[
            "quantized version of", "quantised version of", "gptq model files for", "gguf format model files for",
            "awq model files for", "quantization of", "gptq 4bit model files for", "4bit gptq", "merging", "gptq of",
            "is the result of quantising", "is gptq", "gguf of", "quantised from", "quantized from",
        ],
    ),
    (
        Relation::Merge,
        &[
            "merge of", "merged from", "merge between", "slerp merge", "merging", "is a merge", "blend of",
            "frankenmerge",
        ],
    ),
    (Relation::Adapter, &["lora adapter for", "adapter for", "lora for", "peft adapter"]),
    (
        Relation::Finetune,
        &[
            "fine tuned version of", "finetuned version of", "finetune of", "fine tune of", "fine tuned from",
            "finetuned from", "finetuned on top of", "instruction tuned from", "is based on", "built on top of",
            "built upon", "initialized with the weights of", "initialized from", "initialised from",
            "continued pretraining of", "distilled from", "trained from the", "finetuned from model", "base model",
            "fine tuning of", "derived from",
        ],
    ),
];

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    if matches!(said.topic, Topic::Citation | Topic::Evaluation) || said.words.denies() && said.lead.is_empty() {
        return;
    }
    let merged = said.lead.any(&["models used", "models merged", "following models", "models were merged"])
        && reader
            .page
            .sections
            .iter()
            .any(|section| section.path.iter().any(|heading| heading.to_lowercase().contains("merge")));
    let found =
        FROM.iter().find(|(_, phrases)| said.words.any(phrases) || said.label.any(phrases) || said.lead.any(phrases));
    let relation = if merged { Some(Relation::Merge) } else { found.map(|(relation, _)| *relation) };
    let Some(relation) = relation else { return };
    let mut names: Vec<String> = Vec::new();
    for link in &said.statement.links {
        if let Leads::HubModel(name) = Leads::of(link) {
            names.push(name);
        }
    }
    for word in said.statement.text.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let repository = word.split_once('/').is_some_and(|(owner, name)| {
            owner.len() > 1
                && name.len() > 3
                && !name.contains('/')
                && !word.contains(':')
                && name.contains(['-', '_'])
                && name.contains(|c: char| c.is_ascii_digit())
        });
        if repository && !names.iter().any(|known| known == word) {
            names.push(word.to_owned());
        }
    }
    for name in names {
        let itself = reader.in_model_part()
            && reader
                .input
                .at
                .part
                .locator
                .as_deref()
                .is_some_and(|locator| locator.eq_ignore_ascii_case(&format!("hf:{name}")));
        if !itself {
            reader.say(Basis::Declared, said, Claim::BaseModel { name, relation });
        }
    }
}
