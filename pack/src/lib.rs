//! The contract between compiled rules and the runtime, and the pack file.
//!
//! In: verified plans and the machine code that `compiler` made of them. Out: [`Program`]s, which run all rules of a plan
//! over one file, by machine code or by the plain interpreter; and pack files, which hold both between runs.
//!
//! Read [`abi`] first (what machine code is handed and may call), then [`code`] (how it becomes executable), [`program`]
//! (how it is run) and [`file`] (how it is stored: in the sections of a [`container`], with a [`manifest`]). All unsafe code of mapping and calling machine code is here.
//!
//! **Absent:** it does not know how machine code is made, what a rule looks like, or how findings are reported.

#![warn(missing_docs)]

pub mod abi;
mod bytes;
pub mod code;
pub mod container;
mod error;
pub mod file;
mod format1;
mod helpers;
pub mod manifest;
pub mod program;
pub mod signature;
mod stored_plan;

pub use code::{Code, Executable, ExecutableError, LoadError};
pub use container::Container;
pub use file::{Pack, PackError};
pub use program::{Engine, Program, RunReport};

#[cfg(test)]
mod test_plan;
