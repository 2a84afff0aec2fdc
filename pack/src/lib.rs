//! The contract between compiled rules and the runtime, and the pack file.
//!
//! In: verified plans and the machine code that `compiler` made of them. Out: [`Program`]s, which run all rules of a plan
//! over one file, by machine code or by the plain interpreter; and pack files, which hold both between runs.
//!
//! Read [`abi`] first (what machine code is handed and may call), then [`code`] (how it becomes executable), [`program`]
//! (how it is run) and [`file`] (how it is stored). All unsafe code of mapping and calling machine code is here.
//!
//! **Absent:** it does not know how machine code is made, what a rule looks like, or how findings are reported.

#![warn(missing_docs)]

pub mod abi;
pub mod code;
pub mod file;
mod helpers;
pub mod program;

pub use code::{Code, Executable, ExecutableError};
pub use file::{Pack, PackError};
pub use program::{Engine, Program, RunReport};

#[cfg(test)]
mod test_plan;
