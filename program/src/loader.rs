//! Packages by folder and by import path.
//!
//! In: a [`Config`], folders, import paths. Out: [`PackageDir`]s and [`Resolution`]s, each made once and shared.
//!
//! **Absent:** no Go file is parsed past its imports, no `go` command is run, nothing is downloaded, and `internal`
//! folders are open to everybody.

use crate::config::Config;
use crate::folder::{Excluded, Folder, Role, SourceFile};
use crate::module::Module;
use crate::modules::{self, Absent, Modules, VendorUse};
use crate::overlay::Overlay;
use crate::paths;
use crate::problem::{Problem, missing};
use crate::scope::{Scope, ScopeId, ScopeKind};
use crate::store::{Cache, Store};
use crate::version::{self};
use rulec_gofront::BuildContext;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The import path of files that no module and no GOPATH gives one.
pub const LOOSE: &str = "command-line-arguments";

/// Finds packages. All methods can be called from many threads.
#[derive(Debug)]
pub struct Loader {
    config: Config,
    store: Store,
    roots: Cache<PathBuf, Option<Arc<Module>>>,
    scopes: Cache<PathBuf, Arc<Scope>>,
    scope_count: AtomicU32,
    packages: Cache<(ScopeId, PathBuf), Arc<PackageDir>>,
    resolutions: Cache<(ScopeId, String), Resolution>,
}

/// A folder of Go files as one package: what `go list` calls a package, with its tests.
#[derive(Debug)]
pub struct PackageDir {
    /// The import path; [`LOOSE`] outside of modules.
    pub import_path: String,
    /// The folder.
    pub dir: PathBuf,
    /// The name in the package clauses; `None` if no file has a say, as those left out for another platform have not.
    pub name: Option<String>,
    /// The module; `None` outside of modules.
    pub module: Option<Arc<Module>>,
    /// What its imports are looked up in. The same folder can be a package of two scopes, once as what is worked on
    /// and once as a dependency.
    pub scope: ScopeId,
    folder: Arc<Folder>,
    scope_of: Arc<Scope>,
}

impl PackageDir {
    /// All Go files of the folder, those that are left out too, sorted by name.
    pub fn files(&self) -> &[SourceFile] {
        &self.folder.files
    }

    /// The files of that role that are not left out, sorted by name.
    pub fn files_of(&self, role: Role) -> impl Iterator<Item = &SourceFile> {
        self.folder.files.iter().filter(move |file| file.role == role && file.excluded.is_none())
    }

    /// The names of assembly, C and object files for this platform, sorted. With them, a function without a body is
    /// right.
    pub fn other_sources(&self) -> &[String] {
        &self.folder.other_sources
    }

    /// What is wrong with the folder or its files.
    pub fn problems(&self) -> &[Problem] {
        &self.folder.problems
    }

    /// Whether patterns such as `./...` mean it. They leave out `builtin`, whose declarations stand for predeclared
    /// names and are no package.
    fn is_listed(&self) -> bool {
        let is_builtin = self.is_standard() && self.import_path == "builtin";
        let has_files = self.files().iter().any(|file| file.excluded.is_none());
        !is_builtin && (has_files || !self.problems().is_empty())
    }

    /// Whether it is part of the Go distribution.
    pub fn is_standard(&self) -> bool {
        matches!(self.scope_of.kind, ScopeKind::Distribution { .. })
    }
}

/// Where the package of an import path is.
#[derive(Clone, Debug)]
pub enum Resolution {
    /// In this folder.
    Dir(Arc<PackageDir>),
    /// In the standard library, of which no source is at hand.
    Std(String),
    /// The package `unsafe`, which the compiler provides.
    Unsafe,
    /// The pseudo-package of cgo.
    C,
    /// Nowhere.
    Missing {
        /// What is missing, where, and what to do.
        reason: String,
    },
}

