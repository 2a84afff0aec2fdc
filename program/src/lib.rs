//! Which Go files make up which package, and where the package of an import path lives.
//!
//! In: folders of Go code and a [`Config`]. Out: [`PackageDir`]s, which are lists of files, and for each import path a
//! [`Resolution`]. Modules, workspaces, vendoring, the module cache, GOROOT and the older GOPATH layout are followed as
//! the go command follows them. What is wrong becomes a [`Problem`], and the rest is used.
//!
//! **Absent:** no Go file is parsed past its imports, no `go` command is run, nothing is downloaded or written, and
//! types are not known here.
//!
//! Read in this order: [`Loader`], then `scope` (what imports are looked up in), `modules` and `build_list` (which
//! version of which module), `folder` and `head` (files), `gomod` (the file formats).

#![warn(missing_docs)]

mod loader;

mod scope;

mod build_list;
mod module;
mod modules;
mod vendor;

mod folder;
mod head;

mod config;
mod environment;
mod gomod;

mod overlay;
mod paths;
mod problem;
mod store;
mod version;

#[cfg(test)]
mod tests;

pub use config::{Config, Goroot};
pub use environment::Environment;
pub use folder::{Excluded, Role, SourceFile};
pub use head::Import;
pub use loader::{LOOSE, Loader, PackageDir, Resolution};
pub use module::Module;
pub use overlay::Overlay;
pub use paths::normalised;
pub use problem::Problem;
pub use scope::ScopeId;
pub use version::GoVersion;
