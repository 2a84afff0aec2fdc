//! The packages of the files of a run, prepared when the first question comes.

use crate::cache::Cache;
use crate::declarations::Declaration;
use crate::disk::DiskSource;
use crate::file::FileTypes;
use crate::memory::{MemoryFile, MemorySource};
use crate::source::PackageKey;
use crate::world::World;
use rulec_gofront::File;
use rulec_program::Config;
use std::path::{Path, PathBuf};
use std::sync::Once;

/// The packages of the files of a run. Nothing is loaded before the first question, and then all of them are at once.
pub struct Packages {
    world: World,
    files: Vec<PathBuf>,
    threads: usize,
    prepared: Once,
}

impl Packages {
    /// The packages of these files of the file system, to be loaded on that many threads (0: one for each core).
    pub fn of_disk(config: Config, files: Vec<PathBuf>, threads: usize) -> Packages {
        Packages::new(World::new(DiskSource::new(config)), files, threads)
    }

    /// The packages that these files in memory make up.
    pub fn of_memory(files: Vec<MemoryFile>, go_minor: Option<u32>) -> Packages {
        let paths = files.iter().map(|file| file.path.clone()).collect();
        Packages::new(World::new(MemorySource::new(files, go_minor)), paths, 1)
    }

    fn new(world: World, files: Vec<PathBuf>, threads: usize) -> Packages {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = if threads == 0 { cores() } else { threads };
        Packages { world, files, threads, prepared: Once::new() }
    }

    /// The same, with summaries of packages kept in a cache.
    #[must_use]
    pub fn with_cache(self, cache: Cache) -> Packages {
        Packages { world: self.world.with_cache(cache), ..self }
    }

    /// The same, where packages without source are what is declared for them.
    #[must_use]
    pub fn with_declarations(self, declarations: &[Declaration]) -> Packages {
        Packages { world: self.world.with_declarations(declarations), ..self }
    }

    /// The packages themselves.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What is known of a file, which may have changed since the packages were loaded.
    ///
    /// # Errors
    /// Why nothing is known of it.
    pub fn file<'w>(&'w self, path: &Path, file: &'w File) -> Result<FileTypes<'w>, String> {
        self.prepare();
        let package = self.world.source().package_of(path);
        self.world.file(&package, path, file)
    }

    /// What is wrong with packages, if they were loaded, for people: one line for each, and one for all imports that are
    /// missing.
    pub fn problems(&self) -> Vec<String> {
        if !self.are_prepared() {
            return Vec::new();
        }
        let mut problems = self.world.problems();
        let missing = self.world.missing_imports();
        problems.extend(match &missing[..] {
            [] => None,
            [only] => Some(format!("types are not known in full: {only}")),
            [first, rest @ ..] => {
                Some(format!("types are not known in full: {first}; and {} more like it", rest.len()))
            }
        });
        problems
    }

    /// Whether they are loaded.
    pub fn are_prepared(&self) -> bool {
        self.prepared.is_completed()
    }

    /// Loads the packages unless they are loaded.
    pub fn prepare(&self) {
        self.prepared.call_once(|| {
            self.world.prepare(self.roots(), self.threads);
        });
    }

    /// The packages of the files, sorted.
    pub fn roots(&self) -> Vec<PackageKey> {
        let mut roots: Vec<PackageKey> = self.files.iter().map(|file| self.world.source().package_of(file)).collect();
        roots.sort_unstable();
        roots.dedup();
        roots
    }

    /// On how many threads they are loaded.
    pub fn threads(&self) -> usize {
        self.threads
    }
}