impl Loader {
    /// A loader for one configuration.
    pub fn new(config: Config) -> Loader {
        Loader {
            store: Store::new(&config),
            config,
            roots: Cache::default(),
            scopes: Cache::default(),
            scope_count: AtomicU32::new(0),
            packages: Cache::default(),
            resolutions: Cache::default(),
        }
    }

    /// The platform and the tags that files are selected for.
    pub fn build_context(&self) -> &BuildContext {
        &self.store.context
    }

    /// What stands for files on disk.
    pub fn overlay(&self) -> &Overlay {
        &self.store.overlay
    }

    /// The root of the Go distribution, if there is one.
    pub fn goroot(&self) -> Option<&Path> {
        self.store.goroot.as_deref()
    }

    /// The package in a folder, or in the folder of a Go file. Relative paths start at the working folder. A folder
    /// without Go files is a package without files.
    pub fn package_at(&self, path: &Path) -> Arc<PackageDir> {
        let dir = absolute(path);
        let is_file = dir.extension().is_some_and(|extension| extension == "go") && dir.is_file();
        let dir = if is_file { dir.parent().unwrap_or(&dir) } else { &dir };
        self.package(&self.scope_around(dir), dir, None)
    }

    /// The packages of a folder and those below it, as the pattern `./...` means them, sorted by folder: those in
    /// folders called `vendor` or `testdata`, in ones that start with `_` or `.`, in nested modules, and in what
    /// `ignore` lines name are left out, and so are folders without a file for this configuration.
    pub fn packages_below(&self, path: &Path) -> Vec<Arc<PackageDir>> {
        let top = absolute(path);
        let ignored = self.ignored_below(&top);
        let mut found = Vec::new();
        let mut waiting = vec![top.clone()];
        while let Some(dir) = waiting.pop() {
            let listing = self.store.listing(&dir);
            if dir != top && listing.has_go_mod {
                continue;
            }
            if !listing.go_files.is_empty() || listing.problem.is_some() {
                let package = self.package(&self.scope_around(&dir), &dir, None);
                if package.is_listed() {
                    found.push(package);
                }
            }
            let below = listing.folders.iter().filter(|name| is_walked(name)).map(|name| dir.join(name));
            waiting.extend(below.filter(|folder| !ignored.iter().any(|ignored| ignored.matches(folder))));
        }
        found.sort_unstable_by(|a, b| a.dir.cmp(&b.dir));
        found
    }

    /// What `import` means in a file of `from`.
    pub fn resolve(&self, from: &PackageDir, import: &str) -> Resolution {
        match import {
            "unsafe" => return Resolution::Unsafe,
            "C" => return Resolution::C,
            _ if paths::is_relative(import) => return self.relative(from, import),
            _ if !paths::is_import_path(import) => return Resolution::Missing { reason: missing::malformed(import) },
            _ => {}
        }
        let scope = &from.scope_of;
        let shared = |resolve: &dyn Fn() -> Resolution| self.resolutions.get(&(scope.id, import.to_owned()), resolve);
        match &scope.kind {
            ScopeKind::Distribution { module, src } => {
                shared(&|| self.resolve_in_distribution(scope, module, src, import))
            }
            ScopeKind::Modules(modules) => shared(&|| self.resolve_in_modules(scope, modules, import)),
            // The importing folder has a say in these.
            ScopeKind::Gopath { src } => self.resolve_in_gopath(scope, src, &from.dir, import),
            ScopeKind::Loose => self
                .standard(import)
                .unwrap_or_else(|| self.not_standard(import, missing::outside_of_modules(import, &from.dir))),
        }
    }

    /// The module that a folder belongs to, whose import path and language version hold there.
    pub fn module_of(&self, dir: &Path) -> Option<Arc<Module>> {
        let dir = absolute(dir);
        self.scope_around(&dir).module_around(&dir)
    }

