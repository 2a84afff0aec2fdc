//! The language server: findings in Go files while they are typed, and help with writing `.rule` files.
//!
//! In: messages of the Language Server Protocol, and a [`Workshop`] that knows rules and configurations. Out: diagnostics,
//! fixes, explanations, completions. Contents come from the client where it has a file open, saved or not, and from disk
//! otherwise; which files change on disk is for the client to watch and tell, or else configurations are looked at when a file is saved.
//!
//! One thread reads messages, one writes them, one decides ([`server`]). Checking of Go files has a thread for each load of
//! packages ([`go::analysis`]), and loading goes on beside it, so that no message waits for either.
//!
//! **Absent:** how rules and configurations are found, which is for the [`Workshop`]; output to a terminal; files are never
//! written: fixes are edits that the client makes.
//!
//! Read [`server`], then [`go`] for Go files and [`rules`] for rule files.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod capabilities;
mod paths;
mod server;
mod text;
pub mod transport;
mod words;
mod workshop;

mod go;
mod rules;

pub use server::{ServeError, serve};
pub use workshop::{FileFaults, Project, Workshop};
