//! A phrase that resembles a licence's name grants nothing: it is a guess in the permissive direction.

use candor_license::{identify, resolve};

#[test]
fn a_resemblance_is_no_licence() {
    for text in [
        "This code is under a BSD-style license.", "This code is licensed under BSD style terms.",
        "Released under an MIT-like licence; see the file.", "Distributed under an Apache-like license.",
        "Distributed under an Apache-style 2.0 license.", "License: BSD-style", "license = \"Apache-style\"",
        "The terms are similar to the MIT license.", "It is under a MIT/X11-style license.",
        "It uses a 3-clause BSD-style license.", "It is under a license in the style of the BSD license.",
        "It is under the BSD 2-clause style license.", "License :: OSI Approved :: BSD-like",
        "This is available under a GPL-like license.", "This is available under a GPL-compatible license.",
    ] {
        let answer = identify(text.as_bytes());
        assert!(answer.matches.is_empty(), "{text}: {:?}", answer.matches);
        assert_eq!(answer.expression, None, "{text}");
    }
    for value in ["BSD-style", "MIT-like", "Apache-style", "bsd-like license", "MIT style"] {
        assert_eq!(resolve(value).expression, None, "{value}");
    }
}

#[test]
fn a_name_beside_such_words_is_one() {
    for text in [
        "Licensed under the MIT license, like the rest of the project.",
        "This is available under the MIT license.",
        "It is under the Apache License, Version 2.0. The style guide is elsewhere.",
    ] {
        assert_eq!(identify(text.as_bytes()).matches.len(), 1, "{text}");
    }
}
