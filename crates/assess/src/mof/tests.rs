//! Records as tables: a list of components and licences, and what becomes of it.

use super::*;
use expect_test::{Expect, expect};

/// A record with these lines below `release`, two spaces in.
fn record(lines: &str) -> String {
    lines.lines().fold("release:\n".to_owned(), |text, line| format!("{text}  {line}\n"))
}

/// A record of components, one a line: `Model card: MIT`. All inherit `global` unless they say otherwise.
fn components(global: &str, list: &str) -> String {
    let mut text = format!("release:\n  license: {{distribution: {{name: '{global}'}}}}\n  components:\n");
    for line in list.lines() {
        let (name, license) = line.split_once(':').unwrap_or((line, ""));
        text.push_str(&format!("  - name: {}\n", name.trim()));
        if !license.trim().is_empty() {
            text.push_str(&format!("    license: {}\n", license.trim()));
        }
    }
    text
}

/// Class, progress, and what is told of components: all that are declared, or waived.
fn shown(text: &str, compat: Compat) -> String {
    let evaluation = match evaluate(text, compat) {
        Ok(evaluation) => evaluation,
        Err(error) => return format!("refused: {error}"),
    };
    let progress: Vec<String> =
        evaluation.progress.iter().map(|(_, progress)| format!("{}/{}", progress.have, progress.needed)).collect();
    let mut out = format!("class {}, {}\n", evaluation.class.number(), progress.join(" "));
    for one in &evaluation.components {
        if one.status.declared() || one.status == Status::Waived {
            let license = one.license.as_deref().unwrap_or("-");
            out.push_str(&format!("{}: {} {license}\n", one.component.name, one.status.as_str()));
        }
    }
    for one in &evaluation.differences {
        assert!(!one.because.is_empty(), "{one:?}");
        out.push_str(&format!("* {}: {} -> {}: {}\n", one.of, one.mot, one.ours, one.because));
    }
    out
}

#[track_caller]
fn check(text: &str, compat: Compat, expected: Expect) {
    expected.assert_eq(&shown(text, compat));
}

/// All required components of the lowest classes, less some.
fn up_to(class: Class, less: &[&str]) -> String {
    let names = COMPONENTS.iter().filter(|one| one.required && one.class <= class && !less.contains(&one.name));
    names.map(|one| one.name).collect::<Vec<_>>().join("\n")
}

#[test]
fn classes_and_progress() {
    use Class::{OpenModel as III, OpenScience as I, OpenTooling as II};
    for (class, less, more, mot, mended) in [
        (III, &[][..], "", (3, "100 60 0"), (3, "100 60 42.857142857142854")),
        (II, &[], "", (2, "100 100 71.42857142857143"), (2, "100 100 71.42857142857143")),
        (I, &[], "", (1, "100 100 100"), (1, "100 100 100")),
        (I, &["Technical report"], "", (1, "100 100 100"), (1, "100 100 100")),
        (I, &["Data card"], "", (0, "83.33333333333334 0 0"), (0, "83.33333333333334 90 92.85714285714286")),
        (I, &["Inference code"], "", (3, "100 90 0"), (3, "100 90 92.85714285714286")),
        (III, &["Technical report"], "Research paper", (3, "100 60 0"), (3, "100 60 46.15384615384615")),
        (
            III,
            &["Technical report"],
            "Research paper: unlicensed",
            (0, "83.33333333333334 0 0"),
            (0, "83.33333333333334 50 35.714285714285715"),
        ),
        (
            III,
            &["Data card"],
            "Sample model outputs",
            (0, "83.33333333333334 0 0"),
            (0, "83.33333333333334 50 35.714285714285715"),
        ),
    ] {
        let text = components("MIT", &format!("{}\n{more}", up_to(class, less)).trim_end().to_owned());
        for (compat, expected) in [(Compat::Mot, mot), (Compat::Mended, mended)] {
            let found = evaluate(&text, compat).unwrap();
            let progress: Vec<&str> = found.progress.iter().map(|(_, progress)| progress.percent()).collect();
            assert_eq!((found.class.number(), &*progress.join(" ")), expected, "{compat:?}\n{text}");
        }
    }
}

