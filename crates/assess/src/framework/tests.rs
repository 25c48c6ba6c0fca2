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
fn errors_name_line_column_and_next_step() {
    check(
        "ladder = [\"a\", \"b\"]\n[a]\ntitle = \"A\"\ncite = \"1\"\nprobe = \"weights-published\"\n[b]\ntitle = \"B\"\ncite = \"2\"\nall = [\"c\", \"e\"]\n[c]\ntitle = \"C\"\ncite = \"3\"\nall = [\"b\"]\n[d]\ntitle = \"D\"\ncite = \"4\"\nprobe = \"weights-published\"\n",
        expect![[r#"
            9:2: [b] a level requires the one below: add "a" to its `all`
            12:13: there is no requirement `e`; write a table `[e]`
            16:8: [b] circle: b -> c -> b
            17:2: [d] no level, reading or grade reaches this requirement; name it in one, or drop it
        "#]],
    );
    check(
        "readings = [\"a\"]\n[a]\nprobe = \"component-published\"\ncomponent = \"weights.none\"\nwrong = 1\n",
        expect![[r#"
            5:2: [a] `title` is missing: state the demand in one sentence
            5:2: [a] `cite` is missing: say where the demand stands, or give a `reading` of your own
            7:1: [a] `component`: `weights.none` is no component
            8:1: [a] unknown parameter `wrong` of probe `component-published`
        "#]],
    );
    check(
        "readings = 3\n",
        expect![[r#"
        4:12: `readings` is a list of texts: write `readings = ["…"]`
    "#]],
    );
    check(
        "readings = [\"a\"]\n[a]\ntitle = \"A\"\ncite = \"1\"\nprobe = \"weights-publishd\"\nat-least = 0\n",
        expect![[r#"
            8:9: there is no probe `weights-publishd`; known are architecture-told, attested, built-on-other, code-is-own, code-license-approved, component-published, component-terms, component-told, compute-above, data-complete, data-particular, data-shared, downloadable, generates, licence-told, limits-judged, modification-above, not-gated, parameters-told, processing-described, size-told, sources-identified, summary-found, terms-clear, terms-grant, territory-excluded, training-code-published, usage-told, weights-published, weights-runnable, weights-withheld
            9:12: `at-least` and `of` go together
        "#]],
    );
    check(
        "readings = [\"a\"]\n[a]\ntitle = A\ncite = \"1\n",
        expect![[r#"
        6:9: string values must be quoted, expected literal string
        7:10: invalid basic string, expected `"`
    "#]],
    );
    check(
        "scale = [\"low\", \"high\"]\n[[dimension]]\nid = \"x\"\nhihg = \"a\"\n[a]\ntitle = \"A\"\ncite = \"1\"\nprobe = \"weights-published\"\n",
        expect![[r#"
            5:1: a dimension without `title`
            5:1: no grade of this dimension asks for anything; name a requirement for one
            7:1: `hihg` is no grade of `scale`; those that ask for something are high
        "#]],
    );
    check(
        "colour = 3\n",
        expect![[r#"
        4:1: unknown key `colour`; a requirement is a table `[colour]`
    "#]],
    );
    check(
        "",
        expect![[r#"
        1:1: nothing is judged: give `ladder`, `readings`, or `scale` with dimensions
    "#]],
    );
}

#[test]
fn a_users_file_is_checked_against_those_it_refers_to() {
    let shipped = shipped().expect("shipped frameworks");
    let check = |id: &str, part: &str, expected: Expect| {
        let text = format!(
            "id = \"{id}\"\nname = \"X\"\nsource = {{ url = \"u\", read = \"2026-01-01\" }}\nreadings = [\"a\"]\n[a]\ntitle = \"A\"\ncite = \"1\"\nall = [\"{part}\"]\n"
        );
        let found = match Framework::parse_among(&text, &shipped) {
            Ok(framework) => format!("{}\n", framework.short),
            Err(errors) => errors.iter().map(|error| format!("{error}\n")).collect(),
        };
        expected.assert_eq(&found);
    };
    check(
        "ours-2.0",
        "osaid:parameters",
        expect![[r#"
        ours
    "#]],
    );
    check(
        "osaid-9",
        "spectrum:closed",
        expect![[r#"
        1:6: `id`: `osaid` is the short name of `osaid-1.0` already; choose another id
    "#]],
    );
    check(
        "ours",
        "osaid:parametres",
        expect![[r#"
        8:8: `osaid` has no requirement `parametres`; `candor frameworks show osaid` lists them
    "#]],
    );
    check(
        "ours",
        "osiad:parameters",
        expect![[r#"
            8:8: there is no framework `osiad`; there are osaid, spectrum, g7, mof, eosai, eu-exemption, eu-ai-act-gpai, ca-ab-2013
        "#]],
    );
}

proptest::proptest! {
    /// Whatever stands in a file: an answer, and places that lie in it.
    #[test]
    fn any_text_gives_an_answer(text in "(\\[|\\]|=|\"|[a-c]|\n|id|all|probe|[0-9]|\\{|,| ){0,60}") {
        if let Err(errors) = Framework::parse(&text) {
            proptest::prop_assert!(!errors.is_empty());
            let lines = text.matches('\n').count() + 1;
            proptest::prop_assert!(errors.iter().all(|error| (1..=lines).contains(&error.line) && error.column > 0));
        }
    }
}
