//! The harness that runs fixtures and random rules on every engine.
//!
//! In: the folder `suite/` (`NAME.rule` beside `NAME.go`), the stock rules, and random numbers. Out: complaints: answers
//! that differ from what a fixture asks for, between engines, between one rule alone and all rules merged, or from what
//! [`naive`] says.
//!
//! Read [`fixture`] (what a fixture asks for), [`engines`] (one set of rules on every engine), then [`random`] and
//! [`naive`] (rules and programs by chance, and a matcher that knows nothing of plans).
//!
//! **Absent:** nothing here is used by the product.

#![warn(missing_docs)]

pub mod engines;
pub mod fixture;

pub mod naive;
pub mod random;

use rulec_compiler::SourceFile;
use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// All files below `folder` with this extension, sorted. Symbolic links are not followed.
pub fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(_) if path.extension().is_some_and(|own| own == extension) => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// The stock rules.
pub fn stock_rules() -> Vec<SourceFile> {
    files_below(&root().join("stdlib-rules"), "rule").iter().filter_map(|path| rule_file(path)).collect()
}

/// A rule file; its family is the name of its folder. `None` if it cannot be read.
pub fn rule_file(path: &Path) -> Option<SourceFile> {
    let family = path.parent()?.file_name()?.to_string_lossy().replace('_', "-");
    let display = path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned();
    Some(SourceFile { path: display, family, text: std::fs::read_to_string(path).ok()? })
}
