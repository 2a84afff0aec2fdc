//! The modules that are built together: a main module or a workspace, and what it depends on.
//!
//! In: a go.mod, or a go.work and its go.mod files. Out: [`Modules`], which knows the module and folder of an import
//! path. The module graph beyond the main modules is read when an import asks for it, and only once.
//!
//! **Absent:** nothing is downloaded, and go.sum is not looked at.
//!
//! Source: the Go Modules Reference, "Resolving a package to a module", "Workspaces" and "Vendoring"; `go help work`.

use crate::build_list::{Requirements, Target, Versions, prunes};
use crate::gomod::GoMod;
use crate::module::Module;
use crate::paths;
use crate::problem::{Problem, missing};
use crate::store::{Cache, Store};
use crate::vendor::Vendor;
use crate::version::GoVersion;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The modules that are built together.
#[derive(Debug)]
pub(crate) struct Modules {
    /// Those whose code is worked on, sorted by path.
    pub mains: Vec<Arc<Module>>,
    /// The go.mod or go.work that decides, for messages.
    manifest: PathBuf,
    pub vendor: Option<Vendor>,
    requirements: Requirements,
    /// What the go.mod lists, if that is to be tried before the whole graph.
    roots: Option<Versions>,
    all: OnceLock<Versions>,
    located: Cache<String, Result<Arc<Module>, String>>,
}

/// The module and folder of a package; modules.txt may not say which module a vendored package is of.
pub(crate) type Found = (Option<Arc<Module>>, PathBuf);

/// Why there is no package.
pub(crate) enum Absent {
    /// No module in use could hold it.
    NoModule(String),
    /// A module should hold it and does not, or is not there.
    InModule(String),
}

/// What GOFLAGS says about `-mod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VendorUse {
    /// `-mod=mod` or `-mod=readonly`.
    Never,
    /// `-mod=vendor`.
    Always,
    /// A vendor folder counts from Go 1.14 on, that of a workspace from 1.22 on.
    ByVersion,
}

impl VendorUse {
    /// The vendor folder in `dir`, if it counts; `since` is the first release, as 1.N, for which it does by itself.
    fn read(self, store: &Store, dir: &Path, go: Option<GoVersion>, since: u32) -> Option<Vendor> {
        let counts = match self {
            VendorUse::Never => false,
            VendorUse::Always => true,
            VendorUse::ByVersion => go.is_some_and(|go| go.is_at_least(since)),
        };
        counts.then(|| Vendor::read(store, &dir.join("vendor"))).flatten()
    }
}

impl Modules {
    /// The main module with that go.mod in `dir`, and nothing else.
    pub fn of_module(store: &Store, dir: &Path, go_mod: Arc<GoMod>, vendor: VendorUse) -> Modules {
        let vendor = vendor.read(store, dir, go_mod.go, 14);
        let mut requirements = Requirements::default();
        requirements.replacements.add(&go_mod, dir);
        let mains = vec![Arc::new(main_module(dir, &go_mod))];
        let is_lazy = prunes(go_mod.go);
        requirements.mains.push(go_mod);
        // A vendor folder written for a workspace around it is none of the module's.
        let vendor = vendor.filter(|vendor| !vendor.for_workspace);
        Modules::with(mains, dir.join("go.mod"), vendor, requirements, is_lazy)
    }

    /// The workspace with that go.work.
    pub fn of_workspace(store: &Store, path: &Path, go_work: &GoMod, vendor: VendorUse) -> Modules {
        let dir = path.parent().unwrap_or(path);
        let mut requirements = Requirements::default();
        // The workspace's own replacements go first.
        requirements.replacements.add(go_work, dir);
        let mut mains = used_modules(store, path, go_work);
        mains.sort_by(|a, b| (&a.0.path, &a.0.dir).cmp(&(&b.0.path, &b.0.dir)));
        mains.dedup_by(|a, b| a.0.dir == b.0.dir);
        for (module, go_mod) in &mains {
            requirements.replacements.add(go_mod, &module.dir);
            requirements.mains.push(go_mod.clone());
        }
        let vendor = vendor.read(store, dir, go_work.go, 22).filter(|vendor| vendor.for_workspace);
        let mains = mains.into_iter().map(|(module, _)| module).collect();
        Modules::with(mains, path.to_owned(), vendor, requirements, false)
    }

