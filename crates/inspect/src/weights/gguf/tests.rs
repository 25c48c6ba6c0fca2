//! Files made here, each fault with its byte, and mutations of a fine file.

use super::*;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::fmt::Write as _;

/// Writes a header piece by piece.
struct Made {
    big: bool,
    version: u32,
    pairs: Vec<Vec<u8>>,
    tensors: Vec<Vec<u8>>,
}

impl Made {
    fn new() -> Self {
        Self { big: false, version: 3, pairs: Vec::new(), tensors: Vec::new() }
    }

    fn order<const N: usize>(&self, mut little: [u8; N]) -> [u8; N] {
        if self.big {
            little.reverse();
        }
        little
    }

    fn text(&self, text: &str) -> Vec<u8> {
        [&self.order((text.len() as u64).to_le_bytes())[..], text.as_bytes()].concat()
    }

    fn value(mut self, key: &str, kind: u32, value: &[u8]) -> Self {
        let pair = [self.text(key), self.order(kind.to_le_bytes()).to_vec(), value.to_vec()].concat();
        self.pairs.push(pair);
        self
    }

    fn string(self, key: &str, text: &str) -> Self {
        let value = self.text(text);
        self.value(key, 8, &value)
    }

    fn number(self, key: &str, number: u32) -> Self {
        let value = self.order(number.to_le_bytes());
        self.value(key, 4, &value)
    }

    fn strings(self, key: &str, texts: &[&str]) -> Self {
        let mut value = self.order(8u32.to_le_bytes()).to_vec();
        value.extend(self.order((texts.len() as u64).to_le_bytes()));
        for text in texts {
            value.extend(self.text(text));
        }
        self.value(key, 9, &value)
    }

    fn tensor(mut self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        let mut entry = self.text(name);
        entry.extend(self.order(u32::try_from(shape.len()).unwrap().to_le_bytes()));
        for dimension in shape {
            entry.extend(self.order(dimension.to_le_bytes()));
        }
        entry.extend(self.order(kind.to_le_bytes()));
        entry.extend(self.order(offset.to_le_bytes()));
        self.tensors.push(entry);
        self
    }

    fn bytes(&self, data: usize) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(self.order(self.version.to_le_bytes()));
        bytes.extend(self.order((self.tensors.len() as u64).to_le_bytes()));
        bytes.extend(self.order((self.pairs.len() as u64).to_le_bytes()));
        bytes.extend(self.pairs.concat());
        bytes.extend(self.tensors.concat());
        if data > 0 {
            bytes.resize(bytes.len().next_multiple_of(32) + data, 0);
        }
        bytes
    }
}

fn show(bytes: &[u8]) -> String {
    let gguf = read(&bytes).unwrap();
    let mut text = format!("version {}\n", gguf.version);
    for pair in &gguf.pairs {
        writeln!(text, "{} = {:?}", pair.key, pair.value).unwrap();
    }
    for tensor in &gguf.table.tensors {
        let Tensor { name, dtype, shape, elements, data, .. } = tensor;
        let order = if data.big_endian { " big" } else { "" };
        writeln!(text, "{name} {} {shape:?} {elements} {:?}{order}", dtype.name(), data.bytes).unwrap();
    }
    for fault in &gguf.table.faults {
        writeln!(text, "{}: {}", fault.at, fault.what).unwrap();
    }
    for note in &gguf.table.notes {
        writeln!(text, "not understood: {note}").unwrap();
    }
    if gguf.table.truncated {
        text.push_str("truncated\n");
    }
    text
}

fn check(bytes: &[u8], expected: Expect) {
    expected.assert_eq(&show(bytes));
}

fn fine() -> Made {
    let list: Vec<u8> = [
        9u32.to_le_bytes().to_vec(),
        1u64.to_le_bytes().to_vec(),
        7u32.to_le_bytes().to_vec(),
        2u64.to_le_bytes().to_vec(),
        vec![0, 1],
    ]
    .concat();
    Made::new()
        .string("general.architecture", "llama")
        .string("general.license", "apache-2.0")
        .strings("general.tags", &["a", "b"])
        .strings("tokenizer.ggml.tokens", &["x", "yy", ""])
        .number("llama.context_length", 4096)
        .value("x.nested", 9, &list)
        .value("x.f64", 12, &[0; 8])
        .tensor("w", &[64, 2], 8, 0)
        .tensor("b", &[3], 0, 160)
}

