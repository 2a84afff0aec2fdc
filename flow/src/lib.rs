//! What happens inside one function: control flow, values and memory.
//!
//! In: one [`rulec_gofront::File`] and, where there are some, its types. Out: a [`Body`] for each function and function
//! literal, in static single assignment form; dominators and answers about paths; what values are made of, where they
//! go, whether they can be nil and in which range they lie.
//!
//! **Absent:** other functions, but for what a [`Knowledge`] tells of those that are called; rules; Go text.
//!
//! Read in this order: [`ir`], [`summary`], then the modules as they come.

#![warn(missing_docs)]

pub mod ir;
pub mod summary;

pub mod graph;
pub mod paths;
pub mod values;

mod file;
mod lower;

pub mod dot;
pub mod text;
pub mod verify;

pub use file::FileFlow;
pub use ir::Body;
pub use rulec_plan::model;
pub use summary::{Knowledge, Summary};
pub use values::{Located, ValueCache, Values};
