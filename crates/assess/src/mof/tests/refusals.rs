//! Records that are refused, each with the place of what is wrong.

use super::*;

#[test]
fn mistyped_names_are_refused() {
    let list = "Model Card\nmodel parameters final\nTokens of love\nTraining-code\nEvaluation dataset";
    check(
        &components("MIT", list),
        Compat::Mended,
        expect![[r#"
            refused: line 4, column 11: there is no component `Model Card`; did you mean `Model card`?
            line 5, column 11: there is no component `model parameters final`; did you mean `Model parameters (Final)`?
            line 6, column 11: there is no component `Tokens of love`; `candor mof --help` lists the names
            line 7, column 11: there is no component `Training-code`; did you mean `Training code`?
            line 8, column 11: there is no component `Evaluation dataset`; did you mean `Evaluation data`?"#]],
    );
}

#[test]
fn broken_records_are_refused_with_their_place() {
    let many = format!("components:\n{}", "- {name: x}\n".repeat(30));
    for (text, expected) in [
        (
            "",
            expect![
                "refused: line 1, column 1: this is no record of the Model Openness Framework: it has no `release`"
            ],
        ),
        (
            "- a",
            expect![
                "refused: line 1, column 1: this is no record of the Model Openness Framework: it has no `release`"
            ],
        ),
        (
            "release:\n  name: [\n",
            expect!["refused: line 2, column 9: this is no YAML that can be read: unclosed bracket '['"],
        ),
        (
            "release:\n\tname: a\n",
            expect![
                "refused: line 2, column 2: this is no YAML that can be read: tabs disallowed within this context (block indentation)"
            ],
        ),
        (
            "release: {name: a, name: b}\n",
            expect!["refused: line 1, column 20: this is no YAML that can be read: duplicate mapping key: name"],
        ),
        (
            "release:\n  name: a\n",
            expect![
                "refused: line 2, column 3: `release` has no `components`; write `components: []` when there are none"
            ],
        ),
        (
            "release:\n  license: MIT\n  components: no\n",
            expect![[r#"
            refused: line 2, column 12: `release.license` must have keys; write `license: {distribution: {name: Apache-2.0}}`
            line 3, column 15: `components` must be a list; begin each component with `- name:`"#]],
        ),
        (
            "release:\n  license: {code: MIT}\n  components:\n  - Model card\n  - {license: [[]]}\n",
            expect![[r#"
            refused: line 2, column 19: `release.license.code` must have a `name`; write `code: {name: MIT}`
            line 4, column 5: a component must have keys; write `- name: Model card`
            line 5, column 15: each licence in `license` must be a text"#]],
        ),
        (
            &*record(&many),
            expect![[r#"
                refused: line 3, column 12: there is no component `x`; `candor mof --help` lists the names
                line 4, column 12: there is no component `x`; `candor mof --help` lists the names
                line 5, column 12: there is no component `x`; `candor mof --help` lists the names
                line 6, column 12: there is no component `x`; `candor mof --help` lists the names
                line 7, column 12: there is no component `x`; `candor mof --help` lists the names
                line 8, column 12: there is no component `x`; `candor mof --help` lists the names
                line 9, column 12: there is no component `x`; `candor mof --help` lists the names
                line 10, column 12: there is no component `x`; `candor mof --help` lists the names
                line 11, column 12: there is no component `x`; `candor mof --help` lists the names
                line 12, column 12: there is no component `x`; `candor mof --help` lists the names
                line 13, column 12: there is no component `x`; `candor mof --help` lists the names
                line 14, column 12: there is no component `x`; `candor mof --help` lists the names
                line 15, column 12: there is no component `x`; `candor mof --help` lists the names
                line 16, column 12: there is no component `x`; `candor mof --help` lists the names
                line 17, column 12: there is no component `x`; `candor mof --help` lists the names
                line 18, column 12: there is no component `x`; `candor mof --help` lists the names
                line 19, column 12: there is no component `x`; `candor mof --help` lists the names
                line 20, column 12: there is no component `x`; `candor mof --help` lists the names
                line 21, column 12: there is no component `x`; `candor mof --help` lists the names
                line 22, column 12: there is no component `x`; `candor mof --help` lists the names
                and 10 more faults"#]],
        ),
    ] {
        check(text, Compat::Mended, expected);
    }
}

#[test]
fn hostile_records_are_refused() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(",")));
    }
    for text in [bomb, "[".repeat(5_000), " ".repeat(LONGEST_RECORD + 1), "- a\n".repeat(50_000)] {
        assert!(evaluate(&text, Compat::Mot).is_err(), "{}", text.get(..40).unwrap_or_default());
    }
}
