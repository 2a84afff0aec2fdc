//! Runs the examples of rules and measures what they show.
//!
//! In: compiled rules with their examples and an engine. Out: [`Results`]: how many examples pass, and [`Failure`]s that
//! point into the rule file. [`mutation`] drops each condition in turn and tells which of them no example needs.
//!
//! An example passes if the rule reports exactly what the example's `// want` comments ask for. A fix has obligations of
//! its own; see [`fixes`].
//!
//! Read [`sample`] (an example as Go files), [`annotation`] (`// want`), [`example`] (one example), then [`suite`].
//!
//! **Absent:** it prints nothing, and reads no files: annotated Go files are handed in as text.

#![warn(missing_docs)]

mod annotated;
mod annotation;
mod bench;
mod example;
mod failure;
mod fixes;
mod mutation;
mod sample;
mod suite;
mod versions;

pub use annotated::{AnnotatedFile, run_annotated};
pub use bench::{Bench, BenchError};
pub use failure::{Failure, Place, Results};
pub use mutation::{Mutation, Survivor};
pub use suite::{Suite, run};
pub use versions::places;