    fn with(
        mains: Vec<Arc<Module>>,
        manifest: PathBuf,
        vendor: Option<Vendor>,
        mut requirements: Requirements,
        is_lazy: bool,
    ) -> Modules {
        let excluded = requirements.mains.iter().flat_map(|main| main.excludes.iter().cloned());
        requirements.excludes = excluded.collect();
        let roots = is_lazy.then(|| requirements.roots());
        Modules { mains, manifest, vendor, requirements, roots, all: OnceLock::new(), located: Cache::default() }
    }

    /// The main module that `dir` lies in, if it is one of these.
    pub fn main_around(&self, dir: &Path) -> Option<&Arc<Module>> {
        let around = self.mains.iter().filter(|main| dir.starts_with(&main.dir));
        around.max_by_key(|main| main.dir.as_os_str().len())
    }

    /// The package that `import` names.
    pub fn find(&self, store: &Store, import: &str) -> Result<Found, Absent> {
        if let Some(vendor) = &self.vendor {
            return self.find_vendored(store, vendor, import);
        }
        if let Some(roots) = &self.roots
            && let Some(found) = self.find_among(store, import, roots)?
        {
            return Ok(found);
        }
        if let Some(found) = self.find_in_mains(store, import) {
            return Ok(found);
        }
        let all = self.all.get_or_init(|| self.requirements.all(store));
        match self.find_among(store, import, all)? {
            Some(found) => Ok(found),
            None => Err(self.why_absent(store, import, all)),
        }
    }

    fn find_in_mains(&self, store: &Store, import: &str) -> Option<Found> {
        let mut found = self.mains.iter().filter_map(|main| Some((main, package_dir(store, main, import)?)));
        found.next_back().map(|(main, dir)| (Some(main.clone()), dir))
    }

    fn find_vendored(&self, store: &Store, vendor: &Vendor, import: &str) -> Result<Found, Absent> {
        if let Some(found) = self.find_in_mains(store, import) {
            return Ok(found);
        }
        let dir = vendor.dir.join(import);
        if store.has_go_files(&dir) {
            return Ok((vendor.module_of(import), dir));
        }
        if let Some(main) = self.main_with_path_around(import) {
            return Err(Absent::InModule(missing::not_in_module(import, &main.path, None)));
        }
        Err(Absent::NoModule(missing::not_vendored(import, &vendor.dir)))
    }

    /// The package in the only module among those versions that holds it. Two that do are an error, as in Go.
    fn find_among(&self, store: &Store, import: &str, versions: &Versions) -> Result<Option<Found>, Absent> {
        let mut found: Option<(Arc<Module>, PathBuf)> = None;
        for module in self.candidates(store, import, versions).filter_map(Result::ok) {
            let Some(dir) = package_dir(store, &module, import) else { continue };
            if let Some((first, _)) = &found {
                let both = [shown(first), shown(&module)];
                return Err(Absent::InModule(missing::ambiguous(import, &both)));
            }
            found = Some((module, dir));
        }
        Ok(found.map(|(module, dir)| (Some(module), dir)))
    }