    /// What is wrong with the go.mod, go.work and vendor files that have been read so far, and with the distribution.
    /// Sorted; of dependencies, only what main modules do wrong with them is told.
    pub fn problems(&self) -> Vec<Problem> {
        self.store.problems()
    }
}

/// How imports are looked up.
impl Loader {
    fn relative(&self, from: &PackageDir, import: &str) -> Resolution {
        let dir = paths::normalised(&from.dir.join(import));
        if self.store.has_go_files(&dir) {
            return Resolution::Dir(self.package(&from.scope_of, &dir, None));
        }
        Resolution::Missing { reason: missing::relative_nowhere(import, &dir) }
    }

    fn resolve_in_distribution(&self, scope: &Arc<Scope>, module: &Module, src: &Path, import: &str) -> Resolution {
        let dir = src.join(import);
        if self.store.has_go_files(&dir) {
            return Resolution::Dir(self.package(&self.distribution(src, import), &dir, None));
        }
        let vendored = module.dir.join("vendor").join(import);
        if self.store.has_go_files(&vendored) {
            return Resolution::Dir(self.package(scope, &vendored, None));
        }
        let root = src.parent().unwrap_or(src);
        Resolution::Missing { reason: missing::not_in_std(import, root) }
    }

    fn resolve_in_modules(&self, scope: &Arc<Scope>, modules: &Modules, import: &str) -> Resolution {
        if let Some(standard) = self.standard(import) {
            return standard;
        }
        match modules.find(&self.store, import) {
            Ok((module, dir)) => Resolution::Dir(self.package(scope, &dir, Some((import, module)))),
            Err(Absent::NoModule(reason)) => self.not_standard(import, reason),
            Err(Absent::InModule(reason)) => Resolution::Missing { reason },
        }
    }

    fn resolve_in_gopath(&self, scope: &Arc<Scope>, src: &Path, from: &Path, import: &str) -> Resolution {
        let around = from.ancestors().take_while(|above| above.starts_with(src));
        let vendored = around.map(|above| above.join("vendor").join(import));
        let mut dirs = vendored.filter(|dir| self.store.has_go_files(dir));
        if let Some(dir) = dirs.next() {
            return Resolution::Dir(self.package(scope, &dir, None));
        }
        if let Some(standard) = self.standard(import) {
            return standard;
        }
        let dir = src.join(import);
        if self.store.has_go_files(&dir) {
            return Resolution::Dir(self.package(scope, &dir, None));
        }
        self.not_standard(import, missing::not_in_gopath(import, src.parent().unwrap_or(src)))
    }

    /// The package of the distribution with that import path, if its source is there.
    fn standard(&self, import: &str) -> Option<Resolution> {
        let src = self.store.goroot.as_ref()?.join("src");
        let dir = src.join(import);
        // Vendored packages of the standard library are for itself alone.
        let is_open = paths::has_no_domain(import) && !import.starts_with("vendor/");
        (is_open && self.store.has_go_files(&dir))
            .then(|| Resolution::Dir(self.package(&self.distribution(&src, import), &dir, None)))
    }

    /// What an import path means that no module provides.
    fn not_standard(&self, import: &str, reason: String) -> Resolution {
        match &self.store.goroot {
            None if paths::has_no_domain(import) => Resolution::Std(import.to_owned()),
            Some(goroot) if paths::has_no_domain(import) => {
                Resolution::Missing { reason: missing::not_in_std(import, goroot) }
            }
            _ => Resolution::Missing { reason },
        }
    }
}

/// What folders belong to.
impl Loader {
    /// The package in `dir`. How it was imported decides its path and module; else, where it lies.
    fn package(
        &self,
        scope: &Arc<Scope>,
        dir: &Path,
        imported: Option<(&str, Option<Arc<Module>>)>,
    ) -> Arc<PackageDir> {
        self.packages.get(&(scope.id, dir.to_owned()), || {
            let (import_path, module) = match imported {
                Some((path, module)) => (path.to_owned(), module),
                None => scope.place(dir),
            };
            let folder = self.store.folder(dir);
            Arc::new(PackageDir {
                import_path,
                dir: dir.to_owned(),
                name: folder.name.clone(),
                module,
                scope: scope.id,
                folder,
                scope_of: scope.clone(),
            })
        })
    }

