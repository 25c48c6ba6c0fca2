use super::*;
use crate::making::{self, Made, Memory};
use std::collections::BTreeMap;

fn of(a: &Memory, b: &Memory) -> Diff {
    diff(a, b, true, 2, Progress::none())
}

/// What most of the changed matrices are called; `equal` where none changed.
fn word(diff: &Diff) -> &'static str {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in diff.tensors.iter().filter(|one| one.shapes[0].len() > 1 && !one.kind.is_equal()) {
        *counts.entry(one.kind.word()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or("equal", |(word, _)| word)
}

#[test]
fn each_change_has_its_name() {
    let (a, b) = (making::model(1, 64, 2), making::model(2, 64, 2));
    let base = Memory::one("model.safetensors", making::safetensors(&a, Dtype::F32));
    let mut wrong = Vec::new();
    for change in making::changes() {
        let diff = of(&base, &(change.made)(&a, &b));
        if word(&diff) != change.diff || !diff.is_whole() || !diff.added.is_empty() || !diff.removed.is_empty() {
            wrong.push(format!("{}: {} ({:?})", change.name, word(&diff), diff.unread));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(word(&of(&base, &making::unrelated(1, &a, 1))), "unrelated");
}

#[test]
fn ranks_are_counted() {
    let a = making::model(1, 96, 1);
    let base = Memory::one("model.safetensors", making::safetensors(&a, Dtype::F32));
    for (name, rank) in [("LoRA of rank 8 merged", 8), ("LoRA of rank 16 merged", 16)] {
        let change = making::changes().into_iter().find(|change| change.name == name).unwrap();
        let diff = of(&base, &(change.made)(&a, &a));
        let ranks: Vec<&Kind> = diff.tensors.iter().map(|one| &one.kind).filter(|kind| !kind.is_equal()).collect();
        assert_eq!(ranks, [&Kind::LowRank { rank }, &Kind::LowRank { rank }], "{name}");
    }
}

fn tensor(name: &str, values: &[f32]) -> Made {
    Made { name: name.into(), shape: vec![values.len() as u64], values: values.to_vec() }
}

fn file(tensors: &[Made]) -> Memory {
    Memory::one("m.safetensors", making::safetensors(tensors, Dtype::F32))
}

#[test]
fn figures_of_a_small_tensor() {
    let next = f32::from_bits(1f32.to_bits() + 5);
    let diff = of(&file(&[tensor("t", &[1.0, 2.0, -2.0, 4.0])]), &file(&[tensor("t", &[next, 2.0, -2.0, 0.0])]));
    let numbers = diff.tensors[0].numbers.clone().unwrap();
    assert_eq!(numbers.largest, (4.0, 3));
    assert_eq!((numbers.changed, numbers.zeroed), ((2, 4), 1));
    assert!((numbers.relative - 0.8).abs() < 1e-6, "{}", numbers.relative);
    // None, 1, 2 to 3, 4 to 7 apart.
    assert_eq!(numbers.ulps[..4], [2, 0, 0, 1]);
    assert_eq!(numbers.ulps.iter().sum::<u64>(), 4);
}

#[test]
fn what_is_not_finite_is_counted_and_left_out() {
    let a = file(&[tensor("t", &[1.0, f32::NAN, 3.0, f32::INFINITY, 5.0])]);
    let b = file(&[tensor("t", &[1.0, 2.0, 3.5, f32::INFINITY, f32::NAN])]);
    let diff = of(&a, &b);
    let numbers = diff.tensors[0].numbers.clone().unwrap();
    assert_eq!(numbers.not_finite, [2, 2]);
    assert_eq!(numbers.largest, (0.5, 2));
    assert!(numbers.relative.is_finite() && diff.differs());
}

#[test]
fn other_bytes_are_never_equal() {
    let stored = |dtype: &str, bytes: &[u8]| {
        let header =
            format!(r#"{{"t":{{"dtype":"{dtype}","shape":[1],"data_offsets":[0,{}]}}}}"#, bytes.len()).into_bytes();
        Memory::one("m.safetensors", [&(header.len() as u64).to_le_bytes()[..], &header, bytes].concat())
    };
    let cases: [(&str, &[u8], &[u8]); 4] = [
        ("I64", &(1_i64 << 53).to_le_bytes(), &((1_i64 << 53) + 1).to_le_bytes()),
        ("U64", &u64::MAX.to_le_bytes(), &(u64::MAX - 1).to_le_bytes()),
        ("F32", &0_f32.to_le_bytes(), &(-0_f32).to_le_bytes()),
        ("F32", &0x7fc0_0000_u32.to_le_bytes(), &0x7fc0_0001_u32.to_le_bytes()),
    ];
    for (dtype, a, b) in cases {
        let diff = of(&stored(dtype, a), &stored(dtype, b));
        assert_eq!(diff.tensors[0].kind.word(), "bits", "{dtype}");
        assert!(diff.differs());
    }
}

#[test]
fn sets_of_tensors() {
    let a = file(&[tensor("a", &[1.0, 2.0]), tensor("b", &[3.0]), tensor("c", &[1.0; 4])]);
    let b = file(&[tensor("a", &[1.0, 2.0]), tensor("c", &[1.0; 6]), tensor("d", &[9.0, 9.0])]);
    let diff = of(&a, &b);
    assert_eq!((diff.removed, diff.added), (vec!["b".to_owned()], vec!["d".to_owned()]));
    let kinds: Vec<&str> = diff.tensors.iter().map(|one| one.kind.word()).collect();
    assert_eq!(kinds, ["equal", "shape"]);
}

#[test]
fn bad_input_is_told_with_its_place() {
    let good = making::safetensors(&[tensor("t", &[1.0, 2.0])], Dtype::F32);
    let base = Memory::one("m.safetensors", good.clone());
    let with = |header: &str, data: usize| {
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; data]].concat()
    };
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (good[..good.len() - 3].to_vec(), "reach"),
        (good[..5].to_vec(), "8 bytes"),
        (vec![0xff; 64], "a header of"),
        (
            with(
                r#"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"u":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
                12,
            ),
            "another tensor",
        ),
        (with(r#"{"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8), ""),
        (b"GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0".to_vec(), ""),
    ];
    for (bytes, why) in cases {
        let diff = of(&base, &Memory::one("m.safetensors", bytes));
        assert!(!diff.is_whole(), "{why}");
        let told: Vec<&str> = diff.unread[1].iter().map(|unread| unread.why.as_str()).collect();
        assert!(told.iter().any(|told| told.contains("byte") && told.contains(why)), "{why}: {told:?}");
    }
    let mut restless = base.clone();
    restless.restless = true;
    let diff = of(&base, &restless);
    assert!(diff.unread[1].iter().any(|unread| unread.why.contains("changed while it was read")));
    let missing = Memory::one("m-00001-of-00002.safetensors", good);
    let diff = of(&base, &missing);
    assert_eq!(diff.unread[1][0].path, "m-00002-of-00002.safetensors");
}

#[test]
fn documents_are_compared() {
    let weights = making::safetensors(&[tensor("t", &[1.0])], Dtype::F32);
    let folder = |config: &str, card: &str| {
        Memory::new(vec![
            ("m.safetensors".into(), weights.clone()),
            ("config.json".into(), config.into()),
            ("README.md".into(), card.into()),
        ])
    };
    let a = folder(r#"{"x": {"y": 1}, "z": [1, 2]}"#, "one\ntwo\n");
    let b = folder(r#"{"z": [1, 3], "x": {"y": 1}}"#, "one\nthree\n");
    let diff = of(&a, &b);
    let places: Vec<_> =
        diff.documents.iter().flat_map(|one| &one.places).map(|(at, a, b)| format!("{at}: {a}|{b}")).collect();
    assert_eq!(places, ["line 2 of A: two|", "line 2 of B: |three", "/z/1: 2|3"]);
    assert!(!diff.differs(), "documents are no tensors");
}