#[test]
fn what_is_fine() {
    check(
        &fine().bytes(160 + 32),
        expect![[r#"
            version 3
            general.architecture = Text("llama")
            general.license = Text("apache-2.0")
            general.tags = Texts(["a", "b"])
            tokenizer.ggml.tokens = List(3)
            llama.context_length = Number(4096)
            w Q8_0 [2, 64] 128 Some(448..584)
            b F32 [3] 3 Some(608..620)
        "#]],
    );
    let big = Made { big: true, version: 2, ..Made::new() }.number("general.file_type", 1).tensor("w", &[4], 1, 0);
    check(
        &big.bytes(8),
        expect![[r#"
            version 2
            general.file_type = Number(1)
            w F16 [4] 4 Some(96..104) big
        "#]],
    );
    check(
        &Made::new().bytes(0),
        expect![[r#"
        version 3
    "#]],
    );
}

#[test]
fn faults_and_what_stays_beside_them() {
    let twice = Made::new().number("a", 1).number("a", 2);
    check(
        &twice.bytes(0),
        expect![[r#"
        version 3
        41: the key `a` stands twice
    "#]],
    );
    check(
        &Made { version: 1, ..Made::new() }.bytes(0),
        expect![[r#"
        version 1
        4: version 1; versions 2 and 3 are read
    "#]],
    );
    check(
        &Made::new().number("general.alignment", 24).bytes(0),
        expect![[r#"
        version 3
        general.alignment = Number(24)
        53: an alignment that is no power of two
    "#]],
    );
    check(
        &Made::new().value("k", 13, &[]).bytes(0),
        expect![[r#"
        version 3
        33: a value of type 13; the format has 0 to 12
    "#]],
    );
    check(
        &Made::new().value("k", 7, &[2]).bytes(0),
        expect![[r#"
        version 3
        37: a truth value of 2; it is 0 or 1
    "#]],
    );
    let truths: Vec<u8> = [7u32.to_le_bytes().to_vec(), 3u64.to_le_bytes().to_vec(), vec![0, 9, 0]].concat();
    check(
        &Made::new().value("k", 9, &truths).bytes(0),
        expect![[r#"
        version 3
        50: a truth value that is neither 0 nor 1
    "#]],
    );
    check(
        &Made::new().value("general.name", 8, &[1, 0, 0, 0, 0, 0, 0, 0, 0xff]).bytes(0),
        expect![[r#"
        version 3
        general.name = Text("�")
        56: a text that is not UTF-8
    "#]],
    );
    check(
        &Made::new().tensor("a", &[1; 5], 0, 0).bytes(64),
        expect![[r#"
        version 3
        33: tensor `a` has 5 dimensions; the format allows 4
    "#]],
    );
    check(
        &Made::new().tensor("a", &[33], 8, 0).bytes(64),
        expect![[r#"
        version 3
        33: tensor `a` (Q8_0 [33]) fills no whole blocks
    "#]],
    );
    check(
        &Made::new().tensor("a", &[32], 4, 0).bytes(64),
        expect![[r#"
        version 3
        45: tensor `a` has type 4, which is none
    "#]],
    );
    check(
        &Made::new().tensor("a", &[32], 42, 0).bytes(64),
        expect![[r#"
        version 3
        not understood: tensor `a`, whose type 42 is not known here
    "#]],
    );
    check(
        &Made::new().tensor("a", &[u64::MAX, u64::MAX], 0, 0).bytes(64),
        expect![[r#"
        version 3
        33: tensor `a` (F32 [18446744073709551615, 18446744073709551615]) fills no whole blocks
    "#]],
    );
    check(
        &Made::new().tensor("a", &[2], 0, u64::MAX).bytes(64),
        expect![[r#"
        version 3
        49: the offset of tensor `a` is larger than can be
    "#]],
    );
    check(
        &Made::new().tensor("a", &[2], 0, 8).bytes(64),
        expect![[r#"
        version 3
        a F32 [2] 2 Some(72..80)
        49: an offset of 8, which is no multiple of 32
        49: bytes 0..8 of the data belong to no tensor
        not understood: 32 bytes after the last tensor, which belong to none
    "#]],
    );
    check(
        &Made::new().tensor("a", &[2], 0, 0).tensor("a", &[2], 0, 32).bytes(64),
        expect![[r#"
        version 3
        a F32 [2] 2 Some(96..104)
        a F32 [2] 2 Some(128..136)
        57: tensor `a` stands twice
    "#]],
    );
    check(
        &Made::new().tensor("a", &[9], 0, 0).tensor("b", &[2], 0, 32).bytes(64),
        expect![[r#"
        version 3
        a F32 [9] 9 Some(96..132)
        b F32 [2] 2 Some(128..136)
        82: bytes 32..36 of the data belong to another tensor too
    "#]],
    );
    check(
        &Made::new().tensor("a", &[2], 0, 0).tensor("b", &[2], 0, 64).bytes(96),
        expect![[r#"
        version 3
        a F32 [2] 2 Some(96..104)
        b F32 [2] 2 Some(160..168)
        82: bytes 8..64 of the data belong to no tensor
    "#]],
    );
    check(
        &Made::new().tensor("a", &[2], 0, 0).bytes(64),
        expect![[r#"
        version 3
        a F32 [2] 2 Some(64..72)
        not understood: 32 bytes after the last tensor, which belong to none
    "#]],
    );
    check(
        &Made::new().tensor("a", &[20], 0, 0).bytes(64),
        expect![[r#"
        version 3
        a F32 [20] 20 Some(64..144)
        49: the data should reach byte 80 and has 64
        truncated
    "#]],
    );
    check(
        b"GGU",
        expect![[r#"
        version 0
        3: the file ends within its header
        truncated
    "#]],
    );
    check(
        b"GGML\0\0\0\0",
        expect![[r#"
        version 0
        0: it does not begin with `GGUF`
    "#]],
    );
}

proptest! {
    #[test]
    fn mutations_never_panic_and_places_lie_inside(at in 0..640usize, byte in any::<u8>(), cut in 0..640usize, twice in any::<bool>()) {
        let mut bytes = fine().bytes(192);
        if let Some(there) = bytes.get_mut(at) {
            *there = byte;
        }
        if twice {
            bytes.truncate(cut);
        }
        crate::fuzzing::gguf(&bytes);
    }
}
