//! The packages of a run, declared.

use crate::asked::Closures;
use crate::cache::Cache;
use crate::contents::{ContentHash, Contents};
use crate::declarations::{Declaration, WithDeclarations};
use crate::declare::{Declared, Homes};
use crate::deprecation;
use crate::file::FileTypes;
use crate::graph::{Graph, UnitKey};
use crate::source::{Import, PackageKey, Part, Source};
use crate::threads;
use crate::unused;
use rulec_gofront::{File, Reader};
use rulec_types::check::{Extension, FileScope, Imported, UnitFile};
use rulec_types::summary::{self, What};
use rulec_types::{PackageId, Store};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The packages of a run: what they declare, and what is known of their files.
pub struct World {
    pub(crate) store: Store,
    pub(crate) source: Box<dyn Source>,
    /// Where summaries of packages are kept from run to run.
    pub(crate) cache: Option<Cache>,
    pub(crate) declared: RwLock<FxHashMap<UnitKey, Declared>>,
    pub(crate) homes: RwLock<Homes>,
    /// One at a time prepares: the second finds most of its packages declared.
    preparing: Mutex<()>,
    problems: Mutex<BTreeMap<UnitKey, String>>,
    /// What packages need of their own declarations.
    pub(crate) unused: unused::Kept,
    /// What files say of the end of what they declare.
    pub(crate) notes: deprecation::Kept,
    /// Why imports of the packages asked for could not be found.
    missing: Mutex<BTreeSet<String>>,
    /// The import paths of packages that are known by what somebody declares of them.
    pub(crate) partial: RwLock<FxHashSet<String>>,
    /// What was read.
    pub(crate) contents: Contents,
    /// Hashes over what files say of the end of things.
    pub(crate) silent: Mutex<FxHashMap<PathBuf, ContentHash>>,
    pub(crate) closures: Closures,
}

impl World {
    /// A world in which nothing is declared yet.
    pub fn new(source: impl Source + 'static) -> World {
        World {
            store: Store::new(),
            source: Box::new(source),
            cache: None,
            declared: RwLock::default(),
            homes: RwLock::default(),
            preparing: Mutex::default(),
            problems: Mutex::default(),
            unused: Mutex::default(),
            notes: Mutex::default(),
            missing: Mutex::default(),
            partial: RwLock::default(),
            contents: Contents::default(),
            silent: Mutex::default(),
            closures: Mutex::default(),
        }
    }

    /// The same, with summaries of packages kept in a cache.
    #[must_use]
    pub fn with_cache(self, cache: Cache) -> World {
        World { cache: Some(cache), ..self }
    }

    /// The same, where packages without source are what is declared for them.
    #[must_use]
    pub fn with_declarations(self, declarations: &[Declaration]) -> World {
        World { source: Box::new(WithDeclarations::new(self.source, declarations)), ..self }
    }

