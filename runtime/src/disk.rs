//! What rules ask of the file system beside the files that are checked, so that whoever keeps a result can ask again.
//!
//! In: a [`DiskQuestion`]. Out: a hash over its answer.

use crate::conditions::{embedded_by, exists_below, exists_in_or_above};
use rulec_world::ContentHash;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::path::PathBuf;

/// A question about files that need not be Go files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum DiskQuestion {
    /// Whether a file below a folder matches.
    Exists(PathBuf, String),
    /// Whether a file below a folder or one above it does, up to the root of the module.
    ExistsAbove(PathBuf, String),
    /// The files that a pattern of `//go:embed` embeds in a folder.
    Embedded(PathBuf, String),
}

impl DiskQuestion {
    /// The hash of the answer that it has now.
    pub(crate) fn answer(&self) -> ContentHash {
        match self {
            DiskQuestion::Exists(folder, pattern) => hash_of(&exists_below(folder, pattern)),
            DiskQuestion::ExistsAbove(folder, pattern) => hash_of(&exists_in_or_above(folder, pattern)),
            DiskQuestion::Embedded(folder, pattern) => hash_of(&embedded_by(folder, pattern)),
        }
    }
}

/// The hash of an answer.
pub(crate) fn hash_of(answer: &impl Debug) -> ContentHash {
    *blake3::hash(format!("{answer:?}").as_bytes()).as_bytes()
}
