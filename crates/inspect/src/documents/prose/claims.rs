//! What does the publisher call its own release: open source, fully open, open weights?

use super::{Reader, Said, Topic};
use candor_facts::{Basis, Claim, OpennessClaim};

const OTHERS: &[&str] = &[
    "other", "others", "outperform*", "compar*", "among", "libraries", "library", "community", "communities",
    "software", "toolkit", "benchmark*", "projects", "competitors", "existing", "sota", "tools", "unlike", "advantage",
    "all the open source", "in the future", "versus", "vs", "hardware", "baseline*", "evaluate*",
];

pub(super) fn read(reader: &mut Reader<'_>, said: &Said<'_>) {
    let words = &said.words;
    if matches!(said.topic, Topic::Citation | Topic::Evaluation) || words.any(OTHERS) || !said.affirms() {
        return;
    }
    let own = reader.subject.is_named(words)
        || words.any(&["we", "our", "this model", "this release", "the model", "models are", "model is"]);
    let model = words.any(&["model", "models", "llm", "llms", "weights", "release", "released", "suite", "family"])
        || reader.subject.is_named(words);
    if !own || !model {
        return;
    }
    let claims: &[(OpennessClaim, &[&str])] = &[
        (OpennessClaim::FullyOpen, &["fully open", "truly open", "completely open", "fully opened", "100 open"]),
        (OpennessClaim::OpenWeights, &["open weights", "open weight", "openweights"]),
        (
            OpennessClaim::CommercialUse,
            &[
                "free for commercial", "supports commercial use", "commercial use is allowed", "free commercial use",
                "commercially usable",
            ],
        ),
        (OpennessClaim::OpenSource, &["open source", "opensource", "open sourced", "open sourcing", "opensourced"]),
    ];
    // Open source code or data is no claim about the model.
    let of_another = |phrase: &&str| {
        ["data", "dataset*", "code", "training code", "implementation", "recipe*", "frameworks", "framework", "corpora"]
            .iter()
            .any(|thing| words.then(phrase, thing, 16))
            && !["model", "models", "llm", "llms", "release", "weights"]
                .iter()
                .any(|thing| words.then(phrase, thing, 24))
    };
    for (what, phrases) in claims {
        if phrases.iter().any(|phrase| words.has(phrase) && !of_another(phrase)) {
            reader.say(Basis::Declared, said, Claim::SaysOpen { what: *what });
        }
    }
}
