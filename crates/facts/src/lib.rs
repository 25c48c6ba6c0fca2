//! The vocabulary of Candor: releases, artifacts, evidence, facts, gaps.
