//! The plan: what a rule means, between its syntax and its machine code.
//!
//! In: plans made by `compiler` or read from a pack. Out: the same plan verified ([`verify`]), written as text ([`text`]),
//! or run by the plain interpreter ([`interp`]), which *defines* what a plan means: native code must give the same bytes.
//!
//! Read [`ir`] first, then [`interp`].
//!
//! **Absent:** it does not know rule syntax, Cranelift, Go source text or how findings are printed. What a plan asks
//! about the world goes through [`host`].

#![warn(missing_docs)]

pub mod deferred;
pub mod host;
pub mod interp;
pub mod ir;
pub mod manifest;
pub mod model;
pub mod numbering;
pub mod regex;
pub mod text;
pub mod type_pattern;
pub mod verify;

pub use deferred::Deferred;
pub use ir::Plan;
