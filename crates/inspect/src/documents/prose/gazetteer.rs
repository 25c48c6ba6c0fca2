//! Well-known data sets: by which names people call them, and where they are.
//!
//! Facts only. A name here means that the words identify something that can be found; whether it is still
//! there, or may be used, is for others to say.

use crate::documents::words::Words;

/// A data set that many know.
pub(super) struct Known {
    /// Its usual name.
    pub(super) name: &'static str,
    /// Where it is.
    pub(super) url: &'static str,
    calls: &'static [&'static str],
}

macro_rules! known {
    ($($name:literal $url:literal [$($call:literal),*];)*) => {
        &[$(Known { name: $name, url: $url, calls: &[$($call),*] },)*]
    };
}

/// THE LIST.
const KNOWN: &[Known] = known! {
    "The Pile" "https://pile.eleuther.ai" ["the pile", "pile deduplicated", "deduplicated pile", "pile dataset"];
    "RefinedWeb" "hf:datasets/tiiuae/falcon-refinedweb" ["refinedweb", "refined web", "falcon refinedweb"];
    "C4" "hf:datasets/allenai/c4" ["c4", "colossal clean crawled corpus", "mc4"];
    "RedPajama" "hf:datasets/togethercomputer/RedPajama-Data-1T" ["redpajama*", "red pajama"];
    "SlimPajama" "hf:datasets/cerebras/SlimPajama-627B" ["slimpajama*", "slim pajama"];
    "Dolma" "hf:datasets/allenai/dolma" ["dolma"];
    "FineWeb" "hf:datasets/HuggingFaceFW/fineweb" ["fineweb"];
    "FineWeb-Edu" "hf:datasets/HuggingFaceFW/fineweb-edu" ["fineweb edu"];
    "FineWeb2" "hf:datasets/HuggingFaceFW/fineweb-2" ["fineweb2", "fineweb 2"];
    "The Stack" "hf:datasets/bigcode/the-stack" ["the stack"];
    "StarCoderData" "hf:datasets/bigcode/starcoderdata" ["starcoderdata"];
    "ROOTS" "hf:bigscience-data" ["roots corpus", "the roots"];
    "LAION-5B" "https://laion.ai/blog/laion-5b/" ["laion 5b", "laion5b"];
    "LAION-2B" "hf:datasets/laion/laion2B-en" ["laion 2b*", "laion2b*"];
    "LAION-400M" "https://laion.ai/blog/laion-400-open-dataset/" ["laion 400m"];
    "DataComp" "https://www.datacomp.ai" ["datacomp", "dclm"];
    "OpenWebText" "hf:datasets/Skylion007/openwebtext" ["openwebtext*"];
    "BookCorpus" "hf:datasets/bookcorpus" ["bookcorpus", "bookscorpus", "toronto book corpus"];
    "Wikipedia" "https://dumps.wikimedia.org" ["wikipedia"];
    "Common Crawl" "https://commoncrawl.org" ["common crawl", "commoncrawl", "cc net"];
    "CC-100" "https://data.statmt.org/cc-100/" ["cc100", "cc 100"];
    "OSCAR" "https://oscar-project.org" ["oscar corpus", "oscar 23*", "oscar 22*"];
    "CulturaX" "hf:datasets/uonlp/CulturaX" ["culturax"];
    "Common Pile" "hf:common-pile" ["common pile"];
    "Common Corpus" "hf:datasets/PleIAs/common_corpus" ["common corpus"];
    "Nemotron-CC" "hf:datasets/nvidia/Nemotron-CC" ["nemotron cc"];
    "Cosmopedia" "hf:datasets/HuggingFaceTB/cosmopedia" ["cosmopedia"];
    "OpenWebMath" "hf:datasets/open-web-math/open-web-math" ["openwebmath", "open web math"];
    "ProofPile" "hf:datasets/EleutherAI/proof-pile-2" ["proof pile*"];
    "peS2o" "hf:datasets/allenai/peS2o" ["pes2o"];
    "LibriSpeech" "https://www.openslr.org/12" ["librispeech"];
    "Common Voice" "https://commonvoice.mozilla.org" ["common voice"];
    "ImageNet" "https://www.image-net.org" ["imagenet*"];
    "COCO" "https://cocodataset.org" ["ms coco", "coco 2017", "coco dataset"];
    "UltraChat" "hf:datasets/stingning/ultrachat" ["ultrachat*"];
    "UltraFeedback" "hf:datasets/openbmb/UltraFeedback" ["ultrafeedback*"];
    "Alpaca" "https://github.com/tatsu-lab/stanford_alpaca" ["alpaca dataset", "alpaca data"];
    "OpenAssistant" "hf:datasets/OpenAssistant/oasst1" ["oasst1", "openassistant conversations"];
    "ShareGPT" "https://sharegpt.com" ["sharegpt"];
    "Dolly 15k" "hf:datasets/databricks/databricks-dolly-15k" ["dolly 15k"];
    "SPDX licence list" "https://github.com/spdx/license-list-data" ["spdx license list", "spdx licence list"];
};

/// The data sets that the words name.
pub(super) fn find(words: &Words) -> impl Iterator<Item = &'static Known> {
    KNOWN.iter().filter(|known| known.calls.iter().any(|call| words.has(call)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_each_call_finds_its_own() {
        for (at, known) in KNOWN.iter().enumerate() {
            assert!(KNOWN.iter().skip(at + 1).all(|other| other.name != known.name), "{}", known.name);
            for call in known.calls {
                let words = Words::of(&format!("trained on {} here", call.trim_end_matches('*')));
                assert!(find(&words).any(|found| found.name == known.name), "{call}");
            }
        }
    }
}
