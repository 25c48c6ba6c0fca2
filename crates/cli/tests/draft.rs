//! `candor draft`: what is entered, how it is marked, and that nothing of a release becomes markup.

mod common;

use common::{Run, Temp, candor, example};

fn draft(kind: &str, folder: &std::path::Path, more: &[&str]) -> Run {
    let folder = folder.display().to_string();
    candor(["draft", kind, folder.as_str()].iter().chain(more))
}

/// The entries of a field in the Markdown, each with its mark.
fn entries<'t>(text: &'t str, field: &str) -> Vec<&'t str> {
    let from = text.split_once(&format!(" `{field}`\n\n")).unwrap_or_else(|| panic!("no {field}: {text}")).1;
    from.lines().take_while(|line| !line.is_empty()).filter(|line| line.starts_with("- ")).collect()
}

#[test]
fn fields_say_how_they_are_known() {
    for (kind, folder, field, mark, words) in [
        ("model-card", "open-source", "licence", "found", "Apache-2.0"),
        ("model-card", "open-source", "parameters", "found", ""),
        ("model-card", "closed", "parameters", "to be answered", ""),
        ("data-card", "open-source", "licence", "found", "CC"),
        ("eu-training-summary", "open-source", "summary_version", "to be answered", ""),
        ("eu-model-documentation", "open-source", "model_name", "inferred", "sprout-1"),
        ("ab-2013", "closed", "(a)(1)", "to be answered", ""),
    ] {
        let run = draft(kind, &example(folder), &[]);
        assert_eq!(run.code, 0, "{run:?}");
        let found = entries(&run.out, field);
        let fits = |line: &&&str| line.starts_with(&format!("- *{mark}*")) && line.contains(words);
        assert!(found.iter().any(|line| fits(&line)), "{kind} {folder} {field}: {found:?}");
    }
}

#[test]
fn a_docx_document_is_whole() {
    let temp = Temp::new();
    let path = temp.join("form.docx");
    let run = draft("eu-model-documentation", &example("open-source"), &["-o", path.to_str().expect("UTF-8")]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    let bytes = std::fs::read(&path).expect("written");
    // Its files are stored as they are.
    let text = String::from_utf8_lossy(&bytes);
    assert!(bytes.starts_with(b"PK\x03\x04"));
    for part in ["[Content_Types].xml", "_rels/.rels", "word/document.xml"] {
        assert!(text.contains(part), "{part}");
    }
    assert!(text.contains("Apache-2.0") && text.contains("to be answered"));
}

#[test]
fn nothing_of_a_release_becomes_markup() {
    let (_temp, folder) = Temp::copy_of("open-weights");
    common::write(
        &folder.join("README.md"),
        "---\nlicense: mit\nlicense_name: x\n---\n# [a](https://b.example) <b>x</b> @all\n",
    );
    let run = draft("model-card", &folder, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    for markup in ["<b>", "](http", "@all"] {
        assert!(!run.out.contains(markup), "{markup}: {}", run.out);
    }
}
