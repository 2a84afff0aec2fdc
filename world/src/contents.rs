//! What was read in a run, as hashes: so that what is kept of the run belongs to files as they were.
//!
//! In: the content of a file whenever somebody reads it. Out: its hash, and whether all who read a file read the same. Somebody may
//! save a file while a run is on; what that run found may then be of neither the old nor the new one, and is not kept.

use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A hash over the content of a file.
pub type ContentHash = [u8; 32];

#[derive(Debug, Default)]
pub(crate) struct Contents {
    hashes: Mutex<FxHashMap<PathBuf, ContentHash>>,
    has_changed: AtomicBool,
}

impl Contents {
    /// Notes what was read.
    pub(crate) fn note(&self, path: &Path, content: &[u8]) -> ContentHash {
        let hash = *blake3::hash(content).as_bytes();
        let mut hashes = self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        match hashes.get(path) {
            Some(known) if *known != hash => self.has_changed.store(true, Ordering::Relaxed),
            Some(_) => {}
            None => {
                hashes.insert(path.to_owned(), hash);
            }
        }
        hash
    }

    /// The hash of what was read first, if somebody has read it.
    pub(crate) fn of(&self, path: &Path) -> Option<ContentHash> {
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied()
    }

    /// Whether nobody has found a file changed.
    pub(crate) fn are_settled(&self) -> bool {
        !self.has_changed.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_is_noticed() {
        let contents = Contents::default();
        let (a, b) = (Path::new("a.go"), Path::new("b.go"));
        assert_eq!(contents.of(a), None);
        let hash = contents.note(a, b"package a");
        contents.note(b, b"package b");
        assert_eq!((contents.note(a, b"package a"), contents.of(a)), (hash, Some(hash)));
        assert!(contents.are_settled());
        assert_ne!(contents.note(a, b"package c"), hash);
        assert!(!contents.are_settled());
        assert_eq!(contents.of(a), Some(hash));
    }
}
