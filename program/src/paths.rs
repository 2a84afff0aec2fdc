//! Paths and import paths as text.

use std::path::{Component, Path, PathBuf};

/// `path` without `.` and `..`. Links are not looked at.
pub fn normalised(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            _ => plain.push(part),
        }
    }
    plain
}

/// The import path itself, then each part of it that ends before a `/`, longest first.
pub(crate) fn prefixes(import: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(import), |longer| longer.rsplit_once('/').map(|(shorter, _)| shorter))
}

/// Whether a package of that path can only be in the standard library, or in a module without a domain.
pub(crate) fn has_no_domain(import: &str) -> bool {
    !import.split('/').next().unwrap_or(import).contains('.')
}

/// Whether an import of that path is relative to the importing folder.
pub(crate) fn is_relative(import: &str) -> bool {
    matches!(import, "." | "..") || import.starts_with("./") || import.starts_with("../")
}

/// Whether an import declaration may have that path at all. With it, a folder is found below another one and nowhere
/// else.
///
/// Source: Go spec, "Import declarations".
pub(crate) fn is_import_path(import: &str) -> bool {
    let is_bad = |character: char| {
        character.is_control() || character.is_whitespace() || "!\"#$%&'()*,:;<=>?[\\]^`{|}\u{fffd}".contains(character)
    };
    !import.contains(is_bad) && import.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
