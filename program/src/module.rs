//! A module: a tree of packages that are versioned together.

use crate::version::GoVersion;
use std::path::{Path, PathBuf};

/// A module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The module path: `std` and `cmd` in a Go distribution.
    pub path: String,
    /// The version, if it is a dependency; it names what is required even where a folder replaces it.
    pub version: Option<String>,
    /// The folder of its files.
    pub dir: PathBuf,
    /// The version of the `go` line of its go.mod. Go takes 1.16 where there is no such line.
    pub go: Option<GoVersion>,
}

impl Module {
    /// The import path of the package in `dir`. `None` if it is not in the module.
    pub fn import_path(&self, dir: &Path) -> Option<String> {
        let below = dir.strip_prefix(&self.dir).ok()?;
        // The standard library is a module called `std`, whose name is no part of its import paths.
        let head = (self.path != "std").then(|| self.path.clone());
        let parts = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        Some(head.into_iter().chain(parts).collect::<Vec<_>>().join("/"))
    }

    /// The folder of the package with that import path, if the path is one of this module's.
    pub(crate) fn dir_of(&self, import: &str) -> Option<PathBuf> {
        let below = import.strip_prefix(self.path.as_str())?;
        if below.is_empty() {
            return Some(self.dir.clone());
        }
        Some(self.dir.join(below.strip_prefix('/')?))
    }
}
