//! The runtime: rules × Go files → findings.
//!
//! In: a [`RuleSet`] (programs linked and prepared) and a [`Job`] (files, settings). Out: an [`Outcome`]: findings, what was
//! left undecided, and every file accounted for. Files are checked in parallel, each is read, parsed, matched and dropped;
//! the result does not depend on the number of threads.
//!
//! The life of a finding: [`discover`] names the file, [`check`] reads it, `prefilter` lets it pass, `gofront` makes the tree,
//! `evaluate` runs the rules and answers their questions through [`conditions`], `render` and [`fix`] turn matches into
//! messages and edits, `suppress` sets aside what the author waived. [`incremental`] keeps what came of it, and does all of this only
//! for files of which it may have changed.
//!
//! **Absent:** Cranelift, rule syntax and output formats. All `unsafe` code is in `pack`.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod finding;
pub mod job;

pub mod discover;
mod rules;

mod check;
pub mod conditions;
mod declarations;
mod disk;
mod evaluate;
pub mod explain;
mod facts;
mod findings;
pub mod fix;
mod flow;
pub mod incremental;
mod prefilter;
pub mod profile;
pub mod session;
pub mod suppress;
mod untyped;
pub mod value;
mod wanted;
pub mod whole_file;

pub use check::{MAX_FILE_BYTES, STACK_BYTES, check, check_source};
pub use declarations::declaration_lines;
pub use explain::explain;
pub use finding::Outcome;
pub use incremental::check_incrementally;
pub use job::Job;
pub use profile::Profile;
pub use rules::{RuleSet, RuleSetError, declaration};
pub use session::{Session, prepare, with_session};

#[cfg(test)]
mod tests;
