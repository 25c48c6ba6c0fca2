use super::*;

#[track_caller]
fn check(written: &str, expected: &str) {
    let declared = resolve(written);
    let shown = match &declared.expression {
        Some(e) => format!("{e} ({})", declared.how.as_str()),
        None => declared.how.as_str().to_owned(),
    };
    assert_eq!(shown, expected, "{written}");
}

#[test]
fn declarations() {
    check("apache-2.0", "Apache-2.0 (hub-tag)");
    check("Apache-2.0", "Apache-2.0 (hub-tag)");
    check("Apache 2.0", "Apache-2.0 (spelling)");
    check("apache2", "Apache-2.0 (spelling)");
    check("Apache License, Version 2.0", "Apache-2.0 (spelling)");
    check("The MIT License", "MIT (spelling)");
    check("BSD 3-Clause", "BSD-3-Clause (spelling)");
    check("GPLv3", "GPL-3.0-only (spelling)");
    check("GPLv3+", "GPL-3.0-or-later (spelling)");
    check("GNU General Public License v2.0 or later", "GPL-2.0-or-later (spelling)");
    check("llama3.1", "LicenseRef-llama-3.1 (hub-tag)");
    check("Llama 3.1 Community License", "LicenseRef-llama-3.1 (spelling)");
    check("Meta Llama 3 Community License Agreement", "LicenseRef-llama-3 (spelling)");
    check("cc-by-nc-4.0", "CC-BY-NC-4.0 (hub-tag)");
    check("CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0 (spelling)");
    check("Creative Commons Attribution 4.0 International", "CC-BY-4.0 (spelling)");
    check("gemma", "LicenseRef-gemma-2024-04 (hub-tag)");
    check("openrail++", "LicenseRef-creativeml-openrail-pp-m (hub-tag)");
    check("MIT OR Apache-2.0", "MIT OR Apache-2.0 (spdx-id)");
    check("MIT or Apache 2.0", "MIT OR Apache-2.0 (spelling)");
    check("https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0 (url)");
    for family in ["gpl", "cc", "openrail", "bsd", "Creative Commons", "GNU GPL"] {
        check(family, "unrecognised");
    }
    for nothing in ["", "other", "Unknown", "null"] {
        check(nothing, "unstated");
    }
    check("my-own-licence", "unrecognised");
    check("https://example.org/terms", "unrecognised");
}

#[test]
fn card_fields() {
    let declared = resolve_named("other", Some("llama-3.1-community"), Some("LICENSE"));
    assert_eq!(declared.expression.map(|e| e.to_string()).as_deref(), Some("LicenseRef-llama-3.1"));
    let declared = resolve_named("other", Some("secret sauce"), None);
    assert_eq!((declared.how, declared.written.as_str()), (How::Unrecognised, "secret sauce"));
    assert_eq!(resolve_named("other", None, None).how, How::Unstated);
}

#[test]
fn every_hub_tag_is_answered() {
    for tag in catalogue().tags.keys() {
        assert!(resolve(tag).expression.is_some(), "{tag}");
    }
}
