//! What the loader refuses, with the place.

use super::*;
use expect_test::{Expect, expect};

#[test]
fn shipped_files_are_sound() {
    let frameworks = shipped().expect("shipped frameworks");
    for (framework, (id, _)) in frameworks.iter().zip(SHIPPED) {
        assert_eq!(framework.id, *id);
        for requirement in framework.requirements.values() {
            for part in requirement.parts() {
                if let Some(other) = &part.framework {
                    let known = frameworks.iter().find(|framework| framework.short == *other);
                    assert!(known.is_some_and(|known| known.requirements.contains_key(&part.requirement)), "{part:?}");
                }
            }
        }
    }
}

fn check(body: &str, expected: Expect) {
    let head = "id = \"x-1\"\nname = \"X\"\nsource = { url = \"u\", read = \"2026-01-01\" }\n";
    let errors = Framework::parse(&format!("{head}{body}")).expect_err("errors");
    expected.assert_eq(&errors.iter().map(|error| format!("{error}\n")).collect::<String>());
}

#[test]
fn errors_name_line_and_next_step() {
    check(
        "ladder = [\"a\", \"b\"]\n[a]\ntitle = \"A\"\ncite = \"1\"\nprobe = \"weights-published\"\n[b]\ntitle = \"B\"\ncite = \"2\"\nall = [\"c\"]\n[c]\ntitle = \"C\"\ncite = \"3\"\nall = [\"b\"]\n[d]\ntitle = \"D\"\ncite = \"4\"\nprobe = \"weights-published\"\n",
        expect![[r#"
            9:1: [b] circle: b -> c -> b
            17:1: [d] no level or reading reaches this requirement; name it in one, or drop it
            9:1: [b] a level requires the one below: add "a" to its `all`
        "#]],
    );
    check(
        "readings = [\"a\"]\n[a]\nprobe = \"component-published\"\ncomponent = \"weights.none\"\nwrong = 1\n",
        expect![[r#"
            5:1: [a] `title` is missing: state the demand in one sentence
            5:1: [a] `cite` is missing: say where the demand stands, or give a `reading` of your own
            5:1: [a] `component`: `weights.none` is no component
            5:1: [a] unknown parameter `wrong` of probe `component-published`
            5:1: [a] nothing is asked: give one of `all`, `any`, `none`, `at-least`, `probe`
        "#]],
    );
    check(
        "readings = 3\n",
        expect![[r#"
        4:12: invalid type: integer `3`, expected a sequence
    "#]],
    );
}
