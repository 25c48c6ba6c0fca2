//! `candor schema`: the JSON Schemas of what Candor prints.

use crate::Outcome;
use crate::args::{Schema, SchemaOf};
use crate::output::Output;

/// Run the command.
pub(crate) fn run(options: &Schema, output: &Output) -> anyhow::Result<Outcome> {
    let text = match options.of {
        SchemaOf::Assessment => include_str!("../../schemas/assessment.schema.json"),
        SchemaOf::License => include_str!("../../schemas/license.schema.json"),
        SchemaOf::Inspect => include_str!("../../schemas/inspect.schema.json"),
    };
    output.print(text)?;
    Ok(Outcome::Answered)
}
