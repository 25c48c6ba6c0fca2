//! Does the released recipe produce the released weights? What to run, and what the outcome is worth.
//!
//! Running is the shell's business. Here a recipe is read, what came out is laid beside what was published, and the
//! verdict is one of the levels R0 to R5: never "equal within a tolerance", since no number says by itself how large a
//! difference two honest runs may have.

mod compare;
mod recipe;
mod statement;
#[cfg(test)]
mod tests;

pub use compare::{Compared, Difference, Verdict, compare};
pub use recipe::{Checkpoint, Curve, Evaluation, Input, Recipe};
pub use statement::{PREDICATE_TYPE, Run, statement};

/// How close a repeated run came. Each holds for all checkpoints that were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not comparable: something is missing, or names, shapes or element types differ.
    R0,
    /// Behavioural: what was measured lies in the interval that was declared.
    R1,
    /// Statistical: the curve stays in the band of runs with other seeds.
    R2,
    /// Numeric: each tensor differs by no more than honest repetitions do.
    R3,
    /// Every tensor bit for bit; the files around them differ.
    R4,
    /// Every file byte for byte.
    R5,
}

impl Level {
    /// `R0` to `R5`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::R0 => "R0",
            Self::R1 => "R1",
            Self::R2 => "R2",
            Self::R3 => "R3",
            Self::R4 => "R4",
            Self::R5 => "R5",
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::R0 => "not comparable",
            Self::R1 => "behavioural: measurements lie in the declared interval",
            Self::R2 => "statistical: the curve stays in the band of other seeds",
            Self::R3 => "numeric: tensors differ no more than repetitions of the same recipe do",
            Self::R4 => "every tensor bit for bit, in other files",
            Self::R5 => "byte for byte",
        }
    }
}
