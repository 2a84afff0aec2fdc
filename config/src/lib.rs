//! `rulec.toml`, and which rules are on, with which severity and options, for which files.
//!
//! In: a configuration file and those that it extends ([`load`]), the selectors of a command line, and the rules there are
//! ([`Candidate`]). Out: [`Selection`], one [`Setting`] for each rule, and what changes for paths. Mistakes in the file
//! become diagnostics with their place; selectors of the command line that name nothing become [`UnknownSelector`].
//!
//! [`table`] reads TOML with places, and [`Dependency`] is what names another pack, for `pack.toml` as well.
//!
//! Opens no file: [`find`] gives the path of the nearest `rulec.toml`, and [`Sources`] the texts. Knows rules by their
//! metadata alone. Start at [`Config`], then [`Layers`] and [`select`].

#![warn(missing_docs)]

mod dependency;
mod file;
mod glob;
mod layers;
mod option;
mod schema;
mod selection;
mod selector;
pub mod table;

pub use dependency::{Dependency, Place, is_pack_name};
pub use file::{Config, FILE_NAME, Files, PathRules, Suppressions, find, find_in, read};
pub use glob::Globs;
pub use layers::{Layers, Sources, load};
pub use option::Written;
pub use schema::schema;
pub use selection::{Candidate, CommandLine, Selection, Setting, UnknownSelector, select, unknown_selectors};
pub use selector::{level_word, selects, selects_id};
