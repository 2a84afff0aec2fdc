//! Texts that stand for files: what an editor has open and has not saved.
//!
//! In: paths and texts. Out: the text of a path, if there is one. A path without a file on disk stays without one: an overlay
//! says what stands in files, not which there are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Texts that stand for the content of files. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay(Arc<BTreeMap<PathBuf, Arc<[u8]>>>);

impl Overlay {
    /// These texts, by absolute path.
    pub fn new(texts: BTreeMap<PathBuf, Arc<[u8]>>) -> Overlay {
        Overlay(Arc::new(texts))
    }

    /// The text that stands for a file.
    pub fn get(&self, path: &Path) -> Option<&Arc<[u8]>> {
        self.0.get(path)
    }

    /// The content of a file: what stands for it, or else what is on disk.
    ///
    /// # Errors
    /// Why it cannot be read from disk.
    pub fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        match self.get(path) {
            Some(text) => Ok(text.to_vec()),
            None => std::fs::read(path),
        }
    }
}