    /// What the imports of files in `dir` are looked up in, if those files are what is worked on.
    fn scope_around(&self, dir: &Path) -> Arc<Scope> {
        if let Some(gopath) = &self.config.gopath {
            let src = absolute(gopath).join("src");
            if dir.starts_with(&src) || self.module_root(dir).is_none() {
                return self.scope(&src, || ScopeKind::Gopath { src: src.clone() });
            }
        }
        let src = self.store.goroot.as_ref().map(|goroot| goroot.join("src"));
        let Some(root) = self.module_root(dir) else {
            return match src {
                Some(src) if dir.starts_with(&src) => {
                    let below = dir.strip_prefix(&src).unwrap_or(dir).to_string_lossy().into_owned();
                    self.distribution(&src, &below)
                }
                _ => self.scope(Path::new(""), || ScopeKind::Loose),
            };
        };
        // A checkout of Go is a distribution too, wherever it is.
        match root.path.as_str() {
            "std" if root.dir.join("runtime").is_dir() => self.distribution(&root.dir, "std"),
            "cmd" if root.dir.with_file_name("runtime").is_dir() => {
                self.distribution(root.dir.parent().unwrap_or(&root.dir), "cmd")
            }
            _ => self.modules_around(&root),
        }
    }

    fn scope(&self, key: &Path, kind: impl FnOnce() -> ScopeKind) -> Arc<Scope> {
        self.scopes.get(key, || {
            let id = ScopeId(self.scope_count.fetch_add(1, Ordering::Relaxed));
            Arc::new(Scope { id, kind: kind() })
        })
    }

    /// The part of a distribution, `std` or `cmd`, that a package belongs to.
    fn distribution(&self, src: &Path, import: &str) -> Arc<Scope> {
        let is_command = import == "cmd" || import.starts_with("cmd/");
        let dir = if is_command { src.join("cmd") } else { src.to_owned() };
        self.scope(&dir, || {
            let go = self.store.go_mod(&dir.join("go.mod")).and_then(|go_mod| go_mod.go);
            let path = if is_command { "cmd" } else { "std" }.to_owned();
            let module = Arc::new(Module { path, version: None, dir: dir.clone(), go });
            ScopeKind::Distribution { module, src: src.to_owned() }
        })
    }

    /// The workspace that a main module is in, or the module alone.
    fn modules_around(&self, root: &Module) -> Arc<Scope> {
        let vendor = match self.config.environment.flag("mod") {
            Some("vendor") => VendorUse::Always,
            Some("mod" | "readonly") => VendorUse::Never,
            _ => VendorUse::ByVersion,
        };
        if let Some(path) = self.go_work(&root.dir)
            && let Some(go_work) = self.store.go_mod(&path)
        {
            let scope = self.scope(&path, || {
                modules::tell_all(&self.store, &go_work);
                ScopeKind::Modules(Box::new(Modules::of_workspace(&self.store, &path, &go_work, vendor)))
            });
            if scope.module_around(&root.dir).is_some_and(|module| module.dir == root.dir) {
                return scope;
            }
            self.store.tell(Problem::outside_of_workspace(&path, &root.dir));
        }
        self.scope(&root.dir.join("go.mod"), || {
            let read = self.store.go_mod(&root.dir.join("go.mod"));
            let version = root.version.as_deref();
            let downloaded = || version.and_then(|version| self.store.cached_go_mod(&root.path, version));
            let go_mod = read.or_else(downloaded).unwrap_or_default();
            modules::tell_all(&self.store, &go_mod);
            let go_mod = if go_mod.module.is_some() || version.is_none() {
                go_mod
            } else {
                // Older than go.mod files: its folder in the module cache says what it is called.
                Arc::new(crate::gomod::GoMod { module: Some(root.path.clone()), ..(*go_mod).clone() })
            };
            ScopeKind::Modules(Box::new(Modules::of_module(&self.store, &root.dir, go_mod, vendor)))
        })
    }

