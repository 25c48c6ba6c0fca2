//! Models written field by field, each fault with its byte, and mutations of a fine one.

use super::*;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::fmt::Write as _;

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn bytes(field: u64, content: &[u8]) -> Vec<u8> {
    [&varint(field << 3 | 2)[..], &varint(content.len() as u64), content].concat()
}

fn pair(field: u64, key: &str, value: &str) -> Vec<u8> {
    bytes(field, &[bytes(1, key.as_bytes()), bytes(2, value.as_bytes())].concat())
}

fn tensor(name: &str, shape: &[u64], kind: u64, more: &[u8]) -> Vec<u8> {
    let dims: Vec<u8> = shape.iter().flat_map(|dimension| number(1, *dimension)).collect();
    bytes(5, &[dims, number(2, kind), bytes(8, name.as_bytes()), more.to_vec()].concat())
}

fn raw(length: usize) -> Vec<u8> {
    bytes(9, &vec![0; length])
}

fn external(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut all: Vec<u8> = pairs.iter().flat_map(|(key, value)| pair(13, key, value)).collect();
    all.extend(number(14, 1));
    all
}

fn model(graph: &[u8]) -> Vec<u8> {
    let opset = bytes(8, &number(2, 17));
    [number(1, 8), bytes(2, b"maker"), bytes(7, graph), opset, pair(14, "license", "mit")].concat()
}

fn show(file: &[u8]) -> String {
    let onnx = read(&file).unwrap();
    let mut text = String::new();
    for said in &onnx.said {
        writeln!(text, "{} = {} {:?}", said.key, said.value, said.bytes).unwrap();
    }
    for Tensor { name, dtype, shape, data, .. } in &onnx.table.tensors {
        writeln!(text, "{name} {} {shape:?} {:?} {:?}", dtype.name(), data.file(), data.bytes).unwrap();
    }
    for fault in &onnx.table.faults {
        writeln!(text, "{}: {}", fault.at, fault.what).unwrap();
    }
    for note in &onnx.table.notes {
        writeln!(text, "not understood: {note}").unwrap();
    }
    if onnx.table.truncated {
        text.push_str("truncated\n");
    }
    text
}

fn check(file: &[u8], expected: Expect) {
    expected.assert_eq(&show(file));
}

fn fine() -> Vec<u8> {
    let packed = bytes(5, &[bytes(1, &[2, 3]), number(2, 1), bytes(8, b"packed"), raw(24)].concat());
    let below = bytes(1, &bytes(5, &bytes(6, &tensor("below", &[1], 7, &bytes(7, &[1])))));
    let outside = external(&[("location", "weights/m.data"), ("offset", "64"), ("length", "8")]);
    let parts = [
        tensor("w", &[2], 1, &raw(8)),
        packed,
        below,
        tensor("far", &[4], 10, &outside),
        tensor("half", &[3], 22, &raw(2)),
    ];
    model(&parts.concat())
}

#[test]
fn what_is_fine() {
    check(
        &fine(),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 181..183
        metadata:license = mit 185..199
        w F32 [2] None Some(23..31)
        packed F32 [2, 3] None Some(49..73)
        graph 1/below I64 [1] None None
        far F16 [4] Some("weights/m.data") Some(64..72)
        half I4 [3] None Some(177..179)
    "#]],
    );
}

#[test]
fn faults() {
    check(
        b"",
        expect![[r#"
        0: no graph: this is no ONNX model
    "#]],
    );
    check(
        b"\x08\x08",
        expect![[r#"
        0: no graph: this is no ONNX model
    "#]],
    );
    check(
        b"hello",
        expect![[r#"
        2: no field of a protocol buffer
    "#]],
    );
    check(
        &[model(&tensor("w", &[1], 1, &raw(4))), bytes(7, b"")].concat(),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 28..30
        metadata:license = mit 32..46
        w F32 [1] None Some(22..26)
        46: a second graph: readers differ on what it means
    "#]],
    );
    check(
        &model(&tensor("w", &[2], 1, &raw(7))),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 31..33
        metadata:license = mit 35..49
        22: tensor `w` needs 8 bytes (F32 [2]), has 7
    "#]],
    );
    check(
        &model(&tensor("w", &[2], 1, &[])),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 22..24
        metadata:license = mit 26..40
        11: tensor `w` has no data
    "#]],
    );
    check(
        &model(&tensor("w", &[u64::MAX], 1, &raw(4))),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 37..39
        metadata:license = mit 41..55
        13: a dimension below nothing, or too many of them
    "#]],
    );
    check(
        &model(&tensor("w", &[1 << 62, 1 << 62], 1, &raw(4))),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 46..48
        metadata:license = mit 50..64
        11: the shape of tensor `w` is larger than can be
    "#]],
    );
    check(
        &model(&tensor("w", &[1], 99, &raw(4))),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 28..30
        metadata:license = mit 32..46
        11: tensor `w` has type 99, which is none
    "#]],
    );
    check(
        &model(&[tensor("w", &[1], 1, &raw(4)), tensor("w", &[1], 1, &raw(4))].concat()),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 43..45
        metadata:license = mit 47..61
        w F32 [1] None Some(22..26)
        w F32 [1] None Some(37..41)
        26: tensor `w` stands twice
    "#]],
    );
    check(
        &model(&tensor("w", &[1], 1, &[raw(4), raw(4)].concat())),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 34..36
        metadata:license = mit 38..52
        w F32 [1] None Some(28..32)
        26: a tensor with two pieces of data
    "#]],
    );
    for path in ["../../etc/passwd", "/etc/passwd", "a/../b", "C:\\x", "a\\b", "http://x/y", "", "./a", "a//b"] {
        let found = show(&model(&tensor("w", &[1], 1, &external(&[("location", path)]))));
        assert!(found.contains("outside of the folder"), "{path}: {found}");
    }
    check(
        &model(&tensor("w", &[1], 1, &external(&[("location", "a"), ("length", "5")]))),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 52..54
        metadata:license = mit 56..70
        20: tensor `w` needs 4 bytes, and 5 are told
    "#]],
    );
    check(
        &model(&tensor("w", &[1], 1, &external(&[("location", "a"), ("offset", "-1")]))),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 53..55
        metadata:license = mit 57..71
        35: tensor `w`: `offset` is no number
    "#]],
    );
    check(
        &model(&tensor("w", &[1], 1, &external(&[("offset", "1")]))),
        expect![[r#"
        producer_name = maker 4..9
        opset:ai.onnx = 17 37..39
        metadata:license = mit 41..55
        20: tensor `w` lies outside of the file, and nothing says where
    "#]],
    );
    check(
        &bytes(7, &bytes(5, b"\x08"))[..],
        expect![[r#"
        5: a number that does not end
        truncated
    "#]],
    );
    check(
        &[0x3a, 0xff, 0xff, 0x03],
        expect![[r#"
        0: a field of 65535 bytes reaches past the end of what holds it
        truncated
    "#]],
    );
    check(
        &[0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        expect![[r#"
        1: a number that does not end
    "#]],
    );
    let deep = (0..200).fold(tensor("w", &[1], 1, &raw(4)), |graph, _| bytes(1, &bytes(5, &bytes(6, &graph))));
    assert!(show(&model(&deep)).contains("graphs in graphs"));
}

proptest! {
    #[test]
    fn mutations_never_panic(at in 0..400usize, byte in any::<u8>(), cut in 0..400usize, twice in any::<bool>()) {
        let mut file = fine();
        if let Some(there) = file.get_mut(at) {
            *there = byte;
        }
        if twice {
            file.truncate(cut);
        }
        crate::fuzzing::onnx(&file);
    }
}
