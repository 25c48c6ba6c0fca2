//! Weights and logs against levels.

use super::*;
use candor_facts::{OpenError, ReadAt, Standing, Tree, TreeEntry, TreeFile};
use expect_test::expect;
use std::io;

struct Memory(Vec<TreeEntry>, Vec<Vec<u8>>);

struct Bytes(Vec<u8>);

impl ReadAt for Bytes {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.as_slice().read_at(offset, buffer)
    }
}

impl TreeFile for Bytes {
    fn unchanged(&self) -> io::Result<bool> {
        Ok(true)
    }
}

impl Tree for Memory {
    fn entries(&self) -> &[TreeEntry] {
        &self.0
    }

    fn open(&self, entry: &TreeEntry) -> Result<Box<dyn TreeFile + '_>, OpenError> {
        let at = self.0.iter().position(|other| other == entry).ok_or(OpenError::NotFetched)?;
        Ok(Box::new(Bytes(self.1[at].clone())))
    }
}

fn folder(files: &[(&str, Vec<u8>)]) -> Memory {
    let mut files = files.to_vec();
    files.sort();
    let mut memory = Memory(Vec::new(), Vec::new());
    for (path, bytes) in files {
        let size = bytes.len() as u64;
        memory.0.push(TreeEntry { path: path.to_owned(), size, modified: 0, standing: Standing::File });
        memory.1.push(bytes);
    }
    memory
}

/// A safetensors file with tensors `a` and `b`, and a metadata word.
fn weights(a: &[f32], b: &[f32], word: &str) -> Vec<u8> {
    let (first, second) = (a.len() * 4, (a.len() + b.len()) * 4);
    let header = format!(
        r#"{{"__metadata__":{{"w":"{word}"}},"a":{{"dtype":"F32","shape":[{}],"data_offsets":[0,{first}]}},"b":{{"dtype":"F32","shape":[{}],"data_offsets":[{first},{second}]}}}}"#,
        a.len(),
        b.len()
    );
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(a.iter().chain(b).flat_map(|value| value.to_le_bytes()));
    file
}

const HEAD: &str = "format = 1\nname = \"t\"\nprogram = \"p\"\narguments = []\nlimit_seconds = 1\n";

fn show(recipe: &str, published: &[(&str, Vec<u8>)], produced: &[(&str, Vec<u8>)]) -> String {
    let recipe = Recipe::read(&format!("{HEAD}{recipe}")).expect("a recipe");
    let verdict = compare(&recipe, &folder(published), &folder(produced));
    let level = verdict.level.map_or("none", Level::as_str);
    let tensor = verdict.first_tensor.clone().unwrap_or_default();
    let reproduced = verdict.reproduced();
    format!(
        "{level} {reproduced} {}/{} {:?} {tensor}: {}\n",
        verdict.segments(),
        verdict.checkpoints.len(),
        verdict.first_step,
        verdict.why
    )
}