    /// The go.work that counts for a main module.
    fn go_work(&self, module: &Path) -> Option<PathBuf> {
        match self.config.environment.get("GOWORK") {
            Some("off") => None,
            Some(path) => Some(absolute(Path::new(path))),
            // A module of the module cache has lost the modules that it was worked on with.
            None if self.cached_module(module).is_some() => None,
            None => module.ancestors().map(|above| above.join("go.work")).find(|path| path.is_file()),
        }
    }

    /// The nearest folder upwards with a go.mod, or the module of the module cache around `dir`.
    fn module_root(&self, dir: &Path) -> Option<Arc<Module>> {
        let cached = self.cached_module(dir);
        let mut unknown = dir.to_owned();
        loop {
            let own = self.roots.get(&unknown, || {
                let go_mod =
                    self.store.listing(&unknown).has_go_mod.then(|| self.store.go_mod(&unknown.join("go.mod")));
                go_mod.map(|go_mod| Arc::new(modules::main_module(&unknown, &go_mod.unwrap_or_default())))
            });
            match &cached {
                Some(cached) if own.is_none() && cached.dir == unknown => return Some(Arc::new(cached.clone())),
                _ if own.is_some() => return own,
                _ => {}
            }
            if !unknown.pop() {
                return None;
            }
        }
    }

    /// The module of the module cache that `dir` lies in, by the names of folders.
    fn cached_module(&self, dir: &Path) -> Option<Module> {
        let modcache = self.store.modcache.as_ref()?;
        let mut root = PathBuf::new();
        for part in dir.strip_prefix(modcache).ok()?.components() {
            root.push(part);
            if let Some((_, version)) = part.as_os_str().to_str()?.split_once('@') {
                let path = root.to_str()?.rsplit_once('@')?.0.replace('\\', "/");
                let path = version::unescape(&path)?;
                let version = Some(version::unescape(version)?);
                return Some(Module { path, version, dir: modcache.join(root), go: None });
            }
        }
        None
    }

    fn ignored_below(&self, top: &Path) -> Vec<Ignored> {
        let Some(root) = self.module_root(top) else { return Vec::new() };
        let go_mod = self.store.go_mod(&root.dir.join("go.mod")).unwrap_or_default();
        go_mod.ignores.iter().map(|dir| Ignored::new(&root.dir, dir)).collect()
    }
}

/// A folder that an `ignore` line names.
enum Ignored {
    /// This one: `ignore ./dir`.
    At(PathBuf),
    /// All whose path ends so: `ignore dir`.
    Anywhere(PathBuf),
}

impl Ignored {
    fn new(root: &Path, written: &str) -> Ignored {
        let plain = paths::normalised(Path::new(written));
        if written.starts_with("./") { Ignored::At(root.join(plain)) } else { Ignored::Anywhere(plain) }
    }

    fn matches(&self, dir: &Path) -> bool {
        match self {
            Ignored::At(own) => dir == own,
            Ignored::Anywhere(end) => dir.ends_with(end),
        }
    }
}

/// Whether patterns such as `./...` look into a folder of that name.
fn is_walked(name: &str) -> bool {
    !name.starts_with(['_', '.']) && name != "testdata" && name != "vendor"
}

fn absolute(path: &Path) -> PathBuf {
    // Without a working folder, relative paths stay what they are, and name nothing.
    paths::normalised(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

impl SourceFile {
    /// Whether the file is left out because it is for another platform, or for other build tags.
    pub fn is_for_another_build(&self) -> bool {
        matches!(self.excluded, Some(Excluded::Platform | Excluded::Constraint | Excluded::CgoOff))
    }
}
