//! Facts to verdicts: frameworks, probes, standings.