#[test]
fn levels_of_weights() {
    let recipe = "[[checkpoint]]\nstep = 5\npublished = \"m\"\nproduced = \"m\"\nreplicas = [\"r1\", \"r2\"]\n";
    let (a, b) = ([1.0, 2.0, 3.0], [4.0, 5.0]);
    let near = f32::from_bits(2.0_f32.to_bits() + 2);
    let far = f32::from_bits(2.0_f32.to_bits() + 9);
    let published = vec![
        ("m", weights(&a, &b, "x")),
        ("r1", weights(&[1.0, near, 3.0], &b, "x")),
        ("r2", weights(&[1.0, f32::from_bits(2.0_f32.to_bits() + 1), 3.0], &b, "x")),
    ];
    let mut said = String::new();
    for produced in [
        weights(&a, &b, "x"),
        weights(&a, &b, "y"),
        weights(&[1.0, near, 3.0], &b, "y"),
        weights(&[1.0, far, 3.0], &b, "x"),
        weights(&a, &[4.0, f32::from_bits(5.0_f32.to_bits() + 1)], "x"),
        weights(&[1.0, f32::NAN, 3.0], &b, "x"),
        weights(&[-0.0, 2.0, 3.0], &b, "x"),
        weights(&a, &[4.0], "x"),
        b"nothing".to_vec(),
    ] {
        said.push_str(&show(recipe, &published, &[("m", produced)]));
    }
    said.push_str(&show(recipe, &published, &[]));
    said.push_str(&show(
        "[[checkpoint]]\nstep = 5\npublished = \"m\"\nproduced = \"m\"\n",
        &published,
        &[("m", weights(&[9.0, 2.0, 3.0], &b, "x"))],
    ));
    said.push_str(&show("", &published, &[]));
    expect![[r#"
        R5 true 1/1 None : all 1 checkpoints: byte for byte
        R4 true 1/1 None : all 1 checkpoints: every tensor bit for bit, in other files
        R3 true 0/1 Some(5) a: all 1 checkpoints: numeric: tensors differ no more than repetitions of the same recipe do
        none false 0/1 Some(5) a: step 5: 1 of 2 tensors differ, first `a`; not R3: `a` differs more than 2 repetitions do; no band for R2: the recipe names no 3 logs of runs with other seeds; no interval for R1: the recipe declares no measurement
        none false 0/1 Some(5) b: step 5: 1 of 2 tensors differ, first `b`; not R3: `b` differs more than 2 repetitions do; no band for R2: the recipe names no 3 logs of runs with other seeds; no interval for R1: the recipe declares no measurement
        none false 0/1 Some(5) a: step 5: 1 of 2 tensors differ, first `a`; not R3: `a` differs more than 2 repetitions do; no band for R2: the recipe names no 3 logs of runs with other seeds; no interval for R1: the recipe declares no measurement
        none false 0/1 Some(5) a: step 5: 1 of 2 tensors differ, first `a`; not R3: `a` differs more than 2 repetitions do; no band for R2: the recipe names no 3 logs of runs with other seeds; no interval for R1: the recipe declares no measurement
        R0 false 0/1 Some(5) b: step 5: `b` F32 [2] was published, the run has `b` F32 [1]
        R0 false 0/1 Some(5) : step 5: the run's file is no sound safetensors file
        R0 false 0/1 Some(5) : step 5: `m` of the run: it is not there
        none false 0/1 Some(5) a: step 5: 1 of 2 tensors differ, first `a`; no noise to compare with for R3: the recipe names no 2 repetitions; no band for R2: the recipe names no 3 logs of runs with other seeds; no interval for R1: the recipe declares no measurement
        R0 false 0/0 None : the recipe names no published weights to compare with
    "#]].assert_eq(&said);
}

#[test]
fn the_first_step_and_the_levels_below() {
    let recipe = "[[checkpoint]]\nstep = 5\npublished = \"m5\"\nproduced = \"m5\"\n[[checkpoint]]\nstep = 9\npublished = \"m9\"\nproduced = \"m9\"\n[curve]\npublished = \"log\"\nproduced = \"log\"\nkey = \"loss\"\nreplicas = [\"l1\", \"l2\", \"l3\"]\n";
    let evaluation =
        "[[evaluation]]\nproduced = \"e\"\npointer = \"/x/y\"\nlow = 1.0\nhigh = 2.0\nbecause = \"five runs\"\n";
    let log = |values: [f64; 3]| {
        let line = |(step, value): (usize, &f64)| format!("{{\"step\":{},\"loss\":{value}}}\n", step * 3);
        values.iter().enumerate().map(line).collect::<String>().into_bytes()
    };
    let one = weights(&[1.0], &[2.0], "x");
    let other = weights(&[1.0], &[2.5], "x");
    let published = vec![
        ("m5", one.clone()),
        ("m9", one.clone()),
        ("log", log([3.0, 2.0, 1.0])),
        ("l1", log([3.0, 2.1, 1.1])),
        ("l2", log([3.0, 1.9, 0.9])),
        ("l3", log([3.0, 2.0, 1.0])),
    ];
    let mut said = String::new();
    for (m5, m9, log, e) in [
        (&one, &one, log([3.0, 2.0, 1.0]), "{}"),
        (&one, &other, log([3.0, 2.0, 1.05]), "{}"),
        (&other, &other, log([3.0, 2.5, 1.05]), "{}"),
        (&other, &other, log([3.0, 2.5, 1.05]), "{\"x\":{\"y\":1.5}}"),
        (&other, &other, log([3.0, 2.5, 1.05]), "{\"x\":{\"y\":2.5}}"),
        (&other, &other, b"no log".to_vec(), "{"),
    ] {
        let produced = [("m5", m5.clone()), ("m9", m9.clone()), ("log", log), ("e", e.as_bytes().to_vec())];
        said.push_str(&show(&format!("{recipe}{evaluation}"), &published, &produced));
    }
    expect![[r#"
        R5 true 2/2 None : all 2 checkpoints: byte for byte
        R2 false 1/2 Some(6) b: step 9: 1 of 2 tensors differ, first `b`; no noise to compare with for R3: the recipe names no 2 repetitions; statistical: the curve stays in the band of other seeds
        none false 0/2 Some(3) b: step 5: 1 of 2 tensors differ, first `b`; no noise to compare with for R3: the recipe names no 2 repetitions; not R2: at step 3 the curve leaves the band of 3 other runs; not R1: `e` has no number at `/x/y`
        R1 false 0/2 Some(3) b: step 5: 1 of 2 tensors differ, first `b`; no noise to compare with for R3: the recipe names no 2 repetitions; behavioural: measurements lie in the declared interval
        none false 0/2 Some(3) b: step 5: 1 of 2 tensors differ, first `b`; no noise to compare with for R3: the recipe names no 2 repetitions; not R2: at step 3 the curve leaves the band of 3 other runs; not R1: `/x/y` is 2.5, not in 1 to 2
        none false 0/2 Some(5) b: step 5: 1 of 2 tensors differ, first `b`; no noise to compare with for R3: the recipe names no 2 repetitions; the log `log`: expected ident at line 1 column 2; not R1: `e`: EOF while parsing an object at line 1 column 1
    "#]].assert_eq(&said);
}
