//! Is there a public summary of the training content, on the template of the AI Office?

use crate::inventory::Inventory;
use crate::probe::{Params, Probe};
use crate::verdict::{Doubt, Finding, NonEmpty, Trust};

pub(crate) const PROBE: Probe = Probe {
    id: "summary-found",
    question: "Is a public summary of the training content on the official template published?",
    doc: "Looks for documents with such a name in the listings of the release. Whether one of them follows the template is \
          for a reader to say, so it stays unknown until a reviewer speaks; providers often publish the summary on their \
          own site, which is not searched.",
    params: &[],
    ask,
};

fn ask(inventory: &Inventory<'_>, _: &Params, _: Trust) -> Finding {
    let mut named = Vec::new();
    for (_, part) in inventory.view.parts() {
        for entry in part.listing.entries() {
            if sounds_like_a_summary(entry.path.name()) {
                named.push(entry.path.to_string());
            }
        }
    }
    let what = match named.as_slice() {
        [] => "no document with the name of such a summary was found in the listings of the release; the provider's own site \
               was not searched"
            .to_owned(),
        some => format!(
            "listed under such a name: {}; whether it follows the official template was not judged",
            some.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ")
        ),
    };
    Finding::unknown(NonEmpty::one(Doubt::NotFound(what)))
}

fn sounds_like_a_summary(name: &str) -> bool {
    let name = name.to_lowercase().replace(['-', '.', ' '], "_");
    let document = ["_pdf", "_md", "_docx", "_html", "_txt"].iter().any(|end| name.ends_with(end));
    let has = |word: &str| name.contains(word);
    document && has("summary") && (has("training") || has("data") || has("public") || has("eu_") || has("content"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_summaries() {
        for (name, is) in [
            ("data_summary_card.md", true),
            ("EU_Public-Summary.pdf", true),
            ("training-content-summary.docx", true),
            ("summary.py", false),
            ("model_summary.md", false),
            ("training_data.md", false),
        ] {
            assert_eq!(super::sounds_like_a_summary(name), is, "{name}");
        }
    }
}
