//! Packages whose source is not at hand, as somebody else declares them.
//!
//! In: a [`Source`], and Go declarations by import path. Out: the same source, but for imports that lead nowhere in it: where
//! there are declarations for such a path, they are the package. Declarations for one path are files of one package. It is
//! known that the real package may declare more ([`PackageSource::is_partial`]), so that what is not declared is unknown.
//!
//! A declared package imports what its importers would: the real package where there is one, and else what is declared.
//!
//! **Absent:** bodies of functions; a word on what functions do.

mod judge;

pub use judge::{Fault, Judged, judge};

use crate::memory::imports_of;
use crate::source::{Import, PackageKey, PackageSource, Part, Source, SourceFile};
use crate::standard::StandardOn;
use rulec_gofront::Reader;
use rulec_program::ScopeId;
use rulec_tree::Vocabulary;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// What is declared for a package, by its import path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The import path.
    pub import_path: String,
    /// The name in its package clauses.
    pub package_name: String,
    /// Imports and declarations without bodies, in Go; the package clause is left out.
    pub text: String,
}

impl Declaration {
    /// The declarations as a Go file. Lines are those of [`Declaration::text`].
    pub fn file(&self) -> Vec<u8> {
        format!("package {}; {}", self.package_name, self.text).into_bytes()
    }
}

/// A source with declared packages in it.
pub(crate) struct WithDeclarations {
    inner: Box<dyn Source>,
    packages: BTreeMap<String, Declared>,
    /// A package of each scope in which a declared one was imported: it stands for those who look up imports there.
    importers: RwLock<FxHashMap<Option<ScopeId>, PackageKey>>,
    problems: Mutex<BTreeSet<String>>,
}

struct Declared {
    name: String,
    files: Vec<(PathBuf, Vec<u8>)>,
    /// The package, once somebody has imported it.
    source: OnceLock<Arc<PackageSource>>,
}

impl WithDeclarations {
    /// What `inner` finds, and else what is declared. The first declaration for a path names the package.
    pub(crate) fn new(inner: Box<dyn Source>, declarations: &[Declaration]) -> WithDeclarations {
        let mut packages: BTreeMap<String, Declared> = BTreeMap::new();
        for declaration in declarations {
            let package = packages.entry(declaration.import_path.clone()).or_insert_with(|| Declared {
                name: declaration.package_name.clone(),
                files: Vec::new(),
                source: OnceLock::new(),
            });
            let file = folder_of(&declaration.import_path).join(format!("{}.go", package.files.len() + 1));
            package.files.push((file, declaration.file()));
        }
        WithDeclarations { inner, packages, importers: RwLock::default(), problems: Mutex::default() }
    }

    /// Who looks up the imports of a package: itself, or for a declared package somebody who imports it.
    fn looks_up(&self, package: &PackageKey) -> Option<PackageKey> {
        match package {
            PackageKey::Declared { scope, .. } => {
                self.importers.read().unwrap_or_else(PoisonError::into_inner).get(scope).cloned()
            }
            other => Some(other.clone()),
        }
    }

    fn declared(&self, path: &str) -> Option<Arc<PackageSource>> {
        let package = self.packages.get(path)?;
        Some(package.source.get_or_init(|| Arc::new(self.source_of(path, package))).clone())
    }

    fn source_of(&self, path: &str, package: &Declared) -> PackageSource {
        let mut reader = Reader::new();
        let files = package.files.iter().map(|(file, content)| SourceFile {
            path: file.clone(),
            part: Part::Base,
            imports: self.imports(&mut reader, path, content),
        });
        PackageSource {
            import_path: path.to_owned(),
            name: package.name.clone(),
            files: files.collect(),
            go_minor: None,
            folder: folder_of(path),
            standard: false,
            is_partial: true,
        }
    }

    /// The imports of a declaration; what cannot be read of it is noted.
    fn imports(&self, reader: &mut Reader, path: &str, content: &[u8]) -> Vec<String> {
        let (imports, faults) = match reader.read(content, &Arc::new(Vocabulary::default())) {
            Ok(file) => {
                let faults = file.coverage.bad.iter().map(|bad| {
                    let (line, column) = file.lines.position(bad.at);
                    format!("{line}:{column}: {} in {}", bad.reason, bad.what)
                });
                (imports_of(&file), faults.collect())
            }
            Err(refusal) => (Vec::new(), vec![refusal.to_string()]),
        };
        let problems = faults.into_iter().map(|fault| format!("what rules declare for package `{path}`: {fault}"));
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).extend(problems);
        imports
    }
}

/// The folder of all declared packages: no path of the file system, as these are absolute.
const DECLARED: &str = "declared";

/// Where the files of a declared package are said to be: nowhere that a file can be.
fn folder_of(path: &str) -> PathBuf {
    Path::new(DECLARED).join(path)
}

fn scope_of(package: &PackageKey) -> Option<ScopeId> {
    match package {
        PackageKey::Dir { scope, .. } => Some(*scope),
        PackageKey::Declared { scope, .. } => *scope,
        PackageKey::Std(_) | PackageKey::Memory(_) => None,
    }
}

impl Source for WithDeclarations {
    fn package_of(&self, path: &Path) -> PackageKey {
        self.inner.package_of(path)
    }

    fn package(&self, key: &PackageKey) -> Option<Arc<PackageSource>> {
        match key {
            PackageKey::Declared { path, .. } => self.declared(path),
            _ => self.inner.package(key),
        }
    }

    fn resolve(&self, from: &PackageKey, path: &str) -> Import {
        let Some(importer) = self.looks_up(from) else {
            return Import::Missing(format!("package {from} was never asked for"));
        };
        let found = self.inner.resolve(&importer, path);
        if !matches!(found, Import::Missing(_)) || !self.packages.contains_key(path) {
            return found;
        }
        let scope = scope_of(from);
        self.importers.write().unwrap_or_else(PoisonError::into_inner).entry(scope).or_insert(importer);
        Import::Package(PackageKey::Declared { path: path.to_owned(), scope })
    }

    fn read(&self, file: &SourceFile) -> std::io::Result<Vec<u8>> {
        // Where files of declared packages are said to be, no other file is.
        if !file.path.starts_with(DECLARED) {
            return self.inner.read(file);
        }
        let mut declared = self.packages.values().flat_map(|package| &package.files);
        match declared.find(|(path, _)| *path == file.path) {
            Some((_, content)) => Ok(content.clone()),
            None => self.inner.read(file),
        }
    }

    fn word_bytes(&self) -> u8 {
        self.inner.word_bytes()
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = self.inner.problems();
        problems.extend(self.problems.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned());
        problems
    }

    fn standard(&self) -> Option<StandardOn> {
        self.inner.standard()
    }

    fn configuration(&self) -> String {
        self.inner.configuration()
    }
}

#[cfg(test)]
mod tests;