#[test]
#[allow(clippy::float_arithmetic, reason = "the digits are those that floats give")]
fn percent_has_the_digits_of_binary_fractions() {
    for needed in [6, 10, 13, 14] {
        for have in 0..=needed {
            let quotient = have as f64 / needed as f64 * 100.0;
            assert_eq!(Progress { have, needed }.percent(), quotient.to_string(), "{have}/{needed}");
        }
    }
}

#[test]
fn licences_are_inherited_by_kind() {
    let text = record(
        "name: Sprout\nlicense:\n  distribution: {name: MIT}\n  data: {name: CDLA-Permissive-2.0}\n  document: {name: ''}\n  code:\ncomponents:\n- {name: Datasets}\n- {name: Model card}\n- {name: Data card, license: ''}\n- {name: Training code, license: null}\n- {name: Inference code, license: unlicensed}\n- {name: Sample model outputs, license: Terms of Acme}",
    );
    check(
        &text,
        Compat::Mot,
        expect![[r#"
        class 0, 1/6 0/10 0/14
        Model card: included MIT
        Data card: unlicensed unlicensed
        Sample model outputs: invalid Terms of Acme
        Training code: included MIT
        Inference code: unlicensed unlicensed
        Datasets: included CDLA-Permissive-2.0
    "#]],
    );
}

#[test]
fn the_tool_reads_letter_by_letter() {
    let list = "Model card: mit\nData card: MIT OR ISC\nTechnical report: Unlicensed\nEvaluation results: CC0-1.0\nDatasets: PDDL-1.0\nmodel parameters: MIT";
    check(
        &components("Apache-2.0", list),
        Compat::Mot,
        expect![[r#"
        class 0, 1/6 0/10 0/14
        Technical report: invalid Unlicensed
        Evaluation results: included CC0-1.0
        Model card: invalid mit
        Data card: invalid MIT OR ISC
        Datasets: included MIT
    "#]],
    );
    let list = "Model card: MIT\nModel card: CC-BY-NC-4.0";
    check(
        &components("Apache-2.0", list),
        Compat::Mot,
        expect![[r#"
        class 0, 0/6 0/10 0/14
        Model card: invalid CC-BY-NC-4.0
    "#]],
    );
}

#[test]
fn licences_in_any_spelling() {
    let list = "Model card: apache-2.0\nData card: MIT OR CC-BY-NC-4.0\nTechnical report: Unlicensed\nEvaluation results: none\nDatasets: PDDL-1.0\nEvaluation data: C-UDA-1.0\nModel architecture: MIT AND CC-BY-NC-4.0\nModel parameters (Final): OpenMDW-1.1\nTraining code: Component not included\nInference code: ' MIT License'\nEvaluation code: gpl\nResearch paper: proprietary\nData preprocessing code: AGPL-3.0\nModel parameters (Intermediate): llama3.1";
    check(
        &components("MIT", list),
        Compat::Mended,
        expect![[r#"
        class 0, 3/6 4/10 6/14
        Model architecture: invalid MIT AND CC-BY-NC-4.0
        Model parameters (Final): included OpenMDW-1.1
        Technical report: unlicensed unlicensed
        Evaluation results: unlicensed unlicensed
        Model card: included Apache-2.0
        Data card: included MIT OR CC-BY-NC-4.0
        Inference code: included MIT
        Evaluation code: invalid gpl
        Evaluation data: invalid C-UDA-1.0
        Datasets: included PDDL-1.0
        Data preprocessing code: included AGPL-3.0
        Model parameters (Intermediate): invalid LicenseRef-llama-3.1
        Research paper: invalid proprietary
        * progress 3: 0 -> 50: it follows from the components below
        * progress 2: 0 -> 40: it follows from the components below; and the tool shows nothing for a class while a lower one has a gap
        * progress 1: 0 -> 42.857142857142854: it follows from the components below; and the tool shows nothing for a class while a lower one has a gap
        * Model parameters (Final): invalid (OpenMDW-1.1) -> included (OpenMDW-1.1): OpenMDW-1.1 is open: it conforms to the Open Definition; the tool does not count it
        * Technical report: invalid (Unlicensed) -> unlicensed: `Unlicensed` says that there is no licence; the tool takes it for one
        * Evaluation results: invalid (none) -> unlicensed: `none` names no licence; the tool takes it for one
        * Model card: invalid (apache-2.0) -> included (Apache-2.0): `apache-2.0` is read as Apache-2.0: the Hub's tag for this licence; the tool compares letter by letter
        * Data card: invalid (MIT OR CC-BY-NC-4.0) -> included (MIT OR CC-BY-NC-4.0): `MIT OR CC-BY-NC-4.0` is an expression of several; the tool takes one id
        * Training code: invalid (Component not included) -> missing: `Component not included` says that it is not there; the tool takes it for a licence
        * Inference code: invalid ( MIT License) -> included (MIT): ` MIT License` is read as MIT: a common way to write this licence's name; the tool compares letter by letter
        * Datasets: invalid (PDDL-1.0) -> included (PDDL-1.0): PDDL-1.0 is open: it conforms to the Open Definition; the tool does not count it
        * Model parameters (Intermediate): invalid (llama3.1) -> invalid (LicenseRef-llama-3.1): `llama3.1` is read as LicenseRef-llama-3.1: the Hub's tag for this licence; the tool compares letter by letter
        * warnings: on 1 open components -> none: the tool warns that a licence does not suit the kind of component; its table has no kind for most open licences, so that the warning says little
    "#]],
    );
}

#[test]
fn several_licences_for_one_component() {
    let list = "Model card: [MIT, ISC]\nData card: [MIT, CC-BY-NC-4.0]\nDatasets: MIT\nDatasets: cc-by-4.0\nDatasets: MIT\nTraining code: []\nModel metadata: [MIT, Acme]";
    check(
        &components("Apache-2.0", list),
        Compat::Mended,
        expect![[r#"
        class 0, 1/6 1/10 2/14
        Model card: included MIT AND ISC
        Data card: invalid MIT AND CC-BY-NC-4.0
        Training code: unlicensed unlicensed
        Datasets: included MIT AND CC-BY-4.0
        Model metadata: invalid MIT AND Acme
        * progress 3: 33.33333333333333 -> 16.666666666666664: it follows from the components below
        * progress 2: 0 -> 10: it follows from the components below; and the tool shows nothing for a class while a lower one has a gap
        * progress 1: 0 -> 14.285714285714285: it follows from the components below; and the tool shows nothing for a class while a lower one has a gap
        * Model card: included (MIT) -> included (MIT AND ISC): a list of licences: all of them apply; the tool refuses lists
        * Data card: included (MIT) -> invalid (MIT AND CC-BY-NC-4.0): a list of licences: all of them apply; the tool refuses lists
        * Datasets: included (MIT) -> included (MIT AND CC-BY-4.0): `cc-by-4.0` is read as CC-BY-4.0: the Hub's tag for this licence; the tool compares letter by letter; declared more than once: the licences of all entries apply; the tool keeps the last
        * Model metadata: optional (MIT) -> invalid (MIT AND Acme): a list of licences: all of them apply; the tool refuses lists
        * warnings: on 4 open components -> none: the tool warns that a licence does not suit the kind of component; its table has no kind for most open licences, so that the warning says little
    "#]],
    );
    check(
        &components("Apache-2.0", list),
        Compat::Mot,
        expect![[r#"
        refused: line 5, column 14: `license` must be one text here: the Model Openness Tool takes one licence a component
        line 7, column 14: `license` must be one text here: the Model Openness Tool takes one licence a component
        line 15, column 14: `license` must be one text here: the Model Openness Tool takes one licence a component
        line 17, column 14: `license` must be one text here: the Model Openness Tool takes one licence a component"#]],
    );
}

#[test]
fn documents_hold_other_components() {
    let text = record(
        "license: {distribution: {name: Acme}}\ncomponents:\n- {name: Model card, license: MIT}\n- {name: Data card, contained_in: Model card}\n- {name: Evaluation results, contained_in: Model card, license: ISC}",
    );
    check(
        &text,
        Compat::Mended,
        expect![[r#"
        class 0, 3/6 3/10 3/14
        Evaluation results: included ISC
        Model card: included MIT
        Data card: included MIT
        * progress 3: 33.33333333333333 -> 50: it follows from the components below
        * progress 2: 0 -> 30: it follows from the components below; and the tool shows nothing for a class while a lower one has a gap
        * progress 1: 0 -> 21.428571428571427: it follows from the components below; and the tool shows nothing for a class while a lower one has a gap
        * Data card: invalid (Acme) -> included (MIT): it is part of `Model card` and comes under its licence; the tool does not know `contained_in`
        * warnings: on 2 open components -> none: the tool warns that a licence does not suit the kind of component; its table has no kind for most open licences, so that the warning says little
    "#]],
    );
    for (wrong, expected) in [
        (
            "- {name: Data card, contained_in: Model crad}",
            expect![
                "refused: line 3, column 12: `contained_in` names no component: there is no `Model crad`; did you mean `Model card`?"
            ],
        ),
        (
            "- {name: Data card, contained_in: Model card}",
            expect![
                "refused: line 3, column 12: `contained_in: Model card`: the record does not declare that component; declare it, or drop the key"
            ],
        ),
        (
            "- {name: Data card, contained_in: Datasets}\n- {name: Datasets}",
            expect![
                "refused: line 3, column 12: `contained_in: Datasets`: that is no document; name the document that this is part of"
            ],
        ),
        (
            "- {name: Data card, contained_in: Data card}",
            expect![
                "refused: line 3, column 12: `contained_in: Data card`: that is part of another document itself; name the outermost one"
            ],
        ),
    ] {
        check(&record(&format!("components:\n{wrong}")), Compat::Mended, expected);
    }
}

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
            expect![
                "refused: line 2, column 9: this is no YAML that can be read: unclosed bracket '[' at line 2, column 9"
            ],
        ),
        (
            "release:\n\tname: a\n",
            expect![
                "refused: line 2, column 2: this is no YAML that can be read: tabs disallowed within this context (block indentation) at line 2, column 2"
            ],
        ),
        (
            "release: {name: a, name: b}\n",
            expect![
                "refused: line 1, column 20: this is no YAML that can be read: duplicate mapping key: name, set DuplicateKeyPolicy in Options if acceptable at line 1, column 20"
            ],
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

#[test]
fn what_the_next_class_lacks() {
    for (class, less, expected) in [
        (Class::OpenModel, &["Data card"][..], Some((3, vec!["Data card"]))),
        (Class::OpenTooling, &["Technical report"], Some((3, vec!["Technical report"]))),
        (Class::OpenScience, &["Datasets", "Technical report"], Some((1, vec!["Datasets"]))),
        (Class::OpenScience, &[], None),
    ] {
        let found = evaluate(&components("MIT", &up_to(class, less)), Compat::Mot).unwrap();
        let next =
            found.next().map(|(class, list)| (class.number(), list.iter().map(|one| one.component.name).collect()));
        assert_eq!(next, expected);
    }
}

/// Every id that the tool counts as open is open to us too, and named in the same words.
#[test]
fn no_open_licence_is_lost() {
    let open: Vec<&str> = table::ids().filter(|id| table::known(id).is_some_and(|known| known.open())).collect();
    assert_eq!((table::ids().count(), open.len()), (660, 225));
    assert_eq!(
        table::ids().filter(|id| table::known(id).is_some_and(|known| known.typed() && known.open())).count(),
        24
    );
    for id in open {
        let found = evaluate(&components(id, "Model card"), Compat::Mended).unwrap();
        let card = found.components.iter().find(|one| one.component.name == "Model card").unwrap();
        assert_eq!((card.status, card.license.as_deref()), (Status::Included, Some(id)));
    }
}
