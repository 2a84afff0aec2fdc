//! Packages of the file system, found by `rulec-program`.

use crate::source::{Import, PackageKey, PackageSource, Part, Source, SourceFile};
use crate::standard::{self, Standard, StandardOn};
use rulec_program::{Config, Loader, PackageDir, Resolution, Role};
use rustc_hash::FxHashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// Packages of the file system, as a build configuration selects their files.
#[derive(Debug)]
pub struct DiskSource {
    loader: Loader,
    standard: Option<StandardOn>,
    /// Whether the summary stands for the source of the distribution that is at hand.
    prefers_summary: bool,
    packages: RwLock<FxHashMap<PackageKey, Found>>,
}

/// A package met before: the same for both, in two forms.
#[derive(Clone, Debug)]
struct Found {
    dir: Arc<PackageDir>,
    source: Arc<PackageSource>,
}

impl DiskSource {
    /// The packages that this configuration makes of the file system.
    pub fn new(config: Config) -> DiskSource {
        let loader = Loader::new(config);
        let context = loader.build_context();
        let standard = Standard::embedded().and_then(|standard| standard.on(&context.goos, &context.goarch));
        let is_same = |standard: StandardOn| standard.standard().go_minor() == Some(context.go_minor);
        let prefers_summary = standard.is_some_and(is_same);
        DiskSource { loader, standard, prefers_summary, packages: RwLock::default() }
    }

    /// What finds the packages.
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// What stands for a package that was found in a folder: those of the distribution use each other's source.
    fn import(&self, from: &PackageDir, dir: Arc<PackageDir>) -> Import {
        let summary = self.standard.filter(|standard| {
            self.prefers_summary && dir.is_standard() && !from.is_standard() && standard.has(&dir.import_path)
        });
        match summary {
            Some(_) => Import::Package(PackageKey::Std(dir.import_path.clone())),
            None => Import::Package(self.remember(dir)),
        }
    }

    fn remember(&self, dir: Arc<PackageDir>) -> PackageKey {
        let key = PackageKey::Dir { dir: dir.dir.clone(), scope: dir.scope };
        let is_known = self.packages.read().unwrap_or_else(PoisonError::into_inner).contains_key(&key);
        if !is_known {
            let source = Arc::new(source_of(&dir));
            let mut packages = self.packages.write().unwrap_or_else(PoisonError::into_inner);
            packages.insert(key.clone(), Found { dir, source });
        }
        key
    }

    fn found(&self, key: &PackageKey) -> Option<Found> {
        self.packages.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}

fn source_of(dir: &PackageDir) -> PackageSource {
    let file = |file: &rulec_program::SourceFile| SourceFile {
        path: file.path.clone(),
        part: match file.role {
            Role::Go => Part::Base,
            Role::InternalTest => Part::Tests,
            Role::ExternalTest => Part::External,
        },
        imports: file.imports.iter().map(|import| import.path.clone()).collect(),
    };
    let files = dir.files().iter().filter(|file| file.excluded.is_none()).map(file).collect();
    PackageSource {
        import_path: dir.import_path.clone(),
        name: dir.name.clone().unwrap_or_default(),
        files,
        go_minor: dir.module.as_ref().and_then(|module| module.go).map(|go| go.minor),
        folder: dir.dir.clone(),
        standard: dir.is_standard(),
        is_partial: false,
    }
}

impl Source for DiskSource {
    fn package_of(&self, path: &Path) -> PackageKey {
        self.remember(self.loader.package_at(path))
    }

    fn package(&self, key: &PackageKey) -> Option<Arc<PackageSource>> {
        self.found(key).map(|found| found.source)
    }

    fn resolve(&self, from: &PackageKey, path: &str) -> Import {
        let Some(from) = self.found(from) else {
            return Import::Missing(format!("package {from} was never asked for"));
        };
        match self.loader.resolve(&from.dir, path) {
            Resolution::Dir(dir) => self.import(&from.dir, dir),
            Resolution::Std(path) => standard::import(self.standard, &path),
            Resolution::Unsafe => Import::Unsafe,
            Resolution::C => Import::C,
            Resolution::Missing { reason } => Import::Missing(reason),
        }
    }

    fn read(&self, file: &SourceFile) -> std::io::Result<Vec<u8>> {
        self.loader.overlay().read(&file.path)
    }

    fn problems(&self) -> Vec<String> {
        let packages = self.packages.read().unwrap_or_else(PoisonError::into_inner);
        let is_own =
            |dir: &PackageDir| !dir.is_standard() && dir.module.as_ref().is_none_or(|own| own.version.is_none());
        let own = packages.values().map(|found| &found.dir).filter(|dir| is_own(dir));
        let mut problems: Vec<String> = own.flat_map(|dir| dir.problems()).map(ToString::to_string).collect();
        problems.extend(self.loader.problems().iter().map(ToString::to_string));
        problems.sort_unstable();
        problems.dedup();
        problems
    }

    fn word_bytes(&self) -> u8 {
        match self.loader.build_context().goarch.as_str() {
            "386" | "arm" | "mips" | "mipsle" => 4,
            _ => 8,
        }
    }

    fn standard(&self) -> Option<StandardOn> {
        self.standard
    }

    fn configuration(&self) -> String {
        // Tags and the release choose files, whose contents count by themselves.
        let context = self.loader.build_context();
        format!("{}/{}", context.goos, context.goarch)
    }
}
