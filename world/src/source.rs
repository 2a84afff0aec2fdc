//! Where packages come from.

use crate::standard::StandardOn;
use rulec_program::ScopeId;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which package: equal for equal packages of one [`Source`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackageKey {
    /// The package in a folder.
    Dir {
        /// The folder.
        dir: PathBuf,
        /// What its imports are looked up in.
        scope: ScopeId,
    },
    /// The package of the standard library with this import path, of which no source is read: its summary counts.
    Std(String),
    /// The package with this import path, of files in memory.
    Memory(String),
    /// The package with this import path, of which there is no source: what is declared for it counts.
    Declared {
        /// The import path.
        path: String,
        /// What its importers look up their imports in; none for files in memory.
        scope: Option<ScopeId>,
    },
}

impl fmt::Display for PackageKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PackageKey::Dir { dir, .. } => write!(out, "{}", dir.display()),
            PackageKey::Std(path) | PackageKey::Memory(path) | PackageKey::Declared { path, .. } => out.write_str(path),
        }
    }
}

/// What an import means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// A package.
    Package(PackageKey),
    /// Package `unsafe`.
    Unsafe,
    /// `import "C"`: its content is C's.
    C,
    /// It cannot be found, and why.
    Missing(String),
}

/// What a file of a package is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The package.
    Base,
    /// Its own tests, which see all of it.
    Tests,
    /// Its external tests, a package of their own.
    External,
}

/// A package and its tests.
#[derive(Clone, Debug)]
pub struct PackageSource {
    /// Its import path.
    pub import_path: String,
    /// The name in its package clauses.
    pub name: String,
    /// Its files in the order of their names, those that the build leaves out excepted.
    pub files: Vec<SourceFile>,
    /// The minor number of its language version, if it is known.
    pub go_minor: Option<u32>,
    /// The folder that its files are in.
    pub folder: PathBuf,
    /// Whether it is part of a Go distribution.
    pub standard: bool,
    /// Whether it may declare more than its files do.
    pub is_partial: bool,
}

/// A Go file of a package.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it is; unique in the [`Source`].
    pub path: PathBuf,
    /// What it is for.
    pub part: Part,
    /// The import paths that it mentions.
    pub imports: Vec<String>,
}

impl PackageSource {
    /// The files of one part.
    pub fn part(&self, part: Part) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(move |file| file.part == part)
    }
}

/// Finds packages. Answers do not change while a [`World`](crate::World) is in use.
pub trait Source: Send + Sync {
    /// The package of the file at this path.
    fn package_of(&self, path: &Path) -> PackageKey;

    /// A package; `None` for one of the standard library without source.
    fn package(&self, key: &PackageKey) -> Option<Arc<PackageSource>>;

    /// What `path` means where a file of package `from` imports it.
    fn resolve(&self, from: &PackageKey, path: &str) -> Import;

    /// The content of a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, file: &SourceFile) -> std::io::Result<Vec<u8>>;

    /// The size of `int` and of pointers, in bytes.
    fn word_bytes(&self) -> u8;

    /// What is wrong with the packages met so far, those of dependencies left out, and with what describes them; sorted.
    fn problems(&self) -> Vec<String>;

    /// The summary that packages [`PackageKey::Std`] are in.
    fn standard(&self) -> Option<StandardOn>;

    /// All of the build configuration that what packages declare may depend on beside their files, as text.
    fn configuration(&self) -> String;
}
