//! What sentences say, and above all what they do not say. All sentences are ours.

use crate::documents::card;
use crate::testing::{fixture, inspect};
use candor_facts::Claim;

/// What one sentence of a card, under a heading, states as published or claimed, sorted.
fn said(heading: &str, sentence: &str) -> String {
    states(&format!("//- README.md\n# Acorn 7B\n\nAcorn is a language model.\n\n## {heading}\n\n{sentence}"))
}

fn states(page: &str) -> String {
    let sheet = inspect(&card::INSPECTOR, &fixture(page));
    let mut words: Vec<String> = sheet
        .facts()
        .filter_map(|(_, fact)| match &fact.claim {
            Claim::Provides { component, extent: candor_facts::Extent::Elsewhere, .. } => Some(component.to_string()),
            Claim::Withholds { component } => Some(format!("no {component}")),
            Claim::SaysOpen { what } => Some(format!("\"{what}\"")),
            Claim::LicenseDeclared { covers, expression, written } => {
                Some(format!("{covers}: {}", expression.as_ref().unwrap_or(written)))
            }
            Claim::ParametersTold { lower, upper, active } => {
                Some(format!("{lower} to {upper} {}", if *active { "active" } else { "parameters" }))
            }
            Claim::TrainingTokens { lower, upper: Some(upper), .. } => Some(format!("{lower} to {upper} tokens")),
            _ => None,
        })
        .collect();
    words.sort();
    words.dedup();
    words.join(", ")
}

fn check(heading: &str, table: &[(&str, &str)]) {
    for (sentence, expected) in table {
        assert_eq!(said(heading, sentence), *expected, "{sentence}");
    }
}

#[test]
fn data_is_released_by_who_says_so() {
    check(
        "Training data",
        &[
            ("We release the training code and the training data.", "code.pretraining, data.pretraining"),
            (
                "The training data is released under [acorn/woods](https://huggingface.co/datasets/acorn/woods).",
                "data.pretraining",
            ),
            ("The pretraining corpus has been made publicly available.", "data.pretraining"),
            // Where it came from is not where it is.
            ("Acorn was pretrained on 2T tokens of publicly available data.", "1500000000000 to 2500000000000 tokens"),
            ("The training data consists of publicly available datasets.", ""),
            ("We trained on a mix of public web data and licensed data.", ""),
            ("The training corpus was made available to us by a partner.", ""),
            ("Training used a dataset released by Larch Inc. in 2022.", ""),
            ("The full training dataset is available on request.", ""),
            ("All training data is publicly available on the web.", ""),
            // Code is not data, and evaluation is not training.
            ("We release the training code and the evaluation data.", "code.evaluation, code.pretraining"),
            ("The training data is not released.", "no data.pretraining"),
            // What is announced is not there; what stands beside it is.
            (
                "We release all code, logs (coming soon), and the training data.",
                "code.data_processing, code.inference, code.pretraining, data.pretraining",
            ),
            ("The training data will be released soon.", ""),
            ("- Core repo (training, inference): https://github.com/acorn/acorn", "code.inference, code.pretraining"),
        ],
    );
}

/// What the card of a data set tells of the terms of a program is not about the data.
#[test]
fn terms_of_a_data_card_are_those_of_the_data() {
    for (sentence, expected) in [
        ("The dataset is licensed under CC-BY-4.0.", "data: CC-BY-4.0"),
        ("This repository is licensed under Apache-2.0.", "data: Apache-2.0"),
        ("The data and the code are released under the MIT license.", "data: MIT"),
        ("The crate `acorns`, which reads the list, is distributed under Apache-2.0; none of its code is here.", ""),
        ("The scripts are licensed under Apache-2.0.", ""),
    ] {
        let page = format!("//= data\n//- README.md\n# Acorn names\n\nA list of names.\n\n## Licence\n\n{sentence}");
        assert_eq!(states(&page), expected, "{sentence}");
    }
}

#[test]
fn claims_are_about_the_model() {
    check(
        "About",
        &[
            ("Our model is an open source model.", "\"open source\""),
            ("This is a fully open model, as our models are.", "\"fully open\""),
            ("Acorn was trained with open source code that we describe below.", ""),
            ("Our model was trained on open source data.", ""),
            ("Unlike other open source models, our model is small.", ""),
        ],
    );
}

#[test]
fn rows_and_labels_name_licences() {
    check(
        "Details",
        &[
            ("| Key | Value |\n|---|---|\n| Licence of the code | MIT |", "code: MIT"),
            ("| Key | Value |\n|---|---|\n| License | Apache-2.0, for the weights too |", "model: Apache-2.0"),
            ("License: Apache-2.0, for every file here", "unstated: Apache-2.0"),
            ("License: Acorn Community Terms", "unstated: Acorn Community Terms"),
            ("See [an article about the Acorn license](https://example.org/blog) for more.", ""),
        ],
    );
}

#[test]
fn figures_are_those_of_the_model() {
    check(
        "Model",
        &[
            ("Acorn has 7 billion parameters.", "6500000000 to 7500000000 parameters"),
            ("It is a model with 1.1B parameters.", "1050000000 to 1150000000 parameters"),
            ("* 6,855,123,456 parameters:", "6855123456 to 6855123456 parameters"),
            (
                "A mixture of experts with 40B total parameters and 5B active parameters.",
                "39500000000 to 40500000000 parameters, 4500000000 to 5500000000 active",
            ),
            (
                "It has 40B total parameters of which 5B parameters are active on any input.",
                "39500000000 to 40500000000 parameters, 4500000000 to 5500000000 active",
            ),
            ("- **Parameters:** 40B", "39500000000 to 40500000000 parameters"),
            ("| Item | Value |\n|---|---|\n| Activated Parameters | 5B |", "4500000000 to 5500000000 active"),
            ("Total seen tokens: **366B**", "365500000000 to 366500000000 tokens"),
            // Other models, parts of it, settings.
            ("It does better than models with 70B parameters.", ""),
            ("It is smaller than a model of 70 billion parameters.", ""),
            ("* 3,596,615,680 embedding parameters", ""),
            ("The adapter adds 4 million trainable parameters.", ""),
            ("Models < 14B parameters: use one device", ""),
            ("Sizes range from 1B to 70B parameters.", ""),
            ("The parameters of generation are left as they are.", ""),
            ("It has 24 layers and 12 parameters.", ""),
        ],
    );
}
