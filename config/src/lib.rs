//! `rulec.toml`, and which rules are on, with which severity and options, for which files.
//!
//! In: the text of a configuration file ([`read`]), the selectors of a command line, and the rules there are
//! ([`Candidate`]). Out: [`Selection`], one [`Setting`] for each rule, and what changes for paths. Mistakes in the file
//! become diagnostics with their place; selectors of the command line that name nothing become [`UnknownSelector`].
//!
//! Reads no file but `rulec.toml`, and that only through [`find`], which gives its path. Knows rules by their metadata
//! alone. Start at [`Config`], then [`select`].

#![warn(missing_docs)]

mod file;
mod glob;
mod option;
mod selection;
mod selector;

pub use file::{Config, Files, PathRules, find, read};
pub use glob::Globs;
pub use selection::{Candidate, CommandLine, Selection, Setting, UnknownSelector, select};
pub use selector::selects;
