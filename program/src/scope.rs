//! What the imports of a package are looked up in.

use crate::loader::LOOSE;
use crate::module::Module;
use crate::modules::Modules;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A scope of one [`crate::Loader`]: packages of the same scope take the same import path for the same package.
/// Numbered by first use, which threads may race for: nothing that is shown may depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub(crate) u32);

#[derive(Debug)]
pub(crate) struct Scope {
    pub id: ScopeId,
    pub kind: ScopeKind,
}

#[derive(Debug)]
pub(crate) enum ScopeKind {
    /// The standard library (`std`) or the commands (`cmd`) of the Go distribution with that folder `src`.
    Distribution { module: Arc<Module>, src: PathBuf },
    /// A main module or workspace, with what it depends on.
    Modules(Box<Modules>),
    /// The layout before modules.
    Gopath { src: PathBuf },
    /// Files that belong to nothing.
    Loose,
}

impl Scope {
    /// The import path and module of a folder that is worked on.
    pub fn place(&self, dir: &Path) -> (String, Option<Arc<Module>>) {
        let by_module = |module: &Arc<Module>| {
            let import_path = module.import_path(dir).filter(|path| !path.is_empty());
            (import_path.unwrap_or_else(|| LOOSE.to_owned()), Some(module.clone()))
        };
        match &self.kind {
            ScopeKind::Distribution { module, .. } => by_module(module),
            ScopeKind::Modules(modules) => {
                let vendored = modules.vendor.as_ref().and_then(|vendor| {
                    let path = slashed(dir.strip_prefix(&vendor.dir).ok()?);
                    (!path.is_empty()).then(|| (vendor.module_of(&path), path))
                });
                match (vendored, modules.main_around(dir)) {
                    (Some((module, path)), _) => (path, module),
                    (None, Some(main)) => by_module(main),
                    (None, None) => (LOOSE.to_owned(), None),
                }
            }
            ScopeKind::Gopath { src } => {
                let path = dir.strip_prefix(src).map(slashed).ok().filter(|path| !path.is_empty());
                (path.unwrap_or_else(|| LOOSE.to_owned()), None)
            }
            ScopeKind::Loose => (LOOSE.to_owned(), None),
        }
    }

    /// The main module that `dir` lies in.
    pub fn module_around(&self, dir: &Path) -> Option<Arc<Module>> {
        match &self.kind {
            ScopeKind::Distribution { module, .. } => Some(module.clone()),
            ScopeKind::Modules(modules) => modules.main_around(dir).cloned(),
            ScopeKind::Gopath { .. } | ScopeKind::Loose => None,
        }
    }
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
