//! Benchmarks, stage by stage.
