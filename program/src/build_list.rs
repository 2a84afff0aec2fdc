//! Which version of each module is in use.
//!
//! In: the requirements of the main modules, and go.mod files of the module cache. Out: one version for each module
//! path. A go.mod that is not there asks for nothing.
//!
//! Source: the Go Modules Reference, "Minimal version selection (MVS)", "Module graph pruning" and "Lazy module
//! loading".

use crate::gomod::{GoMod, Replacement, Required};
use crate::store::Store;
use crate::version::{self, GoVersion};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Ordering;
use std::path::PathBuf;
use std::sync::Arc;

/// Versions by module path.
pub(crate) type Versions = FxHashMap<String, String>;

/// The lines of `replace` that hold, with their folders made absolute.
#[derive(Debug, Default)]
pub(crate) struct Replacements {
    by_path: FxHashMap<String, Vec<(Option<String>, Target)>>,
}

/// Where a module's files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Dir(PathBuf),
    /// A version in the module cache.
    Cached {
        path: String,
        version: String,
    },
}

impl Replacements {
    /// Adds the lines of one file, which stands in `dir`. Lines that were there before come first.
    pub fn add(&mut self, go_mod: &GoMod, dir: &std::path::Path) {
        for replace in &go_mod.replaces {
            let target = match &replace.by {
                Replacement::Dir(relative) => Target::Dir(crate::paths::normalised(&dir.join(relative))),
                Replacement::Module { path, version } => {
                    Target::Cached { path: path.clone(), version: version.clone() }
                }
            };
            self.by_path.entry(replace.path.clone()).or_default().push((replace.version.clone(), target));
        }
    }

    /// Where a version comes from; a line for that version goes before one for all of them.
    pub fn target(&self, path: &str, version: &str) -> Target {
        let lines = self.by_path.get(path).map_or(&[][..], Vec::as_slice);
        let exact = lines.iter().find(|(of, _)| of.as_deref() == Some(version));
        match exact.or_else(|| lines.iter().find(|(of, _)| of.is_none())) {
            Some((_, target)) => target.clone(),
            None => Target::Cached { path: path.to_owned(), version: version.to_owned() },
        }
    }
}

/// What decides about versions.
#[derive(Debug, Default)]
pub(crate) struct Requirements {
    /// The go.mod files of the main modules.
    pub mains: Vec<Arc<GoMod>>,
    pub replacements: Replacements,
    /// Paths and versions that no requirement can ask for.
    pub excludes: FxHashSet<(String, String)>,
}

impl Requirements {
    /// What the main modules ask for themselves. From Go 1.17 on this is complete: it has every module that a package
    /// of the main module needs.
    pub fn roots(&self) -> Versions {
        let mut versions = Versions::default();
        for required in self.mains.iter().flat_map(|main| &main.requires).filter(|required| self.allows(required)) {
            raise(&mut versions, required);
        }
        versions
    }

    /// The versions that the whole module graph asks for, pruned where a go.mod says Go 1.17 or later.
    pub fn all(&self, store: &Store) -> Versions {
        let mut versions = self.roots();
        let mut seen = FxHashSet::default();
        let mut queue: Vec<(Required, bool)> = Vec::new();
        for main in &self.mains {
            let is_deep = !prunes(main.go);
            queue.extend(main.requires.iter().map(|required| (required.clone(), is_deep)));
        }
        while let Some((module, is_deep)) = queue.pop() {
            if !self.allows(&module) || !seen.insert((module.path.clone(), module.version.clone(), is_deep)) {
                continue;
            }
            let Some(go_mod) = self.go_mod(store, &module) else { continue };
            // What an unpruned module requires is followed to the end, whatever those modules say.
            let follows = is_deep || !prunes(go_mod.go);
            for required in go_mod.requires.iter().filter(|required| self.allows(required)) {
                raise(&mut versions, required);
                if follows {
                    queue.push((required.clone(), true));
                }
            }
        }
        versions
    }

    fn allows(&self, required: &Required) -> bool {
        self.excludes.is_empty() || !self.excludes.contains(&(required.path.clone(), required.version.clone()))
    }

    fn go_mod(&self, store: &Store, module: &Required) -> Option<Arc<GoMod>> {
        match self.replacements.target(&module.path, &module.version) {
            Target::Dir(dir) => store.go_mod(&dir.join("go.mod")),
            Target::Cached { path, version } => store.cached_go_mod(&path, &version),
        }
    }
}

/// Whether a go.mod for that version lists all that its packages need. Without a `go` line it is for Go 1.16.
pub(crate) fn prunes(go: Option<GoVersion>) -> bool {
    go.is_some_and(|go| go.is_at_least(17))
}

fn raise(versions: &mut Versions, required: &Required) {
    match versions.get_mut(&required.path) {
        Some(version) if version::compare(version, &required.version) == Ordering::Less => {
            version.clone_from(&required.version);
        }
        Some(_) => {}
        None => {
            versions.insert(required.path.clone(), required.version.clone());
        }
    }
}
