//! The packages of a run, declared.

use crate::file::FileTypes;
use crate::graph::{Graph, UnitKey, UnitNode};
use crate::source::{Import, PackageKey, PackageSource, Part, Source, SourceFile};
use rulec_gofront::{File, Reader};
use rulec_tree::Vocabulary;
use rulec_types::check::{Extension, FileScope, Imported, Unit, UnitFile, declare};
use rulec_types::{PackageId, Store};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The packages of a run: what they declare, and what is known of their files.
pub struct World {
    store: Store,
    source: Box<dyn Source>,
    declared: RwLock<FxHashMap<UnitKey, Declared>>,
    /// One at a time prepares: the second finds most of its packages declared.
    preparing: Mutex<()>,
    problems: Mutex<BTreeMap<UnitKey, String>>,
}

/// A unit that is declared.
#[derive(Clone)]
struct Declared {
    package: PackageId,
    /// What own tests add.
    extension: Arc<Extension>,
}

/// Declaring goes into nested types and expressions; the bound on their nesting is made for this.
const STACK_BYTES: usize = 256 << 20;

impl World {
    /// A world in which nothing is declared yet.
    pub fn new(source: impl Source + 'static) -> World {
        World {
            store: Store::new(),
            source: Box::new(source),
            declared: RwLock::default(),
            preparing: Mutex::default(),
            problems: Mutex::default(),
        }
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
        let _guard = self.preparing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut graph = Graph::new(&*self.source, packages, &|key| self.declared(key).is_some());
        for round in graph.rounds() {
            let next = AtomicUsize::new(0);
            let work = || {
                let mut reader = Reader::new();
                while let Some(unit) = round.get(next.fetch_add(1, Ordering::Relaxed)) {
                    self.declare_unit(&mut reader, &graph.units[*unit]);
                }
            };
            std::thread::scope(|scope| {
                for _ in 0..threads.clamp(1, round.len()) {
                    // Where the system gives no more threads, those that are there do the work.
                    let _ = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
                }
            });
        }
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
        let extension = match part {
            Part::Base => Arc::default(),
            Part::Tests => declared.extension,
            Part::External => self.declared(&UnitKey { part: Part::Tests, ..key }).map_or_else(Arc::default, |own| own.extension),
        };
        let resolve = |import: &str| self.imported(&self.source.resolve(package, import));
        let imports = FileScope::build(&self.store, file, resolve);
        let path = self.store.name(&path.to_string_lossy());
        let unit = self.unit(declared.package, vec![UnitFile::new(file, path, imports)], &source, (*extension).clone());
        Ok(FileTypes::new(self, package.clone(), unit))
    }

    /// The number of the package with this import path as files of `from` see it.
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
                self.declared(&key).map(|declared| declared.package).ok_or_else(|| self.reason(&key))
            }
        }
    }

    /// What went wrong with packages, in the order of their keys.
    pub fn problems(&self) -> Vec<String> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn declared(&self, key: &UnitKey) -> Option<Declared> {
        self.declared.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn reason(&self, key: &UnitKey) -> String {
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        problems.get(key).cloned().unwrap_or_else(|| format!("package `{}` was not loaded", key.package))
    }

    fn note_problem(&self, key: &UnitKey, problem: String) {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), problem);
    }

    fn imported(&self, import: &Import) -> Imported {
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

    fn declare_unit(&self, reader: &mut Reader, unit: &UnitNode) {
        let declare = AssertUnwindSafe(|| self.declare_from_source(reader, unit));
        match catch_unwind(declare) {
            Ok(Some(declared)) => {
                self.declared.write().unwrap_or_else(PoisonError::into_inner).insert(unit.key.clone(), declared);
            }
            Ok(None) => {}
            Err(_) => {
                *reader = Reader::new();
                self.note_problem(&unit.key, format!("internal error while declaring package `{}`", unit.key.package));
            }
        }
    }

    fn declare_from_source(&self, reader: &mut Reader, node: &UnitNode) -> Option<Declared> {
        let Some(source) = &node.source else {
            self.note_problem(&node.key, format!("there is no source of package `{}`", node.key.package));
            return None;
        };
        let package = match node.key.part {
            Part::Base => self.store.new_package(&source.import_path, &source.name),
            Part::Tests => self.declared(&UnitKey::base(node.key.package.clone()))?.package,
            Part::External => {
                let [path, name] = [&source.import_path, &source.name].map(|text| format!("{text}_test"));
                self.store.new_package(&path, &name)
            }
        };
        let vocabulary = Arc::new(Vocabulary::default());
        let own: Vec<&SourceFile> = source.part(node.key.part).collect();
        let read: Vec<(File, &Path)> = own.iter().filter_map(|file| self.read(reader, &vocabulary, node, file)).collect();
        let resolve = |path: &str| match node.imports.binary_search_by(|(own, _)| own.as_str().cmp(path)) {
            Ok(at) => self.imported(&node.imports[at].1),
            Err(_) => Imported::Unknown,
        };
        let files = read.iter().map(|(file, path)| {
            let imports = FileScope::build(&self.store, file, resolve);
            UnitFile::new(file, self.store.name(&path.to_string_lossy()), imports)
        });
        let extension = match node.key.part {
            Part::External => {
                let tests = UnitKey { package: node.key.package.clone(), part: Part::Tests };
                self.declared(&tests).map_or_else(Extension::default, |own| (*own.extension).clone())
            }
            Part::Base | Part::Tests => Extension::default(),
        };
        let extension = declare(&self.unit(package, files.collect(), source, extension));
        Some(Declared { package, extension: Arc::new(extension) })
    }

    fn unit<'u>(
        &'u self,
        pkg: PackageId,
        files: Vec<UnitFile<'u>>,
        source: &PackageSource,
        extension: Extension,
    ) -> Unit<'u> {
        let (word_bytes, go_minor) = (self.source.word_bytes(), source.go_minor);
        Unit { store: &self.store, pkg, files, extension, word_bytes, go_minor }
    }

    fn read<'s>(
        &self,
        reader: &mut Reader,
        vocabulary: &Arc<Vocabulary>,
        node: &UnitNode,
        file: &'s SourceFile,
    ) -> Option<(File, &'s Path)> {
        let read = self.source.read(file).map_err(|error| error.to_string());
        let read = read.and_then(|text| reader.read_declarations(&text, vocabulary).map_err(|error| error.to_string()));
        match read {
            Ok(read) => Some((read, &file.path)),
            Err(reason) => {
                self.note_problem(&node.key, format!("{}: {reason}", file.path.display()));
                None
            }
        }
    }
}