    /// The modules whose path the import path starts with, longest path first; why one is not there, if it is not.
    fn candidates<'a>(
        &'a self,
        store: &'a Store,
        import: &'a str,
        versions: &'a Versions,
    ) -> impl Iterator<Item = Result<Arc<Module>, String>> + 'a {
        paths::prefixes(import).filter_map(move |prefix| {
            let own = self.mains.binary_search_by(|main| main.path.as_str().cmp(prefix));
            if let Some(main) = own.ok().and_then(|index| self.mains.get(index)) {
                return Some(Ok(main.clone()));
            }
            let version = versions.get(prefix)?;
            let key = format!("{prefix}@{version}");
            Some(self.located.get(key.as_str(), || self.locate(store, prefix, version)))
        })
    }

    fn locate(&self, store: &Store, path: &str, version: &str) -> Result<Arc<Module>, String> {
        let module = |dir: PathBuf, go: Option<GoVersion>| {
            Arc::new(Module { path: path.to_owned(), version: Some(version.to_owned()), dir, go })
        };
        match self.requirements.replacements.target(path, version) {
            Target::Dir(dir) => {
                if !dir.is_dir() {
                    return Err(missing::replaced_by_nothing(path, &dir));
                }
                let go_mod = store.go_mod(&dir.join("go.mod"));
                if go_mod.is_none() {
                    store.tell(Problem::no_replacement(&self.manifest, path, &dir));
                }
                Ok(module(dir, go_mod.and_then(|go_mod| go_mod.go)))
            }
            Target::Cached { path, version } => {
                let dir = store.cached_dir(&path, &version).ok_or_else(missing::no_cache)?;
                if !dir.is_dir() {
                    return Err(missing::not_in_cache(&path, &version));
                }
                let go = store.cached_go_mod(&path, &version).and_then(|go_mod| go_mod.go);
                Ok(module(dir, go))
            }
        }
    }

    fn why_absent(&self, store: &Store, import: &str, versions: &Versions) -> Absent {
        let mut holder = None;
        for candidate in self.candidates(store, import, versions) {
            match candidate {
                // It may be in there; nobody can know.
                Err(reason) => return Absent::InModule(reason),
                Ok(module) => holder = holder.or(Some(module)),
            }
        }
        match holder {
            Some(module) => Absent::InModule(missing::not_in_module(import, &module.path, module.version.as_deref())),
            None => Absent::NoModule(missing::no_module_requires(import, &self.manifest)),
        }
    }

    fn main_with_path_around(&self, import: &str) -> Option<&Arc<Module>> {
        self.mains.iter().rev().find(|main| main.dir_of(import).is_some())
    }
}

/// The modules that a go.work uses, as far as they are there.
fn used_modules(store: &Store, path: &Path, go_work: &GoMod) -> Vec<(Arc<Module>, Arc<GoMod>)> {
    let mut modules = Vec::new();
    for (used, position) in &go_work.uses {
        let dir = paths::normalised(&path.with_file_name("").join(used));
        match store.go_mod(&dir.join("go.mod")) {
            Some(go_mod) => {
                tell_all(store, &go_mod);
                modules.push((Arc::new(main_module(&dir, &go_mod)), go_mod));
            }
            None => store.tell(Problem::used_folder_missing(path, *position, used)),
        }
    }
    modules
}

/// The main module of a go.mod in `dir`. Without a `module` line its packages are called as those of loose files are.
pub(crate) fn main_module(dir: &Path, go_mod: &GoMod) -> Module {
    let path = go_mod.module.clone().filter(|path| !path.is_empty());
    Module {
        path: path.unwrap_or_else(|| crate::loader::LOOSE.to_owned()),
        version: None,
        dir: dir.to_owned(),
        go: go_mod.go,
    }
}

/// Passes on what is wrong with a main module's go.mod, or a go.work.
pub(crate) fn tell_all(store: &Store, go_mod: &GoMod) {
    go_mod.problems.iter().for_each(|problem| store.tell(problem.clone()));
}

/// Where `module` has the package, if it has one with Go files there.
fn package_dir(store: &Store, module: &Module, import: &str) -> Option<PathBuf> {
    let dir = module.dir_of(import)?;
    let is_cached = store.modcache.as_ref().is_some_and(|cache| dir.starts_with(cache));
    // The module cache has no modules within modules.
    let is_elsewhere = || {
        let within = dir.ancestors().take_while(|above| **above != *module.dir);
        within.into_iter().any(|above| store.listing(above).has_go_mod)
    };
    (store.has_go_files(&dir) && (is_cached || !is_elsewhere())).then_some(dir)
}

fn shown(module: &Module) -> String {
    match &module.version {
        Some(version) => format!("{}@{version}", module.path),
        None => module.path.clone(),
    }
}