    /// Where all objects and types live.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where packages come from.
    pub fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// Declares these packages, their tests, and all that they import, on that many threads. Packages that are declared
    /// already cost nothing.
    pub fn prepare(&self, packages: impl IntoIterator<Item = PackageKey>, threads: usize) {
        let all = [Part::Base, Part::Tests, Part::External];
        let parts = |package: PackageKey| all.map(|part| UnitKey { package: package.clone(), part });
        let missing = self.declare_all(packages.into_iter().flat_map(parts), threads);
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).extend(missing);
    }

    /// Declares these packages without their tests, and all that they import, on that many threads.
    pub fn prepare_without_tests(&self, packages: impl IntoIterator<Item = PackageKey>, threads: usize) {
        let missing = self.declare_all(packages.into_iter().map(UnitKey::base), threads);
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).extend(missing);
    }

    /// What a declared package offers to others, as `rulec_types::summary` writes it.
    pub fn summary(&self, package: &PackageKey) -> Option<Vec<u8>> {
        let declared = self.declared(&UnitKey::base(package.clone()))?;
        Some(summary::write(&self.store, declared.package, What::Exported, &Extension::default()))
    }

    /// Gives back why imports of these units could not be found.
    fn declare_all(&self, units: impl IntoIterator<Item = UnitKey>, threads: usize) -> Vec<String> {
        let _guard = self.preparing.lock().unwrap_or_else(PoisonError::into_inner);
        let units: Vec<UnitKey> = units.into_iter().collect();
        let mut graph = Graph::new(&*self.source, units.iter().cloned(), threads, &|key| self.declared(key).is_some());
        let rounds = graph.rounds();
        let missing = graph.missing(&units).map(str::to_owned).collect();
        for round in rounds {
            threads::map(threads, &round, Reader::new, |reader, unit| self.declare_unit(reader, &graph.units[*unit]));
        }
        self.trim();
        missing
    }

    /// What is known of a file: as a whole and lazily, top-level declaration by top-level declaration. Its package has
    /// to be prepared.
    ///
    /// # Errors
    /// Why nothing is known of it.
    pub fn file<'w>(&'w self, package: &PackageKey, path: &Path, file: &'w File) -> Result<FileTypes<'w>, String> {
        let source = self.source.package(package).ok_or_else(|| format!("there is no package at {package}"))?;
        let source_file = source.files.iter().find(|own| own.path == path);
        let part = source_file.ok_or("the file is not part of the build")?.part;
        let key = UnitKey { package: package.clone(), part };
        let declared = self.declared(&key).ok_or_else(|| self.reason(&key))?;
        // All parts are looked at as they are built for tests, as `go vet` does: methods are numbered with those of tests.
        let tests = self.declared(&UnitKey { part: Part::Tests, ..key });
        let extension = tests.map_or_else(Arc::default, |tests| tests.extension);
        let resolve = |import: &str| self.imported(&self.source.resolve(package, import));
        let imports = FileScope::build(&self.store, file, resolve);
        let path = self.store.name(&path.to_string_lossy());
        let unit = self.unit(declared.package, vec![UnitFile::new(file, path, imports)], &source, (*extension).clone());
        Ok(FileTypes::new(self, package.clone(), unit))
    }

    /// The number of the package with this import path as files of `from` see it. A package that nothing imports is
    /// declared now.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn package_id(&self, from: &PackageKey, path: &str) -> Result<PackageId, String> {
        match self.source.resolve(from, path) {
            Import::Unsafe => Ok(PackageId::UNSAFE),
            Import::C => Err("what C declares is not known".to_owned()),
            Import::Missing(reason) => Err(reason),
            Import::Package(key) => {
                let key = UnitKey::base(key);
                if self.declared(&key).is_none() && !self.has_problem(&key) {
                    self.declare_all([key.clone()], 1);
                }
                self.declared(&key).map(|declared| declared.package).ok_or_else(|| self.reason(&key))
            }
        }
    }

    /// What is wrong with packages and what describes them.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.source.problems();
        problems.extend(self.problems.lock().unwrap_or_else(PoisonError::into_inner).values().cloned());
        problems
    }

    /// Why imports of the packages that were prepared could not be found, each reason once, sorted.
    pub fn missing_imports(&self) -> Vec<String> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn declared(&self, key: &UnitKey) -> Option<Declared> {
        self.declared.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn reason(&self, key: &UnitKey) -> String {
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        problems.get(key).cloned().unwrap_or_else(|| format!("package `{}` was not loaded", key.package))
    }

    fn has_problem(&self, key: &UnitKey) -> bool {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    pub(crate) fn note_problem(&self, key: &UnitKey, problem: String) {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), problem);
    }

    pub(crate) fn imported(&self, import: &Import) -> Imported {
        match import {
            Import::Unsafe => Imported::Package(PackageId::UNSAFE),
            Import::C => Imported::Opaque,
            Import::Missing(_) => Imported::Unknown,
            Import::Package(key) => match self.declared(&UnitKey::base(key.clone())) {
                Some(declared) => Imported::Package(declared.package),
                None => Imported::Unknown,
            },
        }
    }
}
