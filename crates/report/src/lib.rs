//! Assessments as text people read and documents machines read.
