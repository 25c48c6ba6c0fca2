//! A run as an in-toto statement about the published weights, which can be signed.

use super::{Level, Verdict};
use serde_json::{Value, json};

/// What the statement says.
pub const PREDICATE_TYPE: &str = "https://github.com/candor-openness/candor/reproduction/v1";

/// What was run.
pub struct Run<'a> {
    /// The recipe's name.
    pub recipe: &'a str,
    /// SHA-256 of the recipe file.
    pub recipe_sha256: &'a str,
    /// Files that went in, each with its SHA-256.
    pub inputs: &'a [(String, String)],
    /// Published weights, each with its SHA-256.
    pub published: &'a [(String, String)],
    /// The program's name and SHA-256.
    pub program: (&'a str, &'a str),
    /// Its arguments.
    pub arguments: &'a [String],
    /// `bubblewrap`, `namespaces` or `none`.
    pub sandbox: &'a str,
}

/// The statement.
pub fn statement(run: &Run<'_>, verdict: &Verdict) -> Value {
    let named = |(name, sha256): &(String, String)| json!({"name": name, "digest": {"sha256": sha256}});
    let checkpoints = verdict.checkpoints.iter().map(|one| {
        json!({
            "step": one.step,
            "published": one.published,
            "level": one.level.map(Level::as_str),
            "tensorsDiffering": one.differ.0,
            "tensors": one.differ.1,
            "why": one.why,
        })
    });
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": run.published.iter().map(named).collect::<Vec<_>>(),
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "level": verdict.level.map(Level::as_str),
            "reproduced": verdict.reproduced(),
            "why": verdict.why,
            "trajectory": {"segments": verdict.segments(), "of": verdict.checkpoints.len()},
            "firstDivergence": verdict.first_step.map(|step| json!({"step": step, "tensor": verdict.first_tensor})),
            "checkpoints": checkpoints.collect::<Vec<_>>(),
            "recipe": {"name": run.recipe, "digest": {"sha256": run.recipe_sha256}},
            "inputs": run.inputs.iter().map(named).collect::<Vec<_>>(),
            "program": {"name": run.program.0, "digest": {"sha256": run.program.1}},
            "arguments": run.arguments,
            "sandbox": run.sandbox,
        },
    })
}
