//! The headers of the corpus, restated where a few bytes suffice, and mutations of a fine one.

use super::*;
use candor_facts::Digest;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::fmt::Write as _;

/// A file from its header, with as much data as is said.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

fn show(bytes: &[u8]) -> String {
    let header = read(&bytes).unwrap();
    let mut text = String::new();
    for tensor in &header.tensors {
        let Tensor { name, dtype, shape, data, entry, .. } = tensor;
        let base = header.head.as_ref().unwrap().0.end;
        let range = data.bytes.clone().map(|bytes| bytes.start - base..bytes.end - base).unwrap();
        writeln!(text, "{name} {} {shape:?} {range:?} @ {entry:?}", dtype.name()).unwrap();
    }
    for (name, value) in &header.metadata {
        writeln!(text, "{name} = {value}").unwrap();
    }
    for fault in &header.faults {
        writeln!(text, "{}: {}", fault.at, fault.what).unwrap();
    }
    if header.truncated {
        text.push_str("truncated\n");
    }
    text
}

fn check(header: &str, data: usize, expected: Expect) {
    expected.assert_eq(&show(&file(header, data)));
}

const FINE: &str = r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[16,20]}}   "#;

#[test]
fn what_is_fine() {
    check(
        FINE,
        20,
        expect![[r#"
        a F32 [2, 2] 0..16 @ 40..95
        b BF16 [2] 16..20 @ 96..151
        format = pt
    "#]],
    );
    check(
        r#"{"z":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"s":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}"#,
        8,
        expect![[r#"
        z U8 [0] 0..0 @ 9..60
        s F64 [] 0..8 @ 61..112
    "#]],
    );
    check(
        r#"{"q":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]},"r":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[3,6]}}"#,
        6,
        expect![[r#"
        q F4 [3, 2] 0..3 @ 9..62
        r F6_E2M3 [4] 3..6 @ 63..119
    "#]],
    );
    check("{}", 0, expect![[""]]);
}

#[test]
fn faults_and_what_stays_beside_them() {
    check(
        r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
        8,
        expect![[r#"
        a U8 [4] 0..4 @ 9..60
        a U8 [4] 4..8 @ 61..112
        61: tensor `a` stands twice
    "#]],
    );
    check(
        r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
        6,
        expect![[r#"
        a U8 [4] 0..4 @ 9..60
        b U8 [4] 2..6 @ 61..112
        106: bytes 2..4 of the data belong to another tensor too
    "#]],
    );
    check(
        r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[6,10]}}"#,
        12,
        expect![[r#"
        a U8 [4] 0..4 @ 9..60
        b U8 [4] 6..10 @ 61..113
        106: bytes 4..6 of the data belong to no tensor
        124: 2 bytes after the last tensor
    "#]],
    );
    check(
        r#"{"a":{"dtype":"Q4_K","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[-4],"data_offsets":[4,8]},"c":7,"d":{}}"#,
        8,
        expect![[r#"
        22: the dtype `Q4_K` is none of the format's
        90: a dimension that is no whole number from 0 to 2^64-1
        120: tensor `c` is no object
        122: tensor `d` has no `data_offsets`
        122: tensor `d` has no `dtype`
    "#]],
    );
    check(
        r#"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,4]},"b":{"dtype":"F4","shape":[3],"data_offsets":[4,6]}}"#,
        6,
        expect![[r#"
            9: the shape of tensor `a` is larger than can be
            126: tensor `b` (F4 [3]) does not end at a whole byte
        "#]],
    );
    check(
        r#"{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}"#,
        4,
        expect![[r#"
        a U8 [9] 0..9 @ 9..60
        54: the data should reach byte 9 and has 4
        truncated
    "#]],
    );
    check(
        r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"dtype":"I8"},"b":{"dtype":"U8","shape":[1],"data_offsets":[1]}}"#,
        2,
        expect![[r#"
        60: `dtype` stands twice in one entry
        119: tensor `b` has 1 offsets; expected 2
    "#]],
    );
    check(
        r#"{"__metadata__":{"a":1},"__metadata__":[],"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#,
        1,
        expect![[r#"
        a U8 [1] 0..1 @ 50..101
        29: a value of `__metadata__` that is no string
        32: `__metadata__` stands twice
        47: `__metadata__` is no object
        102: the text ends too early
    "#]],
    );
    check(
        " {}",
        0,
        expect![[r#"
        8: the header does not begin with `{`
    "#]],
    );
    check(
        "",
        0,
        expect![[r#"
        8: the header does not begin with `{`
    "#]],
    );
    expect![[r#"
        5: 5 bytes; a file begins with the 8 bytes of its header's length
        truncated
    "#]]
    .assert_eq(&show(b"short"));
    expect![[r#"
        0: a header of 18446744073709551615 bytes; the format allows 100000000
    "#]]
    .assert_eq(&show(&[0xff; 20]));
    expect![[r#"
        10: the file ends within its header of 99000000 bytes
        truncated
    "#]]
    .assert_eq(&show(b"\xc0\x9e\xe6\x05\0\0\0\0{}"));
}

#[test]
fn many_faults_are_counted() {
    let entry = |at: u32| format!(r#""t{at}":{{"dtype":"X","shape":[1],"data_offsets":[{at},{}]}}"#, at + 1);
    let entries: Vec<String> = (0..1000).map(entry).collect();
    let header = read(&&file(&format!("{{{}}}", entries.join(",")), 1000)[..]).unwrap();
    assert_eq!((header.faults.len(), header.more_faults), (caps::FAULTS, 950));
}

/// The samples of the corpus, when it is beside this repository: each must come out as its manifest says.
#[test]
fn corpus() {
    let read_file = |name: &str| crate::testing::corpus(&format!("artifacts/headers/{name}"));
    let Some(manifest) = read_file("manifest.csv") else { return };
    let manifest = String::from_utf8(manifest).unwrap();
    let mut seen = 0;
    for line in manifest.lines().filter(|line| line.starts_with("st-")) {
        let mut columns = line.split(',');
        let (name, expected) = (columns.next().unwrap(), columns.next().unwrap());
        let bytes = read_file(name).unwrap();
        let header = read(&&bytes[..]).unwrap();
        assert_eq!(header.faults.is_empty(), expected == "valid", "{name}: {:?}", header.faults);
        assert!(header.faults.iter().all(|fault| fault.at <= bytes.len() as u64), "{name}: {:?}", header.faults);
        seen += 1;
    }
    assert_eq!(seen, 18);
}

proptest! {
    #[test]
    fn mutations_never_panic_and_places_are_in_the_file(
        at in 0..FINE.len() + 28, byte in any::<u8>(), cut in 0..FINE.len() + 28, twice in any::<bool>(),
    ) {
        let mut bytes = file(FINE, 20);
        bytes[at] = byte;
        if twice {
            bytes.truncate(cut);
        }
        let header = read(&&bytes[..]).unwrap();
        for fault in &header.faults {
            prop_assert!(fault.at <= bytes.len() as u64);
        }
        for tensor in &header.tensors {
            let entry = &bytes[tensor.entry.start as usize..tensor.entry.end as usize];
            prop_assert_eq!((entry[0], entry[entry.len() - 1]), (b'"', b'}'));
        }
        if let Some((range, digest)) = &header.head {
            prop_assert_eq!(&Digest::of(&bytes[..range.end as usize]), digest);
        }
        if bytes != file(FINE, 20) && !twice && header.faults.is_empty() {
            // Only a name, a value of the metadata or the data itself may differ in silence.
            prop_assert_eq!(header.tensors.len(), 2);
        }
    }

    /// A header shows the same however its bytes arrive: a name cut in two, an end that comes late, faults before and after.
    #[test]
    fn pieces_make_the_same_table_as_the_whole(
        text in r#"(\{("__metadata__":\{("k": ?"v",?){0,2}\},)?("(a|b|\\u0061|é|\\)": ?(\{"dtype":"U8","shape":\[[0-9]{1,2}\],"data_offsets":\[[0-9],[0-9]{1,2}\]\}|\{"shape": \[4\],"dtype":"U8","data_offsets":\[0,4\]\}|[1-9][0-9]{1,3}|\[12\]|true),? ?){0,4}\}? {0,3}x?|.{0,20})"#,
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
        data in 0..9u64,
    ) {
        let text = text.as_bytes();
        let read = |cuts: &[usize]| {
            let mut entries = Entries::new(Table::of("safetensors"), text.len() as u64 + 8);
            let mut done = 0;
            for cut in cuts {
                // What came later is read at once here, whatever came before.
                entries.patience = 0;
                done += entries.ahead(&text[done..*cut]);
            }
            entries.finish(&text[done..], data)
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.sort_unstable();
        prop_assert_eq!(read(&cuts), read(&[]));
    }

    /// The form that is read at a glance, and the same bytes of it in another order, show the same tensors and faults.
    #[test]
    fn the_plain_form_is_judged_as_any_other(
        entries in proptest::collection::vec((0..4usize, 0..40u64, 0..60u64, any::<bool>()), 0..6), data in 0..60usize,
    ) {
        let mut covered = 0;
        let mut forms = [String::new(), String::new()];
        for (at, (name, begin, length, follows)) in entries.into_iter().enumerate() {
            let begin = if follows { covered } else { begin };
            let (end, comma) = (begin + length, if at == 0 { "" } else { "," });
            covered = end;
            let [dtype, shape] = [r#""dtype":"U8""#.to_owned(), format!(r#""shape":[{}]"#, if name == 3 { 7 } else { length })];
            for (form, (one, other)) in forms.iter_mut().zip([(&dtype, &shape), (&shape, &dtype)]) {
                write!(form, r#"{comma}"{name}{at}":{{{one},{other},"data_offsets":[{begin},{end}]}}"#).unwrap();
            }
        }
        let [plain, other] = forms.map(|entries| read(&&file(&format!("{{{entries}}}"), data)[..]).unwrap());
        prop_assert_eq!(Table { head: None, ..plain }, Table { head: None, ..other });
    }

    #[test]
    fn any_header_never_panics(text in r#"\{("[ab]":\{("dtype":"(U8|F4|X)",?|"shape":\[[0-9,]{0,3}\],?|"data_offsets":\[[0-9],[0-9]\],?){0,3}\},?){0,3}\}?"#, data in 0..9usize) {
        let header = read(&&file(&text, data)[..]).unwrap();
        // Fine means that every byte of the data belongs to exactly one tensor.
        if header.faults.is_empty() {
            let sum: u64 = header.tensors.iter().filter_map(|tensor| tensor.data.bytes.clone()).map(|range| range.end - range.start).sum();
            prop_assert_eq!(sum, data as u64);
        }
    }
}
