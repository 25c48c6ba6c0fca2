//! Runs made here, a little different each, and the level that each reaches.

use super::*;
use crate::making::{Made, Memory, Random, model, safetensors};
use candor_inspect::tensors::Dtype;

const LOG: &str = "log.jsonl";

fn expected() -> Expected {
    Expected {
        files: vec!["final.safetensors".to_owned(), LOG.to_owned()],
        stages: [(Some(10), "early.safetensors"), (Some(20), "final.safetensors")]
            .map(|(step, file)| Stage { step, file: file.to_owned() })
            .to_vec(),
        log: Some(Log { file: LOG.to_owned(), step: "step".to_owned(), value: "loss".to_owned() }),
        evaluation: Some(Evaluation {
            file: "eval.json".to_owned(),
            key: "score.all".to_owned(),
            interval: [0.4, 0.6],
        }),
    }
}

/// A run: weights after two steps, a log, an evaluation.
struct Run {
    early: Vec<Made>,
    last: Vec<Made>,
    losses: [f64; 3],
    score: f64,
    /// Written around the weights.
    note: &'static str,
}

impl Run {
    fn new() -> Self {
        Self { early: model(1, 16, 1), last: model(2, 16, 1), losses: [3.0, 2.0, 1.0], score: 0.5, note: "" }
    }

    fn tree(&self) -> Memory {
        let [a, b, c] = self.losses;
        let log = format!(
            "{{\"step\":5,\"loss\":{a}}}\n{{\"event\":\"x\"}}\n{{\"step\":15,\"loss\":{b}}}\n{{\"step\":20,\"loss\":{c}}}\n{}",
            self.note
        );
        Memory::new(vec![
            ("early.safetensors".to_owned(), safetensors(&self.early, Dtype::F32)),
            ("final.safetensors".to_owned(), safetensors(&self.last, Dtype::F32)),
            (LOG.to_owned(), log.into_bytes()),
            ("eval.json".to_owned(), format!("{{\"score\":{{\"all\":{}}}}}", self.score).into_bytes()),
        ])
    }
}

/// All numbers a little away, by a share of their size.
fn shaken(tensors: &[Made], seed: u64, by: f32) -> Vec<Made> {
    let mut random = Random::new(seed);
    let mut out = tensors.to_vec();
    for tensor in &mut out {
        for value in &mut tensor.values {
            *value += *value * by * random.normal();
        }
    }
    out
}

fn judged(run: &Run, same: &[Memory], seeds: &[Memory]) -> Comparison {
    let replicas = Replicas {
        same: same.iter().map(|tree| tree as &dyn Tree).collect(),
        seeds: seeds.iter().map(|tree| tree as &dyn Tree).collect(),
    };
    compare(&expected(), &Run::new().tree(), &run.tree(), &replicas, 1)
}

fn level(comparison: &Comparison) -> &'static str {
    comparison.level.map_or("refuted", Level::id)
}

#[test]
fn levels_from_bytes_to_behaviour() {
    let same = judged(&Run::new(), &[], &[]);
    assert_eq!((level(&same), same.first_step()), ("R5", None), "{}", same.because);
    let other_file = judged(&Run { note: "{\"event\":\"done\"}\n", ..Run::new() }, &[], &[]);
    assert_eq!((level(&other_file), other_file.first_step()), ("R4", None), "{}", other_file.because);

    let near = |seed| Run {
        early: shaken(&Run::new().early, seed, 1e-5),
        last: shaken(&Run::new().last, seed, 1e-5),
        losses: [3.0, 2.001, 1.001],
        ..Run::new()
    };
    let noisy: Vec<Memory> = (10..14).map(|seed| near(seed).tree()).collect();
    // One run may be further away than any two of others; what is a tenth as far is not.
    let run = Run { early: shaken(&Run::new().early, 3, 1e-6), last: shaken(&Run::new().last, 3, 1e-6), ..near(3) };
    assert_eq!(level(&judged(&run, &noisy, &[])), "R3");
    assert_eq!(level(&judged(&run, &noisy[..1], &[])), "R1", "one run shows no noise");
    let still: Vec<Memory> = (0..3).map(|_| Run::new().tree()).collect();
    assert_eq!(level(&judged(&run, &still, &[])), "R1", "runs that are all the same leave no room");

    let seeds: Vec<Memory> =
        [0.9, 1.0, 1.1].iter().map(|by| Run { losses: [3.0 * by, 2.0 * by, *by], ..Run::new() }.tree()).collect();
    assert_eq!(level(&judged(&run, &[], &seeds)), "R2");
    assert_eq!(level(&judged(&Run { losses: [3.0, 2.5, 1.0], ..near(3) }, &[], &seeds)), "R1", "out of the band");
    assert_eq!(level(&judged(&Run { score: 0.7, ..near(3) }, &[], &[])), "refuted");
}

#[test]
fn the_first_step_that_differs_is_named() {
    // The log is finer than the weights along the way.
    let run = Run { last: shaken(&Run::new().last, 1, 0.1), losses: [3.0, 2.5, 1.5], score: 0.0, ..Run::new() };
    let found = judged(&run, &[], &[]);
    assert_eq!((level(&found), found.first_step()), ("refuted", Some(15)));
    assert_eq!(found.stages[0].equal, found.stages[0].tensors);
    let first = found.stages[1].first.as_ref().expect("a tensor");
    assert!(Run::new().last.iter().any(|made| made.name == first.tensor), "{first:?}");
    assert!(first.relative.is_some_and(|far| (0.05..0.2).contains(&far)), "{first:?}");
    // Without a word in the log, the weights tell.
    let run = Run { early: shaken(&Run::new().early, 1, 0.1), score: 0.0, ..Run::new() };
    assert_eq!(judged(&run, &[], &[]).first_step(), Some(10));
}

#[test]
fn what_cannot_be_laid_side_by_side_is_not_comparable() {
    let mut wider = Run::new();
    wider.last = model(2, 32, 1);
    let mut fewer = Run::new();
    fewer.last.pop();
    for (run, words) in [(wider, "shape"), (fewer, "one side alone")] {
        let found = judged(&run, &[], &[]);
        assert_eq!(level(&found), "R0");
        assert!(found.because.contains(words), "{}", found.because);
    }
    let none = Memory::new(Vec::new());
    let found = compare(&expected(), &Run::new().tree(), &none, &Replicas::default(), 1);
    assert_eq!(level(&found), "R0");
    assert!(found.because.contains("not among the produced files"), "{}", found.because);
}
