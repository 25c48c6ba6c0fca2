//! Artifacts to facts, with evidence and gaps.
