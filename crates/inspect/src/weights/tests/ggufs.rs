//! Releases of GGUF files: what their keys say, and sets of pieces.

use super::*;

/// A GGUF file as hexadecimal digits: text keys, number keys (as 16 bits), and one F32 tensor of one element.
fn file(texts: &[(&str, &str)], numbers: &[(&str, u16)], tensor: &str) -> String {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut bytes = b"GGUF\x03\0\0\0".to_vec();
    bytes.extend(1u64.to_le_bytes());
    bytes.extend(((texts.len() + numbers.len()) as u64).to_le_bytes());
    for (key, value) in texts {
        bytes.extend([text(key), 8u32.to_le_bytes().to_vec(), text(value)].concat());
    }
    for (key, value) in numbers {
        bytes.extend([text(key), 2u32.to_le_bytes().to_vec(), value.to_le_bytes().to_vec()].concat());
    }
    bytes.extend([text(tensor), 1u32.to_le_bytes().to_vec(), 1u64.to_le_bytes().to_vec(), vec![0; 12]].concat());
    bytes.resize(bytes.len().next_multiple_of(32) + 4, 0);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn keys_speak_as_a_card_does() {
    let texts = [
        ("general.architecture", "llama"),
        ("general.license", "other"),
        ("general.license.name", "llama3.1"),
        ("general.base_model.0.repo_url", "https://huggingface.co/org/base"),
        ("general.base_model.1.name", "Other Base"),
        ("general.base_model.1.organization", "maker"),
        ("general.dataset.0.repo_url", "https://huggingface.co/datasets/org/corpus"),
        ("general.author", "somebody"),
        ("tokenizer.chat_template", "{{ messages }}"),
    ];
    let numbers = [
        ("general.base_model.count", 2),
        ("general.dataset.count", 1),
        ("general.file_type", 0),
        ("llama.context_length", 4096),
    ];
    weights(
        &format!("//= model complete\n//- m.gguf hex\n{}", file(&texts, &numbers, "w")),
        expect![[r#"
            observed {"claim":"provides","component":"config.model_metadata","extent":"whole"}
                m.gguf:0 56..69 general.architecture "13 bytes"
            observed {"claim":"weights","form":"full","format":"gguf","files":1,"bytes":740,"whole":"yes"}
                m.gguf listed
            observed {"claim":"tensors","count":1,"parameters":1,"dtypes":{"F32":1}}
                m.gguf:0 675..708 header "33 bytes"
            observed {"claim":"parameters","total":1,"buffers":0,"tied":0,"embedding":0,"active":1}
                m.gguf:0 675..708 header "33 bytes"
            declared {"claim":"states","property":"author","value":"somebody"}
                m.gguf:0 464..480 general.author "16 bytes"
            declared {"claim":"states","property":"quantisation","value":"F32"}
                m.gguf:0 639..641 general.file_type "2 bytes"
            observed {"claim":"states","property":"context-length","value":"4096"}
                m.gguf:0 673..675 llama.context_length "2 bytes"
            observed {"claim":"states","property":"chat-template","value":"present"}
                m.gguf:0 515..537 tokenizer.chat_template "22 bytes"
            observed {"claim":"runnable","by":"self-describing"}
                m.gguf listed
            observed {"claim":"architecture","model_type":"llama"}
                m.gguf:0 56..69 general.architecture "13 bytes"
            declared {"claim":"base-model","name":"maker/Other-Base","relation":"unstated"}
                m.gguf:0 274..292 general.base_model.1.name "18 bytes"
            declared {"claim":"base-model","name":"org/base","relation":"unstated"}
                m.gguf:0 198..237 general.base_model.0.repo_url "39 bytes"
            declared {"claim":"dataset","name":"org/corpus","url":"hf:datasets/org/corpus","used_for":"training","stage":"unstated"}
                m.gguf:0 388..438 general.dataset.0.repo_url "50 bytes"
            declared {"claim":"license-declared","covers":"model","written":"llama3.1","expression":"LicenseRef-llama-3.1"}
                m.gguf:0 96..109 general.license "13 bytes"
        "#]],
    );
}

#[test]
fn pieces_of_a_set() {
    let piece = |number: u16, of: u16, tensors: u16, name: &str| {
        file(&[], &[("split.no", number), ("split.count", of), ("split.tensors.count", tensors)], name)
    };
    let set = |first: String, second: String| {
        format!("//= model complete\n//- m-00001-of-00002.gguf hex\n{first}\n//- m-00002-of-00002.gguf hex\n{second}")
    };
    weights(
        &set(piece(0, 2, 2, "a"), piece(1, 2, 2, "b")),
        expect![[r#"
            observed {"claim":"weights","form":"full","format":"gguf","files":2,"bytes":328,"whole":"yes"}
                m-00001-of-00002.gguf listed
                m-00002-of-00002.gguf listed
            observed {"claim":"tensors","count":2,"parameters":2,"dtypes":{"F32":2}}
                m-00001-of-00002.gguf:0 104..137 header "33 bytes"
                m-00002-of-00002.gguf:0 104..137 header "33 bytes"
            observed {"claim":"parameters","total":2,"buffers":0,"tied":0,"embedding":0,"active":2}
                m-00001-of-00002.gguf:0 104..137 header "33 bytes"
                m-00002-of-00002.gguf:0 104..137 header "33 bytes"
            observed {"claim":"runnable","by":"self-describing"}
                m-00001-of-00002.gguf listed
        "#]],
    );
    weights(
        &set(piece(0, 2, 2, "a"), piece(0, 2, 2, "b")),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"gguf","files":2,"bytes":328,"whole":"unknown"}
            m-00001-of-00002.gguf listed
            m-00002-of-00002.gguf listed
        observed {"claim":"runnable","by":"self-describing"}
            m-00001-of-00002.gguf listed
        gap m-00002-of-00002.gguf: malformed at byte 0: its header says that it is number 0 of 2, from 0
    "#]],
    );
    weights(
        &set(piece(0, 2, 2, "a"), piece(1, 3, 2, "b")),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"gguf","files":2,"bytes":328,"whole":"unknown"}
            m-00001-of-00002.gguf listed
            m-00002-of-00002.gguf listed
        observed {"claim":"runnable","by":"self-describing"}
            m-00001-of-00002.gguf listed
        gap m-00002-of-00002.gguf: malformed at byte 0: its header tells of 3 files; by their names there are 2
    "#]],
    );
    weights(
        &set(piece(0, 2, 5, "a"), piece(1, 2, 5, "b")),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"gguf","files":2,"bytes":328,"whole":"unknown"}
            m-00001-of-00002.gguf listed
            m-00002-of-00002.gguf listed
        observed {"claim":"runnable","by":"self-describing"}
            m-00001-of-00002.gguf listed
        gap m-00001-of-00002.gguf: malformed at byte 0: its header tells of 5 tensors in the set, which has 2
    "#]],
    );
    weights(
        &set(piece(0, 2, 2, "a"), file(&[], &[], "b")),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"gguf","files":2,"bytes":232,"whole":"unknown"}
            m-00001-of-00002.gguf listed
            m-00002-of-00002.gguf listed
        observed {"claim":"runnable","by":"self-describing"}
            m-00001-of-00002.gguf listed
        gap m-00002-of-00002.gguf: malformed at byte 0: its header does not say that it is a piece of a set
    "#]],
    );
    weights(
        &format!("//= model complete\n//- m-00001-of-00002.gguf hex\n{}", piece(0, 2, 2, "a")),
        expect![[r#"
        observed {"claim":"weights","form":"full","format":"gguf","files":1,"bytes":164,"whole":"no","missing":["m-00002-of-00002.gguf"]}
            m-00001-of-00002.gguf listed
    "#]],
    );
}
