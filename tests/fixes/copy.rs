//! A copy of a module in which fixes may write.

use crate::go;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A copy of a module, and what its Go files were.
pub struct Scratch {
    folder: TempDir,
    /// The Go files by their names in the copy.
    original: BTreeMap<String, Vec<u8>>,
    /// Those that gofmt would change.
    unformatted: BTreeSet<String>,
}

impl Scratch {
    /// Copies a module, without what Go does not look at.
    pub fn of(module: &Path) -> Result<Scratch, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no folder for a copy: {error}"))?;
        let mut original = BTreeMap::new();
        copy(module, folder.path(), Path::new(""), &mut original)?;
        let names: Vec<String> = original.keys().cloned().collect();
        let mut scratch = Scratch { folder, original, unformatted: BTreeSet::new() };
        let unparsed = go::not_parsed(scratch.path(), &names)?;
        let unformatted = go::not_formatted(scratch.path(), &names)?;
        scratch.unformatted = unparsed.into_iter().chain(unformatted).collect();
        Ok(scratch)
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Whether gofmt had nothing to say of a file.
    pub fn was_formatted(&self, file: &str) -> bool {
        !self.unformatted.contains(file)
    }

    /// The files that are not what they were.
    pub fn changed(&self) -> Result<Vec<String>, String> {
        let mut changed = Vec::new();
        for (name, text) in &self.original {
            if fs::read(self.path().join(name)).map_err(|error| format!("{name}: {error}"))? != *text {
                changed.push(name.clone());
            }
        }
        Ok(changed)
    }

    /// Makes them what they were.
    pub fn restore(&self) -> Result<(), String> {
        for name in self.changed()? {
            fs::write(self.path().join(&name), &self.original[&name]).map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(())
    }
}

/// Copies all files below a folder, those of modules within it left out.
fn copy(from: &Path, to: &Path, below: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), String> {
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut waiting: Vec<PathBuf> = vec![below.to_owned()];
    while let Some(folder) = waiting.pop() {
        let source = from.join(&folder);
        fs::create_dir_all(to.join(&folder)).map_err(|error| told(&folder, error))?;
        for entry in fs::read_dir(&source).map_err(|error| told(&source, error))? {
            let entry = entry.map_err(|error| told(&source, error))?;
            let (name, kind) = (folder.join(entry.file_name()), entry.file_type().map_err(|e| told(&source, e))?);
            if kind.is_dir() {
                if !entry.path().join("go.mod").exists() && !entry.file_name().to_string_lossy().starts_with('.') {
                    waiting.push(name);
                }
            } else if kind.is_file() {
                let content = fs::read(entry.path()).map_err(|error| told(&entry.path(), error))?;
                fs::write(to.join(&name), &content).map_err(|error| told(&name, error))?;
                if name.extension().is_some_and(|extension| extension == "go") {
                    files.insert(name.to_string_lossy().into_owned(), content);
                }
            }
        }
    }
    Ok(())
}
